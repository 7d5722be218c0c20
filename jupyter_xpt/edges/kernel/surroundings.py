"""Surroundings: variables of the environment that are asked for by name, and the command line of this process."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable

_LAUNCHERS = re.compile(
    r"(?:.*[/\\])?(?:ipykernel_launcher|colab_kernel_launcher|__main__|ipython\d?|jupyter\S*)(?:\.py)?"
)
_CONNECTION = re.compile(r"(?:.*[/\\])?kernel-[\w.-]+\.json|(?:.*[/\\])?[\w.-]*tmp[\w.-]*\.json")


def variables(names: Iterable[str]) -> dict[str, str | None]:
    """The values of these variables as they are now, None for those that are not set. Others are never looked at."""
    return {name: os.environ.get(name) for name in names}


def arguments() -> tuple[str, ...]:
    """The words of the command line without the program, and without what a kernel is started with."""
    words = [str(one) for one in sys.argv]
    if words and _LAUNCHERS.fullmatch(words[0]):
        # ``-f connection.json``, ``--f=connection.json`` and the kernel's own settings.
        rest, skip = [], False
        for word in words[1:]:
            if skip:
                skip = False
            elif word in ("-f", "--f"):
                skip = True
            elif not re.match(r"--?f=|--[A-Z]\w+\.\w+=", word) and not _CONNECTION.fullmatch(word):
                rest.append(word)
        return tuple(rest)
    return tuple(words[1:])
