"""What the extension costs a kernel: loading it, a run of a known experiment, a new number.

    python tests/benchmarks/experiment.py

In a real kernel, with a notebook of twenty cells in a git repository; CPU milliseconds of the kernel process, against
the bare cell run in turn with it. Goals: load 20 ms, a run 15 ms and a new number 25 ms above the bare cell.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from jupyter_client.manager import KernelManager

from tests.kernels import Kernel

ROUNDS = 25
CELL = "experiment"
PAUSE_SECONDS = 0.15


def main() -> None:
    """Prints the medians and what they are above the floor."""
    with tempfile.TemporaryDirectory() as folder:
        notebook = Path(folder) / "bench.ipynb"
        write_notebook(notebook, "%%experiment\nx = 1")
        subprocess.run(["git", "init", "-q", folder], check=True)
        manager = KernelManager()
        manager.start_kernel(cwd=folder, env={**os.environ, "XPT_NOTEBOOK": str(notebook)})
        client = manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            measure(Kernel(client, manager), notebook)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def measure(kernel: Kernel, notebook: Path) -> None:
    """Measures in a fresh kernel and prints."""
    kernel.run("import time, importlib, IPython.core.magic")
    load = kernel.run("_t = time.process_time()\n%load_ext jupyter_xpt\nprint((time.process_time() - _t) * 1e3)").out
    print(f"%load_ext jupyter_xpt      {float(load):6.1f} ms CPU   (goal 20)")
    first = cpu(kernel, "%%experiment\nx = 1")
    print(f"the first %%experiment     {first:6.1f} ms CPU   (imports the rest, once)")
    bare, again, new = [], [], []
    for number in range(ROUNDS):
        source = f"%%experiment\nx = {number + 2}"
        write_notebook(notebook, source)
        bare.append(cpu(kernel, f"x = {number + 2}"))
        new.append(cpu(kernel, source))
        again.append(cpu(kernel, source))
    floor = statistics.median(bare)
    print(f"a bare cell                {floor:6.1f} ms CPU   (floor)")
    for what, taken, goal in (("a run of a known one", again, 15), ("a new number", new, 25)):
        cost = statistics.median(taken)
        print(
            f"{what:<26} {cost:6.1f} ms CPU   {cost - floor:5.1f} ms above, {cost / floor:.1f} × (goal {goal} ms above)"
        )


def cpu(kernel: Kernel, code: str) -> float:
    """CPU milliseconds of the kernel while it runs a cell, messages and threads included."""
    # Nobody runs cells within a tenth of a second: what was written just before would have to be read once more.
    time.sleep(PAUSE_SECONDS)
    kernel.run("_t = time.process_time()", cell="clock")
    shown = kernel.run(code, cell=CELL)
    if shown.status != "ok":
        raise RuntimeError(shown.err + shown.traceback)
    return float(kernel.run("print((time.process_time() - _t) * 1e3)", cell="clock").out)


def write_notebook(path: Path, source: str) -> None:
    """A notebook of twenty cells, the last one the experiment."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{i}",
            "metadata": {},
            "outputs": [],
            "source": f"a{i} = {i}",
        }
        for i in range(19)
    ]
    cells.append({**cells[0], "id": CELL, "source": source})
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


if __name__ == "__main__":
    main()
