"""Constants: what an expression comes to when nothing runs, by the names that are bound to constants above it."""

from __future__ import annotations

import ast
import hashlib
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.thought.code.expressions import first_nodes

# Stands for what cannot be told without running it.
UNKNOWN = object()
MAX_TEXT = 200
# A literal with more nodes than this is data.
MAX_NODES = 400
# Beyond it JSON's readers lose digits.
_MAX_WHOLE = 1 << 53
_MAX_POWER = 64
_BINARY: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitOr: operator.or_,
}
_UNARY: Mapping[type, Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
_COMPARED: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}
_CALLED: Mapping[str, Callable[..., Any]] = {
    **{one.__name__: one for one in (int, float, str, bool, list, tuple, round, abs, min, max, sum, len)},
    "dict": dict,
}
Known = Callable[[str], object]


def dotted(node: ast.expr) -> str:
    """``CFG.lr`` for that and for ``CFG["lr"]``, empty for what is no path of names."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            parts.append(str(node.slice.value))
            node = node.value
        else:
            break
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def evaluate(node: ast.expr, known: Known) -> Any:  # noqa: ANN401 - constants of all kinds
    """What an expression of constants comes to; `UNKNOWN` where it takes more than that.

    Parameters
    ----------
    node
        The expression.
    known
        Gives the constant that a name or dotted path is bound to, `UNKNOWN` for others.
    """
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        path = dotted(node)
        return known(path) if path else UNKNOWN
    if sum(1 for _ in first_nodes(node, MAX_NODES)) >= MAX_NODES:
        return UNKNOWN
    try:
        return _composed(node, known)
    # Whatever Python says to a wrong operand: then it cannot be told.
    except (TypeError, ValueError, ArithmeticError, LookupError, RecursionError, MemoryError):
        return UNKNOWN


def _composed(node: ast.expr, known: Known) -> Any:  # noqa: ANN401 - as `evaluate`
    """The same for what is made of parts."""
    made: Any = UNKNOWN
    match node:
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            one = evaluate(operand, known)
            made = UNKNOWN if one is UNKNOWN else _UNARY[type(op)](one)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            made = _binary(op, evaluate(left, known), evaluate(right, known))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARED:
            one, other = evaluate(left, known), evaluate(right, known)
            made = UNKNOWN if one is UNKNOWN or other is UNKNOWN else _COMPARED[type(op)](one, other)
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            values = _all(items, known)
            whole = tuple(values) if isinstance(node, ast.Tuple) else values
            made = UNKNOWN if any(one is UNKNOWN for one in values) else whole
        case ast.Dict(keys=keys, values=items):
            made = _mapping(keys, items, known)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            one = evaluate(test, known)
            made = UNKNOWN if one is UNKNOWN else evaluate(body if one else orelse, known)
        case ast.Call(func=ast.Name(id=name), args=given, keywords=named) if name in _CALLED:
            made = _called(name, given, named, known)
    return made


def _all(nodes: list[ast.expr], known: Known) -> list[Any]:
    """What several expressions come to."""
    return [evaluate(one, known) for one in nodes]


def _binary(op: ast.operator, one: Any, other: Any) -> Any:  # noqa: ANN401 - as `evaluate`
    """What two constants come to; texts and lists only joined, and nothing that could become huge."""
    if one is UNKNOWN or other is UNKNOWN:
        return UNKNOWN
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    if not numbers and not (isinstance(op, ast.Add | ast.BitOr) and type(one) is type(other)):
        return UNKNOWN
    if isinstance(op, ast.Pow) and (abs(other) > _MAX_POWER or abs(one) > _MAX_WHOLE):
        return UNKNOWN
    return _BINARY[type(op)](one, other)


def _mapping(keys: list[ast.expr | None], items: list[ast.expr], known: Known) -> Any:  # noqa: ANN401 - as `evaluate`
    """What a dict of constants comes to; ``**`` of a known one too."""
    made: dict[Any, Any] = {}
    for key, item in zip(keys, items, strict=True):
        value = evaluate(item, known)
        if key is None and isinstance(value, dict):
            made.update(value)
            continue
        name = UNKNOWN if key is None else evaluate(key, known)
        if name is UNKNOWN or value is UNKNOWN:
            return UNKNOWN
        made[name] = value
    return made


def _called(name: str, given: list[ast.expr], named: list[ast.keyword], known: Known) -> Any:  # noqa: ANN401 - as `evaluate`
    """What a plain function of constants comes to."""
    arguments = _all(given, known)
    keywords = {one.arg: evaluate(one.value, known) for one in named}
    if None in keywords or any(one is UNKNOWN for one in (*arguments, *keywords.values())):
        return UNKNOWN
    if name != "dict" and keywords:
        return UNKNOWN
    return _CALLED[name](*arguments, **{str(key): one for key, one in keywords.items()})


def is_plain(value: object) -> bool:
    """Whether a value can stand in a record as it is."""
    return value is None or isinstance(value, str | bool | int | float)


def plain(value: object) -> Value:
    """A value as records have it: what JSON has no form for as text, long texts cut."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        # Python refuses to write very long integers.
        return value if abs(value) <= _MAX_WHOLE else str(value) if abs(value) < 1 << 4096 else "a very long integer"
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    return shortened(value if isinstance(value, str) else repr(value))


def shortened(text: str) -> str:
    """A text in at most 200 characters; one that was cut ends with a mark that tells it from others.

    >>> shortened("a  b")
    'a  b'
    """
    text = text.encode("utf-8", "backslashreplace").decode() if not text.isascii() else text
    if "\n" in text:
        text = " ".join(text.split())
    if len(text) <= MAX_TEXT:
        return text
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[: MAX_TEXT - 11]}… #{mark}"


def written(node: ast.expr) -> str | None:
    """An expression as its source text; None for one that is too large."""
    if sum(1 for _ in first_nodes(node, MAX_NODES)) >= MAX_NODES:
        return None
    try:
        return shortened(" ".join(ast.unparse(node).split("\n")))
    except (ValueError, RecursionError):
        return None
