"""The environment of a run: what changed since before is said in the block and by the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from jupyter_xpt.doors import command
from tests.projects import notebook, run_folder, runs
from tests.repositories import make

ABOVE = "import thing"
CELL = "%%experiment\n{} + thing.rate()"


def install(packages: Path, version: str) -> None:
    """Another version of a package, as pip leaves it."""
    packages.mkdir(exist_ok=True)
    (packages / "thing.py").write_text("def rate():\n    return 0.5\n")
    for old in packages.glob("thing-*.dist-info"):
        old.rmdir()
    (packages / f"thing-{version}.dist-info").mkdir()
    # A new listing of the folder, whatever the clock's grain.
    os.utime(packages, (float(version), float(version)))


def test_a_package_that_changed_since_the_parent_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packages, folder = tmp_path / "site-packages", tmp_path / "project"
    folder.mkdir()
    install(packages, "1.0")
    monkeypatch.setenv("PYTHONPATH", str(packages))
    with notebook(folder, {"a": ABOVE, "b": CELL.format(1)}) as book:
        book.run("a")
        assert "environment" not in book.run("b").block
        book.settle()
        install(packages, "2.0")
        block = book.run("b", CELL.format(2)).block
        assert "environment changed since 001: thing 1.0 → 2.0\n" in block
        book.settle()
        # The same source again is compared with its own run before.
        assert "environment" not in book.run("b").block
        book.settle()
        install(packages, "3.0")
        block = book.run("b").block
        assert f"environment changed since run {runs(folder, 2)[1].run}: thing 2.0 → 3.0\n" in block
        book.settle()
    monkeypatch.chdir(folder)
    assert command.main(["show", "2"]) == 0
    assert "\nenvironment changed since 001\n  thing 1.0 → 3.0\n" in capsys.readouterr().out
    lists = [(run_folder(folder, 2, index) / "requirements.txt").read_text() for index in (1, 3)]
    assert ["thing==2.0" in lists[0], "thing==3.0" in lists[1]] == [True, True]


def test_a_kernel_that_ends_right_after_the_cell_still_tells_the_commit(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    (folder / "model.py").write_text("depth = 4\n")
    cells = [nbformat.v4.new_code_cell(text) for text in ("%load_ext jupyter_xpt", "%%experiment\n0.5")]
    book = nbformat.v4.new_notebook(cells=cells)
    book["metadata"]["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(book, folder / "animals.ipynb")
    words = ("jupyter", "nbconvert", "--to", "notebook", "--execute", "animals.ipynb", "--output", "ran.ipynb")
    subprocess.run([sys.executable, "-m", *words], cwd=folder, capture_output=True, timeout=120, check=True)
    record = runs(folder, 1)[0]
    assert record.git is not None
    assert (record.git["branch"], record.git["patch"]) == ("main", True)
    assert (run_folder(folder) / "changes.patch").is_file()
    assert json.loads((run_folder(folder) / "environment.json").read_bytes())["packages"]
