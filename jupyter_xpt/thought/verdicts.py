"""Verdicts: whether a child is better than its parent, or was lucky.

The rule: improved or worse when the Welch confidence interval of (child - parent) lies wholly on the good or
the bad side of 0; otherwise not sure. It speaks of this data set: repeats over seeds and splits do not cover
new data. And not sure is a claim about the evidence, not advice to discard the child.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from jupyter_xpt.ground.errors import MetricError, OptionError
from jupyter_xpt.thought.student import critical_value, normal_quantile, two_sided_p

IMPROVED, WORSE, NOT_SURE = "improved", "worse", "not sure"
# Finite repeats that each side needs before there is a verdict.
LEAST = 3
IDENTICAL = "identical values: is the seed fixed?"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a child is better than its parent on this data set; as text, a sentence.

    ``verdict`` is ``improved``, ``worse`` or ``not sure``, ``reason`` says why in a few words. ``code`` is
    the same for programs: ``ci_excludes_zero``, ``ci_includes_zero``, ``favoured_side_has_failed_repeats``,
    ``too_few_repeats``, ``no_values``, ``identical_values`` (neither side varies, and they are equal),
    ``no_variation`` (neither side varies), ``deterministic``, ``no_difference``; each with ``paired_`` before
    it when the values were compared pair by pair.

    ``difference`` is child - parent, ``low`` and ``high`` its interval at ``confidence``, ``t``, ``df`` and
    ``p`` (two-sided) the test behind it. ``n_…`` count the finite values (pairs, when paired), ``failed_…``
    the others; ``mean_…`` and ``sem_…`` are of the finite ones. ``repeats_needed`` is how many repeats of
    each experiment would show a difference of this size at this confidence with a probability of 80 %. What
    cannot be said is None.
    """

    verdict: str
    code: str
    reason: str
    goal: str
    confidence: float
    difference: float | None
    low: float | None
    high: float | None
    t: float | None
    df: float | None
    p: float | None
    repeats_needed: int | None
    n_child: int
    n_parent: int
    mean_child: float | None
    mean_parent: float | None
    sem_child: float | None
    sem_parent: float | None
    failed_child: int
    failed_parent: int

    def __str__(self) -> str:
        return sentence(self)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What the verdict is held to."""

    goal: str
    confidence: float
    min_delta: float = 0.0
    deterministic: bool = False
    paired: bool = False


@dataclass(frozen=True, slots=True)
class _Side:
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


@dataclass(frozen=True, slots=True)
class _Contrast:
    """The difference of two sides and how sure it is; ``sd`` is what one repeat scatters by."""

    difference: float | None = None
    low: float | None = None
    high: float | None = None
    t: float | None = None
    df: float | None = None
    p: float | None = None
    sd: float | None = None


def verdict(  # noqa: PLR0913 - the whole rule in one call
    child: Iterable[float | None],
    parent: Iterable[float | None],
    goal: str = "max",
    confidence: float = 0.95,
    *,
    failed_child: int = 0,
    failed_parent: int = 0,
    min_delta: float = 0.0,
    deterministic: bool = False,
) -> Verdict:
    """The verdict on a child against its parent, by Welch's t interval.

    Parameters
    ----------
    child, parent
        One value a repeat, shape (n_repeats,): a list, a NumPy array, a pandas Series. None, NaN and
        infinities count as failed repeats.
    goal
        ``max`` when higher is better, else ``min``.
    confidence
        Level of the interval, between 0 and 1.
    failed_child, failed_parent
        Failed repeats beyond those among the values.
    min_delta
        The smallest difference that matters, in the metric's unit: the interval must lie wholly beyond it.
    deterministic
        The experiments are known not to vary: where no value does, the plain difference decides, even of one
        repeat.

    Returns
    -------
    Verdict
        Not sure with fewer than 3 values on a side, when nothing varies, and in favour of a side with failed
        repeats.

    Raises
    ------
    OptionError
        When an option has a value it cannot have.
    MetricError
        When `child` or `parent` is no sequence of numbers.

    Examples
    --------
    >>> print(verdict([0.93, 0.935, 0.925, 0.93, 0.94], [0.9, 0.91, 0.905, 0.895, 0.9]))
    Improved by +0.030 (95 % interval +0.022 … +0.038; 5 and 5 repeats).
    """
    level = _between(confidence, "confidence")
    rule = _Rule(_goal(goal), level, _least_delta(min_delta), bool(deterministic))
    ours = _side(_finite(child, "child"), _count(failed_child, "failed_child"))
    theirs = _side(_finite(parent, "parent"), _count(failed_parent, "failed_parent"))
    return _judged(rule, ours, theirs, _welch(rule, ours, theirs))


def paired(
    child: Iterable[float | None],
    parent: Iterable[float | None],
    goal: str = "max",
    confidence: float = 0.95,
) -> Verdict:
    """The verdict on values that belong together pair by pair, both sides having the same split seeds.

    It is stronger than :func:`verdict`, and valid only then: the same position alone makes no pair.

    Parameters
    ----------
    child, parent
        One value a shared seed, in the same order, shape (n_seeds,). A pair with a failed repeat is left out.
    goal, confidence
        As in :func:`verdict`.

    Returns
    -------
    Verdict
        With a ``code`` that starts with ``paired_``.

    Raises
    ------
    OptionError
        When an option has a value it cannot have, or the lengths differ.
    MetricError
        When `child` or `parent` is no sequence of numbers.
    """
    rule = _Rule(_goal(goal), _between(confidence, "confidence"), paired=True)
    ours, theirs = _finite(child, "child"), _finite(parent, "parent")
    if len(ours) != len(theirs):
        raise OptionError(f"pairs take equally many values of both sides, not {len(ours)} and {len(theirs)}")
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None]
    sides = [
        _side([*kept, *([None] * all_of.count(None))], 0)
        for kept, all_of in (([a for a, _ in pairs], ours), ([b for _, b in pairs], theirs))
    ]
    return _judged(rule, sides[0], sides[1], _pairwise(rule, pairs))


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
    return _needed(sd, difference, _between(confidence, "confidence"), _between(power, "power"))


def _needed(
    sd: float, difference: float, confidence: float, power: float, *, paired: bool = False
) -> int | None:
    """The formula; half as many pairs show what so many repeats of each show, small numbers apart."""
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
    comparisons, baselines = _count(comparisons, "comparisons"), max(1, _count(baselines, "baselines"))
    z = -normal_quantile((1 - _between(confidence, "confidence")) / 2)
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


_LOWER = frozenset(
    {
        *("loss", "losses", "logloss", "nll", "bce", "xent", "crossentropy", "deviance", "divergence", "kld"),
        *("error", "errors", "err", "mse", "msle", "rmse", "rmsle", "mae", "medae", "mape", "smape", "mase"),
        *("rss", "sse", "ece", "brier", "wer", "cer", "ter", "eer", "fpr", "fnr", "misclassification"),
        *("perplexity", "ppl", "bpb", "bpc", "bpd", "fid", "aic", "bic"),
        *("regret", "cost", "costs", "latency", "duration"),
    }
)
# Those that say it in more than one word; in the first two "negative" does not turn the meaning around.
_LOWER_PHRASES = (
    *("neg_log_likelihood", "negative_log_likelihood"),
    *("cross_entropy", "false_positive", "false_negative"),
)
_TURNED = frozenset({"neg", "negative", "inverse", "inv", "free", "reduction", "improvement"})


def default_goal(metric_name: str) -> str:
    """The goal that a metric's name says: ``min`` for a loss, an error and the like, else ``max``.

    Only whole words count, split at everything but letters and where lower case turns to upper; what turns
    the meaning around (scikit-learn's ``neg_mean_squared_error``, ``error_free``) is seen.

    Examples
    --------
    >>> default_goal("val/logLoss"), default_goal("terror"), default_goal("neg_log_loss")
    ('min', 'max', 'max')
    """
    split = re.sub(r"([a-z])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3_\2\4", metric_name)
    words = [word.casefold() for word in re.split(r"[\W\d_]+", split) if word]
    joined = "_" + "_".join(words)
    if any("_" + phrase in joined for phrase in _LOWER_PHRASES):
        return "min"
    return "min" if not _LOWER.isdisjoint(words) and _TURNED.isdisjoint(words) else "max"


def _goal(goal: object) -> str:
    """The goal, when it is one."""
    if goal not in ("max", "min"):
        raise OptionError(f"goal is max or min, not {goal!r:.60}")
    return str(goal)


def _between(value: object, name: str) -> float:
    """A number between 0 and 1, both excluded."""
    number = _real(value)
    if not 0 < number < 1:
        raise OptionError(f"{name} is a number between 0 and 1, like 0.95, not {value!r:.60}")
    return number


def _least_delta(value: object) -> float:
    """The smallest difference that matters."""
    number = _real(value)
    if not 0 <= number < math.inf:
        raise OptionError(f"min_delta is a number from 0, in the metric's unit, not {value!r:.60}")
    return number


def _real(value: object) -> float:
    """An option's value as a float, NaN when it is no number."""
    if isinstance(value, bool | str | bytes):
        return math.nan
    try:
        return float(value)  # type: ignore[arg-type]  # whatever has __float__
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _count(value: object, name: str) -> int:
    """A whole number from 0."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or value.__index__() < 0:
        raise OptionError(f"{name} is a whole number from 0, not {value!r:.60}")
    return int(value.__index__())


def _finite(values: object, name: str) -> list[float | None]:
    """The values in order, None where a repeat failed."""
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
        if isinstance(value, bool | str | bytes) or dtype_kind in "bmMcSU" or getattr(value, "shape", None):
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


def _side(found: Sequence[float | None], failed: int) -> _Side:
    """What one experiment's repeats come to."""
    values = [value for value in found if value is not None]
    failed += len(found) - len(values)
    if not values:
        return _Side(values, failed, constant=False, mean=0.0, sem=0.0, exponent=0)
    exponent = _exponent(values)
    mean, sem = _mean_and_sem(_scaled(values, -exponent))
    return _Side(values, failed, max(values) == min(values), mean, sem, exponent)


def _exponent(values: Sequence[float]) -> int:
    """A power of two to count in, 0 unless the squares of the values could overflow or vanish."""
    exponent = math.frexp(max(map(abs, values)))[1]
    return exponent if abs(exponent) > 400 else 0


def _scaled(values: Sequence[float], exponent: int) -> Sequence[float]:
    """The values times 2**exponent."""
    return [_times(value, exponent) for value in values] if exponent else values


def _times(value: float, exponent: int) -> float:
    """The value times 2**exponent, infinite where that is beyond all floats."""
    try:
        return math.ldexp(value, exponent)
    except OverflowError:
        return math.copysign(math.inf, value)


def _mean_and_sem(values: Sequence[float]) -> tuple[float, float]:
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


def _welch(rule: _Rule, ours: _Side, theirs: _Side) -> _Contrast:
    """Welch's interval, with Satterthwaite's degrees of freedom."""
    if not ours.n or not theirs.n:
        return _Contrast()
    unit = _exponent([*ours.values, *theirs.values])
    a, b = _scaled(ours.values, -unit), _scaled(theirs.values, -unit)
    difference = _difference(a, b)
    sem_a, sem_b = _times(ours.sem, ours.exponent - unit), _times(theirs.sem, theirs.exponent - unit)
    se = math.hypot(sem_a, sem_b)
    if ours.n < 2 or theirs.n < 2 or se == 0:
        return _Contrast(_times(difference, unit))
    share_a, share_b = (sem_a / se) ** 2, (sem_b / se) ** 2
    df = 1 / (share_a**2 / (ours.n - 1) + share_b**2 / (theirs.n - 1))
    sd = math.hypot(sem_a * math.sqrt(ours.n), sem_b * math.sqrt(theirs.n)) / math.sqrt(2)
    return _interval(rule, difference, (se, df, sd), unit)


def _difference(a: Sequence[float], b: Sequence[float]) -> float:
    """The difference of two means, which a large offset does not eat."""
    if len(a) == len(b):
        return math.fsum([*a, *(-one for one in b)]) / len(a)
    origin = min(*a, *b)
    return math.fsum([one - origin for one in a]) / len(a) - math.fsum([one - origin for one in b]) / len(b)


def _pairwise(rule: _Rule, pairs: Sequence[tuple[float, float]]) -> _Contrast:
    """The paired t interval."""
    if not pairs:
        return _Contrast()
    unit = _exponent([value for pair in pairs for value in pair])
    a, b = _scaled([one for one, _ in pairs], -unit), _scaled([one for _, one in pairs], -unit)
    differences = [x - y for x, y in zip(a, b, strict=True)]
    inner = _exponent(differences)
    mean, sem = _mean_and_sem(_scaled(differences, -inner))
    mean, sem = _times(mean, inner), _times(sem, inner)
    # Equal steps differ in their last bits once they are subtracted.
    noise = 4 * math.ulp(max(map(abs, [*a, *b])))
    if len(pairs) < 2 or max(differences) - min(differences) <= noise:
        return _Contrast(_times(mean, unit))
    return _interval(rule, mean, (sem, len(pairs) - 1.0, sem * math.sqrt(len(pairs))), unit)


def _interval(rule: _Rule, difference: float, spread: tuple[float, float, float], unit: int) -> _Contrast:
    """The contrast of a difference; `spread` is its standard error, df and SD, in units of 2**unit."""
    se, df, sd = spread
    half = critical_value(1 - rule.confidence, df) * se
    t = difference / se
    low, high, sd, out = (_times(one, unit) for one in (difference - half, difference + half, sd, difference))
    return _Contrast(out, low, high, t, df, two_sided_p(t, df), sd)


def _judged(rule: _Rule, ours: _Side, theirs: _Side, contrast: _Contrast) -> Verdict:
    """The verdict with everything that it rests on."""
    said, code, reason = _outcome(rule, ours, theirs, contrast)
    needed = None
    if code in ("ci_excludes_zero", "ci_includes_zero"):
        needed = _still_needed(rule, contrast)
        if needed is not None and code == "ci_includes_zero":
            # The formula knows no t of few repeats, and may ask for what was there and did not do.
            needed = max(needed, min(ours.n, theirs.n) + 1)
    return Verdict(
        verdict=said,
        code="paired_" + code if rule.paired else code,
        reason=reason,
        goal=rule.goal,
        confidence=rule.confidence,
        difference=contrast.difference,
        low=contrast.low,
        high=contrast.high,
        t=contrast.t,
        df=contrast.df,
        p=contrast.p,
        repeats_needed=needed,
        n_child=ours.n,
        n_parent=theirs.n,
        mean_child=_times(ours.mean, ours.exponent) if ours.n else None,
        mean_parent=_times(theirs.mean, theirs.exponent) if theirs.n else None,
        sem_child=_times(ours.sem, ours.exponent) if ours.n > 1 else None,
        sem_parent=_times(theirs.sem, theirs.exponent) if theirs.n > 1 else None,
        failed_child=ours.failed,
        failed_parent=theirs.failed,
    )


def _still_needed(rule: _Rule, contrast: _Contrast) -> int | None:
    """How many repeats would show the difference that was seen to be beyond the smallest that matters."""
    beyond = abs(contrast.difference or 0.0) - rule.min_delta
    if contrast.sd is None or not 0 < beyond < math.inf or math.isinf(contrast.sd):
        return None
    return _needed(contrast.sd, beyond, rule.confidence, 0.8, paired=rule.paired)


def _outcome(rule: _Rule, ours: _Side, theirs: _Side, contrast: _Contrast) -> tuple[str, str, str]:
    """Verdict, code and reason."""
    difference = contrast.difference
    if difference is None:
        return NOT_SURE, "no_values", _who_has_none(ours, theirs)
    # A lone value is constant too: of what never varies one repeat tells all.
    if rule.deterministic and ours.constant and theirs.constant:
        return _plain(rule, ours, theirs, difference)
    least = min(ours.n, theirs.n)
    if least < LEAST:
        what = "pairs" if rule.paired else "repeats"
        return NOT_SURE, "too_few_repeats", f"too few {what} ({least} of {LEAST})"
    if contrast.low is None or contrast.high is None:
        return NOT_SURE, "identical_values" if difference == 0 else "no_variation", IDENTICAL
    level, delta = f"the {_percent(rule.confidence)} interval", rule.min_delta
    side = 1 if contrast.low > delta else -1 if contrast.high < -delta else 0
    if not side:
        limits = f"does not lie beyond ±{delta:g}" if delta else "includes 0"
        return NOT_SURE, "ci_includes_zero", f"{level} {limits}"
    beyond = f"{side * delta:+g}".replace("-", "−") if delta else "0"
    why = ("ci_excludes_zero", f"{level} lies {'above' if side > 0 else 'below'} {beyond}")
    return _favouring(rule, ours, theirs, side, why)


def _plain(rule: _Rule, ours: _Side, theirs: _Side, difference: float) -> tuple[str, str, str]:
    """The outcome where nothing varies, and nothing was meant to."""
    if abs(difference) <= rule.min_delta:
        small = f"no difference above {rule.min_delta:g}" if difference else "no difference"
        return NOT_SURE, "no_difference", f"{small} (deterministic)"
    side = 1 if difference > 0 else -1
    why = ("deterministic", "deterministic: the plain difference decides")
    return _favouring(rule, ours, theirs, side, why)


def _favouring(
    rule: _Rule, ours: _Side, theirs: _Side, side: int, why: tuple[str, str]
) -> tuple[str, str, str]:
    """The outcome on that side of 0, unless the side it would favour has failed repeats."""
    improved = (side > 0) == (rule.goal == "max")
    favoured, name = (ours, "child") if improved else (theirs, "parent")
    if favoured.failed:
        # Without its failures a worse child looks better 10 to 21 % of the time.
        failed = f"{favoured.failed} of {_repeats(favoured.n + favoured.failed)} of the {name} failed"
        return NOT_SURE, "favoured_side_has_failed_repeats", failed
    return (IMPROVED if improved else WORSE, *why)


def _who_has_none(ours: _Side, theirs: _Side) -> str:
    """Which side has no values."""
    empty = [(side, name) for side, name in ((ours, "child"), (theirs, "parent")) if not side.n]
    if len(empty) == 2:
        return "neither has values"
    if not empty:
        return "no pair has two values"
    side, name = empty[0]
    return f"the {name} has no values" + (f" ({_repeats(side.failed)} failed)" if side.failed else "")


def sentence(verdict: Verdict, metric: str = "", baseline: str = "") -> str:
    """The verdict in a sentence, the same everywhere.

    Parameters
    ----------
    verdict
        What to say.
    metric
        The metric's name, left out when empty.
    baseline
        What the child was compared with, ``006``; left out when empty.

    Examples
    --------
    >>> sentence(verdict([5, 6, 7, 6], [1, 2, 1, 2]), "accuracy", "006")
    'Improved on 006 by +4.5 accuracy (95 % interval +3.2 … +5.8; 4 and 4 repeats).'
    """
    code = verdict.code.removeprefix("paired_")
    against = f"Not sure against {baseline}:" if baseline else "Not sure:"
    reason = verdict.reason.replace("the parent", baseline or "the parent")
    if verdict.difference is None:
        return f"{against} {reason}."
    size = _size(verdict, metric)
    counts = _counts(verdict)
    if code in ("ci_excludes_zero", "deterministic"):
        start = "Improved" if verdict.verdict == IMPROVED else "Worse"
        if baseline:
            start += f" on {baseline}" if verdict.verdict == IMPROVED else f" than {baseline}"
        if code == "deterministic":
            return f"{start} by {size} on this data set (deterministic: the plain difference; {counts})."
        return f"{start} by {size} ({_level(verdict)}; {counts})."
    if verdict.low is None or verdict.high is None or code == "too_few_repeats":
        said = f"{against} {size} ({counts}); {reason}"
        return said if said.endswith("?") else said + "."
    said = f"{against} {size} ({_level(verdict)}; {counts})"
    if code == "favoured_side_has_failed_repeats":
        return f"{said}, but {reason}."
    if verdict.low > 0 or verdict.high < 0:
        # Only a smallest difference that matters brings this about, and without it the interval would puzzle.
        said += f": {reason}"
    return f"{said}{_outlook(verdict)}."


def _outlook(verdict: Verdict) -> str:
    """What would settle it."""
    needed = verdict.repeats_needed
    if needed is None:
        return ""
    what = "pairs" if verdict.code.startswith("paired_") else "repeats each"
    if needed > 1000:
        return f"; a difference of this size would take more than 1000 {what} to settle"
    return f"; about {needed} {what} would settle a difference of this size"


def _counts(verdict: Verdict) -> str:
    """How many repeats it rests on."""
    ours, theirs = verdict.n_child, verdict.n_parent
    if verdict.code.startswith("paired_"):
        said = f"{ours} {'pair' if ours == 1 else 'pairs'}"
    elif max(ours, theirs) > 2 * min(ours, theirs):
        said = f"unequal repeats: {ours} and {theirs}"
    else:
        said = f"{ours} and {theirs} repeats"
    if verdict.failed_child or verdict.failed_parent:
        said += f", {verdict.failed_child} and {verdict.failed_parent} failed"
    return said


def _level(verdict: Verdict) -> str:
    """The interval and its level."""
    digits = _digits(verdict)
    what = "paired interval" if verdict.code.startswith("paired_") else "interval"
    low, high = (_signed(value or 0.0, digits) for value in (verdict.low, verdict.high))
    return f"{_percent(verdict.confidence)} {what} {low} … {high}"


def _size(verdict: Verdict, metric: str) -> str:
    """The difference, with its metric."""
    said = _signed(verdict.difference or 0.0, _digits(verdict))
    return f"{said} {metric}" if metric else said


def _digits(verdict: Verdict) -> str:
    """A format that shows two digits of the interval's width, and no bound as 0 that is not."""
    low, high = verdict.low, verdict.high
    if low is None or high is None or verdict.code.endswith("too_few_repeats"):
        return "+.3g"
    if not 0 < high - low < math.inf:
        return "+.3g"
    last = math.floor(math.log10(high - low)) - 1
    largest = max(abs(low), abs(high))
    bounds = [abs(bound) for bound in (low, high) if bound]
    # A bound that close to 0 decides the verdict, so it is shown; three more digits are enough of it.
    last = max(last - 3, min(last, *(math.floor(math.log10(bound)) for bound in bounds)))
    if last < -9 or largest >= 1e9:
        return f"+.{max(1, math.floor(math.log10(largest)) - last + 1)}g"
    return f"+.{max(0, -last)}f"


def _signed(value: float, digits: str) -> str:
    """A number with its sign, a real minus; 0 has none."""
    said = format(value, digits)
    return said.lstrip("+-") if not said.strip("+-0.") else said.replace("-", "−")


def _percent(confidence: float) -> str:
    """A level in percent."""
    return f"{100 * confidence:.10g} %"


def _repeats(n: int) -> str:
    """A number of repeats."""
    return f"{n} repeat" if n == 1 else f"{n} repeats"
