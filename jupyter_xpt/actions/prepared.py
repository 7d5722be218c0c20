"""Prepared: what is known of a run before anything of it is on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.edges.kernel.modules import LocalFile
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.thought.code import source
from jupyter_xpt.thought.identity import Decision
from jupyter_xpt.thought.notebooks import Notebook
from jupyter_xpt.thought.running import WhatRan


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the running cell is: its notebook (None when there is none or it is not known) and what it holds."""

    folder: Path
    notebook: Path | None
    content: Notebook | None
    series: str
    own: ExperimentName | None
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run's experiment as it was decided; nothing is on disk yet."""

    store: Store
    origin: Origin
    ran: WhatRan
    source: source.Source
    files: Mapping[str, LocalFile]
    digests: Mapping[str, str]
    digest: str
    decision: Decision
    key: str | None
    facts: Mapping[int, ExperimentFacts] = field(default_factory=dict)
