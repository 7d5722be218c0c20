"""A dataset in one line."""

from __future__ import annotations

import pytest

from jupyter_xpt.ground.datasets import DatasetRecord
from jupyter_xpt.thought.data.wording import listed, said

GAP = "\u00a0"


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            {"shape": (10000, 21), "classes": {"cat": 4200, "dog": 3900, "owl": 1900}},
            f"10{GAP}000 × 21 · cat 4{GAP}200, dog 3{GAP}900, owl 1{GAP}900",
        ),
        ({"size": 13478}, "13.5 kB"),
        ({"files": 3, "size": 999_600}, "3 files · 1 MB"),
        ({"shape": (3, 2), "missing": 4, "version": "v2"}, "version v2 · 3 × 2 · 4 missing"),
        ({"kind": "address", "location": "s3://b/a.csv"}, "s3://b/a.csv"),
        ({"shape": (2,), "contents": 3}, "2 · 3 different contents"),
        ({"pending": True, "shape": (2, 2)}, "2 × 2 · digest still being computed"),
        ({"problem": "there is no such file"}, "there is no such file"),
        ({"size": 5, "how": "seen"}, "5 B · seen, not declared"),
        ({"classes": {str(i): 1 for i in range(8)}}, "0 1, 1 1, 2 1, 3 1, 4 1, 5 1 and 2 more classes"),
        ({}, "file"),
    ],
)
def test_a_dataset_is_said_in_a_line(given: dict, line: str) -> None:
    assert said(DatasetRecord("a", **{"kind": "file", **given})) == line


def test_what_others_wrote_is_shown_without_control_characters() -> None:
    (one,) = listed([DatasetRecord("a\x1b[31m\n", "file", problem="\u202ebad\x07", digest="sha256:0")])
    assert (one.name + one.said).isprintable() or one.name.isprintable()
    assert "\x1b" not in one.name + one.said
    assert "\u202e" not in one.said
    assert (one.kind, one.digest) == ("in", "sha256:0")
