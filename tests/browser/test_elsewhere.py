"""The panel in Notebook 7, and with other settings."""

from playwright.sync_api import expect

from tests import builders
from tests.browser import books, folders
from tests.browser.pages import open_lab
from tests.browser.panel import expect_numbers, open_panel, panel, rows

CELL = '%%experiment note="first"\nxpt.log(accuracy=0.5)'


def test_notebook_7_shows_the_panel_too(start, watch):
    lab = start(app="notebook")
    books.write(lab.folder, [books.LOAD, CELL])
    page = open_lab(watch, lab, "notebooks/animals.ipynb")
    books.wait_for_kernel(page)
    page.evaluate("() => jupyterapp.commands.execute('jupyter-xpt:show')")
    expect(panel(page)).to_be_visible()
    books.run(page, 0)
    books.run(page, 1)
    expect_numbers(page, 1)


def test_the_tree_of_notebook_7_is_left_alone(start, watch):
    lab = start(app="notebook")
    page = open_lab(watch, lab, "tree")
    expect(page.locator(".jp-DirListing")).to_be_visible()
    assert watch.of_ours() == [one for one in watch.of_ours() if "/about" in one]


def test_a_setting_has_its_effect(lab, folder, watch):
    folders.reserved(builders.write_series(folder))
    page = open_panel(watch, lab)
    expect_numbers(page, 1, 2, 4, 6, 3, 5)
    lab.request("PUT", "lab/api/settings/jupyter-xpt:plugin", {"raw": '{"sort": "value"}'})
    try:
        page = open_panel(watch, lab)
        expect(rows(page).first).to_contain_text("004")
    finally:
        lab.request("PUT", "lab/api/settings/jupyter-xpt:plugin", {"raw": "{}"})
