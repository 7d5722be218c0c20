"""Whether the process of a run still lives: real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_xpt.edges.host import identity
from jupyter_xpt.edges.host.identity import host_identity, is_alive, process_identity

ROOT = Path(identity.__file__).parents[2]
IDENTIFY = (
    "import json, sys; from jupyter_xpt.edges.host.identity import process_identity, host_identity;"
    "print(json.dumps([*process_identity(), *host_identity()]), flush=True); sys.stdin.readline()"
)


def start() -> tuple[subprocess.Popen[str], tuple[int, float, str, str]]:
    """A process that has written down who it is, as a reader finds it in a file."""
    process = subprocess.Popen(
        [sys.executable, "-c", IDENTIFY],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    pid, started, host, boot = json.loads(process.stdout.readline())
    return process, (pid, started, host, boot)


def end(process: subprocess.Popen[str]) -> None:
    """Kill it and fetch its status."""
    process.kill()
    process.communicate()


def test_a_process_is_alive_until_it_is_killed() -> None:
    process, identity = start()
    alive = is_alive(*identity)
    end(process)
    assert alive is True
    assert is_alive(*identity) is False


def test_a_killed_process_whose_parent_has_not_noticed_is_dead() -> None:
    process, identity = start()
    os.kill(process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert is_alive(*identity) is False
    end(process)


def test_an_id_that_went_to_another_process_is_dead() -> None:
    process, (pid, started, host, boot) = start()
    alive = is_alive(pid, started - 100.0, host, boot)
    end(process)
    assert alive is False


def test_this_process_is_alive() -> None:
    assert is_alive(*process_identity(), *host_identity()) is True


def test_another_host_cannot_be_told() -> None:
    pid, started = process_identity()
    assert is_alive(pid, started, "somewhere-else", host_identity()[1]) is None


def test_another_container_of_this_machine_cannot_be_told() -> None:
    host, boot = host_identity()
    assert is_alive(1, 1.0, host, boot.partition("/")[0] + "/12345") is None


@pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="only Linux tells boots and namespaces")
@pytest.mark.parametrize(
    ("host", "before", "now", "rebooted"),
    [
        pytest.param("box", "a/4026531836", "b/4026531836", True, id="started-anew"),
        pytest.param("localhost", "a/4026531836", "b/4026531836", False, id="a-name-that-many-share"),
        pytest.param("box", "a/4026539999", "b/4026531836", False, id="a-container"),
        pytest.param("box", "a/4026531836", "a/4026531836", False, id="the-same-boot"),
        pytest.param("box", "", "b/4026531836", False, id="nothing-written"),
    ],
)
def test_a_machine_that_was_started_anew_has_none_of_its_old_processes(
    host: str, before: str, now: str, rebooted: bool
) -> None:
    assert identity._rebooted(host, before, now) is rebooted


@pytest.mark.skipif(os.geteuid() != 0, reason="making a pid namespace takes root")
def test_a_real_pid_namespace_is_told_apart() -> None:
    made = subprocess.run(
        ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", IDENTIFY],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        input="\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"no namespaces here: {made.stderr}")
    pid, started, host, boot = json.loads(made.stdout)
    assert (host, boot) != host_identity()
    assert is_alive(pid, started, host, boot) is None


@pytest.mark.parametrize("pid", [2**22 + 1, 2**40, 0, -1], ids=["too-high", "no-int", "zero", "negative"])
def test_an_id_that_cannot_be_is_dead(pid: int) -> None:
    assert is_alive(pid, 5.0, *host_identity()) is False
