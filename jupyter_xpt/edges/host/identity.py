"""Identity: which process runs a run, and whether that process still lives."""

from __future__ import annotations

import os
import socket
import sys

# The inode of the first pid namespace of a Linux machine (PROC_PID_INIT_INO in its include/linux/proc_ns.h).
_FIRST_PID_NAMESPACE = "4026531836"


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
    return host_name(), _boot()


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


def host_name() -> str:
    """The machine's name."""
    return socket.gethostname()


def _boot() -> str:
    """Boot id and pid namespace, as ``boot/namespace``."""
    boot = first_line("/proc/sys/kernel/random/boot_id")
    try:
        space = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        space = ""
    return f"{boot}/{space}" if boot or space else ""


def first_line(path: str) -> str:
    """The first line of a file, empty where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().strip()
    except OSError:
        return ""
