"""What data is called that was given no name."""

from __future__ import annotations

import pytest

from jupyter_xpt.thought.data.naming import name_at, side_of


@pytest.mark.parametrize(
    ("source", "line", "column", "name"),
    [
        ("xpt.dataset(X_train)", 1, 0, "X_train"),
        ("dataset(X_train, label='y')", 1, 0, "X_train"),
        ("a = 1\nb = xpt.dataset(\n    load(),\n)", 2, 4, "b"),
        ("model.fit(xpt.dataset(load()))", 1, 10, None),
        ("é = 1; xpt.dataset(a), xpt.dataset(b)", 1, 8, "a"),
        ("xpt.dataset(a), xpt.dataset(b)", 1, 16, "b"),
        ("%%experiment repeats=3\n!ls\nxpt.dataset(a)", 3, 0, "a"),
        ("this is no python", 1, 0, None),
        ("", 1, 0, None),
    ],
)
def test_data_is_called_like_its_variable(source: str, line: int, column: int, name: str | None) -> None:
    assert name_at(source, line, column) == name


@pytest.mark.parametrize(
    ("train", "test"),
    [("X_train", "X_test"), ("train.csv", "test.csv"), ("XTrain", "XTest"), ("training set", "validation set")],
)
def test_training_and_test_data_are_known_by_their_names(train: str, test: str) -> None:
    a, b = side_of(train), side_of(test)
    assert a is not None
    assert b is not None
    assert (a[0], b[0], a[1]) == ("train", "test", b[1])


@pytest.mark.parametrize("name", ["penguins.csv", "contest", "trainer", "latest", "devices", ""])
def test_other_names_are_neither(name: str) -> None:
    assert side_of(name) is None
