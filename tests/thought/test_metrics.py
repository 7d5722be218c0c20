"""Metrics: a number comes through exactly, and what is no number is refused by name."""

from __future__ import annotations

import datetime
import enum
import json
import math
import warnings
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import MetricError
from jupyter_xpt.thought.metrics import MAX_NAME, as_number, as_step, check_name, of_last_value

FLOATS = (np.float16, np.float32, np.float64)
INTEGERS = (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64)
SHAPES = {"scalar": None, "0-d": (), "one element": (1,), "one by one": (1, 1)}


class Tensor:
    """What a torch tensor is to us: a shape, a dtype that is not NumPy's, and `item`."""

    dtype = "torch.float32"

    def __init__(self, *values: float) -> None:
        self.values = values
        self.shape = (len(values),)

    def item(self) -> float:
        """The element, as torch gives it."""
        if len(self.values) != 1:
            raise RuntimeError(f"a Tensor with {len(self.values)} elements cannot be converted to Scalar")
        return self.values[0]

    def __float__(self) -> float:
        return float(self.item())


class Floatable:
    """A number of a library that we do not know."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __float__(self) -> float:
        return self.value


class Level(enum.IntEnum):
    """A number with a name."""

    HIGH = 3


def same(one: float, other: float) -> bool:
    """Equality in which NaN equals NaN and 0.0 is not -0.0."""
    return (math.isnan(one) and math.isnan(other)) or (
        one == other and math.copysign(1, one) == math.copysign(1, other)
    )


def through_json(value: float) -> float:
    """A value as it is read back from disk."""
    return codec.number(json.loads(json.dumps(codec.json_number(value), allow_nan=False)))


def shaped(value: Any, shape: tuple[int, ...] | None) -> Any:
    """A NumPy scalar, or an array of that shape with it as its element."""
    return value if shape is None else np.full(shape, value)


@given(st.floats())
def test_a_float_comes_through_exactly(value: float) -> None:
    number = as_number("m", value)
    assert type(number) is float
    assert same(number, value)
    assert same(through_json(number), value)


@given(st.integers() | st.integers(-(2**70), 2**70))
def test_an_integer_comes_through_exactly_or_is_refused(value: int) -> None:
    try:
        number = as_number("m", value)
    except MetricError as refusal:
        assert abs(value) > 2**53
        assert str(refusal) == "m is an integer that a float cannot hold exactly; log float(…) of it"
    else:
        assert type(number) is int
        assert number == value
        assert through_json(number) == value


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, 10**400, -(10**400), np.uint64(2**64 - 1)])
def test_a_huge_integer_is_refused_in_one_line(value: Any) -> None:
    with pytest.raises(MetricError, match="cannot hold exactly"):
        as_number("m", value)


@pytest.mark.parametrize("value", [2**53, 2**60, -(2**62), 10**22, 1 << 1000])
def test_a_huge_integer_that_is_a_float_too_comes_through(value: int) -> None:
    assert as_number("m", value) == value


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("kind", FLOATS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_numpy_floats_come_through_exactly(kind: Any, shape: Any, data: st.DataObject) -> None:
    value = kind(data.draw(st.floats(width=kind().itemsize * 8)))
    number = as_number("m", shaped(value, shape))
    assert type(number) is float
    assert same(number, value.item())
    assert same(kind(number).item(), value.item())


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("kind", INTEGERS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_numpy_integers_come_through_exactly_or_are_refused(kind: Any, shape: Any, data: st.DataObject) -> None:
    bounds = np.iinfo(kind)
    value = kind(data.draw(st.integers(int(bounds.min), int(bounds.max))))
    try:
        number = as_number("m", shaped(value, shape))
    except MetricError:
        assert abs(int(value)) > 2**53
    else:
        assert type(number) is int
        assert number == int(value)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "i2", "i4", "i8", "u8"])
def test_the_order_of_bytes_does_not_matter(order: str, kind: str) -> None:
    assert as_number("m", np.array([3], dtype=order + kind)) == 3


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("value", [True, False])
def test_truth_is_one_and_falsehood_zero(value: bool, shape: Any) -> None:
    assert as_number("m", shaped(np.bool_(value), shape)) == int(value)
    assert type(as_number("m", value)) is int
    assert as_number("m", value) == int(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (Decimal("0.912"), 0.912),
        (Decimal("NaN"), math.nan),
        (Decimal("-Infinity"), -math.inf),
        (Decimal(0), 0.0),
        (Fraction(9, 10), 0.9),
        (Fraction(1, 3), 1 / 3),
        (np.longdouble("0.5"), 0.5),
        (np.longdouble("inf"), math.inf),
        (Tensor(0.25), 0.25),
        (Tensor(math.nan), math.nan),
        (Floatable(0.75), 0.75),
        (Floatable(0.0), 0.0),
        (Floatable(math.inf), math.inf),
        (Level.HIGH, 3),
        (pd.Series([0.5]), 0.5),
        (np.array(0.5, dtype=object), 0.5),
        (np.ma.array([0.5], mask=[False]), 0.5),
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.20}",
)
def test_numbers_of_other_libraries_come_through(value: Any, number: float) -> None:
    assert same(as_number("m", value), number)
    assert type(as_number("m", value)) in (int, float)


@given(st.decimals(allow_nan=False) | st.fractions())
def test_finer_numbers_become_the_nearest_float_or_are_refused(value: Any) -> None:
    try:
        number = as_number("m", value)
    except MetricError as refusal:
        assert "beyond what a float holds" in str(refusal)
        assert Decimal(0) != value
        return
    assert same(number, float(value))
    assert (number == 0) == (value == 0)
    assert math.isinf(number) == (value in (math.inf, -math.inf))


REFUSED: dict[str, Any] = {
    "a string": "0.5",
    "an empty string": "",
    "bytes": b"0.5",
    "a NumPy string": np.str_("0.5"),
    "an array of a string": np.array(["0.5"]),
    "None": None,
    "a complex number": 1 + 0j,
    "complex64": np.complex64(1),
    "complex128": np.complex128(1),
    "a long complex number": np.clongdouble(1),
    "a complex array": np.array([1 + 2j]),
    "a list": [0.5],
    "a tuple": (0.5,),
    "a set": {0.5},
    "a date": datetime.date(2026, 11, 23),
    "a time": datetime.datetime(2026, 11, 23, 12, 34),
    "a duration": datetime.timedelta(seconds=1),
    "datetime64": np.datetime64("2026-11-23"),
    "an array of times": np.array(["2026-11-23"], dtype="datetime64[s]"),
    "timedelta64": np.timedelta64(1, "s"),
    "NaT": np.datetime64("NaT"),
    "a pandas time": pd.Timestamp("2026-11-23"),
    "a pandas duration": pd.Timedelta("1s"),
    "pandas NaT": pd.NaT,
    "pandas NA": pd.NA,
    "a column of a time": pd.Series([pd.Timestamp("2026-11-23")]),
    "masked": np.ma.masked,
    "a masked element": np.ma.array([0.5], mask=[True]),
    "an empty array": np.array([]),
    "two elements": np.array([0.5, 0.6]),
    "a column of two": pd.Series([0.5, 0.6]),
    "a table": pd.DataFrame({"a": [0.5, 0.6]}),
    "a tensor of two": Tensor(1.0, 2.0),
    "an array of an object": np.array([object()], dtype=object),
    "an array of a string as object": np.array("0.5", dtype=object),
    "a structured array": np.zeros(1, dtype=[("a", float), ("b", float)]),
    "a decimal beyond floats": Decimal("1e400"),
    "a decimal too near to zero": Decimal("1e-400"),
    "a fraction beyond floats": Fraction(10**400),
    "a fraction too near to zero": Fraction(1, 10**400),
    "a signalling NaN": Decimal("sNaN"),
    "a function": len,
    "a class": float,
    "a module": math,
    "an ellipsis": ...,
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_what_is_no_number_is_refused_by_the_name_of_its_metric(value: Any) -> None:
    with pytest.raises(MetricError, match=r"\Aacc is ") as refusal:
        as_number("acc", value)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 200


@pytest.mark.skipif(np.finfo(np.longdouble).max == np.finfo(float).max, reason="long double is double here")
@pytest.mark.parametrize("text", ["1e4000", "-1e4000", "1e-4000"])
def test_a_long_double_beyond_floats_is_refused(text: str) -> None:
    with warnings.catch_warnings(), pytest.raises(MetricError):
        warnings.simplefilter("ignore", RuntimeWarning)
        as_number("m", np.longdouble(text))


def test_a_dict_is_refused_with_how_to_log_its_numbers() -> None:
    with pytest.raises(MetricError, match=r"\Aval is a dict: log flat names, like xpt\.log\(\{'val/loss': 0\.3\}\)\Z"):
        as_number("val", {"loss": 0.3})


def test_an_array_is_refused_with_its_shape() -> None:
    with pytest.raises(MetricError, match=r"array of shape \(2, 3\), not a number; log one number"):
        as_number("m", np.zeros((2, 3)))


def test_a_refusal_shows_no_control_character_of_the_value() -> None:
    with pytest.raises(MetricError) as refusal:
        as_number("a\u202eb", "\x1b[31m\n\u202e")
    assert str(refusal.value).isprintable() or "\ufffd" in str(refusal.value)
    assert not set("\x1b\n\u202e") & set(str(refusal.value))


NAMES = (
    "accuracy",
    "val/loss",
    "top 5",
    "F₁",
    "точность",
    "דיוק",
    "精度",
    "🎯",
    "a" * MAX_NAME,
    "é" * 200,
    "a=b",
    'say "no"',
    "it's",
    "=cmd",
    "../up",
    "con",
    "a\\b",
    "NaN",
    "\u202ea",
    " a ",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_may_be_called_anything_readable(name: str) -> None:
    assert check_name(name) == name
    assert check_name(name) == name


def test_a_numpy_string_is_a_name_too() -> None:
    assert check_name(np.str_("accuracy")) == "accuracy"
    assert type(check_name(np.str_("a new one"))) in (str, np.str_)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "\t",
        "\u00a0",
        "a" * 201,
        "a\n",
        "a\x00",
        "\x1b[31m",
        "a\x7f",
        "a\x85",
        "a\ud800",
        1,
        None,
        b"a",
        0.5,
        ("a",),
        ["a"],
        {"a": 1},
        {1},
        object(),
    ],
    ids=lambda name: f"{name!r:.20}",
)
def test_other_names_are_refused_in_one_line(name: Any) -> None:
    with pytest.raises(MetricError) as refusal:
        check_name(name)
    assert str(refusal.value).startswith(("a metric's name ", "the metric name "))
    assert len(str(refusal.value).splitlines()) == 1


@given(st.text())
def test_any_name_is_taken_as_it_is_or_refused_in_one_line(name: str) -> None:
    try:
        assert check_name(name) == name
    except MetricError as refusal:
        assert len(str(refusal).splitlines()) == 1


@pytest.mark.parametrize(
    ("step", "number"), [(0, 0), (3, 3), (0.5, 0.5), (np.int64(7), 7), (Tensor(2.0), 2.0), (True, 1)]
)
def test_a_step_is_a_number(step: Any, number: float) -> None:
    assert as_step(step) == number


@pytest.mark.parametrize("step", [math.nan, math.inf, -math.inf, "1", None, [1], 2**53 + 1])
def test_a_step_that_cannot_be_counted_is_refused(step: Any) -> None:
    with pytest.raises(MetricError, match=r"\Astep is "):
        as_step(step)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (0.5, {"value": 0.5}),
        (3, {"value": 3}),
        (np.float32(0.5), {"value": 0.5}),
        (np.array(0.5), {"value": 0.5}),
        ({"accuracy": 0.9, "val/loss": np.float64(0.25)}, {"accuracy": 0.9, "val/loss": 0.25}),
        (None, {}),
        (True, {}),
        (False, {}),
        (np.bool_(True), {}),
        (np.array(True), {}),
        ("0.5", {}),
        ([0.5], {}),
        (np.array([0.5]), {}),
        ({}, {}),
        ({"a": "x"}, {}),
        ({"a": {"b": 1}}, {}),
        ({1: 0.5}, {}),
        ({"a": 1, "": 2}, {}),
        ({str(i): i for i in range(1001)}, {}),
        (10**400, {}),
        (pd.Series([0.5]), {}),
        (pd.DataFrame({"a": [1]}), {}),
        (1 + 2j, {}),
        (object(), {}),
        (np.ma.masked, {}),
        (np.datetime64("2026-11-23"), {}),
        ({"when": datetime.date(2026, 11, 23)}, {}),
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.20}",
)
def test_a_cells_last_value_is_a_metric_when_it_is_a_number_or_a_flat_dict_of_them(value: Any, found: dict) -> None:
    assert of_last_value(value) == found


def test_an_integer_too_long_for_python_to_write_is_refused_too() -> None:
    with pytest.raises(MetricError, match="cannot hold exactly"):
        as_number("m", 10**5000)
    with pytest.raises(MetricError):
        as_number("m", [10**400])
