"""Inputs: the datasets of a run, gathered at its end, compared with the parent's, and written; its outputs too."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_xpt.actions.pending import complete_all, unfinished
from jupyter_xpt.actions.prepared import Prepared
from jupyter_xpt.actions.seen import seen
from jupyter_xpt.actions.written import UNWRITTEN, written
from jupyter_xpt.edges.disk.datasets import DATASETS, read_datasets, write_datasets
from jupyter_xpt.edges.disk.plainfile import stamp_of
from jupyter_xpt.edges.kernel.reads import Reads
from jupyter_xpt.ground.datasets import DECLARED, DatasetRecord, algorithm_of
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import short
from jupyter_xpt.ground.records import FINISHED, ExperimentRecord, Warned
from jupyter_xpt.ground.settings import SHA256
from jupyter_xpt.thought.data import alarms
from jupyter_xpt.thought.data.naming import side_of
from jupyter_xpt.thought.data.producing import ALTERED, altered, warned
from jupyter_xpt.thought.data.wording import told

if TYPE_CHECKING:
    from jupyter_xpt.actions.run import Run
    from jupyter_xpt.edges.data.work import Task

# How long the end of a run waits for digests; what comes later is added then.
WAIT_SECONDS = 1.0


class RunInputs:
    """The datasets of one run.

    Parameters
    ----------
    run
        The run, begun.
    prepared, record
        Its experiment.
    reads
        What the session read and declared.
    """

    def __init__(self, run: Run, prepared: Prepared, record: ExperimentRecord, reads: Reads) -> None:
        self._run = run
        self._record = record
        self._store, self._folder = prepared.store, prepared.store.folder
        self._known = prepared.facts.values()
        self._before: tuple[str, tuple[DatasetRecord, ...]] = ("", ())
        with run.attempt("read the datasets of the run before"):
            self._before = _before(prepared, record)
        orders = [prepared.ran.cell.order, *(one.order for one in prepared.ran.above)]
        self._declared: Mapping[str, Sequence[Task]] = reads.inputs.by(sorted(orders))
        self._seen: list[Task] = []
        self._written: list[Task] = []
        self._algorithm = reads.algorithm()
        paths = reads.by(orders)
        if paths:
            self._seen = seen(paths, self._folder, self._given(), self._algorithm)
        with run.attempt("look at what it wrote"):
            self._written = written(run, self._algorithm)

    def _given(self) -> list[Task]:
        """The tasks for all that was declared."""
        return [one for same in self._declared.values() for one in same]

    def settle(self) -> None:
        """Waits a little for digests, warns, and writes; a thread adds what is not known by then."""
        with self._run.attempt("look for digests that other kernels left"):
            self._complete_others()
        tasks = [*self._given(), *self._seen, *self._written]
        if not tasks and not self._before[1]:
            return
        deadline = time.monotonic() + WAIT_SECONDS
        late = [task for task in tasks if not task.wait(deadline)]
        self._note()
        if late:
            thread = threading.Thread(target=self._complete, args=(late,), name="jupyter_xpt datasets", daemon=True)
            thread.start()

    def _note(self) -> None:
        """Warns of what is known now and writes it."""
        records = self.records()
        than, before = self._before
        found = [alarm for alarm in (_trouble(one, self._record.series) for one in records) if alarm is not None]
        found += [*alarms.compare(records, before, than, self._record.series), *self._overlaps()]
        used = [one for one in records if one.made_by is not None]
        found += self._altered([one.maker for one in used])
        if used:
            # Only where something is used is it to be read.
            from jupyter_xpt.actions.producers import warnings_about

            found += warnings_about(self._folder, used, self._record, self._repeats(), found)
        if self._algorithm != SHA256 and records:
            found += self._without_algorithm()
        self._run.warn(*found)
        if records and self._run.folder is not None:
            write_datasets(self._run.folder, records)

    def _altered(self, told: Sequence[str | None]) -> list[Warned]:
        """The warnings of used outputs that were changed, as far as those that are ``told`` anyway do not say it."""
        found = []
        for same in self._declared.values():
            # Of several repeats each may have used another; the last one stands for them in the record.
            last = same[-1].found.record
            each = [task.found.record for task in (same[:-1] if last.maker in told else same)]
            found += [(one, what) for one in each if (what := altered(one)) is not None]
        return [warned(ALTERED, what, [one], self._record.series) for one, what in found]

    def _complete(self, late: Sequence[Task]) -> None:
        """In a thread: adds digests to the files of a run that has ended."""
        for task in late:
            task.wait()
        with self._run.attempt("complete the datasets"):
            if self._run.folder is not None and self._run.folder.is_dir():
                self._note()
                self._run.note_late_warnings()

    def _complete_others(self) -> None:
        """Has the digests made that kernels of earlier runs did not come to make."""
        left = unfinished(self._store, self._known)
        if left:
            given = (self._store, left, self._algorithm)
            threading.Thread(target=complete_all, args=given, name="jupyter_xpt datasets", daemon=True).start()

    def records(self) -> tuple[DatasetRecord, ...]:
        """What is known of the datasets, the declared ones first, outputs last."""
        declared = [_merged([task.found.record for task in tasks]) for tasks in self._declared.values()]
        found = (task.found.record for task in (*self._seen, *self._written))
        return tuple(_placed(one, self._folder) for one in (*declared, *found))

    def _repeats(self) -> int:
        """How many repeats, of this run or of those that it is pooled with, the data is the same in."""
        return max(len(self._run.start.repeats), self._run.record.index)

    def _without_algorithm(self) -> list[Warned]:
        """The warning that digests are not made as the user asked, where they cannot be."""
        # Data is described already: nothing new is imported.
        from jupyter_xpt.edges.data.hashing import is_there

        if is_there(self._algorithm):
            return []
        name = self._algorithm
        said = f'{name} is not installed, so that digests are SHA-256: pip install "jupyter_xpt[{name}]"'
        return [Warned("data", said)]

    def _overlaps(self) -> list[Warned]:
        """Warnings of training and test data that share rows."""
        sides: dict[str, dict[str, list[Task]]] = {}
        for tasks in self._declared.values():
            name = tasks[-1].found.record.name
            side = side_of(name)
            if side is not None and tasks[-1].found.rows is not None:
                sides.setdefault(side[1], {}).setdefault(side[0], []).append(tasks[-1])
        found = []
        for pair in sides.values():
            for test in pair.get("test", ()):
                for train in pair.get("train", ()):
                    # Only where there are rows to compare, so that others do without it.
                    from jupyter_xpt.edges.data.memory import shared_rows

                    shared, of, twice = shared_rows(train.found.rows, test.found.rows)
                    names = train.found.record.name, test.found.record.name
                    found += [alarms.overlap(*names, shared, of, twice)] if shared else []
        return found


def _trouble(record: DatasetRecord, series: str) -> Warned | None:
    """The warning about a declared dataset that could not be described as asked; None without one."""
    if record.problem is None or record.how != DECLARED:
        return None
    code = "data-unwritten" if record.problem == UNWRITTEN else "data"
    return Warned(code, f"{told(record, series)}: {record.problem}", record.name)


def _merged(records: Sequence[DatasetRecord]) -> DatasetRecord:
    """What was declared under one name, told as one dataset: the last, and how many different contents there were."""
    last = records[-1]
    digests = {one.digest for one in records if one.digest is not None}
    # The same content has as many digests as there are algorithms.
    contents = max(Counter(map(algorithm_of, digests)).values(), default=1)
    pending = any(one.pending for one in records)
    return changed(last, contents=contents, pending=pending)


def _placed(record: DatasetRecord, folder: Path) -> DatasetRecord:
    """The record with its location relative to the notebook's folder where it lies in the project."""
    if record.location is None or record.kind == "address":
        return record
    where = record.location
    relative = os.path.relpath(where, os.path.realpath(folder)).replace(os.sep, "/")
    if record.maker is not None and not relative.startswith(f"out/{record.maker}/"):
        # The output of another project: what is called like its maker here is another experiment.
        record = changed(record, maker=None)
    if relative.startswith("../") and not where.startswith(_project(folder) + os.sep):
        return record
    return changed(record, location=relative)


def _project(folder: Path) -> str:
    """The folder of the repository that a folder lies in, or that folder itself."""
    real = Path(os.path.realpath(folder))
    return str(next((one for one in (real, *real.parents) if (one / ".git").exists()), real))


def _before(prepared: Prepared, record: ExperimentRecord) -> tuple[str, tuple[DatasetRecord, ...]]:
    """What the run is compared with, and the datasets of that: an earlier run of its own, else the parent's newest."""
    own = prepared.facts.get(record.number)
    parent = prepared.facts.get(record.parent) if record.parent is not None else None
    for facts, digest in ((own, prepared.digest), (parent, None)):
        found = _newest(prepared, facts, digest)
        if found is not None and facts is not None:
            than = f"run {found.name}" if facts is own else short(facts.name.number)
            return than, read_datasets(found)
    return "", ()


def _newest(prepared: Prepared, facts: ExperimentFacts | None, digest: str | None) -> Path | None:
    """The folder of an experiment's newest finished run (of a source) that has datasets; None without one."""
    for run in reversed(facts.runs if facts is not None else ()):
        if run.status != FINISHED or (digest is not None and (run.record is None or run.record.digest != digest)):
            continue
        folder = prepared.store.run(facts.name, run.run) if facts is not None else None
        return folder if folder is not None and stamp_of(str(folder / DATASETS))[1] >= 0 else None
    return None
