"""Modules: the local Python modules and configuration files that a session loads, with the text that was loaded.

A module's text is taken when it is first seen, right after the cell that imported it: a file edited later is not
what runs. Files are named relative to the notebook's folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import site
import sys
import sysconfig
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from itertools import pairwise
from pathlib import Path
from types import ModuleType

from jupyter_xpt.ground.names import parse_experiment
from jupyter_xpt.thought.code.source import file_meaning, imports, string_constants

# Files of variables are called .env, by a name before it or by a few words behind it.
_STAGES = ("local", "dev", "development", "test", "testing", "staging", "prod", "production", "shared", "default")
CONFIG_SUFFIXES = (
    *(".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".env"),
    *(f".env.{stage}" for stage in _STAGES),
    *(f".env.{stage}.local" for stage in _STAGES),
)
_LOADS_DOTENV = re.compile(r"\b(?:load_dotenv|dotenv_values|find_dotenv)\(|(?:load|reload)_ext\W+dotenv|'dotenv'")
MAX_CONFIG_BYTES = 1_000_000
_MAX_MODULE_BYTES = 10_000_000
_OWN = "jupyter_xpt"


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A local file that counts: its name relative to the folder, its bytes as loaded, whether it is a module.

    ``edited`` when the file on disk is no longer what was loaded. ``masked`` names the values of a configuration file
    that may be secrets: its bytes are without them.
    """

    name: str
    data: bytes
    is_module: bool
    edited: bool = False
    masked: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Its text; bytes that are no UTF-8 can be had back from it."""
        return self.data.decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A local module as it was when first seen."""

    spec: ModuleSpec | None
    path: str
    stamp: tuple[int, int]
    data: bytes


class LocalModules:
    """The local modules of this process, by name. `scan` after each cell keeps it current."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._local: dict[str, _Loaded] = {}

    def scan(self) -> None:
        """Notes modules that are new or were reloaded since the last scan."""
        new = sys.modules.keys() - self._seen
        for name in new:
            self._seen.add(name)
            self._note(name)
        for name, loaded in list(self._local.items()):
            module = sys.modules.get(name)
            # A reload gives the module a new spec: what is loaded now is what the file holds now.
            if module is not None and getattr(module, "__spec__", None) is not loaded.spec:
                self._note(name)

    def _note(self, name: str) -> None:
        """Takes a module's text if it is local."""
        module = sys.modules.get(name)
        path = _source_file(module)
        if name.partition(".")[0] in (_OWN, "__main__", "__mp_main__") or path is None or not is_local(path):
            return
        try:
            status = os.stat(path)
            if status.st_size <= _MAX_MODULE_BYTES:
                data = Path(path).read_bytes()
                spec = getattr(module, "__spec__", None)
                self._local[name] = _Loaded(spec, path, (status.st_mtime_ns, status.st_size), data)
        except OSError:
            # Removed between import and now: nothing to keep.
            return

    def loaded_by(self, texts: Iterable[str], folder: Path) -> dict[str, LocalFile]:
        """The local modules that these texts import, directly or through one another, by relative name.

        Modules not imported yet are found as the import system would find them, without importing them.
        """
        found: dict[str, LocalFile] = {}
        waiting = [name for text in texts for name in imports(text)]
        done: set[str] = set()
        while waiting:
            dotted = waiting.pop()
            for name in _with_parents(dotted):
                if name in done:
                    continue
                done.add(name)
                loaded = self._loaded(name)
                if loaded is None:
                    if self._is_namespace(name):
                        continue
                    break
                file = relative_name(loaded.path, folder)
                found[file] = LocalFile(file, loaded.data, is_module=True, edited=_edited(loaded))
                package = name if Path(loaded.path).stem == "__init__" else name.rpartition(".")[0]
                waiting += imports(loaded.data.decode("utf-8", "replace"), package)
        return found

    def _loaded(self, name: str) -> _Loaded | None:
        """A local module's text as loaded, or as it would be loaded now; None when it is not local."""
        if name in self._local:
            return self._local[name]
        if name in sys.modules or _is_foreign(name):
            return None
        path = getattr(self._find(name), "origin", None)
        if not isinstance(path, str) or not path.endswith(".py") or not is_local(path):
            return None
        try:
            status = os.stat(path)
            return _Loaded(None, path, (status.st_mtime_ns, status.st_size), Path(path).read_bytes())
        except OSError:
            return None

    def _is_namespace(self, name: str) -> bool:
        """Whether the name is a package without a file of its own: a folder without ``__init__.py``."""
        module = sys.modules.get(name)
        if module is not None:
            return getattr(module, "__file__", None) is None and hasattr(module, "__path__")
        spec = None if _is_foreign(name) else self._find(name)
        return spec is not None and spec.origin is None and bool(spec.submodule_search_locations)

    def _find(self, name: str) -> ModuleSpec | None:
        """What importing the name would load."""
        parent, _, last = name.rpartition(".")
        where = self._folders(parent) if parent else None
        # Finders may raise anything ImportError-like on odd path entries. The last part alone, because the whole
        # name of a folder without __init__.py is looked up in its parent, which may not be imported yet.
        try:
            return PathFinder.find_spec(last, where)
        except (ImportError, OSError, ValueError):
            return None

    def _folders(self, package: str) -> list[str]:
        """The folders that a package's modules lie in."""
        if package in self._local:
            return [os.path.dirname(self._local[package].path)]
        module = sys.modules.get(package)
        if module is not None:
            return list(getattr(module, "__path__", ()))
        spec = self._find(package)
        return list(spec.submodule_search_locations or ()) if spec is not None else []


def _is_foreign(name: str) -> bool:
    """Whether the name alone says that a module is not the user's."""
    first = name.partition(".")[0]
    return first == _OWN or first in sys.stdlib_module_names


def config_files(
    texts: Iterable[str], opened: Iterable[str], folder: Path, written: Container[str] = ()
) -> dict[str, LocalFile]:
    """The configuration files that the texts name or that were opened, by relative name.

    Parameters
    ----------
    texts
        Python source: string constants that name an existing file count.
    opened
        Paths that were seen being opened.
    folder
        The notebook's folder; names are looked up there and in the working directory.
    written
        Real paths of files that the session itself wrote: results, no configuration.
    """
    named = [name for text in texts for name in (*string_constants(text, CONFIG_SUFFIXES), *_unnamed(text))]
    candidates = [base / name for name in dict.fromkeys(named) for base in (Path.cwd(), folder)]
    found: dict[str, LocalFile] = {}
    for path in (*candidates, *map(Path, opened)):
        data = _config_bytes(path)
        if data is not None and os.path.realpath(path) not in written:
            name = relative_name(os.path.realpath(path), folder)
            if not is_recorded(name):
                found.setdefault(name, _without_secrets(name, data))
    return found


def _unnamed(text: str) -> tuple[str, ...]:
    """The file that python-dotenv and its like look for when none is named."""
    return (".env",) if "dotenv" in text and _LOADS_DOTENV.search(text) is not None else ()


def _without_secrets(name: str, data: bytes) -> LocalFile:
    """A configuration file as it is kept and counts: what may be a secret in it is masked."""
    from jupyter_xpt.thought.parameters.configuration import masked_file  # its patterns cost 10 ms: not at %load_ext

    text, names = masked_file(name, data.decode("utf-8", "surrogateescape"))
    return LocalFile(name, text.encode("utf-8", "surrogateescape") if names else data, is_module=False, masked=names)


def is_recorded(name: str) -> bool:
    """Whether a relative name is that of a file that a run left below ``out/``: what reads results depends on none."""
    parts = name.split("/")
    after = [part for before, part in pairwise(parts) if before == "out"]
    return any(part == ".xpt" or parse_experiment(part) is not None for part in after)


def _config_bytes(path: Path) -> bytes | None:
    """The bytes of a configuration file; None when there is none or it is too large to be one."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_CONFIG_BYTES or not is_local(os.path.realpath(path)):
            return None
        return path.read_bytes()
    except (OSError, ValueError):
        return None


def _with_parents(dotted: str) -> list[str]:
    """``a.b.c`` as ``a``, ``a.b``, ``a.b.c``: importing it loads them all."""
    parts = dotted.split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


def _source_file(module: ModuleType | None) -> str | None:
    """The real path of a module's source, or None."""
    path = getattr(module, "__file__", None)
    return os.path.realpath(path) if isinstance(path, str) and path.endswith(".py") else None


def _edited(loaded: _Loaded) -> bool:
    """Whether the file on disk is no longer what was loaded."""
    try:
        status = os.stat(loaded.path)
        if (status.st_mtime_ns, status.st_size) == loaded.stamp:
            return False
        return Path(loaded.path).read_bytes() != loaded.data
    except OSError:
        return True


@lru_cache(maxsize=1)
def _foreign_roots() -> tuple[str, ...]:
    """The folders whose files are not the user's: the standard library and installed packages."""
    roots = [sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    roots += [site.getusersitepackages(), *site.getsitepackages()]
    return tuple(os.path.realpath(root) + os.sep for root in roots if root)


@lru_cache(maxsize=4096)
def _is_local_folder(folder: str) -> bool:
    """Whether a folder's files are the user's own."""
    inside = folder + os.sep
    if inside.startswith(_foreign_roots()):
        return False
    parts = inside.split(os.sep)
    return "site-packages" not in parts and "dist-packages" not in parts and ".ipython" not in parts


def is_local(path: str) -> bool:
    """Whether a real path is the user's own, not the standard library's or an installed package's."""
    return _is_local_folder(os.path.dirname(path))


def relative_name(path: str, folder: Path) -> str:
    """A path's name relative to the folder, with ``/``; what lies outside goes below ``_outside``.

    >>> relative_name("/project/shared/a.py", Path("/project/notebooks"))
    '_outside/up/shared/a.py'
    """
    relative = os.path.relpath(path, os.path.realpath(folder)).replace(os.sep, "/")
    return "_outside/" + relative.replace("../", "up/") if relative.startswith("../") else relative


def is_outside(name: str) -> bool:
    """Whether a relative name is that of a file outside the folder."""
    return name.startswith("_outside/")


class OpenedFiles:
    """The configuration files that cells open, noticed by Python's audit hook.

    The hook cannot be removed: it is put in once and asks `active`, and it never raises into the user's ``open``.
    """

    def __init__(self) -> None:
        self.active = False
        self._order = -1
        self._opened: dict[int, set[str]] = {}
        # The real paths of the files that the session wrote.
        self.written: set[str] = set()

    def watch(self) -> None:
        """Begins to notice."""
        # The hook outlives every object: one for the process.
        global _hooked  # noqa: PLW0603
        self.active = True
        _watchers.append(self)
        if not _hooked:
            _hooked = True
            sys.addaudithook(_on_event)

    def stop(self) -> None:
        """Notices no more."""
        self.active = False
        if self in _watchers:
            _watchers.remove(self)

    def cell(self, order: int) -> None:
        """Says which execution opens files from now on."""
        self._order = order

    def note(self, path: str, mode: object, flags: object) -> None:
        """Notes an ``open`` of a configuration file."""
        writes = (isinstance(mode, str) and any(letter in mode for letter in "wax+")) or (
            isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        )
        real = os.path.realpath(path)
        if writes:
            self.written.add(real)
        else:
            self._opened.setdefault(self._order, set()).add(real)

    def by(self, orders: Iterable[int]) -> tuple[str, ...]:
        """What these executions read, without what was written in this session: results are no configuration."""
        found = {path for order in orders for path in self._opened.get(order, ())}
        return tuple(sorted(path for path in found - self.written if is_local(path)))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """While the block runs, nothing is noticed: files are opened by us, not by the user."""
        before, self.active = self.active, False
        try:
            yield
        finally:
            self.active = before


_watchers: list[OpenedFiles] = []
_hooked = False


def _on_event(event: str, arguments: tuple[object, ...]) -> None:
    """The audit hook: only ``open`` of a file whose name says configuration."""
    if event != "open" or not _watchers:
        return
    path = arguments[0]
    if isinstance(path, os.PathLike):
        path = os.fspath(path)
    if isinstance(path, str) and path.endswith(CONFIG_SUFFIXES):
        for watcher in _watchers:
            if watcher.active:
                watcher.note(path, arguments[1], arguments[2])


def digests(files: Mapping[str, LocalFile]) -> dict[str, str]:
    """The digest of each file's meaning, by name."""
    return {name: _digest(name, files[name].text) for name in sorted(files)}


def _digest(name: str, text: str) -> str:
    """The digest of a file's meaning."""
    return "sha256:" + hashlib.sha256(file_meaning(name, text).encode("utf-8", "surrogatepass")).hexdigest()
