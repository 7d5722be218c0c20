"""What is derived can be deleted or damaged: it comes back as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_xpt.actions.overview import overview, write_table
from jupyter_xpt.edges.disk.shelf import Shelf
from tests.kernels import kernel

CELL = "%%experiment repeats=3\nimport random\nxpt.log(accuracy={} + random.random() / 100)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two experiments, the first of them run twice."""
    folder = tmp_path_factory.mktemp("derived")
    with kernel(folder) as one:
        for level in (0.5, 0.5, 0.9):
            assert one.run(CELL.format(level), "cell").status == "ok"
    return folder


def seen(folder: Path) -> object:
    """The facts as a reader finds them who knows nothing yet."""
    return Shelf(folder).facts()


def downgrade(path: Path) -> None:
    """Leaves what an older program might have written."""
    data = json.loads(path.read_text())
    path.write_text(json.dumps({"schema": 0, "results_bytes": data["results_bytes"] - 1, "metrics": {}}))


HARM = {
    "deleted": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:40]),
    "noise": lambda path: path.write_bytes(b"\x00\xff{["),
    "downgraded": downgrade,
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM.keys())
def test_summaries_are_folded_again(folder: Path, harm) -> None:
    before = seen(folder)
    kept = {path: path.read_bytes() for path in folder.glob("out/*/*/summary.json")}
    assert len(kept) == 3
    for path in kept:
        harm(path)
    after = seen(folder)
    for path, data in kept.items():
        path.write_bytes(data)
    assert after == before


@pytest.mark.parametrize("harm", [HARM["deleted"], HARM["empty"], HARM["noise"]], ids=["deleted", "empty", "noise"])
def test_the_spreadsheet_is_written_again(folder: Path, harm) -> None:
    table = folder / "experiments.csv"
    before = table.read_bytes()
    assert before.count(b"\n") == 3
    harm(table)
    write_table(folder)
    assert table.read_bytes() == before


def test_a_numbered_notebook_that_was_deleted_takes_nothing_with_it(folder: Path) -> None:
    before = overview(folder)
    for path in folder.glob("*_[0-9][0-9][0-9].ipynb"):
        path.unlink()
    assert overview(folder) == before
