from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.thought.reading import columns


@pytest.mark.parametrize(
    ("given", "cells"), [("ab", 2), ("日本", 4), ("e\u0301", 1), ("", 0), ("\u200d", 0), ("한", 2), ("ａ", 2)]
)
def test_cells_are_counted_as_terminals_count_them(given, cells):
    assert columns.cells(given) == cells


@given(st.text(max_size=40), st.integers(1, 30))
def test_what_is_cut_fits(given, width):
    assert columns.cells(columns.cut(given, width)) <= max(width, 1)
    assert columns.cells(columns.pad(columns.cut(given, width), width)) >= width - 1


@given(st.text(alphabet="ab 日", max_size=60), st.integers(4, 20))
def test_wrapping_loses_no_word(given, width):
    assert " ".join(columns.wrapped(given, width)).split() == given.split()


@pytest.mark.parametrize("width", [20, 41, 80])
def test_scripts_without_spaces_are_wrapped_too(width):
    text = "日本語" * 60 + " and e\u0301" * 30
    lines = columns.wrapped(text, width, "     ")
    assert max(map(columns.cells, lines)) <= width
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_grid_leaves_out_what_is_empty():
    assert columns.grid([["a", "bb"], ["", ""], ["c", "日"]]) == ["a   c", "bb  日"]
