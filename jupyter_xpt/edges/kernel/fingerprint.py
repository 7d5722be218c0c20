"""Fingerprint: whether objects were changed in place, by pickling them into a hash with a limit."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Mapping
from types import FunctionType, ModuleType
from typing import Any

# About a tenth of a second of hashing for one run at most.
MAX_BYTES = 16_000_000


class _TooLarge(Exception):  # noqa: N818 - says what the object is
    """The object goes beyond the limit: it gets no fingerprint."""


class _Hash:
    """A file-like object that hashes what is written, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._hash = hashlib.blake2b(digest_size=16)
        self.left = limit

    def write(self, data: Any) -> int:  # noqa: ANN401 - bytes or any buffer
        size = memoryview(data).nbytes
        self.left -= size
        if self.left < 0:
            raise _TooLarge
        self._hash.update(data)
        return size

    def digest(self) -> bytes:
        return self._hash.digest()


def fingerprints(namespace: Mapping[str, Any], names: Iterable[str], limit: int = MAX_BYTES) -> dict[str, bytes]:
    """The fingerprints of the objects that names are bound to.

    Parameters
    ----------
    namespace
        The user's names.
    names
        Those to look at; modules, functions, classes, and what cannot be pickled or is too large are left out.
    limit
        The largest pickle to hash, in bytes, for all of them together.
    """
    found = {}
    left = limit
    for name in names:
        value = namespace.get(name)
        if value is None or isinstance(value, ModuleType | FunctionType | type | int | float | str | bytes):
            continue
        sink = _Hash(left)
        digest = _fingerprint(value, sink)
        if digest is not None:
            found[name] = digest
            left = sink.left
    return found


def _fingerprint(value: object, sink: _Hash) -> bytes | None:
    """The hash of an object's pickle, or None when it has none within the limit."""
    try:
        # Known to be too large before it is copied into a pickle.
        size = getattr(value, "nbytes", 0)
        if isinstance(size, int) and size > sink.left:
            return None
        pickle.Pickler(sink, protocol=5).dump(value)
    except Exception:  # noqa: BLE001 - the user's own __reduce__ may raise anything; then there is no fingerprint
        return None
    return sink.digest()
