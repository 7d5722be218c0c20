"""Experiments in a notebook that is open in JupyterLab."""

from tests.browser import books
from tests.browser.pages import open_lab

CELL = """%%experiment repeats=3 note="first"
import random
xpt.log(accuracy=random.random())"""


def test_a_first_experiment_is_typed_and_run(lab, folder, watch):
    book = books.write(folder, [books.LOAD, ""])
    page = open_lab(watch, lab)
    books.open_book(page, lab.path_of(book))
    books.run(page, 0)
    books.edit(page, 1, CELL)
    assert "animals_001 · first" in books.run(page, 1)
    assert (folder / "animals_001.ipynb").exists()
