"""Differing: what several sources do not have in common, each with its own value."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jupyter_xpt.ground.records import Change
from jupyter_xpt.thought.code.changes import CELL, compare
from jupyter_xpt.thought.code.differences import ADDED, EDITED, PARAMETER, REMOVED
from jupyter_xpt.thought.code.source import Source, tree

# What stands for a statement or file that is simply there.
THERE = "yes"
_SPACE = re.compile(r"\s+")
_ABOVE = re.compile(r"cell ([0-9]{1,9}) above")


@dataclass(frozen=True, slots=True)
class Differing:
    """One thing that not all have alike: where, what, and the value of each, None where it has none."""

    where: str
    what: str
    values: tuple[str | None, ...]


def differing(sources: Sequence[Source | None]) -> tuple[Differing, ...]:
    """What several sources do not have in common: parameters, callables, statements, files.

    Parameters
    ----------
    sources
        The sources, None where one is not known. Places are called as the first known one has them.
    """
    first = next((one for one in sources if one is not None), None)
    if first is None:
        return ()
    found = [() if one is None or one is first else tuple(_changes(first, one)) for one in sources]
    rows: dict[tuple[str, str, str | None], list[Change | None]] = {}
    for at, changes in enumerate(found):
        for change in changes:
            row = rows.setdefault(_key(change), [None] * len(sources))
            # Of two of one name in one place the first stands for both.
            row[at] = row[at] or change
    texts = ["" if one is None else _text(one) for one in sources] if rows else []
    made = []
    for (where, what, _), row in rows.items():
        known = next(change for change in row if change is not None)
        values: list[str | None] = []
        for one, own, others, text in zip(sources, row, found, texts, strict=True):
            if own is not None:
                values.append(_after(own))
            else:
                same = one is not None and (one is first or _has(one, text, known, others))
                values.append(_before(known) if same else None)
        if len(set(values)) > 1:
            made.append(Differing(where, what, tuple(values)))
    return tuple(sorted(made, key=lambda one: _rank(one.where)))


def _rank(where: str) -> tuple[int, int]:
    """The cell first, then those above, the nearest first, then files."""
    above = _ABOVE.fullmatch(where)
    return (0, 0) if where == CELL else (1, int(above[1])) if above is not None else (2, 0)


def _changes(first: Source, other: Source) -> Iterator[Change]:
    """What changed from the first to another one, also the parameters that go without saying there."""
    said = compare(first, other, by_parent=True)
    yield from said
    known = {(one.where, one.what) for one in said}
    for one in compare(other, first):
        # With another callable its parameters go without saying; beside one another they are of interest.
        if one.kind == PARAMETER and one.before is None and (one.where, one.what) not in known:
            yield Change(one.where, one.kind, one.what, one.after, None)


def _key(change: Change) -> tuple[str, str, str | None]:
    """What makes changes of several sources one row."""
    whole = change.kind == EDITED and change.before is None and change.after is None
    return change.where, EDITED if whole else change.what, change.before


def _before(change: Change) -> str | None:
    """What the first source has there."""
    return THERE if change.kind == REMOVED else change.before


def _after(change: Change) -> str | None:
    """What the other source has there."""
    if change.kind == ADDED:
        return THERE
    whole = change.kind == EDITED and change.before is None and change.after is None
    return change.what if whole else change.after


def _has(one: Source, text: str, change: Change, others: Sequence[Change]) -> bool:
    """Whether a source in which this did not change has what the first one has there."""
    if change.what == change.where:
        return change.kind == REMOVED and change.where in dict(one.files)
    if all(other.where != change.where for other in others):
        return True
    # Something else changed in that place, and may have taken it along: then it must stand there in words.
    value = _before(change)
    if value is None or value == THERE:
        return value is not None and _bare(change.what) in text
    written = (f"{change.what}={value}", f"'{change.what}':{value}", f"{change.what}:{value}")
    return any(_bare(words) in text for words in written if change.what) or (
        change.kind != PARAMETER and _bare(value) in text
    )


def _text(source: Source) -> str:
    """All code of a source, written alike, without any space."""
    parts = []
    for text in (source.cell, *source.above, *(text for _, text in source.files)):
        module = tree(text)
        try:
            parts.append(_bare(text if module is None else ast.unparse(module)))
        except (ValueError, RecursionError):
            parts.append(_bare(text))
    return "\n".join(parts)


def _bare(text: str) -> str:
    """A text without space, and without the mark of what was cut."""
    return _SPACE.sub("", text).removesuffix("…")
