"""Scopes: what a piece of Python does to global names, read in the order that it runs."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from jupyter_xpt.thought.code.source import tree

BUILTIN = frozenset(dir(builtins)) | {"get_ipython", "display", "xpt", "__file__", "__name__"}
# Functions whose arguments stay as they are.
_SHOWS = re.compile(r"print|show|plot|display|check|assert|describe|log|summary|save")
_WORD = re.compile(r"[^\W\d]\w*")
_OPAQUE_BINDING = re.compile(r"^([^\W\d]\w*)\s*=(?!=)|^\s*(?:def|class)\s+([^\W\d]\w*)", re.MULTILINE)


class Names(NamedTuple):
    """What a text does to global names.

    ``needed`` are read before the text itself binds them, ``later`` inside functions, whenever those are
    called; ``sure`` are bound anew whatever happens, ``changed`` may be bound or are changed in place;
    ``called`` are names and the method called on them for its effect. With ``star`` it may bind any name.
    """

    read: frozenset[str]
    needed: frozenset[str]
    later: frozenset[str]
    sure: frozenset[str]
    changed: frozenset[str]
    imported: frozenset[str]
    called: frozenset[tuple[str, str]]
    star: bool = False


@lru_cache(maxsize=2048)
def names_of(text: str) -> Names:
    """What a text does to global names; of text that is no Python, what its words look like."""
    module = tree(text)
    if module is not None:
        cell = _Cell()
        try:
            cell.visit(module)
            return cell.names()
        except RecursionError:
            # Nested too deep to be walked: its words will do.
            pass
    nothing: frozenset[str] = frozenset()
    words = frozenset(_WORD.findall(text))
    made = frozenset(one or other for one, other in _OPAQUE_BINDING.findall(text))
    return Names(words, words, nothing, nothing, made, nothing, frozenset())


_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class _Scope(ast.NodeVisitor):
    """The names of one scope. ``later`` are those that its functions take from outside themselves."""

    def __init__(self, *, comprehension: bool = False) -> None:
        self.comprehension = comprehension
        self.loads: set[str] = set()
        self.stores: set[str] = set()
        self.later: set[str] = set()
        self.globals: set[str] = set()
        self.outer: set[str] = set()
        self.walrus: set[str] = set()

    def load(self, name: str) -> None:
        """A name is read."""
        self.loads.add(name)

    def store(self, name: str) -> None:
        """A name is bound."""
        self.stores.add(name)

    def change(self, node: ast.AST) -> None:
        """What an expression belongs to is changed in place: matters only where names are global."""

    def free(self) -> set[str]:
        """What the scope takes from outside."""
        return (self.loads | self.later) - (self.stores - self.globals - self.outer)

    def visit_Name(self, node: ast.Name) -> None:
        """Reads or binds."""
        if isinstance(node.ctx, ast.Store):
            self.store(node.id)
        else:
            self.load(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Storing into a part changes the whole."""
        self.visit(node.value)
        if not isinstance(node.ctx, ast.Load):
            self.change(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """The same."""
        self.visit(node.value)
        self.visit(node.slice)
        if not isinstance(node.ctx, ast.Load):
            self.change(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """The value is read before the names are bound."""
        self.visit(node.value)
        self._visit_all(node.targets)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Reads and binds."""
        if isinstance(node.target, ast.Name):
            self.load(node.target.id)
        self.visit(node.value)
        self.visit(node.target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Without a value it binds nothing."""
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """In a comprehension it binds outside of it."""
        self.visit(node.value)
        if self.comprehension:
            self.walrus.add(node.target.id)
        else:
            self.visit(node.target)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        """The iterable is read before the target is bound."""
        self.visit(node.iter)
        self.visit(node.target)
        self._visit_all((*node.body, *node.orelse))

    visit_AsyncFor = visit_For  # noqa: N815 - ast's own spelling

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Binds the first part of the name, or the one after ``as``."""
        for one in node.names:
            self.store(one.asname or one.name.partition(".")[0])

    visit_ImportFrom = visit_Import  # noqa: N815 - ast's own spelling

    def visit_Global(self, node: ast.Global) -> None:
        """These names are the cell's."""
        self.globals.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        """These names are the outer function's."""
        self.outer.update(node.names)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """The caught error has a name."""
        if node.type is not None:
            self.visit(node.type)
        self._store_named(node.name)
        self._visit_all(node.body)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        """A pattern that captures."""
        self.generic_visit(node)
        self._store_named(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        """The same."""
        self._store_named(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        """The same."""
        self.generic_visit(node)
        self._store_named(node.rest)

    def visit_FunctionDef(self, node: _Function) -> None:
        """Defaults and decorators are read now, the body's names when it is called."""
        self._visit_all(getattr(node, "decorator_list", ()))
        inner = _Scope()
        arguments = node.args
        self._visit_all((*arguments.defaults, *(one for one in arguments.kw_defaults if one is not None)))
        starred = (arguments.vararg, arguments.kwarg)
        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred):
            if one is not None:
                inner.store(one.arg)
                self._visit_all([one.annotation] if one.annotation is not None else ())
        self._visit_all([returns] if (returns := getattr(node, "returns", None)) is not None else ())
        inner.stores |= _type_parameters(node)
        inner._visit_all(node.body if isinstance(node.body, list) else [node.body])
        self.later |= inner.free()
        self.outside(inner.globals & inner.stores)
        self._store_named(getattr(node, "name", None))

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - ast's own spelling
    visit_Lambda = visit_FunctionDef  # noqa: N815 - ast's own spelling

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """A class's body runs at once; its methods do not see its names."""
        self._visit_all((*node.decorator_list, *node.bases, *node.keywords))
        inner = _Scope()
        inner.stores |= _type_parameters(node)
        inner._visit_all(node.body)
        for name in sorted(inner.loads - inner.stores):
            self.load(name)
        self.later |= inner.later - _type_parameters(node)
        self.outside(inner.globals & inner.stores)
        self.store(node.name)

    def visit_ListComp(self, node: _Comprehension) -> None:
        """Targets are the comprehension's own; the first iterable is read outside."""
        self.visit(node.generators[0].iter)
        inner = _Scope(comprehension=True)
        for i, one in enumerate(node.generators):
            if i:
                inner.visit(one.iter)
            inner.visit(one.target)
            inner._visit_all(one.ifs)
        inner._visit_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        for name in sorted(inner.loads - inner.stores - inner.walrus):
            self.load(name)
        self.later |= inner.later - inner.stores
        for name in sorted(inner.walrus):
            if self.comprehension:
                self.walrus.add(name)
            else:
                self.store(name)

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp  # noqa: N815 - ast's own spelling

    def outside(self, names: Iterable[str]) -> None:
        """Global names that a function binds when it is called: passed on to the cell."""
        self.globals |= set(names)
        self.stores |= set(names)

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        """Each in turn."""
        for node in nodes:
            self.visit(node)

    def _store_named(self, name: str | None) -> None:
        """Binds a name that may be absent."""
        if name is not None:
            self.store(name)


def _type_parameters(node: ast.AST) -> set[str]:
    """The names in ``def f[T](…)``."""
    return {one.name for one in getattr(node, "type_params", ())}


class _Cell(_Scope):
    """The outermost scope, followed in the order that it runs."""

    def __init__(self) -> None:
        super().__init__()
        self._needed: set[str] = set()
        self._sure: set[str] = set()
        self._changed: set[str] = set()
        self._imported: set[str] = set()
        self._called: set[tuple[str, str]] = set()
        self._star = False

    def names(self) -> Names:
        """What was found."""
        return Names(
            read=frozenset(self.loads | self.later),
            needed=frozenset(self._needed),
            # What the cell itself binds, its functions find there, as long as no later cell binds it anew.
            later=frozenset(self.later),
            sure=frozenset(self._sure),
            changed=frozenset(self._changed | self.stores),
            imported=frozenset(self._imported),
            called=frozenset(self._called),
            star=self._star,
        )

    def load(self, name: str) -> None:
        """Needed from outside unless the cell has bound it before."""
        super().load(name)
        if name not in self._sure:
            self._needed.add(name)

    def store(self, name: str) -> None:
        """Bound for sure, as far as the branch that we are in runs."""
        super().store(name)
        self._sure.add(name)

    def change(self, node: ast.AST) -> None:
        """The name that an expression starts from is changed in place."""
        root = _root(node)
        if root is not None and root not in BUILTIN:
            self._changed.add(root)

    def visit_If(self, node: ast.If) -> None:
        """Bound for sure is what both branches bind."""
        self.visit(node.test)
        before = set(self._sure)
        self._visit_all(node.body)
        after, self._sure = self._sure, before
        self._visit_all(node.orelse)
        self._sure &= after

    def visit_Match(self, node: ast.Match) -> None:
        """Perhaps no case matches."""
        self.visit(node.subject)
        before = set(self._sure)
        for case in node.cases:
            self._sure = set(before)
            self.visit(case)
        self._sure = before

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Notes what was imported: a call on a module seldom changes it."""
        names = [one for one in node.names if one.name != "*"]
        self._star = self._star or len(names) < len(node.names)
        for one in names:
            name = one.asname or one.name.partition(".")[0]
            self._imported.add(name)
            self.store(name)

    visit_ImportFrom = visit_Import  # noqa: N815 - ast's own spelling

    def visit_Expr(self, node: ast.Expr) -> None:
        """A call whose value is dropped was made for its effect."""
        self.visit(node.value)
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if not isinstance(call, ast.Call):
            return
        if isinstance(call.func, ast.Attribute):
            root = _root(call.func)
            if root is not None and root not in BUILTIN:
                self._called.add((root, call.func.attr))
            if call.func.attr != "shuffle":
                return
        elif not isinstance(call.func, ast.Name) or call.func.id in BUILTIN or _SHOWS.search(call.func.id):
            return
        given = (*call.args, *(one.value for one in call.keywords))
        self._changed.update(one.id for one in given if isinstance(one, ast.Name))


def _root(node: ast.AST) -> str | None:
    """The name that a chain of attributes, items and calls starts from."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(node, ast.Call):
            # What a plain function gives is not part of the function.
            node = node.func if isinstance(node.func, ast.Attribute) else ast.Constant(None)
        else:
            node = node.value
    return node.id if isinstance(node, ast.Name) else None
