"""Snapshot: what ran, as files that open and run again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_xpt.actions.prepared import Prepared
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.plainfile import Unreadable, read_head, read_record
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.edges.kernel.modules import LocalFile
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import XptError
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName, is_run_name
from jupyter_xpt.thought import notebooks
from jupyter_xpt.thought.code.source import Source
from jupyter_xpt.thought.executed import Executed
from jupyter_xpt.thought.notebooks import Notebook

EXECUTED = "executed.json"
# Enough to see how a session came to be what it was; a session of weeks must not grow every snapshot.
_MAX_EXECUTED = 500


def files(
    prepared: Prepared, name: ExperimentName, parent: int | None, earlier: Iterable[Executed]
) -> dict[str, bytes]:
    """The files of a run's snapshot, by relative name.

    The notebook without outputs, the executed texts winning over the file's; local modules and configuration
    files as they were loaded; ``executed.json`` with the cells that count and all cells in the order they ran.
    """
    ran = prepared.ran
    notebook = what_ran_as_notebook(prepared)
    history = [*earlier, ran.cell][-_MAX_EXECUTED:]
    executed: dict[str, Any] = {
        "schema": codec.SCHEMA,
        "cell": prepared.source.cell,
        "above": list(prepared.source.above),
        "files": dict(prepared.digests),
        "masked": masked_in(prepared.files),
    }
    rows = [{"execution_count": one.count, "cell": one.cell, "source": one.source} for one in history]
    kept = {file.name: file.data for file in prepared.files.values()}
    return {
        **kept,
        name.notebook: notebooks.dump(notebooks.numbered(notebook, name, parent)),
        EXECUTED: codec.dump_rows(executed, "executed", rows),
    }


def masked_in(files: Mapping[str, LocalFile]) -> dict[str, list[str]]:
    """The names of the values that configuration files are kept without, by file."""
    return {file.name: list(file.masked) for file in files.values() if file.masked}


def add_files(folder: Path, new: Mapping[str, LocalFile]) -> None:
    """Adds files that only the run itself showed to its snapshot.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    with store.refusals("keep a configuration file"):
        store.write_sources(folder, {name: file.data for name, file in new.items()})
        masked = masked_in(new)
        if masked:
            executed = codec.load_json(read_record(os.fspath(folder / EXECUTED), notebooks.MAX_BYTES), EXECUTED)
            executed["masked"] = {**executed.get("masked", {}), **masked}
            store.replace(folder / EXECUTED, codec.dump_json(executed))


def what_ran_as_notebook(prepared: Prepared) -> Notebook:
    """The notebook with the texts that ran, without outputs; one made of them where there is no file."""
    ran, content = prepared.ran, prepared.origin.content
    if content is None:
        sources = [one.source for one in (*ran.above, ran.cell)]
        return notebooks.from_sources(sources, ".".join(map(str, sys.version_info[:3])))
    notebook: Notebook = notebooks.stripped(content, ran.texts)
    notebook = _with_gone(notebook, ran.above)
    if ran.place is None:
        cells = notebooks.cells(notebook)
        counted = {one.source for one in ran.above}
        last = max((cell.index for cell in cells if cell.is_code and cell.source in counted), default=len(cells) - 1)
        notebook = notebooks.with_cell(notebook, ran.cell.source, ran.cell.cell, last)
    return notebook


def _with_gone(notebook: Notebook, above: Sequence[Executed]) -> Notebook:
    """The notebook with the cells that count although it has them no longer, each below the one it ran after."""
    last = -1
    for one in above:
        cells = notebooks.cells(notebook)
        at = next((cell.index for cell in cells if cell.is_code and cell.source == one.source), None)
        if at is None:
            notebook = notebooks.with_cell(notebook, one.source, one.cell, last)
            at = last + 1
        last = at
    return notebook


def newest_run(place: Store, name: ExperimentName) -> Path | None:
    """The folder of an experiment's newest run that kept a snapshot; the freezing one when it is frozen."""
    folder = place.experiment(name)
    try:
        # A damaged record says nothing of which run froze it; the newest one tells as well.
        data = read_record(os.fspath(folder / "experiment.json"))
        frozen = codec.load_json(data, f"{name}/experiment.json").get("frozen")
    except (Unreadable, XptError):
        frozen = None
    try:
        runs = sorted(entry.name for entry in folder.iterdir() if is_run_name(entry.name))
    except OSError:
        return None
    order = ([frozen] if isinstance(frozen, str) and is_run_name(frozen) else []) + runs[::-1]
    return next((folder / run for run in order if _is_own(place.out, folder / run / "source" / EXECUTED)), None)


def kept_runs(place: Store, name: ExperimentName) -> list[str]:
    """The names of an experiment's runs that kept a snapshot, in order."""
    folder = place.experiment(name)
    try:
        runs = sorted(entry.name for entry in folder.iterdir() if is_run_name(entry.name))
    except OSError:
        return []
    return [run for run in runs if _is_own(place.out, folder / run / "source" / EXECUTED)]


def _is_own(out: Path, path: Path) -> bool:
    """Whether a file lies where it seems to, behind no link: what lies elsewhere is not ours to show."""
    try:
        return path.is_file() and path.resolve() == out.resolve() / path.relative_to(out)
    except OSError:
        return False


def newest_notebook(place: Store, name: ExperimentName) -> bytes | None:
    """The notebook in an experiment's snapshot, None when it has none."""
    run = newest_run(place, name)
    if run is None:
        return None
    try:
        return read_record(os.fspath(run / "source" / name.notebook), notebooks.MAX_BYTES)
    except Unreadable:
        return None


def read_source(place: Store, facts: ExperimentFacts | None) -> Source | None:
    """An experiment's source as it ran, from its snapshot; None when it never ran or the snapshot is damaged."""
    if facts is None:
        return None
    run = newest_run(place, facts.name)
    if run is None:
        return None
    try:
        executed = read_record(os.fspath(run / "source" / EXECUTED), notebooks.MAX_BYTES)
        data = codec.load_json(executed, f"{facts.name}/{run.name}/{EXECUTED}")
        return Source(str(data["cell"]), tuple(map(str, data["above"])), _files(run / "source", data.get("files", {})))
    except (OSError, Unreadable, XptError, KeyError, TypeError):
        return None


def _files(folder: Path, listed: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """The texts of a snapshot's modules and configuration files."""
    inside = folder.resolve()
    found = []
    for name in sorted(listed):
        path = (folder / name).resolve()
        # A record's word leads nowhere else.
        if path.is_file() and path.is_relative_to(inside):
            text = read_head(os.fspath(path)).decode("utf-8", "surrogateescape")
            found.append((name, text.replace("\r\n", "\n").replace("\r", "\n")))
    return tuple(found)
