"""Flags: warnings of secrets in what a run keeps, because somebody printed them or wrote them into the source."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from jupyter_xpt.actions.prepared import Prepared
from jupyter_xpt.edges.disk.plainfile import Unreadable, read_head
from jupyter_xpt.ground.records import Warned
from jupyter_xpt.thought.data.leaks import leaks

# Somebody waits for the end of the cell; whoever prints more than this has other worries.
_LOG_BYTES = 2 << 20
_MOST_LINES = 5


def of_log(path: Path) -> Iterator[Warned]:
    """A warning when the beginning of a log holds what looks like a secret."""
    try:
        text = read_head(os.fspath(path), _LOG_BYTES)
    except Unreadable:
        return
    lines = leaks(text, _MOST_LINES + 1)
    if lines:
        yield Warned("secret", f"the log holds what looks like a secret ({_numbered(lines)})", "log.txt")


def of_source(prepared: Prepared, kept: Mapping[str, bytes]) -> Iterator[Warned]:
    """Warnings of what looks like a secret in the cells that count, and in local modules and configuration.

    ``kept`` are the files of the snapshot: what is masked there is not warned of.
    """
    ran = prepared.ran
    places = [("cell", "the cell", ran.cell.source)]
    nearest = len(ran.above)
    places += [(f"cell {nearest - at} above", "a cell above", one.source) for at, one in enumerate(ran.above)]
    places += [(name, name, kept[name].decode("utf-8", "replace")) for name in prepared.files if name in kept]
    for where, what, text in places:
        lines = _leaks(text)
        if lines:
            said = f"{what} holds what looks like a secret ({_numbered(lines)}), which is kept with the source"
            yield Warned("secret", said, where)


@lru_cache(maxsize=512)
def _leaks(text: str) -> tuple[int, ...]:
    """The lines of a source; it is the same in most runs."""
    return leaks(text, _MOST_LINES + 1)


def _numbered(lines: Sequence[int]) -> str:
    """Some lines, and that there are more."""
    named = ", ".join(map(str, lines[:_MOST_LINES]))
    return f"line{'s' * (len(lines) > 1)} {named}{' …' if len(lines) > _MOST_LINES else ''}"
