"""Curves: the values that a run logged step by step, thinned out as they come, so that any number of them fits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jupyter_xpt.thought.reading.results import DAMAGE, MAX_LINE_BYTES, parsed

MAX_POINTS = 1_000
MAX_CURVES = 1_000
# Of all curves together: what is kept, and what is given, of each of very many is less.
_MAX_TOGETHER = 100_000
_FEWEST = 20

Point = tuple[float, float]


@dataclass(slots=True)
class _Curve:
    """One metric in one repeat: every ``stride``-th point, and the last one."""

    points: list[Point] = field(default_factory=list)
    last: Point = (0.0, 0.0)
    count: int = 0
    stride: int = 1

    def add(self, point: Point, limit: int) -> None:
        """Takes the next point."""
        if self.count % self.stride == 0:
            self.points.append(point)
            if len(self.points) > 2 * limit:
                self.points = self.points[::2]
                self.stride *= 2
        self.last = point
        self.count += 1

    def thinned(self, limit: int) -> list[Point]:
        """At most so many points, evenly spread, the first and the last among them."""
        points = self.points
        if points and self.last is not points[-1]:
            points = [*points, self.last]
        if len(points) <= limit:
            return points
        kept = points[:: math.ceil(len(points) / (limit - 1))]
        return kept if kept[-1] is points[-1] else [*kept, points[-1]]


class Curves:
    """The lines of a ``results.jsonl`` as they come; a line that is not complete yet waits for its rest.

    A value logged without a step is counted on from 0 inside its metric and repeat. Damaged lines are left
    out. ``cut`` says whether points were.
    """

    def __init__(self) -> None:
        self.fed = 0
        self.cut = False
        self._rest = b""
        self._curves: dict[tuple[str, int], _Curve] = {}

    def feed(self, data: bytes) -> None:
        """Takes the next bytes of the file."""
        self.fed += len(data)
        *lines, rest = (self._rest + data).split(b"\n")
        # A line this long is damaged: what comes of it next is no line either.
        self._rest = rest if len(rest) <= MAX_LINE_BYTES else b"?"
        for line in lines:
            # Most of the time is spent in reading JSON, and lines without values tell nothing here.
            if b'"values"' in line:
                self._take(line)

    def metrics(self, *, over: bool = False) -> Mapping[str, Mapping[int, Sequence[Point]]]:
        """Metric → repeat → points ``(step, value)``, of metrics that some repeat logged more than once.

        Parameters
        ----------
        over
            Whether nothing more will come, so that a last line without its newline counts if it is whole.
        """
        if over and self._rest:
            self._take(self._rest)
            self._rest = b""
        many = dict.fromkeys(name for (name, _), curve in self._curves.items() if curve.count > 1)
        shown = [(key, curve) for key, curve in self._curves.items() if key[0] in many]
        limit = max(_FEWEST, min(MAX_POINTS, _MAX_TOGETHER // max(1, len(shown))))
        found: dict[str, dict[int, Sequence[Point]]] = {name: {} for name in many}
        for (name, repeat), curve in shown:
            found[name][repeat] = curve.thinned(limit)
            self.cut = self.cut or len(found[name][repeat]) < curve.count
        return found

    def _take(self, line: bytes) -> None:
        """Counts a line in, unless it is damaged."""
        try:
            repeat, kind, content, step = parsed(line)
        except DAMAGE:
            return
        if kind != "values" or (step is not None and not math.isfinite(step)):
            return
        for name, value in content.items():
            curve = self._curves.get((name, repeat))
            if curve is None:
                if len(self._curves) == MAX_CURVES:
                    self.cut = True
                    continue
                curve = self._curves[name, repeat] = _Curve()
            limit = max(_FEWEST, min(MAX_POINTS, _MAX_TOGETHER // len(self._curves)))
            curve.add((float(curve.count) if step is None else step, value), limit)
