"""A snapshot is read as it lies, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_xpt.edges.disk import sources
from jupyter_xpt.edges.disk.sources import read_sources
from jupyter_xpt.ground.errors import RecordError

RUN = "2026_11_23-12_34_12"


def snapshot(out: Path) -> Path:
    """A small one; gives its folder."""
    folder = out / "cats_001" / RUN / "source"
    (folder / "conf" / "deep").mkdir(parents=True)
    (folder / "cats_001.ipynb").write_text("{}")
    (folder / "conf" / "deep" / "é b.yaml").write_bytes(b"\xff")
    return folder


def test_files_are_read_by_their_relative_names(tmp_path: Path) -> None:
    snapshot(tmp_path)
    assert read_sources(tmp_path, "cats_001", RUN) == {"cats_001.ipynb": b"{}", "conf/deep/é b.yaml": b"\xff"}


@pytest.mark.parametrize("what", ["file", "folder", "source", "run", "fifo"])
def test_links_and_what_is_no_plain_file_are_refused(tmp_path: Path, what: str) -> None:
    out, secret = tmp_path / "out", tmp_path / "secret"
    folder = snapshot(out)
    secret.mkdir()
    (secret / "a").write_text("private")
    if what == "file":
        (folder / "link").symlink_to(secret / "a")
    elif what == "folder":
        (folder / "link").symlink_to(secret)
    elif what == "fifo":
        os.mkfifo(folder / "pipe")
    else:
        moved = folder if what == "source" else folder.parent
        moved.rename(tmp_path / "moved")
        moved.symlink_to(tmp_path / "moved")
    with pytest.raises(RecordError):
        read_sources(out, "cats_001", RUN)


def test_there_is_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = snapshot(tmp_path)
    monkeypatch.setattr(sources, "_MOST_FILES", 5)
    for n in range(9):
        (folder / f"{n}.py").write_text("")
    with pytest.raises(RecordError, match="more than 5 files"):
        read_sources(tmp_path, "cats_001", RUN)


def test_a_run_without_a_snapshot_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be listed"):
        read_sources(tmp_path, "cats_001", RUN)
