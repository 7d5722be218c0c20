"""Curves: what a run logged step by step, read on from where it was read before."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from pathlib import Path

from jupyter_xpt.actions.detail import file_of, located_run
from jupyter_xpt.edges.disk.runfolder import MAX_RESULTS_BYTES
from jupyter_xpt.ground.records import RUNNING
from jupyter_xpt.thought.reading.curves import Curves, Point

_MAX_KEPT = 4
_CHUNK = 1 << 20

Metrics = dict[str, dict[int, list[Point]]]


class CurveReader:
    """Reads the curves of a folder's runs; of those read last only what came since. Several threads may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], Curves] = OrderedDict()

    def read(self, folder: Path, series: str, number: int, run: str) -> tuple[Metrics, bool]:
        """The points of each metric and repeat, and whether some were left out.

        Raises
        ------
        UnknownExperiment
            When there is no such run.
        RecordError
            When its results must not or cannot be read.
        """
        name, found = located_run(folder, series, number, run)
        with self._lock, file_of(folder, name, found, "results.jsonl") as descriptor:
            status = os.fstat(descriptor)
            key = (f"{name}/{run}", status.st_ino)
            curves = self._kept.pop(key, None)
            if curves is None or curves.fed > status.st_size:
                curves = Curves()
            end = min(status.st_size, MAX_RESULTS_BYTES)
            os.lseek(descriptor, curves.fed, os.SEEK_SET)
            while curves.fed < end:
                data = os.read(descriptor, min(_CHUNK, end - curves.fed))
                if not data:
                    break
                curves.feed(data)
            self._kept[key] = curves
            while len(self._kept) > _MAX_KEPT:
                self._kept.popitem(last=False)
            metrics = curves.metrics(over=found.status != RUNNING)
            points = {metric: {n: list(one) for n, one in repeats.items()} for metric, repeats in metrics.items()}
            return points, curves.cut or end < status.st_size
