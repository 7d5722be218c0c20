"""Naming: what data is called that was given no name, by the line of source that hands it over."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

_TRAIN = frozenset({"train", "training", "fit", "learn"})
_TEST = frozenset({"test", "testing", "val", "valid", "validation", "eval", "evaluation", "holdout", "dev", "heldout"})


@lru_cache(maxsize=64)
def _calls(source: str, function: str) -> tuple[tuple[int, int, str], ...]:
    """Line and column of each call of a function, and what its data is called there."""
    try:
        # A cell's magics are no Python; its lines keep their numbers without them.
        tree = ast.parse(re.sub(r"(?m)^[ \t]*[%!?].*$", "", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    assigned: dict[ast.AST, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            assigned.update(dict.fromkeys(ast.walk(node.value), node.targets[0].id))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _last_name(node.func) == function and node.args:
            given = node.args[0]
            name = given.id if isinstance(given, ast.Name) else assigned.get(node, "")
            found.append((node.lineno, node.col_offset, name))
    return tuple(found)


def _last_name(node: ast.expr) -> str:
    """The last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def name_at(source: str, line: int, column: int, function: str = "dataset") -> str | None:
    """What the data is called that the call which begins there hands over; None where that is not plain.

    Parameters
    ----------
    source
        The cell or script.
    line, column
        Where the call begins: lines from 1, columns from 0 in bytes.
    function
        The last part of the function's name.

    >>> name_at("xpt.dataset(X_train)", 1, 0)
    'X_train'
    >>> name_at("penguins = xpt.dataset(read_csv('penguins.csv')).dropna()", 1, 11)
    'penguins'
    """
    for first, begin, name in _calls(source, function):
        if (first, begin) == (line, column):
            return name or None
    return None


def side_of(name: str) -> tuple[str, str] | None:
    """Whether a name is that of training or of test data, and the rest of the name; None for neither.

    >>> side_of("X_train"), side_of("data/test.csv"), side_of("penguins.csv")
    (('train', 'X_#'), ('test', 'data/#.csv'), None)
    """
    # Words, also those of camelCase: XTrain.
    for match in re.finditer(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name):
        word = match[0].lower()
        if word in _TRAIN or word in _TEST:
            return ("train" if word in _TRAIN else "test"), f"{name[: match.start()]}#{name[match.end() :]}"
    return None
