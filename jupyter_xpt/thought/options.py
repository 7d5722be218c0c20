"""Options: what stands on a magic's line, as values. ``key=value`` and ``--key value`` are alike."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jupyter_xpt.ground.errors import OptionError
from jupyter_xpt.ground.names import check_series

MAX_REPEATS = 100_000
# What each option of %%experiment is for: shown by ``%%experiment?``, completed with Tab.
EXPERIMENT_OPTIONS: Mapping[str, str] = {
    "repeats": "how many times the cell runs, each with a fresh recorded seed (repeats=5)",
    "metrics": "plain variables to read as metrics after each repeat (metrics=accuracy,f1); the first is the primary",
    "metric": "the primary metric, the one that decides the verdict (metric=accuracy)",
    "goal": "max or min, for the primary metric (goal=min); min by itself for names like loss, error, rmse",
    "note": 'the essence of what is tried (note="boosting instead of forest")',
    "parent": "the experiment it is changed from (parent=9); by itself the one this cell was before",
    "tags": "words to find it by (tags=quick,paper)",
    "seed": "replay: the seed of an earlier run, or of one of its repeats (seed=0x3f…:2)",
    "name": "the series, when it shall not be the notebook's (name=owls)",
    "notebook": "the notebook this cell is in, where nothing else tells (notebook=animals.ipynb)",
    "silence": "warnings not to give (silence=XPT001,XPT003)",
}
MAGIC_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "%%experiment": tuple(EXPERIMENT_OPTIONS),
    "%xpt_new": ("parent", "note"),
    "%xpt_log": ("run", "tail"),
    "%xpt_export": ("series",),
}
_KEY = re.compile(r"(?:--)?([A-Za-z][A-Za-z_-]*)(?:=(.*))?", re.DOTALL)
_SEED = re.compile(r"(0x[0-9a-fA-F]{1,64}|[0-9]{1,78})(?::([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed given for a replay: the run's entropy, and one repeat or None for all of them."""

    entropy: int
    repeat: int | None = None


@dataclass(frozen=True, slots=True)
class ExperimentOptions:
    """The options of ``%%experiment``, checked. None where the user gave none."""

    repeats: int = 1
    metrics: tuple[str, ...] = ()
    metric: str | None = None
    goal: str | None = None
    note: str | None = None
    parent: str | None = None
    tags: tuple[str, ...] = ()
    seed: Seed | None = None
    name: str | None = None
    notebook: str | None = None
    silence: frozenset[str] = frozenset()

    @property
    def primary(self) -> str | None:
        """The primary metric, as far as the options tell."""
        return self.metric or (self.metrics[0] if self.metrics else None)


def split(line: str, known: Sequence[str], *, words: bool = False) -> tuple[dict[str, str], list[str]]:
    """The options on a line and the words that belong to none.

    Parameters
    ----------
    line
        ``repeats=5 --note "baseline"``: quotes group, nothing else is special.
    known
        The options that exist.
    words
        Whether words outside options are allowed.

    Raises
    ------
    OptionError
        For an option that does not exist, is given twice or lacks its value, or an unclosed quote.
    """
    tokens = _tokens(line)
    options: dict[str, str] = {}
    rest: list[str] = []
    while tokens:
        token = tokens.pop(0)
        match = _KEY.fullmatch(token)
        if match is None or (match[2] is None and not token.startswith("--")):
            if not words:
                raise OptionError(f"{token!r:.60} is no option: write key=value; the options are {', '.join(known)}")
            rest.append(token)
            continue
        key = match[1].replace("-", "_")
        if key not in known:
            if words and not token.startswith("--"):
                rest.append(token)
                continue
            near = _nearest(key, known)
            raise OptionError(f"there is no option {key!r:.40}{near}; the options are {', '.join(known)}")
        if key in options:
            raise OptionError(f"{key} is given twice: {options[key]!r:.40} and again; give it once")
        if match[2] is None and not tokens:
            raise OptionError(f"{key} has no value: write {key}=… or --{key} …")
        options[key] = tokens.pop(0) if match[2] is None else match[2]
    return options, rest


def _tokens(line: str) -> list[str]:
    """The words of a line; quotes group, backslashes and # are plain characters."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.escape, lexer.commenters = True, "", ""
    try:
        return list(lexer)
    except ValueError:
        shown = f"{line.strip()!r:.80}"
        raise OptionError(f"a quote is not closed in {shown}: put the text in one pair of quotes") from None


def _nearest(key: str, known: Sequence[str]) -> str:
    """A question that offers the option that was probably meant."""
    import difflib  # slow to import, needed only for a mistake

    close = difflib.get_close_matches(key, known, 1, 0.6)
    return f" (did you mean {close[0]}?)" if close else ""


def experiment_options(line: str) -> ExperimentOptions:
    """The options of an ``%%experiment`` line.

    >>> experiment_options('repeats=5 --note "scaled features" metrics=accuracy,f1').repeats
    5

    Raises
    ------
    OptionError
        For any option or value that cannot be.
    NameProblem
        When ``name=`` cannot name a series.
    """
    given, _ = split(line, tuple(EXPERIMENT_OPTIONS))
    metrics = names("metrics", given.get("metrics", ""))
    goal = given.get("goal")
    if goal is not None and goal not in ("max", "min"):
        raise OptionError(f"goal is max or min, not {goal!r:.40}")
    for metric in metrics:
        if not metric.isidentifier():
            raise OptionError(f"metrics names plain variables; {metric!r:.60} is none (log others with xpt.log)")
    return ExperimentOptions(
        repeats=_whole("repeats", given.get("repeats", "1"), 1, MAX_REPEATS),
        metrics=metrics,
        metric=_filled("metric", given.get("metric")),
        goal=goal,
        note=given.get("note"),
        parent=_filled("parent", given.get("parent")),
        tags=names("tags", given.get("tags", "")),
        seed=_seed(given.get("seed")),
        name=None if given.get("name") is None else check_series(given["name"]),
        notebook=_filled("notebook", given.get("notebook")),
        silence=frozenset(names("silence", given.get("silence", ""))),
    )


def names(option: str, text: str) -> tuple[str, ...]:
    """The names in a comma-separated list, each once."""
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if text.strip() and not found:
        raise OptionError(f"{option} names nothing: {text!r:.40}; write {option}=one,two")
    return found


def _filled(option: str, value: str | None) -> str | None:
    """A value that may be absent but not empty."""
    if value is not None and not value.strip():
        raise OptionError(f"{option} is empty: write {option}=… or leave it out")
    return value


def _whole(option: str, value: str, least: int, most: int) -> int:
    """A whole number within bounds."""
    if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise OptionError(f"{option} is a whole number from {least} to {most}, not {value!r:.40}")
    return int(value)


def _seed(value: str | None) -> Seed | None:
    """A seed as a run or a repeat records it."""
    if value is None:
        return None
    match = _SEED.fullmatch(value)
    if match is None or (match[2] is not None and int(match[2]) < 1):
        raise OptionError(f"seed is a recorded seed like 0x3f2a or 0x3f2a:2 (repeat 2 alone), not {value!r:.60}")
    return Seed(int(match[1], 0) if match[1].startswith("0x") else int(match[1]), int(match[2]) if match[2] else None)
