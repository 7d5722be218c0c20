"""Dataset: what the user's code says about the data that an experiment reads."""

from __future__ import annotations

import linecache
import os
import sys
import warnings
from contextlib import AbstractContextManager
from itertools import islice
from types import FrameType
from typing import Any, TypeVar

from jupyter_xpt.actions.run import active
from jupyter_xpt.edges.data.hashing import using
from jupyter_xpt.edges.data.sources import Asked, name_of, task_of
from jupyter_xpt.edges.data.work import Found, Task
from jupyter_xpt.edges.kernel.reads import muted, watching
from jupyter_xpt.ground.datasets import DatasetRecord
from jupyter_xpt.ground.errors import DatasetError
from jupyter_xpt.ground.settings import SHA256
from jupyter_xpt.thought.data.naming import name_at

T = TypeVar("T")
_MAX_SOURCE = 200_000


def dataset(
    x: T,
    *,
    name: str | None = None,
    version: object = None,
    label: Any = None,  # noqa: ANN401 - a column, or a value a row of any library
    strict: bool = False,
) -> T:
    """Declares data that the experiment reads, and gives it back: ``df = xpt.dataset(pd.read_csv("a.csv"))``.

    It belongs to the runs of every experiment cell that counts the calling cell among its own, also when it is
    called in a cell above. Where it lies, how large it is and its digest are kept, the data itself is not.

    Parameters
    ----------
    x
        The path of a file or directory, a pattern like ``data/*.csv``, an address (never fetched), a NumPy array, a
        frame or series of pandas or polars, a PyArrow table, a torch tensor, or a bunch of scikit-learn.
    name
        What it is called; by itself the path, or the variable that it is handed over from.
    version
        What the user calls its version.
    label
        The column whose classes are counted; for an array also the labels themselves, one a row.
    strict
        Whether data that cannot be described is an error; else it is a warning, and the cell goes on.

    Returns
    -------
    object
        ``x`` itself.

    Raises
    ------
    DatasetError
        Only with ``strict``: when the data is missing, unreadable, of no known kind, or has no such label.
    """
    called = (name or name_of(x) or _called(sys._getframe(1)) or "")[:200]
    asked = Asked(called or None, None if version is None else str(version), label)
    problem = None
    try:
        with muted(), digesting():
            task = task_of(x, asked, now=strict)
        problem = task.found.record.problem
    except Exception as error:  # noqa: BLE001 - the user's objects may raise anything when they are looked at
        problem = str(error) if isinstance(error, DatasetError) else f"{type(error).__name__}: {error}"
        task = _failed(called or type(x).__name__, asked, problem)
    if strict and problem is not None:
        raise DatasetError(f"{task.found.record.name}: {problem}")
    _declare(task, problem)
    return x


def digesting() -> AbstractContextManager[None]:
    """While the block runs, digests are made as the session here is set to."""
    reads = watching()
    return using(reads.algorithm() if reads is not None else SHA256)


def _declare(task: Task, problem: str | None) -> None:
    """Adds a dataset to what the running cell declares; says it where nothing keeps it, or it cannot be described."""
    reads, name = watching(), task.found.record.name
    if reads is None:
        said = f"xpt.dataset: {name} is not recorded: no notebook with %load_ext jupyter_xpt runs here"
        warnings.warn(said, stacklevel=3)
        return
    reads.inputs.declare(reads.order, name, task)
    # A run says it at its end; a cell above has nobody else to say it.
    if problem is not None and active() is None:
        warnings.warn(f"xpt.dataset: {name}: {problem}", stacklevel=3)


def _failed(name: str, asked: Asked, problem: str) -> Task:
    """The task of data that could not be looked at."""
    record = DatasetRecord(name[:200], "unknown", version=asked.version, problem=" ".join(problem.split())[:500])
    task = Task(record, lambda: Found(record))
    task.run()
    return task


def _called(frame: FrameType) -> str | None:
    """What the data is called where it is handed over."""
    path = frame.f_code.co_filename
    # Of a cell or a script; the cell's text is in IPython's cache of lines.
    source = "".join(linecache.getlines(path)) if not os.path.isdir(path) else ""
    line, _, column, _ = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
    if line is None or column is None or len(source) > _MAX_SOURCE:
        return None
    return name_at(source, line, column)
