"""How quickly the panel paints and scrolls in a real browser, beside what is there without it.

Run it with ``python tests/benchmarks/panel_browser.py``; it prints milliseconds and ratios. The floor of painting is
JupyterLab's own opening in the same browser, that of scrolling an empty box of the same height in the same page.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parents[2]))

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.browser import chromium, folders, panel
from tests.browser.lab import Lab, running
from tests.browser.pages import open_lab
from tests.browser.watch import Watch

STEPS = 120
# Scrolls a box by a screenful a frame, down and, at its end, from the top again; gives the time between frames.
SCROLL = """(box, steps) => new Promise(done => {
    const times = [];
    let before = performance.now();
    const step = now => {
        times.push(now - before);
        before = now;
        if (times.length > steps) return done(times.slice(1));
        const end = box.scrollTop + box.clientHeight >= box.scrollHeight - 1;
        box.scrollTop = end ? 0 : box.scrollTop + box.clientHeight;
        requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
})"""
EMPTY = """list => {
    const box = document.createElement('div'), inside = document.createElement('div');
    const place = list.getBoundingClientRect();
    Object.assign(box.style, {position: 'fixed', overflow: 'auto', zIndex: 1000, left: `${place.left}px`,
        top: `${place.top}px`, width: `${place.width}px`, height: `${place.height}px`});
    inside.style.height = `${list.scrollHeight}px`;
    box.append(inside);
    document.body.append(box);
    return box;
}"""


def since(began: float) -> float:
    """Milliseconds that have passed."""
    return (time.perf_counter() - began) * 1000


def opened(browser: Browser, lab: Lab) -> tuple[Page, float]:
    """A fresh page with JupyterLab in it, and how long that took."""
    watch = Watch(browser.new_page(viewport={"width": 1280, "height": 800}))
    began = time.perf_counter()
    page = open_lab(watch, lab)
    return page, since(began)


def painted(page: Page) -> float:
    """How long it takes from the click on the icon to the first experiment."""
    began = time.perf_counter()
    panel.show(page)
    panel.rows(page).first.wait_for()
    return since(began)


def frames(page: Page, box: Locator) -> list[float]:
    """Milliseconds from frame to frame while it scrolls."""
    return list(box.evaluate(SCROLL, STEPS))


def measure(browser: Browser, experiments: int) -> None:
    """Prints the figures for that many experiments."""
    with tempfile.TemporaryDirectory() as name, running(Path(name) / "project", Path(name) / "own") as lab:
        folders.grow(lab.folder, experiments)
        page, lab_cold = opened(browser, lab)
        cold = painted(page)
        page.context.close()
        page, lab_warm = opened(browser, lab)
        warm = painted(page)
        list_ = panel.scroller(page)
        drawn = panel.rows(page).count()
        own = frames(page, list_)
        empty = list_.evaluate_handle(EMPTY).as_element()
        assert empty is not None
        floor = list(empty.evaluate(SCROLL, STEPS))
        empty.evaluate("box => box.remove()")
        panel.widen(page, 1000)
        expect(panel.panel(page).locator(".jp-xpt-heads")).to_be_visible()
        wide = frames(page, list_)
        page.context.close()
    print(f"{experiments} experiments, ms; {drawn} rows drawn")
    for what, took, floor_ in (("files not read yet", cold, lab_cold), ("again", warm, lab_warm)):
        print(f"  first paint, {what:18} {took:7.0f} = {took / floor_:5.2f} × JupyterLab's opening ({floor_:.0f})")
    for what, of in (("median", median), ("worst in twenty", worst)):
        narrow, columns = of(own) / of(floor), of(wide) / of(floor)
        ratios = f"{of(own):6.1f} = {narrow:5.2f} ×, with columns {of(wide):6.1f} = {columns:5.2f} ×"
        print(f"  a frame of scrolling, {what:15} {ratios} an empty box ({of(floor):.1f})")


def worst(times: list[float]) -> float:
    """What one in twenty exceeds."""
    return quantiles(times, n=20)[-1]


if __name__ == "__main__":
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.found(), args=chromium.flags())
        for count in (1_000, 10_000):
            measure(browser, count)
        browser.close()
