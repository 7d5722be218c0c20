"""Folders with experiments, as runs of other processes leave them."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

from jupyter_xpt.ground import codec
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import Change, Warned
from tests import builders
from tests.browser import payloads

ROOT = Path(__file__).parent.parent.parent
REPEATS = 3


def grow(folder: Path, experiments: int) -> Path:
    """A series ``cats`` of that many experiments of one run, in branches that people might make."""
    draw = random.Random(1)
    # The builders write a record in milliseconds; that is long for ten thousand.
    record = codec.dump(builders.experiment_record(7_777_777, 6_666_666, note="change 7777777")).decode()
    run = codec.dump(builders.run_record(repeats=REPEATS))
    for number in range(1, experiments + 1):
        parent = str(draw.randint(max(1, number - 20), number - 1)) if number > 1 else "null"
        path = folder / "out" / f"cats_{number:03d}"
        run_folder = path / builders.run_record().run
        run_folder.mkdir(parents=True)
        (path / "experiment.json").write_text(record.replace("7777777", str(number)).replace("6666666", parent))
        level = draw.gauss(0.9, 0.01)
        accuracy = [round(draw.gauss(level, 0.005), 4) for _ in range(REPEATS)]
        (run_folder / "run.json").write_bytes(run)
        (run_folder / "results.jsonl").write_bytes(builders.results({"accuracy": accuracy}))
    (folder / "out" / ".xpt").mkdir()
    return folder


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
        git={"commit": first, "branch": first, "remote": first, "dirty": True, "root": first, "problem": first},
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
