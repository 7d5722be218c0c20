"""The journal: one append-only file, one write a record, that never fails the code which it records."""

from __future__ import annotations

import errno
import os
from types import TracebackType

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
# macOS has no fdatasync.
_to_disk = getattr(os, "fdatasync", os.fsync)
_write = os.write


class _Descriptor:
    """An open file, closed with its last user: a late thread may still be writing while the journal closes.

    Closing the number at once would let that write land in whatever file the number is given to next.
    """

    __slots__ = ("number",)

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.number = -1
        self.number = os.open(path, _FLAGS, 0o666)

    def __del__(self) -> None:
        if self.number >= 0:
            os.close(self.number)


class Journal:
    """An append-only file of lines, one ``os.write`` a record, safe for threads and forked children.

    It never raises: a record that could not be written whole is counted in ``lost``, the first reason kept in
    ``problem``, and the next record begins on a fresh line. What `append` returned True for outlives the
    process; after `sync` it outlives the machine.

    Parameters
    ----------
    path : str or path-like
        The file, made when it is missing. Where it cannot be opened, every record is lost and ``problem``
        says why.

    Attributes
    ----------
    problem : Exception or None
        The first thing that went wrong; None when nothing did.
    lost : int
        The number of records that are not, or not whole, in the file.
    """

    __slots__ = ("_dirty", "_file", "_opened", "_path", "_torn", "lost", "problem")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.problem: Exception | None = None
        self.lost = 0
        self._path = os.fspath(path)
        self._dirty = False
        self._torn = False
        self._file: _Descriptor | None = None
        try:
            self._file = _Descriptor(path)
            self._torn = _ends_torn(self._file.number)
        except OSError as error:
            self._remember(error)
        self._opened = self._file is not None

    def __enter__(self) -> Journal:
        """Give the journal itself; it is open already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    @property
    def closed(self) -> bool:
        """Whether nothing can be appended: it was closed, or could not be opened."""
        return self._file is None

    @property
    def size(self) -> int:
        """The file's length in bytes, 0 when it is closed."""
        file = self._file
        return 0 if file is None else os.fstat(file.number).st_size

    def append(self, data: bytes) -> bool:
        """Whether the record is in the file, whole.

        Parameters
        ----------
        data : bytes
            One record or several, ending with a newline. They are written by one system call, without a lock:
            the kernel keeps appends of several threads and processes apart.
        """
        # The local name keeps the descriptor open for as long as this call needs it.
        file = self._file
        if file is None:
            return self._refuse()
        if self._torn:
            data = b"\n" + data
        try:
            written = _write(file.number, data)
        except OSError as error:
            self.lost += 1
            self._remember(error)
            return False
        self._dirty = True
        if written == len(data):
            self._torn = False
            return True
        self._cut_short(data, written)
        return False

    def sync(self) -> bool:
        """Whether everything appended so far is on the disk; this takes milliseconds if there is anything."""
        file = self._file
        if file is None or not self._dirty:
            return file is not None
        self._dirty = False
        try:
            _to_disk(file.number)
        except OSError as error:
            # A pipe or a device has no disk behind it.
            if error.errno in (errno.EINVAL, errno.ENOTSUP, errno.EROFS):
                return True
            self._remember(error)
            return False
        return True

    def close(self) -> None:
        """Sync and let go of the file; later records are dropped in silence."""
        self.sync()
        self._file = None

    def _refuse(self) -> bool:
        """Count a record that no file was ever opened for; after closing nobody expects it to be kept."""
        if not self._opened:
            self.lost += 1
        return False

    def _cut_short(self, data: bytes, written: int) -> None:
        """Remember that the disk took only the first bytes of a record."""
        self.lost += 1
        if written > 0:
            self._torn = data[written - 1 : written] != b"\n"
        text = f"only {written} of {len(data)} bytes were written, the disk is full or the file at its limit"
        self._remember(OSError(errno.ENOSPC, text, self._path))

    def _remember(self, error: OSError) -> None:
        """Keep the first problem, without the frames that it would keep alive."""
        if self.problem is None:
            self.problem = error.with_traceback(None)


def _ends_torn(number: int) -> bool:
    """Whether an open file ends inside a line."""
    if os.fstat(number).st_size == 0:
        return False
    os.lseek(number, -1, os.SEEK_END)
    return os.read(number, 1) != b"\n"
