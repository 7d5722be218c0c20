"""Listing: the datasets of a run as lists show them, for every surface alike."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from jupyter_xpt.actions.flow import flow
from jupyter_xpt.actions.overview import shelf
from jupyter_xpt.actions.pending import is_gone, told
from jupyter_xpt.edges.disk.datasets import DATASETS, read_datasets
from jupyter_xpt.edges.disk.outputs import lying
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.datasets import IN, OUT, DatasetRecord
from jupyter_xpt.ground.errors import RecordError
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName, printable
from jupyter_xpt.thought.data.outputs import named
from jupyter_xpt.thought.data.wording import Listed, listed
from jupyter_xpt.thought.reading.configured import Configured
from jupyter_xpt.thought.reading.lineage import Row

_NOBODY: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def run_datasets(
    folder: str | os.PathLike[str], users: Mapping[str, tuple[str, ...]] = _NOBODY, *, gone: bool = False
) -> tuple[Listed, ...]:
    """The datasets of a run, read anew; what is wrong with their record is the one entry then.

    What lies in the ``data/`` of a run that did not come to describe it is listed as it lies there.

    Parameters
    ----------
    folder
        The run's folder.
    users
        The runs that used its outputs, by the output's name.
    gone
        Whether its process is gone, so that no digest will come any more.
    """
    try:
        records = read_datasets(folder)
    except RecordError as problem:
        return (Listed(DATASETS, IN, printable(str(problem)), None),)
    if not any(one.direction == OUT for one in records) and not os.path.islink(folder):
        records = (*records, *_undescribed(folder))
    return listed([told(one) if gone else one for one in records], users)


def _undescribed(folder: str | os.PathLike[str]) -> Iterator[DatasetRecord]:
    """The files of a run that nobody described: it still writes them, or died before."""
    for one in lying(folder):
        name, repeat = named(one.name)
        problem = one.problem or "not described: the run has not ended, or died"
        yield DatasetRecord(name, "file", OUT, size=one.size, repeat=repeat, problem=problem)


def last_datasets(
    folder: Path, row: Row | None, facts: Mapping[ExperimentName, ExperimentFacts] | None = None
) -> tuple[Listed, ...]:
    """The datasets of an experiment's newest run, with who uses its outputs; none where it has not run.

    Parameters
    ----------
    folder
        The folder that holds ``out/``.
    row
        The experiment; None for none.
    facts
        What the folder's shelf has just told; None to ask it.
    """
    if row is None or not row.runs:
        return ()
    known = shelf(folder).facts() if facts is None else facts
    users = flow(folder, known).users(row.name)
    last, own = row.runs[-1].run, known.get(row.name)
    run = next((one for one in reversed(own.runs) if one.run == last), None) if own is not None else None
    return run_datasets(Store(folder).run(row.name, last), users, gone=run is not None and is_gone(run))


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
