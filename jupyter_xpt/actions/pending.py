"""Pending: digests that a kernel did not come to make before it stopped, made by the next one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace as changed
from pathlib import Path

from jupyter_xpt.edges.disk.datasets import DATASETS, read_datasets, write_datasets
from jupyter_xpt.edges.disk.outputs import find_output
from jupyter_xpt.edges.disk.plainfile import MISSING, Stamp, Unreadable, read_record, stamp_of
from jupyter_xpt.edges.disk.store import Store, touch
from jupyter_xpt.edges.host import identity
from jupyter_xpt.ground.datasets import DatasetRecord
from jupyter_xpt.ground.errors import DatasetError, RecordError, StoreError
from jupyter_xpt.ground.facts import ExperimentFacts, RunFacts
from jupyter_xpt.ground.records import RUNNING

STOPPED = "not hashed: the kernel stopped before"
# The newest experiments are looked at, of each the newest run.
_MAX_EXPERIMENTS = 20
_MAX_KNOWN = 10_000
_looked_at: dict[str, Stamp] = {}


def unfinished(place: Store, experiments: Iterable[ExperimentFacts]) -> list[tuple[ExperimentFacts, RunFacts]]:
    """The newest runs that wait for digests which will not come: the process that made them is gone.

    Parameters
    ----------
    place
        Where the experiments lie.
    experiments
        Those of a series.
    """
    found = []
    for one in sorted(experiments, key=lambda facts: facts.name.number)[-_MAX_EXPERIMENTS:]:
        run = one.runs[-1] if one.runs else None
        if run is None or run.status == RUNNING:
            continue
        path = os.path.join(place.out, str(one.name), run.run, DATASETS)
        stamp = stamp_of(path)
        if stamp == MISSING or _looked_at.get(path) == stamp:
            continue
        if len(_looked_at) >= _MAX_KNOWN:
            _looked_at.clear()
        _looked_at[path] = stamp
        try:
            waits = b'"pending": true' in read_record(path)
        except Unreadable:
            continue
        if waits and is_gone(run):
            found.append((one, run))
        elif waits:
            # It may be gone the next time.
            del _looked_at[path]
    return found


def is_gone(run: RunFacts) -> bool:
    """Whether the process that made a run is no longer there; False where that cannot be told."""
    process = run.record.process if run.record is not None else None
    if process is None:
        return False
    return identity.is_alive(process.pid, process.started, process.host, process.boot) is False


def complete(place: Store, made: ExperimentFacts, run: RunFacts, algorithm: str) -> None:
    """Makes the digests that a run waits for, as far as what they are of is still the same.

    Parameters
    ----------
    place, made, run
        Where it lies.
    algorithm
        What digests are made by.

    Raises
    ------
    RecordError
        When its record is damaged.
    StoreError
        When the disk refuses.
    """
    folder = place.run(made.name, run.run)
    if folder.is_symlink() or folder.parent.is_symlink():
        return
    records = read_datasets(folder)
    now = [_completed(one, place.folder, algorithm) if one.pending else one for one in records]
    write_datasets(folder, now)
    touch(place, made.name)


def _completed(record: DatasetRecord, folder: Path, algorithm: str) -> DatasetRecord:
    """A dataset with its digest, or with the reason why there will be none."""
    # Something waits to be hashed: now it is time to know how.
    from jupyter_xpt.edges.data.hashing import using
    from jupyter_xpt.edges.data.sources import file_task, moment

    given_up = changed(record, pending=False, problem=STOPPED)
    parts = tuple(record.location.split("/")) if record.location is not None else ()
    # What lies elsewhere is not read on a record's word.
    if record.kind != "file" or not parts or any(part in ("", ".", "..") or os.sep in part for part in parts):
        return given_up
    try:
        path = find_output(folder, parts)
        status = os.stat(path)
        same = (status.st_size, moment(status.st_mtime_ns)) == (record.size, record.modified)
    except (DatasetError, OSError):
        same = False
    if not same:
        return changed(given_up, problem="it was changed before it was hashed: the kernel had stopped")
    with using(algorithm):
        found = file_task(path, record, record.label, now=True).found.record
    return changed(found, location=record.location)


def told(record: DatasetRecord) -> DatasetRecord:
    """A dataset of a run whose process is gone, as it is to be shown: what waits for a digest waits in vain."""
    return changed(record, pending=False, problem=record.problem or STOPPED) if record.pending else record


def complete_all(place: Store, experiments: Iterable[tuple[ExperimentFacts, RunFacts]], algorithm: str) -> None:
    """Completes several runs, each for itself."""
    for made, run in experiments:
        try:
            complete(place, made, run, algorithm)
        except (RecordError, StoreError):
            # Damaged meanwhile, or a full disk: readers say so, and the next kernel tries again.
            continue
