"""What experiments are set to, beside one another."""

from __future__ import annotations

import pytest

from jupyter_xpt.ground.configuration import EstimatorRecord, OutsideRecord
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.thought.reading.altered import MODEL, OUTSIDE, SOURCE, Beside, apart, beside, in_rows
from jupyter_xpt.thought.reading.parameters import MASKED, parameters_of
from tests import builders


def configured(number: int, parameters: dict, *, outside=(), estimators=()) -> ExperimentFacts:
    """An experiment that ran with these parameters, outside values and models."""
    record = builders.experiment_record(number, parameters=parameters)
    run = builders.run_facts({"accuracy": [0.9]}, outside=tuple(outside), estimators=tuple(estimators))
    return ExperimentFacts(record.name, record, (run,))


PARENT = configured(
    1,
    {"trees": 100, "scaled": False, "kernel": "rbf"},
    outside=[OutsideRecord("environment", "RATE", "0.1"), OutsideRecord("environment", "API_KEY", None, masked=True)],
    estimators=[EstimatorRecord("model", "sklearn.SVC", {"C": 1.0, "gamma": "scale"})],
)
CHILD = configured(
    2,
    {"trees": 300, "scaled": 0, "depth": 3},
    outside=[OutsideRecord("environment", "RATE", "0.1"), OutsideRecord("environment", "API_KEY", None, masked=True)],
    estimators=[EstimatorRecord("model", "sklearn.SVC", {"C": 1.0, "gamma": "auto"})],
)


def test_those_that_changed_come_first_each_with_where_it_comes_from():
    told = [(one.name, one.origin, one.before, one.after) for one in beside(CHILD, PARENT) if one.changed]
    assert told == [
        ("trees", SOURCE, "100", "300"),
        ("scaled", SOURCE, "False", "0"),
        ("depth", SOURCE, None, "3"),
        ("model.gamma", MODEL, "scale", "auto"),
        ("kernel", SOURCE, "rbf", None),
    ]
    assert [one.changed for one in beside(CHILD, PARENT)] == [True] * 5 + [False] * 3
    assert {one.name: one.origin for one in beside(CHILD, PARENT)}["$RATE"] == OUTSIDE


def test_a_secret_is_told_as_masked_and_has_not_changed():
    (key,) = (one for one in beside(CHILD, PARENT) if one.name == "$API_KEY")
    assert (key.masked, key.changed, key.origin, key.after) == (True, False, OUTSIDE, MASKED)


@pytest.mark.parametrize("parent", [None, ExperimentFacts(PARENT.name, None), configured(1, {})], ids=str)
def test_nothing_has_changed_since_what_is_not_known(parent):
    told = beside(CHILD, parent)
    assert not any(one.changed for one in told)
    assert [one.name for one in told] == [*parameters_of(CHILD)]


def test_what_never_ran_has_changed_nothing():
    planned = builders.facts(3, source=None)
    assert beside(planned, PARENT) == ()


def test_what_sets_one_apart_and_its_base_are_the_one():
    own, base = {"a": 1, "b": True, "c": None}, {"a": 1.0, "b": 1, "d": None}
    more, less = apart(own, base)
    assert {name: value for name, value in {**base, **more}.items() if name not in less} == own
    assert more == {"a": 1, "b": True, "c": None}
    assert apart(own, own) == ({}, ())


def test_in_rows_none_stands_for_what_is_not_there():
    rows = in_rows([{"a": "x"}, {"a": "x", "b": None}])
    assert rows == (Beside("b", (None, "None"), differs=True), Beside("a", ("x", "x"), differs=False))
