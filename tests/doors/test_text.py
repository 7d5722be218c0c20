from __future__ import annotations

import io
import re

import pytest

from jupyter_xpt.doors import text
from jupyter_xpt.doors.text import Look
from jupyter_xpt.ground.facts import ExperimentFacts, SeriesFacts
from jupyter_xpt.ground.records import Change, SeriesRecord, Warned
from jupyter_xpt.thought.reading.columns import cells
from jupyter_xpt.thought.reading.lineage import overview
from tests import builders
from tests.builders import by_name, facts, run_facts

LOW, HIGH, WORST = (
    [0.90, 0.91, 0.905, 0.895, 0.9],
    [0.93, 0.935, 0.925, 0.93, 0.94],
    [0.8, 0.81, 0.79, 0.805, 0.8],
)
HOSTILE = "\x1b[31mred\x1b[0m \x1b]0;title\x07 \u202eabc\n\r\x00\x9b31m\u2028 日本語 e\u0301 👩\u200d🔬"


def lineage(*experiments):
    return overview(by_name(*experiments)).lineages[0]


def sample():
    failed = run_facts({"accuracy": [None]}, failed=[1], status="failed")
    return lineage(
        facts(1, LOW, note="baseline"),
        facts(2, HIGH, parent=1, note="boosting", star=True),
        facts(3, [*LOW[:4], 0.93], parent=2, note="scaled"),
        facts(4, WORST, parent=1, changes=(Change("cell 1", "parameter", "depth", "9", "1"),)),
        ExperimentFacts(facts(5).name, builders.experiment_record(5, 1), (failed,)),
    )


def test_the_tree_reads_like_a_tree():
    lines = text.tree(sample(), Look(80)).splitlines()
    assert lines[0] == "cats · accuracy ↑"
    assert lines[1].split() == ["001", "baseline", "0.902", "±", "0.003", "×5"]
    assert re.match(r"├─ 002★ +▲  boosting +0\.932 ± 0\.003 ×5 +improved$", lines[2])
    assert re.match(r"│  └─ 003 +▼  scaled +0\.908 ± 0\.006 ×5 +worse$", lines[3])
    assert lines[4].startswith("├─ 004")
    assert "(" in lines[4]
    assert re.match(r"└─ 005 +×.* failed$", lines[5])
    assert "002  Improved on 001 by" in "\n".join(lines)
    assert lines[-1].endswith("confirm what matters with fresh repeats.")


def test_a_pinned_baseline_is_named():
    settled = {"cats": SeriesFacts("cats", SeriesRecord("cats", 1))}
    found = overview(by_name(facts(1, LOW), facts(2, HIGH, parent=1), facts(3, WORST, parent=2)), settled=settled)
    one = found.lineages[0]
    assert text.tree(one).splitlines()[0] == text.table(one).splitlines()[0] == "cats · accuracy ↑ · baseline 001"
    assert "parent 002 · baseline 001 · finished" in text.show(one.row(3), baseline=1)
    assert "no parent · the baseline · finished" in text.show(one.row(1), baseline=1)
    assert "compared with the baseline 001" in text.where("cats", one.row(3), one.row(2))
    assert "compared" not in text.where("cats", one.row(2), one.row(1))


def test_a_baseline_that_is_not_there_is_told_below():
    settled = {"cats": SeriesFacts("cats", SeriesRecord("cats", 9))}
    one = overview(by_name(facts(1, LOW)), settled=settled).lineages[0]
    for shown in (text.tree(one, Look(60)), text.table(one, Look(60))):
        assert "! the pinned baseline 009 is not there" in shown
        assert max(map(cells, shown.splitlines())) <= 60


def test_columns_stand_below_one_another():
    lines = text.tree(sample(), Look(80)).splitlines()[1:5]
    assert len({cells(line[: line.index("0.")]) for line in lines}) == 1


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width):
    long = "very long note " * 20 + "日本語" * 30
    changes = tuple(Change("cell 1", "parameter", long, long, long) for _ in range(3))
    warned = run_facts({"accuracy": HIGH}, warnings=(Warned("XPT001", long, "cell 2"),))
    second = ExperimentFacts(facts(2).name, builders.experiment_record(2, 1, note=long, changes=changes), (warned,))
    found = lineage(facts(1, LOW, note=long), second)
    room = max(width, 60)
    for shown in (text.tree(found, Look(width)), text.show(found.rows[1], Look(width))):
        assert max(map(cells, shown.splitlines())) <= room
    if width > 100:
        assert max(map(cells, text.table(found, Look(width)).splitlines())) <= width


def test_colour_comes_only_when_asked_for():
    assert "\x1b[32m" in text.tree(sample(), Look(80, colour=True))
    assert "\x1b" not in text.tree(sample(), Look(80))


def test_a_stream_that_is_no_terminal_gets_no_colour():
    assert not text.look_of(io.StringIO()).colour
    closed = io.StringIO()
    closed.close()
    assert not text.look_of(closed).colour


def test_hostile_text_cannot_command_a_terminal():
    run = run_facts({HOSTILE: LOW}, primary=HOSTILE, error=HOSTILE, warnings=(Warned(HOSTILE, HOSTILE, HOSTILE),))
    change = Change(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    given = {
        "note": HOSTILE,
        "tags": (HOSTILE,),
        "series": HOSTILE,
        "changes": (change,),
        "notebook": HOSTILE,
    }
    record = builders.experiment_record(1, created=HOSTILE, **given)
    first = ExperimentFacts(record.name, record, (run,), (HOSTILE,))
    record = builders.experiment_record(2, 1, **{**given, "note": ""})
    found = lineage(first, ExperimentFacts(record.name, record, (run,)))
    one = found.rows[0]
    for shown in (
        text.tree(found),
        text.table(found),
        text.show(one),
        text.where(HOSTILE, None),
        text.where(HOSTILE, one, one),
    ):
        assert not [char for char in shown if (char != "\n" and ord(char) < 32) or char in "\x7f\x9b\u202e\u2028"]


def test_deep_lineages_stay_readable():
    found = lineage(*(facts(number, LOW, parent=number - 1 or None) for number in range(1, 201)))
    lines = text.tree(found, Look(100)).splitlines()[1:201]
    assert max(map(cells, lines)) <= 100
    assert lines[-1].startswith("⋯")


def test_the_table_has_a_line_an_experiment_and_the_metrics_that_fit():
    values = {f"metric number {index}": LOW for index in range(9)}
    found = lineage(ExperimentFacts(facts(1).name, builders.experiment_record(1), (run_facts(values, primary=None),)))
    lines = text.table(found, Look(80)).splitlines()
    assert lines[1].split()[0] == "#"
    assert "metric number 0 ↑" in lines[1]
    assert re.match(r"[78] more metrics: ", lines[-1])


def test_the_table_has_the_parameters_that_differ_as_far_as_there_is_room():
    first = facts(1, LOW, parameters={"trees": 100, "depth": 3, "rate": 0.1})
    second = facts(2, HIGH, parameters={"trees": 300, "depth": 3, "rate": 1e-05})
    lines = text.table(lineage(first, second), Look(100)).splitlines()
    assert lines[1].split()[:5] == ["#", "note", "trees", "rate", "accuracy"]
    assert lines[3].split()[1:3] == ["300", "1e-05"]
    assert text.table(lineage(first, second), Look(48)).splitlines()[-1] == "2 more parameters: experiments.csv"


def test_show_has_everything():
    again = run_facts({"accuracy": [0.5, "NaN"]}, 2, failed=[2], digest="other", error="ValueError: bad luck")
    changes = (Change("cell", "parameter", "depth", None, "5"), Change("a.py", "edited", "+3 −1"))
    record = builders.experiment_record(2, 1, note="boosting", tags=("paper",), changes=changes, notebook="cats.ipynb")
    warned = Warned("damaged", "run.json is missing", "2026_11_23-12_34_03")
    second = ExperimentFacts(record.name, record, (run_facts({"accuracy": HIGH}, warnings=(warned,)), again))
    shown = text.show(lineage(facts(1, LOW), second).row(2))
    for part in (
        "cats_002 · boosting  #paper",
        "▲ Improved on 001",
        "parent 001 · finished · created 2026-11-23 12:34 · cats.ipynb",
        "accuracy ↑  0.932 ± 0.003 ×5  0.925 … 0.94  ▲ improved",
        "changed since 001",
        "cell  with depth=5",
        "a.py edited (+3 −1)",
        "accuracy: 0.93 0.935 0.925 0.93 0.94",
        "other source, not counted",
        "repeat 2 failed: ValueError: bad luck",
        "! run.json is missing (2026_11_23-12_34_03)",
    ):
        assert part in shown, part


def test_where_says_where_a_notebook_stands():
    found = sample()
    shown = text.where("cats", found.row(2), found.row(1))
    assert shown.splitlines()[0] == "cats_002 ★ · boosting"
    assert "parent 001 · baseline · 0.902 ± 0.003 ×5" in shown
    assert "▲ improved" in shown
    assert "last run 2026_11_23-12_34_01 · finished · 7.5 s" in shown
    assert "%%experiment" in text.where("cats", None)
