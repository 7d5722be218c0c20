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


def test_named_variables_are_read_after_each_repeat(bench: Bench) -> None:
    ran = bench.run("import random\nf1 = random.random()\naccuracy = f1 / 2", "repeats=3 metrics=accuracy,f1")
    assert [2 * value for value in ran.values("accuracy")] == ran.values("f1")
    assert [line.split()[0] for line in ran.block[2:]] == ["accuracy", "f1"]
    assert ran.record["primary"] == "accuracy"


def test_a_named_variable_that_the_cell_logs_itself_is_not_read(bench: Bench) -> None:
    ran = bench.run("import random\nf1 = 7\nxpt.log(f1=random.random())", "repeats=2 metrics=f1")
    assert len(ran.values("f1")) == 2
    assert 7 not in ran.values("f1")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "the cell made no variable 'absent'; metrics= has nothing to read"),
        ("word = 'high'", "word is 'high' (str), not a number; log one number"),
    ],
    ids=["missing", "a string"],
)
def test_a_named_variable_that_gives_no_number_is_warned_of_once(bench: Bench, body: str, said: str) -> None:
    name = body.partition(" ")[0] or "absent"
    ran = bench.run(f"import random\nf1 = random.random()\n{body}", f"repeats=3 metrics=f1,{name}")
    assert len(ran.cautions) == 1
    assert ran.cautions[0].startswith(said)
    assert ran.warned["metrics"] == ran.cautions[0]
    assert len(ran.values("f1")) == 3
    assert ran.record["status"] == "finished"


@pytest.mark.parametrize(
    ("last", "names", "shown"),
    [
        ("x", ["value"], True),
        ("x;", ["value"], False),
        ("{'val/loss': x, 'n': 3 * x}", ["val/loss", "n"], True),
        ("{'val/loss': x, 'model': 'forest'}", [], True),
        ("numpy.float64(x)", ["value"], True),
        ("x > 2", [], True),
        ("y = x", [], False),
    ],
    ids=["number", "silenced", "dict", "dict with text", "numpy", "bool", "no value"],
)
def test_a_last_value_of_numbers_is_logged(bench: Bench, last: str, names: list[str], shown: bool) -> None:
    ran = bench.run(f"import numpy, random\nx = random.random()\n{last}", "repeats=2")
    assert [name for line in ran.results for name in line.get("values", ())] == names * 2
    assert (ran.shown.result is not None) == shown
    assert ran.ends == ["finished"] * 2


def test_a_last_value_is_no_metric_where_the_cell_logs_itself(bench: Bench) -> None:
    ran = bench.run("import random\nxpt.log(loss=random.random())\n41", "repeats=2")
    assert [list(line["values"]) for line in ran.results if "values" in line] == [["loss"], ["loss"]]


def test_values_by_step_are_kept_and_the_last_one_counts(bench: Bench) -> None:
    ran = bench.run("for i in range(3):\n    xpt.log({'val/loss': 1 / (i + 1)}, step=i)")
    steps = [(line["step"], line["values"]["val/loss"]) for line in ran.results if "values" in line]
    assert steps == [(0, 1.0), (1, 0.5), (2, 1 / 3)]
    assert ran.block[2] == "val/loss ↓  0.3333"
    assert get(ran.experiment, bench.base).values() == [1 / 3]


def test_what_is_not_finite_is_kept_as_it_is_and_fails_its_metric(bench: Bench) -> None:
    bench.plain("rates = iter([0.25, float('nan'), 0.75, float('inf')])")
    ran = bench.run("rate = next(rates)\nxpt.log(loss=rate, low=-abs(rate))", "repeats=4 silence=XPT006")
    assert ran.values("loss") == [0.25, "NaN", 0.75, "Infinity"]
    assert ran.values("low") == [-0.25, "NaN", -0.75, "-Infinity"]
    assert ran.ends == ["finished"] * 4
    one = get(ran.experiment, bench.base).measured("loss")
    assert (one.n, one.mean, one.failed) == (2, 0.5, 2)
    assert "loss ↓  0.5 ± 0.2 (SEM, 2 repeats, 2 not finite)" in ran.block


def test_values_that_all_are_infinite_are_no_sign_of_a_fixed_seed(bench: Bench) -> None:
    ran = bench.run("xpt.log(loss=float('inf'))", "repeats=2")
    assert ran.block[2:] == ["loss ↓  – (2 not finite)"]


def test_infinities_of_both_signs_do_not_cost_the_block(bench: Bench) -> None:
    bench.plain("ends = iter([float('inf'), -float('inf'), 1.0])")
    ran = bench.run("xpt.log(loss=next(ends))", "repeats=3 silence=XPT006")
    assert ran.block[2:] == ["loss ↓  1 (2 not finite)"]


def test_a_metric_that_is_no_number_is_one_clear_error(bench: Bench) -> None:
    ran = bench.run("xpt.log(z=1.5)\nxpt.log(w=2, z='high')", "repeats=2", status="error")
    *_, last = ran.shown.traceback.splitlines()
    assert last == "MetricError: z is 'high' (str), not a number; log one number, or one for each step"
    assert "----> 3 xpt.log(w=2, z='high')" in ran.shown.traceback
    assert "exception" not in ran.shown.traceback
    # The call itself, nothing of what it calls.
    assert ran.shown.traceback.count("File ") == 1
    assert (ran.values("z"), ran.values("w")) == ([1.5], [])
    assert (ran.record["status"], ran.ends) == ("failed", ["failed"])


def test_logging_outside_an_experiment_is_one_clear_error(bench: Bench) -> None:
    shown = bench.kernel.run("xpt.log(accuracy=1)")
    *_, last = shown.traceback.splitlines()
    assert last == "XptError: xpt.log works in a running %%experiment cell; nothing was recorded"
    assert "exception" not in shown.traceback
    assert shown.status == "error"


@pytest.mark.parametrize(
    ("options", "primary", "goals", "given", "lines"),
    [
        ("", "loss", {"loss": "min", "f1": "max"}, [], ["loss ↓", "f1 ↑"]),
        ("goal=max", "loss", {"loss": "max", "f1": "max"}, ["loss"], ["loss ↑", "f1 ↑"]),
        ("metric=f1", "f1", {"loss": "min", "f1": "max"}, [], ["f1 ↑", "loss ↓"]),
        ("metric=f1 goal=min", "f1", {"loss": "min", "f1": "min"}, ["f1"], ["f1 ↓", "loss ↓"]),
        ("metric=loss goal=max", "loss", {"loss": "max", "f1": "max"}, ["loss"], ["loss ↑", "f1 ↑"]),
    ],
    ids=["by name", "goal of the first", "metric", "metric and goal", "against the name"],
)
def test_goal_and_primary_metric_are_recorded_and_shown(
    bench: Bench, options: str, primary: str, goals: dict[str, str], given: list[str], lines: list[str]
) -> None:
    ran = bench.run("import random\nxpt.log(loss=random.random(), f1=random.random())", f"repeats=2 {options}")
    assert ran.record["primary"] == primary
    assert ran.record["goals"] == goals
    assert ran.record["given"] == given
    assert [" ".join(line.split()[:2]) for line in ran.block[2:4]] == lines


CAVEATS = {
    "XPT001": (
        "",
        "from sklearn.model_selection import train_test_split\ntrain_test_split(range(9), random_state=42)",
        "line 3: random_state=42 fixes the seed",
    ),
    "XPT003": (
        "from sklearn.model_selection import train_test_split\nleft, right = train_test_split(range(9))",
        "left[0] + right[0]",
        "cell 1 above, line 2: train_test_split(…) is drawn once",
    ),
    "XPT004": ("", "xpt.log(same=0.5)", "same is 0.5 in all 3 repeats: nothing random reaches it"),
    "XPT005": (
        "",
        "import numpy as np\nfree = np.random.default_rng()",
        "line 3: np.random.default_rng() is not seeded by the repeat",
    ),
    "XPT006": ("seen = []", "seen.append(1)", "the cell changes seen in place"),
}


@pytest.mark.parametrize("code", CAVEATS)
def test_what_makes_the_sem_a_lie_is_warned_of_unless_silenced(bench: Bench, code: str) -> None:
    above, cell, said = CAVEATS[code]
    bench.plain(above)
    body = f"{cell}\nimport random\nxpt.log(score=random.random())"
    ran = bench.run(body, "repeats=3")
    assert list(ran.warned) == [code]
    assert ran.warned[code].startswith(said)
    assert ran.cautions == [f"{code} {ran.warned[code]}"]
    silenced = bench.run(body, f"repeats=3 silence={code}")
    assert (silenced.warned, silenced.cautions) == ({}, [])


def test_a_thread_left_running_is_told(bench: Bench) -> None:
    bench.plain("import threading\nenough = threading.Event()")
    ran = bench.run("threading.Thread(target=enough.wait, name='straggler').start()")
    assert ran.cautions == ["still running after the cell: straggler"]
    assert ran.warned == {"threads": "still running after the cell: straggler"}
    # It was there before this one.
    assert bench.run("threading.active_count()").cautions == []
    bench.plain("enough.set()")


def test_threads_that_ended_are_not_told(bench: Bench) -> None:
    ran = bench.run("import threading\none = threading.Thread(target=int)\none.start()\none.join()")
    assert (ran.cautions, ran.warned) == ([], {})


# A picture of one point.
PICTURE = """
import base64
from IPython.display import Image, clear_output, display
point = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)
"""


def test_a_displayed_picture_is_kept_and_named_in_the_log(bench: Bench) -> None:
    bench.plain(PICTURE)
    ran = bench.run("print('before')\ndisplay(Image(point))\nprint('after')")
    kept = ran.folder / "figures" / "001.png"
    assert kept.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert [line[24:] for line in ran.log.splitlines()] == ["| before", "> figures/001.png", "| after"]
    (shown,) = [content["data"] for kind, content in ran.shown.others if kind == "display_data"]
    assert "image/png" in shown


def test_each_repeat_keeps_its_pictures(bench: Bench) -> None:
    bench.plain(PICTURE)
    ran = bench.run("display(Image(point))\nImage(point)", "repeats=2")
    assert sorted(path.name for path in (ran.folder / "figures").iterdir()) == ["001.png", "002.png", "003.png"]
    assert ran.log.count("> figures/") == 3


def test_last_values_are_all_logged_and_the_last_one_is_shown(bench: Bench) -> None:
    ran = bench.run("import random\nvalue = random.random()\nvalue", "repeats=3")
    shown = [content["data"]["text/plain"] for kind, content in ran.shown.others if kind == "execute_result"]
    values = [repr(value) for value in ran.values("value")]
    assert shown == values[-1:]
    assert [line[26:] for line in ran.log.splitlines() if line[24] == ">"] == values
    assert bench.plain("_").result == values[-1]


def test_a_cleared_output_still_ends_with_the_block(bench: Bench) -> None:
    bench.plain(PICTURE)
    ran = bench.run(
        "import random\nprint('gone')\nclear_output()\nprint('stays')\nxpt.log(x=random.random())", "repeats=2"
    )
    kinds = [kind for kind, _ in ran.shown.messages]
    cleared = len(kinds) - 1 - kinds[::-1].index("clear_output")
    kind, block = ran.shown.messages[-1]
    # An update would find nothing to update.
    assert kind == "display_data" and (kind, block) in ran.shown.blocks
    assert kinds[cleared:] == ["clear_output", "stream", "display_data"]
    assert "(SEM, 2 repeats)" in block["data"]["text/plain"]
    assert [line[24:] for line in ran.log.splitlines() if "=" not in line] == ["| gone", "| stays"] * 2


def test_the_block_shows_hostile_words_as_text(bench: Bench) -> None:
    note = "<script>alert(1)</script> & <img src=x onerror=alert(2)>"
    ran = bench.run("xpt.log({'<b>bold</b>': 1.0})", f"note='{note}'")
    _, block = ran.shown.blocks[-1]
    rich = block["data"]["text/html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;img src=x onerror=alert(2)&gt;" in rich
    assert "&lt;b&gt;bold&lt;/b&gt;" in rich
    assert not any(tag in rich for tag in ("<script", "<img", "<b>"))
    assert ran.block[0].endswith(f" · {note}")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("%%experiment?", "repeats   how many times the cell runs"),
        ("%xpt_new?", "Fork a numbered notebook"),
        ("%xpt_export?", "openpyxl"),
    ],
)
def test_magics_explain_themselves(bench: Bench, asked: str, said: str) -> None:
    reply = bench.kernel.client.execute(asked, reply=True, timeout=60)
    (page,) = reply["content"]["payload"]
    assert said in page["data"]["text/plain"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("%%experiment rep", {"repeats="}),
        ("%%experiment --rep", {"--repeats"}),
        ("%%experiment repeats=3 not", {"note=", "notebook="}),
        ("%%experiment repeats=3 rep", set()),
        ("%xpt_new --pa", {"--parent"}),
        ("%xpt_log ta", {"tail="}),
        ("%xpt_export mine.xlsx ser", {"series="}),
    ],
)
def test_options_are_completed(bench: Bench, typed: str, offered: set[str]) -> None:
    reply = bench.kernel.client.complete(typed, reply=True, timeout=60)["content"]
    assert {match for match in reply["matches"] if match.endswith("=") or match.startswith("--")} - {
        "--repr"
    } == offered
    assert reply["cursor_end"] == len(typed)


def test_a_variable_of_an_earlier_cell_is_no_metric_of_this_one(bench: Bench) -> None:
    bench.plain("accuracy = 0.5")
    ran = bench.run("other = 0.9", "metrics=accuracy")
    assert ran.values("accuracy") == []
    assert ran.warned["metrics"] == "the cell made no variable 'accuracy'; metrics= has nothing to read"
    assert bench.run("accuracy = 0.9", "metrics=accuracy").values("accuracy") == [0.9]


def test_a_primary_metric_that_is_never_logged_is_told(bench: Bench) -> None:
    ran = bench.run("xpt.log(accuracy=0.9)", "metric=acuracy")
    assert ran.warned["metrics"] == "the cell logged no 'acuracy', which decides the verdict; it logged accuracy"


def test_an_unknown_code_is_not_silenced_in_silence(bench: Bench) -> None:
    shown = bench.kernel.run("%%experiment silence=XPT999\n1")
    assert shown.status == "error"
    assert "silence='XPT999' is no warning's code; the codes are XPT001" in shown.err


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("%xpt_export a.xlsx b.xlsx", "%xpt_export writes one file, not 2: put a name with spaces in quotes"),
        ("%xpt_export 'sub folder/mine.xlsx'", "there is no folder 'sub folder': make it first"),
        ("%xpt_export mine.ods", "'mine.ods' ends neither in .xlsx nor in .csv"),
        ("%xpt_export series=owls", "there is no series 'owls'"),
        ("%xpt_export --force", "there is no option 'force'"),
    ],
)
def test_a_spreadsheet_that_cannot_be_is_refused_in_one_line(bench: Bench, typed: str, said: str) -> None:
    bench.run("xpt.log(accuracy=0.9)")
    shown = bench.kernel.run(typed)
    assert shown.status == "error"
    assert said in shown.err
    assert shown.err.strip().count("\n") == 0
