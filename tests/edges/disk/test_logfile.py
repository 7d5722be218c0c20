import os
from contextlib import contextmanager

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.edges.disk import logfile
from jupyter_xpt.ground.names import printable

TEN = b"".join(b"line %d\n" % n for n in range(10))


@contextmanager
def log(folder, data: bytes):
    """A descriptor of a file with these bytes."""
    path = folder / "log.txt"
    path.write_bytes(data)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("data", "lines", "expected", "start"),
    [
        (TEN, 2, ("line 8", "line 9"), 56),
        (TEN, 10, tuple(f"line {n}" for n in range(10)), 0),
        (TEN, 0, (), 70),
        (b"", 5, (), 0),
        (b"\n\n", 5, ("", ""), 0),
        (b"no end", 5, ("no end",), 0),
        (b"a\nno end", 1, ("no end",), 2),
    ],
)
def test_a_tail_has_the_last_lines(tmp_path, data, lines, expected, start):
    with log(tmp_path, data) as file:
        piece = logfile.tail(file, lines)
    assert (piece.lines, piece.start, piece.end, piece.more) == (expected, start, len(data), start > 0)


@pytest.mark.parametrize(
    ("before", "expected"),
    [(70, ("line 8", "line 9")), (14, ("line 0", "line 1")), (0, ()), (99, ("line 8", "line 9"))],
)
def test_a_tail_may_end_before_an_offset(tmp_path, before, expected):
    with log(tmp_path, TEN) as file:
        piece = logfile.tail(file, 2, before)
    assert (piece.lines, piece.end) == (expected, min(before, 70))


def test_lines_that_were_found_say_where_they_begin(tmp_path):
    with log(tmp_path, "é 1\nno\nÉ 2\n".encode()) as file:
        piece = logfile.find(file, "é")
    assert (piece.lines, piece.found, piece.offsets) == (("é 1", "É 2"), (1, 3), (0, 8))


def test_a_tail_of_long_lines_is_bounded(tmp_path):
    with log(tmp_path, b"first\n" + b"x" * (5 << 20) + b"\nlast\n") as file:
        piece = logfile.tail(file, 3)
    assert piece.lines == ("last",)
    assert piece.more


@given(data=st.binary(max_size=300), cut=st.integers(0, 300))
def test_pieces_joined_are_the_whole(tmp_path_factory, data, cut):
    with log(tmp_path_factory.mktemp("log"), data) as file:
        at, lines = 0, []
        while True:
            piece = logfile.after(file, at, over=True)
            lines += piece.lines
            if piece.end == at:
                break
            at = piece.end
        assert at == len(data)
        assert lines == list(logfile.tail(file, 5000).lines)
        assert all(printable(line) == line for line in lines)
        assert logfile.after(file, cut, over=False).end <= len(data)


def test_half_a_line_waits_until_the_run_is_over(tmp_path):
    with log(tmp_path, b"whole\nha") as file:
        assert logfile.after(file, 0, over=False).lines == ("whole",)
        assert logfile.after(file, 6, over=False).end == 6
        assert logfile.after(file, 6, over=True).lines == ("ha",)


def test_an_offset_beyond_the_end_begins_again(tmp_path):
    with log(tmp_path, TEN) as file:
        assert logfile.after(file, 71, over=True).start == 0
        assert logfile.after(file, 70, over=True).lines == ()


def test_a_line_longer_than_a_piece_is_not_waited_for(tmp_path):
    with log(tmp_path, b"x" * (5 << 20)) as file:
        piece = logfile.after(file, 0, over=False)
    assert piece.end == logfile.MAX_PIECE_BYTES
    assert len(piece.lines[0]) < logfile.MAX_LINE + 10


def test_what_is_looked_for_is_found_with_its_line_number(tmp_path):
    data = b"".join(b"%d some text\n" % n for n in range(1, 60_001))
    with log(tmp_path, data) as file:
        piece = logfile.find(file, "9999 SOME")
        assert piece.found == (9999, 19999, 29999, 39999, 49999, 59999)
        assert piece.lines[0] == "9999 some text"
        assert not piece.more
        many = logfile.find(file, "text", limit=7)
    assert (len(many.lines), many.found, many.more) == (7, tuple(range(1, 8)), True)
