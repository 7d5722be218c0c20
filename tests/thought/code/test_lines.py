from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.thought.code.lines import MAX_CHARS, MAX_LINE, MAX_LINES, line_diff, split

TEXT = st.lists(st.sampled_from(["a", "b", "c", "", "  x"]), max_size=12).map("\n".join)


def shown(before, after):
    return [f"{one.kind[0]} {one.left or '-'} {one.right or '-'} {one.text}" for one in line_diff(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("", "", []),
        ("a", "a\n", ["s 1 1 a"]),
        ("a\r\nb", "a\nb", ["s 1 1 a", "s 2 2 b"]),
        ("a\nb\nc", "a\nx\nc", ["s 1 1 a", "r 2 - b", "a - 2 x", "s 3 3 c"]),
        ("", "a\nb", ["a - 1 a", "a - 2 b"]),
        ("a\nb", "", ["r 1 - a", "r 2 - b"]),
        ("a\n\nb", "a\nb", ["s 1 1 a", "r 2 - ", "s 3 2 b"]),
        ("a\x0cb", "a\x0cb", ["s 1 1 a\x0cb"]),
    ],
    ids=["nothing", "last end", "ends of line", "one line", "added", "removed", "blank line", "form feed"],
)
def test_lines_are_the_same_added_or_removed(before, after, lines):
    assert shown(before, after) == lines


@given(TEXT, TEXT)
def test_each_side_is_whole_and_in_order(before, after):
    lines = line_diff(before, after)
    for text, side in ((before, "left"), (after, "right")):
        own = [one for one in lines if getattr(one, side) is not None]
        assert [one.text for one in own] == split(text)
        assert [getattr(one, side) for one in own] == list(range(1, len(own) + 1))
    for one in lines:
        assert (one.left is None, one.right is None) == (one.kind == "added", one.kind == "removed")


def test_long_texts_are_cut_and_say_so():
    lines = line_diff("a\n" * (MAX_LINES + 7), "a\n" * 3)
    assert lines[-1].text == "… 7 more lines not shown"
    assert (lines[-1].left, lines[-1].right, lines[-1].kind) == (None, None, "same")
    assert max(one.left or 0 for one in lines) == MAX_LINES
    wide = line_diff("\n".join(["x" * 1000] * 2000), "")
    assert sum(len(one.text) for one in wide) <= MAX_CHARS + 100
    assert "more lines not shown" in wide[-1].text
    (long,) = line_diff("x" * 5_000_000, "x" * 5_000_000)
    assert long.kind == "same"
    assert long.text.endswith("… (4998000 more characters)")
    assert len(long.text) < MAX_LINE + 60


@pytest.mark.parametrize("seed", range(3))
def test_texts_that_make_difflib_slow_are_cut_up_quickly(seed):
    # Quadratic or worse for difflib; here it only has to end: the test's time-out is the judge.
    draw = random.Random(seed)
    before, after = (
        "\n".join(draw.choice(["", "}", "x", str(draw.random())[:3]]) for _ in range(MAX_LINES)) for _ in range(2)
    )
    lines = line_diff(before, after)
    assert [one.text for one in lines if one.left is not None] == split(before)
