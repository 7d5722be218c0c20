"""Wire: what the server reads, as the JSON that the panel gets.

Whatever a record holds, what goes out is bounded, finite and printable: numbers fit a double, texts have no
control or direction-changing characters, lists have a limit. The shapes are those of the front end's
``tokens.ts``; a test holds both together.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from jupyter_xpt.edges.disk.logfile import Piece
from jupyter_xpt.ground.codec import json_number
from jupyter_xpt.ground.configuration import EstimatorRecord, Value
from jupyter_xpt.ground.datasets import IN, OUT, parse_run
from jupyter_xpt.ground.names import ExperimentName, short
from jupyter_xpt.ground.records import FINISHED, RUNNING, Change, RunRecord, Warned
from jupyter_xpt.thought.code.cells import CellDiff
from jupyter_xpt.thought.code.changes import said
from jupyter_xpt.thought.data.flow import MAX_USERS
from jupyter_xpt.thought.data.wording import Listed
from jupyter_xpt.thought.reading.altered import Parameter, apart
from jupyter_xpt.thought.reading.beside import Comparison, Diff
from jupyter_xpt.thought.reading.bounded import (
    MAX_TEXT,
    MAX_WHOLE,
    finite,
    line,
    line_or_none,
    lines,
    plain,
    some,
    whole,
)
from jupyter_xpt.thought.reading.curves import Point
from jupyter_xpt.thought.reading.detail import Detail, RunDetail, stepped
from jupyter_xpt.thought.reading.lineage import Row
from jupyter_xpt.thought.reading.measured import Measured, RunRow
from jupyter_xpt.thought.reading.parameters import NOTHING
from jupyter_xpt.thought.reading.results import shown
from jupyter_xpt.thought.reading.revisions import ChangedLineage, Delta
from jupyter_xpt.thought.reading.standing import comparisons
from jupyter_xpt.thought.reading.table import MAX_METRICS
from jupyter_xpt.thought.statistics.student import critical_value
from jupyter_xpt.thought.statistics.wording import Verdict, sentence

Json = dict[str, Any]
T = TypeVar("T")

CONFIDENCE = 0.95
MAX_WARNINGS = 200
MAX_CHANGES = 500
MAX_REPEATS = 1_000
# Repeats times metrics of one row: a strip of a thousand ticks says no more than one of five hundred.
_MAX_VALUES = 500
_MAX_ROW_VALUES = 5_000
_MAX_CELLS = 20_000
_MAX_PARAMETERS = 200
_MAX_ESTIMATORS = 50
_MAX_FILES = 50
_MAX_ROW_TEXT = 100


def encode(data: object) -> bytes:
    """The bytes of an answer."""
    return json.dumps(data, allow_nan=False, separators=(",", ":")).encode("ascii")


def overview(delta: Delta, revision: str) -> Iterator[bytes]:
    """What changed in a folder, in pieces: encoding all of 10,000 rows at once would hold the interpreter."""
    yield f'{{"revision":"{revision}","full":{"true" if delta.full else "false"},"series":['.encode("ascii")
    for i, one in enumerate(delta.lineages):
        # Parents come first: a child's parameters are few where its parent's are known from the same answer.
        known: dict[int | None, Mapping[str, Value]] = {}
        yield b"," if i else b""
        yield encode(_lineage(one))[:-1] + b',"rows":['
        for j, changed in enumerate(one.rows):
            yield (b"," if j else b"") + encode(
                _row(changed.row, changed.notebook, known.get(whole(changed.row.parent), NOTHING))
            )
            known[changed.row.number] = changed.row.parameters
        yield b"]}"
    yield b'],"gone":' + encode([line(series) for series in delta.gone]) + b"}"


def changed(place: str, series: Sequence[str]) -> Json:
    """The event that says which series of a place changed."""
    return {"place": place, "series": [line(one) for one in series]}


def _lineage(changed: ChangedLineage) -> Json:
    """A lineage without its rows."""
    lineage = changed.lineage
    metrics = lineage.metrics[:MAX_METRICS]
    return {
        "series": line(lineage.series),
        "primary": line_or_none(lineage.primary),
        "goal": lineage.goal,
        "metrics": [line(metric) for metric in metrics],
        "goals": {line(metric): lineage.goals[metric] for metric in metrics if metric in lineage.goals},
        "baseline": lineage.baseline,
        "comparisons": line(comparisons(lineage)),
        "order": [row.number for row in lineage.rows] if changed.ordered else None,
        "gone": list(changed.gone),
        "warnings": _warned(lineage.warnings),
    }


def row(row: Row, *, notebook: bool) -> Json:
    """One experiment in its lineage."""
    return _row(row, notebook, NOTHING)


def _row(row: Row, notebook: bool, base: Mapping[str, Value]) -> Json:
    """One experiment; of its parameters what sets them apart from others that are known."""
    last = row.runs[-1] if row.runs else None
    parameters, lacks = apart(row.parameters, base)
    return {
        "number": row.number,
        "parent": whole(row.parent),
        "depth": row.depth,
        "last": row.last,
        "note": lines(row.note),
        "offered": line(row.offered),
        "tags": [line(tag, 100) for tag in row.tags[:100]],
        "star": row.star,
        "created": line(row.created, 40),
        "status": row.status,
        "primary": line_or_none(row.primary),
        "against": row.against,
        "measured": _all_measured(row),
        "verdicts": {line(name): _verdict(one, name, row.against) for name, one in _first(row.verdicts)},
        "running": _running(row),
        "runs": len(row.runs),
        "last_run": last.run if last else None,
        "started": line(last.started, 40) if last else None,
        "seconds": finite(last.seconds) if last else None,
        "warnings": len(row.warnings),
        "notebook": notebook,
        "parameters": _values(parameters),
        **({"lacks": [line(name, _MAX_ROW_TEXT) for name in lacks[:_MAX_PARAMETERS]]} if lacks else {}),
    }


def _values(parameters: Mapping[str, Value]) -> Json:
    """The first of many parameters, their texts cut."""
    kept = some(parameters.items(), _MAX_PARAMETERS)
    return {line(name, _MAX_ROW_TEXT): _value(value, _MAX_ROW_TEXT) for name, value in kept}


def _value(value: Value, limit: int) -> Value:
    """A parameter's value; a number that JSON or JavaScript lacks is a text."""
    if isinstance(value, str):
        return line(value, limit)
    if isinstance(value, float):
        return json_number(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_WHOLE:
        return line(str(value), limit)
    return value


def _all_measured(row: Row) -> Json:
    """What an experiment measured, the primary metric first."""
    names = sorted(row.measured, key=lambda name: name != row.primary)[:MAX_METRICS]
    limit = max(20, min(_MAX_VALUES, _MAX_ROW_VALUES // max(1, len(names))))
    return {line(name): _measured(row.measured[name], limit) for name in names}


def _measured(measured: Measured, limit: int) -> Json:
    """What was measured of one metric."""
    return {
        "goal": measured.goal,
        "mean": finite(measured.mean),
        "sem": finite(measured.sem),
        "half": _half(measured),
        "n": measured.n,
        "failed": measured.failed,
        "shown": shown(measured.mean, measured.sem),
        "values": _thinned([one.value for one in measured.values], limit),
    }


def _half(measured: Measured) -> float | None:
    """Half the width of the mean's 95 % interval; None below two repeats."""
    if measured.sem is None:
        return None
    return finite(critical_value(1 - CONFIDENCE, measured.n - 1) * measured.sem)


def _thinned(values: Sequence[float], limit: int) -> list[float]:
    """The values, or as many of them evenly spread."""
    step = math.ceil(len(values) / limit) if values else 1
    return list(values[::step])


def _verdict(verdict: Verdict, metric: str, against: int | None) -> Json:
    """Whether an experiment is better in one metric."""
    return {
        "verdict": verdict.verdict,
        "difference": finite(verdict.difference),
        "low": finite(verdict.low),
        "high": finite(verdict.high),
        "confidence": verdict.confidence,
        "sentence": line(sentence(verdict, metric, "" if against is None else short(against))),
    }


def _running(row: Row) -> Json | None:
    """The run that is under way, the newest of several; None where none is."""
    run = next((one for one in reversed(row.runs) if one.status == RUNNING), None)
    if run is None:
        return None
    over = [at for at, repeat in enumerate(run.summary.repeats) if repeat.status == FINISHED]
    values = {}
    for name, metric in _first(run.summary.metrics):
        finished = (metric.values[at] for at in over if at < len(metric.values))
        values[line(name)] = _thinned([one for one in finished if one is not None and math.isfinite(one)], _MAX_VALUES)
    return {
        "run": run.run,
        "repeats": whole(run.repeats) or 0,
        "ended": run.ended,
        "started": line(run.started, 40),
        "values": values,
    }


def detail(detail: Detail, notebook: str) -> Json:
    """All about one experiment.

    Parameters
    ----------
    detail
        What was read.
    notebook
        Where its numbered notebook lies, as the server's contents know it.
    """
    found, changes = detail.row, detail.row.changes
    environment = detail.environment
    return {
        "row": row(found, notebook=detail.notebook),
        "changes": None if changes is None else [change(one) for one in changes[:MAX_CHANGES]],
        "children": list(detail.children),
        "warnings": _warned(found.warnings),
        "parameters": [_parameter(one) for one in detail.parameters[:MAX_CHANGES]],
        "runs": [_run(one) for one in detail.runs],
        "environment": None if environment is None else plain(environment),
        "environment_changes": [
            {"what": line(one.what), "before": line_or_none(one.before), "after": line_or_none(one.after)}
            for one in detail.environment_changes[:MAX_CHANGES]
        ],
        "datasets": [_dataset(one, found.name.series) for one in detail.datasets],
        "notebook": notebook,
        "exists": detail.notebook,
    }


def _dataset(one: Listed, series: str) -> Json:
    """A dataset of the newest run, who made it and who uses it."""
    maker = parse_run(one.maker) if one.maker is not None else None
    return {
        "name": line(one.name),
        "kind": one.kind if one.kind in (IN, OUT) else IN,
        "said": line(one.said),
        "digest": line_or_none(one.digest),
        "maker": None if maker is None else _run_of(*maker, series),
        "users": [_run_of(*user, series) for user in map(parse_run, one.users[:MAX_USERS]) if user is not None],
    }


def _run_of(name: ExperimentName, run: str, series: str) -> Json:
    """A run of an experiment, which has its number where it is of the same series."""
    return {
        "experiment": line(str(name)),
        "number": whole(name.number) if name.series == series else None,
        "run": run,
    }


def _parameter(one: Parameter) -> Json:
    """One parameter beside the parent's."""
    return {
        "name": line(one.name),
        "origin": one.origin,
        "before": line_or_none(one.before),
        "after": line_or_none(one.after),
        "changed": one.changed,
        "masked": one.masked,
    }


def change(change: Change) -> Json:
    """One thing that differs between two sources."""
    return {
        "where": line(change.where),
        "kind": line(change.kind, 40),
        "what": line(change.what),
        "before": line_or_none(change.before),
        "after": line_or_none(change.after),
        "said": line(said(change)),
    }


def _run(run: RunDetail) -> Json:
    """One run of an experiment."""
    found, record = run.row, run.record
    return {
        "run": found.run,
        "index": whole(found.index) or 0,
        "status": found.status,
        "started": line(found.started, 40),
        "seconds": finite(found.seconds),
        "repeats": whole(found.repeats) or 0,
        "counts": found.counts,
        "error": line_or_none(found.error),
        "arguments": line(record.arguments) if record else "",
        "seed": line(record.seed, 200) if record else "",
        "shown": {
            line(name): shown(finite(metric.mean), finite(metric.sem)) for name, metric in _first(found.summary.metrics)
        },
        "each": _each(found),
        "warnings": _warned(found.warnings),
        "hidden_state": _warned(found.hidden_state),
        "incomplete": [line(one) for one in found.incomplete[:MAX_WARNINGS]],
        "damage": [line(one) for one in found.damage[:MAX_WARNINGS]],
        "figures": list(run.figures),
        "log_bytes": run.log_bytes,
        "curves": [line(name) for name in stepped(found.summary)[:MAX_METRICS]],
        "git": _git(record),
        "outside": [
            {
                "kind": line(one.kind, 40),
                "name": line(one.name, 200),
                "value": line_or_none(one.value),
                "masked": one.masked,
            }
            for one in (record.outside[:_MAX_PARAMETERS] if record else ())
        ],
        "estimators": [_estimator(one) for one in (record.estimators[:_MAX_ESTIMATORS] if record else ())],
    }


def _estimator(one: EstimatorRecord) -> Json:
    """A model that a run made."""
    parameters = {
        line(name, 200): _value(value, MAX_TEXT) for name, value in some(one.parameters.items(), _MAX_PARAMETERS)
    }
    return {"name": line(one.name, 200), "type": line(one.type, 200), "parameters": parameters}


def _each(run: RunRow) -> list[Json]:
    """The repeats of a run, of very many the first."""
    metrics = _first(run.summary.metrics)
    limit = max(10, min(MAX_REPEATS, _MAX_CELLS // max(1, len(metrics))))
    return [
        {
            "repeat": whole(repeat.repeat),
            "seed": line(repeat.seed, 200),
            "status": line(repeat.status, 40),
            "seconds": finite(repeat.seconds),
            "error": line_or_none(repeat.error),
            "values": {
                line(name): None if metric.values[at] is None else json_number(metric.values[at] or 0.0)
                for name, metric in metrics
                if at < len(metric.values)
            },
        }
        for at, repeat in enumerate(run.summary.repeats[:limit])
    ]


def _git(record: RunRecord | None) -> Json | None:
    """Where a run stood in git."""
    git = record.git if record else None
    if git is None:
        return None
    told: Json = {
        name: line(git[name], limit) if isinstance(git.get(name), str) else None
        for name, limit in (("commit", 100), ("branch", 300), ("remote", 500), ("hidden", 300), ("problem", 500))
    }
    told |= {name: _count(git.get(name)) for name in ("changed", "untracked")}
    told |= {name: _names(git.get(name)) for name in ("untracked_files", "left_out")}
    dirty, patch = git.get("dirty"), git.get("patch")
    # What of the patch is recorded beside it, its name or its size, says that there is one.
    return {**told, "dirty": dirty if isinstance(dirty, bool) else None, "patch": bool(patch)}


def _names(value: object) -> list[str]:
    """Names of files, where a record lists some; of very many the first."""
    names = value if isinstance(value, list | tuple) else ()
    return [line(name, 300) for name in names[:_MAX_FILES] if isinstance(name, str)]


def _count(value: object) -> int | None:
    """How many, where a record says that."""
    return whole(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def log(piece: Piece) -> Json:
    """Lines of a log."""
    found = {} if piece.found is None else {"found": list(piece.found), "offsets": list(piece.offsets or ())}
    return {"lines": list(piece.lines), "start": piece.start, "end": piece.end, "more": piece.more, **found}


def curves(metrics: Mapping[str, Mapping[int, Sequence[Point]]], cut: bool) -> Json:
    """The points that a run logged step by step, by metric and repeat."""
    found = {
        line(name): {str(n): [[step, finite(value)] for step, value in points] for n, points in repeats.items()}
        for name, repeats in metrics.items()
    }
    return {"metrics": found, "cut": cut}


def diff(diff: Diff) -> Json:
    """How one experiment became another."""
    return {
        "left": diff.left.number,
        "right": diff.right.number,
        "changes": [change(one) for one in diff.changes[:MAX_CHANGES]],
        "cells": [_cell(one) for one in diff.cells],
        "files": [_cell(one) for one in diff.files],
    }


def _cell(cell: CellDiff) -> Json:
    """A cell, or a file, on both sides."""
    told = [{"kind": one.kind, "left": one.left, "right": one.right, "text": line(one.text)} for one in cell.lines]
    return {"kind": cell.kind, "where": line(cell.where), "lines": told}


def compare(comparison: Comparison) -> Json:
    """What several experiments do not have in common, and whether they are different."""
    return {
        "numbers": list(comparison.numbers),
        "rows": [
            {"where": line(one.where), "what": line(one.what), "values": list(map(line_or_none, one.values))}
            for one in comparison.rows[:MAX_CHANGES]
        ],
        "metrics": [line(metric) for metric in comparison.metrics[:MAX_METRICS]],
        "parameters": [
            {"name": line(one.name), "values": list(map(line_or_none, one.values)), "differs": one.differs}
            for one in comparison.parameters[:MAX_CHANGES]
        ],
        "verdicts": [
            {
                "metric": line(one.metric),
                "left": one.left,
                "right": one.right,
                "verdict": one.verdict.verdict,
                "sentence": line(one.sentence),
            }
            for one in comparison.verdicts[:MAX_CHANGES]
        ],
    }


def _warned(warnings: Sequence[Warned]) -> list[Json]:
    """Warnings, of very many the first."""
    return [
        {"code": line(one.code, 40), "text": line(one.text), "where": line(one.where, 300)}
        for one in warnings[:MAX_WARNINGS]
    ]


def _first(named: Mapping[str, T]) -> list[tuple[str, T]]:
    """The first entries of what is named by metric."""
    return [item for _, item in zip(range(MAX_METRICS), named.items(), strict=False)]
