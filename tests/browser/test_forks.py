"""Forks: on purpose from the notebook, and from the panel."""

import pytest
from playwright.sync_api import expect

from tests.browser import books
from tests.browser.panel import choose, expect_numbers, open_beside, row

CELL = """%%experiment repeats=3 note="baseline"
import random
xpt.log(accuracy=random.gauss(0.5, 0.01))"""


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
    # What is in front changes with it.
    books.start(page, 2)
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
