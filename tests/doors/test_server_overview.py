"""What the panel follows: places, overviews, what changed, and the events that tell of it."""

import asyncio
import gzip
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from jupyter_xpt.actions import overview as overviews
from jupyter_xpt.doors.server.watch import SCHEMA_ID
from jupyter_xpt.ground.names import ExperimentName
from tests import builders, servers
from tests.servers import message

TOKENS = Path(__file__).parents[2] / "labextension" / "src" / "tokens.ts"
WRITER = """
import sys
from pathlib import Path
from tests import builders
folder, number = Path(sys.argv[1]), int(sys.argv[2])
builders.write_experiment(folder, builders.experiment_record(number, 4, note=sys.argv[3], source=None))
"""


def write_elsewhere(folder: Path, number: int, note: str) -> None:
    """Another process writes an experiment."""
    done = [sys.executable, "-c", WRITER, str(folder), str(number), note]
    subprocess.run(done, check=True, cwd=Path(__file__).parents[2])


def with_numbers(folder: Path) -> Path:
    """The small series as a kernel leaves it: with reservations."""
    builders.write_series(folder)
    (folder / "out" / ".xpt").mkdir()
    return folder


def numbers(answer: dict) -> list[int]:
    """The rows that an overview of one series holds."""
    return [row["number"] for one in answer["series"] for row in one["rows"]]


async def test_places_are_the_root_and_folders_with_experiments(panel):
    for below in ("a", "a/b/c", ".hidden", "node_modules/x", "a/out/inner", "plain"):
        (panel.root / below).mkdir(parents=True)
        if below != "plain":
            with_numbers(panel.root / below)
    os.symlink(panel.root / "a", panel.root / "link")
    os.symlink("/", panel.root / "all")
    found = (await panel.get("places"))["places"]
    told = {one["path"]: one["experiments"] for one in found}
    assert told == {"": False, "a": True, "a/b/c": True}
    assert len({one["place"] for one in found}) == 3
    assert all(len(one["place"]) == 16 for one in found)


async def test_a_folder_with_an_open_notebook_is_a_place(panel, jp_fetch):
    (panel.root / "new").mkdir()
    (panel.root / "new" / "cats.ipynb").write_bytes(servers.notebook("1"))
    session = {"path": "new/cats.ipynb", "type": "notebook", "name": "", "kernel": {"name": "python3"}}
    answer = await jp_fetch("api/sessions", method="POST", body=json.dumps(session))
    assert {"path": "new", "experiments": False}.items() <= (await panel.get("places"))["places"][1].items()
    await jp_fetch("api/sessions", json.loads(answer.body)["id"], method="DELETE")


async def test_only_ids_that_the_server_gave_are_places(panel, tmp_path):
    with_numbers(panel.root)
    outside = tmp_path / "outside"
    outside.mkdir()
    for asked in ("0" * 16, "0", "..", "%2e%2e", "A" * 16, "0123456789abcdeg", "%00"):
        answer = await panel.ask(f"places/{asked}/overview")
        assert answer.code == 404
    assert message(await panel.ask(f"places/{'0' * 16}/overview")).startswith("the server knows no such folder")


async def test_contents_that_are_no_local_files_have_no_places(panel):
    known = await panel.place()
    # As servers that keep notebooks in a store have them.
    from jupyter_server.services.contents.manager import ContentsManager  # only here

    panel.app.contents_manager = ContentsManager(parent=panel.app)
    assert await panel.get("places") == {"places": []}
    assert (await panel.ask(f"places/{known}/overview")).code == 404


async def test_a_large_overview_is_compressed_for_who_takes_that(panel):
    note = "x" * 9_000
    for number in range(1, 20):
        builders.write_experiment(panel.root, builders.experiment_record(number, note=note))
    login = {"Authorization": f"token {panel.app.identity_provider.token}"}
    route = f"places/{await panel.place()}/overview"
    sizes = {}
    for accepted in ("", "gzip;q=0", "br, gzip", "GZIP"):
        # What the client asks for by itself would be asked for in every case.
        request = HTTPRequest(
            f"http://127.0.0.1:{panel.app.port}{panel.base}jupyter-xpt/{route}",
            headers={**login, "Accept-Encoding": accepted},
            decompress_response=False,
        )
        answer = await AsyncHTTPClient().fetch(request)
        packed = answer.headers.get("Content-Encoding") == "gzip"
        data = gzip.decompress(answer.body) if packed else answer.body
        assert len(json.loads(data)["series"][0]["rows"]) == 19
        sizes[accepted] = (packed, len(answer.body))
    assert {accepted: packed for accepted, (packed, _) in sizes.items()} == {
        "": False,
        "gzip;q=0": False,
        "br, gzip": True,
        "GZIP": True,
    }
    assert 10 * sizes["GZIP"][1] < sizes[""][1]


async def test_an_overview_comes_whole_and_then_only_what_changed(panel):
    builders.write_series(panel.root)
    place = await panel.place()
    first = await panel.get(f"places/{place}/overview?since=nothing")
    assert first["full"]
    assert numbers(first) == [1, 2, 4, 6, 3, 5] == first["series"][0]["order"]
    builders.write_experiment(panel.root, builders.experiment_record(6, 4, note="another note", source=None))
    second = await panel.get(f"places/{place}/overview?since={first['revision']}")
    assert not second["full"]
    assert numbers(second) == [6]
    assert second["series"][0]["rows"][0]["note"] == "another note"
    assert second["series"][0]["order"] is None
    assert (await panel.get(f"places/{place}/overview?since={second['revision']}"))["series"] == []
    # Whoever knows the first revision is told the same.
    assert numbers(await panel.get(f"places/{place}/overview?since={first['revision']}")) == [6]


async def test_what_goes_is_told(panel):
    builders.write_series(panel.root)
    builders.write_experiment(panel.root, builders.experiment_record(1, series="dogs", source=None))
    place = await panel.place()
    first = await panel.get(f"places/{place}/overview")
    shutil.rmtree(panel.root / "out" / "cats_006")
    shutil.rmtree(panel.root / "out" / "dogs_001")
    second = await panel.get(f"places/{place}/overview?since={first['revision']}")
    assert (second["gone"], second["series"][0]["gone"], numbers(second)) == (["dogs"], [6], [])
    assert second["series"][0]["order"] == [1, 2, 4, 3, 5]


@pytest.mark.parametrize("since", ["", "x", "1", ".1", "0.0", "9" * 400, "%00", "%F0%9F%98%80", "-1"])
async def test_a_revision_that_means_nothing_gives_all(panel, since):
    builders.write_series(panel.root)
    answer = await panel.get(f"places/{await panel.place()}/overview?since={since}")
    assert answer["full"]
    assert len(numbers(answer)) == 6


async def test_a_revision_of_a_server_that_ran_before_gives_all(panel):
    builders.write_series(panel.root)
    place = await panel.place()
    revision = (await panel.get(f"places/{place}/overview"))["revision"]
    epoch, _, number = revision.partition(".")
    for old in (f"{'0' * len(epoch)}.{number}", f"{epoch}.{int(number) + 1}", f"{epoch}.-1"):
        assert (await panel.get(f"places/{place}/overview?since={old}"))["full"]


async def test_a_notebook_that_comes_or_goes_changes_its_row(panel):
    builders.write_series(panel.root)
    place = await panel.place()
    first = await panel.get(f"places/{place}/overview")
    (panel.root / "cats_002.ipynb").write_text("{}")
    second = await panel.get(f"places/{place}/overview?since={first['revision']}")
    assert [(row["number"], row["notebook"]) for row in second["series"][0]["rows"]] == [(2, True)]


async def test_a_folder_that_is_gone_is_said_and_comes_back(panel):
    (panel.root / "a").mkdir()
    with_numbers(panel.root / "a")
    route = f"places/{await panel.place('a')}/overview"
    assert len(numbers(await panel.get(route))) == 6
    shutil.rmtree(panel.root / "a")
    answer = await panel.ask(route)
    assert (answer.code, message(answer)) == (404, "the folder a is not there any more")
    (panel.root / "a").mkdir()
    assert (await panel.get(route))["series"] == []
    builders.write_series(panel.root / "a")
    assert len(numbers(await panel.get(route))) == 6


async def test_a_folder_that_becomes_a_link_is_not_followed(panel, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    builders.write_series(outside)
    (panel.root / "a").mkdir()
    with_numbers(panel.root / "a")
    route = f"places/{await panel.place('a')}/overview"
    assert (await panel.ask(route)).code == 200
    shutil.rmtree(panel.root / "a")
    os.symlink(outside, panel.root / "a")
    assert (await panel.ask(route)).code == 404


async def test_a_slow_folder_holds_up_nobody_else(panel):
    with_numbers(panel.root)
    (panel.root / "b").mkdir()
    builders.write_series(panel.root / "b")
    (panel.root / "b" / "out" / ".xpt").mkdir()
    slow, other = await panel.place(), await panel.place("b")
    desk = overviews._desks.of(panel.root)
    # Whoever reads the folder now has to wait: as it is when another thread reads it for the first time.
    with desk.lock:
        asked = [asyncio.ensure_future(panel.get(f"places/{slow}/overview")) for _ in range(5)]
        assert (await panel.get("about"))["version"]
        assert len(numbers(await panel.get(f"places/{other}/overview"))) == 6
        assert not any(one.done() for one in asked)
    assert all(len(numbers(one)) == 6 for one in await asyncio.gather(*asked))


async def test_answers_are_made_in_threads_of_our_own_which_end_with_the_server(panel):
    with_numbers(panel.root)
    await panel.get(f"places/{await panel.place()}/overview")
    ours = [one for one in threading.enumerate() if one.name.startswith("jupyter_xpt reader")]
    assert 0 < len(ours) <= 6
    await panel.extension.stop_extension()
    for one in ours:
        one.join(10)
    assert not any(one.is_alive() for one in ours)
    assert panel.extension.watch.watched == ()


async def next_change(socket) -> dict:
    """The next event of ours."""
    while True:
        told = json.loads(await asyncio.wait_for(socket.read_message(), 30))
        if told["schema_id"] == SCHEMA_ID:
            return told


async def test_what_another_process_writes_is_an_event(panel, jp_ws_fetch):
    with_numbers(panel.root)
    place = await panel.place()
    socket = await jp_ws_fetch("api", "events", "subscribe")
    first = await panel.get(f"places/{place}/overview")
    write_elsewhere(panel.root, 6, "written by another process")
    told = await next_change(socket)
    assert (told["place"], told["series"]) == (place, ["cats"])
    second = await panel.get(f"places/{place}/overview?since={first['revision']}")
    assert [row["note"] for row in second["series"][0]["rows"]] == ["written by another process"]
    socket.close()


async def test_out_may_come_later_and_go_again(panel, jp_ws_fetch):
    place = await panel.place()
    socket = await jp_ws_fetch("api", "events", "subscribe")
    assert (await panel.get(f"places/{place}/overview"))["series"] == []
    write_elsewhere(panel.root, 1, "the first")
    assert (await next_change(socket))["series"] == ["cats"]
    shutil.rmtree(panel.root / "out")
    assert (await next_change(socket))["series"] == ["cats"]
    assert (await panel.get(f"places/{place}/overview"))["series"] == []
    socket.close()


async def test_a_running_log_that_grows_is_an_event(panel, jp_ws_fetch):
    with_numbers(panel.root)
    record = builders.run_record(2, status="running", process=builders.ELSEWHERE)
    run = builders.write_run(panel.root / "out" / "cats_004", record, b"", log="a\n")
    place = await panel.place()
    socket = await jp_ws_fetch("api", "events", "subscribe")
    first = await panel.get(f"places/{place}/overview")
    row = next(row for row in first["series"][0]["rows"] if row["number"] == 4)
    assert row["running"]["run"] == record.run
    # What was looked at first is what later sizes are compared with.
    watched = panel.extension.watch
    while not (await panel.extension.places.get(place)).follower.watched_logs:
        await asyncio.sleep(0.01)
    with (run / "log.txt").open("a") as file:
        file.write("b\n")
    assert (await next_change(socket))["series"] == ["cats"]
    assert watched.watched == (place,)
    socket.close()


async def test_nobody_looking_means_nothing_is_read(panel):
    with_numbers(panel.root)
    place = await panel.place()
    panel.extension.watch.lease = 0.0
    assert panel.extension.watch.watched == ()
    await panel.get(f"places/{place}/overview")
    while panel.extension.watch.watched:
        await asyncio.sleep(0.01)
    seen = overviews._desks.of(panel.root).shelf._facts
    builders.write_experiment(panel.root, builders.experiment_record(7, 4, source=None))
    await asyncio.sleep(0)
    assert overviews._desks.of(panel.root).shelf._facts is seen
    assert ExperimentName("cats", 7) not in seen


async def test_few_places_are_watched_at_a_time(panel):
    for n in range(20):
        (panel.root / f"f{n:02}").mkdir()
        (panel.root / f"f{n:02}" / "out" / ".xpt").mkdir(parents=True)
    for one in (await panel.get("places"))["places"]:
        await panel.get(f"places/{one['place']}/overview")
    assert len(panel.extension.watch.watched) == 16


def test_the_front_end_listens_for_the_same_events():
    assert f"EVENT_SCHEMA = '{SCHEMA_ID}'" in TOKENS.read_text("utf-8")
