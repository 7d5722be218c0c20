"""The lineage of data."""

from __future__ import annotations

from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.thought.data.flow import Edge, Flow, traced
from jupyter_xpt.thought.data.wording import Listed

FIRST, AGAIN = "2026_11_23-12_34_01", "2026_11_23-12_34_02"


def edge(name: str, maker: int, user: int, used: str = FIRST, series: str = "cats", **given: bool) -> Edge:
    return Edge(ExperimentName("cats", maker), name, FIRST, ExperimentName(series, user), used, **given)


FLOW = Flow(
    (
        edge("a.npy", 9, 12),
        edge("a.npy", 9, 11),
        edge("a.npy", 9, 11, AGAIN),
        edge("b.npy", 9, 13, current=False),
        edge("a.npy", 11, 1, series="dogs"),
    )
)


def test_each_output_has_a_line_with_those_that_use_it_now() -> None:
    assert FLOW.lines("cats") == ("a.npy of 009 → 011, 012", "a.npy of 011 → dogs_001")
    assert FLOW.lines("dogs") == ("a.npy of cats_011 → 001",)
    assert FLOW.lines("owls") == ()


def test_very_many_users_are_counted() -> None:
    (line,) = Flow(tuple(edge("a.npy", 1, n) for n in range(2, 30))).lines("cats")
    assert line.endswith("012, 013 and 16 more")


def test_the_users_of_an_output_are_told_with_their_newest_run() -> None:
    assert FLOW.users(ExperimentName("cats", 9)) == {
        "a.npy": (f"cats_011/{AGAIN}", f"cats_012/{FIRST}"),
        "b.npy": (f"cats_013/{FIRST}",),
    }
    assert FLOW.users(ExperimentName("cats", 12)) == {}


def test_a_listed_dataset_says_where_it_comes_from_and_who_uses_it() -> None:
    assert traced(Listed("a", "in", "", None, f"dogs_002/{FIRST}"), "cats") == f"made by dogs_002, run {FIRST}"
    assert traced(Listed("a", "out", "", None, None, (f"cats_011/{FIRST}", f"dogs_2/{FIRST}")), "cats") == "used by 011"
    assert traced(Listed("a", "in", "", None, "../.."), "cats") == ""
