"""What the tee costs: 100,000 prints in a real kernel with it and without it.

``python tests/benchmarks/tee.py`` prints the medians of several alternated rounds and their ratio, beside
what it would be if a line cost nothing but its one write. The goal is at most 1.35.
"""

from __future__ import annotations

import statistics
import tempfile
import time

from jupyter_client.manager import start_new_kernel

ROUNDS = 7
PRINTS = 100_000

SETUP = """
import os, time
from jupyter_xpt.edges.disk.journal import Journal
from jupyter_xpt.edges.kernel.tee import Tee
def prints(n):
    begun = time.perf_counter()
    for i in range(n):
        print("epoch 17 loss 0.123456789 accuracy 0.987654321")
    return time.perf_counter() - begun
def teed(n):
    with Journal("log.txt") as journal, Tee(journal, lambda kind, data: ""):
        return prints(n)
def writes(n):
    with Journal("floor.txt") as journal:
        data = b"2026-11-23 12:34:12.123 | epoch 17 loss 0.123456789 accuracy 0.987654321\\n"
        begun = time.perf_counter()
        for i in range(n):
            journal.append(data)
        return time.perf_counter() - begun
def empty():
    with Journal("log.txt") as journal:
        begun = time.process_time()
        for i in range(200):
            with Tee(journal, lambda kind, data: ""):
                pass
        return (time.process_time() - begun) / 200
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        manager, client = start_new_kernel(cwd=folder)
        try:
            client.execute_interactive(SETUP, output_hook=_ignore, timeout=60)
            taken: dict[str, list[float]] = {"prints": [], "teed": [], "writes": []}
            for _ in range(ROUNDS):
                for name, seconds in taken.items():
                    seconds.append(_measure(client, f"{name}({PRINTS})"))
                    # The kernel sends what was printed for a while yet.
                    time.sleep(1)
            plain, teed, writes = (statistics.median(seconds) for seconds in taken.values())
            per_print = 1e6 / PRINTS
            print(f"without the tee   {plain * per_print:6.2f} µs a print")
            print(f"with the tee      {teed * per_print:6.2f} µs a print")
            print(f"bare appends      {writes * per_print:6.2f} µs a line")
            print(f"ratio             {teed / plain:6.2f}; with bare appends {1 + writes / plain:.2f}")
            print(f"an empty cell     {_measure(client, 'empty()') * 1e3:6.3f} ms of CPU")
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def _measure(client: object, expression: str) -> float:
    """Evaluate an expression in the kernel to a number."""
    reply = client.execute_interactive(  # type: ignore[attr-defined]
        "", user_expressions={"taken": expression}, output_hook=_ignore, timeout=120
    )
    return float(reply["content"]["user_expressions"]["taken"]["data"]["text/plain"])


def _ignore(message: object) -> None:
    """Show nothing of what the kernel prints."""


if __name__ == "__main__":
    main()
