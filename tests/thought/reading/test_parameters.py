"""What an experiment was set to, as one mapping, in lines, and beside others."""

from __future__ import annotations

from dataclasses import replace as changed

from jupyter_xpt.ground.configuration import ARGUMENT, ENVIRONMENT, INJECTED, EstimatorRecord, OutsideRecord
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.thought.code.differing import Differing
from jupyter_xpt.thought.reading.configured import PARAMETERS, Configured, parameter_rows, sections
from jupyter_xpt.thought.reading.lineage import Row, overview
from jupyter_xpt.thought.reading.parameters import MASKED, differing, parameters_of
from tests import builders

FOREST = EstimatorRecord("model", "sklearn.ensemble._forest.Forest", {"n_estimators": 100, "max_depth": None})
NET = EstimatorRecord("net", "m.Net", {"parameters": 16, "layers": "Linear() → ReLU()"})
OUTSIDE = (
    OutsideRecord(ENVIRONMENT, "LR", "0.1"),
    OutsideRecord(ENVIRONMENT, "SEED"),
    OutsideRecord(ENVIRONMENT, "HOME", "/home/anna"),
    OutsideRecord(ENVIRONMENT, "API_KEY", masked=True),
    OutsideRecord(ARGUMENT, "sys.argv"),
    OutsideRecord(INJECTED, "HOME", "here"),
)


def configured(number: int = 1, parent: int | None = None, **parameters: object) -> ExperimentFacts:
    """An experiment with parameters, models and what came from outside."""
    run = builders.run_facts({"a": [1, 2, 3]}, estimators=(FOREST, NET), outside=OUTSIDE, digest=builders.DIGEST)
    return changed(builders.facts(number, parent=parent, parameters=parameters), runs=(run,))


def rows(*several: ExperimentFacts) -> list[Row]:
    """Their rows, by number."""
    (lineage,) = overview(builders.by_name(*several)).lineages
    return sorted(lineage.rows, key=lambda row: row.number)


def test_parameters_are_those_of_the_source_then_of_models_then_from_outside() -> None:
    assert parameters_of(configured(trees=3)) == {
        "trees": 3,
        "model.n_estimators": 100,
        "model.max_depth": None,
        "net.parameters": 16,
        "net.layers": "Linear() → ReLU()",
        "$LR": "0.1",
        "$SEED": None,
        "$API_KEY": MASKED,
        "$HOME": "here",
    }


def test_what_the_source_says_of_a_model_stands() -> None:
    assert parameters_of(configured(**{"model.n_estimators": 7}))["model.n_estimators"] == 7


def test_names_differ_by_value_and_kind_and_by_being_there() -> None:
    assert differing([{"a": 1, "b": 1, "c": None}, {"a": True, "b": 1}]) == ("a", "c")


def test_what_differs_from_the_parent_is_listed_first() -> None:
    parent, row = rows(configured(1, trees=3, depth=2, gone=1), configured(2, 1, depth=2, trees=4, new="x" * 99))
    record = configured(2).runs[0].record
    told = dict(sections(row, Configured({"depth": 2, "trees": 4, "new": "x" * 99}, parent, record)))
    assert told["parameters"] == [
        "trees = 4 (was 3)",
        "gone is gone (was 1)",
        f"new = {'x' * 59}… (new)",
        "depth = 2",
    ]
    assert told["from outside"] == [
        "LR = 0.1 (the environment)",
        "SEED = not set (the environment)",
        "API_KEY = not kept (the environment)",
        "HOME = here (papermill)",
    ]
    assert told["models"] == ["model: Forest · 2 parameters", "net: Net · Linear() → ReLU()"]


def test_long_lists_have_an_end_and_empty_ones_are_left_out() -> None:
    (row,) = rows(configured(1))
    many = {f"p{i}": i for i in range(99)}
    assert dict(sections(row, Configured(many)))["parameters"][-1] == "and 79 more"
    assert sections(row, Configured()) == ()


def test_rows_tell_parameters_that_the_source_does_not_tell_already() -> None:
    known = [Differing("cell", "n_estimators", ("1", "2"))]
    several = [{"model.n_estimators": 1, "lr": 0.1, "same": 1}, {"model.n_estimators": 2, "lr": 0.2, "same": 1}]
    assert parameter_rows(several, known) == (Differing(PARAMETERS, "lr", ("0.1", "0.2")),)
