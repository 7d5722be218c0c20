"""Wording: a verdict, and how it is said everywhere alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

IMPROVED, WORSE, NOT_SURE = "improved", "worse", "not sure"


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
    >>> from jupyter_xpt.thought.statistics.verdicts import verdict
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
    return f"{percent(verdict.confidence)} {what} {low} … {high}"


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


def percent(confidence: float) -> str:
    """A level in percent."""
    return f"{100 * confidence:.10g} %"


def repeats(n: int) -> str:
    """A number of repeats."""
    return f"{n} repeat" if n == 1 else f"{n} repeats"
