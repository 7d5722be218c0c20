"""Source control: what a run keeps of the repository that it runs in, and the notebooks that are committed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace as changed
from pathlib import Path

from jupyter_xpt.actions import snapshot
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.plainfile import Unreadable, read_record_below
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.edges.host.git import Committed, GitState, TroubleError, commit_file, hidden_ref, keep_commit, look
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import RecordError, StoreError
from jupyter_xpt.ground.names import ExperimentName, is_run_name, printable
from jupyter_xpt.ground.records import ExperimentRecord, RunRecord, Warned
from jupyter_xpt.thought.code.changes import summary as summary_of_changes
from jupyter_xpt.thought.data.leaks import leaks
from jupyter_xpt.thought.origin import origin_said

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
    problem = None
    if found.patch:
        try:
            with store.refusals("keep the changes"):
                store.replace(folder / PATCH, found.patch, durable=False)
        except StoreError as refusal:
            found, problem = changed(found, patch=b""), str(refusal)
    yield found.told(problem), ()
    if not hidden:
        return
    try:
        if found.work is None:
            raise TroubleError(found.state.problem or "git does not tell")
        kept = keep_commit(found.work, hidden_ref(name, folder.name), f"{name}\n\nThe work tree of run {folder.name}.")
    except TroubleError as trouble:
        yield found.told(problem, f"no hidden commit: {trouble}"), (_not_kept(str(trouble)),)
        return
    whole = changed(found, left=found.left.and_all(kept.left))
    yield changed(whole.told(problem), hidden=kept.commit), ()


def _not_kept(why: str) -> Warned:
    """The warning about a hidden commit that could not be made."""
    return Warned("git", f"no hidden commit was made: {why}")


def commit_notebook(place: Store, record: ExperimentRecord, run: str) -> Committed:
    """Commits an experiment's numbered notebook as it ran, without outputs, on the current branch."""
    data = snapshot.newest_notebook(place, record.name)
    if data is None:
        return Committed(problem="it has no snapshot")
    # What is committed is pushed one day.
    if leaks(data, most=1):
        return Committed(problem="it holds what looks like a secret")
    essence = record.note or summary_of_changes(record.changes or ())
    subject = f"{record.name}: {essence}" if essence else str(record.name)
    subject = printable(" ".join(subject.split()))
    subject = subject if len(subject) <= _MAX_SUBJECT else subject[: _MAX_SUBJECT - 1] + "…"
    return commit_file(place.folder, record.name.notebook, data, f"{subject}\n\nAs it ran in {run}.\n")


def origin(place: Store, name: ExperimentName, run: str) -> tuple[str, ...]:
    """The commit that a run stood on, and how to come back to it."""
    if not is_run_name(run):
        return ()
    try:
        record = codec.load(RunRecord, read_record_below(place.out, str(name), run, "run.json"), "run.json")
    except (Unreadable, RecordError):
        return ()
    root = record.git.get("root") if record.git else None
    here = Path(root).resolve() if isinstance(root, str) and os.path.isabs(root) else Path.cwd().resolve()
    # The repository may lie elsewhere by now: then its folder is not named.
    if not place.folder.resolve().is_relative_to(here):
        here = Path.cwd().resolve()
    at = "" if here == Path.cwd().resolve() else os.path.relpath(here)
    patch = os.path.relpath(place.run(name, run).resolve() / PATCH, here)
    return tuple(origin_said(record.git, patch, at))
