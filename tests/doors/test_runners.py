"""Notebooks run without a front end: the same numbers, the same records, and errors that runners see."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbclient
import nbformat
import pytest

from tests.projects import experiment, numbers, run_folder, runs, values

CELLS = (
    "%load_ext jupyter_xpt",
    "factor = 2",
    "%%experiment repeats=2\nxpt.log(accuracy=factor * 10)",
    "print('below')",
)
FAILING = "%%experiment\nxpt.log(accuracy=0.5)\n1 / 0"


def write(path: Path, *cells: str) -> None:
    """Writes a notebook of these cells."""
    made = [nbformat.v4.new_code_cell(text, id=f"cell-{i}") for i, text in enumerate(cells)]
    book = nbformat.v4.new_notebook(cells=made)
    book["metadata"]["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(book, path)


def python(folder: Path, *words: str) -> bool:
    """Runs a module of Python's there; gives whether it went well."""
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False).returncode == 0


def by_nbclient(folder: Path) -> bool:
    """Runs the notebook with nbclient; gives whether it went well."""
    book = nbformat.read(folder / "animals.ipynb", as_version=4)
    try:
        nbclient.NotebookClient(book, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    except nbclient.exceptions.CellExecutionError:
        return False
    finally:
        nbformat.write(book, folder / "ran.ipynb")
    return True


def by_nbconvert(folder: Path) -> bool:
    """The same with nbconvert."""
    words = ("nbconvert", "--to", "notebook", "--execute", "animals.ipynb", "--output", "ran.ipynb")
    return python(folder, "jupyter", *words)


def by_papermill(folder: Path) -> bool:
    """The same with papermill."""
    return python(folder, "papermill", "--no-progress-bar", "animals.ipynb", "ran.ipynb")


RUNNERS = {"nbclient": by_nbclient, "nbconvert": by_nbconvert, "papermill": by_papermill}


@pytest.mark.parametrize("run", RUNNERS.values(), ids=RUNNERS.keys())
def test_a_notebook_run_without_a_front_end_is_its_experiment(tmp_path: Path, run: Callable[[Path], bool]) -> None:
    write(tmp_path / "animals.ipynb", *CELLS)
    before = (tmp_path / "animals.ipynb").read_bytes()
    assert run(tmp_path)
    assert numbers(tmp_path) == [1]
    assert values(run_folder(tmp_path), "accuracy") == [20, 20]
    assert (tmp_path / "animals.ipynb").read_bytes() == before
    assert (tmp_path / "animals_001.ipynb").exists()
    cells = json.loads((tmp_path / "ran.ipynb").read_text(encoding="utf-8"))["cells"]
    shown = [one for cell in cells for one in cell["outputs"] if one["output_type"] == "display_data"]
    # One block, in its last state.
    (block,) = ["".join(one["data"]["text/plain"]) for one in shown]
    assert block.startswith("animals_001\nrepeat 2/2")
    assert "⚠" not in block.replace("⚠ XPT", "")


@pytest.mark.parametrize("run", RUNNERS.values(), ids=RUNNERS.keys())
def test_a_runner_sees_that_a_cell_failed(tmp_path: Path, run: Callable[[Path], bool]) -> None:
    write(tmp_path / "animals.ipynb", CELLS[0], FAILING)
    assert not run(tmp_path)
    (record,) = runs(tmp_path, 1)
    assert (record.status, record.error) == ("failed", "ZeroDivisionError: division by zero")
    assert experiment(tmp_path, 1).frozen is None


def test_run_again_it_is_the_same_and_edited_the_next(tmp_path: Path) -> None:
    write(tmp_path / "animals.ipynb", *CELLS)
    assert by_nbclient(tmp_path)
    (tmp_path / "ran.ipynb").unlink()
    assert by_nbclient(tmp_path)
    (tmp_path / "ran.ipynb").unlink()
    assert [run.index for run in runs(tmp_path, 1)] == [1, 2]
    write(tmp_path / "animals.ipynb", CELLS[0], "factor = 3", *CELLS[2:])
    assert by_nbclient(tmp_path)
    assert (numbers(tmp_path), experiment(tmp_path, 2).parent) == ([1, 2], 1)


def test_a_repeat_that_fails_among_others_fails_the_notebook(tmp_path: Path) -> None:
    body = "%%experiment repeats=3\nturns.append(1)\nxpt.log(a=len(turns))\nassert len(turns) != 2"
    write(tmp_path / "animals.ipynb", CELLS[0], "turns = []", body)
    assert not by_nbclient(tmp_path)
    (record,) = runs(tmp_path, 1)
    assert record.status == "finished"
    assert values(run_folder(tmp_path), "a") == [1, 2, 3]
