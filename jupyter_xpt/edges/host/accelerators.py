"""Accelerators: the GPUs of the machine, their driver, and what computes on them.

Files of the system tell first, then the driver's own program, then libraries that the user has set to work already:
nothing here wakes a GPU, and no library is imported.
"""

from __future__ import annotations

import functools
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jupyter_xpt.edges.host.process import run

_SECONDS = 3.0
_MOST = 64
_VENDORS = {"0x10de": "NVIDIA", "0x1002": "AMD", "0x8086": "Intel"}
# Without one of them no NVIDIA driver is there to be asked.
_NVIDIA_SIGNS = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg")
_QUERY = ("--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits")


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU: its name, and its memory in bytes, None where that is not known."""

    name: str
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """GPUs and the version of their driver."""

    gpus: tuple[Gpu, ...] = ()
    driver: str | None = None


def accelerators(installed: Mapping[str, str]) -> dict[str, object]:
    """GPUs, driver and runtime, as ``hardware`` has them; looked for once in a process.

    Parameters
    ----------
    installed
        The installed packages with their versions.
    """
    found = _machine()
    gpus = found.gpus or _of_torch()
    runtime = _runtime(installed) if gpus else None
    return {"gpus": [asdict(one) for one in gpus], "gpu_driver": found.driver, "gpu_runtime": runtime}


@functools.lru_cache(maxsize=1)
def brand() -> str | None:
    """The processor's name where only the system's own program knows it: on macOS."""
    if platform.system() != "Darwin":
        return None
    words = ("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string")
    told = run(words, Path("/"), {"LC_ALL": "C"}, time.monotonic() + _SECONDS, 1_000)
    return told.out.decode("utf-8", "replace").strip() or None if not told.code else None


@functools.lru_cache(maxsize=1)
def _machine() -> Found:
    """What files and the driver's program tell; it does not change while a process lives."""
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        # The GPU is part of the chip, its memory the machine's, its driver the system's.
        name = brand()
        return Found((Gpu(name),) if name else ())
    nvidia = of_nvidia_files(Path("/proc/driver/nvidia"))
    program = shutil.which("nvidia-smi")
    signs = platform.system() == "Windows" or any(map(os.path.exists, _NVIDIA_SIGNS))
    if program is not None and os.path.isabs(program) and signs:
        told = run(
            (program, *_QUERY), Path(os.path.dirname(program)), _environment(), time.monotonic() + _SECONDS, 100_000
        )
        asked = of_nvidia_smi(told.out.decode("utf-8", "replace")) if not told.code else Found()
        nvidia = Found(asked.gpus or nvidia.gpus, asked.driver or nvidia.driver)
    others = of_drm(Path("/sys/class/drm"), Path("/sys/module"), but=("NVIDIA",) if nvidia.gpus else ())
    return Found((nvidia.gpus + others.gpus)[:_MOST], nvidia.driver or others.driver)


def of_nvidia_smi(text: str) -> Found:
    """What ``nvidia-smi`` says of name, memory (MiB) and driver, a line a GPU.

    >>> of_nvidia_smi("NVIDIA A100-SXM4-40GB, 40960, 535.129.03").gpus
    (Gpu(name='NVIDIA A100-SXM4-40GB', memory=42949672960),)
    """
    gpus, driver = [], None
    for line in text.splitlines():
        # From the end: a name may hold anything.
        parts = [part.strip() for part in line.rsplit(",", 2)]
        if len(parts) == 3 and parts[0] and not parts[0].startswith("["):
            gpus.append(Gpu(parts[0], int(parts[1]) << 20 if _is_number(parts[1]) else None))
            driver = driver or (parts[2] if re.fullmatch(r"[\d.]+", parts[2]) else None)
    return Found(tuple(gpus), driver)


def of_nvidia_files(folder: Path) -> Found:
    """What the NVIDIA driver shows below ``/proc/driver/nvidia``: a folder a GPU, and its own version."""
    gpus = []
    for path in sorted(folder.glob("gpus/*/information"))[:_MOST]:
        match = re.search(r"(?m)^Model:[ \t]*(\S.*?)[ \t]*$", _text(path))
        if match is not None:
            gpus.append(Gpu(match[1] if match[1].startswith("NVIDIA") else f"NVIDIA {match[1]}"))
    # "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 …"; the open one says "Module for x86_64".
    version = re.search(r"(?m)^NVRM version:.*?\s{2}(\d+\.[\d.]+)\s", _text(folder / "version"))
    return Found(tuple(gpus), version[1] if version else None)


def of_drm(cards: Path, modules: Path, but: tuple[str, ...] = ()) -> Found:
    """What Linux shows of graphics cards, below ``/sys/class/drm``, and of their drivers below ``/sys/module``.

    Cards of the vendors in ``but`` are known already; what a virtual machine shows on its screen is no GPU.
    """
    gpus, driver = [], None
    for card in sorted(cards.glob("card*"), key=lambda path: (len(path.name), path.name)):
        vendor = _VENDORS.get(_text(card / "device" / "vendor"))
        if vendor is None or vendor in but or not re.fullmatch(r"card\d+", card.name):
            continue
        device = card / "device"
        name = _text(device / "product_name") or f"GPU {_text(device / 'device') or 'of no known name'}"
        memory = _text(device / "mem_info_vram_total")
        gpus.append(
            Gpu(name if name.startswith(vendor) else f"{vendor} {name}", int(memory) if _is_number(memory) else None)
        )
        module = os.path.basename(os.path.realpath(device / "driver"))
        version = _text(modules / module / "version")
        driver = driver or (f"{module} {version}".strip() if module != "driver" else None)
    return Found(tuple(gpus[:_MOST]), driver)


def _of_torch() -> tuple[Gpu, ...]:
    """The GPUs that torch computes on, where the user has set it to work already."""
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    try:
        if cuda is None or not cuda.is_initialized():
            return ()
        found = [cuda.get_device_properties(index) for index in range(min(cuda.device_count(), _MOST))]
        return tuple(Gpu(str(one.name), int(one.total_memory)) for one in found)
    except Exception:  # noqa: BLE001 - a library of others, half loaded or of another make
        return ()


def _runtime(installed: Mapping[str, str]) -> str | None:
    """What computes on the GPU and its version, as an imported torch tells, else the installed packages."""
    version: Any = getattr(sys.modules.get("torch"), "version", None)
    for name, attribute in (("CUDA", "cuda"), ("ROCm", "hip")):
        told = getattr(version, attribute, None)
        if isinstance(told, str) and told:
            return f"{name} {told}"
    packages = sorted(name for name in installed if re.fullmatch(r"nvidia-cuda-runtime(-cu\d+)?", name))
    return f"CUDA {installed[packages[-1]]}" if packages else None


def _environment() -> dict[str, str]:
    """The user's environment, in which programs speak English."""
    return {**os.environ, "LC_ALL": "C"}


def _text(path: Path) -> str:
    """The start of a small file without space around it; empty where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(4_096).strip()
    except OSError:
        return ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
