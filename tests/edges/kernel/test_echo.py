"""The echo: whatever way text comes in pieces, its lines come out the same."""

from __future__ import annotations

import re

from hypothesis import given, strategies as st

from jupyter_xpt.edges.disk.journal import Journal
from jupyter_xpt.edges.kernel.echo import PIECE, Echo, stamp, write_lines

TEXT = st.text(alphabet="ab \r\nä\x1b", max_size=8)


class Lone:
    """A run that every thread belongs to."""

    def __init__(self):
        self.problem = None

    def remember(self, error):
        self.problem = error

    def adopt(self, mark, text):
        return True

    def has_room(self):
        return True


def written(folder, pieces):
    """What the log holds after the pieces, without the stamps."""
    path = folder / "log.txt"
    path.unlink(missing_ok=True)
    run = Lone()
    with Journal(path) as journal:
        echo = Echo(run, "|", journal, None)
        for piece in pieces:
            echo.write(piece)
            echo.flush()
        echo.end_lines()
    assert run.problem is None
    lines = path.read_bytes().decode().split("\n")
    assert lines.pop() == ""
    assert all(re.fullmatch(r"[-0-9]{10} [:0-9]{8}\.[0-9]{3} \| ", line[:26]) for line in lines)
    return [line[26:] for line in lines]


def seen(line):
    """What is to be seen of a line once it is over."""
    return line.rstrip("\r").split("\r")[-1]


@given(pieces=st.lists(TEXT, max_size=12))
def test_lines_do_not_depend_on_the_pieces_that_they_came_in(tmp_path_factory, pieces):
    *ended, rest = "".join(pieces).split("\n")
    expected = [seen(line) for line in ended] + ([seen(rest)] if seen(rest).strip() else [])
    assert written(tmp_path_factory.getbasetemp(), pieces) == expected


def test_many_small_pieces_make_one_line(tmp_path):
    assert written(tmp_path, ["x"] * 20_000 + ["\n"]) == ["x" * 20_000]


def test_an_endless_progress_bar_takes_no_room(tmp_path):
    pieces = (f"{i} %\r" for i in range(100_000))
    assert written(tmp_path, pieces) == ["99999 %"]


def test_a_line_past_the_limit_is_cut_and_marked(tmp_path):
    with Journal(tmp_path / "log.txt") as journal:
        write_lines(journal, ">", "x" * (2 * PIECE + 5))
    lines = (tmp_path / "log.txt").read_text().splitlines()
    assert [(line[23:26], len(line) - 26) for line in lines] == [(" > ", PIECE), (" >+", PIECE), (" >+", 5)]


def test_a_stamp_is_local_time_with_milliseconds(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    try:
        assert stamp("|", 1795437252.1234) == "2026-11-23 12:34:12.123 | "
    finally:
        monkeypatch.undo()
        time.tzset()


def test_an_error_of_our_own_is_remembered_and_never_raised(tmp_path):
    run = Lone()
    run.adopt = lambda mark, text: 1 / 0
    with Journal(tmp_path / "log.txt") as journal:
        Echo(run, "|", journal, None).write("text\n")
    assert isinstance(run.problem, ZeroDivisionError)
