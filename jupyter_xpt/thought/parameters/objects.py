"""Objects: what estimators, layers, loaders and the like are made with, as parameters."""

from __future__ import annotations

import ast

from jupyter_xpt.thought.code.expressions import class_path, named_step
from jupyter_xpt.thought.parameters.constants import UNKNOWN, Known as KnownNames, dotted, evaluate, written
from jupyter_xpt.thought.parameters.constructors import (
    POSITIONS,
    counts,
    holds_parts,
    is_mapping,
    is_plumbing,
    is_told,
    is_whole,
)
from jupyter_xpt.thought.parameters.found import MAX_PARTS, Found, Known
from jupyter_xpt.thought.parameters.steps import FUNCTIONS, MAKERS

_MAX_DEPTH = 5


def called_name(node: ast.Call) -> str:
    """The last name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_made(node: ast.expr) -> bool:
    """Whether an expression makes an object of a class."""
    return isinstance(node, ast.Call) and (class_path(node.func) is not None or called_name(node) in MAKERS)


def is_made_of(node: ast.expr, name: str) -> bool:
    """Whether a call is given the object of that name, or is one of its methods."""
    while isinstance(node, ast.Call):
        if any(isinstance(one, ast.Name) and one.id == name for one in node.args):
            return True
        node = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        if isinstance(node, ast.Name):
            return node.id == name
    return False


class Objects:
    """Tells what objects are made with.

    Parameters
    ----------
    known
        The constants of the reading.
    found
        Where parameters are noted.
    """

    def __init__(self, known: Known, found: Found) -> None:
        self._known: Known = known
        self._constant: KnownNames = known
        self._found = found

    def called(self, name: str, node: ast.Call) -> None:
        """A call of interest, bound to a name or not."""
        called = called_name(node)
        if name.endswith(".+"):
            self._part(name.removesuffix(".+"), node, 0)
        elif is_made(node):
            self._object(name, node)
        elif called in FUNCTIONS:
            self._function(name, node, called)
        elif self._known.taken(dotted(node.func)) is not None:
            # The user's own function: its arguments are named where it is written.
            self._arguments(called, node, 0)

    def _object(self, name: str, node: ast.Call) -> None:
        """An object is made."""
        made = called_name(node)
        settings = self._known.class_of_settings(dotted(node.func))
        if name and is_made_of(node, name):
            return
        if settings is not None:
            self._instance(name, node, settings)
        elif counts(made, self._known.is_from(dotted(node.func))) and not name.startswith("_"):
            if name and not is_mapping(made):
                self._found.forget(name, whole=False)
            self._arguments(name or made, node, 0)
            if name and is_told(made):
                self._found.headed(name, _kind(made))

    def _instance(self, name: str, node: ast.Call, settings: str) -> None:
        """An object of a class of settings: what it is given is what the class's fields come to."""
        fields = self._known.takes[settings]
        given = [*zip(fields, node.args, strict=False), *((one.arg, one.value) for one in node.keywords)]
        first = self._known.made.setdefault(settings, name) == name
        base = settings if first or not name else name
        for field, one in given:
            value = evaluate(one, self._constant)
            if field is not None and value is not UNKNOWN:
                self._known.remember(f"{base}.{field}", value)
                self._found.show(f"{base}.{field}", value, one)
        if name and first:
            self._known.alias[name] = settings

    def _function(self, name: str, node: ast.Call, called: str) -> None:
        """A function whose keywords are parameters."""
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
        made = class_path(receiver) if receiver is not None else None
        if called == "set_params" and receiver is not None and dotted(receiver):
            self._arguments(dotted(receiver), node, 0)
        elif called == "from_pretrained" and name:
            self._arguments(name, node, 0)
            if made is not None:
                self._found.headed(name, made)
        # What a class makes of a dict is told where it is bound.
        elif called != "create" or made is None:
            self._arguments(called, node, 0)

    def _arguments(self, path: str, node: ast.Call, depth: int) -> None:
        """What a call is given."""
        made = called_name(node)
        names = self._known.taken(dotted(node.func)) or POSITIONS.get(made, ())
        whole = is_whole(made)
        for at, one in enumerate(node.args):
            name = names[at] if at < len(names) else ""
            if whole and not name:
                self.parts(path, one, depth)
            elif name:
                self.argument(path, name, one, depth)
            elif at + 1 < len(names) and isinstance(evaluate(one, self._constant), int | float):
                # Optimizers of Keras begin with the rate, those of torch with the weights.
                self.argument(path, names[at + 1], one, depth)
        for keyword in node.keywords:
            if keyword.arg is None:
                self._unpacked(path, keyword.value)
            elif whole and holds_parts(keyword.arg):
                self.parts(path, keyword.value, depth)
            else:
                self.argument(path, keyword.arg, keyword.value, depth)

    def _unpacked(self, path: str, node: ast.expr) -> None:
        """``**{…}``; of a name the values are told under that name already."""
        value = UNKNOWN if dotted(node) else evaluate(node, self._constant)
        for key, one in value.items() if isinstance(value, dict) else ():
            self._found.show(f"{path}.{key}", one)

    def argument(self, path: str, name: str, node: ast.expr, depth: int) -> None:
        """One argument, or one item of a dict."""
        if is_plumbing(name):
            return
        path = f"{path}.{name}"
        value = evaluate(node, self._constant)
        if value is not UNKNOWN:
            # A dict that has a name is told under that.
            if not (isinstance(value, dict) and dotted(node)):
                self._found.show(path, value, node)
        elif isinstance(node, ast.Dict) and depth < _MAX_DEPTH:
            for key, item in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant):
                    self.argument(path, str(key.value), item, depth + 1)
        else:
            self._composed(path, node, depth)

    def _composed(self, path: str, node: ast.expr, depth: int) -> None:
        """One argument that is no constant."""
        if isinstance(node, ast.Call) and is_made(node):
            self._nested(path, node, depth)
        elif isinstance(node, ast.List | ast.Tuple):
            if any(isinstance(one, ast.Call) for one in node.elts):
                self.parts(path, node, depth)
        elif self._says(node) and (text := written(node)) is not None:
            self._found.set(path, text)

    def _says(self, node: ast.expr) -> bool:
        """Whether an expression is worth telling as it is written: what is computed, or named in a library."""
        match node:
            case ast.Lambda() | ast.BinOp() | ast.UnaryOp() | ast.IfExp():
                return True
            case ast.Name(id=name):
                return name[0].isupper() and name in self._known.alias
            case ast.Attribute():
                path = dotted(node)
                return path.partition(".")[0] in self._known.alias and path.count(".") <= 3
            case ast.Call(args=given, keywords=[]):
                return bool(given) and all(evaluate(one, self._constant) is not UNKNOWN for one in given)
        return False

    def _nested(self, path: str, node: ast.Call, depth: int, *, named: bool = False) -> None:
        """An object that is made as an argument, or as a part; ``named`` where its path says its class."""
        made = called_name(node)
        if depth >= _MAX_DEPTH or not counts(made, self._known.is_from(dotted(node.func))):
            return
        self._arguments(path, node, depth + 1)
        if not named or not self._found.parts(path):
            self._found.headed(path, _kind(made))

    def parts(self, path: str, node: ast.expr, depth: int) -> None:
        """The parts of a pipeline, a model or a list, each by its own name or by that of its class."""
        items = node.elts if isinstance(node, ast.List | ast.Tuple) and named_step(node) is None else [node]
        for one in items[:MAX_PARTS]:
            if isinstance(one, ast.Tuple):
                self._pair(path, one.elts, depth)
            elif isinstance(one, ast.Call):
                self._part(path, one, depth)

    def _pair(self, path: str, items: list[ast.expr], depth: int) -> None:
        """A part with its name, and the columns that it is for."""
        if len(items) < 2:
            return
        name, what = evaluate(items[0], self._constant), items[1]
        if not isinstance(name, str):
            # make_column_transformer has the columns behind the part.
            if isinstance(items[0], ast.Call):
                self._part(path, items[0], depth)
            return
        if isinstance(what, ast.Call) and is_made(what):
            self._nested(f"{path}.{name}", what, depth)
        elif isinstance(value := evaluate(what, self._constant), str):
            self._found.set(f"{path}.{name}", value)
        columns = evaluate(items[2], self._constant) if len(items) > 2 else UNKNOWN
        if isinstance(columns, list):
            self._found.show(f"{path}.{name}.columns", columns, items[2])

    def _part(self, path: str, node: ast.Call, depth: int) -> None:
        """A part without a name of its own."""
        made = called_name(node)
        if not is_made(node) or not counts(made, self._known.is_from(dotted(node.func))):
            return
        base = name = f"{path}.{made.lower()}"
        number = 1
        while self._found.prefix + name in self._found.values or self._found.parts(name):
            number += 1
            name = f"{base}_{number}"
        self._nested(name, node, depth, named=True)


def _kind(made: str) -> str:
    """What an object is: of a function that makes one, the class."""
    return {
        "make_pipeline": "Pipeline",
        "make_union": "FeatureUnion",
        "make_column_transformer": "ColumnTransformer",
    }.get(made, made)
