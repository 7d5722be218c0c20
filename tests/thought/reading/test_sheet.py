from __future__ import annotations

import math
from datetime import datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.thought.data.wording import Listed
from jupyter_xpt.thought.reading.cell import MAX_CELL, number, setting, text
from jupyter_xpt.thought.reading.lineage import overview
from jupyter_xpt.thought.reading.sheet import (
    Beside,
    experiments_sheet,
    repeats_sheet,
    same,
)
from tests.builders import by_name, experiment_record, facts, run_facts

LOW, HIGH = [0.90, 0.91, 0.905, 0.895, 0.9], [0.93, 0.935, 0.925, 0.93, 0.94]


def rows(*experiments):
    return sorted(overview(by_name(*experiments)).rows, key=lambda row: row.name)


def cells(sheet, row=0):
    """A row's cells by title."""
    return dict(zip([column.title for column in sheet.columns], sheet.rows[row], strict=True))


def test_a_row_says_what_an_experiment_is():
    first = facts(1, LOW, note="baseline", parameters={"trees": 100})
    second = facts(2, HIGH, parent=1, note="more trees", tags=("paper",), star=True, parameters={"trees": 300})
    data = (Listed("train.csv", "in", "10 × 3", f"sha256:{'ab' * 32}"), Listed("made.csv", "out", "2 × 3", None))
    git = {"commit": "0123456789abcdef", "dirty": True, "branch": "main"}
    beside = {ExperimentName("cats", 2): Beside(data, git, "cats_002.ipynb")}
    found = cells(experiments_sheet(rows(first, second), beside), 1)
    assert (found["#"].value, found["#"].shown, found["#"].link) == (2, "000", "cats_002.ipynb")
    assert (found["parent"].value, found["note"].value, found["tags"].value) == (1, "more trees", "★, paper")
    assert (found["status"].value, found["verdict"].value, found["verdict"].look) == (
        "finished",
        "▲ improved",
        "improved",
    )
    assert found["trees"].value == 300
    assert found["in words"].value.startswith("Improved on 001")
    assert found["data"].value == "train.csv · 10 × 3 · sha256:abababababab"
    assert found["commit"].value == "0123456789 + changes (main)"
    assert (found["started"].value, found["duration"].value) == (datetime(2026, 11, 23, 12, 34, 1), timedelta(0, 7.5))


def test_numbers_are_numbers_and_read_as_mean_sem_and_n():
    found = cells(experiments_sheet(rows(facts(1, LOW)), {}))
    mean, sem, n = found["accuracy ↑"], found["accuracy SEM"], found["accuracy n"]
    assert (mean.value, mean.shown) == (pytest.approx(0.902), "0.000")
    assert (sem.value, sem.shown) == (pytest.approx(0.0025495, rel=1e-4), '"± "0.000')
    assert (n.value, n.shown) == (5, '"×"0')
    failed = ExperimentFacts(facts(1).name, experiment_record(1), (run_facts({"accuracy": LOW}, failed=[2]),))
    assert cells(experiments_sheet(rows(failed), {}))["accuracy n"].shown == '"×"0", 1 failed"'


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([0.5], "0.0000"),
        ([1e-9], "0.00E+00"),
        ([1234.5, 1244.5, 1250.0], "0"),
        ([0.0], "0.0"),
        ([1e300, 2e300], "0.00E+00"),
    ],
    ids=str,
)
def test_a_mean_has_the_digits_that_it_deserves(values, shown):
    assert cells(experiments_sheet(rows(facts(1, values)), {}))["accuracy ↑"].shown == shown


def test_no_two_columns_are_called_alike():
    values = {"note": LOW, "Note": LOW, "note SEM": LOW, "trees": LOW, "accuracy": LOW}
    first, second = (
        ExperimentFacts(
            facts(n).name,
            experiment_record(n, parameters={"trees": n, "note": n, "accuracy n": n, "data ↑": n}),
            (run_facts(values),),
        )
        for n in (1, 2)
    )
    for sheet in (experiments_sheet(rows(first, second), {}), repeats_sheet(rows(first, second))):
        named = [same(column.title) for column in sheet.columns]
        assert len(set(named)) == len(named)
        assert len({column.key for column in sheet.columns}) == len(named)


def test_the_series_is_in_sight_where_there_are_several():
    one = experiments_sheet(rows(facts(1)), {})
    two = experiments_sheet(rows(facts(1), facts(1, series="dogs")), {})
    assert [sheet.columns[1].hidden for sheet in (one, two)] == [True, False]
    assert [cells(two, index)["series"].value for index in (0, 1)] == ["cats", "dogs"]


def test_every_repeat_has_its_row():
    again = run_facts({"accuracy": [0.5, None, "NaN"]}, 2, failed=[2], digest="other")
    sheet = repeats_sheet(
        rows(ExperimentFacts(facts(1).name, experiment_record(1), (run_facts({"accuracy": LOW}), again)))
    )
    assert len(sheet.rows) == 8
    found = [cells(sheet, index) for index in range(8)]
    assert [one["repeat"].value for one in found] == [1, 2, 3, 4, 5, 1, 2, 3]
    assert [one["accuracy"].value for one in found] == [*LOW, 0.5, None, "NaN"]
    assert {one["accuracy"].shown for one in found[:5]} == {"0.000"}
    assert found[6]["error"].value == "ValueError: bad luck"
    assert found[0]["seed"].value.startswith("0x")
    assert [one["counted"].value for one in found[4:6]] == ["yes", "no, it ran other source"]


def test_what_never_ran_and_what_is_damaged_have_rows():
    damaged = ExperimentFacts(ExperimentName("cats", 1), None, (), ("experiment.json: damaged",))
    sheet = experiments_sheet(rows(damaged, facts(2, source=None)), {})
    first, second = cells(sheet), cells(sheet, 1)
    assert (first["verdict"].value, first["verdict"].look, first["warnings"].value) == (
        "× damaged",
        "trouble",
        "experiment.json: damaged",
    )
    assert (second["status"].value, second["duration"].value) == ("planned", None)


@pytest.mark.parametrize(
    ("value", "stands"),
    [
        (2**53, 2**53),
        (2**53 + 1, "9007199254740993"),
        (-(10**400), str(-(10**400))),
        (1e308, "1e+308"),
        (5e-324, "5e-324"),
        (-0.0, -0.0),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (True, "True"),
        (None, "None"),
        ("100", "100"),
    ],
    ids=str,
)
def test_what_no_program_holds_exactly_is_a_text(value, stands):
    assert setting(value).value == stands
    assert type(setting(value).value) is type(stands)


@given(st.text())
def test_a_text_has_no_character_that_no_file_can_hold(value):
    shown = text(value)
    assert len(shown.encode("utf-16-le")) // 2 <= MAX_CELL
    assert all(char == "\n" or ord(char) >= 0x20 for char in shown)
    assert not {"\ufffe", "\uffff", "\x7f", "\u2028"} & set(shown)
    shown.encode("utf-8")


@given(st.floats())
def test_a_number_is_itself_or_a_text(value):
    stands = number(value).value
    assert isinstance(stands, str) or stands == value


def test_a_time_that_spreadsheets_do_not_know_is_a_text():
    old, odd = (run_facts({"accuracy": LOW}, started=started) for started in ("0001-01-01T00:00:00+00:00", "soon"))
    for run, said in ((old, "0001-01-01T00:00:00+00:00"), (odd, "soon")):
        found = cells(experiments_sheet(rows(ExperimentFacts(facts(1).name, experiment_record(1), (run,))), {}))
        assert found["started"].value == said


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.03, 's.00" s"'),
        (12.0, 's.0" s"'),
        (59.95, '[m]" min "ss" s"'),
        (7300.0, '[h]" h "mm" min"'),
        (1e300, ""),
        (None, ""),
    ],
    ids=str,
)
def test_a_duration_reads_as_people_say_it(seconds, shown):
    run = run_facts({"accuracy": LOW}, seconds=seconds)
    found = cells(experiments_sheet(rows(ExperimentFacts(facts(1).name, experiment_record(1), (run,))), {}))
    assert found["duration"].shown == shown


def test_of_very_many_repeats_the_newest_have_rows():
    first, second = (
        ExperimentFacts(facts(n).name, experiment_record(n), (run_facts({"accuracy": [0.5, 0.6] * 15_000}),))
        for n in (1, 2)
    )
    sheet = repeats_sheet(rows(first, second))
    assert 40_000 < len(sheet.rows) < 50_000
    assert len(sheet.rows) + sheet.left == 60_000
    assert cells(sheet, -1)["repeat"].value == 30_000
