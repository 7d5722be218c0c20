"""Detail: all about one experiment, read for whoever looks at it: runs, figures, environment, log."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_xpt.actions.environment import read_environment
from jupyter_xpt.actions.listing import last_datasets
from jupyter_xpt.actions.overview import lineage_of, overview, shelf
from jupyter_xpt.edges.disk import logfile
from jupyter_xpt.edges.disk.logfile import Piece
from jupyter_xpt.edges.disk.plainfile import Unreadable, opened_below
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.errors import RecordError, UnknownExperiment
from jupyter_xpt.ground.names import ExperimentName, printable, short
from jupyter_xpt.ground.records import RUNNING
from jupyter_xpt.thought.environment import environment_changes
from jupyter_xpt.thought.reading.altered import beside
from jupyter_xpt.thought.reading.detail import Detail, RunDetail, children
from jupyter_xpt.thought.reading.lineage import Lineage, Row
from jupyter_xpt.thought.reading.measured import RunRow

MAX_RUNS = 100
MAX_FIGURES = 500
MAX_DATASETS = 500
MAX_FIGURE_BYTES = 32 << 20
_FIGURE = re.compile(r"[0-9]{3,9}\.(png|jpg|gif|svg)")


def detail(folder: Path, series: str, number: int) -> Detail:
    """All about one experiment; of very many runs the newest.

    Raises
    ------
    UnknownExperiment
        When there is none.
    StoreError
        When ``out`` cannot be listed.
    """
    lineage, row = located(folder, series, number)
    facts = shelf(folder).facts()
    known = facts.get(row.name)
    records = {run.run: run.record for run in known.runs} if known else {}
    place = Store(folder)
    runs = tuple(
        RunDetail(run, records.get(run.run), figures(place, row.name, run.run), _log_bytes(place, row.name, run.run))
        for run in row.runs[-MAX_RUNS:]
    )
    environment = _environment(folder, row)
    compared = lineage.row(row.parent) if row.parent is not None else None
    before = _environment(folder, compared) if compared is not None else None
    return Detail(
        row,
        children(lineage.rows, number),
        runs,
        environment,
        environment_changes(before, environment),
        place.notebook(row.name).is_file(),
        last_datasets(folder, row, facts)[:MAX_DATASETS],
        beside(known, facts.get(compared.name) if compared is not None else None) if known is not None else (),
    )


def located(folder: Path, series: str, number: int) -> tuple[Lineage, Row]:
    """An experiment and its lineage.

    Raises
    ------
    UnknownExperiment
        When there is no such series, or no such number in it.
    """
    lineage = lineage_of(overview(folder), series)
    row = lineage.row(number)
    if row is None:
        raise UnknownExperiment(f"there is no experiment {short(number)} of {printable(series)}")
    return lineage, row


def located_run(folder: Path, series: str, number: int, run: str) -> tuple[ExperimentName, RunRow]:
    """A run of an experiment.

    Raises
    ------
    UnknownExperiment
        When there is none.
    """
    _, row = located(folder, series, number)
    found = next((one for one in row.runs if one.run == run), None)
    if found is None:
        raise UnknownExperiment(f"{printable(str(row.name))} has no run {printable(run[:60])}")
    return row.name, found


def figures(place: Store, name: ExperimentName, run: str) -> tuple[str, ...]:
    """The names of a run's pictures, in order; none where their folder is a link."""
    folder = place.run(name, run) / "figures"
    try:
        if any(path.is_symlink() for path in (folder, folder.parent, folder.parent.parent)):
            return ()
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    except OSError:
        return ()
    return tuple(sorted(filter(_FIGURE.fullmatch, found), key=lambda name: (len(name), name))[:MAX_FIGURES])


def read_figure(folder: Path, series: str, number: int, run: str, figure: str) -> bytes:
    """The bytes of a run's picture.

    Raises
    ------
    UnknownExperiment
        When there is none.
    RecordError
        When it must not or cannot be read, or is longer than ``MAX_FIGURE_BYTES``.
    """
    name, found = located_run(folder, series, number, run)
    if _FIGURE.fullmatch(figure) is None:
        raise UnknownExperiment(f"there is no figure {printable(figure[:60])}")
    with file_of(folder, name, found, "figures", figure) as descriptor:
        if logfile.size(descriptor) > MAX_FIGURE_BYTES:
            raise RecordError(f"figures/{figure} is longer than {MAX_FIGURE_BYTES >> 20} MB: open its file")
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return file.read(MAX_FIGURE_BYTES)


def log_tail(folder: Path, series: str, number: int, run: str, lines: int, before: int | None = None) -> Piece:
    """The last lines of a run's log, of those before an offset where that is given."""
    name, found = located_run(folder, series, number, run)
    with file_of(folder, name, found, "log.txt") as descriptor:
        return logfile.tail(descriptor, lines, before)


def log_after(folder: Path, series: str, number: int, run: str, offset: int) -> Piece:
    """The whole lines of a run's log from a byte on."""
    name, found = located_run(folder, series, number, run)
    with file_of(folder, name, found, "log.txt") as descriptor:
        return logfile.after(descriptor, offset, over=found.status != RUNNING)


def log_find(folder: Path, series: str, number: int, run: str, text: str) -> Piece:
    """The lines of a run's log that hold a text, whatever its case."""
    name, found = located_run(folder, series, number, run)
    with file_of(folder, name, found, "log.txt") as descriptor:
        return logfile.find(descriptor, text)


@contextmanager
def file_of(folder: Path, name: ExperimentName, run: RunRow, *parts: str) -> Iterator[int]:
    """A descriptor of a run's file, with no link on the way to it."""
    try:
        descriptor = opened_below(Store(folder).out, str(name), run.run, *parts)
    except FileNotFoundError:
        raise UnknownExperiment(f"run {run.run} of {printable(str(name))} has no {'/'.join(parts)}") from None
    except Unreadable as problem:
        raise RecordError(f"{'/'.join(parts)} of run {run.run} {problem}") from None
    try:
        yield descriptor
    except OSError as problem:
        raise RecordError(f"{'/'.join(parts)} of run {run.run} cannot be read: {problem.strerror}") from None
    finally:
        os.close(descriptor)


def _log_bytes(place: Store, name: ExperimentName, run: str) -> int:
    """The size of a run's log, 0 where there is none to read."""
    try:
        descriptor = opened_below(place.out, str(name), run, "log.txt")
    except (OSError, Unreadable):
        return 0
    try:
        return logfile.size(descriptor)
    finally:
        os.close(descriptor)


def _environment(folder: Path, row: Row) -> Mapping[str, Any] | None:
    """The environment of an experiment's newest run that kept it, None where none did."""
    known = (read_environment(folder, row.name, run.run) for run in reversed(row.runs[-MAX_RUNS:]))
    return next((one for one in known if one is not None), None)
