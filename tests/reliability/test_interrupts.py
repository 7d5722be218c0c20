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
