"""Shell: running a cell's body in IPython as if it were a cell of its own.

The body is compiled whole before anything else happens, under the name that IPython gave the cell, so that
tracebacks and ``inspect`` show the user's own lines. It runs statement by statement in the user's namespace,
like `InteractiveShell.run_ast_nodes` does.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, MethodType, TracebackType
from typing import TYPE_CHECKING, Any

from jupyter_xpt.edges.kernel.interrupts import Interrupts

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_TOP_LEVEL_AWAIT = getattr(ast, "PyCF_ALLOW_TOP_LEVEL_AWAIT", 0)
# Names that IPython itself binds while cells run: _, __, _12, _i, _i12, In, Out …
_IPYTHONS_OWN = re.compile(r"_{1,3}|_i{1,3}|_i?[0-9]+|_oh|_ih|_dh|In|Out|exit|quit|get_ipython|open")


@dataclass(frozen=True, slots=True)
class Statement:
    """One compiled statement; ``shown`` when its value is what the cell displays, ``shells`` when it runs a command."""

    code: CodeType
    valued: bool
    shown: bool
    shells: bool

    @property
    def awaits(self) -> bool:
        """Whether it must be awaited."""
        return bool(self.code.co_flags & inspect.CO_COROUTINE)


@dataclass(frozen=True, slots=True)
class Body:
    """A compiled cell body. ``python`` is its text after IPython's own syntax was translated."""

    python: str
    statements: tuple[Statement, ...]

    @property
    def awaits(self) -> bool:
        """Whether any statement must be awaited."""
        return any(statement.awaits for statement in self.statements)


def translate(shell: InteractiveShell, text: str) -> str:
    """The text as plain Python: magics and ``!commands`` become calls. Text that cannot be translated stays."""
    try:
        return str(shell.transform_cell(text))
    except SyntaxError:
        return text


def compile_body(shell: InteractiveShell, raw_cell: str, body: str) -> Body:
    """Compiles a cell's body.

    Parameters
    ----------
    shell
        The running shell.
    raw_cell
        The whole cell as the user wrote it, magic line too: IPython names code by it.
    body
        What stands below the magic line.

    Raises
    ------
    SyntaxError
        As the same text in a plain cell would give it.
    """
    python = str(shell.transform_cell(body))
    # IPython drops leading blank lines; the magic's own line counts as the cell's first.
    above = 1 + len(body) - len(body.lstrip("\n")) if body.strip() else 1
    magic_line = "#" + raw_cell.lstrip().partition("\n")[0]
    text = magic_line + "\n" * above + python
    name = shell.compile.cache(text, shell.displayhook.prompt_count, raw_code=raw_cell)
    tree = shell.compile.ast_parse("\n" * above + python, filename=name)
    tree = shell.transform_ast(tree)
    silenced = type(shell.displayhook).semicolon_at_end_of_expression(python) if python.strip() else False
    return Body(python, tuple(_compiled(shell, name, tree.body, silenced=silenced)))


def needs_await(shell: InteractiveShell, body: str) -> bool:
    """Whether a cell body awaits at its top level."""
    try:
        code = compile(translate(shell, body), "<cell>", "exec", _TOP_LEVEL_AWAIT, True)
    except (SyntaxError, ValueError):
        return False
    return bool(code.co_flags & inspect.CO_COROUTINE)


def _compiled(shell: InteractiveShell, name: str, nodes: list[ast.stmt], *, silenced: bool) -> Iterator[Statement]:
    """Each statement compiled the way IPython's ``ast_node_interactivity`` says."""
    interactivity = shell.ast_node_interactivity
    nodes = list(nodes)
    if interactivity == "last_expr_or_assign" and nodes:
        nodes.extend(_value_of(nodes[-1]))
    for position, node in enumerate(nodes):
        last = position == len(nodes) - 1
        valued = isinstance(node, ast.Expr) and (last or interactivity == "all")
        tree: ast.Module | ast.Expression
        if valued and isinstance(node, ast.Expr):
            tree, mode = ast.Expression(node.value), "eval"
        else:
            tree, mode = ast.Module([node], []), "exec"
        with shell.compile.extra_flags(_TOP_LEVEL_AWAIT if shell.autoawait else 0):
            # codeop's stub knows text only; IPython hands it trees as well.
            code = shell.compile(tree, name, mode)  # type: ignore[arg-type]
        shown = valued and interactivity != "none" and not (last and silenced)
        yield Statement(code, valued, shown, "system" in code.co_names or "getoutput" in code.co_names)


def _value_of(node: ast.stmt) -> list[ast.stmt]:
    """The expression that shows what an assignment assigned, for ``last_expr_or_assign``."""
    target = None
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        target = node.target
    if not isinstance(target, ast.Name):
        return []
    return [ast.fix_missing_locations(ast.copy_location(ast.Expr(ast.Name(target.id, ast.Load())), node))]


class Execution:
    """One execution of a body: runs its statements, shows its values, keeps the last one."""

    def __init__(self, shell: InteractiveShell, body: Body, show: Callable[[object], None]) -> None:
        self._shell = shell
        self._body = body
        self._show = show
        self.value: object = None

    def run(self, interrupts: Interrupts) -> None:
        """Runs the body. The user's own exceptions pass through."""
        with interrupts.let_through():
            for statement in self._body.statements:
                interrupts.arrived = False
                if statement.valued:
                    self._shown(statement, eval(statement.code, self._shell.user_global_ns, self._shell.user_ns))
                else:
                    exec(statement.code, self._shell.user_global_ns, self._shell.user_ns)
                _stop_if(interrupts, statement)

    async def run_async(self, interrupts: Interrupts) -> None:
        """Runs a body that awaits at its top level."""
        with interrupts.let_through():
            for statement in self._body.statements:
                interrupts.arrived = False
                value = eval(statement.code, self._shell.user_global_ns, self._shell.user_ns)
                if statement.awaits:
                    value = await value
                if statement.valued:
                    self._shown(statement, value)
                _stop_if(interrupts, statement)

    def _shown(self, statement: Statement, value: object) -> None:
        """Keeps a value, and shows it where the cell would."""
        self.value = value
        if statement.shown:
            self._show(value)


def _stop_if(interrupts: Interrupts, statement: Statement) -> None:
    """Raises the interrupt that a shell command swallowed."""
    if statement.shells and interrupts.arrived:
        raise KeyboardInterrupt


def show_as_users_own(shell: InteractiveShell, error: BaseException) -> None:
    """Lets IPython show the error, when it arrives there, as it would for a plain cell: without our frames.

    IPython has no public way to hide frames above the user's (it hides only single ones), but it hands errors of
    chosen classes to a handler: ours is there for this one error only.
    """
    users = _users_trace(error)
    previous, handler = shell.custom_exceptions, shell.CustomTB
    if isinstance(error, previous or ()):
        return

    def show(
        shell: InteractiveShell,
        _kind: type[BaseException],
        value: BaseException,
        trace: TracebackType | None,
        tb_offset: int | None = None,
    ) -> None:
        shell.custom_exceptions, shell.CustomTB = previous, handler
        if value is error and trace is not None:
            # IPython's own frame, then the user's: as if nothing had been between them.
            trace.tb_next = users
        shell.showtraceback(running_compiled_code=users is not None)

    # What `set_custom_exc` does, without its net: an error whose own text raises must get as far as in a plain cell.
    shell.custom_exceptions, shell.CustomTB = (type(error),), MethodType(show, shell)


def _users_trace(error: BaseException) -> TracebackType | None:
    """The traceback from the user's first frame on, None where there is none."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code not in _RUNNERS:
        trace = trace.tb_next
    return trace.tb_next if trace is not None else None


_RUNNERS = (Execution.run.__code__, Execution.run_async.__code__)


class Bindings:
    """The user's names as they were before the first repeat, put back before each later one.

    Objects changed in place stay changed: the same namespace must be kept, since functions of earlier cells see
    no other.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._before = dict(namespace)

    def is_same(self, name: str) -> bool:
        """Whether the name is bound to the very object that it was bound to before."""
        return self._namespace.get(name, self) is self._before.get(name, None)

    def put_back(self) -> None:
        """Removes names that a repeat made and binds the others as they were."""
        now, before = self._namespace, self._before
        for name in [name for name in now if name not in before and not _IPYTHONS_OWN.fullmatch(name)]:
            del now[name]
        for name, value in before.items():
            if now.get(name, self) is not value and not _IPYTHONS_OWN.fullmatch(name):
                now[name] = value


def traceback_text(shell: InteractiveShell, error: BaseException) -> str:
    """An error's traceback as the shell shows it, for the log."""
    trace = _users_trace(error)
    if trace is None or isinstance(error, SyntaxError):
        return "".join(traceback.format_exception_only(error))
    return str(shell.InteractiveTB.stb2text(shell.InteractiveTB.structured_traceback(type(error), error, trace, 0)))


def plain_text(shell: InteractiveShell, value: object) -> str:
    """A value as the shell would show it in plain text."""
    if shell.display_formatter is None:
        return repr(value)
    formats, _ = shell.display_formatter.format(value, include=("text/plain",))
    return str(formats.get("text/plain", ""))


def display_value(value: object) -> None:
    """Shows a value as the last of a cell."""
    sys.displayhook(value)


def is_kernel(shell: InteractiveShell) -> bool:
    """Whether a front end is at the other end, not a terminal."""
    return hasattr(shell, "kernel")
