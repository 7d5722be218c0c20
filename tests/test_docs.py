"""The README and the format page say what is there, and their examples run."""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import json
import random
import re
import shlex
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from jupyter_xpt.doors import command, magics
from jupyter_xpt.edges.host import machine
from jupyter_xpt.edges.host.git import GitState
from jupyter_xpt.edges.kernel import seeding
from jupyter_xpt.ground import configuration, datasets, records
from jupyter_xpt.thought.code import caveats
from jupyter_xpt.thought.data import alarms
from jupyter_xpt.thought.options import EXPERIMENT_OPTIONS
from tests import repositories
from tests.kernels import Kernel, kernel

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
FORMAT = (ROOT / "jupyter_xpt" / "FORMAT.md").read_text("utf-8")
SERIES = "animal_classifier"
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CELLS = {
    "load": "%load_ext jupyter_xpt",
    "above": "import json, random\nimport features\nsettings = json.load(open('settings.json'))",
    "cell": f"""%%experiment repeats=3 note="baseline" metric=accuracy tags=quick
import base64, sys
from IPython.display import Image
xpt.dataset("animals.csv", label="kind")
xpt.output("features.parquet").write_text("features")
print("training")
print("careful", file=sys.stderr)
for step in range(3):
    xpt.log({{"val/loss": 1 / (step + 1)}}, step=step)
xpt.log(accuracy=features.scale(random.random()))
Image(base64.b64decode("{PICTURE}"))""",
}


# -- reading the pages --------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Field:
    """One row of a table of fields."""

    name: str
    required: bool
    kind: str


def sections(page: str) -> dict[str, str]:
    """The text below each heading, by ``## heading`` or ``## heading / ### heading``."""
    found: dict[str, str] = {}
    upper = key = ""
    fenced = False
    for line in page.splitlines():
        fenced ^= line.startswith("```")
        if not fenced and line.startswith("## "):
            upper = key = line[3:].replace("`", "")
        elif not fenced and line.startswith("### "):
            key = f"{upper} / {line[4:].replace('`', '')}"
        found[key] = found.get(key, "") + line + "\n"
    return found


def table(text: str) -> dict[str, Field]:
    """The first table's rows by the name in their first column."""
    first = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    rows = re.findall(r"^\| `([^`]+)`(\*?) \| ([^|]+) \|", first[0] if first else "", re.MULTILINE)
    return {name: Field(name, bool(star), kind.strip()) for name, star, kind in rows}


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language, empty for those of none."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


PAGE = sections(FORMAT)
TABLES = {
    "experiment.json": records.ExperimentRecord,
    "experiment.json / source": records.SourceRecord,
    "experiment.json / changes": records.Change,
    "<series>.json": records.SeriesRecord,
    "run.json": records.RunRecord,
    "run.json / outside": configuration.OutsideRecord,
    "run.json / estimators": configuration.EstimatorRecord,
    "run.json / process": records.Process,
    "run.json / warnings and hidden_state": records.Warned,
    "summary.json": records.Summary,
    "summary.json / repeats": records.RepeatRecord,
    "summary.json / metrics": records.MetricSummary,
    "datasets.json": datasets.Datasets,
    "datasets.json / datasets": datasets.DatasetRecord,
    "datasets.json / columns": datasets.ColumnRecord,
}


# -- the format page and the records ------------------------------------------------------------------------


@pytest.mark.parametrize("where", TABLES)
def test_the_page_has_the_fields_of_each_record_and_no_other(where: str) -> None:
    assert list(table(PAGE[where])) == list(TABLES[where].CHECKS)


def test_every_record_class_has_its_table() -> None:
    found = {**vars(records), **vars(configuration), **vars(datasets)}
    kinds = {one for one in found.values() if isinstance(one, type) and hasattr(one, "CHECKS")}
    assert kinds == set(TABLES.values())


@pytest.mark.parametrize("where", TABLES)
def test_the_page_says_what_can_be_null_and_what_must_be_there(where: str) -> None:
    kind = TABLES[where]
    defaults = {field.name: field for field in dataclasses.fields(kind)}
    for name, row in table(PAGE[where]).items():
        try:
            kind.CHECKS[name](None)
            nullable = True
        except (TypeError, ValueError):
            nullable = False
        # "a list of numbers or nulls" is never null itself.
        assert row.kind.endswith("or null") == nullable, name
        field = defaults[name]
        without = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        assert row.required == without, name


def test_the_page_has_what_git_tells() -> None:
    assert list(table(PAGE["run.json / git"])) == [field.name for field in dataclasses.fields(GitState)]


def test_the_page_has_what_the_machine_tells() -> None:
    found = machine.environment()
    assert list(table(PAGE["environment.json"])) == [name for name in found if name != "schema"]
    for part in ("interpreter", "hardware"):
        assert list(table(PAGE[f"environment.json / {part}"])) == list(found[part])


def test_the_page_has_every_caveat() -> None:
    rows = re.findall(r"^\| `(XPT\d+)` \| (.*) \|$", FORMAT, re.MULTILINE)
    assert rows == [(code, (text[0].lower() + text[1:]).removesuffix(".")) for code, text in caveats.CODES.items()]


def test_the_page_has_every_alarm_about_data() -> None:
    rows = re.findall(r"^\| `(data(?:-\w+)?)` \| (.*) \|$", FORMAT, re.MULTILINE)
    assert rows == [(code, (text[0].lower() + text[1:]).removesuffix(".")) for code, text in alarms.CODES.items()]


def test_the_page_has_the_libraries_that_are_seeded() -> None:
    assert set(table(PAGE["Seeds"])) == {"random", "rng", *seeding._SEEDERS}


# -- the format page and a real run -------------------------------------------------------------------------


def notebook(cells: Mapping[str, str]) -> str:
    """A notebook's file."""
    made = [
        {
            "cell_type": "code",
            "id": name,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": text,
        }
        for name, text in cells.items()
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where a notebook has run: experiment 1, its child 2, and a fork that never ran."""
    above = repositories.make(tmp_path_factory.mktemp("docs"))
    (above / "model.py").write_text("depth = 4\n")
    made = above / "work"
    made.mkdir()
    draft = made / f"{SERIES}.ipynb"
    (made / "features.py").write_text("def scale(value):\n    return value / 10\n")
    (made / "settings.json").write_text('{"depth": 3}')
    (made / "animals.csv").write_text("kind,weight\ncat,4\nowl,1\n")
    with kernel(made, XPT_NOTEBOOK=str(draft)) as one:
        draft.write_text(notebook(CELLS))
        run_cells(one, CELLS)
        changed = {
            **CELLS,
            "cell": CELLS["cell"].replace("/ 10", "").replace("baseline", "half").replace("(3)", "(2)"),
        }
        draft.write_text(notebook(changed))
        run_cells(one, {"cell": changed["cell"]})
        for run in (made / "out").glob(f"{SERIES}_*/2*"):
            wait_for(run / "changes.patch")
    assert command.main(["new", str(draft), "--parent", "1", "--note", "less"]) == 0
    return made


def run_cells(one: Kernel, cells: Mapping[str, str]) -> None:
    """Runs cells; all must succeed."""
    for name, text in cells.items():
        shown = one.run(text, name)
        assert shown.status == "ok", shown.traceback


def wait_for(path: Path) -> None:
    """Waits for a file that a thread of the kernel writes."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not path.exists():
        time.sleep(0.05)


@pytest.fixture(scope="module")
def run(folder: Path) -> Path:
    """The folder of experiment 1's run, once the thread that describes the machine is done."""
    (found,) = (one for one in (folder / "out" / f"{SERIES}_001").iterdir() if one.is_dir())
    wait_for(found / "environment.json")
    return found


def pattern(line: str) -> str:
    """A path of the page's tree as a pattern for all paths of its kind."""
    escaped = re.escape(line)
    for example, stands_for in {
        SERIES: r"[^/]+?",
        "2026_11_23\\-12_34_12": r"[0-9_]+-[0-9_]+(?:-[0-9]+)?",
        "<time>": r"[0-9_-]+",
        "repeat_002": r"repeat_[0-9]{3,}",
        # In a run of one repeat it lies right there.
        "data/features": "data/(?:repeat_[0-9]{3,}/)?features",
        "001\\.png": r"[0-9]{3,}\.(?:png|jpg|gif|svg)",
        "009": r"[0-9]{3,}",
        "…": r".+",
    }.items():
        escaped = escaped.replace(example, stands_for)
    return escaped


def tree_of(page: str) -> list[str]:
    """The paths of the page's tree, folders joined to what lies in them."""
    text = next(block for block in blocks(page, "") if "experiment.json" in block)
    above: list[tuple[int, str]] = []
    found = []
    for line in text.splitlines():
        depth, name = len(line) - len(line.lstrip()), line.split()[0]
        above = [(d, n) for d, n in above if d < depth]
        if name.endswith("/"):
            above.append((depth, name))
        else:
            found.append("".join(n for _, n in above) + name)
    return found


def files_below(folder: Path) -> list[str]:
    own = {f"{SERIES}.ipynb", "features.py", "settings.json", "animals.csv"}
    # The keeper may be about to replace a file; the page says what `.~xpt-` is.
    files = (one for one in folder.rglob("*") if not one.name.startswith(".~xpt-") and one.is_file())
    names = sorted(one.relative_to(folder).as_posix() for one in files)
    # What Python and IPython themselves make.
    return [one for one in names if one not in own and not one.startswith((".ipython/", "__pycache__/"))]


def test_a_run_makes_only_files_that_the_page_names(folder: Path, run: Path) -> None:
    known = [re.compile(pattern(one)) for one in tree_of(FORMAT)]
    assert [one for one in files_below(folder) if not any(p.fullmatch(one) for p in known)] == []


def test_a_run_makes_all_files_that_the_page_names(folder: Path, run: Path) -> None:
    made = files_below(folder)
    sometimes = ("replaced-", "/series/", "/trash/")
    named = [one for one in tree_of(FORMAT) if one != f"{SERIES}.ipynb" and not any(s in one for s in sometimes)]
    assert [one for one in named if not any(re.fullmatch(pattern(one), file) for file in made)] == []


def test_an_empty_run_makes_all_files_that_are_always_there(tmp_path: Path) -> None:
    draft = tmp_path / "empty.ipynb"
    cells = {"load": CELLS["load"], "cell": "%%experiment\npass"}
    draft.write_text(notebook(cells))
    with kernel(tmp_path, XPT_NOTEBOOK=str(draft)) as one:
        run_cells(one, cells)
        (found,) = (entry for entry in (tmp_path / "out" / "empty_001").iterdir() if entry.is_dir())
        wait_for(found / "environment.json")
    # The keeper may be about to replace a file.
    files = {one.relative_to(found).as_posix() for one in found.rglob("*") if one.is_file() and ".~" not in one.name}
    assert files == {
        *("run.json", "results.jsonl", "summary.json", "log.txt", "environment.json", "requirements.txt"),
        *("source/executed.json", "source/empty_001.ipynb"),
    }
    assert {"experiment.json"} == {one.name for one in found.parent.iterdir() if one.is_file()}
    assert (tmp_path / "experiments.csv").is_file()
    assert (tmp_path / "out/.xpt/numbers/empty/001").read_bytes() == b""


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def check_fields(content: Mapping[str, Any], where: str) -> None:
    """Holds an object to the page's table: all fields, no others."""
    assert set(content) - {"schema"} == set(table(PAGE[where])), where


def test_records_have_the_fields_that_the_page_names(folder: Path, run: Path) -> None:
    child = read(folder / "out" / f"{SERIES}_002" / "experiment.json")
    files = {
        "experiment.json": read(run.parent / "experiment.json"),
        "run.json": read(run / "run.json"),
        "summary.json": read(run / "summary.json"),
        "environment.json": read(run / "environment.json"),
        "datasets.json": read(run / "datasets.json"),
        "source": read(run / "source" / "executed.json"),
    }
    for where, content in files.items():
        assert content["schema"] == 1
        assert next(iter(content)) == "schema"
        check_fields(content, where if where != "source" else "source/")
    check_fields(files["experiment.json"]["source"], "experiment.json / source")
    assert child["parent"] == 1
    assert child["changes"]
    for change in child["changes"]:
        check_fields(change, "experiment.json / changes")
    check_fields(files["run.json"]["process"], "run.json / process")
    dataset, *outputs = files["datasets.json"]["datasets"]
    assert [one["repeat"] for one in outputs] == [1, 2, 3]
    for one in (dataset, *outputs):
        check_fields(one, "datasets.json / datasets")
    for column in dataset["columns"]:
        check_fields(column, "datasets.json / columns")
    for repeat in files["summary.json"]["repeats"]:
        check_fields(repeat, "summary.json / repeats")
    for metric in files["summary.json"]["metrics"].values():
        check_fields(metric, "summary.json / metrics")
    assert set(files["source"]["files"]) == {"features.py", "settings.json"}
    for one in files["source"]["executed"]:
        assert set(one) == {"execution_count", "cell", "source"}


def test_results_hold_the_kinds_of_lines_that_the_page_names(run: Path) -> None:
    lines = [json.loads(line) for line in (run / "results.jsonl").read_text("utf-8").splitlines()]
    kinds = set(table(PAGE["results.jsonl"]))
    assert kinds == {"begin", "values", "end"}
    for line in lines:
        (kind,) = kinds & line.keys()
        assert line.keys() - {"time", "repeat", "step", kind} == set()
    assert [line["step"] for line in lines if "step" in line] == [0, 1, 2] * 3
    assert {tuple(line["end"]) for line in lines if "end" in line} == {("status", "seconds", "error")}
    assert {tuple(line["begin"]) for line in lines if "begin" in line} == {("seed",)}


def test_the_log_has_the_lines_that_the_page_shows(run: Path) -> None:
    line = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3} ([|!>=]) (.*)")
    shown = next(block for block in blocks(PAGE["log.txt"], "") if "|" in block)
    assert {match[1] for match in map(line.fullmatch, shown.splitlines()) if match} == set("|!>=")
    kept = [line.fullmatch(one) for one in (run / "log.txt").read_text("utf-8").splitlines()]
    assert all(kept)
    said = {(match[1], match[2]) for match in kept if match}
    assert {("|", "training"), ("!", "careful"), (">", "figures/001.png")} <= said


def test_the_numbered_notebook_knows_itself_as_the_page_says(folder: Path) -> None:
    marks = [read(folder / f"{SERIES}_00{n}.ipynb")["metadata"]["jupyter_xpt"] for n in (1, 2, 3)]
    assert marks == [
        {"series": SERIES, "number": 1},
        {"series": SERIES, "number": 2, "parent": 1},
        {"series": SERIES, "number": 3, "parent": 1},
    ]


def test_the_table_has_the_columns_that_the_page_names(folder: Path) -> None:
    header = (folder / "experiments.csv").read_text("utf-8").splitlines()[0].split(",")
    named = re.findall(r"`([^`]+)`", PAGE["experiments.csv"].partition("\n")[2])
    metric = ["accuracy", "accuracy sem", "accuracy n", "val/loss", "val/loss sem", "val/loss n"]
    assert [one for one in header if one not in metric] == [one for one in named if "<" not in one]
    assert [one for one in header if one in metric] == metric


def test_a_seed_is_rebuilt_as_the_page_says(run: Path) -> None:
    (code,) = blocks(PAGE["Seeds"], "python")
    names: dict[str, Any] = {}
    exec(code, names)
    entropy = read(run / "run.json")["seed"]
    values = read(run / "summary.json")["metrics"]["accuracy"]["values"]
    for repeat, value in enumerate(values, 1):
        generator = random.Random(names["seed_of"](entropy, repeat, "random"))
        assert generator.random() / 10 == value


# -- the README ---------------------------------------------------------------------------------------------

LINES = README.splitlines()
MAGICS = {
    name: kind
    for kind in ("cell", "line")
    for name in magics.XptMagics.magics[kind]  # what IPython's decorators registered
}


def test_a_cell_and_its_output_come_before_line_40() -> None:
    cell = next(i for i, line in enumerate(LINES) if line.startswith("%%experiment"))
    output = next(i for i, line in enumerate(LINES) if re.match(rf"{SERIES}_\d+ · ", line))
    assert cell < output < 40


def test_the_readmes_cell_is_the_examples() -> None:
    example = json.loads((ROOT / "example_notebooks" / f"{SERIES}.ipynb").read_text("utf-8"))
    cells = ["".join(cell["source"]) for cell in example["cells"]]
    assert next(block for block in blocks(README, "python") if block.startswith("%%experiment")).rstrip() in cells


def test_every_magic_that_is_named_exists_and_all_are_named() -> None:
    named = set(re.findall(r"%(?:%)?((?:xpt\w*)|experiment)", README))
    assert named == set(MAGICS)


def test_every_option_that_is_named_exists_and_all_are_named() -> None:
    rows = re.findall(r"^\| `(\w+)=", sections(README)["Magics"], re.MULTILINE)
    assert rows == list(EXPERIMENT_OPTIONS)
    for line in re.findall(r"%%experiment ([^\n`]*)", README):
        assert set(re.findall(r"(\w+)=", re.sub('"[^"]*"', "", line))) <= EXPERIMENT_OPTIONS.keys()


def test_every_file_that_is_named_is_made(folder: Path, run: Path) -> None:
    made = files_below(folder)
    named = [one for one in tree_of(README) if one != f"{SERIES}.ipynb"]
    assert [one for one in named if not any(re.fullmatch(pattern(one), file) for file in made)] == []


def test_every_path_of_the_project_that_is_named_exists() -> None:
    linked = [one for one in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in one]
    assert linked
    assert [one for one in linked if not (ROOT / one).exists()] == []


def test_every_script_that_is_named_exists() -> None:
    scripts = read(ROOT / "package.json")["scripts"]
    named = re.findall(r"npm (?:run )?([\w:]+)", README)
    assert named
    assert set(named) <= {*scripts}


def python_examples() -> list[str]:
    """Plain Python: what is no cell with a magic."""
    return [block for block in blocks(README, "python") if not re.search(r"^%", block, re.MULTILINE)]


@pytest.mark.parametrize("example", python_examples(), ids=lambda text: text.splitlines()[0])
def test_python_examples_run(folder: Path, monkeypatch: pytest.MonkeyPatch, example: str) -> None:
    monkeypatch.chdir(folder)
    shown: dict[str, Any] = {}
    exec(example, {"print": lambda *_: None, "__name__": "__main__"}, shown)
    # A line that ends in a comment "→ value" shows what its expression gives.
    for expression, value in re.findall(r"^(\S.*?)\s+# → (.*)$", example, re.MULTILINE):
        assert str(eval(expression, {}, shown)) == value


def command_lines() -> Iterator[str]:
    for block in blocks(README, "sh"):
        yield from (line.partition("  #")[0].strip() for line in block.splitlines() if line.startswith("jupyter xpt"))


@pytest.mark.parametrize("line", [*command_lines()])
def test_command_line_examples_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    monkeypatch.chdir(folder)
    assert command.main(shlex.split(line)[2:]) == 0
    assert capsys.readouterr().out


def test_all_commands_are_named() -> None:
    parser = command._parser()
    (choices,) = (one.choices for one in parser._actions if isinstance(one.choices, dict))
    assert {line.split()[2] for line in command_lines()} == set(choices)


# -- examples in docstrings ---------------------------------------------------------------------------------

DOCUMENTED = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "jupyter_xpt").rglob("*.py"))
    if ">>> " in path.read_text("utf-8")
]


@pytest.mark.parametrize("module", DOCUMENTED)
def test_examples_in_docstrings_hold(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0
