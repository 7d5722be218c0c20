"""Plain builders of folders and facts as the kernel writes them."""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from jupyter_xpt.ground import codec
from jupyter_xpt.ground.facts import ExperimentFacts, RunFacts
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import (
    FINISHED,
    RUNNING,
    Change,
    ExperimentRecord,
    Process,
    RunRecord,
    SourceRecord,
    Summary,
)
from jupyter_xpt.thought.reading.results import summarise

Values = Mapping[str, Sequence[float | str | None]]
DIGEST = "sha256:0"
ELSEWHERE = Process(host="another-host.invalid", boot="boot", pid=1, started=1.0)


def results(values: Values, failed: Sequence[int] = (), unfinished: Sequence[int] = ()) -> bytes:
    """The bytes of a ``results.jsonl``: each metric's value in repeat 1, 2, …"""
    lines: list[dict[str, object]] = []
    # Each run draws its own: other values, other seed.
    entropy = f"0x{zlib.crc32(repr(values).encode()):08x}"
    for index in range(max((len(one) for one in values.values()), default=0)):
        repeat, at = index + 1, 1764000000.0 + index
        lines.append({"time": at, "repeat": repeat, "begin": {"seed": f"{entropy}:{repeat}"}})
        logged = {name: one[index] for name, one in values.items() if one[index : index + 1] not in ([], [None])}
        if logged:
            lines.append({"time": at, "repeat": repeat, "values": logged})
        if repeat in failed:
            end = {"status": "failed", "seconds": 0.5, "error": "ValueError: bad luck"}
            lines.append({"time": at, "repeat": repeat, "end": end})
        elif repeat not in unfinished:
            end = {"status": "finished", "seconds": 1.5, "error": None}
            lines.append({"time": at, "repeat": repeat, "end": end})
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def summary(values: Values, failed: Sequence[int] = (), unfinished: Sequence[int] = ()) -> Summary:
    """What those results come to."""
    return summarise(results(values, failed, unfinished))


def run_record(index: int = 1, **given: object) -> RunRecord:
    """A run that finished, as far as nothing else is given."""
    fields: dict[str, object] = {
        "run": f"2026_11_23-12_34_{index:02d}",
        "index": index,
        "status": FINISHED,
        "started": f"2026-11-23T12:34:{index:02d}+01:00",
        "digest": DIGEST,
        "repeats": 5,
        "seed": "0xabc",
        "seconds": 7.5,
        "primary": "accuracy",
        "goals": {"accuracy": "max", "loss": "min"},
    }
    return RunRecord(**{**fields, **given})  # type: ignore[arg-type]


def experiment_record(number: int, parent: int | None = None, **given: object) -> ExperimentRecord:
    """An experiment of the series ``cats``, as far as nothing else is given."""
    fields: dict[str, object] = {
        "series": "cats",
        "number": number,
        "created": "2026-11-23T12:34:00+01:00",
        "parent": parent,
        "source": SourceRecord(DIGEST),
    }
    return ExperimentRecord(**{**fields, **given})  # type: ignore[arg-type]


def run_facts(values: Values, index: int = 1, failed: Sequence[int] = (), **given: object) -> RunFacts:
    """What is read of a run with these values."""
    record = run_record(index, **given)
    return RunFacts(record.run, record.status, record, summary(values, failed))


def facts(
    number: int, accuracy: Sequence[float | str | None] = (), parent: int | None = None, **given: object
) -> ExperimentFacts:
    """What is read of an experiment with one run, or none without values."""
    record = experiment_record(number, parent, **given)
    runs = (run_facts({"accuracy": accuracy}),) if accuracy else ()
    return ExperimentFacts(record.name, record, runs)


def by_name(*experiments: ExperimentFacts) -> dict[ExperimentName, ExperimentFacts]:
    """Facts as the shelf gives them."""
    return {one.name: one for one in experiments}


def write_experiment(folder: Path, record: ExperimentRecord) -> Path:
    """Writes an experiment's record; gives its folder."""
    path = folder / "out" / str(record.name)
    path.mkdir(parents=True, exist_ok=True)
    (path / "experiment.json").write_bytes(codec.dump(record))
    return path


def write_run(experiment: Path, record: RunRecord, data: bytes, *, log: str = "") -> Path:
    """Writes a run as it lies on disk, with its summary when it is over; gives its folder."""
    path = experiment / record.run
    path.mkdir()
    (path / "run.json").write_bytes(codec.dump(record))
    (path / "results.jsonl").write_bytes(data)
    (path / "log.txt").write_text(log, encoding="utf-8")
    if record.status != RUNNING:
        (path / "summary.json").write_bytes(codec.dump(summarise(data)))
    os.utime(experiment)
    return path


def write_series(folder: Path) -> Path:
    """A small series on disk: better, not sure, worse, failed, planned."""
    rows = (
        (1, None, "baseline random forest", [0.912, 0.905, 0.92, 0.909, 0.914]),
        (2, 1, "scaled features", [0.915, 0.925, 0.903, 0.919, 0.913]),
        (3, 1, "SVM, rbf kernel", [0.881, 0.884, 0.879, 0.886, 0.877]),
        (4, 2, "", [0.934, 0.931, 0.938, 0.929, 0.936]),
    )
    change = Change("cell", "parameter", "n_estimators", "100", "300")
    for number, parent, note, accuracy in rows:
        loss = [round(1 - value, 6) for value in accuracy]
        record = experiment_record(number, parent, note=note, changes=(change,) if parent else None)
        path = write_experiment(folder, record)
        data = results({"accuracy": accuracy, "loss": loss})
        write_run(path, run_record(), data, log="2026-11-23 12:34:12.123 | fit\n")
    path = write_experiment(folder, experiment_record(5, 1, note="linear baseline"))
    failed = run_record(status="failed", error="ValueError: bad luck")
    write_run(path, failed, results({"accuracy": [None]}, failed=[1]))
    write_experiment(folder, experiment_record(6, 4, note="next", source=None))
    return folder


def settle(folder: Path, seconds: float = 60.0) -> None:
    """Makes everything in a folder look old, so that a reader trusts the times it sees."""
    then = time.time() - seconds
    for path in sorted(folder.rglob("*"), key=lambda path: len(path.parts), reverse=True):
        if not path.is_symlink():
            os.utime(path, (then, then))
