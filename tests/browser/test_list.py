"""The list of experiments: filter, metric, baseline, order, keys."""

import pytest
from playwright.sync_api import expect

from tests import builders
from tests.browser import books, folders
from tests.browser.panel import choose, expect_numbers, filter_by, menu, open_panel, panel, row, rows, tree

FILTERS = {
    "accuracy>0.92": [1, 2, 4],
    "svm": [1, 3],
    "status:failed": [1, 5],
    "verdict:worse": [1, 3],
    "parent:2": [1, 2, 4],
    "-verdict:improved scaled": [1, 2],
    "#nothing": [],
}


@pytest.fixture
def page(lab, folder, watch):
    """The panel on a small series: better, not sure, worse, failed, planned."""
    folders.reserved(builders.write_series(folder))
    page = open_panel(watch, lab)
    expect(rows(page)).to_have_count(6)
    return page


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


def test_a_pinned_baseline_is_what_all_others_are_compared_with(page, folder):
    detail = choose(page, 3)
    expect(detail).to_contain_text("Worse than 001")
    detail = choose(page, 4)
    expect(detail).to_contain_text("Improved on 002")
    menu(page, 3, "Pin as baseline")
    expect(row(page, 3)).to_contain_text("baseline")
    expect(choose(page, 4)).to_contain_text("Improved on 003")


def test_children_fold_away(page):
    choose(page, 2)
    page.keyboard.press("ArrowLeft")
    expect_numbers(page, 1, 2, 3, 5)
    page.keyboard.press("ArrowRight")
    expect_numbers(page, 1, 2, 4, 6, 3, 5)


def test_keys_walk_the_tree(page):
    choose(page, 1)
    walk = {"ArrowDown": 2, "End": 5, "Home": 1, "3": 3, "ArrowLeft": 1, "ArrowUp": 1, "ArrowRight": 2, "PageDown": 5}
    for key, number in walk.items():
        page.keyboard.press(key)
        expect(row(page, number)).to_have_attribute("aria-selected", "true")
        active = tree(page).get_attribute("aria-activedescendant")
        assert page.locator(f"[id='{active}']").get_attribute("data-number") == str(number)


def test_enter_opens_the_notebook_and_f2_the_note(page, folder):
    books.write(folder, ["1 + 1"], "cats_003.ipynb")
    choose(page, 3)
    page.keyboard.press("F2")
    page.get_by_role("textbox", name="Note of 003").fill("support vectors")
    page.keyboard.press("Enter")
    expect(row(page, 3)).to_contain_text("support vectors")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="cats_003.ipynb")).to_be_visible()


def test_a_damaged_experiment_is_shown_as_damaged_and_hides_no_other(page, folder):
    folders.damaged(folder, 7)
    expect(row(page, 7)).to_contain_text("damaged")
    expect(rows(page)).to_have_count(7)
    expect(choose(page, 7)).to_contain_text("experiment.json")
