"""Altered: the parameters of experiments beside one another's: which changed since the parent, which differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jupyter_xpt.ground.configuration import OutsideRecord, Value
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.thought.reading.parameters import NOTHING, differing, newest_run, parameters_of

# Where a parameter comes from.
SOURCE, MODEL, OUTSIDE = "source", "model", "outside"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an experiment beside its parent's.

    ``origin`` is ``source``, ``model`` or ``outside``; ``before`` and ``after`` are its values as text, None where
    the parent, or the experiment, has no such parameter. ``masked``: its value may be a secret and is not kept.
    ``changed``: the parameters of both are known, and this one is not the same.
    """

    name: str
    origin: str
    before: str | None
    after: str | None
    masked: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """One parameter of several experiments: its value in each as text, None where one has none; whether they differ."""

    name: str
    values: tuple[str | None, ...]
    differs: bool


def beside(facts: ExperimentFacts, parent: ExperimentFacts | None) -> tuple[Parameter, ...]:
    """All parameters of an experiment beside its parent's: those that changed first, then the others as they came."""
    own, old = parameters_of(facts), parameters_of(parent) if parent is not None else NOTHING
    # An experiment that never ran has changed nothing, and nothing has changed from one that is not known.
    known = bool(own) and bool(old)
    masked = {f"${one.name}" for side in (facts, parent) for one in _outside(side) if one.masked}
    told = [
        Parameter(
            name,
            _origin(name, facts, parent),
            _text(old, name),
            _text(own, name),
            name in masked,
            known and not _same(own, old, name),
        )
        for name in dict.fromkeys((*own, *(old if known else ())))
    ]
    return tuple(sorted(told, key=lambda one: not one.changed))


def in_rows(several: Sequence[Mapping[str, Value]]) -> tuple[Beside, ...]:
    """Every parameter of several experiments; those that differ come first.

    >>> [one.values for one in in_rows([{"depth": 3, "trees": 100}, {"depth": None, "trees": 100}])]
    [('3', 'None'), ('100', '100')]
    """
    apart = differing(several)
    names = dict.fromkeys((*apart, *(name for one in several for name in one)))
    return tuple(
        Beside(name, tuple(_text(one, name) for one in several), at < len(apart)) for at, name in enumerate(names)
    )


def apart(one: Mapping[str, Value], base: Mapping[str, Value]) -> tuple[dict[str, Value], tuple[str, ...]]:
    """How an experiment is set apart from another one: what it has anew or otherwise, and what it has not.

    >>> apart({"trees": 200, "rate": 0.1}, {"trees": 100, "depth": 3})
    ({'trees': 200, 'rate': 0.1}, ('depth',))
    """
    own = {name: value for name, value in one.items() if not _same(one, base, name)}
    return own, tuple(name for name in base if name not in one)


def _outside(facts: ExperimentFacts | None) -> Sequence[OutsideRecord]:
    """What came from outside."""
    newest = newest_run(facts) if facts is not None else None
    return newest.outside if newest is not None else ()


def _origin(name: str, *sides: ExperimentFacts | None) -> str:
    """Where a parameter comes from, on the first side that has it."""
    for side in sides:
        if side is not None and side.record is not None and name in side.record.parameters:
            return SOURCE
        if name.startswith("$") and any(f"${one.name}" == name for one in _outside(side)):
            return OUTSIDE
    return MODEL


def _text(one: Mapping[str, Value], name: str) -> str | None:
    """A parameter as text, so exact that 1 and 1.0 are told apart; None where there is none."""
    return str(one[name]) if name in one else None


def _same(one: Mapping[str, Value], other: Mapping[str, Value], name: str) -> bool:
    """Whether a parameter is the same in both: ``True`` is not 1, and not there is not None."""
    if name not in one or name not in other:
        return name not in one and name not in other
    mine, its = one[name], other[name]
    return type(mine) is type(its) and (mine == its or (mine != mine and its != its))  # noqa: PLR0124 - NaN is NaN
