"""Shelf: ``out/`` as a reader finds it, kept in memory and looked at again only where something changed.

Whoever writes a run touches the experiment's folder, so that unchanged times mean unchanged finished runs;
running runs are looked at afresh every time. Nothing that lies there is trusted; what is wrong becomes
damage, in words, and hides nothing else. What is settled for a series is one file each, stamped at each look.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace as changed
from pathlib import Path

from jupyter_xpt.edges.disk.plainfile import MISSING, Stamp, Unreadable, read_record, stamp_of
from jupyter_xpt.edges.disk.runfolder import RACY_NS, ReadRun, order_of, read_run
from jupyter_xpt.edges.disk.store import refusals
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import RecordError
from jupyter_xpt.ground.facts import ExperimentFacts, SeriesFacts
from jupyter_xpt.ground.names import ExperimentName, is_run_name, parse_experiment
from jupyter_xpt.ground.records import ExperimentRecord, SeriesRecord

_MAX_SERIES = 10_000


@dataclass(slots=True)
class _Kept:
    """An experiment as it was read, and the stamps that this holds for.

    It is ``open`` while it has a run that is not settled.
    """

    facts: ExperimentFacts
    folder_ns: int
    record_stamp: Stamp
    record_path: str
    racy: bool
    open: bool = False
    runs: dict[str, ReadRun] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Settled:
    """What is settled for a series as it was read, and the stamp that this holds for."""

    facts: SeriesFacts
    stamp: Stamp
    racy: bool


class Shelf:
    """The experiments of a folder, read from its ``out/``; may be used by several threads.

    Parameters
    ----------
    folder
        The folder that holds ``out/``.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._out = str(self.folder / "out")
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._facts: Mapping[ExperimentName, ExperimentFacts] = {}
        self._read: Mapping[str, _Settled] = {}
        self._settled: Mapping[str, SeriesFacts] = {}

    def facts(self) -> Mapping[ExperimentName, ExperimentFacts]:
        """What is known of every experiment now; the very same objects where nothing changed.

        Raises
        ------
        StoreError
            When ``out`` is there and cannot be listed.
        """
        with self._lock:
            if self._refresh():
                self._facts = {kept.facts.name: kept.facts for kept in self._kept.values()}
            return self._facts

    def settled(self) -> Mapping[str, SeriesFacts]:
        """What the user settled for each series now; the very same objects where nothing changed."""
        with self._lock:
            self._read = _read_settled(os.path.join(self._out, ".xpt", "series"), self._read)
            found = {series: one.facts for series, one in self._read.items()}
            same = len(found) == len(self._settled) and all(self._settled.get(key) is found[key] for key in found)
            self._settled = self._settled if same else found
            return self._settled

    def series(self) -> tuple[str, ...]:
        """The series that have an experiment, in order."""
        return tuple(sorted({name.series for name in self.facts()}))

    def _refresh(self) -> bool:
        """Reads what changed; whether anything did."""
        old, fresh = self._kept, {}
        different = False
        with refusals("read"):
            try:
                entries = os.scandir(self._out)
            except FileNotFoundError:
                self._kept = {}
                return bool(old)
            with entries:
                for entry in entries:
                    kept = old.get(entry.name)
                    if kept is None or not _is_unchanged(entry, kept):
                        read = _looked_at(entry, kept)
                        if read is None:
                            continue
                        different = different or kept is None or read.facts is not kept.facts
                        kept = read
                    fresh[entry.name] = kept
        self._kept = fresh
        return different or len(fresh) != len(old)


def _is_unchanged(entry: os.DirEntry[str], kept: _Kept) -> bool:
    """Whether an experiment is as it was read: two system calls, a few microseconds."""
    if kept.racy or kept.open:
        return False
    try:
        if entry.stat(follow_symlinks=False).st_mtime_ns != kept.folder_ns:
            return False
        status = os.lstat(kept.record_path)
    except OSError:
        return False
    return (status.st_mtime_ns, status.st_size, status.st_ino) == kept.record_stamp


def _looked_at(entry: os.DirEntry[str], kept: _Kept | None) -> _Kept | None:
    """An experiment's folder, read again as far as it changed; None when it is no experiment's."""
    name = kept.facts.name if kept else parse_experiment(entry.name)
    if name is None:
        return None
    now = time.time_ns()
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    record_path = os.path.join(entry.path, "experiment.json")
    if stat.S_ISLNK(status.st_mode):
        facts = ExperimentFacts(name, None, (), ("its folder is a link, which is not followed",))
        facts = kept.facts if kept and kept.facts == facts else facts
        return _Kept(facts, status.st_mtime_ns, MISSING, record_path, racy=True)
    if not stat.S_ISDIR(status.st_mode):
        return None
    # The stamps are taken before what they stand for is read: a change in between is seen next time.
    stamp = stamp_of(record_path)
    racy = now - max(status.st_mtime_ns, stamp[0]) < RACY_NS
    if kept is not None and not kept.racy and kept.record_stamp == stamp:
        record, damage = kept.facts.record, kept.facts.damage
    else:
        record, damage = _read_record(record_path, name, stamp)
    same = kept is not None and not kept.racy and kept.folder_ns == status.st_mtime_ns
    trouble = ""
    try:
        found = list(kept.runs) if kept and same else _run_names(entry.path)
    except OSError as problem:
        found, trouble = [], f"its folder cannot be listed: {problem.strerror}"
        damage = (trouble,)
    read = _Kept(ExperimentFacts(name, record), status.st_mtime_ns, stamp, record_path, racy)
    _read_runs(read, entry.path, found, kept)
    # A folder that only looks like one of ours: no record and no run.
    if stamp == MISSING and not read.runs and not trouble:
        return None
    runs = sorted(read.runs.values(), key=order_of)
    read.facts = _kept_if_same(ExperimentFacts(name, record, tuple(run.facts for run in runs), damage), kept)
    return read


def _read_runs(read: _Kept, folder: str, found: list[str], kept: _Kept | None) -> None:
    """Reads the runs of an experiment, as far as they changed, into ``read``."""
    for run in found:
        one = read_run(os.path.join(folder, run), run, kept.runs.get(run) if kept else None)
        if one is None:
            read.racy = True
            continue
        read.runs[run] = one
        read.open = read.open or not one.settled
        read.racy = read.racy or one.racy


def _kept_if_same(facts: ExperimentFacts, kept: _Kept | None) -> ExperimentFacts:
    """The facts that were known before, when these are no others: readers go by identity."""
    if kept is None:
        return facts
    before = kept.facts
    same_runs = len(before.runs) == len(facts.runs) and all(map(_is, before.runs, facts.runs))
    same_record = before.record is facts.record or before.record == facts.record
    return before if same_runs and same_record and before.damage == facts.damage else facts


def _is(one: object, other: object) -> bool:
    """Whether two are the same object."""
    return one is other


def _read_record(path: str, name: ExperimentName, stamp: Stamp) -> tuple[ExperimentRecord | None, tuple[str, ...]]:
    """The experiment's record, or None and why not."""
    if stamp == MISSING:
        return None, ("experiment.json is missing",)
    try:
        record = codec.load(ExperimentRecord, read_record(path), "experiment.json")
    except Unreadable as problem:
        return None, (f"experiment.json {problem}",)
    except RecordError as problem:
        return None, (str(problem),)
    # The folder's name is the identity: a record copied from elsewhere does not change whose it is.
    if record.series != name.series or record.number != name.number:
        record = changed(record, series=name.series, number=name.number)
    return record, ()


def _run_names(folder: str) -> list[str]:
    """The names of the runs in an experiment's folder."""
    with os.scandir(folder) as entries:
        return [
            entry.name
            for entry in entries
            if is_run_name(entry.name) and (entry.is_symlink() or entry.is_dir(follow_symlinks=False))
        ]


def _read_settled(folder: str, old: Mapping[str, _Settled]) -> dict[str, _Settled]:
    """What is settled for each series, read again where a stamp changed."""
    try:
        # A link may lead anywhere.
        names = [] if os.path.islink(folder) else os.listdir(folder)
    except OSError:
        return {}
    found = {}
    for name in sorted(names)[:_MAX_SERIES]:
        series, suffix = os.path.splitext(name)
        if suffix == ".json" and not name.startswith("."):
            found[series] = _settled_of(os.path.join(folder, name), series, old.get(series))
    return found


def _settled_of(path: str, series: str, old: _Settled | None) -> _Settled:
    """What is settled for one series."""
    now, stamp = time.time_ns(), stamp_of(path)
    if old is not None and old.stamp == stamp and not old.racy:
        return old
    name = os.path.basename(path)
    try:
        record = codec.load(SeriesRecord, read_record(path), name)
        facts = SeriesFacts(series, changed(record, series=series))
    except Unreadable as problem:
        facts = SeriesFacts(series, None, (f"{name} {problem}",))
    except RecordError as problem:
        facts = SeriesFacts(series, None, (str(problem),))
    if old is not None and old.facts == facts:
        facts = old.facts
    return _Settled(facts, stamp, racy=now - stamp[0] < RACY_NS)
