"""``datasets.json``: what was written is read, and what others wrote harms nobody."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from jupyter_xpt.actions.detail import detail
from jupyter_xpt.actions.flow import flow
from jupyter_xpt.actions.listing import run_datasets
from jupyter_xpt.doors import wire
from jupyter_xpt.edges.disk.datasets import DATASETS, read_datasets, write_datasets
from jupyter_xpt.ground.datasets import ColumnRecord, DatasetRecord
from jupyter_xpt.ground.errors import RecordError
from tests.builders import experiment_record, run_record, write_experiment, write_run

FULL = DatasetRecord(
    "animals",
    "frame",
    location="data/animals.csv",
    digest="sha256:0",
    shape=(3, 2),
    columns=(ColumnRecord("kind", "str", 1, "sha256:1"),),
    classes={"cat": 2, "owl": 1},
)


def test_datasets_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_datasets(tmp_path, [FULL, DatasetRecord("b", "file", how="seen")])
    assert read_datasets(tmp_path) == (FULL, DatasetRecord("b", "file", how="seen"))


def test_a_run_without_datasets_has_none(tmp_path: Path) -> None:
    assert read_datasets(tmp_path) == ()
    assert read_datasets(tmp_path / "gone") == ()


def test_unknown_fields_survive(tmp_path: Path) -> None:
    content = {"schema": 1, "datasets": [{"name": "a", "kind": "file", "colour": "red"}]}
    (tmp_path / DATASETS).write_text(json.dumps(content))
    write_datasets(tmp_path, read_datasets(tmp_path))
    assert json.loads((tmp_path / DATASETS).read_text())["datasets"][0]["colour"] == "red"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b'{"schema": 99}',
        b'{"datasets": {}}',
        b'{"datasets": [1]}',
        b'{"datasets": [{"name": 1, "kind": "file"}]}',
        b'{"datasets": [{"name": "a"}]}',
        b'{"datasets": [{"name": "a", "kind": "file", "shape": ["x"]}]}',
        b'{"datasets": [{"name": "a", "kind": "file", "classes": {"cat": "many"}}]}',
        b'{"datasets": ' + b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_damage_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / DATASETS).write_bytes(content)
    with pytest.raises(RecordError, match=r"datasets\.json") as found:
        read_datasets(tmp_path)
    assert "\n" not in str(found.value)
    (one,) = run_datasets(tmp_path)
    assert (one.name, one.digest) == (DATASETS, None)


def test_links_pipes_and_giants_are_not_read(tmp_path: Path) -> None:
    write_datasets(tmp_path, [FULL])
    outside = tmp_path / DATASETS
    run = tmp_path / "run"
    run.mkdir()
    (run / DATASETS).symlink_to(outside)
    with pytest.raises(RecordError, match="link"):
        read_datasets(run)
    (run / DATASETS).unlink()
    os.mkfifo(run / DATASETS)
    with pytest.raises(RecordError, match="not a plain file"):
        read_datasets(run)
    (run / DATASETS).unlink()
    with open(run / DATASETS, "wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(RecordError, match="more than any record"):
        read_datasets(run)
    (tmp_path / "other").symlink_to(tmp_path)
    assert read_datasets(tmp_path / "other") == ()


def test_what_is_listed_is_safe_to_show(tmp_path: Path) -> None:
    hostile = "a\x1b[2J\u202e\n<script>"
    write_datasets(tmp_path, [DatasetRecord(hostile, "file", problem=hostile, version=hostile)])
    (one,) = run_datasets(tmp_path)
    assert not set("\x1b\u202e\n") & set(one.name + one.said)


def test_the_panel_is_told_the_datasets_of_the_newest_run(tmp_path: Path) -> None:
    experiment = write_experiment(tmp_path, experiment_record(1))
    run = write_run(experiment, run_record(), b"")
    write_datasets(run, [DatasetRecord("a\x1b.csv", "file", size=5, digest="sha256:0")])
    (told,) = wire.detail(detail(tmp_path, "cats", 1), "cats_001.ipynb")["datasets"]
    bare = {"name": "a\ufffd.csv", "kind": "in", "said": "5 B", "digest": "sha256:0"}
    assert told == {**bare, "maker": None, "users": []}


def test_the_panel_is_told_who_made_what_and_who_uses_it(tmp_path: Path) -> None:
    folders = {}
    for number in (1, 2):
        path = write_experiment(tmp_path, experiment_record(number))
        folders[number] = write_run(path, run_record(number), b"")
    dogs = write_run(write_experiment(tmp_path, experiment_record(1, series="dogs")), run_record(3), b"")
    maker = f"cats_001/{folders[1].name}"
    write_datasets(folders[1], [DatasetRecord("a.npy", "file", "out", repeat=n, digest=f"sha256:{n}") for n in (1, 2)])
    for run in (folders[2], dogs):
        write_datasets(run, [DatasetRecord("a.npy", "file", maker=maker)])
    (told,) = wire.detail(detail(tmp_path, "cats", 1), "cats_001.ipynb")["datasets"]
    assert (told["kind"], told["said"]) == ("out", "file · 2 repeats, 2 different contents")
    assert told["users"] == [
        {"experiment": "cats_002", "number": 2, "run": folders[2].name},
        {"experiment": "dogs_001", "number": None, "run": dogs.name},
    ]
    (told,) = wire.detail(detail(tmp_path, "cats", 2), "cats_002.ipynb")["datasets"]
    assert told["maker"] == {"experiment": "cats_001", "number": 1, "run": folders[1].name}
    (told,) = wire.detail(detail(tmp_path, "dogs", 1), "dogs_001.ipynb")["datasets"]
    assert told["maker"]["number"] is None


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "../../passwd", "maker": "cats_001/2026_11_23-12_34_01"},
        {"name": "a.npy", "maker": "../../etc/cats_001/2026_11_23-12_34_01"},
        {"name": "a.npy", "maker": "cats_001/../../.."},
        {"name": "a.npy", "maker": {"maker": "cats_001"}},
        {"name": ["a.npy"], "maker": "cats_001/2026_11_23-12_34_01"},
        {"name": "a.npy", "maker": "cats_001/2026_11_23-12_34_01", "direction": "out"},
        {"name": "a.npy", "maker": "\x1b[2Jcats_001/2026_11_23-12_34_01"},
    ],
    ids=str,
)
def test_what_names_no_output_of_a_run_is_no_edge(tmp_path: Path, entry: dict[str, object]) -> None:
    write_run(write_experiment(tmp_path, experiment_record(1)), run_record(), b"")
    run = write_run(write_experiment(tmp_path, experiment_record(2)), run_record(2), b"")
    (run / DATASETS).write_text(json.dumps({"schema": 1, "datasets": [{"kind": "file", **entry}, 1, None]}))
    assert flow(tmp_path).edges == ()


def test_a_strangers_list_of_edges_is_bounded(tmp_path: Path) -> None:
    run = write_run(write_experiment(tmp_path, experiment_record(2)), run_record(2), b"")
    entry = {"kind": "file", "maker": "cats_001/2026_11_23-12_34_01"}
    content = {"schema": 1, "datasets": [{"name": f"{n}.npy", **entry} for n in range(5000)]}
    (run / DATASETS).write_text(json.dumps(content))
    assert len(flow(tmp_path).edges) == 100
    run = write_run(write_experiment(tmp_path / "deep", experiment_record(2)), run_record(2), b"")
    (run / DATASETS).write_text("[" * 100_000 + '"maker": "')
    assert flow(tmp_path / "deep").edges == ()
