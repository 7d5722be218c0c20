"""Seeding: the random generators of Python, NumPy, torch and TensorFlow, from one recorded number.

A run draws 128 bits from the operating system. Each repeat's generators are seeded by SHA-256 of those bits, the
repeat's number and the library's name: streams do not overlap, any repeat can be rebuilt alone, and more repeats
later leave the first ones as they were.
"""

from __future__ import annotations

import hashlib
import importlib.abc
import importlib.machinery
import random
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

_BITS = 128


def new_entropy() -> int:
    """128 fresh bits from the operating system."""
    return secrets.randbits(_BITS)


def seed_text(entropy: int, repeat: int | None = None) -> str:
    """A seed as it is recorded and typed: ``0x3f…`` for a run, ``0x3f…:2`` for its repeat 2."""
    return f"{entropy:#x}" if repeat is None else f"{entropy:#x}:{repeat}"


def derive(entropy: int, repeat: int, library: str) -> int:
    """The 256-bit seed of one library's generator in one repeat."""
    return int.from_bytes(hashlib.sha256(f"{entropy:#x}:{repeat}:{library}".encode()).digest(), "big")


def _numpy(module: ModuleType, seed: int) -> None:
    """NumPy's global (legacy) generator, with eight words of 32 bits."""
    module.random.seed([seed >> shift & 0xFFFFFFFF for shift in range(0, 256, 32)])


def _torch(module: ModuleType, seed: int) -> None:
    """Torch's generators on all devices."""
    module.manual_seed(seed & 0x7FFF_FFFF_FFFF_FFFF)


def _tensorflow(module: ModuleType, seed: int) -> None:
    """TensorFlow's global generator."""
    module.random.set_seed(seed & 0x7FFF_FFFF)


_SEEDERS: dict[str, Callable[[ModuleType, int], None]] = {
    "numpy": _numpy,
    "torch": _torch,
    "tensorflow": _tensorflow,
}


def _numpy_state(module: ModuleType) -> tuple[object, ...]:
    """Where NumPy's global generator stands."""
    state = module.random.get_state(legacy=False)
    inner = tuple(one.tobytes() if hasattr(one, "tobytes") else one for one in state["state"].values())
    return (state["bit_generator"], inner, state.get("has_gauss"), state.get("gauss"))


# TensorFlow does not tell where its generator stands.
_STATES: dict[str, Callable[[ModuleType], object]] = {
    "random": lambda module: module.getstate(),
    "numpy": _numpy_state,
    "torch": lambda module: module.get_rng_state().numpy().tobytes(),
}


class Marks:
    """Where the generators stood right after they were seeded, to see whether anything was drawn since."""

    def __init__(self) -> None:
        self._stood: dict[str, Any] = {}

    def mark(self, library: str, module: ModuleType) -> None:
        """Notes where a library's generator stands; nothing where that cannot be read."""
        reader = _STATES.get(library)
        if reader is not None:
            # Whatever another version of that library says instead.
            with suppress(Exception):
                self._stood[library] = reader(module)

    def drew(self) -> bool | None:
        """Whether a generator moved since; None where none did that can be read, and there are others."""
        unread = False
        for library in ("random", *_SEEDERS):
            module = sys.modules.get(library)
            if module is None:
                continue
            stood, now = self._stood.get(library), None
            with suppress(Exception):
                now = _STATES[library](module) if stood is not None else None
            if now is None:
                unread = True
            elif now != stood:
                return True
        torch = sys.modules.get("torch")
        # Generators of devices are not looked at: that would wait for the device.
        unread = unread or bool(torch is not None and torch.cuda.is_initialized())
        return None if unread else False


@contextmanager
def seeded(entropy: int, repeat: int) -> Iterator[Marks]:
    """Seeds every generator that is there, and those of libraries imported inside the block, once they come.

    Gives where they stood then.
    """
    marks = Marks()
    random.seed(derive(entropy, repeat, "random"))
    marks.mark("random", random)
    waiting = {}
    for library, seeder in _SEEDERS.items():
        module = sys.modules.get(library)
        if module is None:
            waiting[library] = derive(entropy, repeat, library)
        else:
            seeder(module, derive(entropy, repeat, library))
            marks.mark(library, module)
    finder = _LateSeeds(waiting, marks)
    sys.meta_path.insert(0, finder)
    try:
        yield marks
    finally:
        # The user's code may have put another list there.
        with suppress(ValueError):
            sys.meta_path.remove(finder)


class _LateSeeds(importlib.abc.MetaPathFinder):
    """Seeds a library right after its first import."""

    def __init__(self, waiting: dict[str, int], marks: Marks) -> None:
        self._waiting = waiting
        self._marks = marks

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The usual spec, with a loader that seeds; None for all that need no seed."""
        if fullname not in self._waiting:
            return None
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _SeedingLoader(spec.loader, fullname, self._waiting, self._marks)  # type: ignore[assignment]  # duck-typed
                return spec
        return None


class _SeedingLoader:
    """A loader that seeds the module it has loaded, then steps aside."""

    def __init__(self, loader: Any, library: str, waiting: dict[str, int], marks: Marks) -> None:  # noqa: ANN401 - any loader
        self._loader = loader
        self._library = library
        self._waiting = waiting
        self._marks = marks

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the loader has
        return getattr(self._loader, name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """As the library's own loader."""
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """As the library's own loader, then the seed."""
        # Libraries look at their own loader (resources, pickling): they must find the real one.
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        # Not before: libraries also look for specs only to see whether another one is installed.
        seed = self._waiting.pop(self._library, None)
        if seed is not None:
            _SEEDERS[self._library](module, seed)
            self._marks.mark(self._library, module)
