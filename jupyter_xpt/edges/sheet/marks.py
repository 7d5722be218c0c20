"""Marks: how our sheets, columns and rows are found again in a workbook that a person has worked on.

Each column of ours has a hidden name in the workbook that stands for its head. Spreadsheet programs move such names
along when columns are moved, rows inserted or sheets renamed, and break them when a column is deleted. Where there
are no names any more, titles tell.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jupyter_xpt.thought.reading.sheet import Column, Sheet, same

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

# An underscore before what would be read as an escaped character; openpyxl may leave the end away when it reads it.
UNDERSCORE = "_x005F_"
_ESCAPED = UNDERSCORE[1:]
_HEAD_ROWS = 50
_TARGET = re.compile(r"!\$?([A-Z]{1,3})\$?([0-9]{1,7})$")
Key = tuple[str, ...]


def find_sheet(workbook: Workbook, sheet: Sheet) -> Worksheet | None:
    """The sheet of the workbook that is ours, None where there is none."""
    marked = [one for one in workbook.worksheets if _sheet_mark(sheet) in one.defined_names]
    titled = [one for one in workbook.worksheets if one.title.casefold() == sheet.title.casefold()]
    # A sheet may have been copied, with its names: the one that bears the title is the one.
    both = [one for one in marked if one in titled]
    if both or marked:
        return (both or marked)[0]
    return next((one for one in titled if _head_row(one, sheet) is not None), None)


def head_row(worksheet: Worksheet, sheet: Sheet) -> int:
    """The row of the titles, 1 in a sheet that has none yet."""
    return _head_row(worksheet, sheet) or 1


def find_columns(worksheet: Worksheet, sheet: Sheet, head: int) -> dict[str, int | None]:
    """Where each column of ours is, by key; None for one that the person deleted; new ones are not in it."""
    titles = {column: _same(value) for column, value in _rows(worksheet, head, head).get(head, {}).items()}
    targets = {column.key: _target(worksheet, _column_mark(column)) for column in sheet.columns}
    named = {key: target[0] for key, target in targets.items() if target is not None and target[1] == head}
    others = {column: key for key, column in named.items()}
    by_key = {column.key: _same(column.title) for column in sheet.columns}
    # Where name and title agree it is surely ours. A head that is named as another column is that one, renamed.
    sure = [(key, column) for key, column in named.items() if titles.get(column) == by_key[key]]
    titled = [
        (key, column)
        for key, title in by_key.items()
        for column, said in titles.items()
        if said == title and others.get(column, key) == key
    ]
    renamed = [(key, column) for key, column in named.items() if column in titles]
    found: dict[str, int | None] = {}
    for key, column in (*sure, *titled, *renamed):
        if key not in found and column not in found.values():
            found[key] = column
    broken = {column.key for column in sheet.columns if _is_broken(worksheet, _column_mark(column))}
    return {**found, **dict.fromkeys(broken - found.keys())}


def find_rows(
    worksheet: Worksheet, columns: Mapping[str, int | None], keys: Sequence[str], head: int
) -> dict[Key, int]:
    """Where each row of ours is; of rows that a person copied the first. Empty where a key's column is missing."""
    places = [columns.get(key) for key in keys]
    if None in places:
        return {}
    rows = sorted({row for row, column in worksheet._cells if row > head and column in places})
    found: dict[Key, int] = {}
    for row in rows:
        cells = [worksheet._cells.get((row, column)) for column in places]
        key = tuple(key_of(cell.value if cell is not None else None) for cell in cells)
        if all(key):
            found.setdefault(key, row)
    return found


def key_of(value: object) -> str:
    """What stands in a cell, as rows are told apart by it.

    >>> key_of(9), key_of(9.0), key_of("009"), key_of(" cats "), key_of(None)
    ('9', '9', '9', 'cats', '')
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    said = "" if value is None else str(value).replace(_ESCAPED, "").strip()
    return said.lstrip("0") or said if said.isascii() and said.isdigit() else said


def mark(worksheet: Worksheet, sheet: Sheet, columns: Mapping[str, int | None], head: int) -> None:
    """Gives our columns their names, where they are now."""
    from openpyxl.utils import get_column_letter, quote_sheetname  # an extra: only when it is used
    from openpyxl.workbook.defined_name import DefinedName  # the same

    quoted = quote_sheetname(worksheet.title)

    def name(called: str, column: int) -> None:
        target = f"{quoted}!${get_column_letter(column)}${head}"
        worksheet.defined_names[called] = DefinedName(called, attr_text=target, hidden=True)

    placed = {key: column for key, column in columns.items() if column is not None}
    if placed:
        name(_sheet_mark(sheet), min(placed.values()))
    for column in sheet.columns:
        if column.key in placed:
            name(_column_mark(column), placed[column.key])


def _sheet_mark(sheet: Sheet) -> str:
    """The name of a sheet of ours."""
    return f"_xpt_sheet_{sheet.title}"


def _column_mark(column: Column) -> str:
    """The name of a column of ours; keys hold what names must not."""
    return f"_xpt_{hashlib.sha256(column.key.encode('utf-8', 'replace')).hexdigest()[:20]}"


def _target(worksheet: Worksheet, called: str) -> tuple[int, int] | None:
    """Column and row that a name stands for, None where it stands for nothing."""
    from openpyxl.utils import column_index_from_string  # an extra: only when it is used

    known = worksheet.defined_names.get(called)
    match = _TARGET.search(str(known.attr_text)) if known is not None else None
    if match is None:
        return None
    try:
        return column_index_from_string(match[1]), int(match[2])
    except ValueError:
        return None


def _is_broken(worksheet: Worksheet, called: str) -> bool:
    """Whether what a name stood for was deleted."""
    known = worksheet.defined_names.get(called)
    return known is not None and "#REF!" in str(known.attr_text)


def _head_row(worksheet: Worksheet, sheet: Sheet) -> int | None:
    """The row of the titles: the one that is named, else the first that has those that tell rows apart."""
    needed = {_same(column.title) for column in sheet.columns if column.key in sheet.keys}
    named = _target(worksheet, _sheet_mark(sheet))
    rows = _rows(worksheet, 1, _HEAD_ROWS)
    said = {row: {_same(value) for value in values.values()} for row, values in rows.items()}
    if named is not None and not said.get(named[1], set()).isdisjoint({_same(one.title) for one in sheet.columns}):
        return named[1]
    return next((row for row in sorted(said) if needed <= said[row]), None)


def _same(title: object) -> str:
    """A title as it is told apart from others, escaped or not."""
    return same(str(title).replace(_ESCAPED, ""))


def _rows(worksheet: Worksheet, first: int, last: int) -> dict[int, dict[int, object]]:
    """What stands in some rows, by row and column."""
    found: dict[int, dict[int, object]] = {}
    for (row, column), cell in sorted(
        (place, cell) for place, cell in worksheet._cells.items() if first <= place[0] <= last
    ):
        if cell.value is not None:
            found.setdefault(row, {})[column] = cell.value
    return found
