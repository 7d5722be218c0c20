"""Outputs: what a run's intermediate datasets may be called, and where below its folder they lie."""

from __future__ import annotations

import re

from jupyter_xpt.ground.errors import NameProblem
from jupyter_xpt.ground.names import name_trouble, printable

# The folder of a run that its outputs lie in.
DATA = "data"
_REPEAT = re.compile(r"repeat_[0-9]+", re.IGNORECASE)
_MAX_PARTS = 16
_MAX_BYTES = 600


def parts_of(name: str) -> tuple[str, ...]:
    """The parts of an output's name, one a folder, the file's last.

    Parameters
    ----------
    name
        A relative path with ``/``.

    Raises
    ------
    NameProblem
        When it is empty, absolute, leads out, or has a part that no file can be called everywhere.

    >>> parts_of("splits/train.npy")
    ('splits', 'train.npy')
    """
    trouble = _trouble(name)
    if trouble is not None:
        shown = printable(name[:80])
        raise NameProblem(
            f"{shown!r} cannot name an output: {trouble}; give a name like features.parquet or splits/train.npy"
        )
    return tuple(name.split("/"))


def _trouble(name: str) -> str | None:
    """What is wrong with an output's name, or None."""
    parts = name.split("/")
    if name.startswith(("/", "~")) or re.match(r"[A-Za-z]:", name):
        return "it is no relative path"
    if ".." in parts or "." in parts:
        return "it leads elsewhere"
    if len(parts) > _MAX_PARTS or len(name.encode("utf-8", "replace")) > _MAX_BYTES:
        return "it is too long"
    if _REPEAT.fullmatch(parts[0]):
        return f"{parts[0]}/ is where the outputs of one repeat lie"
    return next((found for found in map(_part_trouble, parts) if found is not None), None)


def _part_trouble(part: str) -> str | None:
    """What is wrong with one part of a name, or None."""
    return name_trouble(part) if printable(part) == part else "it has a control character"


def place_of(parts: tuple[str, ...], repeat: int | None) -> tuple[str, ...]:
    """Where an output lies below its run's folder, a part a folder.

    Parameters
    ----------
    parts
        Those of its name.
    repeat
        The repeat that writes it; None in a run of one.

    >>> place_of(("splits", "train.npy"), 2)
    ('data', 'repeat_002', 'splits', 'train.npy')
    """
    return (DATA, *parts) if repeat is None else (DATA, f"repeat_{repeat:03d}", *parts)


def named(inner: str) -> tuple[str, int | None]:
    """The name and the repeat of what lies somewhere below ``data/``.

    >>> named("repeat_002/splits/train.npy"), named("train.npy")
    (('splits/train.npy', 2), ('train.npy', None))
    """
    first, _, rest = inner.partition("/")
    match = re.fullmatch(r"repeat_([0-9]{3,9})", first)
    return (rest, int(match[1])) if match is not None and rest else (inner, None)
