"""Program: running git so that a repository cannot make it run anything else."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace as changed
from pathlib import Path

from jupyter_xpt.edges.host.git.state import GitState
from jupyter_xpt.edges.host.process import Output, run

_KEPT_VARIABLES = frozenset({"GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"})
_SAFE = (
    "--no-optional-locks",
    "--no-pager",
    # Empty, not "false": git before 2.36 takes the value for a command.
    *("-c", "core.fsmonitor="),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "gc.auto=0"),
    # A warning for people, which would be an error here.
    *("-c", "core.safecrlf=false"),
)
# Caches in the index that reading would bring up to date.
_ONLY_READ = ("-c", "core.untrackedCache=false", "-c", "core.splitIndex=false")
# Where the user's own index is written, what it has beside its entries stays.
_AS_IT_IS = ("-c", "core.untrackedCache=keep")


@dataclass(frozen=True, slots=True)
class Git:
    """The program, the folder it looks at, and the moment (monotonic seconds) at which patience ends.

    ``variables`` are given to it besides; ``writes`` is for commands that change the user's index.
    """

    program: str
    folder: Path
    deadline: float
    variables: Mapping[str, str] = field(default_factory=dict)
    writes: bool = False

    def __call__(self, *words: str, limit: int = 1_000_000, feed: bytes = b"") -> Output:
        """Runs one command: at most ``limit`` bytes of what it gives, ``feed`` for it to read."""
        more = _AS_IT_IS if self.writes else _ONLY_READ
        words = (self.program, *_SAFE, *more, *words)
        found = run(words, self.folder, {**_environment(), **self.variables}, self.deadline, limit, feed)
        # A program that was stopped says so itself, by its path: people know it as git.
        said = found.error.replace(self.program, "git", 1) if found.code < 0 else _first_problem(found.error)
        return changed(found, error=said)

    def line(self, *words: str, feed: bytes = b"") -> str | None:
        """The one line that a command gives; None where it fails or gives none."""
        return line_of(self(*words, feed=feed))

    def within(self, seconds: float) -> Git:
        """The same with so many seconds from now on."""
        return changed(self, deadline=time.monotonic() + seconds)


class TroubleError(Exception):
    """What git could not do, in one line, with what is known so far."""

    def __init__(self, problem: str, known: GitState | None = None) -> None:
        super().__init__(problem)
        self.state = changed(known or GitState(), problem=problem)


def line_of(output: Output) -> str | None:
    """What a command gave in one line; None where it failed or gave nothing."""
    return os.fsdecode(output.out).rstrip("\n") or None if not output.code else None


def _environment() -> dict[str, str]:
    """The user's environment without what could mislead git, and with what keeps it quiet and at home."""
    own = {k: v for k, v in os.environ.items() if not k.upper().startswith("GIT_") or k in _KEPT_VARIABLES}
    return own | {
        "LC_ALL": "C",
        "LANGUAGE": "",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        # Set, but empty: no transport at all, whatever protocol.*.allow says.
        "GIT_ALLOW_PROTOCOL": "",
    }


def _first_problem(error: str) -> str:
    """The line that tells why git gave up."""
    lines = error.splitlines()
    fatal = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    return " ".join((fatal or lines or ["git failed"])[0].split())[:300]
