"""Columns: the digest of values, one column or array at a time, whatever the library lays out in memory.

A column is hashed as up to three streams, each by itself, so that neither the chunks of a library nor the way it
stores texts changes the digest: of numbers their little-endian bytes (and which are missing, where the type can say
so); of texts and objects a letter each for the kind, the lengths, the bytes. Every NaN counts as the same value.

NumPy is looked up where the user has loaded it, never imported.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Any
from uuid import UUID

from jupyter_xpt.edges.data.hashing import digest_text, new_hash
from jupyter_xpt.ground.datasets import ColumnRecord
from jupyter_xpt.ground.errors import DatasetError

# Half a megabyte of numbers stays in the cache between hashing and looking for NaN; texts hold the interpreter.
CHUNK_BYTES = 1 << 19
CHUNK_TEXTS = 1 << 13
_MAX_DEPTH = 20
_NO_DATE = -(1 << 63)
# Of pandas; their text has all of their value.
_TOLD_BY_TEXT = ("Period", "Interval", "Timedelta")
_MISSING = {"NAType": b"N", "NaTType": b"T"}


def numpy() -> Any:  # noqa: ANN401 - the library
    """The user's NumPy."""
    return sys.modules["numpy"]


class ColumnHash:
    """The digest of one column, fed in chunks of any size.

    Parameters
    ----------
    kind
        The type, as the library names it; it counts.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.missing = 0
        self._streams: dict[str, Any] = {}

    def _feed(self, stream: str, data: Any) -> None:  # noqa: ANN401 - bytes or any buffer
        """Adds bytes to a stream; a stream without any is none, as a column may come in empty chunks."""
        if not len(data):
            return
        known = self._streams.get(stream)
        if known is None:
            known = self._streams[stream] = new_hash()
        known.update(data)

    def numbers(self, values: Any, valid: Any = None) -> None:  # noqa: ANN401 - arrays
        """Adds an array of numbers, dates or fixed-width texts, in C order.

        Parameters
        ----------
        values
            The array, of any number of dimensions.
        valid
            For types that can say that a value is missing: an array of flags. Values where it is false must be 0.
        """
        for chunk in _chunks(values):
            self._number(chunk)
        if valid is not None:
            flags = numpy().ascontiguousarray(valid, dtype="u1")
            self.missing += int(flags.size - numpy().count_nonzero(flags))
            self._feed("valid", flags)

    def _number(self, chunk: Any) -> None:  # noqa: ANN401 - a contiguous array
        """Adds a chunk of numbers, little-endian, with one kind of NaN."""
        kind = chunk.dtype.kind
        if chunk.dtype.byteorder == ">" or (chunk.dtype.byteorder == "=" and sys.byteorder == "big"):
            chunk = chunk.astype(chunk.dtype.newbyteorder("<"))
        before = self._streams.get("values") if kind in "fc" else None
        before = before.copy() if before is not None else None
        # Hashed before it is looked at: hashing waits less for memory than looking does.
        self._feed("values", chunk.reshape(-1).view("u1"))
        if kind not in "fcmM":
            return
        found = _absent(chunk, likely=self.missing > 0)
        self.missing += found
        if found and kind in "fc" and not _are_usual(chunk, found):
            self._streams["values"] = before if before is not None else new_hash()
            chunk = chunk.copy()
            chunk[chunk != chunk] = numpy().nan  # noqa: PLR0124 - NaN alone differs from itself
            self._feed("values", chunk.reshape(-1).view("u1"))

    def objects(self, values: Sequence[Any], *, texts: bool = False) -> None:
        """Adds Python objects; of a column of texts whatever is none is missing, however the library says so.

        Raises
        ------
        DatasetError
            When an object is of a kind whose value cannot be told.
        """
        if set(map(type, values)) == {str}:
            data, lengths = _encoded_texts(values)
            self.encoded(b"s" * len(values), lengths, data)
            return
        tags, parts = [], []
        for value in values:
            tag, part = (b"m", b"") if texts and not isinstance(value, str) else _encoded(value)
            self.missing += tag in (b"m", b"n", b"N", b"T") or (tag == b"f" and value != value)  # noqa: PLR0124 - NaN
            tags.append(tag)
            parts.append(part)
        self.encoded(b"".join(tags), _lengths(map(len, parts)), b"".join(parts))

    def encoded(self, tags: Any, lengths: Any, data: Any) -> None:  # noqa: ANN401 - buffers
        """Adds values that are encoded already: a letter, a length in 64 bits and the bytes of each."""
        self._feed("tags", tags)
        self._feed("lengths", lengths)
        self._feed("data", data)

    def digest(self) -> str:
        """The digest of type and values."""
        parts = [[name, stream.hexdigest()] for name, stream in sorted(self._streams.items())]
        return digest_of(["xpt-column-1", self.kind, parts])

    def record(self, name: str) -> ColumnRecord:
        """What is kept of the column."""
        return ColumnRecord(name[:200], self.kind[:200], self.missing, self.digest())


def digest_of(content: Any) -> str:  # noqa: ANN401 - JSON
    """The digest of a JSON value."""
    made = new_hash()
    made.update(json.dumps(content, separators=(",", ":")).encode())
    return digest_text(made)


def hash_array(values: Any) -> ColumnHash:  # noqa: ANN401 - an array
    """The hash of a NumPy array: type, shape and every value, whatever its layout in memory.

    Raises
    ------
    DatasetError
        When it holds objects whose value cannot be told.
    """
    np = numpy()
    made = ColumnHash(f"{_kind_of(values.dtype)}{list(values.shape)}")
    if isinstance(values, np.ma.MaskedArray):
        made.numbers(np.asarray(values.filled(0)), ~np.ma.getmaskarray(values))
    elif values.dtype.names:
        for name in values.dtype.names:
            made.encoded(b"c", b"", hash_array(values[name]).digest().encode() + repr(name).encode())
    elif values.dtype.kind in "OTgV" or values.dtype.char in "gG":
        for chunk in _chunks(values):
            made.objects(chunk.astype(object).reshape(-1).tolist())
    else:
        made.numbers(values)
    return made


def hash_columns(columns: Sequence[tuple[str, Any]]) -> list[ColumnHash]:
    """The hashes of arrays of one length, given as type and array, side by side.

    A frame's columns often lie in one block, row by row: going down all of them together reads it once.
    """
    made = [ColumnHash(kind) for kind, _ in columns]
    strided = [
        (one, values)
        for one, (_, values) in zip(made, columns, strict=True)
        if values.strides and values.strides[0] != values.itemsize
    ]
    for one, (_, values) in zip(made, columns, strict=True):
        if not any(one is other for other, _ in strided):
            one.numbers(values)
    rows = CHUNK_TEXTS
    for start in range(0, len(strided[0][1]) if strided else 0, rows):
        for one, values in strided:
            one.numbers(values[start : start + rows])
    return made


def _kind_of(dtype: Any) -> str:  # noqa: ANN401 - a NumPy dtype
    """A type's name, the same on machines of either byte order."""
    return str(dtype.newbyteorder("=")) if dtype.kind not in "OT" else str(dtype)


def _absent(chunk: Any, *, likely: bool) -> int:  # noqa: ANN401 - an array
    """How many numbers of a chunk are NaN, or no date.

    Parameters
    ----------
    chunk
        A contiguous array of numbers or dates.
    likely
        Whether some are to be expected: else a quick look tells of most chunks that they have none.
    """
    np, kind = numpy(), chunk.dtype.kind
    if kind in "mM":
        # "No date" is the least number of all.
        numbers = chunk.view("i8")
        return int(np.count_nonzero(numbers == _NO_DATE)) if likely or _least(numbers) == _NO_DATE else 0
    # A single NaN makes the least NaN.
    if not likely and kind == "f" and (least := _least(chunk)) == least:
        return 0
    return int(np.count_nonzero(chunk != chunk))  # noqa: PLR0124 - NaN alone differs from itself


def _least(chunk: Any) -> Any:  # noqa: ANN401 - an array
    """The least number of a chunk; 0 of an empty one."""
    with numpy().errstate(invalid="ignore"):
        return chunk.min() if chunk.size else 0


def _are_usual(chunk: Any, absent: int) -> bool:  # noqa: ANN401 - an array
    """Whether all NaN of a chunk have the bits that NumPy's own has."""
    if chunk.dtype.kind == "c":
        return False
    bits = f"u{chunk.dtype.itemsize}"
    usual = numpy().array(numpy().nan, dtype=chunk.dtype).view(bits)
    return int(numpy().count_nonzero(chunk.view(bits) == usual)) == absent


def _chunks(values: Any) -> Iterator[Any]:  # noqa: ANN401 - arrays
    """An array in C order in contiguous pieces along its first axis, of half a megabyte where that is possible."""
    np = numpy()
    values = np.atleast_1d(np.asarray(values))
    if values.flags.c_contiguous:
        values = values.reshape(-1)
    row = max(1, values.nbytes // max(1, len(values)))
    step = max(1, CHUNK_BYTES // row)
    for start in range(0, len(values), step):
        yield np.ascontiguousarray(values[start : start + step])


def _lengths(lengths: Iterable[int]) -> array[int]:
    """Lengths as 64-bit little-endian numbers."""
    made = array("q", lengths)
    if sys.byteorder == "big":
        made.byteswap()
    return made


def _encoded_texts(values: Sequence[str]) -> tuple[bytes, array[int]]:
    """The bytes of texts and their lengths."""
    whole = "".join(values)
    if whole.isascii():
        return whole.encode(), _lengths(map(len, values))
    parts = [one.encode("utf-8", "surrogatepass") for one in values]
    return b"".join(parts), _lengths(map(len, parts))


def _encoded(value: Any, depth: int = 0) -> tuple[bytes, bytes]:  # noqa: ANN401 - any object
    """An object as a letter for its kind, and bytes."""
    made = _scalar(value) or _dated(value) or _library(value)
    if made is not None:
        return made
    if depth > _MAX_DEPTH:
        raise DatasetError("an object in it nests too deep to be digested")
    if isinstance(value, Mapping):
        return b"d", b"".join(_joined(pair, depth) for pair in value.items())
    if isinstance(value, set | frozenset):
        return b"e", b"".join(sorted(_joined([one], depth) for one in value))
    if isinstance(value, list | tuple):
        return (b"l" if isinstance(value, list) else b"u"), _joined(value, depth)
    raise DatasetError(f"it holds {type(value).__name__} objects, whose value cannot be told")


def _scalar(value: Any) -> tuple[bytes, bytes] | None:  # noqa: ANN401 - any object
    """A text, a number, a flag or nothing as a letter and bytes; None for anything else."""
    made: tuple[bytes, bytes] | None = None
    if value is None:
        made = b"n", b""
    elif isinstance(value, str):
        made = b"s", value.encode("utf-8", "surrogatepass")
    elif isinstance(value, bool):
        made = b"b", b"1" if value else b"0"
    elif isinstance(value, float):
        made = b"f", float.hex(float(value)).encode()
    elif isinstance(value, int):
        # int() of an enumeration's member is its number; hex has no limit of digits.
        made = b"i", hex(int(value)).encode()
    elif isinstance(value, bytes | bytearray):
        made = b"y", bytes(value)
    return made


def _dated(value: Any) -> tuple[bytes, bytes] | None:  # noqa: ANN401 - any object
    """A date or another value that is told by its text as a letter and bytes; None for anything else."""
    name = type(value).__name__
    if name in _MISSING:
        return _MISSING[name], b""
    if isinstance(value, datetime | date | time):
        return b"t", f"{name}:{value.isoformat()}".encode()
    if isinstance(value, timedelta | Decimal | Fraction | complex | UUID | PurePath):
        return b"t", f"{name}:{value}".encode("utf-8", "surrogatepass")
    return None


def _library(value: Any) -> tuple[bytes, bytes] | None:  # noqa: ANN401 - any object
    """An array, or a value of a data library as a letter and bytes; None for anything else."""
    np = sys.modules.get("numpy")
    if np is not None and isinstance(value, np.ndarray):
        return b"a", hash_array(value).digest().encode()
    if np is not None and isinstance(value, np.generic):
        return b"g", f"{value.dtype}:{value!r}".encode("utf-8", "surrogatepass")
    kind = type(value)
    if kind.__module__.partition(".")[0] in ("pandas", "polars", "pyarrow") and kind.__name__ in _TOLD_BY_TEXT:
        return b"x", f"{kind.__name__}:{value}".encode("utf-8", "surrogatepass")
    return None


def _joined(values: Iterable[Any], depth: int) -> bytes:
    """Several objects as bytes that can be told apart."""
    parts = [_encoded(one, depth + 1) for one in values]
    return b"".join(tag + len(part).to_bytes(8, "little") + part for tag, part in parts)
