"""The echo: makes log lines of what one stream prints.

A line is a local time, a mark and text, in UTF-8::

    2026-11-23 12:34:12.123 | printed on stdout
    2026-11-23 12:34:12.124 ! printed on stderr, and tracebacks
    2026-11-23 12:34:12.125 > a displayed value, or figures/001.png
    2026-11-23 12:34:12.126 = the program's own words

The time is when the line's first character came. A ``+`` instead of the space after the mark says that the
line goes on where the one before ended: only lines of more than a million characters are cut like that.
"""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from threading import get_ident
from typing import Any, Protocol

from jupyter_xpt.edges.disk.journal import Journal

# A line longer than this many characters is written in pieces: no line can fill the memory.
PIECE = 1 << 20
# Text is added to a line in the simplest way while the line is short; its cost grows with the square.
_SHORT = 4096
_STAMP = len("2026-11-23 12:34:12.123 | ")


class Run(Protocol):
    """What an echo must know of the run that it writes the log of."""

    def remember(self, error: Exception) -> None:
        """Keep the first problem."""

    def adopt(self, mark: str, text: str) -> bool:
        """Whether the calling thread belongs to this run; if not, its text has been seen to."""

    def has_room(self) -> bool:
        """Whether the log may grow on."""


class Echo:
    """One stream's way into the log, put where the stream looks for its ``echo``.

    It must never raise: a kernel reports an echo's error on stderr, whose echo would raise again, for ever.
    There are no locks, which a forked child could inherit locked: a thread takes its own open line out of a
    dict, adds to it and puts it back, each in one step.

    Parameters
    ----------
    run : Run
        Whose log it is.
    mark : str
        The character that marks this stream's lines.
    journal : Journal
        Where the lines go.
    previous : object or None
        The stream's echo until now; it goes on getting everything.
    """

    __slots__ = (
        "__weakref__",
        "_append",
        "_held",
        "_mark",
        "_mine",
        "_run",
        "_since",
        "_stamp",
        "_until",
        "previous",
    )

    def __init__(self, run: Run, mark: str, journal: Journal, previous: Any) -> None:  # noqa: ANN401
        self.previous = previous
        self._run = run
        self._mark = mark
        self._append = journal.append
        # Threads' open lines. Short ones are plain text that begins with the stamp: that makes it quick.
        self._held: dict[int, Any] = {}
        # Threads known to belong to this run.
        self._mine: set[int] = set()
        # The stamp is good for the lines that begin between these times.
        self._since = 0.0
        self._until = 0.0
        self._stamp = ""

    def write(self, text: str) -> None:
        """Copy what the calling thread prints."""
        if self.previous is not None:
            with suppress(Exception):
                self.previous.write(text)
        try:
            ident = get_ident()
            held = self._held.pop(ident, None)
            if text == "\n" and held.__class__ is str:
                self._append((held + text).encode("utf-8", "backslashreplace"))
            elif ident not in self._mine or "\n" in text or "\r" in text or len(text) > _SHORT:
                self._feed(ident, held, text)
            elif held is None:
                if text:
                    now = time.time()
                    fresh = self._since <= now < self._until
                    self._held[ident] = (self._stamp if fresh else self._begin(now)) + text
            elif held.__class__ is str and len(held) < _SHORT:
                self._held[ident] = held + text
            else:
                self._feed(ident, held, text)
        except Exception as error:  # noqa: BLE001 - see the class: an error here would come back for ever
            self._run.remember(error)

    def flush(self) -> None:
        """Pass it on and do nothing else: a kernel flushes all the time, and no line is over for that."""
        if self.previous is not None:
            with suppress(Exception):
                self.previous.flush()

    def feed(self, text: str) -> None:
        """Copy what the calling thread prints, by whatever way it came here."""
        ident = get_ident()
        self._feed(ident, self._held.pop(ident, None), text)

    def end_lines(self, ident: int | None = None) -> None:
        """Write the open lines of a thread, or of all of them, as they are."""
        for owner in [ident] if ident is not None else list(self._held):
            line = _opened(self._held.pop(owner, None))
            # A progress bar that wiped itself out leaves nothing to be seen.
            if line is not None and line.text().strip():
                self._append(_encode(line.take()))

    def forked(self) -> None:
        """Begin anew in a forked child: the lines that its parent has open are its parent's."""
        self._held.clear()
        util = sys.modules.get("multiprocessing.util")
        if util is not None:
            # A child of multiprocessing gives no other sign that its last line is over.
            util.register_after_fork(self, _end_lines_at_exit)

    def _begin(self, now: float) -> str:
        """Make the stamp of the lines that begin in this millisecond, and see if there is room for them."""
        if not self._run.has_room():
            self._append = _drop
        millisecond = int(now * 1000)
        # In this order, or another thread could take the old stamp for the new one.
        self._since = self._until = 0.0
        self._stamp = stamp(self._mark, now)
        self._since = millisecond / 1000
        self._until = (millisecond + 1) / 1000
        return self._stamp

    def _feed(self, ident: int, held: Any, text: str) -> None:  # noqa: ANN401 - see _held
        """Copy any text, of any thread."""
        if ident not in self._mine:
            if not self._run.adopt(self._mark, text):
                return
            self._mine.add(ident)
        line = _opened(held)
        now = time.time()
        begin = self._stamp if self._since <= now < self._until else self._begin(now)
        for block in _blocks(text):
            if len(block) == PIECE:
                self._begin(now)
            whole, line = _assemble(begin, line, block)
            if whole:
                self._append(_encode(whole))
        if line is not None:
            self._held[ident] = line


def _drop(data: bytes) -> bool:
    """Take the place of a journal's append when the log is long enough."""
    return False


class Stand:
    """What stands in for a terminal's stream: the same stream, with the ``echo`` that a kernel's stream has.

    Bytes written to its ``buffer`` or to its file descriptor do not pass here.

    Parameters
    ----------
    stream : object
        The stream, a text file.
    """

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - whatever sits in sys.stdout
        self._stream = stream
        self.echo: Echo | None = None

    def write(self, text: str) -> Any:  # noqa: ANN401 - what the stream itself gives
        """Write to the stream, then to the log: what the stream refuses was not shown."""
        written = self._stream.write(text)
        if self.echo is not None:
            self.echo.write(text)
        return written

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of the lines."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Give what the stream has under that name."""
        return getattr(self._stream, name)


def stand_in(stream: Any) -> Any:  # noqa: ANN401 - whatever sits in sys.stdout
    """Give the one stand-in of a stream: a logging handler made in an earlier run writes to it for ever."""
    stand = getattr(stream, "_xpt_stand", None)
    if stand is None:
        stand = Stand(stream)
        with suppress(AttributeError):
            stream._xpt_stand = stand
    return stand


def stamp(mark: str, now: float) -> str:
    """Give the beginning of a line that starts now, in seconds since the epoch."""
    seconds, milliseconds = divmod(int(now * 1000), 1000)
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(seconds))}.{milliseconds:03d} {mark} "


def write_lines(journal: Journal, mark: str, text: str) -> None:
    """Write text into the log as whole lines."""
    line: _Line | None = None
    begin = stamp(mark, time.time())
    for block in _blocks(text.removesuffix("\n") + "\n"):
        whole, line = _assemble(begin, line, block)
        if whole:
            journal.append(_encode(whole))


class _Line:
    """A line that has not ended yet."""

    __slots__ = ("_pieces", "_stamp", "size")

    def __init__(self, stamp: str, text: str = "") -> None:
        self._stamp = stamp
        self._pieces = [text]
        self.size = len(text)

    def add(self, text: str) -> None:
        """Put more text at the end; what a carriage return overwrites is forgotten."""
        if "\r" in text or self._pieces[-1].endswith("\r"):
            text = _remaining("".join(self._pieces) + text)
            self._pieces = [text]
            self.size = len(text)
        else:
            self._pieces.append(text)
            self.size += len(text)

    def text(self) -> str:
        """Give what is to be seen of the line so far."""
        return _remaining("".join(self._pieces)).rstrip("\r")

    def take(self) -> str:
        """Give the line as it goes into the log; what comes after it is marked as its continuation."""
        whole = f"{self._stamp}{self.text()}\n"
        self._stamp = f"{self._stamp[:-1]}+"
        self._pieces = [""]
        self.size = 0
        return whole


def _opened(held: Any) -> _Line | None:  # noqa: ANN401 - see Echo._held
    """Give an open line in the form that takes any text."""
    return _Line(held[:_STAMP], held[_STAMP:]) if isinstance(held, str) else held


def _remaining(text: str) -> str:
    """Give what carriage returns leave of an open line; those at its end may yet be part of its end."""
    return text[text.rstrip("\r").rfind("\r") + 1 :]


def _encode(text: str) -> bytes:
    """Encode for the log; halves of surrogate pairs, which UTF-8 does not have, are spelled out."""
    return text.encode("utf-8", "backslashreplace")


def _blocks(text: str) -> Iterator[str]:
    """Cut text into pieces of bounded size; nearly always that is the text itself."""
    return (text[start : start + PIECE] for start in range(0, len(text), PIECE))


def _assemble(begin: str, line: _Line | None, text: str) -> tuple[str, _Line | None]:
    """Give the log lines that end in the text, stamped, and the line that it leaves open."""
    *ended, rest = text.split("\n")
    whole = []
    if ended and line is not None:
        line.add(ended.pop(0))
        whole.append(line.take())
        line = None
    if "\r" in text:
        ended = [_remaining(each).rstrip("\r") for each in ended]
    whole += [f"{begin}{each}\n" for each in ended]
    if rest:
        line = line or _Line(begin)
        line.add(rest)
        if line.size >= PIECE:
            whole.append(line.take())
    return "".join(whole), line


@functools.cache
def watch_forks() -> None:
    """See to it, once a process, that forked children begin without open lines."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_forked)


def _forked() -> None:
    """Tell the echoes of a forked child what happened."""
    for stream in (sys.stdout, sys.stderr):
        echo = getattr(stream, "echo", None)
        if isinstance(echo, Echo):
            echo.forked()


def _end_lines_at_exit(echo: Echo) -> None:
    """Have a child of multiprocessing end its open lines when it ends."""
    util = sys.modules["multiprocessing.util"]
    util.Finalize(None, echo.end_lines, exitpriority=0)
