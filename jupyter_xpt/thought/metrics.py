"""Metrics: what may be logged as one, and what a cell's last value says."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from numbers import Number
from typing import Any

from jupyter_xpt.ground.errors import MetricError
from jupyter_xpt.ground.names import printable

MAX_NAME = 200
_known_names: set[str] = set()


def check_name(name: object) -> str:
    """The name itself, when a metric can be called that.

    Raises
    ------
    MetricError
        When it is no string, empty, longer than 200 characters, or has control characters.
    """
    if not isinstance(name, str):
        raise MetricError(f"a metric's name is a string, not {printable(repr(name)[:60])}")
    # Training loops log the same few names millions of times.
    if name in _known_names:
        return str(name)
    if not name.strip() or len(name) > MAX_NAME:
        raise MetricError(f"a metric's name has 1 to {MAX_NAME} characters, not {len(name)}: {printable(name[:40])!r}")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in name):
        raise MetricError(f"the metric name {printable(name[:60])!r} has control characters; leave them out")
    if len(_known_names) < 10_000:
        _known_names.add(name)
    return name


def as_number(name: str, value: Any) -> int | float:  # noqa: ANN401 - whatever the user logs
    """The value as a plain number: exactly, or the nearest float of a Decimal, Fraction or long double.

    Parameters
    ----------
    name
        The metric, named in the error.
    value
        A number: of Python, NumPy, torch and the like, or an array with one element. NaN and infinities count.

    Raises
    ------
    MetricError
        When it is no single number, an integer that a float cannot hold exactly, or beyond what floats reach.
    """
    kind = type(value)
    if kind is float:
        return value  # type: ignore[no-any-return]  # kind says so
    if kind is not int:
        value = _plain(name, value)
    if isinstance(value, float):
        return float(value)
    try:
        exact = int(float(value)) == value
    except OverflowError:
        exact = False
    if not exact:
        raise MetricError(f"{printable(name)} is an integer that a float cannot hold exactly; log float(…) of it")
    return int(value)


def _plain(name: str, value: Any) -> int | float:  # noqa: ANN401 - whatever the user logs
    """A foreign number as Python's own."""
    original = value
    dtype_kind = getattr(getattr(value, "dtype", None), "kind", "")
    # The item of a masked array is what lies under the mask; a data frame's mask is a method.
    mask: Any = getattr(value, "mask", None)
    if hasattr(mask, "dtype") and mask.any():
        raise _no_number(name, original)
    if callable(getattr(value, "item", None)) and dtype_kind not in ("m", "M"):
        try:
            value = value.item()
        # What an array library raises for "not one element" differs: ValueError, RuntimeError, TypeError.
        except (ValueError, TypeError, RuntimeError):
            raise _no_number(name, original) from None
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if dtype_kind not in ("c", "m", "M", "O") and hasattr(type(value), "__float__"):
        try:
            return _nearest(value)
        except OverflowError:
            shown = printable(repr(original)[:60])
            raise MetricError(f"{printable(name)} is {shown}, beyond what a float holds") from None
        except (ValueError, TypeError, RuntimeError):
            raise _no_number(name, original) from None
    raise _no_number(name, original)


def _nearest(value: Any) -> float:  # noqa: ANN401 - Decimal, Fraction, long double and the like
    """The nearest float; an OverflowError where a finite value other than 0 would become infinite or 0."""
    made = float(value)
    comparable = isinstance(value, Number)
    if comparable and (made == 0 or math.isinf(made)) and value != made:
        raise OverflowError
    return made


def _no_number(name: str, value: object) -> MetricError:
    """The refusal of a value that is no number."""
    if isinstance(value, Mapping):
        flat = f"xpt.log({{'{printable(name)}/loss': 0.3}})"
        return MetricError(f"{printable(name)} is a dict: log flat names, like {flat}")
    shape = getattr(value, "shape", None)
    shown = f"an array of shape {tuple(shape)}" if shape else f"{printable(repr(value)[:60])} ({type(value).__name__})"
    return MetricError(f"{printable(name)} is {shown}, not a number; log one number, or one for each step")


def as_step(step: Any) -> int | float:  # noqa: ANN401 - whatever the user counts by
    """The step as a plain finite number.

    Raises
    ------
    MetricError
        When it is none.
    """
    number = as_number("step", step)
    if not math.isfinite(number):
        raise MetricError(f"step is {number}, not a finite number; count steps 0, 1, 2 …")
    return number


def of_last_value(value: object) -> dict[str, int | float]:
    """The metrics in a cell's last value: a number, or a flat dict of numbers; none in anything else.

    A number alone is called ``value``.
    """
    if isinstance(value, bool) or value is None or getattr(getattr(value, "dtype", None), "kind", "") == "b":
        return {}
    if isinstance(value, Mapping):
        return _flat(value)
    if isinstance(value, int | float) or (getattr(value, "shape", None) == () and hasattr(value, "item")):
        try:
            return {"value": as_number("value", value)}
        except MetricError:
            return {}
    return {}


def _flat(value: Mapping[Any, Any]) -> dict[str, int | float]:
    """A dict's numbers when all of it are numbers, else nothing: a table is no metric."""
    if not 0 < len(value) <= 1000:
        return {}
    try:
        return {check_name(key): as_number(str(key), item) for key, item in value.items()}
    except MetricError:
        return {}
