"""Columns: text cut, padded and wrapped by the cells that it takes on a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def cells(text: str) -> int:
    r"""How many cells of a terminal a text takes.

    >>> cells("ab"), cells("日本"), cells("e\u0301")
    (2, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def cut(text: str, width: int) -> str:
    """The text, or as much of it as fits with a mark that there was more.

    >>> cut("gradient boosting", 9)
    'gradient…'
    """
    if cells(text) <= width:
        return text
    taken, kept = 0, []
    for char in text:
        taken += _cell(char)
        if taken > width - 1:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def pad(text: str, width: int) -> str:
    """The text with spaces up to a width in cells."""
    return text + " " * (width - cells(text))


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """The text on lines of at most that many cells; all but the first begin with ``indent``."""
    lines, line = [], ""
    for word in text.split(" "):
        if line.strip() and cells(line) + 1 + cells(word) > width:
            lines.append(line)
            line = indent + word
        else:
            line = f"{line} {word}" if line else word
        # Scripts without spaces are one long word.
        while width >= 20 and cells(line) > width:
            head = _head(line, width)
            lines.append(head)
            line = indent + line[len(head) :]
    return [*lines, line]


def folded(text: str, width: int, indent: str = "") -> list[str]:
    """Code on lines of at most that many cells, at spaces where it can be; all but the first begin with ``indent``.

    >>> folded("    x = compute(y)", 12, "  ")
    ['    x = ', '  compute(y)']
    """
    lines = []
    while cells(text) > width:
        head = _head(text, width)
        # A space near the end of the line; not those that it is indented by.
        space = head.rfind(" ", len(head) // 2)
        head = head[: space + 1] if space > 0 and text[len(head)] != " " else head
        lines.append(head)
        text = indent + text[len(head) :]
    return [*lines, text]


def _head(text: str, width: int) -> str:
    """As much of the text as fits, and more than any indent."""
    taken = 0
    for at, char in enumerate(text):
        taken += _cell(char)
        if taken > width and at > width // 4:
            return text[:at]
    return text


def _cell(char: str) -> int:
    """The cells that one character takes."""
    if unicodedata.combining(char) or char in "\u200c\u200d\ufe0e\ufe0f" or unicodedata.category(char) == "Me":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def grid(columns: Sequence[Sequence[str]]) -> list[str]:
    """Columns side by side, each as wide as its widest cell."""
    widths = [max(map(cells, column), default=0) for column in columns]
    kept = [(column, width) for column, width in zip(columns, widths, strict=True) if width]
    return ["  ".join(pad(column[i], width) for column, width in kept).rstrip() for i in range(len(columns[0]))]
