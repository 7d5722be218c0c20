"""Bindings: what nodes of a syntax tree bind, change and declare, for the steps that are made of them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from jupyter_xpt.thought.code.expressions import class_path
from jupyter_xpt.thought.parameters.constants import dotted

IN_PLACE = frozenset({"append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "add", "popitem"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


def names_in(nodes: Iterable[ast.AST]) -> list[str]:
    """The names that nodes bind or change in place, without what inner functions do."""
    found: list[str] = []
    waiting: list[ast.AST] = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function | ast.ClassDef):
            found.append(node.name)
            continue
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            found.append(dotted(node))
        elif isinstance(node, ast.Call):
            found += changed_by(node)
        waiting += ast.iter_child_nodes(node)
    return [name for name in found if name]


def changed_by(call: ast.Call) -> list[str]:
    """The name that a call changes in place."""
    match call.func:
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if attr in IN_PLACE:
            return [name]
    return []


def untold(node: ast.Call, *, told: bool) -> Iterator[ast.AST]:
    """The arguments of a call that are not told with it."""
    for one in (*node.args, *(keyword.value for keyword in node.keywords)):
        is_object = isinstance(one, ast.Call) and class_path(one.func) is not None
        if not told or not (is_object or isinstance(one, ast.List)):
            yield one


def is_property(node: Function) -> bool:
    """Whether a method is read like a field."""
    return any(getattr(one, "id", "") in ("property", "staticmethod", "cached_property") for one in node.decorator_list)


def field_names(fields: Iterable[ast.stmt]) -> Iterator[str]:
    """The names of a class's fields that it is made with, in order."""
    for one in fields:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            yield one.target.id


def default_of(value: ast.expr) -> ast.expr:
    """A field's default out of ``field(default=…)``, ``field(default_factory=lambda: …)`` and ``Field(…, …)``."""
    match value:
        case ast.Call(func=ast.Name(id="field" | "Field") | ast.Attribute(attr="field" | "Field"), args=args):
            named = {one.arg: one.value for one in value.keywords}
            factory = named.get("default_factory", named.get("factory"))
            if isinstance(factory, ast.Lambda):
                return factory.body
            return named.get("default", args[0] if args else value)
    return value
