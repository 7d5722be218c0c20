"""Text: the overview on a terminal, in plain characters, with colour only where it is asked for.

Everything that users or records bring in passes through `printable`: no control character gets out.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from jupyter_xpt.ground.datasets import OUT
from jupyter_xpt.ground.names import printable, short
from jupyter_xpt.ground.records import FAILED, RUNNING, Change
from jupyter_xpt.thought.code.changes import said
from jupyter_xpt.thought.data.flow import traced
from jupyter_xpt.thought.data.wording import Listed
from jupyter_xpt.thought.reading.columns import cells, cut, grid, pad, wrapped
from jupyter_xpt.thought.reading.configured import NOT_TOLD, Configured, sections
from jupyter_xpt.thought.reading.lineage import Lineage, Overview, Row
from jupyter_xpt.thought.reading.measured import DAMAGED, Measured, RunRow
from jupyter_xpt.thought.reading.parameters import worded
from jupyter_xpt.thought.reading.results import lasted, shown
from jupyter_xpt.thought.reading.standing import ARROWS, SIGNS, TROUBLE, comparisons, created, sign, standing
from jupyter_xpt.thought.reading.table import settings_of

_COLOURS = {"improved": "32", "worse": "31", "not sure": "33", FAILED: "31", DAMAGED: "31", RUNNING: "34"}
_MAX_INDENT = 8
_MAX_TITLE = 60
# From how many cells on a terminal is wide, and how many settings stand before the second metric.
_WIDE, _FIRST = 140, 4


@dataclass(frozen=True, slots=True)
class Look:
    """How wide a text may be, in cells, and whether it may have colour."""

    width: int = 100
    colour: bool = False

    def paint(self, text: str, code: str | None) -> str:
        """The text in a colour, where colours are wanted."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code and text else text


def look_of(stream: TextIO) -> Look:
    """What fits a stream: the terminal's width and colours, or plain text where it is no terminal."""
    try:
        is_terminal = stream.isatty()
    except ValueError:
        is_terminal = False
    colour = is_terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM", "") not in ("", "dumb")
    return Look(max(40, shutil.get_terminal_size((100, 24)).columns), colour)


def tree(lineage: Lineage, look: Look = Look(), data: Sequence[str] = ()) -> str:
    """The lineage of a series as a tree, then what each verdict says, and how many comparisons were made.

    ``data`` is the lineage of its data, a line an output.
    """
    stems = _stems(lineage.rows)
    means = means_of([row.main for row in lineage.rows])
    words = [standing(row) for row in lineage.rows]
    stem_width = max(map(cells, stems), default=0)
    mean_width = max(map(cells, means), default=0)
    taken = stem_width + 4 + mean_width + 4 + max(map(cells, words), default=0)
    room = max(12, min(_MAX_TITLE, look.width - taken))
    room = min(room, max((cells(title_of(row)) for row in lineage.rows), default=0))
    lines = [look.paint(_heading(lineage), "1")]
    for row, stem, mean, word in zip(lineage.rows, stems, means, words, strict=True):
        code = _colour(row)
        named = f"{pad(stem, stem_width)} {look.paint(sign(row), code)}  {pad(cut(title_of(row), room), room)}"
        lines.append(f"{named}  {pad(mean, mean_width)}  {look.paint(word, code)}".rstrip())
    sentences = [f"{row.name.short}  {printable(row.sentence)}" for row in lineage.rows if row.sentence]
    if sentences:
        lines += ["", *(line for one in sentences for line in wrapped(one, look.width, "     "))]
    lines += _section("data", [line for one in data for line in wrapped(one, look.width - 2, "  ")])
    told = comparisons(lineage)
    if told:
        lines += ["", *(look.paint(line, "2") for line in wrapped(told, look.width))]
    lines += _lineage_warnings(lineage, look)
    return "\n".join(lines)


def trees(overview: Overview, look: Look = Look()) -> str:
    """The trees of all series, one below the other."""
    return "\n\n".join(tree(lineage, look) for lineage in overview.lineages)


def table(lineage: Lineage, look: Look = Look()) -> str:
    """A series as a table: a line an experiment by number, columns for what differs and what was measured, as fit."""
    rows = sorted(lineage.rows, key=lambda row: row.number)
    metrics = lineage.metrics
    columns = [
        ["#", *(row.name.short for row in rows)],
        ["parent", *(short(row.parent) if row.parent else "" for row in rows)],
    ]
    parameters = settings_of(rows)
    # Where there are columns for what was set, a note is no longer the only word on it.
    notes = ["note", *(cut(title_of(row), 20 if parameters and look.width < _WIDE else 32) for row in rows)]
    end = [["runs", *(str(len(row.runs)) for row in rows)], ["time", *(_last_time(row) for row in rows)]]
    verdicts = ["", *(f"{sign(row)} {standing(row)}".strip() for row in rows)]
    width = sum(map(_width, (*columns, notes, *end, verdicts)))
    named = [f"{printable(metric)} {ARROWS.get(lineage.goals[metric], '')}" for metric in metrics]
    measured = [
        [cut(name, 24), *means_of([row.measured.get(metric) for row in rows])]
        for name, metric in zip(named, metrics, strict=True)
    ]
    settings = [[cut(printable(one), 24), *(_setting(row, one) for row in rows)] for one in parameters]
    # First the metric that decides, then a few settings, then the rest.
    wanted = [*measured[:1], *settings[:_FIRST], *measured[1:], *settings[_FIRST:]]
    # The first column has no gap before it.
    fitting = _fitting(wanted, look.width - width + 2, least=len(measured[:1]))
    set_to, shown_metrics = (
        [one for one in fitting if any(one is other for other in kind)] for kind in (settings, measured)
    )
    lines = grid([columns[0], verdicts, notes, *set_to, *shown_metrics, columns[1], *end])
    codes = ["1", *(_colour(row) for row in rows)]
    lines = [look.paint(line, code) for line, code in zip(lines, codes, strict=True)]
    hidden = {"metric": len(metrics) - len(shown_metrics), "parameter": len(parameters) - len(set_to)}
    more = " and ".join(f"{n} more {what}{'s' * (n > 1)}" for what, n in hidden.items() if n)
    if more:
        lines.append(f"{more}: experiments.csv")
    return "\n".join([look.paint(_heading(lineage), "1"), *lines, *_lineage_warnings(lineage, look)])


def exported(file: str, said: str) -> str:
    """What was written into which file."""
    return printable(f"{file}: {said}")


def _fitting(columns: Sequence[list[str]], room: int, *, least: int = 0) -> list[list[str]]:
    """The first columns, as many as fit beside one another; ``least`` of them in any case."""
    fitting: list[list[str]] = []
    for column in columns:
        room -= _width(column)
        if room < 0 and len(fitting) >= least:
            break
        fitting.append(column)
    return fitting


def _width(column: Sequence[str]) -> int:
    """How many cells a column takes, with the gap before it."""
    return 2 + max(map(cells, column))


def _setting(row: Row, parameter: str) -> str:
    """What an experiment's parameter was set to, empty where it has none of that name."""
    return cut(printable(worded(row.parameters[parameter])), 20) if parameter in row.parameters else ""


def show(
    row: Row,
    look: Look = Look(),
    baseline: int | None = None,
    datasets: Sequence[Listed] = (),
    around: Mapping[str, Sequence[str]] | None = None,
    configured: Configured = NOT_TOLD,
) -> str:
    """Everything about one experiment.

    ``baseline`` is the one that the user pinned for the series, ``datasets`` are those of the newest run, ``around``
    has lines about what it stood on, by their heading.
    """
    lines = [look.paint(line, "1") for line in wrapped(_named(row), look.width, "  ")]
    if row.sentence:
        lines += wrapped(f"{sign(row)} {printable(row.sentence)}", look.width, "  ")
    lines += wrapped(_facts(row, baseline), look.width, "  ")
    if row.measured:
        lines += ["", *_metrics(row)]
    since = f"changed since {short(row.parent)}" if row.parent is not None else "changed"
    lines += _section(since, changes_of(row.changes or (), look.width))
    lines += _configured(row, configured, look)
    lines += _section("runs", _runs(row, look))
    lines += _section("data", _datasets(datasets, row.name.series, look.width - 2))
    for title, texts in (around or {}).items():
        lines += _section(title, [line for one in texts for line in wrapped(printable(one), look.width - 2, "  ")])
    warned = [_warned(one.text, one.where) for one in row.warnings]
    lines += _section("warnings", [line for one in warned for line in wrapped(one, look.width - 2, "  ")])
    return "\n".join(lines)


def where(
    series: str,
    row: Row | None,
    parent: Row | None = None,
    look: Look = Look(),
    datasets: Sequence[Listed] = (),
    configured: Configured = NOT_TOLD,
) -> str:
    """Where a notebook stands: its experiment, the parent, the last results.

    Parameters
    ----------
    series
        The series that the notebook belongs to.
    row
        The experiment that ran in it last; None before the first one.
    parent
        What that was changed from.
    look
        Width and colour.
    datasets
        Those of its last run.
    configured
        How it was set.
    """
    if row is None:
        return f"{printable(series)} · no experiment yet; %%experiment on a cell's first line makes one"
    lines = [look.paint(_named(row), "1")]
    if parent is not None:
        parts = (f"parent {parent.name.short}", title_of(parent), mean_of(parent.main))
        lines.append(" · ".join(part for part in parts if part))
    if row.against not in (None, row.parent):
        lines.append(f"compared with the baseline {short(row.against or 0)}")
    if row.main is not None:
        stands = look.paint(f"{sign(row)} {standing(row)}".strip(), _colour(row))
        lines.append(f"{_metric_name(row.main)} {mean_of(row.main)}  {stands}".rstrip())
    if row.runs:
        last = row.runs[-1]
        lines.append(" · ".join(part for part in (f"last run {last.run}", last.status, lasted(last.seconds)) if part))
    lines += _datasets(datasets, series, look.width)
    return "\n".join([*lines, *_configured(row, configured, look)])


def _configured(row: Row, configured: Configured, look: Look) -> list[str]:
    """An experiment's parameters, what came from outside, and its models."""
    lines: list[str] = []
    for title, told in sections(row, configured):
        lines += _section(title, [part for one in told for part in wrapped(printable(one), look.width - 2, "  ")])
    return lines


def baseline(lineage: Lineage) -> str:
    """What the experiments of a series are compared with, in a sentence, and what is wrong with that."""
    if lineage.baseline is None:
        said = "each experiment is compared with its parent"
    else:
        row = lineage.row(lineage.baseline)
        title = f" ({title_of(row).strip('()')})" if row is not None and row.title else ""
        said = f"all others are compared with {short(lineage.baseline)}{title}"
    lines = [f"{printable(lineage.series)}: {said}", *(_warned(one.text, one.where) for one in lineage.warnings)]
    return "\n".join(lines)


def _stems(rows: Sequence[Row]) -> list[str]:
    """The lines of the tree with the numbers, down to a depth where there is still room for words."""
    stems = []
    # Whether the branch of each ancestor goes on below.
    going: list[bool] = []
    for row in rows:
        del going[max(0, row.depth - 1) :]
        guides = "".join("│  " if on else "   " for on in going[-_MAX_INDENT:])
        if len(going) > _MAX_INDENT:
            guides = "⋯  " + guides[3:]
        branch = ("└─ " if row.last else "├─ ") if row.depth else ""
        stems.append(f"{guides}{branch}{row.name.short}{'★' if row.star else ''}")
        if row.depth:
            going.append(not row.last)
    return stems


def _heading(lineage: Lineage) -> str:
    """A series with the metric that decides."""
    metric = f" · {printable(lineage.primary)} {ARROWS.get(lineage.goal or '', '')}" if lineage.primary else ""
    pinned = f" · baseline {short(lineage.baseline)}" if lineage.baseline is not None else ""
    return printable(lineage.series) + metric + pinned


def _lineage_warnings(lineage: Lineage, look: Look) -> list[str]:
    """What is wrong with what was settled for a series."""
    return [line for one in lineage.warnings for line in wrapped(_warned(one.text, one.where), look.width, "  ")]


def _named(row: Row) -> str:
    """An experiment's name, star, note and tags."""
    tags = "".join(f"  #{printable(tag)}" for tag in row.tags)
    title = f" · {title_of(row)}" if row.title else ""
    return f"{printable(str(row.name))}{' ★' if row.star else ''}{title}{tags}"


def title_of(row: Row) -> str:
    """What stands beside a number; what only is offered stands in brackets."""
    return printable(row.note) if row.note else f"({printable(row.offered)})" if row.offered else ""


def _facts(row: Row, baseline: int | None) -> str:
    """The line about where an experiment comes from, and what it is compared with."""
    pinned = "" if baseline is None else "the baseline" if baseline == row.number else f"baseline {short(baseline)}"
    parts = [
        f"parent {short(row.parent)}" if row.parent is not None else "no parent",
        pinned,
        row.status,
        f"created {printable(created(row))}" if row.created else "",
        printable(row.notebook or ""),
    ]
    return " · ".join(part for part in parts if part)


def _colour(row: Row) -> str | None:
    """The colour of an experiment's sign and word."""
    if row.status in _COLOURS or row.status in TROUBLE:
        return _COLOURS.get(row.status, "31")
    return _COLOURS.get(row.verdict.verdict) if row.verdict else None


def _metric_name(measured: Measured) -> str:
    """A metric with the arrow of its goal."""
    return f"{printable(measured.metric)} {ARROWS.get(measured.goal, '')}"


def mean_of(measured: Measured | None) -> str:
    """Mean, SEM and how many values, and how many repeats failed."""
    if measured is None or not (measured.n or measured.failed):
        return ""
    failed = f", {measured.failed} failed" if measured.failed else ""
    return f"{shown(measured.mean, measured.sem)} ×{measured.n}{failed}"


def means_of(measured: Iterable[Measured | None]) -> list[str]:
    """`_mean` of each, the decimal points below one another."""
    texts = [mean_of(one) for one in measured]
    ahead = max((_point(text) for text in texts if text), default=0)
    return [" " * (ahead - _point(text)) + text if text else "" for text in texts]


def _point(text: str) -> int:
    """How many characters stand before the decimal point."""
    number = text.split(" ", 1)[0]
    return len(number.split(".", 1)[0])


def _metrics(row: Row) -> list[str]:
    """A line a metric, the primary one first."""
    measured = sorted(row.measured.values(), key=lambda one: one.metric != row.primary)
    return grid(
        [
            [_metric_name(one) for one in measured],
            means_of(measured),
            [f"{one.min:.4g} … {one.max:.4g}" if one.min is not None and one.n > 1 else "" for one in measured],
            [_verdict_of(row, one.metric) for one in measured],
        ]
    )


def _verdict_of(row: Row, metric: str) -> str:
    """A metric's verdict with its sign."""
    found = row.verdicts.get(metric)
    return f"{SIGNS.get(found.verdict, '')} {found.verdict}" if found else ""


def changes_of(changes: Sequence[Change], width: int) -> list[str]:
    """What changed, a line each."""
    if not changes:
        return []
    # What is said of a file begins with the file.
    places = ["" if said(one).startswith(one.where) else cut(printable(one.where), 20) for one in changes]
    room = max(20, width - 4 - max(map(cells, places)))
    return grid([places, [cut(printable(said(one)), room) for one in changes]])


def _runs(row: Row, look: Look) -> list[str]:
    """The runs, each with its values and what is to be said of it."""
    if not row.runs:
        return []
    heads = grid(
        [
            [run.run for run in row.runs],
            [run.status for run in row.runs],
            [f"{shown(run.mean, run.sem)} ×{run.n}" if run.n else "" for run in row.runs],
            [lasted(run.seconds) for run in row.runs],
            ["" if run.counts or run.status == DAMAGED else "other source, not counted" for run in row.runs],
        ]
    )
    lines = []
    for head, run in zip(heads, row.runs, strict=True):
        lines.append(head)
        lines += ["    " + line for text in _said_of(run, row.primary) for line in wrapped(text, look.width - 6, "  ")]
    return lines


def _said_of(run: RunRow, primary: str | None) -> list[str]:
    """What is said below a run: values, what failed, why it ended."""
    metric = run.summary.metrics.get(primary) if primary is not None else None
    said = []
    if metric is not None and metric.values:
        values = " ".join("–" if value is None else f"{value:.4g}" for value in metric.values[:60])
        said.append(f"{printable(primary or '')}: {values}{' …' if len(metric.values) > 60 else ''}")
    for repeat in run.summary.repeats:
        if repeat.error:
            said.append(f"repeat {repeat.repeat} {repeat.status}: {cut(printable(repeat.error), 200)}")
    if run.error and not any(repeat.error == run.error for repeat in run.summary.repeats):
        said.append(f"{run.status}: {cut(printable(run.error), 200)}")
    return said


def _datasets(datasets: Sequence[Listed], series: str, width: int) -> list[str]:
    """A line a dataset: its name and what it is, who made it, who uses it; an arrow before what the run wrote."""
    found = []
    for one in datasets:
        parts = " · ".join(part for part in (one.said, traced(one, series)) if part)
        found += wrapped(f"{'→ ' if one.kind == OUT else ''}{cut(one.name, 60)}  {parts}", width, "  ")
    return found


def _last_time(row: Row) -> str:
    """How long the last run took."""
    return lasted(row.runs[-1].seconds) if row.runs else ""


def _warned(text: str, place: str) -> str:
    """One warning."""
    return f"! {printable(text)}" + (f" ({printable(place)})" if place and place not in text else "")


def _section(title: str, lines: Sequence[str]) -> list[str]:
    """Lines under a heading; nothing when there are none."""
    return ["", title, *(f"  {line}" for line in lines)] if lines else []
