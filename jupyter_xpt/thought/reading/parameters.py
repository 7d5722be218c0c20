"""Parameters: what an experiment was set to, as one mapping, and in which of them experiments differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from jupyter_xpt.ground.configuration import OutsideRecord, Value
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.records import FINISHED, RunRecord

NOTHING: Mapping[str, Value] = MappingProxyType({})
# Where a parameter comes from.
SOURCE, MODEL, OUTSIDE = "source", "model", "outside"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an experiment beside its parent's.

    ``origin`` is ``source``, ``model`` or ``outside``; ``before`` and ``after`` hold one value each, or none
    where the parent, or the experiment, has no such parameter. ``masked``: its value may be a secret and is
    not kept. ``changed``: both are known, and are not the same.
    """

    name: str
    origin: str
    before: tuple[Value, ...]
    after: tuple[Value, ...]
    masked: bool
    changed: bool


def parameters_of(facts: ExperimentFacts) -> Mapping[str, Value]:
    """The parameters that its source sets, those of its models, and what came from outside.

    Models and outside values are those of the newest finished run; ``model.max_depth``, ``$LEARNING_RATE``.
    """
    record = facts.record
    if record is None or record.source is None:
        return NOTHING
    found: dict[str, Value] = dict(record.parameters)
    newest = _newest(facts)
    if newest is not None:
        for model in newest.estimators:
            for name, value in model.parameters.items():
                found.setdefault(f"{model.name}.{name}", value)
        for one in newest.outside:
            found.setdefault(f"${one.name}", one.value)
    return found


def beside(facts: ExperimentFacts, parent: ExperimentFacts | None) -> tuple[Parameter, ...]:
    """All parameters of an experiment beside its parent's: those that changed first, then the others as they came."""
    own, old = parameters_of(facts), parameters_of(parent) if parent is not None else NOTHING
    # An experiment that never ran has changed nothing, and nothing has changed from one that is not known.
    known = bool(own) and bool(old)
    masked = {f"${one.name}" for side in (facts, parent) for one in _outside(side) if one.masked}
    told = []
    for name in dict.fromkeys((*own, *(old if known else ()))):
        before, after = ((side[name],) if name in side else () for side in (old, own))
        told.append(
            Parameter(
                name,
                _origin(name, facts, parent),
                before,
                after,
                name in masked,
                known and _key(old, name) != _key(own, name),
            )
        )
    return tuple(sorted(told, key=lambda one: not one.changed))


def differing(several: Sequence[Mapping[str, Value]]) -> tuple[str, ...]:
    """The names whose values are not the same in all of several experiments, in the order they came.

    >>> differing([{"trees": 100, "depth": 3}, {"trees": 200, "depth": 3}, {"trees": 100, "depth": 3, "rate": 0.1}])
    ('trees', 'rate')
    """
    names = dict.fromkeys(name for one in several for name in one)
    return tuple(name for name in names if len({_key(one, name) for one in several}) > 1)


def in_rows(several: Sequence[Mapping[str, Value]]) -> tuple[tuple[str, tuple[str | None, ...], bool], ...]:
    """Every parameter of several experiments: its name, its value in each as text, whether they differ.

    None stands where an experiment has none. Those that differ come first.

    >>> in_rows([{"depth": 3, "trees": 100}, {"depth": None, "trees": 100}])
    (('depth', ('3', 'None'), True), ('trees', ('100', '100'), False))
    """
    apart = differing(several)
    names = dict.fromkeys((*apart, *(name for one in several for name in one)))
    rows = ((name, tuple(str(one[name]) if name in one else None for one in several)) for name in names)
    return tuple((name, values, at < len(apart)) for at, (name, values) in enumerate(rows))


def apart(one: Mapping[str, Value], base: Mapping[str, Value]) -> tuple[dict[str, Value], tuple[str, ...]]:
    """How an experiment is set apart from another one: what it has anew or otherwise, and what it has not.

    >>> apart({"trees": 200, "rate": 0.1}, {"trees": 100, "depth": 3})
    ({'trees': 200, 'rate': 0.1}, ('depth',))
    """
    own = {name: value for name, value in one.items() if _key(base, name) != _key(one, name)}
    return own, tuple(name for name in base if name not in one)


def _newest(facts: ExperimentFacts) -> RunRecord | None:
    """The newest finished run of an experiment's source as it is."""
    source = facts.record.source if facts.record is not None else None
    runs = (run.record for run in reversed(facts.runs) if run.status == FINISHED)
    return next((run for run in runs if run is not None and source is not None and run.digest == source.digest), None)


def _outside(facts: ExperimentFacts | None) -> Sequence[OutsideRecord]:
    """What came from outside."""
    newest = _newest(facts) if facts is not None else None
    return newest.outside if newest is not None else ()


def _origin(name: str, *sides: ExperimentFacts | None) -> str:
    """Where a parameter comes from, on the first side that has it."""
    for side in sides:
        if side is not None and side.record is not None and name in side.record.parameters:
            return SOURCE
        if name.startswith("$") and any(f"${one.name}" == name for one in _outside(side)):
            return OUTSIDE
    return MODEL


def _key(one: Mapping[str, Value], name: str) -> tuple[str, object]:
    """A value as it is told apart from others: ``True`` is not 1, and not there is not None."""
    return (type(one[name]).__name__, one[name]) if name in one else ("", None)
