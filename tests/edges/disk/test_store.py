"""The store: whole files or none, numbers for one only, and refusals that name the file."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace as changed
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import NameProblem, RecordError, StoreError, UnknownExperiment, XptError
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import ExperimentRecord, RunRecord

ROOT = Path(__file__).parents[3]
CATS = ExperimentName("cats", 1)
STARTED = datetime(2026, 11, 23, 12, 34, 12)


def record(number: int = 1, **given: object) -> ExperimentRecord:
    """An experiment of the series ``cats``."""
    return ExperimentRecord("cats", number, "2026-11-23T12:34:12+01:00", **given)  # type: ignore[arg-type]


def run_record(run: str, status: str = "running") -> RunRecord:
    """A run that has begun."""
    return RunRecord(run, 1, status, "2026-11-23T12:34:12+01:00", "sha256:0", 5, "0xabc")


def litter(folder: Path) -> list[str]:
    """The temporary files that were left behind."""
    return [path.name for path in folder.rglob(".~*")]


def test_what_lies_where(tmp_path: Path) -> None:
    place = Store(tmp_path)
    assert place.notebook(CATS) == tmp_path / "cats_001.ipynb"
    assert place.experiment(CATS) == tmp_path / "out" / "cats_001"
    assert place.run(CATS, "r") == tmp_path / "out" / "cats_001" / "r"
    assert place.numbers("cats") == tmp_path / "out" / ".xpt" / "numbers" / "cats"


# Files


@pytest.mark.parametrize("durable", [True, False])
def test_replacing_gives_all_of_the_new(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "a.json"
    for data in (b"one", b"", b"x" * 3_000_000, b"two"):
        store.replace(path, data, durable=durable)
        assert path.read_bytes() == data
    assert os.listdir(tmp_path) == ["a.json"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666], ids=oct)
def test_who_may_read_a_file_may_read_what_replaces_it(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "experiment.json"
    store.replace(path, b"1")
    path.chmod(mode)
    before = os.umask(0o077)
    try:
        store.replace(path, b"2")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == mode
    assert path.read_bytes() == b"2"


def test_a_reader_sees_the_old_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    store.replace(path, b"1" * 200_000)
    code = """
        import sys
        from pathlib import Path
        from jupyter_xpt.edges.disk import store
        for i in range(2, 300):
            store.replace(Path(sys.argv[1]), str(i % 10).encode() * 200_000, durable=False)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(path)], env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as process:
        while process.poll() is None:
            data = path.read_bytes()
            assert len(data) == 200_000
            assert len(set(data)) == 1
    assert process.returncode == 0


def test_creating_never_writes_over(tmp_path: Path) -> None:
    path = tmp_path / "cats_001.ipynb"
    assert store.create(path, b"mine")
    assert not store.create(path, b"yours")
    assert path.read_bytes() == b"mine"
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("nowhere"), os.mkfifo])
def test_creating_leaves_whatever_has_the_name(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "cats_001.ipynb"
    make(path)
    before = os.lstat(path)
    assert not store.create(path, b"mine")
    assert os.lstat(path) == before
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS])
def test_creating_works_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "cats_001.ipynb"
    assert store.create(path, b"mine" * 100_000)
    assert not store.create(path, b"yours")
    assert path.read_bytes() == b"mine" * 100_000
    assert os.listdir(tmp_path) == [path.name]


def _create_all(folder: Path, barrier: object, found: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]  # a multiprocessing.Barrier
    mine = str(os.getpid()).encode() * 1000
    for i in range(20):
        if store.create(folder / f"{i}", mine):
            found.put((i, mine))  # type: ignore[attr-defined]  # a multiprocessing.Queue


def test_of_many_who_create_one_file_one_wins(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, found = context.Barrier(4), context.Queue()
    workers = [context.Process(target=_create_all, args=(tmp_path, barrier, found)) for _ in range(4)]
    for worker in workers:
        worker.start()
    won = dict(found.get(timeout=60) for _ in range(20))
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert found.empty()
    found.close()
    assert {int(path.name): path.read_bytes() for path in tmp_path.iterdir()} == won


# Refusals


@pytest.mark.parametrize(
    "relative",
    [
        "",
        ".",
        "..",
        "/",
        "/etc/passwd",
        "../a",
        "a/../../b",
        "a/..",
        "a/../b",
        "./..",
        "//a",
        "a/b/../../../c",
    ],
)
def test_what_leads_out_is_refused(relative: str) -> None:
    with pytest.raises(StoreError, match="leads out of its folder"):
        store.confined(relative)


@pytest.mark.parametrize(
    "relative", ["a", "a/b.py", "a b/ü.yaml", "..a", "a..", "...", "a/.b", "./a", "~", "-rf", "a\\..\\b"]
)
def test_what_stays_within_is_itself(relative: str) -> None:
    assert store.confined(relative) == Path(relative)


@given(st.text(alphabet="ab./\\~ ", max_size=12))
def test_what_is_let_through_stays_within(relative: str) -> None:
    try:
        path = store.confined(relative)
    except StoreError:
        return
    assert os.path.normpath(Path("/root/here") / path).startswith("/root/here/")


def test_a_snapshot_is_written_below_its_folder_and_nowhere_else(tmp_path: Path) -> None:
    files = {
        "notebook.ipynb": b"{}",
        "pkg/__init__.py": b"",
        "pkg/sub/m.py": b"x = 1\n",
        "_outside/c.yaml": b"a: 1\n",
    }
    store.write_sources(tmp_path / "source", files)
    found = {
        path.relative_to(tmp_path / "source").as_posix(): path.read_bytes()
        for path in (tmp_path / "source").rglob("*")
        if path.is_file()
    }
    assert found == files
    with pytest.raises(StoreError):
        store.write_sources(tmp_path / "source", {"../evil.py": b""})
    assert sorted(os.listdir(tmp_path)) == ["source"]


def writers(place: Store) -> dict[str, Callable[[], object]]:
    """Everything that writes, as its callers call it."""

    def within(what: str, act: Callable[[], object]) -> Callable[[], object]:
        def done() -> None:
            with store.refusals(what):
                act()

        return done

    return {
        "reserve": lambda: store.reserve(place, "cats"),
        "create_experiment": lambda: store.create_experiment(place, record()),
        "create_run": lambda: store.create_run(place, CATS, STARTED),
        "replace": within("write", lambda: store.replace(place.folder / "a.json", b"x" * 100_000)),
        "create": within("make", lambda: store.create(place.folder / "a.ipynb", b"x" * 100_000)),
        "write_run": within("write", lambda: store.write_run(place, CATS, run_record("r"))),
    }


def refused(place: Store, name: str, *, without_path: bool = False) -> None:
    """Asserts that this writer says in one line, with the file's path, that it cannot."""
    with pytest.raises(StoreError) as refusal:
        writers(place)[name]()
    message = str(refusal.value)
    assert message.startswith("cannot ")
    assert message.isprintable()
    assert without_path or str(place.folder) in message


WRITERS = tuple(writers(Store(Path())))


@pytest.mark.parametrize("name", WRITERS)
def test_a_read_only_folder_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    tmp_path.chmod(0o755)
    folder = tmp_path / "project"
    folder.mkdir()
    folder.chmod(0o555)
    place = Store(folder)
    if os.geteuid() == 0:
        # Root may write everywhere: a folder of the kernel's that takes no files does as well.
        place = Store(Path("/proc/self"))
    refused(place, name)
    assert os.listdir(folder) == []


@pytest.mark.parametrize("name", ["reserve", "create_experiment", "create_run", "write_run"])
@pytest.mark.parametrize("content", [b"", b"mine"])
def test_out_being_a_file_is_named_in_one_line_and_it_stays(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / "out").write_bytes(content)
    refused(Store(tmp_path), name)
    assert (tmp_path / "out").read_bytes() == content
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("name", ["replace", "create"])
def test_a_full_disk_is_named_in_one_line_and_leaves_the_old(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.json").write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        refused(Store(tmp_path), name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "a.json").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.json"]


@pytest.mark.parametrize("name", ["reserve", "../x", "", "a/b", "con"])
def test_a_series_that_cannot_be_makes_nothing(tmp_path: Path, name: str) -> None:
    if name == "reserve":
        assert store.reserve(Store(tmp_path), name) == ExperimentName(name, 1)
        return
    with pytest.raises(NameProblem):
        store.reserve(Store(tmp_path), name)
    assert os.listdir(tmp_path) == []


# Numbers


def test_numbers_begin_at_one_and_go_on(tmp_path: Path) -> None:
    place = Store(tmp_path)
    assert [store.reserve(place, "cats").number for _ in range(3)] == [1, 2, 3]
    assert store.reserve(place, "dogs") == ExperimentName("dogs", 1)
    assert store.is_reserved(place, ExperimentName("cats", 3))
    assert not store.is_reserved(place, ExperimentName("cats", 4))
    assert not store.reserve_number(place, ExperimentName("cats", 3))


@pytest.mark.parametrize(
    ("made", "number"),
    [
        ("cats_007.ipynb", 8),
        ("out/cats_007/", 8),
        ("out/.xpt/numbers/cats/007", 8),
        ("cats_999.ipynb", 1000),
        ("cats_9999.ipynb", 10_000),
        ("out/cats_12345/", 12_346),
        ("cats_0007.ipynb", 1),
        ("cats_007-Copy1.ipynb", 1),
        ("cats_007 (1).ipynb", 1),
        ("cats_07.ipynb", 1),
        ("cats_007.sync-conflict-20261123-1234-A.ipynb", 1),
        ("cats_007.ipynb~", 1),
        (".~cats_007.ipynb", 1),
        ("cats_00\u00b2.ipynb", 1),
        ("cats_\u0660\u0660\u0663.ipynb", 1),
        ("cats_\uff10\uff10\uff19.ipynb", 1),
        ("cats_x_007.ipynb", 1),
        ("xcats_007.ipynb", 1),
        ("Cats_007.ipynb", 1),
        ("cats_007.txt", 1),
        ("cats_20261123123412.ipynb", 1),
        ("out/cats_007-Copy1/", 1),
        ("out/.xpt/numbers/cats/\u0663", 1),
        ("out/.xpt/numbers/cats/\u00b2", 1),
        ("out/.xpt/numbers/cats/9 (1)", 1),
        ("out/.xpt/numbers/dogs/009", 1),
        ("out/.xpt/numbers/cats/009.sync-conflict-1", 1),
    ],
)
def test_the_next_number_is_above_all_that_are_there_and_look_alikes_do_not_count(
    tmp_path: Path, made: str, number: int
) -> None:
    path = tmp_path / made
    path.parent.mkdir(parents=True, exist_ok=True)
    if made.endswith("/"):
        path.mkdir()
    else:
        path.write_bytes(b"")
    assert store.reserve(Store(tmp_path), "cats") == ExperimentName("cats", number)


def test_a_stale_listing_gives_no_number_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Store(tmp_path)
    given = [store.reserve(place, "cats").number for _ in range(3)]
    # As over NFS, where a listing may be seconds old.
    monkeypatch.setattr(os, "listdir", lambda _: [])
    given += [store.reserve(place, "cats").number for _ in range(3)]
    assert given == [1, 2, 3, 4, 5, 6]


# Records


def test_an_experiment_reads_back_and_says_who_it_is_by_its_folder(tmp_path: Path) -> None:
    place = Store(tmp_path)
    made = record(note="baseline", tags=("a",), extra={"later": [1]})
    store.create_experiment(place, made)
    assert store.read_experiment(place, CATS) == made
    path = place.experiment(ExperimentName("dogs", 7))
    path.mkdir()
    (path / "experiment.json").write_bytes(codec.dump(made))
    copied = store.read_experiment(place, ExperimentName("dogs", 7))
    assert (copied.series, copied.number, copied.note, copied.extra) == (
        "dogs",
        7,
        "baseline",
        {"later": [1]},
    )


def test_an_experiment_that_is_not_there_or_damaged_is_named(tmp_path: Path) -> None:
    place = Store(tmp_path)
    with pytest.raises(UnknownExperiment, match="there is no experiment cats_001"):
        store.read_experiment(place, CATS)
    path = place.experiment(CATS) / "experiment.json"
    path.parent.mkdir(parents=True)
    for damage in (b"", b"{", b"\0" * 50, b"[]", b'{"schema": 2}'):
        path.write_bytes(damage)
        with pytest.raises(RecordError, match=r"\Acats_001/experiment\.json: "):
            store.read_experiment(place, CATS)
        with pytest.raises(RecordError):
            store.update_experiment(place, CATS, lambda one: one)
        assert path.read_bytes() == damage
    path.unlink()
    path.mkdir()
    with pytest.raises(RecordError, match="is not a plain file"):
        store.read_experiment(place, CATS)


def _tag(folder: Path, barrier: object, mine: int, count: int) -> None:
    barrier.wait()  # type: ignore[attr-defined]  # a multiprocessing.Barrier
    for i in range(count):
        store.update_experiment(Store(folder), CATS, lambda one, i=i: changed(one, tags=(*one.tags, f"{mine}-{i}")))


def test_updates_of_eight_processes_are_all_kept(tmp_path: Path) -> None:
    store.create_experiment(Store(tmp_path), record(extra={"later": 1}))
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(8)
    workers = [context.Process(target=_tag, args=(tmp_path, barrier, mine, 10)) for mine in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0
    read = store.read_experiment(Store(tmp_path), CATS)
    assert sorted(read.tags) == sorted(f"{mine}-{i}" for mine in range(8) for i in range(10))
    assert read.extra == {"later": 1}
    assert litter(tmp_path) == []


def test_a_stuck_lock_holds_nobody_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_LOCK_SECONDS", 0.1)
    place = Store(tmp_path)
    store.create_experiment(place, record())
    with store.locked(place):
        store.update_experiment(place, CATS, lambda one: changed(one, star=True))
    assert store.read_experiment(place, CATS).star


def test_a_change_that_fails_changes_nothing_and_frees_the_lock(tmp_path: Path) -> None:
    place = Store(tmp_path)
    store.create_experiment(place, record())

    def fail(_: ExperimentRecord) -> ExperimentRecord:
        raise XptError("no")

    with pytest.raises(XptError, match="no"):
        store.update_experiment(place, CATS, fail)
    assert store.update_experiment(place, CATS, lambda one: changed(one, note="yes")).note == "yes"


def test_changing_what_is_not_there_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnknownExperiment):
        store.update_experiment(Store(tmp_path), CATS, lambda one: one)
    assert os.listdir(tmp_path) == []


# Runs


def test_runs_of_one_second_get_folders_and_numbers_of_their_own(tmp_path: Path) -> None:
    place = Store(tmp_path)
    store.create_experiment(place, record())
    made = [store.create_run(place, CATS, STARTED) for _ in range(3)]
    assert made == [
        ("2026_11_23-12_34_12", 1),
        ("2026_11_23-12_34_12-2", 2),
        ("2026_11_23-12_34_12-3", 3),
    ]
    assert store.create_run(place, CATS, STARTED.replace(hour=11)) == ("2026_11_23-11_34_12", 4)


def _runs(folder: Path, barrier: object, found: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]  # a multiprocessing.Barrier
    for _ in range(20):
        found.put(store.create_run(Store(folder), CATS, STARTED)[0])  # type: ignore[attr-defined]  # a Queue


def test_two_kernels_never_share_a_run(tmp_path: Path) -> None:
    store.create_experiment(Store(tmp_path), record())
    context = multiprocessing.get_context("spawn")
    barrier, found = context.Barrier(4), context.Queue()
    workers = [context.Process(target=_runs, args=(tmp_path, barrier, found)) for _ in range(4)]
    for worker in workers:
        worker.start()
    assert len({found.get(timeout=60) for _ in range(80)}) == 80
    for worker in workers:
        worker.join(60)
    found.close()


def test_writing_a_run_tells_those_who_look_only_at_changed_folders(tmp_path: Path) -> None:
    place = Store(tmp_path)
    store.create_experiment(place, record())
    run, _ = store.create_run(place, CATS, STARTED)
    for status in ("running", "finished"):
        os.utime(place.experiment(CATS), (1, 1))
        store.write_run(place, CATS, run_record(run, status))
        assert place.experiment(CATS).stat().st_mtime > 1
        assert json.loads((place.run(CATS, run) / "run.json").read_bytes())["status"] == status


def test_signs_of_life_need_no_file(tmp_path: Path) -> None:
    store.touch(Store(tmp_path), CATS)
    store.heartbeat(tmp_path / "missing")
    path = tmp_path / "log.txt"
    path.write_bytes(b"")
    os.utime(path, (1, 1))
    store.heartbeat(path)
    assert path.stat().st_mtime > 1
