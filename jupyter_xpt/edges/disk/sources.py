"""Sources: a run's snapshot as it is read again, file by file, with no link on the way."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_xpt.edges.disk.plainfile import Unreadable, read_record_below
from jupyter_xpt.ground.errors import RecordError

SOURCE = "source"
_MOST_FILES = 5_000
_MOST_DEEP = 60


def read_sources(out: Path, experiment: str, run: str) -> dict[str, bytes]:
    """The files of a run's snapshot by their relative name, with ``/``.

    Parameters
    ----------
    out
        The folder that holds the experiments.
    experiment, run
        The names of their folders.

    Raises
    ------
    RecordError
        When one of them is a link or no plain file, cannot be read, or there are too many.
    """
    found: dict[str, bytes] = {}
    for name in _names(out / experiment / run / SOURCE, ""):
        try:
            found[name] = read_record_below(out, experiment, run, SOURCE, *name.split("/"))
        except Unreadable as problem:
            raise RecordError(f"{SOURCE}/{name} of run {run} {problem}") from None
        if len(found) > _MOST_FILES:
            raise RecordError(f"the snapshot of run {run} has more than {_MOST_FILES} files")
    return found


def _names(folder: Path, inner: str) -> list[str]:
    """The names of the files below a folder, sorted; a link is given as a file, for whoever reads it to refuse."""
    try:
        with os.scandir(folder / inner) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as problem:
        raise RecordError(f"{SOURCE}/{inner} cannot be listed: {problem.strerror}") from None
    found: list[str] = []
    for entry in listed:
        name = f"{inner}/{entry.name}" if inner else entry.name
        if not entry.is_dir(follow_symlinks=False):
            found.append(name)
        elif name.count("/") < _MOST_DEEP and len(found) <= _MOST_FILES:
            found += _names(folder, name)
    return found
