"""Detail: all that is shown of one experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_xpt.ground.records import RunRecord, Summary
from jupyter_xpt.thought.data.wording import Listed
from jupyter_xpt.thought.environment import EnvironmentChange
from jupyter_xpt.thought.reading.altered import Parameter
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
class Detail:
    """All about one experiment; ``notebook`` says whether its numbered notebook is there.

    ``datasets`` are those of its newest run, ``parameters`` are beside the parent's.
    """

    row: Row
    children: tuple[int, ...]
    runs: tuple[RunDetail, ...]
    environment: Mapping[str, Any] | None
    environment_changes: tuple[EnvironmentChange, ...]
    notebook: bool
    datasets: tuple[Listed, ...] = ()
    parameters: tuple[Parameter, ...] = ()


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
