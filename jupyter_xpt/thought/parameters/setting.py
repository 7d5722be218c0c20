"""Setting: the steps of several texts put together, to the parameters that they set."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.thought.code.expressions import class_path
from jupyter_xpt.thought.parameters.commandline import options
from jupyter_xpt.thought.parameters.constants import UNKNOWN, evaluate, written
from jupyter_xpt.thought.parameters.constructors import VALUES, is_mapping
from jupyter_xpt.thought.parameters.found import MODULE, Found, Known
from jupyter_xpt.thought.parameters.objects import Objects, called_name, is_made, is_made_of
from jupyter_xpt.thought.parameters.steps import (
    ALIAS,
    BIND,
    CALL,
    CLASS,
    EPOCHS,
    IF,
    OPTIONS,
    SCOPE,
    SETTINGS,
    UNBIND,
    Step,
)

_MAX_FOUND = 1000


class Reading:
    """What texts set, read one after the other.

    Parameters
    ----------
    files
        The values of the configuration files that are loaded, by file and path.

    Attributes
    ----------
    found
        The parameters.
    known
        The constants.
    """

    def __init__(self, files: Mapping[str, Mapping[str, Value]]) -> None:
        self.found = Found()
        self.known = Known(files)
        self._objects = Objects(self.known, self.found)

    def module(self, name: str, steps: Sequence[Step]) -> None:
        """Reads a local module."""
        self.found.place, self.found.prefix = MODULE, f"{name}."
        before, self.known.constants = self.known.constants, {}
        self.take(steps)
        self.known.constants = {**before, **{f"{name}.{key}": one for key, one in self.known.constants.items()}}
        self.found.prefix = ""

    def cell(self, steps: Sequence[Step], place: str) -> None:
        """Reads a cell, the experiment's own or one above."""
        self.found.place = place
        self.take(steps)

    def take(self, steps: Sequence[Step]) -> None:
        """Takes steps in order."""
        for step in steps:
            if len(self.found.values) > _MAX_FOUND:
                return
            if step.kind == BIND and step.node is not None:
                self._bind(step.name, step.node)
            elif step.kind == CALL and isinstance(step.node, ast.Call):
                self._call(step.name, step.node)
            elif step.kind == IF and step.node is not None:
                self._choose(step, step.node)
            else:
                self._other(step)

    def _other(self, step: Step) -> None:
        """Takes a step that is neither a binding nor a call nor a choice."""
        if step.kind == UNBIND:
            self._forget(step.name)
        elif step.kind == ALIAS:
            self.known.alias[step.name] = step.names[0]
            self._star(step.names[0])
        elif step.kind == SCOPE:
            self.known.own.append(step.names)
            self.take(step.inner)
            self.known.own.pop()
        elif step.kind in (SETTINGS, CLASS):
            self.known.takes[step.name] = step.names
            self.known.made.pop(step.name, None)
            if step.kind == SETTINGS:
                self.known.settings.add(step.name)
                self.take(step.inner)
        elif step.kind == EPOCHS and step.node is not None:
            value = evaluate(step.node, self.known)
            if isinstance(value, int):
                self.found.set(step.name, value)

    def _star(self, imported: str) -> None:
        """Takes the names of a module that are imported all at once."""
        module, _, last = imported.rpartition(".")
        if last == "*":
            lead, constants = module.rpartition(".")[2] + ".", self.known.constants
            constants |= {key[len(lead) :]: one for key, one in constants.items() if key.startswith(lead)}

    def _choose(self, step: Step, test: ast.expr) -> None:
        """Takes the branch that runs; where that cannot be told, what either binds is not known."""
        value = evaluate(test, self.known)
        if value is not UNKNOWN:
            self.take(step.inner if value else step.other)
            return
        both = (*step.inner, *step.other)
        names = [one.name for one in both if one.kind in (BIND, UNBIND)]
        for name in names:
            self._forget(name)
        # What is made there is told by what it is, whichever it is.
        self.known.own.append([name for name in names if "." not in name])
        self.take([one for one in both if one.kind != UNBIND])
        self.known.own.pop()

    def _call(self, name: str, node: ast.Call) -> None:
        """A call of interest."""
        called = called_name(node)
        if called in OPTIONS or called.startswith("DEFINE_"):
            for option, value in options(node, called, self.known):
                self.found.set(option, value)
                if called == "compose":
                    self.found.overrides.add(option)
        else:
            self._objects.called(name, node)

    def _bind(self, name: str, node: ast.expr) -> None:
        """A name is bound."""
        if self.known.own:
            return
        target = self._target(name)
        root, dot, rest = target.partition(".")
        if dot and not self.known.holds(target):
            return
        value = evaluate(node, self.known)
        if value is UNKNOWN and target not in self.known.constants and is_made_of(node, name):
            # The same object, moved or wrapped: model = model.to(device).
            return
        self._forget(target)
        if value is UNKNOWN:
            self._unknown(target, node)
            return
        self.known.remember(target, value)
        # Another name for the same says nothing new.
        if root.startswith("_") or isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            return
        if root in self.known.loaded and dot:
            # A value of a configuration file is set anew.
            self.found.overrides.add(rest)
            self.found.show(rest, value, node)
        else:
            self.found.show(target, value, node)

    def _unknown(self, name: str, node: ast.expr) -> None:
        """A name is bound to what cannot be told; it may be another word for settings that can be."""
        file = self.known.file_in(node)
        if file is not None:
            self.known.loaded[name] = file
            self.known.constants |= {f"{name}.{path}": value for path, value in self.known.files[file].items()}
        elif isinstance(node, ast.Name) and node.id in self.known.alias:
            self.known.alias[name] = self.known.alias[node.id]
        elif isinstance(node, ast.Dict):
            self._mapped(name, node.keys, node.values)
        elif isinstance(node, ast.Call) and not name.startswith("_"):
            self._valued(name, node)

    def _mapped(self, name: str, keys: Sequence[ast.expr | None], items: Sequence[ast.expr]) -> None:
        """A dict of which not all is known."""
        for key, item in zip(keys, items, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                value = evaluate(item, self.known)
                if value is not UNKNOWN:
                    self.known.remember(f"{name}.{key.value}", value)
                if not is_made(item):
                    self._objects.argument(name, key.value, item, 0)

    def _valued(self, name: str, node: ast.Call) -> None:
        """A name is bound to a value that a call makes of constants: ``Path("data")``, ``OmegaConf.create({…})``."""
        called = called_name(node)
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
        owner = class_path(node.func) or (class_path(receiver) if receiver is not None else None) or ""
        mapping = is_mapping(owner) and owner not in self.known.takes
        if mapping or called in ("create", "edict", "dict"):
            for part in (*node.args, *(one.value for one in node.keywords if one.arg is None)):
                value = evaluate(part, self.known)
                if isinstance(value, dict):
                    self.known.remember(name, value)
                    self.found.show(name, value, part)
            if mapping or called == "dict":
                names = [ast.Constant(one.arg) for one in node.keywords if one.arg]
                self._mapped(name, names, [one.value for one in node.keywords if one.arg])
        elif called in VALUES and node.args:
            given = [evaluate(one, self.known) for one in (*node.args, *(one.value for one in node.keywords))]
            text = written(node)
            if text is not None and not any(one is UNKNOWN for one in given):
                self.found.set(name, text)

    def _target(self, name: str) -> str:
        """What a dotted name stands for: a field of the class that an object was made of."""
        root, dot, rest = name.partition(".")
        made = self.known.alias.get(root) if dot else None
        return f"{made}{dot}{rest}" if made in self.known.settings else name

    def _forget(self, name: str) -> None:
        """What a name was bound to is not known any more, nor any part of it."""
        if name:
            self.known.forget(name)
            self.found.forget(name)
