"""Chances: how many repeats a difference takes, and what luck alone makes of many comparisons."""

from __future__ import annotations

import math
from functools import lru_cache

from jupyter_xpt.ground.errors import OptionError
from jupyter_xpt.thought.statistics.student import normal_quantile

# Finite repeats that each side needs before there is a verdict.
LEAST = 3


def repeats_needed(sd: float, difference: float, confidence: float = 0.95, power: float = 0.8) -> int | None:
    """How many repeats each of two experiments needs to show a difference.

    Parameters
    ----------
    sd
        Standard deviation of one repeat, in the metric's unit; of two experiments the root mean square.
    difference
        The difference to be shown, in the same unit.
    confidence
        Level of the interval, between 0 and 1.
    power
        Probability of showing a difference that is there, between 0 and 1.

    Returns
    -------
    int or None
        At least 3: 2 (z_conf + z_power)² (SD / difference)² + z_conf² / 4 (Guenther 1981), rounded up; one
        repeat short of the exact number at times. None when no number below 10⁹ would do.

    Raises
    ------
    OptionError
        When an argument is out of range.

    Examples
    --------
    >>> repeats_needed(sd=0.02, difference=0.02)
    17
    """
    if not (sd >= 0 and math.isfinite(sd)) or not math.isfinite(difference):
        raise OptionError(f"sd is finite and not negative, difference finite, not {sd!r} and {difference!r}")
    return least_repeats(sd, difference, between(confidence, "confidence"), between(power, "power"))


def least_repeats(sd: float, difference: float, confidence: float, power: float, *, paired: bool = False) -> int | None:
    """`repeats_needed` of arguments that are in range.

    Half as many pairs show what so many repeats of each show, small numbers apart.
    """
    if difference == 0 or math.isinf(sd / difference):
        return None
    z, ratio = -normal_quantile((1 - confidence) / 2), sd / difference
    # A product of floats overflows to infinity where a power would raise.
    n = 2 * (z + normal_quantile(power)) ** 2 * ratio * ratio
    n = n / 2 + z * z / 2 if paired else n + z * z / 4
    return max(LEAST, math.ceil(n)) if n < 1e9 else None


@lru_cache(maxsize=1024)
def false_green_probability(comparisons: int, confidence: float, *, baselines: int = 1) -> float:
    """The chance that at least one of some changes that all do nothing looks improved.

    Changes compared with the same baseline share its luck, so this is less than if each were independent.
    Normal theory: 1 - ∫ φ(x) Φ(x + z_conf √2)ⁿ dx. Welch's interval of few repeats stays a little below it:
    for 20 changes it gives 0.21 at 95 % and 0.06 at 99 %, where simulations of 5 repeats give 0.19 and 0.045.

    Parameters
    ----------
    comparisons
        How many verdicts there are, from 0.
    confidence
        Level of their intervals, between 0 and 1.
    baselines
        Over how many different parents they are spread, evenly. With as many as
        `comparisons` each is independent: 0.40 for 20 changes at 95 %, and a chain in which every experiment
        is the parent of the next comes close to that.

    Raises
    ------
    OptionError
        When an argument is out of range.

    Examples
    --------
    >>> round(false_green_probability(20, 0.95), 1)
    0.2
    """
    comparisons, baselines = whole(comparisons, "comparisons"), max(1, whole(baselines, "baselines"))
    z = -normal_quantile((1 - between(confidence, "confidence")) / 2)
    each, steps, reach = comparisons / baselines, 400, 9.0
    # The trapezoidal rule is exact to rounding for a smooth function that vanishes at both ends.
    missed = [
        math.exp(-x * x / 2) * (0.5 * math.erfc(-x / math.sqrt(2) - z)) ** each
        for x in (reach * (2 * step / steps - 1) for step in range(steps + 1))
    ]
    none = math.fsum(missed) * (2 * reach / steps) / math.sqrt(2 * math.pi)
    return min(1.0, max(0.0, 1 - none**baselines)) if comparisons else 0.0


def compare_confidence(runs_child: int, runs_parent: int) -> float:
    """The level to compare at: 0.95, or 0.99 as soon as either side was extended after a look at it.

    Parameters
    ----------
    runs_child, runs_parent
        How many runs of each experiment are pooled.
    """
    return 0.95 if runs_child <= 1 and runs_parent <= 1 else 0.99


def between(value: object, name: str) -> float:
    """The value as a number between 0 and 1, both excluded.

    Raises
    ------
    OptionError
        When it is none.
    """
    number = _real(value)
    if not 0 < number < 1:
        raise OptionError(f"{name} is a number between 0 and 1, like 0.95, not {value!r:.60}")
    return number


def least_delta(value: object) -> float:
    """The smallest difference that matters, as a number from 0.

    Raises
    ------
    OptionError
        When it is none.
    """
    number = _real(value)
    if not 0 <= number < math.inf:
        raise OptionError(f"min_delta is a number from 0, in the metric's unit, not {value!r:.60}")
    return number


def whole(value: object, name: str) -> int:
    """The value as a whole number from 0.

    Raises
    ------
    OptionError
        When it is none.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or value.__index__() < 0:
        raise OptionError(f"{name} is a whole number from 0, not {value!r:.60}")
    return int(value.__index__())


def _real(value: object) -> float:
    """An option's value as a float, NaN when it is no number."""
    if isinstance(value, bool | str | bytes):
        return math.nan
    try:
        return float(value)  # type: ignore[arg-type]  # whatever has __float__
    except (TypeError, ValueError, OverflowError):
        return math.nan
