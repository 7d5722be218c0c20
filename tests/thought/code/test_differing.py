from __future__ import annotations

import pytest

from jupyter_xpt.thought.code.differing import differing
from jupyter_xpt.thought.code.source import Source

FOREST = Source(
    "model = Forest(trees=100, depth=3).fit(X, y)",
    ("size = 0.3", "import numpy"),
    (("settings.json", '{"lr": 0.1, "steps": 5}'),),
)


def rows(*sources):
    return [(one.where, one.what, one.values) for one in differing(sources)]


def but(**given):
    return Source(*(given.get(key, getattr(FOREST, key)) for key in ("cell", "above", "files")))


def test_what_all_have_alike_is_not_there():
    assert rows(FOREST, FOREST) == []
    assert rows(FOREST, but(cell=FOREST.cell + "  # why")) == []
    assert rows() == rows(None, None) == []


def test_each_has_its_own_value():
    found = rows(
        FOREST,
        but(cell=FOREST.cell.replace("100", "300")),
        but(cell=FOREST.cell.replace("100", "500"), above=("size = 0.5", "import numpy")),
    )
    assert found == [
        ("cell", "trees", ("100", "300", "500")),
        ("cell 2 above", "size", ("0.3", "0.3", "0.5")),
    ]


def test_parameters_that_went_with_their_callable_are_none_there():
    found = rows(FOREST, but(cell=FOREST.cell.replace("100", "300")), but(cell="model = SVC(C=2).fit(X, y)"))
    assert ("cell", "trees", ("100", "300", None)) in found
    assert ("cell", "depth", ("3", "3", None)) in found
    assert ("cell", "C", (None, None, "2")) in found
    assert ("cell", "model", ("Forest", "Forest", "SVC")) in found


def test_what_stayed_beside_another_change_keeps_its_value():
    found = rows(FOREST, but(cell=FOREST.cell.replace("100", "300")), but(cell=FOREST.cell + "\nprint(model)"))
    assert ("cell", "trees", ("100", "300", "100")) in found
    assert ("cell", "print(model)", (None, None, "yes")) in found


def test_keys_of_files_and_whole_files_are_told():
    files = (("settings.json", '{"lr": 0.2, "steps": 5}'), ("more.py", "x = 1"))
    assert rows(FOREST, but(files=files)) == [
        ("more.py", "more.py", (None, "yes")),
        ("settings.json", "lr", ("0.1", "0.2")),
    ]


def test_one_that_is_not_known_has_nothing_and_hides_nothing():
    found = rows(None, FOREST, but(cell=FOREST.cell.replace("100", "300")))
    assert found == [("cell", "trees", (None, "100", "300"))]


def test_places_are_called_as_the_first_one_has_them():
    more = but(above=("size = 0.5", "load()", "import numpy"))
    assert ("cell 2 above", "size", ("0.3", "0.5")) in rows(FOREST, more)


@pytest.mark.parametrize("cell", ["x = (", "!ls", "x = 1\n" * 5000, "(" * 3000, "\x00", "f(" + "-" * 5000 + "1)"])
def test_what_is_no_python_or_very_long_is_told_as_edited(cell):
    (row, *_) = rows(FOREST, but(cell=cell))
    assert row[0] == "cell"
