"""Options: what stands on a magic's line, the good and the bad."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.ground.errors import NameProblem, OptionError, XptError
from jupyter_xpt.thought.options import (
    EXPERIMENT_OPTIONS,
    MAX_REPEATS,
    ExperimentOptions,
    Seed,
    experiment_options,
    names,
    split,
)

OPTIONS = ", ".join(EXPERIMENT_OPTIONS)

GOOD = {
    "": ExperimentOptions(),
    "   \t ": ExperimentOptions(),
    "repeats=5": ExperimentOptions(repeats=5),
    "repeats=1": ExperimentOptions(),
    f"repeats={MAX_REPEATS}": ExperimentOptions(repeats=MAX_REPEATS),
    "metrics=accuracy,f1": ExperimentOptions(metrics=("accuracy", "f1")),
    "metrics=accuracy,,f1,accuracy,": ExperimentOptions(metrics=("accuracy", "f1")),
    'metrics="accuracy, f1"': ExperimentOptions(metrics=("accuracy", "f1")),
    "metrics=größe": ExperimentOptions(metrics=("größe",)),
    "metric=val/loss": ExperimentOptions(metric="val/loss"),
    'metric="top 5"': ExperimentOptions(metric="top 5"),
    "goal=min": ExperimentOptions(goal="min"),
    "goal=max": ExperimentOptions(goal="max"),
    'note="baseline random forest"': ExperimentOptions(note="baseline random forest"),
    "note='baseline random forest'": ExperimentOptions(note="baseline random forest"),
    "note=baseline": ExperimentOptions(note="baseline"),
    'note=""': ExperimentOptions(note=""),
    "note=": ExperimentOptions(note=""),
    'note="costs $5 {x} it\'s"': ExperimentOptions(note="costs $5 {x} it's"),
    "note='she said \"no\"'": ExperimentOptions(note='she said "no"'),
    'note="100% #1 \\n C:\\new"': ExperimentOptions(note="100% #1 \\n C:\\new"),
    "note=a#b": ExperimentOptions(note="a#b"),
    'note="a=b --repeats 5"': ExperimentOptions(note="a=b --repeats 5"),
    "note=a=b": ExperimentOptions(note="a=b"),
    'note="גרסה 🐈 猫"': ExperimentOptions(note="גרסה 🐈 猫"),
    "parent=9": ExperimentOptions(parent="9"),
    "parent=#9": ExperimentOptions(parent="#9"),
    "parent=cats_009": ExperimentOptions(parent="cats_009"),
    "tags=quick,paper": ExperimentOptions(tags=("quick", "paper")),
    'tags="for the paper, quick"': ExperimentOptions(tags=("for the paper", "quick")),
    "seed=0x3f2a": ExperimentOptions(seed=Seed(0x3F2A)),
    "seed=0x3F2A:2": ExperimentOptions(seed=Seed(0x3F2A, 2)),
    "seed=12": ExperimentOptions(seed=Seed(12)),
    "seed=012:1": ExperimentOptions(seed=Seed(12, 1)),
    "name=owls": ExperimentOptions(name="owls"),
    'name="snowy owls"': ExperimentOptions(name="snowy owls"),
    'notebook="my animals.ipynb"': ExperimentOptions(notebook="my animals.ipynb"),
    "silence=XPT001,XPT003": ExperimentOptions(silence=frozenset({"XPT001", "XPT003"})),
    "repeats=5\tgoal=min": ExperimentOptions(repeats=5, goal="min"),
    'repeats=3 --note "scaled features" metrics=accuracy,f1': ExperimentOptions(
        repeats=3, note="scaled features", metrics=("accuracy", "f1")
    ),
}


@pytest.mark.parametrize("line", GOOD)
def test_good_lines(line: str) -> None:
    assert experiment_options(line) == GOOD[line]


_SEED = "seed is a recorded seed like 0x3f2a or 0x3f2a:2 (repeat 2 alone), not "
_REPEATS = f"repeats is a whole number from 1 to {MAX_REPEATS}, not "
BAD = {
    "5": f"'5' is no option: write key=value; the options are {OPTIONS}",
    "repeats": f"'repeats' is no option: write key=value; the options are {OPTIONS}",
    "repeats = 5": f"'repeats' is no option: write key=value; the options are {OPTIONS}",
    "-repeats 5": f"'-repeats' is no option: write key=value; the options are {OPTIONS}",
    "=5": f"'=5' is no option: write key=value; the options are {OPTIONS}",
    "note=two words": f"'words' is no option: write key=value; the options are {OPTIONS}",
    "repeat=5": f"there is no option 'repeat' (did you mean repeats?); the options are {OPTIONS}",
    "--notes x": f"there is no option 'notes' (did you mean note?); the options are {OPTIONS}",
    "Goal=max": f"there is no option 'Goal' (did you mean goal?); the options are {OPTIONS}",
    "zzz=1": f"there is no option 'zzz'; the options are {OPTIONS}",
    "--zzz": f"there is no option 'zzz'; the options are {OPTIONS}",
    "repeats=5 repeats=6": "repeats is given twice: '5' and again; give it once",
    "repeats=5 --repeats 5": "repeats is given twice: '5' and again; give it once",
    "--note": "note has no value: write note=… or --note …",
    "repeats=5 --goal": "goal has no value: write goal=… or --goal …",
    "repeats=0": _REPEATS + "'0'",
    "repeats=-1": _REPEATS + "'-1'",
    "repeats=100001": _REPEATS + "'100001'",
    "repeats=5.0": _REPEATS + "'5.0'",
    "repeats=1e3": _REPEATS + "'1e3'",
    "repeats=": _REPEATS + "''",
    "repeats=²": _REPEATS + "'²'",
    "repeats=٣": _REPEATS + "'٣'",
    "repeats=five": _REPEATS + "'five'",
    "repeats=" + "9" * 60: _REPEATS + "'" + "9" * 39,
    "goal=best": "goal is max or min, not 'best'",
    "goal=Max": "goal is max or min, not 'Max'",
    "goal=": "goal is max or min, not ''",
    "metrics=,": "metrics names nothing: ','; write metrics=one,two",
    "metrics=val/loss": "metrics names plain variables; 'val/loss' is none (log others with xpt.log)",
    "metrics=accuracy,2nd": "metrics names plain variables; '2nd' is none (log others with xpt.log)",
    "tags=, ,": f"',' is no option: write key=value; the options are {OPTIONS}",
    "tags=','": "tags names nothing: ','; write tags=one,two",
    "metric=": "metric is empty: write metric=… or leave it out",
    "parent=": "parent is empty: write parent=… or leave it out",
    'notebook=" "': "notebook is empty: write notebook=… or leave it out",
    "seed=": _SEED + "''",
    "seed=random": _SEED + "'random'",
    "seed=0x": _SEED + "'0x'",
    "seed=0x3f:0": _SEED + "'0x3f:0'",
    "seed=0x3f:": _SEED + "'0x3f:'",
    "seed=-1": _SEED + "'-1'",
    "seed=0x" + "f" * 65: _SEED + "'0x" + "f" * 57,
    "note=it's": 'a quote is not closed in "note=it\'s": put the text in one pair of quotes',
    'note="open': "a quote is not closed in 'note=\"open': put the text in one pair of quotes",
}


@pytest.mark.parametrize("line", BAD)
def test_bad_lines_are_refused_in_exactly_one_line(line: str) -> None:
    with pytest.raises(OptionError) as refusal:
        experiment_options(line)
    assert str(refusal.value) == BAD[line]
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("line", ["name=", "name=a/b", "name=..", "name=con", "name=" + "x" * 300])
def test_a_name_that_no_series_can_have_is_refused(line: str) -> None:
    with pytest.raises(NameProblem):
        experiment_options(line)


@given(st.lists(st.sampled_from(["a", "note", "--note", "=", " ", '"', "'", "\n", "#", "\\", "é", "\x00", "--", ","])))
def test_no_line_makes_the_parser_raise_anything_else(pieces: list[str]) -> None:
    try:
        experiment_options("".join(pieces))
    except XptError as refusal:
        assert str(refusal).isprintable()


@pytest.mark.parametrize("option", EXPERIMENT_OPTIONS)
def test_both_ways_to_write_an_option_are_alike(option: str) -> None:
    value = {"repeats": "5", "goal": "min", "seed": "0x3f:2", "metrics": "a,b"}.get(option, "x")
    known = tuple(EXPERIMENT_OPTIONS)
    ways = [f"{option}={value}", f"--{option} {value}", f"--{option}={value}", f'--{option}="{value}"']
    assert [split(way, known) for way in ways] == [({option: value}, [])] * 4
    assert len({repr(experiment_options(way)) for way in ways}) == 1


@given(st.text(alphabet=st.characters(exclude_characters='"', exclude_categories=["Cs"])))
def test_any_text_in_double_quotes_comes_through(text: str) -> None:
    assert experiment_options(f'note="{text}"').note == text
    assert experiment_options(f'--note "{text}" repeats=2') == ExperimentOptions(repeats=2, note=text)


@given(st.text(alphabet=string.ascii_letters + string.digits + '$ {}`!%~*?[]()<>|&;\\"#'))
def test_nothing_is_special_inside_single_quotes(text: str) -> None:
    assert experiment_options(f"note='{text}'").note == text


def test_dashes_and_underscores_in_a_key_are_alike() -> None:
    assert split("--dry-run yes", ("dry_run",)) == ({"dry_run": "yes"}, [])


def test_words_are_kept_where_they_are_allowed() -> None:
    found = split("9 'two words' a=b --parent 3 x", ("parent",), words=True)
    assert found == ({"parent": "3"}, ["9", "two words", "a=b", "x"])
    with pytest.raises(OptionError, match=r"no option .parnt. .did you mean parent"):
        split("9 --parnt 3", ("parent",), words=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("  ", ()),
        ("a", ("a",)),
        (" a , b ", ("a", "b")),
        ("b,a,b", ("b", "a")),
        ("a b,c", ("a b", "c")),
    ],
)
def test_names_in_a_list_come_once_and_in_order(text: str, found: tuple[str, ...]) -> None:
    assert names("tags", text) == found


@pytest.mark.parametrize(
    ("line", "primary"),
    [("", None), ("metrics=a,b", "a"), ("metric=c", "c"), ("metrics=a,b metric=b", "b")],
)
def test_the_primary_metric_is_the_one_named_or_the_first(line: str, primary: str | None) -> None:
    assert experiment_options(line).primary == primary


def test_every_option_says_how_it_is_written() -> None:
    for option, purpose in EXPERIMENT_OPTIONS.items():
        assert f"({option}=" in purpose
