"""The first minute: the panel opens, says what to type, and shows what was typed."""

import re

from playwright.sync_api import expect

from tests.browser import books
from tests.browser.pages import open_lab
from tests.browser.panel import choose, expect_numbers, open_beside, open_panel, panel, row, show

CELL = """%%experiment repeats=3 note="baseline"
import random
xpt.log(accuracy=random.gauss(0.5, 0.01))"""
SLOW = """%%experiment repeats=4 note="slow"
import time, random
time.sleep(1.5)
xpt.log(accuracy=random.gauss(0.5, 0.01))"""


def test_the_panel_opens_from_the_side_bar(lab, watch):
    page = open_lab(watch, lab)
    expect(panel(page)).to_be_hidden()
    show(page)


def test_the_panel_opens_from_the_menu(lab, watch):
    page = open_lab(watch, lab)
    page.get_by_role("menuitem", name="View", exact=True).click()
    page.get_by_role("menuitem", name="Experiments").click()
    expect(panel(page)).to_be_visible()


def test_the_first_page_of_an_empty_folder_says_what_to_type(lab, watch):
    page = open_panel(watch, lab)
    expect(panel(page)).to_contain_text("%load_ext jupyter_xpt")
    expect(panel(page)).to_contain_text("%%experiment")
    expect(panel(page)).to_contain_text("xpt.log(")


def test_a_first_experiment_that_is_typed_appears_without_a_reload(lab, folder, watch):
    book = books.write(folder, [books.LOAD, ""])
    page = open_beside(watch, lab, book)
    books.run(page, 0)
    books.edit(page, 1, CELL)
    assert "animals_001 · baseline" in books.run(page, 1)
    expect(row(page, 1)).to_contain_text("baseline")
    expect(row(page, 1)).to_contain_text("×3")
    assert (folder / "animals_001.ipynb").exists()


def test_repeats_move_while_they_run(lab, folder, watch):
    book = books.write(folder, [books.LOAD, SLOW])
    page = open_beside(watch, lab, book)
    books.run(page, 0)
    books.start(page, 1)
    for ended in (1, 2, 3):
        expect(row(page, 1)).to_contain_text(f"{ended} of 4")
    expect(row(page, 1)).to_contain_text("×4")
    expect(row(page, 1)).not_to_contain_text("of 4")


def test_a_change_becomes_the_next_number_with_its_verdict_and_what_changed(lab, folder, watch):
    book = books.write(folder, [books.LOAD, CELL])
    page = open_beside(watch, lab, book)
    books.run(page, 0)
    books.run(page, 1)
    expect_numbers(page, 1)
    books.edit(page, 1, CELL.replace("0.5", "0.9").replace("baseline", "better"))
    books.run(page, 1)
    expect_numbers(page, 1, 2)
    expect(row(page, 2)).to_contain_text("better")
    expect(row(page, 2)).to_have_accessible_name(re.compile("^002, better, improved, accuracy .* compared with 001$"))
    detail = choose(page, 2)
    expect(detail).to_contain_text("Improved on 001 by")
    expect(detail).to_contain_text("0.9")
