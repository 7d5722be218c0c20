"""What digests of data cost, against SHA-256 itself and against reading.

    python tests/benchmarks/datasets.py [folder]

A frame of 1,000,000 × 20 in several make-ups, an array, and a file of 1 GiB (in ``folder``, on a disk). Goal: at least
0.9 of the speed of SHA-256 over as many bytes. Each is timed in turn with its floor, in the same process; the medians
are compared. At the end what a run without datasets pays, goal 1 ms, and one that knows its file already.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import pandas as pd

from jupyter_xpt.actions.inputs import RunInputs
from jupyter_xpt.actions.prepared import Origin, Prepared
from jupyter_xpt.actions.run import Run, RunStart, new_record
from jupyter_xpt.edges.data.files import directory_content, file_content
from jupyter_xpt.edges.data.frames import content_of
from jupyter_xpt.edges.data.hashing import is_there, using
from jupyter_xpt.edges.data.work import cores
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.edges.kernel.modules import OpenedFiles
from jupyter_xpt.edges.kernel.reads import Reads
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import ExperimentRecord
from jupyter_xpt.thought.code.source import Source
from jupyter_xpt.thought.executed import Executed
from jupyter_xpt.thought.identity import Decision
from jupyter_xpt.thought.running import WhatRan

ROWS, COLUMNS = 1_000_000, 20
ROUNDS = 5
BUFFER = 1 << 20


def main() -> None:
    """Prints each cost, its floor and their ratio."""
    rng = np.random.default_rng(1)
    block = rng.random((ROWS, COLUMNS))
    names = [f"c{i}" for i in range(COLUMNS)]
    floor = lambda: hashlib.sha256(block)  # noqa: E731 - a row of the table
    compare("array of floats", floor, lambda: content_of(block), block.nbytes)
    by_row = pd.DataFrame(block, columns=names)
    compare("frame, one block by row", floor, lambda: content_of(by_row), block.nbytes)
    by_column = pd.DataFrame({name: block[:, i].copy() for i, name in enumerate(names)})
    compare("frame by column", floor, lambda: content_of(by_column), block.nbytes)
    holed = by_column.where(by_column > 0.01)
    compare("frame with 1 % missing", floor, lambda: content_of(holed), block.nbytes)
    texts = np.array([f"animal number {i}" for i in range(1000)], dtype=object)
    mixed = by_column.iloc[:, :10].assign(
        **{f"s{i}": texts[rng.integers(0, 1000, ROWS)] for i in range(2)},
        **{f"d{i}": pd.date_range("2026", periods=ROWS, freq="s") for i in range(3)},
        **{f"n{i}": np.arange(ROWS) for i in range(3)},
        **{f"b{i}": rng.random(ROWS) > 0.5 for i in range(2)},
    )
    size = int(mixed.memory_usage(deep=True).sum())
    whole = os.urandom(size)
    compare("mixed frame, texts too", lambda: hashlib.sha256(whole), lambda: content_of(mixed), size)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    files(folder)
    several(folder)
    runs()


def files(folder: Path | None) -> None:
    """The file of 1 GiB."""
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        path = Path(inner) / "large.bin"
        chunk = os.urandom(BUFFER)
        with open(path, "wb") as file:
            for _ in range(1024):
                file.write(chunk)

        def read(use: Callable[[Any], Any]) -> None:
            buffer = memoryview(bytearray(BUFFER))
            with open(path, "rb", buffering=0) as file:
                while count := file.readinto(buffer):
                    use(buffer[:count])

        def fresh() -> None:
            # A new time: what is known of the file does not count.
            os.utime(path)
            file_content(str(path))

        print(f"reading alone {1024 / 1000 / timed(lambda: read(len)):.1f} GB/s")
        compare("file of 1 GiB", lambda: read(hashlib.sha256().update), fresh, 1 << 30)
        if is_there("blake3"):
            with using("blake3"):
                print(f"{'the same by BLAKE3':26} {1024 / wall(fresh, 2):8.0f} MB/s on all cores")
        time.sleep(0.2)
        file_content(str(path))
        print(f"{'the same file again':26} {timed(lambda: file_content(str(path))) * 1e6:8.1f} µs")


def several(folder: Path | None) -> None:
    """Several files side by side."""
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        for i in range(16):
            Path(inner, f"{i}.bin").write_bytes(os.urandom(16 * BUFFER))

        def alone() -> None:
            for one in Path(inner).iterdir():
                os.utime(one)
                file_content(str(one))

        def together() -> None:
            for one in Path(inner).iterdir():
                os.utime(one)
            directory_content(inner)

        first, other = wall(alone), wall(together)
        print(
            f"{'16 files side by side':26} {first / other:.1f} times as fast as one after the other ({cores()} cores)"
        )


def runs() -> None:
    """What the end of a run without datasets pays."""
    with tempfile.TemporaryDirectory() as folder:
        place = Store(Path(folder))
        origin = Origin(Path(folder), None, None, "bench", None)
        ran = WhatRan(Executed(5, ""), tuple(Executed(i, "") for i in range(5)), None, {}, ())
        source = Source("", (), ())
        prepared = Prepared(place, origin, ran, source, {}, {}, "sha256:0", Decision(None, None), None)
        record = ExperimentRecord("bench", 1, "2026-01-01T00:00:00+00:00")
        run = Run(place, RunStart(ExperimentName("bench", 1), new_record("sha256:0", 1, 1), 1, (1,)))
        reads = Reads(OpenedFiles())
        cost = timed(lambda: RunInputs(run, prepared, record, reads).settle())
        print(f"{'a run without datasets':26} {cost * 1e6:8.1f} µs (goal 1000)")


def compare(name: str, floor: Callable[[], object], call: Callable[[], object], size: int) -> None:
    """Times a call in turn with its floor and prints both."""
    pairs = [(timed(floor, 1), timed(call, 1)) for _ in range(ROUNDS)]
    bare, cost = (statistics.median(one) for one in zip(*pairs, strict=True))
    speed = size / 1e6
    print(f"{name:26} {speed / cost:8.0f} MB/s, SHA-256 {speed / bare:6.0f} MB/s: {bare / cost:.2f} of it (goal 0.9)")


def wall(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds that a call takes, the best of some."""
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - began)
    return best


def timed(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """CPU seconds that a call takes, the best of some: others at work on the machine do not count."""
    best = float("inf")
    for _ in range(rounds):
        began = time.thread_time()
        call()
        best = min(best, time.thread_time() - began)
    return best


if __name__ == "__main__":
    main()
