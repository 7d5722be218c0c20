from __future__ import annotations

import pytest

from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.records import SourceRecord, Warned
from jupyter_xpt.thought.reading.lineage import overview
from tests.builders import experiment_record, facts, run_facts

LOW = [0.90, 0.91, 0.905, 0.895, 0.9]


def one(found):
    return overview({found.name: found}).lineages[0].rows[0]


def with_runs(number, *runs, **given):
    record = experiment_record(number, None, **given)
    return ExperimentFacts(record.name, record, runs)


def texts(row):
    return " | ".join(one.text for one in row.warnings)


def test_a_goal_that_the_user_gave_wins_over_a_later_guess():
    runs = (
        run_facts({"accuracy": LOW}, 1, goals={"accuracy": "min"}, given=("accuracy",)),
        run_facts({"accuracy": LOW}, 2, goals={"accuracy": "max"}),
    )
    assert one(with_runs(1, *runs)).goal == "min"


def test_a_goal_that_no_run_wrote_down_follows_the_name():
    run = run_facts({"val/loss": LOW}, goals={}, primary=None)
    row = one(with_runs(1, run))
    assert (row.primary, row.goal) == ("val/loss", "min")


def test_repeats_that_finished_without_the_metric_are_told_of():
    row = one(with_runs(1, run_facts({"accuracy": [0.9, None, 0.8], "loss": [1, 2, 3]})))
    assert row.main.missing == 1
    assert "1 of 3 repeats finished without logging accuracy" in texts(row)


def test_identical_values_are_told_of_once():
    row = one(facts(1, [0.5] * 4))
    assert "4 repeats with identical values of accuracy: is the seed fixed?" in texts(row)
    told = Warned("XPT004", "accuracy is 0.5 in all 4 repeats: nothing random reaches it, or a seed is fixed")
    row = one(with_runs(1, run_facts({"accuracy": [0.5] * 4}, warnings=(told,))))
    assert row.warnings == (told,)


@pytest.mark.parametrize(
    ("runs", "given", "status"),
    [
        ((), {"source": None}, "planned"),
        ((run_facts({"accuracy": LOW}),), {}, "finished"),
        ((run_facts({"accuracy": [None]}, failed=[1], status="failed"),), {}, "failed"),
        ((run_facts({"accuracy": LOW}, status="interrupted"),), {}, "interrupted"),
        ((run_facts({"accuracy": LOW}, status="died"),), {}, "died"),
        ((run_facts({"accuracy": LOW}), run_facts({"accuracy": LOW}, 2, status="running")), {}, "running"),
        ((run_facts({"accuracy": LOW}), run_facts({"accuracy": [1]}, 2, status="failed")), {}, "finished"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_status_says_what_an_experiment_is(runs, given, status):
    assert one(with_runs(1, *runs, **given)).status == status


def test_an_experiment_whose_source_is_unknown_counts_its_last_runs_source():
    runs = (run_facts({"accuracy": [0.1] * 3}, 1, digest="a"), run_facts({"accuracy": LOW}, 2, digest="b"))
    assert one(with_runs(1, *runs, source=None)).main.n == 5
    assert one(with_runs(1, *runs, source=SourceRecord("a"))).main.n == 3
