"""Restoring: where the files of a snapshot go, and what is said of an experiment that was put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

OUTSIDE = "_outside/"
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put where; paths as they are to be shown.

    ``notebook`` is the numbered notebook's file. ``written`` names the other files that are as they ran now,
    ``unchanged`` those that were so already, ``kept`` says for each that stood there where it lies now. ``outside``
    names the files from outside the notebook's folder: where they were put, or, in place, those that are no longer as
    they ran and were left alone. ``by_hand`` has the values that were not kept, as they may be secret, by file.
    ``origin`` tells the commit.
    """

    run: str
    notebook: str
    written: Sequence[str] = ()
    unchanged: Sequence[str] = ()
    kept: Mapping[str, str] = field(default_factory=dict)
    outside: Sequence[str] = ()
    by_hand: Mapping[str, Sequence[str]] = field(default_factory=dict)
    origin: Sequence[str] = ()
    in_place: bool = True


def said(restored: Restored) -> list[str]:
    """What was put where, a line each."""
    one = restored
    lines = [f"{one.notebook} is as it ran in {one.run}{_kept(one, one.notebook)}"]
    lines += [f"{name} is as it ran{_kept(one, name)}" for name in one.written if one.in_place]
    if one.written and not one.in_place:
        lines.append(f"with it: {_named(one.written)}")
    if one.outside:
        where = (
            "outside of its folder and not as they ran, left alone" if one.in_place else "from outside of its folder"
        )
        lines.append(f"{where}: {_named(one.outside)}")
    if one.outside and not one.in_place:
        lines.append("a notebook that finds those by an absolute path still reads the ones there")
    for name, values in one.by_hand.items():
        left = "was left as it is" if one.in_place and name not in one.written else "lacks its secrets"
        lines.append(f"{name} {left}: put in by hand {_named(values)}")
    return [*lines, *one.origin]


def ups(name: str) -> int:
    """How many folders above the notebook's a file of a snapshot lies.

    >>> ups("_outside/up/up/shared/a.py"), ups("a.py")
    (2, 0)
    """
    parts = name.removeprefix(OUTSIDE).split("/") if name.startswith(OUTSIDE) else []
    return next((at for at, part in enumerate(parts) if part != "up"), 0)


def placed(name: str, parents: Sequence[str]) -> str:
    """Where a file of a snapshot goes, the notebook lying below ``parents``.

    >>> placed("_outside/up/shared/a.py", ("zoo", "notebooks")), placed("b.py", ("zoo", "notebooks"))
    ('zoo/shared/a.py', 'zoo/notebooks/b.py')
    """
    above = ups(name)
    inner = name.removeprefix(OUTSIDE).split("/")[above:]
    return "/".join((*parents[: len(parents) - above], *inner))


def beside(name: str) -> str:
    """A file from outside as its path is written from the notebook's folder.

    >>> beside("_outside/up/shared/a.py")
    '../shared/a.py'
    """
    return "../" * ups(name) + placed(name, ("",) * ups(name)).lstrip("/")


def _kept(one: Restored, name: str) -> str:
    """Where what stood in a file's place is kept."""
    where = one.kept.get(name)
    return f"; what stood there is kept in {where}" if where is not None else ""


def _named(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
