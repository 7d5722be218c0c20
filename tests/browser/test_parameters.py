"""What experiments were set to: in the detail, as columns of a wide list, in the filter, beside one another."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import folders
from tests.browser.access import violations
from tests.browser.pages import READY, set_theme
from tests.browser.panel import (
    ID,
    choose,
    detail,
    expect_numbers,
    filter_by,
    open_panel,
    panel,
    pick,
    row,
    rows,
    show,
    widen,
)
from tests.browser.test_access import CUT, OUT, THEMES

FOLDS = ("parameters", "models", "git", "environment")
FILTERS = {"max_depth>5": [1, 2, 3, 4], "model.max_depth:5": [1, 5], "class_weight:balanced": [1, 2, 3, 4]}
FILTERS |= {"scaled:true": [1, 5], "LEARNING_RATE<0.1": [1, 2, 3, 4], "-size=32": [1, 2, 3, 4], "rate:0.10": [1, 2, 3]}


@pytest.fixture(scope="module")
def opened(still_lab, still_watch) -> Page:
    """The panel on a series whose experiments differ in what they were set to."""
    folders.configured(still_lab.folder)
    page = open_panel(still_watch, still_lab)
    expect(rows(page)).to_have_count(5)
    return page


@pytest.fixture
def page(opened: Page) -> Page:
    """The same, as wide as at first, with nothing filtered or sorted."""
    widen(opened, 400)
    filter_by(opened, "")
    panel(opened).get_by_role("combobox", name="Sort").select_option(value="number")
    return opened


def fold(shown: Locator, name: str) -> Locator:
    """A part of the detail, opened."""
    part = shown.locator(f".jp-xpt-Section-{name}")
    if part.get_attribute("open") is None:
        part.locator("> summary").click()
    return part


def heads(page: Page) -> Locator:
    """What stands above the columns of the list."""
    return panel(page).locator(".jp-xpt-heads")


def test_what_changed_tells_models_and_what_came_from_outside(page):
    changed = choose(page, 4).get_by_role("table", name="What changed since 003")
    expect(changed.get_by_role("row", name="model.class_weight")).to_contain_text("balanced")
    expect(changed.get_by_role("row", name="$LEARNING_RATE")).to_contain_text("outside")
    expect(changed.get_by_role("row", name="$LEARNING_RATE")).to_contain_text("0.05")
    # The source tells it already.
    expect(choose(page, 3).get_by_role("row", name="CONFIG.size")).to_have_count(1)


def test_all_parameters_are_there_with_where_they_come_from_and_secrets_masked(page):
    parameters = fold(choose(page, 4), "parameters")
    expect(parameters).to_contain_text("2 of 15 changed since 003")
    expect(parameters.get_by_role("row", name="$API_KEY")).to_contain_text("masked")
    expect(parameters.get_by_role("row", name="model.criterion")).to_contain_text("gini")
    parameters.get_by_role("searchbox").fill("size")
    expect(parameters.get_by_role("row", name="CONFIG.size")).to_contain_text("64")
    expect(parameters.get_by_role("row", name="model.criterion")).to_have_count(0)


def test_models_and_source_control_are_told_of_the_run(page):
    shown = choose(page, 4)
    expect(fold(shown, "models")).to_contain_text("RandomForestClassifier")
    git = fold(shown, "git")
    for text in ("1a2b3c4d", "main", "git.example.invalid/lab/owls.git", "4 files changed", "notes.txt", "c0ffee00"):
        expect(git).to_contain_text(text)
    expect(git.get_by_role("button", name="changes.patch")).to_be_visible()


def test_data_leads_to_who_made_it_and_who_uses_it(page):
    data = choose(page, 4).get_by_role("list", name="Data sets")
    made = data.get_by_role("listitem").filter(has_text="made by")
    made.get_by_role("button", name="001").click()
    used = detail(page, 1).get_by_role("listitem").filter(has_text="used by")
    expect(used).to_contain_text("features.parquet")
    used.get_by_role("button", name="003").click()
    detail(page, 3)


def test_the_series_is_exported_as_a_spreadsheet(page):
    panel(page).get_by_role("button", name="More").first.click()
    with page.expect_download() as got:
        page.get_by_role("menuitem", name="Export as Spreadsheet").click()
    assert got.value.suggested_filename == "owls.xlsx"
    assert Path(got.value.path()).read_bytes().startswith(b"PK")


def test_what_was_opened_stays_open_for_the_next_experiment(page):
    fold(choose(page, 4), "models")
    expect(choose(page, 5).locator(".jp-xpt-Section-models")).to_have_attribute("open", "")
    choose(page, 5).locator(".jp-xpt-Section-models > summary").click()
    expect(choose(page, 4).locator(".jp-xpt-Section-models")).not_to_have_attribute("open", "")


def test_the_filter_takes_parameters(page):
    for text, found in FILTERS.items():
        filter_by(page, text)
        expect_numbers(page, *found)


def test_a_wide_list_has_columns_and_a_narrow_one_none(page):
    expect(panel(page).get_by_role("tree")).to_be_visible()
    widen(page, 800)
    expect(panel(page).get_by_role("treegrid")).to_be_visible()
    expect(heads(page).get_by_role("columnheader").nth(1)).to_contain_text("max_depth")
    expect(row(page, 3).get_by_role("gridcell", name="12", exact=True)).to_be_visible()
    widen(page, 400)
    expect(heads(page)).to_have_count(0)


def test_a_click_on_a_head_sorts_and_the_third_one_gives_the_tree_again(page):
    widen(page, 800)
    head = heads(page).get_by_role("columnheader", name="max_depth")
    for order, direction in (([5, 3, 4, 1, 2], "ascending"), ([1, 2, 3, 4, 5], "descending"), (None, "none")):
        head.get_by_role("button").click()
        expect(head).to_have_attribute("aria-sort", direction)
        expect_numbers(page, *(order or [1, 2, 3, 4, 5]))


def test_columns_are_chosen_and_remembered(page, still_lab):
    widen(page, 800)
    page.get_by_role("button", name="Choose columns").click()
    menu = page.get_by_role("dialog", name="Columns")
    menu.get_by_role("checkbox", name="model.max_depth").uncheck()
    # JupyterLab keeps its state a moment later.
    with page.expect_response(lambda one: "metric:val/loss" in (one.request.post_data or "")):
        menu.get_by_role("checkbox", name="val/loss").check()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(heads(page).get_by_role("columnheader", name="max_depth")).to_have_count(0)
    page.goto(still_lab.address("lab"))
    page.wait_for_function(READY, timeout=60_000)
    if not panel(page).is_visible():
        show(page)
    expect(rows(page)).to_have_count(5)
    widen(page, 1000)
    expect(heads(page).get_by_role("columnheader", name="val/loss")).to_be_visible()
    expect(heads(page).get_by_role("columnheader", name="max_depth")).to_have_count(0)
    page.get_by_role("button", name="Choose columns").click()
    page.get_by_role("button", name="Usual ones").click()
    page.keyboard.press("Escape")
    expect(heads(page).get_by_role("columnheader", name="max_depth")).to_be_visible()


def test_several_are_compared_in_all_values_too(page):
    pick(page, 1, 3)
    panel(page).get_by_role("button", name="Compare", exact=True).click()
    compared = page.locator(".jp-xpt-Compare")
    expect(compared.get_by_role("row", name="model.max_depth")).to_contain_text("12")
    expect(compared.get_by_role("row", name="model.criterion")).to_have_count(0)
    compared.get_by_role("button", name="all values").click()
    expect(compared.get_by_role("row", name="model.criterion")).to_contain_text("gini")
    assert violations(page, ".jp-xpt-Compare") == []
    panel(page).get_by_role("button", name="Clear").click()


@pytest.mark.parametrize("theme", THEMES)
def test_names_roles_and_contrast_are_right_and_nothing_is_cut(page, theme):
    set_theme(page, theme)
    found = {}
    try:
        for width in (260, 400, 700):
            widen(page, width)
            shown = choose(page, 4)
            for name in FOLDS:
                fold(shown, name)
            found[width] = [*violations(page, f"#{ID}"), *page.evaluate(CUT, ID), *page.evaluate(OUT, ID)]
        page.get_by_role("button", name="Choose columns").click()
        found["columns"] = violations(page, ".jp-xpt-columns")
        page.keyboard.press("Escape")
    finally:
        set_theme(page, THEMES[0])
    assert {key: wrong for key, wrong in found.items() if wrong} == {}
