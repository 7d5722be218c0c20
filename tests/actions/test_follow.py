import shutil

import pytest

from jupyter_xpt.actions.follow import Follower
from jupyter_xpt.ground.errors import UnknownExperiment
from jupyter_xpt.ground.records import RUNNING
from tests import builders


def test_readers_are_told_what_changed_since_they_looked(tmp_path):
    builders.write_series(tmp_path)
    follower = Follower(tmp_path)
    first = follower.look()
    name = follower.name_of(first)
    assert first.full
    assert not follower.look(name).full
    assert follower.look("another." + name.partition(".")[2]).full
    assert Follower(tmp_path).look(name).full


def test_what_is_shown_need_not_be_announced(tmp_path):
    builders.write_series(tmp_path)
    follower = Follower(tmp_path)
    follower.look()
    assert follower.changed() == ()
    builders.write_experiment(tmp_path, builders.experiment_record(7, source=None))
    assert follower.changed() == ("cats",)
    assert follower.changed() == ()


def test_what_another_reader_saw_first_is_announced_all_the_same(tmp_path):
    builders.write_series(tmp_path)
    follower = Follower(tmp_path)
    follower.look()
    builders.write_experiment(tmp_path, builders.experiment_record(7, source=None))
    follower.look()
    assert follower.changed() == ("cats",)


def test_a_log_that_grows_is_announced_while_its_run_runs(tmp_path):
    builders.write_series(tmp_path)
    record = builders.run_record(2, status=RUNNING, process=builders.ELSEWHERE)
    run = builders.write_run(tmp_path / "out" / "cats_001", record, b"", log="a\n")
    follower = Follower(tmp_path)
    follower.look()
    assert follower.changed() == ()
    (run / "log.txt").write_text("a\nb\n")
    assert follower.changed() == ("cats",)
    assert follower.changed() == ()


def test_a_folder_that_goes_and_comes_back_is_announced_both_times(tmp_path):
    folder = tmp_path / "a"
    folder.mkdir()
    builders.write_series(folder)
    follower = Follower(folder)
    follower.look()
    shutil.rmtree(folder)
    assert follower.changed() == ("cats",)
    with pytest.raises(UnknownExperiment, match="the folder a is not there any more"):
        follower.look()
    folder.mkdir()
    builders.write_series(folder)
    assert follower.changed() == ("cats",)


def test_a_folder_without_out_is_empty(tmp_path):
    assert Follower(tmp_path).look().lineages == ()
