"""Interrupts at any moment: what was done is kept, and no run is left running."""

from __future__ import annotations

import contextlib
import json
import queue
import random
import time
from pathlib import Path

import pytest

from jupyter_xpt.actions.overview import overview
from tests.kernels import Kernel, kernel
from tests.projects import facts

CELL = """%%experiment repeats=5 metric=step
import time
for i in range(20):
    time.sleep(0.002)
    xpt.log(step=float(i))
"""


def interrupted_after(one: Kernel, seconds: float) -> None:
    """Runs the cell and interrupts it after that long."""
    message = one.client.session.msg("execute_request", {"code": CELL, "silent": False, "store_history": True})
    one.client.shell_channel.send(message)
    time.sleep(seconds)
    one.manager.interrupt_kernel()
    # An interrupt that meets ipykernel itself, after the cell, costs the reply to a plain cell as well.
    with contextlib.suppress(queue.Empty):
        one.collect(message["header"]["msg_id"], 3)


def interrupt_often(folder: Path, times: int) -> None:
    """Interrupts runs at random moments and looks at what is left of each."""
    chance = random.Random(7)
    with kernel(folder) as one:
        one.run(CELL)
        for _ in range(times):
            interrupted_after(one, chance.uniform(0.0, 0.35))
            assert one.run("1 + 1").result == "2"
        state = one.run("import signal, sys\n(signal.getsignal(signal.SIGINT).__name__, sys.stdout.echo)").result
        assert state == "('default_int_handler', None)"
        runs = [run for row in overview(folder).rows for run in row.runs]
        assert {run.status for run in runs} <= {"finished", "interrupted", "failed"}
        assert not [run.damage for run in runs if run.damage]
    for path in folder.glob("out/*/*/run.json"):
        record = json.loads(path.read_text())
        summary = json.loads((path.parent / "summary.json").read_text())
        assert record["status"] != "running", path
        ended = [repeat["status"] for repeat in summary["repeats"]]
        # Repeats before the interrupted one are kept, and there are none after it.
        assert set(ended[:-1]) <= {"finished"}, path


def test_no_run_is_left_running(tmp_path: Path) -> None:
    interrupt_often(tmp_path, 20)


@pytest.mark.long
def test_no_run_is_left_running_after_a_hundred_interrupts(tmp_path: Path) -> None:
    interrupt_often(tmp_path, 100)


# Each waits in its third repeat, once, for longer than any test.
WAITS = {
    "Python": "while True:\n        time.sleep(0.01)",
    "a shell command": "get_ipython().system('sleep 60')",
    # A plain cell too is not interrupted before its wait ends.
    "short waits": "while True:\n        await asyncio.sleep(0.02)",
    "a wait for a thread": "threading.Event().wait(60)",
}
WAITING = """%%experiment repeats=5 silence=XPT006
xpt.log(value=float(len(times)))
times.append(1)
if len(times) == 3 and not os.path.exists("waiting"):
    open("waiting", "w").close()
    {wait}
"""
ABOVE = "import asyncio, os, threading, time\ntimes = []"


def start_waiting(one: Kernel, folder: Path, wait: str) -> str:
    """Runs a cell until its third repeat waits; gives the request."""
    one.run(ABOVE)
    message = one.client.session.msg(
        "execute_request", {"code": WAITING.replace("{wait}", wait), "silent": False, "store_history": True}
    )
    one.client.shell_channel.send(message)
    deadline = time.monotonic() + 60
    while not (folder / "waiting").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.1)
    return str(message["header"]["msg_id"])


def kept(folder: Path) -> tuple[str, list[str], list[float | None]]:
    """The status of the oldest run, of its repeats, and the values of these."""
    run = facts(folder, "untitled")[1].runs[0]
    assert run.damage == ()
    summary = run.summary
    return run.status, [repeat.status for repeat in summary.repeats], list(summary.metrics["value"].values)


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_interrupted_in_repeat_three_of_five_one_and_two_are_kept(tmp_path: Path, wait: str) -> None:
    with kernel(tmp_path) as one:
        request = start_waiting(one, tmp_path, wait)
        one.manager.interrupt_kernel()
        shown = one.collect(request, 20)
        assert shown.status == "error"
        assert "KeyboardInterrupt" in shown.traceback or "CancelledError" in shown.traceback
        assert "2 repeats" in shown.block
        assert kept(tmp_path) == ("interrupted", ["finished", "finished", "interrupted"], [0.0, 1.0, 2.0])
        one.run(ABOVE)
        again = one.run(WAITING.replace("{wait}", wait))
        assert "added as its run 2" in again.block
    assert [run.status for run in facts(tmp_path, "untitled")[1].runs] == ["interrupted", "finished"]


def test_restarted_in_repeat_three_of_five_one_and_two_are_kept(tmp_path: Path) -> None:
    with kernel(tmp_path) as one:
        start_waiting(one, tmp_path, WAITS["Python"])
        one.manager.restart_kernel(now=True)
        one.client.wait_for_ready(timeout=60)
        # A restart interrupts the kernel and kills it right after: how far the interrupt came is up to the machine.
        status, repeats, values = kept(tmp_path)
        assert (repeats[:2], values) == (["finished", "finished"], [0.0, 1.0, 2.0])
        assert {status, repeats[2]} <= {"died", "interrupted"}
        one.run("%load_ext jupyter_xpt")
        one.run(ABOVE)
        again = one.run(WAITING.replace("{wait}", WAITS["Python"]))
        assert "added as its run 2" in again.block
    assert [run.status for run in facts(tmp_path, "untitled")[1].runs] == [status, "finished"]
