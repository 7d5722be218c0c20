"""Executed: a cell as it was run in the kernel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Executed:
    """One execution in the kernel: its place in time, text, and cell id where the front end sent one."""

    order: int
    source: str
    cell: str | None = None
    count: int | None = None
    tags: tuple[str, ...] = ()
