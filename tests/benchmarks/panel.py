"""What the panel's overview costs the server, beside the least that its answer can cost.

Run it with ``python tests/benchmarks/panel.py``; it prints CPU milliseconds, bytes and ratios.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import builders
from overview import cpu, write_folder

from jupyter_xpt.actions.follow import Follower
from jupyter_xpt.actions.overview import overview
from jupyter_xpt.doors import wire


def answer(follower: Follower, since: str | None = None) -> bytes:
    """The bytes that an overview is answered with."""
    delta = follower.look(since)
    return b"".join(wire.overview(delta, follower.name_of(delta)))


def measure(experiments: int) -> None:
    """Prints the figures for that many experiments."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(os.path.realpath(name))
        write_folder(folder, experiments)
        follower = Follower(folder)
        cold = cpu(lambda: answer(follower))
        full = cpu(lambda: answer(follower), 3)
        whole = json.loads(answer(follower))
        size = len(answer(follower))
        rows = [row for one in whole["series"] for row in one["rows"]]
        share = sum(len(wire.encode([row["parameters"], row.get("lacks")])) for row in rows) / size
        floor = cpu(lambda: json.dumps(whole), 3)
        warm = cpu(lambda: overview(folder), 3)
        nothing = cpu(lambda: answer(follower, whole["revision"]), 3)
        builders.write_experiment(folder, builders.experiment_record(2, 1, note="another note"))
        os.utime(folder / "out" / "cats_002", (time.time() - 30, time.time() - 30))
        delta = cpu(lambda: answer(follower, whole["revision"]))
        bytes_of_delta = len(answer(follower, whole["revision"]))
    print(f"{experiments} experiments, CPU ms")
    print(f"  full {full:8.1f} = {full / floor:4.1f} × json.dumps of the same ({floor:.1f})")
    print(f"  {size:,} bytes, of which parameters {share:.1%}")
    print(f"  delta {delta:7.1f} = {delta / warm:4.1f} × the warm overview ({warm:.1f}); {bytes_of_delta:,} bytes")
    print(f"  nothing new {nothing:.1f} = {nothing / warm:4.1f} × the warm overview; first of all {cold:.1f}")


if __name__ == "__main__":
    for count in (1_000, 10_000):
        measure(count)
