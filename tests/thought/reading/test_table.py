from __future__ import annotations

import csv
import io

import pytest

from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import Change
from jupyter_xpt.thought.reading.lineage import Overviewer, overview
from jupyter_xpt.thought.reading.table import MAX_METRICS, MAX_PARAMETERS, Table, settings_of
from tests.builders import by_name, experiment_record, facts, run_facts
from tests.formulas import PAYLOADS

LOW, HIGH = [0.90, 0.91, 0.905, 0.895, 0.9], [0.93, 0.935, 0.925, 0.93, 0.94]


def read(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def set_to(number, **parameters):
    """An experiment with these parameters."""
    return facts(number, LOW, parameters=parameters)


def table(*experiments):
    return Table().csv(overview(by_name(*experiments)))


def test_a_row_says_what_an_experiment_is():
    changes = (Change("cell 1", "parameter", "depth", "3", "5"),)
    second = facts(2, HIGH, parent=1, note="deeper", tags=("paper", "quick"), star=True, changes=changes)
    first, row = read(table(facts(1, LOW), second))
    assert first["verdict"] == ""
    assert row["experiment"] == "cats_002"
    assert row["parent"] == "cats_001"
    assert (row["note"], row["tags"]) == ("deeper", "★, paper, quick")
    assert (row["status"], row["verdict"]) == ("finished", "improved")
    assert float(row["accuracy"]) == pytest.approx(0.932)
    assert float(row["accuracy sem"]) == pytest.approx(0.00255, rel=1e-3)
    assert (row["accuracy n"], row["runs"], row["seconds"]) == ("5", "1", "7.5")
    assert row["last run"] == "2026_11_23-12_34_01"
    assert "5" in row["changed"]


def test_lines_end_with_a_newline_and_come_by_series_and_number():
    data = table(facts(1, LOW, series="dogs"), facts(10), facts(9), facts(1000))
    assert b"\r" not in data
    assert data.endswith(b"\n")
    assert [row["experiment"] for row in read(data)] == ["cats_009", "cats_010", "cats_1000", "dogs_001"]


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text[:20]))
def test_no_text_is_a_formula(payload):
    run = run_facts({payload: [0.1, 0.2, 0.3]}, primary=payload, goals={payload: "max"})
    record = experiment_record(1, note=payload, tags=(payload,), parameters={payload: payload, "depth": payload})
    other = ExperimentFacts(experiment_record(2).name, experiment_record(2, parameters={"depth": 3}))
    data = table(ExperimentFacts(record.name, record, (run,)), other, facts(1, series=payload))
    assert len(data) < 100_000
    for line in csv.reader(io.StringIO(data.decode("utf-8"), newline="")):
        for cell in line:
            assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
            assert not any(char in cell for char in "\t\r\n\x00\u202e")
            assert ";=" not in cell and "|=" not in cell


def test_numbers_stay_numbers():
    (row,) = read(table(facts(1, [-0.5, -0.25, -0.75])))
    assert row["accuracy"] == "-0.5"


def test_a_damaged_experiment_has_its_row():
    name = ExperimentName("cats", 1)
    (row,) = read(table(ExperimentFacts(name, None, (), ("experiment.json: damaged",))))
    assert (row["status"], row["warnings"]) == ("damaged", "experiment.json: damaged")


def test_more_metrics_than_columns_are_told_of():
    (row,) = read(
        table(
            ExperimentFacts(
                ExperimentName("cats", 1),
                experiment_record(1),
                (run_facts({f"m{index}": [1.0] for index in range(MAX_METRICS + 5)}, primary="m0"),),
            )
        )
    )
    assert f"m{MAX_METRICS - 1}" in row
    assert "5 more metrics are not in this table" in row["warnings"]


def test_the_table_is_the_same_made_again_or_at_once():
    overviewer, kept = Overviewer(), Table()
    known = by_name(facts(1, LOW))
    assert kept.csv(overviewer.overview(known)) == Table().csv(overview(known))
    known = by_name(facts(1, LOW), facts(2, HIGH, parent=1))
    assert kept.csv(overviewer.overview(known)) == Table().csv(overview(known))
    run = run_facts({"accuracy": LOW, "f1": LOW})
    known = {**known, **by_name(ExperimentFacts(ExperimentName("cats", 3), experiment_record(3, 1), (run,)))}
    assert kept.csv(overviewer.overview(known)) == Table().csv(overview(known))


def test_parameters_that_differ_are_columns_before_the_metrics():
    data = table(
        set_to(1, trees=100, depth=3, rate=0.1, scale=None), set_to(2, trees=200, depth=3, rate=0.1, scale="log")
    )
    header = data.decode().splitlines()[0].split(",")
    assert header[5:9] == ["verdict", "trees", "scale", "accuracy"]
    assert [(row["trees"], row["scale"]) for row in read(data)] == [("100", "None"), ("200", "log")]


def test_what_never_ran_differs_in_nothing():
    planned = facts(3, source=None)
    rows = overview(by_name(set_to(1, trees=100, depth=3), set_to(2, trees=200, depth=3), planned)).rows
    assert settings_of(list(rows)) == ("trees",)


def test_series_are_compared_within_themselves():
    dogs = [facts(number, series="dogs", parameters={"rate": rate}) for number, rate in ((1, 0.1), (2, 0.2))]
    rows = overview(by_name(set_to(1, trees=100), set_to(2, trees=100), *dogs)).rows
    assert settings_of(list(rows)) == ("rate",)


def test_a_parameter_that_is_called_like_another_column_says_what_it_is():
    data = table(set_to(1, accuracy=1, note="a"), set_to(2, accuracy=2, note="b"))
    row = read(data)[1]
    assert (row["accuracy (parameter)"], row["note (parameter)"]) == ("2", "b")
    assert float(row["accuracy"]) == pytest.approx(0.902)


def test_more_parameters_than_columns_are_told_of():
    names = [f"p{index}" for index in range(MAX_PARAMETERS + 3)]
    first, second, planned = read(
        table(set_to(1, **dict.fromkeys(names, 1)), set_to(2, **dict.fromkeys(names, 2)), facts(3, source=None))
    )
    assert names[MAX_PARAMETERS - 1] in first
    assert names[MAX_PARAMETERS] not in first
    assert first["warnings"] == second["warnings"] == "3 more parameters are not in this table"
    assert planned["warnings"] == ""


def test_columns_of_parameters_are_the_same_made_again_or_at_once():
    overviewer, kept = Overviewer(), Table()
    known = {}
    steps = (
        [set_to(1, trees=1, depth=3)],
        [set_to(2, trees=1, depth=4)],
        [facts(3, source=None)],
        [set_to(4, trees=2, depth=4, rate=0.1), set_to(1, series_of="dogs")],
        [set_to(2, trees=1, depth=3)],
        [set_to(3, trees=1, depth=3)],
    )
    for step in steps:
        known = {**known, **by_name(*step)}
        assert kept.csv(overviewer.overview(known)) == Table().csv(overview(known))
    known = {name: one for name, one in known.items() if name.number != 4}
    assert kept.csv(overviewer.overview(known)) == Table().csv(overview(known))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(-3, "-3"), (2**60, str(2**60)), (10**400, str(10**400)), (-0.5, "-0.5"), (float("nan"), "nan"), (True, "True")],
    ids=str,
)
def test_parameters_that_are_numbers_stay_numbers(value, shown):
    assert read(table(set_to(1, x=value), set_to(2, x="other")))[0]["x"] == shown
