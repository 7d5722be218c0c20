"""Lineage: experiments with what they measured, whether each is better than its parent, and their tree.

The one place where verdicts are derived from what was read, so that no two surfaces can disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace as changed

from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import Change, Warned
from jupyter_xpt.thought.chances import compare_confidence, false_green_probability
from jupyter_xpt.thought.changes import summary as summary_of
from jupyter_xpt.thought.measured import Measured, Pooled, RunRow, pool
from jupyter_xpt.thought.tree import Place, ordered
from jupyter_xpt.thought.verdicts import verdict
from jupyter_xpt.thought.wording import Verdict, sentence


@dataclass(frozen=True, slots=True)
class Row:
    """One experiment in its lineage.

    ``depth`` counts the ancestors that are shown above it, ``last`` says whether it is its parent's last
    child. ``offered`` is what changed since the parent, in one line, to stand where no note was given.
    ``verdict`` is that of the primary metric, None where there is nothing to compare; ``sentence`` says it.
    """

    name: ExperimentName
    parent: int | None
    depth: int
    last: bool
    note: str
    offered: str
    tags: tuple[str, ...]
    star: bool
    created: str
    status: str
    primary: str | None
    goal: str | None
    measured: Mapping[str, Measured]
    verdicts: Mapping[str, Verdict]
    sentence: str
    changes: tuple[Change, ...] | None
    runs: tuple[RunRow, ...]
    warnings: tuple[Warned, ...]
    notebook: str | None

    @property
    def number(self) -> int:
        """Its number in the series."""
        return self.name.number

    @property
    def verdict(self) -> Verdict | None:
        """The verdict on the primary metric."""
        return self.verdicts.get(self.primary) if self.primary is not None else None

    @property
    def main(self) -> Measured | None:
        """What it measured of its primary metric."""
        return self.measured.get(self.primary) if self.primary is not None else None

    @property
    def title(self) -> str:
        """The note, or what is offered in its place."""
        return self.note or self.offered


@dataclass(frozen=True, slots=True)
class Lineage:
    """The experiments of one series, depth first, children by number.

    ``comparisons`` counts the verdicts on primary metrics that repeats could decide, ``confidence`` is the
    lowest level among them, and ``chance`` how probable it is that at least one of them is improved although
    no change did anything (None without comparisons).
    """

    series: str
    rows: tuple[Row, ...]
    primary: str | None
    goal: str | None
    comparisons: int
    confidence: float | None
    chance: float | None

    def row(self, number: int) -> Row | None:
        """The experiment with that number, None when there is none."""
        return next((row for row in self.rows if row.number == number), None)


@dataclass(frozen=True, slots=True)
class Overview:
    """All experiments of a folder, one lineage a series, in order of the series' names."""

    lineages: tuple[Lineage, ...]

    @property
    def rows(self) -> Iterator[Row]:
        """Every experiment, series by series."""
        return (row for lineage in self.lineages for row in lineage.rows)

    def of(self, series: str) -> Lineage | None:
        """The lineage of a series, None when there is none."""
        return next((lineage for lineage in self.lineages if lineage.series == series), None)


class Overviewer:
    """Makes overviews one after the other, and makes anew only what changed between them.

    Facts are told apart by identity: who changes some makes a new object.

    Parameters
    ----------
    confidence : float, optional
        The level of every verdict; by default 0.95, and 0.99 where an experiment was run more than once.
    """

    def __init__(self, confidence: float | None = None) -> None:
        self._confidence = confidence
        self._facts: Mapping[ExperimentName, ExperimentFacts] | None = None
        self._overview = Overview(())
        self._pooled: dict[ExperimentName, Pooled] = {}
        self._rows: dict[ExperimentName, tuple[Pooled, Pooled | None, Row]] = {}
        self._lineages: dict[str, Lineage] = {}

    def overview(self, facts: Mapping[ExperimentName, ExperimentFacts]) -> Overview:
        """The overview of what was read; the very same object when nothing changed."""
        if facts is self._facts:
            return self._overview
        self._pooled = {name: self._pool(one) for name, one in facts.items()}
        series: dict[str, list[ExperimentName]] = {}
        for name in facts:
            series.setdefault(name.series, []).append(name)
        self._lineages = {name: self._lineage(name, series[name]) for name in sorted(series)}
        self._rows = {name: kept for name, kept in self._rows.items() if name in facts}
        self._overview = Overview(tuple(self._lineages.values()))
        self._facts = facts
        return self._overview

    def _pool(self, facts: ExperimentFacts) -> Pooled:
        """What an experiment comes to, made anew when its facts are new."""
        kept = self._pooled.get(facts.name)
        return kept if kept is not None and kept.facts is facts else pool(facts)

    def _lineage(self, series: str, names: Sequence[ExperimentName]) -> Lineage:
        """The lineage of one series; the very same object when none of its rows changed."""
        rows = tuple(self._row(place) for place in ordered({name: self._parent(name) for name in names}))
        kept = self._lineages.get(series)
        if (
            kept is not None
            and len(kept.rows) == len(rows)
            and all(a is b for a, b in zip(kept.rows, rows, strict=True))
        ):
            return kept
        compared = [row for row in rows if row.verdict is not None and row.verdict.p is not None]
        confidence = min((row.verdict.confidence for row in compared if row.verdict), default=None)
        # A run that failed before it logged anything may know its primary metric and not yet its goal.
        latest = max(
            (row for row in rows if row.primary is not None),
            key=lambda row: (row.goal is not None, row.number),
            default=None,
        )
        return Lineage(
            series,
            rows,
            latest.primary if latest else None,
            latest.goal if latest else None,
            len(compared),
            confidence,
            None if confidence is None else _chance(compared, confidence),
        )

    def _parent(self, name: ExperimentName) -> int | None:
        """The number of its parent."""
        record = self._pooled[name].facts.record
        return record.parent if record else None

    def _row(self, place: Place) -> Row:
        """The row of an experiment, made anew when it or its parent changed."""
        pooled = self._pooled[place.name]
        number = self._parent(place.name)
        parent = self._pooled.get(ExperimentName(place.name.series, number)) if number is not None else None
        kept = self._rows.get(place.name)
        if kept is None or kept[0] is not pooled or kept[1] is not parent or _told(kept[2], place.trouble):
            row = _row(pooled, parent, place, self._confidence)
        elif (kept[2].depth, kept[2].last) == (place.depth, place.last):
            return kept[2]
        else:
            row = changed(kept[2], depth=place.depth, last=place.last)
        self._rows[place.name] = (pooled, parent, row)
        return row


def overview(facts: Mapping[ExperimentName, ExperimentFacts], confidence: float | None = None) -> Overview:
    """All experiments with what they measured, their verdicts and their order.

    Parameters
    ----------
    facts
        What was read of each experiment.
    confidence
        The level of every verdict, between 0 and 1; by default 0.95, and 0.99 where an experiment was run
        more than once.
    """
    return Overviewer(confidence).overview(facts)


def _chance(compared: Sequence[Row], confidence: float) -> float:
    """The chance of a false green; changes of the same parent share its luck."""
    parents = len({row.parent for row in compared})
    return false_green_probability(len(compared), confidence, baselines=parents)


def _told(row: Row, trouble: str) -> bool:
    """Whether a row tells of another trouble with its place than this one."""
    return [one.text for one in row.warnings if one.code == "parent"] != ([trouble] if trouble else [])


def _row(pooled: Pooled, parent: Pooled | None, place: Place, confidence: float | None) -> Row:
    """The row of an experiment beside its parent."""
    record = pooled.facts.record
    judged = parent is not None and parent.judged and pooled.judged and not place.trouble
    verdicts = _verdicts(pooled, parent, confidence) if parent is not None and judged else {}
    primary = verdicts.get(pooled.primary) if pooled.primary is not None else None
    said = ""
    if primary is not None and parent is not None and pooled.primary is not None:
        said = sentence(primary, pooled.primary, parent.facts.name.short)
    warnings = pooled.warnings
    if place.trouble:
        warnings = (*warnings, Warned("parent", place.trouble))
    main = pooled.measured.get(pooled.primary) if pooled.primary is not None else None
    changes = record.changes if record else None
    return Row(
        name=pooled.facts.name,
        parent=record.parent if record else None,
        depth=place.depth,
        last=place.last,
        note=record.note if record else "",
        offered=summary_of(changes) if changes else "",
        tags=record.tags if record else (),
        star=record.star if record else False,
        created=record.created if record else "",
        status=pooled.status,
        primary=pooled.primary,
        goal=main.goal if main else None,
        measured=pooled.measured,
        verdicts=verdicts,
        sentence=said,
        changes=changes,
        runs=pooled.runs,
        warnings=warnings,
        notebook=record.notebook if record else None,
    )


def _verdicts(child: Pooled, parent: Pooled, confidence: float | None) -> dict[str, Verdict]:
    """The verdict on each metric that the child has values or failures of."""
    level = confidence or compare_confidence(child.runs_counted, parent.runs_counted)
    verdicts = {}
    for metric, measured in child.measured.items():
        if not measured.values and not measured.failed:
            continue
        other = parent.measured.get(metric)
        found = verdict(
            [one.value for one in measured.values],
            [one.value for one in other.values] if other else [],
            goal=measured.goal,
            confidence=level,
            failed_child=measured.failed,
            failed_parent=other.failed if other else 0,
        )
        if other is None and parent.runs_counted:
            found = changed(found, reason=f"{parent.facts.name.short} has no {metric}")
        verdicts[metric] = found
    return verdicts
