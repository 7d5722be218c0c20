"""Living: notebooks that move, branches that change, two kernels at once, other users and clocks, while runs run."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from jupyter_xpt.actions.overview import overview
from jupyter_xpt.thought.reading.lineage import RunRow
from tests.kernels import Kernel, kernel

WAITING = """%%experiment
import os, time
print("waits")
open("waiting", "w").close()
while not os.path.exists("go"):
    time.sleep(0.005)
0.75
"""


MANY = """%%experiment repeats=2
import jupyter_xpt as xpt
xpt.log(value={value})
xpt.log(again={value})"""


def send(one: Kernel, source: str) -> str:
    """Asks a kernel to run the cell and does not wait; gives the request."""
    content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": False}
    message = one.client.session.msg("execute_request", content)
    message["metadata"] = {"cellId": "a"}
    one.client.shell_channel.send(message)
    return str(message["header"]["msg_id"])


def write_notebook(path: Path, *sources: str) -> None:
    """A saved notebook whose cells are called a, b, …"""
    cells = [
        {"cell_type": "code", "id": "abc"[at], "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for at, source in enumerate(sources)
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    temporary = path.with_name(".~" + path.name)
    temporary.write_text(text)
    os.replace(temporary, path)


def runs_of(folder: Path) -> list[tuple[str, RunRow]]:
    """Every run of a folder with its experiment's name."""
    return [(str(row.name), run) for row in overview(folder).rows for run in row.runs]


def executed(folder: Path, experiment: str, run: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "out" / experiment / run / "source" / "executed.json").read_text())
    return found


def check_json(folder: Path) -> None:
    """Every record in a folder parses."""
    for path in folder.rglob("*"):
        if path.suffix in (".json", ".ipynb") and ".ipython" not in path.parts:
            json.loads(path.read_bytes())
        elif path.name == "results.jsonl":
            assert [json.loads(line) for line in path.read_text().splitlines()]


def git(folder: Path, *words: str) -> None:
    names = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


def renamed(folder: Path) -> None:
    (folder / "cats.ipynb").rename(folder / "dogs.ipynb")


def moved(folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "cats.ipynb").rename(folder / "below" / "cats.ipynb")


def deleted(folder: Path) -> None:
    (folder / "cats.ipynb").unlink()


def emptied(folder: Path) -> None:
    (folder / "cats.ipynb").write_bytes(b"")


def switched(folder: Path) -> None:
    git(folder, "switch", "-q", "other")


HAPPENINGS: dict[str, Callable[[Path], None]] = {
    "renamed": renamed,
    "moved": moved,
    "deleted": deleted,
    "being saved": emptied,
    "branch switched": switched,
}


@pytest.mark.parametrize("happens", HAPPENINGS.values(), ids=HAPPENINGS)
def test_whatever_becomes_of_the_notebook_the_run_completes(tmp_path: Path, happens: Callable[[Path], None]) -> None:
    write_notebook(tmp_path / "cats.ipynb", WAITING)
    (tmp_path / ".gitignore").write_text("out/\n.ipython/\nwaiting\ngo\n*_0*.ipynb\nexperiments.csv\n")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    git(tmp_path, "switch", "-q", "-c", "other")
    write_notebook(tmp_path / "cats.ipynb", "'another branch'")
    git(tmp_path, "commit", "-q", "-a", "-m", "two")
    git(tmp_path, "switch", "-q", "main")
    with kernel(tmp_path, JPY_SESSION_NAME=str(tmp_path / "cats.ipynb")) as one:
        request = send(one, WAITING)
        while not (tmp_path / "waiting").exists():
            assert one.manager.is_alive()
            time.sleep(0.01)
        happens(tmp_path)
        (tmp_path / "go").touch()
        shown = one.collect(request)
    assert (shown.status, shown.result) == ("ok", "0.75")
    assert "cats_001" in shown.block
    assert "⚠" not in shown.block
    ((name, run),) = runs_of(tmp_path)
    assert (name, run.status, run.mean) == ("cats_001", "finished", 0.75)
    assert executed(tmp_path, name, run.run)["cell"] == WAITING.partition("\n")[2]
    assert json.loads((tmp_path / "cats_001.ipynb").read_text())["cells"][0]["source"]
    check_json(tmp_path / "out")


def two_kernels(folder: Path, times: int) -> None:
    """Two kernels run one notebook at the same time; asserts that their records are apart."""
    session = str(folder / "cats.ipynb")
    write_notebook(folder / "cats.ipynb", "")
    with kernel(folder, JPY_SESSION_NAME=session) as first, kernel(folder, JPY_SESSION_NAME=session) as second:
        # A few at a time wait in each kernel, so that neither waits for us.
        for start in range(1, times + 1, 5):
            asked = []
            for at, (number, one) in itertools.product(range(start, start + 5), enumerate((first, second), 1)):
                source = MANY.format(value=number * 1000 + at)
                write_notebook(folder / "cats.ipynb", source)
                asked.append((one, send(one, source)))
            for one, request in asked:
                shown = one.collect(request)
                assert shown.status == "ok", shown.traceback
    check_json(folder)
    runs = runs_of(folder)
    assert {name.rpartition("_")[0] for name, _ in runs} == {"cats"}
    assert {run.status for _, run in runs} == {"finished"}
    values = []
    for name, run in runs:
        path = folder / "out" / name / run.run
        records = [json.loads(line) for line in (path / "results.jsonl").read_text().splitlines()]
        logged = [record["values"] for record in records if "values" in record]
        (value,) = {number for one in logged for number in one.values()}
        assert logged == [{"value": value}, {"again": value}] * 2
        assert f"value={value:.0f})" in str(executed(folder, name, run.run)["cell"])
        values.append(value)
    assert sorted(values) == [kernel_number * 1000 + at for kernel_number in (1, 2) for at in range(1, times + 1)]
    assert max(Counter(name for name, _ in runs).values()) == 1


def test_two_kernels_run_one_notebook_and_nothing_is_mixed(tmp_path: Path) -> None:
    two_kernels(tmp_path, 15)


@pytest.mark.long
def test_two_kernels_run_one_notebook_a_hundred_times_each(tmp_path: Path) -> None:
    two_kernels(tmp_path, 100)


def test_two_runs_in_one_second_and_many_more_have_folders_of_their_own(tmp_path: Path) -> None:
    with kernel(tmp_path) as one:
        for _ in range(12):
            assert one.run("%%experiment name=cats\n0.5", "a").status == "ok"
    runs = [run for _, run in runs_of(tmp_path)]
    assert [run.index for run in runs] == list(range(1, 13))
    assert len({run.run for run in runs}) == 12
    seconds = Counter(run.run[:19] for run in runs)
    assert seconds.most_common(1)[0][1] > 1, "no two began in one second"
    assert all((tmp_path / "out" / "cats_001" / run.run / "results.jsonl").is_file() for run in runs)


def test_a_second_user_with_a_narrow_umask_mixes_nothing_with_the_first(tmp_path: Path) -> None:
    narrow = "import os\nos.umask(0o077)"
    cell = "%%experiment name=cats\n{}"
    with kernel(tmp_path) as first, kernel(tmp_path) as second:
        assert second.run(narrow).status == "ok"
        for at in range(4):
            for one, value in ((first, at + 0.1), (second, at + 0.2)):
                shown = one.run(cell.format(value), "a")
                assert shown.status == "ok"
                assert "could not" not in shown.block, shown.block
    runs = sorted((run for _, run in runs_of(tmp_path)), key=lambda run: run.started)
    assert [(run.status, run.mean) for run in runs] == [
        ("finished", at + value) for at in range(4) for value in (0.1, 0.2)
    ]
    check_json(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run as another user")
def test_what_another_user_may_not_read_is_said_and_their_own_runs_go_on(tmp_path: Path) -> None:
    with kernel(tmp_path) as one:
        one.run("import os\nos.umask(0o077)")
        assert one.run("%%experiment name=cats\n0.5", "a").status == "ok"
        # Capabilities go with the user: from here on what root alone may read is closed.
        tmp_path.chmod(0o777)
        for path in tmp_path.parents[:2]:
            path.chmod(0o711)
        one.run("os.seteuid(65534)")
        shown = one.run("%%experiment name=dogs\n0.25", "a")
        one.run("os.seteuid(0)")
    assert (shown.status, shown.result) == ("ok", "0.25")
    assert "Permission denied" in shown.block
    assert "Traceback" not in shown.block
    assert ("cats_001", 0.5) in [(name, run.mean) for name, run in runs_of(tmp_path)]


# Hours apart, and with summer time at other times of the year.
ZONES = ("Pacific/Kiritimati", "America/Los_Angeles", "Australia/Lord_Howe", "Europe/Berlin")


def test_runs_stand_in_their_order_whatever_the_time_zones_say(tmp_path: Path) -> None:
    for zone in ZONES:
        with kernel(tmp_path, TZ=zone) as one:
            shown = one.run("%%experiment name=cats\nimport time\ntime.sleep(0.2)\n0.5", "a")
            assert shown.status == "ok"
    runs = [run for _, run in runs_of(tmp_path)]
    assert [run.index for run in runs] == [1, 2, 3, 4]
    moments = [datetime.fromisoformat(run.started) for run in runs]
    assert moments == sorted(moments)
    assert len({moment.utcoffset() for moment in moments}) == len(ZONES)
    for run in runs:
        assert run.seconds is not None
        assert 0.2 <= run.seconds < 60
        record = json.loads((tmp_path / "out" / "cats_001" / run.run / "run.json").read_text())
        took = datetime.fromisoformat(record["ended"]) - datetime.fromisoformat(record["started"])
        assert abs(took.total_seconds() - run.seconds) < 1
