"""Two experiments side by side, several beside one another: as they really ran."""

import shutil
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser import books, folders
from tests.browser.panel import menu, open_panel, panel, pick, rows

ABOVE = "import random\nspread = 0.01"
CELL = """%%experiment repeats=3 note="{note}"
depth = {depth}
print("trained with depth", depth)
xpt.log(accuracy=random.gauss({level}, spread))"""
STEPS = (("baseline", 3, 0.5), ("deeper", 5, 0.7), ("too deep", 9, 0.4))
# Runs each text in turn as the last cell of one notebook, as somebody who edits it would.
RUN = """
import sys
import nbformat
from nbclient import NotebookClient
path, *texts = sys.argv[1:]
book = nbformat.read(path, as_version=4)
client = NotebookClient(book)
with client.setup_kernel():
    for index, cell in enumerate(book.cells[:-1]):
        client.execute_cell(cell, index)
    for text in texts:
        book.cells[-1].source = text
        nbformat.write(book, path)
        client.execute_cell(book.cells[-1], len(book.cells) - 1)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder where a notebook's last cell was run, changed and run again, twice."""
    made = tmp_path_factory.mktemp("project")
    cells = [CELL.format(note=note, depth=depth, level=level) for note, depth, level in STEPS]
    book = books.write(made, [books.LOAD, ABOVE, cells[0]])
    subprocess.run([sys.executable, "-c", RUN, book.name, *cells], check=True, cwd=made)
    return made


@pytest.fixture(scope="module")
def page(still_lab, still_watch, project):
    """The panel on that folder."""
    shutil.copytree(project, still_lab.folder, dirs_exist_ok=True)
    page = open_panel(still_watch, still_lab)
    expect(rows(page)).to_have_count(3)
    return page


def test_the_diff_shows_both_sides_of_the_cell_and_no_output(page):
    menu(page, 2, "Diff with 001")
    diff = page.locator(".jp-xpt-Diff")
    expect(diff).to_contain_text("depth = 3")
    expect(diff).to_contain_text("depth = 5")
    expect(diff.get_by_role("button", name="unchanged")).to_have_count(1)
    expect(diff).not_to_contain_text("trained with depth 3")


def test_several_are_compared_in_what_differs(page):
    pick(page, 1, 2, 3)
    panel(page).get_by_role("button", name="Compare", exact=True).click()
    compared = page.locator(".jp-xpt-Compare")
    for text in ("depth", "3", "5", "9", "001", "002", "003"):
        expect(compared).to_contain_text(text)
    expect(compared).not_to_contain_text("spread")


def test_seven_are_too_many_to_compare(page, still_lab):
    for number in range(4, 8):
        folders.damaged(still_lab.folder, number, series="animals")
    expect(rows(page)).to_have_count(7)
    pick(page, *range(1, 8))
    expect(panel(page)).to_contain_text("at most 6 can be compared")
    expect(panel(page).get_by_role("button", name="Compare", exact=True)).to_be_disabled()
