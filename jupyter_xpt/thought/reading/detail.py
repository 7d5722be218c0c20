"""Detail: all that is shown of one experiment, and where its environment differs from its parent's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_xpt.ground.records import RunRecord, Summary
from jupyter_xpt.thought.reading.lineage import Row
from jupyter_xpt.thought.reading.measured import RunRow


@dataclass(frozen=True, slots=True)
class RunDetail:
    """One run; ``log_bytes`` is the size of its log, ``figures`` the names of its pictures."""

    row: RunRow
    record: RunRecord | None
    figures: tuple[str, ...]
    log_bytes: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A package, or a fact about interpreter or machine, that is not as it was; None where it is missing."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Detail:
    """All about one experiment; ``notebook`` says whether its numbered notebook is there."""

    row: Row
    children: tuple[int, ...]
    runs: tuple[RunDetail, ...]
    environment: Mapping[str, Any] | None
    differences: tuple[Difference, ...]
    notebook: bool


# What says where a result comes from; the rest, like the folder of an environment, differs without meaning.
_TELLING = (
    ("interpreter", ("implementation", "version", "optimize")),
    ("hardware", ("system", "machine", "processor", "cores", "usable_cores", "memory", "memory_limit")),
)


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[Difference, ...]:
    """Where an environment differs from the one before it; nothing where either is not known.

    Parameters
    ----------
    before, after
        What ``environment.json`` holds, as it was read.
    """
    if before is None or after is None:
        return ()
    found = []
    for part, names in _TELLING:
        old, new = _part(before, part), _part(after, part)
        found += [Difference(name, _said(old.get(name)), _said(new.get(name))) for name in names]
    old, new = _part(before, "packages"), _part(after, "packages")
    found += [Difference(name, _said(old.get(name)), _said(new.get(name))) for name in sorted({*old, *new})]
    return tuple(one for one in found if one.before != one.after)


def _part(environment: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of an environment, empty where it is damaged."""
    part = environment.get(name)
    return part if isinstance(part, dict) else {}


def _said(value: object) -> str | None:
    """A value in words."""
    return None if value is None else str(value)[:200]


def stepped(summary: Summary) -> tuple[str, ...]:
    """The metrics that were logged step by step: more points than repeats that have a value."""
    return tuple(
        name
        for name, metric in summary.metrics.items()
        if metric.points > sum(value is not None for value in metric.values)
    )


def children(rows: Sequence[Row], number: int) -> tuple[int, ...]:
    """The numbers of the experiments that were changed from one."""
    return tuple(sorted(row.number for row in rows if row.parent == number))
