from __future__ import annotations

import pytest

from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.thought.reading.lineage import overview
from jupyter_xpt.thought.reading.standing import comparisons, standing
from tests.builders import by_name, experiment_record, facts, run_facts

LOW, HIGH = [0.90, 0.91, 0.905, 0.895, 0.9], [0.93, 0.935, 0.925, 0.93, 0.94]


def lineage(*experiments):
    return overview(by_name(*experiments)).lineages[0]


@pytest.mark.parametrize(
    ("experiment", "said"),
    [
        (facts(2, HIGH), ""),
        (facts(2, HIGH, parent=1), "improved"),
        (facts(2, LOW, parent=1), "not sure"),
        (facts(2, parent=1, source=None), "planned"),
        (
            ExperimentFacts(
                facts(2).name, experiment_record(2, 1), (run_facts({"accuracy": [0.9]}, status="running"),)
            ),
            "running, 1 of 5",
        ),
        (
            ExperimentFacts(facts(2).name, experiment_record(2, 1), (run_facts({}, status="died"),)),
            "died",
        ),
        (ExperimentFacts(facts(2).name, None, (), ("experiment.json is missing",)), "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_experiment_stands_as_its_verdict_or_what_kept_it_from_one(experiment, said):
    assert standing(lineage(facts(1, LOW), experiment).row(2)) == said


def test_comparisons_are_said_with_what_luck_makes_of_them():
    assert comparisons(lineage(facts(1, LOW))) == ""
    one = comparisons(lineage(facts(1, LOW), facts(2, HIGH, parent=1)))
    assert one.startswith("1 comparison at 95 %: if no change did anything, the chance that it looks improved is")
    many = comparisons(lineage(facts(1, LOW), *(facts(number, HIGH, parent=1) for number in range(2, 22))))
    assert many.startswith("20 comparisons at 95 %")
    assert "at least one of them looks improved is up to 21 %" in many
