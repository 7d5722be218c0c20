"""Pages of JupyterLab, as a user opens them."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.lab import Lab
from tests.browser.watch import Watch

READY = "() => globalThis.jupyterapp !== undefined && jupyterapp.restored.then(() => true)"


def open_lab(watch: Watch, lab: Lab, folder: Path | None = None) -> Page:
    """Opens JupyterLab in its first state, its file browser on a folder, and waits until it stands."""
    path = "" if folder is None else lab.path_of(folder)
    return visit(watch, lab, f"lab/tree/{path}".rstrip("/"))


def visit(watch: Watch, lab: Lab, path: str) -> Page:
    """Opens an address of the server's and waits until the application stands."""
    watch.origins.add(lab.origin)
    watch.page.goto(lab.address(path, reset=""))
    watch.page.wait_for_function(READY, timeout=60_000)
    return watch.page
