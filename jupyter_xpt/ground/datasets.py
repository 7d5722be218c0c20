"""Datasets: what ``datasets.json`` of a run holds, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from jupyter_xpt.ground.codec import Check, flag, integer, many, mapping, nested, optional, text
from jupyter_xpt.ground.names import ExperimentName, is_run_name, name_trouble, parse_experiment

IN, OUT = "in", "out"
DECLARED, SEEN = "declared", "seen"


def _nothing() -> Mapping[str, Any]:
    """The unknown fields of a record made by us: none."""
    return {}


@dataclass(frozen=True, slots=True)
class ColumnRecord:
    """One column: its name, type, missing values (None where they were not counted) and digest."""

    name: str
    type: str = ""
    missing: int | None = None
    digest: str | None = None
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "name": text,
        "type": text,
        "missing": optional(integer),
        "digest": optional(text),
    }


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """One dataset of a run.

    ``direction`` is ``in`` for what the run read and ``out`` for what it wrote. ``digest`` is None while it is being
    computed (``pending``), for what is never read (a URI), and where ``problem`` says why there is none. ``size`` is
    in bytes, ``modified`` and ``digested`` are times. Of an output ``repeat`` is the repeat that wrote it, None in a
    run of one. Of data that another run made ``maker`` is that run, and ``expected`` the digest that it recorded.
    """

    name: str
    kind: str
    direction: str = IN
    how: str = DECLARED
    location: str | None = None
    version: str | None = None
    size: int | None = None
    files: int | None = None
    modified: str | None = None
    digest: str | None = None
    digested: str | None = None
    pending: bool = False
    contents: int = 1
    shape: tuple[int, ...] | None = None
    columns: tuple[ColumnRecord, ...] = ()
    missing: int | None = None
    label: str | None = None
    classes: Mapping[str, int] | None = None
    repeat: int | None = None
    maker: str | None = None
    expected: str | None = None
    problem: str | None = None
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "name": text,
        "kind": text,
        "direction": text,
        "how": text,
        "location": optional(text),
        "version": optional(text),
        "size": optional(integer),
        "files": optional(integer),
        "modified": optional(text),
        "digest": optional(text),
        "digested": optional(text),
        "pending": flag,
        "contents": integer,
        "shape": optional(many(integer)),
        "columns": many(nested(ColumnRecord)),
        "missing": optional(integer),
        "label": optional(text),
        "classes": optional(mapping(integer)),
        "repeat": optional(integer),
        "maker": optional(text),
        "expected": optional(text),
        "problem": optional(text),
    }

    @property
    def made_by(self) -> tuple[ExperimentName, str] | None:
        """The experiment and the run that made it; None where none is named, or what is named is no run."""
        return parse_run(self.maker) if self.maker is not None else None


def algorithm_of(digest: str) -> str:
    """What a digest was made by.

    >>> algorithm_of("sha256:0f3a")
    'sha256'
    """
    return digest.rpartition(":")[0]


def same_digest(one: str | None, other: str | None) -> bool | None:
    """Whether two digests are of the same content; None where one is missing or they are of different algorithms."""
    if not one or not other or algorithm_of(one) != algorithm_of(other):
        return None
    return one == other


def parse_run(text: str) -> tuple[ExperimentName, str] | None:
    """The experiment and the run that a text names; None when it names none, whatever it leads to.

    >>> parse_run("cats_009/2026_11_23-12_34_12")
    (ExperimentName(series='cats', number=9), '2026_11_23-12_34_12')
    >>> parse_run("../cats_009/2026_11_23-12_34_12"), parse_run("cats_009/..")
    (None, None)
    """
    experiment, _, run = text.rpartition("/")
    name = parse_experiment(experiment)
    if name is None or not is_run_name(run) or name_trouble(name.series) is not None:
        return None
    return name, run


@dataclass(frozen=True, slots=True)
class Datasets:
    """``datasets.json``: the datasets of a run, the declared ones first."""

    datasets: tuple[DatasetRecord, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {"datasets": many(nested(DatasetRecord))}
