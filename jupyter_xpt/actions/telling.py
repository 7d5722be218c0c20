"""Telling: what the block under an experiment cell says besides the numbers, and what a front end is told with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_xpt.ground.names import short
from jupyter_xpt.thought.code.changes import summary as summary_of_changes

if TYPE_CHECKING:
    from jupyter_xpt.actions.cell import ExperimentCell


@dataclass(frozen=True, slots=True)
class Told:
    """One thing the block says besides numbers: its kind (title, verdict, said, warning, folder) and text."""

    kind: str
    text: str


def told(cell: ExperimentCell) -> list[Told]:
    """What the block says besides the numbers, in the order it is read."""
    run, record = cell.run, cell.record
    if record is None or cell.prepared is None:
        lost = [Told("warning", f"not recorded: {text}") for text in run.troubles]
        return [Told("title", cell.series or "experiment"), *lost]
    note = record.note or summary_of_changes(record.changes or ())
    lines = [Told("title", f"{record.name} · {note}" if note else str(record.name))]
    if run.folder is not None:
        lines.append(Told("folder", run.folder.relative_to(cell.prepared.store.folder).as_posix()))
    return lines


def verdict(cell: ExperimentCell) -> list[Told]:
    """The verdict in a sentence and what changed, once the run has ended."""
    lines = []
    row = cell.row
    if row is not None and row.sentence:
        lines.append(Told(row.verdict.verdict if row.verdict is not None else "verdict", row.sentence))
    if cell.record is not None and cell.record.note and cell.record.changes:
        changes = summary_of_changes(cell.record.changes)
        lines.append(Told("said", f"changed since {short(cell.record.parent or 0)}: {changes}"))
    if cell.environment is not None:
        lines.append(Told("said", cell.environment))
    return lines


def remarks(cell: ExperimentCell) -> list[Told]:
    """What happened to the numbers and notebooks, and everything that deserves a warning."""
    lines = [Told("said", text) for text in _identity(cell)]
    run = cell.run
    for one in run.record.warnings:
        lines.append(Told("warning", f"{one.code} {one.text}" if one.code.startswith("XPT") else one.text))
    for one in run.record.hidden_state:
        # Cells that did not run count for nothing: worth a record, not a warning.
        if one.code != "not-run":
            lines.append(Told("warning", f"hidden state: {one.text}"))
    if cell.record is not None:
        lines += [Told("warning", text) for text in run.troubles]
    return lines


def _identity(cell: ExperimentCell) -> Sequence[str]:
    """What the run's number means, where that is not plain."""
    if cell.prepared is None or cell.record is None:
        return ()
    said = [*cell.prepared.origin.said, *([cell.committed] if cell.committed else ())]
    if cell.prepared.decision.same and cell.run.record.index > 1:
        said.append(f"same source as {cell.record.name.short}: added as its run {cell.run.record.index}")
    own, now = cell.prepared.origin.own, cell.record.name
    if own is not None and cell.prepared.moves:
        said.append(f"{own.short} is frozen: this notebook is {now.short} now")
    elif own is not None and cell.prepared.leaves:
        here = f"this ran as {now.short}, in {now.notebook}; open that to go on"
        back = f", and put {own.short} back as it ran with: jupyter xpt restore --notebook {own.short}"
        said.append(f"{own.notebook} is frozen: {here}{back}" if cell.prepared.is_frozen else here)
    return said


def ping(cell: ExperimentCell, *, ended: bool) -> dict[str, Any] | None:
    """What a front end of ours is told with the block; None where nothing is recorded."""
    if cell.record is None or cell.prepared is None or cell.run.folder is None:
        return None
    own, name = cell.prepared.origin.own, cell.record.name
    return {
        "series": name.series,
        "number": name.number,
        "parent": cell.record.parent,
        "run": cell.run.record.run,
        "status": "ended" if ended else "running",
        "notebook": name.notebook,
        "frozen": own.number if own is not None and cell.prepared.moves else None,
        "open": None,
    }
