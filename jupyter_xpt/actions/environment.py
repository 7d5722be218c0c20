"""Environment: what the machine that a run ran on was, kept beside the cell, and how it differs from the parent's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jupyter_xpt.actions.prepared import Prepared
from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.plainfile import Unreadable, read_record, read_record_below, stamp_of
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.edges.host import machine
from jupyter_xpt.edges.host.packages import requirements
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import RecordError
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.names import ExperimentName, is_run_name, short
from jupyter_xpt.ground.records import FINISHED, ExperimentRecord
from jupyter_xpt.thought.environment import environment_changes, said

ENVIRONMENT = "environment.json"
REQUIREMENTS = "requirements.txt"

# The environment of the newest run here, as it is and as files: it hardly ever changes while a kernel lives.
_last: tuple[Mapping[str, object], bytes, bytes] | None = None


def keep_environment(folder: Path) -> None:
    """Writes what a run runs on into its folder."""
    global _last  # noqa: PLW0603 - one process has one environment
    now = machine.environment()
    if _last is None or _last[0]["packages"] != now["packages"]:
        _last = (now, codec.dump_json(now), requirements().encode("utf-8", "backslashreplace"))
    elif _last[0] != now:
        _last = (now, codec.dump_json(now), _last[2])
    _, environment, listed = _last
    store.replace(folder / REQUIREMENTS, listed, durable=False)
    store.replace(folder / ENVIRONMENT, environment, durable=False)


def read_environment(folder: Path, name: ExperimentName, run: str) -> Mapping[str, Any] | None:
    """What a run's ``environment.json`` holds; None when it is missing, damaged or of a newer schema."""
    if not is_run_name(run):
        return None
    path = Store(folder).run(name, run)
    if path.is_symlink() or path.parent.is_symlink():
        return None
    try:
        return _parsed(read_record(os.fspath(path / ENVIRONMENT)))
    except (Unreadable, RecordError):
        return None


def changed_since(prepared: Prepared, record: ExperimentRecord, folder: Path) -> str | None:
    """What is another in a run's environment than before, in a line; None when nothing is, or it is not known.

    Compared with an earlier run of the same source, else with the parent's newest finished run.

    Parameters
    ----------
    prepared, record
        The run's experiment.
    folder
        The run's folder.
    """
    own = prepared.facts.get(record.number)
    parent = prepared.facts.get(record.parent) if record.parent is not None else None
    for facts, digest in ((own, prepared.digest), (parent, None)):
        before = _newest(prepared, facts, digest) if facts is not None else None
        if before is None or facts is None:
            continue
        try:
            told = _told(_bytes_of(prepared.store, before), _bytes_of(prepared.store, folder))
        except (Unreadable, RecordError):
            return None
        than = f"run {before.name}" if facts is own else short(facts.name.number)
        return f"environment changed since {than}: {told}" if told else None
    return None


def _newest(prepared: Prepared, facts: ExperimentFacts, digest: str | None) -> Path | None:
    """The folder of an experiment's newest finished run (of a source) that kept its environment."""
    for run in reversed(facts.runs):
        if run.status == FINISHED and (digest is None or (run.record is not None and run.record.digest == digest)):
            folder = prepared.store.run(facts.name, run.run)
            return folder if stamp_of(str(folder / ENVIRONMENT))[1] >= 0 else None
    return None


def _bytes_of(place: Store, run: Path) -> bytes:
    """A run's environment as it lies on disk."""
    return read_record_below(place.out, run.parent.name, run.name, ENVIRONMENT)


@lru_cache(maxsize=4)
def _told(before: bytes, after: bytes) -> str:
    """What differs, in words."""
    return "" if before == after else said(environment_changes(_parsed(before), _parsed(after)))


def _parsed(data: bytes) -> Mapping[str, Any]:
    """An environment's record.

    Raises
    ------
    RecordError
        When it is damaged or of a newer schema.
    """
    found = codec.load_json(data, ENVIRONMENT)
    schema = found.get("schema", codec.SCHEMA)
    if not isinstance(schema, int) or schema > codec.SCHEMA:
        raise RecordError(f"{ENVIRONMENT} is of a newer schema")
    return found
