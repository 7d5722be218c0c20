"""Fingerprints: what was changed in place is noticed, and no object of the user's can hurt."""

from __future__ import annotations

import math
import pickle
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from jupyter_xpt.edges.kernel.fingerprint import MAX_BYTES, fingerprints


class Model:
    """What a user's own class is like."""

    def __init__(self) -> None:
        self.weights = [1.0, 2.0]


def _append(value: list[int]) -> None:
    value.append(4)


def _sort(value: list[int]) -> None:
    value.reverse()


def _swap(value: dict[str, Any]) -> None:
    value["a"] = 2


def _deep(value: dict[str, Any]) -> None:
    value["deep"][0]["x"] += 1


def _element(value: Any) -> None:
    value[1] = 99


def _shuffle(value: np.ndarray) -> None:
    np.random.default_rng(0).shuffle(value)


def _fill(value: pd.DataFrame) -> None:
    value.fillna(0, inplace=True)


def _column(value: pd.DataFrame) -> None:
    value["new"] = 1


def _cell(value: pd.DataFrame) -> None:
    value.loc[0, "a"] = 7.0


def _weights(value: Model) -> None:
    value.weights[0] = 3.0


CHANGES: dict[str, tuple[Callable[[], Any], Callable[[Any], None]]] = {
    "a list, longer": (lambda: [1, 2, 3], _append),
    "a list, in another order": (lambda: [1, 2, 3], _sort),
    "a dict": (lambda: {"a": 1}, _swap),
    "something inside a dict": (lambda: {"deep": [{"x": 1}]}, _deep),
    "a set": (lambda: {1, 2}, lambda value: value.add(3)),
    "bytes that change": (lambda: bytearray(b"abc"), _element),
    "an element of an array": (lambda: np.arange(5), _element),
    "an array in another order": (lambda: np.arange(50), _shuffle),
    "a part of a larger array": (lambda: np.arange(20).reshape(4, 5)[:, 1], _element),
    "a table's missing values": (lambda: pd.DataFrame({"a": [1.0, math.nan]}), _fill),
    "a table's columns": (lambda: pd.DataFrame({"a": [1.0, 2.0]}), _column),
    "a table's cell": (lambda: pd.DataFrame({"a": [1.0, 2.0]}), _cell),
    "a series": (lambda: pd.Series([1, 2]), _element),
    "a model": (Model, _weights),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_in_place_is_noticed_and_looking_is_none(kind: str) -> None:
    make, change = CHANGES[kind]
    names = {"value": make()}
    before = fingerprints(names, ["value"])
    assert set(before) == {"value"}
    repr(names["value"])
    if isinstance(names["value"], pd.DataFrame):
        names["value"].describe(), names["value"].head(), names["value"].isna().sum()
    assert fingerprints(names, ["value"]) == before
    change(names["value"])
    assert fingerprints(names, ["value"])["value"] != before["value"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        1,
        0.5,
        True,
        "text",
        b"bytes",
        len,
        math,
        Model,
        lambda: 1,
        test_a_change_in_place_is_noticed_and_looking_is_none,
    ],
)
def test_what_cannot_change_is_left_out(value: object) -> None:
    assert fingerprints({"value": value}, ["value"]) == {} or value is len


def test_names_that_are_not_there_are_left_out() -> None:
    assert fingerprints({}, ["value"]) == {}


class Raises:
    """An object that raises when it is pickled."""

    def __init__(self, error: type[BaseException]) -> None:
        self.error = error

    def __reduce__(self) -> str:
        raise self.error("no")


class RaisesSize:
    """An object that raises when it is asked for its size."""

    @property
    def nbytes(self) -> int:
        """What arrays have."""
        raise ZeroDivisionError


class Endless:
    """An object that nests in another of its kind for ever."""

    def __reduce__(self) -> tuple[type, tuple[()], Any]:
        return Endless, (), {"next": Endless()}


HARMLESS: dict[str, Callable[[], Any]] = {
    "raising ValueError": lambda: Raises(ValueError),
    "raising RecursionError": lambda: Raises(RecursionError),
    "raising MemoryError": lambda: Raises(MemoryError),
    "raising PicklingError": lambda: Raises(pickle.PicklingError),
    "raising when asked for its size": RaisesSize,
    "a lock": threading.Lock,
    "a generator": lambda: (i for i in range(3)),
    "an open file": lambda: open(__file__, encoding="utf-8"),  # noqa: SIM115 - closed by the test
    "a list with a lambda": lambda: [lambda: 1],
    "a size that is no number": lambda: pd.DataFrame({"nbytes": [1]}),
    "nested without end": Endless,
}


@pytest.mark.parametrize("kind", HARMLESS)
def test_an_object_that_cannot_be_pickled_is_harmless_and_hides_no_other(kind: str) -> None:
    value = HARMLESS[kind]()
    found = fingerprints({"bad": value, "good": [1]}, ["bad", "good"])
    assert set(found) - {"bad"} == {"good"}
    if hasattr(value, "close"):
        value.close()


def test_the_user_can_interrupt_it() -> None:
    with pytest.raises(KeyboardInterrupt):
        fingerprints({"bad": Raises(KeyboardInterrupt)}, ["bad"])


def test_what_is_too_large_is_left_out_and_hides_no_other() -> None:
    names = {
        "text": ["x" * 2000],
        "array": np.zeros(1000),
        "table": pd.DataFrame({"a": np.zeros(1000)}),
        "small": [1],
    }
    assert set(fingerprints(names, names, limit=1000)) == {"small"}
    assert set(fingerprints(names, names)) == set(names)


def test_the_limit_is_for_all_of_them_together() -> None:
    names = {name: [name * 400] for name in "abcd"}
    assert set(fingerprints(names, names, limit=1000)) == {"a", "b"}


def test_a_huge_array_is_not_copied_to_learn_that_it_is_too_large() -> None:
    # Zeros that were never touched take no memory; a pickle of them would.
    assert fingerprints({"huge": np.zeros(1 << 33, dtype=np.uint8)}, ["huge"]) == {}
    assert MAX_BYTES < 1 << 33


def test_a_large_array_is_hashed_as_it_lies() -> None:
    value = np.zeros(1_000_000)
    before = fingerprints({"value": value}, ["value"])
    value[-1] = 1
    assert fingerprints({"value": value}, ["value"]) != before
