"""The chosen experiment: what is told of it, and what can be done with it."""

import re

import pytest
from playwright.sync_api import expect

from tests import builders
from tests.browser import books, folders
from tests.browser.panel import choose, expect_numbers, menu, open_panel, panel, row, rows


@pytest.fixture
def page(lab, folder, watch):
    """The panel on a small series: better, not sure, worse, failed, planned."""
    folders.reserved(builders.write_series(folder))
    page = open_panel(watch, lab)
    expect(rows(page)).to_have_count(6)
    return page


def test_the_detail_says_verdict_changes_and_runs(page):
    detail = choose(page, 4)
    expect(detail).to_contain_text("Improved on 002 by +0.0")
    expect(detail.get_by_role("table", name=re.compile("changed"))).to_contain_text("n_estimators")
    expect(detail).to_contain_text("2026_11_23-12_34_01")
    choose(page, 5)
    expect(panel(page)).to_contain_text("ValueError: bad luck")


def test_a_note_is_edited_in_place_and_on_disk(page, folder):
    detail = choose(page, 3)
    detail.get_by_role("button", name="SVM, rbf kernel").click()
    detail.get_by_role("textbox", name="Note of experiment 003").fill("support vectors")
    page.keyboard.press("Enter")
    expect(row(page, 3)).to_contain_text("support vectors")
    expect(detail).to_contain_text("support vectors")
    folders.wait_for_record(folder, 3, note="support vectors")


def test_a_note_that_is_given_up_stays_as_it_was(page, folder):
    detail = choose(page, 3)
    detail.get_by_role("button", name="SVM, rbf kernel").click()
    detail.get_by_role("textbox", name="Note of experiment 003").fill("nonsense")
    page.keyboard.press("Escape")
    expect(detail).to_contain_text("SVM, rbf kernel")
    folders.wait_for_record(folder, 3, note="SVM, rbf kernel")


def test_star_and_tags_are_kept(page, folder):
    detail = choose(page, 3)
    detail.get_by_role("button", name="Star").click()
    expect(detail.get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
    detail.get_by_role("button", name="+ tag").click()
    detail.get_by_role("textbox", name="New tags of experiment 003").fill("paper, kernels")
    page.keyboard.press("Enter")
    expect(row(page, 3)).to_contain_text("paper")
    expect(row(page, 3)).to_contain_text("kernels")
    folders.wait_for_record(folder, 3, star=True, tags=["paper", "kernels"])


def test_a_deleted_experiment_goes_and_comes_back(page, folder, watch):
    # Its detail may be asked for while it goes.
    watch.allowed.append(r"404 .*/experiments/3\?")
    menu(page, 3, "Delete")
    expect_numbers(page, 1, 2, 4, 6, 5)
    assert not (folder / "out" / "cats_003").exists()
    page.get_by_role("button", name="Undo").click()
    expect_numbers(page, 1, 2, 4, 6, 3, 5)
    folders.wait_for_record(folder, 3, note="SVM, rbf kernel")


def test_the_log_is_read_and_searched(page):
    detail = choose(page, 1)
    # All of it is there: nothing moves any more.
    expect(detail).to_contain_text("Led to 002")
    detail.get_by_role("button", name="log").first.click()
    expect(detail).to_contain_text("12:34:12")
    expect(detail).to_contain_text("fit")


def test_a_pinned_baseline_is_what_all_others_are_compared_with(page, folder):
    detail = choose(page, 3)
    expect(detail).to_contain_text("Worse than 001")
    detail = choose(page, 4)
    expect(detail).to_contain_text("Improved on 002")
    menu(page, 3, "Pin as baseline")
    expect(row(page, 3)).to_contain_text("baseline")
    expect(choose(page, 4)).to_contain_text("Improved on 003")


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
