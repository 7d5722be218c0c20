"""What is said of inputs that are no longer what they were."""

from __future__ import annotations

import pytest

from jupyter_xpt.ground.datasets import ColumnRecord, DatasetRecord
from jupyter_xpt.thought.data.alarms import CODES, compare, overlap


def one(**given: object) -> DatasetRecord:
    fields = {"name": "animals.csv", "kind": "file", "digest": "sha256:1", **given}
    return DatasetRecord(**fields)  # type: ignore[arg-type]


OLD = one(shape=(900, 4), classes={"cat": 500, "owl": 310})


@pytest.mark.parametrize(
    ("new", "old", "text"),
    [
        (
            one(digest="sha256:2", shape=(900, 4), classes={"cat": 500}),
            OLD,
            "animals.csv: same name, new digest; class owl 310 → 0 (since 003)",
        ),
        (
            one(digest="sha256:2", shape=(800, 5)),
            OLD,
            "animals.csv: same name, new digest; 900 × 4 → 800 × 5 (since 003)",
        ),
        (one(version="v2"), one(version="v1"), "animals.csv: same name, version v1 → v2 (since 003)"),
        (
            one(digest="sha256:2", columns=(ColumnRecord("a", "int64", 0, "1"), ColumnRecord("b", "int64", 0, "2"))),
            one(columns=(ColumnRecord("a", "int64", 0, "1"), ColumnRecord("b", "int64", 0, "3"))),
            "animals.csv: same name, new digest; column b changed (since 003)",
        ),
        (
            one(digest="sha256:2", columns=(ColumnRecord("a", "float64"), ColumnRecord("c"))),
            one(columns=(ColumnRecord("a", "int64"), ColumnRecord("b"))),
            "animals.csv: same name, new digest; column c added; column b removed; a int64 → float64 (since 003)",
        ),
        (one(files=2, digest="sha256:2"), one(files=3), "animals.csv: same name, new digest; 3 → 2 files (since 003)"),
        (
            one(kind="address", location="s3://b/2.csv", digest=None),
            one(kind="address", location="s3://b/1.csv", digest=None),
            "animals.csv: same name, s3://b/1.csv → s3://b/2.csv (since 003)",
        ),
    ],
)
def test_the_same_name_with_other_content_is_said(new: DatasetRecord, old: DatasetRecord, text: str) -> None:
    (found,) = compare([new], [old], "003")
    assert (found.code, found.text, found.where) == ("data-changed", text, "animals.csv")


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (OLD, OLD),
        (one(location="/elsewhere/animals.csv"), one(location="animals.csv")),
        (one(pending=True, digest=None), OLD),
        (one(contents=5, digest="sha256:2"), one(contents=5)),
        (one(digest="sha256:2", kind="frame"), OLD),
        (one(digest=None), one()),
    ],
    ids=["the same", "moved", "not known yet", "other in each repeat", "of another kind", "no digest"],
)
def test_what_cannot_be_told_to_differ_is_no_alarm(new: DatasetRecord, old: DatasetRecord) -> None:
    assert compare([new], [old], "003") == ()


def test_a_declared_input_that_is_missing_is_said_and_one_that_was_only_seen_is_not() -> None:
    (found,) = compare([], [one(), one(name="other.csv", how="seen"), one(name="made", direction="out")], "003")
    assert found.code == "data-missing"
    assert found.text == "animals.csv: 003 declared this input, this run did not"


def test_shared_rows_are_said_with_those_that_are_there_by_nature() -> None:
    assert overlap("train", "test", 2, 86, 0).text == "2 of the 86 rows of test are in train too"
    assert overlap("train", "test", 1, 86, 3).text == (
        "1 of the 86 rows of test is in train too; train itself repeats 3 of its own"
    )


def test_all_codes_are_described() -> None:
    of_inputs = {"data", "data-changed", "data-missing", "data-overlap"}
    of_outputs = {"data-unwritten", "data-altered", "data-rerun", "data-stale", "data-drawn"}
    assert set(CODES) == of_inputs | of_outputs
