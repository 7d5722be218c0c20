"""Tree: the experiments of a series in order, depth first, each exactly once whatever the records say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jupyter_xpt.ground.names import ExperimentName, short


@dataclass(slots=True)
class Place:
    """Where an experiment stands in the tree."""

    name: ExperimentName
    depth: int = 0
    last: bool = True
    trouble: str = ""


def ordered(parents: Mapping[ExperimentName, int | None]) -> list[Place]:
    """The experiments of a series as a tree: depth first, children by number, each exactly once."""
    names = {name.number: name for name in parents}
    children: dict[int, list[int]] = {}
    roots: dict[int, str] = {}
    for number in sorted(names):
        parent = parents[names[number]]
        if parent is None:
            roots[number] = ""
        elif parent not in names:
            roots[number] = f"its parent {short(parent)} is not there"
        else:
            children.setdefault(parent, []).append(number)
    places: list[Place] = []
    seen: set[int] = set()
    for number, trouble in roots.items():
        _walk(Place(names[number], trouble=trouble), names, children, seen, places)
    # Whoever no root leads to belongs to a cycle, or hangs on one.
    for number in sorted(names):
        if number not in seen:
            first = min(_cycle(number, {other.number: parent for other, parent in parents.items()}))
            trouble = f"its parent {short(parents[names[first]] or 0)} descends from it"
            _walk(Place(names[first], trouble=trouble), names, children, seen, places)
    return places


def _walk(
    root: Place,
    names: Mapping[int, ExperimentName],
    children: Mapping[int, Sequence[int]],
    seen: set[int],
    places: list[Place],
) -> None:
    """Adds a root and all that descend from it, without recursion: lineages grow hundreds deep."""
    waiting = [root]
    while waiting:
        place = waiting.pop()
        number = place.name.number
        if number in seen:
            continue
        seen.add(number)
        places.append(place)
        below = [child for child in children.get(number, ()) if child not in seen]
        for child in reversed(below):
            waiting.append(Place(names[child], place.depth + 1, child == below[-1]))


def _cycle(number: int, parents: Mapping[int, int | None]) -> list[int]:
    """The numbers of the cycle that following the parents from here ends in."""
    path: dict[int, int] = {}
    current: int | None = number
    while current is not None and current not in path:
        path[current] = len(path)
        current = parents.get(current)
    return list(path)[path[current] :] if current is not None else [number]
