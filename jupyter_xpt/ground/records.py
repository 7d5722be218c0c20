"""Records: what lies on disk under ``out/``, as frozen values.

The field tables of the format page are held to these classes by a test. Times are ISO 8601 with the local
offset; durations are seconds; digests read ``sha256:<hex>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from jupyter_xpt.ground import codec
from jupyter_xpt.ground.codec import Check, integer, many, mapping, nested, number, optional, scalar, text
from jupyter_xpt.ground.configuration import EstimatorRecord, OutsideRecord, Value
from jupyter_xpt.ground.names import ExperimentName

# What a run or a repeat can be. "died" is never written: readers conclude it when the process is gone.
RUNNING, FINISHED, FAILED, INTERRUPTED, DIED = "running", "finished", "failed", "interrupted", "died"


def _nothing() -> Mapping[str, Any]:
    """The unknown fields of a record made by us: none."""
    return {}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between an experiment's source and its parent's."""

    where: str
    kind: str
    what: str
    before: str | None = None
    after: str | None = None
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "where": text,
        "kind": text,
        "what": text,
        "before": optional(text),
        "after": optional(text),
    }


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What an experiment's source is, by digest.

    ``digest`` covers the cell, the code cells above and the files known before it ran. ``files`` has the digest
    by meaning of each local module and configuration file, ``seen`` of those first noticed while it ran.
    """

    digest: str
    files: Mapping[str, str] = field(default_factory=_nothing)
    seen: Mapping[str, str] = field(default_factory=_nothing)
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {"digest": text, "files": mapping(text), "seen": mapping(text)}


@dataclass(frozen=True, slots=True)
class ExperimentRecord:
    """``experiment.json``: who an experiment is.

    ``source`` is None while it is only planned (forked, never run). ``frozen`` is the run that froze it, the
    first finished one. ``changes`` holds what differs from the parent, None while that is not known.
    ``parameters`` are those that the source sets.
    """

    series: str
    number: int
    created: str
    parent: int | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    star: bool = False
    notebook: str | None = None
    cell: str | None = None
    source: SourceRecord | None = None
    changes: tuple[Change, ...] | None = None
    parameters: Mapping[str, Value] = field(default_factory=_nothing)
    frozen: str | None = None
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "series": text,
        "number": integer,
        "created": text,
        "parent": optional(integer),
        "note": text,
        "tags": many(text),
        "star": codec.flag,
        "notebook": optional(text),
        "cell": optional(text),
        "source": optional(nested(SourceRecord)),
        "changes": optional(many(nested(Change))),
        "parameters": mapping(scalar),
        "frozen": optional(text),
    }

    @property
    def name(self) -> ExperimentName:
        """Its name: series and number."""
        return ExperimentName(self.series, self.number)


@dataclass(frozen=True, slots=True)
class SeriesRecord:
    """``<series>.json``: what the user settled for a whole series.

    ``baseline`` is the experiment that all others are compared with, None for each with its parent. ``goals``
    win over those that runs know.
    """

    series: str
    baseline: int | None = None
    goals: Mapping[str, str] = field(default_factory=_nothing)
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "series": text,
        "baseline": optional(integer),
        "goals": mapping(text),
    }


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning about a run: a caveat (XPT001 …), a hidden-state finding, or what tracking could not do."""

    code: str
    text: str
    where: str = ""
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {
        # The field hides the check of the same name.
        "code": codec.text,
        "text": codec.text,
        "where": codec.text,
    }


@dataclass(frozen=True, slots=True)
class Process:
    """The process that runs a run: enough for a reader on the same host to see whether it still lives."""

    host: str
    boot: str
    pid: int
    started: float
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {"host": text, "boot": text, "pid": integer, "started": number}


@dataclass(frozen=True, slots=True)
class RunRecord:
    """``run.json``: one execution of an experiment.

    ``index`` counts the experiment's runs from 1, whatever the clock says. ``digest`` is that of the source that
    ran. ``seed`` is the entropy that every repeat's seed comes from. ``primary`` is the metric that decides the
    verdict, None while none is known; ``goals`` says ``max`` or ``min`` for each metric, ``given`` which of those
    the user gave. ``drew`` says whether it drew random numbers, None where that could not be told. ``outside`` is
    what came from outside the source, ``estimators`` the models that the cell made.
    """

    run: str
    index: int
    status: str
    started: str
    digest: str
    repeats: int
    seed: str
    ended: str | None = None
    seconds: float | None = None
    mode: str = "cell"
    arguments: str = ""
    notebook: str | None = None
    cell: str | None = None
    execution_count: int | None = None
    primary: str | None = None
    goals: Mapping[str, str] = field(default_factory=_nothing)
    given: tuple[str, ...] = ()
    drew: bool | None = None
    outside: tuple[OutsideRecord, ...] = ()
    estimators: tuple[EstimatorRecord, ...] = ()
    git: Mapping[str, Any] | None = None
    process: Process | None = None
    error: str | None = None
    warnings: tuple[Warned, ...] = ()
    hidden_state: tuple[Warned, ...] = ()
    incomplete: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "run": text,
        "index": integer,
        "status": text,
        "started": text,
        "digest": text,
        "repeats": integer,
        "seed": text,
        "ended": optional(text),
        "seconds": optional(number),
        "mode": text,
        "arguments": text,
        "notebook": optional(text),
        "cell": optional(text),
        "execution_count": optional(integer),
        "primary": optional(text),
        "goals": mapping(text),
        "given": many(text),
        "drew": optional(codec.flag),
        "outside": many(nested(OutsideRecord)),
        "estimators": many(nested(EstimatorRecord)),
        "git": optional(mapping(codec.anything)),
        "process": optional(nested(Process)),
        "error": optional(text),
        "warnings": many(nested(Warned)),
        "hidden_state": many(nested(Warned)),
        "incomplete": many(text),
    }


@dataclass(frozen=True, slots=True)
class RepeatRecord:
    """One repeat inside ``summary.json``: its seed, how it ended and how long it took."""

    repeat: int
    seed: str
    status: str
    seconds: float | None = None
    error: str | None = None
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "repeat": integer,
        "seed": text,
        "status": text,
        "seconds": optional(number),
        "error": optional(text),
    }


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """One metric inside ``summary.json``.

    ``values`` has each repeat's last value, in the order of ``repeats``, None where it logged none; ``n``,
    ``mean``, ``sem``, ``min`` and ``max`` are over the finite values of finished repeats (None when there are
    too few); ``points`` counts every value logged, steps too.
    """

    values: tuple[float | None, ...]
    n: int
    mean: float | None
    sem: float | None
    min: float | None
    max: float | None
    points: int
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "values": many(optional(number)),
        "n": integer,
        "mean": optional(number),
        "sem": optional(number),
        "min": optional(number),
        "max": optional(number),
        "points": integer,
    }


@dataclass(frozen=True, slots=True)
class Summary:
    """``summary.json``: what ``results.jsonl`` comes to. Derived; made again when ``results_bytes`` differs."""

    results_bytes: int
    repeats: tuple[RepeatRecord, ...] = ()
    metrics: Mapping[str, MetricSummary] = field(default_factory=_nothing)
    damaged: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "results_bytes": integer,
        "repeats": many(nested(RepeatRecord)),
        "metrics": mapping(nested(MetricSummary)),
        "damaged": many(text),
    }
