"""Samples: what the repeats of one experiment come to, whatever they were given in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from jupyter_xpt.ground.errors import MetricError


@dataclass(frozen=True, slots=True)
class Side:
    """One experiment's repeats; mean and SEM in units of 2**exponent, lest squares vanish or overflow."""

    values: Sequence[float]
    failed: int
    constant: bool
    mean: float
    sem: float
    exponent: int

    @property
    def n(self) -> int:
        """How many values are finite."""
        return len(self.values)


def finite(values: object, name: str) -> list[float | None]:
    """The values in order as floats, None where a repeat failed.

    Parameters
    ----------
    values
        A sequence of numbers, one a repeat, shape (n_repeats,). True and False count as 1 and 0.
    name
        What to call it in the error.

    Raises
    ------
    MetricError
        When it is no sequence of numbers.
    """
    # A mapping gives its keys, and a set has lost the equal values.
    if isinstance(values, str | bytes | Mapping | Set) or not isinstance(values, Iterable):
        raise MetricError(f"{name} is a sequence of numbers, one a repeat, not {values!r:.60}")
    try:
        items = list(values)
    # A NumPy array of no dimensions has __iter__ and refuses.
    except TypeError:
        raise MetricError(f"{name} is a sequence of numbers, one a repeat, not {values!r:.60}") from None
    return [_number(value, name) for value in items]


def _number(value: object, name: str) -> float | None:
    """One repeat's value, None when it failed."""
    kind = type(value)
    # pandas' and NumPy's marks of a missing value are no numbers: float() of them raises or warns.
    if value is None or kind.__name__ in ("NAType", "MaskedConstant"):
        return None
    if kind is not float:
        dtype_kind = getattr(getattr(value, "dtype", None), "kind", "f")
        if isinstance(value, str | bytes) or dtype_kind in "mMcSU" or getattr(value, "shape", None):
            raise _no_number(value, name)
        try:
            value = float(value)  # type: ignore[arg-type]  # whatever has __float__
        except (TypeError, ValueError, OverflowError, RuntimeError):
            raise _no_number(value, name) from None
    return value if math.isfinite(value) else None  # type: ignore[arg-type, return-value]  # a float by now


def _no_number(value: object, name: str) -> MetricError:
    """The refusal of a value that is no number."""
    kind = type(value).__name__
    return MetricError(f"{name} holds {value!r:.60} ({kind}); a repeat is one number, or None")


def side_of(found: Sequence[float | None], failed: int) -> Side:
    """What one experiment's repeats come to; ``failed`` counts failed repeats beyond those in ``found``."""
    values = [value for value in found if value is not None]
    failed += len(found) - len(values)
    if not values:
        return Side(values, failed, constant=False, mean=0.0, sem=0.0, exponent=0)
    exponent = exponent_of(values)
    mean, sem = mean_and_sem(scaled(values, -exponent))
    return Side(values, failed, max(values) == min(values), mean, sem, exponent)


def exponent_of(values: Sequence[float]) -> int:
    """A power of two to count in, 0 unless the squares of the values could overflow or vanish."""
    exponent = math.frexp(max(map(abs, values)))[1]
    return exponent if abs(exponent) > 400 else 0


def scaled(values: Sequence[float], exponent: int) -> Sequence[float]:
    """The values times 2**exponent."""
    return [times(value, exponent) for value in values] if exponent else values


def times(value: float, exponent: int) -> float:
    """The value times 2**exponent, infinite where that is beyond all floats."""
    try:
        return math.ldexp(value, exponent)
    except OverflowError:
        return math.copysign(math.inf, value)


def mean_and_sem(values: Sequence[float]) -> tuple[float, float]:
    """Mean and standard error of the mean; the latter 0 where nothing varies."""
    n, origin = len(values), values[0]
    # Not found by the standard deviation: that of sixty equal floats may be 7e-15.
    if max(values) == min(values):
        return origin, 0.0
    # Deviations from one of the values keep their digits under a large offset.
    shifts = [value - origin for value in values]
    shift = math.fsum(shifts) / n
    squares = math.fsum([(one - shift) ** 2 for one in shifts])
    return math.fsum(values) / n, math.sqrt(squares / (n - 1) / n)


def difference_of(a: Sequence[float], b: Sequence[float]) -> float:
    """The difference of two means, which a large offset does not eat."""
    if len(a) == len(b):
        return math.fsum([*a, *(-one for one in b)]) / len(a)
    origin = min(*a, *b)
    return math.fsum([one - origin for one in a]) / len(a) - math.fsum([one - origin for one in b]) / len(b)
