"""Outside: what came from outside a run's source, in words, and against earlier runs of the same source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from jupyter_xpt.ground.configuration import ARGUMENT, ASKED, ENVIRONMENT, INJECTED, OutsideRecord
from jupyter_xpt.ground.facts import RunFacts
from jupyter_xpt.ground.records import FINISHED, Warned
from jupyter_xpt.thought.code.outside import is_plumbing
from jupyter_xpt.thought.data.secrets import MASK, is_secret_name, kept, without_secrets

_MAX_VALUE = 2000
_MAX_SHOWN = 60
_WHENCE = {ENVIRONMENT: "the environment", ARGUMENT: "the command line", INJECTED: "papermill"}


def record(kind: str, name: str, value: str | None) -> OutsideRecord:
    """What came from outside, as it may be kept: a secret by name or shape is masked and has no value.

    >>> record("environment", "API_KEY", "hunter2").masked, record("environment", "LR", "0.1").value
    (True, '0.1')
    """
    if value is None:
        return OutsideRecord(kind, name)
    safe = kept(name, value, strict=True)
    # Of an address the place tells which data it was, and may stay.
    if safe == MASK or (MASK in safe and "://" not in safe):
        return OutsideRecord(kind, name, None, masked=True)
    return OutsideRecord(kind, name, safe[:_MAX_VALUE], masked=safe != value)


def arguments(words: Sequence[str]) -> Iterator[OutsideRecord]:
    """A command line as records: options by their name, other words by their place, ``argv[1]``."""
    at = 0
    while at < len(words):
        word, place = words[at], at + 1
        at += 1
        if not word.startswith("-") or not word.strip("-") or _is_number(word):
            yield record(ARGUMENT, f"argv[{place}]", word)
            continue
        name, sign, value = word.partition("=")
        if not sign and at < len(words) and (not words[at].startswith("-") or _is_number(words[at])):
            value = words[at]
            at += 1
        yield record(ARGUMENT, name, value)


def _is_number(word: str) -> bool:
    """Whether a word that begins with a dash is a number."""
    return word.lstrip("-").replace(".", "", 1).replace("e", "", 1).replace("-", "").isdigit()


def said(one: OutsideRecord) -> str:
    """What is said of what came from outside; empty where there is nothing to warn of.

    >>> said(record("environment", "LEARNING_RATE", "0.1"))
    'LEARNING_RATE came from the environment (0.1)'
    """
    if one.value is None or (one.kind == ENVIRONMENT and is_plumbing(one.name)):
        return ""
    value = _short(one.value)
    if one.kind == ASKED:
        return f"{_question(one.name)} was answered by hand ({value})"
    whence = _WHENCE.get(one.kind, "outside")
    return f"{one.name} came from {whence} ({value})" if value else f"{one.name} came from {whence}"


def pooled(records: Iterable[OutsideRecord], runs: Sequence[RunFacts], digest: str) -> Iterator[Warned]:
    """The values that were not the same in an earlier run whose repeats are pooled with those of this one.

    Parameters
    ----------
    records
        What came from outside in this run.
    runs
        The experiment's runs, oldest first.
    digest
        The digest of the source that runs.
    """
    counted = [one.record for one in runs if one.status == FINISHED and one.record is not None]
    earlier = [one for one in counted if one.digest == digest]
    for one in records:
        if one.masked or (one.kind == ENVIRONMENT and is_plumbing(one.name)):
            continue
        for run in reversed(earlier):
            known = {(other.kind, other.name): other for other in run.outside}
            other = known.get((one.kind, one.name))
            if other is not None and not other.masked and other.value != one.value:
                name = _question(one.name) if one.kind == ASKED else one.name
                was = f"{name} {_is(one.value, 'is')} here and {_is(other.value, 'was')} in run {run.index}"
                yield Warned("XPT008", f"{was} of this experiment: their repeats are pooled")
                break


def _is(value: str | None, verb: str) -> str:
    """A value after its verb."""
    return f"{verb} not set" if value is None else f"{verb} {_short(value) or 'empty'}"


def _short(value: str) -> str:
    """A value in a few words on one line."""
    text = " ".join(value.split())
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"


def _question(name: str) -> str:
    """A question as it is named."""
    return repr(_short(name).rstrip(" :?>")) if name.strip() else "input()"


def answers(asked: Iterable[tuple[str, str]]) -> tuple[OutsideRecord, ...]:
    """Questions and answers as records, the same question again numbered: each repeat may ask it."""
    found: list[OutsideRecord] = []
    seen: dict[str, int] = {}
    for question, answer in asked:
        number = seen[question] = seen.get(question, 0) + 1
        name = without_secrets(question if number == 1 else f"{question.rstrip()} ({number})")
        one = OutsideRecord(ASKED, name, masked=True) if _asks_secret(question) else record(ASKED, name, answer)
        found.append(one)
    return tuple(found)


def _asks_secret(question: str) -> bool:
    """Whether a question asks for a secret."""
    words = re.findall(r"\w+", question)
    pairs = (" ".join(words[at : at + 2]) for at in range(len(words)))
    return any(is_secret_name(one, strict=True) for one in (*words, *pairs))
