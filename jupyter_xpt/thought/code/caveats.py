"""Caveats: what makes the SEM of repeats a lie, read from the source before anything runs.

Each has a code that never changes its meaning. A comment ``# xpt: ignore XPT001`` on the line silences it
there, ``# xpt: ignore`` all of them.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from jupyter_xpt.ground.configuration import ENVIRONMENT
from jupyter_xpt.thought.code.expressions import cut, defaults
from jupyter_xpt.thought.code.outside import Read, parts_of, read_at
from jupyter_xpt.thought.code.source import tree

CODES: Mapping[str, str] = {
    "XPT001": "A fixed seed in the repeated cell: every repeat draws the same numbers.",
    "XPT002": "A fixed seed in a cell above: what is drawn there is the same in every repeat and run.",
    "XPT003": "A random split or shuffle above the repeated cell: drawn once, it does not vary over repeats.",
    "XPT004": "A metric has the same value in every repeat: nothing random reaches it, or a seed is fixed.",
    "XPT005": "A generator of its own, without a seed: repeats differ, but cannot be replayed.",
    "XPT006": "Objects from above were changed in place: later repeats start from what earlier ones left.",
    "XPT007": "The cell reads the environment, arguments or input: the source alone does not tell what ran.",
    "XPT008": "A value from outside is not the one of an earlier run: repeats that are pooled do not belong together.",
}
_SEED_NAME = re.compile(r"(random_state|(\w+_)?seed(_value)?)$", re.IGNORECASE)
_SEEDING = frozenset(
    {
        *(
            "seed",
            "manual_seed",
            "manual_seed_all",
            "set_seed",
            "set_random_seed",
            "seed_everything",
            "seed_all",
        ),
        *("fix_seed", "set_global_seed", "set_all_seeds"),
        *("default_rng", "RandomState", "Random", "PRNGKey", "SeedSequence", "PCG64", "PCG64DXSM", "MT19937"),
        *("Philox", "SFC64"),
    }
)
_OWN_GENERATORS = frozenset({"default_rng", "RandomState", "Random"})
_DRAWS = frozenset({"train_test_split", "random_split", "permutation", "permuted", "shuffle", "randperm", "sample"})
# They draw when split() is called, not where they are made.
_SHUFFLING = frozenset({"ShuffleSplit", "StratifiedShuffleSplit", "GroupShuffleSplit"})
_REPEATING = frozenset({"RepeatedKFold", "RepeatedStratifiedKFold"})
_FOLDS = frozenset({"KFold", "StratifiedKFold", "StratifiedGroupKFold", "GroupKFold"})
_SILENT = re.compile(r"#\s*xpt:\s*ignore\b[:\s]*((?:XPT\d{3}[,\s]*)*)", re.IGNORECASE)
_SEED, _BINDING, _OUTSIDE = "seed", "binding", "XPT007"
_MAY_MATTER = re.compile(
    r"seed|random|rng|shuffle|split|perm|sample|environ|getenv|argv|parse_|input|PCG|MT19|Philox|SFC|PRNG|KFold",
    re.IGNORECASE,
)
# Stands for a seed's value in what is shown.
_VALUE = "\0"
# More lines than this are not listed one by one.
_MANY_LINES = 4


@dataclass(frozen=True, slots=True)
class Caveat:
    """One thing to know about a run: its code, a line that says it, and where (empty for the whole run)."""

    code: str
    text: str
    where: str = ""


class _Seen(NamedTuple):
    """A place in the source that may matter.

    ``code`` is that of the caveat, `_SEED` for a seed (fixed if its value is), `_BINDING` for a name bound;
    ``value`` is the constant there, None for anything else, and ``path`` the name that is bound or gives the seed.
    ``silent`` are the codes that a comment silences, empty for all, None for no comment. ``read`` is what comes from
    outside there, ``text`` what is said of it instead of the usual.
    """

    code: str
    shown: str
    first: int
    last: int
    value: str | None = None
    path: str = ""
    silent: str | None = None
    read: Read | None = None
    text: str = ""


def look(
    cell: str,
    above: Sequence[str],
    repeats: int,
    silenced: Iterable[str] = frozenset(),
    *,
    first_line: int = 2,
    told: Mapping[Read, str] | None = None,
) -> tuple[Caveat, ...]:
    """What the source of an experiment says against its repeats.

    Parameters
    ----------
    cell
        The repeated cell's body, as plain Python.
    above
        The code cells above it, as plain Python, in notebook order.
    repeats
        How many repeats there are; of a single one there is no SEM to be wrong about.
    silenced
        Codes not to give.
    first_line
        The line of the whole cell that its body begins on.
    told
        What is said of each thing that comes from outside, empty for nothing; then cells above count too. None where
        what came is not known.

    Returns
    -------
    tuple of Caveat
        The cell's first, then those of the cells above, the nearest first.
    """
    values: dict[str, str] = {}
    found = []
    for i, text in enumerate(above):
        above_it = {_SEED: "XPT002", "XPT003": "XPT003"} | ({} if told is None else {_OUTSIDE: _OUTSIDE})
        found.append((f"cell {len(above) - i} above", _worded(_known(text, above_it, values), told, named=True), 0))
    in_it = {_SEED: "XPT001", "XPT005": "XPT005", _OUTSIDE: _OUTSIDE}
    found.append(("", _worded(_known(cell, in_it, values), told), first_line - 1))
    dropped = set(silenced) | (set() if repeats > 1 else {"XPT001", "XPT002", "XPT003", "XPT005"})
    caveats: list[Caveat] = []
    for where, places, offset in reversed(found):
        caveats += _told(where, [one for one in places if one.code not in dropped], offset)
    return tuple(caveats)


def draws(cell: str, above: Sequence[str]) -> bool:
    """Whether the source of an experiment says that random numbers are drawn, fixed seeds and cells above included.

    Parameters
    ----------
    cell, above
        As for `look`.
    """
    values: dict[str, str] = {}
    codes = {_SEED: _SEED, "XPT003": "XPT003", "XPT005": "XPT005"}
    return any([_known(text, codes, values) for text in (*above, cell)])


def _worded(places: Sequence[_Seen], told: Mapping[Read, str] | None, *, named: bool = False) -> list[_Seen]:
    """Places where something comes from outside with what is said of it; without those of which nothing is.

    ``named`` drops those too of which it is not known what came.
    """
    if told is None:
        return list(places)
    found = []
    for one in places:
        text = told.get(one.read, "" if named else None) if one.read is not None else None
        if one.read is None or text is None:
            found.append(one)
        elif text:
            found.append(one._replace(text=text))
    return found


def identical_values(metric: str, values: Sequence[float]) -> Caveat | None:
    """The caveat that a metric is the same in every repeat (XPT004); None when it is not."""
    if len(values) < 2 or not math.isfinite(values[0]) or any(one != values[0] for one in values):
        return None
    same = f"{metric} is {values[0]:.6g} in all {len(values)} repeats"
    return Caveat("XPT004", f"{same}: nothing random reaches it, or a seed is fixed")


def changed_in_place(names: Iterable[str]) -> Caveat:
    """The caveat that the first repeat changed objects from above in place (XPT006)."""
    listed = ", ".join(names)
    return Caveat("XPT006", f"the cell changes {listed} in place: later repeats start from what earlier ones left")


_MEANS = {
    "XPT001": "fixes the seed: every repeat draws the same numbers; without it, each has its own seed",
    "XPT002": "fixes the seed: what is drawn there is the same in every repeat and run",
    "XPT003": "is drawn once, above the repeated cell: repeats do not vary it; move it into the cell",
    "XPT005": "is not seeded by the repeat, so it cannot be replayed: use xpt.rng()",
    "XPT007": "comes from outside: the source alone does not tell what ran",
}


def _told(where: str, places: Sequence[_Seen], offset: int) -> Iterator[Caveat]:
    """A caveat for each kind of place, with all its lines."""
    grouped: dict[tuple[str, str, str], list[int]] = {}
    for one in places:
        # What has words of its own is one thing, however it is written.
        grouped.setdefault((one.code, "" if one.text else one.shown, one.text), []).append(one.first + offset)
    for (code, snippet, text), lines in grouped.items():
        numbers = list(dict.fromkeys(lines))
        listed = ", ".join(map(str, numbers[:_MANY_LINES])) + (" …" if len(numbers) > _MANY_LINES else "")
        at = ", ".join(filter(None, (where, f"line{'s' if len(numbers) > 1 else ''} {listed}")))
        yield Caveat(code, text or f"{at}: {snippet} {_MEANS[code]}", at)


def _known(text: str, codes: Mapping[str, str], values: dict[str, str]) -> list[_Seen]:
    """What a text holds against the repeats, by line; notes in ``values`` the constants that it binds.

    ``codes`` says what counts in this text, and as which caveat.
    """
    found = []
    for one in _seen(text):
        if one.code == _BINDING:
            values.pop(one.path, None)
            if one.value is not None:
                values[one.path] = one.value
            continue
        code = codes.get(one.code)
        fixed = one.value is not None or one.path in values
        if code is None or (one.code == _SEED and not fixed) or _is_silent(one, code):
            continue
        bound = f" ({one.path} = {values[one.path]})" if one.value is None and one.path in values else ""
        found.append(one._replace(code=code, shown=one.shown + bound))
    return sorted(found, key=lambda one: one.first)


def _is_silent(one: _Seen, code: str) -> bool:
    """Whether a comment silences a caveat."""
    return one.silent is not None and (not one.silent or code in one.silent)


@lru_cache(maxsize=512)
def _seen(text: str) -> tuple[_Seen, ...]:
    """All places of a text that may matter, bindings before what stands deeper in the code."""
    module = tree(text)
    if module is None:
        return ()
    # Most cells have nothing to do with chance: of those only the constants they bind matter.
    nodes = list(ast.walk(module)) if _MAY_MATTER.search(text) else module.body
    splitters = {name for node in nodes for name in _splitters(node)}
    # A sample in a line of its own is looked at, not kept.
    looks = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    apart = {id(part) for node in nodes if isinstance(node, ast.expr) for part in parts_of(node)}
    seen: list[_Seen] = []
    for node in nodes:
        if isinstance(node, ast.Call):
            seen += (*_seeds_of_call(node), *_unseeded(node))
            if _draws(node, splitters) and not (id(node) in looks and _called(node) == "sample"):
                seen.append(_place("XPT003", node, f"{_called(node)}(…)"))
        else:
            seen += (*_bindings(node), *_other_seeds(node))
        if isinstance(node, ast.expr) and id(node) not in apart:
            seen += _outside(node)
    if "xpt" not in text:
        return tuple(seen)
    lines = re.split(r"\r\n|\r|\n", text)
    return tuple(one._replace(silent=_silent(lines[one.first - 1 : one.last])) for one in seen)


def _silent(lines: Sequence[str]) -> str | None:
    """The codes that comments on these lines silence, empty for all of them, None for no such comment."""
    said = [match[1].upper() for line in lines if (match := _SILENT.search(line))]
    return None if not said else "" if "" in said else " ".join(said)


def _place(code: str, node: ast.expr, shown: str, value: str | None = None, path: str = "") -> _Seen:
    """A place in the source."""
    return _Seen(code, cut(shown), node.lineno, node.end_lineno or node.lineno, value, path)


def _seeds_of_call(node: ast.Call) -> Iterator[_Seen]:
    """The seeds among a call's arguments."""
    name = _called(node)
    if _path(node.func).startswith("xpt."):
        return
    for keyword in node.keywords:
        if keyword.arg and _SEED_NAME.match(keyword.arg):
            yield from _seed(keyword.value, f"{keyword.arg}={_VALUE}")
    if name in _SEEDING and node.args:
        yield from _seed(node.args[0], f"{_path(node.func) or name}({_VALUE})")


def _other_seeds(node: ast.AST) -> Iterator[_Seen]:
    """The seeds in dicts of parameters and in defaults of functions."""
    match node:
        case ast.Dict(keys=keys, values=items):
            for key, item in zip(keys, items, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str) and _SEED_NAME.match(key.value):
                    yield from _seed(item, f"{key.value!r}: {_VALUE}")
        case ast.FunctionDef(args=arguments) | ast.AsyncFunctionDef(args=arguments):
            for name, default in defaults(arguments).items():
                if default is not None and _SEED_NAME.match(name):
                    yield from _seed(default, f"{name}={_VALUE}")


def _seed(value: ast.expr, shown: str) -> Iterator[_Seen]:
    """A seed that is a number, or a name that may stand for one."""
    if isinstance(value, ast.Constant):
        if isinstance(value.value, int | float) and not isinstance(value.value, bool):
            yield _place(_SEED, value, shown.replace(_VALUE, ascii(value.value)), ascii(value.value))
    elif path := _path(value):
        yield _place(_SEED, value, shown.replace(_VALUE, path), None, path)


def _bindings(node: ast.AST, prefix: str = "") -> Iterator[_Seen]:
    """The names that a statement binds, those of a class of settings and of a dict's keys too."""
    match node:
        case ast.Assign(targets=[target], value=value):
            yield from _binding(prefix + _path(target), value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _binding(prefix + _path(target), value)
        case ast.For(target=target, iter=value):
            yield from _binding(_path(target), value)
        case ast.ClassDef(name=name, body=body) if not prefix:
            for one in body:
                yield from _bindings(one, f"{name}.")


def _binding(name: str, value: ast.expr) -> Iterator[_Seen]:
    """A name bound to an integer, to a dict of them, or to something else."""
    if isinstance(value, ast.Dict):
        for key, item in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant):
                yield from _binding(f"{name}[{key.value!r}]", item)
        return
    constant = isinstance(value, ast.Constant) and type(value.value) is int
    yield _place(_BINDING, value, "", ast.unparse(value) if constant else None, name)


def _path(node: ast.expr) -> str:
    """``np.random.seed``, ``CFG.seed``, ``config['seed']``; empty for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            base = _path(value)
            return f"{base}.{attr}" if base else ""
        case ast.Subscript(value=value, slice=ast.Constant(value=key)):
            base = _path(value)
            return f"{base}[{key!r}]" if base else ""
    return ""


def _called(node: ast.Call) -> str:
    """The last name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _unseeded(node: ast.Call) -> Iterator[_Seen]:
    """A generator of its own that takes its seed from the operating system."""
    if _called(node) not in _OWN_GENERATORS or node.keywords:
        return
    if not node.args or (isinstance(node.args[0], ast.Constant) and node.args[0].value is None):
        yield _place("XPT005", node, f"{_path(node.func) or _called(node)}()")


def _outside(node: ast.expr) -> Iterator[_Seen]:
    """What comes from outside the source."""
    read = read_at(node)
    if read is None:
        return
    shown = f"{_called(node)}()" if isinstance(node, ast.Call) and read.kind != ENVIRONMENT else _path(node)
    if read.kind == ENVIRONMENT:
        shown = f"os.environ[{read.name!r}]" if read.name else "os.environ"
    yield _place(_OUTSIDE, node, shown)._replace(read=read)


def _shuffles(node: ast.expr) -> bool:
    """Whether an expression makes a splitter that draws anew at each split."""
    if not isinstance(node, ast.Call):
        return False
    name = _called(node)
    if name in _SHUFFLING | _REPEATING:
        return True
    return name in _FOLDS and _keyword(node, "shuffle") is True


def _splitters(node: ast.AST) -> Iterator[str]:
    """The name that a shuffling splitter is bound to."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _shuffles(value):
            yield name


def _draws(node: ast.Call, splitters: set[str]) -> bool:
    """Whether a call draws a split, an order or a sample."""
    name = _called(node)
    if name == "split" and isinstance(node.func, ast.Attribute):
        base = node.func.value
        return _shuffles(base) or (isinstance(base, ast.Name) and base.id in splitters)
    # Datasets of tf.data shuffle when they are read.
    if name == "shuffle" and _keyword(node, "buffer_size") is not None:
        return False
    return name in _DRAWS and _keyword(node, "shuffle") is not False


def _keyword(node: ast.Call, name: str) -> object:
    """The constant given for a keyword, None where there is none."""
    for one in node.keywords:
        if one.arg == name:
            return one.value.value if isinstance(one.value, ast.Constant) else one.value
    return None
