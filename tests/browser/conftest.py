"""A real Chromium, a real JupyterLab, and what must not happen in either."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.lab import Lab, running
from tests.browser.watch import Watch

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / "build" / "browser"
PATIENCE = 30_000
REPORT = pytest.StashKey[pytest.TestReport]()
expect.set_options(timeout=PATIENCE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[REPORT] = report
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser of all tests; each has a context of its own in it."""
    program = chromium.found()
    assert program is not None, chromium.ADVICE
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=chromium.flags())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Lab]]:
    """Starts servers with folders of their own, and ends them when all tests are over."""
    with ExitStack() as stack:

        def one(**given: Any) -> Lab:
            own = tmp_path_factory.mktemp("lab")
            return stack.enter_context(running(own / "project", own, **given))

        yield one


@pytest.fixture(scope="session")
def shared(start: Callable[..., Lab]) -> Lab:
    """The JupyterLab that most tests share, with our server half in it."""
    lab = start()
    about = lab.request("GET", "jupyter-xpt/about")
    assert about == {"version": version("jupyter_xpt")}
    return lab


@pytest.fixture
def lab(shared: Lab) -> Iterator[Lab]:
    """The shared JupyterLab, on an empty folder; no kernel is left when the test is over."""
    for path in shared.folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    yield shared
    shared.end_kernels()


@pytest.fixture
def folder(lab: Lab) -> Path:
    """The folder that the server shows."""
    return lab.folder


@pytest.fixture
def watch(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watch]:
    """A fresh page whose requests and errors are kept; foreign requests and errors fail the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    context.tracing.start(screenshots=True, snapshots=True)
    page = context.new_page()
    one = Watch(page)
    yield one
    report = request.node.stash.get(REPORT, None)
    if report is None or report.failed or one.wrong():
        KEPT.mkdir(parents=True, exist_ok=True)
        name = KEPT / request.node.name.replace("/", "_")[:120]
        page.screenshot(path=f"{name}.png")
        context.tracing.stop(path=f"{name}.zip")
    context.close()
    assert one.wrong() == []


@pytest.fixture
def page(watch: Watch) -> Page:
    """The page of ``watch``."""
    return watch.page
