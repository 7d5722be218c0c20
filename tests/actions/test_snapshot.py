"""The snapshot runs again by itself."""

from __future__ import annotations

import json
from pathlib import Path

from tests.kernels import kernel


def notebook(cells: dict[str, str]) -> str:
    listed = [
        {"cell_type": "code", "execution_count": None, "id": key, "metadata": {}, "outputs": [], "source": source}
        for key, source in cells.items()
    ]
    return json.dumps({"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_deleted_cell_that_counts_is_in_the_numbered_notebook(tmp_path: Path) -> None:
    draft = tmp_path / "cats.ipynb"
    cells = {"a": "scale = 2", "b": "offset = scale + 2", "run": "%%experiment\n{'accuracy': scale / offset}"}
    draft.write_text(notebook(cells))
    with kernel(tmp_path, XPT_NOTEBOOK=str(draft)) as one:
        one.run(cells["a"], "a")
        one.run(cells["b"], "b")
        draft.write_text(notebook({key: cells[key] for key in ("a", "run")}))
        assert one.run(cells["run"], "run").status == "ok"
    made = json.loads((tmp_path / "cats_001.ipynb").read_text())
    assert ["".join(cell["source"]) for cell in made["cells"]] == list(cells.values())
    # Opened on its own it is the same experiment.
    with kernel(tmp_path, XPT_NOTEBOOK=str(tmp_path / "cats_001.ipynb")) as one:
        for cell in made["cells"]:
            shown = one.run("".join(cell["source"]), cell["id"])
            assert shown.status == "ok"
        assert "same source as 001: added as its run 2" in shown.block
