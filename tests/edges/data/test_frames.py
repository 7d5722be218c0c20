"""Digests of data in memory: every change shows, and nothing but a change does."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, strategies as st
from sklearn.datasets import load_iris

from jupyter_xpt.edges.data.columns import hash_array
from jupyter_xpt.edges.data.frames import content_of
from jupyter_xpt.ground.errors import DatasetError

# MLflow's digest looks at the first 10,000 rows.
ROWS = 12_000
ROOT = Path(__file__).parents[3]


def digest(value: object) -> str:
    return content_of(value).digest


def animals(rows: int = ROWS) -> pd.DataFrame:
    """A frame with a column of every kind, long enough that what is beyond the first thousands matters."""
    n = np.arange(rows)
    return pd.DataFrame(
        {
            "weight": n / 7,
            "count": n,
            "wild": n % 2 == 0,
            "kind": np.array(["cat", "dog", "owl"])[n % 3],
            "seen": pd.Timestamp("2026-01-01") + pd.to_timedelta(n, unit="s"),
            "local": (pd.Timestamp("2026-01-01") + pd.to_timedelta(n, unit="s")).tz_localize("Europe/Berlin"),
            "age": pd.array([None if i % 5 == 0 else i for i in n], dtype="Int64"),
            "size": pd.Categorical(np.array(["s", "m"])[n % 2], categories=["s", "m"]),
            "object": pd.Series([None, 1, "a", 2.5, (1, 2)] * (rows // 5), dtype=object),
        }
    )


@cache
def digest_of_animals() -> str:
    return digest(animals())


def edited(place: int, column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Changes one cell."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.copy()
        frame.iloc[place, frame.columns.get_loc(column)] = value
        return frame

    return change


LATE = ROWS - 1
MUTATIONS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    # The three that MLflow's digest does not see.
    "late rows are relabelled": edited(LATE, "kind", "bat"),
    "dates are shifted by a second": lambda f: f.assign(seen=f["seen"] + pd.Timedelta("1s")),
    "flags are flipped": lambda f: f.assign(wild=~f["wild"]),
    "one number, in the last digit": edited(LATE, "weight", float(np.nextafter(LATE / 7, 1e9))),
    "one number becomes missing": edited(LATE, "weight", np.nan),
    "one whole number": edited(LATE, "count", -1),
    "one nullable number becomes missing": edited(LATE, "age", pd.NA),
    "a missing number becomes 0": edited(0, "age", 0),
    "one text is missing": edited(LATE, "kind", None),
    "one text is empty": edited(LATE, "kind", ""),
    "one category": edited(LATE, "size", "s" if LATE % 2 else "m"),
    "one object": edited(LATE, "object", (1, 3)),
    "an object's type": edited(1, "object", 1.0),
    "two texts trade a letter": lambda f: edited(1, "kind", "do")(edited(0, "kind", "catg")(f)),
    "the type of a column": lambda f: f.astype({"count": "int32"}),
    "whole numbers become floats": lambda f: f.astype({"count": "float64"}),
    "texts become categories": lambda f: f.astype({"kind": "category"}),
    "the order of categories": lambda f: f.assign(size=f["size"].cat.reorder_categories(["m", "s"])),
    "categories become ordered": lambda f: f.assign(size=f["size"].cat.as_ordered()),
    "the time zone": lambda f: f.assign(local=f["local"].dt.tz_convert("UTC")),
    "the unit of dates": lambda f: f.assign(seen=f["seen"].astype("datetime64[ms]")),
    "the order of columns": lambda f: f[f.columns[::-1]],
    "a column's name": lambda f: f.rename(columns={"kind": "Kind"}),
    "two columns trade names": lambda f: f.rename(columns={"weight": "count", "count": "weight"}),
    "a name becomes a number": lambda f: f.rename(columns={"kind": 3}),
    "a column is gone": lambda f: f.drop(columns="wild"),
    "the last row is gone": lambda f: f.iloc[:-1],
    "the order of rows": lambda f: f.iloc[::-1].reset_index(drop=True),
    "two rows are swapped": lambda f: f.iloc[[1, 0, *range(2, len(f))]].reset_index(drop=True),
    "the index starts elsewhere": lambda f: f.set_axis(range(1, len(f) + 1)),
    "one label of the index": lambda f: f.set_axis([*range(len(f) - 1), -1]),
    "the index is called something": lambda f: f.rename_axis("id"),
    "the index has two levels": lambda f: f.set_index("kind", append=True),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_change_of_a_frame_changes_its_digest(name: str) -> None:
    assert digest(MUTATIONS[name](animals())) != digest_of_animals()


SAME: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "a copy": lambda f: f.copy(),
    "put together from parts": lambda f: pd.concat([f.iloc[:7], f.iloc[7:]]).set_axis(range(len(f))),
    "numbers in one block, row by row": lambda f: f.assign(
        **dict(zip(["weight", "other"], np.column_stack([f["weight"], f["weight"]]).T, strict=True))
    ).drop(columns="other"),
    "texts stored by Python": lambda f: f.astype({"kind": pd.StringDtype("python", na_value=np.nan)}),
    "texts stored by Arrow": lambda f: f.astype({"kind": pd.StringDtype("pyarrow", na_value=np.nan)}),
    "another NaN": lambda f: edited(3, "weight", 3 / 7)(edited(3, "weight", -np.float64("nan"))(f)),
}


@pytest.mark.parametrize("name", SAME)
def test_how_a_frame_lies_in_memory_does_not_change_its_digest(name: str) -> None:
    assert digest(SAME[name](animals())) == digest_of_animals()


def test_a_frame_read_twice_has_the_same_digest(tmp_path: Path) -> None:
    animals(100).to_csv(tmp_path / "a.csv")
    assert digest(pd.read_csv(tmp_path / "a.csv")) == digest(pd.read_csv(tmp_path / "a.csv"))


def test_every_nan_is_the_same_value() -> None:
    plain = np.array([1.0, np.nan, 2.0])
    other = plain.copy()
    other.view("u8")[1] ^= np.uint64(0x8000_0000_0000_0001)
    assert np.isnan(other[1])
    assert digest(plain) == digest(other)
    assert digest(pd.DataFrame({"a": plain})) == digest(pd.DataFrame({"a": other}))


def test_digests_are_the_same_in_another_process() -> None:
    script = """
import numpy as np, pandas as pd
from jupyter_xpt.edges.data.frames import content_of
from tests.edges.data.test_frames import animals, KINDS
print(content_of(animals(1000)).digest)
for name in KINDS:
    print(content_of(KINDS[name]()).digest)
"""
    texts = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for seed in ("1", "2")
    ]
    assert texts[0] == texts[1] == [digest(animals(1000)), *(digest(make()) for make in KINDS.values())]


# Every change of how a digest is made must be meant: these are in people's folders.
def test_golden_digests_hold() -> None:
    frame = pd.DataFrame(
        {"a": np.array([1, 2], "i8"), "b": np.array([0.5, np.nan]), "c": pd.array(["x", None], "string")}
    )
    assert digest(frame) == "sha256:b85fcb496c32bb500b0d55f5dff531674dea826527c012e9ea3841c64838bc39"
    assert (
        digest(np.arange(6, dtype="f4").reshape(2, 3))
        == "sha256:04c9d6eb2137fcddd5fce4fb7515297f2eefea6a604e4d3200831aee2c827afe"
    )
    assert (
        digest(pa.table({"a": [1, None], "b": ["x", "y"]}))
        == "sha256:78ff62f80c0897f435d64c3074116ff8b53f5a91cabbcf879d979b11379b2f98"
    )


# -- other libraries ----------------------------------------------------------------------------------------


def polars_frame() -> Any:
    return pl.DataFrame(
        {
            "a": [1, None, 3],
            "f": [1.0, float("nan"), None],
            "s": ["x", None, "zürich"],
            "c": pl.Series(["u", "v", "u"], dtype=pl.Categorical),
            "d": pl.Series([None, 1, 2]).cast(pl.Datetime("us")),
            "b": [True, None, False],
            "l": [[1], [2, 3], None],
            "n": pl.Series(["1.5", "2.5", None]).cast(pl.Decimal(10, 2)),
        }
    )


def arrow_table() -> Any:
    return pa.table(
        {
            "a": pa.array([1, None, 3]),
            "s": pa.array(["x", None, "zürich"]),
            "y": pa.array([b"x", None, b"z"]),
            "d": pa.array([dt.datetime(2026, 1, 1), None, dt.datetime(2026, 1, 2)]),
            "c": pa.array(["u", "v", "w"]).dictionary_encode(),
            "b": pa.array([True, None, False]),
            "l": pa.array([[1], [2, 3], None]),
            "n": pa.array([Decimal("1.5"), None, Decimal("2.5")]),
        }
    )


KINDS: dict[str, Callable[[], Any]] = {
    "polars frame": polars_frame,
    "polars series": lambda: polars_frame()["s"],
    "arrow table": arrow_table,
    "arrow batch": lambda: arrow_table().to_batches()[0],
    "pandas series": lambda: animals(50)["kind"],
    "bunch": load_iris,
    "array": lambda: np.arange(60.0).reshape(3, 4, 5),
    "array of objects": lambda: np.array([1, "a", None, {"k": [1, {2, 3}]}], dtype=object),
    "array of texts": lambda: np.array(["a", "bb"]),
    "array of records": lambda: np.array([(1, 2.0)], dtype=[("a", "i1"), ("b", "f8")]),
    "masked array": lambda: np.ma.array([1, 2, 3], mask=[0, 1, 0]),
    "array of dates": lambda: np.array(["2026-01-01", "NaT"], dtype="M8[D]"),
    "a single number": lambda: np.array(3.0),
    "an empty array": lambda: np.zeros((0, 3)),
}


@pytest.mark.parametrize("name", KINDS)
def test_equal_data_has_an_equal_digest(name: str) -> None:
    assert digest(KINDS[name]()) == digest(KINDS[name]())


def test_all_kinds_differ() -> None:
    found = [digest(make()) for make in KINDS.values()]
    assert len(set(found)) == len(found) - 1, "a batch is a table of one chunk"


@pytest.mark.parametrize("column", polars_frame().columns)
def test_every_value_of_a_polars_column_counts(column: str) -> None:
    frame = polars_frame()
    for row in range(frame.height):
        others = frame.with_columns(
            pl.when(pl.int_range(pl.len()) == row)
            .then(pl.col(column).reverse())
            .otherwise(pl.col(column))
            .alias(column)
        )
        if not others.equals(frame, null_equal=True):
            assert digest(others) != digest(frame)


@pytest.mark.parametrize("column", arrow_table().column_names)
def test_every_value_of_an_arrow_column_counts(column: str) -> None:
    table = arrow_table()
    place = table.column_names.index(column)
    values = table.column(column)
    for other in (values.take(pa.array([1, 0, 2])), values.take(pa.array([0, 1, 0]))):
        assert digest(table.set_column(place, column, other)) != digest(table)


def test_the_chunks_of_an_arrow_table_do_not_count() -> None:
    table = arrow_table()
    parts = [table.slice(0, 1), table.slice(1, 0), table.slice(1, 2)]
    assert digest(pa.concat_tables(parts)) == digest(table)
    assert digest(table.slice(1)) == digest(pa.Table.from_pylist(table.slice(1).to_pylist(), schema=table.schema))


def test_missing_values_are_counted() -> None:
    found = content_of(animals(100))
    assert {one.name: one.missing for one in found.columns if one.missing} == {"age": 20, "object": 20}
    assert found.missing == 40
    assert [one.missing for one in content_of(polars_frame()).columns] == [1, 2, 1, 0, 1, 1, 1, 1]
    assert content_of(np.array([1.0, np.nan])).missing == 1


# -- arrays -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [np.asfortranarray, lambda a: a.astype(">f8"), lambda a: np.repeat(a, 2, axis=0)[::2], lambda a: a[::-1][::-1]],
    ids=["columns first", "big-endian", "every second row", "backwards twice"],
)
def test_the_layout_of_an_array_does_not_count(other: Callable[[Any], Any]) -> None:
    values = np.random.default_rng(1).random((5000, 30))
    assert digest(other(values)) == digest(values)


@pytest.mark.parametrize(
    "other",
    [
        lambda a: a.reshape(4, 3),
        lambda a: a.astype("f4"),
        lambda a: a.T.copy().reshape(3, 4),
        lambda a: a + np.eye(3, 4),
        lambda a: a.astype("i8"),
        lambda a: a.ravel(),
    ],
    ids=["shape", "type", "order", "values", "whole numbers", "dimensions"],
)
def test_shape_type_and_values_of_an_array_count(other: Callable[[Any], Any]) -> None:
    values = np.arange(12.0).reshape(3, 4)
    assert digest(other(values)) != digest(values)


values_of_any_kind = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.dates()
    | st.datetimes()
    | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(values_of_any_kind, min_size=1, max_size=6), st.data())
def test_any_change_of_any_object_changes_the_digest(values: list[Any], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(values) - 1))
    other = data.draw(values_of_any_kind)
    changed = [*values[:place], other, *values[place + 1 :]]
    # repr tells 1 from 1.0 and True, which == does not.
    same = repr(changed) == repr(values)
    assert (digest(np.array([*changed, None], object)) == digest(np.array([*values, None], object))) == same


@given(st.lists(st.text(max_size=4), max_size=5), st.lists(st.text(max_size=4), max_size=5))
def test_texts_that_join_to_the_same_differ(one: list[str], other: list[str]) -> None:
    a, b = pd.Series(one, dtype="string"), pd.Series(other, dtype="string")
    assert (digest(a) == digest(b)) == (one == other)


class Image:
    """An object whose value nobody can tell."""


def test_objects_of_unknown_kinds_are_refused_by_the_name_of_their_column() -> None:
    with pytest.raises(DatasetError, match="column 'picture': it holds Image objects, whose value cannot be told"):
        digest(pd.DataFrame({"picture": [Image()]}))


def test_an_object_that_holds_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(DatasetError, match="nests too deep"):
        digest(np.array([endless, None], dtype=object))


def test_lone_surrogates_and_long_doubles_have_digests() -> None:
    assert digest(pd.Series(["\ud800"], dtype=object)) != digest(pd.Series(["\ud801"], dtype=object))
    assert hash_array(np.array([1], np.longdouble)).digest() == hash_array(np.array([1], np.longdouble)).digest()
