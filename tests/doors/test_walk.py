"""Notebooks worked on in real kernels: what becomes a new experiment, what does not, and what lies on disk after it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from jupyter_xpt.doors.command import main
from tests.kernels import Kernel, Shown, kernel

CELL = "%%experiment\n{'accuracy': scale * 0.25}"
numbers = count(1)


class Desk:
    """A notebook in a folder of its own, open in a kernel: its cells are edited, saved and run."""

    def __init__(self, running: Kernel, path: Path, cells: Mapping[str, str], *, ids: bool = True) -> None:
        self.kernel = running
        self.path = path
        self.folder = path.parent
        self.cells = dict(cells)
        self.tags: dict[str, list[str]] = {}
        self.ids = ids
        # Kernels are shared: no cell of an earlier test may be taken for one of ours.
        self.prefix = f"n{next(numbers)}"
        self.save()
        point(running, path)

    def id(self, name: str) -> str:
        """The id of a cell."""
        return f"{self.prefix}-{name}"

    def save(self) -> None:
        """Writes the notebook's file, with outputs as a front end leaves them."""
        cells = []
        for name, source in self.cells.items():
            output = {"output_type": "stream", "name": "stdout", "text": ["an old output\n"]}
            cell: dict[str, Any] = {
                "cell_type": "code",
                "execution_count": 7,
                "metadata": {"tags": self.tags.get(name, [])},
                "outputs": [output],
                "source": source.splitlines(keepends=True),
            }
            cells.append({**cell, "id": self.id(name)} if self.ids else cell)
        write(self.path, cells, minor=5 if self.ids else 4)

    def run(self, name: str) -> Shown:
        """Runs a cell as it is."""
        return self.kernel.run(self.cells[name], cell=self.id(name))

    def run_all(self) -> Shown:
        """Runs all cells; gives what the last experiment cell showed."""
        shown = [self.run(name) for name in list(self.cells)]
        return next(one for one in reversed(shown) if one.block)

    def change(self, name: str, source: str) -> None:
        """Edits a cell and saves; does not run it."""
        self.cells[name] = source
        self.save()

    def edit(self, name: str, source: str) -> Shown:
        """Edits a cell, saves and runs it."""
        self.change(name, source)
        return self.run(name)

    def experiment(self, number: int, series: str = "cats") -> dict[str, Any]:
        """What ``experiment.json`` says."""
        return read(self.folder / f"out/{series}_{number:03d}/experiment.json")

    def runs(self, number: int, series: str = "cats") -> list[dict[str, Any]]:
        """What each ``run.json`` says, oldest first."""
        found = (self.folder / f"out/{series}_{number:03d}").glob("*/run.json")
        return sorted(map(read, found), key=lambda run: run["index"])

    def source(self, number: int, run: int = -1) -> Path:
        """The snapshot of a run."""
        return self.folder / f"out/cats_{number:03d}" / self.runs(number)[run]["run"] / "source"

    def numbers(self, series: str = "cats") -> list[int]:
        """The numbers that have a record."""
        found = (self.folder / "out").glob(f"{series}_*/experiment.json")
        return sorted(int(path.parent.name.rpartition("_")[2]) for path in found)

    def notebooks(self) -> list[str]:
        """The names of the notebooks in the folder."""
        return sorted(path.name for path in self.folder.glob("*.ipynb"))


def write(path: Path, cells: list[dict[str, Any]], minor: int = 5) -> None:
    """Writes a notebook of these cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": minor}))


def read(path: Path) -> dict[str, Any]:
    """A JSON file."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def sources(path: Path) -> list[str]:
    """The texts of a notebook's cells."""
    return ["".join(cell["source"]) for cell in read(path)["cells"]]


def point(running: Kernel, path: Path | None, folder: Path | None = None) -> None:
    """Puts a kernel into a notebook's folder, told which notebook it is; without one it is not told."""
    told = f"os.environ['XPT_NOTEBOOK'] = {str(path or '')!r}"
    quietly(running, f"import os; os.chdir({str(folder or (path and path.parent))!r}); {told}")


def quietly(running: Kernel, code: str) -> None:
    """Runs code that is no cell of any notebook."""
    request = running.client.execute(code, store_history=False)
    assert running.collect(request).status == "ok"


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def found(run: dict[str, Any]) -> list[str]:
    """The codes of a run's findings."""
    return [one["code"] for one in run["hidden_state"]]


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with kernel(tmp_path_factory.mktemp("drafts")) as one:
        yield one


@pytest.fixture
def desk(drafts: Kernel, tmp_path: Path) -> Desk:
    """A draft that has not run yet."""
    cells = {"setup": "scale = 2", "exp": CELL, "below": "print('a plot')"}
    return Desk(drafts, tmp_path / "cats.ipynb", cells)


def test_the_first_run_is_001_with_its_numbered_notebook_beside_the_draft(desk: Desk) -> None:
    shown = desk.run_all()
    assert shown.block.splitlines()[0] == "cats_001"
    assert desk.numbers() == [1]
    run = desk.runs(1)[0]
    assert (run["status"], run["notebook"], run["cell"]) == ("finished", "cats.ipynb", desk.id("exp"))
    assert shown.block.splitlines()[-1] == f"out/cats_001/{run['run']}"
    record = desk.experiment(1)
    assert (record["parent"], record["frozen"], record["note"]) == (None, run["run"], "")
    assert desk.notebooks() == ["cats.ipynb", "cats_001.ipynb"]


def test_the_numbered_notebook_has_the_sources_but_no_outputs(desk: Desk) -> None:
    desk.run_all()
    made = desk.folder / "cats_001.ipynb"
    assert sources(made) == list(desk.cells.values())
    assert [(cell["outputs"], cell["execution_count"]) for cell in read(made)["cells"]] == [([], None)] * 3
    assert made.read_bytes() == (desk.source(1) / "cats_001.ipynb").read_bytes()
    # The draft itself stays as the front end saved it.
    assert all(cell["outputs"] for cell in read(desk.path)["cells"])


def test_the_same_cell_again_is_another_run_and_its_repeats_are_pooled(desk: Desk) -> None:
    desk.run_all()
    shown = desk.run("exp")
    assert "same source as 001: added as its run 2" in shown.block
    assert desk.numbers() == [1]
    first, second = desk.runs(1)
    assert (first["index"], second["index"]) == (1, 2)
    assert first["digest"] == second["digest"] == desk.experiment(1)["source"]["digest"]
    assert desk.notebooks() == ["cats.ipynb", "cats_001.ipynb"]
    with open(desk.folder / "experiments.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["experiment"], row["runs"], row["accuracy n"]) for row in rows] == [("cats_001", "2", "2")]


@pytest.mark.parametrize(
    ("cell", "source"),
    [
        pytest.param("exp", "%%experiment\n# explained\n{'accuracy': scale * 0.25}", id="a comment"),
        pytest.param("exp", '%%experiment\n\n{\n    "accuracy": (scale*0.25),\n}', id="formatting"),
        pytest.param("exp", "%%experiment repeats=2 goal=max tags=quick\n{'accuracy': scale * 0.25}", id="the line"),
        pytest.param("below", "print('another plot')", id="a cell below"),
        pytest.param("setup", "# two\nscale  =  2", id="a comment above"),
    ],
)
def test_what_does_not_change_the_meaning_is_the_same_experiment(desk: Desk, cell: str, source: str) -> None:
    desk.run_all()
    desk.edit(cell, source)
    shown = desk.run("exp")
    assert "same source as 001: added as its run" in shown.block
    assert desk.numbers() == [1]


def test_a_changed_constant_is_002_with_parent_001_and_says_what_changed(desk: Desk) -> None:
    desk.run_all()
    shown = desk.edit("exp", CELL.replace("0.25", "0.5"))
    assert shown.block.splitlines()[0].startswith("cats_002")
    assert "0.25" in shown.block.splitlines()[0]
    record = desk.experiment(2)
    assert record["parent"] == 1
    assert [(one["before"], one["after"]) for one in record["changes"]] == [("scale * 0.25", "scale * 0.5")]
    assert desk.notebooks() == ["cats.ipynb", "cats_001.ipynb", "cats_002.ipynb"]
    assert CELL in sources(desk.folder / "cats_001.ipynb")


def test_a_changed_cell_above_is_a_new_experiment_too(desk: Desk) -> None:
    desk.run_all()
    desk.edit("setup", "scale = 3")
    shown = desk.run("exp")
    assert shown.block.startswith("cats_002")
    assert desk.experiment(2)["parent"] == 1


def test_a_failing_first_run_burns_no_number_once_mended(desk: Desk) -> None:
    desk.change("exp", CELL.replace("scale", "scal"))
    shown = desk.run_all()
    assert shown.status == "error"
    assert desk.runs(1)[0]["status"] == "failed"
    assert desk.experiment(1)["frozen"] is None
    assert desk.notebooks() == ["cats.ipynb"]
    shown = desk.edit("exp", CELL)
    assert shown.block.startswith("cats_001")
    failed, finished = desk.runs(1)
    assert (failed["status"], finished["status"]) == ("failed", "finished")
    assert desk.experiment(1)["frozen"] == finished["run"]
    assert desk.experiment(1)["source"]["digest"] == finished["digest"] != failed["digest"]
    assert desk.notebooks() == ["cats.ipynb", "cats_001.ipynb"]
    assert CELL in sources(desk.folder / "cats_001.ipynb")
    assert CELL.replace("scale", "scal") in sources(desk.source(1, 0) / "cats_001.ipynb")


def test_an_edit_that_fails_after_001_was_frozen_is_002_until_it_is_mended(desk: Desk) -> None:
    desk.run_all()
    desk.edit("exp", "%%experiment\n{'accuracy': 1 / 0}")
    desk.edit("exp", "%%experiment\n{'accuracy': 1 / 1}")
    assert desk.numbers() == [1, 2]
    assert [run["status"] for run in desk.runs(2)] == ["failed", "finished"]


def test_going_back_to_the_source_of_001_is_another_run_of_001(desk: Desk) -> None:
    desk.run_all()
    desk.edit("exp", CELL.replace("0.25", "0.5"))
    shown = desk.edit("exp", CELL)
    assert "same source as 001: added as its run 2" in shown.block
    desk.edit("exp", CELL.replace("0.25", "0.1"))
    assert desk.experiment(3)["parent"] == 1


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with kernel(tmp_path_factory.mktemp("hidden")) as one:
        yield one


@pytest.fixture
def sheet(hidden: Kernel, tmp_path: Path) -> Desk:
    """A draft of three cells, in the kernel for hidden state."""
    cells = {"setup": "scale = 2", "more": "offset = scale + 1", "exp": "%%experiment\n{'accuracy': scale / offset}"}
    return Desk(hidden, tmp_path / "cats.ipynb", cells)


def test_a_cell_above_edited_and_not_run_again_counts_as_it_ran(sheet: Desk) -> None:
    sheet.run_all()
    sheet.change("setup", "scale = 5")
    shown = sheet.run("exp")
    assert "same source as 001: added as its run 2" in shown.block
    assert "⚠ hidden state: cell 1 was edited after it ran; the text that ran counts" in shown.block
    assert found(sheet.runs(1)[0]) == []
    assert found(sheet.runs(1)[1]) == ["edited"]
    assert sources(sheet.source(1) / "cats_001.ipynb")[0] == "scale = 2"


def test_a_cell_edited_run_and_put_back_in_the_file_counts_as_it_ran(sheet: Desk) -> None:
    sheet.run_all()
    sheet.edit("setup", "scale = 5")
    sheet.change("setup", "scale = 2")
    shown = sheet.run("exp")
    assert shown.block.startswith("cats_002")
    assert found(sheet.runs(2)[0]) == ["edited", "order"]
    assert sources(sheet.folder / "cats_002.ipynb")[0] == "scale = 5"


def test_a_deleted_cell_that_the_run_depends_on_is_found_and_counts(sheet: Desk) -> None:
    sheet.run_all()
    del sheet.cells["more"]
    sheet.save()
    shown = sheet.run("exp")
    assert "⚠ hidden state: depends on a cell that ran ('offset = scale + 1')" in shown.block
    assert "same source as 001" in shown.block
    assert found(sheet.runs(1)[-1]) == ["deleted"]
    executed = read(sheet.source(1) / "executed.json")
    assert [text.strip() for text in executed["above"]] == ["scale = 2", "offset = scale + 1"]


def test_a_deleted_cell_that_ran_in_another_text_makes_a_new_experiment(sheet: Desk) -> None:
    sheet.run_all()
    sheet.edit("more", "offset = scale + 9")
    del sheet.cells["more"]
    sheet.save()
    sheet.run("exp")
    assert sheet.experiment(2)["parent"] == 1
    assert found(sheet.runs(2)[0]) == ["deleted"]


def test_a_deleted_cell_that_nothing_depends_on_is_no_finding(sheet: Desk) -> None:
    sheet.cells = {"idle": "unused = 1", **sheet.cells}
    sheet.save()
    sheet.run_all()
    del sheet.cells["idle"]
    sheet.save()
    sheet.run("exp")
    assert found(sheet.runs(max(sheet.numbers()))[-1]) == []


def test_cells_run_out_of_order_are_told(sheet: Desk) -> None:
    sheet.run_all()
    sheet.edit("setup", "scale = 4")
    shown = sheet.run("exp")
    assert "⚠ hidden state: cell 2 ran before cell 1, which it depends on" in shown.block
    assert found(sheet.runs(2)[0]) == ["order"]
    sheet.run("more")
    assert "hidden state" not in sheet.run("exp").block


def test_a_cell_above_that_never_ran_does_not_count(sheet: Desk) -> None:
    sheet.cells = {"never": "unused = 1", **sheet.cells}
    sheet.save()
    for name in ("setup", "more"):
        sheet.run(name)
    shown = sheet.run("exp")
    assert "hidden state" not in shown.block
    assert found(sheet.runs(1)[0]) == ["not-run"]


def test_a_cell_tagged_scratch_does_not_count(sheet: Desk) -> None:
    sheet.cells = {"look": "print('one look')", **sheet.cells}
    sheet.tags["look"] = ["scratch"]
    sheet.save()
    sheet.run_all()
    sheet.edit("look", "print('another look')")
    assert "same source as 001" in sheet.run("exp").block
    sheet.tags.clear()
    sheet.save()
    assert sheet.run("exp").block.startswith("cats_002")


@pytest.fixture(scope="module")
def loading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with kernel(tmp_path_factory.mktemp("loading")) as one:
        yield one


@pytest.fixture
def module(loading: Kernel, tmp_path: Path) -> tuple[Desk, Path]:
    """A draft that imports a local module, and the module's file."""
    path = tmp_path / f"local{next(numbers)}.py"
    path.write_text("FACTOR = 2  # two\n")
    cells = {
        "import": f"import importlib, {path.stem}",
        "exp": f"%%experiment\n{{'accuracy': {path.stem}.FACTOR / 10}}",
    }
    return Desk(loading, tmp_path / "cats.ipynb", cells), path


def test_a_local_module_is_copied_into_the_snapshot(module: tuple[Desk, Path]) -> None:
    desk, path = module
    desk.run_all()
    assert (desk.source(1) / path.name).read_text() == "FACTOR = 2  # two\n"
    assert list(desk.experiment(1)["source"]["files"]) == [path.name]


def test_a_module_changed_and_reloaded_is_a_new_experiment(module: tuple[Desk, Path]) -> None:
    desk, path = module
    desk.run_all()
    path.write_text("FACTOR = 3 + 0\n")
    # Not a cell of the notebook: in a console on the same kernel.
    quietly(desk.kernel, f"importlib.reload({path.stem})")
    shown = desk.run("exp")
    assert shown.block.startswith("cats_002")
    assert "accuracy ↑  0.3" in shown.block
    assert path.name in shown.block
    assert [one["where"] for one in desk.experiment(2)["changes"]] == [path.name]
    assert (desk.source(2) / path.name).read_text() == "FACTOR = 3 + 0\n"
    assert (desk.source(1) / path.name).read_text() == "FACTOR = 2  # two\n"


def test_a_module_edited_but_not_reloaded_counts_as_it_was_imported(module: tuple[Desk, Path]) -> None:
    desk, path = module
    desk.run_all()
    path.write_text("FACTOR = 3 + 0\n")
    shown = desk.run("exp")
    assert "same source as 001" in shown.block
    assert f"⚠ hidden state: {path.name} was edited after it was imported; what was imported counts" in shown.block
    assert found(desk.runs(1)[-1]) == ["edited"]
    assert (desk.source(1) / path.name).read_text() == "FACTOR = 2  # two\n"


def test_a_module_commented_and_reloaded_is_the_same_experiment(module: tuple[Desk, Path]) -> None:
    desk, path = module
    desk.run_all()
    path.write_text("# a factor\nFACTOR = 2\n")
    quietly(desk.kernel, f"importlib.reload({path.stem})")
    assert "same source as 001" in desk.run("exp").block


@pytest.mark.parametrize(
    ("setup", "line"),
    [
        pytest.param("import json", "json.load(open('config.json'))", id="named in the cell"),
        pytest.param("import json\nwith open('config.json') as f:\n    loaded = json.load(f)", "loaded", id="above"),
        pytest.param("import json", "json.load(open('con' + 'fig.json'))", id="opened under a computed name"),
        pytest.param("import json\nconf = json.load(open('con' + 'fig.json'))", "conf", id="computed above"),
    ],
)
def test_a_changed_configuration_is_a_new_experiment(loading: Kernel, tmp_path: Path, setup: str, line: str) -> None:
    config = tmp_path / "config.json"
    config.write_text('{"accuracy": 0.5}')
    desk = Desk(loading, tmp_path / "cats.ipynb", {"setup": setup, "exp": f"%%experiment\n{line}"})
    desk.run_all()
    source = desk.experiment(1)["source"]
    known = source["seen"] if setup == "import json" and "+" in line else source["files"]
    assert list(known) == ["config.json"]
    assert (desk.source(1) / "config.json").read_text() == '{"accuracy": 0.5}'
    config.write_text('{ "accuracy":   0.5 }')
    assert "same source as 001" in desk.run_all().block
    config.write_text('{"accuracy": 0.75}')
    shown = desk.run_all()
    assert shown.block.startswith("cats_002")
    assert "accuracy ↑  0.75" in shown.block
    assert desk.experiment(2)["parent"] == 1
    assert (desk.source(2) / "config.json").read_text() == '{"accuracy": 0.75}'


def test_a_file_that_the_session_itself_wrote_is_no_configuration(loading: Kernel, tmp_path: Path) -> None:
    cells = {
        "write": "import json\nwith open('result.json', 'w') as f:\n    json.dump({'accuracy': 0.5}, f)",
        "exp": "%%experiment\njson.load(open('res' + 'ult.json'))",
    }
    desk = Desk(loading, tmp_path / "cats.ipynb", cells)
    desk.run_all()
    assert (desk.experiment(1)["source"]["files"], desk.experiment(1)["source"]["seen"]) == ({}, {})


@pytest.fixture
def pair(loading: Kernel, tmp_path: Path) -> Desk:
    """A draft with two experiment cells."""
    cells = {
        "first": "%%experiment\n{'accuracy': 0.25}",
        "between": "half = 2",
        "second": "%%experiment\n{'accuracy': 1 / half}",
    }
    return Desk(loading, tmp_path / "cats.ipynb", cells)


def test_two_experiment_cells_have_their_own_numbers_the_second_from_the_first(pair: Desk) -> None:
    pair.run_all()
    assert [(number, pair.experiment(number)["parent"]) for number in pair.numbers()] == [(1, None), (2, 1)]
    assert [pair.experiment(number)["cell"] for number in (1, 2)] == [pair.id("first"), pair.id("second")]


def test_each_of_two_experiment_cells_goes_on_from_what_it_was(pair: Desk) -> None:
    pair.run_all()
    pair.edit("second", "%%experiment\n{'accuracy': 1.5 / half}")
    assert pair.experiment(3)["parent"] == 2
    pair.edit("first", "%%experiment\n{'accuracy': 0.5}")
    assert pair.experiment(4)["parent"] == 1
    pair.run("second")
    # The cell above counts: the second is another experiment too.
    assert (pair.numbers(), pair.experiment(5)["parent"]) == ([1, 2, 3, 4, 5], 3)


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with kernel(tmp_path_factory.mktemp("numbered")) as one:
        yield one


@pytest.fixture
def draft(drafts: Kernel, tmp_path: Path) -> Desk:
    """A draft that ran once, with a note, as 001."""
    noted = CELL.replace("%%experiment", '%%experiment repeats=2 note="the first"')
    one = Desk(drafts, tmp_path / "cats.ipynb", {"setup": "scale = 2", "exp": noted})
    one.run_all()
    return one


def opened(running: Kernel, old: Desk, name: str) -> Desk:
    """A notebook beside another one, opened in another kernel and run from the top."""
    cells = read(old.folder / name)["cells"]
    before = (old.folder / name).read_bytes()
    one = Desk(running, old.folder / name, {})
    one.prefix = old.prefix
    one.cells = {cell["id"].partition("-")[2]: "".join(cell["source"]) for cell in cells}
    one.path.write_bytes(before)
    one.run_all()
    return one


def test_a_numbered_notebook_opened_and_run_is_the_experiment_itself(numbered: Kernel, draft: Desk) -> None:
    before = (draft.folder / "cats_001.ipynb").read_bytes()
    one = opened(numbered, draft, "cats_001.ipynb")
    assert (one.numbers(), len(one.runs(1))) == ([1], 2)
    assert one.path.read_bytes() == before


def test_what_the_block_of_a_frozen_notebook_tells_to_do_puts_it_back(
    numbered: Kernel, draft: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (draft.folder / "cats_001.ipynb").read_bytes()
    one = opened(numbered, draft, "cats_001.ipynb")
    block = one.edit("exp", one.cells["exp"].replace("0.25", "0.5")).block
    assert "cats_001.ipynb is frozen: this ran as 002, in cats_002.ipynb" in block
    assert one.path.read_bytes() != before
    (line,) = [line for line in block.splitlines() if "jupyter xpt restore" in line]
    monkeypatch.chdir(one.folder)
    assert main(line.partition("jupyter xpt ")[2].split()) == 0
    assert "cats_001" in capsys.readouterr().out
    assert one.path.read_bytes() == before
    assert CELL.partition("\n")[2].replace("0.25", "0.5") in sources(one.folder / "cats_002.ipynb")[1]


def test_edits_in_a_frozen_notebook_go_on_from_what_they_were_last(numbered: Kernel, draft: Desk) -> None:
    one = opened(numbered, draft, "cats_001.ipynb")
    for value in ("0.5", "0.6"):
        one.edit("exp", f"%%experiment\n{{'accuracy': scale * {value}}}")
    assert [one.experiment(number)["parent"] for number in one.numbers()] == [None, 1, 2]
    # Back to what it was: the frozen experiment itself.
    assert "same source as 001" in one.edit("exp", draft.cells["exp"]).block


def test_a_numbered_notebook_that_came_without_its_out_keeps_its_number(numbered: Kernel, draft: Desk) -> None:
    draft.edit("exp", draft.cells["exp"].replace("0.25", "0.5"))
    alone = draft.folder / "elsewhere"
    alone.mkdir()
    (alone / "cats_002.ipynb").write_bytes((draft.folder / "cats_002.ipynb").read_bytes())
    draft.folder = alone
    one = opened(numbered, draft, "cats_002.ipynb")
    assert (one.numbers(), one.experiment(2)["parent"]) == ([2], 1)
    one.edit("exp", one.cells["exp"].replace("0.5", "0.75"))
    assert one.experiment(3)["parent"] == 2


def test_a_forks_experiment_line_loses_the_old_note_and_keeps_the_rest(numbered: Kernel, draft: Desk) -> None:
    draft.kernel.run('%xpt_new --parent 1 --note "more of it"')
    forked = draft.folder / "cats_002.ipynb"
    assert sources(forked)[1].splitlines()[:2] == [
        "%%experiment repeats=2",
        "# experiment 002, from 001: more of it",
    ]
    one = opened(numbered, draft, "cats_002.ipynb")
    # Not edited yet: it still is 001.
    assert (one.numbers(), len(one.runs(1)), one.runs(2)) == ([1, 2], 2, [])
    shown = one.edit("exp", one.cells["exp"].replace("0.25", "0.5"))
    assert shown.block.startswith("cats_002 · more of it")
    assert "frozen" not in shown.block
    record = one.experiment(2)
    assert (record["parent"], record["note"], record["frozen"]) == (1, "more of it", one.runs(2)[0]["run"])
    assert one.notebooks() == ["cats.ipynb", "cats_001.ipynb", "cats_002.ipynb"]


def test_a_note_left_over_from_a_given_parent_is_not_taken_over_but_a_new_one_is(draft: Desk) -> None:
    draft.edit("exp", draft.cells["exp"].replace("0.25", "0.5"))
    assert draft.experiment(2)["note"] == ""
    draft.edit("exp", '%%experiment parent=1 note="the first" tags=quick\n{"accuracy": scale * 0.1}')
    assert (draft.experiment(3)["parent"], draft.experiment(3)["note"]) == (1, "")
    draft.edit("exp", '%%experiment parent=1 note="a third" tags=quick,paper\n{"accuracy": scale * 0.1}')
    assert (draft.experiment(3)["note"], draft.experiment(3)["tags"]) == ("a third", ["quick", "paper"])
    assert draft.numbers() == [1, 2, 3]


def test_a_name_starts_a_series_that_counts_for_itself(draft: Desk) -> None:
    draft.edit("exp", draft.cells["exp"].replace("%%experiment", "%%experiment name=owls"))
    draft.edit("exp", draft.cells["exp"].replace("0.25", "0.5"))
    assert (draft.numbers(), draft.numbers("owls")) == ([1], [1, 2])
    assert draft.experiment(2, "owls")["parent"] == 1
    assert draft.notebooks() == ["cats.ipynb", "cats_001.ipynb", "owls_001.ipynb", "owls_002.ipynb"]


def test_an_edit_in_an_old_notebook_is_002_of_the_same_cell(numbered: Kernel, tmp_path: Path) -> None:
    one = Desk(numbered, tmp_path / "cats.ipynb", {"setup": "scale = 2", "exp": CELL}, ids=False)
    # Front ends that know no ids send none.
    one.kernel.run(one.cells["setup"])
    one.kernel.run(one.cells["exp"])
    one.change("exp", CELL.replace("0.25", "0.5"))
    shown = one.kernel.run(one.cells["exp"])
    assert shown.block.startswith("cats_002")
    assert one.experiment(2)["parent"] == 1
    made = read(tmp_path / "cats_002.ipynb")
    assert (made["nbformat_minor"], ["id" in cell for cell in made["cells"]]) == (4, [False, False])


def test_two_notebooks_that_hold_the_cell_are_named_and_neither_is_taken(numbered: Kernel, tmp_path: Path) -> None:
    one = Desk(numbered, tmp_path / "cats.ipynb", {"exp": "%%experiment\n{'accuracy': 0.5}"})
    (tmp_path / "dogs.ipynb").write_bytes(one.path.read_bytes())
    point(numbered, None, tmp_path)
    shown = one.run("exp")
    assert shown.block.startswith("untitled_001")
    (line,) = [line for line in shown.block.splitlines() if "cannot be told" in line]
    assert "cats.ipynb" in line
    assert "dogs.ipynb" in line
    assert (one.runs(1, "untitled")[0]["status"], one.numbers()) == ("finished", [])
    assert one.notebooks() == ["cats.ipynb", "dogs.ipynb"]


def test_a_notebook_cut_off_while_it_is_saved_does_not_end_its_series(draft: Desk) -> None:
    whole = draft.path.read_bytes()
    draft.path.write_bytes(whole[: len(whole) // 2])
    shown = draft.run("exp")
    assert (shown.status, shown.block.splitlines()[0][:5]) == ("ok", "cats_")
    assert len([line for line in shown.block.splitlines() if "is no valid notebook" in line]) == 1
    draft.path.write_bytes(whole)
    assert "same source as 001" in draft.run("exp").block


@pytest.mark.parametrize(
    "options",
    [
        pytest.param("repeat=2", id="an unknown option"),
        pytest.param("repeats=0", id="no repeats"),
        pytest.param("goal=up", id="a goal that is none"),
        pytest.param("parent=99", id="a parent that is not there"),
        pytest.param("parent=dogs_003", id="a parent of another series"),
        pytest.param("seed=xyz", id="a seed that is none"),
        pytest.param('note="half', id="a quote not closed"),
        pytest.param("name=a/b", id="a name with a slash"),
    ],
)
def test_a_bad_option_after_an_edit_is_one_line_and_changes_no_file(draft: Desk, options: str) -> None:
    draft.change("exp", f"%%experiment {options}\nprint('it ran')")
    # The run before may still be describing its surroundings.
    keepers = "[one.join() for one in threading.enumerate() if one.name == 'jupyter_xpt keeper']"
    quietly(draft.kernel, f"import threading; {keepers}")
    before = tree(draft.folder)
    shown = draft.run("exp")
    assert (shown.status, shown.out, shown.block) == ("error", "", "")
    assert shown.err.startswith("UsageError: ")
    assert shown.err.count("\n") == 1
    assert tree(draft.folder) == before
