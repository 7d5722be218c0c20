"""Tables: what the files of common formats hold, as far as the standard library reads them."""

from __future__ import annotations

import ast
import os
import struct
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from jupyter_xpt.edges.data.frames import MAX_CLASSES, MAX_COLUMNS
from jupyter_xpt.ground.datasets import ColumnRecord
from jupyter_xpt.ground.errors import DatasetError

# Reading text as a table holds the interpreter: what is larger keeps its names of columns alone.
MAX_TEXT_BYTES = 32 << 20
_SEPARATORS = {".csv": ",", ".tsv": "\t"}


@dataclass(slots=True)
class TableContent:
    """The shape, columns, missing values and classes of a file; None where they are not known."""

    shape: tuple[int, ...] | None = None
    columns: tuple[ColumnRecord, ...] = ()
    missing: int | None = None
    classes: dict[str, int] | None = None
    problem: str | None = None
    names: list[str] = field(default_factory=list)


def table_content(path: str, label: str | None) -> TableContent:
    """What a file holds as a table; an empty answer for formats that are not known.

    Parameters
    ----------
    path
        A plain file.
    label
        The column whose classes are counted; None for none.

    Raises
    ------
    DatasetError
        When the label is no column of it.
    OSError
        When it cannot be read.
    """
    ending = os.path.splitext(path)[1].lower()
    if ending in _SEPARATORS:
        return _text(path, _SEPARATORS[ending], label)
    if ending == ".npy":
        return _npy(path)
    if ending in (".parquet", ".pq") and "pyarrow.parquet" in sys.modules:
        return _parquet(path)
    return TableContent()


def _text(path: str, separator: str, label: str | None) -> TableContent:
    """What a table of text holds; its first line names the columns."""
    # Not before it is needed: kernels do without it.
    import csv

    found = TableContent()
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = csv.reader(file, delimiter=separator)
        try:
            header = next(rows, [])
            found.names = header
            place = _place(header, label)
            found.columns = tuple(ColumnRecord(name[:200]) for name in header[:MAX_COLUMNS])
            if os.fstat(file.fileno()).st_size <= MAX_TEXT_BYTES:
                _count(found, rows, place)
        except csv.Error as problem:
            found.problem = f"it is no table: {problem}"
    return found


def _place(header: list[str], label: str | None) -> int | None:
    """Which column is the label."""
    if label is None:
        return None
    if label not in header:
        raise DatasetError(f"label {label!r:.60} is no column of it; it has {', '.join(header[:12])[:200]}")
    return header.index(label)


def _count(found: TableContent, rows: Any, place: int | None) -> None:  # noqa: ANN401 - csv's reader
    """Counts rows, empty fields by column, and the classes of the label."""
    width = len(found.names)
    empty, classes, n = [0] * width, Counter[str](), 0
    for row in rows:
        if not row:
            continue
        n += 1
        if "" in row or len(row) < width:
            for column in range(width):
                empty[column] += column >= len(row) or row[column] in ("", "NA", "NaN", "null")
        elif "NA" in row or "NaN" in row or "null" in row:
            for column, value in enumerate(row[:width]):
                empty[column] += value in ("NA", "NaN", "null")
        if place is not None and place < len(row):
            classes[row[place] or "(missing)"] += 1
    found.shape = (n, width)
    found.missing = sum(empty)
    found.columns = tuple(
        ColumnRecord(one.name, "", missing) for one, missing in zip(found.columns, empty, strict=False)
    )
    if place is not None:
        found.classes, found.problem = few_classes(classes)


def few_classes(counts: Counter[str]) -> tuple[dict[str, int] | None, str | None]:
    """Classes with their counts, the largest first; or none, and why not, when there are too many to be classes."""
    if len(counts) > MAX_CLASSES:
        return None, f"the label has {len(counts)} values: too many to be counted as classes"
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))), None


def _npy(path: str) -> TableContent:
    """What an array of NumPy's own format says of itself: nothing in it is executed."""
    with open(path, "rb") as file:
        start = file.read(12)
        if start[:6] != b"\x93NUMPY" or len(start) < 12:
            return TableContent(problem="it is no .npy file")
        wide = start[6] > 1
        (length,) = struct.unpack("<I" if wide else "<H", start[8:12] if wide else start[8:10])
        text = (start[12:] if wide else start[10:]) + file.read(min(length, 1 << 16) - (0 if wide else 2))
    try:
        header = ast.literal_eval(text.decode("latin-1").strip())
        return TableContent(shape=tuple(int(one) for one in header["shape"]))
    except (ValueError, SyntaxError, KeyError, TypeError, RecursionError, MemoryError):
        return TableContent(problem="its header is damaged")


def _parquet(path: str) -> TableContent:
    """What a Parquet file says of itself, by the PyArrow that the user has loaded."""
    try:
        found = sys.modules["pyarrow.parquet"].ParquetFile(path)
        schema, rows = found.schema_arrow, found.metadata.num_rows
    except Exception as problem:  # noqa: BLE001 - whatever that library raises on what is no Parquet file
        return TableContent(problem=f"it is no Parquet file: {str(problem)[:100]}")
    columns = tuple(
        ColumnRecord(name[:200], str(kind)[:200])
        for name, kind in zip(schema.names[:MAX_COLUMNS], schema.types, strict=False)
    )
    return TableContent((rows, len(schema.names)), columns, names=list(schema.names))
