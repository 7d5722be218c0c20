"""Lines: how one text became another, line by line, bounded in time and size whatever the texts are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jupyter_xpt.thought.code.alignment import gaps

SAME, ADDED, REMOVED = "same", "added", "removed"
# What is longer was not written by hand; its beginning tells enough.
MAX_LINES, MAX_CHARS, MAX_LINE = 5_000, 1_000_000, 2_000
# Python's splitlines also splits at form feeds and the like, which no editor counts.
_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``same``, ``added`` or ``removed``, and its number on each side, None where it is not there.

    A line without any number is no line of the texts: it says how much was left out.
    """

    kind: str
    left: int | None
    right: int | None
    text: str


def line_diff(before: str, after: str) -> tuple[Line, ...]:
    r"""Every line of both texts, in order; of long texts the beginning, and a line that says so.

    Examples
    --------
    >>> [(one.kind, one.left, one.right, one.text) for one in line_diff("a\nb", "a\nc")]
    [('same', 1, 1, 'a'), ('removed', 2, None, 'b'), ('added', None, 2, 'c')]
    """
    ours, theirs = split(before), split(after)
    left, right = _cut(ours), _cut(theirs)
    more = max(len(ours) - len(left), len(theirs) - len(right))
    lines = tuple(_lines(left, right))
    return (*lines, left_out(more)) if more else lines


def left_out(n: int) -> Line:
    """The line that stands for lines that are not shown."""
    return Line(SAME, None, None, f"… {n} more line{'s' * (n != 1)} not shown")


def hunks(lines: Sequence[Line], context: int = 2) -> list[tuple[Line, ...]]:
    """What differs, with a few lines around it; each stretch by itself, in order."""
    near: set[int] = set()
    for at, line in enumerate(lines):
        if line.kind != SAME:
            near.update(range(max(0, at - context), min(len(lines), at + context + 1)))
        elif line.left is None:
            # What was left out is told wherever it stands.
            near.add(at)
    found: list[list[int]] = []
    for at in sorted(near):
        if found and found[-1][-1] == at - 1:
            found[-1].append(at)
        else:
            found.append([at])
    return [tuple(lines[at] for at in one) for one in found]


def split(text: str) -> list[str]:
    r"""The lines of a text; an end of line at its very end begins no further one.

    >>> split("a\r\nb\n"), split("")
    (['a', 'b'], [])
    """
    lines = _END.split(text)
    return lines if lines[-1] else lines[:-1]


def shortened(text: str) -> str:
    """A line, or as much of it as is shown with a mark that there was more."""
    return text if len(text) <= MAX_LINE else f"{text[:MAX_LINE]} … ({len(text) - MAX_LINE} more characters)"


def _cut(lines: list[str]) -> list[str]:
    """As many lines as are shown."""
    taken = 0
    for at, line in enumerate(lines[:MAX_LINES]):
        taken += len(line) + 1
        # The first one is always shown, shortened.
        if taken > MAX_CHARS and at:
            return lines[:at]
    return lines[:MAX_LINES]


def _lines(ours: list[str], theirs: list[str]) -> Iterator[Line]:
    """The lines of both sides: what is the same, and in between first what went and then what came."""
    i = j = 0
    for a, a_end, b, b_end in [*gaps(ours, theirs), (len(ours), len(ours), len(theirs), len(theirs))]:
        yield from (Line(SAME, i + k + 1, j + k + 1, shortened(ours[i + k])) for k in range(a - i))
        yield from (Line(REMOVED, k + 1, None, shortened(ours[k])) for k in range(a, a_end))
        yield from (Line(ADDED, None, k + 1, shortened(theirs[k])) for k in range(b, b_end))
        i, j = a_end, b_end
