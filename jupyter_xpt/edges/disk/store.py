"""Store: the one that writes ``out/`` and makes numbered notebooks.

Rules that hold at every moment, also when the process is killed between any two system calls:

- a number is reserved before anything bears it, and the reservation stays for ever;
- a file that is replaced is old or new, never half; temporary names begin with ``.~``;
- a notebook is only ever made, complete at once, never written over.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace as changed
from datetime import datetime
from pathlib import Path

from jupyter_xpt.edges.disk.plainfile import MISSING, Unreadable, read_record, read_record_below, stamp_of
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import RecordError, StoreError, UnknownExperiment
from jupyter_xpt.ground.names import ExperimentName, check_series, is_run_name, parse_experiment, run_name
from jupyter_xpt.ground.records import ExperimentRecord, RunRecord, SeriesRecord

try:
    import fcntl
except ImportError:  # Windows has none; there two writers of one experiment.json are last-wins
    fcntl = None  # type: ignore[assignment]

_LOCK_SECONDS = 2.0
_counter = iter(range(1 << 62))


@dataclass(frozen=True, slots=True)
class Store:
    """The folder that notebooks lie in, with ``out/`` beside them."""

    folder: Path

    @property
    def out(self) -> Path:
        """Where all that we record lies."""
        return self.folder / "out"

    def experiment(self, name: ExperimentName) -> Path:
        """The folder of an experiment."""
        return self.out / str(name)

    def run(self, name: ExperimentName, run: str) -> Path:
        """The folder of a run."""
        return self.out / str(name) / run

    def notebook(self, name: ExperimentName) -> Path:
        """The numbered notebook of an experiment."""
        return self.folder / name.notebook

    def numbers(self, series: str) -> Path:
        """Where the numbers of a series are reserved."""
        return self.out / ".xpt" / "numbers" / series

    def series(self, series: str) -> Path:
        """The record of what the user settled for a series."""
        return self.out / ".xpt" / "series" / f"{series}.json"


@contextlib.contextmanager
def refusals(what: str) -> Iterator[None]:
    """Turns the system's refusals inside the block into one clear `StoreError`."""
    try:
        yield
    except OSError as problem:
        named = f" {problem.filename!r}" if problem.filename else ""
        raise StoreError(f"cannot {what}{named}: {problem.strerror or problem}") from problem


def replace(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Makes ``path`` hold ``data``, in one step: readers see the old or the new, never half.

    Parameters
    ----------
    path
        The file; it need not exist yet.
    data
        All of its bytes.
    durable
        Whether the data must also survive a power cut (two fsyncs). Derived files need not.
    """
    temporary = _write_beside(path, data, durable=durable)
    try:
        _keep_mode(path, temporary)
        with _named(path):
            os.replace(temporary, path)
    except BaseException:
        _forget(temporary)
        raise
    if durable:
        sync_folder(path.parent)


def create(path: Path, data: bytes) -> bool:
    """Makes a new file, complete when it appears; False, and nothing changed, when there is one already."""
    temporary = _write_beside(path, data, durable=True)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:
        # Some shared file systems have no hard links: O_EXCL is the next best, complete after one write.
        return _create_exclusively(path, data)
    finally:
        _forget(temporary)
    sync_folder(path.parent)
    return True


def _create_exclusively(path: Path, data: bytes) -> bool:
    """`create` without hard links."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except FileExistsError:
        return False
    try:
        _write_all(descriptor, data)
    except BaseException:
        _forget(path)
        raise
    finally:
        os.close(descriptor)
    return True


def _write_beside(path: Path, data: bytes, *, durable: bool) -> Path:
    """A new temporary file with the data, in the same folder."""
    # The name is short whatever the target's is: names are limited to 255 bytes.
    temporary = path.parent / f".~xpt-{os.getpid()}-{next(_counter)}-{time.monotonic_ns():x}"
    with _named(path):
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            try:
                _write_all(descriptor, data)
                if durable:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except BaseException:
            _forget(temporary)
            raise
    return temporary


def _keep_mode(path: Path, temporary: Path) -> None:
    """Gives a file the mode of the one that it replaces: others in a shared folder may go on reading."""
    with contextlib.suppress(OSError):
        os.chmod(temporary, os.stat(path).st_mode & 0o777)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Refusals inside the block name the file that was to be written: no temporary one, and not none."""
    try:
        yield
    except OSError as problem:
        problem.filename, problem.filename2 = str(path), None
        raise


def _write_all(descriptor: int, data: bytes) -> None:
    """Writes all of it: a short write is no error to the system."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _forget(path: Path) -> None:
    """Removes a file of ours if it is there; what cannot be removed is only litter."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def sync_folder(folder: Path) -> None:
    """Makes a folder's entries survive a power cut, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def reserve(store: Store, series: str) -> ExperimentName:
    """A number of the series that nobody has and nobody ever had.

    Raises
    ------
    StoreError
        When the disk refuses.
    """
    check_series(series)
    with refusals("reserve a number"):
        _check_own(store, store.numbers(series))
        store.numbers(series).mkdir(parents=True, exist_ok=True)
        number = highest_number(store, series) + 1
        # A listing may be stale (NFS) or another process quicker: the exclusive creation decides.
        while not reserve_number(store, ExperimentName(series, number)):
            number += 1
    return ExperimentName(series, number)


def reserve_number(store: Store, name: ExperimentName) -> bool:
    """Reserves that very number; False when it is reserved already."""
    folder = store.numbers(name.series)
    _check_own(store, folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(folder / name.short, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except FileExistsError:
        return False
    os.close(descriptor)
    return True


def _check_own(store: Store, path: Path) -> None:
    """Refuses to write below a folder of ours that somebody made a link: it leads who knows where."""
    while path not in (store.out, store.folder):
        if path.is_symlink():
            raise StoreError(f"{path.relative_to(store.folder)} is a link, which is not followed: move it away")
        path = path.parent


def is_reserved(store: Store, name: ExperimentName) -> bool:
    """Whether the number was ever given."""
    return (store.numbers(name.series) / name.short).exists() or store.experiment(name).is_dir()


def highest_number(store: Store, series: str) -> int:
    """The highest number that was ever given in a series, 0 when none was."""
    highest = 0
    for entry in _names(store.numbers(series)):
        if entry.isascii() and entry.isdigit():
            highest = max(highest, int(entry))
    for folder, suffix in ((store.out, ""), (store.folder, ".ipynb")):
        prefix = f"{series}_"
        for entry in _names(folder):
            if entry.startswith(prefix) and entry.endswith(suffix):
                name = parse_experiment(entry.removesuffix(suffix))
                if name is not None and name.series == series:
                    highest = max(highest, name.number)
    return highest


def _names(folder: Path) -> list[str]:
    """The names in a folder; none when it is not there."""
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []


def create_experiment(store: Store, record: ExperimentRecord) -> None:
    """Writes the record of an experiment whose number was just reserved."""
    folder = store.experiment(record.name)
    with refusals("make the experiment"):
        folder.mkdir(parents=True, exist_ok=True)
        replace(folder / "experiment.json", codec.dump(record))
        sync_folder(store.out)


def read_experiment(store: Store, name: ExperimentName) -> ExperimentRecord:
    """The record of an experiment.

    Raises
    ------
    UnknownExperiment
        When there is none.
    RecordError
        When it is damaged.
    """
    try:
        data = read_record_below(store.out, str(name), "experiment.json")
    except Unreadable as problem:
        if os.path.lexists(store.experiment(name) / "experiment.json"):
            raise RecordError(f"experiment.json of {name} {problem}") from None
        raise UnknownExperiment(f"there is no experiment {name} in {store.folder.name or store.folder}") from None
    record = codec.load(ExperimentRecord, data, f"{name}/experiment.json")
    # The folder's name is the identity: a record copied from elsewhere does not change whose it is.
    return record if record.name == name else changed(record, series=name.series, number=name.number)


def update_experiment(
    store: Store, name: ExperimentName, change: Callable[[ExperimentRecord], ExperimentRecord]
) -> ExperimentRecord:
    """Reads, changes and replaces a record while no other process does the same."""
    # Before the lock is made: a number that does not exist leaves nothing on disk.
    read_experiment(store, name)
    with locked(store):
        record = change(read_experiment(store, name))
        with refusals("write the experiment"):
            replace(store.experiment(name) / "experiment.json", codec.dump(record))
    return record


def update_series(store: Store, series: str, change: Callable[[SeriesRecord], SeriesRecord]) -> SeriesRecord:
    """Reads, changes and replaces what is settled for a series while no other process does the same.

    Raises
    ------
    RecordError
        When what is there is damaged.
    StoreError
        When the disk refuses.
    """
    path = store.series(series)
    with locked(store):
        record = change(_read_series(path, series))
        with refusals("write what is settled for the series"):
            path.parent.mkdir(parents=True, exist_ok=True)
            _check_own(store, path.parent)
            replace(path, codec.dump(record))
    return record


def _read_series(path: Path, series: str) -> SeriesRecord:
    """What is settled for a series; nothing when there is no record."""
    if stamp_of(str(path)) == MISSING:
        return SeriesRecord(series)
    try:
        record = codec.load(SeriesRecord, read_record(str(path)), path.name)
    except (Unreadable, RecordError) as problem:
        said = f"{path.name} {problem}" if isinstance(problem, Unreadable) else str(problem)
        raise RecordError(f"{said}; mend out/.xpt/series/{path.name} or delete it") from None
    return changed(record, series=series)


@contextlib.contextmanager
def locked(store: Store) -> Iterator[None]:
    """Holds the folder's lock, for milliseconds; goes on without it where there are no locks or it is stuck."""
    descriptor = None
    folder = store.out / ".xpt"
    _check_own(store, folder)
    if fcntl is not None:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
            _wait_for(descriptor)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _wait_for(descriptor: int) -> None:
    """Takes the lock, waiting at most two seconds."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return
            time.sleep(0.002)
        else:
            return


def create_run(store: Store, name: ExperimentName, started: datetime) -> tuple[str, int]:
    """Makes the folder of a new run.

    Returns
    -------
    run, index
        The run's name, and which run of the experiment it is, from 1.
    """
    folder = store.experiment(name)
    with refusals("make the run's folder"):
        index = 1 + sum(is_run_name(entry) for entry in _names(folder))
        again = 1
        while True:
            run = run_name(started, again)
            try:
                os.mkdir(folder / run)
            except FileExistsError:
                again += 1
            else:
                return run, index


def write_run(store: Store, name: ExperimentName, record: RunRecord) -> None:
    """Writes the record of a run, and touches the experiment so that readers see that something changed."""
    replace(store.run(name, record.run) / "run.json", codec.dump(record))
    touch(store, name)


def touch(store: Store, name: ExperimentName) -> None:
    """Gives the experiment's folder a new time: readers look only into folders whose time changed."""
    with contextlib.suppress(OSError):
        os.utime(store.experiment(name))


def heartbeat(path: Path) -> None:
    """Gives a file a new time: readers on other hosts see that its run lives."""
    with contextlib.suppress(OSError):
        os.utime(path)


def write_sources(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes a run's snapshot below ``folder``; names are relative, with ``/``."""
    made: set[Path] = set()
    for relative, data in files.items():
        path = folder / confined(relative)
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        with open(path, "xb") as file:
            file.write(data)


def confined(relative: str) -> Path:
    """The relative path, when it stays below where it is put.

    Raises
    ------
    StoreError
        When it is absolute or leads out.
    """
    path = Path(relative)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise StoreError(f"{relative!r} leads out of its folder")
    return path
