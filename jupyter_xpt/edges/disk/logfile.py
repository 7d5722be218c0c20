"""Log file: pieces of a ``log.txt`` of any size, by byte offset, as lines that are safe to show."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_xpt.ground.names import printable, without_escapes

MAX_LINES = 5_000
MAX_LINE = 2_000
MAX_PIECE_BYTES = 2 << 20
MAX_SEARCHED_BYTES = 512 << 20
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a log; ``start`` and ``end`` are offsets in bytes.

    ``more`` says whether there are earlier lines (of a tail), later ones (after an offset) or further lines
    that match (of a search). ``found`` has the lines' numbers, from 1, and ``offsets`` where they begin; both are
    None where nothing was looked for.
    """

    lines: tuple[str, ...]
    start: int
    end: int
    more: bool
    found: tuple[int, ...] | None = None
    offsets: tuple[int, ...] | None = None


def size(descriptor: int) -> int:
    """The file's length in bytes."""
    return os.fstat(descriptor).st_size


def tail(descriptor: int, lines: int, before: int | None = None) -> Piece:
    """The last lines, of those before an offset where that is given."""
    length = size(descriptor)
    end = start = length if before is None else min(before, length)
    data = b""
    while start > 0 and end - start < MAX_PIECE_BYTES and data.count(b"\n") <= lines:
        length = min(_CHUNK, start)
        start -= length
        data = _read(descriptor, start, length) + data
    # Writers go on meanwhile: what came after the size was taken is for the next question.
    whole = _split(data)
    if start > 0 and len(whole) > 1:
        # The first of them may be the rest of a line.
        whole = whole[1:]
    kept = whole[-min(lines, MAX_LINES) :] if lines > 0 else []
    begins = end - sum(map(len, kept))
    return Piece(tuple(map(_shown, kept)), begins, end, begins > 0)


def after(descriptor: int, offset: int, *, over: bool) -> Piece:
    """The whole lines from an offset on; from the beginning where the file is shorter than that.

    Parameters
    ----------
    descriptor
        The open file.
    offset
        Where to begin, in bytes.
    over
        Whether nothing more will come, so that a last line without its end counts too.
    """
    length = size(descriptor)
    start = offset if offset <= length else 0
    data = _read(descriptor, start, min(length - start, MAX_PIECE_BYTES))
    kept = _split(data)[:MAX_LINES]
    whole = over and start + len(data) == length
    # A line longer than a piece is given as far as it goes: waiting for its end would wait for ever.
    if kept and not kept[-1].endswith(b"\n") and not whole and (len(kept) > 1 or len(data) < MAX_PIECE_BYTES):
        kept.pop()
    end = start + sum(map(len, kept))
    return Piece(tuple(map(_shown, kept)), start, end, end < length and bool(kept))


def find(descriptor: int, text: str, limit: int = 1_000) -> Piece:
    """The lines that hold a text, whatever its case, at most ``limit`` of them."""
    wanted = text.casefold()
    end = min(size(descriptor), MAX_SEARCHED_BYTES)
    hits: list[tuple[str, int, int]] = []
    number, offset = 1, 0
    for data in _pieces(descriptor, end):
        if wanted in data.decode("utf-8", "replace").casefold():
            hits += _hits(data, wanted, number, offset)
        if len(hits) > limit:
            break
        number += data.count(b"\n")
        offset += len(data)
    lines, found, offsets = (tuple(column) for column in zip(*hits[:limit], strict=True)) if hits else ((), (), ())
    return Piece(lines, 0, end, len(hits) > limit or end < size(descriptor), found, offsets)


def _hits(data: bytes, wanted: str, number: int, offset: int) -> Iterator[tuple[str, int, int]]:
    """The lines that hold a text, with their numbers and offsets, of whole lines that begin there."""
    for at, line in enumerate(_split(data), start=number):
        text = line.removesuffix(b"\n").decode("utf-8", "replace")
        if wanted in text.casefold():
            yield _safe(text), at, offset
        offset += len(line)


def _pieces(descriptor: int, end: int) -> Iterator[bytes]:
    """The file in pieces of whole lines; a line that is longer than a piece comes in several."""
    at, rest = 0, b""
    while at < end:
        data = _read(descriptor, at, min(_CHUNK, end - at))
        if not data:
            break
        at += len(data)
        data = rest + data
        cut = data.rfind(b"\n") + 1
        if not cut and len(data) < MAX_PIECE_BYTES:
            rest = data
            continue
        cut = cut or len(data)
        yield data[:cut]
        rest = data[cut:]
    if rest:
        yield rest


def _read(descriptor: int, start: int, length: int) -> bytes:
    """That many bytes from an offset on, fewer at the file's end."""
    os.lseek(descriptor, start, os.SEEK_SET)
    data = b""
    while len(data) < length:
        more = os.read(descriptor, length - len(data))
        if not more:
            break
        data += more
    return data


def _split(data: bytes) -> list[bytes]:
    """Lines with their ends; only newlines end one, as in the file's own format."""
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _shown(line: bytes) -> str:
    """A line as it may be shown."""
    # Cut before it is decoded: a line may be many megabytes long.
    cut = line[: 4 * MAX_LINE]
    return _safe(cut.removesuffix(b"\n").decode("utf-8", "replace"), cut=len(cut) < len(line))


def _safe(line: str, *, cut: bool = False) -> str:
    """A line without escapes and control characters, and with a mark where it was cut."""
    shown = printable(without_escapes(line[: 4 * MAX_LINE].removesuffix("\r")))
    return shown[:MAX_LINE] + (" …" if cut or len(shown) > MAX_LINE else "")
