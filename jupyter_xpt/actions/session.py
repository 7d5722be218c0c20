"""Session: what a kernel has run since it started, as far as we saw it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jupyter_xpt.edges.kernel.asked import Asked
from jupyter_xpt.edges.kernel.modules import LocalModules, OpenedFiles
from jupyter_xpt.edges.kernel.reads import Reads
from jupyter_xpt.ground.settings import Settings
from jupyter_xpt.thought.executed import Executed


class Session:
    """The executions, local modules and opened files of one kernel.

    Parameters
    ----------
    translate
        Turns a cell's text into plain Python.
    earlier
        Texts of the cells that ran before the extension was loaded, oldest first, and of the one that loads it.
    """

    def __init__(self, translate: Callable[[str], str], earlier: tuple[str, ...] = ()) -> None:
        self._translate = translate
        self._python: dict[str, str] = {}
        self._executed = [Executed(order, source) for order, source in enumerate(earlier)]
        self.modules = LocalModules()
        self.opened = OpenedFiles()
        self.reads = Reads(self.opened, lambda: self.settings.digest)
        self.asked = Asked()
        if earlier:
            # The cell that loads the extension runs on: what it does from here on is its own.
            self.opened.cell(len(earlier) - 1)
            self.reads.cell(len(earlier) - 1)
        self.settings = Settings()
        self.meta: Mapping[str, Any] = {}
        # What went wrong between runs, to be said by the next one.
        self.trouble: str | None = None
        # What each experiment cell was when it last ran here, by notebook and cell key.
        self.last: dict[tuple[str | None, str | None], int] = {}
        # What front ends were told to make of open documents: the path that cells were sent under until then, and
        # the file that it is from then on.
        self.became: dict[str, tuple[str, Path]] = {}

    def python(self, text: str) -> str:
        """A cell's text as plain Python; translated once."""
        known = self._python.get(text)
        if known is None:
            known = self._python[text] = self._translate(text)
        return known

    def cell_starts(
        self, source: str, cell: str | None, count: int | None, meta: Mapping[str, Any] | None = None
    ) -> None:
        """Notes that a cell begins to run, with the metadata that the front end sent."""
        self.meta = meta or {}
        tags = _tags(self.meta)
        order = self._executed[-1].order + 1 if self._executed else 0
        self._executed.append(Executed(order, source, cell, count, tags))
        self.opened.cell(order)
        self.reads.cell(order)
        self.asked.cell(order)

    def cell_ended(self) -> None:
        """Notes what the cell has imported."""
        self.asked.stop()
        try:
            self.modules.scan()
        except Exception as problem:  # noqa: BLE001 - IPython would show it under a cell that has no part in it
            self.trouble = f"could not look at the imported modules: {type(problem).__name__}: {problem}"

    def ran(self, notebook: Path | None, cell: str | None, number: int) -> None:
        """Notes which experiment a cell was when it ran."""
        self.last[(str(notebook), cell)] = number

    def becomes(self, document: str, sent: str, notebook: Path, now: Path) -> None:
        """Notes that an open document, ``sent`` as ``notebook``, is ``now`` another; its cells are what they were."""
        self.became[document] = (sent, now)
        for (path, cell), number in list(self.last.items()):
            if path == str(notebook):
                self.last[(str(now), cell)] = number

    @property
    def running(self) -> Executed:
        """The cell that runs now; an empty one before any ran."""
        return self._executed[-1] if self._executed else Executed(0, "")

    @property
    def earlier(self) -> list[Executed]:
        """All executions before the running one, oldest first."""
        return self._executed[:-1]


def _tags(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """The running cell's tags, where the front end sends its metadata."""
    metadata = meta.get("metadata", meta)
    tags = metadata.get("tags", ()) if isinstance(metadata, Mapping) else ()
    return tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list | tuple) else ()
