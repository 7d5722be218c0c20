"""Cell: an experiment cell from its first line to its last, its repeats one after the other.

The user's code decides what happens; tracking only watches. Every step of ours may fail alone.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace as changed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_xpt.actions import experiment, flags, snapshot, sourcecontrol
from jupyter_xpt.actions.environment import changed_since
from jupyter_xpt.actions.inputs import RunInputs
from jupyter_xpt.actions.outside import RunOutside
from jupyter_xpt.actions.overview import overview, write_table
from jupyter_xpt.actions.prepared import Origin, Prepared
from jupyter_xpt.actions.run import Run, RunStart, ended_as, error_text, is_interrupt, new_record, running
from jupyter_xpt.actions.session import Session
from jupyter_xpt.edges.disk.journal import Journal
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.edges.kernel.estimators import estimators
from jupyter_xpt.edges.kernel.fingerprint import fingerprints
from jupyter_xpt.edges.kernel.request import sent
from jupyter_xpt.edges.kernel.seeding import new_entropy, seed_text
from jupyter_xpt.edges.kernel.shell import Bindings, Body, Execution, display_value, plain_text, traceback_text
from jupyter_xpt.edges.kernel.tee import Tee
from jupyter_xpt.ground.errors import MetricError, NameProblem, NotebookError, OptionError, UnknownExperiment
from jupyter_xpt.ground.names import ExperimentName, short
from jupyter_xpt.ground.records import FAILED, FINISHED, ExperimentRecord, Warned
from jupyter_xpt.thought.code import caveats
from jupyter_xpt.thought.code.changes import summary as summary_of_changes
from jupyter_xpt.thought.code.dependence import bound, read
from jupyter_xpt.thought.metrics import of_last_value
from jupyter_xpt.thought.options import ExperimentOptions
from jupyter_xpt.thought.parameters.configuration import left_out
from jupyter_xpt.thought.parameters.parameters import parameters
from jupyter_xpt.thought.reading.lineage import Row

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_MAX_PICTURES = 200
_DESCRIBED_SECONDS = 0.2
_LOOKED_SECONDS = 2.0
# The models of repeats are looked at so often, and at the last one.
_MODELS_SECONDS = 1.0
# What the user asked for and cannot have: the user's to mend, before anything runs.
REFUSALS = (OptionError, UnknownExperiment, NameProblem, NotebookError)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing the block says besides numbers: its kind (title, verdict, said, warning, folder) and text."""

    kind: str
    text: str


class ExperimentCell:
    """An experiment cell while it runs.

    Parameters
    ----------
    shell, session
        The kernel's.
    options, body
        What the magic's line says and the compiled body.
    arguments
        The magic's line itself, kept in the record.
    on_change
        Called when there is something new to show.
    """

    def __init__(
        self,
        shell: InteractiveShell,
        session: Session,
        options: ExperimentOptions,
        body: Body,
        arguments: str,
    ) -> None:
        self.shell = shell
        self.session = session
        self.options = options
        self.body = body
        self.arguments = arguments
        self.run: Run
        self.record: ExperimentRecord | None = None
        self.prepared: Prepared | None = None
        self.row: Row | None = None
        self.series = ""
        self.on_change: Callable[[], None] = lambda: None
        self.error: BaseException | None = None
        self._tee: Tee | None = None
        self._pictures = 0
        self._committed: str | None = None
        self._environment: str | None = None
        self._bindings: Bindings | None = None
        self._says_it_draws = False
        self._outside: RunOutside | None = None
        self._models_at = 0.0

    def prepare(self, find: Callable[[], Origin]) -> None:
        """Decides which experiment it is and begins its run; where that fails it runs untracked and says why.

        Parameters
        ----------
        find
            Finds where the cell is.

        Raises
        ------
        OptionError, UnknownExperiment, NameProblem, NotebookError
            When an option or a notebook names what cannot be; nothing ran and nothing is on disk then.
        """
        unknown = self.options.silence - caveats.CODES.keys()
        if unknown:
            raise OptionError(
                f"silence={min(unknown)!r:.40} is no warning's code; the codes are {', '.join(caveats.CODES)}"
            )
        start = self._start()
        self.run = Run(Store(Path()), start)
        if self.session.trouble is not None:
            self.run.trouble(self.session.trouble)
            self.session.trouble = None
        with self.run.attempt("say which experiment this is", passing=REFUSALS):
            origin = find()
            self.series, self.run.store = origin.series, Store(origin.folder)
            self.prepared = experiment.prepare(self.session, origin, self.options)
        if self.prepared is not None:
            self._begin(start, self.prepared)

    def _start(self) -> RunStart:
        """What the run begins with, as far as the magic's line tells."""
        options = self.options
        entropy = options.seed.entropy if options.seed else new_entropy()
        repeats = tuple(range(1, options.repeats + 1))
        if options.seed and options.seed.repeat:
            repeats = (options.seed.repeat,)
        primary = options.primary
        given = {primary: options.goal} if primary and options.goal else {}
        record = changed(
            new_record("", len(repeats), entropy),
            arguments=self.arguments,
            primary=primary,
            goals=given,
            given=tuple(given),
            execution_count=self.session.running.count,
        )
        return RunStart(
            ExperimentName("", 0), record, entropy, repeats, goal=options.goal, settings=self.session.settings
        )

    def _begin(self, start: RunStart, prepared: Prepared) -> None:
        """Makes the experiment, or finds it, and begins its run on disk."""
        with self.run.attempt("read the parameters"):
            prepared = self.prepared = changed(prepared, parameters=parameters(prepared.source))
        with self.run.attempt("make the experiment"):
            self.record = experiment.settle(prepared, self.options)
        if self.record is None:
            return
        sources: dict[str, bytes] = {}
        with self.run.attempt("keep the source"):
            sources = snapshot.files(prepared, self.record.name, self.record.parent, self.session.earlier)
        record = changed(
            start.record,
            digest=prepared.digest,
            notebook=experiment.notebook_of(prepared, self.record),
            cell=prepared.key,
            hidden_state=prepared.ran.findings,
        )
        with self.run.attempt("look at what comes from outside"):
            self._outside = RunOutside(self.session, prepared)
            record = changed(record, outside=self._outside.records())
        self.run.begin(changed(start, name=self.record.name, record=record, sources=sources))
        self.session.ran(prepared.origin.notebook, prepared.key, self.record.number)
        if prepared.moves and prepared.origin.notebook is not None:
            given = sent(self.session.meta)
            now = prepared.store.notebook(self.record.name)
            self.session.becomes(given.document, given.notebook, prepared.origin.notebook, now)
        with self.run.attempt("look for what is not kept"):
            self.run.warn(*left_out(snapshot.masked_in(prepared.files)))
        with self.run.attempt("look for caveats"):
            self._look_for_caveats()

    @property
    def was_cleared(self) -> bool:
        """Whether the cell cleared its output, the block with it."""
        return self._tee is not None and self._tee.was_cleared

    def _look_for_caveats(self) -> None:
        """Warns of what makes the SEM a lie, from the source alone."""
        above = self._above()
        # What comes from outside is told at the end, by name.
        silence = {*self.options.silence, "XPT007"}
        found = caveats.look(self.body.python, above, self.options.repeats, silence)
        self.run.warn(*(Warned(one.code, one.text, one.where) for one in found))
        self._says_it_draws = caveats.draws(self.body.python, above)

    def _above(self) -> list[str]:
        """The cells above that count, as plain Python."""
        return [self.session.python(one.source) for one in self.prepared.ran.above] if self.prepared is not None else []

    def _note_outside(self) -> None:
        """Keeps what came from outside, and says what is to be said of it."""
        if self._outside is not None and self.record is not None:
            self.run.note(outside=self._outside.records())
            silence = self.options.silence
            found = self._outside.warnings(
                self.body.python, self._above(), self.run.record, silence, self.record.number
            )
            self.run.warn(*found)

    @contextmanager
    def tracked(self) -> Iterator[None]:
        """While the body runs: output is logged, values find their run; at the end everything is written.

        The user's own exception passes through, also one of an earlier repeat that later repeats outlived.
        """
        error: BaseException | None = None
        opened = ExitStack()
        try:
            with running(self.run):
                if self.run.folder is not None:
                    with self.run.attempt("keep the log"):
                        journal = opened.enter_context(Journal(self.run.folder / "log.txt"))
                        self._tee = opened.enter_context(Tee(journal, self._keep_picture))
                yield
                if self.error is not None:
                    raise self.error
        except BaseException as raised:
            error = raised
            raise
        finally:
            with self.run.attempt("close the log"):
                opened.close()
            if self._tee is not None and self._tee.problem is not None:
                self.run.trouble(f"the log is not complete: {self._tee.problem}")
            with self.session.opened.paused(), self.run.attempt("end the run"):
                self._finish(error)
            self.run.end(FAILED if error is not None else FINISHED, None)

    def _keep_picture(self, kind: str, data: bytes) -> str:
        """Keeps a displayed picture below figures/; gives its name, or nothing beyond the two-hundredth."""
        if self.run.folder is None or self._pictures >= _MAX_PICTURES:
            self.run.trouble(f"only the first {_MAX_PICTURES} pictures are kept")
            return ""
        folder = self.run.folder / "figures"
        folder.mkdir(exist_ok=True)
        while True:
            self._pictures += 1
            name = f"{self._pictures:03d}.{kind}"
            # A forked child counts for itself.
            with suppress(FileExistsError), open(folder / name, "xb") as file:
                file.write(data)
                return f"figures/{name}"

    def repeats(self) -> Iterator[int]:
        """The repeats to run, the user's names put back before each but the first."""
        before: dict[str, bytes] = {}
        working: dict[object, str] | None = None
        with self.run.attempt("look at the names the cell reads"):
            self._bindings = Bindings(self.shell.user_ns)
            if len(self.run.start.repeats) > 1:
                before = fingerprints(self.shell.user_ns, sorted(read(self.body.python)))
        with self.run.attempt("look at what is at work"):
            working = _at_work()
        for position, repeat in enumerate(self.run.start.repeats):
            if position and self._bindings is not None:
                with self.run.attempt("put the names back"):
                    self._bindings.put_back()
            yield repeat
            if position == 0 and before:
                with self.run.attempt("look for objects changed in place"):
                    self._look_for_changes(before)
        if working is not None and self.run.folder is not None:
            with self.run.attempt("look at what is left at work"):
                self._look_for_work(working)

    def _look_for_changes(self, before: Mapping[str, bytes]) -> None:
        """Warns of objects that a repeat changed in place."""
        # A name bound to another object was not changed in place.
        same = [name for name in before if self._bindings is not None and self._bindings.is_same(name)]
        after = fingerprints(self.shell.user_ns, same)
        altered = tuple(name for name in after if after[name] != before[name])
        self._warn(caveats.changed_in_place(altered) if altered else None)

    def _look_for_work(self, before: Mapping[object, str]) -> None:
        """Warns of threads and tasks that the cell leaves behind."""
        left = [name for one, name in _at_work().items() if one not in before and not name.startswith("jupyter_xpt")]
        if left:
            self.run.warn(Warned("threads", f"still running after the cell: {', '.join(left)[:200]}"))

    def _warn(self, caveat: caveats.Caveat | None) -> None:
        """Adds a caveat, unless the user silenced it."""
        if caveat is not None and caveat.code not in self.options.silence:
            self.run.warn(Warned(caveat.code, caveat.text, caveat.where))

    @contextmanager
    def repeating(self, repeat: int) -> Iterator[Execution]:
        """One repeat, its metrics read at its end.

        An exception ends the run when no repeat has finished yet or the user interrupted it; else it is kept, and
        the other repeats go on.
        """
        last = repeat == self.run.start.repeats[-1]
        execution = Execution(self.shell, self.body, display_value if last else self._log_value)
        if len(self.run.start.repeats) > 1:
            with self.run.attempt("note the repeat in the log"):
                seed = seed_text(self.run.start.entropy, repeat)
                self._note(f"repeat {repeat} of {self.run.start.repeats[-1]}, seed {seed}")
        try:
            with self.run.repeating(repeat):
                yield execution
                with self.run.attempt("read the metrics"):
                    self._read_metrics(execution)
                with self.run.attempt("show the figures"):
                    self._flush_figures()
                self._look_at_models(last=last)
        except BaseException as error:
            if self._tee is not None:
                with self.run.attempt("log the error"):
                    self._tee.traceback(traceback_text(self.shell, error))
            if is_interrupt(error) or not isinstance(error, Exception) or FINISHED not in self.run.outcomes.values():
                raise
            self.error = self.error or error
        finally:
            if self._tee is not None:
                with self.run.attempt("end the log's lines"):
                    self._tee.flush()
            self.on_change()

    def _look_at_models(self, *, last: bool) -> None:
        """Keeps what the cell's models say of themselves: those of the last good repeat, but for quick ones."""
        # A later repeat may fail: what was seen a moment ago stands in for the last good one.
        if self.run.folder is None or not (last or time.monotonic() > self._models_at):
            return
        self._models_at = time.monotonic() + _MODELS_SECONDS
        found = []
        with self.run.attempt("look at the models"):
            names = [*sorted(bound(self.body.python)), *sorted(read(self.body.python))]
            for telling in estimators(self.shell.user_ns, dict.fromkeys(names)):
                with self.run.attempt(f"note the model {telling.name!r}"):
                    found.append(telling())
        self.run.note(estimators=tuple(found))

    def _note(self, text: str) -> None:
        """A line of ours in the log."""
        if self._tee is not None:
            self._tee.note(text)

    def _log_value(self, value: object) -> None:
        """The last value of a repeat that is not the last: for the log only."""
        if self._tee is not None and value is not None:
            with self.run.attempt("log a value"):
                self._tee.value(plain_text(self.shell, value))

    def _flush_figures(self) -> None:
        """Lets figures of this repeat be shown now, or they would leak into the next one."""
        self.shell.events.trigger("post_execute")

    def _read_metrics(self, execution: Execution) -> None:
        """Metrics that the cell did not log itself: the named variables, and its last value."""
        for name in self.options.metrics:
            if self.run.has_logged(name):
                continue
            # A variable of the same name that an earlier cell made is no result of this one.
            stale = self._bindings is not None and self._bindings.is_same(name) and name not in bound(self.body.python)
            if stale or name not in self.shell.user_ns:
                self.run.warn(Warned("metrics", f"the cell made no variable {name!r}; metrics= has nothing to read"))
                continue
            try:
                self.run.log({name: self.shell.user_ns[name]})
            except MetricError as problem:
                self.run.warn(Warned("metrics", str(problem)))
        if not self.run.has_logged():
            values = of_last_value(execution.value)
            if values:
                self.run.log(values)

    def _finish(self, error: BaseException | None) -> None:
        """Writes what there is to write at the end, each step alone."""
        run = self.run
        self._look_back()
        status = ended_as(run.outcomes, error)
        if self.prepared is not None and self.record is not None and run.folder is not None:
            self._note_sources(self.prepared, self.record, run.folder)
        run.note_drawing(says_so=self._says_it_draws)
        run.close(status, None if error is None else error_text(error))
        if self.prepared is None or self.record is None or run.folder is None:
            return
        if status == FINISHED:
            self._freeze(self.prepared, self.record)
        folder = self.prepared.store.folder
        found = None
        with run.attempt("write experiments.csv"):
            found = write_table(folder)
        with run.attempt("compare with the parent"):
            lineage = (found or overview(folder)).of(self.series)
            self.row = lineage.row(self.record.number) if lineage is not None else None
        if self.session.settings.hidden_commit:
            # Made beside the cell; where it cannot be made the block is to say so.
            run.looked.wait(_LOOKED_SECONDS)
        with run.attempt("compare the environment"):
            # A quick run may end before it was described, in a kernel's first one.
            if self.prepared.facts and run.described.wait(_DESCRIBED_SECONDS):
                self._environment = changed_since(self.prepared, self.record, run.folder)
        run.note_late_troubles()

    def _look_back(self) -> None:
        """Warns of what the values themselves say against the run."""
        run = self.run
        with run.attempt("look for identical values"):
            for metric in run.metrics():
                self._warn(caveats.identical_values(metric, run.finished_values(metric)))
            primary = self.options.primary
            if primary is not None and run.values and primary not in run.values:
                others = ", ".join(run.values)
                self.run.warn(
                    Warned("metrics", f"the cell logged no {primary!r}, which decides the verdict; it logged {others}")
                )

    def _note_sources(self, prepared: Prepared, record: ExperimentRecord, folder: Path) -> None:
        """Notes the files and data that the run used, and warns of secrets that it left."""
        run = self.run
        with run.attempt("note the files it read"):
            seen = experiment.note_seen(prepared, self.session, record, folder / "source")
            run.warn(*left_out(snapshot.masked_in(seen)))
        with run.attempt("look at what came from outside"):
            self._note_outside()
        with run.attempt("note the datasets"):
            RunInputs(run, prepared, record, self.session.reads).settle()
        with run.attempt("look for secrets in the log"):
            run.warn(*flags.of_source(prepared, run.start.sources), *flags.of_log(folder / "log.txt"))

    def _freeze(self, prepared: Prepared, record: ExperimentRecord) -> None:
        """Freezes the experiment by its finished run."""
        run = self.run
        with run.attempt("make the numbered notebook"):
            experiment.freeze(prepared, record, run.record.run)
        if self.session.settings.commit_notebook and prepared.origin.notebook and record.frozen is None:
            with run.attempt("commit the numbered notebook"):
                self._commit_notebook(prepared, record)

    def _commit_notebook(self, prepared: Prepared, record: ExperimentRecord) -> None:
        """Commits the numbered notebook of an experiment that has just been frozen, or says why not."""
        made = sourcecontrol.commit_notebook(prepared.store, record, self.run.record.run)
        if made.commit is not None:
            self._committed = f"committed {record.name.notebook} as {made.commit[:10]} on {made.branch}"
        if made.problem is not None:
            self.run.warn(Warned("git", f"{record.name.notebook} was not committed: {made.problem}"))
            self.run.note_late_warnings()

    def told(self) -> list[Told]:
        """What the block says besides the numbers, in the order it is read."""
        run, record = self.run, self.record
        if record is None or self.prepared is None:
            lost = [Told("warning", f"not recorded: {text}") for text in run.troubles]
            return [Told("title", self.series or "experiment"), *lost]
        note = record.note or summary_of_changes(record.changes or ())
        lines = [Told("title", f"{record.name} · {note}" if note else str(record.name))]
        if run.folder is not None:
            lines.append(Told("folder", _relative(run.folder, self.prepared.store.folder)))
        return lines

    def verdict(self) -> list[Told]:
        """The verdict in a sentence and what changed, once the run has ended."""
        lines = []
        row = self.row
        if row is not None and row.sentence:
            lines.append(Told(row.verdict.verdict if row.verdict is not None else "verdict", row.sentence))
        if self.record is not None and self.record.note and self.record.changes:
            changes = summary_of_changes(self.record.changes)
            lines.append(Told("said", f"changed since {short(self.record.parent or 0)}: {changes}"))
        if self._environment is not None:
            lines.append(Told("said", self._environment))
        return lines

    def remarks(self) -> list[Told]:
        """What happened to the numbers and notebooks, and everything that deserves a warning."""
        lines = [Told("said", text) for text in self._identity()]
        run = self.run
        for one in run.record.warnings:
            lines.append(Told("warning", f"{one.code} {one.text}" if one.code.startswith("XPT") else one.text))
        for one in run.record.hidden_state:
            # Cells that did not run count for nothing: worth a record, not a warning.
            if one.code != "not-run":
                lines.append(Told("warning", f"hidden state: {one.text}"))
        if self.record is not None:
            lines += [Told("warning", text) for text in run.troubles]
        return lines

    def _identity(self) -> Sequence[str]:
        """What the run's number means, where that is not plain."""
        if self.prepared is None or self.record is None:
            return ()
        said = [*self.prepared.origin.said, *([self._committed] if self._committed else ())]
        if self.prepared.decision.same and self.run.record.index > 1:
            said.append(f"same source as {self.record.name.short}: added as its run {self.run.record.index}")
        own, now = self.prepared.origin.own, self.record.name
        if own is not None and self.prepared.moves:
            said.append(f"{own.short} is frozen: this notebook is {now.short} now")
        elif own is not None and self.prepared.leaves:
            here = f"this ran as {now.short}, in {now.notebook}; open that to go on"
            back = f", and put {own.short} back as it ran with: jupyter xpt restore {own.short}"
            said.append(f"{own.notebook} is frozen: {here}{back}" if self.prepared.is_frozen else here)
        return said

    def ping(self, *, ended: bool) -> dict[str, Any] | None:
        """What a front end of ours is told with the block; None where nothing is recorded."""
        if self.record is None or self.prepared is None or self.run.folder is None:
            return None
        own, name = self.prepared.origin.own, self.record.name
        return {
            "series": name.series,
            "number": name.number,
            "parent": self.record.parent,
            "run": self.run.record.run,
            "status": "ended" if ended else "running",
            "notebook": name.notebook,
            "frozen": own.number if own is not None and self.prepared.moves else None,
            "open": None,
        }


def _relative(folder: Path, base: Path) -> str:
    """A run's folder as the block names it."""
    return folder.relative_to(base).as_posix()


def _at_work() -> dict[object, str]:
    """The threads and tasks that are running, with their names."""
    found: dict[object, str] = {thread: thread.name for thread in threading.enumerate()}
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None:
        # Without a running loop there are no tasks.
        with suppress(RuntimeError):
            found.update({task: f"task {task.get_name()}" for task in asyncio.all_tasks()})
    return found
