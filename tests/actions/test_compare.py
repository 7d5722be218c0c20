from __future__ import annotations

import json

import pytest

from jupyter_xpt.actions.compare import compare, diff
from jupyter_xpt.actions.edit import set_goals
from jupyter_xpt.actions.environment import read_environment
from jupyter_xpt.ground.errors import NotebookError, OptionError, UnknownExperiment
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.thought import notebooks
from tests import builders

RUN = "2026_11_23-12_34_01"
ABOVE, CELL = "size = 0.3", '%%experiment note="x"\nmodel = Forest(trees=100)\nxpt.log(accuracy=1)'


def notebook(*cells):
    """A notebook of these cells with outputs, a heading first."""
    made = [
        {
            "cell_type": "code",
            "id": f"c{at}",
            "source": text,
            "metadata": {},
            "execution_count": 1,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "SECRET"}],
        }
        for at, text in enumerate(cells)
    ]
    head = {"cell_type": "markdown", "id": "head", "source": "# Cats", "metadata": {}}
    return {"cells": [head, *made], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def snapshot(folder, number, cells=(ABOVE, CELL), files=None, environment=None):
    """Writes what a run of the small series kept."""
    run = folder / "out" / f"cats_00{number}" / RUN
    source = run / "source"
    source.mkdir(parents=True)
    files = files or {}
    executed = {"cell": cells[-1].partition("\n")[2], "above": list(cells[:-1]), "files": dict.fromkeys(files, "")}
    (source / "executed.json").write_text(json.dumps({"schema": 1, **executed, "executed": []}))
    (source / f"cats_00{number}.ipynb").write_bytes(notebooks.dump(notebook(*cells)))
    for name, text in files.items():
        (source / name).write_text(text)
    if environment is not None:
        (run / "environment.json").write_text(json.dumps({"schema": 1, **environment}))
    return source


@pytest.fixture
def folder(tmp_path):
    """The small series; 1, 2 and 4 have snapshots, 6 never ran, 3 and 5 lost theirs."""
    builders.write_series(tmp_path)
    python = {"interpreter": {"implementation": "cpython", "version": "3.11"}, "packages": {"numpy": "1"}}
    snapshot(tmp_path, 1, files={"a.py": "x = 1\n", "s.json": '{"lr": 1}'}, environment=python)
    snapshot(
        tmp_path,
        2,
        (ABOVE, CELL.replace("100", "300")),
        {"a.py": "x = 2\n", "s.json": '{"lr": 1}'},
        {**python, "packages": {"numpy": "2"}},
    )
    snapshot(tmp_path, 4, (ABOVE, "print(size)", CELL.replace("Forest(trees=100)", "SVC()")), {"s.json": '{"lr": 2}'})
    return tmp_path


def test_a_diff_has_changes_cells_and_files(folder):
    found = diff(folder, "cats", 1, "#2")
    assert (found.left.number, found.right.number) == (1, 2)
    assert [(one.where, one.what, one.before, one.after) for one in found.changes] == [
        ("cell", "trees", "100", "300"),
        ("a.py", "x", "1", "2"),
    ]
    assert [(one.kind, one.where) for one in found.cells] == [
        ("same", "markdown 1 above"),
        ("same", "cell 1 above"),
        ("edited", "cell"),
    ]
    assert [(one.kind, one.text) for one in found.cells[-1].lines if one.kind != "same"] == [
        ("removed", "model = Forest(trees=100)"),
        ("added", "model = Forest(trees=300)"),
    ]
    assert [(one.kind, one.where) for one in found.files] == [("edited", "a.py"), ("same", "s.json")]


def test_outputs_never_appear(folder):
    assert "SECRET" in (folder / "out" / "cats_001" / RUN / "source" / "cats_001.ipynb").read_text()
    assert "SECRET" not in repr(diff(folder, "cats", 1, 2))


def test_what_never_ran_is_compared_by_its_notebook(folder):
    (folder / "cats_006.ipynb").write_bytes(notebooks.dump(notebook("%matplotlib inline", ABOVE, CELL)))
    (folder / "cats_005.ipynb").write_bytes(
        notebooks.dump(notebook("%matplotlib inline", ABOVE, CELL.replace("100", "7")))
    )
    found = diff(folder, "cats", 6, 5)
    assert [(one.where, one.what, one.after) for one in found.changes] == [("cell", "trees", "7")]
    assert [one.kind for one in found.cells] == ["same", "same", "same", "edited"]
    # Its files are not known before it runs: none is said to be gone.
    assert diff(folder, "cats", 1, 6).files == ()
    assert [one.kind for one in diff(folder, "cats", 1, 6).changes] == ["edited"]


def test_a_diff_is_with_the_parent_where_only_one_is_named(folder):
    assert [row.number for row in (diff(folder, "cats", None, 2).left, diff(folder, "cats", None, 4).left)] == [1, 2]


@pytest.mark.parametrize(
    ("left", "right", "error", "said"),
    [
        (None, 1, OptionError, "001 has no parent"),
        (1, 1, OptionError, "001 is compared with itself"),
        (1, 99, UnknownExperiment, "there is no experiment 99"),
        ("x", 1, OptionError, "is no experiment of cats"),
        (1, "../cats_002", OptionError, "is no experiment of cats"),
        (1, 3, NotebookError, r"003 never ran and cats_003\.ipynb is not there"),
        (6, 1, NotebookError, r"006 never ran and cats_006\.ipynb is not there"),
    ],
)
def test_what_cannot_be_diffed_is_refused_in_one_line(folder, left, right, error, said):
    with pytest.raises(error, match=said) as refusal:
        diff(folder, "cats", left, right)
    assert "\n" not in str(refusal.value)


def test_a_snapshot_without_its_notebook_is_told_by_the_cells_that_ran(folder):
    (folder / "out" / "cats_002" / RUN / "source" / "cats_002.ipynb").write_text("{")
    found = diff(folder, "cats", 1, 2)
    assert [one.what for one in found.changes] == ["trees", "x"]
    assert ("edited", "cell") in [(one.kind, one.where) for one in found.cells]


def test_nothing_outside_is_read_on_a_snapshots_word(folder, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_text(json.dumps(notebook("password = 1")))
    source = folder / "out" / "cats_002" / RUN / "source"
    (source / "cats_002.ipynb").unlink()
    (source / "cats_002.ipynb").symlink_to(secret)
    (source / "a.py").unlink()
    (source / "a.py").symlink_to(secret)
    assert "password" not in repr(diff(folder, "cats", 1, 2))
    source.rename(source.parent / "moved")
    source.symlink_to(source.parent / "moved")
    (folder / "cats_002.ipynb").symlink_to(secret)
    with pytest.raises(NotebookError, match="002 never ran"):
        diff(folder, "cats", 1, 2)


def test_a_comparison_has_what_differs_and_verdicts_against_the_first(folder):
    found = compare(folder, "cats", [1, "2", "cats_004"])
    assert found.numbers == (1, 2, 4)
    assert [row.number for row in found.experiments] == [1, 2, 4]
    assert [(one.where, one.what, one.values) for one in found.rows] == [
        ("cell", "trees", ("100", "300", None)),
        ("cell", "model", ("Forest", "Forest", "SVC")),
        ("cell 1 above", "print(size)", (None, None, "yes")),
        ("a.py", "x", ("1", "2", None)),
        ("a.py", "a.py", ("yes", "yes", None)),
        ("s.json", "lr", ("1", "1", "2")),
        ("environment", "numpy", ("1", "2", None)),
    ]
    assert found.metrics == ("accuracy", "loss")
    assert [(one.metric, one.left, one.right, one.verdict.verdict) for one in found.verdicts] == [
        ("accuracy", 1, 2, "not sure"),
        ("loss", 1, 2, "not sure"),
        ("accuracy", 1, 4, "improved"),
        ("loss", 1, 4, "improved"),
    ]
    assert found.verdicts[2].sentence.startswith("Improved on 001 by")


def test_verdicts_of_a_comparison_are_those_of_the_overview(folder):
    set_goals(folder, "cats", {"accuracy": "min"})
    builders.write_run(
        folder / "out" / "cats_004", builders.run_record(2), builders.results({"accuracy": [0.93, 0.94, 0.95]})
    )
    found = compare(folder, "cats", [2, 4])
    assert found.verdicts[0].verdict == found.experiments[1].verdict
    assert found.verdicts[0].sentence == found.experiments[1].sentence
    assert (found.verdicts[0].verdict.confidence, found.verdicts[0].verdict.goal) == (0.99, "min")


def test_experiments_without_a_source_or_values_are_compared_as_far_as_it_goes(folder):
    found = compare(folder, "cats", [6, 1, 3])
    assert [(one.right, one.verdict.code) for one in found.verdicts][:1] == [(1, "no_values")]
    assert all(row.values[0] is None for row in found.rows)


@pytest.mark.parametrize(
    ("numbers", "error", "said"),
    [
        ([1], OptionError, "from 2 to 6 experiments are compared, not 1"),
        ([], OptionError, "not 0"),
        ([1, 2, 3, 4, 5, 6, 7], OptionError, "not 7"),
        ([1, 2, "001"], OptionError, "001 is named twice"),
        ([1, 99], UnknownExperiment, "there is no experiment 99"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(folder, numbers, error, said):
    with pytest.raises(error, match=said):
        compare(folder, "cats", numbers)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_text("{"),
        lambda path: path.write_text("[]"),
        lambda path: path.write_text('{"schema": 9}'),
        lambda path: (path.unlink(), path.symlink_to("/etc/hostname")),
        lambda path: path.unlink(),
    ],
    ids=["half", "no object", "newer", "link", "missing"],
)
def test_an_environment_that_cannot_be_read_is_none(folder, spoil):
    name = ExperimentName("cats", 1)
    assert read_environment(folder, name, RUN)["interpreter"]["version"] == "3.11"
    spoil(folder / "out" / "cats_001" / RUN / "environment.json")
    assert read_environment(folder, name, RUN) is None
    assert read_environment(folder, name, "../..") is None
