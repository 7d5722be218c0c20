"""Outside: what a source takes from outside itself: the environment, the command line, answers, a runner."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from jupyter_xpt.ground.configuration import ARGUMENT, ASKED, ENVIRONMENT
from jupyter_xpt.thought.code.source import tree

_MAY_READ = re.compile(r"environ|getenv|argv|parse_(?:known_)?args|input|putenv|\benv\b")
_ENVIRON = frozenset({"os.environ", "environ"})
# What papermill writes above the parameters that it sets.
_INJECTED = re.compile(r"\A\s*# Parameters\s*\n")
INJECTED_TAG = "injected-parameters"
# Variables that say where things are and how they run: worth a record, nothing to warn of.
_PLUMBING = re.compile(
    r"HOME|PATH|USER|USERNAME|LOGNAME|SHELL|PWD|OLDPWD|TERM|LANG|LANGUAGE|LC_\w+|TZ|TMP|TEMP|TMPDIR|DISPLAY|HOST|HOSTNAME"
    r"|EDITOR|PAGER|COLUMNS|LINES|NO_COLOR|CI|DEBUG|LOG_?LEVEL|PYTHON\w*|VIRTUAL_ENV|CONDA_\w+|PIP_\w+|UV_\w+|XDG_\w+"
    r"|\w+_(?:HOME|CACHE|CACHE_DIR|DIR|PATH|ROOT|FOLDER)|\w+_NUM_THREADS|CUDA_\w+|NVIDIA_\w+|HIP_\w+|ROCR_\w+|NCCL_\w+"
    r"|TOKENIZERS_PARALLELISM|TF_\w+|XLA_\w+|KERAS_BACKEND|PYTORCH_\w+|TORCH_\w+|JPY_\w+|JUPYTER\w*|IPY\w*|XPT_\w+"
    r"|SLURM_\w+|PBS_\w+|LSB_\w+|RANK|LOCAL_RANK|WORLD_SIZE|MASTER_(?:ADDR|PORT)|WANDB_(?:MODE|SILENT|DIR)|MPLBACKEND"
    r"|HTTPS?_PROXY|https?_proxy|no_proxy|NO_PROXY|SSL_\w+|REQUESTS_\w+"
)


class Read(NamedTuple):
    """One place that takes something from outside.

    ``name`` is the variable's, where it stands there; else ``path`` the name that gives it, empty for anything.
    """

    kind: str
    name: str = ""
    path: str = ""


def is_plumbing(variable: str) -> bool:
    """Whether a variable of the environment only says where things are and how they run."""
    return _PLUMBING.fullmatch(variable) is not None


def read_at(node: ast.expr) -> Read | None:
    """What an expression takes from outside by itself; None for any other."""
    found: Read | None = None
    match node:
        case ast.Subscript(value=value, slice=name, ctx=ast.Load()) if _path(value) in _ENVIRON:
            found = _variable(name)
        case ast.Call(func=ast.Attribute(value=value, attr="get" | "pop"), args=[name, *_]) if _path(value) in _ENVIRON:
            found = _variable(name)
        case ast.Call(func=func, args=[name, *_]) if _path(func) in ("os.getenv", "getenv"):
            found = _variable(name)
        case ast.Compare(left=name, ops=[ast.In() | ast.NotIn()], comparators=[value]) if _path(value) in _ENVIRON:
            found = _variable(name)
        case ast.Call(func=ast.Attribute(attr="parse_args" | "parse_known_args"), args=[], keywords=[]):
            found = Read(ARGUMENT)
        case ast.Call(func=ast.Name(id="input")):
            found = Read(ASKED)
        case ast.Attribute():
            found = {"os.environ": Read(ENVIRONMENT), "sys.argv": Read(ARGUMENT)}.get(_path(node))
    return found


def parts_of(node: ast.expr) -> Iterator[ast.expr]:
    """The parts of an expression about the environment that are no places of their own."""
    match node:
        case ast.Subscript(value=value) if _path(value) in _ENVIRON:
            yield value
        case ast.Call(
            func=ast.Attribute(value=value, attr="get" | "pop" | "setdefault" | "update" as attr) as func
        ) if _path(value) in _ENVIRON and attr:
            yield from (func, value)
        case ast.Compare(comparators=[value]) if _path(value) in _ENVIRON:
            yield value
        case ast.Call(func=func) if _path(func) == "os.getenv":
            yield func


@lru_cache(maxsize=512)
def reads(text: str) -> tuple[Read, ...]:
    """All that a text takes from outside, each thing once."""
    module = tree(text) if _MAY_READ.search(text) is not None else None
    nodes = [node for node in ast.walk(module) if isinstance(node, ast.expr)] if module is not None else []
    apart = {id(part) for node in nodes for part in parts_of(node)}
    found = (read_at(node) for node in nodes if id(node) not in apart)
    return tuple(dict.fromkeys(one for one in found if one is not None))


@lru_cache(maxsize=512)
def sets(text: str) -> frozenset[Read]:
    """The variables of the environment that a text sets itself."""
    module = tree(text) if _MAY_READ.search(text) is not None else None
    return frozenset() if module is None else frozenset(one for node in ast.walk(module) for one in _set_at(node))


def _set_at(node: ast.AST) -> Iterator[Read]:
    """The variables that one node sets."""
    match node:
        case ast.Subscript(value=value, slice=name, ctx=ast.Store()) if _path(value) in _ENVIRON:
            yield _variable(name)
        case ast.Call(func=ast.Attribute(value=value, attr="setdefault"), args=[name, *_]) if _path(value) in _ENVIRON:
            yield _variable(name)
        case ast.Call(func=func, args=[name, *_]) if _path(func) == "os.putenv":
            yield _variable(name)
        case ast.Call(func=ast.Attribute(value=value, attr="update"), args=given, keywords=named) if (
            _path(value) in _ENVIRON
        ):
            yield from (_variable(key) for one in given if isinstance(one, ast.Dict) for key in one.keys if key)
            yield from (Read(ENVIRONMENT, one.arg) for one in named if one.arg)
        case ast.Call(
            func=ast.Attribute(attr="run_line_magic"),
            args=[ast.Constant(value="env" | "set_env"), ast.Constant(value=line)],
        ):
            yield Read(ENVIRONMENT, re.split(r"[=\s]", str(line).strip())[0])


def _variable(node: ast.expr) -> Read:
    """A variable by the expression that names it."""
    if isinstance(node, ast.Constant):
        return Read(ENVIRONMENT, str(node.value))
    return Read(ENVIRONMENT, "", _path(node))


def _path(node: ast.expr) -> str:
    """A chain of plain names with dots, empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def injected(text: str) -> Mapping[str, str]:
    r"""The parameters that a runner's cell sets, each value as it is written; texts without quotes.

    >>> injected("# Parameters\nlr = 0.5\nname = 'big'\n")
    {'lr': '0.5', 'name': 'big'}
    """
    module = tree(text)
    found: dict[str, str] = {}
    for node in module.body if module is not None else ():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value))):
                found[name] = value
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = ast.unparse(value)
    return found


def looks_injected(text: str) -> bool:
    """Whether a cell begins as those of papermill do."""
    return _INJECTED.match(text) is not None
