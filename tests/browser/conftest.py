"""A real Chromium, a real JupyterLab, and what must not happen in either."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import chromium
from tests.browser.lab import Lab, running
from tests.browser.watch import Watch

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / "build" / "browser"
PATIENCE = 30_000
LIVE = pytest.StashKey[list[Watch]]()
expect.set_options(timeout=PATIENCE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A test that fails leaves a picture of every page that is open."""
    report = yield
    if report.failed:
        for n, watch in enumerate(item.config.stash.get(LIVE, [])):
            watch.keep(kept(item, f"-{n}" if n else ""))
    return report


def kept(item: pytest.Item, more: str = "") -> Path:
    """Where what is kept of a test goes, without its suffix."""
    KEPT.mkdir(parents=True, exist_ok=True)
    return KEPT / (item.name.replace("/", "_")[:120] + more)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser of all tests; each has a context of its own in it."""
    program = chromium.found()
    assert program is not None, chromium.ADVICE
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=chromium.flags())
        yield browser
        browser.close()


@contextmanager
def starting(folders: pytest.TempPathFactory) -> Iterator[Callable[..., Lab]]:
    """Starts servers with folders of their own, and ends them."""
    with ExitStack() as stack:

        def start(**given: Any) -> Lab:
            own = folders.mktemp("lab")
            return stack.enter_context(running(own / "project", own, **given))

        yield start


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Lab]]:
    """Starts servers that live as long as the module's tests."""
    with starting(tmp_path_factory) as one:
        yield one


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The JupyterLab that most tests share, with our server half in it."""
    with starting(tmp_path_factory) as start:
        lab = start()
        about = lab.request("GET", "jupyter-xpt/about")
        assert about == {"version": version("jupyter_xpt")}
        yield lab


def emptied(lab: Lab) -> Lab:
    """The server, without kernels and with nothing in its folder."""
    lab.end_kernels()
    for path in lab.folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return lab


@contextmanager
def watching(browser: Browser, config: pytest.Config) -> Iterator[Watch]:
    """A fresh page whose requests and errors are kept; foreign requests and errors fail the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    context.tracing.start(screenshots=True, snapshots=True)
    watch = Watch(context.new_page())
    live = config.stash.setdefault(LIVE, [])
    live.append(watch)
    yield watch
    live.remove(watch)
    if watch.kept is not None:
        context.tracing.stop(path=watch.kept.with_suffix(".zip"))
    context.close()
    assert watch.wrong() == []


@pytest.fixture
def lab(shared: Lab) -> Lab:
    """The shared JupyterLab, on an empty folder."""
    return emptied(shared)


@pytest.fixture
def folder(lab: Lab) -> Path:
    """The folder that the server shows."""
    return lab.folder


@pytest.fixture
def watch(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watch]:
    """A page of the test's own."""
    with watching(browser, request.config) as one:
        yield one


@pytest.fixture(scope="module")
def still_lab(shared: Lab) -> Lab:
    """The same as ``lab``, once for all tests of a module that change nothing which another one reads."""
    return emptied(shared)


@pytest.fixture(scope="module")
def still_watch(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watch]:
    """The same as ``watch``, for those."""
    with watching(browser, request.config) as one:
        yield one
