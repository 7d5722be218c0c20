"""Lineage: experiments with what they measured, whether each is better than its parent, and their tree.

The one place where statistics and verdicts are derived from what was read, so that no two surfaces can
disagree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace as changed

from jupyter_xpt.ground.facts import ExperimentFacts, RunFacts
from jupyter_xpt.ground.names import ExperimentName, short
from jupyter_xpt.ground.records import FAILED, FINISHED, RUNNING, Change, Summary, Warned
from jupyter_xpt.thought.chances import compare_confidence, false_green_probability
from jupyter_xpt.thought.changes import summary as summary_of
from jupyter_xpt.thought.goals import default_goal
from jupyter_xpt.thought.results import mean_of, sem_of
from jupyter_xpt.thought.verdicts import verdict
from jupyter_xpt.thought.wording import Verdict, sentence

PLANNED, DAMAGED = "planned", "damaged"


@dataclass(frozen=True, slots=True)
class Value:
    """A metric's value in one repeat, and where it comes from."""

    value: float
    run: str
    repeat: int
    seed: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What an experiment measured of one metric, pooled over the runs that count.

    ``values`` are the finite ones of finished repeats; ``failed`` counts the repeats that failed or gave
    something not finite, ``missing`` the finished ones that logged none. ``mean``, ``min`` and ``max`` are
    None without values, ``sem`` with fewer than two.
    """

    metric: str
    goal: str
    values: tuple[Value, ...]
    failed: int
    missing: int
    mean: float | None
    sem: float | None
    min: float | None
    max: float | None

    @property
    def n(self) -> int:
        """How many values count."""
        return len(self.values)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of an experiment.

    ``n``, ``mean`` and ``sem`` are of the experiment's primary metric. ``ended`` counts the repeats that are
    over, of ``repeats`` planned. A run counts when it ran the experiment's source. Times: ISO 8601;
    ``seconds`` is None while that is not known.
    """

    run: str
    index: int
    status: str
    started: str
    seconds: float | None
    repeats: int
    ended: int
    counts: bool
    n: int
    mean: float | None
    sem: float | None
    warnings: tuple[Warned, ...]
    hidden_state: tuple[Warned, ...]
    incomplete: tuple[str, ...]
    error: str | None
    damage: tuple[str, ...]
    summary: Summary


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


@dataclass(frozen=True, slots=True)
class _Pooled:
    """What can be said of an experiment by itself."""

    facts: ExperimentFacts
    status: str
    primary: str | None
    measured: Mapping[str, Measured]
    runs: tuple[RunRow, ...]
    runs_counted: int
    judged: bool
    warnings: tuple[Warned, ...]


@dataclass(slots=True)
class _Place:
    """Where an experiment stands in the tree."""

    name: ExperimentName
    depth: int = 0
    last: bool = True
    trouble: str = ""


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
        self._pooled: dict[ExperimentName, _Pooled] = {}
        self._rows: dict[ExperimentName, tuple[_Pooled, _Pooled | None, Row]] = {}
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

    def _pool(self, facts: ExperimentFacts) -> _Pooled:
        """What an experiment comes to, made anew when its facts are new."""
        kept = self._pooled.get(facts.name)
        return kept if kept is not None and kept.facts is facts else _pool(facts)

    def _lineage(self, series: str, names: Sequence[ExperimentName]) -> Lineage:
        """The lineage of one series; the very same object when none of its rows changed."""
        rows = tuple(self._row(place) for place in _ordered({name: self._parent(name) for name in names}))
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

    def _row(self, place: _Place) -> Row:
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


def _ordered(parents: Mapping[ExperimentName, int | None]) -> list[_Place]:
    """The experiments of a series as a tree: depth first, children by number, each exactly once."""
    names = {name.number: name for name in parents}
    children: dict[int, list[int]] = {}
    roots: dict[int, str] = {}
    for number in sorted(names):
        parent = parents[names[number]]
        if parent is None:
            roots[number] = ""
        elif parent not in names:
            roots[number] = f"its parent {short(parent)} is not there"
        else:
            children.setdefault(parent, []).append(number)
    places: list[_Place] = []
    seen: set[int] = set()
    for number, trouble in roots.items():
        _walk(_Place(names[number], trouble=trouble), names, children, seen, places)
    # Whoever no root leads to belongs to a cycle, or hangs on one.
    for number in sorted(names):
        if number not in seen:
            first = min(_cycle(number, {other.number: parent for other, parent in parents.items()}))
            trouble = f"its parent {short(parents[names[first]] or 0)} descends from it"
            _walk(_Place(names[first], trouble=trouble), names, children, seen, places)
    return places


def _walk(
    root: _Place,
    names: Mapping[int, ExperimentName],
    children: Mapping[int, Sequence[int]],
    seen: set[int],
    places: list[_Place],
) -> None:
    """Adds a root and all that descend from it, without recursion: lineages grow hundreds deep."""
    waiting = [root]
    while waiting:
        place = waiting.pop()
        number = place.name.number
        if number in seen:
            continue
        seen.add(number)
        places.append(place)
        below = [child for child in children.get(number, ()) if child not in seen]
        for child in reversed(below):
            waiting.append(_Place(names[child], place.depth + 1, child == below[-1]))


def _cycle(number: int, parents: Mapping[int, int | None]) -> list[int]:
    """The numbers of the cycle that following the parents from here ends in."""
    path: dict[int, int] = {}
    current: int | None = number
    while current is not None and current not in path:
        path[current] = len(path)
        current = parents.get(current)
    return list(path)[path[current] :] if current is not None else [number]


def _row(pooled: _Pooled, parent: _Pooled | None, place: _Place, confidence: float | None) -> Row:
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


def _verdicts(child: _Pooled, parent: _Pooled, confidence: float | None) -> dict[str, Verdict]:
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


def _pool(facts: ExperimentFacts) -> _Pooled:
    """What can be said of an experiment by itself."""
    counted = _counted(facts)
    # A verdict read off while repeats come in would be looked at again and again: it waits for the run's end.
    same = {id(run) for run in counted}
    over = [run for run in counted if run.status != RUNNING]
    judged = any(repeat.status in (FINISHED, FAILED) for run in over for repeat in run.summary.repeats)
    counted = over if judged else counted
    metrics = list(dict.fromkeys(metric for run in counted for metric in run.summary.metrics))
    goals = _goals(facts, counted)
    measured = {
        metric: _measured(metric, goals.get(metric) or default_goal(metric), counted) for metric in metrics
    }
    primary = _primary(facts, counted, metrics)
    ran = [run for run in counted if any(repeat.status == FINISHED for repeat in run.summary.repeats)]
    return _Pooled(
        facts,
        _status(facts, ran),
        primary,
        measured,
        tuple(_run_row(run, primary, counts=id(run) in same) for run in facts.runs),
        len(ran),
        judged or RUNNING not in [run.status for run in facts.runs],
        _warnings(facts, counted, measured, primary),
    )


def _counted(facts: ExperimentFacts) -> list[RunFacts]:
    """The runs of the experiment's source as it is now, not of a typo before it was mended."""
    readable = [run for run in facts.runs if run.record is not None]
    if facts.record is not None and facts.record.source is not None:
        digest: str | None = facts.record.source.digest
    else:
        # Without a readable record of the experiment its last run says best what it is.
        digest = readable[-1].record.digest if readable and readable[-1].record else None
    return [run for run in readable if run.record is not None and run.record.digest == digest]


def _goals(facts: ExperimentFacts, counted: Sequence[RunFacts]) -> dict[str, str]:
    """The goal of each metric, as the latest run that knows it has it; what the user gave wins."""
    goals: dict[str, str] = {}
    given: dict[str, str] = {}
    for run in counted:
        if run.record is not None:
            known = {metric: goal for metric, goal in run.record.goals.items() if goal in ("max", "min")}
            goals.update(known)
            given.update({metric: known[metric] for metric in run.record.given if metric in known})
    return {**goals, **given}


def _primary(facts: ExperimentFacts, counted: Sequence[RunFacts], metrics: Sequence[str]) -> str | None:
    """The metric that decides: the latest run's, else the first that was logged."""
    for run in (*reversed(counted), *reversed(facts.runs)):
        if run.record is not None and run.record.primary is not None:
            return run.record.primary
    return metrics[0] if metrics else None


def _measured(metric: str, goal: str, counted: Sequence[RunFacts]) -> Measured:
    """One metric, pooled over runs."""
    values: list[Value] = []
    failed = missing = 0
    for run in counted:
        summary = run.summary.metrics.get(metric)
        logged = summary.values if summary else (None,) * len(run.summary.repeats)
        for repeat, value in zip(run.summary.repeats, logged, strict=False):
            if repeat.status == FAILED:
                failed += 1
            elif repeat.status != FINISHED:
                continue
            elif value is None:
                missing += 1
            elif math.isfinite(value):
                values.append(Value(value, run.run, repeat.repeat, repeat.seed))
            else:
                failed += 1
    numbers = [one.value for one in values]
    return Measured(
        metric,
        goal,
        tuple(values),
        failed,
        missing,
        mean_of(numbers),
        sem_of(numbers),
        min(numbers, default=None),
        max(numbers, default=None),
    )


def _status(facts: ExperimentFacts, ran: Sequence[RunFacts]) -> str:
    """What an experiment is, in one word."""
    if facts.record is None:
        return DAMAGED
    if any(run.status == RUNNING for run in facts.runs):
        return RUNNING
    if any(run.status == FINISHED for run in ran):
        return FINISHED
    return facts.runs[-1].status if facts.runs else PLANNED


def _run_row(run: RunFacts, primary: str | None, *, counts: bool) -> RunRow:
    """One run as it is shown."""
    record, summary = run.record, run.summary
    main = summary.metrics.get(primary) if primary is not None else None
    return RunRow(
        run=run.run,
        index=record.index if record else 0,
        status=run.status,
        started=record.started if record else "",
        seconds=record.seconds if record else None,
        repeats=record.repeats if record else len(summary.repeats),
        ended=sum(repeat.status != RUNNING for repeat in summary.repeats),
        counts=counts,
        n=main.n if main else 0,
        mean=main.mean if main else None,
        sem=main.sem if main else None,
        warnings=record.warnings if record else (),
        hidden_state=record.hidden_state if record else (),
        incomplete=record.incomplete if record else (),
        error=record.error if record else None,
        damage=run.damage + summary.damaged,
        summary=summary,
    )


def _warnings(
    facts: ExperimentFacts, counted: Sequence[RunFacts], measured: Mapping[str, Measured], primary: str | None
) -> tuple[Warned, ...]:
    """What a reader must know before believing the numbers, each once."""
    found = [Warned(DAMAGED, text) for text in facts.damage]
    found += [
        Warned(DAMAGED, text, run.run) for run in facts.runs for text in run.damage + run.summary.damaged
    ]
    for run in counted:
        if run.record is not None:
            found += [*run.record.warnings, *run.record.hidden_state]
            found += [Warned("incomplete", text, run.run) for text in run.record.incomplete]
    main = measured.get(primary) if primary is not None else None
    if (
        main is not None
        and main.n > 1
        and main.min == main.max
        and not any("identical" in one.text for one in found)
    ):
        found.append(
            Warned("identical", f"{main.n} repeats with identical values of {primary}: is the seed fixed?")
        )
    if main is not None and main.missing:
        of = main.missing + main.n + main.failed
        found.append(Warned("missing", f"{main.missing} of {of} repeats finished without logging {primary}"))
    return tuple({(one.code, one.text, one.where): one for one in found}.values())
