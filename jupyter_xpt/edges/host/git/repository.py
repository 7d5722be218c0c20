"""Repository: the work tree that a folder lies in, its settings, and its filters turned off."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace as changed
from pathlib import Path

from jupyter_xpt.edges.host.git.program import Git, TroubleError
from jupyter_xpt.edges.host.git.remote import remote_of
from jupyter_xpt.edges.host.git.state import GitState

MOST_BYTES = 64_000_000
_MOST_FILTERS = 100


@dataclass(frozen=True, slots=True)
class Repository:
    """A work tree that git accepts. ``switches`` turn its filters off; None: they cannot be."""

    git: Git
    root: str
    settings: tuple[tuple[str, str], ...]
    filters: frozenset[str]
    switches: tuple[str, ...] | None

    def at_root(self, *words: str) -> tuple[str, ...]:
        """A command as it is said from the work tree's top, with its filters off."""
        return ("-C", self.root, *(self.switches or ()), *words)

    def trouble(self, problem: str) -> TroubleError:
        """What could not be done, with what is known all the same."""
        return TroubleError(problem, changed(at_head(self.git, self.settings), root=self.root))


def open_repository(folder: Path, timeout: float) -> Repository | None:
    """The repository that the folder lies in, None if in none.

    Raises
    ------
    TroubleError
        When git refuses it.
    """
    program = shutil.which("git")
    if program is None or not os.path.isabs(program) or not folder.is_dir():
        # A relative program would be one that lies in somebody's folder.
        if _marked(folder):
            raise TroubleError(f"git is not installed, but {folder} lies in a repository")
        return None
    git = Git(program, folder, time.monotonic() + timeout)
    asked = git("rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--show-toplevel")
    lines = os.fsdecode(asked.out).split("\n")
    if asked.code and not lines[0]:
        if "not a git repository" in asked.error and not _marked(folder):
            return None
        raise TroubleError(asked.error)
    # `-z` ends every entry by NUL, and the name by the first newline: values may hold any other sign.
    listed = git("config", "--list", "-z", "--includes", limit=MOST_BYTES)
    if listed.code:
        raise TroubleError(listed.error, at_head(git, ()))
    entries = (entry.partition("\n") for entry in os.fsdecode(listed.out).split("\0") if entry)
    pairs = [(name, value) for name, _, value in entries]
    if lines[0] == "true" or lines[1] != "true":
        what = "a bare repository" if lines[0] == "true" else "outside of its repository's work tree"
        raise TroubleError(f"{folder} is {what}, which has no changes", at_head(git, pairs))
    root = "\n".join(lines[2:-1])
    # A configuration could have us read any folder of the machine; a true work tree has its .git in it.
    above = Path(root).resolve()
    if not folder.resolve().is_relative_to(above) or not os.path.lexists(above / ".git"):
        elsewhere = f"the repository says that its work tree is elsewhere: {root}"
        raise TroubleError(elsewhere, at_head(git, pairs))
    filters, switches = _filters(name for name, _ in pairs)
    return Repository(git, root, tuple(pairs), filters, switches)


def at_head(git: Git, settings: Sequence[tuple[str, str]]) -> GitState:
    """Commit, branch and remote where git status gives none; half a second is left for it in any case."""
    git = changed(git, deadline=max(git.deadline, time.monotonic() + 0.5))
    commit = git.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    branch = git.line("symbolic-ref", "--quiet", "HEAD")
    branch = branch.removeprefix("refs/heads/") if branch else None
    return GitState(commit, branch, remote_of(settings, branch))


def with_filter(repository: Repository, paths: Sequence[bytes]) -> tuple[bytes, ...]:
    """Those of the paths whose content a configured filter would change before it is compared."""
    if not repository.filters or not paths:
        return ()
    feed = b"".join(path + b"\0" for path in paths)
    words = repository.at_root("check-attr", "-z", "--stdin", "filter")
    checked = repository.git(*words, limit=MOST_BYTES, feed=feed)
    if checked.code:
        raise repository.trouble(checked.error)
    answers = checked.out.split(b"\0")
    drivers = {os.fsencode(driver) for driver in repository.filters}
    return tuple(path for path, value in zip(answers[0::3], answers[2::3], strict=False) if value in drivers)


def _filters(names: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...] | None]:
    """The filters that would run when content is compared, and the options that turn every filter off."""
    found = [match for name in names if (match := re.fullmatch(r"(?s)filter\.(.*)\.(\w+)", name))]
    comparing = frozenset(match[1] for match in found if match[2] in ("clean", "process"))
    drivers = sorted({match[1] for match in found})
    # `-c` ends a name at its first "="; such a driver could not be named, nor could too many.
    if len(drivers) > _MOST_FILTERS or any("=" in driver for driver in drivers):
        return comparing, None
    settings = ("clean=", "smudge=", "process=", "required=false")
    return comparing, tuple(word for driver in drivers for s in settings for word in ("-c", f"filter.{driver}.{s}"))


def _marked(folder: Path) -> bool:
    """Whether the folder or one above it has a ``.git``, whatever git itself thinks of it."""
    return any(os.path.lexists(above / ".git") for above in (folder.absolute(), *folder.absolute().parents))
