"""What a page asks for and complains of while a test works with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Dialog, Error, Page, Request

# Errors that are not ours, each with its reason.
ALLOWED = (
    # JupyterLab asks for its own translations of the language pack that nobody installed.
    r"/lab/api/translations/",
    # Notebook 7 itself, with and without us.
    r"reading 'schema'\)\n.*/static/notebook/notebook_core",
)
# Made in the page itself; nothing is asked of anybody.
INSIDE = ("blob", "data", "about", "chrome-error")


@dataclass
class Watch:
    """A page under watch.

    ``origins`` are the servers it may talk to; empty until the first page is opened. ``allowed`` are patterns of
    complaints that a test provokes on purpose. ``kept`` is the last picture of it.
    """

    page: Page
    allowed: list[str] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    kept: Path | None = None

    def __post_init__(self) -> None:
        self.page.on("request", self._asked)
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on("pageerror", self._raised)
        self.page.on("console", self._said)
        self.page.on("dialog", self._opened)

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def _raised(self, error: Error) -> None:
        self.complaints.append(f"page error: {error.stack or error.message}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _opened(self, dialog: Dialog) -> None:
        self.dialogs.append(f"{dialog.type}: {dialog.message}")
        # A page that asks before it is left may be left.
        dialog.accept()

    def keep(self, path: Path) -> None:
        """Writes a picture of the page; what there is besides goes beside it."""
        self.kept = path.with_name(path.name + ".png")
        self.page.screenshot(path=self.kept)

    def foreign(self) -> list[str]:
        """Requests to anybody but the servers under test."""
        return [url for url in self.requests if not self._own(url)]

    def _own(self, url: str) -> bool:
        parts = urlsplit(url)
        if parts.scheme in INSIDE:
            return True
        return f"{parts.scheme.replace('ws', 'http')}://{parts.netloc}" in self.origins

    def wrong(self) -> list[str]:
        """Everything that must not have happened."""
        patterns = re.compile("|".join([*ALLOWED, *self.allowed]))
        left = [one for one in self.complaints if not patterns.search(one)]
        dialogs = [one for one in self.dialogs if not one.startswith("beforeunload")]
        return [*left, *(f"foreign request: {url}" for url in self.foreign()), *dialogs]

    def of_ours(self) -> list[str]:
        """Requests to our routes, in order."""
        return [url for url in self.requests if urlsplit(url).path.startswith("/jupyter-xpt/")]
