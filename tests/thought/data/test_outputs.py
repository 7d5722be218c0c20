"""What outputs may be called, and where they lie."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.ground.errors import NameProblem
from jupyter_xpt.thought.data.outputs import named, parts_of, place_of

HOSTILE = [
    *("", ".", "..", "/", "//", "./a", "a/", "a//b", "a/.", "a/..", "../a", "a/../b", "a/../../b", "/etc/passwd"),
    *("~/a", "~root/a", "C:/a", "c:a", "C:\\a", "a\\b", "..\\a", "\\\\host\\a", "a\0b", "a\nb", "a\x1b[2Jb", "\u202ea"),
    *("con", "NUL.npy", "a/aux", "com1.csv", "a:b", "a*", "a?", 'a"', "<a>", "a|b", ".hidden", "a/.ssh/b", "a.", " a"),
    *("a ", "x" * 300, "a/" * 30 + "b", "repeat_002/a", "REPEAT_2/a", "repeat_1", "\ud800", "\u2028", "file\u200f"),
    *("%2e%2e/a".replace("%2e", "."), "…/../a", "data\x7f", "\x85"),
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_names_that_lead_out_or_are_no_files_are_refused_in_one_line(name: str) -> None:
    with pytest.raises(NameProblem, match="cannot name an output") as found:
        parts_of(name)
    assert str(found.value).isprintable()


@pytest.mark.parametrize(
    "name",
    [
        "features.parquet",
        "splits/train.npy",
        "a b.csv",
        "Übung/größe.npy",
        "猫.npy",
        "model.v2.pkl",
        "data",
        "repeat_a",
    ],
)
def test_names_that_people_give_are_taken_as_they_are(name: str) -> None:
    assert "/".join(parts_of(name)) == name


@given(st.text(max_size=40))
def test_whatever_is_taken_stays_below_the_folder(name: str) -> None:
    try:
        parts = parts_of(name)
    except NameProblem:
        return
    assert "/".join(parts) == name
    assert not {"", ".", ".."} & set(parts)
    assert not any(char in part for part in parts for char in "/\\:\0")


@pytest.mark.parametrize("repeat", [None, 1, 2, 999, 1000, 12345])
@pytest.mark.parametrize("name", ["a.npy", "b/c/d.npy"])
def test_what_lies_there_is_named_as_it_was_asked_for(name: str, repeat: int | None) -> None:
    assert named("/".join(place_of(parts_of(name), repeat)[1:])) == (name, repeat)
