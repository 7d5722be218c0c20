"""Arrows: columns of PyArrow and polars, as they lie in memory. Neither is imported: the data is theirs."""

from __future__ import annotations

import sys
from typing import Any

from jupyter_xpt.edges.data.columns import CHUNK_TEXTS, ColumnHash, numpy


def hash_arrow(column: Any, kind: str) -> ColumnHash:  # noqa: ANN401 - pyarrow's Array or ChunkedArray
    """The hash of an Arrow column, whatever its chunks and offsets."""
    made = ColumnHash(kind)
    for chunk in column.chunks if hasattr(column, "chunks") else [column]:
        _feed_arrow(made, chunk)
    return made


def _feed_arrow(made: ColumnHash, chunk: Any) -> None:  # noqa: ANN401 - pyarrow's Array
    """One chunk of an Arrow column."""
    pa = sys.modules["pyarrow"]
    kind = chunk.type
    types = pa.types
    if types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind) or types.is_large_binary(kind):
        _feed_texts(made, chunk)
    elif types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind):
        zero = False if types.is_boolean(kind) else 0
        filled = chunk.fill_null(zero) if chunk.null_count else chunk
        made.numbers(filled.to_numpy(zero_copy_only=False), _valid(chunk))
    elif types.is_temporal(kind) and getattr(kind, "bit_width", 0) in (32, 64):
        numbers = chunk.view(pa.int32() if kind.bit_width == 32 else pa.int64())
        filled = numbers.fill_null(0) if chunk.null_count else numbers
        made.numbers(filled.to_numpy(zero_copy_only=False), _valid(chunk))
    elif types.is_dictionary(kind):
        _feed_arrow(made, chunk.dictionary_decode())
    else:
        for start in range(0, len(chunk), CHUNK_TEXTS):
            made.objects(chunk.slice(start, CHUNK_TEXTS).to_pylist())


def _feed_texts(made: ColumnHash, chunk: Any) -> None:  # noqa: ANN401 - pyarrow's Array
    """One chunk of texts or bytes, without a Python object for each."""
    pa, np = sys.modules["pyarrow"], numpy()
    is_text = pa.types.is_string(chunk.type) or pa.types.is_large_string(chunk.type)
    wide = chunk.cast(pa.large_string() if is_text else pa.large_binary())
    wide = wide.fill_null("" if is_text else b"") if chunk.null_count else wide
    if not len(wide):
        return
    _, offsets, data = wide.buffers()
    ends = np.frombuffer(offsets, dtype="<i8")[wide.offset : wide.offset + len(wide) + 1]
    whole = memoryview(data if data is not None else b"")[int(ends[0]) : int(ends[-1])]
    tags: Any = (b"s" if is_text else b"y") * len(chunk)
    if chunk.null_count:
        tags = np.where(_valid(chunk), np.uint8(tags[0]), np.uint8(ord("m")))
    made.missing += chunk.null_count
    made.encoded(tags, np.ascontiguousarray(np.diff(ends)), whole)


def _valid(chunk: Any) -> Any:  # noqa: ANN401 - arrays
    """Which values of a chunk are there."""
    return ~chunk.is_null().to_numpy(zero_copy_only=False)


def hash_polars(series: Any) -> ColumnHash:  # noqa: ANN401 - polars' Series
    """The hash of a polars column."""
    kind = str(series.dtype)
    made = ColumnHash(kind)
    name = kind.partition("(")[0]
    if name in ("Categorical", "Enum"):
        series = series.cast(sys.modules["polars"].String)
        name = "String"
    if name in ("Datetime", "Date", "Time", "Duration"):
        series = series.to_physical()
        name = str(series.dtype)
    if name == "Boolean" or (name.startswith(("Int", "UInt", "Float")) and not name.endswith("128")):
        filled = series.fill_null(False if name == "Boolean" else 0) if series.null_count() else series
        made.numbers(filled.to_numpy(), series.is_not_null().to_numpy())
        return made
    for start in range(0, len(series), CHUNK_TEXTS):
        made.objects(series.slice(start, CHUNK_TEXTS).to_list(), texts=name == "String")
    return made
