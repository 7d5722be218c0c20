"""Facts: what was read of an experiment, records and damage side by side.

Reading never raises on what a file holds: a damaged record is a fact too, and hides nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import ExperimentRecord, RunRecord, SeriesRecord, Summary


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What was read of a run.

    ``status`` is the record's, or ``died`` when it says running and its process is gone, or ``damaged`` when
    there is no readable record.
    """

    run: str
    status: str
    record: RunRecord | None
    summary: Summary
    damage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExperimentFacts:
    """What was read of an experiment; ``runs`` in the order they were started."""

    name: ExperimentName
    record: ExperimentRecord | None
    runs: tuple[RunFacts, ...] = ()
    damage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """What was read of what the user settled for a series; no record when it cannot be read."""

    series: str
    record: SeriesRecord | None
    damage: tuple[str, ...] = ()
