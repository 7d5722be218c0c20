"""Live: the one compact block that a run shows, in a notebook, a terminal and without either."""

from __future__ import annotations

import html
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from jupyter_xpt.edges.kernel.request import METADATA_KEY
from jupyter_xpt.edges.kernel.tee import OWN_DISPLAY
from jupyter_xpt.ground.names import printable
from jupyter_xpt.thought.reading.results import mean_of, sem_of, shown as plus_minus
from jupyter_xpt.thought.reading.standing import ARROWS

# Often enough to look alive, seldom enough to cost nothing.
REFRESH_SECONDS = 0.25
_BAR = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the block: its kind (title, progress, metric, verdict, said, warning, folder) and its text."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: repeats ended, failed and asked for, seconds since it began."""

    ended: int
    failed: int
    asked: int
    seconds: float
    running: bool


def progress_line(progress: Progress) -> str:
    """``repeat 3/5 ████████████░░░░░░░░ 60 %  0:12  about 0:08 left``."""
    share = progress.ended / progress.asked
    if progress.asked == 1:
        text = f"running  {clock(progress.seconds)}" if progress.running else f"1 repeat  {clock(progress.seconds)}"
    else:
        full = round(share * _BAR)
        at = min(progress.ended + progress.running, progress.asked)
        bar = "█" * full + "░" * (_BAR - full)
        text = f"repeat {at}/{progress.asked} {bar} {share * 100:.0f} %  {clock(progress.seconds)}"
    if progress.running and 0 < progress.ended < progress.asked:
        left = progress.seconds / progress.ended * (progress.asked - progress.ended)
        text += f"  about {clock(left)} left"
    return text + (f"  {progress.failed} failed" if progress.failed else "")


def metric_lines(values: Mapping[str, Sequence[float]], goals: Mapping[str, str], most: int = 6) -> list[Line]:
    """A line for each metric that has values: its name and goal, mean ± SEM of the finite ones."""
    arrows = {name: ARROWS.get(goals.get(name, ""), "") for name in values}
    shown = [(f"{name} {arrows[name]}".rstrip(), found) for name, found in values.items() if found]
    width = max((len(title) for title, _ in shown[:most]), default=0)
    lines = []
    for title, found in shown[:most]:
        finite = [value for value in found if math.isfinite(value)]
        sem = sem_of(finite)
        of = [f"SEM, {len(finite)} repeats"] if sem is not None else []
        of += [f"{len(found) - len(finite)} not finite"] if len(finite) < len(found) else []
        told = f" ({', '.join(of)})" if of else ""
        lines.append(Line("metric", f"{title:<{width}}  {plus_minus(mean_of(finite), sem)}{told}"))
    if len(shown) > most:
        lines.append(Line("metric", f"… and {len(shown) - most} more metrics"))
    return lines


def clock(seconds: float) -> str:
    """Seconds as ``0:12`` or ``1:02:03``.

    >>> clock(12.4), clock(3723)
    ('0:12', '1:02:03')
    """
    minutes, left = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def as_text(lines: Sequence[Line]) -> str:
    """The block as plain text."""
    return "\n".join(f"⚠ {printable(line.text)}" if line.kind == "warning" else printable(line.text) for line in lines)


_QUIET = "color:var(--jp-ui-font-color2,#616161)"
_MONO = "font-family:var(--jp-code-font-family,monospace);white-space:pre"
_STYLES = {
    "title": "font-weight:600",
    "progress": f"{_MONO};{_QUIET}",
    "metric": _MONO,
    "verdict": "",
    "improved": "color:var(--jp-success-color1,#388e3c)",
    "worse": "color:var(--jp-error-color1,#d32f2f)",
    "said": _QUIET,
    "warning": "color:var(--jp-warn-color0,#b26a00)",
    "folder": f"{_MONO};{_QUIET}",
}


def as_html(lines: Sequence[Line]) -> str:
    """The block as HTML, in the front end's own colours."""
    rows = []
    for line in lines:
        mark = "⚠ " if line.kind == "warning" else ""
        rows.append(f'<div style="{_STYLES.get(line.kind, "")}">{mark}{html.escape(printable(line.text))}</div>')
    style = "font-size:var(--jp-code-font-size,13px);line-height:1.45;padding:2px 0"
    return f'<div class="xpt-run" style="{style}">{"".join(rows)}</div>'


# Never part of the output: it goes in the message's transient data, which no notebook keeps.
Ping = Mapping[str, Any] | None


class Block(Protocol):
    """Where a run's block is shown."""

    def show(self, lines: Sequence[Line], ping: Ping = None, *, last: bool = False, gone: bool = False) -> None:
        """Shows the block as it is now; ``last`` when it will not change any more, ``gone`` when it was cleared.

        ``ping`` goes to a front end of ours beside it.
        """


class NotebookBlock:
    """The block as one output of the cell, updated in place."""

    def __init__(self, publisher: Any, name: str) -> None:  # noqa: ANN401 - IPython's display publisher
        self._publisher = publisher
        self._id = OWN_DISPLAY + name
        self._shown = False

    def show(self, lines: Sequence[Line], ping: Ping = None, *, last: bool = False, gone: bool = False) -> None:
        """Shows or updates the output; the last state again below what cleared it."""
        bundle = {"text/plain": as_text(lines), "text/html": as_html(lines)}
        update = self._shown and not (last and gone)
        transient = {"display_id": self._id, **({METADATA_KEY: ping} if ping is not None else {})}
        self._publisher.publish(bundle, {}, transient=transient, update=update)
        self._shown = True


class TextBlock:
    """The block as plain lines: only the last state is printed, on the real output, not through the tee."""

    def __init__(self) -> None:
        self._tty = sys.stdout.isatty()
        self._out = sys.stdout
        self._width = 0

    def show(self, lines: Sequence[Line], ping: Ping = None, *, last: bool = False, gone: bool = False) -> None:
        """Prints the block at the end; before that, in a terminal, only its progress, on one line."""
        if last:
            self._out.write(self._wiped() + as_text(lines) + "\n")
        elif self._tty:
            now = "  ".join(printable(line.text) for line in lines if line.kind in ("progress", "metric"))[:110]
            self._out.write(self._wiped() + now)
            self._width = len(now)
        self._out.flush()

    def _wiped(self) -> str:
        """What clears the progress line."""
        return "\r" + " " * self._width + "\r" if self._width else ""
