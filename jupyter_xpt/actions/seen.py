"""Seen: the files that an experiment read without a call, as datasets."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_xpt.edges.disk.plainfile import stamp_of
from jupyter_xpt.edges.kernel.modules import CONFIG_SUFFIXES, MAX_CONFIG_BYTES, is_local, is_recorded, relative_name
from jupyter_xpt.ground.datasets import SEEN, DatasetRecord

if TYPE_CHECKING:
    from jupyter_xpt.edges.data.work import Task

# Of what is only seen no more is hashed for one run, nor listed.
MAX_SEEN_BYTES = 1 << 30
MAX_SEEN = 100
# More files of one folder than this are listed as the folder.
_MAX_OF_FOLDER = 20
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/lib", "/bin/", "/sbin/", "/run/", "/var/", "/boot/")
_NO_DATA = (*CONFIG_SUFFIXES, ".log", ".lock", ".tmp", ".ttf", ".otf", ".mplstyle")


def seen(paths: Mapping[str, int], folder: Path, declared: Sequence[Task], algorithm: str) -> list[Task]:
    """The tasks for the files that were read without being declared.

    Parameters
    ----------
    paths
        The real paths that were read, and when the cells that did it began (ns since 1970).
    folder
        The notebook's folder.
    declared
        The tasks for what was declared.
    algorithm
        What digests are made by.
    """
    given = [task.path for task in declared if task.path is not None]
    found: dict[str, list[tuple[str, int]]] = {}
    root = os.path.realpath(folder)
    for path, began in sorted(paths.items()):
        size = _data_size(path, began, root)
        if size is not None and not any(path == one or path.startswith(one + os.sep) for one in given):
            found.setdefault(os.path.dirname(path), []).append((path, size))
    if not found:
        return []
    # Only a run that read files needs what describes them.
    from jupyter_xpt.edges.data.hashing import using
    from jupyter_xpt.edges.data.sources import SMALL_FILE_BYTES, file_task, known_task

    tasks: list[Task] = []
    left = MAX_SEEN_BYTES
    for inner, files in found.items():
        if len(files) > _MAX_OF_FOLDER:
            name, size = f"{_name(inner, folder)}/", sum(size for _, size in files)
            record = DatasetRecord(name, "files", how=SEEN, location=inner, size=size, files=len(files))
            tasks.append(known_task(record))
            continue
        for path, size in files:
            record = DatasetRecord(_name(path, folder), "file", how=SEEN, location=path, size=size)
            left -= size
            if left < 0:
                tasks.append(known_task(changed(record, problem="too large to be hashed without being declared")))
                continue
            with using(algorithm):
                tasks.append(file_task(path, record, now=size <= SMALL_FILE_BYTES))
    return tasks[:MAX_SEEN]


def _name(path: str, folder: Path) -> str:
    """What a seen file is called: its path where it lies below the notebook's folder, or beside it."""
    name = relative_name(path, folder)
    return path if name.startswith("_outside/") else name


def _data_size(path: str, began: int, root: str) -> int | None:
    """The size of a file that may be the user's data; None for what is none.

    Parameters
    ----------
    path
        A real path that was read.
    began
        When the cell that read it began: what is newer is its own work (ns since 1970).
    root
        The real path of the notebook's folder.
    """
    inside = path.startswith(root + os.sep)
    inner = path[len(root) :] if inside else path
    if not inside and (path.startswith(_SYSTEM) or path.startswith(os.path.realpath(tempfile.gettempdir()) + os.sep)):
        return None
    if any(part.startswith(".") for part in inner.split(os.sep)) or path.startswith(_interpreters()):
        return None
    if not is_local(path) or is_recorded(relative_name(path, Path(root))) or path == os.path.join(root, _TABLE):
        return None
    modified, size, _ = stamp_of(path)
    if size < 0 or modified >= began or not os.path.isfile(path):
        return None
    return None if path.endswith(_NO_DATA) and size <= MAX_CONFIG_BYTES else size


_TABLE = "experiments.csv"


def _interpreters() -> tuple[str, ...]:
    """The folders of Python itself."""
    return tuple(os.path.realpath(one) + os.sep for one in (sys.prefix, sys.base_prefix))
