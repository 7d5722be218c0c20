"""What is said of an output of one experiment that another uses."""

from __future__ import annotations

import pytest

from jupyter_xpt.ground.datasets import DatasetRecord, parse_run, same_digest
from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.ground.records import ExperimentRecord
from jupyter_xpt.thought.data import producing
from jupyter_xpt.thought.data.alarms import compare
from tests.builders import experiment_record, run_facts

RUN = "2026_11_23-12_34_01"


def used(**given: object) -> DatasetRecord:
    fields = {"maker": f"cats_009/{RUN}", "expected": "sha256:1", "digest": "sha256:1", **given}
    return DatasetRecord("a.npy", "file", **fields)  # type: ignore[arg-type]


def made(number: int = 9, parent: int | None = None, **given: object) -> ExperimentFacts:
    drew = given.pop("drew", False)
    fields = {"cell": "A", "frozen": RUN, **given}
    return ExperimentFacts(
        experiment_record(number, parent).name,
        experiment_record(number, parent, **fields),
        (run_facts({"accuracy": [0.5]}, drew=drew),),
    )


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (used(), False),
        (used(digest="sha256:2"), True),
        (used(digest=None), False),
        (used(expected=None, digest="sha256:2"), False),
        (used(digest="blake3:2"), False),
        (used(maker=None, digest="sha256:2"), False),
        (used(maker="../../etc/passwd", digest="sha256:2"), False),
    ],
    ids=["the same", "other", "not known", "never known", "another algorithm", "nobody's", "hostile"],
)
def test_content_that_was_changed_since_is_said(record: DatasetRecord, said: bool) -> None:
    found = producing.altered(record)
    assert (found is not None) == said
    assert found is None or found.startswith("the content was changed after run")


@pytest.mark.parametrize(
    ("newest", "said"),
    [
        (None, False),
        ((RUN, "sha256:1"), False),
        (("2026_11_24-00_00_00", "sha256:1"), False),
        (("2026_11_24-00_00_00", "sha256:2"), True),
        (("2026_11_24-00_00_00", None), True),
    ],
    ids=["none", "the same run", "the same content", "other content", "not known"],
)
def test_a_newer_one_is_said_unless_it_is_the_same(newest: tuple[str, str | None] | None, said: bool) -> None:
    assert (producing.outrun(used(), newest) is not None) == said


def user(number: int = 20, **given: object) -> ExperimentRecord:
    return experiment_record(number, **{"cell": "B", **given})


@pytest.mark.parametrize(
    ("others", "by", "edited", "text"),
    [
        ([], user(), [], None),
        ([made(11, 9)], user(), [], "009 was changed since: its cell is 011 now"),
        (
            [made(10, 9), made(11, 10), made(12, 11, frozen=None)],
            user(),
            [],
            "009 was changed since: its cell is 011 now",
        ),
        ([made(11, 9, cell="B")], user(), [], None),
        ([made(11, 8)], user(), [], None),
        ([made(11, 12), made(12, 11)], user(), [], None),
        ([made(10, 9)], user(11, cell="A"), [], None),
        ([], None, ["features.py"], "features.py was changed since 009 ran"),
        ([], None, ["b.py", "a.py"], "a.py, b.py were changed since 009 ran"),
    ],
    ids=[
        *("nothing", "its child", "the newest that finished", "another cell", "another line", "a cycle"),
        *("the cell goes on from its own", "a module", "modules"),
    ],
)
def test_a_source_that_was_changed_since_is_said(
    others: list[ExperimentFacts], by: ExperimentRecord | None, edited: list[str], text: str | None
) -> None:
    one = made()
    series = {facts.name.number: facts for facts in (one, *others)}
    found = producing.stale(used(), one, series, by, edited)
    assert (found is None) == (text is None)
    assert found == text


def test_a_run_of_another_source_than_its_experiment_has_now_is_said() -> None:
    facts = made()
    facts = ExperimentFacts(facts.name, facts.record, (run_facts({"accuracy": [0.5]}, digest="sha256:old"),))
    found = producing.stale(used(), facts, {9: facts}, None, [])
    assert found is not None
    assert f"run {RUN} was of another source" in found
    assert not producing.is_good(facts.runs[0], facts)


def test_outputs_that_the_same_is_to_be_said_of_share_a_line() -> None:
    names = ["a.npy", "b.npy", "c.npy", "d.npy", "e.npy", "f.npy", "g.npy"]
    records = [DatasetRecord(name, "file", maker=f"cats_009/{RUN}") for name in names]
    assert producing.warned("data-drawn", "x", records[:1], "cats").text == "a.npy of 009: x"
    assert producing.warned("data-drawn", "x", records[:3], "dogs").text == "a.npy, b.npy, c.npy of cats_009: x"
    found = producing.warned("data-drawn", "x", records, "cats")
    assert (found.text, found.where) == ("a.npy, b.npy, c.npy, d.npy, g.npy of 009 and 2 more: x", "a.npy")


@pytest.mark.parametrize(
    ("drew", "repeats", "contents", "said"),
    [(True, 5, 1, True), (True, 1, 1, False), (False, 5, 1, False), (None, 5, 1, False), (True, 5, 5, False)],
)
def test_what_was_drawn_once_is_said_where_it_is_repeated(
    drew: bool | None, repeats: int, contents: int, said: bool
) -> None:
    assert (producing.drawn(used(contents=contents), made(drew=drew), repeats) is not None) == said


def test_an_output_of_another_run_with_other_content_is_one_warning() -> None:
    new = used(maker="cats_009/2026_11_24-00_00_00", digest="sha256:2")
    (found,) = compare([new], [used()], "010", "cats")
    assert found.code == "data-rerun"
    assert found.text == (f"a.npy of 009: made again (by run 2026_11_24-00_00_00; 010 used that of {RUN}): new digest")
    assert compare([used(maker="cats_009/2026_11_24-00_00_00")], [used()], "010") == ()


def test_the_output_of_another_experiment_in_its_place_is_no_missing_input() -> None:
    assert compare([used(maker=f"cats_012/{RUN}", digest="sha256:2")], [used()], "010") == ()
    (found,) = compare([], [used()], "010", "cats")
    assert found.text == "a.npy of 009: 010 declared this input, this run did not"


def test_outputs_of_one_name_and_two_experiments_are_two_inputs() -> None:
    both = [used(), used(maker=f"cats_008/{RUN}", digest="sha256:8")]
    assert compare(both, both, "010") == ()
    (found,) = compare([both[0], used(maker=f"cats_008/{RUN}", digest="sha256:9")], both, "010", "dogs")
    assert found.text == "a.npy of cats_008: same name, new digest (since 010)"


def test_digests_of_two_algorithms_are_no_new_digest_and_it_is_said_that_nobody_can_tell() -> None:
    (found,) = compare([used(digest="blake3:1", maker=None)], [used(maker=None)], "010")
    assert found.code == "data"
    assert found.text == (
        "a.npy: its digest is blake3, that of 010 sha256: whether its content is the same cannot be told"
    )
    assert same_digest("blake3:1", "sha256:1") is None
    assert same_digest("sha256:1", "sha256:1") is True
    assert same_digest(None, "sha256:1") is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "/", "cats_009", f"cats_009/{RUN}/..", f"../cats_009/{RUN}", f"/cats_009/{RUN}", f"a/b_009/{RUN}"),
        *(
            f"cats_009/{RUN}/x",
            "cats_009/..",
            f"cats/{RUN}",
            f"cats_0009/{RUN}",
            f"..\\cats_009/{RUN}",
            f"a\0_009/{RUN}",
        ),
        *(f".cats_009/{RUN}", f"con_009/../{RUN}", "cats_009/2026_11_23-12_34_01/", "cats_٠٠٩/" + RUN),
    ],
    ids=ascii,
)
def test_a_maker_that_is_no_run_leads_nowhere(text: str) -> None:
    assert parse_run(text) is None
    assert used(maker=text).made_by is None
