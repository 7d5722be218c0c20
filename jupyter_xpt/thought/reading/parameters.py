"""Parameters: what an experiment was set to, as one mapping, and in which of them experiments differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from jupyter_xpt.ground.configuration import ARGUMENT, ENVIRONMENT, Value
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.records import FINISHED, RunRecord
from jupyter_xpt.thought.code.outside import is_plumbing

NOTHING: Mapping[str, Value] = MappingProxyType({})
# What stands for a value that may be a secret and was not kept.
MASKED = "•••"


def parameters_of(facts: ExperimentFacts) -> Mapping[str, Value]:
    """The parameters that its source sets, those of its models, and what came from outside.

    Models and outside values are those of the newest finished run; ``model.max_depth``, ``$LEARNING_RATE``.
    """
    record = facts.record
    if record is None or record.source is None:
        return NOTHING
    found: dict[str, Value] = dict(record.parameters)
    newest = newest_run(facts)
    if newest is not None:
        for model in newest.estimators:
            for name, value in model.parameters.items():
                found.setdefault(f"{model.name}.{name}", value)
        for one in newest.outside:
            # Where things are and how they run is no parameter; nor is no argument at all.
            plumbing = one.kind == ENVIRONMENT and is_plumbing(one.name)
            if not (plumbing or (one.kind == ARGUMENT and one.value is None)):
                found.setdefault(f"${one.name}", MASKED if one.masked else one.value)
    return found


def newest_run(facts: ExperimentFacts) -> RunRecord | None:
    """The newest finished run of an experiment's source as it is, None where there is none."""
    source = facts.record.source if facts.record is not None else None
    runs = (run.record for run in reversed(facts.runs) if run.status == FINISHED)
    return next((run for run in runs if run is not None and source is not None and run.digest == source.digest), None)


class Differing:
    """The names whose values are not the same in all of several experiments, as these come one by one."""

    def __init__(self) -> None:
        self._several: list[Mapping[str, Value]] = []
        self._first: dict[str, tuple[str, object]] = {}
        self._seen: dict[str, int] = {}
        self._differ: set[str] = set()

    def add(self, one: Mapping[str, Value]) -> None:
        """Takes the parameters of one more experiment."""
        self._several.append(one)
        for name, value in one.items():
            key = _key(value)
            self._seen[name] = self._seen.get(name, 0) + 1
            if self._first.setdefault(name, key) != key:
                self._differ.add(name)

    def names(self) -> tuple[str, ...]:
        """The names, in the order they came."""
        n = len(self._several)
        return tuple(name for name, count in self._seen.items() if name in self._differ or count < n)

    def followed_by(self, several: Sequence[Mapping[str, Value]]) -> Differing:
        """The same for these experiments; what was seen before is not looked at again where they only go on."""
        n = len(self._several)
        goes_on = len(several) >= n and all(map(_is_same, self._several, several))
        found = self if goes_on else Differing()
        for one in several[n if goes_on else 0 :]:
            found.add(one)
        return found


def _is_same(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    """Whether two are the same; most are the very same object."""
    return one is other or one == other


def differing(several: Sequence[Mapping[str, Value]]) -> tuple[str, ...]:
    """The names whose values are not the same in all of several experiments, in the order they came.

    >>> differing([{"trees": 100, "depth": 3}, {"trees": 200, "depth": 3}, {"trees": 100, "depth": 3, "rate": 0.1}])
    ('trees', 'rate')
    """
    return Differing().followed_by(several).names()


def worded(value: Value) -> str:
    """A parameter's value as people read it.

    >>> worded(0.1 + 0.2), worded(True), worded(None), worded("gini"), worded(1e-05)
    ('0.3', 'True', 'None', 'gini', '1e-05')
    """
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _key(value: Value) -> tuple[str, object]:
    """A value as it is told apart from others: ``True`` is not 1, and NaN is NaN."""
    return (type(value).__name__, "NaN" if value != value else value)  # noqa: PLR0124 - only NaN is not itself
