"""Own: which files of a work tree are those that we write ourselves."""

from __future__ import annotations

import os
from functools import lru_cache

from jupyter_xpt.ground.names import parse_experiment

_TABLE = "experiments.csv"
# What stands beside a file for the moment in which it is replaced.
_TEMPORARY = ".~xpt-"


class OwnFiles:
    """Tells our files in a work tree from the user's; remembers where it has looked.

    Parameters
    ----------
    root
        The work tree's folder.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._is_out = lru_cache(maxsize=None)(self._looks_like_out)

    def is_own(self, path: str) -> bool:
        """Whether a path, relative to the root, is one of ours."""
        return self.place(path) is not None

    def place(self, path: str) -> str | None:
        """The ``out/`` of ours that a path lies below, or the path itself for a file of ours; None for others."""
        parts = path.rstrip("/").split("/")
        if parts[-1].startswith(_TEMPORARY):
            return path
        for at, part in enumerate(parts, 1):
            if part == "out" and self._is_out("/".join(parts[:at])):
                return "/".join(parts[:at])
        return path if parts[-1] == _TABLE and self._is_out("/".join([*parts[:-1], "out"])) else None

    def is_made(self, path: str) -> bool:
        """Whether a path is that of a numbered notebook whose number we gave."""
        folder, _, file = path.rpartition("/")
        name = parse_experiment(file.removesuffix(".ipynb")) if file.endswith(".ipynb") else None
        if name is None:
            return False
        taken = os.path.join(self._root, folder, "out", ".xpt", "numbers", name.series, name.short)
        return os.path.lexists(taken)

    def _looks_like_out(self, folder: str) -> bool:
        """Whether a folder holds what we keep beside experiments."""
        return os.path.isdir(os.path.join(self._root, folder, ".xpt"))
