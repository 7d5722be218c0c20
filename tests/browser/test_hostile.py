"""A stranger's folder is safe to look at: what is recorded is text, whatever it says."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import folders, payloads
from tests.browser.panel import filter_by, go, menu, open_panel, panel, pick, row, rows, tree, widen

PWNED = """() => [window.__pwned, ...Array.from(document.querySelectorAll('iframe'), one => {
    try { return one.contentWindow.__pwned; } catch { return undefined; }
})].filter(one => one !== undefined)"""
# Elements that only a payload would make in what we draw, and addresses that only a payload would give.
FOREIGN = """() => Array.from(document.querySelectorAll('[class*=jp-xpt]')).flatMap(one => [
    ...Array.from(one.querySelectorAll('script, iframe, object, embed, form, base, meta, link, video, audio, math, ' +
        'marquee, foreignObject, style, template, noscript'), inner => inner.outerHTML),
    ...Array.from(one.attributes).filter(({name, value}) => /^on/i.test(name) ||
        (/^(href|src|srcset|action|formaction|xlink:href|data|poster|ping|background)$/i.test(name) &&
        !/^(blob:|#|$)/.test(value))).map(({name, value}) => `${name}=${value}`)])"""


@pytest.fixture(scope="module")
def stranger(still_lab, still_watch) -> Page:
    """The panel on a folder whose every text is a payload."""
    assert len(payloads.PAYLOADS) >= 100
    folders.hostile(still_lab.folder)
    # A picture that is none does not load, and the browser says so.
    still_watch.allowed.append(
        r"net::ERR_|Not allowed to load local resource|Refused to|violates the following Content"
    )
    return open_panel(still_watch, still_lab)


@pytest.fixture
def page(stranger) -> Page:
    """The same, on the series of many."""
    panel(stranger).get_by_role("combobox", name="Series").select_option("cats")
    expect(tree(stranger)).to_have_attribute("aria-label", "Experiments of cats")
    filter_by(stranger, "")
    return stranger


def check(page: Page) -> None:
    """Nothing ran, and nothing but text came of what was recorded; requests and dialogs are the page's watch."""
    assert page.evaluate(PWNED) == []
    assert page.evaluate(FOREIGN) == []


def test_no_payload_in_the_list_runs(page):
    go(page, 2)
    for n in range(0, len(payloads.PAYLOADS), 10):
        page.keyboard.press("PageDown")
        expect(rows(page).nth(n % 5)).to_be_attached()
        check(page)
    page.keyboard.press("End")
    expect(row(page, 901)).to_have_attribute("aria-label", re.compile("damaged"))
    check(page)


def test_no_payload_in_a_column_runs(page):
    widen(page, 900)
    page.get_by_role("button", name="Choose columns").click()
    expect(page.get_by_role("dialog", name="Columns").get_by_role("checkbox")).not_to_have_count(0)
    check(page)
    page.get_by_role("dialog", name="Columns").get_by_role("checkbox").first.check()
    page.keyboard.press("Escape")
    panel(page).locator(".jp-xpt-head").nth(1).get_by_role("button").click()
    expect(rows(page).first).to_be_visible()
    check(page)
    panel(page).get_by_role("combobox", name="Sort").select_option(value="number")
    widen(page, 400)


def test_no_payload_in_a_detail_runs(page):
    detail = go(page, 1)
    # Everything that can be unfolded, and in it what can be unfolded then.
    for kind in (".jp-xpt-Fold > summary", "summary"):
        for fold in detail.locator(kind).all():
            if fold.locator("xpath=..").get_attribute("open") is None:
                fold.click()
    expect(detail.locator("img").first).to_be_visible()
    for button in detail.get_by_role("button", name=re.compile("more$")).all():
        button.click()
    texts = detail.inner_text()
    shown = [one for one in payloads.PAYLOADS if one.isprintable() and " ".join(one.split()) in texts]
    # Packages, changes and warnings are shown whole; only the log draws what is seen.
    assert len(shown) > 100
    check(page)
    detail.locator("img").first.click()
    check(page)


def test_no_payload_in_a_difference_runs(page):
    filter_by(page, "number=3")
    menu(page, 3, "Diff with 001")
    diff = page.locator(".jp-xpt-Diff")
    expect(diff).to_contain_text(payloads.PAYLOADS[1])
    for fold in diff.locator("[aria-expanded=false]").all():
        fold.click()
    check(page)
    filter_by(page, "number<4")
    pick(page, 1, 2, 3)
    panel(page).get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".jp-xpt-Compare")).to_contain_text("002")
    page.locator(".jp-xpt-Compare").get_by_role("button", name="all values").click()
    check(page)


def test_no_payload_in_a_series_name_runs(page):
    panel(page).get_by_role("combobox", name="Series").select_option(payloads.SERIES)
    expect(rows(page)).to_have_count(1)
    # What becomes of what is done is told in a notification.
    menu(page, 1, "Delete")
    expect(page.locator(".Toastify__toast")).to_be_visible()
    check(page)
