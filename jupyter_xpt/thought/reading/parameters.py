"""Parameters: what an experiment was set to, as one mapping, and in which of them experiments differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from jupyter_xpt.ground.configuration import ARGUMENT, ENVIRONMENT, Value
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.records import FINISHED
from jupyter_xpt.thought.code.outside import is_plumbing

NOTHING: Mapping[str, Value] = MappingProxyType({})


def parameters_of(facts: ExperimentFacts) -> Mapping[str, Value]:
    """The parameters that its source sets, those of its models, and what came from outside.

    Models and outside values are those of the newest finished run; ``model.max_depth``, ``$LEARNING_RATE``.
    """
    record = facts.record
    source = record.source if record is not None else None
    if record is None or source is None:
        return NOTHING
    found: dict[str, Value] = dict(record.parameters)
    runs = (run.record for run in reversed(facts.runs) if run.status == FINISHED)
    newest = next((run for run in runs if run is not None and run.digest == source.digest), None)
    if newest is not None:
        for model in newest.estimators:
            for name, value in model.parameters.items():
                found.setdefault(f"{model.name}.{name}", value)
        for one in newest.outside:
            # Where things are and how they run is no parameter; nor is a secret, or no argument at all.
            plumbing = one.kind == ENVIRONMENT and is_plumbing(one.name)
            if not (one.masked or plumbing or (one.kind == ARGUMENT and one.value is None)):
                found.setdefault(f"${one.name}", one.value)
    return found


def differing(several: Sequence[Mapping[str, Value]]) -> tuple[str, ...]:
    """The names whose values are not the same in all of several experiments, in the order they came.

    >>> differing([{"trees": 100, "depth": 3}, {"trees": 200, "depth": 3}, {"trees": 100, "depth": 3, "rate": 0.1}])
    ('trees', 'rate')
    """
    names = dict.fromkeys(name for one in several for name in one)
    return tuple(name for name in names if len({_key(one, name) for one in several}) > 1)


def _key(one: Mapping[str, Value], name: str) -> tuple[str, object]:
    """A value as it is told apart from others: ``True`` is not 1, and not there is not None."""
    return (type(one[name]).__name__, one[name]) if name in one else ("", None)
