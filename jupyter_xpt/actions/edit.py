"""Edit: an experiment's note, tags and star, what is settled for its series, and its log to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace as changed
from pathlib import Path

from jupyter_xpt.actions.experiment import no_such_number
from jupyter_xpt.actions.overview import lineage_of, overview, shelf, write_table
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.plainfile import read_tail
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.errors import OptionError, UnknownExperiment
from jupyter_xpt.ground.names import ExperimentName, is_run_name, parse_number, printable, without_escapes
from jupyter_xpt.ground.records import ExperimentRecord, SeriesRecord
from jupyter_xpt.thought.reading.lineage import Lineage, Overview, Row
from jupyter_xpt.thought.statistics.goals import check_goal

MAX_NOTE = 10_000
MAX_TAGS, MAX_TAG = 50, 100


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
    check_note(note)
    return change(folder, find(folder, series, number), note=note)


def set_tags(folder: Path, series: str, number: str | None, tags: Sequence[str]) -> ExperimentRecord:
    """Adds tags, and takes away those that begin with a minus; gives the record."""
    added = check_tags([tag.lstrip("#") for tag in tags if not tag.startswith("-")])
    removed = {tag.lstrip("-#") for tag in tags if tag.startswith("-")}
    name = find(folder, series, number)

    def tagged(now: ExperimentRecord) -> ExperimentRecord:
        return changed(now, tags=tuple(tag for tag in dict.fromkeys((*now.tags, *added)) if tag and tag not in removed))

    record = store.update_experiment(Store(folder), name, tagged)
    write_table(folder)
    return record


def set_star(folder: Path, series: str, number: str | None, star: bool) -> ExperimentRecord:
    """Marks an experiment as a favourite, or takes the mark away; gives the record."""
    return change(folder, find(folder, series, number), star=star)


def change(
    folder: Path,
    name: ExperimentName,
    *,
    note: str | None = None,
    tags: Sequence[str] | None = None,
    star: bool | None = None,
) -> ExperimentRecord:
    """Replaces what users say of an experiment, in one step; what is None stays. Gives the record.

    Raises
    ------
    OptionError
        When the note is too long, or a tag cannot be one.
    UnknownExperiment, RecordError, StoreError
        When there is no such experiment, its record is damaged, or the disk refuses.
    """
    given: dict[str, object] = {}
    if note is not None:
        given["note"] = check_note(note)
    if tags is not None:
        given["tags"] = check_tags(tags)
    if star is not None:
        given["star"] = star

    def edited(now: ExperimentRecord) -> ExperimentRecord:
        return changed(now, **given)  # type: ignore[arg-type]  # its own fields, checked above

    record = store.update_experiment(Store(folder), name, edited)
    write_table(folder)
    return record


def check_note(note: str) -> str:
    """The note itself, when it is short enough to be one."""
    if len(note) > MAX_NOTE:
        raise OptionError(f"the note has {len(note)} characters, at most {MAX_NOTE} fit; keep to the essence")
    return note


def check_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """The tags themselves, each once, when they can be tags: words without spaces and commas."""
    kept = tuple(dict.fromkeys(tags))
    for tag in kept:
        if not tag or tag[0] in "#-" or re.search(r"[\s,]", tag) or printable(tag) != tag:
            raise OptionError(f"{tag!r:.60} is no tag: a tag is one word, without space, comma, # or - before it")
        if len(tag) > MAX_TAG:
            raise OptionError(f"the tag {tag!r:.40} has {len(tag)} characters, at most {MAX_TAG} fit")
    if len(kept) > MAX_TAGS:
        raise OptionError(f"{len(kept)} tags are more than anybody looks at: at most {MAX_TAGS}")
    return kept


def set_baseline(folder: Path, series: str, number: int | str | None) -> SeriesRecord:
    """Pins the experiment that all others of a series are compared with; None: each with its parent again.

    Raises
    ------
    OptionError, UnknownExperiment
        When it is no number, there is no such experiment or series, or the experiment is damaged.
    RecordError, StoreError
        When what is settled for the series is damaged, or the disk refuses.
    """
    baseline = None
    if number is None:
        lineage_of(overview(folder), series)
    else:
        name = find(folder, series, str(number))
        if shelf(folder).facts()[name].record is None:
            raise OptionError(f"{name} is damaged: mend its experiment.json before others are compared with it")
        baseline = name.number
    return _settle(folder, series, lambda now: changed(now, baseline=baseline))


def set_goals(folder: Path, series: str, goals: Mapping[str, str | None]) -> SeriesRecord:
    """Sets whether metrics of a series are better high or low, over what runs say.

    Parameters
    ----------
    folder
        The folder that the notebooks lie in.
    series
        The series.
    goals
        ``max`` or ``min`` by metric; None takes what was set away. Goals of other metrics stay.

    Raises
    ------
    OptionError, UnknownExperiment
        When there is no such series or metric, or a goal is neither.
    RecordError, StoreError
        When what is settled for the series is damaged, or the disk refuses.
    """
    lineage = lineage_of(overview(folder), series)
    for metric, goal in goals.items():
        if goal is not None:
            check_goal(goal)
        if goal is not None and metric not in lineage.goals:
            known = ", ".join(printable(one) for one in lineage.metrics[:20]) or "nothing yet"
            raise OptionError(f"{printable(series)} has no metric {metric!r:.60}; it measured {known}")

    def settled(now: SeriesRecord) -> SeriesRecord:
        merged = {**now.goals, **goals}
        return changed(now, goals={metric: goal for metric, goal in merged.items() if goal is not None})

    return _settle(folder, series, settled)


def _settle(folder: Path, series: str, settled: Callable[[SeriesRecord], SeriesRecord]) -> SeriesRecord:
    """Rewrites what is settled for a series, and the spreadsheet."""
    record = store.update_series(Store(folder), series, settled)
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
