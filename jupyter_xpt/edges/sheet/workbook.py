"""Workbook: sheets as an Excel file, new, or in place of what stood in a person's own.

Only our cells are written: in the columns and rows that `marks` finds again. What a person added, moved, hid, sorted,
coloured or noted stays. openpyxl is an extra, and imported when the first workbook is written.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_xpt.edges.sheet import marks
from jupyter_xpt.edges.sheet.carried import carried, drawings_of
from jupyter_xpt.edges.sheet.looks import Looks, dimension, dress_head, height_of, lay_out, set_width, width_of
from jupyter_xpt.edges.sheet.package import damaged, lost, parts_of
from jupyter_xpt.ground.errors import ConflictError
from jupyter_xpt.thought.reading.cell import Cell
from jupyter_xpt.thought.reading.sheet import DELETED, EXPERIMENTS, SERIES, STATUS, Column, Sheet

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

MISSING = "a workbook needs openpyxl, which is not installed: pip install openpyxl (or export to .csv)"
# Columns are as wide as the newest rows want them.
_ROWS_LOOKED_AT = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "'")
# What programs would read as an escaped character, and so as another text.
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Written:
    """A workbook's bytes, and how many experiments are new in it, or gone since it was written before."""

    data: bytes
    new: int
    deleted: int


def written(
    sheets: Sequence[Sheet], existing: bytes | None = None, name: str = "", series: str | None = None
) -> Written:
    """The workbook that holds these sheets.

    Parameters
    ----------
    sheets
        What is to be written.
    existing
        The bytes of the file that stands there; None for none.
    name
        The file's name, for what is said.
    series
        The one series that the sheets are about; None for all. Rows of other series stay as they are.

    Raises
    ------
    ConflictError
        When openpyxl is missing, or when what stands there cannot be read, or would lose something.
    OSError
        When there is no room for temporary files.
    """
    try:
        # An extra, and heavy: only when it is used.
        import openpyxl  # noqa: F401
    except ImportError:
        raise ConflictError(MISSING) from None
    if existing is None:
        return _fresh(sheets)
    parts = parts_of(existing, name)
    losses = lost(parts)
    if losses:
        said = ", ".join(losses[:4]) + (" …" if len(losses) > 4 else "")
        raise ConflictError(f"{name} holds what would be lost: {said}; give another name")
    # What openpyxl raises on a malformed part has no common class, and what it warns of is looked at above.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _renewed(sheets, existing, parts, series)
        except ConflictError as refusal:
            raise ConflictError(f"{name}: {refusal}") from None
        except OSError:
            # openpyxl writes to temporary files first: that disk is full, or the like.
            raise
        except Exception as problem:
            raise damaged(name) from problem


def _renewed(sheets: Sequence[Sheet], existing: bytes, parts: Mapping[str, bytes], series: str | None) -> Written:
    """The workbook that stands there with these sheets brought up to date."""
    workbook, before = _loaded(existing)
    (new, deleted), *_ = [_update(workbook, sheet, series) for sheet in sheets]
    drawings = _drawings(parts, before, workbook)
    return Written(carried(parts, _saved(workbook), drawings), new, deleted)


def _fresh(sheets: Sequence[Sheet]) -> Written:
    """A workbook of these sheets alone."""
    from openpyxl import Workbook  # an extra: only when it is used

    workbook = Workbook()
    workbook.remove(workbook.active)
    workbook.properties.creator, workbook.properties.title = "jupyter_xpt", "Experiments"
    for sheet in sheets:
        _make(workbook, sheet, Looks())
    return Written(_saved(workbook), len(sheets[0].rows), 0)


def _loaded(data: bytes) -> tuple[Workbook, dict[str, str]]:
    """A workbook without its drawings, and the title of each part that is a sheet."""
    from openpyxl.reader.excel import ExcelReader  # an extra: only when it is used

    reader = ExcelReader(io.BytesIO(data), rich_text=True)
    reader.read()
    workbook: Workbook = reader.wb
    for sheet in workbook.worksheets:
        # They are carried over as they are.
        sheet._charts, sheet._images = [], []
    return workbook, {relation.target.lstrip("/"): sheet.name for sheet, relation in reader.parser.find_sheets()}


def _drawings(parts: Mapping[str, bytes], before: Mapping[str, str], workbook: Workbook) -> dict[str, str]:
    """The drawing in the old file of each sheet of the new one."""
    after = {sheet.title: f"xl/worksheets/sheet{place}.xml" for place, sheet in enumerate(workbook.worksheets, 1)}
    return {after[before[part]]: drawing for part, drawing in drawings_of(parts).items() if before.get(part) in after}


def _saved(workbook: Workbook) -> bytes:
    """The workbook's bytes."""
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _make(workbook: Workbook, sheet: Sheet, looks: Looks) -> Worksheet:
    """A new sheet of the workbook."""
    worksheet = workbook.create_sheet(sheet.title)
    widths = _widths(sheet)
    columns: dict[str, int | None] = {}
    for index, column in enumerate(sheet.columns, 1):
        columns[column.key] = index
        _head(worksheet, 1, index, column, widths[index - 1])
    for place, row in enumerate(sheet.rows, 2):
        worksheet.row_dimensions[place].height = height_of(row, sheet.columns, widths)
        for index, (column, content) in enumerate(zip(sheet.columns, row, strict=True), 1):
            _put(worksheet.cell(place, index), column, content, looks)
    lay_out(worksheet, sheet)
    marks.mark(worksheet, sheet, columns, 1)
    return worksheet


def _update(workbook: Workbook, sheet: Sheet, series: str | None) -> tuple[int, int]:
    """Brings a sheet up to date, or makes it; how many rows are new, and how many have gone."""
    looks = Looks()
    worksheet = marks.find_sheet(workbook, sheet)
    if worksheet is None:
        _make(workbook, sheet, looks)
        return len(sheet.rows), 0
    head = marks.head_row(worksheet, sheet)
    columns = marks.find_columns(worksheet, sheet, head)
    if any(columns.get(key) is None for key in sheet.keys):
        keys = " and ".join(repr(column.title) for column in sheet.columns if column.key in sheet.keys)
        raise ConflictError(f"the sheet {worksheet.title!r:.60} has lost its columns {keys}: give another name")
    known = marks.find_rows(worksheet, columns, sheet.keys, head)
    _show_series(worksheet, sheet, columns, known)
    end: int = max((column for (_, column), cell in worksheet._cells.items() if cell.value is not None), default=0)
    widths = _widths(sheet)
    for column, width in zip(sheet.columns, widths, strict=True):
        if column.key not in columns:
            end += 1
            columns[column.key] = end
            _head(worksheet, head, end, column, width)
    places = {key: place for place, key in enumerate(column.key for column in sheet.columns)}
    rows = {tuple(marks.key_of(row[places[key]].value) for key in sheet.keys): row for row in sheet.rows}
    free = _free_row(worksheet, known, head, len(rows.keys() - known.keys()))
    new = 0
    for key, row in rows.items():
        at = known.get(key)
        if at is None:
            at, new = free + new, new + 1
            worksheet.row_dimensions[at].height = height_of(row, sheet.columns, widths)
        for column, content in zip(sheet.columns, row, strict=True):
            index = columns[column.key]
            if index is not None:
                _put(worksheet.cell(at, index), column, content, looks, kept=key in known)
    gone = _mark_deleted(worksheet, columns, [at for key, at in known.items() if key not in rows], sheet, series)
    if new:
        _extend_tables(worksheet, head, free, free + new - 1)
    _extend_filter(worksheet, head, max([*known.values(), free + new - 1]), max(filter(None, columns.values())))
    marks.mark(worksheet, sheet, columns, head)
    return new, gone


def _widths(sheet: Sheet) -> list[float]:
    """How wide the columns should be."""
    rows = sheet.rows[-_ROWS_LOOKED_AT:]
    return [width_of(column, (row[index] for row in rows)) for index, column in enumerate(sheet.columns)]


def _head(worksheet: Worksheet, row: int, index: int, column: Column, width: float) -> None:
    """The head of a column."""
    cell = worksheet.cell(row, index)
    _text(cell, column.title)
    dress_head(cell)
    cell.quotePrefix = column.title.startswith(_FORMULA)
    set_width(worksheet, index, column, width)


def _put(cell: SheetCell, column: Column, content: Cell, looks: Looks, *, kept: bool = False) -> None:
    """Writes a cell; of one that was there before the look stays, as far as it is the person's."""
    from openpyxl.cell.cell import MergedCell  # an extra: only when it is used

    # One that is not the first of its range holds nothing.
    if isinstance(cell, MergedCell):
        return
    value = content.value
    quoted = isinstance(value, str) and value.startswith(_FORMULA)
    if kept:
        looks.refresh(cell, column, content, quoted=quoted)
    else:
        looks.dress(cell, column, content, quoted=quoted)
    if isinstance(value, str):
        # One that is the same may have colours of the person's inside its text.
        if str(cell.value or "") != value or cell.data_type != "s":
            _text(cell, value)
    else:
        shown = cell.number_format
        cell.value = value
        # openpyxl gives times a format of its own.
        cell.number_format = shown
    if content.link:
        cell.hyperlink = content.link


def _text(cell: SheetCell, value: str) -> None:
    """Writes a text that stays a text, whatever it looks like."""
    cell.value = None
    if value:
        cell._value = _ESCAPE.sub(marks.UNDERSCORE, value)
        cell.data_type = "s"


def _show_series(
    worksheet: Worksheet, sheet: Sheet, columns: Mapping[str, int | None], known: Iterable[marks.Key]
) -> None:
    """Shows the column of the series when a second one has come."""
    several = any(column.key == SERIES and not column.hidden for column in sheet.columns)
    index = columns[SERIES]
    if several and index is not None and len({key[0] for key in known}) == 1:
        dimension(worksheet, index).hidden = False


def _free_row(worksheet: Worksheet, known: Mapping[marks.Key, int], head: int, wanted: int) -> int:
    """The first row for new ones: right below ours, or below all where something of the person's is there."""
    filled: set[int] = {row for (row, _), cell in worksheet._cells.items() if cell.value is not None}
    below = max([head, *known.values()]) + 1
    if filled.isdisjoint(range(below, below + wanted)):
        return below
    return max(filled) + 1


def _mark_deleted(
    worksheet: Worksheet, columns: Mapping[str, int | None], rows: Sequence[int], sheet: Sheet, series: str | None
) -> int:
    """Says of experiments that are gone that they are; of one series' alone where only that was looked at."""
    status, owner = columns.get(STATUS), columns[SERIES]
    if sheet.title != EXPERIMENTS or owner is None:
        return 0
    gone = [row for row in rows if series is None or worksheet.cell(row, owner).value == series]
    for row in gone:
        if status is not None:
            _text(worksheet.cell(row, status), DELETED)
    return len(gone)


def _extend_tables(worksheet: Worksheet, head: int, first: int, last: int) -> None:
    """Lets a table that the person made of our rows reach over those that came right below it."""
    from openpyxl.utils import get_column_letter, range_boundaries  # an extra: only when it is used

    for table in worksheet.tables.values():
        left, top, right, bottom = range_boundaries(table.ref)
        if top == head and bottom == first - 1 and not table.totalsRowCount:
            table.ref = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{last}"
            if table.autoFilter is not None:
                table.autoFilter.ref = table.ref


def _extend_filter(worksheet: Worksheet, head: int, last_row: int, last_column: int) -> None:
    """Lets the person's filter reach over what was added."""
    from openpyxl.utils import get_column_letter, range_boundaries  # an extra: only when it is used

    reference = worksheet.auto_filter.ref
    if reference:
        left, top, right, bottom = range_boundaries(reference)
        if top == head:
            right = get_column_letter(max(right, last_column))
            worksheet.auto_filter.ref = f"{get_column_letter(left)}{top}:{right}{max(bottom, last_row)}"
