"""Written: what a run left in its ``data/``, asked for as an output or not."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_xpt.edges.disk.outputs import Lying, lying
from jupyter_xpt.ground.datasets import DECLARED, OUT, SEEN, DatasetRecord
from jupyter_xpt.ground.records import FINISHED
from jupyter_xpt.thought.data.outputs import DATA, named

if TYPE_CHECKING:
    from jupyter_xpt.actions.run import Run
    from jupyter_xpt.edges.data.work import Task

UNWRITTEN = "asked for by xpt.output and never written"
# More files of one folder than this, that nobody asked for, are listed as the folder.
_MAX_OF_FOLDER = 20
# Files are hashed before the cell ends up to so many bytes in all, and beside it beyond.
_NOW_BYTES = 4 << 20


def written(run: Run, algorithm: str) -> list[Task]:
    """The tasks for the outputs of a run: what was asked for, and what else lies there.

    Parameters
    ----------
    run
        The run, its repeats over.
    algorithm
        What digests are made by.
    """
    if run.folder is None:
        return []
    files = lying(run.folder)
    if not files and not run.outputs:
        return []
    # Only a run that wrote something needs what describes it.
    from jupyter_xpt.edges.data.hashing import using
    from jupyter_xpt.edges.data.sources import directory_task, file_task, known_task

    left, tasks = _NOW_BYTES, []
    with using(algorithm):
        for record, path in _records(run, run.folder / DATA, files):
            if path is None:
                tasks.append(known_task(record))
            elif record.kind == "directory":
                tasks.append(directory_task(path, record, now=False))
            else:
                left -= record.size or 0
                tasks.append(file_task(path, record, now=left >= 0))
    return tasks


def _records(run: Run, data: Path, files: list[Lying]) -> Iterator[tuple[DatasetRecord, str | None]]:
    """What is known at once of each output, and its path where there is more to be known."""
    lie = {one.name: one for one in files}
    for (name, repeat), path in run.outputs.items():
        # What lies in a temporary folder is no part of the run.
        if not path.is_relative_to(data):
            continue
        inner = path.relative_to(data).as_posix()
        below = [one for place, one in lie.items() if place.startswith(inner + "/")]
        if below:
            lie = {place: one for place, one in lie.items() if not place.startswith(inner + "/")}
            yield _of_directory(below, name, repeat, path)
        elif inner in lie:
            yield _of_file(lie.pop(inner), name, repeat, DECLARED, path)
        elif run.outcomes.get(repeat or run.repeat) == FINISHED:
            problem = "the directory is empty" if path.is_dir() else UNWRITTEN
            yield DatasetRecord(name, "file", OUT, repeat=repeat, problem=problem), None
    yield from _unasked(data, lie)


def _unasked(data: Path, lie: Mapping[str, Lying]) -> Iterator[tuple[DatasetRecord, str | None]]:
    """What lies there and nobody asked for."""
    folders: dict[str, list[Lying]] = {}
    for one in lie.values():
        folders.setdefault(one.name.rpartition("/")[0], []).append(one)
    for folder, same in folders.items():
        if len(same) > _MAX_OF_FOLDER:
            # A name of one of its files, without the file's.
            name, repeat = named(same[0].name)
            name, size = f"{name.rpartition('/')[0] or DATA}/", sum(one.size for one in same)
            where = os.fspath(data / folder)
            yield DatasetRecord(name, "files", OUT, SEEN, where, size=size, files=len(same), repeat=repeat), None
            continue
        for one in same:
            name, repeat = named(one.name)
            yield _of_file(one, name, repeat, SEEN, data / one.name)


def _of_directory(
    below: Sequence[Lying], name: str, repeat: int | None, path: Path
) -> tuple[DatasetRecord, str | None]:
    """A directory, by what lies in it; its path unless something is wrong with that."""
    wrong = next((one for one in below if one.problem is not None), None)
    problem = f"{wrong.name.rpartition('/')[2]} in it: {wrong.problem}" if wrong is not None else None
    record = DatasetRecord(name, "directory", OUT, repeat=repeat, problem=problem)
    return record, os.fspath(path) if problem is None else None


def _of_file(one: Lying, name: str, repeat: int | None, how: str, path: Path) -> tuple[DatasetRecord, str | None]:
    """A file that lies there; its path unless something is wrong with it."""
    record = DatasetRecord(name, "file", OUT, how, size=one.size, repeat=repeat, problem=one.problem)
    return record, os.fspath(path) if one.problem is None else None
