"""Repositories in every state: an experiment runs in them, keeps what it can, and nothing of the user's changes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kernels import Kernel, Shown, kernel
from tests.projects import run_folder, runs
from tests.repositories import (
    REFUSED,
    STATES,
    armed,
    change,
    dirty,
    make,
    rebasing,
    run,
    sprung,
    trap_in,
    untouched,
)

CELL = "%%experiment\n0.5"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel that runs in one repository after the other, each run kept as a hidden commit."""
    home = tmp_path_factory.mktemp("home")
    with kernel(tmp_path_factory.mktemp("kernel"), HOME=str(home), XDG_CONFIG_HOME=str(home)) as one:
        one.run("%config XptMagics.hidden_commit = True")
        yield one


def experiment(running: Kernel, folder: Path) -> Shown:
    """A draft in the folder, run as an experiment, until all that is kept is kept."""
    path = folder / "animals.ipynb"
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": CELL, "outputs": [], "execution_count": None}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    running.run(f"import os; os.environ['XPT_NOTEBOOK'] = {str(path)!r}")
    shown = running.run(CELL, "a")
    assert shown.status == "ok", shown.traceback
    running.run("import threading\n[t.join() for t in threading.enumerate() if t.name == 'jupyter_xpt keeper']")
    return shown


def seen(folder: Path) -> dict[str, object]:
    """What the user calls theirs, without the files that an experiment makes."""
    found = untouched(folder)
    tree = found["tree"]
    assert isinstance(tree, dict)
    states = found["states"]
    assert isinstance(states, list)
    ours = ("out", "experiments.csv", "animals.ipynb", "animals_001.ipynb")
    return {
        **found,
        "tree": {name: one for name, one in tree.items() if not name.startswith(ours)},
        "states": [name for name in states if name not in ours],
    }


def told(folder: Path) -> dict[str, Any]:
    """What the run's record says of git."""
    git = runs(folder, 1)[0].git
    assert git is not None
    return dict(git)


@pytest.mark.parametrize("state", STATES)
def test_a_run_keeps_the_tree_and_touches_nothing(tmp_path: Path, running: Kernel, state: str) -> None:
    folder = STATES[state](tmp_path)
    before = seen(folder)
    experiment(running, folder)
    assert seen(folder) == before
    git = told(folder)
    assert git["problem"] is None
    assert (git["dirty"], git["patch"], git["left_out"]) == (True, True, [])
    assert git["untracked_files"].count("animals.ipynb") == 1
    assert not [name for name in git["untracked_files"] if name.startswith(("out", "experiments", "animals_"))]
    run_name = run_folder(folder).name
    assert run(folder, "rev-parse", f"refs/xpt/animals/001/{run_name}") == git["hidden"]
    kept = run(folder, "ls-tree", "-r", "--name-only", "--full-tree", git["hidden"]).splitlines()
    assert "animals.ipynb" in kept
    assert not [name for name in kept if name.startswith(("out/", "experiments.csv"))]
    if git["commit"]:
        assert run(folder, "rev-parse", f"{git['hidden']}^") == git["commit"]
    patch = (run_folder(folder) / "changes.patch").read_bytes()
    assert patch.startswith(b"diff --git ")


@pytest.mark.parametrize("state", REFUSED)
def test_where_git_refuses_the_run_is_kept_all_the_same(tmp_path: Path, running: Kernel, state: str) -> None:
    folder = REFUSED[state](tmp_path)
    before = seen(folder)
    shown = experiment(running, folder)
    assert seen(folder) == before
    assert "no hidden commit was made: " in shown.block
    record = runs(folder, 1)[0]
    assert record.status == "finished"
    assert record.incomplete == ()
    assert [one.text.partition(":")[0] for one in record.warnings] == ["no hidden commit was made"]
    assert "\n" not in record.warnings[0].text
    assert not (run_folder(folder) / "changes.patch").exists()
    if state == "none":
        assert record.git is None
    else:
        assert record.git is not None
        assert record.git["problem"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_somebody_elses_repository_is_refused_in_a_line(tmp_path: Path, running: Kernel) -> None:
    folder = dirty(tmp_path)
    for path in (folder, *folder.rglob("*")):
        os.lchown(path, 4321, 4321)
    before = seen(folder)
    experiment(running, folder)
    assert seen(folder) == before
    (warned,) = runs(folder, 1)[0].warnings
    assert "dubious ownership" in warned.text


def test_a_git_that_is_not_there_is_named(tmp_path: Path, running: Kernel) -> None:
    folder = dirty(tmp_path)
    (tmp_path / "bin").mkdir()
    before = seen(folder)
    running.run(f"_path = os.environ['PATH']; os.environ['PATH'] = {str(tmp_path / 'bin')!r}")
    try:
        experiment(running, folder)
    finally:
        running.run("os.environ['PATH'] = _path")
    assert seen(folder) == before
    assert "git is not installed" in told(folder)["problem"]


def test_no_command_of_a_hostile_repository_is_run(tmp_path: Path, running: Kernel) -> None:
    folder = armed(tmp_path, trap_in(tmp_path))
    run(folder, "config", "commit.gpgSign", "true")
    before = seen(folder)
    # What the test itself asks git springs some of them.
    for mark in tmp_path.glob("sprung-*"):
        mark.unlink()
    experiment(running, folder)
    assert sprung(tmp_path) == []
    assert seen(folder) == before
    git = told(folder)
    assert set(git["left_out"]) == {"f0.txt", "f1.txt", "f2.txt"}
    assert "with a git filter, which is not run" in git["problem"]
    assert git["hidden"]


@pytest.mark.parametrize("ends", [dirty, rebasing], ids=["committed", "declined"])
def test_the_notebook_is_committed_or_the_block_says_why_not(
    tmp_path: Path, running: Kernel, ends: Callable[[Path], Path]
) -> None:
    folder = ends(tmp_path)
    before, status = seen(folder), run(folder, "status", "--porcelain").splitlines()
    head = run(folder, "rev-parse", "HEAD")
    running.run("%config XptMagics.commit_notebook = True")
    try:
        shown = experiment(running, folder)
    finally:
        running.run("%config XptMagics.commit_notebook = False")
    after = seen(folder)
    if ends is rebasing:
        assert after == before
        assert "animals_001.ipynb was not committed: a rebase is under way" in shown.block
        return
    assert f"committed animals_001.ipynb as {run(folder, 'rev-parse', 'HEAD')[:10]} on main" in shown.block
    assert run(folder, "diff", "--name-status", head, "HEAD") == "A\tanimals_001.ipynb"
    same = ("head", "config", "stash", "states", "tree")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    now = run(folder, "status", "--porcelain").splitlines()
    assert [line for line in now if not line.endswith(("out/", "animals.ipynb", "experiments.csv"))] == status


def test_the_users_own_hooks_and_branch_stay_out_of_it(tmp_path: Path, running: Kernel) -> None:
    folder = change(make(tmp_path / "r"))
    hook = folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
    hook.chmod(0o755)
    experiment(running, folder)
    assert not (tmp_path / "ran").exists()
    assert told(folder)["branch"] == "main"
    assert run(folder, "log", "--format=%s", "main") == "first"
