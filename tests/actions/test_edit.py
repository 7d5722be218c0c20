from __future__ import annotations

import json

import pytest

from jupyter_xpt.actions import edit
from jupyter_xpt.actions.overview import get, overview
from jupyter_xpt.ground.errors import OptionError, RecordError, StoreError, UnknownExperiment, XptError
from jupyter_xpt.ground.names import ExperimentName
from tests import builders


@pytest.fixture
def folder(tmp_path):
    """A folder with the small series."""
    return builders.write_series(tmp_path)


def record(folder, number):
    return json.loads((folder / "out" / f"cats_00{number}" / "experiment.json").read_text())


def settled(folder):
    return json.loads((folder / "out" / ".xpt" / "series" / "cats.json").read_text())


def rows(folder):
    return {row.number: row for row in overview(folder).of("cats").rows}


def test_note_tags_and_star_are_replaced_in_one_step_and_the_rest_stays(folder):
    name = ExperimentName("cats", 2)
    edit.change(folder, name, note="n", tags=["a", "b", "a"], star=True)
    assert {key: record(folder, 2)[key] for key in ("note", "tags", "star", "parent")} == {
        "note": "n",
        "tags": ["a", "b"],
        "star": True,
        "parent": 1,
    }
    edit.change(folder, name, tags=[])
    assert (record(folder, 2)["note"], record(folder, 2)["tags"], record(folder, 2)["star"]) == ("n", [], True)
    assert ",★," in (folder / "experiments.csv").read_text()


def test_a_star_is_set_and_taken_away(folder):
    assert edit.set_star(folder, "cats", "4", True).star
    assert get(4, folder).row.star
    assert not edit.set_star(folder, "cats", "4", False).star


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"note": "x" * 10_001}, "at most 10000 fit"),
        ({"tags": ["two words"]}, "is no tag"),
        ({"tags": ["a,b"]}, "is no tag"),
        ({"tags": [""]}, "is no tag"),
        ({"tags": ["-a"]}, "is no tag"),
        ({"tags": ["#a"]}, "is no tag"),
        ({"tags": ["a\u202e"]}, "is no tag"),
        ({"tags": ["a" * 101]}, "at most 100 fit"),
        ({"tags": [str(number) for number in range(51)]}, "at most 50"),
    ],
    ids=lambda one: str(one)[:30],
)
def test_what_cannot_be_is_refused_in_one_line_and_changes_nothing(folder, given, said):
    before = record(folder, 2)
    with pytest.raises(OptionError, match=said) as refusal:
        edit.change(folder, ExperimentName("cats", 2), **given)
    assert "\n" not in str(refusal.value)
    assert record(folder, 2) == before


def test_what_is_not_there_cannot_be_edited(folder):
    with pytest.raises(UnknownExperiment):
        edit.change(folder, ExperimentName("cats", 9), star=True)
    with pytest.raises(UnknownExperiment):
        edit.set_star(folder, "cats", "9", True)


def test_a_pinned_baseline_is_on_disk_and_in_every_verdict(folder):
    edit.set_baseline(folder, "cats", 4)
    assert settled(folder) == {"schema": 1, "series": "cats", "baseline": 4, "goals": {}}
    assert {number: row.against for number, row in rows(folder).items()} == {1: 4, 2: 4, 3: 4, 4: 2, 5: 4, 6: 4}
    assert rows(folder)[3].sentence.startswith("Worse than 004")
    assert "cats_001,,baseline random forest,,finished,worse" in (folder / "experiments.csv").read_text()
    edit.set_baseline(folder, "cats", "cats_001")
    assert overview(folder).of("cats").baseline == 1
    edit.set_baseline(folder, "cats", None)
    assert settled(folder)["baseline"] is None
    assert rows(folder)[4].against == 2


def test_goals_are_set_beside_one_another_and_taken_away(folder):
    edit.set_goals(folder, "cats", {"accuracy": "min"})
    edit.set_goals(folder, "cats", {"loss": "max"})
    assert settled(folder)["goals"] == {"accuracy": "min", "loss": "max"}
    assert overview(folder).of("cats").goals == {"accuracy": "min", "loss": "max"}
    assert rows(folder)[4].verdict.verdict == "worse"
    edit.set_goals(folder, "cats", {"accuracy": None, "no such": None})
    assert settled(folder)["goals"] == {"loss": "max"}


@pytest.mark.parametrize(
    ("act", "error", "said"),
    [
        (lambda f: edit.set_baseline(f, "cats", 9), UnknownExperiment, "there is no experiment 9"),
        (lambda f: edit.set_baseline(f, "cats", "x"), OptionError, "is no experiment of cats"),
        (lambda f: edit.set_baseline(f, "dogs", None), UnknownExperiment, "there is no series 'dogs'"),
        (lambda f: edit.set_baseline(f, "../cats", 1), UnknownExperiment, "no experiments yet"),
        (lambda f: edit.set_goals(f, "cats", {"f1": "max"}), OptionError, "no metric 'f1'; it measured accuracy, loss"),
        (lambda f: edit.set_goals(f, "cats", {"loss": "up"}), OptionError, "goal is max or min, not 'up'"),
        (lambda f: edit.set_goals(f, "dogs", {"loss": "min"}), UnknownExperiment, "there is no series"),
    ],
    ids=["no such number", "no number", "no series", "a path", "no metric", "no goal", "no series for goals"],
)
def test_what_cannot_be_settled_is_refused_and_leaves_nothing(folder, act, error, said):
    with pytest.raises(error, match=said) as refusal:
        act(folder)
    assert "\n" not in str(refusal.value)
    assert not (folder / "out" / ".xpt" / "series").exists()


def test_a_damaged_experiment_cannot_be_the_baseline(folder):
    (folder / "out" / "cats_002" / "experiment.json").write_text("{")
    with pytest.raises(OptionError, match="cats_002 is damaged"):
        edit.set_baseline(folder, "cats", 2)


def test_unknown_fields_of_what_is_settled_survive(folder):
    edit.set_baseline(folder, "cats", 1)
    path = folder / "out" / ".xpt" / "series" / "cats.json"
    path.write_text(json.dumps({**settled(folder), "later": {"deep": [1]}}))
    edit.set_goals(folder, "cats", {"loss": "max"})
    assert settled(folder)["later"] == {"deep": [1]}
    assert settled(folder)["baseline"] == 1


def test_a_damaged_record_of_a_series_is_shown_hides_nothing_and_is_not_written_over(folder):
    edit.set_baseline(folder, "cats", 1)
    path = folder / "out" / ".xpt" / "series" / "cats.json"
    path.write_text("{")
    found = overview(folder).of("cats")
    assert len(found.rows) == 6
    assert found.warnings[0].text.startswith("cats.json: damaged")
    with pytest.raises(RecordError, match="delete it"):
        edit.set_baseline(folder, "cats", 2)
    assert path.read_text() == "{"


def test_a_link_in_place_of_the_series_folder_is_not_followed(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "cats.json").write_text(json.dumps({"schema": 1, "series": "cats", "baseline": 1}))
    (folder / "out" / ".xpt").mkdir()
    (folder / "out" / ".xpt" / "series").symlink_to(elsewhere)
    assert overview(folder).of("cats").baseline is None
    with pytest.raises(StoreError, match="link"):
        edit.set_goals(folder, "cats", {"loss": "max"})
    assert [one.name for one in elsewhere.iterdir()] == ["cats.json"]


def test_every_refusal_is_ours(folder):
    (folder / "out" / ".xpt").mkdir()
    (folder / "out" / ".xpt" / "series").write_text("a file")
    with pytest.raises(XptError):
        edit.set_baseline(folder, "cats", 1)
