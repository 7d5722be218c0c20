"""Prepared: what is known of a run before anything of it is on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.edges.kernel.modules import LocalFile
from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.thought.code import source
from jupyter_xpt.thought.identity import Decision
from jupyter_xpt.thought.notebooks import Notebook
from jupyter_xpt.thought.running import WhatRan


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the running cell is: its notebook (None when there is none or it is not known) and what it holds.

    ``becomes``: the notebook is a document in a front end that lets it become the next number.
    """

    folder: Path
    notebook: Path | None
    content: Notebook | None
    series: str
    own: ExperimentName | None
    said: tuple[str, ...] = ()
    becomes: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run's experiment as it was decided; nothing is on disk yet.

    ``leaves``: the cell is a numbered notebook's own, and its edit is another experiment than the notebook.
    ``moves``: the open document becomes that experiment; else the notebook stays and a new file is made.
    ``parameters`` are those that the source sets.
    """

    store: Store
    origin: Origin
    ran: WhatRan
    source: source.Source
    files: Mapping[str, LocalFile]
    digests: Mapping[str, str]
    digest: str
    decision: Decision
    key: str | None
    leaves: bool = False
    moves: bool = False
    facts: Mapping[int, ExperimentFacts] = field(default_factory=dict)
    parameters: Mapping[str, Value] = field(default_factory=dict)

    @property
    def is_frozen(self) -> bool:
        """Whether edits of the notebook's own experiment do not belong to it any more."""
        own = self.facts.get(self.origin.own.number) if self.origin.own is not None else None
        return own is not None and takes_no_edits(own)


def takes_no_edits(experiment: ExperimentFacts) -> bool:
    """Whether an experiment is frozen; a damaged record, of which nobody knows, is taken for it."""
    return experiment.record is None or experiment.record.frozen is not None
