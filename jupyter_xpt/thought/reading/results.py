"""Results: the lines of ``results.jsonl``, folded to what they come to.

A line is an object with ``time`` and ``repeat`` and one of ``begin``, ``values`` (with or without ``step``)
and ``end``. A line that is torn or damaged is named and counts for nothing; the others stand.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_xpt.ground import codec
from jupyter_xpt.ground.records import (
    FAILED,
    FINISHED,
    INTERRUPTED,
    RUNNING,
    MetricSummary,
    RepeatRecord,
    Summary,
)

ENDS = (FINISHED, FAILED, INTERRUPTED)
MAX_LINE_BYTES = 16 << 20
_MAX_NAMED = 20
# Repeats times metrics is a full table: what no experiment comes near must not fill a reader's memory.
_MAX_CELLS = 5_000_000
# What reading a line of any content can raise: no JSON, too deep, a field missing or of the wrong kind.
DAMAGE = (AttributeError, KeyError, RecursionError, TypeError, ValueError)


@dataclass(slots=True)
class _Repeat:
    """What is known of a repeat so far."""

    seed: str = ""
    status: str = RUNNING
    seconds: float | None = None
    error: str | None = None
    values: dict[str, float] = field(default_factory=dict)


class Fold:
    """Lines of ``results.jsonl`` folded as they come; a line that is not complete yet waits for its rest."""

    def __init__(self) -> None:
        self.fed = 0
        self._rest = b""
        self._skipping = False
        self._lines = 0
        self._damaged: list[int] = []
        self._damaged_more = 0
        self._repeats: dict[int, _Repeat] = {}
        self._points: dict[str, int] = {}

    def feed(self, data: bytes) -> None:
        """Takes the next bytes of the file."""
        self.fed += len(data)
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = self._rest + lines[0]
            self._rest = b""
            for line in lines:
                self._take_line(line)
        self._rest += rest
        if len(self._rest) > MAX_LINE_BYTES:
            self._rest, self._skipping = b"", True

    def summary(self, unfinished: str = RUNNING, *, over: bool = False) -> Summary:
        """What the lines so far come to.

        Parameters
        ----------
        unfinished
            What a repeat without an end is: ``running``, or the fate of its run.
        over
            Whether nothing more will come, so that a last line without its newline counts if it is whole.
        """
        if over and (self._rest or self._skipping):
            # On a copy: a run that was taken for dead may write the rest of its line after all.
            ended = copy.deepcopy(self)
            ended._take_line(ended._rest)
            ended._rest = b""
            return ended.summary(unfinished)
        order = sorted(self._repeats)
        repeats = [self._repeats[number] for number in order]
        records = tuple(
            RepeatRecord(number, one.seed, unfinished if one.status == RUNNING else one.status, one.seconds, one.error)
            for number, one in zip(order, repeats, strict=True)
        )
        shown = list(self._points)[: max(1, _MAX_CELLS // max(1, len(order)))]
        metrics = {name: _metric(name, repeats, self._points[name]) for name in shown}
        return Summary(self.fed, records, metrics, self._damage(len(self._points) - len(shown)))

    def _take_line(self, line: bytes) -> None:
        """Counts a line in, or names it as damaged."""
        self._lines += 1
        skipping, self._skipping = self._skipping, False
        if not skipping and (not line or line.isspace()):
            return
        if skipping or not self._folded(line):
            if len(self._damaged) < _MAX_NAMED:
                self._damaged.append(self._lines)
            else:
                self._damaged_more += 1

    def _folded(self, line: bytes) -> bool:
        """Folds a line in; False, and nothing changed, when it is damaged."""
        try:
            number, kind, content, _ = parsed(line)
        except DAMAGE:
            return False
        repeat = self._repeats.get(number)
        if repeat is None:
            repeat = self._repeats[number] = _Repeat()
        if kind == "values":
            repeat.values.update(content)
            for name in content:
                self._points[name] = self._points.get(name, 0) + 1
        elif kind == "begin":
            repeat.seed = content
        else:
            repeat.status, repeat.seconds, repeat.error = content
        return True

    def _damage(self, hidden: int) -> tuple[str, ...]:
        """What is damaged, in words."""
        named = [f"line {line} is damaged" for line in self._damaged]
        if self._damaged_more:
            named.append(f"{self._damaged_more} more lines are damaged")
        if hidden:
            named.append(f"{hidden} more metrics are not shown")
        return tuple(named)


def summarise(data: bytes, unfinished: str = RUNNING) -> Summary:
    """What the whole of a ``results.jsonl`` comes to.

    Parameters
    ----------
    data
        All bytes of the file.
    unfinished
        What a repeat without an end is: ``running``, or the fate of its run.
    """
    fold = Fold()
    fold.feed(data)
    return fold.summary(unfinished, over=True)


def mean_of(values: Sequence[float]) -> float | None:
    """The mean of finite values; None when there are none.

    >>> mean_of([0.1] * 60)
    0.1
    """
    if not values:
        return None
    low, high = min(values), max(values)
    if low == high:
        return low
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        # The sum of values near the largest float has no float; that of their halves' halves … does.
        return math.fsum(value / len(values) for value in values)


def sem_of(values: Sequence[float]) -> float | None:
    """The standard error of the mean, SD / √n with the n − 1 standard deviation; None below two values.

    >>> sem_of([1.0, 2.0, 3.0]) == (1 / 3) ** 0.5
    True
    """
    n = len(values)
    mean = mean_of(values)
    if n < 2 or mean is None:
        return None
    # Equal values have a spread of exactly 0, whatever rounding makes of their mean.
    if min(values) == max(values):
        return 0.0
    # Halved where the distance of two values may have no float.
    unit = 0.5 if max(map(abs, values)) > 1e307 else 1.0
    deviations = [value * unit - mean * unit for value in values]
    spread = max(map(abs, deviations))
    # Scaled by the largest deviation, so that no square overflows or vanishes.
    squares = math.fsum((deviation / spread) ** 2 for deviation in deviations)
    return spread * (math.sqrt(squares / (n - 1) / n) / unit)


def shown(mean: float | None, sem: float | None = None) -> str:
    """A mean as people read it, with as many digits as its SEM (a standard error, None when unknown) carries.

    >>> shown(0.91234, 0.00412), shown(0.91234, 0.0123), shown(0.5), shown(1234.5, 20.0), shown(None)
    ('0.912 ± 0.004', '0.912 ± 0.012', '0.5', '1234 ± 20', '–')
    """
    if mean is None:
        return "–"
    if sem is None or not math.isfinite(sem):
        return f"{mean:.4g}"
    places = decimals(mean, sem)
    if places is None:
        return f"{mean:.4g} ± {sem:.1g}"
    return f"{mean:.{places}f} ± {sem:.{places}f}"


def lasted(seconds: float | None) -> str:
    """A duration as people say it.

    >>> lasted(0.0312), lasted(12.3), lasted(134.0), lasted(7300.0), lasted(None)
    ('0.03 s', '12 s', '2 m 14 s', '2 h 1 m', '')
    """
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < 10:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} m"


def decimals(mean: float, sem: float) -> int | None:
    """How many decimals a mean with that SEM deserves; None where only an exponent is readable.

    One digit of the SEM, two where the first is a 1: there one digit alone would be off by up to a half.
    """
    if sem == 0.0:
        return max(0, min(6, 2 - _exponent(mean))) if 1e-4 < abs(mean) < 1e7 else 0 if mean == 0 else None
    if not 1e-300 < sem < 1e300:
        return None
    places = -_exponent(float(f"{sem:.1e}"))
    if f"{sem:.1e}"[0] == "1":
        places += 1
    return max(0, places) if places <= 8 and abs(mean) < 1e9 else None


def _exponent(value: float) -> int:
    """The power of ten of a number that is not 0."""
    return math.floor(math.log10(abs(value)))


def _metric(name: str, repeats: Sequence[_Repeat], points: int) -> MetricSummary:
    """The summary of one metric over the repeats."""
    values = tuple(one.values.get(name) for one in repeats)
    counted = [
        value
        for value, one in zip(values, repeats, strict=True)
        if value is not None and one.status == FINISHED and math.isfinite(value)
    ]
    return MetricSummary(
        values=values,
        n=len(counted),
        mean=mean_of(counted),
        sem=sem_of(counted),
        min=min(counted, default=None),
        max=max(counted, default=None),
        points=points,
    )


def parsed(line: bytes) -> tuple[int, str, Any, float | None]:
    """Repeat, kind, checked content and step of a line; raises one of ``DAMAGE`` when it is damaged."""
    data = json.loads(line)
    number = codec.integer(data["repeat"])
    if number < 1:
        raise ValueError("repeats count from 1")
    if "values" in data:
        step = data.get("step")
        content = {key: codec.number(value) for key, value in data["values"].items()}
        return number, "values", content, None if step is None else codec.number(step)
    if "begin" in data:
        return number, "begin", codec.text(data["begin"].get("seed", "")), None
    return number, "end", _end(data["end"]), None


def _end(end: Mapping[str, Any]) -> tuple[str, float | None, str | None]:
    """Status, seconds and error of a repeat's end."""
    status, seconds, error = end["status"], end.get("seconds"), end.get("error")
    if status not in ENDS:
        raise ValueError("a repeat ends finished, failed or interrupted")
    return (
        status,
        None if seconds is None else codec.number(seconds),
        None if error is None else codec.text(error),
    )
