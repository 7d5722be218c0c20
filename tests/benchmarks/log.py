"""What one ``xpt.log`` costs, against one ``os.write`` of the same bytes to an appending file.

    python tests/benchmarks/log.py

Goal: at most 2 × the floor. Both are timed in turn, in the same process; the medians are compared.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from jupyter_xpt.actions.log import log
from jupyter_xpt.actions.run import Run, RunStart, new_record, running
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.records import ExperimentRecord

CALLS = 20_000
ROUNDS = 7


def main() -> None:
    """Prints the floor, the cost and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        place = Store(Path(folder))
        name = store.reserve(place, "bench")
        store.create_experiment(place, ExperimentRecord(name.series, name.number, "2026-01-01T00:00:00+00:00"))
        run = Run(place, RunStart(name, new_record("sha256:0", 1, 1), 1, (1,)))
        run.begin(run.start)
        run.repeat = 1
        with running(run):
            log(accuracy=0.9123)
            assert run.folder is not None
            record = (run.folder / "results.jsonl").read_bytes().splitlines(keepends=True)[-1]
            floors, costs, steps = [], [], []
            for _ in range(ROUNDS):
                floors.append(floor(Path(folder) / "floor", record))
                costs.append(timed(lambda i: log(accuracy=0.9123)))
                steps.append(timed(lambda i: log({"val/loss": 0.25}, step=i)))
        run.close("finished", None)
    bare, one, step = map(statistics.median, (floors, costs, steps))
    print(f"os.write of {len(record)} bytes      {bare:6.2f} µs")
    print(f"xpt.log(accuracy=…)        {one:6.2f} µs   {one / bare:.2f} × (goal 2)")
    print(f"xpt.log({{…}}, step=i)       {step:6.2f} µs   {step / bare:.2f} ×")


def floor(path: Path, record: bytes) -> float:
    """Microseconds for one write of the record."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        return timed(lambda i: os.write(descriptor, record))
    finally:
        os.close(descriptor)


def timed(call: Callable[[int], object]) -> float:
    """Microseconds that one call takes, on average over many."""
    began = time.perf_counter()
    for i in range(CALLS):
        call(i)
    return (time.perf_counter() - began) / CALLS * 1e6


if __name__ == "__main__":
    main()
