"""Shelf: ``out/`` as a reader finds it, kept in memory and looked at again only where something changed.

Whoever writes a run touches the experiment's folder, so that unchanged times mean unchanged finished runs;
running runs are looked at afresh every time. Nothing that lies there is trusted: links are not followed, what
is no plain file is not read, and everything has a bound. What is wrong becomes damage, in words, and hides
nothing else.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace as changed
from pathlib import Path

from jupyter_xpt.edges import machine
from jupyter_xpt.edges.store import refusals
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import RecordError
from jupyter_xpt.ground.facts import ExperimentFacts, RunFacts
from jupyter_xpt.ground.names import ExperimentName, is_run_name, parse_experiment
from jupyter_xpt.ground.records import (
    DIED,
    FAILED,
    FINISHED,
    INTERRUPTED,
    RUNNING,
    ExperimentRecord,
    RunRecord,
    Summary,
)
from jupyter_xpt.thought.results import Fold

DAMAGED = "damaged"
MAX_RECORD_BYTES = 16 << 20
MAX_RESULTS_BYTES = 512 << 20
MAX_TAIL_BYTES = 64 << 20
# A run on another host counts as alive for as long as it wrote something within this time.
_SILENT_SECONDS = 3600.0
# A run's folder is there a few milliseconds before its record: not yet damaged.
_BEING_MADE_SECONDS = 10.0
# File times may be as coarse as hundredths of a second: what was written right before it was read may have
# been written again since, with the same time (git calls this a racy index).
_RACY_NS = 100_000_000
_CHUNK = 1 << 20
_KNOWN = (RUNNING, FINISHED, FAILED, INTERRUPTED, DIED)
_OPEN = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not hold the reader
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_Stamp = tuple[int, int, int]
_MISSING: _Stamp = (0, -1, 0)


class _Unreadable(Exception):  # noqa: N818 - never leaves this module
    """A file that cannot or must not be read; the text says why."""


@dataclass(slots=True)
class _Run:
    """A run as it was read, the stamps that this holds for, and the fold while it grows.

    It is ``settled`` unless only looking again can tell what it is: it runs, or its host is another one.
    """

    facts: RunFacts
    stamps: tuple[_Stamp, ...]
    racy: bool
    settled: bool
    fold: Fold | None = None


@dataclass(slots=True)
class _Kept:
    """An experiment as it was read, and the stamps that this holds for.

    It is ``open`` while it has a run that is not settled.
    """

    facts: ExperimentFacts
    folder_ns: int
    record_stamp: _Stamp
    record_path: str
    racy: bool
    open: bool = False
    runs: dict[str, _Run] = field(default_factory=dict)


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
        return _Kept(facts, status.st_mtime_ns, _MISSING, record_path, racy=True)
    if not stat.S_ISDIR(status.st_mode):
        return None
    # The stamps are taken before what they stand for is read: a change in between is seen next time.
    stamp = _stamp(record_path)
    racy = now - max(status.st_mtime_ns, stamp[0]) < _RACY_NS
    if kept is not None and not kept.racy and kept.record_stamp == stamp:
        record, damage = kept.facts.record, kept.facts.damage
    else:
        record, damage = _read_record(record_path, name, stamp)
    same = kept is not None and not kept.racy and kept.folder_ns == status.st_mtime_ns
    try:
        found = list(kept.runs) if kept and same else _run_names(entry.path)
    except OSError as problem:
        found, damage = [], (*damage, f"its folder cannot be listed: {problem.strerror}")
    read = _Kept(ExperimentFacts(name, record), status.st_mtime_ns, stamp, record_path, racy)
    _read_runs(read, entry.path, found, kept)
    # A folder that only looks like one of ours: no record and no run.
    if stamp == _MISSING and not read.runs:
        return None
    runs = sorted(read.runs.values(), key=_order)
    read.facts = _kept_if_same(ExperimentFacts(name, record, tuple(run.facts for run in runs), damage), kept)
    return read


def _read_runs(read: _Kept, folder: str, found: list[str], kept: _Kept | None) -> None:
    """Reads the runs of an experiment, as far as they changed, into ``read``."""
    for run in found:
        one = _read_run(os.path.join(folder, run), run, kept.runs.get(run) if kept else None)
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


def _read_record(
    path: str, name: ExperimentName, stamp: _Stamp
) -> tuple[ExperimentRecord | None, tuple[str, ...]]:
    """The experiment's record, or None and why not."""
    if stamp == _MISSING:
        return None, ("experiment.json is missing",)
    try:
        record = codec.load(ExperimentRecord, _read(path), "experiment.json")
    except _Unreadable as problem:
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


def _order(run: _Run) -> tuple[float, str, int]:
    """What runs are ordered by: their index, which no clock can turn; damaged ones last, by name."""
    name, _, again = run.facts.run[19:].rpartition("-")
    record = run.facts.record
    return (record.index if record else float("inf"), run.facts.run[:19] + name, int(again or 1))


def _read_run(path: str, run: str, old: _Run | None) -> _Run | None:
    """A run, read again as far as it changed; None when it is being made at this moment."""
    now = time.time_ns()
    if (old is None or not old.stamps) and os.path.islink(path):
        facts = RunFacts(run, DAMAGED, None, Summary(0), ("its folder is a link, which is not followed",))
        return _same(_Run(facts, (), racy=False, settled=True), old)
    stamps = tuple(_stamp(f"{path}/{file}") for file in ("run.json", "results.jsonl", "summary.json"))
    fresh = old is None or old.racy or old.stamps[:1] != stamps[:1]
    if old is not None and not fresh and old.settled and old.stamps == stamps:
        return old
    racy = now - max(stamp[0] for stamp in stamps) < _RACY_NS
    if not fresh and old is not None and old.facts.record is not None:
        record: RunRecord | None = old.facts.record
        trouble = ""
    else:
        record, trouble = _read_run_record(path, stamps[0])
    if record is None:
        if stamps[0] == _MISSING and now / 1e9 - _stamp(path)[0] / 1e9 < _BEING_MADE_SECONDS:
            return None
        summary, damage = _summary(path, stamps, DAMAGED)
        return _same(
            _Run(RunFacts(run, DAMAGED, None, summary, (trouble, *damage)), stamps, racy, settled=True), old
        )
    status, settled = _status(record, path, stamps, now / 1e9)
    fold = None
    if record.status == RUNNING:
        fold = old.fold if old is not None and old.fold and old.stamps[1][2] == stamps[1][2] else None
        fold, damage = _grown(path, fold or Fold())
        summary = fold.summary(status, over=status != RUNNING)
    else:
        summary, damage = _summary(path, stamps, DAMAGED if status == FINISHED else status)
    return _same(_Run(RunFacts(run, status, record, summary, damage), stamps, racy, settled, fold), old)


def _same(run: _Run, old: _Run | None) -> _Run:
    """The run with the facts that were known before, when these are no others."""
    if old is not None and run.facts == old.facts:
        run.facts = old.facts
    return run


def _read_run_record(path: str, stamp: _Stamp) -> tuple[RunRecord | None, str]:
    """The run's record, or None and why not."""
    if stamp == _MISSING:
        return None, "run.json is missing"
    try:
        record = codec.load(RunRecord, _read(f"{path}/run.json"), "run.json")
    except _Unreadable as problem:
        return None, f"run.json {problem}"
    except RecordError as problem:
        return None, str(problem)
    if record.status not in _KNOWN:
        return None, f"run.json: status is {record.status!r:.40}, not one of {', '.join(_KNOWN)}"
    name = os.path.basename(path)
    return (record if record.run == name else changed(record, run=name)), ""


def _status(record: RunRecord, path: str, stamps: tuple[_Stamp, ...], now: float) -> tuple[str, bool]:
    """What a run is, and whether that is settled."""
    if record.status != RUNNING:
        return record.status, True
    process = record.process
    alive = None
    if process is not None:
        alive = machine.is_alive(process.pid, process.started, process.host, process.boot)
    if alive is not None:
        return (RUNNING, False) if alive else (DIED, True)
    # Another host's processes cannot be seen from here; what they write can.
    written = max(*(stamp[0] for stamp in stamps), _stamp(f"{path}/log.txt")[0]) / 1e9
    return (RUNNING if now - written < _SILENT_SECONDS else DIED), False


def _summary(path: str, stamps: tuple[_Stamp, ...], unfinished: str) -> tuple[Summary, tuple[str, ...]]:
    """The summary of a run that is over: the one on disk when it is that of the results, else made here."""
    size = stamps[1][1]
    if stamps[2] != _MISSING:
        try:
            summary = codec.load(Summary, _read(f"{path}/summary.json"), "summary.json")
        except (_Unreadable, RecordError):
            # Derived, so that its damage costs nothing but time.
            pass
        else:
            if summary.results_bytes == size and _fits(summary):
                return _settled(summary, unfinished), ()
    if size < 0:
        return Summary(0), ("results.jsonl is missing",) if stamps[2] != _MISSING else ()
    fold, damage = _grown(path, Fold())
    return fold.summary(unfinished, over=True), damage


def _fits(summary: Summary) -> bool:
    """Whether each metric has as many values as there are repeats."""
    n = len(summary.repeats)
    return all(len(metric.values) == n for metric in summary.metrics.values())


def _settled(summary: Summary, unfinished: str) -> Summary:
    """The summary with the repeats that still run in it ended as their run did."""
    if all(repeat.status != RUNNING for repeat in summary.repeats):
        return summary
    repeats = tuple(
        changed(one, status=unfinished) if one.status == RUNNING else one for one in summary.repeats
    )
    return changed(summary, repeats=repeats)


def _grown(path: str, fold: Fold) -> tuple[Fold, tuple[str, ...]]:
    """The fold with what the run's results have more than it was fed, and what is wrong with the file."""
    try:
        descriptor = _opened(f"{path}/results.jsonl")
    except FileNotFoundError:
        return fold, ()
    except _Unreadable as problem:
        return fold, (f"results.jsonl {problem}",)
    try:
        size = os.fstat(descriptor).st_size
        if size < fold.fed:
            fold = Fold()
        os.lseek(descriptor, fold.fed, os.SEEK_SET)
        while fold.fed < min(size, MAX_RESULTS_BYTES):
            data = os.read(descriptor, min(_CHUNK, MAX_RESULTS_BYTES - fold.fed))
            if not data:
                break
            fold.feed(data)
    except OSError as problem:
        return fold, (f"results.jsonl cannot be read: {problem.strerror}",)
    finally:
        os.close(descriptor)
    if size > MAX_RESULTS_BYTES:
        return fold, (
            f"results.jsonl is {size >> 20} MB long; only its first {MAX_RESULTS_BYTES >> 20} MB are read",
        )
    return fold, ()


def _stamp(path: str) -> _Stamp:
    """Time (ns), size and identity of a file itself, never of what it links to."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return _MISSING
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def _opened(path: str) -> int:
    """A descriptor of a plain file."""
    try:
        descriptor = os.open(path, _OPEN)
    except FileNotFoundError:
        raise
    except OSError as problem:
        why = (
            "is a link, which is not followed"
            if os.path.islink(path)
            else f"cannot be read: {problem.strerror}"
        )
        raise _Unreadable(why) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _Unreadable("is not a plain file")
    return descriptor


def _read(path: str) -> bytes:
    """All bytes of a record's file."""
    try:
        descriptor = _opened(path)
    except FileNotFoundError:
        raise _Unreadable("is missing") from None
    try:
        size = os.fstat(descriptor).st_size
        if size > MAX_RECORD_BYTES:
            raise _Unreadable(f"is {size >> 20} MB long, more than any record ({MAX_RECORD_BYTES >> 20} MB)")
        data = os.read(descriptor, size + 1)
        while len(data) < size:
            more = os.read(descriptor, size - len(data))
            if not more:
                break
            data += more
        return data
    except OSError as problem:
        raise _Unreadable(f"cannot be read: {problem.strerror}") from None
    finally:
        os.close(descriptor)


def read_tail(path: str | os.PathLike[str], lines: int | None = None) -> tuple[bytes, bool]:
    """The end of a text file, and whether there was more before it.

    Parameters
    ----------
    path
        The file; links are not followed.
    lines
        How many lines; None for all that ``MAX_TAIL_BYTES`` hold.

    Raises
    ------
    RecordError
        When it is missing, no plain file, or cannot be read.
    """
    name = os.path.basename(path)
    try:
        descriptor = _opened(os.fspath(path))
    except (FileNotFoundError, _Unreadable) as problem:
        raise RecordError(f"{name} {problem if isinstance(problem, _Unreadable) else 'is missing'}") from None
    try:
        size = os.fstat(descriptor).st_size
        start, data = size, b""
        while start > 0 and size - start < MAX_TAIL_BYTES and (lines is None or data.count(b"\n") <= lines):
            length = min(_CHUNK, start)
            start -= length
            os.lseek(descriptor, start, os.SEEK_SET)
            data = os.read(descriptor, length) + data
    except OSError as problem:
        raise RecordError(f"{name} cannot be read: {problem.strerror}") from None
    finally:
        os.close(descriptor)
    if lines is None:
        return data, start > 0
    kept = data.splitlines(keepends=True)[-lines:] if lines > 0 else []
    return b"".join(kept), start > 0 or len(b"".join(kept)) < len(data)
