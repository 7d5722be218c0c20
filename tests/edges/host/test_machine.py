"""What a run ran on, and whether its process still lives: real packages, real processes."""

from __future__ import annotations

import importlib.metadata
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_xpt.edges.host import machine
from jupyter_xpt.edges.host.machine import (
    environment,
    hardware,
    host_identity,
    imported,
    interpreter,
    is_alive,
    packages,
    process_identity,
)

ROOT = Path(machine.__file__).parents[2]
IDENTIFY = (
    "import json, sys; from jupyter_xpt.edges.host.machine import process_identity, host_identity;"
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
    assert machine._rebooted(host, before, now) is rebooted


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


def test_packages_are_those_that_importlib_finds() -> None:
    expected: dict[str, str] = {}
    for found in importlib.metadata.distributions():
        expected.setdefault(machine._normal(found.metadata["Name"]), found.version)
    assert packages() == expected


@pytest.mark.parametrize(
    ("entry", "name", "version"),
    [
        pytest.param("plain-1.0.dist-info", "plain", "1.0", id="wheel"),
        pytest.param("Under_score.Dot-2.0rc1.dist-info", "under-score-dot", "2.0rc1", id="normalised"),
        pytest.param("old-3.1-py3.11.egg-info", "old", "3.1", id="setup.py"),
        pytest.param("local-1.0+cu121.dist-info", "local", "1.0+cu121", id="local-version"),
        pytest.param("develop.egg-info", "develop", "7.7", id="develop"),
    ],
)
def test_every_way_of_naming_a_package_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, name: str, version: str
) -> None:
    (tmp_path / entry).mkdir()
    (tmp_path / entry / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: develop\nVersion: 7.7\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "missing.zip")])
    assert packages() == {name: version}


def test_the_first_folder_on_the_path_wins_and_a_new_package_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, version in (("a", "1"), ("b", "2")):
        (tmp_path / folder / f"thing-{version}.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "a"), str(tmp_path / "b")])
    assert packages() == {"thing": "1"}
    (tmp_path / "a" / "more-5.dist-info").mkdir()
    os.utime(tmp_path / "a", (1, 1))
    assert packages() == {"thing": "1", "more": "5"}


def test_imported_packages_are_known_also_under_another_name() -> None:
    code = (
        "import json, dateutil, zmq, six; from jupyter_xpt.edges.host.machine import *;"
        "from jupyter_xpt.edges.host import machine; print(json.dumps(machine.imported(machine.packages())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert {"python-dateutil", "pyzmq", "six"} <= set(found)
    assert not {"nbformat", "pytest"} & set(found)


def test_a_module_that_no_package_names_is_none_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "some-1.dist-info").mkdir()
    (tmp_path / "some-1.dist-info" / "RECORD").write_text(
        "other/__init__.py,sha256=x,1\nsingle.py,,\nfast.cpython-311.so,,\n"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert imported(packages()) == []
    assert machine._modules(str(tmp_path / "some-1.dist-info")) == {"other", "single", "fast"}


def test_the_environment_is_plain_json_and_holds_no_values_of_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME_TOKEN", "a-very-secret-value")
    text = json.dumps(environment(), allow_nan=False)
    read = json.loads(text)
    assert read["schema"] == 1
    assert set(read) == {"schema", "interpreter", "packages", "imported", "hardware"}
    assert "a-very-secret-value" not in text


def test_the_hardware_is_this_machines() -> None:
    found = hardware()
    assert found["usable_cores"] == len(os.sched_getaffinity(0))
    assert isinstance(found["memory"], int)
    assert found["memory"] > 2**28
    assert found["machine"] == os.uname().machine


def test_the_interpreter_is_this_one() -> None:
    assert interpreter()["executable"] == sys.executable
    assert interpreter()["version"] == ".".join(map(str, sys.version_info[:3]))


def test_nothing_slow_is_imported() -> None:
    code = (
        "import sys; from jupyter_xpt.edges.host import git, machine; "
        "from jupyter_xpt.edges.kernel import place; print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert not {"psutil", "urllib.request", "http.client", "ssl", "importlib.metadata", "IPython"} & set(
        done.stdout.split()
    )
