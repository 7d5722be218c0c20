"""Outputs of experiments and their use by others, in a real kernel: written, found again, warned of, shown."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest

import jupyter_xpt as xpt
from jupyter_xpt.doors import command
from jupyter_xpt.edges.disk.datasets import read_datasets
from jupyter_xpt.ground.datasets import DatasetRecord
from jupyter_xpt.ground.errors import DatasetError, NameProblem, OptionError, RecordError, UnknownExperiment, XptError
from tests.projects import Notebook, notebook, run_folder, runs

ROOT = Path(__file__).parents[2]
MAKE = "%%experiment name=cleaning\nxpt.output('a.csv').write_text('x,y\\n1,2\\n')\nxpt.log(rows=1)"
USE = "%%experiment name=models\nprint(xpt.use('a.csv', of='cleaning_001'))\nxpt.log(accuracy=0.5)"
CELLS = {"above": "import pathlib, random", "make": MAKE, "use": USE}


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Notebook]:
    with notebook(tmp_path, CELLS) as one:
        yield one


def datasets(book: Notebook, number: int = 1, index: int = 1, series: str = "cleaning") -> list[DatasetRecord]:
    return list(read_datasets(run_folder(book.path.parent, number, index, series)))


def warnings(book: Notebook, number: int = 1, index: int = 1, series: str = "models") -> list[tuple[str, str]]:
    found = runs(book.path.parent, number, series)[index - 1].warnings
    return [(one.code, one.text) for one in found if one.code.startswith("data")]


def made(book: Notebook, text: str = MAKE) -> None:
    for cell in ("above", "make"):
        shown = book.run(cell, text if cell == "make" else None)
        assert shown.status == "ok", shown.traceback


# -- writing ------------------------------------------------------------------------------------------------


def test_what_is_written_is_described_as_an_output_of_the_run(book: Notebook) -> None:
    made(book)
    (found,) = datasets(book)
    run = run_folder(book.path.parent, 1, 1, "cleaning")
    assert (found.name, found.kind, found.direction, found.how) == ("a.csv", "file", "out", "declared")
    assert (found.shape, found.size, found.repeat, found.maker) == ((1, 2), 8, None, None)
    assert found.location == (run / "data" / "a.csv").relative_to(book.path.parent).as_posix()
    told = subprocess.run(["sha256sum", run / "data" / "a.csv"], capture_output=True, text=True, check=True).stdout
    assert found.digest == f"sha256:{told.split()[0]}"
    assert warnings(book, series="cleaning") == []


def test_each_repeat_writes_its_own(book: Notebook) -> None:
    made(book, "%%experiment repeats=3 name=cleaning\nxpt.output('b/c.txt').write_text(str(random.random()))")
    found = datasets(book)
    assert [(one.name, one.repeat) for one in found] == [("b/c.txt", 1), ("b/c.txt", 2), ("b/c.txt", 3)]
    assert len({one.digest for one in found}) == 3
    data = run_folder(book.path.parent, 1, 1, "cleaning") / "data"
    assert sorted(path.relative_to(data).as_posix() for path in data.rglob("*.txt")) == [
        f"repeat_00{n}/b/c.txt" for n in (1, 2, 3)
    ]


def test_a_directory_is_one_output_and_what_nobody_asked_for_is_listed_too(book: Notebook) -> None:
    made(
        book,
        """%%experiment name=cleaning
model = xpt.output("model")
model.mkdir()
(model / "weights.bin").write_bytes(b"w")
(model / "config.json").write_text("{}")
data = model.parent
(data / "unasked.txt").write_text("x")
(data / "many").mkdir()
for i in range(30):
    (data / "many" / f"{i}.png").write_text("x")
(data / "link").symlink_to("/etc/passwd")
import os; os.mkfifo(data / "pipe")
print(os.fspath(xpt.output("model")) == str(model))
""",
    )
    found = {one.name: one for one in datasets(book)}
    assert {name: (one.kind, one.how) for name, one in found.items()} == {
        "model": ("directory", "declared"),
        "unasked.txt": ("file", "seen"),
        "many/": ("files", "seen"),
        "link": ("file", "seen"),
        "pipe": ("file", "seen"),
    }
    assert (found["model"].files, found["model"].size) == (2, 3)
    assert (found["link"].digest, found["link"].problem) == (None, "it is a link, which is not followed")
    assert found["pipe"].problem == "it is no plain file"


def test_an_output_that_is_never_written_is_said(book: Notebook) -> None:
    made(book, "%%experiment name=cleaning repeats=2\nxpt.output('never.npy')\nxpt.log(a=random.random())")
    said = ("data-unwritten", "never.npy: asked for by xpt.output and never written")
    assert warnings(book, series="cleaning") == [said]
    assert all(one.digest is None for one in datasets(book))


def test_outputs_of_a_failed_run_are_recorded_and_not_used(book: Notebook) -> None:
    book.run("above")
    shown = book.run("make", MAKE + "\n1 / 0")
    assert shown.status == "error"
    assert [one.name for one in datasets(book)] == ["a.csv"]
    run = runs(book.path.parent, 1, "cleaning")[0].run
    with pytest.raises(DatasetError, match=rf"a.csv is of its run {run} \(failed\): name that with run="):
        xpt.use("a.csv", of="cleaning_001", folder=book.path.parent)
    assert xpt.use("a.csv", of="cleaning_001", run=run, folder=book.path.parent).read_text() == "x,y\n1,2\n"


def test_a_name_that_cannot_be_is_one_clear_error(book: Notebook) -> None:
    book.run("above")
    for name in ("", "../a", "/etc/passwd", "a/../../b", "con", "a\\b", "repeat_001/a"):
        shown = book.run("make", f"%%experiment name=cleaning\nxpt.output({name!r})")
        assert shown.status == "error"
        assert "NameProblem: " in shown.traceback
        assert "cannot name an output" in shown.traceback
        with pytest.raises(NameProblem):
            xpt.use(name, of=1)


def test_in_a_cell_above_there_is_no_run_to_write_to(book: Notebook) -> None:
    shown = book.run("above", "xpt.output('a.csv')")
    assert "XptError: xpt.output works in a running %%experiment cell: call xpt.output('a.csv')" in shown.traceback
    with pytest.raises(XptError, match="works in a running"):
        xpt.output("a.csv")


def test_where_the_run_has_no_folder_the_cell_goes_on_in_a_temporary_one(book: Notebook) -> None:
    (book.path.parent / "out").write_text("in the way")
    book.run("above")
    shown = book.run("make", MAKE + "\nprint(xpt.output('a.csv').read_text())")
    assert shown.status == "ok"
    assert "x,y" in shown.out
    assert "could not keep the output a.csv" in shown.block


def test_where_the_folder_cannot_be_made_the_trouble_is_said(book: Notebook) -> None:
    book.run("above")
    text = MAKE.replace("xpt.output('a.csv')", "(make_way(), xpt.output('a.csv'))[1]")
    block = (
        "def make_way():\n    import glob\n    [open(run + '/data', 'w') for run in glob.glob('out/cleaning_001/*/')]"
    )
    book.run("above", block)
    shown = book.run("make", text)
    assert shown.status == "ok"
    assert "could not keep the output a.csv: cannot make the folder of an output" in shown.block


def test_a_large_output_does_not_hold_the_cell(book: Notebook) -> None:
    made(book, "%%experiment name=cleaning\nopen(xpt.output('large.bin'), 'wb').truncate(2 << 30)")
    deadline = time.monotonic() + 120
    while datasets(book)[0].pending and time.monotonic() < deadline:
        time.sleep(0.1)
    (found,) = datasets(book)
    assert (found.pending, found.size) == (False, 2 << 30)
    assert found.digest is not None


def test_a_kernel_that_is_killed_leaves_its_outputs_to_be_listed_as_they_lie(book: Notebook) -> None:
    book.run("above")
    kill = "\nimport os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    with pytest.raises(Empty):
        book.kernel.run(MAKE + kill, "make", timeout=5)
    folder = book.path.parent
    (run,) = (path for path in (folder / "out" / "cleaning_001").iterdir() if path.is_dir())
    assert not (run / "datasets.json").exists()
    one = xpt.get(1, folder, "cleaning")
    deadline = time.monotonic() + 20
    while one.status != "died" and time.monotonic() < deadline:
        time.sleep(0.1)
        one = xpt.get(1, folder, "cleaning")
    assert one.status == "died"
    with pytest.raises(DatasetError, match="it has none"):
        xpt.use("a.csv", of="cleaning_001", folder=folder)
    said = subprocess.run(
        [sys.executable, "-m", "jupyter_xpt.doors.command", "show", "1", "--folder", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "→ a.csv  8 B · not described: the run has not ended, or died" in said


# -- using --------------------------------------------------------------------------------------------------


def test_an_output_is_found_by_who_made_it_and_its_maker_is_kept(book: Notebook) -> None:
    made(book)
    shown = book.run("use")
    assert shown.status == "ok", shown.traceback
    run = run_folder(book.path.parent, 1, 1, "cleaning")
    assert shown.out == f"{run / 'data' / 'a.csv'}\n"
    (found,) = datasets(book, series="models")
    (output,) = datasets(book)
    assert (found.direction, found.how, found.maker) == ("in", "declared", f"cleaning_001/{run.name}")
    assert found.digest == found.expected == output.digest
    assert warnings(book) == []


def test_it_may_be_used_in_a_cell_above_and_in_plain_python(book: Notebook, tmp_path: Path) -> None:
    made(book)
    book.run("above", "path = xpt.use('a.csv', of=1)")
    book.run("use", "%%experiment name=models\nxpt.log(accuracy=len(path.read_text()))")
    assert [one.name for one in datasets(book, series="models")] == ["a.csv"]
    script = "import jupyter_xpt as xpt; print(xpt.use('a.csv', of='cleaning_001').read_text())"
    ran = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("x,y\n1,2\n\n", "")


def test_the_maker_may_be_named_in_many_ways(book: Notebook) -> None:
    made(book)
    folder = book.path.parent
    run = run_folder(folder, 1, 1, "cleaning")
    one = xpt.get("cleaning_001", folder)
    for of in (1, "1", "#1", "001", "cleaning_001", f"1/{run.name}", f"cleaning_001/{run.name}", one, one.runs[0]):
        assert xpt.use("a.csv", of=of, folder=folder) == run / "data" / "a.csv"
    assert xpt.use("a.csv", of=one) == run / "data" / "a.csv"
    assert xpt.use("a.csv", of=1, run=run.name, folder=folder, strict=True) == run / "data" / "a.csv"


REFUSED: list[tuple[str, dict[str, object], type[XptError], str]] = [
    ("a.csv", {"of": 9}, UnknownExperiment, "there is no experiment 9; cleaning has 001"),
    ("a.csv", {"of": "dogs_001"}, UnknownExperiment, "there is no experiment dogs_001"),
    ("b.csv", {"of": 1}, DatasetError, "cleaning_001 has no output b.csv; it has a.csv"),
    ("a.csv", {"of": 1, "repeat": 3}, DatasetError, "has no a.csv of repeat 3; it has that of 1"),
    ("a.csv", {"of": 1, "repeat": "all"}, OptionError, "repeat='all' is no repeat"),
    ("a.csv", {"of": 1, "run": "../x"}, UnknownExperiment, "is no run; runs are called like"),
    ("a.csv", {"of": "1/../.."}, UnknownExperiment, "is no run"),
    ("a.csv", {"of": "1/2026_01_01-00_00_00"}, UnknownExperiment, "has no run 2026_01_01-00_00_00; its newest"),
    ("a.csv", {"of": "../cleaning_001"}, UnknownExperiment, "'cleaning_001' is no run"),
    ("a.csv", {"of": True}, OptionError, "of= is an experiment"),
    ("a.csv", {"of": None}, OptionError, "not NoneType"),
    ("a.csv", {"of": "\x1b[2J"}, UnknownExperiment, "there is no experiment"),
]


def test_what_is_not_there_is_one_clear_line(book: Notebook) -> None:
    made(book)
    for name, given, kind, text in REFUSED:
        with pytest.raises(kind) as found:
            xpt.use(name, folder=book.path.parent, **given)  # type: ignore[arg-type]
        assert text in str(found.value)
        assert str(found.value).isprintable()


def test_what_is_in_the_trash_is_said_to_be_there(book: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    made(book)
    book.run("use")
    folder = book.path.parent
    assert command.main(["delete", "cleaning_001", "--folder", str(folder)]) == 0
    assert "! models_001 used its a.csv: what uses it cannot be run again while it is away" in capsys.readouterr().out
    with pytest.raises(UnknownExperiment, match="cleaning_001 is in the trash; jupyter xpt undelete cleaning_001"):
        xpt.use("a.csv", of="cleaning_001", folder=folder)
    assert command.main(["delete", "models_001", "--folder", str(folder)]) == 0
    assert "!" not in capsys.readouterr().out


def test_links_damage_and_what_is_gone_are_refused(book: Notebook, tmp_path: Path) -> None:
    made(book, MAKE.replace("'a.csv'", "'b/a.csv'"))
    run = run_folder(tmp_path, 1, 1, "cleaning")

    def refused(kind: type[XptError], text: str) -> None:
        with pytest.raises(kind) as found:
            xpt.use("b/a.csv", of=1, folder=tmp_path)
        assert text in str(found.value)

    kept = tmp_path / "kept"
    shutil.copytree(run / "data", kept)
    (run / "data" / "b" / "a.csv").unlink()
    refused(DatasetError, "b/a.csv of cleaning_001: its file is gone")
    (run / "data" / "b" / "a.csv").symlink_to("/etc/passwd")
    refused(DatasetError, "a.csv is a link, which is not followed")
    shutil.rmtree(run / "data" / "b")
    (run / "data" / "b").symlink_to(kept / "b")
    refused(DatasetError, "b is a link, which is not followed")
    shutil.rmtree(run / "data")
    (run / "data").symlink_to(kept)
    refused(DatasetError, "data is a link, which is not followed")
    (run / "data").unlink()
    shutil.copytree(kept, run / "data")
    (run / "data" / "b" / "a.csv").unlink()
    os.mkfifo(run / "data" / "b" / "a.csv")
    refused(DatasetError, "it is no plain file")
    (run / "datasets.json").write_text("{")
    refused(RecordError, "datasets.json: damaged")


def test_a_directory_with_a_link_in_it_is_not_used(book: Notebook, tmp_path: Path) -> None:
    made(book, "%%experiment name=cleaning\nm = xpt.output('m')\nm.mkdir()\n(m / 'w').write_text('1')")
    used = xpt.use("m", of=1, folder=tmp_path)
    assert [one.name for one in used.iterdir()] == ["w"]
    (used / "passwd").symlink_to("/etc/passwd")
    with pytest.raises(DatasetError, match="passwd in it is a link, which is not followed"):
        xpt.use("m", of=1, folder=tmp_path)


def test_the_newest_good_run_and_repeat_is_used(book: Notebook, tmp_path: Path) -> None:
    text = "%%experiment name=cleaning repeats=3\nxpt.output('a.txt').write_text(str(random.random()))"
    made(book, text + "\nif pathlib.Path('fail').exists() and '003' in str(xpt.output('a.txt')): raise ValueError")
    book.run("make")
    first, second = (run_folder(tmp_path, 1, index, "cleaning") for index in (1, 2))
    assert xpt.use("a.txt", of=1, folder=tmp_path) == second / "data" / "repeat_003" / "a.txt"
    assert xpt.use("a.txt", of=1, folder=tmp_path, repeat=2) == second / "data" / "repeat_002" / "a.txt"
    with pytest.warns(
        UserWarning, match=f"that of run {first.name} is used, and it was made again by run {second.name}"
    ):
        assert xpt.use("a.txt", of=1, run=first.name, folder=tmp_path).parents[2] == first
    (tmp_path / "fail").touch()
    book.run("make")
    third = run_folder(tmp_path, 1, 3, "cleaning")
    assert xpt.use("a.txt", of=1, folder=tmp_path) == third / "data" / "repeat_002" / "a.txt"


def test_repeats_use_those_of_the_same_number_where_they_shall(book: Notebook) -> None:
    made(book, "%%experiment name=cleaning repeats=3\nxpt.output('a.txt').write_text(str(random.random()))")
    shown = book.run(
        "use",
        "%%experiment name=models repeats=3\nprint(xpt.use('a.txt', of='cleaning_001', repeat='same').parent.name)\n"
        "xpt.log(accuracy=random.random())",
    )
    assert shown.out.split() == ["repeat_001", "repeat_002", "repeat_003"]
    assert warnings(book) == []
    assert datasets(book, series="models")[0].contents == 3


# -- warnings -----------------------------------------------------------------------------------------------


def test_content_that_was_changed_since_is_an_alarm_and_an_error_where_that_is_wanted(
    book: Notebook, tmp_path: Path
) -> None:
    made(book)
    path = run_folder(tmp_path, 1, 1, "cleaning") / "data" / "a.csv"
    path.write_text("x,y\n1,3\n")
    shown = book.run("use")
    run = path.parents[1].name
    text = f"a.csv of cleaning_001: the content was changed after run {run} had written it"
    assert warnings(book) == [("data-altered", text)]
    assert f"⚠ {text}" in shown.block
    with pytest.raises(DatasetError, match="the content was changed"):
        xpt.use("a.csv", of="cleaning_001", folder=tmp_path, strict=True)


def test_a_producer_that_was_run_again_with_other_content_is_an_alarm(book: Notebook, tmp_path: Path) -> None:
    (tmp_path / "raw").write_text("x,y\n1,2\n")
    made(book, MAKE.replace("'x,y\\n1,2\\n'", "pathlib.Path('raw').read_text()"))
    book.run("use")
    book.run("make")
    book.run("use")
    # Other run, same content.
    assert warnings(book, 1, 2) == []
    (tmp_path / "raw").write_text("x,y\n1,2\n3,4\n")
    book.run("make")
    book.run("use")
    # The cell above, which read the file, counts too.
    ((code, text),) = (one for one in warnings(book, 1, 3) if not one[1].startswith("raw:"))
    assert code == "data-rerun"
    assert text.startswith("a.csv of cleaning_001: made again (by run ")
    assert text.endswith("): new digest; 1 × 2 → 2 × 2")


def test_a_path_taken_above_is_said_to_be_outdated_once_there_is_a_newer_one(book: Notebook, tmp_path: Path) -> None:
    (tmp_path / "raw").write_text("x,y\n1,2\n")
    made(book, MAKE.replace("'x,y\\n1,2\\n'", "pathlib.Path('raw').read_text()"))
    use = book.cells.pop("use")
    book.run("between", "path = xpt.use('a.csv', of=1)")
    (tmp_path / "raw").write_text("x,y\n9,9\n")
    book.run("make")
    book.run("use", use.partition("\n")[0] + "\nxpt.log(accuracy=len(path.read_text()))")
    ((code, text),) = warnings(book)
    assert code == "data-rerun"
    assert "it was made again by run" in text


def test_a_producer_whose_source_was_changed_since_is_an_alarm(book: Notebook, tmp_path: Path) -> None:
    (tmp_path / "features.py").write_text("rows = 'x,y\\n1,2\\n'\n")
    text = "%%experiment name=cleaning\nimport features\nxpt.output('a.csv').write_text(features.rows)\nxpt.log(rows=1)"
    made(book, text)
    (tmp_path / "features.py").write_text("rows = 'x,y\\n1,2\\n'\n# said better\n")
    book.run("use", USE.replace("0.5", "0.4"))
    assert warnings(book) == []
    (tmp_path / "features.py").write_text("rows = 'x,y\\n1,3\\n'\n")
    book.run("use", USE.replace("0.5", "0.6"))
    assert warnings(book, 2) == [("data-stale", "a.csv of cleaning_001: features.py was changed since 001 ran")]
    book.run("make", MAKE)
    book.run("use", USE.replace("0.5", "0.7"))
    ((code, said),) = warnings(book, 3)
    assert code == "data-stale"
    assert "001 was changed since: its cell is 002 now; features.py was changed since 001 ran" in said


DRAWING = {
    "x = 1": False,
    "x = random.random()": True,
    "x = xpt.rng().random()": True,
    "import numpy as np; x = np.random.random()": True,
    "import numpy as np; x = np.random.default_rng(3).random()": True,
    "import numpy as np; x = np.arange(3)": False,
    "import random as r; x = r.Random(4).random()": True,
}


def test_whether_random_numbers_were_drawn_is_kept(book: Notebook, tmp_path: Path) -> None:
    book.run("above")
    for number, (cell, drew) in enumerate(DRAWING.items(), 1):
        book.run("make", f"%%experiment name=cleaning\n{cell}\nxpt.output('a.csv').write_text(str(x))")
        assert runs(tmp_path, number, "cleaning")[0].drew is drew


def test_what_was_drawn_once_and_is_used_in_repeats_is_an_alarm(book: Notebook) -> None:
    made(book, MAKE.replace("'x,y\\n1,2\\n'", "str(random.random())"))
    book.run("use")
    assert warnings(book) == []
    book.run("use", USE.replace("name=models", "name=models repeats=3").replace("0.5", "random.random()"))
    ((code, text),) = warnings(book, 2)
    assert code == "data-drawn"
    assert text.startswith("a.csv of cleaning_001: random numbers were drawn, once for all repeats here")


# -- lineage ------------------------------------------------------------------------------------------------


def test_who_made_what_and_who_uses_it_is_shown(book: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    made(book)
    book.run("use")
    folder = ["--folder", str(book.path.parent)]
    run = run_folder(book.path.parent, 1, 1, "cleaning").name
    assert command.main(["tree", "--series", "models", *folder]) == 0
    assert "data\n  a.csv of cleaning_001 → 001" in capsys.readouterr().out
    assert command.main(["show", "cleaning_001", *folder]) == 0
    assert "→ a.csv  1 × 2 · used by models_001" in capsys.readouterr().out
    assert command.main(["show", "models_001", *folder]) == 0
    assert f"a.csv  1 × 2 · made by cleaning_001, run {run}" in capsys.readouterr().out
    book.run("tree", "%%experiment\nxpt.use('a.csv', of='cleaning_001')\nxpt.log(a=1)")
    assert "a.csv of cleaning_001 → 001" in str(book.run("tree", "%xpt_tree").messages)
    assert f"a.csv: 1 × 2 · made by cleaning_001, run {run}" in str(book.run("tree", "%xpt").messages)


def test_the_output_of_another_project_has_no_maker_here(book: Notebook, tmp_path: Path) -> None:
    made(book)
    other = tmp_path / "other"
    shutil.copytree(tmp_path / "out", other / "out")
    run = run_folder(tmp_path, 1, 1, "cleaning").name
    book.run("use", USE.replace("of='cleaning_001'", "of='cleaning_001', folder='other'"))
    (found,) = datasets(book, series="models")
    assert (found.maker, found.location) == (None, f"other/out/cleaning_001/{run}/data/a.csv")


def test_an_edge_outlives_the_damage_of_its_makers_record(book: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    made(book)
    book.run("use")
    run = run_folder(book.path.parent, 1, 1, "cleaning")
    for name in ("run.json", "datasets.json"):
        (run / name).write_text("{")
    (run.parent / "experiment.json").write_text("[")
    assert command.main(["tree", "--series", "models", "--folder", str(book.path.parent)]) == 0
    assert "a.csv of cleaning_001 → 001" in capsys.readouterr().out
    shown = book.run("use", USE.replace("0.5", "0.6"))
    assert "RecordError" in shown.traceback or "DatasetError" in shown.traceback


def test_a_strangers_record_leads_nowhere(book: Notebook, tmp_path: Path) -> None:
    made(book)
    book.run("use")
    path = run_folder(tmp_path, 1, 1, "models") / "datasets.json"
    content = json.loads(path.read_text())
    content["datasets"] += [
        {"name": name, "kind": "file", "maker": maker, "location": "/etc/passwd", "pending": True}
        for name, maker in [
            ("../../etc/passwd", "cleaning_001/2026_01_01-00_00_00"),
            ("a.csv", "../../../etc/cleaning_001/2026_01_01-00_00_00"),
            ("a.csv", "cleaning_001/.."),
            ("\x1b[2J", "cleaning_001/2026_01_01-00_00_00"),
        ]
    ]
    path.write_text(json.dumps(content))
    output = run_folder(tmp_path, 1, 1, "cleaning") / "datasets.json"
    record = json.loads(output.read_text())
    record["datasets"][0]["location"] = "/etc/passwd"
    output.write_text(json.dumps(record))
    os.utime(path.parents[1])
    said = subprocess.run(
        [sys.executable, "-m", "jupyter_xpt.doors.command", "tree", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "a.csv of cleaning_001 → 001" in said
    assert "passwd" not in said
    assert xpt.use("a.csv", of="cleaning_001", folder=tmp_path).parts[-2:] == ("data", "a.csv")


# -- digests that come later, and by another algorithm --------------------------------------------------------


def test_digests_that_a_kernel_did_not_make_are_made_by_the_next_run(tmp_path: Path) -> None:
    for name in ("same.bin", "other.bin"):
        with open(tmp_path / name, "wb") as file:
            file.truncate(1 << 20)
    # As if hashing took for ever: the kernel is killed while it waits.
    wait = "import jupyter_xpt.edges.data.sources as s, time\ns.file_content = lambda path: time.sleep(600)"
    cell = f"%%experiment\n{wait}\ns.SMALL_FILE_BYTES = 0\nfor n in ('same', 'other'): xpt.dataset(f'{{n}}.bin')\n1.0"
    text = cell + "\nimport numpy as np; s.SMALL_MEMORY_BYTES = 0; held = xpt.dataset(np.zeros(10), name='held')"
    with notebook(tmp_path, {"cell": text}) as book:
        book.run(
            "cell",
            text.replace(
                "s.file_content",
                "import jupyter_xpt.edges.data.memory as m\nm.content_of = "
                "lambda value: time.sleep(600)\ns.file_content",
            ),
        )
        folder = run_folder(tmp_path)
        assert [one.pending for one in read_datasets(folder)] == [True, True, True]
        os.kill(book.kernel.manager.provisioner.process.pid, signal.SIGKILL)
        book.kernel.manager.provisioner.process.wait()
    with open(tmp_path / "other.bin", "ab") as file:
        file.write(b"x")
    said = subprocess.run(
        [sys.executable, "-m", "jupyter_xpt.doors.command", "show", "1", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "same.bin  1.05 MB · not hashed: the kernel stopped before" in said
    with notebook(tmp_path, {"cell": "%%experiment\n2.0"}) as book:
        book.run("cell")
        deadline = time.monotonic() + 20
        while any(one.pending for one in read_datasets(folder)) and time.monotonic() < deadline:
            time.sleep(0.05)
    found = {one.name: one for one in read_datasets(folder)}
    told = subprocess.run(["sha256sum", tmp_path / "same.bin"], capture_output=True, text=True, check=True).stdout
    assert found["same.bin"].digest == f"sha256:{told.split()[0]}"
    assert found["other.bin"].problem == "it was changed before it was hashed: the kernel had stopped"
    assert found["held"].problem == "not hashed: the kernel stopped before"


def test_digests_are_by_blake3_where_that_is_set_and_no_false_alarm_comes_of_it(tmp_path: Path) -> None:
    blake3 = pytest.importorskip("blake3")
    (tmp_path / "a.csv").write_text("x\n1\n")
    cells = {"cell": "%%experiment\nxpt.dataset('a.csv')\nxpt.output('b.txt').write_text('b')\n1.0"}
    with notebook(tmp_path, cells) as book:
        book.run("cell")
        book.run("set", "%config XptMagics.digest = 'blake3'")
        book.run("cell")
        book.run("cell")
        book.run("use", "%%experiment\nxpt.use('b.txt', of=1, run='" + run_folder(tmp_path).name + "')\n2.0")
    expected = [f"blake3:{blake3.blake3(data).hexdigest()}" for data in (b"x\n1\n", b"b")]
    assert [one.digest for one in read_datasets(run_folder(tmp_path, 1, 2))] == expected
    first, second, third = ([one.text for one in run.warnings] for run in runs(tmp_path, 1))
    assert (first, third) == ([], [])
    assert second[0].startswith("a.csv: its digest is blake3, that of run ")
    # What is used is compared by the algorithm that its maker used.
    (used,) = (one for one in read_datasets(run_folder(tmp_path, 2)) if one.maker is not None)
    assert (used.digest or "").startswith("sha256:")
    assert used.digest == used.expected


def test_without_blake3_digests_are_sha256_and_a_line_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    with notebook(tmp_path, {"cell": "%%experiment\nxpt.dataset('a.csv')\n1.0"}) as book:
        book.run("first", "import sys; sys.modules['blake3'] = None")
        book.run("set", "%config XptMagics.digest = 'blake3'")
        shown = book.run("cell")
    assert (read_datasets(run_folder(tmp_path))[0].digest or "").startswith("sha256:")
    assert 'blake3 is not installed, so that digests are SHA-256: pip install "jupyter_xpt[blake3]"' in shown.block


def test_a_run_without_data_imports_nothing_for_it_and_makes_no_folder(book: Notebook, tmp_path: Path) -> None:
    book.run("above")
    book.run("use", "%%experiment name=models\nxpt.log(a=1)")
    look = "import sys; print([m for m in sys.modules if m.startswith(('jupyter_xpt.edges.data', 'blake3'))])"
    assert book.run("look", look).out == "[]\n"
    assert not (run_folder(tmp_path, 1, 1, "models") / "data").exists()
