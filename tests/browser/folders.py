"""Folders with experiments, as runs of other processes leave them."""

from __future__ import annotations

import json
import random
from pathlib import Path

from jupyter_xpt.ground.records import Change, Warned
from tests import builders
from tests.browser import payloads

ROOT = Path(__file__).parent.parent.parent
REPEATS = 3


def grow(folder: Path, experiments: int) -> Path:
    """A series ``cats`` of that many experiments of one run, in branches that people might make."""
    draw = random.Random(1)
    for number in range(1, experiments + 1):
        parent = draw.randint(max(1, number - 20), number - 1) if number > 1 else None
        path = builders.write_experiment(folder, builders.experiment_record(number, parent, note=f"change {number}"))
        level = draw.gauss(0.9, 0.01)
        accuracy = [round(draw.gauss(level, 0.005), 4) for _ in range(REPEATS)]
        builders.write_run(path, builders.run_record(repeats=REPEATS), builders.results({"accuracy": accuracy}))
    return reserved(folder)


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
    """A series whose every text is a payload: one experiment a payload."""
    for number, text in enumerate(payloads.PAYLOADS, start=1):
        _hostile(folder, "cats", number, text)
    _hostile(folder, payloads.SERIES, 1, payloads.PAYLOADS[0])
    _hostile(folder, payloads.SERIES, 2, payloads.PAYLOADS[5])
    for number, text in enumerate((payloads.PAYLOADS[0], '{"schema": "' + payloads.PAYLOADS[5] + '"}'), start=900):
        damaged(folder, number, text)
    return reserved(folder)


def damaged(folder: Path, number: int, text: str = "{", series: str = "cats") -> Path:
    """An experiment whose record cannot be read."""
    path = folder / "out" / f"{series}_{number:03d}"
    path.mkdir(parents=True)
    (path / "experiment.json").write_text(text, encoding="utf-8")
    return path


def _hostile(folder: Path, series: str, number: int, text: str) -> None:
    """One experiment of that kind, with a run that failed in its last repeat."""
    change = Change(text, text, text, text, text)
    record = builders.experiment_record(
        number,
        number // 2 or None,
        series=series,
        note=text,
        tags=(text, "plain"),
        notebook=text,
        cell=text,
        changes=(change,),
    )
    path = builders.write_experiment(folder, record)
    warned = Warned(text, text, text)
    run = builders.run_record(
        repeats=4,
        status="failed",
        error=text,
        arguments=text,
        seed=text,
        primary=text,
        goals={text: "max", "accuracy": "max"},
        git={"commit": text, "branch": text, "remote": text, "dirty": True, "root": text, "problem": text},
        warnings=(warned,),
        hidden_state=(warned,),
        incomplete=(text,),
    )
    values = {text: [0.5 + number / 1000, 0.6, 0.7], "accuracy": [0.9, 0.91, 0.92], "loss": [0.1, 0.1, 0.1]}
    # A value that is no number damages its line, and the line is then spoken of.
    data = builders.results(values) + json.dumps({"time": 1, "repeat": 4, "values": {text: text}}).encode() + b"\n"
    run_folder = builders.write_run(path, run, data, log=f"2026-11-23 12:34:12.123 | {text}\n{text}\n")
    (run_folder / "environment.json").write_text(
        json.dumps({"schema": 1, "interpreter": {"version": text}, "packages": {text: text}, "imported": [text]}),
        encoding="utf-8",
    )
    (run_folder / "figures").mkdir()
    (run_folder / "figures" / "001.svg").write_text(payloads.PICTURE, encoding="utf-8")
    (run_folder / "figures" / "002.png").write_text(payloads.PICTURE, encoding="utf-8")
    source = run_folder / "source"
    source.mkdir()
    book = {
        "cells": [
            {"cell_type": "code", "id": "one", "metadata": {}, "outputs": [], "execution_count": None, "source": text}
        ],
        "metadata": {"jupyter_xpt": {"series": series, "number": number}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (source / f"{record.name}.ipynb").write_text(json.dumps(book), encoding="utf-8")
    (source / "executed.json").write_text(
        json.dumps({"schema": 1, "cell": text, "above": [text], "files": {text: text}, "executed": []}), "utf-8"
    )
