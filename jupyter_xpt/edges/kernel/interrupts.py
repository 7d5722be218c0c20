"""Interrupts: held back while we write, let through while the user's code runs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """While it is entered, an interrupt reaches the user's code alone.

    One that arrives while we work waits for the next time that user's code may run, or for the end: an experiment
    must not be left half begun or half ended. ``arrived`` is set by each, also by one that a shell command
    swallows.
    """

    def __init__(self) -> None:
        self.arrived = False
        self._open = False
        self._waiting = False
        self._previous: Any = None

    def __enter__(self) -> Interrupts:
        previous = signal.getsignal(signal.SIGINT)
        # Only the main thread may set handlers, and gets the signals.
        if threading.current_thread() is threading.main_thread() and callable(previous):
            self._previous = previous
            signal.signal(signal.SIGINT, self._on_interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The user's code may have put its own handler there.
        if self._previous is not None and signal.getsignal(signal.SIGINT) == self._on_interrupt:
            signal.signal(signal.SIGINT, self._previous)
        if self._waiting and error is None:
            raise KeyboardInterrupt

    def _on_interrupt(self, number: int, frame: FrameType | None) -> Any:  # noqa: ANN401 - what the handler gives
        """The handler."""
        self.arrived = True
        # Whoever interrupts twice does not want to wait.
        if self._open or self._waiting:
            return self._previous(number, frame)
        self._waiting = True
        return None

    @contextmanager
    def let_through(self) -> Iterator[None]:
        """While the block runs, interrupts do what they always do; one that waited does it now."""
        if self._waiting:
            self._waiting = False
            raise KeyboardInterrupt
        self._open = True
        try:
            yield
        finally:
            self._open = False
