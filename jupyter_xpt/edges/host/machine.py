"""Machine: what a run ran on, and whether the process of a run still lives.

Nothing here asks the network, starts a process, or keeps values of environment variables: some are secret.
"""

from __future__ import annotations

import functools
import os
import platform
import re
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SCHEMA = 1

# The inode of the first pid namespace of a Linux machine (PROC_PID_INIT_INO in its include/linux/proc_ns.h).
_FIRST_PID_NAMESPACE = "4026531836"
_METADATA = re.compile(
    r"(?P<name>[^-]+?)(?:-(?P<version>[^-]+?))?(?:-py[\d.]+[^.]*)?\.(?:dist|egg)-info", re.IGNORECASE
)
_MOST_ENTRIES = 20_000
_RECORD_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class _Distribution:
    """An installed package: name as normalised by PEP 503, version, and the folder that describes it."""

    name: str
    version: str
    described: str


def environment() -> dict[str, object]:
    """What ``environment.json`` holds: interpreter, packages, those of them that are imported, hardware.

    It takes a few milliseconds, tens at the first call in a process.
    """
    installed = packages()
    return {
        "schema": SCHEMA,
        "interpreter": interpreter(),
        "packages": installed,
        "imported": imported(installed),
        "hardware": hardware(),
    }


def interpreter() -> dict[str, object]:
    """Which Python runs: version, build, where it lies, and the switches that change what code does."""
    return {
        "implementation": sys.implementation.name,
        "version": platform.python_version(),
        "build": sys.version,
        "executable": sys.executable,
        "prefix": sys.prefix,
        "virtual_environment": sys.prefix != sys.base_prefix,
        "conda": os.path.isdir(os.path.join(sys.prefix, "conda-meta")),
        "optimize": sys.flags.optimize,
        "hash_randomization": bool(sys.flags.hash_randomization),
    }


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


def hardware() -> dict[str, object]:
    """The machine: system, processor, cores that this process may use, memory in bytes; None where unknown.

    ``memory_limit`` is that of the container (cgroup), if there is one.
    """
    uname = platform.uname()
    return {
        "host": _host(),
        "system": uname.system,
        "release": uname.release,
        "machine": uname.machine,
        "processor": _processor(),
        "cores": os.cpu_count(),
        "usable_cores": _usable_cores(),
        "memory": _memory(),
        "memory_limit": _memory_limit(),
    }


def process_identity() -> tuple[int, float]:
    """The id of this process, and when it started.

    The second is in seconds, on Linux since the machine started (so that no change of the clock can alter
    it), elsewhere since 1970; 0.0 if it cannot be told. The pair is never given twice while a machine runs.
    """
    pid = os.getpid()
    return pid, _started(pid) or 0.0


def host_identity() -> tuple[str, str]:
    """The name of this machine, and the boot and pid namespace in which process ids have their meaning.

    Containers may share a name, and those on one machine share the boot, but not the pid namespace. The
    second is empty where the system does not tell.
    """
    return _host(), _boot()


def is_alive(pid: int, started: float, host: str, boot: str) -> bool | None:
    """Whether a process that wrote down its identity still lives; None if it cannot be told from here.

    Parameters
    ----------
    pid, started
        From `process_identity` in that process.
    host, boot
        From `host_identity` in that process.

    Returns
    -------
    bool or None
        Exact on the same host, boot and pid namespace: False also when the id has gone to another process, or
        when it ended and only its parent has not noticed. False if the machine has been started anew since.
        None for another host or another container.
    """
    here, booted = host_identity()
    if host != here:
        return None
    if boot != booted:
        return False if _rebooted(here, boot, booted) else None
    now = _started(pid)
    if now is None:
        return _may_be_hidden(pid)
    # A hundredth of a second is one tick of the clock that starts are told in.
    return abs(now - started) < 0.005 if started else None


def _rebooted(host: str, before: str, now: str) -> bool:
    """Whether two boots are of one machine: no container, and a name that machines do not share."""
    ours, _, space = now.partition("/")
    theirs, _, their_space = before.partition("/")
    on_machines = space == their_space == _FIRST_PID_NAMESPACE
    return on_machines and bool(theirs) and theirs != ours and not host.startswith("localhost")


def _may_be_hidden(pid: int) -> bool | None:
    """A process that cannot be seen: None if it may be another user's (hidepid), False if there is none."""
    # Zero and below are groups of processes; on Windows os.kill(pid, 0) would end the process.
    if pid <= 0 or os.name == "nt":
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return None
    # It answers, but shows no start: it ended, and its parent has not fetched its status yet.
    return False if _started(os.getpid()) is not None else None


def _started(pid: int) -> float | None:
    """When a living process started; None if there is none, or only its remains (zombie)."""
    if not sys.platform.startswith("linux"):
        return _started_elsewhere(pid)
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The second field, a name in brackets, may hold spaces and brackets: count from its end.
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    if fields[0] in (b"Z", b"X"):
        return None
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _started_elsewhere(pid: int) -> float | None:
    try:
        # Slow, and only needed where there is no /proc.
        import psutil  # type: ignore[import-untyped]
    except ImportError:
        return None
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None


def _host() -> str:
    return socket.gethostname()


def _boot() -> str:
    """Boot id and pid namespace, as ``boot/namespace``."""
    boot = _first_line("/proc/sys/kernel/random/boot_id")
    try:
        space = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        space = ""
    return f"{boot}/{space}" if boot or space else ""


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


def _usable_cores() -> int | None:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def _processor() -> str | None:
    """The processor's name, from the first core's entry."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            match = re.search(r"(?m)^model name\s*: *(.+)$", file.read(4_096))
    except OSError:
        return None
    return match[1] if match else None


def _memory() -> int | None:
    """Bytes of memory in the machine."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        pass
    try:
        # Slow, and only needed on Windows.
        import psutil
    except ImportError:
        return None
    return int(psutil.virtual_memory().total)


def _memory_limit() -> int | None:
    """Bytes that the container may use, None without a limit; cgroup version 2, then 1."""
    names: Iterable[str] = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
    limits = [int(text) for text in map(_first_line, names) if text.isascii() and text.isdigit()]
    # Version 1 says "no limit" by a number near 2 ** 63.
    return limits[0] if limits and limits[0] < 1 << 60 else None


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().strip()
    except OSError:
        return ""
