from __future__ import annotations

import os

import pytest

from jupyter_xpt.edges.disk.plainfile import read_tail
from jupyter_xpt.ground.errors import RecordError

INSTEAD = {
    "missing": lambda path: None,
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a link": lambda path: path.symlink_to("/etc/hostname"),
}


def test_the_tail_of_a_log_is_read_from_its_end(tmp_path):
    path = tmp_path / "log.txt"
    path.write_text("".join(f"line {number}\n" for number in range(1, 200_001)))
    assert read_tail(path, 2) == (b"line 199999\nline 200000\n", True)
    assert read_tail(path, 0) == (b"", True)
    data, more = read_tail(path)
    assert (data, more) == (path.read_bytes(), False)


@pytest.mark.parametrize("kind", INSTEAD)
def test_the_tail_of_what_is_no_plain_file_is_refused(tmp_path, kind):
    path = tmp_path / "log.txt"
    path.write_text("x")
    path.unlink()
    INSTEAD[kind](path)
    with pytest.raises(RecordError, match=r"log\.txt"):
        read_tail(path)
