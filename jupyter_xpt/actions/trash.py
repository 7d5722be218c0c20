"""Trash: an experiment deleted, so that it can be brought back; its number is never given again."""

from __future__ import annotations

from pathlib import Path

from jupyter_xpt.actions.overview import shelf, write_table
from jupyter_xpt.edges.disk import trash
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.errors import ConflictError, UnknownExperiment
from jupyter_xpt.ground.names import ExperimentName, parse_number, printable
from jupyter_xpt.ground.records import RUNNING


def delete(folder: Path, name: ExperimentName) -> Path:
    """Moves an experiment and its numbered notebook into the trash; its children keep its number as their parent's.

    A deletion that was killed half way is completed.

    Returns
    -------
    Path
        Where they lie now.

    Raises
    ------
    UnknownExperiment
        When there is no such experiment.
    ConflictError
        When a run of it is running, or its folder is a link.
    StoreError
        When the disk refuses.
    """
    place = Store(folder)
    facts = shelf(folder).facts().get(name)
    if facts is None:
        known = "; it is in the trash already" if name in trash.deleted(place) else ""
        raise UnknownExperiment(f"there is no experiment {printable(str(name))}{known}")
    running = next((run.run for run in facts.runs if run.status == RUNNING), None)
    if running is not None:
        raise ConflictError(f"{name} is running ({running}): interrupt it, or delete it when it has ended")
    away = trash.put_away(place, name)
    write_table(folder)
    return away


def undelete(folder: Path, name: ExperimentName) -> None:
    """Brings an experiment that was deleted, its newest deletion, back to where it was.

    Raises
    ------
    UnknownExperiment
        When nothing of it is in the trash.
    ConflictError
        When something stands in its place again.
    StoreError
        When the disk refuses.
    """
    trash.bring_back(Store(folder), name)
    write_table(folder)


def find_deleted(folder: Path, number_or_name: str, series: str | None = None) -> ExperimentName:
    """The deleted experiment that a user names, by number or whole name.

    Raises
    ------
    UnknownExperiment
        When none in the trash is called that, or several are.
    """
    known = [name for name in trash.deleted(Store(folder)) if series in (None, name.series)]
    found = [name for name in known if parse_number(number_or_name, name.series) == name.number]
    asked = printable(number_or_name[:80])
    if len(found) > 1:
        names = ", ".join(printable(str(name)) for name in found[:8])
        raise UnknownExperiment(f"{asked} could be {names}: give the whole name, or the series")
    if not found:
        names = ", ".join(printable(str(name)) for name in known[-8:])
        raise UnknownExperiment(f"{asked} is not in the trash; " + (f"there is {names}" if names else "it is empty"))
    return found[0]
