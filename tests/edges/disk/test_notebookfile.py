"""Notebook files: read whole while Jupyter saves them, or refused in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jupyter_xpt.edges.disk.notebookfile import read_notebook
from jupyter_xpt.ground.errors import NotebookError
from jupyter_xpt.thought import notebooks

# As Jupyter saves: the file is emptied, then written. Each save says in every cell which it is.
SAVER = """
    import json, os, sys
    path, size = sys.argv[1], int(sys.argv[2])
    number = 0
    while True:
        number += 1
        source = f"save = {number % 10}\\n" + "#" * (size // 20)
        cells = [{"cell_type": "code", "id": f"c{i}", "metadata": {}, "outputs": [], "execution_count": None,
                  "source": source} for i in range(20)]
        data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
        with open(path, "wb", buffering=0) as file:
            for start in range(0, len(data), 65536):
                file.write(data[start:start + 65536])
        if number == 1:
            print("saved", flush=True)
"""


@contextmanager
def saving(path: Path, size: int) -> Iterator[None]:
    """A process that saves a notebook over and over."""
    code = textwrap.dedent(SAVER)
    with subprocess.Popen([sys.executable, "-c", code, str(path), str(size)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"saved\n"
        try:
            yield
            assert process.poll() is None
        finally:
            process.kill()


def write(path: Path, *sources: str) -> dict[str, Any]:
    """A notebook with these cells on disk."""
    content = notebooks.from_sources(sources, "3.11")
    path.write_bytes(notebooks.dump(content))
    return content


@pytest.mark.parametrize(("size", "reads"), [(5_000, 30), (3_000_000, 100)], ids=["5 kB", "3 MB"])
def test_a_notebook_being_saved_is_never_read_in_part(tmp_path: Path, size: int, reads: int) -> None:
    path = tmp_path / "cats.ipynb"
    with saving(path, size):
        for _ in range(reads):
            # Jupyter does not save without pause: here a read may need many tries.
            found = read_notebook(path, patience=60)
            listed = notebooks.cells(found)
            assert len(listed) == 20
            assert len({cell.source for cell in listed}) == 1


def test_each_save_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "cats.ipynb"
    for number in range(20):
        content = write(path, f"x = {'1' * number}")
        assert read_notebook(path) == content


def test_a_replaced_file_is_seen_though_size_and_time_are_the_same(tmp_path: Path) -> None:
    path, other = tmp_path / "cats.ipynb", tmp_path / "other.ipynb"
    write(path, "x = 1")
    read_notebook(path)
    content = write(other, "x = 2")
    stamp = path.stat().st_mtime_ns
    os.utime(other, ns=(stamp, stamp))
    os.replace(other, path)
    assert read_notebook(path) == content


def test_a_save_that_ends_in_time_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "cats.ipynb"
    whole = notebooks.dump(notebooks.from_sources(["x = 1"], "3.11"))
    code = f"import time; time.sleep(0.3); open({str(path)!r}, 'wb').write({whole!r})"
    path.write_bytes(whole[:20])
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        assert read_notebook(path, patience=60) == json.loads(whole)
        process.wait()


def test_what_stays_broken_is_refused_after_the_time_given(tmp_path: Path) -> None:
    path = tmp_path / "cats.ipynb"
    path.write_bytes(b'{"cells": [')
    start = time.monotonic()
    with pytest.raises(NotebookError, match=r"\Acats\.ipynb is no valid notebook"):
        read_notebook(path, patience=0.2)
    assert time.monotonic() - start >= 0.2


def test_a_file_that_was_broken_long_ago_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "cats.ipynb"
    path.write_bytes(b"")
    os.utime(path, (1, 1))
    start = time.monotonic()
    with pytest.raises(NotebookError, match=r"\Acats\.ipynb is no valid notebook"):
        read_notebook(path, patience=600)
    assert time.monotonic() - start < 300


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _nothing(path: Path) -> None:
    """No file at all."""


UNREADABLE = {"missing": _nothing, "a folder": _folder, "a pipe": _pipe, "a link to itself": _loop}


@pytest.mark.parametrize("make", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_file_is_refused_at_once_in_one_line(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "cats.ipynb"
    make(path)
    with pytest.raises(NotebookError, match=r"\Acats\.ipynb cannot be read: ") as refusal:
        read_notebook(path)
    assert str(refusal.value).isprintable()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cats.ipynb"
    write(path, "x")
    path.chmod(0)
    with pytest.raises(NotebookError, match="Permission denied"):
        read_notebook(path)


def test_a_name_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="cannot be read"):
        read_notebook(tmp_path / ("x" * 300 + ".ipynb"))
