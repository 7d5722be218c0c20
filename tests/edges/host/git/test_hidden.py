"""The work tree as a hidden commit: in every state of a repository, and nobody notices."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from jupyter_xpt.edges.host.git import Hidden, TroubleError, hidden_ref, keep_commit, look
from jupyter_xpt.ground.names import ExperimentName
from tests.repositories import REFUSED, STATES, armed, change, fingerprint, make, run, sprung, trap_in, untouched

REF = "refs/xpt/animals/009/2026_11_23-12_34_12"


@pytest.fixture(autouse=True)
def no_settings_of_the_users(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own, so that nobody's global configuration decides a test."""
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def keep(folder: Path, ref: str = REF) -> Hidden:
    """The hidden commit of a folder, and nothing of the user's has changed."""
    before = untouched(folder)
    found = look(folder)
    assert found is not None
    assert found.work is not None, found.state.problem
    hidden = keep_commit(found.work, ref, "animals_009\n\nwhat was there")
    assert untouched(folder) == before
    return hidden


def kept(folder: Path, hidden: Hidden) -> dict[str, str]:
    """The files of a hidden commit with their texts."""
    assert hidden.commit is not None
    listed = run(folder, "ls-tree", "-r", "-z", hidden.commit)
    entries = [entry.split("\t") for entry in listed.split("\0") if entry]
    return {
        path: run(folder, "cat-file", "blob", about.split()[2]) if about.split()[1] == "blob" else about.split()[2]
        for about, path in entries
        if run(folder, "cat-file", "-e", about.split()[2], check=False) == ""
    }


@pytest.mark.parametrize("state", STATES)
def test_the_whole_tree_is_kept_in_every_state_and_nothing_is_touched(tmp_path: Path, state: str) -> None:
    folder = STATES[state](tmp_path)
    hidden = keep(folder)
    assert run(folder, "rev-parse", REF) == hidden.commit
    assert hidden.left.names == {}
    # A fresh work tree of it holds what lies here.
    top = Path(run(folder, "rev-parse", "--show-toplevel"))
    copy = tmp_path / "copy"
    copy.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
        run(top, "read-tree", str(hidden.commit))
        for path in ("model.py", "new.txt", "staged.py", "data.csv"):
            run(top, "--work-tree", str(copy), "checkout-index", "--force", path, check=False)
    for path in ("model.py", "new.txt", "staged.py", "data.csv"):
        here, there = top / path, copy / path
        assert here.exists() == there.exists(), path
        assert not here.exists() or here.read_bytes() == there.read_bytes()
    head = run(folder, "rev-parse", "--verify", "HEAD", check=False)
    parents = run(folder, "log", "-1", "--format=%P", str(hidden.commit))
    assert parents == (head if len(head) >= 40 else "")


@pytest.mark.parametrize("state", REFUSED)
def test_where_git_refuses_it_says_so_in_a_line_and_nothing_is_kept(tmp_path: Path, state: str) -> None:
    folder = REFUSED[state](tmp_path)
    before = fingerprint(folder)
    found = look(folder)
    if state == "none":
        assert found is None
    else:
        assert found is not None
        assert found.work is None
        assert found.state.problem
        assert "\n" not in found.state.problem
    assert fingerprint(folder) == before


def test_a_clean_tree_needs_no_commit(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    os.utime(folder / "model.py", (1, 1))
    assert keep(folder).commit is None
    assert run(folder, "for-each-ref", "refs/xpt") == ""


def test_new_files_alone_are_worth_a_commit(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    (folder / 'a b\n"é').write_text("new")
    (folder / "link").symlink_to("nowhere")
    assert set(kept(folder, keep(folder))) >= {"model.py", "data.csv"}
    names = run(folder, "ls-tree", "-r", "-z", "--name-only", REF).split("\0")
    assert {'a b\n"é', "link"} <= set(names)


def test_the_same_name_twice_gets_a_number(tmp_path: Path) -> None:
    folder = change(make(tmp_path / "r"))
    first = keep(folder)
    (folder / "model.py").write_text("depth = 5\n")
    second = keep(folder)
    assert run(folder, "rev-parse", REF) == first.commit
    assert run(folder, "rev-parse", f"{REF}.2") == second.commit


def test_what_is_ignored_large_secret_or_ours_is_not_in_it(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    (folder / ".gitignore").write_text("cache/\n")
    (folder / "cache").mkdir()
    (folder / "cache" / "big").write_text("x")
    (folder / "large.bin").write_bytes(bytes(2 << 20))
    (folder / ".env").write_text("A=1\n")
    (folder / "settings.yaml").write_text("db:\n  password: hunter2-hunter2\n")
    (folder / "staged.pem").write_text("key\n")
    run(folder, "add", "staged.pem")
    (folder / "out" / ".xpt").mkdir(parents=True)
    (folder / "out" / "log.txt").write_text("x")
    (folder / "experiments.csv").write_text("x")
    (folder / ".~xpt-17-1-2f").write_text("being written")
    (folder / "inner").mkdir()
    make(folder / "inner")
    (folder / "fine.py").write_text("x\n")
    hidden = keep(folder)
    names = set(run(folder, "ls-tree", "-r", "--name-only", REF).splitlines())
    assert names == {".gitignore", "model.py", "data.csv", "fine.py"}
    assert set(hidden.left.names) == {"large.bin", ".env", "settings.yaml", "staged.pem", "inner/"}


def test_no_command_of_a_hostile_repository_is_run(tmp_path: Path) -> None:
    folder = armed(tmp_path, trap_in(tmp_path))
    for name in ("commit.gpgSign", "tag.gpgSign"):
        run(folder, "config", name, "true")
    run(folder, "config", "gpg.program", f"{tmp_path}/trap.sh gpg")
    (folder / "f9.txt").write_text("new, with a filter\n")
    (folder / ".gitattributes").write_text("f9.txt filter=evil\n")
    found = look(folder)
    assert found is not None
    assert found.work is not None
    hidden = keep_commit(found.work, REF, "m")
    assert sprung(tmp_path) == []
    assert {"f0.txt", "f1.txt", "f2.txt", "f9.txt"} == set(hidden.left.names)
    assert "left out: 4 files with a git filter, which is not run" in str(hidden.left.said())
    assert run(folder, "-c", "core.fsmonitor=", "show", "--no-ext-diff", "--no-textconv", f"{REF}:f0.txt") == "one"


@pytest.mark.parametrize("place", ["refs/xpt", "refs/xpt/animals", "refs/xpt/animals/009"])
def test_a_ref_that_lies_elsewhere_is_not_written(tmp_path: Path, place: str) -> None:
    folder = change(make(tmp_path / "r"))
    (tmp_path / "elsewhere").mkdir()
    link = folder / ".git" / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(tmp_path / "elsewhere")
    found = look(folder)
    assert found is not None
    assert found.work is not None
    with pytest.raises(TroubleError, match="is a link"):
        keep_commit(found.work, REF, "m")
    assert list((tmp_path / "elsewhere").rglob("*")) == []


def test_a_ref_that_stands_for_a_branch_makes_none(tmp_path: Path) -> None:
    folder = change(make(tmp_path / "r"))
    run(folder, "symbolic-ref", REF, "refs/heads/surprise")
    keep(folder)
    assert run(folder, "rev-parse", "--verify", "--quiet", "refs/heads/surprise", check=False) == ""


@pytest.mark.parametrize("name", ["user.name", "user.email", None], ids=["no-email", "no-name", "nobody"])
def test_nobody_needs_to_have_told_git_who_they_are(tmp_path: Path, name: str | None) -> None:
    folder = change(make(tmp_path / "r"))
    run(folder, "config", "user.useConfigOnly", "true")
    if name:
        run(folder, "config", name, "Anna <>")
    hidden = keep(folder)
    said = run(folder, "log", "-1", "--format=%an|%ae", str(hidden.commit))
    assert (
        said
        == {
            None: "jupyter_xpt|jupyter_xpt@localhost",
            "user.name": "Anna|jupyter_xpt@localhost",
            "user.email": "jupyter_xpt|Anna",
        }[name]
    )


@pytest.mark.parametrize(
    "series",
    [
        "animals",
        "ab c",
        "..",
        "a..b",
        "x.lock",
        "-n",
        "a~^{}@",
        "@{u}",
        "é ü",
        "אבג",
        "x" * 200,
        "~" * 120,
        "a\u200db",
        "%41",
    ],
)
def test_every_series_has_a_ref_of_its_own_that_git_takes(tmp_path: Path, series: str) -> None:
    folder = change(make(tmp_path / "r"))
    ref = hidden_ref(ExperimentName(series, 9), "2026_11_23-12_34_12-2")
    assert keep(folder, ref).commit == run(folder, "rev-parse", ref)
    assert hidden_ref(ExperimentName(series + "_", 9), "2026_11_23-12_34_12-2") != ref


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    os.mkfifo(folder / "pipe")
    (folder / "model.py").unlink()
    os.mkfifo(folder / "model.py")
    (folder / "new.txt").write_text("x")
    began = time.monotonic()
    hidden = keep(folder)
    assert time.monotonic() - began < 60
    assert hidden.left.names.get("model.py") == "that cannot be read"
    assert "new.txt" in run(folder, "ls-tree", "--name-only", REF)


def test_a_file_that_became_a_folder_and_a_folder_that_became_a_file(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    (folder / "was").mkdir()
    (folder / "was" / "a").write_text("a")
    run(folder, "add", ".")
    run(folder, "commit", "--quiet", "-m", "more")
    (folder / "was" / "a").unlink()
    (folder / "was").rmdir()
    (folder / "was").write_text("a file now")
    (folder / "model.py").unlink()
    (folder / "model.py").mkdir()
    (folder / "model.py" / "inner").write_text("x")
    keep(folder)
    names = run(folder, "ls-tree", "-r", "--name-only", REF).splitlines()
    assert names == ["data.csv", "model.py/inner", "was"]


def test_a_hidden_commit_is_kept_alive_and_brings_the_tree_back(tmp_path: Path) -> None:
    folder = change(make(tmp_path / "r"))
    keep(folder)
    run(folder, "gc", "--quiet", "--prune=now")
    run(folder, "worktree", "add", "--quiet", "--detach", str(tmp_path / "again"), REF)
    assert (tmp_path / "again" / "new.txt").read_text() == "new\n"
    assert (tmp_path / "again" / "staged.py").read_text() == "s = 2\n"
    assert not (tmp_path / "again" / "data.csv").exists()
