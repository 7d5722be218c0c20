"""Inputs: the datasets that the cells of a session declared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# Repeats may hand over new data each; the first so many are told apart.
_MAX_TASKS = 100


class Inputs:
    """What each execution declared, by name: the tasks that describe it, in the order it was handed over."""

    def __init__(self) -> None:
        self._declared: dict[int, dict[str, list[Any]]] = {}

    def declare(self, order: int, name: str, task: Any) -> None:  # noqa: ANN401 - sessions that declare nothing load no Task
        """Adds what an execution declares."""
        same = self._declared.setdefault(order, {}).setdefault(name, [])
        if len(same) < _MAX_TASKS:
            same.append(task)

    def by(self, orders: Iterable[int]) -> dict[str, list[Any]]:
        """What these executions declared, by name."""
        found: dict[str, list[Any]] = {}
        for order in orders:
            for name, tasks in self._declared.get(order, {}).items():
                found.setdefault(name, []).extend(tasks)
        return found
