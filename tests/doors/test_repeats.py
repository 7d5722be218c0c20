"""Repeats in a real kernel: what they see, how they are seeded, measured and replayed, and what the block says."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_xpt import get
from tests.kernels import Kernel, Shown, kernel


class Ran:
    """One experiment cell that ran: what it showed and what it left on disk."""

    def __init__(self, shown: Shown, base: Path) -> None:
        self.shown = shown
        # The block ends with the run's folder.
        self.folder = base / shown.block.splitlines()[-1]
        self.experiment = self.folder.parent.name
        self.record = json.loads((self.folder / "run.json").read_text())
        self.results = [json.loads(line) for line in (self.folder / "results.jsonl").read_text().splitlines()]
        self.log = (self.folder / "log.txt").read_text()

    @property
    def block(self) -> list[str]:
        """The block's lines without the folder and what is said of a missing notebook."""
        return [line for line in self.shown.block.splitlines()[:-1] if not line.startswith("which notebook")]

    @property
    def seeds(self) -> list[str]:
        return [line["begin"]["seed"] for line in self.results if "begin" in line]

    @property
    def ends(self) -> list[str]:
        """How each repeat ended."""
        return [line["end"]["status"] for line in self.results if "end" in line]

    def values(self, metric: str) -> list[Any]:
        """All values logged of a metric, in order."""
        return [line["values"][metric] for line in self.results if metric in line.get("values", {})]

    @property
    def warned(self) -> dict[str, str]:
        """The warnings in run.json, by code."""
        return {one["code"]: one["text"] for one in self.record["warnings"]}

    @property
    def cautions(self) -> list[str]:
        """The block's warnings."""
        return [line.removeprefix("⚠ ") for line in self.block if line.startswith("⚠ ")]


class Bench:
    """A kernel to run experiment cells in, each in a series of its own unless told."""

    def __init__(self, one: Kernel, base: Path) -> None:
        self.kernel = one
        self.base = base
        self._numbers = itertools.count(1)

    def plain(self, code: str) -> Shown:
        """Runs a cell that is no experiment and must succeed."""
        shown = self.kernel.run(code)
        assert shown.status == "ok", shown.traceback
        return shown

    def run(self, body: str, options: str = "", series: str | None = None, status: str = "ok") -> Ran:
        """Runs a body as an experiment."""
        name = series or f"s{next(self._numbers)}"
        shown = self.kernel.run(f"%%experiment name={name} {options}\n{body}")
        assert shown.status == status, shown.traceback or shown.err
        return Ran(shown, self.base)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    base = tmp_path_factory.mktemp("repeats")
    with kernel(base) as one:
        yield Bench(one, base)


DRAWS = "import random, numpy\nxpt.log(python=random.random(), numpy=numpy.random.rand())"


def test_a_repeat_does_not_see_the_names_of_the_one_before(bench: Bench) -> None:
    ran = bench.run("print('made' in globals())\nmade = len(globals())", "repeats=3")
    assert ran.shown.out == "False\nFalse\nFalse\n"


def test_a_repeat_finds_names_from_above_bound_as_they_were(bench: Bench) -> None:
    bench.plain("given, kept = 1, 'kept'")
    ran = bench.run("print(given, kept)\ngiven += 1\ndel kept", "repeats=3")
    assert ran.shown.out == "1 kept\n1 kept\n1 kept\n"


def test_the_names_of_the_last_repeat_stay(bench: Bench) -> None:
    bench.plain("above = 1")
    ran = bench.run("import random\nremains = random.random()\nabove += 1\nxpt.log(remains=remains)", "repeats=3")
    assert bench.plain("above").result == "2"
    assert bench.plain("remains").result == repr(ran.values("remains")[-1])


def test_a_function_from_above_sees_the_names_of_the_repeat(bench: Bench) -> None:
    bench.plain("def shared():\n    return setting * 2")
    ran = bench.run("import random\nsetting = random.random()\nxpt.log(same=shared() == setting * 2)", "repeats=2")
    assert ran.values("same") == [1, 1]


def test_every_repeat_records_a_fresh_seed_of_the_run(bench: Bench) -> None:
    ran = bench.run(DRAWS, "repeats=3")
    entropy = ran.record["seed"]
    assert ran.seeds == [f"{entropy}:1", f"{entropy}:2", f"{entropy}:3"]
    assert len(set(ran.values("python"))) == len(set(ran.values("numpy"))) == 3
    assert [f"= repeat {n} of 3, seed {entropy}:{n}" in ran.log for n in (1, 2, 3)] == [True] * 3
    again = bench.run(DRAWS, "repeats=3")
    assert again.record["seed"] != entropy
    assert set(again.values("python")).isdisjoint(ran.values("python"))


def test_one_repeat_is_replayed_exactly_by_its_seed(bench: Bench) -> None:
    ran = bench.run(DRAWS, "repeats=3")
    seed = ran.seeds[1]
    replay = bench.run(DRAWS, f"seed={seed}")
    assert replay.seeds == [seed]
    assert replay.values("python") == ran.values("python")[1:2]
    assert replay.values("numpy") == ran.values("numpy")[1:2]


def test_a_run_is_replayed_exactly_by_its_seed(bench: Bench) -> None:
    ran = bench.run(DRAWS, "repeats=3")
    replay = bench.run(DRAWS, f"repeats=3 seed={ran.record['seed']}")
    assert replay.seeds == ran.seeds
    assert replay.values("python") == ran.values("python")
    assert replay.values("numpy") == ran.values("numpy")
    assert bench.run(DRAWS, f"repeats=5 seed={ran.record['seed']}").values("numpy")[:3] == ran.values("numpy")


def test_a_replay_is_exact_where_the_cell_is_the_first_to_import_numpy(bench: Bench, tmp_path: Path) -> None:
    ran = bench.run(DRAWS, "repeats=2")
    with kernel(tmp_path) as one:
        fresh = Bench(one, tmp_path)
        assert fresh.plain("import sys\n'numpy' in sys.modules").result == "False"
        replay = fresh.run(DRAWS, f"seed={ran.seeds[1]}")
    assert replay.values("python") == ran.values("python")[1:]
    assert replay.values("numpy") == ran.values("numpy")[1:]


def test_generators_of_ours_differ_and_are_replayed_exactly(bench: Bench) -> None:
    body = "xpt.log(one=xpt.rng().random(), two=xpt.rng().random())"
    ran = bench.run(body, "repeats=3")
    assert len({*ran.values("one"), *ran.values("two")}) == 6
    replay = bench.run(body, f"seed={ran.seeds[2]}")
    assert replay.values("one") == ran.values("one")[2:]
    assert replay.values("two") == ran.values("two")[2:]
    assert ran.cautions == []


def test_replays_are_runs_of_the_experiment_but_no_new_evidence(bench: Bench) -> None:
    ran = bench.run(DRAWS, "repeats=3", "replayed")
    for options in (f"seed={ran.seeds[1]}", f"repeats=3 seed={ran.record['seed']}"):
        replay = bench.run(DRAWS, options, "replayed")
        assert replay.experiment == ran.experiment == "replayed_001"
    one = get("replayed_001", bench.base)
    assert len(one.runs) == 3
    assert one.n == 3
    assert one.values("python") == ran.values("python")
    assert "same source as 001: added as its run 3" in replay.block
    # A replay that goes on beyond what was there adds just that.
    bench.run(DRAWS, f"repeats=4 seed={ran.record['seed']}", "replayed")
    assert get("replayed_001", bench.base).n == 4


def test_a_repeat_that_fails_among_others_does_not_cost_them(bench: Bench) -> None:
    bench.plain("turns = iter(range(1, 5))")
    body = "import random\nif next(turns) == 2:\n    raise LookupError('only the second')\nxpt.log(x=random.random())"
    ran = bench.run(body, "repeats=4", status="error")
    assert ran.shown.traceback.endswith("LookupError: only the second")
    assert "----> 4     raise LookupError" in ran.shown.traceback
    assert "jupyter_xpt" not in ran.shown.traceback
    assert "repeat 4/4" in ran.block[1] and ran.block[1].endswith("1 failed")
    assert ran.block[2].endswith("(SEM, 3 repeats)")
    assert ran.ends == ["finished", "failed", "finished", "finished"]
    assert [line["end"]["error"] for line in ran.results if "end" in line][1] == "LookupError: only the second"
    assert len(ran.values("x")) == 3
    assert ran.record["status"] == "finished"
    assert "! LookupError: only the second" in ran.log


def test_a_first_repeat_that_fails_stops_the_run(bench: Bench) -> None:
    ran = bench.run("made = 1\nraise LookupError('at once')", "repeats=4", status="error")
    assert ran.shown.traceback.endswith("LookupError: at once")
    assert "repeat 1/4" in ran.block[1] and ran.block[1].endswith("1 failed")
    assert ran.ends == ["failed"]
    assert (ran.record["status"], ran.record["error"]) == ("failed", "LookupError: at once")
    assert bench.plain("made").result == "1"


def test_repeats_that_await_are_repeats_like_others(bench: Bench) -> None:
    body = "import asyncio, random\nprint('seen' in globals())\nseen = await asyncio.sleep(0, random.random())\nseen"
    ran = bench.run(body, "repeats=3")
    assert ran.shown.out == "False\nFalse\nFalse\n"
    assert ran.ends == ["finished"] * 3
    assert len(set(ran.values("value"))) == 3
    assert ran.shown.result == repr(ran.values("value")[-1])
    assert ran.cautions == []
    assert bench.run(body, f"seed={ran.seeds[1]}").values("value") == ran.values("value")[1:2]


def test_a_repeat_that_fails_after_an_await_does_not_cost_the_others(bench: Bench) -> None:
    bench.plain("turns = iter(range(1, 4))")
    body = "import asyncio\nawait asyncio.sleep(0)\nif next(turns) == 2:\n    raise LookupError('later')\nxpt.log(x=1)"
    ran = bench.run(body, "repeats=3 silence=XPT004,XPT006", status="error")
    assert ran.shown.traceback.endswith("LookupError: later")
    assert ran.ends == ["finished", "failed", "finished"]
    assert ran.record["status"] == "finished"
