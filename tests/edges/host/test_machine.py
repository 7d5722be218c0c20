"""What a run ran on: this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_xpt.edges.host import machine
from jupyter_xpt.edges.host.machine import environment, hardware, interpreter
from jupyter_xpt.edges.host.packages import packages

ROOT = Path(machine.__file__).parents[2]


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
    found = hardware(packages())
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
