"""An experiment comes back as it ran, with its modules and configuration: beside, or in place."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_xpt.actions.restore import restore_in_place, restore_to
from jupyter_xpt.ground.errors import NotebookError, OptionError, RecordError, UnknownExperiment, XptError
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.thought.restoring import Restored, said
from tests.kernels import kernel
from tests.projects import notebook, opened, run_folder, runs, tree

NAME = ExperimentName("animals", 1)
ABOVE = "import sys, json\nsys.path += ['.', '../shared']\nimport features, common\nsettings = json.load(open('conf/settings.json'))"  # noqa: E501
CELL = "%%experiment\nfeatures.scale(common.two()) * settings['rate']"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a module, configuration, and a module beside its folder, which ran once."""
    base = tmp_path_factory.mktemp("project")
    folder = base / "notebooks"
    (folder / "conf").mkdir(parents=True)
    (base / "shared").mkdir()
    (folder / "features.py").write_text("def scale(x):\n    return 3 * x\n")
    (folder / "conf" / "settings.json").write_text('{"rate": 0.5}\n')
    (base / "shared" / "common.py").write_text("def two():\n    return 2\n")
    with notebook(folder, {"a": ABOVE, "b": CELL}) as book:
        for shown in book.run_all():
            assert shown.status == "ok", shown.traceback
        book.settle()
    return base


@pytest.fixture
def folder(ran: Path, tmp_path: Path) -> Path:
    """A copy of it to do things to."""
    shutil.copytree(ran, tmp_path / "p")
    return tmp_path / "p" / "notebooks"


def test_it_runs_in_a_new_folder_as_the_same_experiment(folder: Path, tmp_path: Path) -> None:
    digest = runs(folder, 1)[0].digest
    # The original is gone, and its neighbours with it.
    restored = restore_to(folder, NAME, tmp_path / "again")
    shutil.rmtree(folder.parent)
    here = tmp_path / "again" / "notebooks"
    assert Path(restored.notebook).resolve() == here / "animals_001.ipynb"
    assert (list(restored.written), list(restored.outside)) == (
        ["notebooks/conf/settings.json", "notebooks/features.py"],
        ["shared/common.py"],
    )
    with kernel(here, XPT_NOTEBOOK=str(here / "animals_001.ipynb")) as running:
        for shown in opened(here / "animals_001.ipynb", running).run_all():
            assert shown.status == "ok", shown.traceback
    assert [run.digest for run in runs(here, 1)] == [digest]
    assert "absolute path" in "\n".join(said(restored))


def test_it_goes_into_an_empty_folder_too(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    restore_to(folder, NAME, tmp_path / "empty")
    assert (tmp_path / "empty" / "notebooks" / "animals_001.ipynb").is_file()


@pytest.mark.parametrize("target", ["full", "file", "link", "dangling"])
def test_what_is_no_new_or_empty_folder_is_refused(folder: Path, tmp_path: Path, target: str) -> None:
    base = tmp_path / "targets"
    (base / "full").mkdir(parents=True)
    (base / "full" / ".hidden").write_text("mine")
    (base / "file").write_text("mine")
    (base / "real").mkdir()
    (base / "link").symlink_to(base / "real")
    (base / "dangling").symlink_to(base / "nowhere")
    before = tree(base)
    with pytest.raises(OptionError, match="new or an empty"):
        restore_to(folder, NAME, base / target)
    assert tree(base) == before


def test_in_place_only_what_differs_is_put_back_and_what_stood_there_is_kept(folder: Path) -> None:
    (folder / "features.py").write_text("def scale(x):\n    return 4 * x\n")
    (folder / "animals_001.ipynb").write_text('{"mine": 1}')
    (folder.parent / "shared" / "common.py").write_text("def two():\n    return 3\n")
    restored = restore_in_place(folder, NAME)
    assert (folder / "features.py").read_text() == "def scale(x):\n    return 3 * x\n"
    assert (list(restored.written), list(restored.unchanged)) == (["features.py"], ["conf/settings.json"])
    assert {name: Path(path).read_text() for name, path in restored.kept.items()} == {
        "features.py": "def scale(x):\n    return 4 * x\n",
        "animals_001.ipynb": '{"mine": 1}',
    }
    assert all(Path(path).resolve().is_relative_to(folder / "out" / "animals_001") for path in restored.kept.values())
    # What lies outside is named, and left alone.
    assert list(restored.outside) == ["../shared/common.py"]
    assert "return 3" in (folder.parent / "shared" / "common.py").read_text()
    lines = said(restored)
    assert any(line.startswith("features.py is as it ran; what stood there is kept in ") for line in lines)
    assert "outside of its folder and not as they ran, left alone: ../shared/common.py" in lines


def test_in_place_what_is_missing_is_made_and_once_more_changes_nothing(folder: Path) -> None:
    shutil.rmtree(folder / "conf")
    (folder / "animals_001.ipynb").unlink()
    restored = restore_in_place(folder, NAME)
    assert json.loads((folder / "conf" / "settings.json").read_text()) == {"rate": 0.5}
    assert not restored.kept
    before = tree(folder)
    again = restore_in_place(folder, NAME)
    assert (again.written, again.kept, again.outside) == ([], {}, [])
    assert tree(folder) == before


def mask(folder: Path) -> None:
    """The snapshot as it is of a file that holds a password."""
    source = run_folder(folder) / "source"
    (source / "conf" / "settings.json").write_text('{"rate": "***"}\n')
    executed = json.loads((source / "executed.json").read_text())
    executed["masked"] = {"conf/settings.json": ["rate"]}
    (source / "executed.json").write_text(json.dumps(executed))


def test_a_file_without_its_secrets_is_not_put_over_one_that_has_them(folder: Path, tmp_path: Path) -> None:
    mask(folder)
    restored = restore_in_place(folder, NAME)
    assert json.loads((folder / "conf" / "settings.json").read_text()) == {"rate": 0.5}
    assert "conf/settings.json was left as it is: put in by hand rate" in said(restored)
    (folder / "conf" / "settings.json").unlink()
    restored = restore_in_place(folder, NAME)
    assert json.loads((folder / "conf" / "settings.json").read_text()) == {"rate": "***"}
    assert "conf/settings.json lacks its secrets: put in by hand rate" in said(restored)
    restored = restore_to(folder, NAME, tmp_path / "again")
    assert "conf/settings.json lacks its secrets: put in by hand rate" in said(restored)


def test_a_run_can_be_chosen(folder: Path, tmp_path: Path) -> None:
    first = run_folder(folder).name
    other = "2026_01_01-00_00_00"
    shutil.copytree(folder / "out" / "animals_001" / first, folder / "out" / "animals_001" / other)
    (folder / "out" / "animals_001" / other / "source" / "features.py").write_text("# the other\n")
    assert restore_to(folder, NAME, tmp_path / "a").run == first
    assert restore_to(folder, NAME, tmp_path / "b", other).run == other
    assert (tmp_path / "b" / "notebooks" / "features.py").read_text() == "# the other\n"
    for wrong in ("2027_01_01-00_00_00", "../animals_001", "", "source"):
        with pytest.raises(UnknownExperiment, match=f"animals_001 has {other}, {first}"):
            restore_to(folder, NAME, tmp_path / "c", wrong)
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("where", ["file", "folder", "snapshot", "notebook"])
def test_links_are_not_followed(folder: Path, tmp_path: Path, where: str) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "settings.json").write_text("private")
    if where == "file":
        (folder / "features.py").unlink()
        (folder / "features.py").symlink_to(secret / "settings.json")
    elif where == "folder":
        shutil.rmtree(folder / "conf")
        (folder / "conf").symlink_to(secret)
    elif where == "snapshot":
        (run_folder(folder) / "source" / "features.py").unlink()
        (run_folder(folder) / "source" / "features.py").symlink_to(secret / "settings.json")
    else:
        (folder / "animals_001.ipynb").unlink()
        (folder / "animals_001.ipynb").symlink_to(secret / "settings.json")
    before = tree(folder)
    with pytest.raises((NotebookError, RecordError), match="link"):
        restore_in_place(folder, NAME)
    assert tree(folder) == before
    assert (secret / "settings.json").read_text() == "private"
    if where == "snapshot":
        with pytest.raises(RecordError, match="link"):
            restore_to(folder, NAME, tmp_path / "again")
        assert not (tmp_path / "again").exists()


def test_a_file_where_a_folder_is_needed_is_named_and_nothing_is_written(folder: Path) -> None:
    shutil.rmtree(folder / "conf")
    (folder / "conf").write_text("mine")
    (folder / "features.py").write_text("mine\n")
    before = tree(folder)
    with pytest.raises(NotebookError, match="conf is no folder"):
        restore_in_place(folder, NAME)
    assert tree(folder) == before


def test_an_experiment_that_never_ran_or_lost_its_notebook_says_so(folder: Path, tmp_path: Path) -> None:
    (run_folder(folder) / "source" / "animals_001.ipynb").unlink()
    with pytest.raises(RecordError, match=r"has no animals_001\.ipynb"):
        restore_to(folder, NAME, tmp_path / "again")
    shutil.rmtree(run_folder(folder))
    with pytest.raises(NotebookError, match="never ran"):
        restore_in_place(folder, NAME)
    with pytest.raises(UnknownExperiment):
        restore_in_place(folder, ExperimentName("animals", 9))


def test_the_commit_and_the_patch_are_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = run_folder(folder) / "run.json"
    record = json.loads(path.read_text())
    kept = {"dirty": True, "patch": True, "left_out": ["b.bin"], "hidden": "ffff0000ffff0000"}
    record["git"] = {"commit": "1a2b3c4d5e6f7a8b", "branch": "main", "root": str(folder.parent), **kept}
    path.write_text(json.dumps(record))
    patch = f"notebooks/out/animals_001/{run_folder(folder).name}/changes.patch"
    monkeypatch.chdir(folder)
    assert list(restore_in_place(folder, NAME).origin) == [
        f"it ran on 1a2b3c4d5e (main) with changes: git -C .. checkout 1a2b3c4d5e && git -C .. apply {patch}",
        "not kept: b.bin",
        "the work tree with its new files is kept as ffff0000ff: git -C .. checkout ffff0000ff",
    ]
    # A record is not trusted with what somebody may paste into a shell.
    record["git"] |= {"commit": "1a2b3c4; rm -rf /", "root": "/etc; x", "hidden": ["x"], "left_out": "y"}
    path.write_text(json.dumps(record))
    assert list(restore_in_place(folder, NAME).origin) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from jupyter_xpt.actions import restore
from jupyter_xpt.ground.names import ExperimentName
left = int(sys.argv[2])
def dying(call):
    def one(*given, **more):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*given, **more)
    return one
for name in ("link", "replace", "write", "mkdir", "unlink", "fsync"):
    setattr(os, name, dying(getattr(os, name)))
folder, name = Path(sys.argv[1]), ExperimentName("animals", 1)
if len(sys.argv) > 3:
    restore.restore_to(folder, name, Path(sys.argv[3]))
else:
    restore.restore_in_place(folder, name)
"""


@pytest.mark.parametrize("in_place", [True, False], ids=["in-place", "beside"])
def test_a_kill_at_any_moment_leaves_no_half_file(folder: Path, tmp_path: Path, in_place: bool) -> None:
    (folder / "features.py").write_text("before\n")
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    source = {path.name: path.read_bytes() for path in (run_folder(folder) / "source").rglob("*") if path.is_file()}
    for count in range(0, 300, 3):
        target = tmp_path / f"again{count}"
        words = [sys.executable, "-c", KILLED, str(folder), str(count), *([] if in_place else [str(target)])]
        done = subprocess.run(words, capture_output=True, cwd=Path(__file__).parents[2], check=False)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        made = folder if in_place else target
        for path in made.rglob("*") if made.exists() else ():
            if path.is_file() and not path.name.startswith(".~xpt-"):
                now = path.read_bytes()
                old = before.get(path.relative_to(made)) if in_place else None
                assert now in (source.get(path.name), old, b"before\n"), path
        if done.returncode == 0:
            break
    else:
        pytest.fail("never came to its end")


def test_what_is_said_names_the_first_and_counts_the_rest() -> None:
    restored = Restored("r", "a_001.ipynb", [f"f{n}.py" for n in range(10)], in_place=False)
    assert said(restored)[1] == "with it: f0.py, f1.py, f2.py, f3.py, f4.py, f5.py, f6.py, f7.py and 2 more"


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x"])
def test_a_name_that_leads_out_goes_nowhere(name: str) -> None:
    from jupyter_xpt.edges.disk.store import confined
    from jupyter_xpt.thought.restoring import placed

    with pytest.raises(XptError, match="leads out"):
        confined(placed(name, ()))
    assert os.sep not in placed("a.py", ())
