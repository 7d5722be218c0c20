from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_xpt.doors.command import main
from tests import builders

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The small series, in the working directory."""
    monkeypatch.chdir(tmp_path)
    return builders.write_series(tmp_path)


def run(*arguments, capsys):
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_tree_shows_every_experiment(folder, capsys):
    status, out, err = run("tree", capsys=capsys)
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == "cats · accuracy ↑"
    for number in range(1, 7):
        assert f"00{number}" in out
    assert "\x1b" not in out


def test_the_table_shows_every_experiment(folder, capsys):
    status, out, _ = run("table", "--series", "cats", capsys=capsys)
    assert status == 0
    assert len(out.splitlines()) >= 8


def test_show_and_log_take_a_number_or_a_name(folder, capsys):
    assert "Improved on 002" in run("show", "4", capsys=capsys)[1]
    assert "Improved on 002" in run("show", "cats_004", "--folder", str(folder), capsys=capsys)[1]
    assert run("log", "#4", capsys=capsys)[1] == "2026-11-23 12:34:12.123 | fit\n"
    assert run("log", "4", "--run", "2026_11_23-12_34_01", "--tail", "1", capsys=capsys)[0] == 0


def test_a_log_cannot_command_the_terminal(folder, capsys):
    log = folder / "out" / "cats_004" / "2026_11_23-12_34_01" / "log.txt"
    log.write_bytes(b"2026 | \x1b[31mred\x1b]0;title\x07\x9b\xff\x00 \xe2\x80\xae\x08\n")
    _, out, _ = run("log", "4", capsys=capsys)
    assert "red" in out
    assert not [char for char in out if char in "\x1b\x07\x00\x08\x9b\u202e"]


def test_a_baseline_is_pinned_shown_and_taken_away(folder, capsys):
    pinned = "cats: all others are compared with 001 (baseline random forest)\n"
    assert run("baseline", "1", capsys=capsys)[1] == run("baseline", capsys=capsys)[1] == pinned
    assert "baseline 001" in run("tree", capsys=capsys)[1].splitlines()[0]
    assert "parent 002 · baseline 001 · finished" in run("show", "4", capsys=capsys)[1]
    assert "Improved on 001" in run("show", "4", capsys=capsys)[1]
    assert run("baseline", "none", capsys=capsys)[1] == "cats: each experiment is compared with its parent\n"


def test_none_of_several_series_needs_the_series(folder, capsys):
    builders.write_experiment(folder, builders.experiment_record(1, series="dogs"))
    assert "name the one that is meant with --series" in run("baseline", "none", capsys=capsys)[2]
    assert run("baseline", "none", "--series", "dogs", capsys=capsys)[0] == 0
    assert "of several series" in run("compare", "cats_001", "dogs_001", capsys=capsys)[2]


def test_what_is_deleted_comes_back(folder, capsys):
    status, out, _ = run("delete", "4", capsys=capsys)
    assert (status, out) == (0, "cats_004 is in the trash; jupyter xpt undelete 004 brings it back\n")
    assert "there is no experiment 4" in run("show", "4", capsys=capsys)[2]
    assert run("undelete", "4", capsys=capsys)[:2] == (0, "cats_004 is back\n")
    assert run("show", "4", capsys=capsys)[0] == 0


def test_experiments_are_exported_and_brought_up_to_date(folder, capsys):
    assert run("export", capsys=capsys)[:2] == (0, "experiments.xlsx: 6 experiments\n")
    builders.write_experiment(folder, builders.experiment_record(7, 4))
    again = "experiments.xlsx: 7 experiments, 1 of them new\n"
    assert run("export", "experiments.xlsx", "--series", "cats", capsys=capsys)[1] == again
    assert run("export", "table.csv", capsys=capsys)[1] == "table.csv: 7 experiments\n"
    assert run("export", "--folder", str(folder), "--series", "cats", capsys=capsys)[1] == "cats.xlsx: 7 experiments\n"


def test_experiments_are_compared_also_without_their_sources(folder, capsys):
    status, out, _ = run("compare", "1", "2", "4", capsys=capsys)
    assert status == 0
    assert "nothing in their sources differs, as far as it is known" in out
    assert "004  Improved on 001 by" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "99"), "there is no experiment 99; cats has 001"),
        (("show", "../../etc"), "there is no experiment"),
        (("log", "6"), "cats_006"),
        (("log", "4", "--run", "../../x"), "no run"),
        (("log", "4", "--tail", "many"), "tail is a number"),
        (("tree", "--series", "dogs"), "there is no series 'dogs'; there is cats"),
        (("tree", "--folder", "no/where"), "there is no folder 'no/where'"),
        (("new", "missing.ipynb"), "missing"),
        (("new", "missing.ipynb", "--parent", "9"), ""),
        (("restore", "99"), "there is no experiment 99"),
        (("restore", "6"), "never ran"),
        (("diff", "1", "99"), "there is no experiment 99"),
        (("diff", "1", "1"), "001 is compared with itself"),
        (("diff", "1"), "001 has no parent"),
        (("diff", "1", "2", "3"), "diff takes two experiments, not 3"),
        (("diff", "1", "2"), "001 never ran and cats_001.ipynb is not there"),
        (("compare", "1"), "from 2 to 6 experiments are compared, not 1"),
        (("compare", "1", "1"), "001 is named twice"),
        (("baseline", "x"), "there is no experiment x"),
        (("delete", "99"), "there is no experiment 99"),
        (("delete", "../cats_001"), "there is no experiment"),
        (("undelete", "1"), "1 is not in the trash; it is empty"),
        (("export", "a.ods"), "'a.ods' ends neither in .xlsx nor in .csv"),
        (("export", "no/where/a.xlsx"), "there is no folder 'no/where': make it first"),
        (("export", "--series", "dogs"), "there is no series 'dogs'; there is cats"),
        (("export", "out"), "ends neither"),
    ],
)
def test_what_is_refused_is_said_in_one_line(folder, capsys, arguments, said):
    status, out, err = run(*arguments, capsys=capsys)
    assert (status, out) == (2, "")
    assert err.startswith("jupyter xpt: ")
    assert said in err
    assert err.count("\n") == 1


def test_a_folder_without_experiments_says_how_to_make_one(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for command in ("tree", "table"):
        status, out, _ = run(command, capsys=capsys)
        assert status == 0
        assert "%%experiment" in out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        *((one, "--help") for one in ("tree", "show", "log", "new", "restore", "diff", "baseline", "export")),
    ],
)
def test_every_command_explains_itself(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "jupyter xpt" in out


@pytest.mark.parametrize("arguments", [(), ("dance",), ("show",), ("tree", "--what")])
def test_what_is_no_command_ends_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


def command(*arguments, folder, **given):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **given.pop("env", {})}
    line = [sys.executable, "-m", "jupyter_xpt.doors.command", *arguments]
    return subprocess.Popen(line, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **given)


def test_a_reader_that_has_seen_enough_gets_no_traceback(folder):
    for number in range(7, 400):
        builders.write_experiment(folder, builders.experiment_record(number, 1, note="x" * 900))
    with command("tree", folder=folder) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in (0, 141)


def test_a_terminal_without_arrows_gets_question_marks(folder):
    with command("tree", folder=folder, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}) as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert b"cats ? accuracy ?" in out
