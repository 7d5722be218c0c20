"""Configuration in real kernels: parameters, files without their secrets, what comes from outside, models."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_xpt.ground.configuration import OutsideRecord
from jupyter_xpt.thought.parameters.scalars import scalars
from tests.doors.test_runners import write
from tests.kernels import Kernel, kernel
from tests.projects import Notebook, experiment, facts, notebook, numbers, run_folder, runs

CANARY = "hunter2Canary"
FILES = {
    "config.yaml": f"train:\n  lr: 0.1\ndb:\n  user: anna\n  password: {CANARY}\n",
    "more.toml": f'[api]\nname = "x"\napi_key = "{CANARY}"\n',
    "late.json": json.dumps({"depth": 3, "url": f"postgresql://anna:{CANARY}@db/zoo"}),
    ".env": f"FROM_FILE=0.3\nDB_PASSWORD={CANARY}\nSERVICE_KEY={CANARY}\n",
    "helper.py": "import os\nSCALE = float(os.environ.get('SCALE', 1))\nBATCH = 16\n",
}
ABOVE = """%load_ext jupyter_xpt
import json, os, sys, tomllib, yaml, helper
from dotenv import load_dotenv
from sklearn.tree import DecisionTreeClassifier
load_dotenv()
config = yaml.safe_load(open("config.yaml"))
more = tomllib.load(open("more.toml", "rb"))
KEY = "LEARNING_RATE"
os.environ["OWN"] = "1\""""
CELL = """%%experiment repeats=2
rate = float(os.environ[KEY]) * config["train"]["lr"]
late = json.load(open("la" + "te.json"))
others = os.getenv("API_TOKEN"), os.environ["FROM_FILE"], os.environ["OWN"], os.environ["HOME"], os.getenv("NOT_SET")
address = os.environ["DATABASE_URL"]
model = DecisionTreeClassifier(max_depth=DEPTH).fit([[0], [1]], [0, 1])
xpt.log(accuracy=rate)"""
OUTSIDE = {
    "LEARNING_RATE": "0.1",
    "SCALE": "2",
    "API_TOKEN": CANARY,
    "DATABASE_URL": f"postgresql://anna:{CANARY}@db/zoo",
    "UNREAD_SETTING": "unreadCanary",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has run twice, with another learning rate, the second time with another depth too."""
    folder = tmp_path_factory.mktemp("configured")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    for rate in ("0.1", "0.01"):
        environment = {**OUTSIDE, "LEARNING_RATE": rate, "XPT_NOTEBOOK": str(folder / "animals.ipynb")}
        with kernel(folder, **environment) as running:
            book = Notebook(folder / "animals.ipynb", running, {"above": ABOVE, "depth": "DEPTH = 3", "cell": CELL})
            blocks = [shown.block for shown in book.run_all()]
            (folder / f"block-{rate}").write_text(blocks[-1], encoding="utf-8")
            if rate == "0.01":
                book.run("depth", "DEPTH = None")
                book.run("cell")
            book.settle()
    return folder


def test_no_secret_lies_anywhere_in_the_records(project: Path) -> None:
    texts = {path: path.read_bytes() for path in (project / "out").rglob("*") if path.is_file()}
    assert len(texts) > 20
    assert [path for path, data in texts.items() if CANARY.encode() in data or b"unreadCanary" in data] == []


def test_configuration_files_are_kept_without_their_secrets(project: Path) -> None:
    source = run_folder(project) / "source"
    assert (source / "config.yaml").read_text() == FILES["config.yaml"].replace(CANARY, '"***"')
    assert (source / ".env").read_text() == "FROM_FILE=0.3\nDB_PASSWORD=***\nSERVICE_KEY=***\n"
    masked = json.loads((source / "executed.json").read_text())["masked"]
    assert masked == {
        "config.yaml": ["db.password"],
        "more.toml": ["api.api_key"],
        "late.json": ["url"],
        ".env": ["DB_PASSWORD", "SERVICE_KEY"],
    }
    assert [one.name for one in scalars(".env", FILES[".env"])][1:] == masked[".env"]


def test_a_line_says_what_is_not_kept(project: Path) -> None:
    block = (project / "block-0.1").read_text()
    assert "⚠ config.yaml: 1 value may be a secret (db.password) and is not kept" in block
    assert "⚠ late.json: 1 value may be a secret (url) and is not kept" in block
    assert ".env:" not in block


def test_what_the_code_reads_from_outside_is_kept_and_nothing_else(project: Path) -> None:
    found = {one.name: one for one in runs(project, 1)[0].outside}
    assert found == {
        "LEARNING_RATE": OutsideRecord("environment", "LEARNING_RATE", "0.1"),
        "API_TOKEN": OutsideRecord("environment", "API_TOKEN", None, masked=True),
        "FROM_FILE": OutsideRecord("environment", "FROM_FILE", "0.3"),
        "HOME": OutsideRecord("environment", "HOME", found["HOME"].value),
        "NOT_SET": OutsideRecord("environment", "NOT_SET", None),
        "DATABASE_URL": OutsideRecord("environment", "DATABASE_URL", "postgresql://***@db/zoo", masked=True),
        "SCALE": OutsideRecord("environment", "SCALE", "2"),
    }


def test_what_came_from_outside_is_told_by_name(project: Path) -> None:
    said = [(one.text, one.where) for one in runs(project, 1)[0].warnings if one.code == "XPT007"]
    assert said == [
        ("LEARNING_RATE came from the environment (0.1)", "line 2"),
        ("DATABASE_URL came from the environment (postgresql://***@db/zoo)", "line 5"),
        ("SCALE came from the environment (2)", "helper.py"),
    ]


def test_another_value_than_in_an_earlier_run_of_the_same_source_is_told(project: Path) -> None:
    first, second = runs(project, 1)
    assert not [one for one in first.warnings if one.code == "XPT008"]
    (warned,) = [one.text for one in second.warnings if one.code == "XPT008"]
    assert warned == "LEARNING_RATE is 0.01 here and was 0.1 in run 1 of this experiment: their repeats are pooled"
    assert "⚠ XPT008 LEARNING_RATE is 0.01 here" in (project / "block-0.01").read_text()


def test_parameters_of_source_modules_and_files_are_known(project: Path) -> None:
    assert dict(experiment(project, 1).parameters) == {
        "model": "DecisionTreeClassifier",
        "model.max_depth": 3,
        "KEY": "LEARNING_RATE",
        "DEPTH": 3,
        "helper.BATCH": 16,
        "train.lr": 0.1,
        "db.user": "anna",
        "api.name": "x",
    }


def test_models_tell_their_defaults(project: Path) -> None:
    (model,) = runs(project, 1)[0].estimators
    assert (model.name, model.type.rpartition(".")[2]) == ("model", "DecisionTreeClassifier")
    assert (model.parameters["max_depth"], model.parameters["criterion"]) == (3, "gini")


def test_the_command_line_shows_what_an_experiment_was_set_to(project: Path) -> None:
    command = [sys.executable, "-m", "jupyter", "xpt"]
    shown = subprocess.run([*command, "show", "2"], cwd=project, capture_output=True, text=True, check=True).stdout
    parts = shown.partition("\nparameters\n")[2].split("\n\n")
    assert parts[0].splitlines()[:2] == ["  model.max_depth = None (was 3)", "  DEPTH = None (was 3)"]
    assert "  LEARNING_RATE = 0.01 (the environment)" in parts[1]
    assert "  API_TOKEN = not kept (the environment)" in parts[1]
    assert "HOME" not in parts[1]
    assert "  model: DecisionTreeClassifier · " in parts[2]
    shown = subprocess.run(
        [*command, "compare", "1", "2"], cwd=project, capture_output=True, text=True, check=True
    ).stdout
    assert ["model.max_depth", "3", "None"] in [line.split() for line in shown.splitlines()]


def test_a_secret_that_changes_makes_no_new_experiment(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("lr: 0.1\npassword: one\n")
    cells = {"setup": "%load_ext jupyter_xpt", "cell": "%%experiment\ntext = open('config.yaml').read()\nxpt.log(a=1)"}
    with notebook(tmp_path, cells) as book:
        book.run_all()
        path.write_text("lr: 0.1\npassword: another\n")
        assert "same source as 001" in book.run("cell").block
        path.write_text("lr: 0.2\npassword: another\n")
        assert book.run("cell").block.startswith("animals_002")
    assert numbers(tmp_path) == [1, 2]


# -- answers ------------------------------------------------------------------------------------------------


def answered(running: Kernel, code: str, cell: str, *answers: str) -> list[Any]:
    """Runs a cell that asks; gives the questions."""
    client = running.client
    content = {
        "code": code,
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": True,
        "stop_on_error": False,
    }
    message = client.session.msg("execute_request", content)
    message["metadata"] = {"cellId": cell}
    client.shell_channel.send(message)
    asked = []
    for answer in answers:
        asked.append(client.get_stdin_msg(timeout=60)["content"])
        client.input(answer)
    shown = running.collect(message["header"]["msg_id"])
    assert shown.status == "ok", shown.traceback
    return asked


def test_answers_to_questions_are_kept_but_those_that_are_secret(tmp_path: Path) -> None:
    asking = "from getpass import getpass\nkey = getpass('Key: ')\nrate = float(input('Rate? '))"
    cell = f"%%experiment\n{asking}\nxpt.log(a=rate)"
    cells = {
        "setup": "%load_ext jupyter_xpt\nimport builtins\nbefore = input",
        "ask": "word = input('Password: ')",
        "cell": cell,
    }
    with notebook(tmp_path, cells) as book:
        book.run("setup")
        answered(book.kernel, cells["ask"], "ask", CANARY)
        asked = answered(book.kernel, cell, "cell", CANARY, "0.1")
        assert [(one["prompt"], one["password"]) for one in asked] == [("Key: ", True), ("Rate? ", False)]
        book.settle()
    (run,) = runs(tmp_path, 1)
    assert run.outside == (
        OutsideRecord("input", "Password: ", None, masked=True),
        OutsideRecord("input", "Rate? ", "0.1"),
    )
    assert [one.text for one in run.warnings] == ["'Rate' was answered by hand (0.1)"]
    assert not [path for path in (tmp_path / "out").rglob("*.json") if CANARY in path.read_text()]


# -- papermill ----------------------------------------------------------------------------------------------


def test_parameters_of_papermill_are_kept_and_told(tmp_path: Path) -> None:
    cells = ("%load_ext jupyter_xpt", "# Parameters\nrate = 0.1\nown = 2", "%%experiment\nxpt.log(a=rate)")
    write(tmp_path / "animals.ipynb", *cells)
    book = json.loads((tmp_path / "animals.ipynb").read_text())
    book["cells"][1]["metadata"]["tags"] = ["parameters"]
    (tmp_path / "animals.ipynb").write_text(json.dumps(book))
    for rate in ("0.5", "0.7"):
        words = (
            "papermill",
            "--no-progress-bar",
            "animals.ipynb",
            "ran.ipynb",
            "-p",
            "rate",
            rate,
            "-p",
            "api_key",
            CANARY,
        )
        subprocess.run([sys.executable, "-m", *words], cwd=tmp_path, capture_output=True, timeout=120, check=True)
        (tmp_path / "ran.ipynb").unlink()
    first, second = runs(tmp_path, 1)
    assert first.outside == (
        OutsideRecord("papermill", "rate", "0.5"),
        OutsideRecord("papermill", "api_key", None, masked=True),
    )
    assert [one.text for one in first.warnings] == ["rate came from papermill (0.5)"]
    assert [one.code for one in second.warnings] == ["XPT007", "XPT008"]
    assert facts(tmp_path)[1].record is not None
