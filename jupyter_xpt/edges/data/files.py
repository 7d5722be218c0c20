"""Files: the digest of a file, a directory or what a pattern finds, computed again only where something changed.

A file's digest is the SHA-256 of its bytes, as ``sha256sum`` gives it. That of several files is the SHA-256 of what
``sha256sum`` prints for them, sorted by name.
"""

from __future__ import annotations

import glob
import io
import os
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from jupyter_xpt.edges.data.hashing import algorithm, digest_text, new_hash, piece_bytes
from jupyter_xpt.edges.data.work import side_by_side
from jupyter_xpt.ground.errors import DatasetError

MAX_FILES = 100_000
# Several files of fewer bytes are hashed sooner than threads are started.
_ALONE_BYTES = 4 << 20
_MAX_KNOWN = 20_000
# File times may be as coarse as hundredths of a second: what was written right before may be written again since.
_RACY_NS = 100_000_000
# What editors and file managers leave behind is no data.
_JUNK = frozenset({".ipynb_checkpoints", ".DS_Store", "Thumbs.db", "desktop.ini"})
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_DEVICES = ("/proc/", "/sys/", "/dev/")
Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class FileContent:
    """What a file or several files hold: digest, bytes in all, how many files (None for one), latest change (ns)."""

    digest: str
    size: int
    files: int | None
    modified_ns: int


class _Known:
    """The digests of files by their real path, for as long as nothing about the file changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digests: OrderedDict[tuple[str, str], tuple[Stamp, str]] = OrderedDict()

    def get(self, path: str, stamp: Stamp) -> str | None:
        """The digest of a file that is as it was."""
        with self._lock:
            known = self._digests.get((path, algorithm()))
        return known[1] if known is not None and known[0] == stamp else None

    def keep(self, path: str, stamp: Stamp, digest: str) -> None:
        """Keeps a digest; the oldest go when there are too many."""
        with self._lock:
            self._digests[path, algorithm()] = (stamp, digest)
            while len(self._digests) > _MAX_KNOWN:
                self._digests.popitem(last=False)


_known = _Known()


def file_content(path: str) -> FileContent:
    """What a file holds; a stat where its digest is known.

    Raises
    ------
    DatasetError
        When it is missing, no plain file, cannot be read, or changed each time while it was hashed.
    """
    for last in (False, True):
        try:
            found = _hashed(path)
        except OSError as problem:
            raise DatasetError(refusal(problem)) from None
        if found is not None:
            return found
        if not last:
            time.sleep(0.05)
    raise DatasetError("it changed while it was hashed: no digest")


def refusal(problem: OSError) -> str:
    """Why a file cannot be read, in the system's words."""
    if isinstance(problem, FileNotFoundError):
        return "there is no such file"
    return f"it cannot be read: {(problem.strerror or str(problem)).lower()}"


def plain_status(path: str) -> os.stat_result:
    """The status of a plain file; links are followed, as who names a file means what it leads to.

    Raises
    ------
    DatasetError
        When it is missing or no plain file.
    """
    try:
        status = os.stat(path)
    except (OSError, ValueError) as problem:
        raise DatasetError(refusal(problem) if isinstance(problem, OSError) else f"no file: {problem}") from None
    if not stat.S_ISREG(status.st_mode):
        raise DatasetError(f"it is {_kind(status.st_mode)}, not a file")
    if os.path.realpath(path).startswith(_DEVICES):
        raise DatasetError("it is the system's, not a file")
    return status


def _kind(mode: int) -> str:
    """What a path is when it is no file."""
    kinds = ((stat.S_ISDIR, "a directory"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    return next((name for check, name in kinds if check(mode)), "a device")


def _stamp(status: os.stat_result) -> Stamp:
    """What changes when a file does."""
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _hashed(path: str) -> FileContent | None:
    """What a file holds; None when it changed while it was hashed."""
    status = plain_status(path)
    before, real = _stamp(status), os.path.realpath(path)
    digest = _known.get(real, before)
    if digest is not None:
        return FileContent(digest, status.st_size, None, status.st_mtime_ns)
    now = time.time_ns()
    # Opened without waiting: it may have become a pipe in between.
    descriptor = os.open(path, _OPEN)
    try:
        opened = os.fstat(descriptor)
        if _stamp(opened) != before or not stat.S_ISREG(opened.st_mode):
            return None
        digest, size = _digest(descriptor, status.st_size)
        if size != status.st_size or _stamp(os.fstat(descriptor)) != before or _stamp(os.stat(path)) != before:
            return None
    finally:
        os.close(descriptor)
    if now - max(before[1], before[2]) > _RACY_NS:
        _known.keep(real, before, digest)
    return FileContent(digest, size, None, status.st_mtime_ns)


def _digest(descriptor: int, size: int) -> tuple[str, int]:
    """The digest of an open file and how many bytes it has; more than it said it had are not read to their end."""
    made = new_hash()
    buffer = memoryview(bytearray(min(piece_bytes(), size + 1)))
    read = 0
    # Reading and hashing both let the interpreter go on.
    with io.FileIO(descriptor, closefd=False) as file:
        while read <= size:
            count = file.readinto(buffer)
            if not count:
                break
            made.update(buffer[:count])
            read += count
    return digest_text(made), read


def directory_content(path: str) -> FileContent:
    """What the files of a directory hold, those of its directories too; links to directories are not followed.

    Raises
    ------
    DatasetError
        When it cannot be listed, has too many files, or one of them cannot be read.
    """
    return _several(path, _below(path))


def pattern_content(pattern: str) -> FileContent:
    """What the files hold that a pattern like ``data/*.csv`` finds.

    Raises
    ------
    DatasetError
        When it finds none or too many, or one of them cannot be read.
    """
    base = fixed_part(pattern)
    found = (one for one in glob.iglob(pattern, recursive=True) if os.path.isfile(one))
    return _several(base, (os.path.relpath(one, base) for one in found))


def fixed_part(pattern: str) -> str:
    """The directory before a pattern's first wildcard.

    >>> fixed_part("data/2026/*.csv")
    'data/2026'
    """
    parts = Path(pattern).parts
    fixed = next((place for place, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return str(Path(*parts[:fixed])) if fixed else "."


def _below(folder: str) -> Iterator[str]:
    """The names of the files below a directory, relative to it; our own records are no data."""
    waiting = [""]
    while waiting:
        inner = waiting.pop()
        try:
            with os.scandir(os.path.join(folder, inner)) as entries:
                here = [entry for entry in entries if entry.name not in _JUNK]
                if inner and any(entry.name == ".xpt" for entry in here):
                    continue
                for entry in here:
                    name = os.path.join(inner, entry.name)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(name)
                    elif entry.is_file():
                        yield name
        except OSError as problem:
            raise DatasetError(f"{inner or 'it'} cannot be listed: {problem.strerror}") from None


def _several(base: str, names: Iterator[str]) -> FileContent:
    """What several files hold."""
    found = sorted((one.replace(os.sep, "/") for one in islice(names, MAX_FILES + 1)), key=os.fsencode)
    if len(found) > MAX_FILES:
        raise DatasetError(f"more than {MAX_FILES} files: no digest")
    if not found:
        raise DatasetError("there are no files in it")
    made, size, modified = new_hash(), 0, 0

    def content(name: str) -> FileContent:
        try:
            return file_content(os.path.join(base, name))
        except DatasetError as problem:
            raise DatasetError(f"{name}: {problem}") from None

    large = sum(_size(os.path.join(base, name)) for name in found) > _ALONE_BYTES
    contents = side_by_side(content, found) if large else map(content, found)
    for name, one in zip(found, contents, strict=True):
        made.update(_listed(name, one.digest))
        size, modified = size + one.size, max(modified, one.modified_ns)
    return FileContent(digest_text(made), size, len(found), modified)


def _size(path: str) -> int:
    """The bytes of a file, 0 where it cannot be told."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _listed(name: str, digest: str) -> bytes:
    """The line that ``sha256sum`` prints for a file; it marks names that would break the line."""
    line = f"{digest.partition(':')[2]}  "
    if any(char in name for char in "\\\n\r"):
        name = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        line = "\\" + line
    return os.fsencode(line + name) + b"\n"
