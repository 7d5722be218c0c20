from hypothesis import given, strategies as st

from jupyter_xpt.thought.code.alignment import aligned, by_head, in_turn

LETTERS = st.lists(st.sampled_from("abcdef"), max_size=12)


@given(LETTERS, LETTERS)
def test_what_is_left_out_is_the_same_on_both_sides(before, after):
    pairs = list(aligned(before, after, str, in_turn))
    gone, come = {i for i, _ in pairs}, {j for _, j in pairs}
    rest = [one for i, one in enumerate(before) if i not in gone]
    assert rest == [one for j, one in enumerate(after) if j not in come]


@given(LETTERS, LETTERS)
def test_every_member_has_its_place_once_and_in_order(before, after):
    pairs = list(by_head(before, after, str, in_turn))
    assert [i for i, _ in pairs if i is not None] == list(range(len(before)))
    assert [j for _, j in pairs if j is not None] == list(range(len(after)))


def test_one_member_more_is_found():
    assert list(aligned("abab", "abcab", str, in_turn)) == [(None, 2)]


def test_ten_thousand_members_that_all_differ_are_one_gap():
    before, after = range(10_000), range(10_000, 20_000)
    assert len(list(aligned(before, after, int, in_turn))) == 10_000
