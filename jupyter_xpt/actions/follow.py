"""Follow: a folder looked at again and again, and what changed between two looks."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from jupyter_xpt.actions.overview import overview
from jupyter_xpt.edges.disk.plainfile import MISSING, stamp_of
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.errors import UnknownExperiment
from jupyter_xpt.ground.names import printable
from jupyter_xpt.ground.records import RUNNING
from jupyter_xpt.thought.reading.lineage import Overview
from jupyter_xpt.thought.reading.revisions import Delta, Revisions

# A folder's time may be as coarse as hundredths of a second: a name may have come since with the same time.
_RACY_NS = 100_000_000


class Follower:
    """Looks at a folder, for any number of readers that each know a revision; may be used by several threads.

    Parameters
    ----------
    folder
        The folder that holds ``out/``, or will.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # A revision of another server, or of this one before it started again, means nothing here.
        self._epoch = os.urandom(6).hex()
        self._lock = threading.Lock()
        self._revisions = Revisions()
        self._notebooks: frozenset[str] = frozenset()
        self._listed_ns: int | None = None
        self._there = True
        self._announced: int | None = None
        self._logs: dict[str, int] = {}

    def look(self, since: str | None = None) -> Delta:
        """What changed since a revision that `name_of` gave; all there is where that means nothing.

        Raises
        ------
        UnknownExperiment
            When the folder is not there.
        StoreError
            When ``out`` cannot be listed.
        """
        with self._lock:
            self._take()
            if not self._there:
                raise UnknownExperiment(f"the folder {printable(self.folder.name)} is not there any more")
            delta = self._revisions.since(self._known(since))
            # Who looks first need not be told of what is shown now.
            self._announced = delta.revision if self._announced is None else self._announced
            return delta

    def name_of(self, delta: Delta) -> str:
        """What to ask with next time."""
        return f"{self._epoch}.{delta.revision}"

    def changed(self) -> tuple[str, ...]:
        """The series that changed since the last call, also those of which only a running log grew."""
        with self._lock:
            found = self._take()
            series = set(self._revisions.series_since(self._announced or 0))
            self._announced = self._revisions.revision
            logs = self._running_logs(found)
            series |= {one for one in logs if logs[one] != self._logs.get(one, logs[one])}
            self._logs = logs
            return tuple(sorted(series))

    @property
    def watched_logs(self) -> frozenset[str]:
        """The series whose running logs were measured at the last call of `changed`."""
        return frozenset(self._logs)

    def _take(self) -> Overview:
        """Looks at the folder now; one that is gone holds nothing."""
        # It may have come to stand for another folder since it was found.
        self._there = self.folder.is_dir() and os.path.realpath(self.folder) == os.fspath(self.folder)
        found = overview(self.folder) if self._there else Overview(())
        self._revisions.take(found, self._list_notebooks())
        return found

    def _known(self, since: str | None) -> int | None:
        """The revision that a reader knows, None when it is none of ours."""
        epoch, _, number = (since or "").partition(".")
        known = epoch == self._epoch and number.isascii() and number.isdigit() and len(number) < 16
        return int(number) if known else None

    def _list_notebooks(self) -> frozenset[str]:
        """The file names of the notebooks in the folder; listed again only when the folder changed."""
        stamp = stamp_of(os.fspath(self.folder))
        if stamp[0] != self._listed_ns or stamp == MISSING:
            try:
                with os.scandir(self.folder) as entries:
                    names = (entry.name for entry in entries if entry.name.endswith(".ipynb"))
                    self._notebooks = frozenset(names)
            except OSError:
                self._notebooks = frozenset()
            self._listed_ns = stamp[0] if time.time_ns() - stamp[0] > _RACY_NS else None
        return self._notebooks

    def _running_logs(self, found: Overview) -> dict[str, int]:
        """How long the logs of running runs are, by series, all of one together."""
        place, sizes = Store(self.folder), dict[str, int]()
        for row in found.rows:
            if row.status == RUNNING:
                runs = [place.run(row.name, run.run) for run in row.runs if run.status == RUNNING]
                grown = sum(stamp_of(os.fspath(run / "log.txt"))[1] for run in runs)
                sizes[row.name.series] = sizes.get(row.name.series, 0) + grown
        return sizes
