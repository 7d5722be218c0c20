"""Digests of files: checkable with a standard tool, known again by a stat, and never led astray."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from jupyter_xpt.edges.data import files
from jupyter_xpt.edges.data.files import directory_content, file_content, pattern_content
from jupyter_xpt.ground.errors import DatasetError


def settle(path: Path) -> None:
    """Makes a file look old, so that its time is trusted."""
    os.utime(path, (time.time() - 60, time.time() - 60))
    # The time of the change itself cannot be set: it must become old.
    time.sleep(0.15)


def test_a_files_digest_is_what_sha256sum_says(tmp_path: Path) -> None:
    data = os.urandom(3_000_001)
    (tmp_path / "a").write_bytes(data)
    found = file_content(str(tmp_path / "a"))
    assert found.digest == "sha256:" + hashlib.sha256(data).hexdigest()
    assert (found.size, found.files) == (3_000_001, None)


def test_an_empty_file_has_a_digest(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert file_content(str(tmp_path / "a")).digest == "sha256:" + hashlib.sha256().hexdigest()


def test_a_directorys_digest_is_what_sha256sum_says(tmp_path: Path) -> None:
    for name in ("b/x", "b/y z", "a", "Z", "é", "new\nline", "back\\slash"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    command = "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    said = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    found = directory_content(str(tmp_path))
    assert found.digest == "sha256:" + said.split()[0]
    assert found.files == 7
    assert pattern_content(str(tmp_path / "**" / "*")).digest == found.digest


@pytest.mark.parametrize("change", ["content", "name", "removed", "added"])
def test_every_change_in_a_directory_changes_its_digest(tmp_path: Path, change: str) -> None:
    for name in "abc":
        (tmp_path / name).write_text(name)
    before = directory_content(str(tmp_path)).digest
    if change == "content":
        (tmp_path / "b").write_text("x")
    elif change == "name":
        (tmp_path / "b").rename(tmp_path / "B")
    elif change == "removed":
        (tmp_path / "b").unlink()
    else:
        (tmp_path / "d").touch()
    assert directory_content(str(tmp_path)).digest != before


def test_what_editors_leave_and_our_own_records_are_no_data(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    before = directory_content(str(tmp_path)).digest
    for name in (".DS_Store", ".ipynb_checkpoints/a", "out/.xpt/numbers/cats/001", "out/cats_001/experiment.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert directory_content(str(tmp_path)).digest == before


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_text("abc")
    settle(path)
    before = file_content(str(path))
    monkeypatch.setattr(files.os, "open", None)
    assert file_content(str(path)) == before


def test_a_file_written_anew_is_read_again_also_with_its_size_and_time_kept(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("abc")
    settle(path)
    before, status = file_content(str(path)), os.stat(path)
    path.write_text("abd")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert file_content(str(path)).digest != before.digest


def test_a_file_that_changes_all_the_time_says_so(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(bytes(40_000_000))
    stop = threading.Event()

    def grow() -> None:
        with open(path, "ab") as file:
            while not stop.is_set():
                file.write(b"x")
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        with pytest.raises(DatasetError, match="it changed while it was hashed"):
            file_content(str(path))
    finally:
        stop.set()
        writer.join()


def test_what_is_no_plain_file_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "gone").symlink_to("nowhere")
    said = {
        tmp_path / "pipe": "a pipe",
        tmp_path / "loop": "symbolic links",
        tmp_path / "zero": "a device",
        tmp_path / "gone": "no such file",
        tmp_path: "a directory",
        tmp_path / "missing": "no such file",
        Path("/dev/zero"): "a device",
        Path("/proc/self/maps"): "the system's",
        tmp_path / ("x" * 300): "too long",
    }
    for path, text in said.items():
        with pytest.raises(DatasetError, match=text):
            file_content(str(path))


def test_pipes_and_links_in_a_directory_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    before = directory_content(str(tmp_path))
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "gone").symlink_to("nowhere")
    assert directory_content(str(tmp_path)) == before


def test_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").symlink_to("a")
    assert file_content(str(tmp_path / "b")) == file_content(str(tmp_path / "a"))


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 2)
    for name in "abc":
        (tmp_path / name).touch()
    with pytest.raises(DatasetError, match="more than 2 files"):
        directory_content(str(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").touch(mode=0)
    with pytest.raises(DatasetError, match="it cannot be read: permission denied"):
        file_content(str(tmp_path / "a"))
