"""The spreadsheet of a folder, as it is written where a person wants it."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote
from xml.sax.saxutils import escape

import pytest
from openpyxl import load_workbook

from jupyter_xpt.actions import overview, trash
from jupyter_xpt.actions.export import export, table, workbook
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.datasets import DatasetRecord, Datasets
from jupyter_xpt.ground.errors import ConflictError, OptionError, StoreError, UnknownExperiment
from jupyter_xpt.ground.names import ExperimentName
from tests import builders
from tests.workbooks import cell, edited, titles, values

ROOT = Path(__file__).parents[2]
RUN = "2026_11_23-12_34_01"


@pytest.fixture
def folder(tmp_path):
    """The small series, with data and git in experiment 4."""
    folder = builders.write_series(tmp_path / "project")
    path = folder / "out" / "cats_004"
    record = builders.run_record(git={"commit": "0123456789abcdef", "branch": "main", "dirty": True})
    (path / RUN / "run.json").write_bytes(codec.dump(record))
    data = Datasets((DatasetRecord("cats.csv", "file", digest=f"sha256:{'c' * 64}", shape=(10, 3)),))
    (path / RUN / "datasets.json").write_bytes(codec.dump(data))
    (folder / "cats_004.ipynb").write_text("{}")
    return folder


def test_the_workbook_shows_every_experiment_and_every_repeat(folder):
    made = export(folder)
    assert (made.path, made.experiments, made.new, made.sentence) == (
        folder / "experiments.xlsx",
        6,
        6,
        "6 experiments",
    )
    book = load_workbook(made.path)
    sheet = book["Experiments"]
    assert values(sheet, "verdict") == [None, "? not sure", "▼ worse", "▲ improved", "× failed", "planned"]
    assert cell(sheet, "data", 5).value == "cats.csv · 10 × 3 · sha256:cccccccccccc"
    assert cell(sheet, "commit", 5).value == "0123456789 + changes (main)"
    assert len(values(book["Repeats"], "#")) == 21
    links = [cell(sheet, "#", row).hyperlink for row in range(2, 8)]
    assert [one.target if one else None for one in links] == [None, None, None, "cats_004.ipynb", None, None]


@pytest.mark.parametrize("where", [".", "sub", "..", "ü #%/x y"])
def test_links_lead_to_the_notebooks_from_wherever_the_file_is(folder, where):
    below = folder / where
    below.mkdir(parents=True, exist_ok=True)
    export(folder, below / "a.xlsx")
    link = cell(load_workbook(below / "a.xlsx")["Experiments"], "#", 5).hyperlink.target
    assert (below / unquote(link)).resolve() == (folder / "cats_004.ipynb").resolve()
    assert not {":", "#", "?", "\\", " "} & set(link)


def test_exported_again_it_says_what_is_new_and_what_has_gone(folder):
    export(folder)
    builders.write_experiment(folder, builders.experiment_record(7, 4))
    trash.delete(folder, ExperimentName("cats", 3))
    made = export(folder)
    assert made.sentence == "6 experiments, 1 of them new, 1 deleted"
    assert values(load_workbook(made.path)["Experiments"], "status")[2] == "deleted"
    assert export(folder).sentence == "6 experiments, none of them new, 1 deleted"
    trash.undelete(folder, ExperimentName("cats", 3))
    assert export(folder).sentence == "7 experiments, none of them new"
    assert values(load_workbook(made.path)["Experiments"], "status")[2] == "finished"


def test_one_series_has_a_file_of_its_own(folder):
    builders.write_experiment(folder, builders.experiment_record(1, series="dogs", source=None))
    made = export(folder, series="dogs")
    assert made.path == folder / "dogs.xlsx"
    assert values(load_workbook(made.path)["Experiments"], "#") == [1]
    assert values(load_workbook(export(folder).path)["Experiments"], "series").count("dogs") == 1


def test_a_table_is_what_experiments_csv_holds(folder):
    overview.write_table(folder)
    export(folder, folder / "all.csv")
    assert (folder / "all.csv").read_bytes() == (folder / "experiments.csv").read_bytes() == table(folder, "cats")
    export(folder, folder / "experiments.csv")
    builders.write_experiment(folder, builders.experiment_record(1, series="dogs", source=None))
    export(folder, folder / "all.csv", "cats")
    assert "dogs" not in (folder / "all.csv").read_text()
    with pytest.raises(OptionError, match="made anew after each run"):
        export(folder, folder / "experiments.csv", "cats")


def test_a_workbook_for_elsewhere_has_no_links(folder, tmp_path):
    path = tmp_path / "taken.xlsx"
    path.write_bytes(workbook(folder, "cats"))
    sheet = load_workbook(path)["Experiments"]
    assert values(sheet, "#") == [1, 2, 3, 4, 5, 6]
    assert all(cell(sheet, "#", row).hyperlink is None for row in range(2, 8))


def standing(folder: Path, name: str, kind: str) -> Path:
    """A file of some kind that stands where the spreadsheet is to be written."""
    path = folder / name
    if kind == "a folder":
        path.mkdir()
    elif kind == "a link":
        (folder / "other.xlsx").write_text("other")
        path.symlink_to("other.xlsx")
    elif kind == "a pipe":
        os.mkfifo(path)
    elif kind == "read only":
        path.write_bytes(b"x")
        path.chmod(0o444)
    elif kind in ("open in LibreOffice", "open in Excel"):
        (folder / (f".~lock.{name}#" if "Libre" in kind else f"~${name}")).write_text("")
    else:
        path.write_text("name,weight\ncat,4\n")
    return path


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("a.xlsx", "a folder", "is a folder"),
        ("a.xlsx", "a link", "is a link, which is not followed"),
        ("a.csv", "a link", "is a link, which is not followed"),
        ("a.xlsx", "a pipe", "is not a plain file"),
        ("a.xlsx", "read only", "may only be read"),
        ("a.xlsx", "open in LibreOffice", "is open in a spreadsheet program"),
        ("a.xlsx", "open in Excel", "is open in a spreadsheet program"),
        ("a.xlsx", "a text", "damaged or no workbook"),
        ("a.csv", "a text", "is no table of experiments"),
    ],
)
def test_what_must_not_be_replaced_stays(folder, name, kind, said):
    path = standing(folder, name, kind)
    before = {one.name: one.lstat().st_mtime_ns for one in folder.iterdir()}
    with pytest.raises(ConflictError, match=said) as refused:
        export(folder, path)
    assert "\n" not in str(refused.value)
    assert {one.name: one.lstat().st_mtime_ns for one in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("target", "error", "said"),
    [
        ("a.ods", OptionError, "ends neither in .xlsx nor in .csv"),
        ("a", OptionError, "ends neither"),
        ("", OptionError, "ends neither"),
        ("a\0.xlsx", OptionError, "ends neither"),
        ("no/where/a.xlsx", OptionError, "there is no folder"),
        (f"{'x' * 300}.xlsx", StoreError, "cannot write the spreadsheet"),
    ],
)
def test_a_file_that_cannot_be_is_refused_in_one_line(folder, target, error, said):
    with pytest.raises(error, match=said) as refused:
        export(folder, folder / target if target else Path(target))
    assert "\n" not in str(refused.value)


def test_where_there_is_nothing_nothing_is_written(tmp_path):
    with pytest.raises(UnknownExperiment, match="no experiments in"):
        export(tmp_path)
    with pytest.raises(UnknownExperiment, match="there is no series"):
        export(tmp_path, series="../cats")
    assert list(tmp_path.iterdir()) == []


CHILD = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from jupyter_xpt.actions.export import export
from jupyter_xpt.ground.errors import XptError
folder = Path(sys.argv[1])
print("begin", flush=True)
"""


def child(folder, code, **given):
    line = [sys.executable, "-c", CHILD.format(root=str(ROOT)) + code, str(folder)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **given)


def test_killed_in_the_middle_the_file_is_the_old_or_the_new_one(folder):
    path = export(folder).path
    path.write_bytes(edited(path.read_bytes(), lambda book: book["Experiments"].cell(1, 30, "opinion")))
    for moment in (0.02, 0.05, 0.08, 0.13, 0.21, 0.34):
        with child(folder, "while True: export(folder)") as process:
            process.stdout.readline()
            time.sleep(moment)
            process.send_signal(signal.SIGKILL)
        sheet = load_workbook(path)["Experiments"]
        assert values(sheet, "#") == [1, 2, 3, 4, 5, 6]
        assert "opinion" in titles(sheet)


def test_a_full_disk_leaves_the_old_file(folder):
    path = export(folder).path
    before = path.read_bytes()
    code = "try:\n    export(folder)\nexcept XptError as refusal:\n    print(type(refusal).__name__, refusal)"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    with child(folder, code, preexec_fn=limit) as process:
        out, _ = process.communicate()
    assert out.splitlines()[1].startswith("StoreError cannot write the spreadsheet")
    assert path.read_bytes() == before
    assert not [one for one in folder.iterdir() if one.name.startswith(".~xpt")]


def test_without_openpyxl_it_says_what_to_do(folder):
    code = (
        "sys.modules['openpyxl'] = None\n"
        "try:\n    export(folder)\nexcept XptError as refusal:\n    print(type(refusal).__name__, refusal)\n"
        "print(export(folder, folder / 'a.csv').sentence)"
    )
    with child(folder, code) as process:
        out, err = process.communicate()
    assert err == ""
    assert out.splitlines()[1:] == [
        "ConflictError a workbook needs openpyxl, which is not installed: pip install openpyxl (or export to .csv)",
        "6 experiments",
    ]
    assert not (folder / "experiments.xlsx").exists()


# What a person does in LibreOffice: takes a column out, puts one in, renames one, puts lines above, renames the sheet.
MACRO = """
Sub Mine
 Dim how(0) As New com.sun.star.beans.PropertyValue
 how(0).Name = "Hidden" : how(0).Value = True
 book = StarDesktop.loadComponentFromURL("{url}", "_blank", 0, how())
 sheet = book.Sheets.getByName("Experiments")
 sheet.Columns.removeByIndex(4, 1)
 sheet.Columns.insertByIndex(3, 1)
 sheet.getCellByPosition(3, 0).String = "mine"
 sheet.getCellByPosition(3, 2).String = "about 002"
 sheet.getCellByPosition(4, 0).String = "idea"
 sheet.Rows.insertByIndex(0, 2)
 sheet.getCellByPosition(0, 0).String = "My lab book"
 sheet.Name = "Lab book"
 how(0).Name = "FilterName" : how(0).Value = "Calc MS Excel 2007 XML"
 book.storeToURL("{url}", how())
 book.close(True)
End Sub
"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Module1"/></library:library>"""
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
{code}</script:module>"""
with_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on the PATH")


@pytest.fixture
def libreoffice(tmp_path):
    """Runs LibreOffice with a profile of its own."""

    def ran(*arguments):
        line = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", *map(str, arguments)]
        subprocess.run(line, check=True, capture_output=True, timeout=120)

    return ran


@with_libreoffice
def test_libreoffice_reads_it_and_what_it_saves_is_found_again(folder, tmp_path, libreoffice):
    builders.write_experiment(folder, builders.experiment_record(1, series="ü #% x", source=None))
    (folder / "ü #% x_001.ipynb").write_text("{}")
    path = export(folder).path
    libreoffice("--convert-to", "fods", "--outdir", tmp_path, path)
    page = (tmp_path / "experiments.fods").read_text("utf-8")
    assert 'office:value-type="float" office:value="4"' in page
    links = {unquote(link).rpartition("/")[2] for link in re.findall(r'xlink:href="([^"]*ipynb)"', page)}
    assert {"cats_004.ipynb", "ü #% x_001.ipynb"} <= links
    libreoffice("--convert-to", "xlsx", "--outdir", tmp_path, path)
    shutil.copy(tmp_path / "experiments.xlsx", path)
    builders.write_experiment(folder, builders.experiment_record(7, 4))
    assert export(folder).sentence == "8 experiments, 1 of them new"
    sheet = load_workbook(path)["Experiments"]
    assert values(sheet, "#") == [1, 2, 3, 4, 5, 6, 1, 7]
    assert len(set(titles(sheet))) == len(titles(sheet)) == 21


@with_libreoffice
def test_what_a_person_did_in_libreoffice_stays(folder, tmp_path, libreoffice):
    path = export(folder).path
    libreoffice("--terminate_after_init")
    basic = tmp_path / "profile" / "user" / "basic" / "Standard"
    basic.mkdir(parents=True, exist_ok=True)
    (basic / "script.xlb").write_text(LIBRARY)
    (basic / "Module1.xba").write_text(MODULE.format(code=escape(MACRO.format(url=path.as_uri()), {'"': "&quot;"})))
    libreoffice("macro:///Standard.Module1.Mine")
    builders.write_experiment(folder, builders.experiment_record(7, 4, note="new"))
    assert export(folder).sentence == "7 experiments, 1 of them new"
    book = load_workbook(path)
    assert book.sheetnames == ["Lab book", "Repeats"]
    sheet = book["Lab book"]
    assert sheet["A1"].value == "My lab book"
    assert titles(sheet, 3)[:7] == ["#", "series", "parent", "mine", "idea", "status", "verdict"]
    assert values(sheet, "mine", 3) == [None, "about 002", None, None, None, None, None]
    assert values(sheet, "idea", 3)[-1] == "new"
    assert values(sheet, "#", 3) == [1, 2, 3, 4, 5, 6, 7]
