"""Edit: an experiment's note and tags, and its log to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace as changed
from pathlib import Path

from jupyter_xpt.actions.experiment import no_such_number
from jupyter_xpt.actions.overview import shelf, write_table
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.plainfile import read_tail
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.errors import OptionError, UnknownExperiment
from jupyter_xpt.ground.names import ExperimentName, is_run_name, parse_number, printable, without_escapes
from jupyter_xpt.ground.records import ExperimentRecord
from jupyter_xpt.thought.reading.lineage import Lineage, Overview, Row

MAX_NOTE = 10_000


def find(folder: Path, series: str, number: str | None) -> ExperimentName:
    """The experiment that a user names in a series; the newest when none is named.

    Raises
    ------
    OptionError
        When it is no number.
    UnknownExperiment
        When there is none.
    """
    facts = {name.number: found for name, found in shelf(folder).facts().items() if name.series == series}
    if number is None:
        if not facts:
            raise UnknownExperiment(no_such_number(series, facts))
        return ExperimentName(series, max(facts))
    known = parse_number(number, series)
    if known is None:
        raise OptionError(f"{number!r:.60} is no experiment of {series}: give its number, like 9")
    if known not in facts:
        raise UnknownExperiment(f"there is no experiment {number:.40}: {no_such_number(series, facts)}")
    return ExperimentName(series, known)


def set_note(folder: Path, series: str, number: str | None, note: str) -> ExperimentRecord:
    """Writes an experiment's note; gives the record."""
    if len(note) > MAX_NOTE:
        raise OptionError(f"the note has {len(note)} characters, at most {MAX_NOTE} fit; keep to the essence")
    name = find(folder, series, number)
    record = store.update_experiment(Store(folder), name, lambda now: changed(now, note=note))
    write_table(folder)
    return record


def set_tags(folder: Path, series: str, number: str | None, tags: Sequence[str]) -> ExperimentRecord:
    """Adds tags, and takes away those that begin with a minus; gives the record."""
    added = [tag.lstrip("#") for tag in tags if not tag.startswith("-")]
    removed = {tag.lstrip("-#") for tag in tags if tag.startswith("-")}
    name = find(folder, series, number)

    def tagged(now: ExperimentRecord) -> ExperimentRecord:
        return changed(now, tags=tuple(tag for tag in dict.fromkeys((*now.tags, *added)) if tag and tag not in removed))

    record = store.update_experiment(Store(folder), name, tagged)
    write_table(folder)
    return record


def read_log(folder: Path, series: str, number: str | None, run: str | None = None, tail: str | None = None) -> str:
    """The log of a run, its newest when none is named, safe to show: without escapes and control characters.

    Raises
    ------
    OptionError, UnknownExperiment
        When there is no such experiment or run, or ``tail`` is no number.
    """
    name = find(folder, series, number)
    place = Store(folder).experiment(name)
    runs = [one.run for one in shelf(folder).facts()[name].runs]
    if not runs:
        raise UnknownExperiment(f"{name} has not run yet: it has no log")
    if run is not None and (run not in runs or not is_run_name(run)):
        raise UnknownExperiment(f"{name} has no run {run!r:.60}; it has {', '.join(runs[-5:])}")
    if tail is not None and not re.fullmatch("[0-9]{1,9}", tail):
        raise OptionError(f"tail is a number of lines, not {tail!r:.40}")
    data, more = read_tail(place / (run or runs[-1]) / "log.txt", int(tail) if tail else None)
    shown = [printable(without_escapes(line)) for line in data.decode("utf-8", "replace").splitlines()]
    return "\n".join(["(earlier lines are in the file)", *shown] if more and tail is None else shown)


def lineage_or_empty(found: Overview, series: str) -> Lineage:
    """The lineage of a series, empty when it has no experiments yet."""
    return found.of(series) or Lineage(series, (), None, None, 0, None, None)


def newest(lineage: Lineage) -> Row | None:
    """The experiment with the highest number, None when there is none."""
    return max(lineage.rows, key=lambda row: row.number, default=None)
