"""Packages: what is installed beside the running Python, what of it is imported, and how to get it again."""

from __future__ import annotations

import functools
import json
import os
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jupyter_xpt.thought.data.secrets import masked

_METADATA = re.compile(
    r"(?P<name>[^-]+?)(?:-(?P<version>[^-]+?))?(?:-py[\d.]+[^.]*)?\.(?:dist|egg)-info", re.IGNORECASE
)
_MOST_ENTRIES = 20_000
_RECORD_BYTES = 16_384
_URL_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class _Distribution:
    """An installed package: name as normalised by PEP 503, version, and the folder that describes it."""

    name: str
    version: str
    described: str


def packages() -> dict[str, str]:
    """Installed packages, name to version, as far as they can be imported now.

    Read from the names of the ``*.dist-info`` and ``*.egg-info`` on `sys.path` (importlib.metadata, which
    opens each, takes 120 ms). Where two folders hold a package the first on the path counts, as for imports.
    """
    return {name: found.version for name, found in sorted(_installed().items())}


def imported(installed: Mapping[str, str]) -> list[str]:
    """Those of the installed packages that something has imported, sorted.

    A module belongs to the package of its own name, else to each whose list of files (``RECORD``, its first
    16 KiB) names it. So packages that share a namespace (``google``) all count as imported when one is, and
    packages without such a list and with another name than their module are missed (``setup.py install``).
    """
    tops = {name.partition(".")[0] for name in tuple(sys.modules)}
    wanted = {name for name in tops - set(sys.stdlib_module_names) if not name.startswith("__")}
    by_name = {_normal(name): name for name in wanted}
    found = {name for name in installed if name in by_name}
    rest = wanted - {by_name[name] for name in found}
    if rest:
        described = _installed()
        others = (described[name] for name in installed if name in described and name not in found)
        found |= {other.name for other in others if not rest.isdisjoint(_modules(other.described))}
    return sorted(found)


def requirements() -> str:
    """The installed packages as a file for ``pip install -r``: every one with its very version.

    What was not installed from an index is there as a comment that says where it came from, without credentials.
    """
    return _requirements(tuple(sorted((one.name, one.version, one.described) for one in _installed().values())))


@functools.lru_cache(maxsize=2)
def _requirements(installed: tuple[tuple[str, str, str], ...]) -> str:
    """The file's text."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    lines = [f"# {python} on {platform.system()} {platform.machine()}"]
    for name, version, described in installed:
        origin = _origin(described)
        if origin:
            lines.append(f"# {name}=={version} {origin}" if version else f"# {name} {origin}")
        else:
            lines.append(f"{name}=={version}" if version else f"# {name}: of no known version")
    return "\n".join(lines) + "\n"


def _origin(described: str) -> str:
    """Where a package came from that is from no index; empty for others."""
    try:
        with open(os.path.join(described, "direct_url.json"), encoding="utf-8", errors="replace") as file:
            told = json.loads(file.read(_URL_BYTES))
    except (OSError, ValueError, RecursionError):
        # What `setup.py develop` left lies in the project itself.
        in_project = described.endswith(".egg-info") and not re.search(
            r"(site|dist)-packages$", os.path.dirname(described)
        )
        return f"is installed from {_one_line(os.path.dirname(described))}" if in_project else ""
    return origin_of(told)


def origin_of(told: Any) -> str:  # noqa: ANN401 - whatever a file of somebody's holds
    """What a ``direct_url.json`` says (PEP 610), in a line; empty where it says nothing.

    >>> origin_of({"url": "https://anna:pw@example.org/a.git", "vcs_info": {"vcs": "git", "commit_id": "1a2b"}})
    'is installed from git+https://***@example.org/a.git at 1a2b'
    """
    if not isinstance(told, dict) or not isinstance(told.get("url"), str):
        return ""
    url = masked(told["url"])
    vcs, folder = _object(told, "vcs_info"), _object(told, "dir_info")
    if vcs.get("vcs"):
        commit = vcs.get("commit_id")
        return _one_line(f"is installed from {vcs['vcs']}+{url}" + (f" at {commit}" if commit else ""))
    return _one_line(f"is installed from {url}" + (", editable" if folder.get("editable") is True else ""))


def _object(told: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A part of it; empty when it is not what it should be."""
    part = told.get(key)
    return part if isinstance(part, dict) else {}


def _one_line(text: str) -> str:
    """The text without what would begin a new line of the file."""
    return "".join(char if char.isprintable() else "?" for char in text)[:2_000]


def _installed() -> dict[str, _Distribution]:
    """Installed packages by name; the first on the path wins."""
    found: dict[str, _Distribution] = {}
    for folder in dict.fromkeys(os.path.abspath(path) for path in sys.path):
        try:
            changed = os.stat(folder).st_mtime_ns
        except OSError:
            continue
        for distribution in _described(folder, changed):
            found.setdefault(distribution.name, distribution)
    return found


@functools.lru_cache(maxsize=64)
def _described(folder: str, changed: int) -> tuple[_Distribution, ...]:
    """Packages that a folder of the path describes; ``changed``, its modification time, dates the answer."""
    try:
        names = os.listdir(folder)
    except OSError:
        return ()
    # A folder of data may lie on the path; one with that many entries is no site-packages.
    endings = (".dist-info", ".egg-info")
    candidates = [name for name in names if name.endswith(endings)] if len(names) <= _MOST_ENTRIES else []
    matches = ((name, match) for name in candidates if (match := _METADATA.fullmatch(name)))
    return tuple(
        _Distribution(_normal(match["name"]), match["version"] or _version(folder, name), os.path.join(folder, name))
        for name, match in matches
    )


def _version(folder: str, name: str) -> str:
    """The version in an ``egg-info`` whose name has none, as ``pip install -e`` once made them."""
    try:
        with open(os.path.join(folder, name, "PKG-INFO"), encoding="utf-8", errors="replace") as file:
            match = re.search(r"(?m)^Version: *(\S+)", file.read(4_000))
    except OSError:
        return ""
    return match[1] if match else ""


@functools.lru_cache(maxsize=4_096)
def _modules(described: str) -> frozenset[str]:
    """Top-level modules that a package's list of files names."""
    for name in ("RECORD", "top_level.txt", "installed-files.txt"):
        try:
            with open(os.path.join(described, name), encoding="utf-8", errors="replace") as file:
                text = file.read(_RECORD_BYTES)
        except OSError:
            continue
        if name == "installed-files.txt":
            text = re.sub(r"(?m)^\.\./", "", text)
        # Before the first slash, dot or end of line: a folder, a module, or a compiled module.
        tops = re.findall(r"(?m)^([A-Za-z_]\w*)(?:/|\.py,|\.[\w-]*\.?(?:so|pyd),|$)", text)
        return frozenset(tops) | _editable(described, text)
    return frozenset()


def _editable(described: str, text: str) -> frozenset[str]:
    """Modules that an editable install's finder or path file stands for."""
    return frozenset(re.findall(r"(?m)^__editable__[_.]+(\w+?)[-_]\d", text))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
