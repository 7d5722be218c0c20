"""Identity: which experiment a run belongs to, told in situations of a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from jupyter_xpt.ground.facts import ExperimentFacts, RunFacts
from jupyter_xpt.ground.records import (
    DIED,
    FAILED,
    FINISHED,
    INTERRUPTED,
    RUNNING,
    ExperimentRecord,
    RunRecord,
    SourceRecord,
    Summary,
)
from jupyter_xpt.thought.identity import Asked, Decision, cell_was, decide

DRAFT, A, B, C = "cats.ipynb", "cell-a", "cell-b", "cell-c"


def run(status: str = FINISHED, notebook: str | None = DRAFT, cell: str | None = A, started: str = "") -> RunFacts:
    """A run; without a start, none that matters."""
    started = started or "2026-11-23T12:00:00+01:00"
    written = RUNNING if status == DIED else status
    record = RunRecord("run", 1, written, started, "sha256:any", 1, "0x1", notebook=notebook, cell=cell)
    return RunFacts("run", status, record, Summary(0))


def at(minute: int, **given: Any) -> RunFacts:
    """A run that started in that minute."""
    return run(started=f"2026-11-23T12:{minute:02d}:00+01:00", **given)


def experiment(
    number: int,
    digest: str | None,
    *runs: RunFacts,
    parent: int | None = None,
    seen: Mapping[str, str] | None = None,
    **given: Any,
) -> ExperimentFacts:
    """An experiment with that source; frozen as soon as one of its runs finished."""
    source = SourceRecord(digest, seen=seen or {}) if digest is not None else None
    frozen = "run" if any(one.status == FINISHED for one in runs) else None
    cell = next((one.record.cell for one in runs if one.record is not None), None)
    fields = {"parent": parent, "source": source, "frozen": frozen, "cell": cell, "notebook": DRAFT, **given}
    record = ExperimentRecord("cats", number, "now", **fields)
    return ExperimentFacts(record.name, record, runs)


def known(*experiments: ExperimentFacts) -> dict[int, ExperimentFacts]:
    """What is on disk, by number."""
    return {one.name.number: one for one in experiments}


def asked(digest: str, cell: str | None = A, files: Mapping[str, str] | None = None, **given: Any) -> Asked:
    """The cell of the draft starts with that source."""
    return Asked(digest, (files or {}).get, **{"notebook": DRAFT, "cell": cell, **given})


def numbered(number: int, digest: str, cell: str | None = A, **given: Any) -> Asked:
    """The cell of a numbered notebook starts with that source."""
    return asked(digest, cell, own=number, notebook=f"cats_{number:03d}.ipynb", **given)


NINE = "cats_009.ipynb"
DAMAGED = ExperimentFacts(experiment(9, "x").name, None, (run(notebook=NINE),), ("experiment.json: damaged",))

SITUATIONS: dict[str, tuple[Asked, dict[int, ExperimentFacts], Decision]] = {
    "the first run of a fresh draft begins the series": (asked("one"), {}, Decision(None, None)),
    "a first run may name its parent": (
        asked("two", cell=B, parent=1),
        known(experiment(1, "one", run())),
        Decision(None, 1),
    ),
    "the same source again is another run of it": (
        asked("one"),
        known(experiment(1, "one", run())),
        Decision(1, None, same=True, was=1),
    ),
    "the same source again keeps the parent that it has": (
        asked("two", before=2),
        known(experiment(1, "one", at(1)), experiment(2, "two", at(2), parent=1)),
        Decision(2, 1, same=True, was=2),
    ),
    "the same source again is the same though a parent is named": (
        asked("two", parent=7),
        known(experiment(2, "two", run(), parent=1), experiment(7, "seven", run(cell=B))),
        Decision(2, 1, same=True, was=2),
    ),
    "an edited frozen one gives the next number with it as parent": (
        asked("two"),
        known(experiment(1, "one", run())),
        Decision(None, 1, was=1),
    ),
    "back to an earlier source is a run of that one": (
        asked("one"),
        known(experiment(1, "one", at(1)), experiment(2, "two", at(2), parent=1)),
        Decision(1, None, same=True, was=2),
    ),
    "edited after going back is changed from where it went back to": (
        asked("three"),
        known(experiment(1, "one", at(1), at(3)), experiment(2, "two", at(2), parent=1)),
        Decision(None, 1, was=1),
    ),
    "edited after a failure belongs to the same number": (
        asked("mended"),
        known(experiment(1, "one", run(FAILED))),
        Decision(1, None, was=1),
    ),
    "edited after an interrupt belongs to the same number": (
        asked("mended"),
        known(experiment(1, "one", run(INTERRUPTED))),
        Decision(1, None, was=1),
    ),
    "edited after the kernel died belongs to the same number": (
        asked("mended"),
        known(experiment(1, "one", run(DIED))),
        Decision(1, None, was=1),
    ),
    "mended and named its own parent again": (
        asked("mended", parent=1),
        known(experiment(1, "one", at(1)), experiment(2, "two", at(2, status=FAILED), parent=1)),
        Decision(2, 1, was=2),
    ),
    "mended but named another parent is a new one": (
        asked("mended", parent=7),
        known(experiment(2, "two", run(FAILED), parent=1), experiment(7, "seven", run(cell=B))),
        Decision(None, 7, was=2),
    ),
    "edited after it finished once, failed since, is the next number": (
        asked("two"),
        known(experiment(1, "one", at(1), at(2, status=FAILED))),
        Decision(None, 1, was=1),
    ),
    "edited while it still runs elsewhere is a new number": (
        asked("two"),
        known(experiment(1, "one", run(RUNNING))),
        Decision(None, 1, was=1),
    ),
    "the same source while it runs elsewhere is another run": (
        asked("one"),
        known(experiment(1, "one", run(RUNNING))),
        Decision(1, None, same=True, was=1),
    ),
    "an explicit parent wins over what the cell was": (
        asked("two", parent=3),
        known(experiment(1, "one", run()), experiment(3, "three", run(cell=B))),
        Decision(None, 3, was=1),
    ),
    "what this kernel ran last wins over the newest on disk": (
        asked("four", before=1),
        known(experiment(1, "one", at(1)), experiment(3, "three", at(5))),
        Decision(None, 1, was=1),
    ),
    "what this kernel ran last was deleted since": (
        asked("four", before=2),
        known(experiment(1, "one", at(1))),
        Decision(None, 1, was=1),
    ),
    "two numbers with one source: the one that the cell was": (
        asked("one", before=2),
        known(experiment(1, "one", at(1)), experiment(2, "one", at(2))),
        Decision(2, None, same=True, was=2),
    ),
    "two numbers with one source and nothing known: the first": (
        asked("one", cell=C),
        known(experiment(2, "one", at(1)), experiment(1, "one", at(2))),
        Decision(1, None, same=True),
    ),
    # Numbered notebooks
    "a frozen numbered notebook edited: the next number, parent it": (
        numbered(9, "ten"),
        known(experiment(9, "nine", run(notebook=NINE), parent=8)),
        Decision(None, 9, was=9),
    ),
    "a numbered notebook as it ran": (
        numbered(9, "nine"),
        known(experiment(9, "nine", run(notebook=NINE), parent=8)),
        Decision(9, 8, same=True, was=9),
    ),
    "a numbered notebook whose source a lower number has too keeps its own": (
        numbered(9, "nine"),
        known(experiment(1, "nine", run()), experiment(9, "nine", run(notebook=NINE), parent=8)),
        Decision(9, 8, same=True, was=9),
    ),
    "a numbered notebook that the draft made, edited there": (
        numbered(9, "ten"),
        known(experiment(9, "nine", run(), parent=8)),
        Decision(None, 9, was=9),
    ),
    "a numbered notebook that failed, mended": (
        numbered(9, "mended"),
        known(experiment(9, "nine", run(FAILED, notebook=NINE), parent=8)),
        Decision(9, 8, was=9),
    ),
    "a numbered notebook without its out": (
        numbered(9, "nine", own_parent=8),
        known(),
        Decision(9, 8, was=9),
    ),
    "a numbered notebook without its out, a parent named": (
        numbered(9, "nine", own_parent=8, parent=3),
        known(experiment(3, "three", run())),
        Decision(9, 3, was=9),
    ),
    "a numbered notebook without its out whose source another one has": (
        numbered(9, "one"),
        known(experiment(1, "one", run())),
        Decision(1, None, same=True),
    ),
    # Forks
    "a fork run unchanged belongs to the parent's experiment": (
        numbered(12, "nine"),
        known(experiment(9, "nine", run(notebook=NINE)), experiment(12, None, parent=9)),
        Decision(9, None, same=True, was=12),
    ),
    "a fork run changed is its own number": (
        numbered(12, "twelve"),
        known(experiment(9, "nine", run(notebook=NINE)), experiment(12, None, parent=9)),
        Decision(12, 9, was=12),
    ),
    "a fork changed after it was run unchanged is its own number": (
        numbered(12, "twelve", before=9),
        known(experiment(9, "nine", run(notebook="cats_012.ipynb")), experiment(12, None, parent=9)),
        Decision(12, 9, was=12),
    ),
    "a fork run changed with another parent named leaves the plan": (
        numbered(12, "twelve", parent=3),
        known(experiment(3, "three", run()), experiment(9, "nine", run()), experiment(12, None, parent=9)),
        Decision(None, 3, was=12),
    ),
    # Several experiment cells in one notebook
    "a new cell below has the cell above as parent": (
        asked("two", cell=B, above=(A,)),
        known(experiment(1, "one", run())),
        Decision(None, 1),
    ),
    "a new cell takes the nearest cell above that ran": (
        asked("three", cell=C, above=(B, A)),
        known(experiment(1, "one", at(1)), experiment(2, "two", at(2, cell=B))),
        Decision(None, 2),
    ),
    "a new cell passes over cells above that never ran": (
        asked("three", cell=C, above=(B, A)),
        known(experiment(1, "one", at(1))),
        Decision(None, 1),
    ),
    "a new cell takes what the cell above was last": (
        asked("three", cell=B, above=(A,)),
        known(experiment(1, "one", at(1)), experiment(2, "two", at(2))),
        Decision(None, 2),
    ),
    "a new cell at the top has no parent": (
        asked("two", cell=B),
        known(experiment(1, "one", run())),
        Decision(None, None),
    ),
    "each cell is changed from what it was itself": (
        asked("edited", cell=A),
        known(experiment(1, "one", at(1)), experiment(2, "two", at(2, cell=B))),
        Decision(None, 1, was=1),
    ),
    "the lower cell edited is changed from itself, not from the one above": (
        asked("edited", cell=B, above=(A,)),
        known(experiment(1, "one", at(3)), experiment(2, "two", at(2, cell=B), parent=1)),
        Decision(None, 2, was=2),
    ),
    "a second cell in a numbered notebook does not take its number": (
        numbered(9, "other", cell=B, above=(A,)),
        known(experiment(9, "nine", run(FAILED, notebook=NINE))),
        Decision(None, 9),
    ),
    "a second cell in a numbered notebook goes on with its own": (
        numbered(9, "edited", cell=B, above=(A,)),
        known(
            experiment(9, "nine", run(notebook=NINE)),
            experiment(10, "ten", run(notebook=NINE, cell=B), parent=9),
        ),
        Decision(None, 10, was=10),
    ),
    "a second cell in a numbered notebook mends its own": (
        numbered(9, "edited", cell=B, above=(A,)),
        known(
            experiment(9, "nine", run(notebook=NINE)),
            experiment(10, "ten", run(FAILED, notebook=NINE, cell=B), parent=9),
        ),
        Decision(10, 9, was=10),
    ),
    # Damage
    "a damaged record takes no edits and is no one's double": (
        numbered(9, "nine"),
        known(DAMAGED),
        Decision(None, 9, was=9),
    ),
    "a damaged record beside hides nothing": (
        asked("one"),
        known(DAMAGED, experiment(1, "one", run())),
        Decision(1, None, same=True, was=1),
    ),
    "a damaged run hides nothing": (
        asked("two"),
        known(
            experiment(
                1,
                "one",
                at(1),
                RunFacts("r", "damaged", None, Summary(0), ("run.json: damaged",)),
                frozen="r",
            )
        ),
        Decision(None, 1, was=1),
    ),
    # Files that were seen only while it ran
    "the same with the files that it opened": (
        asked("one", files={"c.yaml": "sha256:1"}),
        known(experiment(1, "one", run(), seen={"c.yaml": "sha256:1"})),
        Decision(1, None, same=True, was=1),
    ),
    "a file that it opened has changed": (
        asked("one", files={"c.yaml": "sha256:2"}),
        known(experiment(1, "one", run(), seen={"c.yaml": "sha256:1"})),
        Decision(None, 1, was=1),
    ),
    "a file that it opened is gone": (
        asked("one"),
        known(experiment(1, "one", run(), seen={"c.yaml": "sha256:1"})),
        Decision(None, 1, was=1),
    ),
    "the file changed back": (
        asked("one", files={"c.yaml": "sha256:1"}),
        known(
            experiment(1, "one", at(1), seen={"c.yaml": "sha256:1"}),
            experiment(2, "one", at(2), seen={"c.yaml": "sha256:2"}, parent=1),
        ),
        Decision(1, None, same=True, was=2),
    ),
    # Sessions without a notebook
    "a session without notebook begins a series": (
        asked("one", cell=None, notebook=None),
        {},
        Decision(None, None),
    ),
    "a session without notebook goes on": (
        asked("two", cell=None, notebook=None),
        known(experiment(1, "one", run(notebook=None, cell=None))),
        Decision(None, 1, was=1),
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_which_experiment(situation: str) -> None:
    question, facts, decision = SITUATIONS[situation]
    assert decide(question, facts) == decision


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_order_of_what_was_read_does_not_matter(situation: str) -> None:
    question, facts, decision = SITUATIONS[situation]
    assert decide(question, dict(reversed(facts.items()))) == decision


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-11-23T12:00:00+01:00", "2026-11-23T12:00:01+01:00"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:10:00+01:00"),
        ("2026-11-23T23:00:00+14:00", "2026-11-23T12:00:00+00:00"),
        ("2026-11-23T12:00:00+00:00", "2026-11-23T09:00:00-05:00"),
        ("2026-11-23T12:00:00.100000+01:00", "2026-11-23T12:00:00.200000+01:00"),
        ("not a time", "2026-11-23T12:00:00"),
    ],
    ids=[
        "a second",
        "the hour that comes twice",
        "the date line",
        "travel west",
        "parts of a second",
        "damaged",
    ],
)
def test_the_newest_run_is_the_newest_in_time_whatever_the_zone(earlier: str, later: str) -> None:
    facts = known(experiment(2, "two", run(started=earlier)), experiment(1, "one", run(started=later)))
    assert cell_was(asked("three"), facts) == 1


def test_deciding_twice_gives_the_same() -> None:
    question, facts, decision = SITUATIONS["a fork run changed is its own number"]
    assert [decide(replace(question), facts) for _ in range(2)] == [decision] * 2
