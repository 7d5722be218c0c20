"""Parameters: what an experiment's source sets, read without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from jupyter_xpt.thought.expressions import chain, class_path, shortly
from jupyter_xpt.thought.source import tree

# More than this is a table in disguise, not what somebody set.
_MOST = 500
_MANY_ITEMS = 30
# Objects whose calls draw, print or record: what they are given changes no result.
_SHOWING = frozenset({"plt", "ax", "axes", "axs", "fig", "sns", "px", "alt", "print", "display", "xpt", "logging"})
_NO_PARAMETERS = ("Error", "Exception", "Warning", "Path")


def parameters(texts: Sequence[str]) -> dict[str, str]:
    """The parameters that cells set: name and value as source text, in the order of the source.

    Parameters
    ----------
    texts
        Cells as plain Python, the experiment cell last.

    Returns
    -------
    dict
        ``LR`` of ``LR = 0.1`` at the top level; ``CONFIG.lr`` of dict literals and classes of settings;
        ``RandomForestClassifier.n_estimators`` of keywords and ``Linear[0]`` of positional arguments of calls
        to capitalised names; ``train_test_split.test_size`` of constant keywords of other calls. A class
        called more than once is numbered: ``Linear``, ``Linear#2``. A name set again has its last value.

    Examples
    --------
    >>> parameters(["LR = 0.1", "model = SVC(C=LR, kernel='rbf')"])
    {'LR': '0.1', 'SVC.C': 'LR', 'SVC.kernel': "'rbf'"}
    """
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    for text in texts:
        module = tree(text)
        if module is None:
            continue
        for statement in module.body:
            for name, value in (*_assigned(statement), *_given(statement, counts)):
                found[name] = shortly(value)
                if len(found) >= _MOST:
                    return found
    return found


def _assigned(node: ast.stmt, prefix: str = "") -> Iterator[tuple[str, ast.expr]]:
    """Constants that a statement binds, and those inside its dicts and classes."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield from _values(prefix + target.id, value)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield from _values(prefix + name, value)
        case ast.ClassDef(name=name, body=body) if not prefix:
            for one in body:
                yield from _assigned(one, f"{name}.")


def _values(name: str, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """A name and its constant, or those of its keys."""
    match value:
        case ast.Dict(keys=keys, values=values) if keys:
            for key, one in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str | int):
                    yield from _values(f"{name}.{key.value}", one)
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            for keyword in keywords:
                if keyword.arg is not None:
                    yield from _values(f"{name}.{keyword.arg}", keyword.value)
        case ast.Call(func=ast.Name(id="field"), keywords=keywords):
            yield from ((name, one.value) for one in keywords if one.arg == "default" and _constant(one.value))
        case _ if _constant(value):
            yield name, value


def _given(statement: ast.stmt, counts: dict[str, int]) -> Iterator[tuple[str, ast.expr]]:
    """The arguments of the calls inside a statement, outer calls first."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise):
            continue
        waiting += reversed(list(ast.iter_child_nodes(node)))
        if isinstance(node, ast.Call):
            yield from _arguments(node, counts)


def _arguments(call: ast.Call, counts: dict[str, int]) -> Iterator[tuple[str, ast.expr]]:
    """The arguments of one call that are parameters."""
    constructed = class_path(call.func)
    if constructed is None:
        links = chain(call)
        if links[0].name in _SHOWING or links[-1].name in ("dict", "field"):
            return
        for keyword in call.keywords:
            if keyword.arg is not None and _constant(keyword.value):
                yield f"{links[-1].name}.{keyword.arg}", keyword.value
        return
    if constructed.endswith(_NO_PARAMETERS):
        return
    counts[constructed] = counts.get(constructed, 0) + 1
    name = constructed if counts[constructed] == 1 else f"{constructed}#{counts[constructed]}"
    for i, argument in enumerate(call.args):
        if _constant(argument):
            yield f"{name}[{i}]", argument
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield f"{name}.{keyword.arg}", keyword.value


def _constant(node: ast.expr) -> bool:
    """Whether a value stands there as it is: constants, lists of them, sums and products of them."""
    for i, one in enumerate(ast.walk(node)):
        allowed = ast.Constant | ast.List | ast.Tuple | ast.Set | ast.UnaryOp | ast.BinOp
        if i > _MANY_ITEMS or not isinstance(one, allowed | ast.operator | ast.unaryop | ast.expr_context):
            return False
        if isinstance(one, ast.Constant) and one.value is ...:
            return False
    return True
