"""Files: what differs from the commit in a work tree, by one ``git status``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace as changed

from jupyter_xpt.edges.host.git.own import OwnFiles
from jupyter_xpt.edges.host.git.remote import remote_of
from jupyter_xpt.edges.host.git.repository import MOST_BYTES, Repository, with_filter
from jupyter_xpt.edges.host.git.state import GitState

_STATUS = (
    *("status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind", "--no-renames"),
    *("--untracked-files=normal", "--ignore-submodules=dirty"),
)
_MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Files:
    """What differs: tracked paths with their status entries, and those of them that a filter would change.

    ``own`` are the folders and files of ours in which tracked paths differ: nobody's changes.
    """

    known: GitState
    tracked: Mapping[bytes, bytes]
    filtered: tuple[bytes, ...]
    own: tuple[str, ...]

    @property
    def is_unmerged(self) -> bool:
        """Whether a merge left conflicts."""
        return any(entry[:1] == b"u" for entry in self.tracked.values())

    def state(self) -> GitState:
        """Where the folder stands."""
        # What is staged is a fact; what only differs on disk may be the same once its filter has been run.
        doubtful = sum(self.tracked[path][2:4] == b".M" for path in self.filtered)
        certain = len(self.tracked) - doubtful
        doubt = f"{doubtful} files that differ on disk have a git filter, which is not run: not judged"
        dirty = True if certain else None if doubtful else False
        return changed(self.known, dirty=dirty, changed=certain, problem=doubt if doubtful else None)


def look_for_files(repository: Repository) -> Files:
    """What git status says: one entry for each file that differs or is unknown.

    Raises
    ------
    TroubleError
        When git cannot tell.
    """
    if repository.switches is None:
        raise repository.trouble("changes not looked for: the repository's filters cannot be turned off")
    status = repository.git(*repository.switches, *_STATUS, limit=MOST_BYTES)
    if status.code or status.cut:
        raise repository.trouble("too many changes to count" if status.cut else status.error)
    entries = [entry for entry in status.out.split(b"\0") if entry]
    said = dict(entry[2:].split(b" ", 1) for entry in entries if entry[:1] == b"#")
    commit, branch = os.fsdecode(said[b"branch.oid"]), os.fsdecode(said[b"branch.head"])
    branch_or_none = None if branch == "(detached)" else branch
    # Without renames "1" and "u" (unmerged) are the kinds of tracked entries; 8 or 10 fields, then the path.
    fields = {b"1": 8, b"u": 10}
    tracked = {entry.split(b" ", fields[entry[:1]])[-1]: entry for entry in entries if entry[:1] in fields}
    ours = OwnFiles(repository.root)
    places = {path: ours.place(os.fsdecode(path)) for path in tracked}
    tracked = {path: entry for path, entry in tracked.items() if places[path] is None}
    own = tuple(sorted({place for place in places.values() if place is not None}))
    unknown = [os.fsdecode(entry[2:]) for entry in entries if entry[:1] == b"?"]
    unknown = [path for path in unknown if not (ours.is_own(path) or ours.is_made(path))]
    known = GitState(
        None if commit == "(initial)" else commit,
        branch_or_none,
        remote_of(repository.settings, branch_or_none),
        root=repository.root,
        untracked=len(unknown),
        untracked_files=tuple(unknown[:_MOST_NAMES]),
    )
    on_disk = [path for path, entry in tracked.items() if entry[3:4] in (b"M", b"U", b"A")]
    return Files(known, tracked, with_filter(repository, on_disk), own)
