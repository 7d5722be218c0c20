"""A notebook that our front end has open: what it sends is waited for, and what it is told it does.

The tests play the front end: they send what it sends, and rename and put back as it does.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jupyter_xpt.actions.fork import restore
from jupyter_xpt.ground.names import ExperimentName
from tests.kernels import Kernel, Shown, kernel
from tests.projects import Notebook, experiment, numbers, opened, run_folder, runs

MODEL = "%%experiment\n{'accuracy': scale * 0.1}"
CELLS = {"load": "scale = 2", "model": MODEL, "plot": "'a plot'"}


@dataclass
class Document:
    """A notebook as our front end has it open; ``name`` stays whatever the file is called."""

    book: Notebook
    name: str = "d1"
    becomes: bool = True
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.book.path.parent

    def sent(self, path: str | None = None) -> dict[str, Any]:
        """What goes with a cell."""
        ours = {"notebook": path or self.book.path.name, "saving": None, "becomes": self.becomes, "document": self.name}
        return {"jupyter_xpt": {**ours, **self.more}}

    def run(self, cell: str, text: str | None = None, path: str | None = None) -> Shown:
        """Saves and runs a cell, edited before if a text is given."""
        if text is not None:
            self.book.cells[cell] = text
            self.book.save()
        return self.book.kernel.run(self.book.cells[cell], cell, **self.sent(path))

    def run_all(self) -> list[Shown]:
        return [self.run(cell) for cell in self.book.cells]

    def rename(self, shown: Shown, *, put_back: bool = True) -> None:
        """Does what the front end does when it is told that the document became another."""
        told = pings(shown)[0]
        new = self.book.path.with_name(told["notebook"])
        assert not new.exists()
        os.rename(self.book.path, new)
        self.book.path = new
        if put_back:
            restore(self.folder, ExperimentName(told["series"], told["frozen"]))


def pings(shown: Shown) -> list[dict[str, Any]]:
    """What the front end was told by an execution."""
    told = [content.get("transient", {}).get("jupyter_xpt") for _, content in shown.messages]
    return [one for one in told if one is not None]


def edited(value: str) -> str:
    """The experiment cell with another factor."""
    return MODEL.replace("0.1", value)


def numbered(folder: Path, running: Kernel, cells: dict[str, str] | None = None) -> Document:
    """Experiment 001 of a draft that ran, its numbered notebook open and run from the top."""
    draft = Notebook(folder / "animals.ipynb", running, dict(cells or CELLS))
    draft.save()
    Document(draft, "draft").run_all()
    one = Document(opened(folder / "animals_001.ipynb", running))
    one.run_all()
    return one


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Kernel]:
    with kernel(tmp_path) as one:
        yield one


@pytest.fixture
def document(tmp_path: Path, running: Kernel) -> Document:
    return numbered(tmp_path, running)


def stamp(path: Path) -> str:
    """When a file was last written, as the server tells it."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat().replace("+00:00", "Z")


def test_a_run_waits_until_the_front_end_has_saved_and_its_snapshot_holds_it(tmp_path: Path, running: Kernel) -> None:
    book = Notebook(tmp_path / "animals.ipynb", running, {**CELLS, "markdown": "old"})
    book.save()
    document = Document(book, more={"saving": stamp(book.path)})
    running.run("scale = 2", "load")
    book.cells |= {"markdown": "unsaved words", "model": edited("0.3")}

    def save() -> None:
        time.sleep(0.3)
        # As Jupyter does it: empty first.
        book.path.write_text("")
        time.sleep(0.1)
        book.save()

    saving = threading.Thread(target=save)
    saving.start()
    shown = document.run("model")
    saving.join()
    assert shown.block.startswith("animals_001")
    kept = run_folder(tmp_path, 1) / "source" / "animals_001.ipynb"
    assert "unsaved words" in kept.read_text()


@pytest.mark.parametrize("sent", ["the stamp", "2001-01-01T00:00:00Z", "no time at all", 7])
def test_a_save_that_never_comes_costs_the_run_nothing_but_a_moment(
    tmp_path: Path, running: Kernel, sent: object
) -> None:
    book = Notebook(tmp_path / "animals.ipynb", running, dict(CELLS))
    book.save()
    running.run("scale = 2", "load")
    document = Document(book, more={"saving": stamp(book.path) if sent == "the stamp" else sent})
    shown = document.run("model")
    assert (shown.status, shown.block.splitlines()[0]) == ("ok", "animals_001")
    assert runs(tmp_path, 1)[0].incomplete == ()


def test_an_interrupt_while_it_waits_reaches_the_cell(tmp_path: Path, running: Kernel) -> None:
    book = Notebook(tmp_path / "animals.ipynb", running, {**CELLS, "model": "%%experiment\nran = True"})
    book.save()
    running.run("import jupyter_xpt.doors.acts", "load")
    document = Document(book, more={"saving": stamp(book.path)})
    stopping = threading.Timer(0.5, os.kill, [running.manager.provisioner.pid, signal.SIGINT])
    stopping.start()
    shown = document.run("model")
    stopping.join()
    assert "KeyboardInterrupt" in shown.traceback
    assert [run.status for run in runs(tmp_path, 1)] == ["interrupted"]
    assert running.run("'ran' in globals()").result == "False"


def test_the_block_tells_the_front_end_what_runs_and_nobody_else(tmp_path: Path, running: Kernel) -> None:
    book = Notebook(tmp_path / "animals.ipynb", running, {**CELLS, "model": MODEL + "\nprint('out')"})
    book.save()
    running.run("scale = 2", "load")
    told = pings(Document(book).run("model"))
    run = runs(tmp_path, 1)[0].run
    known = {"series": "animals", "number": 1, "parent": None, "run": run, "notebook": "animals_001.ipynb"}
    assert told[0] == {**known, "status": "running", "frozen": None, "open": None}
    assert told[-1] == {**told[0], "status": "ended"}
    log = (tmp_path / "out" / "animals_001" / run / "log.txt").read_text()
    assert [line.partition(" | ")[2] for line in log.splitlines()] == ["out"]
    assert not (tmp_path / "out" / "animals_001" / run / "figures").exists()


def test_a_fork_tells_the_front_end_which_notebook_to_open_and_no_log(document: Document, tmp_path: Path) -> None:
    shown = document.run("plot", '%xpt_new --parent 1 --note "more"')
    assert pings(shown) == [{"series": "animals", "number": 2, "open": "animals_002.ipynb"}]
    document.run("model", "%%experiment\n%xpt_new --parent 1\n{'accuracy': 1}")
    log = (run_folder(tmp_path, 3) / "log.txt").read_text()
    assert [line.split(" ", 2)[2] for line in log.splitlines()] == ["> {'accuracy': 1}"]


def test_an_edit_in_a_frozen_notebook_is_the_next_number_and_the_front_end_is_told(
    document: Document, tmp_path: Path
) -> None:
    frozen = document.book.path.read_bytes()
    shown = document.run("model", edited("0.3"))
    assert shown.block.splitlines()[0].startswith("animals_002")
    assert "001 is frozen: this notebook is 002 now" in shown.block
    assert "open that" not in shown.block
    assert {(one["number"], one["frozen"]) for one in pings(shown)} == {(2, 1)}
    # The file is the document's own to become.
    assert not (tmp_path / "animals_002.ipynb").exists()
    document.rename(shown)
    assert (tmp_path / "animals_001.ipynb").read_bytes() == frozen
    record = experiment(tmp_path, 2)
    assert (record.parent, record.notebook, record.cell) == (1, "animals_002.ipynb", "model")
    assert runs(tmp_path, 2)[0].notebook == "animals_002.ipynb"


def test_the_document_goes_on_as_the_number_that_it_became(document: Document, tmp_path: Path) -> None:
    document.rename(document.run("model", edited("0.3")))
    shown = document.run("model")
    assert "same source as 002: added as its run 2" in shown.block
    assert "frozen" not in shown.block
    assert {one["frozen"] for one in pings(shown)} == {None}
    shown = document.run("model", edited("0.4"))
    assert "002 is frozen: this notebook is 003 now" in shown.block
    document.rename(shown)
    assert (experiment(tmp_path, 3).parent, numbers(tmp_path)) == (2, [1, 2, 3])
    # Back to what has a notebook already: a second one cannot be called so.
    shown = document.run("model", edited("0.3"))
    assert "animals_003.ipynb is frozen: this ran as 002, in animals_002.ipynb; open that to go on" in shown.block
    assert [len(runs(tmp_path, number)) for number in (1, 2, 3)] == [2, 3, 1]


def test_after_a_restart_it_still_is_that_number(document: Document, tmp_path: Path) -> None:
    document.rename(document.run("model", edited("0.3")))
    with kernel(tmp_path) as fresh:
        document.book.kernel = fresh
        shown = document.run_all()[1]
        assert "same source as 002: added as its run 2" in shown.block
        document.rename(document.run("model", edited("0.4")))
    assert experiment(tmp_path, 3).parent == 2
    assert sorted(path.name for path in tmp_path.glob("*_0*.ipynb")) == [f"animals_00{n}.ipynb" for n in (1, 2, 3)]


def test_cells_sent_before_the_rename_are_the_renamed_documents(tmp_path: Path, running: Kernel) -> None:
    pair = {**CELLS, "second": "%%experiment\n{'accuracy': scale * 0.5}"}
    document = numbered(tmp_path, running, pair)
    assert numbers(tmp_path) == [1, 2]
    old = document.book.path.name
    shown = document.run("model", edited("0.3"))
    document.rename(shown)
    # Run All had sent both under the old name.
    second = document.run("second", path=old)
    assert second.block.splitlines()[0].startswith("animals_004")
    assert "frozen" not in second.block
    assert (runs(tmp_path, 4)[0].notebook, experiment(tmp_path, 4).parent) == ("animals_003.ipynb", 2)
    assert "same source as 003" in document.run("model").block
    assert "same source as 004" in document.run("second").block


def test_a_cell_sent_before_a_rename_that_is_still_under_way_waits_for_it(tmp_path: Path, running: Kernel) -> None:
    document = numbered(tmp_path, running, {**CELLS, "second": "%%experiment\n{'accuracy': scale * 0.5}"})
    old = document.book.path.name
    shown = document.run("model", edited("0.3"))
    renaming = threading.Timer(0.4, document.rename, [shown])
    renaming.start()
    document.run("second", path=old)
    renaming.join()
    assert runs(tmp_path, 4)[0].notebook == "animals_003.ipynb"


def test_a_document_that_was_not_renamed_becomes_the_same_number_with_its_next_run(
    document: Document, tmp_path: Path
) -> None:
    document.run("model", edited("0.3"))
    # The page is gone before it heard of it; the notebook is opened anew, with a new kernel.
    with kernel(tmp_path) as fresh:
        again = Document(opened(document.book.path, fresh), "d2")
        shown = again.run_all()[1]
        assert "same source as 002: added as its run 2" in shown.block
        again.rename(shown)
        assert "same source as 002: added as its run 3" in again.run("model").block
    assert numbers(tmp_path) == [1, 2]


def test_a_failed_run_in_a_document_that_was_not_renamed_takes_no_second_number(
    document: Document, tmp_path: Path
) -> None:
    document.run("model", "%%experiment\n1 / 0")
    shown = document.run("model", edited("0.3"))
    assert {one["number"] for one in pings(shown)} == {2}
    document.rename(shown)
    assert (numbers(tmp_path), [run.status for run in runs(tmp_path, 2)]) == ([1, 2], ["failed", "finished"])


def test_what_a_front_end_did_not_put_back_the_next_run_does(document: Document, tmp_path: Path) -> None:
    frozen = document.book.path.read_bytes()
    document.rename(document.run("model", edited("0.3")), put_back=False)
    assert not (tmp_path / "animals_001.ipynb").exists()
    document.run("model")
    assert (tmp_path / "animals_001.ipynb").read_bytes() == frozen


def test_a_document_that_cannot_become_it_is_told_which_file_to_open(document: Document, tmp_path: Path) -> None:
    document.becomes = False
    shown = document.run("model", edited("0.3"))
    assert "animals_001.ipynb is frozen: this ran as 002, in animals_002.ipynb; open that to go on" in shown.block
    assert {one["frozen"] for one in pings(shown)} == {None}
    assert (tmp_path / "animals_002.ipynb").exists()
    # Nor can one whose next name is taken, each time that it runs.
    document.becomes = True
    shown = document.run("model")
    assert "animals_001.ipynb is frozen: this ran as 002, in animals_002.ipynb; open that to go on" in shown.block
    assert {one["frozen"] for one in pings(shown)} == {None}
    assert "this notebook is 003 now" in document.run("model", edited("0.4")).block


def test_a_draft_never_becomes_anything(tmp_path: Path, running: Kernel) -> None:
    draft = Notebook(tmp_path / "animals.ipynb", running, dict(CELLS))
    draft.save()
    document = Document(draft)
    document.run_all()
    shown = document.run("model", edited("0.3"))
    assert {one["frozen"] for one in pings(shown)} == {None}
    assert sorted(path.name for path in tmp_path.glob("*.ipynb")) == [
        "animals.ipynb",
        "animals_001.ipynb",
        "animals_002.ipynb",
    ]


def test_a_fork_run_as_it_is_stays_what_it_is(document: Document, tmp_path: Path) -> None:
    document.run("plot", "%xpt_new --parent 1")
    fork = Document(opened(tmp_path / "animals_002.ipynb", document.book.kernel), "d2")
    shown = fork.run("model")
    assert "same source as 001: added as its run 3" in shown.block
    assert "open that" not in shown.block
    assert "now" not in shown.block
    assert {one["frozen"] for one in pings(shown)} == {None}


def test_what_the_notebook_option_names_is_nobodys_document(document: Document, tmp_path: Path) -> None:
    line = "%%experiment notebook=animals_001.ipynb\n"
    shown = document.run("model", edited("0.3").replace("%%experiment\n", line))
    assert "animals_001.ipynb is frozen: this ran as 002, in animals_002.ipynb" in shown.block
    assert json.loads((tmp_path / "animals_002.ipynb").read_text())["metadata"]["jupyter_xpt"]["number"] == 2
