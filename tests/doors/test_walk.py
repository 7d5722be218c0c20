"""Notebooks worked on in real kernels: what becomes a new experiment, what does not, and what lies on disk after it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.kernels import Kernel, Shown, kernel

CELL = "%%experiment\n{'accuracy': scale * 0.25}"
numbers = count(1)


class Desk:
    """A notebook in a folder of its own, open in a kernel: its cells are edited, saved and run."""

    def __init__(self, running: Kernel, path: Path, cells: Mapping[str, str], *, ids: bool = True) -> None:
        self.kernel = running
        self.path = path
        self.folder = path.parent
        self.cells = dict(cells)
        self.tags: dict[str, list[str]] = {}
        self.ids = ids
        # Kernels are shared: no cell of an earlier test may be taken for one of ours.
        self._prefix = f"n{next(numbers)}"
        self.save()
        point(running, path)

    def id(self, name: str) -> str:
        """The id of a cell."""
        return f"{self._prefix}-{name}"

    def save(self) -> None:
        """Writes the notebook's file, with outputs as a front end leaves them."""
        cells = []
        for name, source in self.cells.items():
            output = {"output_type": "stream", "name": "stdout", "text": ["an old output\n"]}
            cell: dict[str, Any] = {
                "cell_type": "code",
                "execution_count": 7,
                "metadata": {"tags": self.tags.get(name, [])},
                "outputs": [output],
                "source": source.splitlines(keepends=True),
            }
            cells.append({**cell, "id": self.id(name)} if self.ids else cell)
        write(self.path, cells, minor=5 if self.ids else 4)

    def run(self, name: str) -> Shown:
        """Runs a cell as it is."""
        return self.kernel.run(self.cells[name], cell=self.id(name))

    def run_all(self) -> Shown:
        """Runs all cells; gives what the last experiment cell showed."""
        shown = [self.run(name) for name in list(self.cells)]
        return next(one for one in reversed(shown) if one.block)

    def change(self, name: str, source: str) -> None:
        """Edits a cell and saves; does not run it."""
        self.cells[name] = source
        self.save()

    def edit(self, name: str, source: str) -> Shown:
        """Edits a cell, saves and runs it."""
        self.change(name, source)
        return self.run(name)

    def experiment(self, number: int, series: str = "cats") -> dict[str, Any]:
        """What ``experiment.json`` says."""
        return read(self.folder / f"out/{series}_{number:03d}/experiment.json")

    def runs(self, number: int, series: str = "cats") -> list[dict[str, Any]]:
        """What each ``run.json`` says, oldest first."""
        found = (self.folder / f"out/{series}_{number:03d}").glob("*/run.json")
        return sorted(map(read, found), key=lambda run: run["index"])

    def source(self, number: int, run: int = -1) -> Path:
        """The snapshot of a run."""
        return self.folder / f"out/cats_{number:03d}" / self.runs(number)[run]["run"] / "source"

    def numbers(self, series: str = "cats") -> list[int]:
        """The numbers that have a record."""
        found = (self.folder / "out").glob(f"{series}_*/experiment.json")
        return sorted(int(path.parent.name.rpartition("_")[2]) for path in found)

    def notebooks(self) -> list[str]:
        """The names of the notebooks in the folder."""
        return sorted(path.name for path in self.folder.glob("*.ipynb"))


def write(path: Path, cells: list[dict[str, Any]], minor: int = 5) -> None:
    """Writes a notebook of these cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": minor}))


def read(path: Path) -> dict[str, Any]:
    """A JSON file."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def sources(path: Path) -> list[str]:
    """The texts of a notebook's cells."""
    return ["".join(cell["source"]) for cell in read(path)["cells"]]


def point(running: Kernel, path: Path | None, folder: Path | None = None) -> None:
    """Puts a kernel into a notebook's folder, told which notebook it is; without one it is not told."""
    told = f"os.environ['XPT_NOTEBOOK'] = {str(path or '')!r}"
    quietly(running, f"import os; os.chdir({str(folder or (path and path.parent))!r}); {told}")


def quietly(running: Kernel, code: str) -> None:
    """Runs code that is no cell of any notebook."""
    request = running.client.execute(code, store_history=False)
    assert running.collect(request).status == "ok"


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def found(run: dict[str, Any]) -> list[str]:
    """The codes of a run's findings."""
    return [one["code"] for one in run["hidden_state"]]


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with kernel(tmp_path_factory.mktemp("drafts")) as one:
        yield one


@pytest.fixture
def desk(drafts: Kernel, tmp_path: Path) -> Desk:
    """A draft that has not run yet."""
    cells = {"setup": "scale = 2", "exp": CELL, "below": "print('a plot')"}
    return Desk(drafts, tmp_path / "cats.ipynb", cells)


def test_the_first_run_is_001_with_its_numbered_notebook_beside_the_draft(desk: Desk) -> None:
    shown = desk.run_all()
    assert shown.block.splitlines()[0] == "cats_001"
    assert desk.numbers() == [1]
    run = desk.runs(1)[0]
    assert (run["status"], run["notebook"], run["cell"]) == ("finished", "cats.ipynb", desk.id("exp"))
    assert shown.block.splitlines()[-1] == f"out/cats_001/{run['run']}"
    record = desk.experiment(1)
    assert (record["parent"], record["frozen"], record["note"]) == (None, run["run"], "")
    assert desk.notebooks() == ["cats.ipynb", "cats_001.ipynb"]


def test_the_numbered_notebook_has_the_sources_but_no_outputs(desk: Desk) -> None:
    desk.run_all()
    made = desk.folder / "cats_001.ipynb"
    assert sources(made) == list(desk.cells.values())
    assert [(cell["outputs"], cell["execution_count"]) for cell in read(made)["cells"]] == [([], None)] * 3
    assert made.read_bytes() == (desk.source(1) / "cats_001.ipynb").read_bytes()
    # The draft itself stays as the front end saved it.
    assert all(cell["outputs"] for cell in read(desk.path)["cells"])


def test_the_same_cell_again_is_another_run_and_its_repeats_are_pooled(desk: Desk) -> None:
    desk.run_all()
    shown = desk.run("exp")
    assert "same source as 001: added as its run 2" in shown.block
    assert desk.numbers() == [1]
    first, second = desk.runs(1)
    assert (first["index"], second["index"]) == (1, 2)
    assert first["digest"] == second["digest"] == desk.experiment(1)["source"]["digest"]
    assert desk.notebooks() == ["cats.ipynb", "cats_001.ipynb"]
    with open(desk.folder / "experiments.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["experiment"], row["runs"], row["accuracy n"]) for row in rows] == [("cats_001", "2", "2")]


@pytest.mark.parametrize(
    ("cell", "source"),
    [
        pytest.param("exp", "%%experiment\n# explained\n{'accuracy': scale * 0.25}", id="a comment"),
        pytest.param("exp", '%%experiment\n\n{\n    "accuracy": (scale*0.25),\n}', id="formatting"),
        pytest.param("exp", "%%experiment repeats=2 goal=max tags=quick\n{'accuracy': scale * 0.25}", id="the line"),
        pytest.param("below", "print('another plot')", id="a cell below"),
        pytest.param("setup", "# two\nscale  =  2", id="a comment above"),
    ],
)
def test_what_does_not_change_the_meaning_is_the_same_experiment(desk: Desk, cell: str, source: str) -> None:
    desk.run_all()
    desk.edit(cell, source)
    shown = desk.run("exp")
    assert "same source as 001: added as its run" in shown.block
    assert desk.numbers() == [1]


def test_a_changed_constant_is_002_with_parent_001_and_says_what_changed(desk: Desk) -> None:
    desk.run_all()
    shown = desk.edit("exp", CELL.replace("0.25", "0.5"))
    assert shown.block.splitlines()[0].startswith("cats_002")
    assert "0.25" in shown.block.splitlines()[0]
    record = desk.experiment(2)
    assert record["parent"] == 1
    assert [(one["before"], one["after"]) for one in record["changes"]] == [("scale * 0.25", "scale * 0.5")]
    assert desk.notebooks() == ["cats.ipynb", "cats_001.ipynb", "cats_002.ipynb"]
    assert CELL in sources(desk.folder / "cats_001.ipynb")


def test_a_changed_cell_above_is_a_new_experiment_too(desk: Desk) -> None:
    desk.run_all()
    desk.edit("setup", "scale = 3")
    shown = desk.run("exp")
    assert shown.block.startswith("cats_002")
    assert desk.experiment(2)["parent"] == 1
