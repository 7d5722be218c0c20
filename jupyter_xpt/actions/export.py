"""Export: the experiments of a folder as a spreadsheet, in a file that people make their own."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jupyter_xpt.actions.listing import run_datasets
from jupyter_xpt.actions.overview import TABLE, lineage_of, overview, shelf
from jupyter_xpt.edges.disk.plainfile import MISSING, Unreadable, read_record, stamp_of
from jupyter_xpt.edges.disk.store import Store, refusals, replace
from jupyter_xpt.edges.sheet.package import MAX_FILE_BYTES
from jupyter_xpt.edges.sheet.workbook import Written, written
from jupyter_xpt.ground.errors import ConflictError, OptionError, UnknownExperiment
from jupyter_xpt.ground.names import ExperimentName, printable
from jupyter_xpt.thought.reading.lineage import Overview, Row
from jupyter_xpt.thought.reading.sheet import Beside, Sheet, experiments_sheet, repeats_sheet
from jupyter_xpt.thought.reading.table import Columns, Table, header, in_order

XLSX, CSV = ".xlsx", ".csv"
_FIRST_LINE = ",".join(str(title) for title in header(Columns())[:4]).encode()


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the file, how many experiments it shows, and of them the new ones and those that are gone.

    ``fresh`` says that there was no such file before, ``left`` how many older repeats it has no room for.
    """

    path: Path
    experiments: int
    new: int
    deleted: int
    fresh: bool
    left: int = 0

    @property
    def sentence(self) -> str:
        """The same in a line."""
        said = f"{self.experiments} experiment{'s' * (self.experiments != 1)}"
        if not self.fresh:
            said += f", {self.new} of them new" if self.new else ", none of them new"
        said += f", {self.deleted} deleted" if self.deleted else ""
        return said + (f"; {self.left} older repeats are left out" if self.left else "")


def export(folder: Path, target: Path | None = None, series: str | None = None) -> Exported:
    """Writes the experiments of a folder into a spreadsheet, ``.xlsx`` or ``.csv`` by the file's name.

    Parameters
    ----------
    folder
        The folder that holds ``out/``.
    target
        The file; by default ``experiments.xlsx`` in the folder, or ``<series>.xlsx`` where a series is given.
    series
        Only this series; None for all.

    Raises
    ------
    OptionError
        When the file has another ending, or its folder is not there.
    UnknownExperiment
        When there is no such series, or no experiment at all.
    ConflictError
        When what stands there must not or cannot be replaced, or openpyxl is missing.
    StoreError
        When the disk refuses.
    """
    path = target if target is not None else folder / f"{series or 'experiments'}{XLSX}"
    ending, name = path.suffix.lower(), printable(path.name)[:120]
    if ending not in (XLSX, CSV) or "\0" in str(path):
        raise OptionError(f"{name!r} ends neither in {XLSX} nor in {CSV}")
    found = _meant(folder, series)
    with refusals("write the spreadsheet"):
        _check(path)
    stamp = stamp_of(str(path))
    existing = None if stamp == MISSING else _read(path)
    left = 0
    if ending == CSV:
        _check_csv(folder, path, existing, series)
        made = Written(Table().csv(found), 0, 0)
    else:
        sheets = _sheets(folder, in_order(found), path.parent)
        with refusals("write the spreadsheet"):
            made, left = written(sheets, existing, name, series), sum(one.left for one in sheets)
    if stamp_of(str(path)) != stamp:
        raise ConflictError(f"{name} was saved by somebody else in the meantime: export again")
    with refusals("write the spreadsheet"):
        replace(path, made.data)
    fresh = existing is None or ending == CSV
    return Exported(path, sum(1 for _ in found.rows), made.new, made.deleted, fresh, left)


def workbook(folder: Path, series: str) -> bytes:
    """A new workbook of one series, for whoever takes it elsewhere: without links to notebooks.

    Raises
    ------
    UnknownExperiment
        When there is no such series.
    ConflictError
        When openpyxl is missing.
    """
    sheets = _sheets(folder, in_order(_meant(folder, series)), None)
    with refusals("make the spreadsheet"):
        return written(sheets).data


def table(folder: Path, series: str) -> bytes:
    """The rows of ``experiments.csv`` that are a series'.

    Raises
    ------
    UnknownExperiment
        When there is no such series.
    """
    return Table().csv(_meant(folder, series))


def _meant(folder: Path, series: str | None) -> Overview:
    """The experiments that are meant: one series', or all."""
    found = overview(folder)
    meant = found if series is None else Overview((lineage_of(found, series),))
    if not any(lineage.rows for lineage in meant.lineages):
        where = printable(folder.name) or "this folder"
        raise UnknownExperiment(f"no experiments in {where} yet: %%experiment on a cell's first line makes one")
    return meant


def _check(path: Path) -> None:
    """Refuses a file that must not be replaced."""
    name = printable(path.name)[:120]
    if path.is_symlink():
        raise ConflictError(f"{name} is a link, which is not followed: name the file that it leads to")
    if path.is_dir():
        raise ConflictError(f"{name} is a folder: give the name of a file")
    if not path.parent.is_dir():
        raise OptionError(f"there is no folder {printable(str(path.parent))!r:.200}: make it first")
    # It could be replaced all the same; whoever made it so wants it to stay.
    if path.exists() and not path.stat().st_mode & stat.S_IWUSR:
        raise ConflictError(f"{name} may only be read: give another name")
    for mark in (f".~lock.{path.name}#", f"~${path.name}"):
        if os.path.lexists(path.parent / mark):
            said = printable(mark)[:130]
            raise ConflictError(f"{name} is open in a spreadsheet program: close it there first (or delete {said})")


def _read(path: Path) -> bytes:
    """The bytes of the file that stands there."""
    try:
        return read_record(str(path), MAX_FILE_BYTES)
    except Unreadable as problem:
        raise ConflictError(f"{printable(path.name)[:120]} {problem}: give another name") from None


def _check_csv(folder: Path, path: Path, existing: bytes | None, series: str | None) -> None:
    """Refuses to write over a table that is none of ours, or to make ours a part of itself."""
    name = printable(path.name)[:120]
    if existing is not None and not existing.startswith(_FIRST_LINE):
        raise ConflictError(f"{name} is no table of experiments: give another name")
    own = os.path.realpath(folder / TABLE) == os.path.realpath(path)
    if own and series is not None and len(overview(folder).lineages) > 1:
        raise OptionError(f"{TABLE} holds all series and is made anew after each run: give another name")


def _sheets(folder: Path, rows: Sequence[Row], beside: Path | None) -> tuple[Sheet, Sheet]:
    """The sheets of the workbook; ``beside`` is the folder that it will lie in, None for one that is not known."""
    known = shelf(folder).facts()
    place = Store(folder)
    prefix = _way(folder, beside)
    found: dict[ExperimentName, Beside] = {}
    for row in rows:
        link = ""
        if prefix is not None and place.notebook(row.name).is_file():
            link = prefix + quote(row.name.notebook, safe="", encoding="utf-8")
        if row.runs:
            facts = known.get(row.name)
            record = facts.runs[-1].record if facts is not None and facts.runs else None
            git: Mapping[str, object] = (record.git if record is not None else None) or {}
            found[row.name] = Beside(run_datasets(place.run(row.name, row.runs[-1].run)), git, link)
        else:
            found[row.name] = Beside(link=link)
    return experiments_sheet(rows, found), repeats_sheet(rows)


def _way(folder: Path, beside: Path | None) -> str | None:
    """How the notebooks are reached from the workbook, as a link begins; None where no way is known."""
    if beside is None:
        return None
    try:
        way = os.path.relpath(os.path.realpath(folder), os.path.realpath(beside))
    except ValueError:
        # On another drive.
        return None
    return "" if way == os.curdir else quote(Path(way).as_posix(), safe="/") + "/"
