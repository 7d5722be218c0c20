"""Hashing: the algorithm that digests of data are made by: SHA-256, or BLAKE3 where the user wants it and has it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jupyter_xpt.ground.settings import BLAKE3, SHA256

_asked: ContextVar[str] = ContextVar("jupyter_xpt_digest", default=SHA256)


@contextmanager
def using(algorithm: str) -> Iterator[None]:
    """While the block runs, digests are made by this algorithm, or by SHA-256 where it is not installed."""
    token = _asked.set(algorithm if is_there(algorithm) else SHA256)
    try:
        yield
    finally:
        _asked.reset(token)


def is_there(algorithm: str) -> bool:
    """Whether digests can be made by an algorithm here."""
    return algorithm == SHA256 or (algorithm == BLAKE3 and _blake3() is not None)


def algorithm() -> str:
    """What digests are made by now."""
    return _asked.get()


def new_hash() -> Any:  # noqa: ANN401 - hashlib's, or another of the same make
    """A hash of what it is fed."""
    if _asked.get() == SHA256:
        return hashlib.sha256()
    library = _blake3()
    return library.blake3(max_threads=library.blake3.AUTO)


def piece_bytes() -> int:
    """How much of a file is read before it is hashed: BLAKE3 shares large pieces out to the cores."""
    return 1 << 20 if _asked.get() == SHA256 else 16 << 20


def digest_text(made: Any) -> str:  # noqa: ANN401 - a hash
    """The digest as it is written: its algorithm and its hexadecimal digits."""
    return f"{_asked.get()}:{made.hexdigest()}"


def _blake3() -> Any:  # noqa: ANN401 - the library; None where it is not installed
    """The library of BLAKE3."""
    try:
        # Only where somebody asked for it.
        import blake3
    except ImportError:
        return None
    return blake3
