"""Frames: tables of pandas, polars and PyArrow as names, types and column digests. None of them is imported by us."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_xpt.edges.data.arrows import hash_arrow, hash_polars
from jupyter_xpt.edges.data.columns import CHUNK_TEXTS, ColumnHash, digest_of, hash_array, hash_columns
from jupyter_xpt.ground.datasets import ColumnRecord
from jupyter_xpt.ground.errors import DatasetError

# More columns than this are all digested, and not listed one by one.
MAX_COLUMNS = 1000
# More values than this are no classes.
MAX_CLASSES = 1000


@dataclass(frozen=True, slots=True)
class Content:
    """What data holds: its digest, columns (the first thousand) and how many values are missing."""

    digest: str
    columns: tuple[ColumnRecord, ...] = ()
    missing: int | None = None


def library_of(value: object) -> str:
    """The top-level module that an object's class comes from, by its name alone."""
    return type(value).__module__.partition(".")[0]


def is_loaded(name: str, kind: str, value: object) -> bool:
    """Whether a value is of a class of a library, subclasses too; the library is not imported for that."""
    module = sys.modules.get(name)
    found = getattr(module, kind, None) if module is not None else None
    return isinstance(found, type) and isinstance(value, found)


# -- pandas -------------------------------------------------------------------------------------------------


def pandas_content(frame: Any) -> Content:  # noqa: ANN401 - pandas' DataFrame
    """What a pandas frame holds: every value, type, the index, the names and order of the columns.

    Raises
    ------
    DatasetError
        When a column holds objects whose value cannot be told.
    """
    names = [_label(name) for name in frame.columns]
    found = _pandas_columns([column for _, column in frame.items()], names)
    index = _index(frame.index)
    parts = [[*_tagged(name), one.digest()] for name, one in zip(frame.columns, found, strict=True)]
    digest = digest_of(["xpt-table-1", len(frame), index, parts])
    return Content(digest, _records(names, found), sum(one.missing for one in found))


def _pandas_columns(columns: Sequence[Any], names: Sequence[str]) -> list[ColumnHash]:
    """The hashes of a frame's columns; plain numbers side by side."""
    plain = [place for place, one in enumerate(columns) if _is_plain(one)]
    made = dict(zip(plain, hash_columns([(str(columns[i].dtype), columns[i].to_numpy()) for i in plain]), strict=True))
    for place, (one, name) in enumerate(zip(columns, names, strict=True)):
        if place not in made:
            made[place] = _named(name, one)
    return [made[place] for place in range(len(columns))]


def _named(name: str, column: Any) -> ColumnHash:  # noqa: ANN401 - pandas' Series
    """A column's hash; what is wrong with it names the column."""
    try:
        return hash_pandas(column)
    except DatasetError as problem:
        raise DatasetError(f"column {name!r:.60}: {problem}") from None


def _is_plain(column: Any) -> bool:  # noqa: ANN401 - pandas' Series
    """Whether a column is a NumPy array of numbers or dates."""
    np = sys.modules["numpy"]
    return isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufcmM" and column.dtype.char not in "gG"


def hash_pandas(column: Any) -> ColumnHash:  # noqa: ANN401 - pandas' Series or Index
    """The hash of a pandas column or index that is no RangeIndex.

    Raises
    ------
    DatasetError
        When it holds objects whose value cannot be told.
    """
    dtype, kind = column.dtype, str(column.dtype)
    made = ColumnHash(kind)
    if _is_plain(column):
        made.numbers(column.to_numpy())
    elif hasattr(dtype, "pyarrow_dtype"):
        return hash_arrow(column.array.__arrow_array__(), kind)
    elif kind in ("str", "string"):
        if getattr(dtype, "storage", "") == "pyarrow":
            return hash_arrow(column.array.__arrow_array__(), kind)
        _objects(made, column, texts=True)
    elif hasattr(dtype, "categories"):
        _categories(made, column)
    elif hasattr(dtype, "numpy_dtype"):
        made.numbers(column.to_numpy(dtype=dtype.numpy_dtype, na_value=0), ~column.isna())
    elif hasattr(dtype, "tz"):
        in_utc = getattr(column, "dt", column).tz_convert("UTC")
        made.numbers(getattr(in_utc, "dt", in_utc).tz_localize(None).to_numpy())
    else:
        _objects(made, column)
    return made


def _objects(made: ColumnHash, column: Any, *, texts: bool = False) -> None:  # noqa: ANN401 - pandas' Series or Index
    """Feeds a column as Python objects."""
    values = column.to_numpy(dtype=object)
    for start in range(0, len(values), CHUNK_TEXTS):
        made.objects(values[start : start + CHUNK_TEXTS].tolist(), texts=texts)


def _categories(made: ColumnHash, column: Any) -> None:  # noqa: ANN401 - pandas' Series or Index
    """Feeds a categorical column: which category each value is, and the categories in their order."""
    coded = getattr(column, "cat", column)
    codes = coded.codes
    codes = codes.to_numpy() if hasattr(codes, "to_numpy") else codes
    ordered = b"ordered" if column.dtype.ordered else b""
    made.encoded(b"c", b"", hash_pandas(column.dtype.categories).digest().encode() + ordered)
    made.numbers(codes)
    made.missing += int((codes < 0).sum())


def _index(index: Any) -> list[Any]:  # noqa: ANN401 - pandas' Index
    """An index as JSON: its names, and a range or the digest of each level."""
    names = [_tagged(name) for name in index.names]
    if type(index).__name__ == "RangeIndex":
        return [names, "range", index.start, index.stop, index.step]
    levels = [index.get_level_values(i) for i in range(index.nlevels)] if index.nlevels > 1 else [index]
    return [names, [hash_pandas(level).digest() for level in levels]]


def _label(name: object) -> str:
    """A column's name for people."""
    return name if isinstance(name, str) else repr(name) if not isinstance(name, int) else str(int(name))


def _tagged(name: object) -> list[str]:
    """A column's name so that 0 and "0" differ."""
    return [type(name).__name__, str(name).encode("utf-8", "backslashreplace").decode()]


def _records(names: Sequence[str], found: Sequence[ColumnHash]) -> tuple[ColumnRecord, ...]:
    """What is kept of the columns."""
    return tuple(one.record(name) for name, one in zip(names[:MAX_COLUMNS], found, strict=False))


# -- polars and PyArrow -------------------------------------------------------------------------------------


def polars_content(frame: Any) -> Content:  # noqa: ANN401 - polars' DataFrame
    """What a polars frame holds: every value, type, the names and order of the columns."""
    return _content(frame.height, frame.columns, [hash_polars(one) for one in frame.get_columns()])


def arrow_content(table: Any) -> Content:  # noqa: ANN401 - pyarrow's Table or RecordBatch
    """What a PyArrow table holds: every value, type, the names and order of the columns."""
    names = list(table.schema.names)
    found = [hash_arrow(table.column(place), str(table.schema.types[place])) for place in range(len(names))]
    return _content(table.num_rows, names, found)


def _content(rows: int, names: Sequence[str], found: Sequence[ColumnHash]) -> Content:
    """What a table without an index holds."""
    parts = [[*_tagged(name), one.digest()] for name, one in zip(names, found, strict=True)]
    return Content(
        digest_of(["xpt-table-1", rows, None, parts]), _records(names, found), sum(one.missing for one in found)
    )


# -- arrays and bunches -------------------------------------------------------------------------------------


def array_content(values: Any) -> Content:  # noqa: ANN401 - a NumPy array
    """What a NumPy array holds: type, shape, every value."""
    made = hash_array(values)
    return Content(made.digest(), (), made.missing)


def bunch_content(bunch: Mapping[str, Any]) -> Content:
    """What a bunch of scikit-learn holds: its data, target and their names, not where it was loaded from."""
    parts: list[list[str]] = []
    inner = Content("")
    for name in ("data", "target", "feature_names", "target_names"):
        value = bunch.get(name)
        if value is None:
            continue
        found = content_of(value)
        parts.append([name, found.digest])
        inner = found if name == "data" else inner
    if not parts:
        raise DatasetError("it has neither data nor target")
    return Content(digest_of(["xpt-bunch-1", parts]), inner.columns, inner.missing)


def content_of(value: Any) -> Content:  # noqa: ANN401 - any data
    """What data in memory holds.

    Raises
    ------
    DatasetError
        When it is of no known kind, or holds objects whose value cannot be told.
    """
    for library, kind, read in _KINDS:
        if is_loaded(library, kind, value):
            return read(value)
    if isinstance(value, list | tuple):
        made = ColumnHash(type(value).__name__)
        made.objects(value)
        return Content(made.digest(), (), made.missing)
    raise DatasetError(f"{type(value).__name__} is of no known kind")


def as_array(tensor: Any) -> Any:  # noqa: ANN401 - torch's Tensor and a NumPy array
    """A torch tensor's values as a NumPy array; of 16-bit brain floats, which NumPy has not, the bits.

    Raises
    ------
    DatasetError
        When its values do not lie in memory as a plain array.
    """
    try:
        plain = tensor.detach().cpu().resolve_conj().resolve_neg()
        if str(plain.dtype) == "torch.bfloat16":
            plain = plain.view(sys.modules["torch"].int16)
        return plain.numpy()
    except (RuntimeError, TypeError, NotImplementedError, AttributeError) as problem:
        raise DatasetError(f"the tensor's values cannot be read: {str(problem).partition(chr(10))[0][:200]}") from None


_KINDS: tuple[tuple[str, str, Callable[[Any], Content]], ...] = (
    ("pandas", "DataFrame", pandas_content),
    ("pandas", "Series", lambda value: pandas_content(value.to_frame())),
    ("polars", "DataFrame", polars_content),
    ("polars", "Series", lambda value: polars_content(value.to_frame())),
    ("pyarrow", "Table", arrow_content),
    ("pyarrow", "RecordBatch", arrow_content),
    ("torch", "Tensor", lambda value: array_content(as_array(value))),
    ("numpy", "ndarray", array_content),
    ("sklearn.utils", "Bunch", bunch_content),
)
