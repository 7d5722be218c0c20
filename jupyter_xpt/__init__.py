"""Experiments that number, snapshot, log, repeat and compare themselves, from one line in a notebook cell."""

from __future__ import annotations

__all__: list[str] = []


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where JupyterLab finds the built front end."""
    return [{"src": "labextension", "dest": "jupyter-xpt"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Where Jupyter Server finds the server half; the module is imported there only, never in a kernel."""
    return [{"module": "jupyter_xpt.doors.server"}]
