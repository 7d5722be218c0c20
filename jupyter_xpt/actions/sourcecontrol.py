"""Source control: what a run keeps of the repository that it runs in, and the notebooks that are committed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace as changed
from pathlib import Path

from jupyter_xpt.actions import snapshot
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.edges.host.git import Committed, GitState, TroubleError, commit_file, hidden_ref, keep_commit, look
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import ExperimentRecord, Warned
from jupyter_xpt.thought.code.changes import summary as summary_of_changes

PATCH = "changes.patch"
_MAX_SUBJECT = 72


def look_around(
    place: Store, name: ExperimentName, folder: Path, *, hidden: bool
) -> Iterator[tuple[GitState | None, tuple[Warned, ...]]]:
    """Where a run's folder stands in git, once its changes are kept; and once more with the hidden commit.

    Parameters
    ----------
    place, name, folder
        The run's store, experiment and folder.
    hidden
        Whether the work tree is to be kept as a commit.

    Yields
    ------
    GitState or None
        What ``run.json`` is to say; None where there is no repository.
    tuple of Warned
        What the user should know.
    """
    found = look(place.folder)
    if found is None:
        yield None, (_not_kept("the folder lies in no git repository"),) if hidden else ()
        return
    if found.patch:
        with store.refusals("keep the changes"):
            store.replace(folder / PATCH, found.patch, durable=False)
    yield found.told(), ()
    if not hidden:
        return
    try:
        if found.work is None:
            raise TroubleError(found.state.problem or "git does not tell")
        kept = keep_commit(found.work, hidden_ref(name, folder.name), f"{name}\n\nThe work tree of run {folder.name}.")
    except TroubleError as trouble:
        yield found.told(f"no hidden commit: {trouble}"), (_not_kept(str(trouble)),)
        return
    whole = changed(found, left=found.left.and_all(kept.left))
    yield changed(whole.told(), hidden=kept.commit), ()


def _not_kept(why: str) -> Warned:
    """The warning about a hidden commit that could not be made."""
    return Warned("git", f"no hidden commit was made: {why}")


def commit_notebook(place: Store, record: ExperimentRecord, run: str) -> Committed:
    """Commits an experiment's numbered notebook as it ran, without outputs, on the current branch."""
    data = snapshot.newest_notebook(place, record.name)
    if data is None:
        return Committed(problem="it has no snapshot")
    essence = record.note or summary_of_changes(record.changes or ())
    subject = f"{record.name}: {essence}" if essence else str(record.name)
    subject = " ".join(subject.split())
    subject = subject if len(subject) <= _MAX_SUBJECT else subject[: _MAX_SUBJECT - 1] + "…"
    return commit_file(place.folder, record.name.notebook, data, f"{subject}\n\nAs it ran in {run}.\n")
