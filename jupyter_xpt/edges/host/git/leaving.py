"""Leaving: which files are not kept, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

FILTERED = "with a git filter, which is not run"
SECRET = "that may hold secrets"  # noqa: S105 - what is said of such a file
LARGE = "too large"
UNREADABLE = "that cannot be read"
FOREIGN = "of another repository"
_MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Left:
    """Files that are left out, each with its reason."""

    names: Mapping[str, str] = field(default_factory=dict)

    def and_all(self, other: Left) -> Left:
        """These and all of the others; the first reason stands."""
        return Left({**other.names, **self.names})

    def listed(self) -> tuple[str, ...]:
        """The first names, sorted."""
        return tuple(sorted(self.names)[:_MOST_NAMES])

    def said(self) -> str | None:
        """How many were left out for which reason, in a line; None without any.

        >>> Left({"a": LARGE, "b": LARGE, "c": SECRET}).said()
        'left out: 2 files too large, 1 file that may hold secrets'
        """
        counted = Counter(self.names.values())
        parts = (f"{n} file{'s' * (n > 1)} {why}" for why, n in counted.items())
        return f"left out: {', '.join(parts)}" if counted else None


NOTHING = Left()
