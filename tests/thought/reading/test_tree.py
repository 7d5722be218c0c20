from __future__ import annotations

from hypothesis import given, strategies as st

from jupyter_xpt.thought.reading.tree import ordered


def shape(parents):
    return [(place.number, place.depth, place.last) for place in ordered(parents)]


def test_children_follow_their_parent_by_number():
    found = shape({1: None, 2: 1, 10: 2, 3: 1, 9: 2})
    assert found == [(1, 0, True), (2, 1, False), (9, 2, False), (10, 2, True), (3, 1, True)]


def test_a_parent_that_is_not_there_makes_a_root():
    (place,) = ordered({5: 4})
    assert (place.depth, place.trouble) == (0, "its parent 004 is not there")


def test_a_cycle_is_cut_at_its_lowest_number_wherever_it_is_entered():
    assert [place.number for place in ordered({2: 5, 3: 2, 4: 3, 5: 4, 1: 3})] == [2, 3, 1, 4, 5]


def test_many_cycles_and_long_ones_are_quick():
    assert len(ordered({number: number for number in range(1, 20_001)})) == 20_000
    assert ordered({number: number % 20_000 + 1 for number in range(1, 20_001)})[-1].depth == 19_999


@given(st.dictionaries(st.integers(1, 14), st.one_of(st.none(), st.integers(-2, 16)), max_size=12))
def test_every_experiment_shows_exactly_once_whatever_the_parents(parents):
    places = ordered(parents)
    assert sorted(place.number for place in places) == sorted(parents)
    for before, place in zip([None, *places], places, strict=False):
        assert place.depth == 0 if before is None else place.depth <= before.depth + 1
