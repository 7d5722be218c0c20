"""Standing: how an experiment stands, said alike on every surface."""

from __future__ import annotations

from jupyter_xpt.ground.records import DIED, FAILED, INTERRUPTED, RUNNING
from jupyter_xpt.thought.reading.lineage import Lineage, Row
from jupyter_xpt.thought.reading.measured import DAMAGED, PLANNED

ARROWS = {"max": "↑", "min": "↓"}
SIGNS = {"improved": "▲", "worse": "▼", "not sure": "?"}
TROUBLE = (FAILED, INTERRUPTED, DIED, DAMAGED)


def standing(row: Row) -> str:
    """How an experiment stands: its verdict, or what kept it from one; empty for one without a parent."""
    if row.status == RUNNING:
        run = next(run for run in row.runs if run.status == RUNNING)
        return f"running, {run.ended} of {run.repeats}"
    if row.status in (*TROUBLE, PLANNED):
        return row.status
    return row.verdict.verdict if row.verdict else ""


def sign(row: Row) -> str:
    """One character that says how an experiment stands, also without colour."""
    if row.status in TROUBLE:
        return "×"
    if row.status == RUNNING:
        return "…"
    return SIGNS.get(row.verdict.verdict, " ") if row.verdict else " "


def comparisons(lineage: Lineage) -> str:
    """How many comparisons a lineage holds and what luck alone makes of them; empty without any."""
    if not lineage.comparisons or lineage.confidence is None or lineage.chance is None:
        return ""
    n, level = lineage.comparisons, f"{100 * lineage.confidence:.10g} %"
    # A chance below 1 % is not none.
    chance = f"{100 * lineage.chance:.{1 if lineage.chance < 0.01 else 0}f} %"
    said = f"{n} comparison{'s' * (n > 1)} at {level}: if no change did anything, "
    said += f"the chance that {'at least one of them' if n > 1 else 'it'} looks improved is up to {chance}"
    return f"{said}; confirm what matters with fresh repeats."


def created(row: Row) -> str:
    """When an experiment was made, to the minute."""
    return row.created[:16].replace("T", " ")
