"""Where a run stood in git, in words: nothing of a record is trusted."""

from __future__ import annotations

import shlex

import pytest

from jupyter_xpt.thought.origin import origin_said

COMMIT = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"
PATCH = "out/a_001/r/changes.patch"


@pytest.mark.parametrize(
    ("git", "lines"),
    [
        (None, []),
        ({"commit": None, "dirty": True}, []),
        (
            {"commit": COMMIT, "branch": "main", "dirty": False},
            ["it ran on 1a2b3c4d5e (main): git checkout 1a2b3c4d5e"],
        ),
        ({"commit": COMMIT, "branch": None, "dirty": False}, ["it ran on 1a2b3c4d5e: git checkout 1a2b3c4d5e"]),
        (
            {"commit": COMMIT, "dirty": True, "patch": False},
            ["it ran on 1a2b3c4d5e, perhaps with changes, which were not kept: git checkout 1a2b3c4d5e"],
        ),
        (
            {"commit": COMMIT, "dirty": True, "patch": True, "left_out": list("abcde")},
            [
                f"it ran on 1a2b3c4d5e with changes: git checkout 1a2b3c4d5e && git apply {PATCH}",
                "not kept: a, b, c and 2 more",
            ],
        ),
        (
            {"commit": None, "hidden": COMMIT},
            ["the work tree with its new files is kept as 1a2b3c4d5e: git checkout 1a2b3c4d5e"],
        ),
        ({"commit": "--upload-pack=x", "hidden": "HEAD; rm", "left_out": 3}, []),
        ({"commit": ["x"], "hidden": {"a": 1}, "branch": 3, "left_out": [3, None]}, []),
    ],
)
def test_what_is_told(git: dict[str, object] | None, lines: list[str]) -> None:
    assert origin_said(git, PATCH) == lines


def test_names_are_safe_to_paste_and_to_show() -> None:
    git = {"commit": COMMIT, "branch": "a\x1b[31m\u202e", "dirty": True, "patch": True}
    (line,) = origin_said(git, "out/a b; rm -rf x/changes.patch", "../my project")
    assert line.isprintable()
    words = shlex.split(line.partition(": ")[2])
    assert words[:4] == ["git", "-C", "../my project", "checkout"]
    assert words[-2:] == ["apply", "out/a b; rm -rf x/changes.patch"]
