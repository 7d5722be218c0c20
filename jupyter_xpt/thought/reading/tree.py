"""Tree: the experiments of a series in order, depth first, each exactly once whatever the records say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jupyter_xpt.ground.names import short


@dataclass(slots=True)
class Place:
    """Where an experiment stands in the tree."""

    number: int
    depth: int = 0
    last: bool = True
    trouble: str = ""


def ordered(parents: Mapping[int, int | None]) -> list[Place]:
    """The experiments of a series as a tree: depth first, children by number, each exactly once.

    Parameters
    ----------
    parents
        Each experiment's parent, by number; None where it has none.
    """
    children: dict[int, list[int]] = {}
    roots: list[Place] = []
    for number in sorted(parents):
        parent = parents[number]
        if parent is None:
            roots.append(Place(number))
        elif parent not in parents:
            roots.append(Place(number, trouble=f"its parent {short(parent)} is not there"))
        else:
            children.setdefault(parent, []).append(number)
    places: list[Place] = []
    seen: set[int] = set()
    for root in roots:
        _walk(root, children, seen, places)
    # Whoever no root leads to belongs to a cycle, or hangs on one.
    for number in sorted(parents.keys() - seen):
        if number not in seen:
            first = min(_cycle(number, parents))
            trouble = f"its parent {short(parents[first] or 0)} descends from it"
            _walk(Place(first, trouble=trouble), children, seen, places)
    return places


def _walk(root: Place, children: Mapping[int, Sequence[int]], seen: set[int], places: list[Place]) -> None:
    """Adds a root and all that descend from it, without recursion: lineages grow hundreds deep."""
    waiting = [root]
    while waiting:
        place = waiting.pop()
        if place.number in seen:
            continue
        seen.add(place.number)
        places.append(place)
        below = [child for child in children.get(place.number, ()) if child not in seen]
        for child in reversed(below):
            waiting.append(Place(child, place.depth + 1, child == below[-1]))


def _cycle(number: int, parents: Mapping[int, int | None]) -> list[int]:
    """The numbers of the cycle that following the parents from here ends in."""
    path: dict[int, int] = {}
    current: int | None = number
    while current is not None and current not in path:
        path[current] = len(path)
        current = parents.get(current)
    return list(path)[path[current] :] if current is not None else [number]
