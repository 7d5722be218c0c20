"""Trash: experiments that the user deleted, each in a folder of its own below ``out/.xpt/trash``.

The notebook goes first and the experiment's folder last; they come back the other way round. So a kill between
two steps leaves one state only, the notebook in the trash and the folder at home, and both ways go on from there.
Nothing is ever written over.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from datetime import datetime
from pathlib import Path

from jupyter_xpt.edges.disk.store import Store, create, locked, refusals, reserve_number, sync_folder
from jupyter_xpt.ground.errors import ConflictError, StoreError, UnknownExperiment
from jupyter_xpt.ground.names import ExperimentName, parse_experiment

_ENTRY = re.compile(r"(?s)(.+)-([0-9]{4}_[0-9]{2}_[0-9]{2}-[0-9]{2}_[0-9]{2}_[0-9]{2}_[0-9]{6})")


def put_away(place: Store, name: ExperimentName) -> Path:
    """Moves an experiment and its numbered notebook into the trash; gives the folder they lie in there.

    A notebook that is no plain file stays. The number stays reserved.

    Raises
    ------
    ConflictError
        When the experiment's folder is a link.
    StoreError
        When the disk refuses; nothing is moved then.
    """
    home, notebook = place.experiment(name), place.notebook(name)
    if home.is_symlink():
        raise ConflictError(f"the folder of {name} is a link, which is not followed: remove it by hand")
    with locked(place), refusals("delete the experiment"):
        # One that was copied here may bear a number that nobody reserved.
        reserve_number(place, name)
        away = _begun(place, name) or _made(place, name)
        try:
            if _is_plain(notebook):
                _move_file(notebook, away / name.notebook)
            os.rename(home, away / str(name))
        except BaseException:
            with contextlib.suppress(OSError):
                _bring_notebook(place, name, away)
            raise
        _sync(place, away)
    return away


def bring_back(place: Store, name: ExperimentName) -> None:
    """Moves what was deleted last of an experiment back to where it was.

    Raises
    ------
    UnknownExperiment
        When there is nothing of it in the trash.
    ConflictError
        When something stands in its place again.
    StoreError
        When the disk refuses.
    """
    with locked(place), refusals("undelete the experiment"):
        away = next((one for one in reversed(_entries(place, name)) if _holds(one, name)), None)
        if away is None:
            raise UnknownExperiment(f"{name} is not in the trash")
        home, folder = place.experiment(name), away / str(name)
        if os.path.lexists(folder) and os.path.lexists(home):
            raise ConflictError(f"out/{name} stands there again: move it away first")
        if _clash(away / name.notebook, place.notebook(name)):
            raise ConflictError(f"{name.notebook} stands there again: move or rename it first")
        if os.path.lexists(folder):
            os.rename(folder, home)
        _bring_notebook(place, name, away)
        _sync(place, away)


def deleted(place: Store) -> tuple[ExperimentName, ...]:
    """The experiments that something lies in the trash of, in order."""
    found = set()
    for entry in _listed(place):
        match = _ENTRY.fullmatch(entry)
        name = parse_experiment(match[1]) if match is not None else None
        if name is not None and _holds(_trash(place) / entry, name):
            found.add(name)
    return tuple(sorted(found))


def _trash(place: Store) -> Path:
    """Where all trash lies."""
    return place.out / ".xpt" / "trash"


def _listed(place: Store) -> list[str]:
    """The names in the trash, the oldest first; none where it is a link, which may lead anywhere."""
    trash = _trash(place)
    try:
        return sorted(os.listdir(trash)) if not trash.is_symlink() else []
    except OSError:
        return []


def _entries(place: Store, name: ExperimentName) -> list[Path]:
    """The folders in the trash that are an experiment's, the oldest first."""
    named = [(entry, _ENTRY.fullmatch(entry)) for entry in _listed(place)]
    paths = [_trash(place) / entry for entry, match in named if match is not None and match[1] == str(name)]
    return [path for path in paths if path.is_dir() and not path.is_symlink()]


def _holds(away: Path, name: ExperimentName) -> bool:
    """Whether something of an experiment lies there."""
    return os.path.lexists(away / str(name)) or _is_plain(away / name.notebook)


def _begun(place: Store, name: ExperimentName) -> Path | None:
    """The folder that a deletion which was killed began to fill, or that an undeletion began to empty."""
    for away in reversed(_entries(place, name)):
        if not os.path.lexists(away / str(name)) and not _clash(away / name.notebook, place.notebook(name)):
            return away
    return None


def _made(place: Store, name: ExperimentName) -> Path:
    """A new folder in the trash."""
    trash = _trash(place)
    trash.mkdir(parents=True, exist_ok=True)
    if trash.is_symlink():
        raise StoreError(f"{trash} is a link, which is not followed: move it away")
    while True:
        away = trash / f"{name}-{datetime.now():%Y_%m_%d-%H_%M_%S_%f}"
        with contextlib.suppress(FileExistsError):
            away.mkdir()
            return away


def _bring_notebook(place: Store, name: ExperimentName, away: Path) -> None:
    """Moves the notebook back, and removes the folder that is empty then."""
    if _is_plain(away / name.notebook):
        _move_file(away / name.notebook, place.notebook(name))
    with contextlib.suppress(OSError):
        away.rmdir()


def _move_file(source: Path, target: Path) -> None:
    """Moves a file to where none is; goes on where a kill left it in both places."""
    if not os.path.lexists(target):
        try:
            os.link(source, target, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:
            # Another file system, where out/ is a link; or one without hard links.
            if not create(target, source.read_bytes()):
                raise
    elif _clash(source, target):
        raise FileExistsError(17, os.strerror(17), str(target))
    os.unlink(source)


def _clash(one: Path, other: Path) -> bool:
    """Whether two files are both there and differ."""
    if not os.path.lexists(one) or not os.path.lexists(other):
        return False
    if not _is_plain(one) or not _is_plain(other):
        return True
    return not os.path.samefile(one, other) and one.read_bytes() != other.read_bytes()


def _is_plain(path: Path) -> bool:
    """Whether a plain file is there, no link."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _sync(place: Store, away: Path) -> None:
    """Makes the moves survive a power cut."""
    for folder in (place.folder, place.out, away, away.parent):
        sync_folder(folder)
