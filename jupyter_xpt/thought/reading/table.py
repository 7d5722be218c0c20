"""Table: ``experiments.csv``, the spreadsheet of all experiments, made for people and for git.

One row an experiment, by series and number, so that a new experiment is a new line in a diff. Cells that a
spreadsheet program would take for a formula begin with an apostrophe; numbers stay numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from jupyter_xpt.ground.names import ExperimentName, printable
from jupyter_xpt.thought.reading.lineage import Overview, Row
from jupyter_xpt.thought.reading.measured import Measured

Cell = str | int | float | None

MAX_METRICS = 100
MAX_TEXT = 1000
_FIRST = ("experiment", "parent", "note", "tags", "status", "verdict")
_LAST = ("changed", "runs", "last run", "seconds", "warnings")
# The full-width forms count as formulas where East Asian input is common.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Where the list separator is a semicolon, one inside a text begins a new cell.
_HIDDEN_FORMULA = re.compile(r"(?<=[;\t|])(?=[=+\-@])")


class Table:
    """Makes the table one time after the other, and makes anew only the lines of rows that changed."""

    def __init__(self) -> None:
        self._metrics: tuple[str, ...] = ()
        self._lines: dict[ExperimentName, tuple[Row, str]] = {}

    def csv(self, overview: Overview) -> bytes:
        """The bytes of ``experiments.csv``: UTF-8, lines end with a newline alone."""
        rows = in_order(overview)
        metrics = metrics_of(rows)
        if metrics != self._metrics:
            self._metrics, self._lines = metrics, {}
        old, lines = self._lines, {}
        for row in rows:
            kept = old.get(row.name)
            lines[row.name] = kept if kept is not None and kept[0] is row else (row, _line(cells(row, metrics)))
        self._lines = lines
        text = _line(header(metrics)) + "".join(line for _, line in lines.values())
        return text.encode("utf-8", "replace")


def in_order(overview: Overview) -> list[Row]:
    """All rows by series and number."""
    return sorted(overview.rows, key=lambda row: (row.name.series, row.name.number))


def metrics_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """The metrics that get columns: primary ones first, then as they first came; at most ``MAX_METRICS``."""
    names = dict.fromkeys(row.primary for row in rows if row.primary is not None and row.primary in row.measured)
    names.update(dict.fromkeys(metric for row in rows for metric in row.measured))
    return tuple(names)[:MAX_METRICS]


def header(metrics: Sequence[str]) -> list[Cell]:
    """The names of the columns."""
    named = [name for metric in metrics for name in (metric, f"{metric} sem", f"{metric} n")]
    return [*_FIRST, *(text(name) for name in named), *_LAST]


def cells(row: Row, metrics: Sequence[str]) -> list[Cell]:
    """One experiment's cells, as the header names them."""
    last = row.runs[-1] if row.runs else None
    parent = ExperimentName(row.name.series, row.parent) if row.parent is not None else None
    further = [metric for metric in row.measured if metric not in metrics] if len(metrics) == MAX_METRICS else []
    warnings = [one.text for one in row.warnings]
    if further:
        warnings.append(f"{len(further)} more metrics are not in this table")
    return [
        text(str(row.name)),
        text(str(parent)) if parent else "",
        text(row.title),
        text(", ".join((*(("★",) if row.star else ()), *row.tags))),
        row.status,
        row.verdict.verdict if row.verdict else "",
        *(cell for metric in metrics for cell in _numbers(row.measured.get(metric))),
        text(row.offered),
        len(row.runs),
        last.run if last else "",
        None if last is None or last.seconds is None else rounded(last.seconds, None),
        text("; ".join(warnings)),
    ]


def text(value: str) -> str:
    """A text as a cell on one line that no spreadsheet program takes for a formula.

    >>> text("=1+1"), text("n → 3"), text("a;=b")
    ("'=1+1", 'n → 3', "a;'=b")
    """
    shown = printable(value if len(value) <= MAX_TEXT else value[:MAX_TEXT] + " …")
    # What was a tab or a carriage return is a space by now; the cell must not begin with one either.
    if value.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA):
        shown = "'" + shown
    return _HIDDEN_FORMULA.sub("'", shown) if ";" in shown or "|" in shown else shown


def rounded(value: float, sem: float | None) -> Cell:
    """A number with the digits that its SEM carries, three of them, or ten digits where there is no SEM.

    >>> rounded(0.91234567, 0.0041234), rounded(1 / 3, None)
    (0.91235, 0.3333333333)
    """
    if not math.isfinite(value):
        return str(value)
    if not sem or not math.isfinite(sem):
        return float(f"{value:.10g}")
    return round(value, 2 - math.floor(math.log10(sem)))


def _numbers(measured: Measured | None) -> tuple[Cell, Cell, Cell]:
    """Mean, SEM and n of a metric."""
    if measured is None:
        return ("", "", "")
    mean = "" if measured.mean is None else rounded(measured.mean, measured.sem)
    return (mean, "" if measured.sem is None else rounded(measured.sem, measured.sem), measured.n)


def _line(values: Iterable[Cell]) -> str:
    """One line of the file."""
    # Not at the top: it would be loaded with every kernel, for a file that is written after a run.
    import csv
    import io

    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()
