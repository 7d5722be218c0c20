"""Pictures of the real panel for the README.

    npm run screenshots [FOLDER]

runs the example's day (``example_notebooks/walk.py``) in a folder of its own, goes on with it in a real JupyterLab,
and takes pictures of the panel, light and dark, while the last experiment runs. What is made in FOLDER is kept, and
taken the next time.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from example_notebooks import walk
from tests.browser import books, chromium, panel
from tests.browser.lab import Lab, running
from tests.browser.pages import set_theme
from tests.browser.watch import Watch

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
SIZE = {"width": 1500, "height": 860}
WIDTH = 520
# The experiment that is chosen in the pictures, and the one that runs in them.
CHOSEN, RUNNING = 6, 12
BOOK = f"{SERIES}_{RUNNING:03d}.ipynb"
MAX_BYTES = 200_000


def make_day(folder: Path) -> None:
    """The example's day and more, and the notebook of the experiment that is still to run."""
    walk.main(folder)
    for parent, step in MORE:
        walk.fork_and_run(folder, parent, step, fails=False)
    walk.xpt("new", str(folder / walk.DRAFT), "--parent", "11", "--note", LAST.note)


def mark(page: Page) -> None:
    """A star and tags, as one gives them by hand."""
    shown = panel.choose(page, CHOSEN)
    shown.get_by_role("button", name="Star").click()
    expect(shown.get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
    for number, tag in ((CHOSEN, "features"), (8, "boosting"), (11, "features")):
        shown = panel.choose(page, number)
        shown.get_by_role("button", name="+ tag").click()
        page.keyboard.insert_text(tag)
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        expect(panel.row(page, number)).to_contain_text(tag)


def run_last(page: Page) -> None:
    """Runs the notebook in front with the last step in its experiment cell, until some repeats are over."""
    sources = f"() => {{ {books.BOOK} return Array.from(book.content.model.cells, one => one.sharedModel.source) }}"
    index = next(n for n, text in enumerate(page.evaluate(sources)) if text.startswith("%%experiment"))
    books.edit(page, index, LAST.cell)
    page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")
    expect(panel.row(page, RUNNING)).to_contain_text("4 of 10", timeout=300_000)


def take(watch: Watch, lab: Lab) -> None:
    """Takes all pictures."""
    page = panel.open_beside(watch, lab, lab.folder / BOOK)
    panel.widen(page, WIDTH)
    mark(page)
    run_last(page)
    panel.choose(page, CHOSEN)
    for name, theme in THEMES.items():
        set_theme(page, theme)
        # Nothing under the pointer, nothing that blinks.
        page.mouse.move(SIZE["width"] - 100, SIZE["height"] - 60)
        keep(panel.panel(page).screenshot(animations="disabled", caret="hide"), f"panel-{name}.png")


def keep(data: bytes, name: str) -> None:
    """Writes a picture, with as few colours as it can do with."""
    with Image.open(io.BytesIO(data)) as image:
        small = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    path = PICTURES / name
    small.save(path, optimize=True)
    sys.stdout.write(f"{path.name}: {small.width} × {small.height}, {path.stat().st_size // 1000} kB\n")
    assert path.stat().st_size < MAX_BYTES


def main(made: Path | None) -> int:
    """Makes the day's folder, then the pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        own = Path(name)
        day = made or own / "day"
        if not (day / BOOK).exists():
            make_day(day)
        shutil.copytree(day, own / "project")
        browser = playwright.chromium.launch(executable_path=chromium.found(), args=chromium.flags())
        with running(own / "project", own / "server") as lab:
            context = browser.new_context(viewport=SIZE, device_scale_factor=2, locale="en-GB")
            take(Watch(context.new_page()), lab)
            context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None))
