from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from jupyter_xpt.doors import html
from jupyter_xpt.ground.facts import ExperimentFacts, SeriesFacts
from jupyter_xpt.ground.records import Change, SeriesRecord, Warned
from jupyter_xpt.thought.reading.lineage import overview
from tests import builders
from tests.builders import by_name, facts, run_facts

LOW, HIGH = [0.90, 0.91, 0.905, 0.895, 0.9], [0.93, 0.935, 0.925, 0.93, 0.94]
PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "</title></svg><script>alert(1)</script>",
    "javascript:alert(1)",
    "&lt;script&gt;",
    "<!--",
    "\x00<b\x1b[31m>\u202e",
]


class Elements(HTMLParser):
    """The elements, attributes and text of a piece of HTML, as a browser would see them."""

    def __init__(self, content):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], [], []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("line", "circle"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def lineage(*experiments):
    return overview(by_name(*experiments)).lineages[0]


def sample():
    failed = run_facts({"accuracy": [None]}, failed=[1], status="failed")
    running = run_facts({"accuracy": HIGH}, status="running")
    return lineage(
        facts(1, LOW, note="baseline"),
        facts(2, HIGH, parent=1, note="boosting", star=True, tags=("paper",)),
        facts(3, LOW, parent=2),
        facts(4, [*LOW[:4], 0.91], parent=1),
        ExperimentFacts(facts(5).name, builders.experiment_record(5, 1), (failed,)),
        ExperimentFacts(facts(6).name, builders.experiment_record(6, 2), (running,)),
        facts(7, parent=6, source=None),
    )


def hostile(text):
    change = Change(text, text, text, text, text)
    given = {"series": text, "tags": (text,), "changes": (change,), "notebook": text, "created": text}
    run = run_facts({text: LOW}, primary=text, error=text, warnings=(Warned(text, text, text),), incomplete=(text,))
    first = builders.experiment_record(1, note=text, **given)
    second = builders.experiment_record(2, 1, **given)
    better = run_facts({text: HIGH}, primary=text, goals={text: "max"})
    return lineage(ExperimentFacts(first.name, first, (run,), (text,)), ExperimentFacts(second.name, second, (better,)))


def everything(found):
    first, second = found.rows[:2]
    return {
        "tree": html.tree(found),
        "table": html.table(found),
        "show": html.show(second, first),
        "show first": html.show(first),
        "where": html.where(found.series, second, first),
        "where none": html.where(found.series, None),
        "link": html.link(found.series, f"{found.series}_001.ipynb"),
    }


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_markup(payload):
    harmless = everything(hostile("harmless"))
    for name, content in everything(hostile(payload)).items():
        seen, plain = Elements(content), Elements(harmless[name])
        assert seen.tags == plain.tags, name
        assert [key for key, _ in seen.attributes] == [key for key, _ in plain.attributes]
        assert not any(key.startswith("on") for key, _ in seen.attributes)
        assert all(value.startswith("./") for key, value in seen.attributes if key == "href")
        assert not re.search("[\x00\x1b\u202e]", content)
        assert seen.open == []


def test_every_colour_has_its_sign_and_word():
    seen = Elements(html.tree(sample()))
    text = " ".join(seen.text)
    for sign, word in (
        ("▲", "improved"),
        ("▼", "worse"),
        ("?", "not sure"),
        ("✕", "failed"),
        ("○", "planned"),
    ):
        assert sign in text
        assert word in text
    assert "running, 5 of 5" in text


def test_colours_come_from_the_front_end_with_a_fallback():
    content = "".join(everything(sample()).values())
    for colour in re.findall(r"(?:color|background|stroke|fill|border-[a-z]+):?=?\"?([^;\"}]+)", content):
        assert "#" not in colour or colour.lstrip().startswith(("var(--jp-", "1px solid var(--jp-")), colour
    assert all(", " in one or "," in one for one in re.findall(r"var\(([^)]*)", content))
    assert "http" not in content
    assert "url(" not in content


def test_a_strip_has_every_repeat_the_mean_the_sem_and_the_parents_mean():
    strips = re.findall("<svg.*?</svg>", html.tree(sample()))
    child = strips[1]
    assert child.count("<circle") == 5
    assert child.count("<line") == 3
    assert child.count("stroke-dasharray") == 1
    parents_tick = re.search(r'<line x1="([0-9.]+)"[^>]*stroke-dasharray', child)[1]
    assert f'<line x1="{parents_tick}" x2="{parents_tick}"' in strips[0]
    assert "0.93, 0.935" in child


def test_the_tick_of_a_pinned_baseline_is_the_baselines_mean():
    settled = {"cats": SeriesFacts("cats", SeriesRecord("cats", 1))}
    known = by_name(facts(1, LOW, note="first"), facts(2, HIGH, parent=1), facts(3, HIGH, parent=2))
    found = overview(known, settled=settled).lineages[0]
    strips = re.findall("<svg.*?</svg>", html.tree(found))
    ticks = [re.search(r'<line x1="([0-9.]+)"[^>]*stroke-dasharray', strip) for strip in strips]
    assert ticks[0] is None
    assert ticks[1][1] == ticks[2][1]
    assert "baseline 001" in "".join(Elements(html.tree(found)).text)
    shown = " ".join(Elements(html.where("cats", found.row(3), found.row(2), found.row(1))).text)
    assert "compared with the baseline 001 first" in " ".join(shown.split())


def test_what_is_wrong_with_a_series_is_told_and_escaped():
    settled = {"cats": SeriesFacts("cats", None, (f"cats.json {PAYLOADS[0]}",))}
    found = overview(by_name(facts(1, LOW)), settled=settled).lineages[0]
    for shown in (html.tree(found), html.table(found)):
        assert "⚠ cats.json &lt;script&gt;" in shown
        Elements(shown)


def test_the_table_has_the_parameters_that_differ():
    first = facts(1, LOW, parameters={"trees": 100, "depth": 3, "<b>": "<script>"})
    second = facts(2, HIGH, parameters={"trees": 300, "depth": 3, "<b>": None})
    shown = html.table(lineage(first, second))
    assert "<th>trees</th><th>&lt;b&gt;</th><th>accuracy ↑</th>" in shown
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
    assert "depth" not in shown


def test_all_strips_share_one_scale():
    strips = re.findall("<svg.*?</svg>", html.tree(sample()))
    means = [re.findall(r'<line x1="([0-9.]+)"', strip)[-1] for strip in strips[:3]]
    assert float(means[0]) == float(means[2]) < float(means[1])


def test_one_value_far_out_does_not_squeeze_the_others():
    found = lineage(facts(1, LOW), facts(2, HIGH, parent=1), facts(3, [-1e9, *LOW], parent=1))
    first = re.search("<svg.*?</svg>", html.tree(found))[0]
    xs = [float(x) for x in re.findall(r'cx="([0-9.]+)"', first)]
    assert max(xs) - min(xs) > 5


@pytest.mark.parametrize("values", [[1e308, -1e308, 1e308], [5e-324, 0.0, 5e-324], [0.5] * 3, [0.5]])
def test_strips_of_extreme_values_have_finite_places(values):
    content = html.tree(lineage(facts(1, values)))
    assert "nan" not in content
    assert not re.search(r'="-?inf', content)


def test_long_lineages_are_cut_and_say_so():
    content = html.tree(lineage(*(facts(number, parent=number - 1 or None) for number in range(1, 1001))))
    assert content.count("<tr") == 500
    assert "… and 500 more" in content
    assert len(content) < 1_000_000


def test_show_says_what_changed_and_what_to_beware_of():
    record = builders.experiment_record(2, 1, changes=(Change("cell", "parameter", "depth", None, "5"),))
    warned = Warned("XPT001", "the split is the same in all repeats", "cell 4")
    run = run_facts({"accuracy": HIGH}, warnings=(warned,))
    found = lineage(facts(1, LOW), ExperimentFacts(record.name, record, (run,)))
    text = " ".join(Elements(html.show(found.row(2), found.row(1))).text)
    for part in ("Improved on 001", "changed since 001", "with depth=5", "⚠ the split", "(cell 4)"):
        assert part in text
