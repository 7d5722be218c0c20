from __future__ import annotations

import json
import os
import random
import shutil
import threading
import time

import pytest

from jupyter_xpt.edges.disk import runfolder
from jupyter_xpt.edges.disk.shelf import Shelf
from jupyter_xpt.edges.disk.store import Store, write_run
from jupyter_xpt.edges.host import identity
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import StoreError
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import Process, SeriesRecord
from tests import builders

ACCURACY = {"accuracy": [0.9, 0.91, 0.92]}
RUN = "2026_11_23-12_34_01"


def name(number, series="cats"):
    return ExperimentName(series, number)


@pytest.fixture
def folder(tmp_path):
    """A settled folder of two experiments with a run each."""
    for number in (1, 2):
        path = builders.write_experiment(tmp_path, builders.experiment_record(number, number - 1 or None))
        builders.write_run(path, builders.run_record(), builders.results(ACCURACY))
    builders.settle(tmp_path)
    return tmp_path


def run_folder(folder, number=1, run=RUN):
    return folder / "out" / str(name(number)) / run


def this_process():
    host, boot = identity.host_identity()
    pid, started = identity.process_identity()
    return Process(host=host, boot=boot, pid=pid, started=started)


def start_run(folder, number=1, index=2, process=None):
    """Adds a running run with nothing in it yet."""
    record = builders.run_record(index, status="running", seconds=None, process=process or this_process())
    return builders.write_run(folder / "out" / str(name(number)), record, b"")


def append(run, values, unfinished=()):
    with open(run / "results.jsonl", "ab") as file:
        file.write(builders.results(values, unfinished=unfinished))


def test_a_folder_without_out_is_empty(tmp_path):
    assert Shelf(tmp_path).facts() == {}
    assert Shelf(tmp_path / "nowhere").series() == ()


def test_out_that_is_no_folder_is_refused_in_one_line(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(StoreError, match="cannot read"):
        Shelf(tmp_path).facts()


def test_everything_written_is_read(folder):
    facts = Shelf(folder).facts()
    assert set(facts) == {name(1), name(2)}
    one = facts[name(2)]
    assert one.record.parent == 1
    assert one.damage == one.runs[0].damage == ()
    assert one.runs[0].record == builders.run_record()
    assert one.runs[0].summary == builders.summary(ACCURACY)


def test_nothing_is_made_anew_while_nothing_changed(folder):
    known = Shelf(folder)
    before = known.facts()
    assert known.facts() is before


def test_a_changed_note_a_new_run_and_a_deletion_are_seen(folder):
    known = Shelf(folder)
    before = known.facts()
    builders.write_experiment(folder, builders.experiment_record(2, 1, note="new"))
    after = known.facts()
    assert after[name(2)].record.note == "new"
    assert after[name(1)] is before[name(1)]
    assert after[name(2)].runs[0] is before[name(2)].runs[0]
    builders.write_run(folder / "out" / "cats_001", builders.run_record(2), builders.results(ACCURACY))
    assert [run.run for run in known.facts()[name(1)].runs] == [RUN, "2026_11_23-12_34_02"]
    shutil.rmtree(folder / "out" / "cats_001")
    assert set(known.facts()) == {name(2)}


def settle_series(folder, **given):
    path = Store(folder).series("cats")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(codec.dump(SeriesRecord("cats", **given)))
    return path


def test_what_is_settled_for_a_series_is_read_again_only_when_its_file_changed(folder):
    known = Shelf(folder)
    assert known.settled() == {}
    assert known.settled() is known.settled()
    path = settle_series(folder, baseline=1)
    first = known.settled()
    assert first["cats"].record.baseline == 1
    builders.settle(folder)
    assert known.settled() is first
    for baseline in range(1, 9):
        # In place, so that neither size nor identity tells of it.
        settle_series(folder, baseline=baseline)
        assert known.settled()["cats"].record.baseline == baseline
    path.unlink()
    assert known.settled() == {}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_text("{"), "cats.json: damaged"),
        (lambda path: path.write_text('{"baseline": "1"}'), "baseline is '1', not a whole number"),
        (lambda path: path.write_text('{"schema": 9, "series": "cats"}'), "upgrade jupyter_xpt"),
        (lambda path: (path.unlink(), path.symlink_to("/etc/hostname")), "cats.json is a link"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "cats.json is not a plain file"),
        (lambda path: (path.unlink(), path.mkdir()), "cats.json"),
    ],
    ids=["half", "wrong kind", "newer", "link", "pipe", "folder"],
)
def test_a_damaged_record_of_a_series_is_a_fact(folder, spoil, said):
    spoil(settle_series(folder, baseline=1))
    known = Shelf(folder)
    assert known.settled()["cats"].record is None
    assert said in known.settled()["cats"].damage[0]
    assert len(known.facts()) == 2


def test_the_file_says_whose_the_settled_things_are(folder):
    settle_series(folder).write_bytes(codec.dump(SeriesRecord("dogs", 2)))
    assert Shelf(folder).settled()["cats"].record == SeriesRecord("cats", 2)


def test_a_finished_run_written_over_by_the_store_is_seen(folder):
    known = Shelf(folder)
    known.facts()
    write_run(Store(folder), name(1), builders.run_record(error="later"))
    assert known.facts()[name(1)].runs[0].record.error == "later"


def test_a_change_within_the_same_tick_of_the_clock_is_seen(tmp_path):
    path = builders.write_experiment(tmp_path, builders.experiment_record(1, note="a"))
    known = Shelf(tmp_path)
    for number in range(200):
        note = chr(ord("a") + number % 26)
        data = codec.dump(builders.experiment_record(1, note=note))
        # In place, so that neither size nor identity tells of it.
        with open(path / "experiment.json", "r+b") as file:
            file.write(data)
        assert known.facts()[name(1)].record.note == note


def test_a_running_run_grows_and_ends(folder):
    run = start_run(folder)
    builders.settle(folder)
    known = Shelf(folder)
    assert known.facts()[name(1)].runs[1].status == "running"
    append(run, {"accuracy": [0.5, 0.6]}, unfinished=[2])
    summary = known.facts()[name(1)].runs[1].summary
    assert [one.status for one in summary.repeats] == ["finished", "running"]
    assert summary.metrics["accuracy"].values == (0.5, 0.6)
    with open(run / "results.jsonl", "ab") as file:
        file.write(b'{"time": 1, "repeat": 2, "end": {"stat')
        file.flush()
        assert known.facts()[name(1)].runs[1].summary.damaged == ()
        file.write(b'us": "finished"}}\n')
    assert known.facts()[name(1)].runs[1].summary.repeats[1].status == "finished"
    write_run(Store(folder), name(1), builders.run_record(2))
    ended = known.facts()[name(1)].runs[1]
    assert (ended.status, ended.summary.metrics["accuracy"].n) == ("finished", 2)


def test_nothing_is_made_anew_while_a_run_runs_and_logs_nothing(folder):
    start_run(folder)
    builders.settle(folder)
    known = Shelf(folder)
    assert known.facts() is known.facts()


def test_a_run_whose_process_is_gone_has_died(folder):
    gone = this_process()
    gone = Process(gone.host, gone.boot, gone.pid, gone.started - 1000)
    run = start_run(folder, process=gone)
    append(run, {"accuracy": [0.5, 0.6]}, unfinished=[2])
    builders.settle(folder)
    found = Shelf(folder).facts()[name(1)].runs[1]
    assert found.status == "died"
    assert [one.status for one in found.summary.repeats] == ["finished", "died"]


@pytest.mark.parametrize(("silent", "status"), [(1800, "running"), (7200, "died")])
def test_a_run_of_another_host_lives_while_it_writes(folder, silent, status):
    start_run(folder, process=builders.ELSEWHERE)
    builders.settle(folder, silent)
    known = Shelf(folder)
    assert known.facts()[name(1)].runs[1].status == status
    os.utime(run_folder(folder, 1, "2026_11_23-12_34_02") / "log.txt")
    assert known.facts()[name(1)].runs[1].status == "running"


def test_a_stale_or_damaged_summary_is_made_again(folder):
    for number, data in ((1, b"{"), (2, codec.dump(builders.summary({"accuracy": [0.1]})))):
        (run_folder(folder, number) / "summary.json").write_bytes(data)
    facts = Shelf(folder).facts()
    for number in (1, 2):
        assert facts[name(number)].runs[0].summary == builders.summary(ACCURACY)
        assert facts[name(number)].runs[0].damage == ()


def test_a_summary_with_ragged_values_is_made_again(folder):
    path = run_folder(folder) / "summary.json"
    data = json.loads(path.read_bytes())
    data["metrics"]["accuracy"]["values"].pop()
    path.write_text(json.dumps(data))
    assert Shelf(folder).facts()[name(1)].runs[0].summary == builders.summary(ACCURACY)


def test_a_run_without_results_says_so(folder):
    (run_folder(folder) / "results.jsonl").unlink()
    assert Shelf(folder).facts()[name(1)].runs[0].damage == ("results.jsonl is missing",)


def test_a_repeat_without_an_end_in_a_finished_run_does_not_count(folder):
    data = builders.results(ACCURACY, unfinished=[2])
    path = builders.write_experiment(folder, builders.experiment_record(3))
    builders.write_run(path, builders.run_record(), data)
    summary = Shelf(folder).facts()[name(3)].runs[0].summary
    assert [one.status for one in summary.repeats] == ["finished", "damaged", "finished"]


def test_runs_come_in_the_order_of_their_index_whatever_the_clock_said(folder):
    path = folder / "out" / "cats_001"
    for index, run in ((2, "2025_01_01-00_00_00"), (3, f"{RUN}-2"), (4, f"{RUN}-10")):
        builders.write_run(path, builders.run_record(index, run=run), builders.results(ACCURACY))
    found = [run.run for run in Shelf(folder).facts()[name(1)].runs]
    assert found == [RUN, "2025_01_01-00_00_00", f"{RUN}-2", f"{RUN}-10"]


def test_what_only_looks_like_an_experiment_is_none(folder):
    out = folder / "out"
    (out / "results_2024").mkdir()
    (out / "results_2024" / "data.csv").write_text("")
    (out / "notes_001").write_text("")
    (out / "cats_0003").mkdir()
    (out / ".xpt" / "numbers" / "cats").mkdir(parents=True)
    (out / "cats_001" / "2026_11_23-12_34_09").write_text("no folder")
    facts = Shelf(folder).facts()
    assert set(facts) == {name(1), name(2)}
    assert len(facts[name(1)].runs) == 1


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_that_must_not_be_listed_is_damaged(folder):
    (folder / "out" / "cats_001").chmod(0)
    try:
        known = Shelf(folder)
        for _ in range(3):
            assert known.facts()[name(1)].damage == ("its folder cannot be listed: Permission denied",)
    finally:
        (folder / "out" / "cats_001").chmod(0o755)


def test_the_folder_says_who_an_experiment_is(folder):
    shutil.copytree(folder / "out" / "cats_001", folder / "out" / "dogs_007")
    facts = Shelf(folder).facts()
    assert facts[name(7, "dogs")].record.name == name(7, "dogs")
    assert Shelf(folder).series() == ("cats", "dogs")


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "binary": lambda path: path.write_bytes(bytes(range(256))),
    "deep": lambda path: path.write_bytes(b"[" * 1_000_000),
    "another type": lambda path: path.write_bytes(b"[1, 2]"),
    "wrong field": lambda path: path.write_bytes(b'{"index": "x", "number": "x"}'),
    "newer schema": lambda path: path.write_bytes(b'{"schema": 99}'),
    "huge": lambda path: os.truncate(path, 1 << 40),
    "missing": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "a link": lambda path: (path.unlink(), path.symlink_to("/etc/hostname")),
    "a link to itself": lambda path: (path.unlink(), path.symlink_to(path)),
    "a link to a device": lambda path: (path.unlink(), path.symlink_to("/dev/zero")),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
@pytest.mark.parametrize("file", ["experiment.json", "run.json", "results.jsonl", "summary.json"])
def test_damage_is_contained_and_said(folder, file, damage):
    whole = Shelf(folder).facts()
    path = folder / "out" / "cats_001" / file if file == "experiment.json" else run_folder(folder) / file
    damage(path)
    builders.settle(folder)
    facts = Shelf(folder).facts()
    assert facts[name(2)] == whole[name(2)]
    one = facts[name(1)]
    if file == "experiment.json":
        assert one.record is None
        assert one.damage[0].startswith("experiment.json")
        assert one.runs == whole[name(1)].runs
    elif file == "run.json":
        assert (one.runs[0].status, one.runs[0].record) == ("damaged", None)
        assert one.runs[0].damage[0].startswith("run.json")
        assert one.runs[0].summary == builders.summary(ACCURACY)
    elif file == "results.jsonl" and path.exists() and path.is_file() and path.stat().st_size == 0:
        assert one.runs[0].summary.repeats == ()
    elif file == "results.jsonl":
        assert one.runs[0].damage or one.runs[0].summary.damaged
    else:
        assert one.runs[0].summary == builders.summary(ACCURACY)


def test_a_link_in_place_of_a_folder_is_not_followed(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for inside, target in (
        (folder / "out" / "cats_003", "experiment"),
        (run_folder(folder, 1, f"{RUN}-2"), "run"),
    ):
        (elsewhere / target).mkdir()
        (elsewhere / target / "experiment.json").write_bytes(codec.dump(builders.experiment_record(3, note="secret")))
        (elsewhere / target / "run.json").write_bytes(codec.dump(builders.run_record(error="secret")))
        inside.symlink_to(elsewhere / target)
    known = Shelf(folder)
    facts = known.facts()
    assert "secret" not in repr(facts)
    assert "link" in facts[name(3)].damage[0]
    assert [run.status for run in facts[name(1)].runs] == ["finished", "damaged"]
    assert known.facts()[name(1)] is facts[name(1)]


def test_a_run_that_is_being_made_is_not_yet_damaged(folder):
    (folder / "out" / "cats_001" / f"{RUN}-2").mkdir()
    known = Shelf(folder)
    assert len(known.facts()[name(1)].runs) == 1
    (folder / "out" / "cats_001" / f"{RUN}-2" / "run.json").write_bytes(
        codec.dump(builders.run_record(2, run=f"{RUN}-2", status="running", process=this_process()))
    )
    assert known.facts()[name(1)].runs[1].status == "running"


def test_a_run_without_a_record_is_damaged_once_it_is_old(folder):
    (folder / "out" / "cats_001" / f"{RUN}-2").mkdir()
    builders.settle(folder)
    assert Shelf(folder).facts()[name(1)].runs[1].damage == ("run.json is missing",)


def test_results_beyond_the_bound_are_cut_and_told(folder, monkeypatch):
    monkeypatch.setattr(runfolder, "MAX_RESULTS_BYTES", 200)
    (run_folder(folder) / "summary.json").unlink()
    run = Shelf(folder).facts()[name(1)].runs[0]
    assert "only its first" in run.damage[0]
    assert run.summary.metrics["accuracy"].values[0] == 0.9


def test_random_damage_hides_nothing_else(tmp_path):
    for number in range(1, 51):
        path = builders.write_experiment(tmp_path, builders.experiment_record(number))
        builders.write_run(path, builders.run_record(), builders.results(ACCURACY))
    builders.settle(tmp_path)
    whole = Shelf(tmp_path).facts()
    files = [path for path in sorted((tmp_path / "out").rglob("*")) if path.is_file() and path.suffix != ".txt"]
    draw = random.Random(7)
    known = Shelf(tmp_path)
    for _ in range(500):
        path = draw.choice(files)
        good = path.read_bytes()
        at = draw.randrange(len(good))
        kind = draw.choice(["flip", "zero", "cut"])
        noise = bytes([good[at] ^ (1 << draw.randrange(8))]) if kind == "flip" else b"\0"
        path.write_bytes(good[:at] if kind == "cut" else good[:at] + noise + good[at + 1 :])
        hit = next(one for one in whole if str(one) in path.parts)
        os.utime(tmp_path / "out" / str(hit))
        facts = known.facts()
        assert set(facts) == set(whole)
        assert all(facts[other] == whole[other] for other in whole if other != hit)
        path.write_bytes(good)
        os.utime(tmp_path / "out" / str(hit))
    assert known.facts() == whole


def test_threads_may_share_a_shelf_while_it_changes(folder):
    known, problems, stop = Shelf(folder), [], threading.Event()

    def look():
        while not stop.is_set():
            try:
                assert {name(1), name(2)} <= set(known.facts())
            except Exception as problem:  # noqa: BLE001 - whatever it is, the test shall name it
                problems.append(problem)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(3, 30):
        path = builders.write_experiment(folder, builders.experiment_record(number))
        builders.write_run(path, builders.run_record(), builders.results(ACCURACY))
        time.sleep(0.002)
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(known.facts()) == 29
