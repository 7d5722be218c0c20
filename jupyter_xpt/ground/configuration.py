"""Configuration: what an experiment was set to besides its code, as frozen values inside its records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from jupyter_xpt.ground.codec import Check, flag, mapping, optional, scalar, text

# A parameter's value; what is no plain value is there as its source text.
Value = str | int | float | bool | None

ENVIRONMENT, ARGUMENT, INJECTED, ASKED = "environment", "argument", "papermill", "input"


def _nothing() -> Mapping[str, Any]:
    """The unknown fields of a record made by us: none."""
    return {}


@dataclass(frozen=True, slots=True)
class OutsideRecord:
    """One value that came from outside the source: an environment variable, an argument, an answer to ``input()``.

    ``value`` is None where there was none; ``masked`` when it may be a secret and is not kept.
    """

    kind: str
    name: str
    value: str | None = None
    masked: bool = False
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "kind": text,
        "name": text,
        "value": optional(text),
        "masked": flag,
    }


@dataclass(frozen=True, slots=True)
class EstimatorRecord:
    """A model that the cell made: the variable it is bound to, its class, and its parameters."""

    name: str
    type: str
    parameters: Mapping[str, Value] = field(default_factory=_nothing)
    extra: Mapping[str, Any] = field(default_factory=_nothing)

    CHECKS: ClassVar[Mapping[str, Check]] = {"name": text, "type": text, "parameters": mapping(scalar)}
