"""Measured: what an experiment comes to by itself, its repeats pooled over the runs that count."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from jupyter_xpt.ground.facts import ExperimentFacts, RunFacts
from jupyter_xpt.ground.records import FAILED, FINISHED, RUNNING, RepeatRecord, Summary, Warned
from jupyter_xpt.thought.reading.results import mean_of, sem_of
from jupyter_xpt.thought.statistics.goals import default_goal

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
class Pooled:
    """What can be said of an experiment by itself."""

    facts: ExperimentFacts
    status: str
    primary: str | None
    measured: Mapping[str, Measured]
    runs: tuple[RunRow, ...]
    runs_counted: int
    judged: bool
    warnings: tuple[Warned, ...]


def pool(facts: ExperimentFacts, settled: Mapping[str, str] = MappingProxyType({})) -> Pooled:
    """What can be said of an experiment by itself.

    Parameters
    ----------
    facts
        What was read of it.
    settled
        Goals that the user settled for the series: they win over those that runs know.
    """
    counted = _counted(facts)
    # A verdict read off while repeats come in would be looked at again and again: it waits for the run's end.
    same = {id(run) for run in counted}
    over = [run for run in counted if run.status != RUNNING]
    judged = any(repeat.status in (FINISHED, FAILED) for run in over for repeat in run.summary.repeats)
    counted = over if judged else counted
    metrics = list(dict.fromkeys(metric for run in counted for metric in run.summary.metrics))
    goals = {**_goals(facts, counted), **settled}
    fresh = _fresh(counted)
    measured = {metric: _measured(metric, goals.get(metric) or default_goal(metric), fresh) for metric in metrics}
    primary = _primary(facts, counted, metrics)
    ran = [run for run, repeats in fresh if any(repeat.status == FINISHED for repeat in repeats.values())]
    return Pooled(
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


def _fresh(counted: Sequence[RunFacts]) -> list[tuple[RunFacts, dict[int, RepeatRecord]]]:
    """The repeats of each run, by position, without replays: the same seed again is no new evidence."""
    seen: set[str] = set()
    found = []
    for run in counted:
        fresh = {}
        for position, repeat in enumerate(run.summary.repeats):
            over = repeat.status in (FINISHED, FAILED)
            if not (over and repeat.seed in seen):
                fresh[position] = repeat
            if over and repeat.seed:
                seen.add(repeat.seed)
        found.append((run, fresh))
    return found


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


def _measured(metric: str, goal: str, fresh: Sequence[tuple[RunFacts, Mapping[int, RepeatRecord]]]) -> Measured:
    """One metric, pooled over runs."""
    values: list[Value] = []
    failed = missing = 0
    for run, repeats in fresh:
        summary = run.summary.metrics.get(metric)
        logged = summary.values if summary else ()
        for position, repeat in repeats.items():
            value = logged[position] if position < len(logged) else None
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
    found += [Warned(DAMAGED, text, run.run) for run in facts.runs for text in run.damage + run.summary.damaged]
    for run in counted:
        if run.record is not None:
            found += [*run.record.warnings, *run.record.hidden_state]
            found += [Warned("incomplete", text, run.run) for text in run.record.incomplete]
    main = measured.get(primary) if primary is not None else None
    said = any(one.code in ("XPT004", "identical") for one in found)
    if main is not None and main.n > 1 and main.min == main.max and not said:
        found.append(Warned("identical", f"{main.n} repeats with identical values of {primary}: is the seed fixed?"))
    if main is not None and main.missing:
        of = main.missing + main.n + main.failed
        found.append(Warned("missing", f"{main.missing} of {of} repeats finished without logging {primary}"))
    return tuple({(one.code, one.text, one.where): one for one in found}.values())
