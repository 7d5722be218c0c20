"""Verdicts against a table made with SciPy and statsmodels, and what must hold for any numbers."""

import csv
import json
import math
import random
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings, strategies as st

from jupyter_xpt.ground.errors import MetricError, OptionError
from jupyter_xpt.thought.statistics.verdicts import paired, verdict

DATA = Path(__file__).parents[2] / "data"
PARENT = [0.9, 0.91, 0.905, 0.895, 0.9]
CHILD = [0.93, 0.935, 0.925, 0.93, 0.94]
# A busy machine is no failure.
unhurried = settings(deadline=None)
WORDS = {"better": "improved", "worse": "worse", "not sure": "not sure"}


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def numbers(text):
    return [float(value) if isinstance(value, str) else value for value in json.loads(text)]


def expected(text, **kwargs):
    return pytest.approx(float(text), **kwargs) if text else None


CASES = rows("verdict_cases.csv")


def test_the_table_was_read_whole():
    assert len(CASES) == 137


@pytest.mark.parametrize("row", CASES, ids=[f"{row['case']} @ {row['alpha']}" for row in CASES])
def test_verdicts_agree_with_the_table(row):
    v = verdict(
        numbers(row["child"]),
        numbers(row["parent"]),
        goal=row["direction"],
        confidence=1 - float(row["alpha"]),
        min_delta=float(row["min_delta"]),
    )
    assert (v.verdict, v.code) == (WORDS[row["verdict"]], row["reason"])
    assert (v.n_child, v.n_parent) == (int(row["n_child"]), int(row["n_parent"]))
    assert (v.failed_child, v.failed_parent) == (int(row["failed_child"]), int(row["failed_parent"]))
    for column, value in {
        "mean_child": v.mean_child,
        "mean_parent": v.mean_parent,
        "sem_child": v.sem_child,
        "sem_parent": v.sem_parent,
        "sd_child": v.sem_child and v.sem_child * math.sqrt(v.n_child),
        "sd_parent": v.sem_parent and v.sem_parent * math.sqrt(v.n_parent),
        "diff": v.difference,
        "df": v.df,
        "t": v.t,
        "p": v.p,
        "ci_low": v.low,
        "ci_high": v.high,
    }.items():
        assert value == expected(row[column], rel=1e-9, abs=0), column


# -- any numbers ------------------------------------------------------------------------------------------

values = st.floats(-1e6, 1e6).map(lambda value: round(value, 6))
repeats = st.lists(values, min_size=0, max_size=12)
unreliable = st.lists(st.one_of(values, st.sampled_from([math.nan, math.inf, -math.inf, None])), max_size=12)
goals = st.sampled_from(["max", "min"])
levels = st.sampled_from([0.8, 0.95, 0.99, 0.999])
FLIPPED = {"improved": "worse", "worse": "improved", "not sure": "not sure"}


@unhurried
@given(unreliable, unreliable, goals, levels)
def test_swapping_the_sides_flips_the_verdict(child, parent, goal, level):
    one, other = verdict(child, parent, goal, level), verdict(parent, child, goal, level)
    assert other.verdict == FLIPPED[one.verdict]
    assert other.code == one.code
    if one.low is not None:
        assert (other.low, other.high) == (pytest.approx(-one.high), pytest.approx(-one.low))
        assert other.p == pytest.approx(one.p)


@unhurried
@given(repeats, repeats, levels)
def test_the_other_goal_flips_the_verdict(child, parent, level):
    one, other = verdict(child, parent, "max", level), verdict(child, parent, "min", level)
    assert other.verdict == FLIPPED[one.verdict]
    assert (other.difference, other.low, other.high, other.p) == (one.difference, one.low, one.high, one.p)


whole = st.lists(st.integers(-1000, 1000), min_size=3, max_size=8)


@unhurried
@given(whole, whole, goals, st.integers(-(2**40), 2**40), st.integers(-990, 990))
def test_neither_offset_nor_unit_matter(child, parent, goal, offset, power):
    one = verdict(child, parent, goal)
    moved = verdict([v + offset for v in child], [v + offset for v in parent], goal)
    scaled = verdict([math.ldexp(v, power) for v in child], [math.ldexp(v, power) for v in parent], goal)
    assert (moved.verdict, moved.code) == (scaled.verdict, scaled.code) == (one.verdict, one.code)
    assert moved.repeats_needed == one.repeats_needed
    assert moved.p == scaled.p == (None if one.p is None else pytest.approx(one.p, rel=1e-9))


@unhurried
@given(unreliable, unreliable, goals, st.integers(0, 2), st.integers(0, 2), st.booleans())
def test_a_side_with_failed_repeats_is_never_favoured(child, parent, goal, more, others, deterministic):
    v = verdict(child, parent, goal, failed_child=more, failed_parent=others, deterministic=deterministic)
    assert not (v.verdict == "improved" and v.failed_child)
    assert not (v.verdict == "worse" and v.failed_parent)
    assert v.n_child + v.failed_child == len(child) + more
    assert v.n_parent + v.failed_parent == len(parent) + others


@unhurried
@given(st.lists(values, min_size=3, max_size=10), st.lists(values, min_size=3, max_size=10), levels)
def test_the_interval_and_p_say_the_same(child, parent, level):
    v = verdict(child, parent, "max", level)
    assume(v.p is not None and abs(v.p - (1 - level)) > 1e-9)
    assert (v.p < 1 - level) == (v.low > 0 or v.high < 0) == (v.verdict != "not sure")
    assert v.low <= v.difference <= v.high


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        ([1.7e308, -1.7e308, 1.7e308], [-1.7e308] * 3),
        ([1.7e308] * 3 + [1.6e308], [-1.7e308] * 3 + [-1.6e308]),
        ([5e-324, 0, 5e-324], [0, 0, 5e-324]),
        ([1e300, 2e300, 3e300], [1e-300, 2e-300, 3e-300]),
        ([5e-324, 0, 0, 0, 0], [1, 1, 1, 1, 1]),
    ],
    ids=["beyond all floats", "overflowing difference", "subnormal", "600 decades apart", "vanishing spread"],
)
def test_extreme_values_neither_raise_nor_turn_into_nan(child, parent):
    for v in (verdict(child, parent), verdict(parent, child)):
        for value in (v.difference, v.low, v.high, v.t, v.df, v.p, v.sem_child, v.sem_parent):
            assert value is None or not math.isnan(value)
        assert str(v)


def test_huge_values_far_apart_are_told_apart():
    assert verdict([1.7e308, 1.7e308, 1.6e308], [-1.7e308, -1.6e308, -1.7e308]).verdict == "improved"


def test_sixty_equal_floats_are_constant():
    assert verdict([0.1 + 0.2] * 60, [0.7] * 60).code == "no_variation"


# -- what few or odd repeats say --------------------------------------------------------------------------


def test_a_single_repeat_settles_nothing():
    v = verdict([0.99], [0.5])
    assert (v.verdict, v.code, v.reason) == ("not sure", "too_few_repeats", "too few repeats (1 of 3)")
    assert v.difference == pytest.approx(0.49)
    assert v.repeats_needed is None


def test_identical_values_ask_for_the_seed():
    assert verdict([0.9] * 5, [0.8] * 5).reason == "identical values: is the seed fixed?"
    assert verdict([0.9] * 5, [0.9] * 5).reason == "identical values: is the seed fixed?"


def test_what_is_deterministic_is_decided_by_the_plain_difference():
    v = verdict([0.9], [0.8], deterministic=True)
    assert (v.verdict, v.code) == ("improved", "deterministic")
    assert "deterministic" in v.reason
    assert verdict([0.9] * 3, [0.8] * 2, "min", deterministic=True).verdict == "worse"


def test_what_is_deterministic_and_equal_does_not_differ():
    v = verdict([0.9], [0.9, 0.9], deterministic=True)
    assert (v.verdict, v.code, v.reason) == ("not sure", "no_difference", "no difference (deterministic)")
    assert verdict([0.9], [0.89], deterministic=True, min_delta=0.1).code == "no_difference"


def test_what_varies_is_no_more_sure_for_being_called_deterministic():
    assert verdict([0.9, 0.91], [0.8, 0.8], deterministic=True).code == "too_few_repeats"
    assert verdict(CHILD, PARENT, deterministic=True).code == "ci_excludes_zero"


def test_failed_repeats_may_be_counted_apart_from_the_values():
    v = verdict(CHILD, PARENT, failed_child=2)
    assert (v.verdict, v.failed_child, v.n_child) == ("not sure", 2, 5)
    assert v.reason == "2 of 7 repeats of the child failed"


def test_a_difference_that_does_not_matter_is_not_sure():
    assert verdict(CHILD, PARENT, min_delta=0.02).verdict == "improved"
    v = verdict(CHILD, PARENT, min_delta=0.025)
    assert (v.verdict, v.code) == ("not sure", "ci_includes_zero")
    assert "the 95 % interval does not lie beyond ±0.025" in str(v)


def test_more_repeats_are_asked_for_than_did_not_do():
    v = verdict([1.0, 1.0, 1.0], [0.8, 0.9, 0.7])
    assert v.verdict == "not sure"
    assert v.repeats_needed > 3


def test_no_number_of_repeats_shows_no_difference():
    assert verdict([1, 2, 3], [3, 2, 1]).repeats_needed is None


# -- pairs ------------------------------------------------------------------------------------------------


def test_pairs_see_what_the_spread_of_the_splits_hides():
    parent = [0.81, 0.88, 0.84, 0.92, 0.78]
    child = [0.825, 0.893, 0.859, 0.932, 0.80]
    assert verdict(child, parent).verdict == "not sure"
    v = paired(child, parent)
    assert (v.verdict, v.code, v.n_child, v.df) == ("improved", "paired_ci_excludes_zero", 5, 4)


def test_the_paired_interval_is_that_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    child, parent = [1.12, 2.25, 3.08, 4.31, 5.2], [1.0, 2.2, 3.1, 4.1, 5.05]
    found, interval = paired(child, parent), stats.ttest_rel(child, parent).confidence_interval(0.95)
    assert found.p == pytest.approx(stats.ttest_rel(child, parent).pvalue, rel=1e-9)
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))


@pytest.mark.parametrize(
    ("child", "parent", "code"),
    [
        ([1, 2, 3, None], [1, 2, None, 4], "paired_too_few_repeats"),
        ([1.1, 2.1, 3.1], [1, 2, 3], "paired_no_variation"),
        ([1, 2, 3], [1, 2, 3], "paired_identical_values"),
        ([1, None], [None, 1], "paired_no_values"),
        ([], [], "paired_no_values"),
        ([2.1, 3.2, 4.1, None], [1, 2, 3, 4], "paired_favoured_side_has_failed_repeats"),
        ([2.1, 3.2, 4.1, 5], [1, 2, 3, None], "paired_ci_excludes_zero"),
    ],
)
def test_pairs_hold_to_the_same_rules(child, parent, code):
    assert paired(child, parent).code == code
    assert str(paired(child, parent))


def test_pairs_come_in_equal_numbers():
    with pytest.raises(OptionError, match="not 2 and 3"):
        paired([1, 2], [1, 2, 3])


# -- what may be given ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "made",
    [
        tuple,
        iter,
        np.array,
        pd.Series,
        lambda v: np.array(v, dtype=np.float64)[:, None][:, 0],
        lambda v: map(Decimal, v),
    ],
    ids=["tuple", "iterator", "array", "series", "strided", "decimals"],
)
def test_any_sequence_of_numbers_will_do(made):
    assert verdict(made(CHILD), made(PARENT)) == verdict(CHILD, PARENT)


@pytest.mark.parametrize(
    "failed", [None, math.nan, -math.inf, np.float32("nan"), pd.NA, np.ma.masked, Decimal("NaN")], ids=repr
)
def test_what_is_missing_is_a_failed_repeat(failed):
    assert verdict([*CHILD, failed], PARENT).failed_child == 1


def test_true_and_false_count_as_one_and_zero():
    assert verdict([True, np.bool_(False), True], PARENT) == verdict([1.0, 0.0, 1.0], PARENT)


def test_a_series_with_missing_values_counts_them():
    assert verdict(pd.Series([1, None, 3], dtype="Int64"), [1, 2, 3]).failed_child == 1
    assert verdict(np.ma.masked_invalid([1.0, math.nan, 3.0]), [1, 2, 3]).failed_child == 1


@pytest.mark.parametrize(
    "bad",
    [
        "0.9",
        b"0.9",
        0.9,
        5,
        None,
        {"a": 1},
        {1.0, 2.0},
        np.float64(1),
        np.array(1.0),
        pd.DataFrame({"a": [1.0]}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_sequence_of_numbers_is_refused(bad):
    with pytest.raises(MetricError, match=r"child (is a sequence of numbers|holds)"):
        verdict(bad, PARENT)
    with pytest.raises(MetricError, match=r"parent (is a sequence of numbers|holds)"):
        verdict(CHILD, bad)


@pytest.mark.parametrize(
    "bad",
    ["0.9", 1j, [1.0], np.array([1.0]), object(), 10**400, np.datetime64("2026-01-01")],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_number_is_refused_among_the_values(bad):
    with pytest.raises(MetricError, match=r"child holds .*; a repeat is one number"):
        verdict([0.9, bad, 0.8], PARENT)


@pytest.mark.parametrize("goal", ["maximum", "", None, 1, "MAX"])
def test_goals_other_than_max_and_min_are_refused(goal):
    with pytest.raises(OptionError, match=r"goal is max or min, not"):
        verdict(CHILD, PARENT, goal)


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5, math.nan, "0.95", True, None, [0.95]])
def test_levels_outside_0_and_1_are_refused(confidence):
    with pytest.raises(OptionError, match=r"confidence is a number between 0 and 1, like 0.95, not"):
        verdict(CHILD, PARENT, confidence=confidence)


@pytest.mark.parametrize(
    "option", [{"failed_child": -1}, {"failed_parent": 1.5}, {"min_delta": -1}, {"min_delta": "1"}]
)
def test_other_options_are_held_to_what_they_can_be(option):
    with pytest.raises(OptionError, match=next(iter(option))):
        verdict(CHILD, PARENT, **option)


# -- luck -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "low", "high"),
    [(3, 0.025, 0.045), (5, 0.036, 0.054), (10, 0.041, 0.059)],
    ids=["n=3", "n=5", "n=10"],
)
def test_luck_alone_rarely_looks_like_a_difference(n, low, high):
    draw = random.Random(20_261_123 + n)
    runs = 4000
    false = sum(
        verdict([draw.gauss(0, 1) for _ in range(n)], [draw.gauss(0, 1) for _ in range(n)]).verdict != "not sure"
        for _ in range(runs)
    )
    assert low < false / runs < high


def test_five_repeats_see_a_difference_of_two_sd_three_times_in_four():
    draw = random.Random(20_261_123)
    seen = sum(
        verdict([draw.gauss(2, 1) for _ in range(5)], [draw.gauss(0, 1) for _ in range(5)]).verdict == "improved"
        for _ in range(2000)
    )
    assert 0.72 < seen / 2000 < 0.80
