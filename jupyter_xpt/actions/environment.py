"""Environment: what the machine that a run ran on was, as its record tells."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_xpt.edges.disk.plainfile import Unreadable, read_record
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.errors import RecordError
from jupyter_xpt.ground.names import ExperimentName, is_run_name

ENVIRONMENT = "environment.json"


def read_environment(folder: Path, name: ExperimentName, run: str) -> Mapping[str, Any] | None:
    """What a run's ``environment.json`` holds; None when it is missing, damaged or of a newer schema."""
    if not is_run_name(run):
        return None
    path = Store(folder).run(name, run)
    if path.is_symlink() or path.parent.is_symlink():
        return None
    try:
        found = codec.load_json(read_record(os.fspath(path / ENVIRONMENT)), f"{run}/{ENVIRONMENT}")
    except (Unreadable, RecordError):
        return None
    schema = found.get("schema", codec.SCHEMA)
    return found if isinstance(schema, int) and schema <= codec.SCHEMA else None
