"""Seeding: the same recorded number, the same random numbers, whenever a library comes."""

from __future__ import annotations

import importlib.util
import os
import random
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from jupyter_xpt.edges.kernel import seeding
from jupyter_xpt.edges.kernel.seeding import derive, new_entropy, seed_text, seeded

ROOT = Path(__file__).parents[3]
ENTROPY = 0x3F2A


@pytest.fixture(autouse=True)
def generators_as_before() -> Iterator[None]:
    """Tests that come later find the generators as they were."""
    before, numpys = random.getstate(), np.random.get_state()
    yield
    random.setstate(before)
    np.random.set_state(numpys)


def streams(entropy: int, repeat: int) -> tuple[list[float], list[float]]:
    """What Python and NumPy draw in a repeat."""
    with seeded(entropy, repeat):
        return [random.random() for _ in range(5)], np.random.rand(5).tolist()


def run_python(code: str, folder: Path) -> list[str]:
    """The lines that a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_the_same_repeat_draws_the_same_numbers() -> None:
    first = streams(ENTROPY, 2)
    random.random()
    np.random.rand(3)
    assert streams(ENTROPY, 2) == first


def test_every_repeat_every_run_and_every_library_draws_its_own() -> None:
    drawn = [stream[0] for entropy in (1, 2, ENTROPY) for repeat in (1, 2, 12) for stream in streams(entropy, repeat)]
    assert len(set(drawn)) == 18


def test_seeds_are_what_they_were_in_every_version() -> None:
    # Recorded seeds must replay for years: these values are part of the format.
    assert derive(0x3F2A, 2, "numpy") % 10**12 == 279_292_170_015
    with seeded(0x3F2A, 2):
        assert random.getrandbits(32) == 98_385_541
        assert np.random.randint(0, 10**6) == 411_266


def test_entropy_is_fresh_and_wide() -> None:
    drawn = {new_entropy() for _ in range(100)}
    assert len(drawn) == 100
    assert max(drawn).bit_length() > 110
    assert all(0 <= one < 1 << 128 for one in drawn)


@pytest.mark.parametrize(("repeat", "text"), [(None, "0x3f2a"), (1, "0x3f2a:1"), (12, "0x3f2a:12")])
def test_a_seed_is_written_as_it_is_typed(repeat: int | None, text: str) -> None:
    assert seed_text(ENTROPY, repeat) == text


def test_a_library_imported_late_draws_the_same_as_one_imported_early(tmp_path: Path) -> None:
    loader = "type(numpy.__spec__.loader).__name__, numpy.__loader__ is numpy.__spec__.loader"
    draw = f"print(numpy.random.rand(3).tolist(), {loader})"
    late = f"""
        import sys
        from jupyter_xpt.edges.kernel.seeding import seeded
        assert "numpy" not in sys.modules
        with seeded(0x3f2a, 2):
            import numpy
            {draw}
    """
    early = late.replace('assert "numpy" not in sys.modules', "import numpy")
    deep = late.replace("import numpy\n", "import numpy.linalg\n")
    probed = late.replace("import numpy\n", "import importlib.util; importlib.util.find_spec('numpy'); import numpy\n")
    found = [run_python(code, tmp_path) for code in (late, early, deep, probed)]
    assert found == [found[0]] * 4
    assert found[0][0].endswith(" SourceFileLoader True")


def test_a_library_imported_after_the_block_is_left_alone(tmp_path: Path) -> None:
    code = """
        from jupyter_xpt.edges.kernel.seeding import seeded
        with seeded(1, 1):
            pass
        import numpy
        print(numpy.random.rand())
    """
    assert run_python(code, tmp_path) != run_python(code, tmp_path)


@pytest.fixture
def torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A library called torch that says how it is seeded."""
    if importlib.util.find_spec("torch") is not None:
        pytest.skip("the real torch is here")
    path = tmp_path / "torch.py"
    path.write_text("seeds = []\nmanual_seed = seeds.append\nloader_while_loading = __spec__.loader\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield path
    sys.modules.pop("torch", None)


def test_a_library_is_seeded_once_and_finds_its_own_loader(torch: Path) -> None:
    with seeded(ENTROPY, 1):
        import torch as module  # type: ignore[import-not-found]  # made by the fixture

        assert module.seeds == [derive(ENTROPY, 1, "torch") & 0x7FFF_FFFF_FFFF_FFFF]
        assert type(module.__spec__.loader).__module__.startswith("_frozen_importlib")
        assert module.loader_while_loading is module.__spec__.loader is module.__loader__
        importlib.reload(module)
        assert module.seeds == []
    with seeded(ENTROPY, 2):
        assert module.seeds == [derive(ENTROPY, 2, "torch") & 0x7FFF_FFFF_FFFF_FFFF]


def test_looking_whether_a_library_is_there_does_not_lose_its_seed(torch: Path) -> None:
    with seeded(ENTROPY, 1):
        spec = importlib.util.find_spec("torch")
        assert spec is not None
        assert spec.origin == str(torch)
        assert "torch" not in sys.modules
        import torch as module  # type: ignore[import-not-found]  # made by the fixture

        assert len(module.seeds) == 1


def test_a_library_that_fails_to_import_fails_as_without_us_and_is_seeded_once_it_comes(torch: Path) -> None:
    good = torch.read_text()
    with seeded(ENTROPY, 1):
        torch.write_text("raise RuntimeError('no driver')")
        with pytest.raises(RuntimeError, match="no driver"):
            __import__("torch")
        torch.write_text(good + "# longer, so that no cached byte code is taken for it\n")
        importlib.invalidate_caches()
        assert len(__import__("torch").seeds) == 1


def test_a_library_that_is_not_there_is_not_there() -> None:
    if importlib.util.find_spec("tensorflow") is not None:
        pytest.skip("tensorflow is here")
    with seeded(ENTROPY, 1), pytest.raises(ModuleNotFoundError, match="tensorflow"):
        __import__("tensorflow")


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_the_import_system_is_as_before_whatever_the_block_raises(error: type[BaseException]) -> None:
    before = list(sys.meta_path)
    with pytest.raises(error), seeded(ENTROPY, 1):
        assert len(sys.meta_path) == len(before) + 1
        raise error
    assert sys.meta_path == before


def test_the_block_may_do_to_the_import_system_what_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(sys.meta_path)
    with seeded(ENTROPY, 1):
        sys.meta_path[:] = before
    assert sys.meta_path == before


def test_blocks_inside_one_another_leave_nothing_behind() -> None:
    before = list(sys.meta_path)
    with seeded(ENTROPY, 1), seeded(ENTROPY, 2):
        pass
    assert sys.meta_path == before


def test_seeds_fit_what_each_library_takes() -> None:
    taken: list[int] = []
    module = ModuleType("any")
    module.manual_seed = taken.append  # type: ignore[attr-defined]  # what torch has
    module.random = ModuleType("random")  # type: ignore[attr-defined]  # what tensorflow has
    module.random.set_seed = taken.append  # type: ignore[attr-defined]  # the same
    seeding._torch(module, (1 << 256) - 1)
    seeding._tensorflow(module, (1 << 256) - 1)
    assert taken == [2**63 - 1, 2**31 - 1]
