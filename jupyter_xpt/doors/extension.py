"""Extension: what ``%load_ext jupyter_xpt`` puts into a shell, and ``%unload_ext`` takes out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jupyter_xpt
from jupyter_xpt.doors.magics import WITH_OPTIONS, XptMagics, await_experiments, complete_options

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_loaded: dict[int, XptMagics] = {}
_TRANSFORMER = "_xpt_awaits"


def load(shell: InteractiveShell) -> None:
    """Registers magics, completions and events; the name ``xpt`` is bound unless the user has one."""
    if id(shell) in _loaded:
        return
    magics = XptMagics(shell)
    _loaded[id(shell)] = magics
    shell.register_magics(magics)
    shell.events.register("pre_run_cell", magics.before_cell)
    shell.events.register("post_run_cell", magics.after_cell)
    transformer = await_experiments(shell)
    setattr(transformer, _TRANSFORMER, True)
    shell.input_transformer_manager.line_transforms.append(transformer)
    for magic in WITH_OPTIONS:
        shell.set_hook("complete_command", complete_options(magic), str_key=magic)
    magics.session.opened.watch()
    magics.session.reads.watch()
    if "xpt" not in shell.user_ns:
        shell.push({"xpt": jupyter_xpt}, interactive=False)


def unload(shell: InteractiveShell) -> None:
    """Takes out what `load` put in."""
    magics = _loaded.pop(id(shell), None)
    if magics is None:
        return
    magics.session.opened.stop()
    magics.session.reads.stop()
    magics.session.asked.stop()
    shell.events.unregister("pre_run_cell", magics.before_cell)
    shell.events.unregister("post_run_cell", magics.after_cell)
    transforms = shell.input_transformer_manager.line_transforms
    # By name: reloading the extension makes a new function.
    transforms[:] = [one for one in transforms if not hasattr(one, _TRANSFORMER)]
    configured: list[Any] = shell.configurables
    configured[:] = [one for one in configured if one is not magics]
    for kind, names in magics.magics.items():
        for name in names:
            shell.magics_manager.magics[kind].pop(name, None)
