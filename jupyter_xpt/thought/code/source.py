"""Source: what a cell, module or configuration file means, apart from how it is written.

Digests of meanings lie on disk for years and are compared across Python versions. ``ast.dump`` changes its
format between them, so the canonical form is walked here: fields in alphabetical order, absent and empty ones
left out (new optional fields of later versions change nothing), pieces of f-strings joined, text in ASCII.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

# Part of every digest: a form that cannot stay as it is gets the next number.
FORM = "xpt-source-1"
# Beyond this it is generated or data; comparing it as text stays quick.
_MAX_PYTHON = 2_000_000
_MAX_CACHED = 20_000
_SKIPPED = {"ctx", "kind", "type_comment", "type_ignores"}
# Magics whose body or line is Python that runs in the user's namespace.
_CODE_MAGICS = {"capture", "experiment", "memit", "prun", "time", "timeit"}
# Parsing these may warn: an escape that is none, or a number that runs into a keyword.
_MAY_WARN = re.compile(r"\\|\d(?:and|else|for|if|in|is|not|or)\b")
_OWN_LINE = re.compile(
    r"^([ \t]*)(?:%?(?:re)?load_ext[ \t]+jupyter_xpt[ \t]*(?:\#.*)?|%config[ \t]+XptMagics\b[^\n]*"
    r"|%xpt\w*(?:[ \t](?:[^\n]*\\\n)*[^\n]*)?"
    r"|\#[ \t]experiment[ \t]\d+(?:,[ \t]from[ \t]\d+)?(?::.*)?)$",
    re.MULTILINE,
)
_MAGIC_LINE = re.compile(r"\A(\s*)%%experiment\b[^\n]*")
_PYTHON_SUFFIXES = (".py", ".pyw", ".pyi")
_BLOCK_SCALAR = re.compile(r"(?:^|[:\-]\s+|^\s*-\s+)[|>][+\-\d]*\s*(?:\#.*)?$")


@dataclass(frozen=True, slots=True)
class Source:
    """What an experiment consists of.

    Parameters
    ----------
    cell
        The experiment cell's body, as plain Python.
    above
        The code cells above it that count, in notebook order, as plain Python.
    files
        The local modules and configuration files they load: relative name and text of each.
    """

    cell: str
    above: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


def digest(source: Source) -> str:
    """The content hash of a source's meaning, ``sha256:<hex>``. Cells that mean nothing do not count."""
    above = [known for known in map(meaning, source.above) if known]
    files = sorted([name, file_meaning(name, text)] for name, text in source.files)
    # JSON in ASCII: the parts cannot run into one another, and lone surrogates have a form.
    whole = json.dumps([FORM, meaning(source.cell), above, files])
    return "sha256:" + hashlib.sha256(whole.encode("ascii")).hexdigest()


def file_meaning(name: str, text: str) -> str:
    """The canonical form of a source's file, by the kind that its name says."""
    if name.endswith(_PYTHON_SUFFIXES):
        return meaning(text)
    try:
        # Bytes that were not UTF-8 come back as they were.
        return config_meaning(name, text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return config_meaning(name, text.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=256)
def meaning(text: str) -> str:
    """The canonical form of Python code, one line a statement; empty where nothing counts.

    Comments, blank lines, formatting and the kind of quotes do not count. Constants do, docstrings too. Text
    that is no Python counts line by line, without trailing space and blank lines.

    Examples
    --------
    >>> meaning("x = 'a'  # why") == meaning('x=("a")')
    True
    """
    module = tree(text)
    if module is None:
        return "text:\n" + _plain(text)
    return "\n".join(map(canonical, module.body))


def tree(text: str) -> ast.Module | None:
    """The syntax tree of Python, the code inside ``%%time`` and its like laid open; None for other text.

    The tree is shared with later callers: look, do not touch.
    """
    return _cached_tree(text) if len(text) <= _MAX_CACHED else _tree(text)


def _tree(text: str) -> ast.Module | None:
    """The syntax tree, made anew."""
    module = _parsed(text.removeprefix("\ufeff"))
    if module is None:
        return None
    # A magic may hold a magic: laid open until nothing is left to open, a few times at most.
    for _ in range(4):
        opened = [one for statement in module.body for one in _laid_open(statement)]
        if len(opened) == len(module.body):
            break
        module = ast.Module(body=opened, type_ignores=[])
    return module


# Digest, dependence and caveats read the same cells one after the other.
_cached_tree = lru_cache(maxsize=64)(_tree)


def _parsed(text: str) -> ast.Module | None:
    """The syntax tree, None for what Python refuses for whatever reason."""
    if len(text) > _MAX_PYTHON:
        return None
    try:
        if not _MAY_WARN.search(text):
            return ast.parse(text)
        # catch_warnings makes Python forget which warnings it has shown: only where it is needed.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # Null bytes, lone surrogates, nesting too deep for the parser: text.
        return None


def _laid_open(statement: ast.stmt) -> Iterator[ast.stmt]:
    """The statement, or the call of a magic without its code followed by that code."""
    if not isinstance(statement, ast.Expr):
        yield statement
        return
    match statement.value:
        case ast.Call(
            func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython"), args=[])) as func,
            args=[ast.Constant(value=str(magic)), *_, ast.Constant(value=str(code))] as given,
            keywords=[],
        ) if func.attr in ("run_cell_magic", "run_line_magic") and magic in _CODE_MAGICS and code.strip():
            inner = _parsed(code)
            if inner is None:
                yield _call_of_magic(statement, func, given, _plain(code))
                return
            yield _call_of_magic(statement, func, given, "")
            for one in inner.body:
                yield ast.increment_lineno(one, statement.lineno if func.attr == "run_cell_magic" else 0)
        case _:
            yield statement


def _call_of_magic(statement: ast.stmt, func: ast.expr, given: Sequence[ast.expr], code: str) -> ast.stmt:
    """The same call with other code."""
    call = ast.Call(func=func, args=[*given[:-1], ast.Constant(value=code)], keywords=[])
    return ast.fix_missing_locations(ast.copy_location(ast.Expr(value=call), statement))


def canonical(node: ast.AST) -> str:
    """The canonical form of a syntax tree: the same for the same meaning in every Python version.

    Walked with a stack of its own: a sum of thousands of terms is a tree thousands deep.
    """
    parts: list[str] = []
    waiting: list[Any] = [node]
    while waiting:
        item = waiting.pop()
        if type(item) is str:
            parts.append(item)
        elif isinstance(item, ast.Name):
            parts.append(f"(Name id={item.id!a})")
        elif isinstance(item, ast.Constant):
            parts.append(_constant(item.value))
        elif isinstance(item, ast.JoinedStr):
            waiting += reversed(_joined(item))
        elif isinstance(item, ast.AST):
            _unfold(item, waiting)
        else:
            # Names and numbers of fields; None holds a place in lists.
            parts.append(ascii(item))
    return "".join(parts)


def _unfold(node: ast.AST, waiting: list[Any]) -> None:
    """Puts what a node is written as on the stack, last first: text, and what is still to be walked."""
    kind = type(node).__name__
    waiting.append(")")
    for name, written in _counting(kind, node._fields):
        value = getattr(node, name, None)
        if value is None or value == []:
            continue
        if type(value) is list:
            waiting.append("]")
            for one in reversed(value):
                waiting += (" ", ascii(one) if type(one) is str else one)
            waiting += ("[", written)
        else:
            waiting += (ascii(value) if type(value) is str else value, written)
    waiting.append("(" + kind)


@cache
def _counting(kind: str, fields: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The fields of a kind of node that count, and how they are written, in an order that never changes."""
    # A template's interpolation repeats its expression as it was written.
    skipped = _SKIPPED | {"str"} if kind == "Interpolation" else _SKIPPED
    return tuple((name, f" {name}=") for name in sorted(fields, reverse=True) if name not in skipped)


def _constant(value: object) -> str:
    """A constant with its type. Not its repr: what that escapes depends on the version's Unicode tables."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 64:
        # Python refuses to write very long integers in decimal.
        return hex(value)
    return ascii(value)


def _joined(node: ast.JoinedStr) -> list[Any]:
    """An f-string's pieces: versions differ in how they split its constant text."""
    pieces: list[Any] = []
    text = ""
    for one in node.values:
        if isinstance(one, ast.Constant):
            text += str(one.value)
            continue
        pieces += [ascii(text), one] if text else [one]
        text = ""
    if not pieces:
        return [ascii(text)]
    return ["(JoinedStr ", *pieces, *([ascii(text)] if text else []), ")"]


def _plain(text: str) -> str:
    """Lines without trailing space, blank ones dropped."""
    return "\n".join(line for line in map(str.rstrip, text.splitlines()) if line)


def config_meaning(name: str, data: bytes) -> str:
    """The canonical form of a configuration file.

    JSON and TOML count by value, whatever the order of keys. In other files full-line comments, blank lines
    and trailing space do not count. Bytes that are no text count by their digest.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "bytes sha256:" + hashlib.sha256(data).hexdigest()
    values = config_values(name, text)
    if values is None:
        return "text:\n" + "\n".join(config_lines(name, text))
    return json.dumps(values, sort_keys=True, separators=(",", ":"), default=_typed)


def _typed(value: object) -> list[str]:
    """TOML's dates and times, which JSON does not have."""
    return [type(value).__name__, str(value)]


def config_values(name: str, text: str) -> Any | None:  # noqa: ANN401 - JSON holds anything
    """What a JSON or TOML file holds; None for other kinds, and for text that is not what its name says."""
    # An own limit on nesting: that of the parser depends on the depth of the caller.
    if not name.endswith((".json", ".toml")) or _depth(text) > 100:
        return None
    try:
        if name.endswith(".json"):
            return json.loads(text)
        import tomllib  # 5 ms that few kernels need

        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def _depth(text: str) -> int:
    """At most how deep brackets nest, those inside strings counted too."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[{}\]]", text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def config_lines(name: str, text: str) -> list[str]:
    """The lines of a configuration file that count."""
    yaml = name.endswith((".yaml", ".yml"))
    comments = ("#",) if yaml else ("#", ";", "//") if name.endswith(".json") else ("#", ";")
    lines: list[str] = []
    literal: int | None = None
    for line in map(str.rstrip, text.splitlines()):
        if not line:
            continue
        indent = len(line) - len(line.lstrip())
        # Inside a block of text in YAML, # begins a heading, not a comment.
        if literal is not None and indent > literal:
            lines.append(line)
            continue
        literal = None
        if line.lstrip().startswith(comments):
            continue
        lines.append(line)
        if yaml and _BLOCK_SCALAR.search(line):
            literal = indent
    return lines


def strip_own(text: str) -> str:
    """A raw cell without the lines that are jupyter_xpt's own; line numbers stay as they are.

    Own are ``%load_ext jupyter_xpt``, ``%xpt…``, a first line ``%%experiment …`` and the comment that
    `%xpt_new` leaves.
    """
    text = _MAGIC_LINE.sub(r"\1", text, count=1)
    return _OWN_LINE.sub(_nothing_instead, text)


def _nothing_instead(own: re.Match[str]) -> str:
    """As many lines without effect."""
    # Where the line stood alone in a block, the block still needs a statement.
    statement = own[1] + "pass" if own[1] and not own[0].lstrip().startswith("#") else ""
    return statement + "\n" * own[0].count("\n")


@lru_cache(maxsize=512)
def imports(text: str, package: str = "") -> tuple[str, ...]:
    """The dotted names of the modules that a text imports, anywhere in it.

    Parameters
    ----------
    text
        Plain Python.
    package
        The package that relative imports start from.

    Returns
    -------
    tuple of str
        ``from a import b`` gives both ``a`` and ``a.b``: which of them is a module the text does not say.
    """
    module = tree(text) if "import" in text else None
    found: dict[str, None] = {}
    for node in ast.walk(module) if module is not None else ():
        found.update(dict.fromkeys(_imported(node, package)))
    return tuple(found)


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    """The modules that one node imports."""
    match node:
        case ast.Import(names=names):
            yield from (one.name for one in names)
        case ast.ImportFrom(module=name, names=names, level=level):
            base = _base(name, level or 0, package)
            if base:
                yield base
                yield from (f"{base}.{one.name}" for one in names if one.name != "*")
        case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]):
            called = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            if called in ("import_module", "__import__") and name.replace(".", "").isidentifier():
                base = _base(name.lstrip(".") or None, len(name) - len(name.lstrip(".")), package)
                if base:
                    yield base


def _base(name: str | None, level: int, package: str) -> str:
    """The absolute name of what an import starts from; empty where it leads out of the package."""
    if not level:
        return name or ""
    parts = package.split(".") if package else []
    if len(parts) < level:
        return ""
    return ".".join(parts[: len(parts) - level + 1] + ([name] if name else []))


@lru_cache(maxsize=512)
def string_constants(text: str, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    """The string constants of a text that end like one of the suffixes: the files that it reads."""
    module = tree(text) if any(suffix in text for suffix in suffixes) else None
    if module is None:
        return ()
    # The text between the braces of an f-string is half a name.
    pieces = {id(one) for node in ast.walk(module) if isinstance(node, ast.JoinedStr) for one in node.values}
    written = {getattr(target, "value", None) for node in ast.walk(module) for target in _written(node)}
    found = {
        node.value: None
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in pieces and node.value not in written
        if node.value.endswith(suffixes) and len(node.value) <= 1024 and node.value.isprintable()
    }
    return tuple(found)


def _written(node: ast.AST) -> Iterator[ast.expr]:
    """The name of the file that a call plainly writes: ``open("a.json", "w")``, ``Path("a.json").write_text(…)``."""
    match node:
        case ast.Call(func=ast.Name(id="open"), args=[target, ast.Constant(value=str(mode)), *_]):
            pass
        case ast.Call(
            func=ast.Attribute(value=ast.Call(args=[target]), attr="open"), args=[ast.Constant(value=str(mode)), *_]
        ):
            pass
        case ast.Call(func=ast.Attribute(value=ast.Call(args=[target]), attr="write_text" | "write_bytes")):
            mode = "w"
        case ast.Call(func=ast.Attribute(attr="to_json"), args=[target, *_]):
            mode = "w"
        case _:
            return
    # "r+" reads what is there.
    if set(mode) & set("wax"):
        yield target
