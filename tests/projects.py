"""A project as a user has it: a notebook file, a kernel, and what comes to lie under ``out/``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_xpt.edges.disk.shelf import Shelf
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.records import ExperimentRecord, RunRecord
from tests.kernels import Kernel, Shown, kernel

MARKDOWN = "markdown"


@dataclass
class Notebook:
    """A notebook in a front end: cells by id, edited here, saved and run one by one."""

    path: Path
    kernel: Kernel
    cells: dict[str, str] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    # Old notebooks have no ids in the file; JupyterLab gives their cells some while they are open.
    with_ids: bool = True
    metadata: dict[str, Any] = field(default_factory=dict)

    def save(self) -> None:
        """Writes the file as Jupyter does."""
        self.path.write_text(json.dumps(self.content(), indent=1) + "\n", encoding="utf-8")

    def content(self) -> dict[str, Any]:
        """What the file holds."""
        minor = 5 if self.with_ids else 4
        cells = [self._cell(cell, text) for cell, text in self.cells.items()]
        return {"cells": cells, "metadata": self.metadata, "nbformat": 4, "nbformat_minor": minor}

    def _cell(self, cell: str, text: str) -> dict[str, Any]:
        """One cell of the file."""
        kind = MARKDOWN if cell.startswith(MARKDOWN) else "code"
        made: dict[str, Any] = {
            "cell_type": kind,
            "metadata": {"tags": self.tags[cell]} if cell in self.tags else {},
            "source": text.splitlines(keepends=True),
        }
        if self.with_ids:
            made["id"] = cell
        if kind == "code":
            made |= {"outputs": [], "execution_count": None}
        return made

    def run(self, cell: str, text: str | None = None, *, save: bool = True) -> Shown:
        """Runs a cell, its text edited before if one is given, the file saved before unless told not to."""
        if text is not None:
            self.cells[cell] = text
        if save:
            self.save()
        tags = {"metadata": {"tags": self.tags[cell]}} if cell in self.tags else {}
        return self.kernel.run(self.cells[cell], cell, **tags)

    def run_all(self) -> list[Shown]:
        """Runs all code cells in order."""
        self.save()
        return [self.run(cell, save=False) for cell in self.cells if not cell.startswith(MARKDOWN)]

    def settle(self) -> None:
        """Waits until nothing of ours is at work any more: git and the environment are looked at beside the cell."""
        self.kernel.run(
            "import threading\n[one.join() for one in threading.enumerate() if one.name == 'jupyter_xpt keeper']"
        )

    def tree(self) -> dict[str, str]:
        """Every file and folder of the project with its digest."""
        self.settle()
        return tree(self.path.parent)

    def delete(self, cell: str) -> None:
        """Deletes a cell and saves."""
        del self.cells[cell]
        self.save()


def opened(path: Path, running: Kernel) -> Notebook:
    """A notebook file as a front end opens it."""
    content = json.loads(path.read_text(encoding="utf-8"))
    book = Notebook(path, running, metadata=content["metadata"])
    for index, cell in enumerate(content["cells"]):
        book.cells[cell.get("id", f"{cell['cell_type']}-{index}")] = "".join(cell["source"])
    return book


@contextmanager
def notebook(folder: Path, cells: Mapping[str, str], name: str = "animals.ipynb", **given: Any) -> Iterator[Notebook]:
    """A saved notebook with a kernel of its own."""
    path = folder / name
    with kernel(folder, XPT_NOTEBOOK=str(path)) as running:
        book = Notebook(path, running, dict(cells), **given)
        book.save()
        yield book


def facts(folder: Path, series: str = "animals") -> dict[int, ExperimentFacts]:
    """What a fresh reader finds, by number."""
    return {name.number: found for name, found in Shelf(folder).facts().items() if name.series == series}


def experiment(folder: Path, number: int, series: str = "animals") -> ExperimentRecord:
    """An experiment's record, as it lies on disk."""
    path = folder / "out" / f"{series}_{number:03d}" / "experiment.json"
    return codec.load(ExperimentRecord, path.read_bytes(), path.name)


def runs(folder: Path, number: int, series: str = "animals") -> list[RunRecord]:
    """The records of an experiment's runs, oldest first."""
    paths = sorted((folder / "out" / f"{series}_{number:03d}").glob("*/run.json"))
    return sorted((codec.load(RunRecord, p.read_bytes(), p.name) for p in paths), key=lambda run: run.index)


def run_folder(folder: Path, number: int = 1, index: int = 1, series: str = "animals") -> Path:
    """Where a run lies."""
    return folder / "out" / f"{series}_{number:03d}" / runs(folder, number, series)[index - 1].run


def results(run: Path) -> list[dict[str, Any]]:
    """The records of a run's results.jsonl; every line must be whole."""
    return [json.loads(line) for line in (run / "results.jsonl").read_text(encoding="utf-8").splitlines() if line]


def values(run: Path, metric: str) -> list[float]:
    """All values logged of a metric, in order."""
    return [one["values"][metric] for one in results(run) if metric in one.get("values", {})]


def numbers(folder: Path, series: str = "animals") -> list[int]:
    """The numbers that have a folder under ``out/``."""
    return sorted(int(path.name.rpartition("_")[2]) for path in (folder / "out").glob(f"{series}_*"))


def tree(folder: Path, besides: Sequence[str] = (".ipython",)) -> dict[str, str]:
    """Every file and folder with its digest."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
        if not path.relative_to(folder).as_posix().startswith(tuple(besides))
    }
