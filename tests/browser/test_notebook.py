"""Notebooks and the panel together: forks, new numbers, saving, and nothing written behind JupyterLab's back."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser import books
from tests.browser.panel import choose, expect_numbers, open_beside, row

CELL = """%%experiment repeats=3 note="baseline"
import random
xpt.log(accuracy=random.gauss(0.5, 0.01))"""
CHANGED = CELL.replace("0.5", "0.9").replace("baseline", "better")
NUMBERED = "animals_001.ipynb"


@pytest.fixture
def page(lab, folder, watch):
    """The draft with its first experiment run, the panel beside it."""
    book = books.write(folder, [books.LOAD, CELL])
    page = open_beside(watch, lab, book)
    books.run(page, 0)
    books.run(page, 1)
    expect_numbers(page, 1)
    return page


def test_a_fork_opens_beside_and_waits_to_be_run(page, folder):
    books.add(page, "%xpt_new --parent 1 --note 'fork'")
    books.run(page, 2)
    expect(page.get_by_role("tab", name="animals_002.ipynb")).to_be_visible()
    expect(row(page, 2)).to_contain_text("fork")
    assert books.texts(folder / "animals_002.ipynb")[1] == CELL


def test_new_from_here_asks_for_the_note_and_opens_the_notebook(page, folder):
    choose(page, 1).get_by_role("button", name="New from here").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("from the panel")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="animals_002.ipynb")).to_be_visible()
    expect(row(page, 2)).to_contain_text("from the panel")
    assert (folder / "animals_002.ipynb").exists()


def test_what_runs_is_saved_before_it_runs(page, folder):
    books.edit(page, 1, CHANGED)
    books.run(page, 1)
    expect_numbers(page, 1, 2)
    assert books.texts(folder / "animals.ipynb")[1] == CHANGED


def test_a_frozen_notebook_that_is_edited_becomes_the_next_number_with_its_kernel(page, lab, folder):
    books.open_book(page, NUMBERED)
    before = books.texts(folder / NUMBERED)
    books.run(page, 0)
    books.edit(page, 1, CHANGED)
    books.run(page, 1)
    expect(page.get_by_role("tab", name="animals_002.ipynb")).to_be_visible()
    expect(page.get_by_role("tab", name=NUMBERED)).to_have_count(0)
    assert books.in_front(page) == "animals_002.ipynb"
    books.saved(page)
    assert books.texts(folder / "animals_002.ipynb")[1] == CHANGED
    assert books.texts(folder / NUMBERED) == before
    books.add(page, "print(len(get_ipython().user_ns['In']))")
    assert int(books.run(page, 2)) > 2
    names = sorted(one["path"] for one in lab.request("GET", "api/sessions"))
    assert names == ["animals.ipynb", "animals_002.ipynb"]
    metadata = json.loads((folder / "animals_002.ipynb").read_text("utf-8"))["cells"][1]["metadata"]
    assert "jupyter_xpt" not in metadata


def test_no_run_of_many_asks_about_a_changed_file(start, watch):
    settings = {"@jupyterlab/docmanager-extension:plugin": {"autosave": True, "autosaveInterval": 1}}
    lab = start(settings=settings)
    book = books.write(lab.folder, [books.LOAD, CELL], "animals_001.ipynb")
    page = open_beside(watch, lab, book)
    books.run(page, 0)
    for n in range(12):
        books.edit(page, 1, CELL.replace("0.5", f"0.{n + 1:02d}"))
        books.run(page, 1)
        # A dialog of JupyterLab's lies over everything.
        expect(page.locator(".jp-Dialog")).to_have_count(0)
    expect_numbers(page, *range(1, 13))
