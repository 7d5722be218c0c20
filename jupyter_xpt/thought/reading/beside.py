"""Beside: experiments beside each other, as values: how one became another, and what several have in common not."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_xpt.ground.records import Change
from jupyter_xpt.thought.code.cells import CellDiff
from jupyter_xpt.thought.code.differing import Differing
from jupyter_xpt.thought.reading.altered import Beside, in_rows
from jupyter_xpt.thought.reading.lineage import Row
from jupyter_xpt.thought.statistics.wording import Verdict


@dataclass(frozen=True, slots=True)
class Diff:
    """How one experiment became another: what changed in short, and every cell and file line by line.

    The cells are those that ran, or of the notebook where an experiment never ran.
    """

    left: Row
    right: Row
    changes: tuple[Change, ...]
    cells: tuple[CellDiff, ...]
    files: tuple[CellDiff, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on a metric of ``right`` against ``left``, by number, and its sentence."""

    metric: str
    left: int
    right: int
    verdict: Verdict
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several experiments beside each other: what they do not have in common, and verdicts against the first.

    ``experiments`` are in the order that was asked for, and so are the values of each of ``rows``. ``metrics``
    are those that any of them measured, the primary one first.
    """

    experiments: tuple[Row, ...]
    rows: tuple[Differing, ...]
    metrics: tuple[str, ...]
    verdicts: tuple[Judged, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the experiments."""
        return tuple(row.number for row in self.experiments)

    @property
    def parameters(self) -> tuple[Beside, ...]:
        """Every parameter that any of them has, those that differ first."""
        return in_rows([row.parameters for row in self.experiments])

    def verdict(self, number: int, metric: str) -> Judged | None:
        """The verdict on a metric of an experiment, None for the first and where there is nothing to compare."""
        return next((one for one in self.verdicts if (one.right, one.metric) == (number, metric)), None)
