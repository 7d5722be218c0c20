"""Magics: ``%%experiment`` and the ``%xpt…`` line magics, as IPython knows them.

They explain themselves here and act elsewhere: what they do is imported when the first of them is used, so that
``%load_ext`` costs a kernel next to nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from traitlets import Bool, Enum, observe

from jupyter_xpt.actions.session import Session
from jupyter_xpt.ground.settings import BLAKE3, SHA256, Settings

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_xpt.doors.acts import Acts

_CALL = "get_ipython().run_cell_magic('experiment'"
# Magics whose options complete with Tab.
WITH_OPTIONS = ("%%experiment", "%xpt_new", "%xpt_log", "%xpt_export")
# What may stand on a magic's line besides its options.
_WORDS = {"%xpt_export": ["experiments.xlsx", "experiments.csv"]}


@magics_class
class XptMagics(Magics):
    """The magics of jupyter_xpt, for one shell; ``%config XptMagics`` shows and sets what holds for all runs."""

    digest = Enum([SHA256, BLAKE3], SHA256, help="Algorithm of data's digests; blake3 is an extra.").tag(config=True)
    hidden_commit = Bool(False, help="Keep the whole work tree of each run as a commit below refs/xpt/.").tag(
        config=True
    )
    commit_notebook = Bool(False, help="Commit each numbered notebook when it is made.").tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self._shell = shell
        earlier = tuple(shell.history_manager.input_hist_raw[1:]) if shell.history_manager else ()
        self.session = Session(self._translate, earlier)
        self._acts: Acts | None = None
        self._set()

    @observe("digest", "hidden_commit", "commit_notebook")
    def _set(self, _change: object = None) -> None:
        """Hands the settings to the session."""
        # Configuration comes before there is one.
        if hasattr(self, "session"):
            self.session.settings = Settings(self.digest, self.hidden_commit, self.commit_notebook)

    def _translate(self, text: str) -> str:
        """A cell as plain Python; text that cannot be translated stays."""
        try:
            return str(self._shell.transform_cell(text))
        except SyntaxError:
            return text

    @property
    def acts(self) -> Acts:
        """What the magics do."""
        if self._acts is None:
            from jupyter_xpt.doors.acts import Acts  # a tenth of a second: not before it is needed

            self._acts = Acts(self._shell, self.session)
        return self._acts

    def before_cell(self, info: Any) -> None:  # noqa: ANN401 - IPython's ExecutionInfo
        """Notes a cell that begins to run. Silent ones and those of tools are no part of the notebook."""
        if not info.store_history and not info.raw_cell.lstrip().startswith("%%experiment"):
            return
        count = self._shell.displayhook.prompt_count
        meta = request_metadata(self._shell, info)
        self.session.cell_starts(info.raw_cell, getattr(info, "cell_id", None), count, meta)

    def after_cell(self, _result: Any = None) -> None:  # noqa: ANN401 - IPython's ExecutionResult
        """Notes what a cell has imported."""
        self.session.cell_ended()

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
        return self.acts.experiment(line, cell)

    @no_var_expand
    @line_magic
    def xpt_new(self, line: str) -> None:
        """Fork a numbered notebook: ``%xpt_new [--parent 9] [--note "…"]``.

        Without a parent the notebook itself is copied; with one, that experiment as it was when it ran. In the
        copy this line becomes a comment that names number, parent and note.
        """
        self.acts.new(line)

    @no_var_expand
    @line_magic
    def xpt(self, line: str) -> None:
        """Where am I: series, experiment, parent, last results. ``%xpt`` takes no options."""
        self.acts.where(line)

    @no_var_expand
    @line_magic
    def xpt_tree(self, line: str) -> None:
        """The lineage with means, SEM and verdicts: ``%xpt_tree`` takes no options."""
        self.acts.tree(line)

    @no_var_expand
    @line_magic
    def xpt_table(self, line: str) -> None:
        """All experiments as a table: ``%xpt_table``."""
        self.acts.table(line)

    @no_var_expand
    @line_magic
    def xpt_note(self, line: str) -> None:
        """Write a note: ``%xpt_note [9] the essence of it``; without a number, of the one that ran last."""
        self.acts.note(line)

    @no_var_expand
    @line_magic
    def xpt_tag(self, line: str) -> None:
        """Tag an experiment: ``%xpt_tag [9] quick paper -old``; a minus takes a tag away."""
        self.acts.tag(line)

    @no_var_expand
    @line_magic
    def xpt_log(self, line: str) -> None:
        """The log of an experiment's newest run: ``%xpt_log [9] [run=…] [tail=50]``."""
        self.acts.log(line)

    @no_var_expand
    @line_magic
    def xpt_diff(self, line: str) -> None:
        """What changed from one experiment to another, cell by cell: ``%xpt_diff [[9] 12]``.

        With one number it is that experiment and its parent, without any the one that ran last.
        """
        self.acts.diff(line)

    @no_var_expand
    @line_magic
    def xpt_compare(self, line: str) -> None:
        """What experiments do not have in common, and whether they differ from the first: ``%xpt_compare 9 12 14``.

        From two to six of them.
        """
        self.acts.compare(line)

    @no_var_expand
    @line_magic
    def xpt_baseline(self, line: str) -> None:
        """Pin the experiment that all others are compared with: ``%xpt_baseline 9``.

        ``%xpt_baseline none`` compares each with its parent again; without anything it says what holds.
        """
        self.acts.baseline(line)

    @no_var_expand
    @line_magic
    def xpt_export(self, line: str) -> None:
        """Write all experiments into a spreadsheet: ``%xpt_export [experiments.xlsx] [series=…]``.

        A workbook that is there is brought up to date: columns, sheets, colours and formulas of your own stay. It
        needs openpyxl; a name that ends in .csv needs nothing. Without a name it is experiments.xlsx beside the
        notebook, with a series <series>.xlsx.
        """
        self.acts.export(line)


def request_metadata(shell: InteractiveShell, info: object) -> dict[str, Any]:
    """The metadata of the request whose cell begins to run; empty where there is none.

    Parameters
    ----------
    info
        What IPython tells of the cell: newer versions hold the metadata, older ones leave it to the kernel.
    """
    told = getattr(info, "cell_meta", None)
    if told is None and hasattr(shell, "kernel"):
        told = shell.kernel.get_parent("shell").get("metadata")
    return told if isinstance(told, dict) else {}


def await_experiments(shell: InteractiveShell) -> Callable[[list[str]], list[str]]:
    """An input transformer that awaits an ``%%experiment`` cell whose body awaits.

    IPython calls transformers several times for one cell: this one only looks.
    """

    def transform(lines: list[str]) -> list[str]:
        if not lines or not lines[0].startswith(_CALL):
            return lines
        call = "".join(lines)
        if "await" not in call and "async" not in call:
            return lines
        from jupyter_xpt.edges.kernel.shell import needs_await  # only for cells that say await

        try:
            body = ast.literal_eval(ast.parse(call).body[0].value.args[2])  # type: ignore[attr-defined]  # IPython's call
        except (SyntaxError, ValueError, AttributeError, IndexError):
            return lines
        return ["await " + lines[0], *lines[1:]] if needs_await(shell, body) else lines

    return transform


def complete_options(magic: str) -> Callable[[Any, Any], list[str]]:
    """A completer for a magic's options, in both ways of writing them."""

    def complete(_self: Any, event: Any) -> list[str]:  # noqa: ANN401 - IPython's completer and event
        from jupyter_xpt.thought.options import MAGIC_OPTIONS  # only when somebody completes

        known = MAGIC_OPTIONS[magic]
        if event.symbol.startswith("-"):
            return [f"--{option}" for option in known]
        said = set(event.line.split()[1:])
        words = _WORDS.get(magic, []) if said.isdisjoint(_WORDS.get(magic, [])) else []
        return [*words, *(f"{option}=" for option in known if f"{option}=" not in event.line)]

    return complete
