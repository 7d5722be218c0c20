"""Input datasets of experiments, in a real kernel: what is kept, seen, said and warned of."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import jupyter_xpt as xpt
from jupyter_xpt.doors import command
from jupyter_xpt.edges.disk.datasets import read_datasets
from jupyter_xpt.ground.datasets import DatasetRecord
from tests.projects import Notebook, notebook, run_folder, runs

CELLS = {"above": "import csv, pathlib", "cell": "%%experiment\nxpt.log(accuracy=0.5)"}


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Notebook]:
    (tmp_path / "animals.csv").write_text("kind,weight\n" + "cat,4\n" * 30 + "owl,1\n" * 20)
    with notebook(tmp_path, CELLS) as one:
        yield one


def datasets(book: Notebook, number: int = 1, index: int = 1) -> dict[str, DatasetRecord]:
    return {one.name: one for one in read_datasets(run_folder(book.path.parent, number, index))}


def warnings(book: Notebook, number: int = 1, index: int = 1) -> list[tuple[str, str]]:
    found = runs(book.path.parent, number)[index - 1].warnings
    return [(one.code, one.text) for one in found if one.code.startswith("data")]


def test_a_dataset_is_given_back_and_kept_with_the_run(book: Notebook) -> None:
    book.run("above")
    shown = book.run("cell", '%%experiment\npath = xpt.dataset("animals.csv", label="kind", version="v1")\nprint(path)')
    assert shown.out.strip() == "animals.csv"
    found = datasets(book)["animals.csv"]
    assert xpt.get(1, book.path.parent).runs[0].datasets == (found,)
    assert (found.kind, found.how, found.location, found.version) == ("file", "declared", "animals.csv", "v1")
    assert (found.shape, found.classes) == ((50, 2), {"cat": 30, "owl": 20})
    assert (found.digest or "").startswith("sha256:")
    assert warnings(book) == []


def test_data_declared_in_a_cell_above_belongs_to_the_run(book: Notebook) -> None:
    shown = book.run("above", 'xpt.dataset("animals.csv");')
    assert (shown.status, shown.out, shown.err) == ("ok", "", "")
    book.run("cell")
    book.run("cell")
    assert list(datasets(book)) == list(datasets(book, 1, 2)) == ["animals.csv"]


def test_the_cell_that_loads_the_extension_may_declare_too(book: Notebook) -> None:
    both = "%load_ext jupyter_xpt\nimport csv\nxpt.dataset('animals.csv');"
    book.cells = {**CELLS, "above": both}
    book.run("first", "%unload_ext jupyter_xpt")
    book.run("above")
    book.run("cell")
    assert list(datasets(book)) == ["animals.csv"]


def test_a_cell_that_does_not_count_declares_nothing(book: Notebook) -> None:
    book.cells = {**CELLS, "below": 'xpt.dataset("animals.csv")'}
    book.run("above")
    book.run("below")
    book.run("cell")
    assert not (run_folder(book.path.parent) / "datasets.json").exists()


def test_files_that_are_read_are_seen_and_others_are_not(book: Notebook) -> None:
    folder = book.path.parent
    (folder / "settings.json").write_text("{}")
    (folder / ".hidden").write_text("x")
    for i in range(30):
        (folder / "images").mkdir(exist_ok=True)
        (folder / "images" / f"{i}.png").write_text("x")
    # What is newer than the cell is its own work.
    time.sleep(0.05)
    book.run("above", "rows = open('animals.csv').read()")
    book.run(
        "cell",
        """%%experiment
import json, subprocess
for name in ("settings.json", ".hidden", "/etc/hostname", json.__file__):
    open(name).read()
for i in range(30):
    open(f"images/{i}.png").read()
open("made.csv", "w").write("x")
open("made.csv").read()
subprocess.run(["sh", "-c", "echo x > beside.csv"])
open("beside.csv").read()
""",
    )
    found = datasets(book)
    assert {name: (one.how, one.kind) for name, one in found.items()} == {
        "animals.csv": ("seen", "file"),
        "images/": ("seen", "files"),
    }
    assert found["animals.csv"].digest is not None
    assert (found["images/"].files, found["images/"].size) == (30, 30)


def test_a_file_that_is_declared_is_not_seen_besides(book: Notebook) -> None:
    book.run("above")
    book.run("cell", '%%experiment\nopen(xpt.dataset("animals.csv", name="zoo")).read()')
    assert {name: one.how for name, one in datasets(book).items()} == {"zoo": "declared"}


def test_other_content_under_the_same_name_is_an_alarm(book: Notebook) -> None:
    cell = '%%experiment\nxpt.dataset("animals.csv", label="kind")\nxpt.log(accuracy=0.5)'
    book.run("above")
    book.run("cell", cell)
    (book.path.parent / "animals.csv").write_text("kind,weight\n" + "cat,4\n" * 30)
    shown = book.run("cell", cell.replace("0.5", "0.6"))
    text = "animals.csv: same name, new digest; 50 × 2 → 30 × 2; class owl 20 → 0 (since 001)"
    assert warnings(book, 2) == [("data-changed", text)]
    assert f"⚠ {text}" in shown.block
    book.run("cell", "%%experiment\nxpt.log(accuracy=0.7)")
    assert warnings(book, 3) == [("data-missing", "animals.csv: 002 declared this input, this run did not")]


def test_other_content_in_a_run_of_the_same_experiment_is_an_alarm(book: Notebook) -> None:
    book.run("above", "xpt.dataset('animals.csv')")
    book.run("cell")
    (book.path.parent / "animals.csv").write_text("kind,weight\ncat,5\n")
    book.run("above")
    book.run("cell")
    ((code, text),) = warnings(book, 1, 2)
    first = runs(book.path.parent, 1)[0].run
    assert code == "data-changed"
    assert text == f"animals.csv: same name, new digest; 50 × 2 → 1 × 2 (since run {first})"


def test_rows_that_training_and_test_data_share_are_an_alarm(book: Notebook) -> None:
    book.run("above", "import numpy as np\nX = np.arange(40.0).reshape(20, 2)")
    book.run("cell", "%%experiment\nX_train, X_test = X[:15], X[12:]\nxpt.dataset(X_train); xpt.dataset(X_test);")
    assert set(datasets(book)) == {"X_train", "X_test"}
    assert warnings(book) == [("data-overlap", "3 of the 8 rows of X_test are in X_train too")]


def test_data_that_differs_in_each_repeat_is_one_dataset_with_many_contents(book: Notebook) -> None:
    book.run("above", "import numpy as np")
    cell = "%%experiment repeats=3\nxpt.dataset(np.random.random((9, 2)), name='noise')\nxpt.log(a=np.random.random())"
    book.run("cell", cell)
    book.run("cell", cell)
    assert datasets(book)["noise"].contents == 3
    assert warnings(book, 1, 2) == []


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ('xpt.dataset("gone.csv")', "gone.csv: there is no such file"),
        ('xpt.dataset("/dev/zero")', "/dev/zero: it is a device, not a file"),
        ('xpt.dataset(object(), name="odd")', "odd: object is of no known kind: give a path, an address"),
        ('xpt.dataset("animals.csv", label="sort")', "animals.csv: label 'sort' is no column of it"),
        ('os.mkfifo("pipe"); xpt.dataset("pipe")', "pipe: it is a pipe, not a file"),
    ],
)
def test_bad_input_is_a_warning_and_the_cell_goes_on(book: Notebook, call: str, text: str) -> None:
    book.run("above", "import os")
    shown = book.run("cell", f"%%experiment\n{call}\nxpt.log(accuracy=0.5)\nprint('went on')")
    assert shown.status == "ok"
    assert "went on" in shown.out
    ((code, said),) = warnings(book)
    assert code == "data"
    assert said.startswith(text)
    shown = book.run("strict", f"{call[:-1]}, strict=True)".replace('os.mkfifo("pipe"); ', ""))
    assert shown.status == "error"
    assert f"DatasetError: {text}" in shown.traceback


def test_in_a_cell_above_bad_input_is_said_at_once(book: Notebook) -> None:
    shown = book.run("above", "x = xpt.dataset('gone.csv'); print(x)")
    assert shown.out == "gone.csv\n"
    assert "xpt.dataset: gone.csv: there is no such file" in shown.err


def test_a_large_file_does_not_hold_the_cell_and_its_digest_comes_later(book: Notebook) -> None:
    folder = book.path.parent
    with open(folder / "large.bin", "wb") as file:
        file.truncate(2 << 30)
    time.sleep(0.2)
    book.run("above")
    before = time.monotonic()
    book.run("cell", '%%experiment\nxpt.dataset("large.bin")\nxpt.log(accuracy=0.5)')
    if datasets(book)["large.bin"].pending:
        deadline = before + 120
        while datasets(book)["large.bin"].pending and time.monotonic() < deadline:
            time.sleep(0.1)
    found = datasets(book)["large.bin"]
    assert (found.pending, found.size) == (False, 2 << 30)
    assert found.digest is not None
    assert found.digested is not None


def test_secrets_of_an_address_are_nowhere_in_the_datasets(book: Notebook) -> None:
    book.run("above", "import os; url = f'postgresql://anna:{os.environ[\"PATH\"][:0]}c4n4ry@db/zoo'")
    book.run("cell", "%%experiment\nxpt.dataset(url)\nxpt.log(accuracy=0.5)")
    assert "c4n4ry" not in (run_folder(book.path.parent) / "datasets.json").read_text()
    assert list(datasets(book)) == ["postgresql://***@db/zoo"]


def test_damage_of_the_parents_record_loses_nothing_of_this_run(book: Notebook) -> None:
    cell = '%%experiment\nxpt.dataset("animals.csv")\nxpt.log(accuracy=0.5)'
    book.run("above")
    book.run("cell", cell)
    (run_folder(book.path.parent) / "datasets.json").write_text("{")
    book.run("cell", cell.replace("0.5", "0.6"))
    assert list(datasets(book, 2)) == ["animals.csv"]
    (said,) = runs(book.path.parent, 2)[0].incomplete
    assert said.startswith("could not read the datasets of the run before: datasets.json: damaged")


def test_the_datasets_are_shown(
    book: Notebook, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    book.run("above")
    book.run("cell", '%%experiment\nxpt.dataset("animals.csv", label="kind")\nxpt.log(accuracy=0.5)')
    line = "animals.csv  50 × 2 · cat 30, owl 20"
    assert command.main(["show", "1", "--folder", str(book.path.parent)]) == 0
    assert f"data\n  {line}" in capsys.readouterr().out
    assert line in str(book.run("where", "%xpt").messages)


def test_a_run_without_data_imports_nothing_that_describes_data(book: Notebook) -> None:
    book.run("above")
    book.run("cell")
    shown = book.run("look", "import sys; print([m for m in sys.modules if m.startswith('jupyter_xpt.edges.data')])")
    assert shown.out == "[]\n"


def test_libraries_of_data_are_never_imported_by_us(book: Notebook) -> None:
    (book.path.parent / "a.parquet").write_text("x")
    book.run("above", "xpt.dataset('animals.csv', label='kind'); xpt.dataset('a.parquet'); xpt.dataset(object())")
    book.run("cell")
    names = ("numpy", "pandas", "polars", "pyarrow", "torch", "sklearn")
    assert book.run("look", f"import sys; print([m for m in {names} if m in sys.modules])").out == "[]\n"


def test_outside_a_notebook_data_is_given_back_with_a_word(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"xpt\.dataset: .*a\.csv is not recorded"):
        (tmp_path / "a.csv").touch()
        assert xpt.dataset(str(tmp_path / "a.csv")) == str(tmp_path / "a.csv")
    assert os.listdir(tmp_path) == ["a.csv"]
