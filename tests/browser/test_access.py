"""Who cannot see, and who uses no mouse, can work with the panel; in light and in dark nothing is cut."""

import pytest
from playwright.sync_api import Page, expect

from tests import builders
from tests.browser import folders
from tests.browser.access import violations
from tests.browser.pages import set_theme
from tests.browser.panel import ID, choose, open_panel, panel, rows, widen

THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")
WIDTHS = (240, 330, 520, 900)
# Better, failed and damaged.
SHOWN = (4, 5, 7)
# Texts whose end cannot be seen although nothing says so: no ellipsis, no scroll bar.
CUT = """id => Array.from(document.getElementById(id).querySelectorAll('*')).filter(one => {
    const style = getComputedStyle(one), text = Array.from(one.childNodes).some(
        node => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '');
    return text && one.checkVisibility() && style.overflowX !== 'visible' && style.textOverflow !== 'ellipsis' &&
        !/auto|scroll/.test(style.overflowX) && one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1;
}).map(one => one.outerHTML.slice(0, 200))"""
# Texts that stick out of the panel.
OUT = """id => { const panel = document.getElementById(id).getBoundingClientRect();
    return Array.from(document.getElementById(id).querySelectorAll('*')).filter(one => {
        const box = one.getBoundingClientRect();
        let above = one.parentElement;
        while (above !== null && above.id !== id && !/auto|scroll|hidden/.test(getComputedStyle(above).overflowX))
            above = above.parentElement;
        return one.checkVisibility() && box.width > 0 && (above === null || above.id === id) &&
            (box.right > panel.right + 1 || box.left < panel.left - 1);
    }).map(one => one.outerHTML.slice(0, 200)); }"""


@pytest.fixture(scope="module")
def page(still_lab, still_watch) -> Page:
    """The panel on a small series, with every kind of status but running."""
    folders.reserved(builders.write_series(still_lab.folder))
    folders.damaged(still_lab.folder, 7)
    page = open_panel(still_watch, still_lab)
    expect(rows(page)).to_have_count(7)
    return page


@pytest.fixture
def usual(page: Page):
    """The theme is put back after the test: it is a setting, and outlives the page."""
    yield
    set_theme(page, THEMES[0])


def test_names_roles_and_contrast_are_right(page, usual):
    found = {}
    for theme in THEMES:
        set_theme(page, theme)
        for number in SHOWN:
            choose(page, number)
            found[theme, number] = violations(page, f"#{ID}")
    assert {key: wrong for key, wrong in found.items() if wrong} == {}


def test_the_check_would_see_what_is_wrong(page):
    break_it = """([colour, role]) => {
        document.querySelector('.jp-xpt-header h2').style.color = colour;
        document.querySelector('.jp-xpt-tree').setAttribute('role', role);
    }"""
    page.evaluate(break_it, ["#ddd", "trees"])
    try:
        found = {one.partition(":")[0] for one in violations(page, f"#{ID}")}
    finally:
        page.evaluate(break_it, ["", "tree"])
    assert {"aria-roles", "color-contrast"} <= found


def test_nothing_is_cut_without_a_sign_of_it(page):
    found = {}
    for width in WIDTHS:
        widen(page, width)
        for number in SHOWN:
            choose(page, number)
            found[width, number] = [*page.evaluate(CUT, ID), *page.evaluate(OUT, ID)]
    assert {key: wrong for key, wrong in found.items() if wrong} == {}


def test_tab_reaches_every_part_of_the_panel_and_shows_where_it_is(page):
    choose(page, 4)
    panel(page).get_by_role("searchbox", name="Filter").click()
    seen = []
    for _ in range(25):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            """id => { const one = document.activeElement, style = getComputedStyle(one);
            return document.getElementById(id).contains(one) ? [one.role ?? one.getAttribute('role') ?? one.tagName,
            style.outlineStyle !== 'none' || style.boxShadow !== 'none' ||
            getComputedStyle(one.parentElement).outlineStyle !== 'none' || one.matches(':focus-visible')] : null }""",
            ID,
        )
        if focus is None:
            break
        seen.append(focus)
    assert any(role in ("tree", "treegrid") for role, _ in seen)
    assert any(role == "BUTTON" for role, _ in seen)
    assert all(visible for _, visible in seen)
