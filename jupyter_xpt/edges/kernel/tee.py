"""The tee: copies what a running cell prints and shows into its log."""

from __future__ import annotations

import functools
import sys
import threading
import time
from binascii import a2b_base64
from collections.abc import Callable
from threading import get_ident
from types import TracebackType
from typing import Any

from jupyter_xpt.edges.disk.journal import Journal
from jupyter_xpt.edges.kernel.echo import Echo, stand_in, watch_forks, write_lines
from jupyter_xpt.edges.kernel.request import METADATA_KEY
from jupyter_xpt.ground.names import without_escapes

# The most that a log grows to, in bytes; a cell that prints for ever must not fill the disk.
LOG_LIMIT = 1 << 28
# How long to wait for the kernel's readers of file descriptors 1 and 2, in seconds.
_PATIENCE = 1.0
# Where a thread that a run left behind carries that run's tee.
_OWNER = "_xpt_tee"
_PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/svg+xml": "svg"}
# What the ids of our own displays begin with.
OWN_DISPLAY = "xpt-"
_DISPLAYS = frozenset(["display_data", "execute_result", "update_display_data"])


class Tee:
    """Copies what is printed and shown while it is open into a journal.

    In a kernel that is everything: Python's streams, logging, warnings, what subprocesses, forked children
    and C code write to file descriptors 1 and 2, displayed values and pictures. In a terminal it is what goes
    through ``sys.stdout`` and ``sys.stderr``. What is captured before it is shown is not in the log either.

    A thread started while the tee is open belongs to it. What such a thread prints during a later run goes to
    its own run's journal as long as that is open, then nowhere; the later run's log says so once.

    Nothing here raises for the log's sake: the first error is kept in `problem`. `is_cut` says whether the
    log reached its limit.

    Parameters
    ----------
    journal : Journal
        Where the lines go. It must stay open until the tee is closed.
    save_picture : callable
        Given a file ending (``png``, ``jpg``, ``gif``, ``svg``) and the bytes of a displayed picture, it
        keeps them and returns the name that the log shall have, or ``""`` when it does not keep them. It may
        raise OSError.
    limit : int
        How long the log may grow, in bytes; beyond it only the program's own lines and tracebacks are kept,
        and a line says so.
    """

    def __init__(self, journal: Journal, save_picture: Callable[[str, bytes], str], *, limit: int = LOG_LIMIT) -> None:
        self.is_cut = False
        self._limit = limit
        self._journal = journal
        self._save_picture = save_picture
        self._problem: Exception | None = None
        self._echoes: dict[str, Echo] = {}
        self._streams: list[Any] = []
        self._before: set[threading.Thread] = set()
        self._open = False
        self._request: str | None = None
        self._told = False
        self.was_cleared = False
        # How to undo what opening did, last step first.
        self._put_back: list[Callable[[], None]] = []

    def __enter__(self) -> Tee:
        """Begin to copy."""
        watch_forks()
        try:
            self._put_back.append(self._leave)
            self._before = set(threading.enumerate())
            self._open = True
            for name, mark in (("stdout", "|"), ("stderr", "!")):
                self._join(name, mark)
            self._listen()
            self._put_back.append(self.flush)
        except BaseException:
            # Half a tee must not stay behind when the user interrupts just now.
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        try:
            self.close()
        finally:
            # An interrupt may have stopped the first call before it did anything.
            self.close()

    def close(self) -> None:
        """Write what is left and put everything back; every step is made, even if one is interrupted.

        Closing again does nothing. An interrupt may come between the last line of a `with` block and the
        first of our `__exit__`: who must be sure closes once more in a ``finally`` around the block.
        """
        steps = self._put_back
        try:
            while steps:
                # Each can be made twice: it is forgotten only when it is done.
                steps[-1]()
                steps.pop()
        finally:
            if steps:
                self.close()

    @property
    def problem(self) -> Exception | None:
        """The first thing that went wrong with the log, or None."""
        return self._problem or self._journal.problem

    @property
    def lost(self) -> int:
        """How many writes did not reach the log."""
        return self._journal.lost

    def note(self, text: str) -> None:
        """Write the program's own words, ``=`` lines, into the log."""
        self._say("=", text)

    def value(self, text: str) -> None:
        """Write a value that is not displayed as if it were: ``>`` lines."""
        self._say(">", text)

    def traceback(self, text: str) -> None:
        """Write an error's traceback, without its colours: ``!`` lines."""
        self._say("!", without_escapes(text))

    def flush(self) -> None:
        """End the open lines, those too that are still on their way from a file descriptor."""
        for stream in self._streams:
            _drain(stream)
        for echo in self._echoes.values():
            echo.end_lines()

    def remember(self, error: Exception) -> None:
        """Keep the first problem, without the frames that it would keep alive."""
        if self._problem is None:
            self._problem = error.with_traceback(None)

    def adopt(self, mark: str, text: str) -> bool:
        """Whether the calling thread belongs to this run; if not, its text goes to the run that it is of."""
        owner = self._owner()
        if owner is self:
            return True
        if not owner._journal.closed:
            owner._echoes[mark].feed(text)
        elif not self._told:
            self._told = True
            self.note("a thread that an earlier run left behind prints too; its lines are not kept")
        return False

    def has_room(self) -> bool:
        """Whether the log may grow on; the first time that it may not, a line in it says so."""
        if not self.is_cut and self._journal.size > self._limit:
            self.is_cut = True
            self.note(f"the log is cut here, at {self._limit:,} bytes; what follows was shown but is not kept")
        return not self.is_cut

    def _owner(self) -> Tee:
        """Give the tee that the calling thread is of: this one, unless an earlier run left it behind."""
        owner: Tee = getattr(threading.current_thread(), _OWNER, self)
        return owner

    def _join(self, name: str, mark: str) -> None:
        """Put an echo into one of Python's streams."""
        stream = getattr(sys, name)
        if stream is None:
            return
        if not hasattr(stream, "echo"):
            stand = stand_in(stream)
            self._put_back.append(functools.partial(_restore, sys, name, stand, stream))
            setattr(sys, name, stand)
            stream = stand
        echo = Echo(self, mark, self._journal, stream.echo)
        self._echoes[mark] = echo
        self._streams.append(stream)
        self._put_back.append(functools.partial(_restore, stream, "echo", echo, stream.echo))
        stream.echo = echo

    def _listen(self) -> None:
        """Hear of the messages by which a kernel shows things."""
        # A kernel's streams hold the session that all its messages are sent with.
        session: Any = getattr(sys.stdout, "session", None)
        if not hasattr(session, "send"):
            return
        parent = getattr(sys.stdout, "parent_header", None) or {}
        self._request = parent.get("msg_id")
        send = session.send

        @functools.wraps(send)
        def send_and_tell(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - as the session's own
            message = send(*args, **options)
            if self._open and message is not None:
                self._hear(message)
            return message

        own = "send" in vars(session)
        self._put_back.append(functools.partial(_restore, session, "send", send_and_tell, send, own=own))
        session.send = send_and_tell

    def _hear(self, message: dict[str, Any]) -> None:
        """Copy a message, if it shows something under this cell."""
        try:
            kind = message["header"]["msg_type"]
            self.was_cleared |= kind == "clear_output"
            if kind not in _DISPLAYS and kind != "error":
                return
            # The run's own block, and what only our front end reads, are no output of the user's.
            transient = message["content"].get("transient", {})
            if METADATA_KEY in transient or str(transient.get("display_id", "")).startswith(OWN_DISPLAY):
                return
            request = message["parent_header"].get("msg_id")
            elsewhere = self._request and request and request != self._request
            if elsewhere or self._owner() is not self:
                return
            if kind == "error":
                self.traceback("\n".join(message["content"]["traceback"]))
            elif self.has_room():
                self._show(message["content"]["data"])
        except Exception as error:  # noqa: BLE001 - whatever a display sends, the user's cell must go on
            self.remember(error)

    def _show(self, data: dict[str, Any]) -> None:
        """Copy a displayed value: its pictures, or else its text."""
        names = [self._keep(_PICTURES[kind], data[kind]) for kind in _PICTURES if data.get(kind)]
        text = "\n".join(name for name in names if name) or data.get("text/plain") or f"({', '.join(data)})"
        self._say(">", text if isinstance(text, str) else "".join(text))

    def _keep(self, kind: str, content: str | bytes) -> str:
        """Give the name of a kept picture, or nothing."""
        try:
            if isinstance(content, str):
                content = content.encode() if kind == "svg" else a2b_base64(content)
            return self._save_picture(kind, content)
        except (OSError, ValueError) as error:
            self.remember(error)
            return ""

    def _say(self, mark: str, text: str) -> None:
        """Write whole lines with a mark; what the thread has printed so far comes before them."""
        try:
            for echo in self._echoes.values():
                echo.end_lines(get_ident())
            write_lines(self._journal, mark, text)
        except Exception as error:  # noqa: BLE001 - what the log cannot take must not fail the run
            self.remember(error)

    def _leave(self) -> None:
        """Stop listening, and mark the threads that stay behind as this run's."""
        if not self._open:
            return
        for thread in threading.enumerate():
            if thread not in self._before and not hasattr(thread, _OWNER):
                setattr(thread, _OWNER, self)
        self._open = False


def _restore(owner: object, name: str, ours: object, before: object, *, own: bool = True) -> None:
    """Put an attribute back, if what we put there is still there."""
    if getattr(owner, name, None) is not ours:
        return
    if own:
        setattr(owner, name, before)
    else:
        delattr(owner, name)


def _drain(stream: Any) -> None:  # noqa: ANN401 - a kernel's stream, or any other
    """Wait until a kernel's stream has taken over all that was written to its file descriptor.

    A thread of the kernel reads the descriptor through a pipe. It is done with everything when the system
    call that it sleeps in is the read of that pipe; Linux tells that call and its arguments.
    """
    pipe, reader = getattr(stream, "_fid", None), getattr(stream, "watch_fd_thread", None)
    if pipe is None or reader is None or not reader.is_alive():
        return
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/self/task/{reader.native_id}/syscall", encoding="ascii") as file:
                call = file.read().split()
        except OSError:
            # Not Linux, or hidden from us: as long as it nearly always takes.
            time.sleep(0.02)
            return
        if len(call) > 1 and int(call[1], 16) == pipe:
            return
        time.sleep(0.0005)
