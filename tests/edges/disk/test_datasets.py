"""``datasets.json``: what was written is read, and what others wrote harms nobody."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from jupyter_xpt.actions.detail import detail
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
    write_datasets(
        write_run(experiment, run_record(), b""), [DatasetRecord("a\x1b.csv", "file", size=5, digest="sha256:0")]
    )
    (told,) = wire.detail(detail(tmp_path, "cats", 1), "cats_001.ipynb")["datasets"]
    assert told == {"name": "a\ufffd.csv", "kind": "in", "said": "5 B", "digest": "sha256:0"}
