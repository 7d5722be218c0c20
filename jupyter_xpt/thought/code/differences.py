"""Differences: how one piece of Python differs from another, in names of callables and parameters.

Statements are aligned first, then pairs of them are descended into until a difference has a short name:
another callable, a parameter, something added or removed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from jupyter_xpt.ground.records import Change
from jupyter_xpt.thought.code.alignment import Pairs, aligned, by_head, in_turn
from jupyter_xpt.thought.code.expressions import (
    Assigns,
    Link,
    chain,
    constructed,
    defaults,
    entries,
    inside,
    is_chain,
    is_path,
    keywords,
    literal,
    named_step,
    origin,
    shortly,
    shortly_or_none,
    step_text,
    targets,
    with_hole,
)
from jupyter_xpt.thought.code.source import canonical

PARAMETER, CALLABLE, ADDED, REMOVED, EDITED = "parameter", "callable", "added", "removed", "edited"
# A list is told item by item up to here.
_MANY_ITEMS = 6
# How many pairs of nodes are looked at in one place: keeps huge cells quick.
_PATIENCE = 2_000


class TooMuch(Exception):  # noqa: N818 - a verdict on the texts, not an error
    """The texts are too large or too different to be told in short."""


class Statement(NamedTuple):
    """A statement and what it is aligned by."""

    node: ast.stmt
    key: str


def stated(text: str, module: ast.Module) -> list[Statement]:
    """The statements of a text, keyed by how they are written: cheap, and what differs is looked at later."""
    # Code inside a magic's string has lines of its own.
    if "get_ipython()" in text:
        return keyed(module.body)
    # Not splitlines: for Python a form feed ends no line.
    lines = re.split(r"\r\n|\r|\n", text)
    found = []
    for one in module.body:
        written = "\n".join(lines[one.lineno - 1 : one.end_lineno])
        found.append(Statement(one, f"{one.col_offset} {one.end_col_offset} {written}"))
    return found


def keyed(body: Sequence[ast.stmt]) -> list[Statement]:
    """Statements keyed by their meaning."""
    return [Statement(one, canonical(one)) for one in body]


class Place:
    """The changes found in one place."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.found: list[Change] = []
        self.unnamed = False
        self._patience = _PATIENCE

    def say(self, kind: str, what: str, before: str | None = None, after: str | None = None) -> None:
        """Adds a change."""
        self.found.append(Change(self.where, kind, what, before, after))

    def statements(self, before: Sequence[Statement], after: Sequence[Statement]) -> None:
        """Aligns statements, then looks into the pairs that differ."""
        for old, new in aligned(before, after, lambda one: one.key, _similar_statements):
            self._tire()
            if old is None and new is not None:
                self._alone(ADDED, after[new].node)
            elif new is None and old is not None:
                self._alone(REMOVED, before[old].node)
            elif old is not None and new is not None:
                self.nodes(before[old].node, after[new].node, "")

    def _tire(self) -> None:
        """Gives up at some point."""
        self._patience -= 1
        if self._patience < 0:
            raise TooMuch

    def _alone(self, kind: str, node: ast.stmt) -> None:
        """A statement that is there on one side only."""
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for one in names:
                    self.say(kind, f"import {origin(node, one)}")
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if literal(value):
                text = shortly(value)
                self.say(PARAMETER, name, None if kind == ADDED else text, text if kind == ADDED else None)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self.say(kind, f"def {name}")
            case ast.ClassDef(name=name):
                self.say(kind, f"class {name}")
            case ast.Assign(value=ast.Call() as call) if constructed(call):
                self.say(kind, shortly(call))
            case _:
                self.say(kind, shortly(node))

    def nodes(self, old: ast.AST, new: ast.AST, name: str) -> None:
        """Says how two nodes differ; ``name`` is what a value there belongs to."""
        self._tire()
        if canonical(old) == canonical(new):
            return
        match old, new:
            case (ast.Import() | ast.ImportFrom(), ast.Import() | ast.ImportFrom()):
                self._imports(old, new)
            case (ast.stmt(), ast.stmt()):
                self._statement(old, new)
            case (ast.Dict(), ast.Dict()):
                self._dicts(old, new, name)
            case (ast.List() | ast.Tuple() | ast.Set(), ast.List() | ast.Tuple() | ast.Set()):
                self._items(old.elts, new.elts, name)
            case (ast.expr(), ast.expr()):
                self._expressions(old, new, name)
            case (ast.arguments(), ast.arguments()):
                self._arguments(old, new)
            case _ if type(old) is type(new) and not isinstance(old, ast.operator):
                self._children(old, new, name)
            case _:
                self.unnamed = True

    def _statement(self, old: ast.stmt, new: ast.stmt) -> None:
        """Two statements that stand for each other."""
        if type(old) is not type(new):
            self.say(EDITED, _head_of_statement(new), shortly(old), shortly(new))
        elif isinstance(old, Assigns) and isinstance(new, Assigns):
            ours, theirs = targets(old), targets(new)
            if ours != theirs:
                self.say(EDITED, theirs, ours, theirs)
            for field in ("annotation", "op", "value"):
                mine, its = getattr(old, field, None), getattr(new, field, None)
                if mine is not None and its is not None:
                    self.nodes(mine, its, theirs)
                elif mine is not its:
                    self.say(EDITED, theirs, shortly(old), shortly(new))
        else:
            name = "return" if isinstance(new, ast.Return) else getattr(new, "name", "")
            self._children(old, new, name)

    def _arguments(self, old: ast.arguments, new: ast.arguments) -> None:
        """Parameters of a function: by name, with their defaults."""
        ours, theirs = defaults(old), defaults(new)
        if [*ours] != [*theirs] and {*ours} == {*theirs}:
            self.unnamed = True
        for name in dict.fromkeys((*ours, *theirs)):
            if name in ours and name in theirs:
                before, after = ours[name], theirs[name]
                if before is not None and after is not None:
                    self.nodes(before, after, name)
                elif before is not after:
                    self.say(PARAMETER, name, shortly_or_none(before), shortly_or_none(after))
            else:
                self.say(ADDED if name in theirs else REMOVED, f"argument {name}")
        if not self.found:
            self.unnamed = True

    def _children(self, old: ast.AST, new: ast.AST, name: str) -> None:
        """Field by field; bodies statement by statement."""
        for field in new._fields:
            ours, theirs = getattr(old, field, None), getattr(new, field, None)
            if isinstance(ours, ast.AST) and isinstance(theirs, ast.AST):
                self.nodes(ours, theirs, name)
            elif isinstance(ours, list) and isinstance(theirs, list):
                self._lists(ours, theirs, name)
            elif ours != theirs and field not in ("type_comment", "kind"):
                if isinstance(ours, str) and isinstance(theirs, str):
                    self.say(EDITED, theirs, ours, theirs)
                else:
                    self.unnamed = True

    def _lists(self, ours: list[Any], theirs: list[Any], name: str) -> None:
        """A field that holds many."""
        if all(isinstance(one, ast.stmt) for one in (*ours, *theirs)):
            self.statements(keyed(ours), keyed(theirs))
        elif len(ours) == len(theirs) and all(isinstance(one, ast.AST) for one in (*ours, *theirs)):
            for old, new in zip(ours, theirs, strict=True):
                self.nodes(old, new, name)
        elif ours != theirs:
            self.unnamed = True

    def _imports(self, old: ast.Import | ast.ImportFrom, new: ast.Import | ast.ImportFrom) -> None:
        """Names that come from elsewhere now; names added and removed."""
        ours = {one.asname or one.name: origin(old, one) for one in old.names}
        theirs = {one.asname or one.name: origin(new, one) for one in new.names}
        for name in dict.fromkeys((*ours, *theirs)):
            before, after = ours.get(name), theirs.get(name)
            if before is not None and after is not None:
                if before != after:
                    self.say(CALLABLE, name, before, after)
            elif before is not None:
                self.say(REMOVED, f"import {before}")
            else:
                self.say(ADDED, f"import {after}")

    def _dicts(self, old: ast.Dict, new: ast.Dict, name: str) -> None:
        """Key by key."""
        ours, theirs = entries(old), entries(new)
        if ours is None or theirs is None:
            self._replaced(old, new, name)
            return
        for key in dict.fromkeys((*ours, *theirs)):
            before, after = ours.get(key), theirs.get(key)
            if before is not None and after is not None:
                self.nodes(before, after, key)
            else:
                self.say(PARAMETER, key, shortly_or_none(before), shortly_or_none(after))

    def _items(self, before: Sequence[ast.expr], after: Sequence[ast.expr], name: str) -> None:
        """The items of a list or tuple, or positional arguments."""
        said: list[tuple[int | None, int | None]] = list(aligned(before, after, canonical, _similar_items))
        if len(said) > _MANY_ITEMS and all(map(literal, (*before, *after))):
            come, gone = (sum(pair[side] is not None for pair in said) for side in (1, 0))
            self.say(PARAMETER, name or "items", f"{len(before)} items", f"{len(after)} items (+{come} −{gone})")
            return
        for old, new in said:
            if old is not None and new is not None:
                self._step(before[old], after[new], name)
            elif new is not None:
                self.say(ADDED, step_text(after[new]))
            elif old is not None:
                self.say(REMOVED, step_text(before[old]))

    def _step(self, old: ast.expr, new: ast.expr, name: str) -> None:
        """Two items; of a named step like ``("model", SVC())`` the name says nothing more."""
        ours, theirs = named_step(old), named_step(new)
        if ours is not None and theirs is not None and canonical(ours) != canonical(theirs):
            self.nodes(ours, theirs, name)
        else:
            self.nodes(old, new, name)

    def _expressions(self, old: ast.expr, new: ast.expr, name: str) -> None:
        """Two values: as chains of calls where they are, else as texts."""
        if literal(old) and literal(new):
            self.say(PARAMETER, name or "value", shortly(old), shortly(new))
        elif is_chain(old) and is_chain(new):
            self._chains(old, new, name)
        elif type(old) is type(new) and not isinstance(old, ast.Name | ast.Constant) and len(shortly(new)) >= 60:
            self._children(old, new, name)
        else:
            self._replaced(old, new, name)

    def _replaced(self, old: ast.expr, new: ast.expr, name: str) -> None:
        """One expression instead of another."""
        if name and (literal(old) or literal(new)):
            self.say(PARAMETER, name, shortly(old), shortly(new))
        else:
            self.say(EDITED, name or "expression", shortly(old), shortly(new))

    def _chains(self, old: ast.expr, new: ast.expr, name: str) -> None:
        """``base.method(…).attribute``: link by link, where one is not wrapped in the other."""
        ours, theirs = chain(old), chain(new)
        if ours[0].name != theirs[0].name:
            bases = (ours[0].node, theirs[0].node)
            if self._wrapped(old, new, name) or (bases != (old, new) and self._rewrapped(ours, theirs, name)):
                return
        mine, its = [one.name for one in ours], [one.name for one in theirs]
        apart = len(mine) != len(its) and not {*mine} & {*its}
        if apart or (is_path(ours) and is_path(theirs) and mine != its):
            self._replaced(old, new, name)
            return
        for i, j in by_head(ours, theirs, lambda link: link.name, in_turn):
            if i is not None and j is not None:
                self._links(ours[i], theirs[j], name)
            elif j is not None:
                self.say(ADDED, theirs[j].text())
            elif i is not None:
                self.say(REMOVED, ours[i].text())

    def _rewrapped(self, ours: Sequence[Link], theirs: Sequence[Link], name: str) -> bool:
        """Whether what the chains start from is wrapped: ``SVC().fit(X)``, ``Pipeline(…, SVC()).fit(X)``."""
        if [link.name for link in ours[1:]] != [link.name for link in theirs[1:]]:
            return False
        if not self._wrapped(ours[0].node, theirs[0].node, name):
            return False
        for old, new in zip(ours[1:], theirs[1:], strict=True):
            self._links(old, new, name)
        return True

    def _wrapped(self, old: ast.expr, new: ast.expr, name: str) -> bool:
        """Whether one expression stands inside the other, like a model put into a pipeline."""
        inner = inside(old, new)
        if inner is not None:
            self.say(ADDED, shortly(with_hole(new, inner)))
            self.nodes(old, inner, name)
            return True
        inner = inside(new, old)
        if inner is not None:
            self.say(REMOVED, shortly(with_hole(old, inner)))
            self.nodes(inner, new, name)
            return True
        return False

    def _links(self, old: Link, new: Link, name: str) -> None:
        """Two links of a chain: another callable, other arguments."""
        if old.name != new.name:
            called = old.call is not None or new.call is not None
            self.say(CALLABLE if called else EDITED, name or new.name, old.name, new.name)
        elif (old.call is None) != (new.call is None):
            self._replaced(old.node, new.node, name)
        elif old.item is not None and new.item is not None:
            self.nodes(old.item, new.item, name)
        if old.call is None or new.call is None:
            return
        self._items(old.call.args, new.call.args, new.name)
        ours, theirs = (keywords(one.call) for one in (old, new))
        for key in dict.fromkeys((*ours, *theirs)):
            before, after = ours.get(key), theirs.get(key)
            if before is not None and after is not None:
                self.nodes(before, after, key)
            elif after is not None:
                self.say(PARAMETER, key, None, shortly(after))
            elif before is not None and old.name == new.name:
                # With another callable, its parameters go without saying.
                self.say(PARAMETER, key, shortly(before), None)


def _similar_statements(before: Sequence[Statement], after: Sequence[Statement]) -> Pairs:
    """Statements that bind or call the same; then those in the same place."""
    return by_head(before, after, lambda one: _head_of_statement(one.node), _in_place)


def _similar_items(before: Sequence[ast.expr], after: Sequence[ast.expr]) -> Pairs:
    """Items that call the same; then those in the same place, the last ones at least."""
    return by_head(before, after, _head_of_item, _ends)


def _in_place(before: Sequence[Statement], after: Sequence[Statement]) -> Pairs:
    """Of as many statements those of one kind in the same place; the others alone."""
    same = len(before) == len(after)
    for i, one in enumerate(before):
        yield i, i if same and type(one.node) is type(after[i].node) else None
    yield from ((None, j) for j, one in enumerate(after) if not same or type(one.node) is not type(before[j].node))


def _ends(before: Sequence[ast.expr], after: Sequence[ast.expr]) -> Pairs:
    """Of as many items each with its counterpart; else the last calls, which are the models of pipelines."""
    if len(before) == len(after):
        yield from zip(range(len(before)), range(len(after)), strict=True)
        return
    last = bool(before and after) and all(
        isinstance(named_step(side[-1]) or side[-1], ast.Call) for side in (before, after)
    )
    yield from ((i, None) for i in range(len(before) - last))
    yield from ((None, j) for j in range(len(after) - last))
    if last:
        yield len(before) - 1, len(after) - 1


def _head_of_statement(node: ast.stmt) -> str:
    """What a statement binds or calls."""
    head = ""
    match node:
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            return f"= {targets(node)}"
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            head = name
        case ast.Import(names=names):
            head = names[0].name
        case ast.ImportFrom(module=module, level=level):
            head = f"{'.' * level}{module}"
        case ast.For(target=target) | ast.AsyncFor(target=target):
            head = shortly(target)
        case ast.Expr(value=ast.Call() as call):
            head = ".".join(link.name for link in chain(call))
    return f"{type(node).__name__} {head}"


def _head_of_item(node: ast.expr) -> str:
    """What an item calls, or which literal or expression it is."""
    node = named_step(node) or node
    if isinstance(node, ast.Call):
        return "call " + ".".join(link.name for link in chain(node))
    return canonical(node)
