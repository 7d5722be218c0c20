"""What users and Jupyter may count on by name; a change here is a change for them."""

from __future__ import annotations

import argparse
import inspect
import json
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

import jupyter_xpt
from jupyter_xpt.doors import command
from jupyter_xpt.thought.options import EXPERIMENT_OPTIONS, MAGIC_OPTIONS

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LINE_MAGICS = {
    *("xpt", "xpt_baseline", "xpt_compare", "xpt_diff", "xpt_export", "xpt_log"),
    *("xpt_new", "xpt_note", "xpt_table", "xpt_tag", "xpt_tree"),
}


@pytest.fixture
def shell():
    made = InteractiveShell.instance()
    made.run_line_magic("load_ext", "jupyter_xpt")
    yield made
    made.run_line_magic("unload_ext", "jupyter_xpt")
    InteractiveShell.clear_instance()


def test_the_package_exports_these_names():
    assert jupyter_xpt.__all__ == [
        *("Verdict", "XptError", "dataset", "experiments", "get"),
        *("log", "output", "rng", "use", "verdict"),
    ]


@pytest.mark.parametrize("name", jupyter_xpt.__all__)
def test_every_exported_name_is_there_and_explains_itself(name):
    assert inspect.getdoc(getattr(jupyter_xpt, name))
    assert name in dir(jupyter_xpt)


def test_a_name_that_is_not_exported_is_no_attribute():
    with pytest.raises(AttributeError, match="'jupyter_xpt' has no attribute 'no_such'"):
        jupyter_xpt.no_such  # noqa: B018 - looking at it is the test


@pytest.mark.parametrize(
    ("function", "signature"),
    [
        (jupyter_xpt.dataset, "(x, *, name=None, version=None, label=None, strict=False)"),
        (jupyter_xpt.experiments, "(folder='.', series=None)"),
        (jupyter_xpt.get, "(number_or_name, folder='.', series=None)"),
        (jupyter_xpt.log, "(metrics=None, /, *, step=None, **named)"),
        (jupyter_xpt.output, "(name)"),
        (jupyter_xpt.rng, "()"),
        (jupyter_xpt.use, "(name, of, *, run=None, repeat=None, folder=None, strict=False)"),
        (
            jupyter_xpt.verdict,
            "(child, parent, goal='max', confidence=0.95, *, failed_child=0, failed_parent=0, "
            "min_delta=0.0, deterministic=False)",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_functions_take_what_they_took(function, signature):
    found = inspect.signature(function)
    bare = [one.replace(annotation=inspect.Parameter.empty) for one in found.parameters.values()]
    assert str(inspect.Signature(bare)) == signature


def test_the_extension_brings_these_magics(shell):
    magics = shell.magics_manager.magics
    assert {name for name in magics["line"] if name.startswith("xpt")} == LINE_MAGICS
    assert {name for name in magics["cell"] if name in ("experiment", *LINE_MAGICS)} == {"experiment"}


@pytest.mark.parametrize("name", sorted(LINE_MAGICS))
def test_line_magics_explain_themselves(shell, name):
    assert f"%{name}" in inspect.getdoc(shell.find_line_magic(name))


def test_the_experiment_magic_takes_these_options(shell):
    assert sorted(EXPERIMENT_OPTIONS) == [
        *("goal", "metric", "metrics", "name", "note", "notebook", "parent", "repeats", "seed", "silence"),
        "tags",
    ]
    said = inspect.getdoc(shell.find_cell_magic("experiment"))
    assert [option for option in EXPERIMENT_OPTIONS if f"\n{option} " not in said or f"[{option}=" not in said] == []


def test_line_magics_take_these_options():
    assert MAGIC_OPTIONS["%xpt_new"] == ("parent", "note")
    assert MAGIC_OPTIONS["%xpt_log"] == ("run", "tail")


def test_unloading_leaves_nothing_behind(shell):
    shell.run_line_magic("unload_ext", "jupyter_xpt")
    assert shell.find_cell_magic("experiment") is None
    assert [name for name in shell.magics_manager.magics["line"] if name.startswith("xpt")] == []
    shell.run_line_magic("load_ext", "jupyter_xpt")


def test_the_command_line_has_these_commands():
    parser = command._parser()
    commands = next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    assert sorted(commands.choices) == [
        *("baseline", "compare", "delete", "diff", "export", "log", "new"),
        *("restore", "show", "table", "tree", "undelete"),
    ]


def test_jupyter_finds_the_command():
    assert PROJECT["project"]["scripts"] == {"jupyter-xpt": "jupyter_xpt.doors.command:main"}
    (script,) = entry_points(group="console_scripts", name="jupyter-xpt")
    assert script.load() is command.main


def test_the_command_runs_as_a_module():
    ran = subprocess.run(
        [sys.executable, "-m", "jupyter_xpt.doors.command", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.startswith("usage: jupyter xpt")
    assert ran.stderr == ""


def test_jupyter_lab_and_server_find_their_halves():
    assert jupyter_xpt._jupyter_labextension_paths() == [{"src": "labextension", "dest": "jupyter-xpt"}]
    (point,) = jupyter_xpt._jupyter_server_extension_points()
    assert point["app"].__module__ == point["module"] == "jupyter_xpt.doors.server.extension"
    assert point["app"].name == "jupyter_xpt"
    enabling = json.loads((ROOT / "labextension" / "server.json").read_text("utf-8"))
    assert enabling["ServerApp"]["jpserver_extensions"] == {"jupyter_xpt": True}


def test_nothing_beyond_the_jupyter_stack_and_numpy_is_needed():
    needed = {one.partition(">")[0].lower() for one in PROJECT["project"]["dependencies"]}
    stack = {"ipykernel", "ipython", "jupyter_server", "jupyterlab", "nbclient", "nbconvert", "nbformat"}
    assert needed == {*stack, "numpy"}
