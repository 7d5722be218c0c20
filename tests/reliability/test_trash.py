"""Killed or refused at any system call, a deletion loses nothing, and both ways go on from where it stopped."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest

from jupyter_xpt.actions import trash
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import ExperimentRecord
from tests.reliability.test_crash_points import CHANGING, ERRORS, ROOT, why_not

CALLS = (*CHANGING, "unlink", "unlinkat", "rmdir", "close", "newfstatat", "getdents64")
NAME = ExperimentName("cats", 1)
SCRIPT = """
    import os, sys
    sys.path.insert(0, {root!r})
    from pathlib import Path
    from jupyter_xpt.edges.disk import trash
    from jupyter_xpt.edges.disk.store import Store
    from jupyter_xpt.ground.errors import XptError
    from jupyter_xpt.ground.names import ExperimentName
    place, name = Store(Path(sys.argv[1])), ExperimentName("cats", 1)
    os.getppid()
    try:
        {act}(place, name)
    except XptError as problem:
        os.pwrite(1, b"refused", 0)
    else:
        os.pwrite(1, b"done", 0)
"""
ACTS = {"delete": "trash.put_away", "undelete": "trash.bring_back"}


def project(folder: Path, act: str) -> Path:
    """A folder with an experiment and its notebook; in the trash when it is to be undeleted."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    store.reserve(Store(folder), "cats")
    store.create_experiment(Store(folder), ExperimentRecord("cats", 1, "now"))
    (folder / "out" / "cats_001" / "data").write_bytes(b"d" * 9000)
    (folder / "cats_001.ipynb").write_text("notebook")
    if act == "undelete":
        trash.delete(folder, NAME)
    return folder


def play(tmp_path: Path, act: str, trace: str, *inject: str) -> tuple[Path, str, str]:
    """Does it under strace; gives the folder, what was told, and strace's log."""
    folder, script, log = project(tmp_path / "p", act), tmp_path / f"{act}.py", tmp_path / "strace"
    told = tmp_path / "told"
    script.write_text(textwrap.dedent(SCRIPT).format(root=str(ROOT), act=ACTS[act]))
    with told.open("wb") as out:
        python = [sys.executable, "-I", "-S", "-B", str(script), str(folder)]
        subprocess.run(
            ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={trace}", *inject, *python],
            stdout=out,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
    return folder, told.read_text(), log.read_text()


def points(tmp_path: Path, act: str) -> list[tuple[str, int]]:
    """Every call of ours that changes something or could: its kind, and which of the process's it is."""
    if why_not():
        pytest.skip(why_not())
    _, told, log = play(tmp_path, act, ",".join([*CALLS, "getppid"]))
    assert told == "done"
    count, found, begun = Counter[str](), [], False
    for line in log.splitlines():
        match = re.match(r"[0-9]+ +(\w+)\(", line)
        if match is not None:
            begun = begun or match[1] == "getppid"
            count[match[1]] += 1
            if begun and match[1] in CALLS:
                found.append((match[1], count[match[1]]))
    return found


def at_home(folder: Path) -> bool:
    """Whether all is at home, and nothing in the trash."""
    there = (folder / "out" / "cats_001" / "data").exists() and (folder / "cats_001.ipynb").exists()
    return there and not trash.trash.deleted(Store(folder))


def check(folder: Path) -> None:
    """Nothing is lost; undeleting completes, deleting completes, and what comes back is whole."""
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert b"d" * 9000 in contents
    assert b"notebook" in contents
    copy = folder.parent / "copy"
    for first in ("undelete", "delete"):
        shutil.rmtree(copy, ignore_errors=True)
        # Links stay links: the same file in two places is one of the states.
        subprocess.run(["cp", "-a", str(folder), str(copy)], check=True)
        if first == "undelete" and not at_home(copy):
            trash.undelete(copy, NAME)
            assert at_home(copy)
        if (copy / "out" / "cats_001").exists():
            trash.delete(copy, NAME)
        assert not (copy / "out" / "cats_001").exists()
        assert not (copy / "cats_001.ipynb").exists()
        trash.undelete(copy, NAME)
        assert at_home(copy)
        assert (copy / "cats_001.ipynb").read_text() == "notebook"
        assert store.reserve(Store(copy), "cats").number == 2


@pytest.mark.parametrize("act", ACTS)
def test_killed_at_any_call_nothing_is_lost_and_both_ways_go_on(tmp_path: Path, act: str) -> None:
    for call, n in points(tmp_path, act):
        folder, told, log = play(tmp_path, act, call, "-e", f"inject={call}:signal=SIGKILL:when={n}")
        assert "killed by SIGKILL" in log, f"{call} {n} never came"
        assert told == ""
        check(folder)


@pytest.mark.parametrize("act", ACTS)
def test_refused_at_any_change_it_says_so_or_does_it_and_loses_nothing(tmp_path: Path, act: str) -> None:
    changes = [one for one in points(tmp_path, act) if one[0] in (*CHANGING, "unlink", "unlinkat", "rmdir")]
    for position, (call, n) in enumerate(changes):
        error = ERRORS[position % len(ERRORS)]
        folder, told, log = play(tmp_path, act, call, "-e", f"inject={call}:error={error}:when={n}")
        assert "(INJECTED)" in log, f"{call} {n} never came"
        assert told in ("done", "refused"), f"{call} {n} {error}"
        check(folder)
        if told == "done":
            assert at_home(folder) == (act == "undelete"), f"{call} {n} {error}"
