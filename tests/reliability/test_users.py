"""Two users in one folder, really two: each records their own, nobody's number is given again."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_xpt.actions.overview import overview
from tests.kernels import Shown
from tests.projects import notebook, runs, values

pytestmark = pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="only root may run as other users")
ONE, TWO = 12001, 12002
EMPTY = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that every user may write to; those of pytest are root's alone."""
    folder = Path(tempfile.mkdtemp(prefix="shared"))
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "warm.ipynb").write_text(EMPTY, encoding="utf-8")
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def use(folder: Path, user: int, umask: int, *constants: int) -> list[Shown]:
    """What a user's kernel shows when it runs an experiment for each of the constants."""
    with notebook(folder, {"setup": "pass"}) as book:
        # What is imported late may lie where only root may read.
        assert book.kernel.run("%%experiment notebook=elsewhere/warm.ipynb\nprint(1)", "warm").status == "ok"
        become = f"import os\nos.umask({umask})\nos.setegid({user})\nos.seteuid({user})"
        assert book.kernel.run(become, "becoming").status == "ok"
        return [book.kernel.run(f"%%experiment\nxpt.log(accuracy={c})\nprint('fit')", "model") for c in constants]


def names(shown: list[Shown]) -> list[str]:
    """The experiments that blocks are about."""
    assert all((one.status, one.out) == ("ok", "fit\n") for one in shown)
    return [one.block[: len("animals_001")] for one in shown]


def test_a_second_user_with_a_narrow_umask_takes_nothing_from_the_first(shared: Path) -> None:
    assert names(use(shared, ONE, 0, 1)) == ["animals_001"]
    assert names(use(shared, TWO, 0o077, 1, 2)) == ["animals_001", "animals_002"]
    # The first cannot see what 002 is: the same source is an experiment of their own.
    again = use(shared, ONE, 0, 1, 2)
    assert names(again) == ["animals_001", "animals_003"]
    assert not any("⚠" in one.block for one in again)
    assert [len(row.runs) for row in overview(shared).rows] == [3, 1, 1]
    for number, value in ((1, 1), (2, 2), (3, 2)):
        for run in runs(shared, number):
            assert values(shared / "out" / f"animals_{number:03d}" / run.run, "accuracy") == [value]
    assert (shared / "experiments.csv").stat().st_mode & 0o777 == 0o666


@pytest.mark.parametrize("umask", [0o077, 0o022], ids=["nor read", "but read"])
def test_a_user_who_may_not_write_is_told_so_and_gets_the_result(shared: Path, umask: int) -> None:
    use(shared, ONE, umask, 1)
    before = sorted((shared / "out").rglob("*"))
    (shown,) = use(shared, TWO, 0o022, 2)
    assert (shown.status, shown.out) == ("ok", "fit\n")
    assert shown.block.count("⚠") == 1
    assert "Permission denied" in shown.block
    assert sorted((shared / "out").rglob("*")) == before
