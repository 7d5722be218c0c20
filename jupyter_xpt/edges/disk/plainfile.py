"""Plain file: files that others wrote, read with care.

Links are not followed, what is no plain file is not read and never waited for, and everything has a bound.
"""

from __future__ import annotations

import os
import stat

from jupyter_xpt.ground.errors import RecordError

MAX_RECORD_BYTES = 16 << 20
MAX_TAIL_BYTES = 64 << 20
_CHUNK = 1 << 20
_OPEN = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not hold the reader
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
Stamp = tuple[int, int, int]
MISSING: Stamp = (0, -1, 0)


class Unreadable(Exception):  # noqa: N818 - says why a file was left alone
    """A file that cannot or must not be read; the text says why."""


def stamp_of(path: str) -> Stamp:
    """Time (ns), size and identity of a file itself, never of what it links to."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return MISSING
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def opened(path: str) -> int:
    """A descriptor of a plain file."""
    try:
        descriptor = os.open(path, _OPEN)
    except FileNotFoundError:
        raise
    except OSError as problem:
        why = "is a link, which is not followed" if os.path.islink(path) else f"cannot be read: {problem.strerror}"
        raise Unreadable(why) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unreadable("is not a plain file")
    return descriptor


def opened_below(folder: str | os.PathLike[str], *parts: str) -> int:
    """A descriptor of a plain file below a folder, with no link on the way from there.

    Parameters
    ----------
    folder
        Where to begin; it may itself be reached through links.
    *parts
        One name for each step down, the file's last.

    Raises
    ------
    FileNotFoundError, Unreadable
        When it is missing, or must not or cannot be read.
    """
    for part in parts:
        if part in ("", ".", "..") or "/" in part or "\0" in part or os.sep in part:
            raise Unreadable("is no plain name")
    path = os.fspath(folder)
    for part in parts[:-1]:
        path = os.path.join(path, part)
        if stat.S_ISLNK(_mode(path)):
            raise Unreadable(f"lies below {part}, a link, which is not followed")
    return opened(os.path.join(path, parts[-1]))


def _mode(path: str) -> int:
    """The kind of a file itself, 0 when it is missing."""
    try:
        return os.lstat(path).st_mode
    except OSError:
        return 0


def read_record(path: str, most: int = MAX_RECORD_BYTES) -> bytes:
    """All bytes of a record's file; of at most ``most`` bytes."""
    try:
        return _read_all(opened(path), most)
    except FileNotFoundError:
        raise Unreadable("is missing") from None


def read_record_below(folder: str | os.PathLike[str], *parts: str) -> bytes:
    """All bytes of a record's file below a folder, with no link on the way from there."""
    try:
        return _read_all(opened_below(folder, *parts), MAX_RECORD_BYTES)
    except FileNotFoundError:
        raise Unreadable("is missing") from None


def _read_all(descriptor: int, most: int) -> bytes:
    """All bytes of an open file, which is closed."""
    try:
        size = os.fstat(descriptor).st_size
        if size > most:
            raise Unreadable(f"is {size >> 20} MB long, more than any record ({most >> 20} MB)")
        data = os.read(descriptor, size + 1)
        while len(data) < size:
            more = os.read(descriptor, size - len(data))
            if not more:
                break
            data += more
        return data
    except OSError as problem:
        raise Unreadable(f"cannot be read: {problem.strerror}") from None
    finally:
        os.close(descriptor)


def read_head(path: str, most: int = MAX_RECORD_BYTES) -> bytes:
    """The first bytes of a file, ``most`` of them at most."""
    try:
        descriptor = opened(path)
    except FileNotFoundError:
        raise Unreadable("is missing") from None
    with os.fdopen(descriptor, "rb") as file:
        try:
            return file.read(most)
        except OSError as problem:
            raise Unreadable(f"cannot be read: {problem.strerror}") from None


def read_tail(path: str | os.PathLike[str], lines: int | None = None) -> tuple[bytes, bool]:
    """The end of a text file, and whether there was more before it.

    Parameters
    ----------
    path
        The file; links are not followed.
    lines
        How many lines; None for all that ``MAX_TAIL_BYTES`` hold.

    Raises
    ------
    RecordError
        When it is missing, no plain file, or cannot be read.
    """
    name = os.path.basename(path)
    try:
        descriptor = opened(os.fspath(path))
    except (FileNotFoundError, Unreadable) as problem:
        raise RecordError(f"{name} {problem if isinstance(problem, Unreadable) else 'is missing'}") from None
    try:
        size = os.fstat(descriptor).st_size
        start, data = size, b""
        while start > 0 and size - start < MAX_TAIL_BYTES and (lines is None or data.count(b"\n") <= lines):
            length = min(_CHUNK, start)
            start -= length
            os.lseek(descriptor, start, os.SEEK_SET)
            data = os.read(descriptor, length) + data
    except OSError as problem:
        raise RecordError(f"{name} cannot be read: {problem.strerror}") from None
    finally:
        os.close(descriptor)
    if lines is None:
        return data, start > 0
    kept = data.splitlines(keepends=True)[-lines:] if lines > 0 else []
    return b"".join(kept), start > 0 or len(b"".join(kept)) < len(data)
