"""A day with the example: edit, run, look, and do it again, headless.

    python example_notebooks/walk.py [FOLDER]

Copies the example into FOLDER (``example_notebooks/walk`` unless given, emptied first), then does there what a person
does in JupyterLab: runs the notebook, changes one thing in its experiment cell, runs that cell again; forks a
numbered notebook from an earlier experiment; mistypes a column. It ends with the lineage and its verdicts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent
DRAFT = "animal_classifier.ipynb"
CELL = """%%experiment repeats=10 note="{note}"{options}
{imports}X = penguins[[{columns}]]
X_train, X_test, y_train, y_test = train_test_split(X, penguins["sex"], test_size=0.3)
model = {model}.fit(X_train, y_train)
xpt.log(accuracy=model.score(X_test, y_test))"""
BILL = '"bill_length_mm", "bill_depth_mm"'
BODY = f'{BILL}, "body_mass_g", "flipper_length_mm"'
FOREST = "RandomForestClassifier()"
BOOSTING = "HistGradientBoostingClassifier()"
SCALED = "from sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\n"


@dataclass(frozen=True)
class Step:
    """What the experiment cell is changed to."""

    note: str
    model: str
    columns: str = BILL
    imports: str = ""
    parent: str = ""

    @property
    def cell(self) -> str:
        """The text of the cell."""
        options = f" parent={self.parent}" if self.parent else ""
        blank = "\n" if self.imports else ""
        return CELL.format(
            note=self.note, options=options, imports=self.imports + blank, columns=self.columns, model=self.model
        )


IMPORT_BOOSTING = "from sklearn.ensemble import HistGradientBoostingClassifier\n"
IN_THE_DRAFT = (
    Step("boosting instead of forest", BOOSTING, imports=IMPORT_BOOSTING),
    Step(
        "3 neighbours on scaled features",
        "make_pipeline(StandardScaler(), KNeighborsClassifier(n_neighbors=3))",
        imports="from sklearn.neighbors import KNeighborsClassifier\n" + SCALED,
        parent="1",
    ),
    Step(
        "a linear model in place of neighbours",
        "make_pipeline(StandardScaler(), LogisticRegression())",
        imports="from sklearn.linear_model import LogisticRegression\n" + SCALED,
    ),
    Step("more trees", "RandomForestClassifier(n_estimators=150)", parent="1"),
    Step("body mass and flippers too", FOREST, BODY, parent="1"),
    Step("leaves of at least 5 birds", "RandomForestClassifier(min_samples_leaf=5)", BODY),
)
# Forked from experiment 6, each into a numbered notebook of its own.
FORKS = (
    (Step("boosting on the whole body", BOOSTING, BODY, IMPORT_BOOSTING), False),
    (Step("the wing in place of the flipper", FOREST, BODY.replace("flipper", "wing")), True),
)


def main(folder: Path) -> int:
    """Walks the day in ``folder``; 0 when every step went as it should."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in (DRAFT, "penguins.csv"):
        shutil.copy(HERE / name, folder / name)
    run_draft(folder)
    for step, fails in FORKS:
        fork_and_run(folder, "6", step, fails=fails)
    print("\n" + "=" * 100 + "\n")
    return xpt("tree", "--folder", str(folder))


def run_draft(folder: Path) -> None:
    """Runs the draft in one kernel, then its experiment cell again after each change."""
    path = folder / DRAFT
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, resources={"metadata": {"path": str(folder)}})
    cell = next(i for i, cell in enumerate(notebook.cells) if cell.source.startswith("%%experiment"))
    with client.setup_kernel(env={**os.environ, "XPT_NOTEBOOK": str(path)}):
        for index in range(cell + 1):
            if notebook.cells[index].cell_type == "code":
                client.execute_cell(notebook.cells[index], index)
        show(notebook.cells[cell])
        for step in IN_THE_DRAFT:
            notebook.cells[cell].source = step.cell
            nbformat.write(notebook, path)
            client.execute_cell(notebook.cells[cell], cell)
            show(notebook.cells[cell])


def fork_and_run(folder: Path, parent: str, step: Step, *, fails: bool) -> None:
    """Forks a numbered notebook from an experiment, changes one thing in it and runs it from top to bottom."""
    before = set(folder.glob("*.ipynb"))
    if xpt("new", str(folder / DRAFT), "--parent", parent, "--note", step.note) != 0:
        raise RuntimeError("jupyter xpt new failed")
    (path,) = set(folder.glob("*.ipynb")) - before
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.source.startswith("%%experiment"))
    cell.source = step.cell
    nbformat.write(notebook, path)
    client = NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}, allow_errors=fails)
    with client.setup_kernel(env={**os.environ, "XPT_NOTEBOOK": str(path)}):
        for index, one in enumerate(notebook.cells):
            if one.cell_type == "code" and not one.source.startswith("%xpt"):
                try:
                    client.execute_cell(one, index)
                except CellExecutionError:
                    if not fails:
                        raise
    show(cell)


def show(cell: nbformat.NotebookNode) -> None:
    """Prints what a cell showed, as a terminal would."""
    for output in cell.outputs:
        if output.output_type == "stream":
            print(output.text, end="")
        elif output.output_type == "error":
            print(f"{output.ename}: {output.evalue}")
        else:
            print(output.data.get("text/plain", ""))
    print()


def xpt(*arguments: str) -> int:
    """Runs ``jupyter xpt`` as its user does."""
    sys.stdout.flush()
    return subprocess.run([sys.executable, "-m", "jupyter", "xpt", *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "walk"))
