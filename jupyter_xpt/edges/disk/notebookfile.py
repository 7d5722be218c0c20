"""Notebook files: reading one that Jupyter may be saving at this very moment."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from jupyter_xpt.ground.errors import NotebookError
from jupyter_xpt.thought.notebooks import Notebook, parse

# Jupyter truncates a notebook and then writes it: 3 MB were seen incomplete for 0.8 s.
PATIENCE_SECONDS = 1.5
_RECENT_SECONDS = 5.0
# How long to wait for what a front end said it would do; it may be gone, or refused by the server.
WAIT_SECONDS = 2.0
_POLL_SECONDS = 0.01


def read_notebook(path: Path, patience: float = PATIENCE_SECONDS) -> Notebook:
    """The notebook in a file, whole.

    Parameters
    ----------
    path
        The ``.ipynb`` file.
    patience
        How long to wait for a save that is under way, in seconds.

    Raises
    ------
    NotebookError
        When it is missing, unreadable, or still no valid notebook after that.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            status = os.stat(path)
            # A pipe would wait for ever for a writer.
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "it is no regular file")
            return _parsed(path, status.st_mtime_ns, status.st_size, status.st_ino)
        except OSError as problem:
            raise NotebookError(f"{path.name} cannot be read: {problem.strerror or problem}") from None
        except NotebookError:
            being_saved = abs(time.time() - status.st_mtime) < _RECENT_SECONDS
            if not being_saved or time.monotonic() > deadline:
                raise
        time.sleep(_POLL_SECONDS)


def wait_until(done: Callable[[], bool], stopped: Callable[[], bool], seconds: float = WAIT_SECONDS) -> bool:
    """Waits until something is done; False when it was not after ``seconds``, or the user stopped the waiting."""
    deadline = time.monotonic() + seconds
    while not done():
        if stopped() or time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def is_saved(path: Path, before: datetime, holds: Callable[[Notebook], bool]) -> bool:
    """Whether a notebook was saved since ``before``, the time stamp it had then, and holds what it should."""
    try:
        # The server gives time stamps to the microsecond.
        if datetime.fromtimestamp(os.stat(path).st_mtime, UTC) == before:
            return False
        return holds(read_notebook(path, patience=0))
    except (OSError, NotebookError):
        return False


@lru_cache(maxsize=8)
def _parsed(path: Path, mtime: int, size: int, _inode: int) -> Notebook:
    """The parsed file; kept while its stamp stays the same."""
    data = path.read_bytes()
    # A save that overtakes the read could leave half of the old text before half of the new.
    if len(data) != size or os.stat(path).st_mtime_ns != mtime:
        raise NotebookError(f"{path.name} is being saved")
    return parse(data, path.name)
