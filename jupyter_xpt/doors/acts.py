"""Acts: what the magics do. Imported when the first of them is used, so that loading the extension costs little."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from jupyter_xpt.actions import compare, document, edit, fork, telling
from jupyter_xpt.actions.cell import ExperimentCell
from jupyter_xpt.actions.experiment import find_origin, numbered_as
from jupyter_xpt.actions.flow import flow
from jupyter_xpt.actions.listing import configured, last_datasets
from jupyter_xpt.actions.overview import overview
from jupyter_xpt.actions.prepared import Origin
from jupyter_xpt.actions.session import Session
from jupyter_xpt.doors import difference, html, live, text
from jupyter_xpt.edges.disk.notebookfile import read_notebook
from jupyter_xpt.edges.kernel import place, shell as shells
from jupyter_xpt.edges.kernel.interrupts import Interrupts
from jupyter_xpt.edges.kernel.request import METADATA_KEY, sent
from jupyter_xpt.ground.errors import NotebookError, OptionError, XptError
from jupyter_xpt.ground.names import short
from jupyter_xpt.ground.records import FAILED
from jupyter_xpt.thought import notebooks
from jupyter_xpt.thought.options import MAGIC_OPTIONS, ExperimentOptions, experiment_options, split
from jupyter_xpt.thought.reading.lineage import Lineage, Row
from jupyter_xpt.thought.running import holds

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def _never() -> bool:
    """Nobody stops it but by an exception."""
    return False


class Acts:
    """What the magics of one shell do."""

    def __init__(self, shell: InteractiveShell, session: Session) -> None:
        self._shell = shell
        self.session = session
        self._places: dict[str | None, place.Place] = {}

    def experiment(self, line: str, cell: str) -> Coroutine[Any, Any, None] | None:
        """Runs a cell as an experiment; a coroutine where its body awaits."""
        with _usage():
            options = experiment_options(line)
        raw = self.session.running.source
        try:
            body = shells.compile_body(self._shell, raw, cell)
        except SyntaxError as error:
            shells.show_as_users_own(self._shell, error)
            raise
        run = ExperimentCell(self._shell, self.session, options, body, line.strip())
        if body.awaits:
            return self._run_async(run)
        self._run(run)
        return None

    def _run(self, cell: ExperimentCell) -> None:
        """Runs the repeats one after the other."""
        try:
            with Interrupts() as interrupts, self._begun(cell, interrupts), cell.tracked():
                for repeat in cell.repeats():
                    with cell.repeating(repeat) as execution:
                        execution.run(interrupts)
        except BaseException as error:
            shells.show_as_users_own(self._shell, error)
            raise

    async def _run_async(self, cell: ExperimentCell) -> None:
        """`_run` for a body that awaits at its top level."""
        try:
            with Interrupts() as interrupts, self._begun(cell, interrupts), cell.tracked():
                for repeat in cell.repeats():
                    with cell.repeating(repeat) as execution:
                        await execution.run_async(interrupts)
        except BaseException as error:
            shells.show_as_users_own(self._shell, error)
            raise

    def _begun(self, cell: ExperimentCell, interrupts: Interrupts) -> _View:
        """Begins the cell's run; gives the view that shows it."""
        with _usage(), self.session.opened.paused():
            cell.prepare(lambda: self._origin(cell.options, lambda: interrupts.arrived))
        return _View(cell, self._shell)

    def _origin(self, options: ExperimentOptions, stopped: Callable[[], bool] = _never) -> Origin:
        """Where the running cell is; ``stopped`` says whether the user waits for it no longer."""
        found = self._notebook(options.notebook or "", stopped)
        becomes = found.source == place.FRONT_END and sent(self.session.meta).becomes
        terminal = not shells.is_kernel(self._shell)
        return find_origin(found.path, options, found.tried, terminal=terminal, becomes=becomes)

    def _notebook(self, explicit: str = "", stopped: Callable[[], bool] = _never) -> place.Place:
        """Which notebook the running cell is in, as far as that can be told."""
        running = self.session.running
        clues = place.gather(self._shell.user_ns, self.session.meta, explicit, cell_id=running.cell)
        clues = document.settled(clues, self.session, stopped)

        def has_cell(path: Path) -> bool | None:
            try:
                return holds(notebooks.cells(read_notebook(path, patience=0.3)), running)
            except NotebookError:
                return None

        found = place.find_notebook(clues, has_cell, self._places.get(running.cell), self._alike)
        self._places[running.cell] = found
        return found

    def _alike(self, paths: Sequence[Path]) -> Path | None:
        """The draft, or the lowest number, among notebooks of one series that hold all that ran here.

        A draft and its numbered copies look the same to a runner that does not say what it runs. Where they
        hold the same cells, the run is the same experiment whichever of them it is.
        """
        ran = {one.source.strip() for one in (*self.session.earlier, self.session.running)}
        same = {}
        for path in paths:
            try:
                texts = {cell.source.strip() for cell in notebooks.cells(read_notebook(path, patience=0.3))}
            except NotebookError:
                return None
            if ran <= texts:
                name = numbered_as(path)
                same[path] = (name.series, name.number) if name is not None else (path.stem, 0)
        if len({series for series, _ in same.values()}) != 1:
            return None
        return min(same, key=lambda path: same[path][1])

    def new(self, line: str) -> None:
        """What ``%xpt_new`` does."""
        with _usage():
            options, _ = split(line, MAGIC_OPTIONS["%xpt_new"])
            notebook = self._notebook().path
            if notebook is None:
                raise NotebookError("which notebook this is cannot be told: use jupyter xpt new NOTEBOOK in a shell")
            made = fork.fork(notebook, options.get("parent"), options.get("note", ""))
        relative = os.path.relpath(made.notebook)
        said = f"{made.name}" + (f", from {short(made.parent)}" if made.parent else "") + f": open {relative}"
        ping = {"series": made.name.series, "number": made.name.number, "open": made.name.notebook}
        self._show(said, html.link(said, relative), ping)

    def where(self, line: str) -> None:
        """What ``%xpt`` does."""
        with _usage():
            split(line, ())
            lineage, row = self._here()
            others = (row.parent, row.against) if row is not None else (None, None)
            parent, against = (lineage.row(number) if number is not None else None for number in others)
            folder = self._origin(ExperimentOptions()).folder
            data, set_to = last_datasets(folder, row), configured(folder, row, parent)
        rich = html.where(lineage.series, row, parent, against, data, set_to)
        self._show(text.where(lineage.series, row, parent, _look(), data, set_to), rich)

    def tree(self, line: str) -> None:
        """What ``%xpt_tree`` does."""
        with _usage():
            split(line, ())
            origin = self._origin(ExperimentOptions())
            lineage = edit.lineage_or_empty(overview(origin.folder), origin.series)
            data = flow(origin.folder).lines(origin.series)
        self._show(text.tree(lineage, _look(), data), html.tree(lineage, data))

    def table(self, line: str) -> None:
        """What ``%xpt_table`` does."""
        with _usage():
            split(line, ())
            lineage = self._lineage()
        self._show(text.table(lineage, _look()), html.table(lineage))

    def note(self, line: str) -> None:
        """What ``%xpt_note`` does."""
        with _usage():
            number, rest = _number_and_rest(line)
            if not rest:
                raise OptionError("%xpt_note has no text: write %xpt_note 9 what was tried")
            record = edit.set_note(*self._meant(number), _unquoted(rest))
        self._show(f"{record.name} · {record.note}")

    def tag(self, line: str) -> None:
        """What ``%xpt_tag`` does."""
        with _usage():
            number, rest = _number_and_rest(line)
            if not rest:
                raise OptionError("%xpt_tag has no tags: write %xpt_tag 9 quick, or -quick to take it away")
            record = edit.set_tags(*self._meant(number), rest.replace(",", " ").split())
        self._show(f"{record.name} · {' '.join('#' + tag for tag in record.tags) or 'no tags'}")

    def log(self, line: str) -> None:
        """What ``%xpt_log`` does."""
        with _usage():
            options, words = split(line, MAGIC_OPTIONS["%xpt_log"], words=True)
            meant = self._meant(words[0] if words else None)
            shown = edit.read_log(*meant, options.get("run"), options.get("tail"))
        self._show(shown)

    def diff(self, line: str) -> None:
        """What ``%xpt_diff`` does."""
        with _usage():
            words = split(line, (), words=True)[1]
            if len(words) > 2:
                raise OptionError(f"%xpt_diff takes two experiments, not {len(words)}: write %xpt_diff 9 12")
            folder, series, here = self._meant(words[-1] if words else None)
            found = compare.diff(folder, series, words[0] if len(words) == 2 else None, here)
        self._show(difference.diff_text(found, _look()), difference.diff_html(found))

    def compare(self, line: str) -> None:
        """What ``%xpt_compare`` does."""
        with _usage():
            words = split(line, (), words=True)[1]
            folder, series, _ = self._meant(None)
            found = compare.compare(folder, series, words)
        self._show(difference.comparison_text(found, _look()), difference.comparison_html(found))

    def baseline(self, line: str) -> None:
        """What ``%xpt_baseline`` does."""
        with _usage():
            words = split(line, (), words=True)[1]
            if len(words) > 1:
                raise OptionError("%xpt_baseline takes one experiment, or none: write %xpt_baseline 9")
            folder, series, _ = self._meant(None)
            if words:
                edit.set_baseline(folder, series, None if words[0] == "none" else words[0])
            said = text.baseline(edit.lineage_or_empty(overview(folder), series))
        self._show(said)

    def export(self, line: str) -> None:
        """What ``%xpt_export`` does."""
        from jupyter_xpt.actions import export  # zip archives and the like: not for every kernel

        with _usage():
            options, words = split(line, MAGIC_OPTIONS["%xpt_export"], words=True)
            if len(words) > 1:
                raise OptionError(f"%xpt_export writes one file, not {len(words)}: put a name with spaces in quotes")
            target = Path(words[0]).expanduser() if words else None
            made = export.export(self._origin(ExperimentOptions()).folder, target, options.get("series"))
        self._show(text.exported(os.path.relpath(made.path), made.sentence))

    def _show(self, plain: str, rich: str | None = None, ping: live.Ping = None) -> None:
        """Shows text in a terminal, HTML where a front end shows it; ``ping`` is for ours alone."""
        if shells.is_kernel(self._shell):
            bundle = {"text/plain": plain, **({"text/html": rich} if rich else {})}
            transient = {"transient": {METADATA_KEY: ping}} if ping is not None else {}
            self._shell.display_pub.publish(bundle, {}, **transient)
        else:
            sys.stdout.write(plain + "\n")

    def _lineage(self) -> Lineage:
        """The lineage of the running cell's series."""
        origin = self._origin(ExperimentOptions())
        return edit.lineage_or_empty(overview(origin.folder), origin.series)

    def _here(self) -> tuple[Lineage, Row | None]:
        """The lineage, and the experiment that the notebook last was here, or is."""
        origin = self._origin(ExperimentOptions())
        lineage = edit.lineage_or_empty(overview(origin.folder), origin.series)
        number = self._last_number(origin)
        return lineage, lineage.row(number) if number is not None else edit.newest(lineage)

    def _last_number(self, origin: Origin) -> int | None:
        """What ran last from the notebook in this kernel, else the number it bears."""
        ran = [number for (path, _), number in self.session.last.items() if path == str(origin.notebook)]
        return ran[-1] if ran else origin.own.number if origin.own else None

    def _meant(self, number: str | None) -> tuple[Path, str, str | None]:
        """Folder, series and number of the experiment that a line is about: the one named, else where we are."""
        origin = self._origin(ExperimentOptions())
        last = self._last_number(origin)
        return origin.folder, origin.series, number or (str(last) if last is not None else None)


class _View:
    """Shows an experiment cell's block: at its start, while it runs, at its end."""

    def __init__(self, cell: ExperimentCell, shell: InteractiveShell) -> None:
        self._cell = cell
        name = f"{cell.run.name}-{cell.run.record.run}"
        self._block: live.Block = (
            live.NotebookBlock(shell.display_pub, name) if shells.is_kernel(shell) else live.TextBlock()
        )

    def __enter__(self) -> None:
        self._cell.on_change = self._refresh
        self._cell.run.on_log = self._refresh
        self._try(last=False)
        self._wait()

    def __exit__(self, *_: object) -> None:
        self._try(last=True)

    def _refresh(self) -> None:
        if time.time() > self._cell.run.show_at:
            self._try(last=False)
            self._wait()

    def _wait(self) -> None:
        """Sets when the block is refreshed next."""
        self._cell.run.show_at = time.time() + live.REFRESH_SECONDS

    def _try(self, *, last: bool) -> None:
        """Shows the block; what goes wrong with it is no reason to stop the user's code."""
        run, shown = self._cell.run, False
        with run.attempt("show the progress"):
            ping = telling.ping(self._cell, ended=last)
            self._block.show(self._lines(last=last), ping, last=last, gone=self._cell.was_cleared)
            shown = True
        if last and not shown:
            # The troubles are loud all the same.
            sys.stderr.write("".join(f"{run.name}: {text}\n" for text in run.troubles))

    def _lines(self, *, last: bool) -> list[live.Line]:
        """The block's lines as things are now."""
        run, told = self._cell.run, telling.told(self._cell)
        failed = sum(status == FAILED for status in run.outcomes.values())
        progress = live.Progress(len(run.outcomes), failed, len(run.start.repeats), run.seconds, running=not last)
        values = {name: run.finished_values(name) for name in run.metrics()}
        if not any(values.values()) and not last:
            values = {name: [value] for name, value in run.current.items()}
        lines = [live.Line(one.kind, one.text) for one in told if one.kind != "folder"]
        lines += [live.Line("progress", live.progress_line(progress)), *live.metric_lines(values, run.goals())]
        if last:
            lines += [
                live.Line(one.kind, one.text) for one in (*telling.verdict(self._cell), *telling.remarks(self._cell))
            ]
        return lines + [live.Line(one.kind, one.text) for one in told if one.kind == "folder"]


class _usage:  # noqa: N801 - reads as a statement
    """Turns our errors into IPython's one-line usage error."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, XptError):
            raise UsageError(str(error)) from None


def _number_and_rest(line: str) -> tuple[str | None, str]:
    """The experiment a line begins with, None when it begins with none, and what follows."""
    head, _, rest = line.strip().partition(" ")
    digits = head.removeprefix("#")
    return (head, rest.strip()) if digits.isascii() and digits.isdigit() else (None, line.strip())


def _look() -> text.Look:
    """How wide and colourful text may be here."""
    return text.look_of(sys.stdout)


def _unquoted(note: str) -> str:
    """The note without one pair of quotes around it."""
    return note[1:-1] if len(note) > 1 and note[0] == note[-1] and note[0] in "\"'" else note
