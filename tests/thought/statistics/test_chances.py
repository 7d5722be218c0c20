"""Chances against a table of exact numbers and simulations."""

import csv
import math
from pathlib import Path

import pytest

from jupyter_xpt.ground.errors import OptionError
from jupyter_xpt.thought.statistics.chances import compare_confidence, false_green_probability, repeats_needed

with (Path(__file__).parents[2] / "data" / "repeats_needed.csv").open(encoding="utf-8", newline="") as lines:
    ROWS = list(csv.DictReader(lines))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(list(row.values())[:3]))
def test_repeats_needed_agree_with_the_table(row):
    found = repeats_needed(1.0, float(row["d=diff/SD"]), 1 - float(row["alpha"]), float(row["power"]))
    assert found == max(3, int(row["rounded_up"]))
    assert int(row["n_per_experiment_exact"]) - 1 <= found <= int(row["n_per_experiment_exact"])


def test_no_number_of_repeats_shows_no_difference():
    assert repeats_needed(1.0, 0.0) is None
    assert repeats_needed(1e300, 1e-300) is None


def test_impossible_spreads_are_refused():
    for sd, difference in ((-1, 1), (math.nan, 1), (1, math.inf)):
        with pytest.raises(OptionError, match="sd is finite"):
            repeats_needed(sd, difference)


def test_extended_experiments_are_compared_more_strictly():
    assert compare_confidence(1, 1) == 0.95
    assert compare_confidence(2, 1) == compare_confidence(1, 3) == 0.99


def test_the_chance_of_a_false_green_is_that_of_the_simulations():
    # Twenty changes that do nothing, 5 repeats each, against one baseline.
    assert false_green_probability(20, 0.95) == pytest.approx(0.19, abs=0.03)
    assert false_green_probability(20, 0.99) == pytest.approx(0.045, abs=0.02)


def test_the_chance_of_a_false_green_grows_with_the_comparisons():
    assert false_green_probability(0, 0.95) == 0
    assert false_green_probability(1, 0.95) == pytest.approx(0.025)
    assert false_green_probability(1, 0.99) == pytest.approx(0.005)
    chances = [false_green_probability(n, 0.95) for n in (1, 2, 5, 20, 100, 10_000)]
    assert chances == sorted(chances)
    assert false_green_probability(20, 0.95, baselines=20) == pytest.approx(1 - 0.975**20)


def test_impossible_numbers_of_comparisons_are_refused():
    with pytest.raises(OptionError, match="comparisons is a whole number from 0"):
        false_green_probability(-1, 0.95)
