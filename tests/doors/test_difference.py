from __future__ import annotations

import re

import pytest

from jupyter_xpt.doors import difference
from jupyter_xpt.doors.text import Look
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.records import Change
from jupyter_xpt.thought.code.cells import CellDiff, Side, cell_diffs, file_diffs
from jupyter_xpt.thought.code.differing import Differing
from jupyter_xpt.thought.notebooks import Cell
from jupyter_xpt.thought.reading.beside import Comparison, Diff, Judged
from jupyter_xpt.thought.reading.columns import cells
from jupyter_xpt.thought.reading.lineage import overview
from tests.builders import by_name, experiment_record, facts, run_facts
from tests.doors.test_html import PAYLOADS, Elements
from tests.doors.test_text import HOSTILE

LOW, HIGH = [0.90, 0.91, 0.905, 0.895, 0.9], [0.93, 0.935, 0.925, 0.93, 0.94]
LONG = "x = " + " + ".join(f"value_{number}" for number in range(60))


def rows(note="trees"):
    known = by_name(facts(1, LOW, note="forest"), facts(2, HIGH, parent=1, note=note, star=True))
    return overview(known).lineages[0].rows


def side(*texts):
    return Side([Cell(at, f"c{at}", "code", text) for at, text in enumerate(texts)], len(texts) - 1)


def diff(before=("a = 1\n\n\n\n\nb = 2\nc = 3", "fit()"), after=("a = 2\n\n\n\n\nb = 2\nc = 4", "fit()"), text="n"):
    change = Change("cell 1 above", "parameter", text, "1", "2")
    files = file_diffs({"same.py": "", "old.py": "x"}, {"same.py": "", "new.json": text})
    return Diff(*rows(text), (change,), cell_diffs(side(*before), side(*after)), files)


def comparison(text="depth", n=2):
    known = by_name(*(facts(number, HIGH if number > 1 else LOW, note=text) for number in range(1, n + 1)))
    found = overview(known).lineages[0].rows
    verdict = rows()[1].verdict
    judged = tuple(Judged("accuracy", 1, row.number, verdict, f"Improved {text}.") for row in found[1:])
    values = (text, None, *(["3"] * (n - 2)))
    return Comparison(
        found, (Differing("cell", text, values), Differing("a.json", text, values)), ("accuracy",), judged
    )


def test_only_what_differs_is_shown_with_a_little_around_it():
    assert difference.diff_text(diff(), Look(80)).splitlines() == [
        "cats · 001 forest → 002 n",
        "  cell 1 above  n 1 → 2",
        "",
        "cell 1 above",
        "- a = 1",
        "+ a = 2",
        "  ",
        "  ",
        "  ⋯",
        "  ",
        "  b = 2",
        "- c = 3",
        "+ c = 4",
        "",
        "new.json · added",
        "+ n",
        "",
        "old.py · removed",
        "- x",
        "",
        "1 cell and 1 file are the same",
    ]


def test_what_is_all_the_same_says_so():
    found = difference.diff_text(diff(("a",), ("a",)), Look(80))
    assert found.splitlines()[-1] == "1 cell and 1 file are the same"
    alike = Diff(*rows(), (), cell_diffs(side("a"), side("a")), ())
    assert difference.diff_text(alike, Look(80)).splitlines()[-1] == "no cell and no file differs (1 cell)"
    assert "no cell and no file differs" in difference.diff_html(alike)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_line_is_wider_than_the_terminal(width):
    shown = difference.diff_text(diff((LONG, "\t日本語" * 40), (LONG + "1", "日本" * 50)), Look(width))
    assert max(map(cells, shown.splitlines())) <= width
    shown = difference.comparison_text(comparison("long words " * 9, 6), Look(max(width, 80)))
    assert max(map(cells, shown.splitlines())) <= max(width, 80)


def test_code_keeps_its_indentation_and_is_broken_at_spaces():
    lines = difference.diff_text(diff(("if x:\n        y = 1",), ("if x:\n\t\ty = 2",)), Look(80)).splitlines()
    assert "-         y = 1" in lines
    assert "+         y = 2" in lines
    shown = difference.diff_text(diff(("1",), (LONG,)), Look(60))
    assert all(line.endswith(("+ ", " ", "59")) for line in shown.splitlines() if line.startswith("+ x"))


def test_a_huge_difference_is_cut_and_says_so():
    big = diff(("\n".join(map(str, range(4000))),), ("\n".join(map(str, range(4000, 8000))),))
    for shown in (difference.diff_text(big, Look(80)), difference.diff_html(big)):
        assert "… more lines differ; the files in out/ have them" in shown
        assert len(shown) < 400_000


def test_a_comparison_has_measurements_differences_and_sentences():
    assert difference.comparison_text(comparison(), Look(80)).splitlines() == [
        "     accuracy ↑",
        "001  0.902 ± 0.003 ×5    depth",
        "002  0.932 ± 0.003 ×5 ▲  depth",
        "",
        "               001    002",
        "depth          depth  –",
        "a.json: depth  depth  –",
        "",
        "002  Improved depth.",
    ]


def test_metrics_that_do_not_fit_are_counted():
    run = run_facts({f"metric number {at}": LOW for at in range(9)}, primary="metric number 0")
    known = [ExperimentFacts(experiment_record(at).name, experiment_record(at), (run,)) for at in (1, 2)]
    lineage = overview(by_name(*known)).lineages[0]
    shown = difference.comparison_text(Comparison(lineage.rows, (), lineage.metrics, ()), Look(80))
    assert "more metrics: the verdicts on all of them stand below" in shown
    assert max(map(cells, shown.splitlines())) <= 80


def test_what_cannot_be_told_apart_says_so():
    found = Comparison(rows(), (), (), ())
    assert "nothing in their sources differs" in difference.comparison_text(found, Look(80))
    assert "nothing in their sources differs" in difference.comparison_html(found)


def test_colour_only_where_it_is_wanted_and_signs_always():
    plain, painted = (difference.diff_text(diff(), Look(80, colour)) for colour in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[31m- a = 1\x1b[0m" in painted
    assert re.sub(r"\x1b\[\d+m", "", painted) == plain
    painted = difference.comparison_text(comparison(), Look(80, True))
    assert "\x1b[32m002" in painted


@pytest.mark.parametrize("payload", [*PAYLOADS, HOSTILE])
def test_no_text_becomes_markup_or_commands_a_terminal(payload):
    hostile = diff((payload, payload), (payload + payload, "x"), payload)
    hostile = Diff(hostile.left, hostile.right, hostile.changes, (*hostile.cells, CellDiff("added", payload, ())), ())
    harmless = diff(("h", "h"), ("hh", "x"), "h")
    compared = difference.comparison_html(comparison(payload))
    assert Elements(compared).tags == Elements(difference.comparison_html(comparison("h"))).tags
    assert {*Elements(difference.diff_html(hostile)).tags} == {*Elements(difference.diff_html(harmless)).tags}
    for shown in (
        compared,
        difference.diff_html(hostile),
        difference.diff_text(hostile, Look(80)),
        difference.comparison_text(comparison(payload), Look(80)),
    ):
        assert not re.search("[\x00\x07\x1b\x9b\u202e\u2028\r]", shown)
    for key, value in Elements(difference.diff_html(hostile)).attributes:
        assert not key.startswith("on")
        assert key != "href"
        assert "script" not in (value or "")


def test_html_shows_line_numbers_and_signs_beside_colours():
    content = difference.diff_html(diff())
    assert (
        '<tr class="xpt-removed"><td class="xpt-no">1</td><td class="xpt-no"></td><td>-</td><td>a = 1</td>' in content
    )
    assert '<tr class="xpt-added"><td class="xpt-no"></td><td class="xpt-no">1</td><td>+</td><td>a = 2</td>' in content
    assert "http" not in content
    text = " ".join(Elements(difference.comparison_html(comparison())).text)
    assert "▲ improved" in text
    assert "–" in text
