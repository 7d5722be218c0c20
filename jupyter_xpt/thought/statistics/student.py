"""Student's t and the normal distribution: tails and quantiles, without SciPy.

The tail is a regularised incomplete beta function, summed as a continued fraction (Numerical Recipes, 6.4;
NIST Digital Library of Mathematical Functions, 8.17.22).
"""

from __future__ import annotations

import math
from functools import lru_cache

from jupyter_xpt.ground.errors import OptionError

_TINY = 1e-300
# Beyond, t and normal differ by less than t⁴/(4 df): nothing at any t that is met.
_NORMAL_FROM = 1e12


def two_sided_p(t: float, df: float) -> float:
    """The probability that Student's t is at least as far from 0 as `t`, on either side.

    Parameters
    ----------
    t
        The statistic; its sign does not matter.
    df
        Degrees of freedom, above 0, fractions allowed.

    Returns
    -------
    float
        Between 0 and 1, to a relative accuracy of 1e-12 (1e-10 at a million degrees); NaN for NaN.

    Raises
    ------
    OptionError
        When `df` is not above 0.

    Examples
    --------
    >>> round(two_sided_p(2.306, 8), 4)
    0.05
    """
    if not df > 0:
        raise OptionError(f"degrees of freedom are above 0, not {df!r}")
    if math.isnan(t):
        return math.nan
    t = abs(t)
    if t == 0:
        return 1.0
    if df >= _NORMAL_FROM:
        return math.erfc(t / math.sqrt(2))
    return _tail(t, df)


def _tail(t: float, df: float) -> float:
    """The two tails beyond ±t, t above 0."""
    ratio = t / math.sqrt(df)
    if math.isinf(ratio):
        return 0.0
    a = df / 2
    # Squares overflow long before the tail is 0 at few degrees of freedom.
    log_x = -math.log1p(ratio * ratio) if ratio < 1e100 else -2 * math.log(ratio)
    x = math.exp(log_x)
    rest = -math.expm1(log_x)
    front = math.exp(a * log_x + _log_gamma_ratio(a)) * math.sqrt(rest / math.pi)
    # The fraction converges fast only below the beta distribution's mean; above, the other side is summed.
    if x < (a + 1) / (a + 2.5):
        return min(1.0, front * _fraction(a, 0.5, x) / a)
    return max(0.0, 1 - 2 * front * _fraction(0.5, a, rest))


def _log_gamma_ratio(a: float) -> float:
    """The logarithm of Γ(a + ½) / Γ(a)."""
    if a < 20:
        return math.log(math.gamma(a + 0.5) / math.gamma(a))
    # Two large lgamma values would cancel; this is their asymptotic difference.
    inverse = 1 / (a * a)
    series = 1 / 8 - inverse * (1 / 192 - inverse * (1 / 640 - inverse * 17 / 14336))
    return 0.5 * math.log(a) - series / a


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    together = a + b
    c = 1.0
    d = 1 / _away_from_zero(1 - together * x / (a + 1))
    total = d
    # It takes about √max(a, b) terms.
    for m in range(1, 200 + int(5 * math.sqrt(a + b))):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away_from_zero(1 + even * d)
        c = _away_from_zero(1 + even / c)
        total *= d * c
        odd = -(a + m) * (together + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _away_from_zero(1 + odd * d)
        c = _away_from_zero(1 + odd / c)
        total *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return total


def _away_from_zero(value: float) -> float:
    """The value, or something tiny in place of 0, which Lentz's method would divide by."""
    return value if abs(value) > _TINY else _TINY


@lru_cache(maxsize=4096)
def critical_value(alpha: float, df: float) -> float:
    """The t that Student's t exceeds on either side with probability `alpha`.

    Parameters
    ----------
    alpha
        Probability of both tails together, above 0 and below 1: 0.05 for a 95 % interval.
    df
        Degrees of freedom, above 0, fractions allowed.

    Returns
    -------
    float
        Above 0; :func:`two_sided_p` of it is `alpha`.

    Raises
    ------
    OptionError
        When `alpha` or `df` is out of range.

    Examples
    --------
    >>> round(critical_value(0.05, 8), 3)
    2.306
    """
    if not 0 < alpha < 1:
        raise OptionError(f"alpha is between 0 and 1, not {alpha!r}")
    if not df > 0:
        raise OptionError(f"degrees of freedom are above 0, not {df!r}")
    z = -normal_quantile(alpha / 2)
    if df >= _NORMAL_FROM:
        return z
    # Cornish and Fisher's expansion around the normal quantile (Abramowitz and Stegun 26.7.5) is the start.
    square = z * z
    low = max(df, 1.0)
    start = 1 + (square + 1) / (4 * low) + ((5 * square + 16) * square + 3) / (96 * low * low)
    start += (((3 * square + 19) * square + 17) * square - 15) / (384 * low**3)
    log_t = math.log(z * start)
    # In logarithms of both t and tail the curve is concave, so Newton's steps cannot run away from any start.
    for _ in range(60):
        t = math.exp(log_t)
        tail = _tail(t, df)
        step = math.log(tail / alpha) * tail / (2 * t * _density(t, df))
        log_t += step
        if abs(step) < 1e-8:
            break
    return math.exp(log_t)


def _density(t: float, df: float) -> float:
    """The density of Student's t."""
    ratio = t / math.sqrt(df)
    log_square = math.log1p(ratio * ratio) if ratio < 1e100 else 2 * math.log(ratio)
    return math.exp(_log_gamma_ratio(df / 2) - (df + 1) / 2 * log_square) / math.sqrt(math.pi * df)


@lru_cache(maxsize=256)
def normal_quantile(probability: float) -> float:
    """The value below which a standard normal variable lies with this probability.

    Parameters
    ----------
    probability
        Above 0 and below 1.

    Raises
    ------
    OptionError
        When it is not.

    Examples
    --------
    >>> round(normal_quantile(0.975), 4)
    1.96
    """
    if not 0 < probability < 1:
        raise OptionError(f"a probability is between 0 and 1, not {probability!r}")
    if probability > 0.5:
        return -normal_quantile(1 - probability)
    if probability == 0.5:
        return 0.0
    # Abramowitz and Stegun 26.2.23, good to 5e-4, then Newton's steps in the logarithm of the tail.
    root = math.sqrt(-2 * math.log(probability))
    top = 2.515517 + root * (0.802853 + root * 0.010328)
    z = root - top / (1 + root * (1.432788 + root * (0.189269 + root * 0.001308)))
    for _ in range(4):
        tail = 0.5 * math.erfc(z / math.sqrt(2))
        density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        z += math.log(tail / probability) * tail / density
    return -z
