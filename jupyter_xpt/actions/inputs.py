"""Inputs: the datasets of a run, gathered at its end, compared with the parent's, and written."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_xpt.actions.prepared import Prepared
from jupyter_xpt.edges.disk.datasets import DATASETS, read_datasets, write_datasets
from jupyter_xpt.edges.disk.plainfile import stamp_of
from jupyter_xpt.edges.kernel.modules import CONFIG_SUFFIXES, MAX_CONFIG_BYTES, is_local, is_recorded, relative_name
from jupyter_xpt.edges.kernel.reads import Reads
from jupyter_xpt.ground.datasets import DECLARED, SEEN, DatasetRecord
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import short
from jupyter_xpt.ground.records import FINISHED, ExperimentRecord, Warned
from jupyter_xpt.thought.data import alarms
from jupyter_xpt.thought.data.naming import side_of

if TYPE_CHECKING:
    from jupyter_xpt.actions.run import Run
    from jupyter_xpt.edges.data.work import Task

# How long the end of a run waits for digests; what comes later is added then.
WAIT_SECONDS = 1.0
# Of what is only seen no more is hashed for one run, nor listed.
MAX_SEEN_BYTES = 1 << 30
MAX_SEEN = 100
# More files of one folder than this are listed as the folder.
_MAX_OF_FOLDER = 20
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/lib", "/bin/", "/sbin/", "/run/", "/var/", "/boot/")
_NO_DATA = (*CONFIG_SUFFIXES, ".log", ".lock", ".tmp", ".ttf", ".otf", ".mplstyle")


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
        self._folder = prepared.store.folder
        self._before: tuple[str, tuple[DatasetRecord, ...]] = ("", ())
        with run.attempt("read the datasets of the run before"):
            self._before = _before(prepared, record)
        orders = [prepared.ran.cell.order, *(one.order for one in prepared.ran.above)]
        self._declared: Mapping[str, Sequence[Task]] = reads.inputs.by(sorted(orders))
        self._seen: list[Task] = []
        paths = reads.by(orders)
        if paths:
            self._seen = _seen(paths, self._folder, [one for tasks in self._declared.values() for one in tasks])

    def settle(self) -> None:
        """Waits a little for digests, warns, and writes; a thread adds what is not known by then."""
        tasks = [*(one for same in self._declared.values() for one in same), *self._seen]
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
        found = [alarm for alarm in (_trouble(one) for one in records) if alarm is not None]
        self._run.warn(*found, *alarms.compare(records, before, than), *self._overlaps())
        if records and self._run.folder is not None:
            write_datasets(self._run.folder, records)

    def _complete(self, late: Sequence[Task]) -> None:
        """In a thread: adds digests to the files of a run that has ended."""
        for task in late:
            task.wait()
        with self._run.attempt("complete the datasets"):
            if self._run.folder is not None and self._run.folder.is_dir():
                self._note()
                self._run.note_late_warnings()

    def records(self) -> tuple[DatasetRecord, ...]:
        """What is known of the datasets, the declared ones first."""
        declared = [_merged([task.found.record for task in tasks]) for tasks in self._declared.values()]
        return tuple(_placed(one, self._folder) for one in (*declared, *(task.found.record for task in self._seen)))

    def _overlaps(self) -> list[Warned]:
        """Warnings of training and test data that share rows."""
        sides: dict[str, dict[str, list[Task]]] = {}
        for name, tasks in self._declared.items():
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


def _trouble(record: DatasetRecord) -> Warned | None:
    """The warning about a declared dataset that could not be described as asked; None without one."""
    if record.problem is None or record.how != DECLARED:
        return None
    return Warned("data", f"{record.name}: {record.problem}", record.name)


def _merged(records: Sequence[DatasetRecord]) -> DatasetRecord:
    """What was declared under one name, told as one dataset: the last, and how many different contents there were."""
    last = records[-1]
    contents = len({one.digest for one in records if one.digest is not None})
    pending = any(one.pending for one in records)
    return changed(last, contents=max(1, contents), pending=pending)


def _placed(record: DatasetRecord, folder: Path) -> DatasetRecord:
    """The record with its location relative to the notebook's folder where it lies in the project."""
    if record.location is None or record.kind == "address":
        return record
    relative = os.path.relpath(record.location, os.path.realpath(folder)).replace(os.sep, "/")
    if relative.startswith("../") and not record.location.startswith(_project(folder) + os.sep):
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


# -- what was seen ------------------------------------------------------------------------------------------


def _seen(paths: Mapping[str, int], folder: Path, declared: Sequence[Task]) -> list[Task]:
    """The tasks for the files that were read without being declared."""
    given = [task.path for task in declared if task.path is not None]
    found: dict[str, list[tuple[str, int]]] = {}
    root = os.path.realpath(folder)
    for path, began in sorted(paths.items()):
        size = _data_size(path, began, root)
        if size is not None and not any(path == one or path.startswith(one + os.sep) for one in given):
            found.setdefault(os.path.dirname(path), []).append((path, size))
    if not found:
        return []
    # Only a run that read files needs what describes them.
    from jupyter_xpt.edges.data.sources import SMALL_FILE_BYTES, file_task
    from jupyter_xpt.edges.data.work import Found, Task

    tasks: list[Task] = []
    left = MAX_SEEN_BYTES

    def known(record: DatasetRecord) -> Task:
        task = Task(record, lambda: Found(record))
        task.run()
        return task

    for inner, files in found.items():
        if len(files) > _MAX_OF_FOLDER:
            name, size = f"{_name(inner, folder)}/", sum(size for _, size in files)
            tasks.append(known(DatasetRecord(name, "files", how=SEEN, location=inner, size=size, files=len(files))))
            continue
        for path, size in files:
            record = DatasetRecord(_name(path, folder), "file", how=SEEN, location=path, size=size)
            left -= size
            if left < 0:
                tasks.append(known(changed(record, problem="too large to be hashed without being declared")))
            else:
                tasks.append(file_task(path, record, now=size <= SMALL_FILE_BYTES))
    return tasks[:MAX_SEEN]


def _name(path: str, folder: Path) -> str:
    """What a seen file is called: its path where it lies below the notebook's folder, or beside it."""
    name = relative_name(path, folder)
    return path if name.startswith("_outside/") else name


def _data_size(path: str, began: int, root: str) -> int | None:
    """The size of a file that may be the user's data; None for what is none.

    Parameters
    ----------
    path
        A real path that was read.
    began
        When the cell that read it began: what is newer is its own work (ns since 1970).
    root
        The real path of the notebook's folder.
    """
    inside = path.startswith(root + os.sep)
    inner = path[len(root) :] if inside else path
    if not inside and (path.startswith(_SYSTEM) or path.startswith(os.path.realpath(tempfile.gettempdir()) + os.sep)):
        return None
    if any(part.startswith(".") for part in inner.split(os.sep)) or path.startswith(_interpreters()):
        return None
    if not is_local(path) or is_recorded(relative_name(path, Path(root))) or path == os.path.join(root, _TABLE):
        return None
    modified, size, _ = stamp_of(path)
    if size < 0 or modified >= began or not os.path.isfile(path):
        return None
    return None if path.endswith(_NO_DATA) and size <= MAX_CONFIG_BYTES else size


_TABLE = "experiments.csv"


def _interpreters() -> tuple[str, ...]:
    """The folders of Python itself."""
    return tuple(os.path.realpath(one) + os.sep for one in (sys.prefix, sys.base_prefix))
