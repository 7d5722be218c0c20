"""Student's t against a table made with mpmath and SciPy."""

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from jupyter_xpt.ground.errors import OptionError
from jupyter_xpt.thought.statistics.student import critical_value, normal_quantile, two_sided_p

# A busy machine is no failure.
unhurried = settings(deadline=None)
TABLE = Path(__file__).parents[2] / "data" / "t_distribution_reference.csv"
with TABLE.open(encoding="utf-8", newline="") as lines:
    ROWS = list(csv.DictReader(lines))
TAILS = [(float(row["df"]), float(row["x"]), float(row["sf_two_sided_mpmath"])) for row in ROWS if row["x"]]
QUANTILES = [(float(row["df"]), float(row["alpha"]), float(row["tcrit_scipy"])) for row in ROWS if row["alpha"]]


def test_the_table_was_read_whole():
    assert len(TAILS) + len(QUANTILES) == len(ROWS) == 418


@pytest.mark.parametrize(("df", "t", "expected"), TAILS)
def test_tails_agree_with_the_table(df, t, expected):
    # The table itself is that coarse far out; the exact values of those rows are in the next test.
    coarse = 0 < expected < 1e-50
    assert two_sided_p(t, df) == pytest.approx(expected, rel=2e-6 if coarse else 1e-10, abs=0)
    assert two_sided_p(-t, df) == two_sided_p(t, df)


# The power series of the incomplete beta function, summed in decimals of 60 digits.
@pytest.mark.parametrize(
    ("df", "t", "expected"),
    [
        (58, 100, 1.219389772478026e-66),
        (99.5, 30, 1.193272814687074e-51),
        (500, 30, 7.214288888428019e-114),
        (10_000, 30, 2.044327047425571e-189),
        (1_000_000, 30, 1.202009423366344e-197),
    ],
)
def test_tails_are_exact_far_out(df, t, expected):
    assert two_sided_p(t, df) == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize(("df", "alpha", "expected"), QUANTILES)
def test_quantiles_agree_with_the_table(df, alpha, expected):
    assert critical_value(alpha, df) == pytest.approx(expected, rel=1e-10, abs=0)


@unhurried
@given(st.floats(1e-14, 0.99), st.floats(1, 1e6))
def test_the_tail_of_a_quantile_is_where_it_started(alpha, df):
    assert two_sided_p(critical_value(alpha, df), df) == pytest.approx(alpha, rel=1e-9)


@unhurried
@given(st.floats(0, 50), st.floats(0, 50), st.floats(1, 1e4))
def test_a_tail_falls_as_t_grows(first, second, df):
    low, high = sorted((first, second))
    assert 0 <= two_sided_p(high, df) <= two_sided_p(low, df) * (1 + 1e-12) <= 1 + 1e-12


@pytest.mark.parametrize("t", [0.1, 1.0, 1e3, 1e8, 1e120, 1e200, 1e308])
def test_with_one_degree_of_freedom_it_is_cauchy(t):
    assert two_sided_p(t, 1) == pytest.approx(2 / math.pi * math.atan2(1, t), rel=1e-11)


def test_without_end_of_degrees_of_freedom_it_is_normal():
    assert two_sided_p(1.96, math.inf) == pytest.approx(0.04999579029644087, rel=1e-12)
    assert critical_value(0.05, math.inf) == pytest.approx(1.959963984540054, rel=1e-13)


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (0.5, 0.0),
        (0.8, 0.8416212335729143),
        (0.975, 1.959963984540054),
        (0.995, 2.5758293035489004),
        (0.3, -0.5244005127080409),
        (1e-10, -6.361340902404056),
        (1e-300, -37.0470962993612),
    ],
)
def test_normal_quantiles(probability, expected):
    assert normal_quantile(probability) == pytest.approx(expected, rel=1e-12)


def test_an_infinite_t_has_no_tail_and_nan_stays_nan():
    assert two_sided_p(math.inf, 4) == 0.0
    assert math.isnan(two_sided_p(math.nan, 4))
    assert two_sided_p(0.0, 4) == 1.0


@pytest.mark.parametrize("df", [0, -1, math.nan])
def test_degrees_of_freedom_out_of_range_are_refused(df):
    with pytest.raises(OptionError, match="degrees of freedom are above 0"):
        two_sided_p(1.0, df)
    with pytest.raises(OptionError, match="degrees of freedom are above 0"):
        critical_value(0.05, df)


@pytest.mark.parametrize("alpha", [0, 1, -0.1, math.nan])
def test_probabilities_out_of_range_are_refused(alpha):
    with pytest.raises(OptionError, match="between 0 and 1"):
        critical_value(alpha, 4)
    with pytest.raises(OptionError, match="between 0 and 1"):
        normal_quantile(alpha)
