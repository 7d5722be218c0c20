"""HTML: the overview in a notebook, in the front end's own colours, light and dark.

Every text is escaped; there is no script, no link to anywhere but a notebook beside this one, and colours
come with signs and words, so that nothing hangs on telling them apart.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

from jupyter_xpt.ground.datasets import OUT
from jupyter_xpt.ground.names import printable, short
from jupyter_xpt.ground.records import RUNNING, Change, Warned
from jupyter_xpt.thought.code.changes import said
from jupyter_xpt.thought.data.flow import traced
from jupyter_xpt.thought.data.wording import Listed
from jupyter_xpt.thought.reading.configured import NOT_TOLD, Configured, sections
from jupyter_xpt.thought.reading.lineage import Lineage, Row
from jupyter_xpt.thought.reading.measured import DAMAGED, PLANNED, Measured, RunRow
from jupyter_xpt.thought.reading.parameters import worded
from jupyter_xpt.thought.reading.results import lasted, shown
from jupyter_xpt.thought.reading.scale import Scale, scale_of
from jupyter_xpt.thought.reading.standing import ARROWS, SIGNS, TROUBLE, comparisons, created, standing
from jupyter_xpt.thought.reading.table import settings_of

_MAX_ROWS = 500
_MAX_INDENT = 12
_MAX_COLUMNS = 20
_MAX_DOTS = 60
_WIDTH, _HEIGHT = 150.0, 20.0
CLASSES = {"improved": "up", "worse": "down", "not sure": "unsure"}
# Fallbacks are mid-tones that read on white and on black; dim text is the text's own colour, fainter.
_STYLE = """<style>
.xpt{font:13px/1.45 var(--jp-ui-font-family,system-ui,sans-serif);color:var(--jp-ui-font-color1,inherit)}
.xpt .xpt-up{color:var(--jp-success-color1,#2e9e44)}.xpt .xpt-down{color:var(--jp-error-color1,#d64545)}
.xpt .xpt-unsure{color:var(--jp-warn-color1,#c98a00)}.xpt .xpt-none{color:var(--jp-ui-font-color2,#888)}
.xpt .xpt-runs{color:var(--jp-brand-color1,#2196f3)}
.xpt .xpt-dim{opacity:.65}.xpt .xpt-head{font-weight:600;margin:2px 0 4px}
.xpt .xpt-num{font-family:var(--jp-code-font-family,monospace);font-variant-numeric:tabular-nums}
.xpt table.xpt-t{border-collapse:collapse;border:0;margin:0;font-size:13px;table-layout:auto}
.xpt table.xpt-t td,.xpt table.xpt-t th{text-align:left;vertical-align:middle;padding:0 10px 0 0;border:0;
height:24px;line-height:24px;white-space:nowrap;max-width:none;background:none}
.xpt table.xpt-t th{font-weight:400;opacity:.65}
.xpt table.xpt-t tr{background:none;border-top:1px solid var(--jp-border-color3,rgba(128,128,128,.2))}
.xpt table.xpt-t tr:hover{background:var(--jp-layout-color2,rgba(128,128,128,.1))}
.xpt .xpt-title{display:inline-block;max-width:38ch;overflow:hidden;text-overflow:ellipsis;
vertical-align:bottom}
.xpt .xpt-set{max-width:18ch}
.xpt .xpt-sign{display:inline-block;width:1.2em;text-align:center}.xpt{overflow-x:auto}
.xpt i.xpt-g{display:inline-block;width:15px;height:24px;vertical-align:top;position:relative}
.xpt i.xpt-on::before,.xpt i.xpt-tee::before,.xpt i.xpt-end::before{content:"";position:absolute;left:5px;
top:0;bottom:0;border-left:1px solid var(--jp-border-color1,#999)}
.xpt i.xpt-end::before{bottom:50%}
.xpt i.xpt-tee::after,.xpt i.xpt-end::after{content:"";position:absolute;left:5px;top:50%;width:8px;
border-top:1px solid var(--jp-border-color1,#999)}
.xpt svg{display:block;overflow:visible}.xpt summary{cursor:pointer}.xpt p,.xpt ul{margin:4px 0}
</style>"""


def tree(lineage: Lineage, data: Sequence[str] = ()) -> str:
    """The lineage of a series as a tree, a row an experiment with all its repeats on one common scale.

    ``data`` is the lineage of its data, a line an output.
    """
    scale = _scale(lineage)
    by_number = {row.number: row for row in lineage.rows}
    rows = []
    for row, guides in zip(lineage.rows[:_MAX_ROWS], _guides(lineage.rows[:_MAX_ROWS]), strict=True):
        against = by_number.get(row.against) if row.against is not None else None
        kind = _class(row)
        cells = (
            f'{guides}<span class="xpt-sign xpt-{kind}">{_sign(row)}</span> {_number(row)}'
            f"{' ★' if row.star else ''} {_title(row)}{_tags(row)}",
            _strip(row, against, lineage.primary, scale),
            value_of(row.main if row.primary == lineage.primary else None) or value_of(row.main, named=True),
            f"{_e(standing(row))}",
        )
        rows.append(_tr(cells, tip=row.sentence))
    said = "".join(f"<li>{_number(row)} {_e(row.sentence)}</li>" for row in lineage.rows[:_MAX_ROWS] if row.sentence)
    told = comparisons(lineage)
    parts = [
        _heading(lineage),
        _table(rows),
        _hidden(lineage),
        "".join(f'<p class="xpt-dim">{_e(one)}</p>' for one in data[:_MAX_ROWS]),
        f"<details><summary class=xpt-dim>verdicts in words</summary><ul>{said}</ul></details>" if said else "",
        f'<p class="xpt-dim">{_e(told)}</p>' if told else "",
        _warnings(lineage.warnings),
    ]
    return whole(parts)


def table(lineage: Lineage) -> str:
    """A series as a table: a row an experiment by number, columns for what differs and what was measured."""
    rows = sorted(lineage.rows, key=lambda row: row.number)
    metrics, parameters = lineage.metrics[:_MAX_COLUMNS], settings_of(rows)
    hidden = {"metrics": len(lineage.metrics) - len(metrics), "parameters": len(parameters[_MAX_COLUMNS:])}
    parameters = parameters[:_MAX_COLUMNS]
    measured = (f"{metric} {ARROWS.get(lineage.goals[metric], '')}" for metric in metrics)
    names = ("", "", "note", *parameters, *measured)
    head = "".join(f"<th>{_e(name)}</th>" for name in (*names, "parent", "runs", "time", "what changed"))
    lines = [f"<tr>{head}</tr>"]
    for row in rows[-_MAX_ROWS:]:
        cells = (
            _number(row) + (" ★" if row.star else ""),
            f'<span class="xpt-sign xpt-{_class(row)}">{_sign(row)}</span> {_e(standing(row))}',
            _title(row) + _tags(row),
            *(_setting(row, parameter) for parameter in parameters),
            *(_coloured(row, metric) for metric in metrics),
            short(row.parent) if row.parent is not None else "",
            str(len(row.runs)),
            _e(lasted(row.runs[-1].seconds) if row.runs else ""),
            f'<span class="xpt-title xpt-dim" title="{_e(row.offered)}">{_e(row.offered)}</span>',
        )
        lines.append(_tr(cells, tip=row.sentence))
    told = [f"{n} more {what} are in experiments.csv" for what, n in hidden.items() if n]
    told += [comparisons(lineage)]
    return whole(
        [
            _heading(lineage),
            _table(lines),
            _hidden(lineage),
            *(f'<p class="xpt-dim">{_e(one)}</p>' for one in told if one),
            _warnings(lineage.warnings),
        ]
    )


def show(row: Row, against: Row | None = None) -> str:
    """Everything about one experiment.

    Parameters
    ----------
    row
        The experiment.
    against
        What it is compared with, for the tick in its strip; None when that is not known.
    """
    measured = sorted(row.measured.values(), key=lambda one: one.metric != row.primary)
    metrics = [
        _tr(
            (
                f"{_e(one.metric)} {ARROWS.get(one.goal, '')}",
                _strip(row, against, one.metric, scale_of([row, *([against] if against else [])], one.metric, _WIDTH)),
                value_of(one),
                _verdict_of(row, one.metric),
            )
        )
        for one in measured
    ]
    runs = [_tr(_run(run)) for run in row.runs]
    since = f"changed since {short(row.parent)}" if row.parent is not None else "changed"
    return whole(
        [
            _named(row),
            f'<p><span class="xpt-sign xpt-{_class(row)}">{_sign(row)}</span> {_e(row.sentence)}</p>'
            if row.sentence
            else "",
            f'<p class="xpt-dim">{_e(_origin(row))}</p>',
            _table(metrics),
            _section(since, changes_table(row.changes or ())),
            _section("runs", _table(runs)),
            _warnings(row.warnings),
        ]
    )


def where(
    series: str,
    row: Row | None,
    parent: Row | None = None,
    against: Row | None = None,
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
    against
        What it is compared with, when that is not the parent.
    datasets
        Those of its last run.
    configured
        How it was set.
    """
    against = against or parent
    if row is None:
        return whole(
            [f"<p>{_e(series)} · no experiment yet; <code>%%experiment</code> on a cell's first line makes one</p>"]
        )
    last = row.runs[-1] if row.runs else None
    lines = [_named(row)]
    if parent is not None:
        lines.append(_ancestor("parent", parent))
    if against is not None and against is not parent:
        lines.append(_ancestor("compared with the baseline", against))
    if row.main is not None:
        strip = _strip(row, against, row.primary, scale_of([row, *([against] if against else [])], row.primary, _WIDTH))
        cells = (
            f"{_e(row.main.metric)} {ARROWS.get(row.main.goal, '')}",
            strip,
            value_of(row.main),
            _verdict_of(row, row.main.metric),
        )
        lines.append(_table([_tr(cells)]))
    if row.sentence:
        lines.append(f"<p>{_e(row.sentence)}</p>")
    if last is not None:
        parts = (f"last run {last.run}", last.status, lasted(last.seconds))
        lines.append(f'<p class="xpt-dim">{_e(" · ".join(part for part in parts if part))}</p>')
    lines += [_dataset(one, series) for one in datasets]
    return whole([*lines, *_configured(row, configured)])


def _configured(row: Row, configured: Configured) -> Iterator[str]:
    """An experiment's parameters, what came from outside, and its models, each behind a fold."""
    for title, lines in sections(row, configured):
        items = "".join(f"<li>{_e(one)}</li>" for one in lines)
        yield f"<details><summary class=xpt-dim>{title}</summary><ul>{items}</ul></details>"


def _dataset(one: Listed, series: str) -> str:
    """A dataset: its name and what it is, who made it, who uses it; an arrow before what the run wrote."""
    parts = " · ".join(part for part in (one.said, traced(one, series)) if part)
    return f'<p class="xpt-dim">{"→ " if one.kind == OUT else ""}{_e(one.name)}: {_e(parts)}</p>'


def link(said: str, relative: str) -> str:
    """A sentence that opens a notebook.

    Parameters
    ----------
    said
        The sentence.
    relative
        The notebook's path, from where the front end's links begin.
    """
    # A file may be called "javascript:…": quoted and behind ./ it stays a path.
    from urllib.parse import quote

    return whole([f'<p><a href="./{quote(relative)}">{_e(said)}</a></p>'])


def escaped(text: str) -> str:
    """Any text as HTML shows it, on one line."""
    return html.escape(printable(text))


# Short, for the many places below.
_e = escaped


def whole(parts: Iterable[str]) -> str:
    """The parts, HTML already, as one output."""
    return f'{_STYLE}<div class="xpt">{"".join(parts)}</div>'


def _table(rows: Sequence[str]) -> str:
    """Rows as a table; nothing without any."""
    return f'<table class="xpt-t">{"".join(rows)}</table>' if rows else ""


def _tr(cells: Iterable[str], tip: str = "") -> str:
    """Cells, HTML already, as a row."""
    title = f' title="{_e(tip)}"' if tip else ""
    return f"<tr{title}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _section(title: str, content: str) -> str:
    """Content under a heading; nothing without content."""
    return f'<p class="xpt-dim">{_e(title)}</p>{content}' if content else ""


def _heading(lineage: Lineage) -> str:
    """A series with the metric that decides."""
    metric = f" · {_e(lineage.primary)} {ARROWS.get(lineage.goal or '', '')}" if lineage.primary else ""
    pinned = f" · baseline {short(lineage.baseline)}" if lineage.baseline is not None else ""
    return f'<div class="xpt-head">{_e(lineage.series)}{metric}{pinned}</div>'


def _hidden(lineage: Lineage) -> str:
    """How many rows a long lineage has beyond what is shown."""
    hidden = len(lineage.rows) - _MAX_ROWS
    return (
        f'<p class="xpt-dim">… and {hidden} more: <code>jupyter xpt tree</code>, experiments.csv</p>'
        if hidden > 0
        else ""
    )


def _ancestor(said: str, row: Row) -> str:
    """The line about an experiment that another one comes from or is compared with."""
    parts = [f"{said} {_number(row)} {_e(row.title)}".rstrip(), value_of(row.main)]
    return f'<p class="xpt-dim">{" · ".join(filter(None, parts))}</p>'


def _warnings(warnings: Sequence[Warned]) -> str:
    """Warnings, a line each."""
    lines = "".join(f"<li>⚠ {_e(one.text)}{_place(one.where, one.text)}</li>" for one in warnings)
    return f'<ul style="list-style:none;padding:0">{lines}</ul>' if lines else ""


def _named(row: Row) -> str:
    """An experiment's name, star, note and tags."""
    title = f" · {_e(row.title)}" if row.title else ""
    return f'<div class="xpt-head">{_e(str(row.name))}{" ★" if row.star else ""}{title}{_tags(row)}</div>'


def _origin(row: Row) -> str:
    """Where an experiment comes from."""
    parts = (
        f"parent {short(row.parent)}" if row.parent is not None else "no parent",
        row.status,
        f"created {created(row)}" if row.created else "",
        row.notebook or "",
    )
    return " · ".join(part for part in parts if part)


def _number(row: Row) -> str:
    """An experiment's number."""
    return f'<span class="xpt-num">{row.name.short}</span>'


def _title(row: Row) -> str:
    """What stands beside a number; what is only offered stands fainter."""
    faint = "" if row.note else " xpt-dim"
    return f'<span class="xpt-title{faint}" title="{_e(row.title)}">{_e(row.title)}</span>'


def _tags(row: Row) -> str:
    """An experiment's tags."""
    return "".join(f' <span class="xpt-dim">#{_e(tag)}</span>' for tag in row.tags)


def _class(row: Row) -> str:
    """The class that colours an experiment."""
    if row.status in TROUBLE:
        return "down"
    if row.status == RUNNING:
        return "runs"
    return CLASSES.get(row.verdict.verdict, "none") if row.verdict else "none"


def _sign(row: Row) -> str:
    """The shape beside the colour."""
    if row.status in TROUBLE:
        return "✕"
    if row.status == RUNNING:
        return "◌"
    if row.status == PLANNED:
        return "○"
    return SIGNS.get(row.verdict.verdict, "●") if row.verdict else "●"


def value_of(measured: Measured | None, *, named: bool = False) -> str:
    """Mean, SEM and how many values, and how many repeats failed."""
    if measured is None or not (measured.n or measured.failed):
        return ""
    mean, _, sem = shown(measured.mean, measured.sem).partition(" ± ")
    failed = f' <span class="xpt-down">{measured.failed} failed</span>' if measured.failed else ""
    name = f"{_e(measured.metric)} " if named else ""
    plus = f"±{sem} " if sem else ""
    return f'{name}<b class="xpt-num">{mean}</b> <span class="xpt-dim">{plus}×{measured.n}</span>{failed}'


def _setting(row: Row, parameter: str) -> str:
    """What an experiment's parameter was set to, empty where it has none of that name."""
    if parameter not in row.parameters:
        return ""
    said = _e(worded(row.parameters[parameter]))
    return f'<span class="xpt-title xpt-set" title="{said}">{said}</span>'


def _coloured(row: Row, metric: str) -> str:
    """A metric's value with the sign of its own verdict."""
    found = row.verdicts.get(metric)
    value = value_of(row.measured.get(metric))
    if found is None or not value:
        return value
    kind = CLASSES.get(found.verdict, "none")
    return f'{value} <span class="xpt-{kind}">{SIGNS.get(found.verdict, "")}</span>'


def _verdict_of(row: Row, metric: str) -> str:
    """A metric's verdict with its sign."""
    found = row.verdicts.get(metric)
    if found is None:
        return ""
    kind = CLASSES.get(found.verdict, "none")
    return f'<span class="xpt-{kind}">{SIGNS.get(found.verdict, "")}</span> {_e(found.verdict)}'


def changes_table(changes: Sequence[Change]) -> str:
    """What changed, a row each; nothing without any."""
    return _table([_tr(_change(one)) for one in changes])


def _change(change: Change) -> tuple[str, str]:
    """One change: where, and what."""
    # What is said of a file begins with the file.
    place = "" if said(change).startswith(change.where) else change.where[:80]
    return (f'<span class="xpt-dim">{_e(place)}</span>', _e(said(change)[:400]))


def _run(run: RunRow) -> tuple[str, ...]:
    """One run's cells."""
    mean, _, sem = shown(run.mean, run.sem).partition(" ± ")
    value = (
        f'<b class="xpt-num">{mean}</b> <span class="xpt-dim">{f"±{sem} " if sem else ""}×{run.n}</span>'
        if run.n
        else ""
    )
    errors = [run.error, *(repeat.error for repeat in run.summary.repeats)]
    error = next((one for one in errors if one), "")
    counts = "" if run.counts or run.status == DAMAGED else '<span class="xpt-dim">other source, not counted</span>'
    return (
        _e(run.run),
        _e(run.status),
        value,
        _e(lasted(run.seconds)),
        f"{counts} {_e(error[:200])}".strip(),
    )


def _place(where: str, text: str) -> str:
    """Where a warning belongs, unless it says so."""
    return f' <span class="xpt-dim">({_e(where)})</span>' if where and where not in text else ""


def _guides(rows: Sequence[Row]) -> list[str]:
    """The lines of the tree before each row."""
    found = []
    # Whether the branch of each ancestor goes on below.
    going: list[bool] = []
    for row in rows:
        del going[max(0, row.depth - 1) :]
        spans = [f'<i class="xpt-g{" xpt-on" if on else ""}"></i>' for on in going[-_MAX_INDENT:]]
        if len(going) > _MAX_INDENT:
            spans[0] = '<i class="xpt-g">⋯</i>'
        if row.depth:
            spans.append(f'<i class="xpt-g xpt-{"end" if row.last else "tee"}"></i>')
            going.append(not row.last)
        found.append("".join(spans))
    return found


def _scale(lineage: Lineage) -> Scale | None:
    """The scale of a lineage's primary metric."""
    return scale_of(lineage.rows, lineage.primary, _WIDTH)


def _strip(row: Row, against: Row | None, metric: str | None, scale: Scale | None) -> str:
    """Every repeat as a dot, mean and SEM as a cross, the mean of what it is compared with as a dashed tick."""
    measured = row.measured.get(metric) if metric is not None else None
    if scale is None or measured is None or measured.mean is None:
        return ""
    middle, x, mean = _HEIGHT / 2, scale.x, measured.mean
    before = against.measured.get(measured.metric) if against is not None else None
    parts = []
    if before is not None and before.mean is not None:
        faint = 'stroke-dasharray="2 2" style="color:var(--jp-ui-font-color2,#888)"'
        parts.append(_stroke((x(before.mean), 1), (x(before.mean), _HEIGHT - 1), faint))
    parts += [
        f'<circle cx="{x(one.value)}" cy="{middle}" r="2.5" fill="currentColor" opacity=".35"/>'
        for one in measured.values[:_MAX_DOTS]
    ]
    thick = 'stroke-width="2"'
    if measured.sem is not None:
        parts.append(_stroke((x(mean - measured.sem), middle), (x(mean + measured.sem), middle), thick))
    parts.append(_stroke((x(mean), middle - 6), (x(mean), middle + 6), thick))
    values = ", ".join(f"{one.value:.4g}" for one in measured.values[:_MAX_DOTS])
    label = _e(f"{measured.metric} of each repeat: {values}")
    size = f'width="{_WIDTH:.0f}" height="{_HEIGHT:.0f}"'
    return (
        f'<svg class="xpt-{_class(row)}" {size} role="img" aria-label="{label}">'
        f"<title>{label}</title>{''.join(parts)}</svg>"
    )


def _stroke(start: tuple[float, float], end: tuple[float, float], how: str) -> str:
    """A line of a strip."""
    (x1, y1), (x2, y2) = start, end
    return f'<line x1="{x1}" x2="{x2}" y1="{y1}" y2="{y2}" stroke="currentColor" {how}/>'
