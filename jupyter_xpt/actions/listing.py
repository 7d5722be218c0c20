"""Listing: the datasets of a run as lists show them, for every surface alike."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_xpt.actions.overview import shelf
from jupyter_xpt.edges.disk.datasets import DATASETS, read_datasets
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.datasets import IN
from jupyter_xpt.ground.errors import RecordError
from jupyter_xpt.ground.names import printable
from jupyter_xpt.thought.data.wording import Listed, listed
from jupyter_xpt.thought.reading.configured import Configured
from jupyter_xpt.thought.reading.lineage import Row


def run_datasets(folder: str | os.PathLike[str]) -> tuple[Listed, ...]:
    """The datasets of a run, read anew; what is wrong with their record is the one entry then.

    Parameters
    ----------
    folder
        The run's folder.
    """
    try:
        return listed(read_datasets(folder))
    except RecordError as problem:
        return (Listed(DATASETS, IN, printable(str(problem)), None),)


def last_datasets(folder: Path, row: Row | None) -> tuple[Listed, ...]:
    """The datasets of an experiment's newest run; none where it has not run.

    Parameters
    ----------
    folder
        The folder that holds ``out/``.
    row
        The experiment; None for none.
    """
    if row is None or not row.runs:
        return ()
    return run_datasets(Store(folder).run(row.name, row.runs[-1].run))


def configured(folder: Path, row: Row | None, parent: Row | None) -> Configured:
    """What tells how an experiment was set.

    Parameters
    ----------
    folder
        The folder that holds ``out/``.
    row
        The experiment; None for none.
    parent
        What it was changed from; None for nothing.
    """
    facts = shelf(folder).facts().get(row.name) if row is not None else None
    if facts is None:
        return Configured()
    own = facts.record.parameters if facts.record is not None else {}
    return Configured(own, parent, facts.runs[-1].record if facts.runs else None)
