"""A stranger's folder is safe to look at: what is recorded is text, whatever it says."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import folders, payloads
from tests.browser.panel import open_panel, panel, row, rows, tree

PWNED = """() => [window.__pwned, ...Array.from(document.querySelectorAll('iframe'), one => {
    try { return one.contentWindow.__pwned; } catch { return undefined; }
})].filter(one => one !== undefined)"""
# Elements that only a payload would make inside the panel, and addresses that only a payload would give.
FOREIGN = """id => Array.from(document.getElementById(id).querySelectorAll(
    'script, iframe, object, embed, form, base, meta, link, video, audio, math, marquee, foreignObject, style'
), one => one.outerHTML).concat(Array.from(document.getElementById(id).querySelectorAll('*')).flatMap(
    one => Array.from(one.attributes).filter(({name, value}) =>
        /^on/i.test(name) || (/^(href|src|srcset|action|formaction|xlink:href|data|poster)$/i.test(name) &&
        !/^(blob:|#|$)/.test(value))).map(({name, value}) => `${name}=${value}`)))"""


@pytest.fixture
def page(lab, folder, watch) -> Page:
    """The panel on a folder whose every text is a payload."""
    assert len(payloads.PAYLOADS) >= 100
    folders.hostile(folder)
    # A picture that is none does not load, and the browser says so.
    watch.allowed.append(r"net::ERR_|Not allowed to load local resource|Refused to|violates the following Content")
    page = open_panel(watch, lab)
    expect(rows(page).first).to_be_visible()
    return page


def check(page: Page) -> None:
    """Nothing ran, and nothing but text came of what was recorded; requests and dialogs are the page's watch."""
    assert page.evaluate(PWNED) == []
    assert page.evaluate(FOREIGN, panel(page).get_attribute("id")) == []


def test_no_payload_in_the_list_runs(page):
    page.locator("body").press("Escape")
    row(page, 1).click()
    for _ in range(len(payloads.PAYLOADS)):
        page.keyboard.press("ArrowDown")
    check(page)
    page.keyboard.press("End")
    check(page)
    tree(page).hover()
    check(page)
