"""Kill: what was acknowledged is on disk when the process is killed at any moment, and the next run goes on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_xpt.actions.overview import overview
from jupyter_xpt.thought.reading.lineage import RunRow
from tests.kernels import kernel

ROOT = Path(__file__).parents[2]
STEPS = 40
# What is acknowledged goes straight to a file that was opened before.
CELL = f"""%%experiment name=cats repeats={{repeats}}
import os
import jupyter_xpt as xpt
for step in range(1, {STEPS} + 1):
    print("step", step)
    xpt.log(value=step)
    os.write(int(os.environ["TOLD"]), b"%d\\n" % step)
"""
# A shell without a kernel around it is there in half the time.
CHILD = """
import sys
sys.path.insert(0, {root!r})
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.history_manager.enabled = False
shell.run_line_magic("load_ext", "jupyter_xpt")
sys.exit(not shell.run_cell(sys.argv[1], store_history=True).success)
"""
FOR_EVER, TWICE = 100_000, 2


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Path]:
    """The file that a cell acknowledges in, open in whatever is started; its descriptor is in TOLD."""
    path = tmp_path / "told"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.set_inheritable(descriptor, True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOLD", str(descriptor))
        yield path
    os.close(descriptor)


def start(folder: Path, repeats: int) -> subprocess.Popen[bytes]:
    """A process that runs the cell in a folder."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD.format(root=str(ROOT)), CELL.format(repeats=repeats)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[int(os.environ["TOLD"])],
    )


def project(tmp_path: Path) -> Path:
    """A folder to run in."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def wait_for_first(told: Path, alive: Callable[[], bool]) -> None:
    """Waits until the cell has acknowledged something."""
    while not told.stat().st_size:
        assert alive(), "it ended before it acknowledged anything"
        time.sleep(0.001)


def runs_of(folder: Path) -> tuple[RunRow, ...]:
    """The runs of the only experiment in a folder."""
    (lineage,) = overview(folder).lineages
    (row,) = lineage.rows
    assert str(row.name) == "cats_001"
    return row.runs


def run_folder(folder: Path, run: RunRow) -> Path:
    return folder / "out" / "cats_001" / run.run


def events(path: Path) -> list[object]:
    """The records of a results.jsonl in few words; at most the last line may be torn."""
    *lines, rest = path.read_bytes().split(b"\n")
    if rest:
        with pytest.raises(json.JSONDecodeError):
            json.loads(rest)
    found: list[object] = []
    for line in map(json.loads, lines):
        kind = ({"begin", "values", "end"} & set(line)).pop()
        found.append((line["repeat"], line["values"]["value"] if kind == "values" else kind))
    return found


def expected(count: int) -> list[object]:
    """The first records that the cell makes."""
    each = ["begin", *range(1, STEPS + 1), "end"]
    return [(at // len(each) + 1, each[at % len(each)]) for at in range(count)]


def check(folder: Path, run: RunRow, acknowledged: list[int]) -> None:
    """Everything acknowledged is in the results and in the log, one after the other."""
    found = events(run_folder(folder, run) / "results.jsonl")
    assert found == expected(len(found))
    values = [value for _, value in found if isinstance(value, float | int)]
    # The next one may have been recorded, but not acknowledged any more.
    assert values[: len(acknowledged)] == acknowledged
    assert len(values) - len(acknowledged) in (0, 1)
    log = (run_folder(folder, run) / "log.txt").read_text().splitlines()
    steps = [int(line.rpartition(" ")[2]) for line in log if " | step " in line]
    assert steps[: len(acknowledged)] == acknowledged
    assert len(steps) - len(acknowledged) in (0, 1)


def acknowledged_in(told: Path) -> list[int]:
    """What was acknowledged since this was asked last."""
    numbers = [int(line) for line in told.read_text().splitlines()]
    os.truncate(told, 0)
    assert numbers == [at % STEPS + 1 for at in range(len(numbers))]
    return numbers


def kill_often(folder: Path, told: Path, times: int, seed: int) -> None:
    """Kills process after process at a random moment of the same cell, and looks each time."""
    moments = random.Random(seed)
    for index in range(1, times + 1):
        process = start(folder, FOR_EVER)
        wait_for_first(told, lambda process=process: process.poll() is None)
        time.sleep(moments.choice([0.003, 0.1, 0.4]) * moments.random())
        process.kill()
        assert process.wait(60) == -signal.SIGKILL
        runs = runs_of(folder)
        assert [run.status for run in runs] == ["died"] * index
        check(folder, runs[-1], acknowledged_in(told))
    assert start(folder, TWICE).wait(120) == 0
    last = runs_of(folder)[-1]
    assert (last.status, last.index) == ("finished", times + 1)
    check(folder, last, acknowledged_in(told))


def test_what_was_acknowledged_survives_twenty_kills_and_the_next_run_goes_on(tmp_path: Path, told: Path) -> None:
    kill_often(project(tmp_path), told, 20, seed=1)


@pytest.mark.long
def test_what_was_acknowledged_survives_two_hundred_kills(tmp_path: Path, told: Path) -> None:
    kill_often(project(tmp_path), told, 200, seed=2)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_kernel_leaves_a_run_that_died_and_the_next_kernel_goes_on(tmp_path: Path, seed: int) -> None:
    folder, told = project(tmp_path), tmp_path / "told"
    told.touch()
    opening = f"import os\nos.environ['TOLD'] = str(os.open({str(told)!r}, os.O_WRONLY | os.O_APPEND))"
    with kernel(folder) as one:
        one.run(opening)
        one.client.execute(CELL.format(repeats=FOR_EVER))
        wait_for_first(told, one.manager.is_alive)
        assert [run.status for run in runs_of(folder)] == ["running"]
        time.sleep(0.5 * random.Random(seed).random())
        os.kill(one.manager.provisioner.pid, signal.SIGKILL)
        while one.manager.is_alive():
            time.sleep(0.01)
        (died,) = runs_of(folder)
        assert died.status == "died"
        check(folder, died, acknowledged_in(told))
    with kernel(folder) as one:
        one.run(opening)
        shown = one.run(CELL.format(repeats=TWICE))
    assert shown.status == "ok"
    assert "same source as 001: added as its run 2" in shown.block
    assert [run.status for run in runs_of(folder)] == ["died", "finished"]
    check(folder, runs_of(folder)[-1], acknowledged_in(told))
