"""Pictures of the real panel for the README.

    npm run screenshots

runs the example's day (``example_notebooks/walk.py``) in a folder of its own, goes on with it in a real JupyterLab,
and takes pictures of the panel, light and dark, while the last experiment runs.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from example_notebooks import walk
from tests.browser import books, panel

PICTURES = Path(__file__).parent.parent.parent / "labextension" / "images"
SERIES = "animal_classifier"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
LINEAR = "from sklearn.linear_model import LogisticRegression\n"
BY_SPECIES = """from sklearn.compose import make_column_transformer
from sklearn.preprocessing import OneHotEncoder
"""
SPECIES = 'make_column_transformer((OneHotEncoder(), ["species"]), remainder="passthrough")'
WITH_SPECIES = f'{walk.BODY}, "species"'
MORE = (
    (
        "6",
        walk.Step(
            "linear model on the whole body",
            "make_pipeline(StandardScaler(), LogisticRegression())",
            walk.BODY,
            LINEAR + walk.SCALED,
        ),
    ),
    (
        "10",
        walk.Step(
            "species as columns",
            f"make_pipeline({SPECIES}, StandardScaler(), LogisticRegression())",
            WITH_SPECIES,
            BY_SPECIES + LINEAR + walk.SCALED,
        ),
    ),
)
LAST = walk.Step(
    "600 trees, species as columns",
    f"make_pipeline({SPECIES}, RandomForestClassifier(n_estimators=600))",
    WITH_SPECIES,
    BY_SPECIES + "from sklearn.pipeline import make_pipeline\n",
)
WIDE, HIGH = 1440, 900
PANEL = 520


def make_day(folder: Path) -> Path:
    """The example's day and more; gives the notebook of the experiment that is still to run."""
    walk.main(folder)
    for parent, step in MORE:
        walk.fork_and_run(folder, parent, step, fails=False)
    walk.xpt("new", str(folder / walk.DRAFT), "--parent", "11", "--note", LAST.note)
    return folder / f"{SERIES}_012.ipynb"


def run_last(page: Page) -> None:
    """Runs the notebook in front with the last step in its experiment cell, until some repeats are over."""
    cells = page.evaluate(
        f"() => {{ {books.BOOK} return Array.from(book.content.model.cells, c => c.sharedModel.source) }}"
    )
    index = next(n for n, text in enumerate(cells) if text.startswith("%%experiment"))
    books.edit(page, index, LAST.cell)
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    expect(panel.row(page, 12)).to_contain_text("4 of 10", timeout=120_000)
