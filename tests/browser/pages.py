"""Pages of JupyterLab, as a user opens them."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.lab import Lab
from tests.browser.watch import Watch

READY = "() => globalThis.jupyterapp !== undefined && jupyterapp.restored.then(() => true)"
# JupyterLab's first tab takes the focus when it comes, a moment later: whoever types before that types into it.
SETTLED = "() => document.activeElement?.closest('#jp-main-dock-panel, #main-panel') != null"


def open_lab(watch: Watch, lab: Lab, path: str = "lab") -> Page:
    """Opens JupyterLab in its first state and waits until it stands."""
    watch.origins.add(lab.origin)
    watch.page.goto(lab.address(path, reset=""))
    watch.page.wait_for_function(READY, timeout=60_000)
    watch.page.wait_for_function(SETTLED, timeout=60_000)
    return watch.page
