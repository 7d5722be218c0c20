"""Numbers: one experiment each, for ever, whoever asks at once and whatever is deleted."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import ExperimentRecord

ROOT = Path(__file__).parents[2]
PROCESSES, EACH = 16, 50


def allocate(folders: list[Path], barrier: object, found: object) -> None:
    """Reserves numbers in folder after folder, all processes at the same moment."""
    for i, folder in enumerate(folders):
        barrier.wait(120)  # type: ignore[attr-defined]  # a multiprocessing.Barrier
        given = [store.reserve(Store(folder), "cats").number for _ in range(EACH)]
        found.put((i, given))  # type: ignore[attr-defined]  # a multiprocessing.Queue


def race(folders: list[Path]) -> list[list[int]]:
    """The numbers that the processes were given, by folder."""
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    barrier, found = context.Barrier(PROCESSES), context.Queue()
    workers = [context.Process(target=allocate, args=(folders, barrier, found)) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    rounds: list[list[int]] = [[] for _ in folders]
    for _ in range(PROCESSES * len(folders)):
        i, given = found.get(timeout=300)
        rounds[i] += given
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    found.close()
    return rounds


def distinct(tmp_path: Path, rounds: int) -> None:
    """Asserts that from empty folders every process got numbers that no other got."""
    folders = [tmp_path / str(i) for i in range(rounds)]
    for folder in folders:
        folder.mkdir()
    for given in race(folders):
        assert sorted(given) == list(range(1, PROCESSES * EACH + 1))


def test_sixteen_processes_at_once_get_distinct_numbers_from_an_empty_folder(tmp_path: Path) -> None:
    distinct(tmp_path, 2)


@pytest.mark.long
def test_they_do_so_twenty_times(tmp_path: Path) -> None:
    distinct(tmp_path, 20)


class Deletions(RuleBasedStateMachine):
    """A folder in which experiments are made and their files deleted in any order."""

    experiments = Bundle("experiments")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.place = Store(self.folder)
        self.given: list[int] = []

    def teardown(self) -> None:
        """Leaves nothing behind."""
        shutil.rmtree(self.folder)

    @rule(target=experiments, publish=st.booleans(), notebook=st.booleans())
    def make(self, publish: bool, notebook: bool) -> ExperimentName:
        """A number is reserved; what bears it may come or not."""
        name = store.reserve(self.place, "cats")
        self.given.append(name.number)
        if publish:
            store.create_experiment(self.place, ExperimentRecord("cats", name.number, "now"))
        if notebook:
            assert store.create(self.place.notebook(name), b"{}")
        return name

    @rule(name=experiments)
    def delete_notebook(self, name: ExperimentName) -> None:
        """As a person does who tidies up."""
        self.place.notebook(name).unlink(missing_ok=True)

    @rule(name=experiments)
    def delete_runs(self, name: ExperimentName) -> None:
        """The same for its folder."""
        shutil.rmtree(self.place.experiment(name), ignore_errors=True)

    @rule(name=consumes(experiments))
    def delete_both(self, name: ExperimentName) -> None:
        """All that people see of it."""
        self.delete_notebook(name)
        self.delete_runs(name)

    @rule()
    def delete_all_experiments(self) -> None:
        """Everything that people see."""
        for path in (*self.folder.glob("*.ipynb"), *self.place.out.glob("cats_*")):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    @rule(name=experiments)
    def lose_reservation(self, name: ExperimentName) -> None:
        """What else bears the number makes up for a reservation that is lost."""
        if self.place.experiment(name).is_dir() or self.place.notebook(name).exists():
            (self.place.numbers("cats") / name.short).unlink(missing_ok=True)
            self.make(publish=False, notebook=False)
            store.reserve_number(self.place, name)

    @invariant()
    def strictly_increasing(self) -> None:
        """The whole promise."""
        assert all(one < other for one, other in zip(self.given, self.given[1:], strict=False))


Deletions.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestDeletions = Deletions.TestCase


def test_a_kill_between_reserving_and_publishing_wastes_a_number_and_nothing_else(tmp_path: Path) -> None:
    code = """
        import os, signal, sys
        from pathlib import Path
        from jupyter_xpt.edges.disk import store
        name = store.reserve(store.Store(Path(sys.argv[1])), "cats")
        print(name.number, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    given = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code), str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            timeout=60,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL
        given.append(int(done.stdout))
    given.append(store.reserve(Store(tmp_path), "cats").number)
    assert given == [1, 2, 3, 4]


@pytest.mark.parametrize("start", [998, 9998, 99_998])
def test_numbers_grow_past_every_width(tmp_path: Path, start: int) -> None:
    place = Store(tmp_path)
    assert store.reserve_number(place, ExperimentName("cats", start))
    names = [store.reserve(place, "cats") for _ in range(3)]
    assert [name.number for name in names] == [start + 1, start + 2, start + 3]
    assert sorted(names) == names
    assert [len(name.short) for name in names] == [len(str(start))] + [len(str(start)) + 1] * 2


@pytest.mark.parametrize(
    "series", ["猫", "חתול", "🐈", "a b", "x" * 200, "é" * 100, "x_001", "report_2024", "-rf", "%s"]
)
def test_any_series_numbers_its_own(tmp_path: Path, series: str) -> None:
    place = Store(tmp_path)
    store.reserve(place, "x")
    names = [store.reserve(place, series) for _ in range(2)]
    assert [name.number for name in names] == [1, 2]
    for name in names:
        store.create_experiment(place, ExperimentRecord(series, name.number, "now"))
        assert store.create(place.notebook(name), b"{}")
        assert store.read_experiment(place, name).name == name
    shutil.rmtree(place.numbers(series))
    assert store.reserve(place, series).number == 3
    assert store.reserve(place, "x").number == 2
