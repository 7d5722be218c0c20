"""Environment: what of the machine a run ran on may change its results, and how two runs differ in that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_xpt.ground.names import printable

PYTHON, PLATFORM, PROCESSOR = "Python", "platform", "processor"
GPU, DRIVER, RUNTIME = "GPU", "GPU driver", "GPU runtime"
_MACHINE = (PYTHON, PLATFORM, PROCESSOR, GPU, DRIVER, RUNTIME)
_MAX_PACKAGES = 2_000
_MAX_TEXT = 200
_MAX_GPUS = 64


@dataclass(frozen=True, slots=True)
class EnvironmentChange:
    """One thing that differs: what it is, and its text on each side, None where it is not there."""

    what: str
    before: str | None
    after: str | None


def environment_changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[EnvironmentChange, ...]:
    """What differs between the environments of two runs and may matter: Python, platform, processor, GPU, packages.

    Parameters
    ----------
    before, after
        What their ``environment.json`` hold; None where that is not known, and then nothing is said.

    Returns
    -------
    tuple of EnvironmentChange
        Packages by name, and only those that either run had imported, where that is known.
    """
    if before is None or after is None:
        return ()
    return tuple(EnvironmentChange(what, *sides) for what, sides in environment_rows([before, after]))


def said(changes: Sequence[EnvironmentChange], most: int = 4) -> str:
    """Changes in a line, ``most`` of them by name.

    >>> said([EnvironmentChange("numpy", "1.26.0", "2.1.0"), EnvironmentChange("scipy", None, "1.14")])
    'numpy 1.26.0 → 2.1.0, scipy 1.14 is new'
    """
    parts = [said_of(one) for one in changes[:most]]
    more = len(changes) - len(parts)
    return ", ".join([*parts, f"{more} more"] if more else parts)


def said_of(change: EnvironmentChange) -> str:
    """One change in words."""
    if change.before is None:
        return f"{change.what} {change.after} is new"
    if change.after is None:
        return f"{change.what} {change.before} is gone"
    return f"{change.what} {change.before} → {change.after}"


def environment_rows(known: Sequence[Mapping[str, Any] | None]) -> list[tuple[str, tuple[str | None, ...]]]:
    """What differs among several environments: what it is, and its text in each, None where it is not there."""
    told = [one for one in known if one is not None]
    used = _used(told)
    sides = [{} if one is None else {**_packages(one, used), **_machine(one)} for one in known]
    names = [*_MACHINE, *sorted({name for side in sides for name in side} - set(_MACHINE), key=str.casefold)]
    rows = [(name, tuple(side.get(name) for side in sides)) for name in names]
    # Where nothing is known, nothing differs.
    differing = [
        (name, values)
        for name, values in rows
        if len({value for value, one in zip(values, known, strict=True) if one is not None}) > 1
    ]
    return differing[:_MAX_PACKAGES]


def _machine(environment: Mapping[str, Any]) -> dict[str, str]:
    """Python, platform, processor and GPUs, as far as they are known."""
    interpreter, hardware = _object(environment, "interpreter"), _object(environment, "hardware")
    python = _joined(interpreter, "implementation", "version")
    if python and interpreter.get("optimize") in (1, 2):
        python += f" -{'O' * interpreter['optimize']}"
    found = {
        PYTHON: python,
        PLATFORM: _joined(hardware, "system", "machine"),
        PROCESSOR: _joined(hardware, "processor"),
        GPU: _gpus(hardware),
        DRIVER: _joined(hardware, "gpu_driver"),
        RUNTIME: _joined(hardware, "gpu_runtime"),
    }
    return {name: text for name, text in found.items() if text}


def _gpus(hardware: Mapping[str, Any]) -> str:
    """The GPUs by name, the same ones counted: ``2 × NVIDIA A100-SXM4-40GB``."""
    listed = hardware.get("gpus")
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    counted = Counter(name for one in found[:_MAX_GPUS] if (name := _joined(one, "name")))
    return ", ".join(f"{n} × {name}" if n > 1 else name for name, n in counted.items())[:_MAX_TEXT]


def _packages(environment: Mapping[str, Any], used: frozenset[str] | None) -> dict[str, str]:
    """The packages that count, name to version."""
    return {
        printable(name[:_MAX_TEXT]): printable(version[:_MAX_TEXT])
        for name, version in _object(environment, "packages").items()
        if isinstance(version, str) and (used is None or name in used)
    }


def _used(told: Sequence[Mapping[str, Any]]) -> frozenset[str] | None:
    """The packages that any of them had imported; None where one of them does not tell."""
    found: set[str] = set()
    for one in told:
        imported = one.get("imported")
        if not isinstance(imported, list):
            return None
        found.update(name for name in imported if isinstance(name, str))
    return frozenset(found)


def _object(environment: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A part of the environment; empty when it is not what it should be."""
    part = environment.get(key)
    return part if isinstance(part, dict) else {}


def _joined(part: Mapping[str, Any], *keys: str) -> str:
    """The texts under those keys in one."""
    texts = [part[key] for key in keys if isinstance(part.get(key), str)]
    return printable(" ".join(texts)[:_MAX_TEXT])
