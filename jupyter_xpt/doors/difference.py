"""Difference: experiments beside each other, as text on a terminal and as HTML in a notebook.

What users or records bring in passes through `printable`, and in HTML is escaped; colours come with signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jupyter_xpt.doors import html
from jupyter_xpt.doors.html import CLASSES, escaped, value_of
from jupyter_xpt.doors.text import Look, changes_of, means_of, title_of
from jupyter_xpt.ground.names import printable, short
from jupyter_xpt.thought.code.cells import CellDiff
from jupyter_xpt.thought.code.differing import Differing
from jupyter_xpt.thought.code.lines import ADDED, REMOVED, SAME, Line, hunks
from jupyter_xpt.thought.reading.beside import Comparison, Diff
from jupyter_xpt.thought.reading.columns import cells, cut, folded, grid, pad, wrapped
from jupyter_xpt.thought.reading.configured import PARAMETERS
from jupyter_xpt.thought.reading.lineage import Row
from jupyter_xpt.thought.reading.standing import ARROWS, SIGNS

_SIGNS = {ADDED: "+", REMOVED: "-", SAME: " "}
_COLOURS = {ADDED: "32", REMOVED: "31", SAME: None}
_VERDICTS = {"improved": "32", "worse": "31", "not sure": "33"}
# The rest is in the files; nobody reads it here.
_MAX_LINES = 1_500
_NOTHING = "nothing in their sources differs, as far as it is known"
_STYLE = """<style>
.xpt table.xpt-d{border-collapse:collapse;margin:0 0 8px;font:12px/1.5 var(--jp-code-font-family,monospace)}
.xpt table.xpt-d td{border:0;padding:0 8px 0 0;text-align:left;vertical-align:top;white-space:pre-wrap;
overflow-wrap:anywhere;background:none;line-height:1.5}
.xpt table.xpt-d tr{background:none}.xpt table.xpt-d td.xpt-no{opacity:.5;text-align:right;user-select:none}
.xpt table.xpt-d tr.xpt-added{background:rgba(46,158,68,.16)}
.xpt table.xpt-d tr.xpt-removed{background:rgba(214,69,69,.16)}
.xpt table.xpt-t td.xpt-w,.xpt table.xpt-t th.xpt-w{white-space:normal;max-width:28ch;line-height:1.4;
vertical-align:top}.xpt .xpt-w span{white-space:nowrap}
</style>"""


def diff_text(diff: Diff, look: Look) -> str:
    """How one experiment became another: what changed in short, then the lines of every cell and file that differs."""
    lines = [look.paint(line, "1") for line in wrapped(_heading(diff), look.width, "  ")]
    lines += [f"  {line}" for line in changes_of(diff.changes, look.width - 2)]
    room = _MAX_LINES
    for one in _differing(diff):
        shown = _hunk_lines(one, look)
        lines += ["", look.paint(cut(_where(one), look.width), "1"), *shown[:room]]
        if len(shown) > room:
            lines.append("  … more lines differ; the files in out/ have them")
            break
        room -= len(shown)
    return "\n".join([*lines, "", _rest(diff)])


def diff_html(diff: Diff) -> str:
    """The same, in the front end's colours."""
    parts = [_STYLE, f'<div class="xpt-head">{escaped(_heading(diff))}</div>', html.changes_table(diff.changes)]
    room = _MAX_LINES
    for one in _differing(diff):
        rows = list(_hunk_rows(one))
        parts.append(f'<p class="xpt-dim">{escaped(_where(one))}</p>')
        parts.append(f'<table class="xpt-d">{"".join(rows[:room])}</table>')
        if len(rows) > room:
            parts.append('<p class="xpt-dim">… more lines differ; the files in out/ have them</p>')
            break
        room -= len(rows)
    return html.whole([*parts, f'<p class="xpt-dim">{escaped(_rest(diff))}</p>'])


def comparison_text(comparison: Comparison, look: Look) -> str:
    """Several experiments: what they measured, what they do not have in common, and verdicts against the first."""
    lines = [*_measured_lines(comparison, look), "", *_differing_lines(comparison, look)]
    said = [f"{short(one.right)}  {printable(one.sentence)}" for one in comparison.verdicts]
    if said:
        lines += ["", *(line for one in said for line in wrapped(one, look.width, "     "))]
    return "\n".join(lines)


def comparison_html(comparison: Comparison) -> str:
    """The same as a table, a column an experiment."""
    heads = (
        f"{row.name.short}{' ★' if row.star else ''}<div>{escaped(row.title)}</div>" for row in comparison.experiments
    )
    rows = [_cells(("", *heads), "th")]
    for metric in comparison.metrics:
        values = (
            f"{value_of(row.measured.get(metric))} {_sign_html(comparison, row, metric)}"
            for row in comparison.experiments
        )
        rows.append(_cells((f"{escaped(metric)} {_arrow(comparison, metric)}", *values)))
    for one in comparison.rows:
        shown = ('<span class="xpt-dim">–</span>' if value is None else escaped(value) for value in one.values)
        rows.append(_cells((f'<span class="xpt-dim">{escaped(_label(one))}</span>', *shown)))
    said = "".join(
        f'<li><span class="xpt-num">{short(one.right)}</span> {escaped(one.sentence)}</li>'
        for one in comparison.verdicts
    )
    same = "" if comparison.rows else f'<p class="xpt-dim">{_NOTHING}</p>'
    listed = f'<ul style="list-style:none;padding:0">{said}</ul>' if said else ""
    return html.whole([_STYLE, f'<table class="xpt-t">{"".join(rows)}</table>', same, listed])


def _heading(diff: Diff) -> str:
    """Both experiments, each with its title."""
    left, right = (f"{row.name.short} {row.title}".strip() for row in (diff.left, diff.right))
    return printable(f"{diff.left.name.series} · {left} → {right}")


def _differing(diff: Diff) -> Iterator[CellDiff]:
    """The cells and files that are not the same."""
    return (one for one in (*diff.cells, *diff.files) if one.kind != SAME)


def _where(one: CellDiff) -> str:
    """What a cell or file is called, and what became of it."""
    return printable(one.where if one.kind == "edited" else f"{one.where} · {one.kind}")


def _rest(diff: Diff) -> str:
    """How much is the same."""
    counts = [
        f"{n} {what}{'s' * (n != 1)}"
        for what, found in (("cell", diff.cells), ("file", diff.files))
        if (n := sum(one.kind == SAME for one in found))
    ]
    said = " and ".join(counts)
    if not any(True for _ in _differing(diff)):
        return f"no cell and no file differs ({said})" if said else "there are no cells and no files"
    alone = said in ("1 cell", "1 file")
    return f"{said} {'is' if alone else 'are'} the same" if said else "no cell and no file is the same"


def _code(line: Line) -> str:
    """A line of code as it may be shown."""
    return printable(line.text.expandtabs(4))


def _hunk_lines(one: CellDiff, look: Look) -> list[str]:
    """The lines of a cell that differ, with a few around them."""
    lines: list[str] = []
    for stretch in hunks(one.lines):
        if lines or stretch[0].left not in (1, None) or stretch[0].right not in (1, None):
            lines.append(look.paint("  ⋯", "2"))
        for line in stretch:
            text = folded(f"{_SIGNS[line.kind]} {_code(line)}", look.width, "    ")
            lines += [look.paint(part, _COLOURS[line.kind]) for part in text]
    return lines


def _hunk_rows(one: CellDiff) -> Iterator[str]:
    """The same as rows of a table."""
    for at, stretch in enumerate(hunks(one.lines)):
        if at:
            yield '<tr><td class="xpt-no" colspan="3">⋯</td><td></td></tr>'
        for line in stretch:
            numbers = "".join(f'<td class="xpt-no">{n or ""}</td>' for n in (line.left, line.right))
            code = f"<td>{_SIGNS[line.kind]}</td><td>{escaped(_code(line))}</td>"
            yield f'<tr class="xpt-{line.kind}">{numbers}{code}</tr>'


def _cells(values: Sequence[str], tag: str = "td") -> str:
    """A row of a table, its cells HTML already."""
    shown = (f'<{tag} class="xpt-w">{value}</{tag}>' for value in values)
    return f"<tr>{''.join(shown)}</tr>"


def _sign_html(comparison: Comparison, row: Row, metric: str) -> str:
    """The sign of the verdict on a metric."""
    judged = comparison.verdict(row.number, metric)
    if judged is None:
        return ""
    said = judged.verdict.verdict
    return f'<span class="xpt-{CLASSES.get(said, "none")}">{SIGNS.get(said, "")} {escaped(said)}</span>'


def _measured_lines(comparison: Comparison, look: Look) -> list[str]:
    """A line an experiment: number, what each metric came to, as many as fit, and what it is about."""
    rows = comparison.experiments
    columns = [["", *(f"{row.name.short}{'★' if row.star else ''}" for row in rows)]]
    taken = 2 + max(map(cells, columns[0]))
    for metric in comparison.metrics:
        column = _metric_column(comparison, metric)
        taken += 2 + max(map(cells, column))
        if len(columns) > 1 and taken > look.width:
            taken -= 2 + max(map(cells, column))
            break
        columns.append(column)
    hidden = len(comparison.metrics) - len(columns) + 1
    if look.width - taken >= 12:
        columns.append(["", *(cut(title_of(row), look.width - taken) for row in rows)])
    head, *lines = grid(columns)
    codes = (_VERDICTS.get(_main(comparison, row)) for row in rows)
    lines = [look.paint(line, code) for line, code in zip(lines, codes, strict=True)]
    more = [f"{hidden} more metric{'s' * (hidden > 1)}: the verdicts on all of them stand below"] if hidden else []
    return [look.paint(head, "1"), *lines, *more]


def _metric_column(comparison: Comparison, metric: str) -> list[str]:
    """A metric's name, and for each experiment what it came to and the sign of the verdict."""
    rows = comparison.experiments
    means = means_of([row.measured.get(metric) for row in rows])
    room = max(map(cells, means))
    judged = [comparison.verdict(row.number, metric) for row in rows]
    signs = [SIGNS.get(one.verdict.verdict, "") if one is not None else "" for one in judged]
    found = [f"{pad(mean, room)} {sign}" for mean, sign in zip(means, signs, strict=True)]
    return [f"{cut(printable(metric), 30)} {_arrow(comparison, metric)}", *found]


def _arrow(comparison: Comparison, metric: str) -> str:
    """The arrow of a metric's goal, as the last experiment has it."""
    goals = [row.measured[metric].goal for row in comparison.experiments if metric in row.measured]
    return ARROWS.get(goals[-1] if goals else "", "")


def _main(comparison: Comparison, row: Row) -> str:
    """The verdict on the first metric; empty without one."""
    judged = comparison.verdict(row.number, comparison.metrics[0]) if comparison.metrics else None
    return judged.verdict.verdict if judged is not None else ""


def _label(one: Differing) -> str:
    """What differs, and where unless it is in the experiment's cell."""
    return one.what if one.where in ("cell", PARAMETERS, one.what) else f"{one.where}: {one.what}"


def _differing_lines(comparison: Comparison, look: Look) -> list[str]:
    """A line for each thing that differs, a column an experiment."""
    if not comparison.rows:
        return [_NOTHING]
    labels = [printable(_label(one)) for one in comparison.rows]
    first = min(max(map(cells, labels)), max(16, look.width // 3))
    room = max(5, (look.width - first) // len(comparison.experiments) - 2)
    columns = [["", *(cut(label, first) for label in labels)]]
    for at, row in enumerate(comparison.experiments):
        values = (one.values[at] for one in comparison.rows)
        columns.append([row.name.short, *(cut("–" if value is None else printable(value), room) for value in values)])
    head, *lines = grid(columns)
    return [look.paint(head, "1"), *lines]
