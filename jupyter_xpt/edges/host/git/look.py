"""Look: what commit the work stands on and what differs from it, without touching anything."""

from __future__ import annotations

from dataclasses import dataclass, replace as changed
from pathlib import Path

from jupyter_xpt.edges.host.git.files import Files, look_for_files
from jupyter_xpt.edges.host.git.leaving import NOTHING, Left
from jupyter_xpt.edges.host.git.patch import Patch, make_patch
from jupyter_xpt.edges.host.git.program import TroubleError
from jupyter_xpt.edges.host.git.repository import Repository, open_repository
from jupyter_xpt.edges.host.git.state import GitState

PATCH_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Work:
    """A work tree and what differs in it, for whoever keeps it."""

    repository: Repository
    files: Files


@dataclass(frozen=True, slots=True)
class Looked:
    """Where a folder stands in git, its tracked changes as a patch, and the files that this lacks.

    ``work`` is None where git did not get to see the files.
    """

    state: GitState
    patch: bytes = b""
    left: Left = NOTHING
    work: Work | None = None

    def told(self, *problems: str | None) -> GitState:
        """The state with what was left out, and with what else could not be told."""
        said = [one for one in (self.state.problem, *problems, self.left.said()) if one]
        return changed(
            self.state,
            patch=bool(self.patch),
            left_out=self.left.listed(),
            problem="; ".join(dict.fromkeys(said))[:1_000] or None,
        )


def look(folder: Path, limit: int = PATCH_BYTES, timeout: float = 5.0) -> Looked | None:
    """Where ``folder`` stands in git; None where there is no repository.

    Parameters
    ----------
    folder
        Any folder, inside a repository or not. What is told is of the whole work tree.
    limit
        How many bytes the patch may have. A file larger than that is left out, so that nothing large is read.
    timeout
        Seconds until git is killed, with every process that it started; half a second more may go into
        asking for the commit alone.
    """
    try:
        repository = open_repository(folder, timeout)
        if repository is None:
            return None
        files = look_for_files(repository)
    except TroubleError as trouble:
        return Looked(trouble.state)
    state, work = files.state(), Work(repository, files)
    try:
        found = make_patch(repository, files, limit) if files.tracked else Patch(b"", NOTHING)
    except TroubleError as trouble:
        return Looked(changed(state, problem="; ".join(filter(None, (state.problem, str(trouble))))), work=work)
    return Looked(state, found.text, found.left, work)
