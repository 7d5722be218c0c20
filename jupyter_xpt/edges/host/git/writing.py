"""Writing: trees and commits made beside the user's index, never through it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace as changed
from pathlib import Path
from tempfile import TemporaryDirectory

from jupyter_xpt.edges.host.git.program import Git, TroubleError
from jupyter_xpt.edges.host.git.repository import Repository

_NOBODY = ("jupyter_xpt", "jupyter_xpt@localhost")


@contextmanager
def index_beside(repository: Repository, git: Git) -> Iterator[tuple[Git, Path]]:
    """Git with an index of its own for as long as the block runs, and where that index lies; it is not there yet."""
    with TemporaryDirectory(prefix="xpt-") as folder:
        index = Path(folder) / "index"
        yield changed(git, variables={"GIT_INDEX_FILE": str(index), **identity(repository.settings)}), index


def index_of(git: Git) -> Path:
    """Where the user's index lies."""
    return git.folder / (git.line("rev-parse", "--git-path", "index") or ".git/index")


def done(git: Git, *words: str, feed: bytes = b"") -> str:
    """What a command that must succeed gives.

    Raises
    ------
    TroubleError
        When it fails.
    """
    output = git(*words, feed=feed)
    if output.code:
        raise TroubleError(output.error)
    return os.fsdecode(output.out).rstrip("\n")


def commit_index(repository: Repository, git: Git, message: str, parents: Sequence[str]) -> str:
    """The index of ``git`` as a commit, unsigned, on no branch.

    Raises
    ------
    TroubleError
        When git cannot make it.
    """
    # Objects that a remote promises, or that a shallow clone lacks, are none of ours.
    tree = done(git, *repository.at_root("write-tree", "--missing-ok"))
    words = [word for parent in parents for word in ("-p", parent)]
    encoding = ("-c", "i18n.commitEncoding=UTF-8", "-c", "commit.gpgSign=false")
    text = message.encode("utf-8", "replace")
    return done(git, *encoding, *repository.at_root("commit-tree", tree, *words), feed=text)


def identity(settings: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Who commits, as variables for git: who the user says they are, else nobody in particular."""
    known = dict(settings)
    found: dict[str, str] = {}
    for role in ("AUTHOR", "COMMITTER"):
        for (what, nobody), variable in zip(
            (("name", _NOBODY[0]), ("email", _NOBODY[1])), ("NAME", "EMAIL"), strict=True
        ):
            key = f"GIT_{role}_{variable}"
            said = os.environ.get(key) or known.get(f"{role.lower()}.{what}") or known.get(f"user.{what}") or ""
            # Git refuses a name that is made of such signs alone.
            said = re.sub(r"[\n\r\0<>]", "", said).strip(" .,:;\"'\\")
            found[key] = said or nobody
    return found
