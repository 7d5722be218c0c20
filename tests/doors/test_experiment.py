"""Numbered notebooks, forks, options and notebooks that cannot be read, in real kernels."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kernels import kernel
from tests.projects import (
    Notebook,
    experiment,
    notebook,
    numbers,
    opened,
    run_folder,
    runs,
    values,
)

SETUP = "%load_ext jupyter_xpt\nimport json"
DATA = "factor = 2"
MODEL = "%%experiment\nscore = factor * 10\nxpt.log(accuracy=score)"
CELLS = {"setup": SETUP, "data": DATA, "model": MODEL, "plot": "print(score)"}


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Notebook]:
    """A saved notebook with a kernel of its own; nothing ran yet."""
    with notebook(tmp_path, CELLS) as one:
        yield one


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    """A notebook whose experiment 001 is frozen; tests put back what they change."""
    with notebook(tmp_path_factory.mktemp("walked"), CELLS) as one:
        one.run_all()
        yield one


def sources(path: Path) -> list[str]:
    """The sources of a notebook file's cells."""
    return ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def findings(folder: Path, number: int = 1, index: int = 1) -> list[str]:
    """The codes of a run's hidden-state findings."""
    return [one.code for one in runs(folder, number)[index - 1].hidden_state]


def test_reading_results_above_does_not_change_what_an_experiment_is(book: Notebook, tmp_path: Path) -> None:
    book.run_all()
    for text in ("%xpt_tree\nfactor = 2", "%xpt\nfactor = 2"):
        book.run("data", text)
        assert "same source as 001" in book.run("model").block
    looks = "\nknown = len(xpt.experiments())\nold = xpt.get(1).values()"
    assert book.run("data", DATA + looks).status == "ok"
    book.run("model")
    book.run("data")
    assert "same source as 002" in book.run("model").block
    assert numbers(tmp_path) == [1, 2]


def test_a_typo_burns_no_number(book: Notebook, tmp_path: Path) -> None:
    before = book.tree()
    shown = book.run("model", "%%experiment\nfor in y", save=False)
    assert (shown.status, shown.block) == ("error", "")
    assert "SyntaxError" in shown.traceback
    assert book.tree() == before


def test_an_unsaved_edit_counts_as_it_ran(book: Notebook, tmp_path: Path) -> None:
    book.run_all()
    shown = book.run("model", MODEL.replace("10", "7"), save=False)
    assert shown.block.startswith("animals_002")
    assert sources(tmp_path / "animals_002.ipynb")[2] == MODEL.replace("10", "7")
    assert sources(book.path)[2] == MODEL


def test_a_deleted_cell_that_the_run_depends_on_is_told(book: Notebook, tmp_path: Path) -> None:
    book.run_all()
    book.delete("data")
    shown = book.run("model")
    assert "hidden state: depends on a cell that ran ('factor = 2') and is no longer in the notebook" in shown.block
    assert findings(tmp_path, 1, 2) == ["deleted"]
    assert shown.block.startswith("animals_001")


def test_a_module_first_imported_by_the_cell_itself_counts(book: Notebook, tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text("SCALE = 1\n", encoding="utf-8")
    text = "%%experiment\nimport importlib, late\nimportlib.reload(late)\nxpt.log(accuracy=late.SCALE)"
    book.cells["model"] = text
    book.run_all()
    assert book.run("model").block.startswith("animals_001")
    (tmp_path / "late.py").write_text("SCALE = 12  # more\n", encoding="utf-8")
    book.run("model")
    assert book.run("model").block.startswith("animals_002")


def test_what_the_cell_writes_itself_is_no_configuration(book: Notebook, tmp_path: Path) -> None:
    book.cells["model"] = (
        "%%experiment\nimport random\njson.dump(random.random(), open('result.json', 'w'))\n"
        "xpt.log(accuracy=json.load(open('result.json')))"
    )
    book.run_all()
    assert book.run("model").block.startswith("animals_001")
    with notebook(tmp_path, book.cells) as again:
        assert "same source as 001: added as its run 3" in again.run_all()[2].block
    assert numbers(tmp_path) == [1]


def test_a_name_starts_a_series_of_its_own(book: Notebook, tmp_path: Path) -> None:
    book.run_all()
    shown = book.run("model", MODEL.replace("%%experiment", "%%experiment name=owls"))
    assert shown.block.startswith("owls_001")
    assert numbers(tmp_path) == [1]
    assert experiment(tmp_path, 1, "owls").parent is None
    assert (tmp_path / "owls_001.ipynb").exists()


def test_an_edited_numbered_notebook_becomes_the_next_one(book: Notebook, tmp_path: Path) -> None:
    book.run_all()
    numbered = tmp_path / "animals_001.ipynb"
    frozen = numbered.read_bytes()
    with kernel(tmp_path, XPT_NOTEBOOK=str(numbered)) as running:
        again = opened(numbered, running)
        for cell in ("setup", "data", "model"):
            shown = again.run(cell, save=False)
        assert shown.block.startswith("animals_001")
        # Autosave: the frozen file is changed before its edited cell runs.
        shown = again.run("model", MODEL.replace("10", "30"))
        edited = numbered.read_bytes()
    assert shown.block.startswith("animals_002")
    (line,) = [line for line in shown.block.splitlines() if "frozen" in line]
    assert "animals_001.ipynb is frozen: this ran as 002, in animals_002.ipynb; open that" in line
    assert line.endswith("put 001 back as it ran with: jupyter xpt restore --notebook 001")
    assert experiment(tmp_path, 2).parent == 1
    assert numbered.read_bytes() == edited != frozen
    assert MODEL.replace("10", "30") in sources(tmp_path / "animals_002.ipynb")


def test_a_frozen_notebook_edited_but_not_saved_stays_byte_for_byte(book: Notebook, tmp_path: Path) -> None:
    book.run_all()
    numbered = tmp_path / "animals_001.ipynb"
    frozen = numbered.read_bytes()
    with kernel(tmp_path, XPT_NOTEBOOK=str(numbered)) as running:
        again = opened(numbered, running)
        for cell in ("setup", "data"):
            again.run(cell, save=False)
        shown = again.run("model", MODEL.replace("10", "30"), save=False)
    assert shown.block.startswith("animals_002")
    assert "animals_001.ipynb is frozen" in shown.block
    assert numbered.read_bytes() == frozen


def test_a_fork_starts_from_its_parent_as_it_ran(book: Notebook, tmp_path: Path) -> None:
    book.run_all()
    book.run("model", MODEL.replace("10", "40"))
    # The numbered notebook was edited since: what ran is what counts.
    numbered = tmp_path / "animals_001.ipynb"
    numbered.write_text(numbered.read_text(encoding="utf-8").replace("factor = 2", "factor = 99"), encoding="utf-8")
    shown = book.kernel.run('%xpt_new --parent 1 --note "a fork"', "forking")
    assert shown.status == "ok"
    told = next(c["data"]["text/plain"] for kind, c in shown.messages if kind == "display_data")
    assert told == "animals_003, from 001: open animals_003.ipynb"
    texts = sources(tmp_path / "animals_003.ipynb")
    assert "factor = 2" in texts
    assert "%%experiment\n# experiment 003, from 001: a fork\nscore = factor * 10" in "\n".join(texts)
    record = experiment(tmp_path, 3)
    assert (record.parent, record.note, record.source) == (1, "a fork", None)


def test_run_all_in_a_fork_does_not_fork_again(book: Notebook, tmp_path: Path) -> None:
    book.cells = {"setup": SETUP, "fork": '%xpt_new --note "deeper"', "data": DATA, "model": MODEL}
    for cell in ("setup", "data", "model"):
        book.run(cell)
    book.run("fork")
    assert numbers(tmp_path) == [1, 2]
    forked = tmp_path / "animals_002.ipynb"
    assert "# experiment 002, from 001: deeper" in sources(forked)
    with kernel(tmp_path, XPT_NOTEBOOK=str(forked)) as running:
        copy = opened(forked, running)
        copy.cells["model"] = copy.cells["model"].replace("10", "50")
        shown = copy.run_all()[-1]
        assert shown.block.startswith("animals_002 · deeper")
        assert numbers(tmp_path) == [1, 2]
        assert experiment(tmp_path, 2).parent == 1
        again = copy.run_all()[-1]
    assert again.block.startswith("animals_002 · deeper")
    assert numbers(tmp_path) == [1, 2]
    assert sorted(path.name for path in tmp_path.glob("*.ipynb")) == [
        "animals.ipynb",
        "animals_001.ipynb",
        "animals_002.ipynb",
    ]


def test_an_unchanged_fork_is_a_run_of_its_parent(book: Notebook, tmp_path: Path) -> None:
    book.run_all()
    book.kernel.run("%xpt_new --parent 1", "forking")
    forked = tmp_path / "animals_002.ipynb"
    with kernel(tmp_path, XPT_NOTEBOOK=str(forked)) as running:
        shown = opened(forked, running).run_all()[2]
    assert shown.block.startswith("animals_001")
    assert "same source as 001: added as its run 2" in shown.block


def test_a_fork_from_what_is_not_there_makes_nothing(book: Notebook, tmp_path: Path) -> None:
    book.run_all()
    before = book.tree()
    shown = book.kernel.run("%xpt_new --parent 7", "forking")
    assert shown.err.strip() == "UsageError: there is no experiment 007: animals has 001"
    assert book.tree() == before


def test_options_are_kept_with_the_run(book: Notebook, tmp_path: Path) -> None:
    book.run_all()
    line = '%%experiment repeats=2 --note "deeper $5 {x}" tags=quick,paper metric=loss --goal min metrics=score'
    book.run("model", line + "\nscore = factor * 60\nxpt.log(loss=0.5)")
    record, (run,) = experiment(tmp_path, 2), runs(tmp_path, 2)
    assert (record.note, record.tags) == ("deeper $5 {x}", ("quick", "paper"))
    assert (run.repeats, run.primary, run.goals, run.given) == (2, "loss", {"loss": "min", "score": "max"}, ("loss",))
    assert run.arguments == line.removeprefix("%%experiment ")
    assert values(run_folder(tmp_path, 2), "score") == [120, 120]


def test_a_parent_can_be_given(book: Notebook, tmp_path: Path) -> None:
    book.run_all()
    book.run("model", MODEL.replace("10", "11"))
    book.run("model", MODEL.replace("%%experiment", "%%experiment parent=1").replace("10", "12"))
    assert [experiment(tmp_path, n).parent for n in (1, 2, 3)] == [None, 1, 1]


def test_the_parents_note_is_not_taken_over(book: Notebook, tmp_path: Path) -> None:
    noted = MODEL.replace("%%experiment", '%%experiment note="the first try"')
    book.cells["model"] = noted
    assert book.run_all()[2].block.startswith("animals_001 · the first try")
    shown = book.run("model", noted.replace("10", "11"))
    assert experiment(tmp_path, 2).note == ""
    assert shown.block.splitlines()[0].startswith("animals_002 · ")
    assert "the first try" not in shown.block.splitlines()[0]


def test_a_note_changed_on_the_line_changes_that_of_the_same_source(book: Notebook, tmp_path: Path) -> None:
    book.cells["model"] = MODEL.replace("%%experiment", '%%experiment note="first"')
    book.run_all()
    book.run("model", MODEL.replace("%%experiment", '%%experiment note="second"'))
    assert experiment(tmp_path, 1).note == "second"
    book.kernel.run("%xpt_note 1 by hand", "noting")
    book.run("model")
    assert (numbers(tmp_path), experiment(tmp_path, 1).note) == ([1], "by hand")


def test_old_notebooks_without_ids_work(tmp_path: Path) -> None:
    with notebook(tmp_path, CELLS, with_ids=False) as book:
        assert book.run_all()[2].block.startswith("animals_001")
        assert (tmp_path / "animals_001.ipynb").exists()
        assert "id" not in json.loads((tmp_path / "animals_001.ipynb").read_text(encoding="utf-8"))["cells"][0]
        assert book.run("model", "%%experiment\n# same\n" + MODEL.partition("\n")[2]).block.startswith("animals_001")
        assert book.run("model", MODEL.replace("10", "11")).block.startswith("animals_002")
        book.run("data", "factor = 4")
        assert book.run("model").block.startswith("animals_003")
        assert [experiment(tmp_path, n).parent for n in numbers(tmp_path)] == [None, 1, 2]
        assert findings(tmp_path, 3) == []


def test_an_unknown_notebook_is_said_in_one_line_and_still_a_run(tmp_path: Path) -> None:
    with kernel(tmp_path) as running:
        running.run("factor = 3")
        shown = running.run(MODEL)
    assert shown.status == "ok"
    assert shown.block.startswith("untitled_001")
    assert len([line for line in shown.block.splitlines() if "which notebook this is cannot be told" in line]) == 1
    assert values(run_folder(tmp_path, series="untitled"), "accuracy") == [30]
    texts = [
        path.read_text(encoding="utf-8") for path in (run_folder(tmp_path, series="untitled") / "source").iterdir()
    ]
    assert any("factor = 3" in text for text in texts)


MALFORMED = {
    "empty": b"",
    "cut off": b'{"cells": [',
    "format 3": b'{"nbformat": 3, "worksheets": []}',
}


@pytest.fixture(scope="module")
def hurt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    """A notebook whose file tests damage."""
    with notebook(tmp_path_factory.mktemp("hurt"), CELLS) as one:
        yield one


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_notebook_is_said_in_one_line_and_still_a_run(hurt: Notebook, data: bytes) -> None:
    folder = hurt.path.parent
    hurt.settle()
    shutil.rmtree(folder / "out", ignore_errors=True)
    hurt.kernel.run("factor = 2", "data")
    hurt.path.write_bytes(data)
    shown = hurt.kernel.run(MODEL, "model")
    assert shown.status == "ok"
    assert shown.block.startswith("animals_0")
    assert len([line for line in shown.block.splitlines() if "is no valid notebook" in line or "is empty" in line]) == 1
    (number,) = numbers(folder)
    assert values(run_folder(folder, number), "accuracy") == [20]
    assert hurt.path.read_bytes() == data


REFUSED = {
    "an unknown option": ("repeat=3", "there is no option 'repeat' (did you mean repeats?)"),
    "no number": ("repeats=many", "repeats is a whole number from 1 to 100000, not 'many'"),
    "none at all": ("repeats=0", "repeats is a whole number"),
    "other digits": ("repeats=²", "repeats is a whole number"),
    "no value": ("--repeats", "repeats has no value"),
    "twice": ("repeats=2 --repeats 3", "repeats is given twice"),
    "an open quote": ('note="half', "a quote is not closed"),
    "a goal": ("goal=up", "goal is max or min, not 'up'"),
    "a metric": ("metrics=val/loss", "metrics names plain variables"),
    "a parent that is none": ("parent=nine", "is no experiment of animals"),
    "a parent that is not there": ("parent=9", "parent 009: animals has 001"),
    "a parent of another series": ("parent=cats_001", "is no experiment of animals"),
    "a seed": ("seed=best", "seed is a recorded seed"),
    "a series": ("name=../owls", "owls"),
    "a notebook that is not there": ("notebook=nowhere.ipynb", "nowhere.ipynb"),
    "words": ("five repeats", "'five' is no option"),
}


@pytest.mark.parametrize("options, said", REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_option_is_one_line_and_nothing_on_disk(walked: Notebook, options: str, said: str) -> None:
    before = walked.tree()
    shown = walked.kernel.run(f"%%experiment {options}\nprint('ran')", "model")
    assert shown.status == "error"
    (line,) = shown.err.strip().splitlines()
    assert line.startswith("UsageError: ")
    assert said in line
    assert (shown.out, shown.block) == ("", "")
    assert walked.tree() == before


def test_bad_numbers_and_words_of_the_other_magics_are_one_line(walked: Notebook) -> None:
    before = walked.tree()
    lines = (
        "%xpt_tree 3",
        "%xpt_note 99 x",
        "%xpt_tag 99 x",
        "%xpt_log 99",
        "%xpt_new --parent x",
        "%xpt_note",
        "%xpt 1",
        "%xpt_diff 1 99",
        "%xpt_diff 1 2 3",
        "%xpt_compare 1",
        "%xpt_baseline x",
        "%xpt_baseline 1 2",
    )
    for line in lines:
        shown = walked.kernel.run(line, "asking")
        assert re.fullmatch(r"UsageError: [^\n]+\n", shown.err), (line, shown.err)
    assert walked.tree() == before


def test_a_cell_of_comments_is_a_run_without_metrics(walked: Notebook) -> None:
    shown = walked.kernel.run("%%experiment name=empty\n# nothing yet", "nothing")
    assert shown.status == "ok"
    assert shown.block.startswith("empty_001")
    assert runs(walked.path.parent, 1, "empty")[0].primary is None


def test_a_restarted_kernel_goes_on_where_the_last_one_was(tmp_path: Path) -> None:
    with notebook(tmp_path, CELLS) as book:
        book.run_all()
        book.run("model", MODEL.replace("10", "11"))
        cells = dict(book.cells)
    with notebook(tmp_path, cells) as book:
        assert book.run_all()[2].block.startswith("animals_002")
        book.run("model", MODEL.replace("10", "12"))
        assert experiment(tmp_path, 3).parent == 2


def test_numbers_are_not_given_again_after_everything_was_deleted(book: Notebook, tmp_path: Path) -> None:
    book.run_all()
    book.settle()
    shutil.rmtree(tmp_path / "out" / "animals_001")
    (tmp_path / "animals_001.ipynb").unlink()
    assert book.run("model").block.startswith("animals_002")


def test_cells_that_ran_before_the_extension_was_loaded_count(book: Notebook, tmp_path: Path) -> None:
    book.kernel.run("%unload_ext jupyter_xpt", "away")
    book.run("data")
    book.run("setup")
    assert book.run("model").block.startswith("animals_001")
    assert findings(tmp_path) == []
    book.run("data", "factor = 6")
    assert book.run("model").block.startswith("animals_002")
