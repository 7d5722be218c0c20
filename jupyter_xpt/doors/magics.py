"""Magics: ``%%experiment`` and the ``%xpt…`` line magics."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand

from jupyter_xpt.actions import edit, fork
from jupyter_xpt.actions.cell import ExperimentCell
from jupyter_xpt.actions.experiment import Origin, find_origin
from jupyter_xpt.actions.overview import overview
from jupyter_xpt.actions.session import Session
from jupyter_xpt.doors import html, live, text
from jupyter_xpt.edges import place, shell as shells
from jupyter_xpt.edges.notebookfile import read_notebook
from jupyter_xpt.ground.errors import NotebookError, OptionError, XptError
from jupyter_xpt.ground.names import short
from jupyter_xpt.ground.records import FAILED
from jupyter_xpt.thought import notebooks
from jupyter_xpt.thought.lineage import Lineage, Row
from jupyter_xpt.thought.options import EXPERIMENT_OPTIONS, ExperimentOptions, experiment_options, split
from jupyter_xpt.thought.running import holds

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_CALL = "get_ipython().run_cell_magic('experiment'"


@magics_class
class XptMagics(Magics):
    """The magics of jupyter_xpt, for one shell."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._shell = shell
        earlier = tuple(shell.history_manager.input_hist_raw[1:-1]) if shell.history_manager else ()
        self.session = Session(lambda source: shells.translate(shell, source), earlier)
        self._places: dict[str | None, place.Place] = {}
        self._meta: dict[str, Any] = {}

    def before_cell(self, info: Any) -> None:  # noqa: ANN401 - IPython's ExecutionInfo
        """Notes a cell that begins to run. Silent ones and those of tools are no part of the notebook."""
        if not info.store_history and not notebooks.is_experiment(info.raw_cell):
            return
        meta = getattr(info, "cell_meta", None)
        self._meta = meta if isinstance(meta, dict) else {}
        metadata = self._meta.get("metadata", self._meta)
        tags = metadata.get("tags", ()) if isinstance(metadata, dict) else ()
        count = self._shell.displayhook.prompt_count
        known = tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list | tuple) else ()
        self.session.cell_starts(info.raw_cell, getattr(info, "cell_id", None), count, known)

    def after_cell(self, _result: Any = None) -> None:  # noqa: ANN401 - IPython's ExecutionResult
        """Notes what a cell has imported."""
        self.session.cell_ended()

    # -- %%experiment ------------------------------------------------------------------------------------------

    @no_var_expand
    @cell_magic
    def experiment(self, line: str, cell: str) -> Coroutine[Any, Any, None] | None:
        """Run this cell as an experiment: numbered, kept, repeated, compared.

        ::

            %%experiment [repeats=5] [metrics=accuracy,f1] [metric=accuracy] [goal=max|min] [note="…"]
                         [parent=9] [tags=a,b] [seed=0x…[:2]] [name=…] [notebook=…] [silence=XPT001]

        Options are written ``key=value`` or ``--key value``.

        repeats   how many times the cell runs, each with a fresh recorded seed
        metrics   plain variables to read as metrics after each repeat; the first is the primary one
        metric    the primary metric, the one that decides the verdict
        goal      max or min for the primary metric; min by itself for names like loss, error, rmse
        note      the essence of what is tried
        parent    the experiment it is changed from; by itself the one this cell was before
        tags      words to find it by
        seed      replay a recorded seed: of a run (0x3f…) or of one of its repeats (0x3f…:2)
        name      the series, when it shall not be the notebook's
        notebook  the notebook this cell is in, where nothing else tells
        silence   warnings not to give

        Metrics are also logged by ``xpt.log(accuracy=…)``, or by a cell whose last value is a number or a flat
        dict of numbers.
        """
        with _usage():
            options = experiment_options(line)
        raw = self.session.running.source
        try:
            body = shells.compile_body(self._shell, raw, cell)
        except SyntaxError as error:
            shells.show_as_users_own(self._shell, error)
            raise
        run = ExperimentCell(self._shell, self.session, options, body, line.strip())
        with _usage():
            run.prepare(self._origin(options))
        view = _View(run, self._shell)
        if body.awaits:
            return self._run_async(run, view)
        self._run(run, view)
        return None

    def _run(self, cell: ExperimentCell, view: _View) -> None:
        """Runs the repeats one after the other."""
        try:
            with view, cell.tracked():
                for repeat in cell.repeats():
                    with cell.repeating(repeat) as execution:
                        execution.run()
        except BaseException as error:
            shells.show_as_users_own(self._shell, error)
            raise

    async def _run_async(self, cell: ExperimentCell, view: _View) -> None:
        """`_run` for a body that awaits at its top level."""
        try:
            with view, cell.tracked():
                for repeat in cell.repeats():
                    with cell.repeating(repeat) as execution:
                        await execution.run_async()
        except BaseException as error:
            shells.show_as_users_own(self._shell, error)
            raise

    def _origin(self, options: ExperimentOptions) -> Origin:
        """Where the running cell is."""
        path = self._notebook(options.notebook or "")
        return find_origin(path, options, terminal=not shells.is_kernel(self._shell))

    def _notebook(self, explicit: str = "") -> Path | None:
        """The notebook of the running cell, None when it is not known."""
        running = self.session.running
        clues = place.gather(self._shell.user_ns, self._meta, explicit, cell_id=running.cell)

        def has_cell(path: Path) -> bool | None:
            try:
                return holds(notebooks.cells(read_notebook(path, patience=0.3)), running)
            except NotebookError:
                return None

        found = place.find_notebook(clues, has_cell, self._places.get(running.cell))
        self._places[running.cell] = found
        return found.path

    # -- line magics -------------------------------------------------------------------------------------------

    @no_var_expand
    @line_magic
    def xpt_new(self, line: str) -> None:
        """Fork a numbered notebook: ``%xpt_new [--parent 9] [--note "…"]``.

        Without a parent the notebook itself is copied; with one, that experiment as it was when it ran. In the
        copy this line becomes a comment that names number, parent and note.
        """
        with _usage():
            options, _ = split(line, ("parent", "note"))
            notebook = self._notebook()
            if notebook is None:
                raise NotebookError("which notebook this is cannot be told: set XPT_NOTEBOOK, or use jupyter xpt new NOTEBOOK")
            made = fork.fork(notebook, options.get("parent"), options.get("note", ""))
        relative = os.path.relpath(made.notebook)
        said = f"{made.name}" + (f", from {short(made.parent)}" if made.parent else "") + f": open {relative}"
        self._show(said, html.link(said, relative))

    @no_var_expand
    @line_magic
    def xpt(self, line: str) -> None:
        """Where am I: series, experiment, parent, last results. ``%xpt`` takes no options."""
        with _usage():
            split(line, ())
            lineage, row = self._here()
            parent = lineage.row(row.parent) if row is not None and row.parent is not None else None
        self._show(text.where(lineage.series, row, parent, _look()), html.where(lineage.series, row, parent))

    @no_var_expand
    @line_magic
    def xpt_tree(self, line: str) -> None:
        """The lineage with means, SEM and verdicts: ``%xpt_tree`` takes no options."""
        with _usage():
            split(line, ())
            lineage = self._lineage()
        self._show(text.tree(lineage, _look()), html.tree(lineage))

    @no_var_expand
    @line_magic
    def xpt_table(self, line: str) -> None:
        """All experiments as a table: ``%xpt_table``."""
        with _usage():
            split(line, ())
            lineage = self._lineage()
        self._show(text.table(lineage, _look()), html.table(lineage))

    @no_var_expand
    @line_magic
    def xpt_note(self, line: str) -> None:
        """Write an experiment's note: ``%xpt_note [9] the essence of it``. Without a number, of the latest one."""
        with _usage():
            number, rest = self._number_and_rest(line)
            if not rest:
                raise OptionError("%xpt_note has no text: write %xpt_note 9 what was tried")
            folder, series = self._folder_and_series()
            record = edit.set_note(folder, series, number, _unquoted(rest))
        self._show(f"{record.name} · {record.note}")

    @no_var_expand
    @line_magic
    def xpt_tag(self, line: str) -> None:
        """Tag an experiment: ``%xpt_tag [9] quick paper -old``; a minus takes a tag away."""
        with _usage():
            number, rest = self._number_and_rest(line)
            if not rest:
                raise OptionError("%xpt_tag has no tags: write %xpt_tag 9 quick, or -quick to take it away")
            folder, series = self._folder_and_series()
            record = edit.set_tags(folder, series, number, rest.replace(",", " ").split())
        self._show(f"{record.name} · {' '.join('#' + tag for tag in record.tags) or 'no tags'}")

    @no_var_expand
    @line_magic
    def xpt_log(self, line: str) -> None:
        """The log of an experiment's newest run: ``%xpt_log [9] [run=…] [tail=50]``."""
        with _usage():
            options, words = split(line, ("run", "tail"), words=True)
            folder, series = self._folder_and_series()
            shown = edit.read_log(folder, series, words[0] if words else None, options.get("run"), options.get("tail"))
        self._show(shown)

    def _show(self, plain: str, rich: str | None = None) -> None:
        """Shows text in a terminal, HTML where a front end shows it."""
        if shells.is_kernel(self._shell):
            bundle = {"text/plain": plain, **({"text/html": rich} if rich else {})}
            self._shell.display_pub.publish(bundle, {})
        else:
            sys.stdout.write(plain + "\n")

    def _folder_and_series(self) -> tuple[Path, str]:
        """The folder and series of the running cell's notebook."""
        origin = self._origin(ExperimentOptions())
        return origin.folder, origin.series

    def _lineage(self) -> Lineage:
        """The lineage of the running cell's series."""
        folder, series = self._folder_and_series()
        return edit.lineage_of(overview(folder), series)

    def _here(self) -> tuple[Lineage, Row | None]:
        """The lineage, and the experiment that the notebook is or last was."""
        origin = self._origin(ExperimentOptions())
        lineage = edit.lineage_of(overview(origin.folder), origin.series)
        last = [number for (path, _), number in self.session.last.items() if path == str(origin.notebook)]
        number = origin.own.number if origin.own else (last[-1] if last else None)
        return lineage, lineage.row(number) if number is not None else edit.newest(lineage)

    def _number_and_rest(self, line: str) -> tuple[str | None, str]:
        """The experiment a line begins with, None when it begins with none, and what follows."""
        head, _, rest = line.strip().partition(" ")
        if head.lstrip("#").isascii() and head.lstrip("#").isdigit():
            return head, rest.strip()
        return None, line.strip()


class _View:
    """Shows an experiment cell's block: at its start, while it runs, at its end."""

    def __init__(self, cell: ExperimentCell, shell: InteractiveShell) -> None:
        self._cell = cell
        self._throttle = live.Throttle()
        name = f"{cell.run.name}-{cell.run.record.run}"
        self._block: live.Block = (
            live.NotebookBlock(shell.display_pub, name) if shells.is_kernel(shell) else live.TextBlock()
        )

    def __enter__(self) -> None:
        self._cell.on_change = self._refresh
        self._cell.run.on_log = self._refresh
        self._try(last=False)

    def __exit__(self, *_: object) -> None:
        self._try(last=True)

    def _refresh(self) -> None:
        if self._throttle.due():
            self._try(last=False)

    def _try(self, *, last: bool) -> None:
        """Shows the block; what goes wrong with it is no reason to stop the user's code."""
        with self._cell.run.attempt("show the progress"):
            self._block.show(self._lines(last=last), last=last)

    def _lines(self, *, last: bool) -> list[live.Line]:
        """The block's lines as things are now."""
        run, told = self._cell.run, self._cell.told()
        failed = sum(status == FAILED for status in run.outcomes.values())
        progress = live.Progress(len(run.outcomes), failed, len(run.start.repeats), run.seconds, running=not last)
        values = {name: run.finished_values(name) for name in run.metrics()}
        lines = [live.Line(one.kind, one.text) for one in told if one.kind != "folder"]
        lines += [live.Line("progress", live.progress_line(progress)), *live.metric_lines(values, run.metrics())]
        if last:
            lines += [live.Line(one.kind, one.text) for one in (*self._cell.verdict(), *self._cell.remarks())]
        return lines + [live.Line(one.kind, one.text) for one in told if one.kind == "folder"]


class _usage:  # noqa: N801 - reads as a statement
    """Turns our errors into IPython's one-line usage error."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, XptError):
            raise UsageError(str(error)) from None


def _look() -> text.Look:
    """How wide and colourful text may be here."""
    return text.look_of(sys.stdout)


def _unquoted(note: str) -> str:
    """The note without one pair of quotes around it."""
    return note[1:-1] if len(note) > 1 and note[0] == note[-1] and note[0] in "\"'" else note


def await_experiments(shell: InteractiveShell) -> Callable[[list[str]], list[str]]:
    """An input transformer that awaits an ``%%experiment`` cell whose body awaits.

    IPython calls transformers several times for one cell: this one only looks.
    """

    def transform(lines: list[str]) -> list[str]:
        if not lines or not lines[0].startswith(_CALL) or "await" not in lines[0] + "".join(lines[1:]) and "async" not in lines[0]:
            return lines
        try:
            call = ast.parse("".join(lines)).body[0]
            body = ast.literal_eval(call.value.args[2])  # type: ignore[attr-defined]  # the shape IPython makes
        except (SyntaxError, ValueError, AttributeError, IndexError):
            return lines
        return ["await " + lines[0], *lines[1:]] if shells.needs_await(shell, body) else lines

    return transform


def complete_options(known: Sequence[str]) -> Callable[[Any, Any], list[str]]:
    """A completer for a magic's options, in both ways of writing them."""

    def complete(_self: Any, event: Any) -> list[str]:  # noqa: ANN401 - IPython's event
        written = event.symbol
        if written.startswith("-"):
            return [f"--{option.replace('_', '-')}" for option in known]
        return [f"{option}=" for option in known if f"{option}=" not in event.line]

    return complete


OPTIONS = {
    "%%experiment": tuple(EXPERIMENT_OPTIONS),
    "%xpt_new": ("parent", "note"),
    "%xpt_log": ("run", "tail"),
}
