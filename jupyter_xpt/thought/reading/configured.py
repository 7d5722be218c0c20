"""Configured: what an experiment was set to, in lines, what differs from the parent first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jupyter_xpt.ground.configuration import (
    ARGUMENT,
    ASKED,
    ENVIRONMENT,
    INJECTED,
    EstimatorRecord,
    OutsideRecord,
    Value,
)
from jupyter_xpt.ground.records import RunRecord
from jupyter_xpt.thought.code.differing import Differing
from jupyter_xpt.thought.code.outside import is_plumbing
from jupyter_xpt.thought.reading.lineage import Row
from jupyter_xpt.thought.reading.parameters import differing

PARAMETERS = "parameters"
MOST = 20
_MAX_SAID = 60
_FROM = {ENVIRONMENT: "the environment", INJECTED: "papermill", ARGUMENT: "the command line", ASKED: "by hand"}


@dataclass(frozen=True, slots=True)
class Configured:
    """What tells how an experiment was set.

    ``own`` are the parameters that its source sets, ``parent`` is what it was changed from, None without one, and
    ``run`` its newest run's record, None where there is none.
    """

    own: Mapping[str, Value] = field(default_factory=dict)
    parent: Row | None = None
    run: RunRecord | None = None


NOT_TOLD = Configured()


def sections(row: Row, configured: Configured) -> tuple[tuple[str, list[str]], ...]:
    """An experiment's parameters, what came from outside, and its models: each with its lines."""
    run = configured.run
    named = (
        ("parameters", _parameters(row, configured)),
        ("from outside", _outside(run.outside) if run is not None else []),
        ("models", _models(run.estimators) if run is not None else []),
    )
    return tuple((title, _bounded(lines)) for title, lines in named if lines)


def _bounded(lines: list[str]) -> list[str]:
    """So many lines, and how many more there are."""
    return lines if len(lines) <= MOST else [*lines[:MOST], f"and {len(lines) - MOST} more"]


def shown(value: Value) -> str:
    """A parameter's value as people read it."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _MAX_SAID else text[: _MAX_SAID - 1] + "…"


def _parameters(row: Row, configured: Configured) -> list[str]:
    """The parameters that are not as in the parent, then those of its source."""
    here, before = row.parameters, configured.parent.parameters if configured.parent is not None else {}
    changed = differing([before, here]) if before else ()
    rest = [name for name in configured.own if name not in changed]
    lines = [_line(name, here, before) for name in changed]
    return [*lines, *(f"{name} = {shown(configured.own[name])}" for name in rest)]


def _line(name: str, here: Mapping[str, Value], before: Mapping[str, Value]) -> str:
    """A parameter that is not as it was."""
    if name not in here:
        return f"{name} is gone (was {shown(before[name])})"
    return f"{name} = {shown(here[name])} ({f'was {shown(before[name])}' if name in before else 'new'})"


def _outside(several: Sequence[OutsideRecord]) -> list[str]:
    """What came from outside in a run, without what only says where things are."""
    lines = []
    for one in several:
        nothing = one.value is None and not one.masked and one.kind != ENVIRONMENT
        if nothing or (one.kind == ENVIRONMENT and is_plumbing(one.name)):
            continue
        value = shown(one.value) if one.value is not None else "not kept" if one.masked else "not set"
        lines.append(f"{one.name} = {value} ({_FROM.get(one.kind, one.kind)})")
    return lines


def _models(several: Sequence[EstimatorRecord]) -> list[str]:
    """The models of a run: what each is, its layers, or how many parameters are known of it."""
    told = [(one, one.parameters.get("layers") or f"{len(one.parameters)} parameters") for one in several]
    return [f"{one.name}: {one.type.rpartition('.')[2]} · {said}" for one, said in told]


def parameter_rows(parameters: Sequence[Mapping[str, Value]], known: Sequence[Differing]) -> tuple[Differing, ...]:
    """The parameters that experiments do not have in common, without those that their sources' rows tell already."""
    told = {one.what for one in known}
    names = [name for name in differing(parameters) if name not in told and name.rpartition(".")[2] not in told]
    texts = [(name, tuple(shown(one[name]) if name in one else None for one in parameters)) for name in names]
    # Two values may be alike in short and not in full.
    return tuple(Differing(PARAMETERS, name, values) for name, values in texts if len(set(values)) > 1)
