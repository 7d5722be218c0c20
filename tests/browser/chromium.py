"""The browser that the tests drive: found, or installed.

    python -m tests.browser.chromium

prints where it is. Asked for in this order: the program that ``XPT_BROWSER`` names, a Chromium or Chrome on the
``PATH``, the one that Playwright has fetched. Where there is none, Playwright's is fetched, and where that fails
Debian's package is installed if that is allowed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

VARIABLE = "XPT_BROWSER"
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Asked in a process of its own: in this one Playwright may be at work already.
WHERE = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
FETCH = (sys.executable, "-m", "playwright", "install", "chromium")
PACKAGE = (
    ("apt-get", "update"),
    ("apt-get", "install", "--yes", "--no-install-recommends", "chromium"),
)
ADVICE = (
    "no browser for the tests: install Chromium or Chrome (Debian: apt-get install chromium), "
    f"or name one with {VARIABLE}=/path/to/chromium"
)
# No connection but to the server under test: what looks for updates and the like stays off, no other name resolves.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def flags() -> list[str]:
    """What Chromium is started with; it refuses its sandbox to root."""
    return [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def starts(program: str | None) -> bool:
    """Whether a program is there and gives its version: one without its libraries does not."""
    if program is None or shutil.which(program) is None:
        return False
    return subprocess.run([program, "--version"], capture_output=True, check=False, timeout=60).returncode == 0


def fetched() -> str | None:
    """Playwright's own browser, where it has been fetched."""
    path = subprocess.run([sys.executable, "-c", WHERE], capture_output=True, text=True, check=True).stdout.strip()
    return path if Path(path).exists() else None


def found() -> str | None:
    """The program to start; None where there is none."""
    given = os.environ.get(VARIABLE)
    if given:
        return given if starts(given) else None
    on_path = next((path for name in ON_PATH if starts(path := shutil.which(name))), None)
    return on_path or (path if starts(path := fetched()) else None)


def install() -> None:
    """Fetches Playwright's browser, or installs Debian's; what they say goes to standard error."""
    if subprocess.run(FETCH, stdout=sys.stderr, check=False).returncode == 0 and starts(fetched()):
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        for command in PACKAGE:
            subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False)


def main() -> int:
    """Prints the browser's path, after installing one where there was none."""
    path = found()
    if path is None and not os.environ.get(VARIABLE):
        install()
        path = found()
    given = os.environ.get(VARIABLE)
    advice = f"{VARIABLE} names {given}, and that does not start" if given else ADVICE
    sys.stdout.write(f"{path or advice}\n")
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
