"""Changes: what differs between an experiment's source and its parent's, said as people say it.

What has no short name is an edit of so many lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jupyter_xpt.ground.records import Change
from jupyter_xpt.thought.code.alignment import Pairs, aligned
from jupyter_xpt.thought.code.differences import (
    ADDED,
    CALLABLE,
    EDITED,
    PARAMETER,
    REMOVED,
    Place,
    TooMuch,
    stated,
)
from jupyter_xpt.thought.code.expressions import cut, line
from jupyter_xpt.thought.code.source import Source, config_lines, config_values, meaning, tree

CELL = "cell"
# More changes than this in one place are better told as an edit of so many lines.
_MANY = 8
# No record holds more: such a child has little in common with its parent.
_MOST = 60
_CODE = re.compile(r"^\s*[^\s#]", re.MULTILINE)
_WORD = re.compile(r"\w+")


def compare(parent: Source, child: Source, *, by_parent: bool = False) -> tuple[Change, ...]:
    """What changed from the parent's source to the child's; empty where the meaning is the same.

    Parameters
    ----------
    parent, child
        The two sources.
    by_parent
        Whether cells are called by where they stand in the parent: many children of one agree on that.

    Returns
    -------
    tuple of Change
        The cell's first, then those of the cells above (``cell 1 above`` is the nearest), then those of
        files.
        ``before`` and ``after`` are source text, None on the side where there is none.
    """
    found = _texts(CELL, parent.cell, child.cell)
    for where, before, after in _cells(parent.above, child.above, by_parent=by_parent):
        found += _texts(where, before, after)
    mine, theirs = dict(parent.files), dict(child.files)
    for name in sorted(mine.keys() | theirs.keys()):
        found += _file(name, mine.get(name), theirs.get(name))
    settled = tuple(_on_a_line(one) for one in _settled(found))
    if len(settled) <= _MOST:
        return settled
    return (*settled[:_MOST], Change("source", EDITED, f"{len(settled) - _MOST} more changes"))


def summary(changes: Sequence[Change], limit: int = 160) -> str:
    """All changes in a line of at most about ``limit`` characters; empty when there are none."""
    texts = list(dict.fromkeys(map(said, changes)))
    so_far = ""
    for i, text in enumerate(texts):
        longer = f"{so_far}; {text}" if so_far else text
        if so_far and len(longer) > limit:
            return f"{so_far}; and {len(texts) - i} more"
        so_far = longer
    return so_far


def said(change: Change) -> str:
    """One change in short: ``max_depth 3 → 5``, ``with StandardScaler()``, ``a.py edited (+3 −1 lines)``."""
    before, after, what = change.before, change.after, change.what
    in_file = change.where != CELL and not change.where.endswith(" above")
    if change.kind == EDITED and before is None and after is None:
        return f"{'' if change.where == CELL else change.where + ' '}edited ({what})"
    sign = {ADDED: "with ", REMOVED: "without "}.get(change.kind, "")
    if sign:
        text = sign + what
    elif before is None:
        text = f"with {what}={after}"
    elif after is None:
        text = f"without {what}={before}"
    else:
        text = f"{what + ' ' if change.kind == PARAMETER else ''}{before} → {after}"
    return f"{change.where}: {text}" if in_file and what != change.where else text


def _once(found: Sequence[Change]) -> list[Change]:
    """Each change once, in order."""
    return list({(one.where, one.kind, one.what, one.before, one.after): one for one in found}.values())


def _settled(found: Sequence[Change]) -> Iterator[Change]:
    """Each change once, without what was only moved, and without imports that only serve another change."""
    come = {(one.what, one.after) for one in found if one.kind in (ADDED, PARAMETER) and one.before is None}
    gone = {(one.what, one.before) for one in found if one.kind in (REMOVED, PARAMETER) and one.after is None}
    moved = come & gone
    rest = [one for one in found if not _one_sided(one) or (one.what, one.before or one.after) not in moved]
    named = [c for c in rest if not (c.what.startswith("import ") and c.kind in (ADDED, REMOVED))]
    if found and not rest:
        yield Change(found[0].where, EDITED, "statements moved")
    yield from _once(named or rest)


def _on_a_line(change: Change) -> Change:
    """The change as it can be kept and shown: keys and values of files may hold anything."""
    what, before, after = (None if one is None else line(one) for one in (change.what, change.before, change.after))
    return Change(change.where, change.kind, what or "", before, after)


def _one_sided(change: Change) -> bool:
    """Whether something is there on one side only."""
    return change.kind != EDITED and (change.before is None or change.after is None)


def _cells(before: Sequence[str], after: Sequence[str], *, by_parent: bool) -> Iterator[tuple[str, str, str]]:
    """Which cell above stands for which: its name and both texts, empty where there is none."""
    ours, theirs = ([(i, text) for i, text in enumerate(side) if _CODE.search(text)] for side in (before, after))
    for old, new in aligned([text for _, text in ours], [text for _, text in theirs], str, _similar_cells):
        if old is None and new is not None:
            yield f"cell {len(after) - theirs[new][0]} above", "", theirs[new][1]
        elif new is None and old is not None:
            yield f"cell {len(before) - ours[old][0]} above", ours[old][1], ""
        elif old is not None and new is not None:
            above = len(before) - ours[old][0] if by_parent else len(after) - theirs[new][0]
            yield f"cell {above} above", ours[old][1], theirs[new][1]


def _similar_cells(before: Sequence[str], after: Sequence[str]) -> Pairs:
    """Pairs of cells that share half of their words, in order; the others alone."""
    if len(before) == len(after):
        yield from zip(range(len(before)), range(len(after)), strict=True)
        return
    words = [set(_WORD.findall(text)) for text in after]
    free = 0
    for i, text in enumerate(before):
        own = set(_WORD.findall(text))
        shared = [2 * len(own & other) - min(len(own), len(other)) for other in words[free:]]
        best = max(range(len(shared)), key=shared.__getitem__, default=None)
        if best is None or shared[best] < 0:
            yield i, None
            continue
        yield from ((None, j) for j in range(free, free + best))
        yield i, free + best
        free += best + 1
    yield from ((None, j) for j in range(free, len(after)))


def _file(name: str, before: str | None, after: str | None) -> list[Change]:
    """The changes of a module or configuration file."""
    if before is None or after is None:
        return [Change(name, ADDED if before is None else REMOVED, name)]
    if before == after:
        return []
    if name.endswith((".py", ".pyw")):
        found = _texts(name, before, after)
        told = all(one.kind in (PARAMETER, CALLABLE) for one in found) and len(found) <= 3
        return found if told else [_edited(name, before, after)]
    values = config_values(name, before), config_values(name, after)
    if None not in values:
        found = _keys(name, *map(_flat, values))
        return found if len(found) <= _MANY else [_edited(name, before, after)]
    return _config_lines(name, config_lines(name, before), config_lines(name, after))


def _flat(values: Any, path: str = "") -> dict[str, str]:  # noqa: ANN401 - JSON holds anything
    """Every value by its dotted key."""
    if isinstance(values, dict) and values:
        joined = {f"{path}.{key}" if path else str(key): value for key, value in values.items()}
        return {key: text for name, value in joined.items() for key, text in _flat(value, name).items()}
    return {path: cut(repr(values))}


def _keys(where: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """The keys whose values differ."""
    return [
        Change(where, PARAMETER, key, before.get(key), after.get(key))
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    ]


def _config_lines(where: str, before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """The keys of changed lines like ``key: value`` or ``key = value``; else how many lines changed."""
    if before == after:
        return []
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    ours, theirs = ([_key(line) for line in lines.elements()] for lines in (gone, come))
    known = None not in ours and None not in theirs and len(ours) + len(theirs) <= 2 * _MANY
    mine, its = ({one[0]: one[1] for one in side if one is not None} for side in (ours, theirs))
    if known and len(mine) == len(ours) and len(its) == len(theirs) and (mine or its):
        return [Change(where, PARAMETER, one.what.strip(), one.before, one.after) for one in _keys(where, mine, its)]
    return [_edited(where, "\n".join(before), "\n".join(after))]


def _key(line: str) -> tuple[str, str] | None:
    """The key, with its indentation, and the value of a line of configuration."""
    for separator in (": ", "="):
        key, found, value = line.partition(separator)
        if found and key.strip() and value.strip():
            return key.rstrip(), cut(value.strip())
    return None


def _edited(where: str, before: str, after: str) -> Change:
    """An edit of so many lines."""
    ours, theirs = (
        Counter(line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
        for text in (before, after)
    )
    more, fewer = (theirs - ours).total(), (ours - theirs).total()
    if not more and not fewer:
        return Change(where, EDITED, "lines moved")
    counts = " ".join(f"{sign}{n}" for sign, n in (("+", more), ("−", fewer)) if n)
    return Change(where, EDITED, f"{counts} {'line' if more + fewer == 1 else 'lines'}")


def _texts(where: str, before: str, after: str) -> list[Change]:
    """The changes between two texts of Python."""
    if before == after:
        return []
    ours, theirs = tree(before), tree(after)
    if ours is None or theirs is None:
        return [] if meaning(before) == meaning(after) else [_edited(where, before, after)]
    place = Place(where)
    try:
        place.statements(stated(before, ours), stated(after, theirs))
    except (TooMuch, RecursionError):
        return [_edited(where, before, after)]
    found = _once(place.found)
    if len(found) <= _MANY and not place.unnamed:
        return found
    named = [one for one in found if one.kind in (PARAMETER, CALLABLE)][:_MANY]
    return [*named, _edited(where, before, after)]
