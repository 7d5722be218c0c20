"""Fork: a new numbered notebook from an experiment as it ran, or a frozen one put back as it ran."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jupyter_xpt.actions import snapshot
from jupyter_xpt.actions.edit import check_note
from jupyter_xpt.actions.experiment import no_such_number, numbered_as, publish
from jupyter_xpt.actions.overview import lineage_of, overview, shelf, write_table
from jupyter_xpt.actions.run import iso
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.notebookfile import read_notebook
from jupyter_xpt.edges.disk.plainfile import read_tail
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.errors import NotebookError, OptionError, RecordError, UnknownExperiment
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName, check_series, parse_number, short
from jupyter_xpt.ground.records import ExperimentRecord
from jupyter_xpt.thought import notebooks
from jupyter_xpt.thought.notebooks import Notebook


@dataclass(frozen=True, slots=True)
class Forked:
    """What a fork made: the experiment, its notebook, and its parent's number (None without one)."""

    name: ExperimentName
    notebook: Path
    parent: int | None


def fork(notebook: Path, parent: str | None = None, note: str = "") -> Forked:
    """Makes the next numbered notebook of a series.

    Parameters
    ----------
    notebook
        A notebook of the series: the draft or a numbered one. Without ``parent`` it is itself what is copied.
    parent
        The experiment to start from, as it was when it ran: ``9``, ``#9`` or ``animal_classifier_009``.
    note
        What is going to be tried.

    Raises
    ------
    NotebookError
        When the notebook is missing or malformed.
    OptionError, UnknownExperiment
        When ``parent`` is no experiment of the series.
    StoreError
        When the disk refuses.
    """
    notebook = Path(os.path.abspath(notebook))
    place = Store(notebook.parent)
    own = numbered_as(notebook)
    series = own.series if own is not None else check_series(notebook.stem)
    facts = {name.number: found for name, found in shelf(place.folder).facts().items() if name.series == series}
    if parent is None:
        content: Notebook = read_notebook(notebook)
        number = own.number if own is not None else _newest_of(notebook.name, facts)
    else:
        number = _known(parent, series, facts)
        content = as_it_ran(place, ExperimentName(series, number))
    if number is not None:
        publish(place, ExperimentName(series, number))
    name = store.reserve(place, series)
    cell = _experiment_cell(content, facts.get(number) if number is not None else None)
    made = notebooks.forked(content, name, number, note, cell)
    store.create_experiment(
        place,
        ExperimentRecord(
            series, name.number, iso(datetime.now().astimezone()), parent=number, note=note, notebook=name.notebook
        ),
    )
    with store.refusals("make the notebook"):
        if not store.create(place.notebook(name), notebooks.dump(made)):
            raise NotebookError(f"{name.notebook} appeared meanwhile and was left as it is: fork again")
    write_table(place.folder)
    return Forked(name, place.notebook(name), number)


def fork_in(folder: Path, series: str, parent: int | None = None, note: str = "") -> Forked:
    """Makes the next numbered notebook of a series that has experiments, without being told a notebook.

    Without ``parent`` the draft is copied as it is; where there is none, the newest experiment as it ran.

    Parameters
    ----------
    folder
        The folder that the notebooks lie in.
    series
        The series.
    parent
        The number of the experiment to start from, as it was when it ran.
    note
        What is going to be tried.

    Raises
    ------
    UnknownExperiment, NotebookError, StoreError
        As `fork` does, and when there is no such series.
    """
    place = Store(folder)
    lineage = lineage_of(overview(folder), series)
    draft = folder / f"{series}.ipynb"
    if parent is None and draft.is_file() and not draft.is_symlink() and numbered_as(draft) is None:
        return fork(draft, None, check_note(note))
    number = parent if parent is not None else max(row.number for row in lineage.rows)
    return fork(place.notebook(ExperimentName(series, number)), str(number), check_note(note))


def _known(text: str, series: str, facts: dict[int, ExperimentFacts]) -> int:
    """The number of an experiment that exists."""
    number = parse_number(text, series)
    if number is None:
        raise OptionError(f"parent {text!r:.60} is no experiment of {series}: give its number, like --parent 9")
    if number not in facts:
        raise UnknownExperiment(f"there is no experiment {short(number)}: {no_such_number(series, facts)}")
    return number


def _newest_of(notebook: str, facts: dict[int, ExperimentFacts]) -> int | None:
    """The newest experiment that was made from a draft."""
    made = [number for number, found in facts.items() if found.record is not None and found.record.notebook == notebook]
    return max(made, default=None)


def _experiment_cell(content: Notebook, facts: ExperimentFacts | None) -> int | None:
    """The index of the parent's experiment cell in its notebook, None when it is not known."""
    key = facts.record.cell if facts is not None and facts.record is not None else None
    return next((cell.index for cell in notebooks.cells(content) if cell.id is not None and cell.id == key), None)


def as_it_ran(place: Store, name: ExperimentName) -> Notebook:
    """The notebook of an experiment as it ran, or its file where it never ran.

    Raises
    ------
    NotebookError
        When there is neither.
    """
    data = snapshot.newest_notebook(place, name)
    if data is not None:
        return notebooks.parse(data, f"the snapshot of {name}")
    path = place.notebook(name)
    # A link leads who knows where.
    if path.exists() and not path.is_symlink():
        return read_notebook(place.notebook(name))
    raise NotebookError(f"{name} has no snapshot and no notebook: nothing to start from")


def restore(folder: Path, name: ExperimentName) -> Path | None:
    """Puts a numbered notebook back as it ran; what stood there is kept under ``out/``.

    Returns
    -------
    Path or None
        Where the notebook that stood there is kept; None when there was none, or it was as it ran.

    Raises
    ------
    UnknownExperiment, NotebookError, StoreError
        When there is no such experiment, it never ran, or the disk refuses.
    """
    place = Store(folder)
    store.read_experiment(place, name)
    data = snapshot.newest_notebook(place, name)
    if data is None:
        raise NotebookError(f"{name} never ran: there is nothing to put back")
    path = place.notebook(name)
    kept = None
    with store.refusals("put the notebook back"):
        now = standing_there(path)
        if now is not None and now != data:
            kept = place.experiment(name) / f"replaced-{datetime.now():%Y_%m_%d-%H_%M_%S_%f}.ipynb"
            store.create(kept, now)
        store.replace(path, data)
    return kept


def standing_there(path: Path) -> bytes | None:
    """The bytes of a file, None when there is none.

    Raises
    ------
    NotebookError
        When it is a link or no plain file: what it stands for is not ours to replace.
    """
    if not os.path.lexists(path):
        return None
    try:
        return read_tail(path)[0]
    except RecordError as problem:
        raise NotebookError(f"{problem}; move it away first") from None
