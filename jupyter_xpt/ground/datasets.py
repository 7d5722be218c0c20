"""Datasets: what ``datasets.json`` of a run holds, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from jupyter_xpt.ground.codec import Check, flag, integer, many, mapping, nested, optional, text

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

    ``direction`` is ``in`` for what the run read. ``digest`` is None while it is being computed (``pending``), for
    what is never read (a URI), and where ``problem`` says why there is none. ``size`` is in bytes, ``modified`` and
    ``digested`` are times.
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
        "problem": optional(text),
    }


@dataclass(frozen=True, slots=True)
class Datasets:
    """``datasets.json``: the datasets of a run, the declared ones first."""

    datasets: tuple[DatasetRecord, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {"datasets": many(nested(DatasetRecord))}
