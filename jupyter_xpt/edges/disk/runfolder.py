"""Run folder: one run as a reader finds it, looked at again only as far as it changed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace as changed

from jupyter_xpt.edges.disk.plainfile import MISSING, Stamp, Unreadable, opened, read_record, stamp_of
from jupyter_xpt.edges.host import identity
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import RecordError
from jupyter_xpt.ground.facts import RunFacts
from jupyter_xpt.ground.records import DIED, FAILED, FINISHED, INTERRUPTED, RUNNING, RunRecord, Summary
from jupyter_xpt.thought.reading.measured import DAMAGED
from jupyter_xpt.thought.reading.results import Fold

MAX_RESULTS_BYTES = 512 << 20
# A run on another host counts as alive for as long as it wrote something within this time.
_SILENT_SECONDS = 3600.0
# A run's folder is there a few milliseconds before its record: not yet damaged.
_BEING_MADE_SECONDS = 10.0
# File times may be as coarse as hundredths of a second: what was written right before it was read may have
# been written again since, with the same time (git calls this a racy index).
RACY_NS = 100_000_000
_CHUNK = 1 << 20
_KNOWN = (RUNNING, FINISHED, FAILED, INTERRUPTED, DIED)


@dataclass(slots=True)
class ReadRun:
    """A run as it was read, the stamps that this holds for, and the fold while it grows.

    It is ``settled`` unless only looking again can tell what it is: it runs, or its host is another one.
    """

    facts: RunFacts
    stamps: tuple[Stamp, ...]
    racy: bool
    settled: bool
    fold: Fold | None = None


def read_run(path: str, run: str, old: ReadRun | None) -> ReadRun | None:
    """A run, read again as far as it changed; None when it is being made at this moment."""
    now = time.time_ns()
    if (old is None or not old.stamps) and os.path.islink(path):
        facts = RunFacts(run, DAMAGED, None, Summary(0), ("its folder is a link, which is not followed",))
        return _same(ReadRun(facts, (), racy=False, settled=True), old)
    stamps = tuple(stamp_of(f"{path}/{file}") for file in ("run.json", "results.jsonl", "summary.json"))
    fresh = old is None or old.racy or old.stamps[:1] != stamps[:1]
    if old is not None and not fresh and old.settled and old.stamps == stamps:
        return old
    racy = now - max(stamp[0] for stamp in stamps) < RACY_NS
    if not fresh and old is not None and old.facts.record is not None:
        record: RunRecord | None = old.facts.record
        trouble = ""
    else:
        record, trouble = _read_run_record(path, stamps[0])
    if record is None:
        if stamps[0] == MISSING and now / 1e9 - stamp_of(path)[0] / 1e9 < _BEING_MADE_SECONDS:
            return None
        summary, damage = _summary(path, stamps, DAMAGED)
        return _same(
            ReadRun(RunFacts(run, DAMAGED, None, summary, (trouble, *damage)), stamps, racy, settled=True),
            old,
        )
    status, settled = _status(record, path, stamps, now / 1e9)
    fold = None
    if record.status == RUNNING:
        fold = old.fold if old is not None and old.fold and old.stamps[1][2] == stamps[1][2] else None
        fold, damage = _grown(path, fold or Fold())
        summary = fold.summary(status, over=status != RUNNING)
    else:
        summary, damage = _summary(path, stamps, DAMAGED if status == FINISHED else status)
    return _same(ReadRun(RunFacts(run, status, record, summary, damage), stamps, racy, settled, fold), old)


def order_of(run: ReadRun) -> tuple[float, str, int]:
    """What runs are ordered by: their index, which no clock can turn; damaged ones last, by name."""
    name, _, again = run.facts.run[19:].rpartition("-")
    record = run.facts.record
    return (record.index if record else float("inf"), run.facts.run[:19] + name, int(again or 1))


def _same(run: ReadRun, old: ReadRun | None) -> ReadRun:
    """The run with the facts that were known before, when these are no others."""
    if old is not None and run.facts == old.facts:
        run.facts = old.facts
    return run


def _read_run_record(path: str, stamp: Stamp) -> tuple[RunRecord | None, str]:
    """The run's record, or None and why not."""
    if stamp == MISSING:
        return None, "run.json is missing"
    try:
        record = codec.load(RunRecord, read_record(f"{path}/run.json"), "run.json")
    except Unreadable as problem:
        return None, f"run.json {problem}"
    except RecordError as problem:
        return None, str(problem)
    if record.status not in _KNOWN:
        return None, f"run.json: status is {record.status!r:.40}, not one of {', '.join(_KNOWN)}"
    name = os.path.basename(path)
    return (record if record.run == name else changed(record, run=name)), ""


def _status(record: RunRecord, path: str, stamps: tuple[Stamp, ...], now: float) -> tuple[str, bool]:
    """What a run is, and whether that is settled."""
    if record.status != RUNNING:
        return record.status, True
    process = record.process
    alive = None
    if process is not None:
        alive = identity.is_alive(process.pid, process.started, process.host, process.boot)
    if alive is not None:
        return (RUNNING, False) if alive else (DIED, True)
    # Another host's processes cannot be seen from here; what they write can.
    written = max(*(stamp[0] for stamp in stamps), stamp_of(f"{path}/log.txt")[0]) / 1e9
    return (RUNNING if now - written < _SILENT_SECONDS else DIED), False


def _summary(path: str, stamps: tuple[Stamp, ...], unfinished: str) -> tuple[Summary, tuple[str, ...]]:
    """The summary of a run that is over: the one on disk when it is that of the results, else made here."""
    size = stamps[1][1]
    if stamps[2] != MISSING:
        try:
            summary = codec.load(Summary, read_record(f"{path}/summary.json"), "summary.json")
        except (Unreadable, RecordError):
            # Derived, so that its damage costs nothing but time.
            pass
        else:
            if summary.results_bytes == size and _fits(summary):
                return _settled(summary, unfinished), ()
    if size < 0:
        return Summary(0), ("results.jsonl is missing",) if stamps[2] != MISSING else ()
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
    repeats = tuple(changed(one, status=unfinished) if one.status == RUNNING else one for one in summary.repeats)
    return changed(summary, repeats=repeats)


def _grown(path: str, fold: Fold) -> tuple[Fold, tuple[str, ...]]:
    """The fold with what the run's results have more than it was fed, and what is wrong with the file."""
    try:
        descriptor = opened(f"{path}/results.jsonl")
    except FileNotFoundError:
        return fold, ()
    except Unreadable as problem:
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
        return fold, (f"results.jsonl is {size >> 20} MB long; only its first {MAX_RESULTS_BYTES >> 20} MB are read",)
    return fold, ()
