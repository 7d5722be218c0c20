"""Workbooks as people and programs see them: cells by title, the parts of the file, files that people have changed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from jupyter_xpt.edges.sheet.workbook import written
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.thought.reading.lineage import overview
from jupyter_xpt.thought.reading.sheet import Beside, Sheet, experiments_sheet, repeats_sheet
from jupyter_xpt.thought.reading.table import in_order
from tests.builders import by_name


def sheets(*experiments: ExperimentFacts, beside: Mapping[ExperimentName, Beside] | None = None) -> tuple[Sheet, Sheet]:
    """The sheets of these experiments."""
    rows = in_order(overview(by_name(*experiments)))
    return experiments_sheet(rows, beside or {}), repeats_sheet(rows)


def book(*experiments: ExperimentFacts, existing: bytes | None = None, series: str | None = None) -> bytes:
    """The workbook of these experiments, in place of an earlier one."""
    return written(sheets(*experiments), existing, "cats.xlsx", series).data


def loaded(data: bytes) -> Workbook:
    """The workbook that the bytes hold."""
    return load_workbook(io.BytesIO(data))


def edited(data: bytes, edit: Callable[[Workbook], object]) -> bytes:
    """The bytes after a person has worked on the workbook."""
    workbook = loaded(data)
    edit(workbook)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def titles(worksheet: Worksheet, head: int = 1) -> list[Any]:
    """What stands in the head of a sheet."""
    return [cell.value for cell in worksheet[head]]


def cell(worksheet: Worksheet, title: str, row: int, head: int = 1) -> Any:
    """The cell below a title."""
    return worksheet.cell(row, titles(worksheet, head).index(title) + 1)


def values(worksheet: Worksheet, title: str, head: int = 1) -> list[Any]:
    """What stands below a title."""
    return [cell(worksheet, title, row, head).value for row in range(head + 1, worksheet.max_row + 1)]


def parts(data: bytes) -> dict[str, bytes]:
    """The parts of the file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(content: Mapping[str, bytes]) -> bytes:
    """A file of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return out.getvalue()


def formulas(data: bytes) -> list[bytes]:
    """The formulas in the cells of a file."""
    found: Sequence[bytes] = [
        formula
        for name, part in parts(data).items()
        if name.startswith("xl/worksheets/sheet")
        for formula in re.findall(rb"<f\b[^>]*>.*?</f>|<f\b[^>]*/>", part)
    ]
    return list(found)
