"""Revisions: overviews one after the other, and what changed from one to a later one.

Rows are told apart by identity, as the Overviewer makes them: who changes one makes a new object.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from jupyter_xpt.thought.reading.lineage import Lineage, Overview, Row

# What is gone is remembered so that it can be told; beyond this everything is told anew.
_MAX_GONE = 10_000


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that changed, and whether its numbered notebook is there."""

    row: Row
    notebook: bool


@dataclass(frozen=True, slots=True)
class ChangedLineage:
    """A lineage with the rows of it that changed; ``ordered`` says whether their order did."""

    lineage: Lineage
    rows: tuple[ChangedRow, ...]
    ordered: bool
    gone: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed up to ``revision``; where it is ``full``, all there is."""

    revision: int
    full: bool
    lineages: tuple[ChangedLineage, ...]
    gone: tuple[str, ...]


@dataclass(slots=True)
class _Kept:
    """A row as it was last taken, and the revision that brought it."""

    row: Row
    notebook: bool
    revision: int


@dataclass(slots=True)
class _Series:
    """A lineage as it was last taken, and the revisions that brought its parts."""

    lineage: Lineage
    revision: int = 0
    ordered: int = 0
    order: tuple[int, ...] = ()
    rows: dict[int, _Kept] = field(default_factory=dict)
    gone: dict[int, int] = field(default_factory=dict)


class Revisions:
    """Takes overviews one after the other and counts those that differ from the one before."""

    def __init__(self) -> None:
        self.revision = 0
        self._floor = 0
        self._overview: Overview | None = None
        self._notebooks: AbstractSet[str] = frozenset()
        self._series: dict[str, _Series] = {}
        # When it went, and the numbers that went with it: it may come back with fewer.
        self._gone: dict[str, tuple[int, dict[int, int]]] = {}

    def take(self, overview: Overview, notebooks: AbstractSet[str]) -> int:
        """The revision that an overview is.

        Parameters
        ----------
        overview
            What there is now.
        notebooks
            The file names of the numbered notebooks that are there.
        """
        if overview is self._overview and notebooks == self._notebooks:
            return self.revision
        revision = self.revision + 1
        found = {lineage.series: lineage for lineage in overview.lineages}
        changed = [self._take_lineage(lineage, notebooks, revision) for lineage in overview.lineages]
        gone = self._series.keys() - found.keys()
        for series in gone:
            lost = self._series.pop(series)
            self._gone[series] = (revision, {**lost.gone, **dict.fromkeys(lost.rows, revision)})
        self._overview, self._notebooks = overview, notebooks
        if any(changed) or gone:
            self.revision = revision
            self._forget()
        return self.revision

    def _take_lineage(self, lineage: Lineage, notebooks: AbstractSet[str], revision: int) -> bool:
        """Whether a lineage differs from what was taken of it before."""
        kept = self._series.get(lineage.series)
        if kept is None:
            _, gone = self._gone.pop(lineage.series, (0, {}))
            kept = self._series[lineage.series] = _Series(lineage, revision, gone=gone)
        different = kept.lineage is not lineage or not kept.rows
        for row in lineage.rows:
            there, old = row.name.notebook in notebooks, kept.rows.get(row.number)
            if old is None or old.row is not row or old.notebook != there:
                kept.rows[row.number] = _Kept(row, there, revision)
                kept.gone.pop(row.number, None)
                different = True
        order = kept.order if kept.lineage is lineage and kept.order else tuple(row.number for row in lineage.rows)
        if order != kept.order:
            for number in kept.rows.keys() - set(order):
                del kept.rows[number]
                kept.gone[number] = revision
            kept.order, kept.ordered = order, revision
        kept.lineage = lineage
        if different:
            kept.revision = revision
        return different

    def _forget(self) -> None:
        """Forgets what is gone when that has become much; who asks from before then is told all."""
        numbers = [*(one.gone for one in self._series.values()), *(gone for _, gone in self._gone.values())]
        if len(self._gone) + sum(map(len, numbers)) > _MAX_GONE:
            self._gone.clear()
            for one in self._series.values():
                one.gone.clear()
            self._floor = self.revision

    def series_since(self, revision: int) -> tuple[str, ...]:
        """The series that changed, came or went after a revision, in order."""
        here = [series for series, one in self._series.items() if one.revision > revision]
        return tuple(sorted({*here, *(series for series, (when, _) in self._gone.items() if when > revision)}))

    def since(self, revision: int | None) -> Delta:
        """What changed after a revision; all there is for None, or for one that is not known any more."""
        if revision is None or not self._floor <= revision <= self.revision:
            lineages = tuple(
                ChangedLineage(one.lineage, tuple(_told(one, -1)), ordered=True, gone=())
                for _, one in sorted(self._series.items())
            )
            return Delta(self.revision, True, lineages, ())
        lineages = tuple(
            ChangedLineage(
                one.lineage,
                tuple(_told(one, revision)),
                one.ordered > revision,
                tuple(sorted(number for number, when in one.gone.items() if when > revision)),
            )
            for _, one in sorted(self._series.items())
            if one.revision > revision
        )
        gone = tuple(sorted(series for series, (when, _) in self._gone.items() if when > revision))
        return Delta(self.revision, False, lineages, gone)


def _told(series: _Series, revision: int) -> list[ChangedRow]:
    """The rows of a series that came after a revision, in their order."""
    rows = (series.rows[number] for number in series.order)
    return [ChangedRow(kept.row, kept.notebook) for kept in rows if kept.revision > revision]
