"""Memory: data that the user holds, described: what it is, how large, its classes, and its rows as numbers."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_xpt.edges.data.frames import as_array, content_of, is_loaded
from jupyter_xpt.edges.data.tables import few_classes
from jupyter_xpt.ground.errors import DatasetError

# Cells of a table beyond which rows are not compared: a second or so of work.
_MAX_CELLS = 50_000_000
_MIX = 0x9E37_79B9_7F4A_7C15
_KINDS = (
    ("pandas", "DataFrame", "frame"),
    ("pandas", "Series", "series"),
    ("polars", "DataFrame", "frame"),
    ("polars", "Series", "series"),
    ("pyarrow", "Table", "table"),
    ("pyarrow", "RecordBatch", "table"),
    ("torch", "Tensor", "tensor"),
    ("numpy", "ndarray", "array"),
    ("sklearn.utils", "Bunch", "bunch"),
)
Classes = tuple[Mapping[str, int] | None, str | None]


@dataclass(frozen=True, slots=True)
class Held:
    """Data in memory: its kind, shape, bytes and the names of its columns (None where they have no names)."""

    value: Any
    kind: str
    shape: tuple[int, ...]
    size: int
    names: tuple[str, ...] | None = None


def held(value: object) -> Held | None:
    """What an object is as data; None when it is of no known kind."""
    kind = next((name for library, cls, name in _KINDS if is_loaded(library, cls, value)), None)
    data: Any = value
    if kind is None:
        return None
    if kind == "bunch":
        inner = data.get("data")
        found = held(inner) if inner is not None else None
        if found is None:
            raise DatasetError("the bunch has no data of a known kind")
        names = data.get("feature_names")
        named = tuple(map(str, names)) if isinstance(names, list) else found.names
        return Held(value, kind, found.shape, found.size, named)
    if kind == "tensor":
        return Held(value, kind, tuple(map(int, data.shape)), int(data.numel()) * int(data.element_size()))
    if kind == "table":
        return Held(value, kind, (data.num_rows, data.num_columns), int(data.nbytes), tuple(data.schema.names))
    names = tuple(map(str, data.columns)) if kind == "frame" else None
    return Held(value, kind, tuple(map(int, data.shape)), _bytes_of(data), names)


def _bytes_of(data: Any) -> int:  # noqa: ANN401 - a frame or an array
    """The bytes of data in memory, roughly: texts count by their references."""
    if hasattr(data, "nbytes"):
        return int(data.nbytes)
    if hasattr(data, "estimated_size"):
        return int(data.estimated_size())
    usage = data.memory_usage()
    return int(usage.sum() if hasattr(usage, "sum") else usage)


def still(one: Held) -> Held | None:
    """The same data so that what the cell does to it later does not reach it; None where that takes a copy."""
    library = type(one.value).__module__.partition(".")[0]
    if library in ("polars", "pyarrow"):
        return Held(one.value.clone() if hasattr(one.value, "clone") else one.value, *_rest(one))
    pandas = sys.modules.get("pandas")
    # From 3 on pandas copies when it writes: a shallow copy keeps what was.
    if one.kind in ("frame", "series") and pandas is not None and int(pandas.__version__.partition(".")[0]) >= 3:
        return Held(one.value.copy(deep=False), *_rest(one))
    return None


def _rest(one: Held) -> tuple[str, tuple[int, ...], int, tuple[str, ...] | None]:
    """All but the value."""
    return one.kind, one.shape, one.size, one.names


def sums(one: Held) -> bytes | None:
    """A quick mark of an array's bytes, at the speed of memory, to see whether it was changed; None for others."""
    if one.kind not in ("array", "tensor"):
        return None
    np = sys.modules["numpy"]
    values = as_array(one.value) if one.kind == "tensor" else one.value
    if values.dtype.kind not in "biufcmM" or not values.flags.c_contiguous:
        return None
    raw = values.reshape(-1).view("u1")
    whole = raw[: raw.size // 32768 * 32768].view("u8").reshape(-1, 4096)
    marks: bytes = np.add.reduce(whole, axis=1).tobytes() + raw[whole.nbytes :].tobytes()
    return marks


# -- classes ------------------------------------------------------------------------------------------------


def labels_of(one: Held, label: object) -> tuple[str, Any]:
    """The name of a label and its values, one a row; the target of a bunch where none is given.

    Raises
    ------
    DatasetError
        When it is no column, or has another length than the data.
    """
    value = one.value
    if one.kind == "bunch":
        return _of_bunch(value)
    if isinstance(label, str) or (isinstance(label, int) and not isinstance(label, bool)):
        if one.names is not None:
            if str(label) not in one.names:
                has = ", ".join(one.names[:12])[:200]
                raise DatasetError(f"label {label!r:.60} is no column of it; it has {has}")
            place = one.names.index(str(label))
            return str(label), _column(value, place)
        if isinstance(label, int) and len(one.shape) == 2 and -one.shape[1] <= label < one.shape[1]:
            return f"column {label}", value[:, label]
        raise DatasetError(f"label {label!r:.60} is no column of it: it is {one.kind} {one.shape}")
    length = len(label) if hasattr(label, "__len__") else None
    if length is None or not one.shape or length != one.shape[0]:
        raise DatasetError(f"the label is no column of it, nor one value a row ({length} for {one.shape[:1]} rows)")
    return getattr(label, "name", None) or "given values", label


def _of_bunch(bunch: Any) -> tuple[str, Any]:  # noqa: ANN401 - scikit-learn's Bunch
    """The target of a bunch, by its names where it has some."""
    target, names = bunch.get("target"), bunch.get("target_names")
    if target is None:
        raise DatasetError("the bunch has no target")
    plain = getattr(target, "dtype", None) is not None and getattr(target, "ndim", 1) == 1
    if plain and names is not None and target.dtype.kind in "iu" and len(target) and len(names) > int(max(target)):
        return "target", [str(names[int(place)]) for place in target]
    return "target", target


def _column(data: Any, place: int) -> Any:  # noqa: ANN401 - tables
    """One column of a table."""
    if hasattr(data, "iloc"):
        return data.iloc[:, place]
    return data.column(place) if hasattr(data, "schema") and not hasattr(data, "get_columns") else data.to_series(place)


def classes_of(values: Any) -> Classes:  # noqa: ANN401 - one value a row
    """How often each value is there, the most frequent first; why not, where they are too many to be classes."""
    if hasattr(values, "detach"):
        values = as_array(values)
    if hasattr(values, "value_counts") and hasattr(values, "isna"):
        found = values.value_counts(dropna=False)
        pairs = zip(found.index.tolist(), found.tolist(), strict=True) if len(found) < 10 * 1000 else None
        counts = Counter({_shown(value): int(count) for value, count in pairs if count}) if pairs else None
        return few_classes(counts) if counts is not None else (None, f"the label has {len(found)} values: no classes")
    if hasattr(values, "reshape") and hasattr(values, "tolist"):
        np = sys.modules["numpy"]
        if values.dtype.kind in "biufUSmM":
            found, numbers = np.unique(values.reshape(-1), return_counts=True)
            if len(found) >= 10 * 1000:
                return None, f"the label has {len(found)} values: too many to be counted as classes"
            return few_classes(
                Counter({_shown(value): count for value, count in zip(found.tolist(), numbers.tolist(), strict=True)})
            )
        values = values.reshape(-1)
    listed: Sequence[Any] = (
        values.to_pylist()
        if hasattr(values, "to_pylist")
        else values.to_list()
        if hasattr(values, "to_list")
        else list(values)
    )
    return few_classes(Counter(map(_shown, listed)))


def _shown(value: object) -> str:
    """A class's name."""
    missing = value is None or value != value or type(value).__name__ in ("NAType", "NaTType")  # noqa: PLR0124 - NaN
    return "(missing)" if missing else str(value)[:100]


# -- rows ---------------------------------------------------------------------------------------------------


def rows_of(one: Held) -> Any:  # noqa: ANN401 - an array of 64-bit numbers
    """A number for each row that is the same for the same values; None where rows are not compared.

    Data of one column is not: that labels are shared says nothing.
    """
    if len(one.shape) < 2 or one.shape[1] < 2 or one.shape[0] * one.shape[1] > _MAX_CELLS or not one.shape[0]:
        return None
    np = sys.modules.get("numpy")
    if np is None:
        return None
    made = np.zeros(one.shape[0], dtype="u8")
    mix = np.uint64(_MIX)
    with np.errstate(over="ignore"):
        for column in _columns(one):
            made = (made ^ (made >> np.uint64(29))) * mix + _numbers(np, column)
        return made ^ (made >> np.uint64(32))


def _columns(one: Held) -> list[Any]:
    """The columns of a table or of an array."""
    value = one.value.get("data") if one.kind == "bunch" else one.value
    if hasattr(value, "detach"):
        value = as_array(value)
    if hasattr(value, "iloc") or hasattr(value, "schema"):
        return [_column(value, place) for place in range(one.shape[1])]
    flat = value.reshape(len(value), -1)
    return [flat[:, place] for place in range(flat.shape[1])]


def _numbers(np: Any, column: Any) -> Any:  # noqa: ANN401 - arrays
    """A 64-bit number for each value of a column, the same for the same value in any column of this process."""
    values = np.asarray(column)
    if values.dtype.kind in "biu":
        return values.astype("i8").view("u8")
    if values.dtype.kind in "fmM" and values.dtype.itemsize <= 8:
        return (values.astype("f8") + 0.0 if values.dtype.kind == "f" else values.view("i8")).view("u8")
    hashes: Callable[[Any], int] = hash
    # Texts hash the same within one process, which is all that is compared.
    return np.fromiter((hashes(str(one)) for one in values.tolist()), dtype="i8", count=len(values)).view("u8")


def shared_rows(train: Any, test: Any) -> tuple[int, int, int]:  # noqa: ANN401 - arrays
    """How many rows of ``test`` are in ``train``, how many it has, and how many of ``train`` are there before."""
    np = sys.modules["numpy"]
    known = np.unique(train)
    return int(np.count_nonzero(np.isin(test, known))), len(test), len(train) - len(known)


def content(one: Held) -> Any:  # noqa: ANN401 - see content_of
    """What the data holds."""
    return content_of(one.value)
