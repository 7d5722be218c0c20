"""Process: running another program, for so long and for so much of its output."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True)
class Output:
    """What a program gave: exit code (-1 when it did not run to its end), output, complaint, whether it was cut."""

    code: int
    out: bytes
    error: str
    cut: bool


def run(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], deadline: float, limit: int, feed: bytes = b""
) -> Output:
    """Runs a program to its end, to ``limit`` bytes of output, or to the deadline; then it and its children end.

    Parameters
    ----------
    words
        The program and its arguments; no shell sees them.
    folder, environment
        Where and with what it runs.
    deadline
        By the monotonic clock, in seconds.
    limit
        How many bytes of its output to take.
    feed
        What it reads.
    """
    try:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as problem:
        return Output(-1, b"", f"{words[0]} cannot be run: {problem.strerror}", cut=False)
    out, error = bytearray(), bytearray()
    # Threads rather than communicate(), which would hold all of a patch, however long.
    reading = _thread(_drain, process.stdout, out, limit + 1, True)
    others = [_thread(_drain, process.stderr, error, 4_000, False)]
    if feed:
        others.append(_thread(_fill, process.stdin, feed))
    for thread in (reading, *others):
        thread.start()
    reading.join(max(0.0, deadline - time.monotonic()))
    cut = len(out) > limit
    late = reading.is_alive()
    if not late and not cut:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            late = True
    if late or cut:
        _kill(process)
    code = process.wait()
    others[0].join(1.0)
    if late:
        return Output(-1, b"", f"{words[0]} took too long and was stopped", cut=False)
    return Output(code, bytes(out[:limit]), os.fsdecode(bytes(error)), cut)


def _thread(work: Callable[..., None], *given: object) -> threading.Thread:
    """A thread that is known as ours by its name."""
    return threading.Thread(target=work, args=given, name=f"jupyter_xpt process{work.__name__}", daemon=True)


def _drain(pipe: IO[bytes] | None, into: bytearray, most: int, stops: bool) -> None:
    """Read up to ``most`` bytes; then stop, or read on and drop what comes, so that the program is not held up."""
    if pipe is None:
        return
    with pipe, contextlib.suppress(OSError, ValueError):
        while piece := os.read(pipe.fileno(), 65_536):
            into += piece[: most - len(into)]
            if stops and len(into) == most:
                return


def _fill(pipe: IO[bytes] | None, feed: bytes) -> None:
    if pipe is not None:
        with contextlib.suppress(OSError), pipe:
            pipe.write(feed)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a program and all that it started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
