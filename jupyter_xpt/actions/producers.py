"""Producers: the experiments whose outputs others use, looked up for whoever uses them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jupyter_xpt.actions.experiment import current_digest
from jupyter_xpt.actions.overview import shelf
from jupyter_xpt.edges.disk.datasets import read_datasets
from jupyter_xpt.edges.disk.store import Store, confined
from jupyter_xpt.ground.datasets import IN, OUT, DatasetRecord
from jupyter_xpt.ground.errors import RecordError, StoreError
from jupyter_xpt.ground.facts import ExperimentFacts, RunFacts
from jupyter_xpt.ground.records import FINISHED, ExperimentRecord, Warned
from jupyter_xpt.thought.data import producing

# Modules beyond this are not looked at.
_MAX_FILES = 100


@dataclass(frozen=True, slots=True)
class Made:
    """An output as its run recorded it."""

    run: str
    record: DatasetRecord


def outputs_of(place: Store, made: ExperimentFacts, run: RunFacts) -> tuple[DatasetRecord, ...]:
    """The outputs that a run recorded, those of good repeats alone unless it has none.

    Raises
    ------
    RecordError
        When its record is damaged.
    """
    found = [one for one in read_datasets(place.run(made.name, run.run)) if one.direction == OUT]
    ended = {one.repeat: one.status for one in run.summary.repeats}
    good = [one for one in found if one.repeat is None or ended.get(one.repeat) == FINISHED]
    return tuple(one for one in good or found if one.problem is None or one.digest is not None)


def newest(place: Store, made: ExperimentFacts, name: str, repeat: int | None = None) -> Made | None:
    """The output of the newest good run that has it, of its newest good repeat; None where none has.

    Raises
    ------
    RecordError
        When the record of a newer run is damaged: nobody knows whether it has it.
    """
    for run in reversed(made.runs):
        if producing.is_good(run, made):
            found = pick(outputs_of(place, made, run), name, repeat)
            if found is not None:
                return Made(run.run, found)
    return None


def pick(records: Sequence[DatasetRecord], name: str, repeat: int | None) -> DatasetRecord | None:
    """The output of that name, of a repeat or of the last one that has it; None without."""
    same = [one for one in records if one.name == name and repeat in (None, one.repeat, one.repeat or 1)]
    return max(same, key=lambda one: one.repeat or 0, default=None)


def warnings_about(
    folder: Path,
    used: Sequence[DatasetRecord],
    user: ExperimentRecord | None,
    repeats: int,
    said: Sequence[Warned] = (),
) -> list[Warned]:
    """What is to be said of outputs that are used: changed, made again, of another source by now, drawn at random.

    Parameters
    ----------
    folder
        The folder that holds ``out/``.
    used
        The inputs that other runs made.
    user
        The experiment that uses them; None for none.
    repeats
        How many repeats they are the same in.
    said
        What is said already.
    """
    facts, place = shelf(folder).facts(), Store(folder)
    own = user.series if user is not None else ""
    found: dict[tuple[str, str, str], list[DatasetRecord]] = {}
    for record in used:
        made_by = record.made_by if record.direction == IN else None
        made = facts.get(made_by[0]) if made_by is not None else None
        if made is None:
            continue
        series = {name.number: one for name, one in facts.items() if name.series == made.name.series}
        again = any(one.code == producing.RERUN and one.where == record.name for one in said)
        for code, what in (
            (producing.ALTERED, producing.altered(record)),
            (producing.RERUN, None if again else producing.outrun(record, _newest(place, made, record))),
            (producing.STALE, producing.stale(record, made, series, user, edited(folder, made.record))),
            (producing.DRAWN, producing.drawn(record, made, repeats)),
        ):
            if what is not None:
                found.setdefault((code, what, str(made.name)), []).append(record)
    return [producing.warned(code, what, records, own) for (code, what, _), records in found.items()]


def _newest(place: Store, made: ExperimentFacts, record: DatasetRecord) -> tuple[str, str | None] | None:
    """The newest good run that has an output, and its digest there; None where none can be told."""
    try:
        found = newest(place, made, record.name, record.repeat) or newest(place, made, record.name)
    except RecordError:
        return None
    return (found.run, found.record.digest) if found is not None else None


def edited(folder: Path, made: ExperimentRecord | None) -> list[str]:
    """The local modules and configuration files of an experiment that are no longer as they ran."""
    source = made.source if made is not None else None
    if source is None:
        return []
    found = []
    root = os.path.realpath(folder)
    for name, digest in list({**source.files, **source.seen}.items())[:_MAX_FILES]:
        try:
            path = os.path.realpath(folder / confined(name))
        except (StoreError, ValueError):
            continue
        # A record's word leads nowhere else.
        if path.startswith(root + os.sep) and current_digest(folder, name) not in (None, digest):
            found.append(name)
    return found
