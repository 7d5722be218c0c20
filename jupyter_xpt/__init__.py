"""Experiments that number, snapshot, log, repeat and compare themselves, from one line in a notebook cell."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_xpt.actions.dataset import dataset
    from jupyter_xpt.actions.log import log, rng
    from jupyter_xpt.actions.output import output
    from jupyter_xpt.actions.overview import experiments, get
    from jupyter_xpt.actions.use import use
    from jupyter_xpt.ground.errors import XptError
    from jupyter_xpt.thought.statistics.verdicts import verdict
    from jupyter_xpt.thought.statistics.wording import Verdict

__all__ = ["Verdict", "XptError", "dataset", "experiments", "get", "log", "output", "rng", "use", "verdict"]

# Imported when first used (PEP 562): the kernel pays for nothing that its user does not touch.
_HOMES = {
    "Verdict": "thought.statistics.wording",
    "XptError": "ground.errors",
    "dataset": "actions.dataset",
    "experiments": "actions.overview",
    "get": "actions.overview",
    "log": "actions.log",
    "output": "actions.output",
    "rng": "actions.log",
    "use": "actions.use",
    "verdict": "thought.statistics.verdicts",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%load_ext jupyter_xpt`` does."""
    import_module(f"{__name__}.doors.extension").load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%unload_ext jupyter_xpt`` does."""
    import_module(f"{__name__}.doors.extension").unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where JupyterLab finds the built front end."""
    return [{"src": "labextension", "dest": "jupyter-xpt"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Where Jupyter Server finds the server half; the module is imported there only, never in a kernel."""
    module = f"{__name__}.doors.server.extension"
    return [{"module": module, "app": import_module(module).XptServer}]
