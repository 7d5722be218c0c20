from __future__ import annotations

import os

import pytest

from jupyter_xpt.actions.overview import experiments, get, overview, shelf, write_table
from jupyter_xpt.ground.errors import StoreError, UnknownExperiment
from tests import builders


@pytest.fixture
def folder(tmp_path):
    """A folder with the small series."""
    return builders.write_series(tmp_path)


@pytest.fixture
def two_series(folder):
    """The small series and one more, which has a 1 and a 7."""
    for number in (1, 7):
        builders.write_experiment(folder, builders.experiment_record(number, series="dogs", source=None))
    return folder


@pytest.mark.parametrize("asked", [4, "4", "004", "#4", " 4 ", "cats_004", "cats_004.ipynb"])
def test_an_experiment_is_found_by_number_or_name(folder, asked):
    assert get(asked, folder).name == "cats_004"


@pytest.mark.parametrize(
    "asked",
    [0, -1, 99, True, None, 4.0, "", "x", "²", "٤", "4 4", "dogs_004", "cats_0004", "../cats_004", "9" * 400],
)
def test_what_is_not_there_is_refused_with_what_is(folder, asked):
    with pytest.raises(UnknownExperiment, match="cats has 001, 002, 003, 004, 005, 006") as refusal:
        get(asked, folder)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 300


def test_a_number_in_several_series_needs_the_series(two_series):
    with pytest.raises(UnknownExperiment, match="1 could be cats_001, dogs_001"):
        get(1, two_series)
    assert get(1, two_series, series="dogs").name == "dogs_001"
    assert get("dogs_001", two_series).name == "dogs_001"
    assert get(7, two_series).name == "dogs_007"


def test_a_series_that_is_not_there_is_refused(two_series):
    with pytest.raises(UnknownExperiment, match="there is cats, dogs"):
        experiments(two_series, series="birds")
    with pytest.raises(UnknownExperiment, match="no experiments yet"):
        get(1, two_series / "nowhere")


def test_experiments_are_a_sequence_by_series_and_number(two_series):
    found = experiments(two_series)
    assert [one.name for one in found] == [f"cats_00{n}" for n in range(1, 7)] + ["dogs_001", "dogs_007"]
    assert found[-1].name == "dogs_007"
    assert [one.number for one in found[1:3]] == [2, 3]
    assert [one.number for one in experiments(two_series, series="dogs")] == [1, 7]
    assert [one.number for one in found if one.verdict == "improved"] == [4]
    assert repr(found).splitlines()[0] == "8 experiments"


def test_the_overview_is_kept_while_nothing_changed_and_follows_the_folder(folder, monkeypatch):
    builders.settle(folder)
    first = overview(folder)
    assert overview(folder) is first
    monkeypatch.chdir(folder)
    assert overview() is first
    assert shelf(".") is shelf(folder)
    builders.write_experiment(folder, builders.experiment_record(7))
    assert len(list(overview(folder).rows)) == 7


def test_the_spreadsheet_is_written_once_and_again_when_something_changed(folder):
    write_table(folder)
    path = folder / "experiments.csv"
    assert path.read_text(encoding="utf-8").splitlines()[4].startswith("cats_004,cats_002,")
    before = os.stat(path)
    write_table(folder)
    assert os.stat(path).st_ino == before.st_ino
    builders.write_experiment(folder, builders.experiment_record(7, note="seven"))
    write_table(folder)
    assert "seven" in path.read_text(encoding="utf-8")
    path.write_text("scribbled over")
    write_table(folder)
    assert "seven" in path.read_text(encoding="utf-8")


def test_a_spreadsheet_that_cannot_be_written_is_refused_in_one_line(folder):
    (folder / "experiments.csv").mkdir()
    with pytest.raises(StoreError, match="cannot write the spreadsheet"):
        write_table(folder)
