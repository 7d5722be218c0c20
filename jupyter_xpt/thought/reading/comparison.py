"""Comparison: two experiments beside each other, metric by metric, by what their repeats measured."""

from __future__ import annotations

from dataclasses import replace as changed

from jupyter_xpt.thought.reading.measured import Pooled
from jupyter_xpt.thought.statistics.chances import compare_confidence
from jupyter_xpt.thought.statistics.verdicts import verdict
from jupyter_xpt.thought.statistics.wording import Verdict


def verdicts_of(child: Pooled, parent: Pooled, confidence: float | None = None) -> dict[str, Verdict]:
    """The verdict on each metric that an experiment has values or failures of, against another one."""
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


def weighs_alike(before: Pooled | None, after: Pooled | None) -> bool:
    """Whether all that others are compared with stayed the same."""
    if before is None or after is None:
        return before is after
    if not before.judged and not after.judged:
        return True
    return (before.judged, before.runs_counted, before.measured) == (after.judged, after.runs_counted, after.measured)
