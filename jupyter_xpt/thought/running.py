"""Running: what ran in the kernel, held against what the notebook's file says.

The executed text wins over the file's. What the run depends on although the notebook does not show it (hidden
state) becomes a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jupyter_xpt.ground.records import Warned
from jupyter_xpt.thought.code.dependence import needs
from jupyter_xpt.thought.code.source import meaning, strip_own
from jupyter_xpt.thought.executed import Executed
from jupyter_xpt.thought.notebooks import Cell

SCRATCH = "scratch"


@dataclass(frozen=True, slots=True)
class WhatRan:
    """What an experiment consists of.

    ``above`` are the executions that count besides the cell, in notebook order; ``place`` is the index of the cell in
    the notebook, None when the file does not have it; ``texts`` are the executed texts that differ from the
    file's, by cell index; ``findings`` tell of hidden state.
    """

    cell: Executed
    above: tuple[Executed, ...]
    place: int | None
    texts: Mapping[int, str]
    findings: tuple[Warned, ...]


class Executions:
    """The executions of a kernel, found by cell id and by text."""

    def __init__(self, executed: Sequence[Executed]) -> None:
        self.all = tuple(executed)
        self._by_id: dict[str, list[Executed]] = {}
        self._by_text: dict[str, list[Executed]] = {}
        for one in executed:
            if one.cell is not None:
                self._by_id.setdefault(one.cell, []).append(one)
            self._by_text.setdefault(one.source.strip(), []).append(one)

    def of(self, cell: Cell) -> Sequence[Executed]:
        """The executions of a notebook's cell, oldest first."""
        if cell.id is not None and cell.id in self._by_id:
            return self._by_id[cell.id]
        # Cells run before the extension was loaded, and all cells of old notebooks, are known by their text only.
        same = [one for one in self._by_text.get(cell.source.strip(), ()) if one.cell is None or cell.id is None]
        # JupyterLab gives the cells of old notebooks ids that it does not save: they tie later texts to this one.
        tied = same[-1].cell if same else None
        return same if tied is None else self._by_id[tied]


def what_ran(
    cells: Sequence[Cell] | None, executed: Sequence[Executed], running: Executed, python: Callable[[str], str]
) -> WhatRan:
    """What the running experiment cell consists of.

    Parameters
    ----------
    cells
        The cells in the notebook's file; None when there is no notebook.
    executed
        All earlier executions in the kernel, oldest first.
    running
        The execution of the experiment cell itself.
    python
        Translates a cell's text to plain Python.
    """
    if cells is None:
        return WhatRan(running, _needed(executed, running, python), None, {}, ())
    executions = Executions(executed)
    place = locate(cells, running)
    last = place if place is not None else _after_last_run(cells, executions)
    ran: list[tuple[Cell, Executed]] = []
    findings: list[Warned] = []
    for cell in cells[:last]:
        if not cell.is_code or SCRATCH in cell.tags or not strip_own(cell.source).strip():
            continue
        history = executions.of(cell)
        if not history:
            findings.append(_finding("not-run", cell, "did not run in this kernel; it does not count"))
        elif SCRATCH not in history[-1].tags:
            ran.append((cell, history[-1]))
    findings += _edited(ran, executions) + _out_of_order(ran, executions, python)
    gone = _deleted(cells, executions, running, python)
    findings += [
        Warned("deleted", f"depends on a cell that ran ({_first_line(one.source)!r}) and is no longer in the notebook")
        for one in gone
    ]
    texts = {cell.index: one.source for cell, one in ran if one.source != cell.source}
    if place is not None and running.source != cells[place].source:
        texts[place] = running.source
    return WhatRan(running, _with_gone([one for _, one in ran], gone), place, texts, tuple(findings))


def locate(cells: Sequence[Cell], running: Executed) -> int | None:
    """The index of the cell in the notebook's file, or None when the file does not have it yet."""
    code = [cell for cell in cells if cell.is_code]
    if running.cell is not None:
        for cell in code:
            if cell.id == running.cell:
                return cell.index
    same = [cell for cell in code if cell.source.strip() == running.source.strip()]
    if same:
        return same[0].index
    if running.cell is not None and any(cell.id for cell in code):
        return None
    # An old notebook, edited and not saved: its only experiment cell must be the one.
    experiments = [cell for cell in code if cell.is_experiment]
    return experiments[0].index if len(experiments) == 1 else None


def holds(cells: Sequence[Cell], running: Executed) -> bool:
    """Whether the notebook has the running cell, by id or by text."""
    text = running.source.strip()
    return any(
        cell.is_code and ((running.cell is not None and cell.id == running.cell) or cell.source.strip() == text)
        for cell in cells
    )


def _after_last_run(cells: Sequence[Cell], executions: Executions) -> int:
    """Where an unsaved cell most probably stands: below the last cell that ran."""
    return max((cell.index + 1 for cell in cells if cell.is_code and executions.of(cell)), default=0)


def _needed(executed: Sequence[Executed], running: Executed, python: Callable[[str], str]) -> tuple[Executed, ...]:
    """The executions that the cell depends on, oldest first."""
    texts = [python(strip_own(one.source)) for one in executed]
    return tuple(executed[i] for i in needs(texts, python(strip_own(running.source))))


def _edited(ran: Sequence[tuple[Cell, Executed]], executions: Executions) -> list[Warned]:
    """Cells whose text in the file is no longer what ran."""
    return [
        _finding("edited", cell, "was edited after it ran; the text that ran counts")
        for cell, one in ran
        if one.source != cell.source and meaning(strip_own(one.source)) != meaning(strip_own(cell.source))
    ]


def _out_of_order(
    ran: Sequence[tuple[Cell, Executed]], executions: Executions, python: Callable[[str], str]
) -> list[Warned]:
    """Cells that ran before what they depend on was what it is now."""
    found = []
    for position, (cell, one) in enumerate(ran):
        later = [(above, other) for above, other in ran[:position] if other.order > one.order]
        for above, other in later:
            before = [past for past in executions.of(above) if past.order < one.order]
            same = before and meaning(strip_own(before[-1].source)) == meaning(strip_own(other.source))
            if not same and needs([python(strip_own(other.source))], python(strip_own(one.source))):
                found.append(_finding("order", cell, f"ran before cell {above.index + 1}, which it depends on"))
    return found


def _deleted(
    cells: Sequence[Cell],
    executions: Executions,
    running: Executed,
    python: Callable[[str], str],
) -> list[Executed]:
    """Executions that the run depends on and that no cell of the notebook stands for, oldest first."""
    known = {id(one) for cell in cells for one in executions.of(cell)}
    ids = {cell.id for cell in cells if cell.id is not None}
    texts = {cell.source.strip() for cell in cells}
    gone = [
        one
        for one in executions.all
        if id(one) not in known
        and one.cell not in ids
        and one.cell != running.cell
        and one.source.strip() not in texts
        and SCRATCH not in one.tags
        # An old notebook's earlier texts of the same cell: replaced, not deleted.
        and (one.cell is not None or not ids)
    ]
    if not gone:
        return []
    # All of them: what a name was then may be the work of a cell that has been run anew since.
    needed = needs([python(strip_own(one.source)) for one in executions.all], python(strip_own(running.source)))
    return [executions.all[i] for i in needed if executions.all[i] in gone]


def _with_gone(ran: Sequence[Executed], gone: Sequence[Executed]) -> tuple[Executed, ...]:
    """What counts, in notebook order; a deleted cell has no place there and stands where it ran."""
    above = list(ran)
    for one in gone:
        above.insert(next((i for i, other in enumerate(above) if other.order > one.order), len(above)), one)
    return tuple(above)


def _finding(code: str, cell: Cell, text: str) -> Warned:
    """A finding about a cell, named as people count them."""
    where = f"cell {cell.index + 1}"
    return Warned(code, f"{where} {text}", where)


def _first_line(source: str) -> str:
    """The first line that says something, shortened."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    return lines[0][:60] if lines else ""
