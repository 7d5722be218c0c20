"""Run: one execution of an experiment, from the first file to the last.

Whatever goes wrong in the tracking is kept and said once the user's cell has finished; it never reaches the cell.
"""

from __future__ import annotations

import atexit
import json
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace as changed
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from jupyter_xpt.actions import sourcecontrol
from jupyter_xpt.actions.environment import keep_environment
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.journal import Journal
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.edges.host import identity
from jupyter_xpt.edges.kernel.seeding import seed_text, seeded
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import XptError
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import FAILED, FINISHED, INTERRUPTED, RUNNING, Process, RunRecord, Summary, Warned
from jupyter_xpt.ground.settings import Settings
from jupyter_xpt.thought.metrics import as_number, as_step, check_name
from jupyter_xpt.thought.reading.results import summarise
from jupyter_xpt.thought.statistics.goals import default_goal

# A power cut may cost the last second.
_SYNC_SECONDS = 1.0
# A reader on another host takes a run for dead when none of its files was touched for an hour.
_HEARTBEAT_SECONDS = 300.0
# A kernel that nbconvert or papermill ends right after the last cell still tells the commit.
_EXIT_SECONDS = 3.0

_active: Run | None = None


@dataclass(frozen=True, slots=True)
class RunStart:
    """What a run begins with: all that is known before the first repeat.

    ``goal`` is that of the primary metric, whichever that turns out to be; None where the user gave none.
    """

    name: ExperimentName
    record: RunRecord
    entropy: int
    repeats: tuple[int, ...]
    sources: Mapping[str, bytes] = field(default_factory=dict)
    goal: str | None = None
    settings: Settings = field(default_factory=Settings)


class Attempt:
    """A block whose exceptions become troubles of a run: tracking must not reach the user's cell."""

    def __init__(self, run: Run, what: str, passing: tuple[type[Exception], ...]) -> None:
        self._run = run
        self._what = what
        self._passing = passing

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        # Interrupts and exits are no failures of ours.
        if not isinstance(error, Exception) or isinstance(error, self._passing):
            return False
        said = error if isinstance(error, XptError) else _said(error)
        self._run.trouble(f"could not {self._what}: {said}")
        return True


class Run:
    """A run while it runs; one at a time in a process.

    ``folder`` is where its files lie, None when it was not begun or they could not be made: then values are kept
    in memory alone. ``troubles`` says what tracking could not do, each once.
    """

    def __init__(self, place: Store, start: RunStart) -> None:
        self.start = start
        self.store = place
        self.record = start.record
        self.folder: Path | None = None
        self.troubles: list[str] = []
        self.repeat = 0
        # How many generators the current repeat asked for: each gets a stream of its own.
        self.generators = 0
        # Whether each repeat drew random numbers; None where that cannot be told.
        self._drew: dict[int, bool | None] = {}
        # The paths that were asked for as outputs, by name and repeat (None in a run of one).
        self.outputs: dict[tuple[str, int | None], Path] = {}
        self.values: dict[str, dict[int, float]] = {}
        # The last values of the current repeat.
        self._current: dict[str, float] = {}
        # When `on_log` shall be called next, in UNIX seconds.
        self.show_at = math.inf
        self.outcomes: dict[int, str] = {}
        self.on_log: Callable[[], None] = _nothing
        self._results: Journal | None = None
        self._began = time.monotonic()
        self._repeat_began = self._began
        self._write_lock = threading.Lock()
        self._ended = threading.Event()
        # Whether run.json says what `record` says.
        self._written = False
        self.keeper: threading.Thread | None = None
        # Set when the environment was described, and when git was asked too.
        self.described = threading.Event()
        self.looked = threading.Event()

    @property
    def name(self) -> ExperimentName:
        """The experiment that runs."""
        return self.start.name

    @property
    def current(self) -> Mapping[str, float]:
        """The last values of the current repeat."""
        return self._current

    @property
    def seconds(self) -> float:
        """How long it has been running, by a clock that nobody sets."""
        return time.monotonic() - self._began

    def attempt(self, what: str, *, passing: tuple[type[Exception], ...] = ()) -> Attempt:
        """A step of tracking that may fail without anything else failing; errors ``passing`` are the user's."""
        return Attempt(self, what, passing)

    def trouble(self, text: str) -> None:
        """Keeps what tracking could not do, to be said when the cell has finished."""
        if text not in self.troubles:
            self.troubles.append(text)

    def log(self, values: Mapping[str, Any], step: Any = None) -> None:  # noqa: ANN401 - numbers of any library
        """Records metrics of the current repeat; once this returns they survive the death of the process.

        Raises
        ------
        MetricError
            When a name or value cannot be a metric; then none of them is recorded.
        """
        numbers, text = values, ""
        for name, value in values.items():
            key = _keys.get(name)
            # The common case first: a finite float under a name seen before.
            if key is None or value.__class__ is not float or value - value:
                numbers = {check_name(name): as_number(name, value) for name, value in values.items()}
                text = ", ".join([_key(name) + _number(number) for name, number in numbers.items()])
                break
            text += f", {key}{value!r}" if text else f"{key}{value!r}"
        at = "" if step is None else f'"step": {as_step(step)!r}, '
        now = time.time()
        line = f'{{"time": {now:.3f}, "repeat": {self.repeat}, {at}"values": {{{text}}}}}\n'
        if self._results is not None:
            try:
                self._results.append(line.encode())
            except Exception as problem:  # noqa: BLE001 - an `attempt` is too slow here; the value is in memory still
                self.trouble(f"could not write a value: {_said(problem)}")
        self._current.update(numbers)
        if now > self.show_at:
            self.on_log()

    def _append(self, line: bytes) -> None:
        """One record to results.jsonl."""
        if self._results is not None:
            self._results.append(line)

    def _event(self, **event: object) -> None:
        """A repeat's begin or end to results.jsonl."""
        record = {"time": round(time.time(), 3), "repeat": self.repeat, **event}
        self._append(json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")

    @contextmanager
    def repeating(self, repeat: int) -> Iterator[None]:
        """One repeat: its seed, its begin and its end, however it ends. Exceptions pass through."""
        self.repeat, self.generators, self._current = repeat, 0, {}
        with self.attempt("note the repeat"):
            self._event(begin={"seed": seed_text(self.start.entropy, repeat)})
        seeds, marks = ExitStack(), None
        with self.attempt("seed the repeat"):
            marks = seeds.enter_context(seeded(self.start.entropy, repeat))
        self._repeat_began = time.monotonic()
        try:
            yield
        except BaseException as error:
            with self.attempt("note how the repeat ended"):
                self._end_repeat(INTERRUPTED if is_interrupt(error) else FAILED, error_text(error))
            raise
        else:
            with self.attempt("note how the repeat ended"):
                self._end_repeat(FINISHED, None)
        finally:
            if marks is not None:
                with self.attempt("see whether it drew random numbers"):
                    self._drew[repeat] = self.generators > 0 or marks.drew()
            with self.attempt("leave the seeds"):
                seeds.close()

    def note_drawing(self, *, says_so: bool) -> None:
        """Records whether random numbers were drawn: the source says so, or a repeat did; None where none can tell."""
        told = self._drew.values()
        drew = True if says_so or True in told else None if None in told or not told else False
        with self._write_lock:
            self.record = changed(self.record, drew=drew)

    def _end_repeat(self, status: str, error: str | None) -> None:
        """Records how the repeat ended."""
        seconds = round(time.monotonic() - self._repeat_began, 6)
        self.outcomes[self.repeat] = status
        for name, value in self._current.items():
            self.values.setdefault(name, {})[self.repeat] = value
        self._event(end={"status": status, "seconds": seconds, "error": error})

    def finished_values(self, metric: str) -> list[float]:
        """The metric's values of the finished repeats."""
        values = self.values.get(metric, {})
        return [values[repeat] for repeat, status in self.outcomes.items() if status == FINISHED and repeat in values]

    def warn(self, *warnings: Warned) -> None:
        """Adds warnings to the record, each once."""
        # The keeper writes what git said into the same record.
        with self._write_lock:
            known = list(self.record.warnings)
            for one in warnings:
                if one not in known:
                    known.append(one)
            self.record = changed(self.record, warnings=tuple(known))

    def note(self, **fields: Any) -> None:  # noqa: ANN401 - fields of the record
        """Sets fields of the record; they are written with it."""
        with self._write_lock:
            self.record = changed(self.record, **fields)

    def metrics(self) -> list[str]:
        """The metrics logged so far, the primary one first."""
        names = list(self.values)
        primary = self.record.primary
        return [primary, *(name for name in names if name != primary)] if primary in names else names

    def goals(self) -> dict[str, str]:
        """The goal of each metric known so far."""
        names = dict.fromkeys((*self.values, *self._current))
        primary = self.record.primary or next(iter(names), None)
        given = {primary: self.start.goal} if primary and self.start.goal else {}
        return {**{name: default_goal(name) for name in names}, **given}

    def settle_metrics(self) -> None:
        """Fixes the primary metric and each metric's goal, once they are known."""
        with self._write_lock:
            primary = self.record.primary or next(iter(self.values), None)
            given = (primary,) if primary and self.start.goal else ()
            self.record = changed(self.record, primary=primary, goals=self.goals(), given=given)

    def begin(self, start: RunStart) -> None:
        """Makes the run's folder and its first files, as far as the disk lets it."""
        # What came before was ours, not the run's.
        self._began = time.monotonic()
        self.start, self.record = start, start.record
        with self.attempt("begin the run"):
            self._open()

    def _open(self) -> None:
        """Makes the run's folder, record, snapshot and results."""
        started = datetime.now().astimezone()
        run, index = store.create_run(self.store, self.name, started)
        folder = self.store.run(self.name, run)
        process = Process(*identity.host_identity(), *identity.process_identity())
        self.record = changed(self.record, run=run, index=index, started=iso(started), process=process)
        store.write_run(self.store, self.name, self.record)
        self.folder = folder
        with self.attempt("keep the source"):
            store.write_sources(folder / "source", self.start.sources)
        self._results = Journal(folder / "results.jsonl")
        self.keeper = threading.Thread(target=self._look_around, name="jupyter_xpt keeper", daemon=True)
        self.keeper.start()
        _wait_at_exit(self.looked)

    def _look_around(self) -> None:
        """In a thread: git and environment, then a sync a second and a heartbeat while the run runs."""
        with self.attempt("describe the environment"):
            if self.folder is not None:
                keep_environment(self.folder)
        self.described.set()
        with self.attempt("ask git"):
            self._ask_git()
        self.looked.set()
        beat = time.monotonic()
        while not self._ended.wait(_SYNC_SECONDS):
            if self._results is not None:
                self._results.sync()
            if time.monotonic() - beat > _HEARTBEAT_SECONDS and self.folder is not None:
                beat = time.monotonic()
                store.heartbeat(self.folder / "run.json")
        pause = _SYNC_SECONDS
        while not self._is_told():
            time.sleep(pause)
            pause = min(2 * pause, _HEARTBEAT_SECONDS)

    def _ask_git(self) -> None:
        """In a thread: adds to the record what git says, and keeps the changes."""
        if self.folder is None:
            return
        hidden = self.start.settings.hidden_commit
        for state, warnings in sourcecontrol.look_around(self.store, self.name, self.folder, hidden=hidden):
            self.warn(*warnings)
            with self._write_lock:
                self.record = changed(self.record, git=None if state is None else asdict(state))
                if self._ended.is_set():
                    self._write()

    def _is_told(self) -> bool:
        """Whether run.json says how the run ended, or never will; tries again where it does not."""
        # Or a run that ended on a full disk would seem to run for as long as the kernel lives.
        with self._write_lock:
            if self._written or self.folder is None or not self.folder.is_dir():
                return True
            with self.attempt("write run.json"):
                self._write()
            return self._written

    def _write(self) -> None:
        """Replaces run.json."""
        self._written = False
        if self.folder is not None:
            store.write_run(self.store, self.name, self.record)
            self._written = True

    def close(self, status: str, error: str | None) -> Summary:
        """Ends the run: results to the disk, summary, record. Gives the summary."""
        with self.attempt("settle the metrics"):
            self.settle_metrics()
        summary = Summary(0)
        if self._results is not None:
            with self.attempt("bring the values to the disk"):
                self._results.sync()
            if self._results.lost:
                self.trouble(f"{self._results.lost} values could not be written: {_said(self._results.problem)}")
            with self.attempt("close the values"):
                self._results.close()
        with self.attempt("write the summary"):
            if self.folder is not None:
                summary = summarise((self.folder / "results.jsonl").read_bytes())
                store.replace(self.folder / "summary.json", codec.dump(summary), durable=False)
        self.end(status, error)
        return summary

    def end(self, status: str, error: str | None) -> None:
        """Records how the run ended, once: whatever else failed, it must not be told as running."""
        if self._ended.is_set():
            return
        ended = None
        with self.attempt("take the time"):
            ended = iso(datetime.now().astimezone())
        with self._write_lock:
            self.record = changed(
                self.record,
                status=status,
                error=error,
                ended=ended,
                seconds=round(self.seconds, 3),
                incomplete=tuple(self.troubles),
            )
            self._ended.set()
            with self.attempt("write run.json"):
                self._write()

    def note_late_troubles(self) -> None:
        """Adds to the record what went wrong after it was closed."""
        if tuple(self.troubles) != self.record.incomplete:
            with self._write_lock, self.attempt("write run.json"):
                self.record = changed(self.record, incomplete=tuple(self.troubles))
                self._write()

    def note_late_warnings(self) -> None:
        """Adds to the record what is warned of after it was closed."""
        with self._write_lock, self.attempt("write run.json"):
            self._write()

    def has_logged(self, metric: str | None = None) -> bool:
        """Whether the current repeat has logged that metric, or any."""
        return bool(self._current) if metric is None else metric in self._current


@contextmanager
def running(run: Run) -> Iterator[None]:
    """While the block runs, `active` is this run."""
    # Threads of the cell must find it too, so this is no ContextVar.
    global _active  # noqa: PLW0603
    outer, _active = _active, run
    try:
        yield
    finally:
        _active = outer


def active() -> Run | None:
    """The run that runs now, or None."""
    return _active


def ended_as(outcomes: Mapping[int, str], error: BaseException | None) -> str:
    """The status of a run whose repeats ended so: finished when it went to its end with at least one good repeat."""
    if is_interrupt(error):
        return INTERRUPTED
    return FINISHED if FINISHED in outcomes.values() else FAILED


def new_record(digest: str, repeats: int, entropy: int) -> RunRecord:
    """The record of a run that is about to begin; its name comes with its folder."""
    return RunRecord("", 0, RUNNING, "", digest, repeats, seed_text(entropy))


def is_interrupt(error: BaseException | None) -> bool:
    """Whether the user stopped it: an interrupt, or the cancellation that an interrupted await gets."""
    return isinstance(error, KeyboardInterrupt) or type(error).__name__ == "CancelledError"


def error_text(error: BaseException) -> str:
    """An exception in one line."""
    try:
        text = str(error)
    # The user's own __str__ may raise.
    except Exception:  # noqa: BLE001 - anything
        text = "(its message cannot be shown)"
    return f"{type(error).__name__}: {text}"[:2000] if text else type(error).__name__


def iso(moment: datetime) -> str:
    """A moment as records have it: local time with its offset, to the millisecond."""
    return moment.isoformat(timespec="milliseconds")


def _said(problem: BaseException | None) -> str:
    """A problem in one line, the system's own words where there are some."""
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.strerror}" + (f" ({problem.filename})" if problem.filename else "")
    return "unknown" if problem is None else error_text(problem)


_last_look: threading.Event | None = None


def _wait_at_exit(look: threading.Event) -> None:
    """Lets the last run's look around come to its end before the process does, for a little while."""
    global _last_look  # noqa: PLW0603 - one hook for the process, which asks for the newest
    if _last_look is None:
        atexit.register(lambda: _last_look is not None and _last_look.wait(_EXIT_SECONDS))
    _last_look = look


_keys: dict[str, str] = {}


def _key(name: str) -> str:
    """A metric's name as JSON with its colon, kept for the next time."""
    text = _keys.get(name)
    if text is None:
        text = _keys[name] = json.dumps(name, ensure_ascii=False) + ": "
    return text


def _number(value: float) -> str:
    """A number as JSON has it; what is not finite as a string."""
    if value - value == 0:
        return repr(value)
    return f'"{codec.json_number(value)}"' if not math.isfinite(value) else repr(value)


def _nothing() -> None:
    """Does nothing: nobody listens."""
