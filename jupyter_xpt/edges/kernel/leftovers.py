"""Leftovers: the threads and tasks that are at work in this process."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress


def at_work() -> dict[object, str]:
    """The threads and tasks that are running, with their names."""
    found: dict[object, str] = {thread: thread.name for thread in threading.enumerate()}
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None:
        # Without a running loop there are no tasks.
        with suppress(RuntimeError):
            found.update({task: f"task {task.get_name()}" for task in asyncio.all_tasks()})
    return found
