"""Bounded: whatever a record holds as JSON that is bounded, finite and printable."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from jupyter_xpt.ground.codec import json_number
from jupyter_xpt.ground.names import printable

T = TypeVar("T")

MAX_NOTE = 10_000
MAX_TEXT = 2_000
MAX_ENTRIES = 5_000
_MAX_DEPTH = 4
# Whole numbers beyond this change on their way through JavaScript.
MAX_WHOLE = 2**53


def plain(value: object, depth: int = 0) -> Any:  # noqa: ANN401 - whatever JSON holds
    """What a JSON file held, bounded and printable."""
    if isinstance(value, Mapping | list) and depth == _MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {line(str(key), 200): plain(one, depth + 1) for key, one in some(value.items())}
    if isinstance(value, list):
        return [plain(one, depth + 1) for one in some(value)]
    return _plain_value(value)


def _plain_value(value: object) -> str | float | bool | None:
    """What a JSON file held where no more is in it."""
    if isinstance(value, str):
        return line(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return whole(value)
    if isinstance(value, float):
        return json_number(value)
    return value if isinstance(value, bool) else None


def some(values: Iterable[T], most: int = MAX_ENTRIES) -> Iterator[T]:
    """The first of many."""
    return (one for _, one in zip(range(most), values, strict=False))


def line(text: str, limit: int = MAX_TEXT) -> str:
    """A text on one line, printable and of bounded length."""
    return printable(text if len(text) <= limit else text[:limit] + " …")


def line_or_none(text: str | None) -> str | None:
    """A text on one line, None for None."""
    return None if text is None else line(text)


def lines(text: str) -> str:
    """A note: printable, its line breaks kept, because it is edited in place."""
    cut = text if len(text) <= MAX_NOTE else text[:MAX_NOTE] + " …"
    return "\n".join(map(printable, cut.replace("\r\n", "\n").split("\n")))


def whole(value: int | None) -> int | None:
    """A whole number that JavaScript keeps, else None."""
    return value if value is not None and abs(value) <= MAX_WHOLE else None


def finite(value: float | None) -> float | None:
    """A number that JSON has, else None."""
    return value if value is not None and math.isfinite(value) else None
