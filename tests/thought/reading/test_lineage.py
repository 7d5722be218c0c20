from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.ground.facts import ExperimentFacts, SeriesFacts
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.ground.records import Change, SeriesRecord
from jupyter_xpt.thought.reading.lineage import Overviewer, overview
from tests.builders import by_name, experiment_record, facts, run_facts

GOALS = ({}, {"accuracy": "min"}, {"accuracy": "up"})
LOW, HIGH = [0.90, 0.91, 0.905, 0.895, 0.9], [0.93, 0.935, 0.925, 0.93, 0.94]


def lineage(*experiments):
    return overview(by_name(*experiments)).lineages[0]


def with_runs(number, *runs, parent=None, **given):
    record = experiment_record(number, parent, **given)
    return ExperimentFacts(record.name, record, runs)


def pinned(baseline=None, goals=None):
    """What is settled for the series, as the shelf gives it."""
    return {"cats": SeriesFacts("cats", SeriesRecord("cats", baseline, goals or {}))}


def settled_lineage(settled, *experiments):
    return overview(by_name(*experiments), settled=settled).lineages[0]


def texts(row):
    return " | ".join(one.text for one in row.warnings)


def test_nothing_gives_an_empty_overview():
    assert overview({}).lineages == ()


def test_a_better_child_improved_and_says_by_how_much():
    child = lineage(facts(1, LOW), facts(2, HIGH, parent=1)).row(2)
    assert child.verdict.verdict == "improved"
    assert child.sentence.startswith("Improved on 001 by +0.030 accuracy (95 % interval")
    assert child.main.mean == pytest.approx(0.932)
    assert [value.seed.partition(":")[2] for value in child.main.values][:2] == ["1", "2"]


def test_the_goal_turns_the_verdict():
    runs = [run_facts({"accuracy": one}, goals={"accuracy": "min"}) for one in (LOW, HIGH)]
    found = lineage(with_runs(1, runs[0]), with_runs(2, runs[1], parent=1))
    assert found.row(2).verdict.verdict == "worse"
    assert found.goal == "min"


def test_a_replayed_repeat_is_no_new_evidence():
    again = with_runs(2, run_facts({"accuracy": HIGH}, 1), run_facts({"accuracy": HIGH}, 2), parent=1)
    row = lineage(facts(1, LOW), again).row(2)
    assert row.main.n == 5
    assert row.verdict.confidence == 0.95


def test_runs_of_the_same_source_are_pooled_and_compared_at_99_percent():
    other = run_facts({"accuracy": HIGH[::-1]}, 2)
    again = with_runs(2, run_facts({"accuracy": HIGH}, 1), other, parent=1)
    row = lineage(facts(1, LOW), again).row(2)
    assert row.main.n == 10
    assert row.verdict.confidence == 0.99
    assert {value.run for value in row.main.values} == {run.run for run in row.runs}


def test_a_run_from_before_a_mended_typo_does_not_count_but_shows():
    typo = run_facts({"accuracy": [0.1] * 5}, 1, digest="sha256:typo")
    row = lineage(facts(1, LOW), with_runs(2, typo, run_facts({"accuracy": HIGH}, 2), parent=1)).row(2)
    assert row.main.n == 5
    assert row.verdict.confidence == 0.95
    assert [run.counts for run in row.runs] == [False, True]


def test_failed_and_infinite_repeats_are_counted_and_never_favour():
    run = run_facts({"accuracy": [*HIGH, "Infinity", 0.99]}, failed=[7])
    row = lineage(facts(1, LOW), with_runs(2, run, parent=1)).row(2)
    assert (row.main.n, row.main.failed) == (5, 2)
    assert row.verdict.verdict == "not sure"
    assert "failed" in row.sentence


@pytest.mark.parametrize(
    ("parent", "child", "said"),
    [
        (facts(1, [0.9, 0.8]), facts(2, HIGH, parent=1), "too few repeats (2 of 3)"),
        (facts(1, [0.9] * 5), facts(2, [0.9] * 5, parent=1), "identical values: is the seed fixed?"),
        (with_runs(1, run_facts({"f1": LOW})), facts(2, HIGH, parent=1), "001 has no accuracy"),
        (facts(1), facts(2, HIGH, parent=1), "has no values"),
    ],
    ids=["too few", "identical", "another metric", "parent never ran"],
)
def test_not_sure_says_why(parent, child, said):
    row = lineage(parent, child).row(2)
    assert row.verdict.verdict == "not sure"
    assert said in row.verdict.reason
    assert row.sentence.startswith("Not sure against 001")


def test_a_verdict_waits_for_the_end_of_the_run():
    running = with_runs(2, run_facts({"accuracy": HIGH}, status="running"), parent=1)
    row = lineage(facts(1, LOW), running).row(2)
    assert (row.verdict, row.sentence) == (None, "")
    assert row.main.n == 5
    more = with_runs(
        2, run_facts({"accuracy": HIGH}), run_facts({"accuracy": [0.1] * 3}, 2, status="running"), parent=1
    )
    row = lineage(facts(1, LOW), more).row(2)
    assert row.verdict.verdict == "improved"
    assert (row.main.n, row.status) == (5, "running")


def test_a_damaged_experiment_shows_with_what_can_still_be_read():
    name = ExperimentName("cats", 1)
    damaged = ExperimentFacts(name, None, (run_facts({"accuracy": LOW}),), ("experiment.json: damaged",))
    row = lineage(damaged, facts(2, HIGH, parent=1)).row(1)
    assert (row.status, row.main.n) == ("damaged", 5)
    assert texts(row) == "experiment.json: damaged"


def test_what_changed_is_offered_as_the_note():
    changes = (Change("cell 1", "parameter", "n_estimators", "100", "300"),)
    row = lineage(facts(1, LOW, changes=changes)).row(1)
    assert "100" in row.offered
    assert row.title == row.offered
    assert lineage(facts(1, LOW, changes=changes, note="more trees")).row(1).title == "more trees"


def test_the_tree_is_depth_first_with_children_by_number():
    found = lineage(facts(1), facts(2, parent=1), facts(10, parent=2), facts(3, parent=1), facts(9, parent=2))
    assert [(row.number, row.depth, row.last) for row in found.rows] == [
        (1, 0, True),
        (2, 1, False),
        (9, 2, False),
        (10, 2, True),
        (3, 1, True),
    ]


def test_a_missing_parent_makes_a_root_and_is_told():
    row = lineage(facts(5, HIGH, parent=4)).row(5)
    assert (row.depth, row.verdict) == (0, None)
    assert texts(row) == "its parent 004 is not there"


def test_a_cycle_is_cut_once_and_told():
    found = lineage(facts(1, parent=3), facts(2, parent=1), facts(3, parent=2), facts(4, parent=3), facts(5, parent=5))
    assert [(row.number, row.depth) for row in found.rows] == [(1, 0), (2, 1), (3, 2), (4, 3), (5, 0)]
    assert texts(found.row(1)) == "its parent 003 descends from it"
    assert texts(found.row(5)) == "its parent 005 descends from it"
    assert texts(found.row(2)) == ""


def test_thousands_deep_and_wide_need_no_recursion():
    deep = lineage(*(facts(number, parent=number - 1 or None) for number in range(1, 3001)))
    assert deep.rows[-1].depth == 2999
    wide = lineage(facts(1), *(facts(number, parent=1) for number in range(2, 5002)))
    assert [row.number for row in wide.rows] == list(range(1, 5002))


def test_series_stand_apart_in_order():
    dogs = facts(1, LOW, series="dogs")
    found = overview(by_name(dogs, facts(1, LOW), facts(2, HIGH, parent=1)))
    assert [one.series for one in found.lineages] == ["cats", "dogs"]
    assert found.of("birds") is None


def test_comparisons_are_counted_with_the_chance_of_a_false_green():
    found = lineage(facts(1, LOW), *(facts(number, HIGH, parent=1) for number in range(2, 22)), facts(22, parent=1))
    assert (found.comparisons, found.confidence) == (20, 0.95)
    assert 0.15 < found.chance < 0.25
    assert lineage(facts(1, LOW)).chance is None


def test_nothing_is_made_anew_while_nothing_changed():
    overviewer = Overviewer()
    known = by_name(facts(1, LOW), facts(2, HIGH, parent=1), facts(3, LOW, parent=2), facts(1, series="dogs"))
    before = overviewer.overview(known)
    assert overviewer.overview(known) is before
    assert overviewer.overview(dict(known)).lineages[0] is before.lineages[0]
    name = ExperimentName("cats", 2)
    after = overviewer.overview({**known, name: replace(known[name], record=replace(known[name].record, note="x"))})
    rows = {row.number: row for row in after.lineages[0].rows}
    assert rows[1] is before.lineages[0].row(1)
    assert rows[2].note == "x"
    assert rows[3] is before.lineages[0].row(3)
    assert after.lineages[1] is before.lineages[1]


@given(st.data())
def test_an_overview_made_step_by_step_equals_one_made_at_once(data):
    overviewer = Overviewer()
    known, settled = {}, {}
    for _ in range(data.draw(st.integers(1, 6))):
        number = data.draw(st.integers(1, 4))
        if data.draw(st.booleans()):
            known.pop(ExperimentName("cats", number), None)
        else:
            parent = data.draw(st.one_of(st.none(), st.integers(1, 5)))
            known |= by_name(facts(number, data.draw(st.sampled_from([LOW, HIGH, ()])), parent=parent))
        if data.draw(st.booleans()):
            settled = pinned(data.draw(st.one_of(st.none(), st.integers(1, 5))), data.draw(st.sampled_from(GOALS)))
        known = dict(known)
        assert overviewer.overview(known, settled) == overview(known, settled=settled)


def test_a_given_confidence_holds_for_every_verdict():
    found = overview(by_name(facts(1, LOW), facts(2, HIGH, parent=1)), 0.999).lineages[0]
    assert found.row(2).verdict.confidence == 0.999


# -- what is settled for a series ---------------------------------------------------------------------------

FAMILY = (facts(1, LOW), facts(2, HIGH, parent=1), facts(3, HIGH[::-1], parent=2), facts(4, LOW))


def test_a_pinned_baseline_stands_in_for_the_parent_in_every_verdict():
    found = settled_lineage(pinned(2), *FAMILY)
    assert found.baseline == 2
    assert [(row.number, row.parent, row.against) for row in found.rows] == [
        (1, None, 2),
        (2, 1, 1),
        (3, 2, 2),
        (4, None, 2),
    ]
    assert found.row(4).verdict.verdict == "worse"
    assert found.row(4).sentence.startswith("Worse than 002 by")
    assert found.row(1).sentence.startswith("Worse than 002 by")
    assert found.row(2).sentence.startswith("Improved on 001")
    assert [row.depth for row in found.rows] == [0, 1, 2, 0]


def test_without_a_baseline_each_is_compared_with_its_parent():
    found = lineage(*FAMILY)
    assert (found.baseline, found.warnings) == (None, ())
    assert [row.against for row in found.rows] == [None, 1, 2, None]
    assert lineage(facts(5, HIGH, parent=4)).row(5).against is None


@pytest.mark.parametrize(
    ("settled", "said"),
    [
        (pinned(9), "the pinned baseline 009 is not there; each experiment is compared with its parent"),
        (pinned(5), "the pinned baseline 005 is damaged; each experiment is compared with its parent"),
        (
            {"cats": SeriesFacts("cats", None, ("cats.json: damaged",))},
            "cats.json: damaged; no baseline is pinned and no goal set by it",
        ),
    ],
    ids=["missing", "damaged", "the record itself damaged"],
)
def test_a_baseline_that_cannot_be_used_is_told_and_not_followed(settled, said):
    damaged = ExperimentFacts(ExperimentName("cats", 5), None, (run_facts({"accuracy": LOW}),), ("damaged",))
    found = settled_lineage(settled, *FAMILY, damaged)
    assert found.baseline is None
    assert [one.text for one in found.warnings] == [said]
    assert [row.against for row in found.rows] == [None, 1, 2, None, None]


def test_a_pinned_baseline_is_compared_with_also_across_a_cut_cycle():
    found = settled_lineage(pinned(3), facts(1, LOW, parent=2), facts(2, HIGH, parent=1), facts(3, LOW))
    assert [(row.number, row.against) for row in found.rows] == [(3, None), (1, 3), (2, 3)]
    assert found.row(2).verdict.verdict == "improved"


def test_goals_that_the_user_set_win_over_those_of_runs():
    given = run_facts({"accuracy": HIGH}, given=("accuracy",))
    found = settled_lineage(pinned(goals={"accuracy": "min"}), facts(1, LOW), with_runs(2, given, parent=1))
    assert found.row(2).verdict.verdict == "worse"
    assert (found.goal, found.goals) == ("min", {"accuracy": "min"})


def test_a_goal_that_is_none_is_told_and_not_followed():
    found = settled_lineage(pinned(goals={"accuracy": "up"}), *FAMILY)
    assert found.row(2).verdict.verdict == "improved"
    assert [one.text for one in found.warnings] == [
        "the goal of accuracy is 'up', neither max nor min, and not followed"
    ]


def test_a_lineage_names_its_metrics_the_primary_one_first_with_their_goals():
    both = run_facts({"loss": LOW, "accuracy": HIGH})
    found = lineage(with_runs(1, both), with_runs(2, run_facts({"f1": LOW, "accuracy": LOW}, goals={"f1": "min"})))
    assert found.metrics == ("accuracy", "loss", "f1")
    assert found.goals == {"loss": "min", "accuracy": "max", "f1": "min"}


def test_only_a_change_that_weighs_makes_the_rows_that_hang_on_a_baseline_anew():
    overviewer, settled = Overviewer(), pinned(1)
    known = by_name(*FAMILY)
    before = overviewer.overview(known, settled).lineages[0]
    assert overviewer.overview(known, settled).lineages[0] is before
    name = ExperimentName("cats", 1)
    known = {**known, name: replace(known[name], record=replace(known[name].record, note="x"))}
    noted = overviewer.overview(known, settled).lineages[0]
    assert noted.row(1).note == "x"
    assert all(noted.row(number) is before.row(number) for number in (2, 3, 4))
    known = {**known, name: facts(1, HIGH)}
    moved = overviewer.overview(known, settled).lineages[0]
    assert all(moved.row(number) is not before.row(number) for number in (2, 3, 4))
    unpinned = overviewer.overview(known, pinned()).lineages[0]
    assert [row.against for row in unpinned.rows] == [None, 1, 2, None]
