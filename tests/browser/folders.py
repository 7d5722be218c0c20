"""Folders with experiments, as runs of other processes leave them."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

from jupyter_xpt.ground import codec
from jupyter_xpt.ground.configuration import EstimatorRecord, OutsideRecord, Value
from jupyter_xpt.ground.datasets import OUT, DatasetRecord, Datasets
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import Change, Warned
from tests import builders
from tests.browser import payloads

ROOT = Path(__file__).parent.parent.parent
REPEATS = 3
FOREST: dict[str, Value] = {
    "SCALED": False,
    "SEED_COLUMN": "id",
    "CONFIG.size": 32,
    "CONFIG.columns": "['wing', 'beak']",
    "model.n_estimators": 100,
    "model.max_depth": None,
    "model.class_weight": None,
    "model.criterion": "gini",
    "model.bootstrap": True,
    "model.min_samples_leaf": 1,
    "model.min_samples_split": 2,
    "model.max_features": "sqrt",
    "model.min_impurity_decrease": 0.0,
}
GIT = {
    "commit": "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
    "branch": "main",
    "dirty": True,
    "remote": "https://git.example.invalid/lab/owls.git",
    "untracked": 2,
    "untracked_files": ["notes.txt", "scratch/"],
    "hidden": "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00",
}
ENVIRONMENT = {
    "schema": 1,
    "interpreter": {"implementation": "cpython", "version": "3.11.7"},
    "imported": ["numpy", "pandas"],
}


def grow(folder: Path, experiments: int) -> Path:
    """A series ``cats`` of that many experiments of one run, in branches that people might make."""
    draw = random.Random(1)
    # The builders write a record in milliseconds; that is long for ten thousand.
    parameters: dict[str, Value] = {**FOREST, "model.max_depth": 5_555_555}
    record = codec.dump(
        builders.experiment_record(7_777_777, 6_666_666, note="change 7777777", parameters=parameters)
    ).decode()
    run = codec.dump(builders.run_record(repeats=REPEATS))
    for number in range(1, experiments + 1):
        parent = str(draw.randint(max(1, number - 20), number - 1)) if number > 1 else "null"
        path = folder / "out" / f"cats_{number:03d}"
        run_folder = path / builders.run_record().run
        run_folder.mkdir(parents=True)
        told = record.replace("7777777", str(number)).replace("6666666", parent)
        (path / "experiment.json").write_text(told.replace("5555555", str(number % 20)))
        level = draw.gauss(0.9, 0.01)
        accuracy = [round(draw.gauss(level, 0.005), 4) for _ in range(REPEATS)]
        (run_folder / "run.json").write_bytes(run)
        (run_folder / "results.jsonl").write_bytes(builders.results({"accuracy": accuracy}))
    (folder / "out" / ".xpt").mkdir()
    return folder


def configured(folder: Path) -> Path:
    """A series ``owls`` whose experiments differ in what they were set to, with all else that a run tells of itself."""
    steps: tuple[tuple[int | None, str, float, dict[str, Value], str | None], ...] = (
        (None, "baseline forest", 0.912, {}, None),
        (1, "more trees", 0.915, {"model.n_estimators": 300}, None),
        (2, "deeper", 0.934, {"model.max_depth": 12, "CONFIG.size": 64}, "0.1"),
        (3, "class weights", 0.948, {"model.class_weight": "balanced"}, "0.05"),
        (1, "scaled", 0.881, {"SCALED": True, "model.max_depth": 5}, None),
    )
    known: dict[int | None, dict[str, Value]] = {None: FOREST}
    for number, (parent, note, level, tried, rate) in enumerate(steps, start=1):
        parameters = known[number] = {**known[parent], **tried}
        source = {name: value for name, value in parameters.items() if not name.startswith("model.")}
        forest = {name.removeprefix("model."): value for name, value in parameters.items() if name not in source}
        changes = tuple(
            Change("cell", "parameter", name, str(known[parent][name]), str(source[name]))
            for name in tried
            if name in source
        )
        record = builders.experiment_record(
            number, parent, series="owls", note=note, parameters=source, changes=changes if parent else None
        )
        outside = [OutsideRecord("environment", "API_KEY", None, masked=True)]
        outside += [OutsideRecord("environment", "LEARNING_RATE", rate)] if rate else []
        run = builders.run_record(
            git={**GIT, "changed": number, "patch": number > 1},
            outside=tuple(outside),
            estimators=(EstimatorRecord("model", "sklearn.ensemble._forest.RandomForestClassifier", forest),),
        )
        data = builders.results(
            {
                "accuracy": [round(level + at / 1000, 4) for at in range(-2, 3)],
                "val/loss": [round(1 - level + at / 500, 4) for at in range(-2, 3)],
            }
        )
        path = builders.write_run(
            builders.write_experiment(folder, record), run, data, log="2026-11-23 12:34:12.123 | fit\n"
        )
        inputs = Datasets(
            (
                DatasetRecord(
                    "owls.csv", "file", digest="sha256:9f2c" + "0" * 60, shape=(10_000, 21), classes={"owl": 900}
                ),
                *([DatasetRecord("features.parquet", "file", maker=f"owls_001/{run.run}")] if number > 2 else []),
                DatasetRecord(
                    "features.parquet", "file", direction=OUT, digest="sha256:77aa" + "0" * 60, size=4_200_000
                ),
            )
        )
        (path / "datasets.json").write_bytes(codec.dump(inputs))
        gpus = [{"name": "NVIDIA H100", "driver": "550.54", "memory": 85_000_000_000}]
        environment = {**ENVIRONMENT, "packages": {"numpy": f"2.{number}.0", "pandas": "2.2.0"}}
        hardware = {"system": "Linux", "machine": "x86_64", "cores": 16, "gpus": gpus}
        (path / "environment.json").write_text(json.dumps({**environment, "hardware": hardware}), encoding="utf-8")
    return reserved(folder)


def wait_for_record(folder: Path, number: int, series: str = "cats", **fields: object) -> None:
    """Waits until an experiment's record on disk says that: the panel shows an edit before it is written."""
    path = folder / "out" / f"{series}_{number:03d}" / "experiment.json"
    deadline = time.monotonic() + 20
    while True:
        record = json.loads(path.read_text(encoding="utf-8"))
        found = {name: record.get(name) for name in fields}
        if found == fields:
            return
        assert time.monotonic() < deadline, f"{found}, not {fields}"
        time.sleep(0.05)


def reserved(folder: Path) -> Path:
    """The folder, with the numbers of its experiments taken as the kernel takes them."""
    for path in (folder / "out").iterdir():
        series, _, number = path.name.rpartition("_")
        if series and number.isdigit():
            taken = folder / "out" / ".xpt" / "numbers" / series / number
            taken.parent.mkdir(parents=True, exist_ok=True)
            taken.touch()
    return folder


def hostile(folder: Path) -> Path:
    """A series whose every text is a payload: in experiment 1 all of them, then one experiment each."""
    _hostile(folder, "cats", 1, payloads.PAYLOADS)
    for number, text in enumerate(payloads.PAYLOADS, start=2):
        _hostile(folder, "cats", number, (text,))
    _hostile(folder, payloads.SERIES, 1, payloads.PAYLOADS[:2])
    for number, text in enumerate((payloads.PAYLOADS[0], f'{{"schema": "{payloads.PAYLOADS[5]}"}}'), start=900):
        damaged(folder, number, text)
    return reserved(folder)


def damaged(folder: Path, number: int, text: str = "{", series: str = "cats") -> Path:
    """An experiment whose record cannot be read."""
    path = folder / "out" / f"{series}_{number:03d}"
    path.mkdir(parents=True)
    (path / "experiment.json").write_text(text, encoding="utf-8")
    return path


def _hostile(folder: Path, series: str, number: int, texts: Sequence[str]) -> None:
    """One experiment of that kind, with a run that failed in its last repeat."""
    first = texts[0]
    record = builders.experiment_record(
        number,
        number // 2 or None,
        series=series,
        note=first,
        tags=tuple(texts),
        notebook=first,
        cell=first,
        changes=tuple(Change(text, "parameter", text, text, text) for text in texts),
        parameters={**dict.fromkeys(texts, first), first: number},
    )
    path = builders.write_experiment(folder, record)
    warned = tuple(Warned(text, text, text) for text in texts)
    run = builders.run_record(
        repeats=4,
        status="failed",
        error=first,
        arguments=first,
        seed=first,
        primary=first,
        goals={first: "max", "accuracy": "max"},
        git={
            **{name: first for name in ("commit", "branch", "remote", "root", "problem", "hidden")},
            **{name: list(texts) for name in ("untracked_files", "left_out")},
            "dirty": True,
            "patch": True,
        },
        outside=tuple(OutsideRecord(text, text, text) for text in texts),
        estimators=tuple(EstimatorRecord(text, text, {text: text}) for text in texts),
        warnings=warned,
        hidden_state=warned,
        incomplete=tuple(texts),
    )
    values = {text: [0.5 + number / 1000, 0.6, 0.7] for text in texts[:20]} | {"accuracy": [0.9, 0.91, 0.92]}
    # A value that is no number damages its line, and the line is then spoken of.
    data = builders.results(values) + json.dumps({"time": 1, "repeat": 4, "values": {first: first}}).encode() + b"\n"
    log = "".join(f"2026-11-23 12:34:12.123 | {text}\n{text}\n" for text in texts)
    _add(builders.write_run(path, run, data, log=log), record.name, texts)


def _add(run: Path, name: ExperimentName, texts: Sequence[str]) -> None:
    """What else lies in a run's folder: environment, pictures, snapshot."""
    each = dict.fromkeys(texts, texts[0])
    environment = {"schema": 1, "interpreter": each, "packages": each, "imported": list(texts), "hardware": each}
    (run / "environment.json").write_text(json.dumps(environment), encoding="utf-8")
    inputs = Datasets(
        tuple(DatasetRecord(text, "file", version=text, digest=text, classes={text: 1}, problem=text) for text in texts)
    )
    (run / "datasets.json").write_bytes(codec.dump(inputs))
    (run / "figures").mkdir()
    # What a picture's name says of it need not be so.
    for figure in ("001.svg", "002.png", "003.jpg"):
        (run / "figures" / figure).write_text(payloads.PICTURE, encoding="utf-8")
    source = run / "source"
    source.mkdir()
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "outputs": [], "execution_count": None, "source": text}
        for n, text in enumerate(texts)
    ]
    metadata = {"jupyter_xpt": {"series": name.series, "number": name.number}}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (source / name.notebook).write_text(json.dumps(book), encoding="utf-8")
    executed = {"schema": 1, "cell": texts[0], "above": list(texts), "files": {}, "executed": []}
    (source / "executed.json").write_text(json.dumps(executed), encoding="utf-8")
