"""GPUs and drivers, as files and programs of the systems that have them tell; none is needed here."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_xpt.edges.host import accelerators as module
from jupyter_xpt.edges.host.accelerators import Found, Gpu, accelerators, of_drm, of_nvidia_files, of_nvidia_smi

CLOSED = """NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 18:56:32 UTC 2023
GCC version:  gcc version 11.4.0 (Ubuntu 11.4.0-1ubuntu1~22.04)
"""
OPEN = """NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build  (dvs-builder@U16)
GCC version:  gcc version 12.3.0 (Ubuntu 12.3.0-1ubuntu1~22.04)
"""
INFORMATION = """Model: \t\t NVIDIA A100-SXM4-40GB
IRQ:   \t\t 219
GPU UUID: \t GPU-3a9f0c1e-0000-0000-0000-000000000000
Video BIOS: \t 92.00.45.00.05
Bus Type: \t PCIe
DMA Size: \t 47 bits
Bus Location: \t 0000:07:00.0
Device Minor: \t 0
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            "NVIDIA A100-SXM4-40GB, 40960, 535.129.03\nNVIDIA A100-SXM4-40GB, 40960, 535.129.03\n",
            Found((Gpu("NVIDIA A100-SXM4-40GB", 40960 << 20),) * 2, "535.129.03"),
            id="two",
        ),
        pytest.param(
            "Tesla T4, 15360, 470.82.01\r\n", Found((Gpu("Tesla T4", 15360 << 20),), "470.82.01"), id="windows"
        ),
        pytest.param(
            "NVIDIA GB10, [N/A], 580.95.05\n", Found((Gpu("NVIDIA GB10", None),), "580.95.05"), id="shared-memory"
        ),
        pytest.param(
            "NVIDIA H100 NVL, [Insufficient Permissions], [N/A]\n", Found((Gpu("NVIDIA H100 NVL"),)), id="barred"
        ),
        pytest.param("No devices were found\n", Found(), id="none"),
        pytest.param(
            "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest"
            " NVIDIA driver is installed and running.\n",
            Found(),
            id="no-driver",
        ),
        pytest.param("Failed to initialize NVML: Driver/library version mismatch\n", Found(), id="mismatch"),
        pytest.param("", Found(), id="nothing"),
    ],
)
def test_what_nvidia_smi_says(text: str, found: Found) -> None:
    assert of_nvidia_smi(text) == found


@pytest.mark.parametrize(("version", "driver"), [(CLOSED, "535.129.03"), (OPEN, "550.54.15"), ("", None)])
def test_what_the_nvidia_driver_shows(tmp_path: Path, version: str, driver: str | None) -> None:
    for bus in ("0000:07:00.0", "0000:0f:00.0"):
        (tmp_path / "gpus" / bus).mkdir(parents=True)
        (tmp_path / "gpus" / bus / "information").write_text(INFORMATION)
    if version:
        (tmp_path / "version").write_text(version)
    assert of_nvidia_files(tmp_path) == Found((Gpu("NVIDIA A100-SXM4-40GB"),) * 2, driver)


def card(cards: Path, name: str, module: str | None, **files: str) -> None:
    """A graphics card as the system shows it."""
    device = cards / name / "device"
    device.mkdir(parents=True)
    for file, text in files.items():
        (device / file).write_text(text + "\n")
    if module is not None:
        (cards.parent / "drivers" / module).mkdir(parents=True, exist_ok=True)
        (device / "driver").symlink_to(cards.parent / "drivers" / module)


def test_cards_of_amd_and_intel_are_told_with_memory_and_driver(tmp_path: Path) -> None:
    cards, modules = tmp_path / "drm", tmp_path / "module"
    (modules / "amdgpu").mkdir(parents=True)
    (modules / "amdgpu" / "version").write_text("6.3.6\n")
    amd = {"vendor": "0x1002", "device": "0x740f", "mem_info_vram_total": "68702699520"}
    card(cards, "card1", "amdgpu", **amd, product_name="AMD Instinct MI210")
    card(cards, "card0", "amdgpu", **amd)
    card(cards, "card10", "i915", vendor="0x8086", device="0x9a49")
    card(cards, "card2", "virtio-pci", vendor="0x1af4", device="0x1050")
    card(cards, "card3", "nvidia", vendor="0x10de", device="0x20b0")
    (cards / "card0-HDMI-A-1").mkdir()
    (cards / "version").write_text("drm 1.1.0 20060810")
    assert of_drm(cards, modules, but=("NVIDIA",)) == Found(
        (
            Gpu("AMD GPU 0x740f", 68702699520),
            Gpu("AMD Instinct MI210", 68702699520),
            Gpu("Intel GPU 0x9a49"),
        ),
        "amdgpu 6.3.6",
    )
    assert Gpu("NVIDIA GPU 0x20b0") in of_drm(cards, modules).gpus


def test_where_there_are_none_nothing_is_found(tmp_path: Path) -> None:
    assert of_drm(tmp_path / "drm", tmp_path / "module") == Found()
    assert of_nvidia_files(tmp_path) == Found()


def torch(*, initialised: bool = True, cuda: str | None = "12.1", hip: str | None = None) -> Any:
    """What torch shows of itself."""
    properties = SimpleNamespace(name="NVIDIA H100 80GB HBM3", total_memory=85_029_158_912)
    return SimpleNamespace(
        version=SimpleNamespace(cuda=cuda, hip=hip),
        cuda=SimpleNamespace(
            is_initialized=lambda: initialised, device_count=lambda: 2, get_device_properties=lambda _: properties
        ),
    )


def test_torch_is_asked_only_when_it_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_machine", Found)
    monkeypatch.setitem(sys.modules, "torch", torch(initialised=False))
    assert accelerators({}) == {"gpus": [], "gpu_driver": None, "gpu_runtime": None}
    monkeypatch.setitem(sys.modules, "torch", torch())
    one = {"name": "NVIDIA H100 80GB HBM3", "memory": 85_029_158_912}
    assert accelerators({}) == {"gpus": [one, one], "gpu_driver": None, "gpu_runtime": "CUDA 12.1"}
    # Half loaded, it is not waited for.
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=SimpleNamespace()))
    assert accelerators({})["gpus"] == []


@pytest.mark.parametrize(
    ("loaded", "installed", "runtime"),
    [
        (torch(cuda=None, hip="6.0.32830"), {}, "ROCm 6.0.32830"),
        (torch(cuda="11.8"), {"nvidia-cuda-runtime-cu12": "12.4.127"}, "CUDA 11.8"),
        (None, {"nvidia-cuda-runtime-cu12": "12.4.127", "nvidia-cublas-cu12": "1"}, "CUDA 12.4.127"),
        (None, {"numpy": "2"}, None),
    ],
)
def test_what_computes_on_the_gpu_is_told(
    monkeypatch: pytest.MonkeyPatch, loaded: Any, installed: dict[str, str], runtime: str | None
) -> None:
    monkeypatch.setattr(module, "_machine", lambda: Found((Gpu("NVIDIA A100"),), "535"))
    monkeypatch.setitem(sys.modules, "torch", loaded)
    assert accelerators(installed)["gpu_runtime"] == runtime


def test_a_machine_without_gpus_has_no_runtime() -> None:
    assert set(accelerators({"nvidia-cuda-runtime-cu12": "12"})) == {"gpus", "gpu_driver", "gpu_runtime"}


def test_the_drivers_program_has_only_so_much_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "nvidia-smi"
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(module, "_NVIDIA_SIGNS", (str(slow),))
    monkeypatch.setattr(module, "_SECONDS", 0.2)
    module._machine.cache_clear()
    assert "NVIDIA" not in str(module._machine())
    slow.write_text("#!/bin/sh\necho 'NVIDIA L4, 23034, 570.86.15'\n")
    monkeypatch.setattr(module, "_SECONDS", 10.0)
    module._machine.cache_clear()
    found = module._machine()
    module._machine.cache_clear()
    assert (found.gpus[0], found.driver) == (Gpu("NVIDIA L4", 23034 << 20), "570.86.15")
