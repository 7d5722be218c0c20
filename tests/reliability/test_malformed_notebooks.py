"""Malformed notebooks: whatever a file holds, we read it or say in one line that we cannot."""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Iterator
from typing import Any

import pytest

from jupyter_xpt.ground.errors import NotebookError
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.thought import notebooks

SEED = 20261123
ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    1e308,
    "",
    "x",
    "\x00",
    "\u202e",
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"cells": 1},
    "%%experiment",
    "%xpt_new --parent 9",
)


def sound() -> dict[str, Any]:
    """A small notebook with something of everything."""
    stream = {"output_type": "stream", "name": "stdout", "text": ["1\n", "ä\n"]}
    return {
        "cells": [
            {
                "cell_type": "markdown",
                "id": "a",
                "metadata": {"tags": ["t"]},
                "source": ["# Cats\n", "text 猫"],
            },
            {
                "cell_type": "code",
                "id": "b",
                "metadata": {"tags": ["scratch"], "execution": {}},
                "source": "x = 1",
                "outputs": [stream],
                "execution_count": 1,
            },
            {
                "cell_type": "code",
                "id": "c",
                "metadata": {},
                "source": ["%xpt_new --parent 9\n"],
                "outputs": [],
                "execution_count": None,
            },
            {
                "cell_type": "code",
                "id": "d",
                "metadata": {},
                "outputs": [],
                "execution_count": 2,
                "source": ["%%experiment repeats=5 note='x'\n", "fit()\n"],
            },
        ],
        "metadata": {
            "jupyter_xpt": {"series": "cats", "number": 9, "parent": 8},
            "kernelspec": {"name": "python3"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def places(value: Any, parent: Any = None, key: Any = None) -> Iterator[tuple[Any, Any]]:
    """Every place in a tree: the container and the key in it."""
    if parent is not None:
        yield parent, key
    for inner, one in list(
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(one, value, inner)


def swapped(chance: random.Random) -> bytes:
    """The notebook with one to three of its values replaced, removed or wrapped."""
    content = sound()
    for _ in range(chance.randint(1, 3)):
        parent, key = chance.choice(list(places(content)))
        act = chance.randrange(4)
        if act == 0 and isinstance(parent, dict):
            del parent[key]
        elif act == 1:
            parent[key] = [parent[key]]
        elif act == 2 and isinstance(parent, dict):
            parent[chance.choice(["cells", "source", "metadata", "id", "nbformat", "tags"])] = parent.pop(key)
        else:
            parent[key] = chance.choice(ODD)
    return json.dumps(content, ensure_ascii=chance.random() < 0.5).encode()


def flipped(chance: random.Random) -> bytes:
    """The file with one to twenty bytes changed."""
    data = bytearray(json.dumps(sound(), ensure_ascii=False, indent=1).encode())
    for _ in range(chance.randint(1, 20)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def cut(chance: random.Random) -> bytes:
    """The file cut short, with a hole, a part twice, or zeros in it, as crashes and bad copies leave it."""
    data = json.dumps(sound(), ensure_ascii=False).encode()
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    return chance.choice(
        [
            data[:start],
            data[end:],
            data[:start] + data[end:],
            data + data[start:end],
            data[:start] + bytes(end - start) + data[end:],
            data[:start] + data[start:end] * 2 + data[end:],
        ]
    )


def deep(chance: random.Random) -> bytes:
    """The file with one value nested very deep."""
    depth = chance.choice([50, 500, 900, 950, 980, 990, 5000, 200_000])
    nest = b"[" * depth + b"]" * depth if chance.random() < 0.5 else b'{"a":' * depth + b"1" + b"}" * depth
    content = sound()
    parent, key = chance.choice(list(places(content)))
    parent[key] = "HERE"
    return json.dumps(content).encode().replace(b'"HERE"', nest)


MUTATIONS = {"swapped": (swapped, 900), "flipped": (flipped, 500), "cut": (cut, 500), "deep": (deep, 100)}


def use(data: bytes) -> str:
    """Does all that we do with a notebook; gives what became of it."""
    try:
        read = notebooks.parse(data, "cats.ipynb")
        kept = notebooks.dump(read)
        listed = notebooks.cells(read)
        made = [
            notebooks.stripped(read, {0: "x"} if listed else None),
            notebooks.with_cell(read, "x = 1", "e", len(listed)),
            notebooks.numbered(read, ExperimentName("cats", 10), 9),
            notebooks.forked(read, ExperimentName("cats", 10), 9, "note", None),
        ]
        for one in made:
            notebooks.parse(notebooks.dump(one), "made")
        notebooks.marked(read)
        notebooks.marked_parent(read)
    except NotebookError as refusal:
        message = str(refusal)
        assert len(message.splitlines()) == 1
        assert len(message) < 200
        return "refused"
    assert notebooks.dump(read) == kept
    return "read"


@pytest.mark.parametrize("kind", MUTATIONS)
def test_a_mutated_notebook_is_read_or_refused_in_one_line(kind: str) -> None:
    mutate, count = MUTATIONS[kind]
    chance = random.Random(f"{SEED} {kind}")
    fates = {"read": 0, "refused": 0}
    slowest, before = 0.0, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(count):
        data = mutate(chance)
        start = time.process_time()
        try:
            fates[use(data)] += 1
        except Exception as problem:  # noqa: BLE001 - any at all is what we look for
            pytest.fail(f"{kind} {number}: {type(problem).__name__}: {problem!s:.200} in {data[:300]!r}")
        slowest = max(slowest, time.process_time() - start)
    # Both happen, or the mutations are too tame or too wild to show anything.
    assert min(fates.values()) > 0
    # Bounds of safety, a hundred times what is seen: nothing here grows without limit.
    assert slowest < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


@pytest.mark.parametrize(
    "source",
    [
        "%%experiment " + "--note " * 20_000,
        "%%experiment note=" + "'\"" * 20_000,
        "%%experiment " + "note=x " * 20_000,
        "%xpt_new \\\n" * 20_000,
        " " * 100_000,
        "\n" * 100_000 + "%%experiment",
        "%xpt_new" * 20_000,
        "\\" * 100_000,
    ],
)
def test_hostile_text_in_a_cell_takes_no_time(source: str) -> None:
    content = sound()
    content["cells"][3]["source"] = source
    start = time.process_time()
    assert use(json.dumps(content).encode()) == "read"
    assert time.process_time() - start < 5
