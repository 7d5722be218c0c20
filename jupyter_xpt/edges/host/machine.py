"""Machine: what a run ran on.

Nothing here asks the network or keeps values of environment variables: some are secret.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping

from jupyter_xpt.edges.host.accelerators import accelerators, brand
from jupyter_xpt.edges.host.identity import first_line, host_name
from jupyter_xpt.edges.host.packages import imported, packages

SCHEMA = 1


def environment() -> dict[str, object]:
    """What ``environment.json`` holds: interpreter, packages, those of them that are imported, hardware.

    It takes a few milliseconds, tens at the first call in a process, and where a GPU's own program is asked seconds.
    """
    installed = packages()
    return {
        "schema": SCHEMA,
        "interpreter": interpreter(),
        "packages": installed,
        "imported": imported(installed),
        "hardware": hardware(installed),
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


def hardware(installed: Mapping[str, str]) -> dict[str, object]:
    """The machine: system, processor, cores that this process may use, memory in bytes; None where unknown.

    ``memory_limit`` is that of the container (cgroup), if there is one. ``installed`` are the packages: some tell
    what the GPU is used by.
    """
    uname = platform.uname()
    return {
        "host": host_name(),
        "system": uname.system,
        "release": uname.release,
        "machine": uname.machine,
        "processor": _processor() or brand(),
        "cores": os.cpu_count(),
        "usable_cores": _usable_cores(),
        "memory": _memory(),
        "memory_limit": _memory_limit(),
        **accelerators(installed),
    }


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
        import psutil  # type: ignore[import-untyped]
    except ImportError:
        return None
    return int(psutil.virtual_memory().total)


def _memory_limit() -> int | None:
    """Bytes that the container may use, None without a limit; cgroup version 2, then 1."""
    names: Iterable[str] = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
    limits = [int(text) for text in map(first_line, names) if text.isascii() and text.isdigit()]
    # Version 1 says "no limit" by a number near 2 ** 63.
    return limits[0] if limits and limits[0] < 1 << 60 else None
