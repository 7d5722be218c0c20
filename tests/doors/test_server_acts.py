"""The acts of the panel: what they answer, and what they change on disk."""

import json

import pytest

from jupyter_xpt.actions.overview import overview
from jupyter_xpt.edges.disk.datasets import write_datasets
from jupyter_xpt.ground.datasets import DatasetRecord
from jupyter_xpt.ground.records import RUNNING
from tests import builders, servers
from tests.projects import tree
from tests.servers import message

LOCKS = ("out/.xpt/lock",)


def row_of(folder, number: int):
    """The row of an experiment as every surface sees it."""
    return overview(folder).of("cats").row(number)


async def test_note_tags_and_star_are_written_in_one_step(panel):
    servers.write_all(panel.root)
    body = {"note": "line one\nline two", "tags": ["quick", "α"], "star": True}
    row = (await panel.send("PATCH", await panel.experiment(4), body))["row"]
    assert (row["note"], row["tags"], row["star"]) == ("line one\nline two", ["quick", "α"], True)
    found = row_of(panel.root, 4)
    assert (found.note, found.tags, found.star) == ("line one\nline two", ("quick", "α"), True)
    row = (await panel.send("PATCH", await panel.experiment(4), {"star": False}))["row"]
    assert (row["note"], row["star"]) == ("line one\nline two", False)
    assert "★" not in (panel.root / "experiments.csv").read_text()


async def test_an_experiment_is_deleted_and_comes_back(panel):
    servers.write_all(panel.root)
    (panel.root / "cats_004.ipynb").write_bytes(servers.notebook("1"))
    before = tree(panel.root)
    route = await panel.experiment(4)
    assert await panel.send("DELETE", route) == {}
    assert row_of(panel.root, 4) is None
    assert not (panel.root / "cats_004.ipynb").exists()
    assert (await panel.ask(route)).code == 404
    assert (await panel.ask(route, "DELETE")).code == 404
    assert await panel.send("POST", f"{route}/undelete") == {}
    assert row_of(panel.root, 4) is not None
    after = {name: digest for name, digest in tree(panel.root).items() if name in before}
    assert after == before
    assert (await panel.ask(f"{route}/undelete", "POST")).code in (404, 409)


async def test_who_deletes_what_others_used_is_told(panel):
    maker = builders.write_run(
        builders.write_experiment(panel.root, builders.experiment_record(1)), builders.run_record(), b""
    )
    user = builders.write_run(
        builders.write_experiment(panel.root, builders.experiment_record(2)), builders.run_record(2), b""
    )
    write_datasets(user, [DatasetRecord("a.npy", "file", maker=f"cats_001/{maker.name}")])
    said = "cats_002 used its a.npy: what uses it cannot be run again while it is away"
    assert await panel.send("DELETE", await panel.experiment(1)) == {"warning": said}
    assert await panel.send("DELETE", await panel.experiment(2)) == {}


async def test_the_last_experiment_of_a_series_comes_back_too(panel):
    builders.write_experiment(panel.root, builders.experiment_record(1))
    route = await panel.experiment(1)
    await panel.send("DELETE", route)
    assert (await panel.get(f"places/{await panel.place()}/overview"))["series"] == []
    await panel.send("POST", f"{route}/undelete")
    assert row_of(panel.root, 1) is not None


async def test_what_runs_is_not_deleted(panel):
    servers.write_all(panel.root)
    record = builders.run_record(2, status=RUNNING, process=builders.ELSEWHERE)
    builders.write_run(panel.root / "out" / "cats_004", record, b"")
    answer = await panel.ask(await panel.experiment(4), "DELETE")
    assert answer.code == 409
    assert message(answer).startswith("cats_004 is running")
    assert row_of(panel.root, 4) is not None


async def test_a_notebook_is_put_back_as_it_ran(panel):
    servers.write_all(panel.root)
    place = panel.root / "cats_004.ipynb"
    route = f"{await panel.experiment(4)}/restore"
    ran = (panel.root / "out" / "cats_004" / servers.RUN / "source" / "cats_004.ipynb").read_bytes()
    assert await panel.send("POST", route) == {"notebook": "cats_004.ipynb", "kept": False}
    assert place.read_bytes() == ran
    place.write_bytes(servers.notebook("edited"))
    assert await panel.send("POST", route) == {"notebook": "cats_004.ipynb", "kept": True}
    assert place.read_bytes() == ran
    (kept,) = (panel.root / "out" / "cats_004").glob("replaced-*.ipynb")
    assert kept.read_bytes() == servers.notebook("edited")


async def test_what_never_ran_cannot_be_put_back(panel):
    servers.write_all(panel.root)
    answer = await panel.ask(f"{await panel.experiment(6)}/restore", "POST")
    assert (answer.code, message(answer)) == (409, "cats_006 never ran: there is nothing to put back")


async def test_new_from_here_starts_from_the_experiment_as_it_ran(panel):
    (panel.root / "a").mkdir()
    servers.write_all(panel.root / "a")
    # No draft, no numbered notebook: the snapshot is enough.
    route = f"{await panel.series(path='a')}/experiments"
    made = await panel.send("POST", route, {"parent": 4, "note": "more trees"})
    assert made == {"number": 7, "notebook": "a/cats_007.ipynb"}
    cells = json.loads((panel.root / "a" / "cats_007.ipynb").read_text())["cells"]
    assert "accuracy = 0.95" in "".join(cells[-1]["source"])
    found = row_of(panel.root / "a", 7)
    assert (found.parent, found.note, found.status) == (4, "more trees", "planned")


async def test_new_without_a_parent_copies_the_draft_or_the_newest(panel):
    servers.write_all(panel.root)
    (panel.root / "cats_006.ipynb").write_bytes(servers.notebook("%%experiment\nsix = 6"))
    route = f"{await panel.series()}/experiments"
    made = await panel.send("POST", route, {"parent": None, "note": ""})
    assert "six = 6" in (panel.root / made["notebook"]).read_text()
    (panel.root / "cats.ipynb").write_bytes(servers.notebook("%%experiment\ndraft = 0"))
    made = await panel.send("POST", route, {"parent": None, "note": ""})
    assert "draft = 0" in (panel.root / made["notebook"]).read_text()
    assert made["number"] == 8


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"parent": 99, "note": ""}, 404),
        ({"parent": 1, "note": ""}, 409),
        ({"parent": "4", "note": ""}, 400),
        ({"parent": 4, "note": None}, 400),
        ({"parent": 4, "note": "x" * 10_001}, 400),
        ({"parent": 4, "note": "", "notebook": "/etc/passwd"}, 400),
    ],
    ids=str,
)
async def test_a_new_one_that_cannot_be_leaves_nothing(panel, body, code):
    servers.write_all(panel.root)
    before = tree(panel.root)
    answer = await panel.ask(f"{await panel.series()}/experiments", "POST", body)
    assert answer.code == code, answer.body
    assert message(answer)
    assert tree(panel.root, besides=LOCKS) == before


async def test_a_baseline_is_pinned_and_loosened(panel):
    servers.write_all(panel.root)
    route = await panel.series()
    place = await panel.place()
    assert await panel.send("PATCH", route, {"baseline": 3}) == {}
    series = (await panel.get(f"places/{place}/overview"))["series"][0]
    assert series["baseline"] == 3
    assert {row["against"] for row in series["rows"] if row["number"] != 3} == {3}
    assert "003" in next(row for row in series["rows"] if row["number"] == 4)["verdicts"]["accuracy"]["sentence"]
    assert await panel.send("PATCH", route, {"baseline": None}) == {}
    series = (await panel.get(f"places/{place}/overview"))["series"][0]
    assert (series["baseline"], series["rows"][1]["against"]) == (None, 1)


async def test_a_goal_is_set_and_taken_away(panel):
    servers.write_all(panel.root)
    route, place = await panel.series(), await panel.place()
    await panel.send("PATCH", route, {"goals": {"accuracy": "min"}})
    series = (await panel.get(f"places/{place}/overview"))["series"][0]
    assert (series["goal"], series["goals"]["accuracy"]) == ("min", "min")
    assert series["rows"][2]["verdicts"]["accuracy"]["verdict"] == "worse"
    await panel.send("PATCH", route, {"goals": {"accuracy": None}})
    assert (await panel.get(f"places/{place}/overview"))["series"][0]["goal"] == "max"


async def test_a_damaged_record_is_left_for_people_to_mend(panel):
    servers.write_all(panel.root)
    record = panel.root / "out" / "cats_004" / "experiment.json"
    record.write_bytes(b"{")
    answer = await panel.ask(await panel.experiment(4), "PATCH", {"note": "x"})
    assert answer.code == 409
    assert message(answer).startswith("cats_004/experiment.json: damaged")
    assert record.read_bytes() == b"{"
