"""Values: any object as a value that a record can hold, in a time and length that have an end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.thought.data.secrets import kept
from jupyter_xpt.thought.parameters.constants import plain, shortened

MAX_PARAMETERS = 200
_MAX_ITEMS = 20
_MAX_DEPTH = 3
_SIMPLE = (str, bool, int, float, type(None))


def as_value(name: str, value: object) -> Value:
    """A parameter's value as a record holds it: secrets masked, what is no plain value as a short text."""
    # Numbers of NumPy and torch: only those that are one number.
    if _root(value) in _ARRAYS and getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, str):
        return shortened(kept(name, str(value)))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return plain(float(value) if isinstance(value, float) else int(value))
    return shortened(kept(name, _text(value, 0)))


def _root(value: object) -> str:
    """The library of an object's class."""
    return str(getattr(type(value), "__module__", "")).partition(".")[0]


def _text(value: object, depth: int) -> str:
    """An object in a short text; its own ``repr`` is asked only where it is known to be short."""
    kind = type(value)
    text = kind.__name__
    if kind in _SIMPLE:
        text = repr(value[:300] if isinstance(value, str) else value)
    elif isinstance(value, list | tuple | set | frozenset) and kind.__module__ == "builtins" and depth < _MAX_DEPTH:
        text = _several(value, depth)
    elif isinstance(value, dict) and kind is dict and depth < _MAX_DEPTH:
        pairs = list(islice(value.items(), _MAX_ITEMS + 1))
        said = [f"{_text(key, depth + 1)}: {_text(one, depth + 1)}" for key, one in pairs[:_MAX_ITEMS]]
        text = "{" + ", ".join(said) + (", …" if len(pairs) > _MAX_ITEMS else "") + "}"
    elif _root(value) in _ARRAYS and isinstance(getattr(value, "shape", None), tuple):
        shape = "×".join(map(str, getattr(value, "shape", ())))
        text = f"{text} {shape} {getattr(value, 'dtype', '')}".rstrip()
    elif isinstance(value, type) or _root(value) in ("builtins", "functools"):
        name = str(getattr(value, "__qualname__", text))
        module = getattr(value, "__module__", None)
        text = name if module in (None, "builtins") else f"{module}.{name}"
    return text


_ARRAYS = frozenset({"numpy", "torch", "pandas", "polars", "jax", "jaxlib", "tensorflow", "scipy", "pyarrow", "cupy"})


def _several(value: list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any], depth: int) -> str:
    """The items of a list and the like."""
    items = list(islice(value, _MAX_ITEMS + 1))
    said = [_text(one, depth + 1) for one in items[:_MAX_ITEMS]]
    more = ", …" if len(items) > _MAX_ITEMS else ""
    if isinstance(value, list):
        return f"[{', '.join(said)}{more}]"
    if isinstance(value, tuple):
        return f"({', '.join(said)}{',' if len(said) == 1 else ''}{more})"
    # Sets have no order that stays.
    return f"{{{', '.join(sorted(said))}{more}}}"


def items_of(value: object) -> Iterator[tuple[str, object]]:
    """The items of a mapping by the text of their names; none of anything else."""
    if isinstance(value, dict):
        yield from ((str(name), one) for name, one in list(value.items())[:MAX_PARAMETERS])
