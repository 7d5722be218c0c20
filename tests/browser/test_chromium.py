"""The browser for the tests is found where people have one."""

import sys
from pathlib import Path

import pytest

from tests.browser import chromium


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder of programs that is the whole ``PATH``; Playwright has fetched none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "fetched"))
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    return tmp_path


def program(folder: Path, name: str, status: int = 0) -> str:
    """A program that ends with that status."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\nraise SystemExit({status})\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_the_browser_that_the_variable_names_goes_first(programs, monkeypatch):
    program(programs, "chromium")
    own = program(programs, "my-own")
    monkeypatch.setenv(chromium.VARIABLE, own)
    assert chromium.found() == own


@pytest.mark.parametrize("name", chromium.ON_PATH)
def test_a_browser_on_the_path_is_found(programs, name):
    assert chromium.found() is None
    path = program(programs, name)
    assert chromium.found() == path


def test_a_browser_that_does_not_start_is_passed_over(programs):
    program(programs, "chromium", status=127)
    good = program(programs, "google-chrome")
    assert chromium.found() == good


def test_a_variable_that_names_nothing_is_said_in_one_line(programs, monkeypatch, capfd):
    monkeypatch.setenv(chromium.VARIABLE, "/nowhere/chromium")
    assert chromium.main() == 1
    assert capfd.readouterr() == ("XPT_BROWSER names /nowhere/chromium, and that does not start\n", "")


def test_where_none_can_be_installed_a_line_says_what_to_install(programs, monkeypatch, capfd):
    monkeypatch.setattr(chromium, "FETCH", (sys.executable, "-c", "raise SystemExit(1)"))
    assert chromium.main() == 1
    assert capfd.readouterr().out == f"{chromium.ADVICE}\n"
