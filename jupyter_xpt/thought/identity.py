"""Identity: which experiment a run belongs to, and what it was changed from.

The rule: same source as an experiment of the series is another run of that one; changed source is the next
number, unless the experiment that this cell was before has no finished run yet: then the edit belongs to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.records import RUNNING

Facts = Mapping[int, ExperimentFacts]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known when an experiment cell starts.

    Parameters
    ----------
    digest
        Of the cell, the code cells above and the files known to be loaded.
    current
        Gives the digest of a file as it is now, None when it is gone: for files seen only while running.
    own
        The number that the notebook itself bears, None in a draft.
    own_parent
        The parent that the notebook itself names.
    notebook, cell
        The notebook's file name and the cell's key in it; None where there is no notebook.
    above
        The keys of the experiment cells above this one, nearest first.
    parent
        The parent that the user gave.
    before
        The experiment that this cell was when it last ran in this kernel.
    """

    digest: str
    current: Callable[[str], str | None]
    own: int | None = None
    own_parent: int | None = None
    notebook: str | None = None
    cell: str | None = None
    above: tuple[str, ...] = ()
    parent: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """``number`` is the experiment to run, None for the next one; ``parent`` is whom it was changed from.

    A number that nobody has a record of is that of a numbered notebook which came without its ``out/``.

    ``same`` when its source ran before; ``was`` is the experiment that the cell was before this edit.
    """

    number: int | None
    parent: int | None
    same: bool = False
    was: int | None = None


def decide(asked: Asked, facts: Facts) -> Decision:
    """Which experiment a run belongs to."""
    was = cell_was(asked, facts)
    same = _same_source(asked, facts)
    if same is not None:
        return Decision(same, _parent(facts[same]), same=True, was=was)
    if asked.own is not None and asked.own not in facts:
        return Decision(asked.own, asked.parent if asked.parent is not None else asked.own_parent, was=asked.own)
    own = asked.own
    for number in (own, was):
        if number is not None and _takes_edits(facts[number], asked):
            return Decision(number, _parent(facts[number]), was=number)
    parent = asked.parent if asked.parent is not None else was
    if parent is None:
        parent = _experiment_above(asked, facts)
    return Decision(None, parent if parent is not None else own, was=was)


def cell_was(asked: Asked, facts: Facts) -> int | None:
    """The experiment that the cell was before, None for a new cell."""
    if asked.before in facts:
        return asked.before
    newest = _newest(asked.notebook, asked.cell, facts)
    if newest is not None:
        return newest
    own = facts.get(asked.own) if asked.own is not None else None
    if own is not None and (own.record is None or own.record.cell in (None, asked.cell)):
        return asked.own
    return None


def _newest(notebook: str | None, cell: str | None, facts: Facts) -> int | None:
    """The experiment that was last run from a cell of a notebook."""
    runs = [
        (_moment(run.record.started), number)
        for number, experiment in facts.items()
        for run in experiment.runs
        if run.record is not None and run.record.notebook == notebook and run.record.cell == cell
    ]
    return max(runs)[1] if runs else None


def _moment(started: str) -> float:
    """When a run started, in UNIX seconds: texts with different offsets to UTC do not compare in time."""
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def _experiment_above(asked: Asked, facts: Facts) -> int | None:
    """What the nearest experiment cell above was when it last ran."""
    for cell in asked.above:
        number = _newest(asked.notebook, cell, facts)
        if number is not None:
            return number
    return None


def _same_source(asked: Asked, facts: Facts) -> int | None:
    """The experiment with the very source: the notebook's own first, else the one the cell was, else the first."""
    same = [number for number, experiment in facts.items() if _has_source(experiment, asked)]
    for number in (asked.own, asked.before):
        if number in same:
            return number
    return min(same, default=None)


def _has_source(experiment: ExperimentFacts, asked: Asked) -> bool:
    """Whether an experiment's source is the one asked for, files seen only while it ran included."""
    source = experiment.record.source if experiment.record is not None else None
    if source is None or source.digest != asked.digest:
        return False
    return all(asked.current(name) == digest for name, digest in source.seen.items())


def _takes_edits(experiment: ExperimentFacts, asked: Asked) -> bool:
    """Whether an edit still belongs to the experiment: no finished run, nobody else running it, same parent."""
    record = experiment.record
    if record is None or record.frozen is not None:
        return False
    if any(run.status == RUNNING for run in experiment.runs):
        return False
    if asked.parent is not None and asked.parent != record.parent:
        return False
    # In a notebook with several experiment cells, the number belongs to one of them.
    return record.cell in (None, asked.cell) or not experiment.runs or asked.own is None


def _parent(experiment: ExperimentFacts) -> int | None:
    """The parent in the record, None when that is damaged."""
    return experiment.record.parent if experiment.record is not None else None
