"""Outputs: the intermediate datasets below ``data/`` of a run, made room for, found and listed.

Nothing that lies there is trusted: no link is followed on the way to an output or inside one.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_xpt.edges.disk.store import refusals
from jupyter_xpt.ground.errors import DatasetError, StoreError
from jupyter_xpt.ground.names import printable
from jupyter_xpt.thought.data.outputs import DATA

# More files than this are neither described nor listed.
MAX_FILES = 2000
_MAX_INSIDE = 100_000


@dataclass(frozen=True, slots=True)
class Lying:
    """A file below a run's ``data/``: its name there, with ``/``, its bytes, and what is wrong with it."""

    name: str
    size: int = 0
    problem: str | None = None


def make_room(run: Path, place: tuple[str, ...]) -> Path:
    """The path of an output below a run's folder, its folders made.

    Raises
    ------
    StoreError
        When the disk refuses, or a folder on the way is a link.
    """
    folder = run
    for part in place[:-1]:
        folder = folder / part
        with refusals("make the folder of an output"):
            folder.mkdir(exist_ok=True)
        if folder.is_symlink():
            raise StoreError(f"{'/'.join(place[:-1])} leads over a link, which is not followed")
    return folder / place[-1]


def find_output(out: Path, place: tuple[str, ...]) -> str:
    """The path of an output that lies below ``out``; a plain file, or a directory without links.

    Raises
    ------
    DatasetError
        When it is gone, leads over a link, or is neither.
    """
    path, mode = os.fspath(out), 0
    for part in place:
        path = os.path.join(path, part)
        try:
            mode = os.lstat(path).st_mode
        except (OSError, ValueError):
            raise DatasetError("its file is gone") from None
        if stat.S_ISLNK(mode):
            raise DatasetError(f"{printable(part)} is a link, which is not followed")
    if stat.S_ISDIR(mode):
        _check_inside(path)
    elif not stat.S_ISREG(mode):
        raise DatasetError("it is no plain file")
    return path


def _check_inside(folder: str) -> None:
    """Refuses a directory that holds anything but plain files and directories."""
    for n, entry in enumerate(_entries(folder)):
        if entry.is_symlink():
            raise DatasetError(f"{printable(entry.name)} in it is a link, which is not followed")
        if n >= _MAX_INSIDE:
            raise DatasetError(f"there are more than {_MAX_INSIDE} files in it")


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    """Everything below a folder, links not followed."""
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                here = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        yield from here
        waiting += [entry.path for entry in reversed(here) if entry.is_dir(follow_symlinks=False)]


def lying(run: str | os.PathLike[str]) -> list[Lying]:
    """What lies below ``data/`` of a run, of very many files the first; nothing where that is no folder of its own.

    Parameters
    ----------
    run
        The run's folder.
    """
    folder = os.path.join(run, DATA)
    try:
        # Most runs have none: one system call.
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            return []
    except OSError:
        return []
    found: list[Lying] = []
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            continue
        if len(found) >= MAX_FILES:
            break
        found.append(_lying(entry, os.path.relpath(entry.path, folder).replace(os.sep, "/")))
    return found


def _lying(entry: os.DirEntry[str], name: str) -> Lying:
    """One entry."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as problem:
        return Lying(name, 0, f"it cannot be looked at: {problem.strerror}")
    if stat.S_ISLNK(status.st_mode):
        return Lying(name, 0, "it is a link, which is not followed")
    return Lying(name, status.st_size, None if stat.S_ISREG(status.st_mode) else "it is no plain file")
