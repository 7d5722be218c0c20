from __future__ import annotations

import os
import shutil

import pytest

from jupyter_xpt.actions import trash
from jupyter_xpt.actions.edit import set_baseline
from jupyter_xpt.actions.overview import overview
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.errors import ConflictError, StoreError, UnknownExperiment
from jupyter_xpt.ground.names import ExperimentName
from tests import builders

SECOND = ExperimentName("cats", 2)


@pytest.fixture
def folder(tmp_path):
    """A folder with the small series, a notebook for the second experiment."""
    builders.write_series(tmp_path)
    (tmp_path / "cats_002.ipynb").write_text("second")
    return tmp_path


def numbers(folder):
    return [row.number for row in overview(folder).of("cats").rows]


def files(folder):
    """Every file but the derived ones and reservations, with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("experiments.csv", "lock") and "numbers" not in path.parts
    }


def test_what_is_deleted_is_gone_from_sight_and_nothing_is_lost(folder):
    before = files(folder)
    away = trash.delete(folder, SECOND)
    assert numbers(folder) == [1, 3, 5, 4, 6]
    assert not (folder / "cats_002.ipynb").exists()
    assert (away / "cats_002.ipynb").read_text() == "second"
    assert (away / "cats_002" / "experiment.json").exists()
    assert away.parent == folder / "out" / ".xpt" / "trash"
    assert sorted(before.values()) == sorted(files(folder).values())
    assert "cats_002,cats_001" not in (folder / "experiments.csv").read_text()


def test_undelete_puts_everything_back(folder):
    before, overviewed = files(folder), overview(folder)
    trash.delete(folder, SECOND)
    trash.undelete(folder, SECOND)
    assert files(folder) == before
    assert overview(folder) == overviewed
    assert "cats_002,cats_001" in (folder / "experiments.csv").read_text()
    assert not any((folder / "out" / ".xpt" / "trash").iterdir())
    with pytest.raises(UnknownExperiment, match="cats_002 is not in the trash"):
        trash.undelete(folder, SECOND)


def test_children_keep_their_parent_and_say_that_it_is_not_there(folder):
    trash.delete(folder, SECOND)
    row = overview(folder).of("cats").row(4)
    assert (row.parent, row.against) == (2, None)
    assert "its parent 002 is not there" in [one.text for one in row.warnings]
    trash.undelete(folder, SECOND)
    assert overview(folder).of("cats").row(4).against == 2


def test_a_deleted_baseline_is_told(folder):
    set_baseline(folder, "cats", 2)
    trash.delete(folder, SECOND)
    assert "the pinned baseline 002 is not there" in overview(folder).of("cats").warnings[0].text


def test_the_number_is_never_given_again(folder):
    newest = ExperimentName("cats", 6)
    trash.delete(folder, newest)
    shutil.rmtree(folder / "out" / ".xpt" / "trash")
    assert store.reserve(Store(folder), "cats").number == 7


def test_what_runs_is_not_deleted(folder):
    record = builders.run_record(2, status="running", process=None, started="2099-01-01T00:00:00+00:00")
    builders.write_run(folder / "out" / "cats_002", record, b"")
    with pytest.raises(ConflictError, match=r"cats_002 is running \(2026_11_23-12_34_02\)") as refusal:
        trash.delete(folder, SECOND)
    assert "\n" not in str(refusal.value)
    assert 2 in numbers(folder)
    assert (folder / "cats_002.ipynb").exists()


def test_a_damaged_experiment_can_be_deleted_and_comes_back_as_damaged(folder):
    (folder / "out" / "cats_002" / "experiment.json").write_text("{")
    trash.delete(folder, SECOND)
    assert 2 not in numbers(folder)
    trash.undelete(folder, SECOND)
    assert overview(folder).of("cats").row(2).status == "damaged"


def test_without_a_notebook_only_the_folder_moves(folder):
    (folder / "cats_002.ipynb").unlink()
    away = trash.delete(folder, SECOND)
    assert [one.name for one in away.iterdir()] == ["cats_002"]
    trash.undelete(folder, SECOND)
    assert not (folder / "cats_002.ipynb").exists()


def test_a_notebook_that_is_a_link_stays(folder, tmp_path_factory):
    mine = tmp_path_factory.mktemp("elsewhere") / "mine.ipynb"
    mine.write_text("mine")
    (folder / "cats_002.ipynb").unlink()
    (folder / "cats_002.ipynb").symlink_to(mine)
    away = trash.delete(folder, SECOND)
    assert [one.name for one in away.iterdir()] == ["cats_002"]
    assert (folder / "cats_002.ipynb").is_symlink()
    assert mine.read_text() == "mine"


def test_what_stands_there_again_is_not_written_over(folder):
    trash.delete(folder, SECOND)
    (folder / "cats_002.ipynb").write_text("another")
    before = files(folder)
    with pytest.raises(ConflictError, match=r"cats_002\.ipynb stands there again"):
        trash.undelete(folder, SECOND)
    assert files(folder) == before
    (folder / "cats_002.ipynb").unlink()
    (folder / "out" / "cats_002").mkdir()
    with pytest.raises(ConflictError, match="out/cats_002 stands there again"):
        trash.undelete(folder, SECOND)


def test_the_newest_deletion_comes_back_first(folder):
    trash.delete(folder, SECOND)
    shutil.copytree(folder / "out" / "cats_001", folder / "out" / "cats_002")
    (folder / "cats_002.ipynb").write_text("newer")
    trash.delete(folder, SECOND)
    trash.undelete(folder, SECOND)
    assert (folder / "cats_002.ipynb").read_text() == "newer"
    trash.delete(folder, SECOND)
    trash.undelete(folder, SECOND)
    assert (folder / "cats_002.ipynb").read_text() == "newer"


@pytest.mark.parametrize("name", [ExperimentName("cats", 9), ExperimentName("dogs", 1), ExperimentName("../cats", 2)])
def test_what_is_not_there_is_refused(folder, name):
    before = files(folder)
    with pytest.raises(UnknownExperiment, match="there is no experiment"):
        trash.delete(folder, name)
    with pytest.raises(UnknownExperiment, match="is not in the trash"):
        trash.undelete(folder, name)
    assert files(folder) == before


def test_what_is_deleted_already_says_so(folder):
    trash.delete(folder, SECOND)
    with pytest.raises(UnknownExperiment, match="it is in the trash already"):
        trash.delete(folder, SECOND)


def test_links_in_place_of_folders_are_not_followed(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (folder / "out" / ".xpt").mkdir()
    (folder / "out" / ".xpt" / "trash").symlink_to(elsewhere)
    with pytest.raises(StoreError, match="link"):
        trash.delete(folder, SECOND)
    (folder / "out" / "cats_009").symlink_to(elsewhere)
    with pytest.raises(ConflictError, match="link"):
        trash.delete(folder, ExperimentName("cats", 9))
    assert not any(elsewhere.iterdir())
    assert 2 in numbers(folder)
    assert (folder / "cats_002.ipynb").exists()


def test_a_move_across_file_systems_is_a_copy_that_is_whole(folder, monkeypatch):
    # Where out/ is a link to another disk, the notebook cannot be linked into it.
    link = os.link

    def refused(source, target, **given):
        if os.fspath(source).endswith("cats_002.ipynb"):
            raise OSError(18, "Invalid cross-device link")
        link(source, target, **given)

    monkeypatch.setattr(os, "link", refused)
    before = files(folder)
    away = trash.delete(folder, SECOND)
    assert (away / "cats_002.ipynb").read_text() == "second"
    assert not (folder / "cats_002.ipynb").exists()
    trash.undelete(folder, SECOND)
    assert files(folder) == before


@pytest.mark.parametrize(
    ("asked", "series", "found"),
    [("2", None, "cats_002"), ("#002", None, "cats_002"), ("cats_002", None, "cats_002"), ("2", "cats", "cats_002")],
)
def test_a_deleted_experiment_is_found_by_number_or_name(folder, asked, series, found):
    trash.delete(folder, SECOND)
    assert str(trash.find_deleted(folder, asked, series)) == found


def test_a_deleted_experiment_that_is_not_there_is_refused_with_what_is(folder):
    with pytest.raises(UnknownExperiment, match="2 is not in the trash; it is empty"):
        trash.find_deleted(folder, "2")
    builders.write_experiment(folder, builders.experiment_record(2, series="dogs"))
    for series in ("cats", "dogs"):
        trash.delete(folder, ExperimentName(series, 2))
    with pytest.raises(UnknownExperiment, match="2 could be cats_002, dogs_002"):
        trash.find_deleted(folder, "2")
    with pytest.raises(UnknownExperiment, match="9 is not in the trash; there is cats_002, dogs_002"):
        trash.find_deleted(folder, "9")
    assert trash.find_deleted(folder, "2", "dogs").series == "dogs"
