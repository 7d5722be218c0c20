"""Verdicts: whether a child is better than its parent, or was lucky.

The rule: improved or worse when the Welch confidence interval of (child - parent) lies wholly on the good or
the bad side of 0; otherwise not sure. It speaks of this data set: repeats over seeds and splits do not cover
new data. And not sure is a claim about the evidence, not advice to discard the child.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jupyter_xpt.ground.errors import OptionError
from jupyter_xpt.thought.statistics.chances import LEAST, between, least_delta, least_repeats, whole
from jupyter_xpt.thought.statistics.goals import check_goal
from jupyter_xpt.thought.statistics.samples import (
    Side,
    difference_of,
    exponent_of,
    finite,
    mean_and_sem,
    scaled,
    side_of,
    times,
)
from jupyter_xpt.thought.statistics.student import critical_value, two_sided_p
from jupyter_xpt.thought.statistics.wording import IMPROVED, NOT_SURE, WORSE, Verdict, percent, repeats

IDENTICAL = "identical values: is the seed fixed?"


@dataclass(frozen=True, slots=True)
class _Rule:
    """What the verdict is held to."""

    goal: str
    confidence: float
    min_delta: float = 0.0
    deterministic: bool = False
    paired: bool = False


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
        infinities count as failed repeats, True and False as 1 and 0.
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
    level = between(confidence, "confidence")
    rule = _Rule(check_goal(goal), level, least_delta(min_delta), bool(deterministic))
    ours = side_of(finite(child, "child"), whole(failed_child, "failed_child"))
    theirs = side_of(finite(parent, "parent"), whole(failed_parent, "failed_parent"))
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
    rule = _Rule(check_goal(goal), between(confidence, "confidence"), paired=True)
    ours, theirs = finite(child, "child"), finite(parent, "parent")
    if len(ours) != len(theirs):
        raise OptionError(f"pairs take equally many values of both sides, not {len(ours)} and {len(theirs)}")
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None]
    sides = [
        side_of([*kept, *([None] * all_of.count(None))], 0)
        for kept, all_of in (([a for a, _ in pairs], ours), ([b for _, b in pairs], theirs))
    ]
    return _judged(rule, sides[0], sides[1], _pairwise(rule, pairs))


def _welch(rule: _Rule, ours: Side, theirs: Side) -> _Contrast:
    """Welch's interval, with Satterthwaite's degrees of freedom."""
    if not ours.n or not theirs.n:
        return _Contrast()
    unit = exponent_of([*ours.values, *theirs.values])
    a, b = scaled(ours.values, -unit), scaled(theirs.values, -unit)
    difference = difference_of(a, b)
    sem_a, sem_b = times(ours.sem, ours.exponent - unit), times(theirs.sem, theirs.exponent - unit)
    se = math.hypot(sem_a, sem_b)
    if ours.n < 2 or theirs.n < 2 or se == 0:
        return _Contrast(times(difference, unit))
    share_a, share_b = (sem_a / se) ** 2, (sem_b / se) ** 2
    df = 1 / (share_a**2 / (ours.n - 1) + share_b**2 / (theirs.n - 1))
    sd = math.hypot(sem_a * math.sqrt(ours.n), sem_b * math.sqrt(theirs.n)) / math.sqrt(2)
    return _interval(rule, difference, (se, df, sd), unit)


def _pairwise(rule: _Rule, pairs: Sequence[tuple[float, float]]) -> _Contrast:
    """The paired t interval."""
    if not pairs:
        return _Contrast()
    unit = exponent_of([value for pair in pairs for value in pair])
    a, b = scaled([one for one, _ in pairs], -unit), scaled([one for _, one in pairs], -unit)
    differences = [x - y for x, y in zip(a, b, strict=True)]
    inner = exponent_of(differences)
    mean, sem = mean_and_sem(scaled(differences, -inner))
    mean, sem = times(mean, inner), times(sem, inner)
    # Equal steps differ in their last bits once they are subtracted.
    noise = 4 * math.ulp(max(map(abs, [*a, *b])))
    if len(pairs) < 2 or max(differences) - min(differences) <= noise:
        return _Contrast(times(mean, unit))
    return _interval(rule, mean, (sem, len(pairs) - 1.0, sem * math.sqrt(len(pairs))), unit)


def _interval(rule: _Rule, difference: float, spread: tuple[float, float, float], unit: int) -> _Contrast:
    """The contrast of a difference; `spread` is its standard error, df and SD, in units of 2**unit."""
    se, df, sd = spread
    half = critical_value(1 - rule.confidence, df) * se
    t = difference / se
    low, high, sd, out = (times(one, unit) for one in (difference - half, difference + half, sd, difference))
    return _Contrast(out, low, high, t, df, two_sided_p(t, df), sd)


def _judged(rule: _Rule, ours: Side, theirs: Side, contrast: _Contrast) -> Verdict:
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
        mean_child=times(ours.mean, ours.exponent) if ours.n else None,
        mean_parent=times(theirs.mean, theirs.exponent) if theirs.n else None,
        sem_child=times(ours.sem, ours.exponent) if ours.n > 1 else None,
        sem_parent=times(theirs.sem, theirs.exponent) if theirs.n > 1 else None,
        failed_child=ours.failed,
        failed_parent=theirs.failed,
    )


def _still_needed(rule: _Rule, contrast: _Contrast) -> int | None:
    """How many repeats would show the difference that was seen to be beyond the smallest that matters."""
    beyond = abs(contrast.difference or 0.0) - rule.min_delta
    if contrast.sd is None or not 0 < beyond < math.inf or math.isinf(contrast.sd):
        return None
    return least_repeats(contrast.sd, beyond, rule.confidence, 0.8, paired=rule.paired)


def _outcome(rule: _Rule, ours: Side, theirs: Side, contrast: _Contrast) -> tuple[str, str, str]:
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
    level, delta = f"the {percent(rule.confidence)} interval", rule.min_delta
    side = 1 if contrast.low > delta else -1 if contrast.high < -delta else 0
    if not side:
        limits = f"does not lie beyond ±{delta:g}" if delta else "includes 0"
        return NOT_SURE, "ci_includes_zero", f"{level} {limits}"
    beyond = f"{side * delta:+g}".replace("-", "−") if delta else "0"
    why = ("ci_excludes_zero", f"{level} lies {'above' if side > 0 else 'below'} {beyond}")
    return _favouring(rule, ours, theirs, side, why)


def _plain(rule: _Rule, ours: Side, theirs: Side, difference: float) -> tuple[str, str, str]:
    """The outcome where nothing varies, and nothing was meant to."""
    if abs(difference) <= rule.min_delta:
        small = f"no difference above {rule.min_delta:g}" if difference else "no difference"
        return NOT_SURE, "no_difference", f"{small} (deterministic)"
    side = 1 if difference > 0 else -1
    why = ("deterministic", "deterministic: the plain difference decides")
    return _favouring(rule, ours, theirs, side, why)


def _favouring(rule: _Rule, ours: Side, theirs: Side, side: int, why: tuple[str, str]) -> tuple[str, str, str]:
    """The outcome on that side of 0, unless the side it would favour has failed repeats."""
    improved = (side > 0) == (rule.goal == "max")
    favoured, name = (ours, "child") if improved else (theirs, "parent")
    if favoured.failed:
        # Without its failures a worse child looks better 10 to 21 % of the time.
        failed = f"{favoured.failed} of {repeats(favoured.n + favoured.failed)} of the {name} failed"
        return NOT_SURE, "favoured_side_has_failed_repeats", failed
    return (IMPROVED if improved else WORSE, *why)


def _who_has_none(ours: Side, theirs: Side) -> str:
    """Which side has no values."""
    empty = [(side, name) for side, name in ((ours, "child"), (theirs, "parent")) if not side.n]
    if len(empty) == 2:
        return "neither has values"
    if not empty:
        return "no pair has two values"
    side, name = empty[0]
    return f"the {name} has no values" + (f" ({repeats(side.failed)} failed)" if side.failed else "")
