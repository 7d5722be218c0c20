"""Alignment: which members of two sequences stand for each other, quick also for ten thousand of them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

_T = TypeVar("_T")
# Indices on both sides, None on the side where there is no counterpart.
Pairs = Iterator[tuple[int | None, int | None]]


def aligned(
    before: Sequence[_T],
    after: Sequence[_T],
    key: Callable[[_T], Hashable],
    similar: Callable[[Sequence[_T], Sequence[_T]], Pairs],
) -> Pairs:
    """Which members of two sequences stand for each other, those with the same key left out."""
    for i, i_end, j, j_end in gaps([key(one) for one in before], [key(one) for one in after]):
        for old, new in similar(before[i:i_end], after[j:j_end]):
            yield None if old is None else i + old, None if new is None else j + new


def gaps(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> Iterator[tuple[int, int, int, int]]:
    """The stretches between what is the same in both, in order.

    Patience diff: what occurs once in both anchors the rest. Quick also where difflib would be quadratic.
    """
    waiting = [(0, len(ours), 0, len(theirs))]
    while waiting:
        i, i_end, j, j_end = waiting.pop()
        while i < i_end and j < j_end and ours[i] == theirs[j]:
            i, j = i + 1, j + 1
        while i < i_end and j < j_end and ours[i_end - 1] == theirs[j_end - 1]:
            i_end, j_end = i_end - 1, j_end - 1
        if i == i_end or j == j_end:
            if (i, j) != (i_end, j_end):
                yield i, i_end, j, j_end
            continue
        anchors = common(ours[i:i_end], theirs[j:j_end])
        if not anchors:
            yield i, i_end, j, j_end
            continue
        edges = [(-1, -1), *anchors, (i_end - i, j_end - j)]
        waiting += reversed(
            [(i + a + 1, i + next_a, j + b + 1, j + next_b) for (a, b), (next_a, next_b) in pairwise(edges)]
        )


def common(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Places of the same in both, ascending: what is unique, else what difflib finds in short stretches."""
    mine, its = Counter(ours), Counter(theirs)
    there = {key: j for j, key in enumerate(theirs) if its[key] == 1}
    pairs = [(i, there[key]) for i, key in enumerate(ours) if mine[key] == 1 and key in there]
    if pairs:
        return ascending(pairs)
    if len(ours) * len(theirs) > 10_000 or not mine.keys() & its.keys():
        return []
    from difflib import SequenceMatcher  # 3 ms that few kernels need

    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    return [(block.a + k, block.b + k) for block in blocks for k in range(block.size)]


def ascending(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that ascends on both sides."""
    ends: list[int] = []
    holders: list[int] = []
    previous: list[int | None] = []
    for k, (_, j) in enumerate(pairs):
        place = bisect_left(ends, j)
        previous.append(holders[place - 1] if place else None)
        ends[place : place + 1] = [j]
        holders[place : place + 1] = [k]
    run: list[tuple[int, int]] = []
    at: int | None = holders[-1]
    while at is not None:
        run.append(pairs[at])
        at = previous[at]
    return run[::-1]


def by_head(
    before: Sequence[_T],
    after: Sequence[_T],
    head: Callable[[_T], Hashable],
    others: Callable[[Sequence[_T], Sequence[_T]], Pairs],
) -> Pairs:
    """Pairs with the same head, and in between those that ``others`` finds."""
    ours, theirs = [head(one) for one in before], [head(one) for one in after]
    i = j = 0
    for a, a_end, b, b_end in [*gaps(ours, theirs), (len(ours), len(ours), len(theirs), len(theirs))]:
        yield from zip(range(i, a), range(j, b), strict=True)
        for old, new in others(before[a:a_end], after[b:b_end]):
            yield None if old is None else a + old, None if new is None else b + new
        i, j = a_end, b_end


def in_turn(before: Sequence[_T], after: Sequence[_T]) -> Pairs:
    """Each with its counterpart, counted from the end; those left over alone."""
    for k in range(max(len(before), len(after)), 0, -1):
        i, j = len(before) - k, len(after) - k
        yield i if i >= 0 else None, j if j >= 0 else None
