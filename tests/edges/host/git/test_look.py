"""What commit the work stands on: real repositories, tidy, odd, broken and hostile, none of them touched."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from jupyter_xpt.edges.host.git import GitState, Looked, look as looked, without_credentials
from tests.repositories import Trap, armed, fingerprint, make, run, sprung, touched_later, trap_in


@pytest.fixture(autouse=True)
def no_settings_of_the_users(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own, so that nobody's global configuration decides a test."""
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def look(folder: Path, within: Path | None = None, limit: int = 100_000) -> tuple[GitState | None, Looked | None]:
    """What git tells of a folder, and nothing at all has changed."""
    before = fingerprint(within or folder)
    found = looked(folder, limit)
    assert fingerprint(within or folder) == before
    return (None, None) if found is None else (found.told(), found)


def describe(folder: Path, timeout: float = 5.0) -> GitState | None:
    """Where a folder stands."""
    found = looked(folder, timeout=timeout)
    return None if found is None else found.state


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    """A command that leaves a mark of its name."""
    return trap_in(tmp_path)


# Ordinary states


def test_a_clean_tree(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    state, difference = look(folder)
    assert state == GitState(run(folder, "rev-parse", "HEAD"), "main", None, False, str(folder), 0, 0)
    assert difference is not None
    assert (difference.patch, difference.left.names) == (b"", {})


def test_changes_are_counted_and_new_files_are_told_apart(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    (folder / "model.py").write_text("depth = 4\n")
    (folder / "staged.py").write_text("x\n")
    run(folder, "add", "staged.py")
    (folder / "data.csv").unlink()
    (folder / "new é\n.txt").write_text("x")
    (folder / "folder").mkdir()
    (folder / "folder" / "a").write_text("x")
    (folder / "below").mkdir()
    state, difference = look(folder / "below", folder)
    assert state is not None
    assert (state.dirty, state.changed, state.untracked, state.root) == (True, 3, 2, str(folder))
    assert difference is not None
    assert set(state.untracked_files) == {"new é\n.txt", "folder/"}


def test_only_new_files_leave_the_tree_clean(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    (folder / "new.txt").write_text("x")
    state, _ = look(folder)
    assert state is not None
    assert (state.dirty, state.untracked) == (False, 1)


def test_a_file_that_was_only_touched_has_not_changed(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    touched_later(folder / "model.py")
    state, difference = look(folder)
    assert state is not None
    assert state.dirty is False
    assert difference is not None
    assert difference.patch == b""


def test_the_patch_makes_the_same_tree_again(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    copy = tmp_path / "copy"
    run(tmp_path, "clone", "--quiet", str(folder), str(copy))
    run(folder, "config", "diff.noprefix", "true")
    run(folder, "config", "color.ui", "always")
    (folder / "model.py").write_bytes(b"depth = \xff\r\n")
    (folder / "data.csv").write_bytes(bytes(range(256)))
    (folder / "model.py").chmod(0o755)
    (folder / "added.txt").write_text("no end of line")
    run(folder, "add", "added.txt")
    _, difference = look(folder)
    assert difference is not None
    assert not difference.left.names
    (tmp_path / "p").write_bytes(difference.patch)
    run(copy, "apply", str(tmp_path / "p"))
    for name in ("model.py", "data.csv", "added.txt"):
        assert (copy / name).read_bytes() == (folder / name).read_bytes()


def test_a_patch_is_cut_between_files_and_large_files_are_named(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    (folder / "model.py").write_text("x = 1\n" * 200)
    (folder / "data.csv").write_text("3,4\n")
    state, difference = look(folder, limit=1_000)
    assert state is not None
    assert state.changed == 2
    assert difference is not None
    assert state.left_out == ("model.py",)
    assert "1 file too large" in str(state.problem)
    assert b"+3,4" in difference.patch
    state, difference = look(folder, limit=1_300)
    assert state is not None
    assert difference is not None
    assert state.left_out == ("model.py",)
    assert difference.patch.count(b"diff --git") == 1
    assert b"data.csv" in difference.patch


def test_a_folder_without_a_repository_is_none(tmp_path: Path) -> None:
    assert look(tmp_path) == (None, None)
    assert describe(tmp_path / "missing") is None


def test_a_repository_before_its_first_commit(tmp_path: Path) -> None:
    run(tmp_path, "init", "--quiet")
    (tmp_path / "a.py").write_text("1\n")
    run(tmp_path, "add", "a.py")
    state, difference = look(tmp_path)
    assert state == GitState(None, "main", None, True, str(tmp_path), 1, 0, patch=True)
    assert difference is not None
    assert b"+1" in difference.patch


def test_a_detached_head_has_no_branch(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    run(folder, "checkout", "--quiet", "--detach")
    state, _ = look(folder)
    assert state is not None
    assert (state.branch, state.commit, state.problem) == (None, run(folder, "rev-parse", "HEAD"), None)


def test_a_branch_of_the_name_head_misleads_nobody(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    run(folder, "checkout", "--quiet", "-b", "deep/er")
    first = run(folder, "rev-parse", "HEAD")
    run(folder, "commit", "--quiet", "--allow-empty", "-m", "second")
    run(folder, "update-ref", "refs/heads/HEAD", first)
    state, _ = look(folder)
    assert state is not None
    assert (state.branch, state.commit) == ("deep/er", run(folder, "rev-parse", "HEAD"))


def test_the_middle_of_a_merge(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    run(folder, "checkout", "--quiet", "-b", "other")
    (folder / "model.py").write_text("depth = 4\n")
    run(folder, "commit", "--quiet", "-am", "other")
    run(folder, "checkout", "--quiet", "main")
    (folder / "model.py").write_text("depth = 5\n")
    run(folder, "commit", "--quiet", "-am", "ours")
    run(folder, "merge", "other", check=False)
    state, difference = look(folder)
    assert state is not None
    assert (state.branch, state.dirty, state.changed) == ("main", True, 1)
    assert difference is not None
    assert b"<<<<<<<" in difference.patch


def test_a_bare_repository_has_a_commit_but_no_changes(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    run(tmp_path, "clone", "--quiet", "--bare", str(folder), "bare.git")
    state, difference = look(tmp_path / "bare.git")
    assert state is not None
    assert (state.commit, state.branch, state.dirty) == (run(folder, "rev-parse", "HEAD"), "main", None)
    assert "bare" in str(state.problem)
    assert difference is not None
    assert not difference.patch


def test_inside_the_git_folder(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    state, _ = look(folder / ".git", folder)
    assert state is not None
    assert "outside of its repository's work tree" in str(state.problem)


def test_a_second_work_tree(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    run(folder, "worktree", "add", "--quiet", "-b", "second", str(tmp_path / "second"))
    (tmp_path / "second" / "model.py").write_text("depth = 9\n")
    state, difference = look(tmp_path / "second", tmp_path)
    assert state is not None
    assert (state.branch, state.dirty, state.root) == ("second", True, str(tmp_path / "second"))
    assert difference is not None
    assert b"+depth = 9" in difference.patch


def test_a_submodule_and_the_repository_around_it(tmp_path: Path) -> None:
    inner, outer = make(tmp_path / "inner"), make(tmp_path / "outer")
    run(outer, "submodule", "--quiet", "add", str(inner), "part")
    run(outer, "commit", "--quiet", "-m", "with a part")
    (outer / "part" / "model.py").write_text("depth = 8\n")
    state, _ = look(outer / "part", tmp_path)
    assert state is not None
    assert (state.root, state.dirty, state.remote) == (str(outer / "part"), True, str(inner))
    state, _ = look(outer, tmp_path)
    assert state is not None
    assert (state.dirty, state.problem) == (False, None)
    run(outer / "part", "commit", "--quiet", "-am", "further")
    state, difference = look(outer, tmp_path)
    assert state is not None
    assert state.dirty is True
    assert difference is not None
    assert b"+Subproject commit" in difference.patch


def test_a_tree_with_a_stash_keeps_it(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    (folder / "model.py").write_text("depth = 7\n")
    run(folder, "stash")
    state, _ = look(folder)
    assert state is not None
    assert state.dirty is False


def test_a_split_index_and_an_untracked_cache_are_only_read(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    run(folder, "config", "core.untrackedCache", "true")
    run(folder, "update-index", "--split-index", "--untracked-cache")
    (folder / "new.txt").write_text("x")
    before = (folder / ".git" / "index").read_bytes()
    state = describe(folder)
    assert state is not None
    assert state.untracked == 1
    assert (folder / ".git" / "index").read_bytes() == before


def test_somebody_at_work_in_the_index_is_no_hindrance(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    (folder / ".git" / "index.lock").write_text("")
    state, _ = look(folder)
    assert state is not None
    assert (state.dirty, state.problem) == (False, None)


# What git refuses


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        pytest.param(".git/HEAD", b"nonsense\n", "not a git repository", id="head"),
        pytest.param(".git/config", b"[broken\n", "bad config", id="config"),
        pytest.param(".git/index", b"DIRCgarbage", "index file", id="index"),
        pytest.param(".git/refs/heads/main", b"0" * 39 + b"1\n", "", id="a-commit-that-is-gone"),
        pytest.param(".git/index", b"", "", id="an-empty-index"),
    ],
)
def test_a_broken_repository_says_so_in_one_line(tmp_path: Path, file: str, content: bytes, said: str) -> None:
    folder = make(tmp_path / "r")
    (folder / file).write_bytes(content)
    state, difference = look(folder)
    assert state is not None
    assert difference is not None
    if said:
        assert said in str(state.problem)
        assert "\n" not in str(state.problem)
        assert (state.dirty, difference.patch) == (None, b"")


def test_missing_objects_say_so(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    for path in (folder / ".git" / "objects").rglob("*"):
        if path.is_file():
            path.unlink()
    state, _ = look(folder)
    assert state is not None
    assert state.dirty is None
    assert state.problem


def test_a_git_file_that_points_nowhere_says_so(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    state, _ = look(tmp_path)
    assert state is not None
    assert "not a git repository" in str(state.problem)


def test_somebody_elses_repository_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path / "r")
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 4321, 4321)
    else:
        # Only root can give files away: here a git that takes every owner for another one.
        wrapper = tmp_path / "bin" / "git"
        wrapper.parent.mkdir()
        program = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
        wrapper.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {program} "$@"\n')
        wrapper.chmod(0o755)
        monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")
    state, _ = look(folder)
    assert state is not None
    assert "dubious ownership" in str(state.problem)
    assert state.commit is None


def test_without_git_a_repository_is_named_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path / "r")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "elsewhere"))
    state, difference = look(folder)
    assert state is not None
    assert difference is not None
    assert "git is not installed" in str(state.problem)
    assert look(tmp_path / "elsewhere") == (None, None)


def test_a_program_called_git_in_the_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path / "r")
    (folder / "git").write_text(f"#!/bin/sh\ntouch {tmp_path}/run\n")
    (folder / "git").chmod(0o755)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", ".")
    describe(folder)
    assert not (tmp_path / "run").exists()


def test_a_git_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path / "r")
    program = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    hang = f"sleep 300 & echo $! > {tmp_path}/pid; wait"
    slow.write_text(f'#!/bin/sh\ncase "$*" in *status*) {hang};; *) exec {program} "$@";; esac\n')
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    state = describe(folder, timeout=1.5)
    assert state is not None
    assert (state.branch, state.dirty, state.problem) == ("main", None, "git took too long and was stopped")
    pid = (tmp_path / "pid").read_text().strip()
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or ") Z " in Path(f"/proc/{pid}/stat").read_text():
            return
        time.sleep(0.05)
    pytest.fail("a process was left behind")


# What the user's own environment says


def test_the_users_git_variables_mislead_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, other = make(tmp_path / "r"), make(tmp_path / "other")
    run(other, "commit", "--quiet", "--allow-empty", "-m", "second")
    expected = run(folder, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "no-index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {tmp_path}/run;")
    (folder / "model.py").write_text("depth = 4\n")
    difference = looked(folder)
    assert difference is not None
    state = difference.state
    assert (state.commit, state.dirty, state.problem) == (expected, True, None)
    assert b"+depth = 4" in difference.patch
    assert not {"trace", "run"} & set(os.listdir(tmp_path))


# Hostile repositories: a command in every place that git takes one from


def test_no_command_of_a_hostile_repository_is_run(tmp_path: Path, trap: Trap) -> None:
    folder = armed(tmp_path, trap)
    state, difference = look(folder, folder)
    assert sprung(tmp_path) == []
    assert state is not None
    assert (state.dirty, state.changed) == (True, 1)
    assert "3 files that differ on disk have a git filter" in str(state.problem)
    assert difference is not None
    assert set(state.left_out) == {"f0.txt", "f1.txt", "f2.txt"}
    assert b"+depth = 4" in difference.patch
    assert b"two" not in difference.patch


def test_the_traps_do_spring_for_plain_git(tmp_path: Path, trap: Trap) -> None:
    folder = armed(tmp_path, trap)
    run(folder, "status", check=False)
    run(folder, "diff", "HEAD", check=False)
    assert {"sprung-filter-process", "sprung-included"} & set(sprung(tmp_path))


def test_where_only_filtered_files_differ_nobody_knows_whether_the_tree_is_dirty(tmp_path: Path, trap: Trap) -> None:
    folder = make(tmp_path / "r")
    run(folder, "config", "filter.strip.clean", trap("filter"))
    (folder / ".git" / "info" / "attributes").write_text("*.py filter=strip\n*.csv filter=unknown\n")
    (folder / "model.py").write_text("depth = 4\n")
    state, _ = look(folder)
    assert state is not None
    assert (state.dirty, state.changed) == (None, 0)
    assert state.left_out == ("model.py",)
    (folder / "data.csv").write_text("5,6\n")
    state, _ = look(folder)
    assert state is not None
    assert (state.dirty, state.changed) == (True, 1)
    assert sprung(tmp_path) == []


def test_filters_that_cannot_be_turned_off_stop_the_look_at_the_files(tmp_path: Path, trap: Trap) -> None:
    folder = make(tmp_path / "r")
    with (folder / ".git" / "config").open("a") as file:
        file.write(f'[filter "a=b"]\n\tclean = {trap("filter")}\n')
    (folder / ".git" / "info" / "attributes").write_text("*.py filter=a=b\n")
    (folder / "model.py").write_text("depth = 4\n")
    state, difference = look(folder)
    assert sprung(tmp_path) == []
    assert state is not None
    assert (state.branch, state.dirty) == ("main", None)
    assert "cannot be turned off" in str(state.problem)
    assert difference is not None
    assert not difference.patch


@pytest.mark.parametrize("way", ["uploadpack", "ext", "ssh"])
def test_objects_that_a_remote_promises_are_not_fetched(tmp_path: Path, trap: Trap, way: str) -> None:
    folder = make(tmp_path / "r")
    address = {"uploadpack": str(tmp_path / "inner"), "ext": f"ext::{trap('ext')}", "ssh": "ssh://host/x"}[way]
    make(tmp_path / "inner")
    for name, value in {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": address,
        "remote.origin.uploadpack": trap("uploadpack"),
        "core.sshCommand": trap("ssh"),
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
    }.items():
        run(folder, "config", name, value)
    blob = run(folder, "rev-parse", "HEAD:model.py")
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    (folder / "model.py").write_text("depth = 4\n")
    look(folder)
    assert sprung(tmp_path) == []
    run(folder, "-c", "core.fsmonitor=", "diff", check=False)
    assert sprung(tmp_path), "plain git would have run it"


@pytest.mark.parametrize("elsewhere", ["/", "../secret"], ids=["above", "beside"])
def test_a_work_tree_that_lies_elsewhere_is_not_looked_at(tmp_path: Path, elsewhere: str) -> None:
    folder = make(tmp_path / "r")
    (tmp_path / "secret").mkdir()
    run(folder, "config", "core.worktree", elsewhere if elsewhere == "/" else str(tmp_path / "secret"))
    state, difference = look(folder)
    assert state is not None
    assert "work tree" in str(state.problem)
    assert difference is not None
    assert (state.dirty, difference.patch, difference.work) == (None, b"", None)


def test_a_configuration_that_never_ends_is_given_up(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    os.mkfifo(tmp_path / "fifo")
    with (folder / ".git" / "config").open("a") as file:
        file.write(f"[include]\n\tpath = {tmp_path}/fifo\n")
    state = describe(folder, timeout=0.5)
    assert state is not None
    assert state.problem == "git took too long and was stopped"


# Remotes


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://user:pass@example.org/a/b.git", "https://example.org/a/b.git"),
        ("https://ghp_token@example.org/a.git", "https://example.org/a.git"),
        ("https://user:p@ss@example.org:8443/a.git", "https://example.org:8443/a.git"),
        ("https://user:pa/ss@example.org/a.git", "https://(hidden)"),
        ("https://example.org/a.git?private_token=x#y", "https://example.org/a.git"),
        ("https://example.org/@scope/a.git", "https://example.org/@scope/a.git"),
        ("HTTPS://u:p@[::1]:80/a", "HTTPS://[::1]:80/a"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ("ssh://git@example.org:22/a.git", "ssh://git@example.org:22/a.git"),
        ("ssh://git:secret@example.org/a.git", "ssh://git@example.org/a.git"),
        ("git+ssh://git@example.org/a.git", "git+ssh://git@example.org/a.git"),
        ("codecommit::https://u:p@example.org/a", "codecommit::https://example.org/a"),
        ("ext::sh -c 'echo secret'", "ext::(hidden)"),
        ("/srv/git/a.git", "/srv/git/a.git"),
        ("../a.git", "../a.git"),
        ("file:///srv/a.git", "file:///srv/a.git"),
        ("C:\\repos\\a.git", "C:\\repos\\a.git"),
    ],
)
def test_a_remotes_credentials_are_not_kept(tmp_path: Path, url: str, kept: str) -> None:
    assert without_credentials(url) == kept
    folder = make(tmp_path / "r")
    run(folder, "remote", "add", "origin", url)
    state = describe(folder)
    assert state is not None
    assert state.remote == kept


def test_the_branchs_own_remote_comes_first(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    run(folder, "remote", "add", "up.stream", "https://example.org/up.git")
    assert getattr(describe(folder), "remote", None) == "https://example.org/up.git"
    run(folder, "remote", "add", "origin", "https://example.org/origin.git")
    assert getattr(describe(folder), "remote", None) == "https://example.org/origin.git"
    run(folder, "config", "branch.main.remote", "up.stream")
    assert getattr(describe(folder), "remote", None) == "https://example.org/up.git"


def test_a_state_can_be_written_as_json(tmp_path: Path) -> None:
    import dataclasses

    state = describe(make(tmp_path / "r é"))
    assert state is not None
    assert json.loads(json.dumps(dataclasses.asdict(state)))["root"].endswith("r é")
