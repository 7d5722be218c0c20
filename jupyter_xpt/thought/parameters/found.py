"""Found: the parameters that a reading finds, by name, and the constants that it knows."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.thought.parameters.constants import UNKNOWN, is_plain, plain, written

CELL, ABOVE, MODULE = "cell", "above", "module"
MAX_PARTS = 60


class Found:
    """Parameters by name; ``places`` says where each was set last, ``overrides`` which are of a configuration file."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.places: dict[str, str] = {}
        self.overrides: set[str] = set()
        self.place = MODULE
        # Goes before all names: the module that is read.
        self.prefix = ""

    def set(self, name: str, value: Value) -> None:
        """Notes a parameter, as the last one."""
        name = self.prefix + name
        self.values.pop(name, None)
        self.values[name] = plain(value)
        self.places[name] = self.place

    def show(self, name: str, value: object, node: ast.expr | None = None) -> None:
        """Notes a constant: a dict by its keys, lists as they are written; what is empty says nothing."""
        if is_plain(value):
            if value != "":
                self.set(name, value)  # type: ignore[arg-type]  # what is plain is a Value
        elif isinstance(value, dict) and value:
            if len(value) <= MAX_PARTS and all(isinstance(key, str) for key in value):
                for key, one in value.items():
                    self.show(f"{name}.{key}", one)
            else:
                self.set(name, repr(value))
        elif isinstance(value, list | tuple) and value:
            text = written(node) if isinstance(node, ast.List | ast.Tuple | ast.Set) and _stands(node) else None
            self.set(name, text if text is not None else repr(value))
        elif isinstance(value, bytes | complex):
            self.set(name, repr(value))

    def parts(self, name: str) -> list[str]:
        """The names of what belongs to something."""
        lead = f"{self.prefix}{name}."
        return [key for key in self.values if key.startswith(lead)]

    def forget(self, name: str, *, whole: bool = True) -> None:
        """Drops what belongs to something, and itself where it is the whole."""
        for key in self.parts(name):
            del self.values[key]
        if whole:
            self.values.pop(self.prefix + name, None)

    def headed(self, name: str, made: str) -> None:
        """Notes what something is, before its parts."""
        parts = {key: self.values.pop(key) for key in self.parts(name)}
        self.set(name, made)
        self.values |= parts


def _stands(node: ast.expr) -> bool:
    """Whether all that is in a list stands there itself."""
    return not any(isinstance(one, ast.Name | ast.Attribute) for one in ast.walk(node))


class Known:
    """The constants by dotted name, what other names stand for, and what classes and functions take.

    Parameters
    ----------
    files
        The values of the configuration files that are loaded, by file and path.
    """

    def __init__(self, files: Mapping[str, Mapping[str, Value]]) -> None:
        self.files = files
        self.constants: dict[str, Any] = {}
        self.alias: dict[str, str] = {}
        self.takes: dict[str, Sequence[str]] = {}
        self.settings: set[str] = set()
        # The configuration files that names hold; the objects that classes of settings were made to first.
        self.loaded: dict[str, str] = {}
        self.made: dict[str, str] = {}
        # The names that scopes around have of their own.
        self.own: list[Sequence[str]] = []

    def __call__(self, path: str) -> Any:  # noqa: ANN401 - constants of all kinds
        """The constant that a name or dotted path stands for, `UNKNOWN` for others."""
        root, dot, rest = path.partition(".")
        if any(root in names for names in self.own):
            return UNKNOWN
        if path in self.constants:
            return self.constants[path]
        target = self.alias.get(root)
        return self.constants.get(f"{target}{dot}{rest}", UNKNOWN) if target is not None else UNKNOWN

    def remember(self, name: str, value: object) -> None:
        """Notes a constant, and those in it."""
        self.constants[name] = value
        if isinstance(value, dict) and len(value) <= MAX_PARTS:
            for key, one in value.items():
                self.remember(f"{name}.{key}", one)

    def forget(self, name: str) -> None:
        """What a name was bound to is not known any more, nor any part of it."""
        lead = name + "."
        for known in [key for key in self.constants if key == name or key.startswith(lead)]:
            del self.constants[known]
        self.alias.pop(name, None)
        self.loaded.pop(name, None)

    def holds(self, name: str) -> bool:
        """Whether a dotted name is part of settings that are known."""
        root = name.partition(".")[0]
        lead = root + "."
        return root in self.settings or root in self.constants or any(key.startswith(lead) for key in self.constants)

    def class_of_settings(self, path: str) -> str | None:
        """The class of settings that a path names."""
        target = path if path in self.settings else self.alias.get(path)
        return target if target in self.settings else None

    def taken(self, path: str) -> Sequence[str] | None:
        """What a class or function of the user's takes, in order; None for others'."""
        target = self.alias.get(path, path)
        return self.takes.get(path, self.takes.get(target))

    def is_from(self, path: str) -> str:
        """The library that a path begins with, by its imported name; empty where it is none."""
        return self.alias.get(path.partition(".")[0], "").partition(".")[0]

    def file_in(self, node: ast.expr) -> str | None:
        """The configuration file that an expression loads."""
        if not self.files or not isinstance(node, ast.Call):
            return None
        for one in ast.walk(node):
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value:
                file = next((file for file in self.files if file == one.value or file.endswith("/" + one.value)), None)
                if file is not None:
                    return file
            elif isinstance(one, ast.Name) and one.id in self.loaded:
                return self.loaded[one.id]
        return None
