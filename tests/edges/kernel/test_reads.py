"""The files that cells read are noticed, without a word and without harm."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_xpt.edges.kernel.modules import OpenedFiles
from jupyter_xpt.edges.kernel.reads import Reads, muted, watching


@pytest.fixture
def reads() -> Iterator[Reads]:
    opened = OpenedFiles()
    opened.active = True
    one = Reads(opened)
    one.watch()
    one.cell(1)
    yield one
    one.stop()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    with muted():
        path.write_text("x")
    return path


@pytest.mark.parametrize(
    "read",
    [
        lambda path: path.read_text(),
        lambda path: open(os.fsencode(path), "rb").close(),
        lambda path: os.close(os.open(path, os.O_RDONLY)),
        lambda path: sqlite3.connect(str(path)).close(),
    ],
    ids=["text", "bytes", "descriptor", "database"],
)
def test_a_file_that_is_read_is_noticed(reads: Reads, data: Path, read: Any) -> None:
    read(data)
    assert list(reads.by([1])) == [str(data)]
    assert reads.by([2]) == {}


def test_a_relative_name_is_that_of_the_folder_it_was_opened_in(
    reads: Reads, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(data.parent)
    open("a.csv").close()
    monkeypatch.chdir("/")
    assert list(reads.by([1])) == [str(data)]


@pytest.mark.parametrize("mode", ["w", "a", "r+"])
def test_what_the_session_wrote_is_no_input(reads: Reads, data: Path, mode: str) -> None:
    open(data, mode).close()
    data.read_text()
    assert reads.by([1]) == {}


def test_code_and_what_we_open_ourselves_is_not_noticed(reads: Reads, data: Path) -> None:
    with muted():
        data.read_text()
        with muted():
            pass
        data.read_text()
    (data.parent / "a.py").touch()
    (data.parent / "a.py").read_text()
    assert reads.by([1]) == {}


def test_nothing_is_noticed_while_the_session_is_paused(reads: Reads, data: Path) -> None:
    with reads._opened.paused():
        data.read_text()
    assert reads.by([1]) == {}


class Odd:
    """A path-like object that is none."""

    def __fspath__(self) -> str:
        raise ZeroDivisionError("odd")


def test_an_odd_path_raises_what_it_raises_without_us(reads: Reads) -> None:
    with pytest.raises(ZeroDivisionError):
        os.open(Odd(), os.O_RDONLY)
    with pytest.raises(FileNotFoundError):
        os.open("/no/such/file", os.O_RDONLY)
    assert list(reads.by([1])) == ["/no/such/file"]


def test_the_session_that_runs_is_found(reads: Reads) -> None:
    assert watching() is reads
    reads.stop()
    assert watching() is not reads
