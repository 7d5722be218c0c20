"""Pages of JupyterLab, as a user opens them."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.lab import Lab
from tests.browser.watch import Watch

READY = "() => globalThis.jupyterapp !== undefined && jupyterapp.restored.then(() => true)"


def open_lab(watch: Watch, lab: Lab, path: str = "lab") -> Page:
    """Opens JupyterLab in its first state and waits until it stands."""
    watch.origins.add(lab.origin)
    watch.page.goto(lab.address(path, reset=""))
    watch.page.wait_for_function(READY, timeout=60_000)
    if path == "lab":
        # The launcher takes the focus late: what was typed before would lose it.
        watch.page.wait_for_function("() => document.activeElement?.closest('.jp-Launcher')", timeout=60_000)
    return watch.page


def set_theme(page: Page, theme: str) -> None:
    """Changes JupyterLab's theme, and waits until it is there and its splash is gone."""
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    expect(page.locator("#jupyterlab-splash")).to_have_count(0)
