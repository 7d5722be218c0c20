"""Parameters: what an experiment's source sets, by name, as a person would want it in the columns of a table.

Nothing runs: constants, dicts, classes of settings, the arguments of estimators, defaults of options and the values
of configuration files are read as they stand. Where it cannot be told, it is left out: a column that says nothing is
worse than none, and what changed in the source is told elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.thought.code.source import Source
from jupyter_xpt.thought.data.secrets import MASK, kept
from jupyter_xpt.thought.parameters.configuration import values_of
from jupyter_xpt.thought.parameters.constants import plain, shortened
from jupyter_xpt.thought.parameters.found import ABOVE, CELL, MODULE
from jupyter_xpt.thought.parameters.setting import Reading
from jupyter_xpt.thought.parameters.steps import module_steps, steps_of

MOST = 200
MAX_NAME = 120
_WRITTEN_OUT = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@lru_cache(maxsize=16)
def parameters(source: Source) -> Mapping[str, Value]:
    """The parameters that a source sets, those of its cell first, then cells above, modules, configuration files.

    At most 200; secrets masked by name and by shape; what is no plain value as its source text.

    >>> parameters(Source("model = SVC(C=RATE)", ("RATE = 2.0",)))
    {'model': 'SVC', 'model.C': 2.0, 'RATE': 2.0}
    """
    reading = read(source)
    found = reading.found
    whole: dict[str, Value] = {}
    for place in (CELL, ABOVE, MODULE):
        whole |= {name: value for name, value in found.values.items() if found.places[name] == place}
    for file, values in reading.known.files.items():
        stem = file.rpartition("/")[2].partition(".")[0]
        for name, value in values.items():
            if name not in found.overrides:
                whole.setdefault(name if whole.get(name, value) == value else f"{stem}.{name}", value)
    return {_name(name): _safe(name, value) for name, value in list(whole.items())[:MOST]}


@lru_cache(maxsize=16)
def read(source: Source) -> Reading:
    """A source's constants and parameters, read in the order that it runs."""
    files = {name: values_of(name, text) for name, text in source.files if not name.endswith(".py")}
    reading = Reading({name: values for name, values in files.items() if values})
    for name, text in source.files:
        if name.endswith(".py"):
            reading.module(_module_name(name), module_steps(text))
    for text in source.above:
        reading.cell(steps_of(text), ABOVE)
    reading.cell(steps_of(source.cell), CELL)
    return reading


def _module_name(file: str) -> str:
    """What a module is called where it is imported, its packages apart."""
    parts = file.removesuffix(".py").removesuffix("/__init__").split("/")
    return parts[-1]


def _name(name: str) -> str:
    """A parameter's name in one line."""
    return shortened(_WRITTEN_OUT.sub(" ", name))[:MAX_NAME]


def _safe(name: str, value: Value) -> Value:
    """A value as it may be kept."""
    if not isinstance(value, str):
        return plain(value)
    return shortened(value if value == MASK else kept(name, value))
