"""``jupyter xpt restore``: what it writes, and what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_xpt.doors import command
from tests.projects import notebook, run_folder
from tests.repositories import make, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with changes, in which a notebook with a module and configuration has run."""
    made = make(tmp_path_factory.mktemp("restore") / "r")
    (made / "model.py").write_text("depth = 4\n")
    (made / "settings.yaml").write_text("rate: 0.5\nlogin:\n  password: hunter2hunter2\n")
    cells = {"a": "import model\nsettings = open('settings.yaml').read()", "b": "%%experiment\nmodel.depth"}
    with notebook(made, cells) as book:
        for shown in book.run_all():
            assert shown.status == "ok", shown.traceback
        book.settle()
    return made


def test_into_a_new_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command.main(["restore", "1", "--folder", str(folder), "--to", "again"]) == 0
    said = capsys.readouterr().out.splitlines()
    name = run_folder(folder).name
    assert said[:3] == [
        f"again/animals_001.ipynb is as it ran in {name}",
        "with it: model.py, settings.yaml",
        "settings.yaml lacks its secrets: put in by hand login.password",
    ]
    assert (tmp_path / "again" / "model.py").read_text() == "depth = 4\n"
    assert "hunter2" not in (tmp_path / "again" / "settings.yaml").read_text()
    # The commands that are offered bring the commit and the changes back.
    head = run(folder, "rev-parse", "HEAD")[:10]
    assert said[3].startswith(f"it ran on {head} (main) with changes: git -C ")
    copy = tmp_path / "copy"
    run(tmp_path, "clone", "--quiet", str(folder), str(copy))
    run(copy, "apply", str(run_folder(folder) / "changes.patch"))
    assert (copy / "model.py").read_text() == "depth = 4\n"
    assert command.main(["restore", "1", "--folder", str(folder), "--to", "again"]) == 2
    assert "again is not empty: give a new or an empty folder" in capsys.readouterr().err


def test_in_place(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(folder)
    (folder / "model.py").write_text("depth = 5\n")
    assert command.main(["restore", "1"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"animals_001.ipynb is as it ran in {run_folder(folder).name}"
    assert said[1].startswith("model.py is as it ran; what stood there is kept in out/animals_001/replaced-")
    assert Path(said[1].rpartition(" ")[2]).read_text() == "depth = 5\n"
    assert said[2] == "settings.yaml was left as it is: put in by hand login.password"
    assert "hunter2" in (folder / "settings.yaml").read_text()
    assert command.main(["restore", "1", "--run", "2020_01_01-00_00_00"]) == 2
    assert "there is no run 2020_01_01-00_00_00: animals_001 has 2" in capsys.readouterr().err
