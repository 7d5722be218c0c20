"""Cells: two notebooks beside each other, cell by cell and line by line, and their files likewise. No outputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jupyter_xpt.thought.code.alignment import Pairs, by_head, in_turn
from jupyter_xpt.thought.code.lines import ADDED, REMOVED, SAME, Line, left_out, line_diff, split
from jupyter_xpt.thought.notebooks import Cell
from jupyter_xpt.thought.running import SCRATCH

EDITED = "edited"
# Over all cells and all files; nobody reads more, and no answer shall be larger.
MAX_ALL_LINES = 30_000
# So many pairs of cells are looked at for words that they share.
_MAX_PAIRS = 40_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class CellDiff:
    """A cell or file on both sides: ``same``, ``edited``, ``added`` or ``removed``, where it stands, its lines."""

    kind: str
    where: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """A notebook's cells, and the index of its experiment cell, None where that is not known."""

    cells: Sequence[Cell]
    place: int | None = None


def cell_diffs(left: Side, right: Side) -> tuple[CellDiff, ...]:
    """Every cell of two notebooks in order, those that stand for each other as one.

    Cells stand for each other by id, then by text, then where they share half of their words. ``where`` is as in
    changes: ``cell``, ``cell 1 above`` (the nearest); markdown and scratch cells are counted for themselves.
    """
    names = _names(left), _names(right)
    found = []
    for old, new in _aligned(left.cells, right.cells):
        before = left.cells[old].source if old is not None else None
        after = right.cells[new].source if new is not None else None
        where = names[1][new] if new is not None else names[0][old or 0]
        found.append(_diff(where, before, after))
    return _bounded(found)


def file_diffs(left: Mapping[str, str], right: Mapping[str, str]) -> tuple[CellDiff, ...]:
    """Every file of two experiments by name, line by line."""
    return _bounded(_diff(name, left.get(name), right.get(name)) for name in sorted(left.keys() | right.keys()))


def _diff(where: str, before: str | None, after: str | None) -> CellDiff:
    """A cell or file that is on one side at least."""
    if before is None or after is None:
        return CellDiff(ADDED if before is None else REMOVED, where, line_diff(before or "", after or ""))
    # An end of line more at the very end is no edit.
    kind = SAME if before == after or split(before) == split(after) else EDITED
    return CellDiff(kind, where, line_diff(before, after))


def _bounded(found: Sequence[CellDiff] | Iterator[CellDiff]) -> tuple[CellDiff, ...]:
    """All of them, the lines beyond a limit left out; what differs goes before what is the same."""
    listed = list(found)
    room, kept = MAX_ALL_LINES, {}
    for at in sorted(range(len(listed)), key=lambda at: listed[at].kind == SAME):
        one = listed[at]
        lines = one.lines
        if len(lines) > room:
            lines = (*lines[:room], left_out(len(lines) - room))
        room = max(0, room - len(one.lines))
        kept[at] = CellDiff(one.kind, one.where, lines)
    return tuple(kept[at] for at in range(len(listed)))


def _names(side: Side) -> list[str]:
    """What each cell is called: by its kind and distance from the experiment cell, else from the top."""
    kinds = [_kind(cell) for cell in side.cells]
    place = side.place
    if place is None:
        return [f"{kind} {kinds[: at + 1].count(kind)}" for at, kind in enumerate(kinds)]
    names = []
    for at, kind in enumerate(kinds):
        if at < place:
            names.append(f"{kind} {kinds[at:place].count(kind)} above")
        else:
            names.append("cell" if at == place else f"{kind} {kinds[place + 1 : at + 1].count(kind)} below")
    return names


def _kind(cell: Cell) -> str:
    """What a cell is counted among; blank code cells count for nothing."""
    if not cell.is_code:
        return cell.kind
    return SCRATCH if SCRATCH in cell.tags else "cell" if cell.source.strip() else "blank cell"


def _aligned(left: Sequence[Cell], right: Sequence[Cell]) -> Pairs:
    """Which cells stand for each other, every cell once, in an order that keeps both."""
    return by_head(left, right, lambda cell: (cell.kind, cell.id or cell.source), _by_text)


def _by_text(left: Sequence[Cell], right: Sequence[Cell]) -> Pairs:
    """The same text under another id; in between what shares words."""
    return by_head(left, right, lambda cell: (cell.kind, cell.source), _by_words)


def _by_words(left: Sequence[Cell], right: Sequence[Cell]) -> Pairs:
    """Cells of one kind that share half of their words, in order; the others alone."""
    if len(left) * len(right) > _MAX_PAIRS:
        yield from _of_a_kind(left, right, in_turn(left, right))
        return
    words = [set(_WORD.findall(cell.source)) for cell in right]
    free = 0
    for i, cell in enumerate(left):
        own = set(_WORD.findall(cell.source))
        shared = [
            2 * len(own & words[j]) - min(len(own), len(words[j])) if right[j].kind == cell.kind else -1
            for j in range(free, len(right))
        ]
        best = max(range(len(shared)), key=shared.__getitem__, default=None)
        if best is None or shared[best] < 0 or not own:
            yield i, None
            continue
        yield from ((None, j) for j in range(free, free + best))
        yield i, free + best
        free += best + 1
    yield from ((None, j) for j in range(free, len(right)))


def _of_a_kind(left: Sequence[Cell], right: Sequence[Cell], pairs: Pairs) -> Pairs:
    """The pairs, those of cells of different kinds taken apart."""
    for i, j in pairs:
        if i is not None and j is not None and left[i].kind != right[j].kind:
            yield i, None
            yield None, j
        else:
            yield i, j
