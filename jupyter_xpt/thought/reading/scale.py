"""Scale: where the values of a metric stand on a strip that all experiments share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_xpt.thought.reading.lineage import Row

# What a strip leaves free on both sides.
EDGE = 4


@dataclass(frozen=True, slots=True)
class Scale:
    """The common scale of all strips: from the lowest to the highest value worth the room."""

    low: float
    high: float
    width: float

    def x(self, value: float) -> float:
        """Where a value stands, in the strip's units; what lies outside stands at the edge."""
        # Halved first: the distance of two large numbers of opposite sign has no float.
        span = self.high / 2 - self.low / 2
        share = (value / 2 - self.low / 2) / span if span > 0 else 0.5
        return round(EDGE + (self.width - 2 * EDGE) * min(1.0, max(0.0, share)), 1)


def scale_of(rows: Sequence[Row], metric: str | None, width: float) -> Scale | None:
    """The scale that holds a metric's values; None when there are none.

    What lies further out than three times the spread of the middle half is left to the edge: one run that
    went wrong must not squeeze all others into a dot.
    """
    measured = [row.measured[metric] for row in rows if metric is not None and metric in row.measured]
    values = sorted(value.value for one in measured for value in one.values)
    if not values:
        return None
    first, third = values[len(values) // 4], values[(3 * len(values)) // 4]
    room = 3 * (third - first)
    if room <= 0:
        return Scale(values[0], values[-1], width)
    return Scale(max(values[0], first - room), min(values[-1], third + room), width)
