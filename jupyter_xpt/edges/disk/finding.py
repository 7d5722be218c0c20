"""Finding: the folders below one that hold experiments, within bounds."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

MAX_DEPTH = 8
MAX_LOOKED_AT = 5_000
MAX_FOUND = 200
_NOT_ENTERED = frozenset(["node_modules", "site-packages", "__pycache__"])


def find_folders(root: Path) -> list[Path]:
    """The folders at or below ``root`` with an ``out/.xpt``, nearest first.

    Links are not followed; hidden folders, libraries and what experiments wrote themselves are not entered.
    """
    found: list[Path] = []
    waiting = deque([(os.fspath(root), 0)])
    for _ in range(MAX_LOOKED_AT):
        if not waiting or len(found) == MAX_FOUND:
            break
        folder, depth = waiting.popleft()
        below = _folders(folder)
        if "out" in below and ".xpt" in _folders(os.path.join(folder, "out")):
            found.append(Path(folder))
            below.remove("out")
        if depth < MAX_DEPTH:
            entered = (name for name in below if not name.startswith(".") and name not in _NOT_ENTERED)
            waiting.extend((os.path.join(folder, name), depth + 1) for name in entered)
    return found


def _folders(folder: str) -> list[str]:
    """The names of the folders in a folder, none where it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
