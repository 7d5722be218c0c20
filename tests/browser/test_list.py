"""The list of experiments: filter, metric, order, keys."""

import pytest
from playwright.sync_api import expect

from tests import builders
from tests.browser import folders
from tests.browser.panel import choose, expect_numbers, filter_by, open_panel, panel, row, rows, tree

FILTERS = {
    "accuracy>0.92": [1, 2, 4],
    "svm": [1, 3],
    "status:failed": [1, 5],
    "verdict:worse": [1, 3],
    "parent:2": [1, 2, 4],
    "-verdict:improved scaled": [1, 2],
    "#nothing": [],
}


@pytest.fixture(scope="module")
def small(still_lab, still_watch):
    """The panel on a small series: better, not sure, worse, failed, planned."""
    folders.reserved(builders.write_series(still_lab.folder))
    page = open_panel(still_watch, still_lab)
    expect(rows(page)).to_have_count(6)
    return page


@pytest.fixture
def page(small):
    """The same, with nothing filtered."""
    filter_by(small, "")
    return small


def test_the_filter_keeps_what_is_meant_and_its_ancestors(page):
    for text, found in FILTERS.items():
        filter_by(page, text)
        expect_numbers(page, *found)


def test_an_emptied_filter_shows_all_again(page):
    filter_by(page, "nothing is called that")
    expect(rows(page)).to_have_count(0)
    filter_by(page, "")
    expect_numbers(page, 1, 2, 4, 6, 3, 5)


def test_another_metric_shows_its_values(page):
    expect(row(page, 1)).to_contain_text("0.912")
    panel(page).get_by_role("combobox", name="Metric").select_option(value="loss")
    expect(row(page, 1)).to_contain_text("0.088")
    panel(page).get_by_role("combobox", name="Metric").select_option(value="accuracy")


def test_by_value_the_best_comes_first(page):
    sort = panel(page).get_by_role("combobox", name="Sort")
    sort.select_option(value="value")
    expect(rows(page).first).to_contain_text("004")
    sort.select_option(value="number")
    expect_numbers(page, 1, 2, 4, 6, 3, 5)


def test_children_fold_away(page):
    choose(page, 2)
    page.keyboard.press("ArrowLeft")
    expect_numbers(page, 1, 2, 3, 5)
    page.keyboard.press("ArrowRight")
    expect_numbers(page, 1, 2, 4, 6, 3, 5)


def test_what_is_folded_away_is_found_by_its_number_and_shown(page):
    choose(page, 2)
    page.keyboard.press("ArrowLeft")
    expect_numbers(page, 1, 2, 3, 5)
    page.keyboard.press("4")
    expect(row(page, 4)).to_have_attribute("aria-selected", "true")
    expect_numbers(page, 1, 2, 4, 6, 3, 5)


def test_keys_walk_the_tree(page):
    choose(page, 1)
    walk = {"ArrowDown": 2, "End": 5, "Home": 1, "3": 3, "ArrowLeft": 1, "ArrowUp": 1, "ArrowRight": 2, "PageDown": 5}
    for key, number in walk.items():
        page.keyboard.press(key)
        expect(row(page, number)).to_have_attribute("aria-selected", "true")
        active = tree(page).get_attribute("aria-activedescendant")
        assert page.locator(f"[id='{active}']").get_attribute("data-number") == str(number)
