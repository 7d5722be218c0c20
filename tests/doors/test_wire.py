"""The JSON that the panel gets: exactly the shapes that the front end's tokens.ts names."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_xpt.actions import compare, detail as details
from jupyter_xpt.actions.curves import CurveReader
from jupyter_xpt.actions.follow import Follower
from jupyter_xpt.actions.overview import overview
from jupyter_xpt.doors import wire
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.configuration import EstimatorRecord, OutsideRecord
from jupyter_xpt.ground.records import RUNNING, ExperimentRecord, Warned
from tests import builders, servers
from tests.servers import RUN

TOKENS = (Path(__file__).parents[2] / "labextension" / "src" / "tokens.ts").read_text("utf-8")


def fields(name: str) -> dict[str, bool]:
    """The fields of an interface, each with whether it must be there."""
    body = re.search(rf"export interface {name} \{{(.*?)\n\}}", TOKENS, re.DOTALL)
    assert body is not None, name
    return {field: not optional for field, optional in re.findall(r"^  readonly (\w+)(\??):", body[1], re.MULTILINE)}


def check(name: str, found: dict) -> None:
    """Fails where an answer is not of the interface's shape."""
    wanted = fields(name)
    needed = {field for field, must in wanted.items() if must}
    assert needed <= found.keys() <= wanted.keys(), (name, found.keys() ^ wanted.keys())


@pytest.fixture
def folder(tmp_path):
    """A folder with something of everything."""
    servers.write_all(tmp_path)
    configure(tmp_path, 2, {"trees": 100, "depth": 3, "scaled": True})
    configure(tmp_path, 4, {"trees": 300, "scaled": True})
    record = builders.run_record(2, status=RUNNING, process=builders.ELSEWHERE)
    data = builders.results({"accuracy": [0.9, 0.8]}, unfinished=[2])
    builders.write_run(tmp_path / "out" / "cats_006", record, data)
    return tmp_path


def configure(folder: Path, number: int, parameters: dict) -> None:
    """Gives an experiment parameters, an outside value, a model and a place in git."""
    path = folder / "out" / f"cats_{number:03d}"
    record = codec.load(ExperimentRecord, (path / "experiment.json").read_bytes(), "experiment.json")
    (path / "experiment.json").write_bytes(codec.dump(replace(record, parameters=parameters)))
    git = {"commit": "c0ffee", "dirty": True, "changed": 2, "untracked": True, "patch": "git.patch"}
    run = builders.run_record(
        git={**git, "hidden": f"refs/xpt/cats_{number:03d}"},
        outside=(OutsideRecord("environment", "RATE", "0.1"),),
        estimators=(EstimatorRecord("model", "sklearn.SVC", {"C": float("inf")}),),
    )
    (path / RUN / "run.json").write_bytes(codec.dump(run))


def looked(folder: Path, since: str | None = None) -> dict:
    """The overview as it goes out."""
    follower = Follower(folder)
    delta = follower.look(since)
    return json.loads(b"".join(wire.overview(delta, follower.name_of(delta))))


def test_an_overview_has_the_shape_that_is_written_down(folder):
    found = looked(folder)
    check("IOverview", found)
    (series,) = found["series"]
    check("ILineage", series)
    for row in series["rows"]:
        check("IRow", row)
        for measured in row["measured"].values():
            check("IMeasured", measured)
        for verdict in row["verdicts"].values():
            check("IVerdict", verdict)
    rows = {row["number"]: row for row in series["rows"]}
    check("IRunning", rows[6]["running"])
    assert rows[6]["running"]["values"] == {"accuracy": [0.9]}
    assert (rows[6]["running"]["ended"], rows[6]["running"]["repeats"]) == (1, 5)
    assert rows[4]["verdicts"]["accuracy"]["sentence"].startswith("Improved on 002 by ")
    assert rows[4]["measured"]["accuracy"]["shown"] == "0.9336 ± 0.0016"
    assert rows[1]["against"] is None


def test_a_detail_has_the_shape_that_is_written_down(folder):
    found = wire.detail(details.detail(folder, "cats", 4), "a/cats_004.ipynb")
    check("IDetail", found)
    check("IRow", found["row"])
    check("IChange", found["changes"][0])
    (run,) = found["runs"]
    check("IRun", run)
    check("IRepeat", run["each"][0])
    check("IGit", run["git"])
    assert (run["git"]["changed"], run["git"]["patch"], run["git"]["hidden"]) == (2, True, "refs/xpt/cats_004")
    check("IEstimator", run["estimators"][0])
    assert run["outside"] == [{"kind": "environment", "name": "RATE", "value": "0.1", "masked": False}]
    for one in found["parameters"]:
        check("IParameter", one)
    assert found["parameters"][0] == {
        "name": "trees",
        "origin": "source",
        "before": "100",
        "after": "300",
        "changed": True,
        "masked": False,
    }
    told = {one["what"]: (one["before"], one["after"]) for one in found["environment_changes"]}
    assert told["numpy"] == ("1.26.0", "2.1.0")


def test_parameters_are_told_once_and_of_a_child_what_sets_it_apart(folder):
    rows = {row["number"]: row for row in looked(folder)["series"][0]["rows"]}
    assert rows[2]["parameters"] == {"trees": 100, "depth": 3, "scaled": True, "model.C": "Infinity", "$RATE": "0.1"}
    assert (rows[4]["parameters"], rows[4]["lacks"]) == ({"trees": 300}, ["depth"])
    assert "lacks" not in rows[2]
    alone = wire.row(overview(folder).of("cats").row(4), notebook=False)
    assert alone["parameters"] == {"trees": 300, "scaled": True, "model.C": "Infinity", "$RATE": "0.1"}


def test_a_row_alone_in_an_answer_tells_all_its_parameters(folder):
    follower = Follower(folder)
    known = follower.name_of(follower.look())
    configure(folder, 4, {"trees": 400})
    os.utime(folder / "out" / "cats_004")
    delta = follower.look(known)
    (series,) = json.loads(b"".join(wire.overview(delta, follower.name_of(delta))))["series"]
    (row,) = (row for row in series["rows"] if row["number"] == 4)
    assert row["parameters"] == {"trees": 400, "model.C": "Infinity", "$RATE": "0.1"}


def test_parameters_are_bounded_and_printable(tmp_path):
    many = {f"p{n}": "x" * 5_000 for n in range(1_000)} | {"big": 2**80}
    builders.write_experiment(tmp_path, builders.experiment_record(1, parameters={"a\x1b": "b\x1b", **many}))
    (row,) = looked(tmp_path)["series"][0]["rows"]
    assert len(row["parameters"]) == 200
    assert row["parameters"]["a\ufffd"] == "b\ufffd"
    assert all(len(value) <= 102 for value in row["parameters"].values())


def test_the_other_answers_have_their_shapes(folder):
    check("ILog", wire.log(details.log_tail(folder, "cats", 4, RUN, 5)))
    check("ILog", wire.log(details.log_find(folder, "cats", 4, RUN, "fit")))
    check("ICurves", wire.curves(*CurveReader().read(folder, "cats", 4, RUN)))
    found = wire.diff(compare.diff(folder, "cats", 2, 4))
    check("IDiff", found)
    check("ICellDiff", found["cells"][0])
    check("IDiffLine", found["cells"][0]["lines"][0])
    compared = wire.compare(compare.compare(folder, "cats", [2, 4]))
    check("ICompare", compared)
    assert compared["parameters"][:2] == [
        {"name": "trees", "values": ["100", "300"], "differs": True},
        {"name": "depth", "values": ["3", None], "differs": True},
    ]
    check("IWarned", wire._warned([Warned("XPT001", "text")])[0])


def test_pieces_of_an_overview_are_one_json(folder):
    builders.write_experiment(folder, builders.experiment_record(1, series="dogs", source=None))
    assert [one["series"] for one in looked(folder)["series"]] == ["cats", "dogs"]
    assert looked(folder)["full"]


def test_numbers_that_json_or_javascript_lack_become_null(tmp_path):
    record = builders.experiment_record(1, parent=2**60)
    path = builders.write_experiment(tmp_path, record)
    run = builders.run_record(seconds=float("inf"), repeats=2**60, index=1)
    builders.write_run(path, run, builders.results({"accuracy": ["NaN", "Infinity", 0.5]}))
    row = looked(tmp_path)["series"][0]["rows"][0]
    assert (row["parent"], row["seconds"]) == (None, None)
    assert row["measured"]["accuracy"]["values"] == [0.5]
    each = wire.detail(details.detail(tmp_path, "cats", 1), "")["runs"][0]["each"]
    assert [one["values"]["accuracy"] for one in each] == ["NaN", "Infinity", 0.5]


def test_a_strip_of_very_many_repeats_is_thinned(tmp_path):
    path = builders.write_experiment(tmp_path, builders.experiment_record(1))
    builders.write_run(path, builders.run_record(), builders.results({"accuracy": [n / 5000 for n in range(5000)]}))
    measured = looked(tmp_path)["series"][0]["rows"][0]["measured"]["accuracy"]
    assert measured["n"] == 5000
    assert 250 <= len(measured["values"]) <= 500


def test_a_note_keeps_its_lines_and_nothing_else(tmp_path):
    builders.write_experiment(tmp_path, builders.experiment_record(1, note="one\r\ntwo\x07\n\n\u202ethree"))
    assert looked(tmp_path)["series"][0]["rows"][0]["note"] == "one\ntwo\ufffd\n\n\ufffdthree"
