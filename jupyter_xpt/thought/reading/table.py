"""Table: ``experiments.csv``, the spreadsheet of all experiments, made for people and for git.

One row an experiment, by series and number, so that a new experiment is a new line in a diff. Cells that a
spreadsheet program would take for a formula begin with an apostrophe; numbers stay numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.ground.names import ExperimentName, printable
from jupyter_xpt.thought.reading.lineage import Overview, Row
from jupyter_xpt.thought.reading.measured import Measured
from jupyter_xpt.thought.reading.parameters import Differing, differing

Cell = str | int | float | None

MAX_METRICS = 100
MAX_PARAMETERS = 60
MAX_TEXT = 1000
_FIRST = ("experiment", "parent", "note", "tags", "status", "verdict")
_LAST = ("changed", "runs", "last run", "seconds", "warnings")
# The full-width forms count as formulas where East Asian input is common.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Where the list separator is a semicolon, one inside a text begins a new cell.
_HIDDEN_FORMULA = re.compile(r"(?<=[;\t|])(?=[=+\-@])")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a table of experiments has columns for: metrics, and the parameters in which they differ.

    ``further`` are the parameters that it has no room for.
    """

    metrics: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


class Table:
    """Makes the table one time after the other, and makes anew only the lines of rows that changed."""

    def __init__(self) -> None:
        self._columns = Columns()
        self._differing: dict[str, Differing] = {}
        self._lines: dict[ExperimentName, tuple[Row, str]] = {}

    def csv(self, overview: Overview) -> bytes:
        """The bytes of ``experiments.csv``: UTF-8, lines end with a newline alone."""
        rows = in_order(overview)
        self._differing = {
            series: self._differing.get(series, Differing()).followed_by(several)
            for series, several in known_parameters(rows).items()
        }
        columns = _columns(rows, [one.names() for one in self._differing.values()])
        if columns != self._columns:
            self._columns, self._lines = columns, {}
        old, lines = self._lines, {}
        for row in rows:
            kept = old.get(row.name)
            lines[row.name] = kept if kept is not None and kept[0] is row else (row, _line(cells(row, columns)))
        self._lines = lines
        text = _line(header(columns)) + "".join(line for _, line in lines.values())
        return text.encode("utf-8", "replace")


def in_order(overview: Overview) -> list[Row]:
    """All rows by series and number."""
    return sorted(overview.rows, key=lambda row: (row.name.series, row.name.number))


def columns_of(rows: Sequence[Row]) -> Columns:
    """What these experiments get columns for; at most ``MAX_METRICS`` and ``MAX_PARAMETERS``."""
    return _columns(rows, [differing(several) for several in known_parameters(rows).values()])


def _columns(rows: Sequence[Row], differ: Iterable[tuple[str, ...]]) -> Columns:
    """The columns; ``differ`` are the parameters in which the experiments of each series differ."""
    parameters = _together(differ)
    return Columns(metrics_of(rows), parameters[:MAX_PARAMETERS], parameters[MAX_PARAMETERS:])


def metrics_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """The metrics that get columns: primary ones first, then as they first came; at most ``MAX_METRICS``."""
    names = dict.fromkeys(row.primary for row in rows if row.primary is not None and row.primary in row.measured)
    names.update(dict.fromkeys(metric for row in rows for metric in row.measured))
    return tuple(names)[:MAX_METRICS]


def settings_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """The parameters in which experiments of a series differ, as they first came."""
    return _together(differing(several) for several in known_parameters(rows).values())


def known_parameters(rows: Iterable[Row]) -> dict[str, list[Mapping[str, Value]]]:
    """The parameters of a series' experiments; of those that have some.

    What is not known to have any, because it never ran or is damaged, differs in none.
    """
    known: dict[str, list[Mapping[str, Value]]] = {}
    for row in rows:
        if row.parameters:
            known.setdefault(row.name.series, []).append(row.parameters)
    return known


def _together(differ: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The parameters of all series, each once."""
    return tuple(dict.fromkeys(name for names in differ for name in names))


def title_of(parameter: str, taken: Iterable[str]) -> str:
    """What the column of a parameter is called: its name, unless another column has it.

    >>> title_of("trees", ["note"]), title_of("note", ["note"])
    ('trees', 'note (parameter)')
    """
    return f"{parameter} (parameter)" if parameter in taken else parameter


def header(columns: Columns) -> list[Cell]:
    """The names of the columns."""
    metrics = [name for metric in columns.metrics for name in (metric, f"{metric} sem", f"{metric} n")]
    taken = {*_FIRST, *metrics, *_LAST}
    parameters = [title_of(name, taken) for name in columns.parameters]
    return [*_FIRST, *(text(name) for name in (*parameters, *metrics)), *_LAST]


def cells(row: Row, columns: Columns) -> list[Cell]:
    """One experiment's cells, as the header names them."""
    last = row.runs[-1] if row.runs else None
    parent = ExperimentName(row.name.series, row.parent) if row.parent is not None else None
    return [
        text(str(row.name)),
        text(str(parent)) if parent else "",
        text(row.title),
        text(tags_of(row)),
        row.status,
        row.verdict.verdict if row.verdict else "",
        *(setting(row.parameters[name]) if name in row.parameters else "" for name in columns.parameters),
        *(cell for metric in columns.metrics for cell in _numbers(row.measured.get(metric))),
        text(row.offered),
        len(row.runs),
        last.run if last else "",
        None if last is None or last.seconds is None else rounded(last.seconds, None),
        text("; ".join((*(one.text for one in row.warnings), *left_out(row, columns)))),
    ]


def tags_of(row: Row) -> str:
    """Star and tags in one text."""
    return ", ".join((*(("★",) if row.star else ()), *row.tags))


def left_out(row: Row, columns: Columns) -> list[str]:
    """What a row holds that the columns have no room for, in words."""
    metrics = [one for one in row.measured if one not in columns.metrics] if len(columns.metrics) == MAX_METRICS else []
    parameters = [one for one in columns.further if one in row.parameters]
    left = (("metric", len(metrics)), ("parameter", len(parameters)))
    return [f"{n} more {what}{'s' * (n > 1)} {'are' if n > 1 else 'is'} not in this table" for what, n in left if n]


def setting(value: Value) -> Cell:
    """A parameter's value: numbers stay numbers.

    >>> setting(100), setting(float("-inf")), setting("=1"), setting(None)
    (100, "'-inf", "'=1", 'None')
    """
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return text(str(value))
    return value if isinstance(value, int) or math.isfinite(value) else text(str(value))


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
