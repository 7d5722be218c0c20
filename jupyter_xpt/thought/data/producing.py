"""Producing: what is to be known of an output of one experiment that another uses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from jupyter_xpt.ground.datasets import DatasetRecord, same_digest
from jupyter_xpt.ground.facts import ExperimentFacts, RunFacts
from jupyter_xpt.ground.names import short
from jupyter_xpt.ground.records import FINISHED, ExperimentRecord, Warned
from jupyter_xpt.thought.data.wording import told

# More outputs than this are not named in one warning.
_MAX_NAMES = 4
ALTERED, RERUN, STALE, DRAWN = "data-altered", "data-rerun", "data-stale", "data-drawn"


def warned(code: str, what: str, records: Sequence[DatasetRecord], series: str) -> Warned:
    """The warning about outputs of one experiment that the same is to be said of.

    Parameters
    ----------
    code, what
        Its code, and what is to be said.
    records
        The outputs as they are used.
    series
        The series of who uses them.
    """
    names = [one.name for one in records[:-1][:_MAX_NAMES]]
    more = f" and {len(records) - 1 - _MAX_NAMES} more" if len(records) - 1 > _MAX_NAMES else ""
    return Warned(
        code, f"{''.join(f'{name}, ' for name in names)}{told(records[-1], series)}{more}: {what}", records[0].name
    )


def altered(record: DatasetRecord) -> str | None:
    """That an output is no longer what the run that made it wrote; None when it is, or nobody can tell."""
    if record.made_by is None or same_digest(record.digest, record.expected) is not False:
        return None
    return f"the content was changed after run {record.made_by[1]} had written it"


def outrun(record: DatasetRecord, newest: tuple[str, str | None] | None) -> str | None:
    """That there is a newer one of the same experiment; None without.

    Parameters
    ----------
    record
        The output as it is used.
    newest
        The newest good run that has it, and its digest there; None without one.
    """
    if record.made_by is None or newest is None or newest[0] == record.made_by[1]:
        return None
    if same_digest(record.digest or record.expected, newest[1]):
        return None
    return f"that of run {record.made_by[1]} is used, and it was made again by run {newest[0]}"


def stale(
    record: DatasetRecord,
    made: ExperimentFacts,
    series: Mapping[int, ExperimentFacts],
    user: ExperimentRecord | None,
    edited: Collection[str],
) -> str | None:
    """That the source of the experiment that made an output was changed since; None when it was not.

    Parameters
    ----------
    record
        The output as it is used.
    made
        The experiment that made it.
    series
        All experiments of that one's series, by number.
    user
        The experiment that uses it; None for none.
    edited
        The local modules and configuration files of the one that made it that are no longer as they were.
    """
    run = _run_of(record, made)
    parts, number = [], made.name.short
    source = made.record.source if made.record is not None else None
    if run is not None and run.record is not None and source is not None and run.record.digest != source.digest:
        parts.append(f"run {run.run} was of another source than {number} has now")
    child = _successor(made, series, user)
    if child is not None:
        parts.append(f"{number} was changed since: its cell is {short(child)} now")
    if edited:
        names = ", ".join(sorted(edited)[:4])
        parts.append(f"{names} {'was' if len(edited) == 1 else 'were'} changed since {number} ran")
    return "; ".join(parts) or None


def _successor(
    made: ExperimentFacts, series: Mapping[int, ExperimentFacts], user: ExperimentRecord | None
) -> int | None:
    """The newest experiment that the same cell has become since, and that finished; None without one."""
    cell = made.record.cell if made.record is not None else None
    # A cell that goes on from what it made itself changes with each step.
    if cell is None or (user is not None and user.series == made.name.series and user.cell == cell):
        return None
    for number in sorted(series, reverse=True):
        one = series[number].record
        if number <= made.name.number or one is None or one.cell != cell or one.frozen is None:
            continue
        if _descends(number, made.name.number, series):
            return number
    return None


def _descends(number: int, ancestor: int, series: Mapping[int, ExperimentFacts]) -> bool:
    """Whether an experiment came of another, over any number of steps."""
    seen: set[int] = set()
    current: int | None = number
    while current is not None and current not in seen:
        if current == ancestor:
            return True
        seen.add(current)
        facts = series.get(current)
        current = facts.record.parent if facts is not None and facts.record is not None else None
    return False


def drawn(record: DatasetRecord, made: ExperimentFacts, repeats: int) -> str | None:
    """That random numbers were drawn for an output, and that repeats do not vary it; None without.

    Parameters
    ----------
    record
        The output as it is used.
    made
        The experiment that made it.
    repeats
        How many repeats it is the same in: of a single one there is no SEM to be wrong about.
    """
    run = _run_of(record, made)
    if repeats < 2 or run is None or run.record is None or not run.record.drew or record.contents > 1:
        return None
    return "random numbers were drawn, once for all repeats here: the SEM does not cover that"


def is_good(run: RunFacts, made: ExperimentFacts) -> bool:
    """Whether a run finished, and ran the source that its experiment has."""
    source = made.record.source if made.record is not None else None
    counts = source is None or (run.record is not None and run.record.digest == source.digest)
    return run.status == FINISHED and counts


def _run_of(record: DatasetRecord, made: ExperimentFacts) -> RunFacts | None:
    """The run that made it, as it was read."""
    return next((one for one in made.runs if record.made_by is not None and one.run == record.made_by[1]), None)
