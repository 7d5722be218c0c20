"""A notebook committed beside what the user has staged: one file, one commit, and nothing else changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_xpt.edges.host.git import Committed, commit_file
from tests.repositories import (
    REFUSED,
    STATES,
    arm,
    change,
    fingerprint,
    make,
    run,
    second_tree,
    sprung,
    trap_in,
    untouched,
)

FILE = "animals_009.ipynb"
DATA = b'{"cells": []}\n'
DECLINED = {
    "detached": "HEAD is detached",
    "unborn": "has no commit yet",
    "merging": "a merge is under way",
    "picking": "a cherry-pick is under way",
    "rebasing": "a rebase is under way",
    "locked": "the index is locked",
}


@pytest.fixture(autouse=True)
def no_settings_of_the_users(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own, so that nobody's global configuration decides a test."""
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def commit(folder: Path, data: bytes = DATA) -> Committed:
    """The numbered notebook of a folder, made and committed."""
    (folder / FILE).write_bytes(data)
    return commit_file(folder, FILE, data, "animals_009: more trees\n\nRun 2026_11_23-12_34_12.")


@pytest.mark.parametrize("state", [name for name in STATES if name not in DECLINED])
def test_it_is_committed_on_the_branch_and_all_that_was_staged_stays_staged(tmp_path: Path, state: str) -> None:
    folder = STATES[state](tmp_path)
    before, status = untouched(folder), run(folder, "status", "--porcelain").splitlines()
    head, branch = run(folder, "rev-parse", "HEAD"), run(folder, "symbolic-ref", "--short", "HEAD")
    found = commit(folder)
    assert found == Committed(run(folder, "rev-parse", "HEAD"), branch)
    assert run(folder, "rev-parse", "HEAD^") == head
    assert run(folder, "diff", "--name-status", "HEAD^", "HEAD") == f"A\t{FILE}"
    assert run(folder, "show", f"HEAD:{FILE}") == DATA.decode().strip()
    assert run(folder, "status", "--porcelain").splitlines() == status
    after = untouched(folder)
    for same in ("head", "stash", "config"):
        assert after[same] == before[same]
    assert [one for one in after["refs"] if one not in before["refs"]] == [f"refs/heads/{branch} {found.commit}"]  # type: ignore[attr-defined, operator]
    # A sparse index is more than this command understands, with or without us.
    if state not in ("partial", "sparse"):
        assert run(folder, "fsck", "--no-dangling") == ""
    assert run(folder, "log", "-1", "--format=%s") == "animals_009: more trees"
    # Once more there is nothing to do.
    assert commit(folder) == Committed()


@pytest.mark.parametrize("state", DECLINED)
def test_where_a_commit_would_be_in_the_way_it_says_so_and_changes_nothing(tmp_path: Path, state: str) -> None:
    folder = STATES[state](tmp_path)
    (folder / FILE).write_bytes(DATA)
    before = untouched(folder)
    found = commit(folder)
    assert untouched(folder) == before
    assert found.commit is None
    assert DECLINED[state] in str(found.problem)
    assert "\n" not in str(found.problem)


@pytest.mark.parametrize("state", REFUSED)
def test_where_git_refuses_nothing_is_changed(tmp_path: Path, state: str) -> None:
    folder = REFUSED[state](tmp_path)
    (folder / FILE).write_bytes(DATA)
    before = fingerprint(folder)
    found = commit(folder)
    assert {k: v for k, v in fingerprint(folder).items() if k != FILE} == {k: v for k, v in before.items() if k != FILE}
    assert found.commit is None
    assert found.problem


def ignored(folder: Path) -> None:
    (folder / ".gitignore").write_text("*_009.ipynb\n")


def staged(folder: Path) -> None:
    (folder / FILE).write_text("mine")
    run(folder, "add", FILE)


def known(folder: Path) -> None:
    staged(folder)
    run(folder, "commit", "--quiet", "-m", "mine")


def filtered(folder: Path) -> None:
    run(folder, "config", "filter.strip.clean", "cat")
    (folder / ".gitattributes").write_text("*.ipynb filter=strip\n")


def without_index(folder: Path) -> None:
    (folder / ".git" / "index").unlink()


def bisecting(folder: Path) -> None:
    run(folder, "bisect", "start")


def elsewhere(folder: Path) -> None:
    run(folder, "worktree", "add", "--quiet", "--force", str(folder.parent / "second"), "main")


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (ignored, "is ignored by git"),
        (staged, "is staged already"),
        (known, "is in git already"),
        (filtered, "has a git filter, which is not run"),
        (without_index, "there is no index"),
        (bisecting, "a bisection is under way"),
        (elsewhere, "is checked out in another work tree too"),
    ],
)
def test_it_declines(tmp_path: Path, happens: Callable[[Path], None], said: str) -> None:
    folder = make(tmp_path / "r")
    happens(folder)
    (folder / FILE).write_bytes(DATA)
    before = untouched(folder)
    found = commit(folder)
    assert untouched(folder) == before
    assert said in str(found.problem)


def test_no_hook_is_run_and_nothing_is_signed(tmp_path: Path) -> None:
    folder = change(make(tmp_path / "r"))
    arm(folder, tmp_path, trap_in(tmp_path))
    run(folder, "config", "commit.gpgSign", "true")
    run(folder, "config", "commit.template", str(tmp_path / "none"))
    found = commit(folder)
    assert sprung(tmp_path) == []
    assert found.problem is None
    assert "gpgsig" not in run(folder, "cat-file", "commit", str(found.commit))


def test_a_notebook_below_the_top_and_in_a_second_work_tree(tmp_path: Path) -> None:
    folder = second_tree(tmp_path)
    (folder / "a b").mkdir()
    found = commit(folder / "a b")
    assert found.branch == "second"
    assert run(folder, "show", f"second:a b/{FILE}") == DATA.decode().strip()
    assert run(tmp_path / "r", "log", "--format=%s", "main") == "first"


def test_two_at_once_both_get_in_or_say_why(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    found: dict[int, Committed] = {}

    def one(number: int) -> None:
        name = f"animals_{number:03d}.ipynb"
        (folder / name).write_bytes(DATA)
        found[number] = commit_file(folder, name, DATA, f"animals_{number:03d}")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = run(folder, "ls-tree", "--name-only", "HEAD").splitlines()
    made = [number for number, one in found.items() if one.commit]
    assert made
    assert {f"animals_{number:03d}.ipynb" for number in made} == {one for one in names if one.endswith(".ipynb")}
    assert all(one.problem for number, one in found.items() if number not in made)
    # Nothing is staged that is not committed.
    assert all(line.startswith("??") for line in run(folder, "status", "--porcelain").splitlines())
