"""Work: describing data, right away where it is small and beside the cell where it is large."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, replace as changed
from datetime import datetime
from typing import Any, TypeVar

from jupyter_xpt.edges.kernel.reads import muted
from jupyter_xpt.ground.datasets import DatasetRecord
from jupyter_xpt.ground.errors import DatasetError

Item = TypeVar("Item")
Made = TypeVar("Made")
# More than that many files at once only make a disk seek.
_MAX_THREADS = 16


@dataclass(frozen=True, slots=True)
class Found:
    """A dataset described, and a number for each of its rows where they are to be compared."""

    record: DatasetRecord
    rows: Any = None


class Task:
    """The description of one dataset: what is known at once, and the rest once it is ``done``.

    Parameters
    ----------
    record
        What is known at once.
    describe
        Gives the rest; may raise `DatasetError`.
    path
        The real path of the file or directory, None for other data.
    size
        How many bytes of memory waiting for it holds on to.
    """

    def __init__(
        self, record: DatasetRecord, describe: Callable[[], Found], path: str | None = None, size: int = 0
    ) -> None:
        self.path = path
        self.size = size
        self._found = Found(changed(record, pending=True))
        self._describe: Callable[[], Found] | None = describe
        self._done = threading.Event()
        # What digests are made by, as it is now; the thread that does it knows nothing of it.
        self._context = copy_context()

    @property
    def is_done(self) -> bool:
        """Whether nothing more will become known."""
        return self._done.is_set()

    @property
    def found(self) -> Found:
        """What is known now."""
        return self._found

    def wait(self, deadline: float | None = None) -> bool:
        """Waits until it is done or a moment of the monotonic clock (None for never) has come; whether it is done."""
        return self._done.wait(None if deadline is None else max(0.0, deadline - time.monotonic()))

    def run(self) -> None:
        """Describes the data; whatever goes wrong is part of what is known then."""
        describe, self._describe = self._describe, None
        if describe is None:
            return
        known = changed(self._found.record, pending=False)
        try:
            with muted():
                found = self._context.run(describe)
            record = changed(found.record, pending=False)
            when = datetime.now().astimezone().isoformat(timespec="milliseconds")
            self._found = Found(changed(record, digested=when) if record.digest else record, found.rows)
        except DatasetError as problem:
            self._found = Found(changed(known, problem=str(problem)))
        except Exception as problem:  # noqa: BLE001 - the user's libraries and objects may raise anything
            said = " ".join(str(problem).split())[:200]
            self._found = Found(changed(known, problem=f"it cannot be described: {type(problem).__name__}: {said}"))
        finally:
            self._done.set()


def cores() -> int:
    """How many files are hashed side by side."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(_MAX_THREADS, usable)


def side_by_side(do: Callable[[Item], Made], items: Sequence[Item]) -> list[Made]:
    """What a function makes of each of several things, on all cores; its first exception where it raises any.

    Parameters
    ----------
    do
        What is to be done; most of it must let other threads go on.
    items
        What it is to be done with.
    """
    made: dict[int, Made] = {}
    raised: dict[int, Exception] = {}
    waiting = iter(enumerate(items))
    lock = threading.Lock()

    def work() -> None:
        with muted():
            while not raised:
                with lock:
                    place, _ = next(waiting, (-1, None))
                if place < 0:
                    return
                try:
                    made[place] = do(items[place])
                except Exception as problem:  # noqa: BLE001 - it is raised again where it was asked for
                    raised[place] = problem

    threads = [
        threading.Thread(target=copy_context().run, args=(work,), name="jupyter_xpt digests", daemon=True)
        for _ in range(min(cores(), len(items)) - 1)
    ]
    started = []
    for thread in threads:
        # No more threads to be had: then with those that are there.
        with suppress(RuntimeError):
            thread.start()
            started.append(thread)
    work()
    for thread in started:
        thread.join()
    if raised:
        raise raised[min(raised)]
    return [made[place] for place in range(len(items))]


class Workers:
    """A few threads that describe data, there only while there is work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Task] = deque()
        self._threads = 0
        self._held = 0

    @property
    def held(self) -> int:
        """The bytes of memory that are held on to until they are described."""
        return self._held

    def submit(self, task: Task) -> None:
        """Has a task done beside the cell."""
        with self._lock:
            self._waiting.append(task)
            self._held += task.size
            if self._threads >= cores():
                return
            self._threads += 1
        try:
            threading.Thread(target=self._work, name="jupyter_xpt digests", daemon=True).start()
        except RuntimeError:
            # No more threads to be had: then here.
            self._work()

    def _work(self) -> None:
        """Does tasks until none is left."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads -= 1
                    return
                task = self._waiting.popleft()
            task.run()
            with self._lock:
                self._held -= task.size


workers = Workers()
