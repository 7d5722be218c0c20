"""State: what git tells of a folder, as a run's record keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GitState:
    """Where a folder stands in git, without the files that we write ourselves.

    Every field is None where it is unknown. ``branch`` is None on a detached HEAD, ``commit`` before the
    first commit. ``dirty``: a tracked file differs from the commit; ``changed`` counts those files,
    ``untracked`` the files and folders that git does not know. ``problem``: a line on what could not be told.
    ``patch``: whether the tracked changes are kept; ``left_out`` names what is neither in them nor in the hidden
    commit. ``untracked_files`` names the first of those that git does not know, folders with a slash at the end.
    ``hidden`` is the commit that holds the work tree as it was.
    """

    commit: str | None = None
    branch: str | None = None
    remote: str | None = None
    dirty: bool | None = None
    root: str | None = None
    changed: int | None = None
    untracked: int | None = None
    patch: bool = False
    left_out: tuple[str, ...] = ()
    untracked_files: tuple[str, ...] = ()
    hidden: str | None = None
    problem: str | None = None
