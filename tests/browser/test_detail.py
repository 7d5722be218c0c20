"""The chosen experiment: what is told of it, and what can be done with it."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests import builders
from tests.browser import folders
from tests.browser.panel import choose, expect_numbers, menu, open_panel, panel, row, rows


@pytest.fixture
def page(lab, folder, watch):
    """The panel on a small series: better, not sure, worse, failed, planned."""
    folders.reserved(builders.write_series(folder))
    page = open_panel(watch, lab)
    expect(rows(page)).to_have_count(6)
    return page


def record(folder, number: int) -> dict[str, object]:
    """What lies on disk of an experiment."""
    return json.loads((folder / "out" / f"cats_{number:03d}" / "experiment.json").read_text(encoding="utf-8"))


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
    assert record(folder, 3)["note"] == "support vectors"


def test_a_note_that_is_given_up_stays_as_it_was(page, folder):
    detail = choose(page, 3)
    detail.get_by_role("button", name="SVM, rbf kernel").click()
    detail.get_by_role("textbox", name="Note of experiment 003").fill("nonsense")
    page.keyboard.press("Escape")
    expect(detail).to_contain_text("SVM, rbf kernel")
    assert record(folder, 3)["note"] == "SVM, rbf kernel"


def test_star_and_tags_are_kept(page, folder):
    detail = choose(page, 3)
    detail.get_by_role("button", name="Star").click()
    expect(detail.get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
    detail.get_by_role("button", name="+ tag").click()
    detail.get_by_role("textbox", name="New tags of experiment 003").fill("paper, kernels")
    page.keyboard.press("Enter")
    expect(row(page, 3)).to_contain_text("paper")
    expect(row(page, 3)).to_contain_text("kernels")
    assert (record(folder, 3)["star"], record(folder, 3)["tags"]) == (True, ["paper", "kernels"])


def test_a_deleted_experiment_goes_and_comes_back(page, folder, watch):
    # Its detail may be asked for while it goes.
    watch.allowed.append(r"404 .*/experiments/3\?")
    menu(page, 3, "Delete")
    expect_numbers(page, 1, 2, 4, 6, 5)
    assert not (folder / "out" / "cats_003").exists()
    page.get_by_role("button", name="Undo").click()
    expect_numbers(page, 1, 2, 4, 6, 3, 5)
    assert record(folder, 3)["note"] == "SVM, rbf kernel"


def test_the_log_is_read_and_searched(page):
    detail = choose(page, 1)
    detail.get_by_role("button", name="log").first.click()
    expect(detail).to_contain_text("12:34:12")
    expect(detail).to_contain_text("fit")
