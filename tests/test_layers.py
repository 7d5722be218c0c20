"""Layers: who may import whom, in Python and in TypeScript.

The rule for Python. From the ground up the layers are ``ground``, ``thought``, ``edges``, ``actions`` and
``doors``; a module imports its own layer and those below it, and no chain of imports comes back to where it
began, imports for type checkers and imports inside functions included. ``ground`` and ``thought`` know no
clock, path, process or environment. Each outside thing has its owners.

Doors know no doors, with two exceptions, both written down in ``DOORS``: a way in may use the views ``text``,
``html``, ``live``, ``wire`` and ``difference``, which draw what they are given and know neither actions nor doors,
the pieces of a simpler view apart; and the magics are three modules in a row (``extension`` registers them,
``magics`` explains them, ``acts`` does them), so that loading the extension costs a kernel next to nothing. The
server is a door of several modules.

An import inside a function has its reason beside it or above it. The package itself imports nothing of its
own until a public name is used, or a hook of Jupyter's called.

For TypeScript: ``tokens`` imports nothing of ours, ``request`` only tokens; ``acts``, ``beat``, ``memory`` and
what is in ``leaves`` know no server; ``model`` knows those; whatever else there is are views that import what
is below them or one another; ``index`` is the door. ``labextension/tests/layers.test.ts`` holds the same table.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "jupyter_xpt"
LAYERS = ("ground", "thought", "edges", "actions", "doors")
VIEWS = ("text", "html", "live", "wire", "difference")
DOORS = {
    "extension": ("magics",),
    "magics": ("acts",),
    "acts": ("text", "html", "live", "difference"),
    "command": ("text", "difference"),
    "server": ("wire",),
    **dict.fromkeys(VIEWS, ()),
    "difference": ("text", "html"),
}
# Who may import what is not the standard library's, or what reaches outside the process.
OWNERS = {
    "IPython": ("doors.magics", "doors.acts"),
    "traitlets": ("doors.magics",),
    "jupyter_server": ("doors.server",),
    "tornado": ("doors.server",),
    "blake3": ("edges.data.hashing",),
    "numpy": ("actions.log",),
    "openpyxl": ("edges.sheet",),
    "pandas": ("actions.handles",),
    "psutil": ("edges.host.machine", "edges.host.identity", "edges.kernel.place"),
    "subprocess": ("edges.host.process",),
    "fcntl": ("edges.disk.store",),
    "socket": ("edges.host.identity", "edges.kernel.sessions"),
    "http": ("edges.kernel.place", "edges.kernel.sessions"),
    "ssl": ("edges.kernel.sessions",),
    "signal": ("edges.host.process", "edges.kernel.interrupts"),
    "pickle": ("edges.kernel.fingerprint",),
    "random": ("edges.kernel.seeding",),
    "secrets": ("edges.kernel.seeding",),
    "argparse": ("doors.command",),
}
NOT_THOUGHT = {
    "io.open",
    "locale",
    "os",
    "pathlib",
    "platform",
    "shutil",
    "sys",
    "tempfile",
    "threading",
    "time",
}
# What a kernel must not import because of us.
HEAVY = (
    *("numpy", "pandas", "nbformat", "nbconvert", "nbclient", "jsonschema", "jupyter_server", "tornado.web"),
    *(
        "subprocess",
        "http.client",
        "urllib.request",
        "sqlite3",
        "csv",
        "multiprocessing",
        "concurrent.futures.process",
    ),
)


@dataclass(frozen=True, slots=True)
class Import:
    """One import: what it names, where, and how."""

    name: str
    line: int
    in_function: bool
    for_types: bool


def name_of(path: Path) -> str:
    """A module's name below the package, empty for the package itself."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").removesuffix(".")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py")) if "labextension" not in path.parts}


def imports(path: Path) -> Iterator[Import]:
    """All imports of a module, ``from a import b`` as ``a.b``."""

    def walk(node: ast.AST, *, in_function: bool, for_types: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inside = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            types = for_types or (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING")
            if isinstance(child, ast.Import):
                yield from (Import(one.name, child.lineno, inside, types) for one in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert not child.level, f"{path}: imports name the whole module"
                named = [f"{child.module}.{one.name}" for one in child.names]
                yield from (Import(name, child.lineno, inside, types) for name in named)
            yield from walk(child, in_function=inside, for_types=types)

    return walk(ast.parse(path.read_text("utf-8")), in_function=False, for_types=False)


def own(imported: Import) -> str | None:
    """The module of ours that an import names, None for others'."""
    if imported.name.split(".")[0] != "jupyter_xpt":
        return None
    inner = imported.name.removeprefix("jupyter_xpt").strip(".")
    while inner and inner not in MODULES:
        inner = inner.rpartition(".")[0]
    return inner


def layer(module: str) -> int:
    return LAYERS.index(module.partition(".")[0])


IN_LAYERS = [module for module in MODULES if module and "." in module]


def test_every_module_has_its_layer() -> None:
    assert {module.split(".")[0] for module in MODULES if module} == set(LAYERS)
    doors = {module.split(".")[1] for module in IN_LAYERS if layer(module) == LAYERS.index("doors")}
    assert doors == set(DOORS)


@pytest.mark.parametrize("module", IN_LAYERS)
def test_imports_lead_downward_only(module: str) -> None:
    upward = [
        (one.line, one.name)
        for one in imports(MODULES[module])
        if (target := own(one)) and target in IN_LAYERS and layer(target) > layer(module)
    ]
    assert upward == []


@pytest.mark.parametrize("module", [module for module in IN_LAYERS if module.startswith("doors.")])
def test_doors_know_no_other_doors(module: str) -> None:
    name = module.split(".")[1]
    targets = {target for one in imports(MODULES[module]) if (target := own(one)) is not None}
    assert {one.split(".")[1] for one in targets if one.startswith("doors.")} - {name} <= set(DOORS[name])
    if name in VIEWS:
        assert not [one for one in targets if one.startswith("actions.")]


def test_what_magics_do_is_imported_only_when_it_is_used() -> None:
    early = [one for one in imports(MODULES["doors.magics"]) if own(one) == "doors.acts"]
    assert early
    assert all(one.in_function or one.for_types for one in early)


def test_no_chain_of_imports_comes_back() -> None:
    graph = {
        module: {target for one in imports(path) if (target := own(one)) and target != module}
        for module, path in MODULES.items()
        if module
    }
    done: set[str] = set()

    def follow(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " → ".join([*path[path.index(module) :], module])
        if module not in done:
            for target in sorted(graph.get(module, ())):
                follow(target, (*path, module))
            done.add(module)

    for module in graph:
        follow(module, ())


@pytest.mark.parametrize("module", MODULES)
def test_an_import_inside_a_function_has_its_reason_beside_it(module: str) -> None:
    lines = MODULES[module].read_text("utf-8").splitlines()

    def has_reason(line: int) -> bool:
        said = lines[line - 1].partition("#")[2].strip()
        if "  # " in said or (said and not said.startswith(("type:", "noqa"))):
            return True
        above = lines[line - 2].strip()
        # A reason above a row of imports is that of all of them.
        return above.startswith("#") or (above.startswith(("import ", "from ")) and has_reason(line - 1))

    bare = [one.line for one in imports(MODULES[module]) if one.in_function and not has_reason(one.line)]
    assert bare == []


def test_the_package_imports_nothing_of_ours_until_it_is_used() -> None:
    early = [one.name for one in imports(MODULES[""]) if own(one) is not None and not one.for_types]
    assert early == []


@pytest.mark.parametrize("module", [module for module in IN_LAYERS if layer(module) < LAYERS.index("edges")])
def test_thought_knows_no_clock_path_process_or_environment(module: str) -> None:
    assert NOT_THOUGHT.isdisjoint(one.name.split(".")[0] for one in imports(MODULES[module]))


@pytest.mark.parametrize("module", IN_LAYERS)
def test_each_outside_thing_has_its_owners(module: str) -> None:
    roots = {one.name.split(".")[0] for one in imports(MODULES[module]) if not one.for_types}
    foreign = roots - {"jupyter_xpt", "__future__"} - (sys.stdlib_module_names - OWNERS.keys())
    assert foreign <= OWNERS.keys(), "a new outside thing needs an owner"
    # An owner that is a package owns with all its modules.
    assert [one for one in sorted(foreign) if not f"{module}.".startswith(tuple(f"{o}." for o in OWNERS[one]))] == []


def test_loading_the_extension_imports_nothing_heavy() -> None:
    # Compared with the same interpreter before: a kernel has imported much by itself.
    script = """
import sys
from ipykernel.inprocess.ipkernel import InProcessInteractiveShell
import IPython.core.completer, IPython.core.magics.extension, ipykernel.ipkernel
shell = InProcessInteractiveShell.instance()
before = set(sys.modules)
shell.run_line_magic("load_ext", "jupyter_xpt")
assert callable(shell.find_cell_magic("experiment"))
print("\\n".join(sorted(set(sys.modules) - before)))
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    new = set(ran.stdout.split())
    assert "jupyter_xpt.doors.magics" in new
    assert "jupyter_xpt.doors.acts" not in new
    assert new.isdisjoint(HEAVY)
    assert not [one for one in new if one.split(".")[0] == "asyncio"]
    others = {one.split(".")[0] for one in new} - {"jupyter_xpt"} - sys.stdlib_module_names
    assert others == set()


def test_importing_the_package_imports_nothing_else_of_ours() -> None:
    script = "import sys, jupyter_xpt; print([m for m in sys.modules if m.startswith('jupyter_xpt.')])"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert ran.stdout.strip() == "[]"


# -- TypeScript ---------------------------------------------------------------------------------------------

SOURCES = ROOT / "labextension" / "src"
SCRIPTS = {
    path.relative_to(SOURCES).with_suffix("").as_posix(): path
    for path in sorted(SOURCES.rglob("*.ts*"))
    if not path.name.endswith(".d.ts")
}
LEAF = 2
HEIGHTS = {
    "tokens": 0,
    "versions": 1,
    "request": 1,
    **dict.fromkeys(("acts", "beat", "memory"), LEAF),
    "model": 3,
    "index": 5,
    **{script: LEAF for script in SCRIPTS if script.startswith("leaves/")},
}
# Whatever is neither of these is a view.
VIEW = 4
# Layers whose modules may use one another.
FREE = (LEAF, VIEW)


def height(script: str) -> int:
    return HEIGHTS.get(script, VIEW)


def script_imports(path: Path) -> list[str]:
    """The modules of ours that a script imports, by their path below the sources."""
    named = re.findall(r"""(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]""", path.read_text("utf-8"))
    files = [path.parent.joinpath(name).resolve() for name in named]
    # Styles and package.json lie outside.
    return [one.relative_to(SOURCES).as_posix() for one in files if one.is_relative_to(SOURCES)]


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_import_downward_only(script: str) -> None:
    found = script_imports(SCRIPTS[script])
    assert set(found) <= SCRIPTS.keys()
    own = height(script)
    assert [one for one in found if height(one) > own or (height(one) == own and own not in FREE)] == []


def test_no_chain_of_scripts_comes_back() -> None:
    graph = {script: set(script_imports(path)) for script, path in SCRIPTS.items()}
    while graph:
        leaves = {script for script, targets in graph.items() if not targets & graph.keys()}
        assert leaves, f"a ring among {sorted(graph)}"
        graph = {script: targets for script, targets in graph.items() if script not in leaves}
