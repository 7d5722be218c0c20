"""Sources: from what the user hands over to a task that describes it."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace as changed
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from jupyter_xpt.edges.data import memory
from jupyter_xpt.edges.data.files import (
    FileContent,
    directory_content,
    file_content,
    fixed_part,
    pattern_content,
    plain_status,
)
from jupyter_xpt.edges.data.memory import Held
from jupyter_xpt.edges.data.tables import TableContent, table_content
from jupyter_xpt.edges.data.work import Found, Task, workers
from jupyter_xpt.ground.datasets import DatasetRecord
from jupyter_xpt.ground.errors import DatasetError
from jupyter_xpt.thought.data.naming import side_of
from jupyter_xpt.thought.data.secrets import is_address, masked

# What takes longer than a few hundredths of a second is done beside the cell.
SMALL_FILE_BYTES = 1 << 20
SMALL_MEMORY_BYTES = 16 << 20
# Data that waits to be described is held in memory for so long: not more of it than this.
_MAX_HELD_BYTES = 2 << 30
_MAX_NAME = 200
_MAX_TABLES = 500
_tables: dict[tuple[str, str, str | None], TableContent] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user says of the data: name, version, label (a column, or a value a row), each None where not given."""

    name: str | None = None
    version: str | None = None
    label: Any = None


def task_of(value: object, asked: Asked, *, now: bool = False) -> Task:
    """The task that describes data; done already where that is quick.

    Parameters
    ----------
    value
        A path, a pattern, an address, or data in memory.
    asked
        What the user says of it.
    now
        Whether to wait for it, however large it is.

    Raises
    ------
    DatasetError
        When it is missing, no plain file, of no known kind, or the label is no column of it.
    """
    given = _as_text(value)
    if given is None:
        return _of_memory(value, asked, now=now)
    if is_address(given):
        parts = urlsplit(given) if given.lower().startswith("file://") else None
        if parts is None or parts.netloc not in ("", "localhost"):
            return known_task(_of_address(given, asked))
        given = unquote(parts.path)
    return _of_path(given, asked, now=now)


def name_of(value: object) -> str | None:
    """What data is called that names itself: a path, a pattern, an address; None for data in memory."""
    given = _as_text(value)
    if given is None:
        return None
    if is_address(given):
        return masked(given)[:_MAX_NAME]
    path = os.path.normpath(given)
    here = os.path.relpath(path) if os.path.isabs(path) else path
    return (path if here.startswith("..") and os.path.isabs(path) else here).replace(os.sep, "/")[-_MAX_NAME:]


def _as_text(value: object) -> str | None:
    """A path, a pattern, an address or an open file's name as text; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    name = getattr(value, "name", None)
    return name if isinstance(name, str) and callable(getattr(value, "read", None)) else None


def _record(asked: Asked, kind: str, default: str) -> DatasetRecord:
    """What is known before anything was looked at."""
    version = None if asked.version is None else str(asked.version)[:_MAX_NAME]
    return DatasetRecord((asked.name or default)[:_MAX_NAME], kind, version=version)


def _started(task: Task, *, now: bool) -> Task:
    """A task that is done at once, or beside the cell."""
    if now:
        task.run()
    else:
        workers.submit(task)
    return task


def _of_address(given: str, asked: Asked) -> DatasetRecord:
    """An address: recorded, never fetched."""
    where = masked(given)
    return changed(_record(asked, "address", where), location=where)


# -- files --------------------------------------------------------------------------------------------------


def _of_path(given: str, asked: Asked, *, now: bool) -> Task:
    """The task for a file, a directory or a pattern."""
    if not given or "\0" in given:
        raise DatasetError("an empty name is no file's")
    default = name_of(given) or given
    if os.path.isdir(given):
        return directory_task(given, _record(asked, "directory", default), now=now)
    if glob.has_magic(given) and not os.path.lexists(given):
        where = os.path.realpath(fixed_part(given))
        record = _record(asked, "pattern", default)
        record = changed(record, location=os.path.join(where, os.path.relpath(os.path.abspath(given), where)))
        return _started(Task(record, _describe(record, lambda: pattern_content(given)), where), now=now)
    status = plain_status(given)
    return file_task(given, _record(asked, "file", default), asked.label, now=now or status.st_size <= SMALL_FILE_BYTES)


def directory_task(given: str, record: DatasetRecord, *, now: bool) -> Task:
    """The task for a directory."""
    real = os.path.realpath(given)
    record = changed(record, location=real)
    return _started(Task(record, _describe(record, lambda: directory_content(given)), real), now=now)


def known_task(record: DatasetRecord) -> Task:
    """The task for data of which nothing more will become known."""
    task = Task(record, lambda: Found(record))
    task.run()
    return task


def file_task(given: str, record: DatasetRecord, label: object = None, *, now: bool) -> Task:
    """The task for a plain file.

    Raises
    ------
    DatasetError
        When the label cannot be a column's name.
    """
    if label is not None and not isinstance(label, str):
        raise DatasetError(f"the label of a file is a column's name, not {type(label).__name__}")
    real = os.path.realpath(given)
    record = changed(record, location=real, label=label)
    # Known at once, so that a digest that did not come in time can be told to be of the same file.
    with suppress(OSError):
        status = os.stat(real)
        record = changed(record, size=status.st_size, modified=moment(status.st_mtime_ns))
    return _started(Task(record, _describe(record, lambda: file_content(real), label), real), now=now)


def _describe(record: DatasetRecord, read: Callable[[], FileContent], label: str | None = None) -> Callable[[], Found]:
    """What describes one or several files."""

    def described() -> Found:
        content = read()
        found = changed(
            record,
            digest=content.digest,
            size=content.size,
            files=content.files,
            modified=moment(content.modified_ns),
        )
        if record.kind != "file" or record.location is None:
            return Found(found)
        try:
            table = _table(record.location, content.digest, label)
        except (DatasetError, OSError) as problem:
            return Found(changed(found, label=None, problem=str(problem)))
        said = table.problem
        if not table.names and table.shape is None and content.digest == record.expected:
            return Found(found)
        if label is not None and not table.names and said is None:
            said = f"label {label!r:.60}: of this kind of file no columns are read"
        return Found(
            changed(
                found,
                shape=table.shape,
                columns=table.columns,
                missing=table.missing,
                classes=table.classes,
                problem=said,
            )
        )

    return described


def moment(ns: int) -> str:
    """A file's time as records have it."""
    return datetime.fromtimestamp(ns / 1e9).astimezone().isoformat(timespec="milliseconds")


def _table(path: str, digest: str, label: str | None) -> TableContent:
    """What a file holds as a table, read again only where its content is another."""
    key = (digest, os.path.splitext(path)[1], label)
    known = _tables.get(key)
    if known is None:
        if len(_tables) >= _MAX_TABLES:
            _tables.clear()
        known = table_content(path, label)
        # Of a format whose library is not loaded yet more may be known next time.
        if known.names or known.shape is not None:
            _tables[key] = known
    return known


# -- data in memory -----------------------------------------------------------------------------------------


def _of_memory(value: object, asked: Asked, *, now: bool) -> Task:
    """The task for data in memory."""
    one = memory.held(value)
    if one is None:
        kind = type(value).__name__
        raise DatasetError(
            f"{kind} is of no known kind: give a path, an address, an array, a frame, a table, a tensor or a bunch"
        )
    record = changed(_record(asked, one.kind, one.kind), shape=one.shape, size=one.size)
    label: tuple[str, Any] | None = None
    if asked.label is not None or (one.kind == "bunch" and one.value.get("target") is not None):
        label = memory.labels_of(one, asked.label)
    small = one.size <= SMALL_MEMORY_BYTES or workers.held + one.size > _MAX_HELD_BYTES
    kept = None if now or small else memory.still(one)
    if kept is not None:
        label = memory.labels_of(kept, asked.label) if label is not None else None
        return _started(Task(record, lambda: _described(kept, record, label), size=one.size), now=False)
    marks = None if now or small else memory.sums(one)
    if marks is None:
        return _started(Task(record, lambda: _described(one, record, label)), now=True)

    def guarded() -> Found:
        found = _described(one, record, label)
        # The cell went on meanwhile, and may have written into it.
        if memory.sums(one) != marks:
            raise DatasetError("it changed while it was hashed: no digest")
        return found

    return _started(Task(record, guarded, size=one.size), now=False)


def _described(one: Held, record: DatasetRecord, label: tuple[str, Any] | None) -> Found:
    """Data in memory described."""
    content = memory.content(one)
    found = changed(record, digest=content.digest, columns=content.columns, missing=content.missing)
    if label is not None:
        try:
            classes, problem = memory.classes_of(label[1])
        except TypeError as wrong:
            classes, problem = None, f"the label's values cannot be counted: {str(wrong)[:100]}"
        found = changed(found, label=str(label[0])[:_MAX_NAME], classes=classes, problem=problem)
    return Found(found, memory.rows_of(one) if side_of(record.name) else None)
