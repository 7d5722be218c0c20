"""The panel, as a person sees and works it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser import books
from tests.browser.lab import Lab
from tests.browser.pages import open_lab
from tests.browser.watch import Watch

ID = "jp-xpt-panel"


def panel(page: Page) -> Locator:
    """The panel itself."""
    return page.locator(f"#{ID}")


def show(page: Page) -> Locator:
    """Shows the panel as its icon in the side bar does."""
    page.locator(f".jp-SideBar [data-id='{ID}']").click()
    expect(panel(page)).to_be_visible()
    return panel(page)


def open_panel(watch: Watch, lab: Lab) -> Page:
    """Opens JupyterLab, and the panel in it."""
    page = open_lab(watch, lab)
    show(page)
    return page


def open_beside(watch: Watch, lab: Lab, book: Path) -> Page:
    """Opens a notebook with its kernel, and the panel beside it."""
    page = open_panel(watch, lab)
    books.open_book(page, lab.path_of(book))
    return page


def tree(page: Page) -> Locator:
    """The list of experiments: a tree, where it is wide a tree with columns."""
    return panel(page).get_by_role("tree").or_(panel(page).get_by_role("treegrid"))


def rows(page: Page) -> Locator:
    """The experiments that are drawn."""
    return tree(page).locator("[data-number]")


def row(page: Page, number: int) -> Locator:
    """One experiment in the list."""
    return tree(page).locator(f"[data-number='{number}']")


def numbers(page: Page) -> list[int]:
    """The numbers that are drawn, from top to bottom."""
    return [int(one) for one in rows(page).evaluate_all("all => all.map(one => one.dataset.number)")]


def expect_numbers(page: Page, *wanted: int) -> None:
    """Waits until exactly these experiments are drawn, in this order."""
    expect(rows(page)).to_contain_text([f"{number:03d}" for number in wanted])


def choose(page: Page, number: int) -> Locator:
    """Chooses an experiment by a click on its number; gives its detail."""
    row(page, number).locator(".jp-xpt-number").click()
    return detail(page, number)


def go(page: Page, number: int) -> Locator:
    """Chooses an experiment wherever in the list it is; gives its detail."""
    filter_by(page, f"number={number}")
    found = choose(page, number)
    filter_by(page, "")
    tree(page).focus()
    return found


def pick(page: Page, *picked: int) -> None:
    """Picks these experiments, and no others, to be compared."""
    clear = panel(page).get_by_role("button", name="Clear")
    if clear.count():
        clear.click()
    for number in picked:
        row(page, number).locator(".jp-xpt-number").click(modifiers=["ControlOrMeta"])


def menu(page: Page, number: int, entry: str) -> None:
    """Chooses an entry of an experiment's own menu."""
    row(page, number).locator(".jp-xpt-number").click(button="right")
    page.get_by_role("menuitem", name=entry).click()


def detail(page: Page, number: int) -> Locator:
    """The detail, once it shows that experiment."""
    found = panel(page).locator(".jp-xpt-Detail")
    expect(found.get_by_role("heading", name=f"{number:03d}")).to_be_visible()
    return found


def filter_by(page: Page, text: str) -> None:
    """Types into the filter."""
    panel(page).get_by_role("searchbox", name="Filter").fill(text)


def widen(page: Page, width: int) -> None:
    """Draws the side bar's edge until the panel is that wide."""
    handle = page.locator("#jp-main-split-panel > .lm-SplitPanel-handle:not(.lm-mod-hidden)").first.bounding_box()
    box = panel(page).bounding_box()
    assert handle is not None
    assert box is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + 200
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + width - box["width"], y, steps=4)
    page.mouse.up()


def scroller(page: Page) -> Locator:
    """What scrolls in the list."""
    return tree(page)
