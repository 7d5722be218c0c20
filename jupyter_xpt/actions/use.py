"""Use: an intermediate dataset of another experiment, found by who made it."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass, replace as changed
from pathlib import Path

from jupyter_xpt.actions import producers
from jupyter_xpt.actions.handles import Experiment, Run as RunHandle
from jupyter_xpt.actions.overview import find, overview, shelf
from jupyter_xpt.actions.producers import Made
from jupyter_xpt.actions.run import active
from jupyter_xpt.edges.data.hashing import is_there, using
from jupyter_xpt.edges.data.sources import SMALL_FILE_BYTES, directory_task, file_task
from jupyter_xpt.edges.data.work import Task
from jupyter_xpt.edges.disk import trash
from jupyter_xpt.edges.disk.outputs import find_output
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.edges.kernel.reads import muted, watching
from jupyter_xpt.ground.datasets import DatasetRecord, algorithm_of
from jupyter_xpt.ground.errors import DatasetError, OptionError, RecordError, UnknownExperiment, XptError
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import is_run_name, parse_number, printable
from jupyter_xpt.ground.records import RUNNING
from jupyter_xpt.ground.settings import SHA256
from jupyter_xpt.thought.data import producing
from jupyter_xpt.thought.data.outputs import parts_of, place_of

Of = int | str | Experiment | RunHandle
SAME = "same"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked for: whose output, of which run and repeat, None for the newest good one."""

    place: Store
    series: str | None
    experiment: int | str
    run: str | None
    repeat: int | None


def use(
    name: str | os.PathLike[str],
    of: Of,
    *,
    run: str | None = None,
    repeat: int | str | None = None,
    folder: str | os.PathLike[str] | None = None,
    strict: bool = False,
) -> Path:
    """The path of an output of another experiment: ``df = pd.read_parquet(xpt.use("features.parquet", of=9))``.

    By itself that of the newest good run, finished and of the experiment's source, that has it. The runs of the
    experiment that the calling cell belongs to record whose it was, and warn when it is no longer what was written,
    was made again, comes of a source that was changed since, or holds what was drawn at random.

    Parameters
    ----------
    name
        What the output is called, as in `output`.
    of
        The experiment that made it: ``9``, ``"cleaning_003"``, what ``xpt.get`` gives; or one run of it,
        ``"9/2026_11_23-12_34_12"``. A number alone is of the running experiment's series.
    run
        The run, by its name; by itself the newest good one that has it.
    repeat
        The repeat that wrote it, where there were several; by itself the last good one. ``"same"``: in each repeat
        that of the same number, so that repeats do not share what was drawn once.
    folder
        The folder that the notebooks lie in; by itself that of the running experiment, else the working directory.
    strict
        Whether it is an error when it is no longer what was written.

    Returns
    -------
    pathlib.Path
        An absolute path, of a file or a directory; it is the producer's own: read it, do not write it.

    Raises
    ------
    UnknownExperiment
        When there is no such experiment or run.
    DatasetError
        When it has no such output, or its file is gone, is a link, or was changed and ``strict`` is set.
    RecordError
        When the record of a run that may have it is damaged.
    """
    try:
        path, task, place = _resolved(parts_of(os.fsdecode(name)), _wanted(of, run, repeat, folder), strict=strict)
    except XptError as problem:
        # The frames where we found out tell the user nothing.
        raise problem.with_traceback(None) from None
    record = task.found.record
    reads = watching()
    if reads is not None and record.made_by is not None:
        reads.inputs.declare(reads.order, f"{record.name} of {record.made_by[0]}", task)
    if active() is None:
        # A run says it at its end; here is nobody else to say it.
        for one in producers.warnings_about(place.folder, [record], None, 1):
            warnings.warn(f"xpt.use: {one.text}", stacklevel=2)
    return Path(path)


def _resolved(parts: tuple[str, ...], wanted: _Wanted, *, strict: bool) -> tuple[str, Task, Store]:
    """The path of what is asked for, the task that describes it, and where it was found."""
    made, found = _found(wanted, "/".join(parts))
    whose = f"{'/'.join(parts)} of {printable(str(made.name))}"
    inner = (str(made.name), found.run, *place_of(parts, found.record.repeat))
    try:
        path = find_output(wanted.place.out, inner)
    except DatasetError as problem:
        raise DatasetError(f"{whose}: {problem} ({found.run})") from None
    task = _task(path, found, f"{made.name}/{found.run}", now=strict)
    if strict:
        why = producing.altered(task.found.record) or task.found.record.problem
        if why is not None:
            raise DatasetError(f"{whose}: {why}")
    return path, task, wanted.place


def _wanted(of: Of, run: str | None, repeat: int | str | None, folder: str | os.PathLike[str] | None) -> _Wanted:
    """What is asked for."""
    here = active()
    experiment, place = _experiment(of)
    place = Path(os.path.abspath(folder)) if folder is not None else place
    if isinstance(experiment, str) and "/" in experiment:
        experiment, _, inner = experiment.strip().rpartition("/")
        if run not in (None, inner):
            raise OptionError(f"of={printable(str(of))!r:.80} names a run already, run={run!r:.40} another")
        run = inner
    if run is not None and not is_run_name(run):
        raise UnknownExperiment(f"{printable(run)!r:.60} is no run; runs are called like 2026_11_23-12_34_12")
    own = here.name.series if here is not None and place is None else None
    series = own if own and (isinstance(experiment, int) or parse_number(experiment, "") is not None) else None
    where = place or (here.store.folder if here is not None else Path.cwd())
    return _Wanted(Store(Path(os.path.abspath(where))), series, experiment, run, _repeat(repeat))


def _experiment(of: Of) -> tuple[int | str, Path | None]:
    """The experiment that is asked for, or a run of it, and the folder that it is known to lie in."""
    if isinstance(of, RunHandle):
        return f"{of.folder.parent.name}/{of.name}", of.folder.parents[2]
    if isinstance(of, Experiment):
        return of.name, of.place
    if isinstance(of, bool) or not isinstance(of, int | str):
        kind = type(of).__name__
        raise OptionError(f'of= is an experiment, of=9 or of="cleaning_003", or a run of one, not {kind}')
    return of, None


def _repeat(repeat: int | str | None) -> int | None:
    """The repeat that is asked for."""
    if repeat == SAME:
        here = active()
        return here.repeat if here is not None else None
    if repeat is None or (isinstance(repeat, int) and not isinstance(repeat, bool) and repeat > 0):
        return repeat
    raise OptionError(f'repeat={repeat!r:.40} is no repeat: give its number, from 1, or "same"')


def _found(wanted: _Wanted, name: str) -> tuple[ExperimentFacts, Made]:
    """The experiment that is asked for, and its output."""
    place = wanted.place
    try:
        row = find(overview(place.folder), wanted.experiment, wanted.series)
    except UnknownExperiment as problem:
        gone = [one for one in trash.deleted(place) if wanted.series in (None, one.series)]
        named = [one for one in gone if parse_number(str(wanted.experiment), one.series) == one.number]
        if len(named) == 1:
            back = f"jupyter xpt undelete {printable(str(named[0]))}"
            raise UnknownExperiment(f"{printable(str(named[0]))} is in the trash; {back} brings it back") from None
        raise problem from None
    made = shelf(place.folder).facts()[row.name]
    found = _of_run(wanted, made, name) if wanted.run is not None else _newest(wanted, made, name)
    if found is None:
        raise DatasetError(_nothing(wanted, made, name))
    return made, found


def _newest(wanted: _Wanted, made: ExperimentFacts, name: str) -> Made | None:
    """The output of the newest good run that has it."""
    try:
        return producers.newest(wanted.place, made, name, wanted.repeat)
    except RecordError as problem:
        raise RecordError(
            f"{name} of {printable(str(made.name))}: {problem}; name another run of it with run="
        ) from None


def _of_run(wanted: _Wanted, made: ExperimentFacts, name: str) -> Made | None:
    """The output of the very run that is asked for, good or not."""
    run = next((one for one in made.runs if one.run == wanted.run), None)
    if run is None:
        known = ", ".join(one.run for one in made.runs[-4:]) or "none yet"
        raise UnknownExperiment(f"{printable(str(made.name))} has no run {wanted.run}; its newest runs are {known}")
    if run.status == RUNNING:
        raise DatasetError(f"{name} of {printable(str(made.name))}: its run {run.run} is still running")
    found = producers.pick(producers.outputs_of(wanted.place, made, run), name, wanted.repeat)
    return Made(run.run, found) if found is not None else None


def _nothing(wanted: _Wanted, made: ExperimentFacts, name: str) -> str:
    """What there is instead of an output that is not there."""
    who = printable(str(made.name)) + (f"/{wanted.run}" if wanted.run else "")
    names: dict[str, None] = {}
    repeats: set[int] = set()
    others = []
    for run in made.runs[-20:]:
        try:
            records = producers.outputs_of(wanted.place, made, run)
        except RecordError:
            continue
        here = [one.name for one in records]
        repeats |= {one.repeat or 1 for one in records if one.name == name}
        if wanted.run in (None, run.run) and (wanted.run is not None or producing.is_good(run, made)):
            names.update(dict.fromkeys(here))
        if name in here and run.run != wanted.run:
            others.append(f"{run.run} ({run.status})")
    if wanted.repeat is not None and repeats:
        known = ", ".join(map(str, sorted(repeats)[:20]))
        return f"{who} has no {name} of repeat {wanted.repeat}; it has that of {known}"
    has = ", ".join(printable(one) for one in list(names)[:12]) or "none"
    said = f"{who} has no output {name}; it has {has}"
    return said + (f"; {name} is of its run {', '.join(others[-3:])}: name that with run=" if others else "")


def _task(path: str, found: Made, maker: str, *, now: bool) -> Task:
    """The task that describes the output as it is now, by the algorithm that its producer's digest was made by."""
    known = found.record
    # What its producer told of it holds where nobody here can read it, as long as it is the same.
    record = DatasetRecord(
        known.name,
        "directory" if os.path.isdir(path) else "file",
        shape=known.shape,
        columns=known.columns,
        missing=known.missing,
        repeat=known.repeat,
        maker=maker,
        expected=known.digest,
    )
    made_by = algorithm_of(found.record.digest) if found.record.digest else SHA256
    with muted(), using(made_by if is_there(made_by) else SHA256):
        if record.kind == "directory":
            return directory_task(path, record, now=now)
        size = os.stat(path).st_size
        return file_task(path, changed(record, size=size), now=now or size <= SMALL_FILE_BYTES)
