from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.thought.code import cells as under_test
from jupyter_xpt.thought.code.cells import Side, cell_diffs, file_diffs
from jupyter_xpt.thought.notebooks import Cell


def side(*texts, place=None):
    """A notebook's cells, ``id|text`` or ``text``; text that begins with # is markdown."""
    made = []
    for index, one in enumerate(texts):
        identity, bar, text = one.rpartition("|")
        kind = "markdown" if text.startswith("#") else "code"
        tags = ("scratch",) if text.startswith("plot") else ()
        made.append(Cell(index, identity if bar else None, kind, text, tags))
    found = next((cell.index for cell in made if cell.source.startswith("%%experiment")), None)
    return Side(made, found if place is None else place)


def told(left, right):
    return [f"{one.kind} {one.where}" for one in cell_diffs(left, right)]


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        (side("a|x = 1", "b|%%experiment"), side("a|x = 1", "b|%%experiment"), ["same cell 1 above", "same cell"]),
        (
            side("a|x = 1", "b|%%experiment\nf()"),
            side("a|y = 2", "b|%%experiment\ng()"),
            ["edited cell 1 above", "edited cell"],
        ),
        (
            side("a|x = 1", "c|%%experiment"),
            side("a|x = 1", "b|load(data)", "c|%%experiment"),
            ["same cell 2 above", "added cell 1 above", "same cell"],
        ),
        (
            side("a|x = 1", "b|load(data)", "c|%%experiment"),
            side("a|x = 1", "c|%%experiment"),
            ["same cell 1 above", "removed cell 1 above", "same cell"],
        ),
        (side("x = 1", "%%experiment"), side("p|x = 1", "q|%%experiment"), ["same cell 1 above", "same cell"]),
        (
            side("model = SVC(C=1).fit(X, y)", "%%experiment"),
            side("model = SVC(C=2).fit(X, y)", "import numpy", "%%experiment"),
            ["edited cell 2 above", "added cell 1 above", "same cell"],
        ),
        (
            side("# notes", "%%experiment", "plot(x)", "show(x)"),
            side("# notes of mine", "%%experiment", "plot(y)", "show(x)"),
            ["edited markdown 1 above", "same cell", "edited scratch 1 below", "same cell 1 below"],
        ),
        (side("# only words"), side("x = 1"), ["removed markdown 1", "added cell 1"]),
        (side(), side("x = 1"), ["added cell 1"]),
    ],
    ids=["same", "edited", "added", "removed", "new ids", "by words", "kinds", "kinds apart", "from nothing"],
)
def test_cells_that_stand_for_each_other_are_found(left, right, said):
    assert told(left, right) == said


TEXTS = st.lists(st.sampled_from(["x = 1", "# words", "y = f(x)", "%%experiment\ng()", "", "plot(x)"]), max_size=8)


@given(TEXTS, TEXTS)
def test_every_cell_of_both_sides_is_there_once(left, right):
    found = cell_diffs(side(*left), side(*right))
    lefts = sum(one.kind != "added" for one in found)
    rights = sum(one.kind != "removed" for one in found)
    assert (lefts, rights) == (len(left), len(right))


def test_many_cells_without_anything_in_common_take_no_time():
    left, right = (side(*(f"{name}{i} = {i}" for i in range(3000))) for name in "ab")
    assert len(cell_diffs(left, right)) == 3000


def test_lines_beyond_the_bound_are_left_out_those_that_differ_last(monkeypatch):
    monkeypatch.setattr(under_test, "MAX_ALL_LINES", 10)
    found = cell_diffs(side("a|" + "x\n" * 9, "b|%%experiment"), side("a|" + "x\n" * 9, "b|%%experiment\nnew"))
    assert [(one.kind, len(one.lines)) for one in found] == [("same", 9), ("edited", 2)]
    assert found[0].lines[-1].text == "… 1 more line not shown"


def test_files_are_compared_by_name():
    found = file_diffs({"a.py": "x = 1\n", "b.json": "{}", "d.py": "1"}, {"a.py": "x = 2", "c.toml": "", "d.py": "1\n"})
    assert [(one.kind, one.where) for one in found] == [
        ("edited", "a.py"),
        ("removed", "b.json"),
        ("added", "c.toml"),
        ("same", "d.py"),
    ]
