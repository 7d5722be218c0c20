"""Datasets: ``datasets.json`` of a run, written, and read with care."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from jupyter_xpt.edges.disk.plainfile import Unreadable, read_record, stamp_of
from jupyter_xpt.edges.disk.store import refusals, replace
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.datasets import DatasetRecord, Datasets
from jupyter_xpt.ground.errors import RecordError

DATASETS = "datasets.json"


def read_datasets(folder: str | os.PathLike[str]) -> tuple[DatasetRecord, ...]:
    """The datasets of a run; none where it has no such file.

    Parameters
    ----------
    folder
        The run's folder. Links are not followed.

    Raises
    ------
    RecordError
        When the file is damaged, no plain file, too large, or cannot be read.
    """
    path = os.path.join(folder, DATASETS)
    if os.path.islink(folder) or stamp_of(path)[1] < 0:
        return ()
    try:
        return codec.load(Datasets, read_record(path), DATASETS).datasets
    except Unreadable as problem:
        raise RecordError(f"{DATASETS} {problem}") from None


def write_datasets(folder: Path, datasets: Sequence[DatasetRecord]) -> None:
    """Replaces the datasets of a run.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    with refusals("write the datasets"):
        replace(folder / DATASETS, codec.dump(Datasets(tuple(datasets))), durable=False)
