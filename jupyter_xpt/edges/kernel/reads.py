"""Reads: the files that cells read and write, noticed by Python's audit hook.

What a library reads in C is not seen by it. The hook cannot be removed: it is put in once, asks who watches, and
never raises into the user's ``open``.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from jupyter_xpt.edges.kernel.inputs import Inputs
from jupyter_xpt.edges.kernel.modules import OpenedFiles
from jupyter_xpt.ground.settings import SHA256

# Code is no data.
_CODE = (".py", ".pyc", ".pyi", ".so", ".ipynb", ".pth", ".pyx")
_MAX_PATHS = 20_000


class Reads:
    """The files that a session reads and writes, by the execution that did it.

    Parameters
    ----------
    opened
        The session's watcher of configuration files: while that is paused, it is we who open files.
    algorithm
        Gives what digests of data are made by.
    """

    def __init__(self, opened: OpenedFiles, algorithm: Callable[[], str] = lambda: SHA256) -> None:
        self._opened = opened
        self.algorithm = algorithm
        self.inputs = Inputs()
        self._order = -1
        self._began: dict[int, int] = {}
        self._read: dict[int, dict[str, None]] = {}
        self._written: dict[str, None] = {}
        # The real paths of what was written.
        self._resolved: dict[str, str] = {}

    def watch(self) -> None:
        """Begins to notice."""
        # The hook outlives every object: one for the process.
        global _hooked  # noqa: PLW0603
        _watchers.append(self)
        if not _hooked:
            _hooked = True
            sys.addaudithook(_on_event)

    def stop(self) -> None:
        """Notices no more."""
        if self in _watchers:
            _watchers.remove(self)

    def cell(self, order: int) -> None:
        """Says which execution reads from now on."""
        self._order = order
        self._began[order] = time.time_ns()

    @property
    def order(self) -> int:
        """The execution that runs."""
        return self._order

    def note(self, path: str, *, writes: bool) -> None:
        """Notes that a file is opened."""
        if not self._opened.active:
            return
        found = self._written if writes else self._read.setdefault(self._order, {})
        if len(found) < _MAX_PATHS:
            found[os.path.abspath(path)] = None

    def by(self, orders: Iterable[int]) -> dict[str, int]:
        """The real paths that these executions read, and when the last of them began (ns since 1970).

        What the session itself wrote is left out.
        """
        # A session writes more and more, our own files among them: what was resolved stays so.
        new = [path for path in tuple(self._written) if path not in self._resolved]
        self._resolved.update((path, os.path.realpath(path)) for path in new)
        written = set(self._resolved.values())
        found: dict[str, int] = {}
        for order in orders:
            for path in tuple(self._read.get(order, ())):
                real = os.path.realpath(path)
                if real not in written:
                    found[real] = max(found.get(real, 0), self._began.get(order, 0))
        return found


_watchers: list[Reads] = []
_hooked = False
_muted: set[int] = set()


def watching() -> Reads | None:
    """What watches the session that runs here; None where none does."""
    return _watchers[-1] if _watchers else None


@contextmanager
def muted() -> Iterator[None]:
    """While the block runs, what this thread opens is not noticed: it is us."""
    thread = threading.get_ident()
    outer = thread in _muted
    _muted.add(thread)
    try:
        yield
    finally:
        if not outer:
            _muted.discard(thread)


def _on_event(event: str, arguments: tuple[object, ...]) -> None:
    """The audit hook: files opened by anything but imports, and SQLite's databases."""
    if (event not in ("open", "sqlite3.connect")) or not _watchers:
        return
    try:
        path = arguments[0]
        if isinstance(path, os.PathLike | bytes):
            path = os.fsdecode(path)
        if not isinstance(path, str) or path.endswith(_CODE) or threading.get_ident() in _muted:
            return
        mode, flags = (arguments[1], arguments[2]) if event == "open" else (None, 0)
        writes = (isinstance(mode, str) and any(letter in mode for letter in "wax+")) or (
            isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
        )
        for watcher in _watchers:
            watcher.note(path, writes=writes)
    except Exception:  # noqa: BLE001 - the user's open must not fail, whatever a path-like object does
        return
