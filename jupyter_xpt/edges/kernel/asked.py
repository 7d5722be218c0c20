"""Asked: what cells ask the user by ``input()``, and what was answered.

A kernel binds ``input`` anew for each cell, so it is wrapped anew for each. What ``getpass`` asks is not seen here.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable

_MAX_ANSWERS = 100
_MAX_CHARACTERS = 1000


class Asked:
    """Questions and answers by the execution that asked."""

    def __init__(self) -> None:
        self._answers: dict[int, list[tuple[str, str]]] = {}
        self._before: Callable[..., str] | None = None
        self._ours: Callable[..., str] | None = None

    def cell(self, order: int) -> None:
        """A cell begins to run: what it asks is noted."""
        self.stop()
        before = builtins.input

        def input(prompt: object = "", /) -> str:
            __tracebackhide__ = True
            answer = before(prompt)
            self._note(order, prompt, answer)
            return answer

        input.__doc__ = before.__doc__
        self._before, self._ours = before, input
        builtins.input = input

    def stop(self) -> None:
        """A cell has ended: ``input`` is what it was, unless somebody else bound it meanwhile."""
        if self._ours is not None and builtins.input is self._ours and self._before is not None:
            builtins.input = self._before
        self._ours = self._before = None

    def _note(self, order: int, question: object, answer: str) -> None:
        """Keeps an answer; nothing here reaches the user's code."""
        said = self._answers.setdefault(order, [])
        if len(said) < _MAX_ANSWERS and isinstance(question, str) and isinstance(answer, str):
            said.append((question[:_MAX_CHARACTERS], answer[:_MAX_CHARACTERS]))

    def by(self, orders: Iterable[int]) -> list[tuple[str, str]]:
        """What these executions asked and were answered."""
        return [one for order in orders for one in self._answers.get(order, ())]
