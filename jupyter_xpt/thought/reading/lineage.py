"""Lineage: experiments with what they measured, whether each is better than what it is compared with, and their tree.

The one place where verdicts are derived from what was read, so that no two surfaces can disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace as changed
from types import MappingProxyType

from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.ground.facts import ExperimentFacts, SeriesFacts
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import Change, Warned
from jupyter_xpt.thought.code.changes import summary as summary_of
from jupyter_xpt.thought.reading.comparison import verdicts_of, weighs_alike
from jupyter_xpt.thought.reading.measured import Measured, Pooled, RunRow, pool
from jupyter_xpt.thought.reading.parameters import parameters_of
from jupyter_xpt.thought.reading.settled import Settled, settle
from jupyter_xpt.thought.reading.tree import Place, ordered
from jupyter_xpt.thought.statistics.chances import false_green_probability
from jupyter_xpt.thought.statistics.wording import Verdict, sentence


@dataclass(frozen=True, slots=True)
class Row:
    """One experiment in its lineage.

    ``depth`` counts the ancestors that are shown above it, ``last`` says whether it is its parent's last
    child. ``offered`` is what changed since the parent, in one line, to stand where no note was given.
    ``against`` is the experiment that it is compared with: the pinned baseline, else the parent; None where
    there is neither. ``parameters`` are what it was set to. ``verdict`` is that of the primary metric, None
    where there is nothing to compare; ``sentence`` says it.
    """

    name: ExperimentName
    parent: int | None
    against: int | None
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
    parameters: Mapping[str, Value]
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
    no change did anything (None without comparisons). ``baseline`` is the pinned one, None while each is
    compared with its parent. ``metrics`` has all that were measured, the primary one first, and ``goals``
    what holds for each; ``warnings`` is about what was settled for the series.
    """

    series: str
    rows: tuple[Row, ...]
    primary: str | None
    goal: str | None
    comparisons: int
    confidence: float | None
    chance: float | None
    baseline: int | None = None
    metrics: tuple[str, ...] = ()
    goals: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()

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


@dataclass(frozen=True, slots=True)
class _Series:
    """All that was made of a series, by number, kept for the next time."""

    facts: Mapping[int, ExperimentFacts] = field(default_factory=dict)
    given: SeriesFacts | None = None
    settled: Settled = field(default_factory=Settled)
    pooled: Mapping[int, Pooled] = field(default_factory=dict)
    parents: Mapping[int, int | None] = field(default_factory=dict)
    places: Sequence[Place] = ()
    rows: Mapping[int, Row] = field(default_factory=dict)
    lineage: Lineage = Lineage("", (), None, None, 0, None, None)


_NOTHING: Mapping[str, SeriesFacts] = MappingProxyType({})


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
        self._settled: Mapping[str, SeriesFacts] | None = None
        self._overview = Overview(())
        self._series: dict[str, _Series] = {}

    def overview(
        self, facts: Mapping[ExperimentName, ExperimentFacts], settled: Mapping[str, SeriesFacts] = _NOTHING
    ) -> Overview:
        """The overview of what was read of the experiments, and of what is settled for their series.

        It is the very same object when nothing changed.
        """
        if facts is self._facts and settled is self._settled:
            return self._overview
        found: dict[str, dict[int, ExperimentFacts]] = {}
        for name, one in facts.items():
            found.setdefault(name.series, {})[name.number] = one
        self._series = {
            series: _renewed(
                self._series.get(series, _Series()), series, found[series], settled.get(series), self._confidence
            )
            for series in sorted(found)
        }
        self._overview = Overview(tuple(one.lineage for one in self._series.values()))
        self._facts, self._settled = facts, settled
        return self._overview


def _renewed(
    old: _Series,
    series: str,
    facts: Mapping[int, ExperimentFacts],
    given: SeriesFacts | None,
    confidence: float | None,
) -> _Series:
    """A series with what changed made anew; the very same object when nothing did."""
    fresh = {number for number, one in facts.items() if old.facts.get(number) is not one}
    gone = old.facts.keys() - facts.keys()
    if not fresh and not gone and old.given is given:
        return old
    settled = settle(given, facts)
    if settled.goals != old.settled.goals:
        fresh = set(facts)
    pooled = {
        number: pool(one, settled.goals) if number in fresh else old.pooled[number] for number, one in facts.items()
    }
    parents = {number: one.record.parent if one.record else None for number, one in facts.items()}
    places = old.places if parents == old.parents else ordered(parents)
    # Many hang on one baseline: they are looked at again only where it weighs differently now.
    moved = {number for number in fresh | gone if not weighs_alike(old.pooled.get(number), pooled.get(number))}
    rows: dict[int, Row] = {}
    for place in places:
        number, against = place.number, _against(place, parents[place.number], settled.baseline)
        row = None if number in fresh or against in moved else old.rows.get(number)
        if row is None or row.against != against or _told(row, place.trouble):
            row = _row(pooled[number], None if against is None else pooled[against], place, confidence)
        elif (row.depth, row.last) != (place.depth, place.last):
            row = changed(row, depth=place.depth, last=place.last)
        rows[number] = row
    lineage = _lineage(series, tuple(rows.values()), settled)
    return _Series(facts, given, settled, pooled, parents, places, rows, lineage)


def _against(place: Place, parent: int | None, baseline: int | None) -> int | None:
    """What an experiment is compared with: the pinned baseline; the parent, where it stands below it."""
    if baseline is not None and place.number != baseline:
        return baseline
    return None if place.trouble else parent


def _lineage(series: str, rows: tuple[Row, ...], settled: Settled) -> Lineage:
    """The lineage that these rows make."""
    compared = [row for row in rows if row.verdict is not None and row.verdict.p is not None]
    confidence = min((row.verdict.confidence for row in compared if row.verdict), default=None)
    # A run that failed before it logged anything may know its primary metric and not yet its goal.
    latest = max(
        (row for row in rows if row.primary is not None),
        key=lambda row: (row.goal is not None, row.name.number),
        default=None,
    )
    primary = latest.primary if latest else None
    goals: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row.name.number):
        goals.update((metric, measured.goal) for metric, measured in row.measured.items())
    return Lineage(
        series,
        rows,
        primary,
        latest.goal if latest else None,
        len(compared),
        confidence,
        None if confidence is None else _chance(compared, confidence),
        settled.baseline,
        tuple(dict.fromkeys([primary, *goals] if primary in goals else goals)),
        {**goals, **settled.goals},
        settled.warnings,
    )


def overview(
    facts: Mapping[ExperimentName, ExperimentFacts],
    confidence: float | None = None,
    settled: Mapping[str, SeriesFacts] = _NOTHING,
) -> Overview:
    """All experiments with what they measured, their verdicts and their order.

    Parameters
    ----------
    facts
        What was read of each experiment.
    confidence
        The level of every verdict, between 0 and 1; by default 0.95, and 0.99 where an experiment was run
        more than once.
    settled
        What was read of what is settled for each series.
    """
    return Overviewer(confidence).overview(facts, settled)


def _chance(compared: Sequence[Row], confidence: float) -> float:
    """The chance of a false green; what is compared with the same experiment shares its luck."""
    baselines = len({row.against for row in compared})
    return false_green_probability(len(compared), confidence, baselines=baselines)


def _told(row: Row, trouble: str) -> bool:
    """Whether a row tells of another trouble with its place than this one."""
    return [one.text for one in row.warnings if one.code == "parent"] != ([trouble] if trouble else [])


def _row(pooled: Pooled, against: Pooled | None, place: Place, confidence: float | None) -> Row:
    """The row of an experiment beside the one that it is compared with."""
    record = pooled.facts.record
    judged = against is not None and against.judged and pooled.judged
    verdicts = verdicts_of(pooled, against, confidence) if against is not None and judged else {}
    primary = verdicts.get(pooled.primary) if pooled.primary is not None else None
    said = ""
    if primary is not None and against is not None and pooled.primary is not None:
        said = sentence(primary, pooled.primary, against.facts.name.short)
    warnings = pooled.warnings
    if place.trouble:
        warnings = (*warnings, Warned("parent", place.trouble))
    main = pooled.measured.get(pooled.primary) if pooled.primary is not None else None
    changes = record.changes if record else None
    return Row(
        name=pooled.facts.name,
        parent=record.parent if record else None,
        against=against.facts.name.number if against is not None else None,
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
        parameters=parameters_of(pooled.facts),
        runs=pooled.runs,
        warnings=warnings,
        notebook=record.notebook if record else None,
    )
