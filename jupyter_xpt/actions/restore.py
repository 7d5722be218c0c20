"""Restore: an experiment as it ran, with its modules and configuration, in a folder of its own or in place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jupyter_xpt.actions import snapshot, sourcecontrol
from jupyter_xpt.actions.fork import standing_there
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.plainfile import Unreadable, read_record_below, stamp_of
from jupyter_xpt.edges.disk.sources import read_sources
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.edges.kernel.modules import is_outside
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import NotebookError, OptionError, RecordError, StoreError, UnknownExperiment
from jupyter_xpt.ground.names import ExperimentName, printable
from jupyter_xpt.thought.restoring import Restored, beside, placed, ups


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What a run's ``source/`` holds: the notebook, the other files, and the values that are masked in them."""

    run: str
    notebook: bytes
    files: Mapping[str, bytes]
    masked: Mapping[str, tuple[str, ...]]


def restore_to(folder: Path, name: ExperimentName, target: Path, run: str | None = None) -> Restored:
    """Writes all that an experiment was made of into a folder, so that it can run there.

    Files from outside the notebook's folder keep their place beside it: the notebook then lies as deep in the target
    as they need.

    Parameters
    ----------
    folder, name
        The experiment and the folder that holds its ``out/``.
    target
        A new or an empty folder.
    run
        Which run, by its name; the one that froze the experiment when None.

    Raises
    ------
    OptionError
        When the target is no new or empty folder.
    UnknownExperiment, NotebookError, RecordError, StoreError
        When there is no such experiment or run, it never ran, its snapshot is damaged, or the disk refuses.
    """
    place = Store(folder)
    found = _snapshot(place, name, run)
    _check_target(target)
    deep = max((ups(one) for one in found.files), default=0)
    here = target.joinpath(*_parents(folder, deep))
    outside: list[str] = []
    written: list[str] = []
    with store.refusals("restore"):
        for one, data in sorted(found.files.items()):
            path = target / store.confined(placed(one, here.relative_to(target).parts))
            path.parent.mkdir(parents=True, exist_ok=True)
            _create(path, data)
            (outside if is_outside(one) else written).append(os.path.relpath(path, target).replace(os.sep, "/"))
        here.mkdir(parents=True, exist_ok=True)
        # The last one: where it is, all is there.
        _create(here / name.notebook, found.notebook)
    return Restored(
        found.run,
        os.path.relpath(here / name.notebook),
        written,
        outside=outside,
        by_hand=found.masked,
        origin=sourcecontrol.origin(place, name, found.run),
        in_place=False,
    )


def restore_in_place(
    folder: Path, name: ExperimentName, run: str | None = None, *, notebook_alone: bool = False
) -> Restored:
    """Puts numbered notebook, modules and configuration back as they ran; what stood there is kept below ``out/``.

    Files outside the folder are left alone, and so are those whose secrets were not kept; with ``notebook_alone`` all
    others are.

    Raises
    ------
    UnknownExperiment, NotebookError, RecordError, StoreError
        As `restore_to` does, and when a link stands in the way.
    """
    place = Store(folder)
    found = _snapshot(place, name, run)
    restored = {} if notebook_alone else found.files
    files = {one: data for one, data in restored.items() if not is_outside(one)}
    now = {one: _present(folder, one) for one in (*files, name.notebook)}
    by_hand = {one: values for one, values in found.masked.items() if one in files}
    # A file without its secrets is better than none, and worse than one that has them.
    due = {
        one: data for one, data in files.items() if now[one] != data and not (one in by_hand and now[one] is not None)
    }
    due[name.notebook] = found.notebook
    replaced = place.experiment(name) / f"replaced-{datetime.now():%Y_%m_%d-%H_%M_%S_%f}"
    kept: dict[str, Path] = {}
    with store.refusals("put back"):
        for one, data in due.items():
            before = now[one]
            if before is not None and before != data:
                kept[one] = replaced.with_name(f"{replaced.name}.ipynb") if one == name.notebook else replaced / one
                kept[one].parent.mkdir(parents=True, exist_ok=True)
                _create(kept[one], before)
        for one, data in due.items():
            if now[one] != data:
                (folder / one).parent.mkdir(parents=True, exist_ok=True)
                store.replace(folder / one, data)
    return Restored(
        found.run,
        name.notebook,
        [one for one in due if one != name.notebook],
        [one for one in files if now[one] == files[one]],
        {one: os.path.relpath(path) for one, path in kept.items()},
        [beside(one) for one, data in restored.items() if is_outside(one) and _is_other(folder, one, data)],
        {one: values for one, values in by_hand.items() if now[one] != files[one]},
        sourcecontrol.origin(place, name, found.run),
    )


def _snapshot(place: Store, name: ExperimentName, run: str | None) -> _Snapshot:
    """The snapshot that is meant."""
    store.read_experiment(place, name)
    folder = snapshot.newest_run(place, name) if run is None else _given_run(place, name, run)
    if folder is None:
        raise NotebookError(f"{name} never ran: there is nothing to put back")
    files = read_sources(place.out, str(name), folder.name)
    executed = codec.load_json(files.pop(snapshot.EXECUTED, b"{}"), f"{folder.name}/{snapshot.EXECUTED}")
    notebook = files.pop(name.notebook, None)
    if notebook is None:
        raise RecordError(f"the snapshot of run {folder.name} has no {name.notebook}")
    return _Snapshot(folder.name, notebook, files, _masked(executed.get("masked")))


def _given_run(place: Store, name: ExperimentName, run: str) -> Path:
    """The folder of a run that the user named."""
    runs = snapshot.kept_runs(place, name)
    if run not in runs:
        there = f"{name} has {', '.join(runs[-5:])}" if runs else f"{name} has none that kept its source"
        raise UnknownExperiment(f"there is no run {printable(run[:60])}: {there}")
    return place.run(name, run)


def _masked(told: object) -> dict[str, tuple[str, ...]]:
    """The names of the values that the snapshot does not hold, by file."""
    found = told if isinstance(told, dict) else {}
    return {
        one: tuple(value for value in values if isinstance(value, str))
        for one, values in found.items()
        if isinstance(values, list) and values
    }


def _check_target(target: Path) -> None:
    """Refuses what is no new or empty folder."""
    if target.is_symlink():
        raise OptionError(f"{target} is a link: give a new or an empty folder")
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        raise OptionError(f"{target} is no folder: give a new or an empty one")
    with store.refusals("look into"):
        if any(target.iterdir()):
            raise OptionError(f"{target} is not empty: give a new or an empty folder")


def _parents(folder: Path, deep: int) -> list[str]:
    """The names of the notebook's folder and of those above it, as many as are needed."""
    names = [part for part in folder.resolve().parts if part != folder.resolve().anchor]
    return ["_"] * (deep - len(names)) + names[len(names) - deep :] if deep else []


def _create(path: Path, data: bytes) -> None:
    """Makes a file, complete at once; never over one that is there."""
    if not store.create(path, data):
        raise StoreError(f"{path} appeared meanwhile and was left as it is")


def _present(folder: Path, name: str) -> bytes | None:
    """What stands in a file's place, None when nothing does; refuses links, also on the way there."""
    path = folder / store.confined(name)
    for above in path.relative_to(folder).parents:
        if (folder / above).is_symlink() and str(above) != ".":
            raise NotebookError(f"{above} is a link, which is not followed; move it away first")
        if os.path.lexists(folder / above) and not (folder / above).is_dir():
            raise NotebookError(f"{above} is no folder; move it away first")
    return standing_there(path)


def _is_other(folder: Path, name: str, data: bytes) -> bool:
    """Whether a file outside the folder is no longer as it ran, as far as its size and its bytes tell."""
    path = os.path.normpath(folder.resolve() / beside(name))
    if stamp_of(path)[1] != len(data):
        return True
    try:
        return read_record_below(os.path.dirname(path), os.path.basename(path)) != data
    except Unreadable:
        return True
