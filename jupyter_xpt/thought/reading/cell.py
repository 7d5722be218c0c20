"""Cell: what stands in a cell of the workbook: a text, a number with how it is shown, a time, a duration.

What no spreadsheet program would hold as it is becomes a text: whole numbers that a float cannot hold, NaN and the
infinite, times before spreadsheets count.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.ground.names import printable

MAX_CELL = 32_767
# The largest and smallest numbers that spreadsheet programs hold; whole ones exactly.
_LARGEST, _SMALLEST, _EXACT = 9.99e307, 2.3e-308, 1 << 53
_WHEN = "yyyy-mm-dd hh:mm"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell.

    ``shown`` is a number's format, ``look`` how it stands out (empty for not at all), ``link`` the notebook that it
    opens, relative to the workbook (empty for none).
    """

    value: str | float | bool | datetime | timedelta | None = None
    shown: str = ""
    look: str = ""
    link: str = ""


def text(value: str) -> str:
    r"""A text as it stands in a cell: no control characters but the ends of its lines, and cut where it is too long.

    >>> text("a\x00\r\nb"), len(text("x" * 40_000)), text("x" * 40_000)[-3:]
    ('a�\nb', 32767, 'x …')
    """
    if not value.isprintable():
        value = "\n".join(map(printable, re.split(r"\r\n|\r|\n", value)))
    # No XML holds them, and no rule of ours calls them control characters.
    value = value.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    if len(value) <= MAX_CELL // 2:
        return value
    units = value.encode("utf-16-le", "replace")
    if len(units) <= 2 * MAX_CELL:
        return value
    return units[: 2 * MAX_CELL - 4].decode("utf-16-le", "ignore") + " …"


def number(value: float, shown: str = "") -> Cell:
    """A number, or its text where spreadsheet programs would not hold it as it is.

    >>> number(0.5).value, number(2**53 + 1).value, number(float("nan")).value, number(1e308).value
    (0.5, '9007199254740993', 'NaN', '1e+308')
    """
    if isinstance(value, int):
        return Cell(value, shown) if abs(value) <= _EXACT else Cell(text(str(value)))
    if math.isnan(value):
        return Cell("NaN")
    held = value == 0 or _SMALLEST <= abs(value) <= _LARGEST
    return Cell(value, shown) if held else Cell(f"{value:g}" if math.isinf(value) else str(value))


def setting(value: Value) -> Cell:
    """A parameter's value; ``True`` and ``None`` are words, as in the source."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Cell(text(str(value)))
    return number(value)


def when(time: str) -> Cell:
    """A time as the clock on the wall showed it: spreadsheet programs know no offsets."""
    try:
        found = datetime.fromisoformat(time).replace(tzinfo=None, microsecond=0)
    except ValueError:
        return Cell(text(time))
    return Cell(found, _WHEN) if found.year >= 1901 else Cell(text(time))


def duration(seconds: float | None) -> Cell:
    """How long something took, as a time of the spreadsheet program's."""
    if seconds is None:
        return Cell()
    if not 0 <= seconds < 1e8:
        return number(seconds)
    # The format must not round 59.96 s up to 60.0. Not all programs know [s].0.
    if seconds < 0.995:
        return Cell(timedelta(seconds=seconds), 's.00" s"')
    shown = 's.0" s"' if seconds < 59.9 else '[m]" min "ss" s"' if seconds < 3599 else '[h]" h "mm" min"'
    return Cell(timedelta(seconds=seconds), shown)
