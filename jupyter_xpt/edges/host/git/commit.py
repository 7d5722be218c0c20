"""Commit: one new file on the current branch, beside whatever the user has staged.

The tree is made in an index of our own, from HEAD and that file. The user's index gets the one entry too, or git would
take the file for deleted. That goes as ``git commit`` does it: the index is locked, the branch moved, from the very
commit that was looked at or not at all, and then the index replaced. No hook is run and nothing is signed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace as changed
from pathlib import Path

from jupyter_xpt.edges.host.git.program import Git, TroubleError
from jupyter_xpt.edges.host.git.repository import Repository, open_repository, with_filter
from jupyter_xpt.edges.host.git.writing import commit_index, done, index_beside, index_of

_BUSY = "another git is at work: the index is locked"
_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "sequencer": "a row of picks or reverts",
    "BISECT_LOG": "a bisection",
}


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit and its branch; both None, and ``problem`` a line, where there was none to be made."""

    commit: str | None = None
    branch: str | None = None
    problem: str | None = None


def commit_file(folder: Path, file: str, data: bytes, message: str, timeout: float = 5.0) -> Committed:
    """Commits one file that git does not know yet on the current branch.

    Parameters
    ----------
    folder
        The folder that the file lies in.
    file
        Its name in there.
    data
        What it holds in the commit.
    message
        What the commit says.
    timeout
        Seconds for all of it together.

    Returns
    -------
    Committed
        All three None where the commit has that very file already.
    """
    try:
        repository = open_repository(folder, timeout)
        if repository is None:
            raise TroubleError(f"{folder.name or folder} lies in no git repository")
        return _commit(repository, folder, file, data, message)
    except TroubleError as trouble:
        return Committed(problem=str(trouble))


def _commit(repository: Repository, folder: Path, file: str, data: bytes, message: str) -> Committed:
    """The commit, or trouble."""
    git = repository.git
    head, ref = _place(repository)
    path = Path(os.path.relpath(folder.resolve() / file, Path(repository.root).resolve())).as_posix()
    if with_filter(repository, [os.fsencode(path)]):
        raise TroubleError(f"{file} has a git filter, which is not run")
    blob = done(git, *repository.at_root("hash-object", "-w", "--stdin", "--no-filters"), feed=data)
    if git.line("rev-parse", "--verify", "--quiet", f"{head}:{path}") == blob:
        return Committed()
    _check_unknown(repository, head, path)
    entry = ("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    with index_beside(repository, git) as (beside, _):
        done(beside, *repository.at_root("read-tree", head))
        done(beside, *repository.at_root(*entry))
        commit = commit_index(repository, beside, message, [head])
    with _locked(index_of(git)) as lock, index_beside(repository, changed(git, writes=True)) as (beside, index):
        # With its time: by that git tells which entries may have changed since without showing it.
        shutil.copy2(lock.index, index)
        done(beside, *repository.at_root(*entry))
        lock.write(index.read_bytes())
        moved = git("update-ref", "-m", f"commit: {message.splitlines()[0]}", ref, commit, head)
        if moved.code:
            raise TroubleError(f"{ref.removeprefix('refs/heads/')} moved meanwhile: {moved.error}")
        lock.replace()
    return Committed(commit, ref.removeprefix("refs/heads/"))


class _Lock:
    """The user's index, locked as git does it: by the file that is to take its place."""

    def __init__(self, index: Path) -> None:
        self.index = index
        self.path = Path(f"{index}.lock")
        self.held = False

    def write(self, data: bytes) -> None:
        """Puts a new index into the lock."""
        self.path.write_bytes(data)
        self.path.chmod(self.index.stat().st_mode & 0o777)

    def replace(self) -> None:
        """Makes it the index; a lock that is there afterwards is somebody else's."""
        os.replace(self.path, self.index)
        self.held = False


@contextmanager
def _locked(index: Path) -> Iterator[_Lock]:
    """Holds the index for as long as the block runs; it is as it was unless the block replaces it."""
    lock = _Lock(index)
    try:
        os.close(os.open(lock.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
    except FileExistsError:
        raise TroubleError(_BUSY) from None
    except OSError as problem:
        raise TroubleError(f"the index cannot be locked: {problem.strerror}") from None
    lock.held = True
    try:
        yield lock
    except OSError as problem:
        raise TroubleError(f"the index cannot be written: {problem.strerror}") from problem
    finally:
        if lock.held:
            with suppress(FileNotFoundError):
                lock.path.unlink()


def _place(repository: Repository) -> tuple[str, str]:
    """The commit and the branch to commit on; trouble where a commit now would be in somebody's way."""
    git = repository.git
    _check_quiet(repository)
    ref = git.line("symbolic-ref", "--quiet", "HEAD")
    if ref is None:
        raise TroubleError("HEAD is detached: there is no branch to commit on")
    if not ref.startswith("refs/heads/"):
        raise TroubleError(f"HEAD stands for {ref}, which is no branch")
    head = git.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head is None:
        raise TroubleError(f"{ref.removeprefix('refs/heads/')} has no commit yet")
    if _is_elsewhere(git, ref):
        raise TroubleError(f"{ref.removeprefix('refs/heads/')} is checked out in another work tree too")
    return head, ref


def _check_quiet(repository: Repository) -> None:
    """Refuses a repository that is in the middle of something."""
    git = repository.git
    if repository.switches is None:
        raise TroubleError("the repository's filters cannot be turned off")
    folder = Path(done(git, "rev-parse", "--absolute-git-dir"))
    for name, what in _UNDER_WAY.items():
        if os.path.lexists(folder / name):
            raise TroubleError(f"{what} is under way")
    index = index_of(git)
    if os.path.lexists(f"{index}.lock"):
        raise TroubleError(_BUSY)
    if not index.is_file() or index.is_symlink():
        raise TroubleError("there is no index")
    if done(git, *repository.at_root("ls-files", "--unmerged", "-z")):
        raise TroubleError("there are conflicts to be resolved")


def _is_elsewhere(git: Git, ref: str) -> bool:
    """Whether the branch is checked out in more than one work tree."""
    trees = done(git, "worktree", "list", "--porcelain").splitlines()
    return trees.count(f"branch {ref}") > 1


def _check_unknown(repository: Repository, head: str, path: str) -> None:
    """Refuses a file that git knows already, or shall not know."""
    git = repository.git
    if git.line("rev-parse", "--verify", "--quiet", f"{head}:{path}"):
        raise TroubleError(f"{path} is in git already, and not as it ran")
    if done(git, *repository.at_root("ls-files", "--stage", "-z", "--", f":(top,literal){path}")):
        raise TroubleError(f"{path} is staged already")
    ignored = git(*repository.at_root("check-ignore", "--quiet", "--", path))
    if ignored.code == 0:
        raise TroubleError(f"{path} is ignored by git")
