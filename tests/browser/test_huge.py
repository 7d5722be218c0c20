"""Ten thousand experiments: the list paints, scrolls and answers keys, and draws only what is seen."""

import pytest
from playwright.sync_api import expect

from tests.browser import folders
from tests.browser.panel import choose, filter_by, open_panel, panel, row, rows, tree

EXPERIMENTS = 10_000


@pytest.fixture(scope="module")
def huge(start):
    """A JupyterLab on a folder of that size."""
    lab = start()
    folders.grow(lab.folder, EXPERIMENTS)
    return lab


def test_ten_thousand_experiments_scroll_answer_keys_and_are_filtered(huge, watch):
    page = open_panel(watch, huge)
    # The newest one is chosen first.
    expect(row(page, EXPERIMENTS)).to_be_in_viewport()
    assert rows(page).count() < 100
    choose(page, EXPERIMENTS)
    page.keyboard.press("Home")
    expect(row(page, 1)).to_be_in_viewport()
    page.keyboard.press("End")
    expect(rows(page).last).to_be_in_viewport()
    bottom = tree(page).evaluate("one => one.scrollTop")
    assert bottom > 100 * EXPERIMENTS / 10
    assert rows(page).count() < 100
    page.keyboard.press("Home")
    expect(row(page, 1)).to_be_in_viewport()
    filter_by(page, "number=5000")
    expect(panel(page)).to_contain_text(f"1 of {EXPERIMENTS}")
    # Hundreds of ancestors stand above it.
    expect(row(page, 5000)).to_be_in_viewport()
    assert rows(page).count() < 100
