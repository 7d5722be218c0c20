"""How quick the overview is, beside the least that reading the folder can cost.

Run it with ``python tests/benchmarks/overview.py``; it prints CPU milliseconds and ratios.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import builders

from jupyter_xpt.edges.disk.shelf import Shelf
from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.thought.reading.lineage import Overviewer
from jupyter_xpt.thought.reading.table import Table

RUNS = 2
# As many as a random forest has, and a dozen of the cell's own.
PARAMETERS: dict[str, Value] = {f"model.parameter_{n}": n for n in range(18)} | {f"SETTING_{n}": n for n in range(12)}
REPEATS = 5


def write_folder(folder: Path, experiments: int) -> None:
    """Writes that many experiments of two runs, five repeats and two metrics each; each changes one parameter."""
    draw = random.Random(1)
    configured: dict[int, dict[str, Value]] = {}
    for number in range(1, experiments + 1):
        parent = draw.randint(max(1, number - 20), number - 1) if number > 1 else None
        configured[number] = changed(configured.get(parent or 0, PARAMETERS), draw)
        record = builders.experiment_record(number, parent, note=f"change {number}", parameters=configured[number])
        path = builders.write_experiment(folder, record)
        level = draw.gauss(0.9, 0.01)
        for index in range(1, RUNS + 1):
            accuracy = [round(draw.gauss(level, 0.005), 4) for _ in range(REPEATS)]
            data = builders.results({"accuracy": accuracy, "loss": [1 - value for value in accuracy]})
            builders.write_run(path, builders.run_record(index), data)
    builders.settle(folder)


def changed(parameters: dict[str, Value], draw: random.Random) -> dict[str, Value]:
    """Parameters of which one has another value."""
    return {**parameters, draw.choice([*parameters]): draw.choice([0.1, 3, 300, "balanced", None, True])}


def cpu(work: Callable[[], object], times: int = 1) -> float:
    """The least CPU milliseconds that the work took."""
    best = float("inf")
    for _ in range(times):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best * 1000


def read_all(folder: Path) -> None:
    """The cold floor: the bytes of all records."""
    for place, _, files in os.walk(folder / "out"):
        for name in files:
            if name.endswith(".json"):
                with open(os.path.join(place, name), "rb") as file:
                    file.read()


def stat_all(paths: list[str]) -> None:
    """The warm floor: one os.stat an experiment."""
    for path in paths:
        os.stat(path)


def measure(experiments: int) -> None:
    """Prints the figures for that many experiments."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_folder(folder, experiments)
        paths = [entry.path for entry in os.scandir(folder / "out")]
        floor_cold, floor_warm = cpu(lambda: read_all(folder), 3), cpu(lambda: stat_all(paths), 5)
        shelf, overviewer, table = Shelf(folder), Overviewer(), Table()
        reading = cpu(shelf.facts)
        cold = reading + cpu(lambda: overviewer.overview(shelf.facts(), shelf.settled()))
        written = cpu(lambda: table.csv(overviewer.overview(shelf.facts(), shelf.settled())))
        warm = cpu(lambda: overviewer.overview(shelf.facts(), shelf.settled()), 5)
        builders.write_experiment(folder, builders.experiment_record(2, 1, note="another note"))
        os.utime(folder / "out" / "cats_002", (time.time() - 30, time.time() - 30))
        one = cpu(lambda: overviewer.overview(shelf.facts(), shelf.settled()))
        again = cpu(lambda: table.csv(overviewer.overview(shelf.facts(), shelf.settled())), 3)
    print(f"{experiments} experiments of {RUNS} runs, CPU ms")
    print(f"  cold {cold:8.1f} = {cold / floor_cold:4.1f} × reading all records' bytes ({floor_cold:.1f})")
    print(f"  warm {warm:8.1f} = {warm / floor_warm:4.1f} × one os.stat an experiment ({floor_warm:.1f})")
    print(f"  reading alone, cold {reading:.1f}; after one changed {one:.1f}")
    print(f"  experiments.csv first {written:.1f}, again {again:.1f}, with the warm overview in it")


if __name__ == "__main__":
    for count in (1_000, 10_000):
        measure(count)
