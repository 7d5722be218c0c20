"""Overview: the experiments of a folder, read, compared and put in order, for every surface alike."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from jupyter_xpt.actions.handles import Experiment, Experiments
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.plainfile import Stamp, stamp_of
from jupyter_xpt.edges.disk.shelf import Shelf
from jupyter_xpt.ground.errors import UnknownExperiment
from jupyter_xpt.ground.names import parse_experiment, parse_number, printable, short
from jupyter_xpt.thought.reading.lineage import Lineage, Overview, Overviewer, Row
from jupyter_xpt.thought.reading.table import Table

TABLE = "experiments.csv"
_MAX_FOLDERS = 16


class _Desk:
    """What is kept of one folder between two looks at it."""

    def __init__(self, folder: str) -> None:
        self.shelf = Shelf(folder)
        self.lock = threading.Lock()
        self._overviewer = Overviewer()
        self._table = Table()
        self._written: tuple[bytes, Stamp] | None = None

    def overview(self) -> Overview:
        """The overview as it is now."""
        with self.lock:
            return self._look()

    def _look(self) -> Overview:
        """The overview, made anew where something changed."""
        return self._overviewer.overview(self.shelf.facts(), self.shelf.settled())

    def write_table(self, path: Path) -> Overview:
        """Replaces the spreadsheet, unless it is what was written last; gives the overview it shows."""
        with self.lock:
            found = self._look()
            data = self._table.csv(found)
            if self._written is None or self._written != (data, stamp_of(os.fspath(path))):
                with store.refusals("write the spreadsheet"):
                    store.replace(path, data, durable=False)
                self._written = (data, stamp_of(os.fspath(path)))
            return found


class _Desks:
    """The desks of the folders looked at last: a server meets many, a kernel one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._desks: OrderedDict[str, _Desk] = OrderedDict()

    def of(self, folder: str | os.PathLike[str]) -> _Desk:
        """The desk of a folder."""
        # Relative names mean another folder after a chdir.
        path = os.path.abspath(folder)
        with self._lock:
            desk = self._desks.pop(path, None) or _Desk(path)
            self._desks[path] = desk
            while len(self._desks) > _MAX_FOLDERS:
                self._desks.popitem(last=False)
            return desk


_desks = _Desks()


def shelf(folder: str | os.PathLike[str] = ".") -> Shelf:
    """The shelf of a folder, the same one each time while it is in use."""
    return _desks.of(folder).shelf


def overview(folder: str | os.PathLike[str] = ".") -> Overview:
    """All experiments of a folder with what they measured, their verdicts and their order.

    Parameters
    ----------
    folder
        The folder that holds ``out/``. Without one there are no experiments.

    Raises
    ------
    StoreError
        When ``out`` is there and cannot be listed.
    """
    return _desks.of(folder).overview()


def write_table(folder: str | os.PathLike[str] = ".") -> Overview:
    """Brings ``experiments.csv`` of a folder up to date.

    Returns
    -------
    Overview
        What the spreadsheet shows.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    return _desks.of(folder).write_table(Path(folder) / TABLE)


def experiments(folder: str | os.PathLike[str] = ".", series: str | None = None) -> Experiments:
    """The experiments of a folder, by series and number.

    Parameters
    ----------
    folder
        The folder that the notebooks lie in.
    series
        Only those of this series; None for all.

    Raises
    ------
    UnknownExperiment
        When there is no such series.
    """
    found = overview(folder)
    lineages = found.lineages if series is None else (lineage_of(found, series),)
    rows = [row for one in lineages for row in sorted(one.rows, key=lambda row: row.number)]
    return Experiments(rows, Path(os.path.abspath(folder)))


def get(number_or_name: int | str, folder: str | os.PathLike[str] = ".", series: str | None = None) -> Experiment:
    """One experiment: ``get(9)``, ``get("009")`` or ``get("animal_classifier_009")``.

    Parameters
    ----------
    number_or_name
        Its number, or its whole name.
    folder
        The folder that the notebooks lie in.
    series
        Its series; needed only where several have that number.

    Raises
    ------
    UnknownExperiment
        When there is none, or when several series have that number.
    """
    return Experiment(find(overview(folder), number_or_name, series), Path(os.path.abspath(folder)))


def find(found: Overview, number_or_name: int | str, series: str | None = None) -> Row:
    """The row of one experiment, by number or whole name.

    Raises
    ------
    UnknownExperiment
        When there is none, or when several series have that number.
    """
    asked = printable(str(number_or_name)[:80])
    lineages = [lineage_of(found, series)] if series is not None else list(found.lineages)
    text = str(number_or_name)
    name = parse_experiment(text.strip().removesuffix(".ipynb"))
    if name is not None and any(one.series == name.series for one in lineages):
        lineages = [one for one in lineages if one.series == name.series]
    rows = []
    for one in lineages:
        number = None if isinstance(number_or_name, bool) else parse_number(text, one.series)
        row = one.row(number) if number is not None else None
        if row is not None:
            rows.append(row)
    if len(rows) > 1:
        names = ", ".join(printable(str(row.name)) for row in rows[:8])
        raise UnknownExperiment(f"{asked} could be {names}: give the whole name, or the series")
    if not rows:
        raise UnknownExperiment(f"there is no experiment {asked}; {_what_exists(lineages)}")
    return rows[0]


def lineage_of(found: Overview, series: str) -> Lineage:
    """The lineage of a series.

    Raises
    ------
    UnknownExperiment
        When there is no such series.
    """
    one = found.of(series)
    if one is None:
        names = ", ".join(printable(other.series) for other in found.lineages[:8])
        raise UnknownExperiment(
            f"there is no series {printable(series[:80])!r}; "
            + (f"there is {names}" if names else "there are no experiments yet")
        )
    return one


def _what_exists(lineages: Sequence[Lineage]) -> str:
    """The experiments there are, in a few words."""
    if not lineages:
        return "there are no experiments yet"
    parts = []
    for one in lineages[:8]:
        numbers = sorted(row.number for row in one.rows)
        shown_numbers = (
            ", ".join(map(short, numbers)) if len(numbers) <= 8 else f"{short(numbers[0])} … {short(numbers[-1])}"
        )
        parts.append(f"{printable(one.series)} has {shown_numbers}")
    return "; ".join(parts)
