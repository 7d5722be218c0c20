"""Compare: experiments beside each other, as they ran: cell by cell, or in all that they do not have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jupyter_xpt.actions import snapshot
from jupyter_xpt.actions.edit import find
from jupyter_xpt.actions.environment import read_environment
from jupyter_xpt.actions.overview import lineage_of, overview, shelf
from jupyter_xpt.edges.disk.notebookfile import read_notebook
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.errors import NotebookError, OptionError, UnknownExperiment
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.thought import notebooks
from jupyter_xpt.thought.code import changes, source
from jupyter_xpt.thought.code.cells import Side, cell_diffs, file_diffs
from jupyter_xpt.thought.code.differing import Differing, differing
from jupyter_xpt.thought.code.source import Source
from jupyter_xpt.thought.environment import environment_rows
from jupyter_xpt.thought.reading.beside import Comparison, Diff, Judged
from jupyter_xpt.thought.reading.comparison import verdicts_of
from jupyter_xpt.thought.reading.configured import parameter_rows
from jupyter_xpt.thought.reading.lineage import Lineage, Row
from jupyter_xpt.thought.reading.measured import pool
from jupyter_xpt.thought.running import SCRATCH
from jupyter_xpt.thought.statistics.wording import sentence

MOST = 6
ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class _Ran:
    """An experiment as it ran, or as its notebook stands where it never ran: then nothing was kept of its source."""

    side: Side
    kept: Source | None


def diff(folder: Path, series: str, left: int | str | None, right: int | str | None) -> Diff:
    """How one experiment of a series became another.

    Parameters
    ----------
    folder
        The folder that the notebooks lie in.
    series
        The series.
    left, right
        The earlier and the later experiment: ``9``, ``#9`` or ``animal_classifier_009``. None for the later
        one's parent, and for the newest.

    Raises
    ------
    OptionError, UnknownExperiment
        When either is no experiment of the series, both are the same, or a parent is meant and there is none.
    NotebookError
        When one has neither run nor a notebook.
    """
    later = find(folder, series, None if right is None else str(right))
    lineage = lineage_of(overview(folder), series)
    if left is None:
        row = lineage.row(later.number)
        left = row.parent if row is not None else None
        if left is None:
            raise OptionError(f"{later.short} has no parent to be compared with: name two experiments")
    names = [find(folder, series, str(left)), later]
    if names[0] == later:
        raise OptionError(f"{later.short} is compared with itself: name two experiments")
    return _diff(folder, lineage, names)


def as_it_ran(folder: Path, series: str, number: int | str) -> Diff:
    """An experiment beside itself: every cell and file of its source, unchanged.

    Raises
    ------
    OptionError, UnknownExperiment
        When it is no experiment of the series.
    NotebookError
        When it has neither run nor a notebook.
    """
    name = find(folder, series, str(number))
    return _diff(folder, lineage_of(overview(folder), series), [name, name])


def _diff(folder: Path, lineage: Lineage, names: Sequence[ExperimentName]) -> Diff:
    """How the first of two experiments became the second."""
    facts = shelf(folder).facts()
    before, after = (_known(folder, facts[name]) for name in names)
    mine, its = (one or Source("") for one in _sources([before, after]))
    rows = _rows(lineage, names)
    return Diff(
        rows[0],
        rows[1],
        changes.compare(mine, its),
        cell_diffs(before.side, after.side),
        file_diffs(dict(mine.files), dict(its.files)),
    )


def compare(folder: Path, series: str, numbers: Sequence[int | str]) -> Comparison:
    """Several experiments of a series beside each other.

    Parameters
    ----------
    folder
        The folder that the notebooks lie in.
    series
        The series.
    numbers
        From 2 to 6 experiments; the others are compared with the first.

    Raises
    ------
    OptionError, UnknownExperiment
        When one of them is no experiment of the series, or they are too few, too many, or not distinct.
    """
    if not 2 <= len(numbers) <= MOST:
        raise OptionError(f"from 2 to {MOST} experiments are compared, not {len(numbers)}: name them by number")
    names = [find(folder, series, str(one)) for one in numbers]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise OptionError(f"{twice.short} is named twice: name each once")
    lineage = lineage_of(overview(folder), series)
    facts = shelf(folder).facts()
    rows = _rows(lineage, names)
    ran = [_as_it_ran(folder, facts[name]) for name in names]
    metrics = tuple(metric for metric in lineage.metrics if any(metric in row.measured for row in rows))
    sources = differing(_sources(ran))
    return Comparison(
        rows,
        (*sources, *parameter_rows([row.parameters for row in rows], sources), *_environments(folder, names)),
        metrics,
        _verdicts(rows, [facts[name] for name in names], metrics),
    )


def _rows(lineage: Lineage, names: Sequence[ExperimentName]) -> tuple[Row, ...]:
    """The rows of experiments that were there a moment ago."""
    rows = tuple(row for name in names if (row := lineage.row(name.number)) is not None)
    if len(rows) < len(names):
        raise UnknownExperiment("an experiment was deleted meanwhile: look again")
    return rows


def _verdicts(
    rows: Sequence[Row], experiments: Sequence[ExperimentFacts], metrics: Sequence[str]
) -> tuple[Judged, ...]:
    """The verdict on each metric of each experiment but the first, against the first."""
    # The goals that the overview has for each.
    goals = [{metric: measured.goal for metric, measured in row.measured.items()} for row in rows]
    first, *others = (pool(one, known) for one, known in zip(experiments, goals, strict=True))
    found = []
    for other in others:
        # What runs is judged when its run has ended.
        verdicts = verdicts_of(other, first) if other.judged and first.judged else {}
        for metric in metrics:
            if metric in verdicts:
                said = sentence(verdicts[metric], metric, first.facts.name.short)
                ends = first.facts.name.number, other.facts.name.number
                found.append(Judged(metric, *ends, verdicts[metric], said))
    return tuple(found)


def _environments(folder: Path, names: Sequence[ExperimentName]) -> list[Differing]:
    """What differs between the machines that the experiments ran on."""
    runs = [snapshot.newest_run(Store(folder), name) for name in names]
    known = [
        None if run is None else read_environment(folder, name, run.name) for name, run in zip(names, runs, strict=True)
    ]
    return [Differing(ENVIRONMENT, what, values) for what, values in environment_rows(known)]


def _sources(ran: Sequence[_Ran | None]) -> list[Source | None]:
    """The sources that ran; where one of them never did, those that the notebooks hold, as they are written."""
    if all(one.kept is not None for one in ran if one is not None):
        return [None if one is None else one.kept for one in ran]
    return [None if one is None else _source_of(one.side) for one in ran]


def _known(folder: Path, facts: ExperimentFacts) -> _Ran:
    """An experiment as it ran, or as its notebook stands.

    Raises
    ------
    NotebookError
        When there is neither.
    """
    ran = _as_it_ran(folder, facts)
    if ran is None:
        name = facts.name
        raise NotebookError(f"{name.short} never ran and {name.notebook} is not there: there is nothing to compare")
    return ran


def _as_it_ran(folder: Path, facts: ExperimentFacts) -> _Ran | None:
    """The same; None when there is neither."""
    place, key = Store(folder), facts.record.cell if facts.record is not None else None
    kept = snapshot.read_source(place, facts)
    data = snapshot.newest_notebook(place, facts.name)
    try:
        if data is not None:
            cells = notebooks.cells(notebooks.parse(data, f"the snapshot of {facts.name}"))
        elif kept is None:
            path = place.notebook(facts.name)
            if path.is_symlink():
                return None
            cells = notebooks.cells(read_notebook(path))
        else:
            cells = _cells_of(kept)
    except NotebookError:
        if kept is None:
            return None
        cells = _cells_of(kept)
    at = notebooks.experiment_place(cells, key)
    return _Ran(Side(cells, at), kept)


def _cells_of(kept: Source) -> tuple[notebooks.Cell, ...]:
    """The cells that ran, where the snapshot's notebook is lost."""
    texts = [*kept.above, "%%experiment\n" + kept.cell]
    return notebooks.cells(notebooks.from_sources(texts, ""))


def _source_of(side: Side) -> Source:
    """What a notebook's cells would be as an experiment, its files apart: nobody knows them before it runs."""
    cells, at = side.cells, side.place
    above = [cell for cell in cells[: len(cells) if at is None else at] if cell.is_code and SCRATCH not in cell.tags]
    texts = tuple(source.strip_own(cell.source) for cell in above)
    return Source("" if at is None else source.strip_own(cells[at].source), texts)
