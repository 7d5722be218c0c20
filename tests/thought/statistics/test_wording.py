"""Each verdict has its sentence."""

import math

import pytest
from hypothesis import given, settings, strategies as st

from jupyter_xpt.thought.statistics.verdicts import paired, verdict
from jupyter_xpt.thought.statistics.wording import sentence

PARENT = [0.9, 0.91, 0.905, 0.895, 0.9]
CHILD = [0.93, 0.935, 0.925, 0.93, 0.94]


def spread(mean, half, n):
    """Repeats with that mean, whose interval against as many others alike has that half-width at 95 %."""
    v = verdict([1.0 + (i % 2) for i in range(n)], [float(i % 2) for i in range(n)])
    scale = half / ((v.high - v.low) / 2)
    middle = math.fsum(i % 2 for i in range(n)) / n
    return [mean + scale * (i % 2 - middle) for i in range(n)]


def test_improved_is_said_as_promised():
    v = verdict(spread(0.912, 0.007, 10), spread(0.9, 0.007, 10))
    assert sentence(v, "accuracy", "006") == (
        "Improved on 006 by +0.012 accuracy (95 % interval +0.005 … +0.019; 10 and 10 repeats)."
    )
    assert str(v) == "Improved by +0.012 (95 % interval +0.005 … +0.019; 10 and 10 repeats)."


def test_not_sure_is_said_as_promised():
    v = verdict(spread(0.898, 0.009, 5), spread(0.9, 0.009, 5))
    assert sentence(v, "accuracy", "006") == (
        "Not sure against 006: −0.002 accuracy (95 % interval −0.011 … +0.007; 5 and 5 repeats); "
        f"about {v.repeats_needed} repeats each would settle a difference of this size."
    )


@pytest.mark.parametrize(
    ("child", "parent", "options", "said"),
    [
        (PARENT, CHILD, {}, "Worse than 006 by −0.030 acc (95 % interval −0.038 … −0.022; 5 and 5 repeats)."),
        (
            CHILD,
            PARENT,
            {"confidence": 0.999},
            "Improved on 006 by +0.030 acc (99.9 % interval +0.012 … +0.048; 5 and 5 repeats).",
        ),
        (
            CHILD * 3,
            PARENT,
            {},
            "Improved on 006 by +0.030 acc (95 % interval +0.023 … +0.037; unequal repeats: 15 and 5).",
        ),
        (
            [0.95, 0.9],
            [0.9, 0.9],
            {},
            "Not sure against 006: +0.025 acc (2 and 2 repeats); too few repeats (2 of 3).",
        ),
        (
            [*CHILD, None],
            PARENT,
            {},
            "Not sure against 006: +0.030 acc (95 % interval +0.022 … +0.038; 5 and 5 repeats, "
            "1 and 0 failed), but 1 of 6 repeats of the child failed.",
        ),
        (
            PARENT,
            [*CHILD, None],
            {},
            "Not sure against 006: −0.030 acc (95 % interval −0.038 … −0.022; 5 and 5 repeats, "
            "0 and 1 failed), but 1 of 6 repeats of 006 failed.",
        ),
        (
            [0.9] * 3,
            [0.8] * 3,
            {},
            "Not sure against 006: +0.1 acc (3 and 3 repeats); identical values: is the seed fixed?",
        ),
        (
            [0.9],
            [0.8],
            {"deterministic": True},
            "Improved on 006 by +0.1 acc on this data set (deterministic: the plain difference; 1 and 1 repeats).",
        ),
        (
            [0.9],
            [0.9],
            {"deterministic": True},
            "Not sure against 006: 0 acc (1 and 1 repeats); no difference (deterministic).",
        ),
        (CHILD, [], {}, "Not sure against 006: 006 has no values."),
        ([None, None], PARENT, {}, "Not sure against 006: the child has no values (2 repeats failed)."),
        (
            [1000, 1010, 1020],
            [1200, 1210, 1220],
            {"goal": "min"},
            "Improved on 006 by −200 acc (95 % interval −223 … −177; 3 and 3 repeats).",
        ),
    ],
    ids=[
        *("worse", "level", "unequal", "too few", "child failed", "parent failed", "identical"),
        *("deterministic", "no difference", "no values", "all failed", "large"),
    ],
)
def test_each_verdict_has_its_sentence(child, parent, options, said):
    assert sentence(verdict(child, parent, **options), "acc", "006") == said


def test_pairs_are_said_as_pairs():
    v = paired([1.1, 2.2, 3.1, 4.15], [1, 2, 3, 4])
    assert sentence(v, "acc", "006") == "Improved on 006 by +0.14 acc (95 % paired interval +0.06 … +0.21; 4 pairs)."


def test_a_hopeless_difference_is_called_so():
    said = str(verdict([0.9, 0.91, 0.9, 0.91], [0.9, 0.91, 0.91, 0.90001]))
    assert said.endswith("; a difference of this size would take more than 1000 repeats each to settle.")


def test_a_bound_that_decides_is_not_rounded_to_zero():
    v = verdict(spread(0.907, 0.0069, 10), spread(0.9, 0.0069, 10))
    assert str(v) == "Improved by +0.0070 (95 % interval +0.0001 … +0.0139; 10 and 10 repeats)."


values = st.one_of(
    st.floats(-1e6, 1e6).map(lambda value: round(value, 6)),
    st.sampled_from([math.nan, math.inf, -math.inf, None]),
)
repeats = st.lists(values, max_size=12)


@settings(deadline=None)
@given(repeats, repeats, st.sampled_from(["max", "min"]), st.sampled_from([0.8, 0.95, 0.99, 0.999]))
def test_every_verdict_can_be_said(child, parent, goal, level):
    v = verdict(child, parent, goal, level)
    said = sentence(v, "accuracy", "006")
    assert said.startswith(("Improved on 006 by ", "Worse than 006 by ", "Not sure against 006: "))
    assert "None" not in said
    assert "-" not in said
    assert (v.verdict == "not sure") == said.startswith("Not sure")
    assert v.reason
