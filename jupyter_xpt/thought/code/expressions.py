"""Expressions: Python's expressions as chains of calls, and as short texts."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar, cast

from jupyter_xpt.thought.code.source import canonical

_T = TypeVar("_T")
# Longer than this nobody reads in a list.
_SHORT = 60
Assigns = ast.Assign | ast.AnnAssign | ast.AugAssign


class Link(NamedTuple):
    """A link of a chain: the name called or looked up, and the call or item if it is one."""

    name: str
    node: ast.expr
    call: ast.Call | None = None
    item: ast.expr | None = None

    def text(self) -> str:
        """The link alone, with its arguments."""
        if self.item is not None:
            return f"[{shortly(self.item)}]"
        if self.call is None:
            return "." + self.name
        return shortly(ast.Call(ast.Name("." + self.name, ast.Load()), self.call.args, self.call.keywords))


def chain(node: ast.expr) -> list[Link]:
    """The links of an expression, what it starts from first. A path to a class counts as one link."""
    links: list[Link] = []
    while True:
        call = node if isinstance(node, ast.Call) else None
        called = call.func if call is not None else node
        path = class_path(called) if call is not None else None
        if path is not None:
            links.append(Link(path, node, call))
            break
        if isinstance(called, ast.Attribute):
            links.append(Link(called.attr, node, call))
            node = called.value
        elif isinstance(called, ast.Subscript) and call is None:
            links.append(Link("[]", node, item=called.slice))
            node = called.value
        else:
            links.append(Link(called.id if isinstance(called, ast.Name) else shortly(called), node, call))
            break
    return links[::-1]


def class_path(node: ast.expr) -> str | None:
    """``Linear`` for a called ``Linear`` or ``torch.nn.Linear``, None for what is no class's name."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    while isinstance(node, ast.Attribute):
        node = node.value
    return name if isinstance(node, ast.Name) and name[0].isupper() else None


def is_chain(node: ast.expr) -> bool:
    """Whether a node is a name, a call, an attribute or an item."""
    return isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript)


def is_path(chain: Sequence[Link]) -> bool:
    """Whether nothing in a chain is called."""
    return all(link.call is None for link in chain)


def constructed(call: ast.Call) -> bool:
    """Whether a call makes an object of a class: the target's name adds nothing."""
    return class_path(call.func) is not None


def inside(part: ast.expr, whole: ast.expr) -> ast.expr | None:
    """The node among a call's arguments, however deep, that is the part, or calls the same."""
    links = [link.call for link in chain(whole) if link.call is not None]
    given = [one for call in links for one in (*call.args, *(keyword.value for keyword in call.keywords))]
    candidates = [one for root in given for one in first_nodes(root, 200) if type(one) is type(part)][:200]
    wanted = canonical(part)
    for one in candidates:
        if canonical(one) == wanted:
            return one
    if isinstance(part, ast.Call):
        names = [link.name for link in chain(part)]
        return next((one for one in candidates if [link.name for link in chain(one)] == names), None)
    return None


def with_hole(node: _T, inner: ast.expr) -> _T:
    """A copy of a tree with an ellipsis in place of what is inside."""
    if node is inner:
        return cast(_T, ast.Name("…", ast.Load()))
    if isinstance(node, list):
        return cast(_T, [with_hole(one, inner) for one in node])
    if isinstance(node, ast.AST):
        return type(node)(**{name: with_hole(value, inner) for name, value in ast.iter_fields(node)})
    return node


def keywords(call: ast.Call | None) -> dict[str, ast.expr]:
    """Keyword arguments by name."""
    return {one.arg or "**": one.value for one in call.keywords} if call is not None else {}


def entries(node: ast.Dict) -> dict[str, ast.expr] | None:
    """A dict's values by key, None where a key is no constant or comes twice."""
    keys = [one.value if isinstance(one, ast.Constant) else None for one in node.keys]
    if None in keys or len(set(keys)) < len(keys):
        return None
    return {str(key): value for key, value in zip(keys, node.values, strict=True)}


def named_step(node: ast.expr) -> ast.expr | None:
    """The object in a named step like ``("scale", StandardScaler())``."""
    match node:
        case ast.Tuple(elts=[ast.Constant(value=str()), ast.Call() as call, *_]):
            return call
    return None


def step_text(node: ast.expr) -> str:
    """An item without a step's name."""
    return shortly(named_step(node) or node)


def defaults(node: ast.arguments) -> dict[str, ast.expr | None]:
    """The names of a function's parameters and their defaults, None for those without."""
    plain = [one.arg for one in (*node.posonlyargs, *node.args)]
    found: dict[str, ast.expr | None] = dict.fromkeys(plain)
    found.update(zip(plain[len(plain) - len(node.defaults) :], node.defaults, strict=True))
    found.update(zip((one.arg for one in node.kwonlyargs), node.kw_defaults, strict=True))
    starred = (("*", node.vararg), ("**", node.kwarg))
    return found | {sign + one.arg: None for sign, one in starred if one is not None}


def targets(node: Assigns) -> str:
    """What is assigned to."""
    return ", ".join(map(shortly, node.targets if isinstance(node, ast.Assign) else [node.target]))


def origin(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    """Where an imported name comes from, dotted."""
    if isinstance(node, ast.Import):
        return alias.name
    return "." * node.level + (f"{node.module}." if node.module else "") + alias.name


def literal(node: ast.expr) -> bool:
    """Whether a value stands there as it is: a number, text, truth value, also with a sign."""
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant)


def shortly(node: ast.AST) -> str:
    """A node as source in one short line."""
    # Huge literals are cut before they are written out.
    if sum(1 for _ in first_nodes(node, 400)) >= 400:
        return f"{type(node).__name__} …"
    try:
        text = ast.unparse(node)
    except (ValueError, RecursionError):
        return f"{type(node).__name__} …"
    first, _, rest = text.partition("\n")
    return cut(first + (" …" if rest else ""))


def shortly_or_none(node: ast.AST | None) -> str | None:
    """The same, None for nothing."""
    return None if node is None else shortly(node)


def first_nodes(node: ast.AST, count: int) -> Iterator[ast.AST]:
    """The first nodes of a tree."""
    for i, one in enumerate(ast.walk(node)):
        if i >= count:
            return
        yield one


def line(text: str) -> str:
    """Any text in one short line that UTF-8 can write."""
    if not text.isprintable():
        text = "".join(one if one.isprintable() else " " if one.isspace() else ascii(one)[1:-1] for one in text[:200])
    return cut(text)


def cut(text: str) -> str:
    """At most so long."""
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
