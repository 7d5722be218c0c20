"""The errors: one tree, so that one `except` at a door is enough."""

from __future__ import annotations

import inspect

import pytest

from jupyter_xpt.ground import errors

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_is_an_xpt_error_and_drawn_in_the_tree(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.XptError)
    assert kind.__name__ in str(errors.__doc__)


def test_a_refused_metric_is_a_value_error_for_callers_who_know_only_python() -> None:
    assert issubclass(errors.MetricError, ValueError)
