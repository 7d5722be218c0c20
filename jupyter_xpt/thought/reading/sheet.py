"""Sheet: the workbook of all experiments as values: its columns, and what stands in each cell of a row.

Numbers are numbers, so that they sort and count, and carry a format that shows them as people read them: a mean with
the digits of its SEM, ``± 0.004``, ``×5``. Columns have keys that stay when titles change; rows are told apart by the
columns that ``Sheet.keys`` names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_xpt.ground.datasets import IN
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import RUNNING, RepeatRecord
from jupyter_xpt.thought.data.wording import Listed
from jupyter_xpt.thought.reading.cell import Cell, duration, number, setting, text, when
from jupyter_xpt.thought.reading.lineage import Row
from jupyter_xpt.thought.reading.measured import Measured, RunRow
from jupyter_xpt.thought.reading.results import decimals
from jupyter_xpt.thought.reading.standing import ARROWS, TROUBLE, sign, standing
from jupyter_xpt.thought.reading.table import Columns, columns_of, left_out, tags_of

EXPERIMENTS, REPEATS = "Experiments", "Repeats"
NUMBER, SERIES, STATUS, DELETED = "number", "series", "status", "deleted"
IMPROVED, WORSE, UNSURE, TROUBLED, RUNS, LINK = "improved", "worse", "not sure", "trouble", "runs", "link"
# Rows of repeats, and cells of them: whoever opens the file waits for them.
MAX_REPEATS, _MAX_REPEAT_CELLS = 50_000, 500_000
_MAX_DATASETS = 20
_VALUES_LOOKED_AT = 1000
_SHORT_DIGEST = len("sha256:") + 12


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the key that it is known by, its title, its largest width in characters and how its texts stand."""

    key: str
    title: str
    width: float = 10
    align: str = "left"
    wrap: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook; the first ``frozen`` columns stay in sight. Rows have a cell for each column.

    ``left`` counts older rows that it has no room for.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    keys: tuple[str, ...]
    frozen: int
    left: int = 0


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of an experiment beside its row: the data and the place in git of its newest run, its notebook."""

    data: tuple[Listed, ...] = ()
    git: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""


def experiments_sheet(rows: Sequence[Row], beside: Mapping[ExperimentName, Beside]) -> Sheet:
    """A row an experiment: what was tried, what it was set to, what it measured, and whether it is better."""
    columns = columns_of(rows)
    named = (*_titles(columns, rows),)
    several = len({row.name.series for row in rows}) > 1
    made = tuple(_experiment(row, columns, beside.get(row.name, Beside())) for row in rows)
    return Sheet(EXPERIMENTS, _shown_or_hidden(named, several=several), made, (SERIES, NUMBER), 4)


def repeats_sheet(rows: Sequence[Row]) -> Sheet:
    """A row a repeat: its seed, how it ended, every metric; of very many the newest."""
    metrics = columns_of(rows).metrics
    found = [(row, run, i) for row in rows for run in row.runs for i in range(len(run.summary.repeats))]
    fixed = (
        *_first(),
        Column("run", "run", 20),
        Column("repeat", "repeat", 8, "center"),
        Column(STATUS, "status", 12),
        Column("duration", "duration", 12, "right"),
        Column("started", "started", 17, "right"),
    )
    last = (
        Column("counted", "counted", 26, "center"),
        Column("seed", "seed", 40),
        Column("error", "error", 50, wrap=True),
    )
    taken = _Titles((*fixed, *last))
    named = (*fixed, *(Column(f"metric:{one}", taken.new(one, "metric"), 12, "right") for one in metrics), *last)
    digits = {metric: _common_digits(rows, metric) for metric in metrics}
    most = min(MAX_REPEATS, _MAX_REPEAT_CELLS // len(named))
    made = tuple(_repeat(row, run, i, digits) for row, run, i in found[-most:])
    several = len({row.name.series for row in rows}) > 1
    return Sheet(
        REPEATS,
        _shown_or_hidden(named, several=several),
        made,
        (SERIES, NUMBER, "run", "repeat"),
        4,
        max(0, len(found) - most),
    )


class _Titles:
    """Titles that no other column of the sheet has."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._taken = {same(column.title) for column in columns}

    def new(self, name: str, kind: str) -> str:
        """The title for a metric or a parameter."""
        title = plain = text(name)[:250] or kind
        again = 1
        while same(title) in self._taken:
            title = f"{plain} ({kind})" if again == 1 else f"{plain} ({kind} {again})"
            again += 1
        self._taken.add(same(title))
        return title


def same(title: str) -> str:
    """A title as it is told apart from others: the arrow of its goal may turn round.

    >>> same("Accuracy ↑"), same(" accuracy")
    ('accuracy', 'accuracy')
    """
    return re.sub(r"\s+", " ", title).strip().rstrip("".join(ARROWS.values())).strip().casefold()


def _first() -> tuple[Column, ...]:
    """The columns that name an experiment."""
    return (Column(NUMBER, "#", 7, "center"), Column(SERIES, "series", 18))


def _shown_or_hidden(columns: Sequence[Column], *, several: bool) -> tuple[Column, ...]:
    """The columns; that of the series in sight only where there are several."""
    hidden = Column(SERIES, "series", 18, hidden=not several)
    return tuple(hidden if column.key == SERIES else column for column in columns)


def _titles(columns: Columns, rows: Sequence[Row]) -> Iterable[Column]:
    """The columns of the experiments."""
    first = (
        *_first(),
        Column("parent", "parent", 8, "center"),
        Column("note", "note", 36, wrap=True),
        Column("tags", "tags", 12, wrap=True),
        Column(STATUS, "status", 11),
        Column("verdict", "verdict", 14),
    )
    last = (
        Column("sentence", "in words", 44, wrap=True),
        Column("changed", "changed", 38, wrap=True),
        Column("data", "data", 40, wrap=True),
        Column("commit", "commit", 24, wrap=True),
        Column("started", "started", 17, "right"),
        Column("duration", "duration", 12, "right"),
        Column("runs", "runs", 7, "center"),
        Column("warnings", "warnings", 50, wrap=True),
    )
    goals = {metric: one.goal for row in rows for metric, one in row.measured.items()}
    taken = _Titles((*first, *last))
    measured: list[Column] = []
    for metric in columns.metrics:
        title = taken.new(metric, "metric")
        measured += [
            Column(f"metric:{metric}", f"{title} {ARROWS.get(goals[metric], '')}".strip(), 12, "right"),
            Column(f"metric:{metric} sem", taken.new(f"{metric} SEM", "metric"), 10),
            Column(f"metric:{metric} n", taken.new(f"{metric} n", "metric"), 8),
        ]
    settings = (
        Column(f"parameter:{one}", taken.new(one, "parameter"), 26, "right", wrap=True) for one in columns.parameters
    )
    return (*first, *settings, *measured, *last)


def _experiment(row: Row, columns: Columns, beside: Beside) -> tuple[Cell, ...]:
    """One experiment's cells."""
    last = row.runs[-1] if row.runs else None
    warnings = [*(one.text for one in row.warnings), *left_out(row, columns)]
    return (
        Cell(row.number, "000", LINK if beside.link else "", beside.link),
        Cell(text(row.name.series)),
        Cell(row.parent, "000") if row.parent is not None else Cell(),
        Cell(text(row.title)),
        Cell(text(tags_of(row))),
        Cell(text(row.status)),
        _verdict(row),
        *(setting(row.parameters[one]) if one in row.parameters else Cell() for one in columns.parameters),
        *(cell for metric in columns.metrics for cell in _numbers(row.measured.get(metric))),
        Cell(text(row.sentence)),
        Cell(text(row.offered)),
        Cell(text("\n".join(_data(beside.data)))),
        Cell(text(_commit(beside.git))),
        when(last.started) if last else Cell(),
        duration(last.seconds) if last else Cell(),
        Cell(len(row.runs), "0"),
        Cell(text("\n".join(warnings))),
    )


def _verdict(row: Row) -> Cell:
    """How an experiment stands, by sign, word and colour."""
    if row.status in TROUBLE:
        look = TROUBLED
    elif row.status == RUNNING:
        look = RUNS
    else:
        look = row.verdict.verdict if row.verdict else ""
    return Cell(f"{sign(row)} {standing(row)}".strip(), look=look)


def _numbers(measured: Measured | None) -> tuple[Cell, Cell, Cell]:
    """Mean, SEM and n of a metric, each a number."""
    if measured is None or not (measured.n or measured.failed):
        return (Cell(), Cell(), Cell())
    failed = f'", {measured.failed} failed"' if measured.failed else ""
    n = Cell(measured.n, f'"×"0{failed}')
    if measured.mean is None:
        return (Cell(), Cell(), n)
    digits = _digits(measured.mean, measured.sem)
    sem = number(measured.sem, f'"± "{digits}') if measured.sem is not None else Cell()
    return (number(measured.mean, digits), sem, n)


def _digits(mean: float, sem: float | None) -> str:
    """The format that shows a mean with the digits that its SEM carries, four of them without one."""
    if sem is not None and math.isfinite(sem):
        places = decimals(mean, sem)
    else:
        places = decimals(mean, 0.0)
        places = None if places is None else min(6, places + 1)
    return "0.00E+00" if places is None else "0" + "." * (places > 0) + "0" * places


def _common_digits(rows: Sequence[Row], metric: str) -> str:
    """The format that shows all values of a metric with their decimal points below one another."""
    measured = (row.measured[metric] for row in rows if metric in row.measured)
    texts = [f"{one.value:.6g}" for found in measured for one in found.values[:_VALUES_LOOKED_AT]]
    if not texts or any("e" in one for one in texts):
        return ""
    places = max(len(one.partition(".")[2]) for one in texts)
    return "0" + "." * (places > 0) + "0" * places


def _repeat(row: Row, run: RunRow, index: int, digits: Mapping[str, str]) -> tuple[Cell, ...]:
    """One repeat's cells; ``digits`` has the format of each metric."""
    repeat: RepeatRecord = run.summary.repeats[index]
    logged = {metric: run.summary.metrics.get(metric) for metric in digits}
    values = {
        metric: one.values[index] for metric, one in logged.items() if one is not None and index < len(one.values)
    }
    return (
        Cell(row.number, "000"),
        Cell(text(row.name.series)),
        Cell(text(run.run)),
        number(repeat.repeat, "0"),
        Cell(text(repeat.status)),
        duration(repeat.seconds),
        when(run.started),
        *(_logged(values.get(metric), shown) for metric, shown in digits.items()),
        Cell("yes" if run.counts else "no, it ran other source"),
        Cell(text(repeat.seed)),
        Cell(text(repeat.error or "")),
    )


def _logged(value: float | None, shown: str) -> Cell:
    """A value of a repeat, empty where it logged none."""
    return Cell() if value is None else number(value, shown)


def _data(datasets: Sequence[Listed]) -> list[str]:
    """A line for each dataset that the newest run read: name, what it is, the beginning of its digest."""
    read = [one for one in datasets if one.kind == IN]
    lines = [
        " · ".join(part for part in (one.name, one.said, (one.digest or "")[:_SHORT_DIGEST]) if part)
        for one in read[:_MAX_DATASETS]
    ]
    return [*lines, f"and {len(read) - len(lines)} more"] if len(read) > len(lines) else lines


def _commit(git: Mapping[str, Any]) -> str:
    """Where the newest run stood in git: the commit, whether there were changes on top of it, the branch.

    >>> _commit({"commit": "0123456789abcdef", "dirty": True, "branch": "main"})
    '0123456789 + changes (main)'
    """
    commit, branch = git.get("commit"), git.get("branch")
    if not isinstance(commit, str) or not commit:
        return ""
    named = f" ({branch})" if isinstance(branch, str) and branch else ""
    return f"{commit[:10]}{' + changes' if git.get('dirty') is True else ''}{named}"
