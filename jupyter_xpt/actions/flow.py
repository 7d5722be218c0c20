"""Flow: the lineage of data of a folder, read from what its runs recorded, again only where something changed."""

from __future__ import annotations

import os
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from jupyter_xpt.actions.overview import shelf
from jupyter_xpt.edges.disk.datasets import DATASETS
from jupyter_xpt.edges.disk.plainfile import MISSING, Stamp, Unreadable, read_record, stamp_of
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.datasets import IN, parse_run
from jupyter_xpt.ground.errors import NameProblem, RecordError
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName, printable
from jupyter_xpt.ground.records import FINISHED
from jupyter_xpt.thought.data.flow import Edge, Flow
from jupyter_xpt.thought.data.outputs import parts_of

# Of an experiment that ran very often the newest runs are looked at.
_MAX_RUNS = 50
_MAX_EDGES = 100
_MAX_FOLDERS = 16
# Most datasets are nobody's output: their records need not be understood.
_MAKER = re.compile(rb'"maker"\s*:\s*"')
# What a run used: each output's name, and the experiment and run that made it.
_Uses = tuple[tuple[str, ExperimentName, str], ...]


class _Folder:
    """What is kept of one folder between two looks at it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._facts: Mapping[ExperimentName, ExperimentFacts] = {}
        self._uses: dict[str, tuple[Stamp, _Uses]] = {}
        self._edges: dict[ExperimentName, tuple[Edge, ...]] = {}
        self._flow = Flow()

    def flow(self, folder: Path, facts: Mapping[ExperimentName, ExperimentFacts]) -> Flow:
        """The lineage of data as it is now; the very same object where nothing changed."""
        if facts is self._facts:
            return self._flow
        place = Store(folder)
        edges: dict[ExperimentName, tuple[Edge, ...]] = {}
        for name, one in facts.items():
            found = self._edges.get(name, ()) if self._facts.get(name) is one else self._look(place, one)
            if found:
                edges[name] = found
        if edges != self._edges:
            self._flow = Flow(tuple(sorted(edge for found in edges.values() for edge in found)))
        self._facts, self._edges = facts, edges
        return self._flow

    def _look(self, place: Store, one: ExperimentFacts) -> tuple[Edge, ...]:
        """What the runs of an experiment used."""
        runs = one.runs[-_MAX_RUNS:]
        finished = [run.run for run in runs if run.status == FINISHED]
        last = finished[-1] if finished else runs[-1].run if runs else ""
        edges: dict[Edge, None] = {}
        for run in runs:
            for name, maker, made in self._of_run(os.path.join(place.out, str(one.name), run.run)):
                edges[Edge(maker, name, made, one.name, run.run, current=run.run == last)] = None
        return tuple(edges)

    def _of_run(self, folder: str) -> _Uses:
        """What a run used; nothing where its record is damaged."""
        path = os.path.join(folder, DATASETS)
        stamp = stamp_of(path)
        if stamp == MISSING:
            return ()
        known = self._uses.get(path)
        if known is None or known[0] != stamp:
            known = self._uses[path] = (stamp, _read(folder, path))
        return known[1]


def _read(folder: str, path: str) -> _Uses:
    """What a run used, as its record says. What names no output of a run is left out."""
    try:
        data = b"" if os.path.islink(folder) else read_record(path)
        # Its other fields, a thousand columns perhaps, are of no interest here.
        content = codec.load_json(data, DATASETS) if _MAKER.search(data) else {}
    except (Unreadable, RecordError):
        return ()
    listed = content.get("datasets")
    found = []
    for one in listed if isinstance(listed, list) and content.get("schema", 1) == codec.SCHEMA else ():
        used = _used(one) if isinstance(one, dict) else None
        found += [used] if used is not None else []
    return tuple(found[:_MAX_EDGES])


def _used(one: Mapping[str, object]) -> tuple[str, ExperimentName, str] | None:
    """The output that an entry says was used, and who made it; None where it says none that can be."""
    name, maker = one.get("name"), one.get("maker")
    made_by = parse_run(maker) if isinstance(maker, str) and one.get("direction", IN) == IN else None
    if made_by is None or not isinstance(name, str):
        return None
    try:
        parts_of(name)
    except NameProblem:
        return None
    return (name, *made_by)


class _Folders:
    """The folders looked at last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folders: OrderedDict[str, _Folder] = OrderedDict()

    def of(self, folder: str) -> _Folder:
        """What is kept of a folder."""
        with self._lock:
            one = self._folders.pop(folder, None) or _Folder()
            self._folders[folder] = one
            while len(self._folders) > _MAX_FOLDERS:
                self._folders.popitem(last=False)
            return one


_folders = _Folders()


def flow(folder: str | os.PathLike[str] = ".", facts: Mapping[ExperimentName, ExperimentFacts] | None = None) -> Flow:
    """Which experiments' outputs which others used.

    Parameters
    ----------
    folder
        The folder that holds ``out/``.
    facts
        What its shelf has just told; None to ask it.

    Raises
    ------
    StoreError
        When ``out`` is there and cannot be listed.
    """
    path = os.path.abspath(folder)
    one = _folders.of(path)
    with one.lock:
        return one.flow(Path(path), shelf(path).facts() if facts is None else facts)


def missed(folder: Path, name: ExperimentName) -> str | None:
    """A line that says who uses the outputs of an experiment that goes; None where nobody does."""
    users: dict[str, None] = {}
    used = flow(folder).users(name)
    for runs in used.values():
        users.update(dict.fromkeys(run.rpartition("/")[0] for run in runs))
    users.pop(str(name), None)
    if not users:
        return None
    names = ", ".join(printable(one) for one in list(users)[:8]) + (" and others" if len(users) > 8 else "")
    what = ", ".join(printable(one) for one in list(used)[:4])
    return f"{names} used its {what}: what uses it cannot be run again while it is away"
