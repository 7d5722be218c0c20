"""What a run keeps of its repository when the disk refuses, and what a commit of a notebook says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_xpt.actions.sourcecontrol import commit_notebook, look_around
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import Change
from tests.builders import experiment_record, write_experiment
from tests.repositories import change, make, run

NAME = ExperimentName("cats", 1)
RUN = "2026_11_23-12_34_12"


def test_where_the_disk_refuses_the_patch_the_commit_is_told_all_the_same(tmp_path: Path) -> None:
    folder = change(make(tmp_path / "r"))
    run_folder = folder / "out" / "cats_001" / RUN
    run_folder.mkdir(parents=True)
    # A folder stands where the patch is to go.
    (run_folder / "changes.patch").mkdir()
    (state, warnings), (again, _) = look_around(Store(folder), NAME, run_folder, hidden=True)
    assert state is not None
    assert again is not None
    assert (state.commit, state.dirty, state.patch) == (run(folder, "rev-parse", "HEAD"), True, False)
    assert "cannot keep the changes" in str(state.problem)
    assert warnings == ()
    assert (again.patch, again.problem) == (False, state.problem)
    assert again.hidden == run(folder, "rev-parse", f"refs/xpt/cats/001/{RUN}")


@pytest.mark.parametrize(
    ("given", "subject"),
    [
        ({"note": "more trees"}, "cats_001: more trees"),
        ({"note": "a\n\nb\x00 " + "long " * 30}, "cats_001: a b"),
        ({"changes": (Change("cell", "parameter", "depth", "3", "4"),)}, "cats_001: depth 3 → 4"),
        ({}, "cats_001"),
    ],
)
def test_a_commit_says_what_was_tried_in_a_line(tmp_path: Path, given: dict[str, object], subject: str) -> None:
    folder = make(tmp_path / "r")
    record = experiment_record(1, **given)
    source = write_experiment(folder, record) / RUN / "source"
    source.mkdir(parents=True)
    (source / "executed.json").write_text("{}")
    (source / "cats_001.ipynb").write_text(json.dumps({"cells": []}))
    made = commit_notebook(Store(folder), record, RUN)
    assert made.problem is None
    said = run(folder, "log", "-1", "--format=%s|%b").partition("|")
    assert said[0].startswith(subject)
    assert len(said[0]) <= 72
    assert said[2].strip() == f"As it ran in {RUN}."
