"""Origin: what commit a run stood on, in words, and the commands that bring it back."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from jupyter_xpt.ground.names import printable

_DIGITS = 10
_MOST_NAMES = 3


def origin_said(git: Mapping[str, Any] | None, patch: str, at: str = "") -> list[str]:
    """Lines that tell where a run stood in git.

    Parameters
    ----------
    git
        What its ``run.json`` says of it; nothing of that is trusted. None where there was no repository.
    patch
        The path of its ``changes.patch``, as the commands shall name it.
    at
        The repository's folder as the commands shall name it; empty where they are given in it.

    Examples
    --------
    >>> origin_said({"commit": "1a2b3c4d5e6f7", "branch": "main", "dirty": True, "patch": True}, "out/changes.patch")
    ['it ran on 1a2b3c4d5e (main) with changes: git checkout 1a2b3c4d5e && git apply out/changes.patch']
    """
    if git is None:
        return []
    commit, hidden = _hash(git.get("commit")), _hash(git.get("hidden"))
    program = f"git -C {shlex.quote(at)}" if at else "git"
    lines = []
    if commit is not None:
        branch = git.get("branch")
        on = f" ({printable(branch[:100])})" if isinstance(branch, str) and branch else ""
        checkout = f"{program} checkout {commit}"
        if git.get("patch") is True:
            lines.append(f"it ran on {commit}{on} with changes: {checkout} && {program} apply {shlex.quote(patch)}")
        elif git.get("dirty") is False:
            lines.append(f"it ran on {commit}{on}: {checkout}")
        else:
            lines.append(f"it ran on {commit}{on}, perhaps with changes, which were not kept: {checkout}")
    names = git.get("left_out")
    left = [printable(one[:100]) for one in names if isinstance(one, str)] if isinstance(names, list | tuple) else []
    if left:
        more = f" and {len(left) - _MOST_NAMES} more" if len(left) > _MOST_NAMES else ""
        lines.append(f"not kept: {', '.join(left[:_MOST_NAMES])}{more}")
    if hidden is not None:
        lines.append(f"the work tree with its new files is kept as {hidden}: {program} checkout {hidden}")
    return lines


def _hash(value: object) -> str | None:
    """The start of a commit's hash, None where it is none."""
    return value[:_DIGITS] if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{7,64}", value) else None
