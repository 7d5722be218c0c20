"""Looks: fonts, fills and formats of our cells, and the lines of a sheet that was just made.

The fills are told apart by their brightness too, and their texts are dark on light: they read in any theme, in grey
on paper, and by people who do not tell red from green. The sign and the word say the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from jupyter_xpt.thought.reading.cell import Cell
from jupyter_xpt.thought.reading.columns import cells
from jupyter_xpt.thought.reading.sheet import IMPROVED, LINK, RUNS, TROUBLED, UNSURE, WORSE, Column, Sheet

if TYPE_CHECKING:
    from openpyxl.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

# Fill and text.
COLOURS = {
    IMPROVED: ("BFE8CF", "0B4A2B"),
    WORSE: ("F6B9AE", "6E120A"),
    UNSURE: ("FFF1B8", "574300"),
    TROUBLED: ("DDDEE2", "3A3D44"),
    RUNS: ("CFE2FA", "0C3B75"),
}
_FILLS = {fill for fill, _ in COLOURS.values()}
_LINK = "1257B0"
_FONT = "Calibri"
_LINE = "E3E6E9"
_HEAD = ("E9ECEF", "212529", "868E96")
# Formats of ours, as we write them and as programs write them again: others are the person's own.
_OWN = re.compile(
    r'General|0+|0\.0+(E\+00)?|"± ?".*|("×"|\\×).*|s\.0.*|\[[mh]+\].*|yyyy\\?-mm\\?-dd[ \\]+hh:mm', re.IGNORECASE
)
_TITLE_WIDTH = 20
_LINE_HEIGHT, _MOST_LINES = 14.5, 6


class Looks:
    """The looks of cells of one workbook, each made once."""

    def __init__(self) -> None:
        self._styles: dict[tuple[str, str, str, bool, bool, bool], Any] = {}

    def dress(self, cell: SheetCell, column: Column, content: Cell, *, quoted: bool) -> None:
        """Gives a cell that was just made its look."""
        is_text = isinstance(content.value, str)
        key = (content.shown, content.look, column.align, column.wrap, quoted, is_text)
        known = self._styles.get(key)
        if known is None:
            _dress(cell, column, content, quoted=quoted)
            self._styles[key] = copy(cell._style)
        else:
            cell._style = copy(known)

    def refresh(self, cell: SheetCell, column: Column, content: Cell, *, quoted: bool) -> None:
        """Changes of a cell's look what says something: the format of its number, the verdict's colour."""
        if content.shown and _OWN.fullmatch(cell.number_format) and cell.number_format != content.shown:
            cell.number_format = content.shown
        if column.key == "verdict":
            paint(cell, content.look)
        if quoted != cell.quotePrefix:
            cell.quotePrefix = quoted


def paint(cell: SheetCell, look: str) -> None:
    """Gives a cell the colours of a verdict, or takes them away."""
    from openpyxl.styles import Font, PatternFill  # an extra: only when it is used

    if look in COLOURS:
        fill, ink = COLOURS[look]
        cell.fill = PatternFill("solid", start_color=f"FF{fill}", end_color=f"FF{fill}")
        cell.font = _font(cell, Font, color=f"FF{ink}", bold=look in (IMPROVED, WORSE))
    elif cell.fill.fill_type is not None and str(cell.fill.start_color.rgb)[-6:] in {
        one for one, _ in COLOURS.values()
    }:
        cell.fill = PatternFill()
        cell.font = _font(cell, Font, color=None, bold=False)


def _font(cell: SheetCell, font: Any, **changed: Any) -> Any:  # noqa: ANN401 - openpyxl has no types
    """The cell's font with something changed."""
    kept = cell.font
    return font(**{"name": kept.name, "sz": kept.sz, "i": kept.i, "strike": kept.strike, **changed})


def _dress(cell: SheetCell, column: Column, content: Cell, *, quoted: bool) -> None:
    """Gives a cell its look, property by property."""
    from openpyxl.styles import Alignment, Border, Font, Side  # an extra: only when it is used

    cell.border = Border(bottom=Side("thin", color=f"FF{_LINE}"))
    number = not isinstance(content.value, str)
    align = "left" if content.shown.startswith(('"±', '"×')) else column.align if number or not column.wrap else "left"
    cell.alignment = Alignment(horizontal=align, vertical="top", wrap_text=column.wrap or None)
    if content.shown:
        cell.number_format = content.shown
    if content.look == LINK:
        cell.font = Font(_FONT, 11, color=f"FF{_LINK}", underline="single")
    elif content.look:
        paint(cell, content.look)
    cell.quotePrefix = quoted


def dress_head(cell: SheetCell) -> None:
    """Gives the head of a column its look."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # an extra: only when it is used

    fill, ink, line = _HEAD
    cell.font = Font(_FONT, 11, bold=True, color=f"FF{ink}")
    cell.fill = PatternFill("solid", start_color=f"FF{fill}", end_color=f"FF{fill}")
    cell.border = Border(bottom=Side("medium", color=f"FF{line}"))
    # Not at the right: there the button of the filter is.
    cell.alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)
    cell.number_format = "@"


def width_of(column: Column, contents: Iterable[Cell]) -> float:
    """How wide a column should be, in characters: as its contents are, up to its largest width, and for its title."""
    longest = 0
    for content in contents:
        if isinstance(content.value, str):
            longest = max(longest, *(cells(line) for line in content.value.split("\n")))
        elif content.value is not None:
            longest = max(longest, int(column.width) - 2)
    words = [cells(word) for word in column.title.split()] or [1]
    # Titles stand on two lines, beside the button of the filter.
    title = max(*words, (sum(words) + len(words)) / 2) + 3.5
    return max(min(title, _TITLE_WIDTH), min(longest + 2, column.width))


def height_of(row: Sequence[Cell], columns: Sequence[Column], widths: Sequence[float]) -> float | None:
    """How high a row should be, in points; None for one line, which needs no word.

    Not every program finds that out by itself when it opens the file.
    """
    most = 1
    for content, column, width in zip(row, columns, widths, strict=True):
        if column.wrap and isinstance(content.value, str):
            # Words are not torn apart: a line holds a little less than its width.
            lines = (math.ceil(1.05 * cells(line) / max(1, width)) for line in content.value.split("\n"))
            most = max(most, sum(max(1, one) for one in lines))
    return None if most == 1 else _LINE_HEIGHT * min(most, _MOST_LINES) + 2


def set_width(worksheet: Worksheet, index: int, column: Column, width: float) -> None:
    """Gives a column of ours its width."""
    own = dimension(worksheet, index)
    own.width, own.hidden = round(width, 1), column.hidden


def dimension(worksheet: Worksheet, index: int) -> Any:  # noqa: ANN401 - openpyxl has no types
    """The entry of a column's width, its alone.

    Columns side by side may share one entry: it is parted, since entries that overlap are an error in the file.
    """
    from openpyxl.utils import get_column_letter  # an extra: only when it is used

    dimensions = worksheet.column_dimensions
    for letter, one in list(dimensions.items()):
        low, high = one.min or 0, one.max or 0
        if not low <= index <= high or low == high:
            continue
        own = copy(one)
        own.index, own.min, own.max = get_column_letter(index), index, index
        if low < index:
            one.max = index - 1
        else:
            del dimensions[letter]
        dimensions[own.index] = own
        if high > index:
            rest = copy(one)
            rest.index, rest.min, rest.max = get_column_letter(index + 1), index + 1, high
            dimensions[rest.index] = rest
    own = dimensions[get_column_letter(index)]
    own.min = own.max = index
    return own


def lay_out(worksheet: Worksheet, sheet: Sheet) -> None:
    """Gives a sheet that was just made its frozen head, its filters and how it is printed."""
    from openpyxl.utils import get_column_letter  # an extra: only when it is used

    last = get_column_letter(len(sheet.columns))
    worksheet.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}2"
    worksheet.auto_filter.ref = f"A1:{last}{len(sheet.rows) + 1}"
    lines = (math.ceil(cells(column.title) / (_TITLE_WIDTH - 3.5)) for column in sheet.columns)
    worksheet.row_dimensions[1].height = _LINE_HEIGHT * min(_MOST_LINES, max(2, *lines)) + 5
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.paperSize = worksheet.PAPERSIZE_A4
    worksheet.page_setup.fitToWidth, worksheet.page_setup.fitToHeight = 1, 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True
    worksheet.print_title_rows = "1:1"
    worksheet.oddFooter.center.text = "&A · &P / &N"
    margins = worksheet.page_margins
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.5
