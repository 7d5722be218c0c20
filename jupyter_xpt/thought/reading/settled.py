"""Settled: what the user settled for a series, as far as it can be followed, and what is to be said of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jupyter_xpt.ground.facts import ExperimentFacts, SeriesFacts
from jupyter_xpt.ground.names import printable, short
from jupyter_xpt.ground.records import Warned
from jupyter_xpt.thought.reading.measured import DAMAGED


@dataclass(frozen=True, slots=True)
class Settled:
    """What holds for a series: the pinned baseline (None: each has its parent), goals, and warnings."""

    baseline: int | None = None
    goals: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()


def settle(given: SeriesFacts | None, experiments: Mapping[int, ExperimentFacts]) -> Settled:
    """What holds of what was read.

    Parameters
    ----------
    given
        What was read for the series; None when there is nothing.
    experiments
        The experiments of the series, by number.
    """
    if given is None:
        return Settled()
    warnings = [Warned(DAMAGED, f"{text}; no baseline is pinned and no goal set by it") for text in given.damage]
    if given.record is None:
        return Settled(warnings=tuple(warnings))
    baseline = given.record.baseline
    trouble = "" if baseline is None else _trouble(baseline, experiments)
    if baseline is not None and trouble:
        text = f"the pinned baseline {short(baseline)} {trouble}; each experiment is compared with its parent"
        warnings.append(Warned("baseline", text))
        baseline = None
    goals = {metric: goal for metric, goal in given.record.goals.items() if goal in ("max", "min")}
    for metric in given.record.goals.keys() - goals.keys():
        text = f"the goal of {metric[:80]} is {given.record.goals[metric]!r:.40}, neither max nor min, and not followed"
        warnings.append(Warned("goal", printable(text)))
    return Settled(baseline, goals, tuple(warnings))


def _trouble(baseline: int, experiments: Mapping[int, ExperimentFacts]) -> str:
    """Why nothing can be compared with an experiment; empty when it can."""
    if baseline not in experiments:
        return "is not there"
    return "is damaged" if experiments[baseline].record is None else ""
