"""Steps: what a piece of Python does that may set a parameter, in the order that it runs, read once for each text.

What the steps come to depends on what ran before; that is worked out where the texts are put together.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from jupyter_xpt.thought.code.expressions import class_path
from jupyter_xpt.thought.code.scopes import BUILTIN
from jupyter_xpt.thought.code.source import tree
from jupyter_xpt.thought.parameters.bindings import (
    Function,
    changed_by,
    default_of,
    field_names,
    is_property,
    names_in,
    untold,
)
from jupyter_xpt.thought.parameters.constants import dotted

# A name bound to an expression; a name that is not what it was; a call of interest; a choice between steps; a scope
# of its own; a class of settings, or another with what it takes; a name for something else; a count of epochs.
BIND, UNBIND, CALL, IF, SCOPE, SETTINGS, CLASS, ALIAS, EPOCHS = (
    *("bind", "unbind", "call", "if", "scope", "settings", "class", "alias", "epochs"),
)
# Functions whose keywords are parameters.
FUNCTIONS = frozenset(
    {
        *("fit", "partial_fit", "fit_generator", "compile", "train", "cv", "train_test_split", "random_split"),
        *("cross_val_score", "cross_validate", "cross_val_predict", "learning_curve", "resample", "generate"),
        *("create_model", "from_pretrained", "create", "clip_grad_norm_", "pipeline", "make_classification"),
        *("make_regression", "make_blobs", "make_moons", "make_circles", "set_params", "image_dataset_from_directory"),
    }
)
# Functions that make an object of their parts.
MAKERS = frozenset({"make_pipeline", "make_union", "make_column_transformer"})
# Functions that declare an option with its default.
OPTIONS = frozenset({"add_argument", "option", "parse_args", "parse_known_args", "compose", "set_defaults"})
_FLAG = re.compile(r"DEFINE_\w+")
# Methods that return the object itself.
_RETURNING = frozenset(
    {"fit", "partial_fit", "to", "cuda", "cpu", "eval", "train", "float", "half", "double", "set_params", "set_output"}
)
_EPOCH = re.compile(r"_?(num_|n_)?(epochs?|ep)(_?\w{1,4})?")
_NO_SETTINGS = re.compile(r"(Int|Str)?Enum|(Int)?Flag|\w*(Exception|Error|Warning)|Protocol|ABC|TestCase|Module")


class Step(NamedTuple):
    """One step: its kind, the name with dots that it is about, the expression, and steps inside.

    ``names`` are a class's fields in order, or the names that a scope has of its own.
    """

    kind: str
    name: str = ""
    node: ast.expr | None = None
    inner: tuple[Step, ...] = ()
    other: tuple[Step, ...] = ()
    names: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def steps_of(text: str) -> tuple[Step, ...]:
    """The steps of a cell; none where the text is no Python."""
    module = tree(text)
    try:
        return () if module is None else tuple(_body(module.body))
    except RecursionError:
        return ()


@lru_cache(maxsize=256)
def module_steps(text: str) -> tuple[Step, ...]:
    """The steps of a module that are its settings: constants in capitals, and classes of settings."""
    module = tree(text)
    if module is None:
        return ()
    found = []
    try:
        for one in _body(module.body):
            is_constant = one.kind == BIND and one.name.partition(".")[0].isupper()
            if is_constant or one.kind in (SETTINGS, CLASS, ALIAS, UNBIND):
                found.append(one)
    except RecursionError:
        return ()
    return tuple(found)


def _body(statements: Iterable[ast.stmt], owner: str = "") -> Iterator[Step]:
    """The steps of statements one after the other; ``owner`` is the class whose method they are in."""
    for one in statements:
        yield from _statement(one, owner)


def _statement(node: ast.stmt, owner: str) -> Iterator[Step]:
    """The steps of a statement."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _assigned(target, value, owner)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _assigned(target, value, owner)
        case ast.AugAssign(target=target, op=op, value=value):
            # Only a dict that takes on another one's items stays known.
            joined = isinstance(op, ast.BitOr) and isinstance(value, ast.Dict)
            yield from _updated(dotted(target), value) if joined else (Step(UNBIND, dotted(target)),)
        case ast.Expr(value=value):
            yield from _expression(value)
        case ast.Import() | ast.ImportFrom():
            base = f"{node.module}." if isinstance(node, ast.ImportFrom) and node.module else ""
            yield from (Step(ALIAS, one.asname or one.name, names=(base + one.name,)) for one in node.names)
        case ast.ClassDef():
            yield from _class(node, owner)
        case ast.Return(value=ast.expr() as value):
            yield from _calls(value)
        case _:
            yield from _compound(node, owner)


def _compound(node: ast.stmt, owner: str) -> Iterator[Step]:
    """The steps of a statement that holds others."""
    match node:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__")), body=body):
            yield from _body(body, owner)
        case ast.If(test=test, body=body, orelse=orelse):
            yield Step(IF, "", test, tuple(_body(body, owner)), tuple(_body(orelse, owner)))
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            yield from (step for item in items for step in _entered(item, owner))
            yield from _body(body, owner)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
            yield from _unbound(names_in(handlers))
            yield from _body([*body, *orelse, *finalbody], owner)
        case ast.For(target=target, iter=iterated, body=body) | ast.AsyncFor(target=target, iter=iterated, body=body):
            yield from _epochs(target, iterated)
            yield from _calls(iterated)
            yield from _unbound(names_in([target, *body]))
            yield from _scope(body, names_in([target, *body]), owner)
        case ast.While(body=body):
            yield from (*_unbound(names_in(body)), *_scope(body, names_in(body), owner))
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from _function(node, owner)


def _entered(item: ast.withitem, owner: str) -> Iterator[Step]:
    """The steps of what a ``with`` enters."""
    yield from _calls(item.context_expr)
    if item.optional_vars is not None:
        yield from _assigned(item.optional_vars, item.context_expr, owner)


def _function(node: Function, owner: str) -> Iterator[Step]:
    """The steps of a function: what it takes, and what its body makes."""
    yield from (step for one in node.decorator_list for step in _calls(one))
    yield from _unbound([name for one in ast.walk(node) if isinstance(one, ast.Global) for name in one.names])
    arguments = [one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)]
    if not owner:
        yield Step(CLASS, node.name, names=tuple(one.arg for one in node.args.args))
    yield from _scope(node.body, (*arguments, *names_in(node.body)), owner)


def _scope(body: Sequence[ast.stmt], names: Iterable[str], owner: str) -> Iterator[Step]:
    """The steps of a loop or function: what it calls counts, what it binds is its own."""
    inner = tuple(_body(body, owner))
    if inner:
        yield Step(SCOPE, inner=inner, names=tuple(dict.fromkeys(names)))


def _unbound(names: Iterable[str]) -> Iterator[Step]:
    """The names that are not known to be what they were."""
    yield from (Step(UNBIND, name) for name in dict.fromkeys(names))


def _assigned(target: ast.expr, value: ast.expr, owner: str) -> Iterator[Step]:
    """The steps of binding a value."""
    if isinstance(target, ast.Tuple | ast.List):
        parts = value.elts if isinstance(value, ast.Tuple | ast.List) else []
        starred = any(isinstance(one, ast.Starred) for one in (*target.elts, *parts))
        if len(parts) == len(target.elts) and not starred:
            for one, part in zip(target.elts, parts, strict=True):
                yield from _assigned(one, part, owner)
            return
        yield from _unbound(names_in([target]))
        yield from _calls(value)
        return
    name = dotted(target)
    if owner and name.startswith("self."):
        name = owner + name.removeprefix("self")
    if name:
        yield Step(BIND, name, value)
    if isinstance(value, ast.Dict) and name:
        for key, item in zip(value.keys, value.values, strict=True):
            yield from _calls(item, f"{name}.{key.value!s}" if isinstance(key, ast.Constant) else "")
    elif not isinstance(value, ast.Constant):
        yield from _calls(value, name)


def _updated(name: str, value: ast.expr) -> Iterator[Step]:
    """The steps of a dict that takes on the items of another one."""
    for key, item in zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else ():
        if isinstance(key, ast.Constant):
            yield Step(BIND, f"{name}.{key.value!s}", item)


def _expression(value: ast.expr) -> Iterator[Step]:
    """The steps of an expression in a line of its own."""
    match value:
        case ast.Call(func=ast.Attribute(value=receiver, attr="update"), args=[ast.Dict() as given]):
            yield from _updated(dotted(receiver), given)
        case ast.Call(func=ast.Attribute(value=receiver, attr="update"), args=[], keywords=keywords):
            yield from (Step(BIND, f"{dotted(receiver)}.{one.arg}", one.value) for one in keywords if one.arg)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="add"), args=[ast.Call() as part]) if (
            class_path(part.func) is not None
        ):
            # A layer, added to a model.
            yield Step(CALL, name + ".+", part)
        case _:
            if isinstance(value, ast.Call):
                yield from _unbound(changed_by(value))
            yield from _calls(value)


def _calls(value: ast.expr, name: str = "") -> Iterator[Step]:
    """The calls of interest in an expression, outermost first; the first object is what the name is bound to."""
    waiting: list[ast.AST] = [value]
    bound = name
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Await | ast.Starred):
            waiting.insert(0, node.value)
            continue
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if class_path(node.func) is not None or called in MAKERS:
                yield Step(CALL, bound, node)
                bound = ""
                # What is inside is told with it.
                continue
            counts = called in FUNCTIONS or called in OPTIONS or _FLAG.fullmatch(called) is not None
            if counts or (isinstance(node.func, ast.Name) and called not in BUILTIN):
                yield Step(CALL, bound if called in ("from_pretrained", "create", "create_model") else "", node)
            waiting = [node.func, *waiting, *untold(node, told=called in FUNCTIONS)]
            # Of some chains, what they begin with is what is bound: RandomForestClassifier().fit(X, y).
            if called not in _RETURNING or not isinstance(node.func, ast.Attribute):
                bound = ""
            continue
        if isinstance(node, ast.Attribute):
            waiting.insert(0, node.value)
            continue
        bound = ""
        waiting += ast.iter_child_nodes(node)


def _epochs(target: ast.expr, iterated: ast.expr) -> Iterator[Step]:
    """How often a loop over epochs runs, where a number stands there."""
    if not isinstance(target, ast.Name) or _EPOCH.fullmatch(target.id) is None:
        return
    while isinstance(iterated, ast.Call):
        called = iterated.func.attr if isinstance(iterated.func, ast.Attribute) else getattr(iterated.func, "id", "")
        if called in ("range", "trange") and len(iterated.args) in (1, 2):
            last = iterated.args[-1]
            if not isinstance(last, ast.Name | ast.Attribute | ast.Subscript):
                yield Step(EPOCHS, "epochs", last)
            return
        if not iterated.args:
            return
        iterated = iterated.args[0]


def _class(node: ast.ClassDef, owner: str) -> Iterator[Step]:
    """The steps of a class: its fields where it holds settings, else what its methods call."""
    name = f"{owner}.{node.name}" if owner else node.name
    bases = [one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in node.bases]
    marks = [ast.unparse(one).partition("(")[0].rpartition(".")[2] for one in node.decorator_list]
    methods = [one.name for one in node.body if isinstance(one, Function) and not is_property(one)]
    declared = bool({"dataclass", "define", "attrs", "frozen", "s"} & set(marks)) or bool(
        {"NamedTuple", "BaseModel", "BaseSettings"} & set(bases)
    )
    plain = all(method.startswith("__") and method != "__init__" for method in methods)
    refused = any(_NO_SETTINGS.fullmatch(base) for base in bases)
    if declared or (plain and not refused):
        fields = [one for one in node.body if isinstance(one, ast.AnnAssign | ast.Assign | ast.ClassDef)]
        yield Step(SETTINGS, name, inner=tuple(_fields(fields, name)), names=tuple(field_names(fields)))
        return
    made = next((one for one in node.body if isinstance(one, Function) and one.name == "__init__"), None)
    taken = [one.arg for one in made.args.args[1:]] if made is not None else []
    yield Step(CLASS, name, names=tuple(taken))
    yield from _body([one for one in node.body if isinstance(one, Function)], name)


def _fields(fields: Iterable[ast.stmt], name: str) -> Iterator[Step]:
    """The steps of a class's fields."""
    for one in fields:
        match one:
            case ast.ClassDef():
                yield from _class(one, name)
            case ast.AnnAssign(target=ast.Name(id=field), value=ast.expr() as value):
                yield Step(BIND, f"{name}.{field}", default_of(value))
            case ast.Assign(targets=[ast.Name(id=field)], value=value):
                yield Step(BIND, f"{name}.{field}", default_of(value))
