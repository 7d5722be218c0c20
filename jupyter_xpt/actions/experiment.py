"""Experiment: from a running cell to the experiment it belongs to, its snapshot, and its place in the series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace as changed
from datetime import datetime
from pathlib import Path

from jupyter_xpt.actions import snapshot
from jupyter_xpt.actions.overview import shelf
from jupyter_xpt.actions.prepared import Origin, Prepared, takes_no_edits
from jupyter_xpt.actions.run import iso
from jupyter_xpt.actions.session import Session
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.notebookfile import read_notebook
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.edges.kernel import modules
from jupyter_xpt.edges.kernel.modules import LocalFile, is_outside
from jupyter_xpt.ground.errors import NotebookError, OptionError, UnknownExperiment, XptError
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName, check_series, parse_experiment, parse_number, short
from jupyter_xpt.ground.records import ExperimentRecord, SourceRecord, Warned
from jupyter_xpt.thought import notebooks
from jupyter_xpt.thought.code import source
from jupyter_xpt.thought.code.changes import compare
from jupyter_xpt.thought.identity import Asked, Decision, decide
from jupyter_xpt.thought.notebooks import Notebook
from jupyter_xpt.thought.options import ExperimentOptions, experiment_options
from jupyter_xpt.thought.running import SCRATCH, WhatRan, what_ran

# The series of sessions that have no notebook.
TERMINAL_SERIES = "ipython"
UNKNOWN_SERIES = "untitled"


def find_origin(
    path: Path | None,
    options: ExperimentOptions,
    tried: Sequence[str] = (),
    *,
    terminal: bool,
    becomes: bool = False,
) -> Origin:
    """Where the running cell is.

    Parameters
    ----------
    path
        The notebook, None when it is not known.
    tried
        What was tried to find it, and why it did not tell.
    terminal
        Whether the session is a terminal's: there no notebook is nothing to wonder at.
    becomes
        Whether a front end has the notebook open and lets it become the next number.

    Raises
    ------
    NameProblem
        When the notebook's name cannot name a series.
    """
    if path is None:
        series = options.name or (TERMINAL_SERIES if terminal else UNKNOWN_SERIES)
        why = f" ({tried[-1]})" if tried else ""
        told = f"which notebook this is cannot be told{why}; it is kept as {series}: name it by notebook=…"
        return Origin(Path.cwd(), None, None, series, None, () if terminal else (told,))
    said: tuple[str, ...] = ()
    content = None
    try:
        content = read_notebook(path)
    except NotebookError as problem:
        said = (f"{problem}; the snapshot is made of what ran",)
    own = numbered_as(path, content)
    series = options.name or check_series(own.series if own else path.stem)
    own = own if own and own.series == series else None
    return Origin(path.parent, path, content, series, own, said, becomes)


def numbered_as(path: Path, content: Notebook | None = None) -> ExperimentName | None:
    """The experiment that a notebook is, by its name; None for a draft, also one called like ``report_2024``."""
    name = parse_experiment(path.stem)
    if name is None or name.number < 100:
        return name
    marked = content is not None and notebooks.marked(content) == name
    return name if marked or store.is_reserved(Store(path.parent), name) else None


def prepare(session: Session, origin: Origin, options: ExperimentOptions) -> Prepared:
    """Decides which experiment the running cell is; changes nothing on disk.

    Raises
    ------
    OptionError, UnknownExperiment
        When ``parent=`` names no experiment of the series.
    """
    cells = notebooks.cells(origin.content) if origin.content is not None else None
    ran = what_ran(cells, session.earlier, session.running, session.python)
    texts = [session.python(source.strip_own(one.source)) for one in (ran.cell, *ran.above)]
    opened = session.opened.by(one.order for one in ran.above)
    files = session.modules.loaded_by(texts, origin.folder)
    named_in = [*texts, *(file.text for file in files.values())]
    files |= modules.config_files(named_in, opened, origin.folder, session.opened.written)
    whole = source.Source(texts[0], tuple(texts[1:]), tuple(sorted((name, file.text) for name, file in files.items())))
    digest = source.digest(whole)
    key, above = _cell_keys(cells, ran)
    place = Store(origin.folder)
    facts = {n.number: f for n, f in shelf(origin.folder).facts().items() if n.series == origin.series}
    asked = Asked(
        digest=digest,
        current=lambda name: current_digest(origin.folder, name),
        own=origin.own.number if origin.own else None,
        own_parent=notebooks.marked_parent(origin.content),
        notebook=origin.notebook.name if origin.notebook else None,
        cell=key,
        above=above,
        parent=_given_parent(place, origin.series, options.parent, facts),
        before=session.last.get((str(origin.notebook), key)),
    )
    edited = [file.name for file in files.values() if file.edited]
    stale = tuple(
        Warned("edited", f"{name} was edited after it was imported; what was imported counts", name) for name in edited
    )
    ran = changed(ran, findings=ran.findings + stale)
    decision = decide(asked, facts)
    leaves = _leaves(decision, origin, key, facts)
    return Prepared(
        place,
        origin,
        ran,
        whole,
        files,
        modules.digests(files),
        digest,
        decision,
        key,
        leaves,
        leaves and _moves(decision, origin, facts),
        facts,
    )


def _leaves(decision: Decision, origin: Origin, key: str | None, facts: Mapping[int, ExperimentFacts]) -> bool:
    """Whether a run of a numbered notebook's own cell is another experiment than the notebook."""
    own = facts.get(origin.own.number) if origin.own is not None else None
    if own is None or decision.number == own.name.number:
        return False
    # A fork that was not edited yet still is its parent; that is no reason to leave it.
    if decision.same and not takes_no_edits(own):
        return False
    return decision.was == own.name.number or (own.record is not None and own.record.cell in (None, key))


def _moves(decision: Decision, origin: Origin, facts: Mapping[int, ExperimentFacts]) -> bool:
    """Whether the open document becomes the experiment: its own can be put back, and nothing stands in its way."""
    own = facts.get(origin.own.number) if origin.own is not None else None
    if not origin.becomes or own is None or own.record is None or own.record.frozen is None:
        return False
    if decision.number is None:
        return True
    return not Store(origin.folder).notebook(ExperimentName(origin.series, decision.number)).exists()


def current_digest(folder: Path, name: str) -> str | None:
    """The digest by meaning of a file as it is now, None when it is not there."""
    if is_outside(name):
        return None
    path = folder / name
    return next(iter(modules.digests(modules.config_files((), (str(path),), folder)).values()), None)


def _cell_keys(cells: tuple[notebooks.Cell, ...] | None, ran: WhatRan) -> tuple[str | None, tuple[str, ...]]:
    """The cell's key in its notebook, and those of the experiment cells above it, nearest first.

    The key is the cell's id where the file has ids, else its place among the experiment cells.
    """
    if cells is None:
        return None, ()
    experiments = [cell for cell in cells if cell.is_experiment and SCRATCH not in cell.tags]
    keys = {cell.index: cell.id or f"#{position}" for position, cell in enumerate(experiments, 1)}
    place = ran.place if ran.place is not None else len(cells)
    own = keys.get(place) if ran.place is not None else ran.cell.cell
    above = tuple(keys[index] for index in sorted(keys, reverse=True) if index < place)
    return own or (cells[place].id if ran.place is not None else None) or "#1", above


def _given_parent(place: Store, series: str, text: str | None, facts: Mapping[int, ExperimentFacts]) -> int | None:
    """The number that ``parent=`` names."""
    if text is None:
        return None
    number = parse_number(text, series)
    if number is None:
        raise OptionError(f"parent={text!r:.60} is no experiment of {series}: give its number, like parent=9")
    if number not in facts and not store.is_reserved(place, ExperimentName(series, number)):
        raise UnknownExperiment(f"parent {short(number)}: {no_such_number(series, facts)}")
    return number


def no_such_number(series: str, facts: Mapping[int, ExperimentFacts]) -> str:
    """What there is instead of a number that does not exist."""
    if not facts:
        return f"{series} has no experiments yet"
    newest = ", ".join(short(number) for number in sorted(facts)[-8:])
    return f"{series} has {newest}{' (the newest 8)' if len(facts) > 8 else ''}"


def settle(prepared: Prepared, options: ExperimentOptions) -> ExperimentRecord:
    """Makes the decision true on disk: reserves the number of a new experiment, or updates the record.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    decision, place = prepared.decision, prepared.store
    if decision.number is None:
        for number in {decision.parent, decision.was} - {None}:
            publish(place, ExperimentName(prepared.origin.series, number or 0))
        name = store.reserve(place, prepared.origin.series)
        record = _described(prepared, options, _blank(name))
        store.create_experiment(place, record)
        return record
    name = ExperimentName(prepared.origin.series, decision.number)
    blank = _blank(name)
    facts = prepared.facts.get(decision.number)
    if facts is None:
        with store.refusals("reserve the number"):
            store.reserve_number(place, name)
        record = _described(prepared, options, blank)
        store.create_experiment(place, record)
        return record
    # A damaged record stays as it is, for people to mend.
    if facts.record is None:
        return blank
    if decision.same and not _edits_record(facts, options):
        return facts.record
    if decision.same:
        return store.update_experiment(place, name, lambda record: _renoted(record, facts, options))
    return store.update_experiment(place, name, lambda record: _described(prepared, options, record))


def _blank(name: ExperimentName) -> ExperimentRecord:
    """A record that says nothing yet."""
    return ExperimentRecord(name.series, name.number, iso(datetime.now().astimezone()))


def _described(prepared: Prepared, options: ExperimentOptions, record: ExperimentRecord) -> ExperimentRecord:
    """The record of an experiment with the source that is about to run."""
    parent = prepared.decision.parent
    facts = prepared.facts.get(parent) if parent is not None else None
    note = options.note if options.note is not None else record.note
    # A note left over from the parent says nothing about this one.
    if facts is not None and facts.record is not None and note == facts.record.note:
        note = ""
    before = snapshot.read_source(prepared.store, facts)
    return changed(
        record,
        parent=parent,
        note=note,
        tags=tuple(dict.fromkeys(record.tags + options.tags)),
        notebook=notebook_of(prepared, record),
        cell=prepared.key,
        source=SourceRecord(prepared.digest, prepared.digests),
        changes=None if before is None else compare(before, prepared.source),
        parameters=prepared.parameters,
    )


def notebook_of(prepared: Prepared, record: ExperimentRecord) -> str | None:
    """The file name of the notebook it runs in, as it is called when it runs; None where there is none."""
    if prepared.moves:
        return record.name.notebook
    return prepared.origin.notebook.name if prepared.origin.notebook is not None else None


def _edits_record(facts: ExperimentFacts, options: ExperimentOptions) -> bool:
    """Whether the magic's line says something new about an experiment that has run before."""
    record = facts.record
    return record is not None and _renoted(record, facts, options) != record


def _renoted(record: ExperimentRecord, facts: ExperimentFacts, options: ExperimentOptions) -> ExperimentRecord:
    """The record with a note that was changed on the magic's line since the last run, and with new tags."""
    last = facts.runs[-1].record if facts.runs else None
    try:
        earlier = experiment_options(last.arguments).note if last is not None else None
    except XptError:
        earlier = None
    # A note edited elsewhere stays, unless the line itself was edited since.
    note = options.note if options.note is not None and (options.note != earlier or not record.note) else record.note
    return changed(record, note=note, tags=tuple(dict.fromkeys(record.tags + options.tags)))


def freeze(prepared: Prepared, record: ExperimentRecord, run: str) -> None:
    """Freezes the experiment by its first finished run, and puts its numbered notebook beside the draft."""
    if record.frozen is None:
        digest = prepared.digest

        def frozen(now: ExperimentRecord) -> ExperimentRecord:
            same = now.source is not None and now.source.digest == digest
            return changed(now, frozen=run) if now.frozen is None and same else now

        store.update_experiment(prepared.store, record.name, frozen)
    # The document that becomes it is its notebook; a copy in its place would be in the way.
    if prepared.origin.notebook is not None and not prepared.moves:
        publish(prepared.store, record.name)
    # A document that became this number left a gap, if its front end did not get to fill it.
    if record.parent is not None and (prepared.moves or prepared.origin.own == record.name):
        publish(prepared.store, ExperimentName(record.series, record.parent))


def publish(place: Store, name: ExperimentName) -> bool:
    """Makes an experiment's numbered notebook from its snapshot; False when there is one, or no snapshot."""
    path = place.notebook(name)
    if path.exists():
        return False
    data = snapshot.newest_notebook(place, name)
    if data is None:
        return False
    with store.refusals("make the numbered notebook"):
        return store.create(path, data)


def note_seen(
    prepared: Prepared, session: Session, record: ExperimentRecord, run_sources: Path
) -> Mapping[str, LocalFile]:
    """Adds the configuration files that only the run itself showed to the record and the snapshot, and gives them."""
    opened = session.opened.by([prepared.ran.cell.order])
    found = modules.config_files((), opened, prepared.origin.folder)
    # What lies outside the folder is not read again on a record's word: only the source's own word counts there.
    new = {name: file for name, file in found.items() if name not in prepared.digests and not is_outside(name)}
    if not new:
        return new
    seen = modules.digests(new)
    snapshot.add_files(run_sources, new)

    def with_seen(now: ExperimentRecord) -> ExperimentRecord:
        if now.source is None or all(now.source.seen.get(name) == digest for name, digest in seen.items()):
            return now
        return changed(now, source=changed(now.source, seen={**now.source.seen, **seen}))

    store.update_experiment(prepared.store, record.name, with_seen)
    return new
