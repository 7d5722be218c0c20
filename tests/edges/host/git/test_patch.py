"""The patch of a run: it makes the same tree again, in every state, and keeps no secrets and nothing of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_xpt.edges.host.git import Looked, look
from tests.repositories import STATES, change, fingerprint, make, run


@pytest.fixture(autouse=True)
def no_settings_of_the_users(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own, so that nobody's global configuration decides a test."""
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def everything(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Every file, `.git` and all, but what any `git status` leaves: a tree in a sparse one, a mark on a split index."""
    passing = (".git/objects", ".git/sharedindex")
    return {name: found for name, found in fingerprint(folder).items() if not name.startswith(passing)}


def looked(folder: Path, limit: int = 1_000_000) -> Looked:
    """What git tells, and nothing at all has changed."""
    before = everything(folder)
    found = look(folder, limit)
    assert everything(folder) == before
    assert found is not None
    return found


@pytest.mark.parametrize("state", STATES)
def test_the_patch_applies_to_the_commit_in_every_state(tmp_path: Path, state: str) -> None:
    folder = STATES[state](tmp_path)
    found = looked(folder)
    assert found.state.dirty is True
    assert found.left.names == {}
    (tmp_path / "p").write_bytes(found.patch)
    top = Path(run(folder, "rev-parse", "--show-toplevel"))
    # An index and a work tree beside: the commit, then the patch.
    copy = tmp_path / "copy"
    copy.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
        if found.state.commit:
            run(top, "read-tree", found.state.commit)
            for path in ("model.py", "data.csv", "staged.py"):
                run(top, "--work-tree", str(copy), "checkout-index", "--force", path, check=False)
    run(tmp_path / "copy", "apply", "--include=*.py", "--include=*.csv", str(tmp_path / "p"))
    for path in run(top, "ls-files", "model.py", "staged.py", "data.csv").splitlines():
        here, there = top / path, copy / path
        assert here.exists() == there.exists(), path
        assert not here.exists() or here.read_bytes() == there.read_bytes()


@pytest.mark.parametrize(
    "name",
    [".env", ".env.local", "keys/server.pem", "x.key", "id_rsa", ".netrc", ".npmrc", ".pypirc", "credentials.json",
     "my-credentials.prod.json", ".streamlit/secrets.toml", ".docker/config.json", "kaggle.json"],
)  # fmt: skip
def test_a_file_that_is_secret_by_its_name_is_named_and_not_kept(tmp_path: Path, name: str) -> None:
    folder = make(tmp_path / "r")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("hunter1\n")
    run(folder, "add", "--force", ".")
    run(folder, "commit", "--quiet", "-m", "careless")
    (folder / name).write_text("hunter2\n")
    (folder / "model.py").write_text("depth = 4\n")
    found = looked(folder)
    assert found.told().left_out == (name,)
    assert found.state.changed == 2
    assert b"hunter" not in found.patch
    assert b"+depth = 4" in found.patch
    assert "1 file that may hold secrets" in str(found.told().problem)


@pytest.mark.parametrize(
    "line",
    ["password: hunter2-hunter2", 'API_KEY = "0123456789abcdef"', "https://anna:pw@example.org/x", "ghp_" + "a" * 36],
)
def test_a_change_that_holds_what_looks_like_a_secret_is_not_kept(tmp_path: Path, line: str) -> None:
    folder = change(make(tmp_path / "r"))
    (folder / "data.csv").write_text(f"{line}\n")
    found = looked(folder)
    assert found.told().left_out == ("data.csv",)
    assert line.encode() not in found.patch
    assert b"+depth = 4" in found.patch


def test_files_that_no_longer_fit_are_left_out_whole_and_named(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    for n in range(30):
        (folder / f"f{n:02}.txt").write_text("one\n")
    run(folder, "add", ".")
    run(folder, "commit", "--quiet", "-m", "files")
    for n in range(30):
        (folder / f"f{n:02}.txt").write_text("two\n" * 20)
    found = looked(folder, 3_000)
    kept = found.patch.count(b"diff --git")
    assert 0 < kept < 30
    assert found.told().left_out == tuple(f"f{n:02}.txt" for n in range(kept, 30))
    (tmp_path / "p").write_bytes(found.patch)
    run(folder, "checkout", "--quiet", ".")
    run(folder, "apply", str(tmp_path / "p"))


@pytest.mark.parametrize("committed", [False, True], ids=["unknown", "committed"])
def test_what_we_write_ourselves_is_nobodys_change(tmp_path: Path, committed: bool) -> None:
    folder = make(tmp_path / "r")
    below = folder / "notebooks"
    (below / "out" / ".xpt" / "numbers" / "animals").mkdir(parents=True)
    (below / "out" / ".xpt" / "numbers" / "animals" / "001").write_text("")
    (below / "out" / "animals_001").mkdir()
    (below / "out" / "animals_001" / "run.json").write_text("{}\n")
    (below / "experiments.csv").write_text("a\n")
    (folder / ".~xpt-17-1-2f").write_text("being written")
    (below / "animals_001.ipynb").write_text("{}")
    if committed:
        run(folder, "add", ".")
        run(folder, "commit", "--quiet", "-m", "with our files")
        (below / "out" / "animals_001" / "run.json").write_text('{"a": 1}\n')
        (below / "experiments.csv").unlink()
        (below / "out" / "animals_001" / "more").write_text("x")
    state = looked(below).told()
    assert (state.dirty, state.changed, state.left_out, state.patch) == (False, 0, (), False)
    assert state.untracked_files == (() if committed else ("notebooks/",))
    (below / "mine.py").write_text("x\n")
    (below / "reports_2024.ipynb").write_text("{}")
    run(folder, "add", "notebooks/mine.py")
    found = looked(below)
    assert (found.state.dirty, found.state.changed) == (True, 1)
    assert found.state.untracked_files == ("notebooks/reports_2024.ipynb",)
    assert found.patch.count(b"diff --git") == 1


def test_however_many_files_of_ours_differ_the_patch_is_kept(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    (folder / "a b" / "out" / ".xpt").mkdir(parents=True)
    for n in range(700):
        (folder / "a b" / "out" / f"f{n}").write_text("1")
    run(folder, "add", ".")
    run(folder, "commit", "--quiet", "-m", "with our files")
    for n in range(700):
        (folder / "a b" / "out" / f"f{n}").unlink()
    (folder / "model.py").write_text("depth = 4\n")
    found = looked(folder)
    assert (found.state.changed, found.patch.count(b"diff --git")) == (1, 1)


def test_an_out_folder_that_is_not_ours_counts(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    (folder / "out").mkdir()
    (folder / "out" / "theirs").write_text("1\n")
    (folder / "experiments.csv").write_text("1\n")
    run(folder, "add", ".")
    found = looked(folder)
    assert (found.state.changed, found.patch.count(b"diff --git")) == (2, 2)


def test_many_new_files_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    for n in range(300):
        (folder / f"n{n:03}").write_text("")
    state = looked(folder).state
    assert state.untracked == 300
    assert state.untracked_files == tuple(f"n{n:03}" for n in range(200))


@pytest.mark.parametrize(
    "name",
    ["a b", "é", 'quo"te', "new\nline", "tab\t", "back\\slash", b"\xff\xfe".decode("utf-8", "surrogateescape")],
)
def test_any_file_name_goes_into_a_patch_and_out_of_it(tmp_path: Path, name: str) -> None:
    folder = make(tmp_path / "r")
    (folder / name).write_text("one\n")
    run(folder, "add", ".")
    run(folder, "commit", "--quiet", "-m", "odd")
    (folder / name).write_text("two\n" * 10)
    found = looked(folder)
    assert found.left.names == {}
    (tmp_path / "p").write_bytes(found.patch)
    run(folder, "checkout", "--quiet", ".")
    run(folder, "apply", str(tmp_path / "p"))
    assert (folder / name).read_text() == "two\n" * 10
    (folder / "zzz").write_text("later\n")
    (folder / name).write_text("password = 'correct horse'\n")
    assert list(looked(folder).left.names) == [name]
    assert looked(folder, 40).told().left_out == (name,)
