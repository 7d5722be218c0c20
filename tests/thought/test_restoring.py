"""Where the files of a snapshot go."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_xpt.edges.kernel.modules import relative_name
from jupyter_xpt.thought.restoring import Restored, beside, placed, said, ups


@pytest.mark.parametrize(
    ("path", "deep", "place", "shown"),
    [
        ("/zoo/notebooks/a.py", 0, "zoo/notebooks/a.py", "a.py"),
        ("/zoo/notebooks/conf/a.json", 0, "zoo/notebooks/conf/a.json", "conf/a.json"),
        ("/zoo/shared/a.py", 1, "zoo/shared/a.py", "../shared/a.py"),
        ("/zoo/a.py", 1, "zoo/a.py", "../a.py"),
        ("/lib/upper/a.py", 2, "lib/upper/a.py", "../../lib/upper/a.py"),
    ],
)
def test_a_file_keeps_its_place_beside_the_notebook(path: str, deep: int, place: str, shown: str) -> None:
    name = relative_name(path, Path("/zoo/notebooks"))
    assert (ups(name), placed(name, ("zoo", "notebooks")), beside(name)) == (deep, place, shown)


def test_what_was_put_where_is_said_a_line_each() -> None:
    restored = Restored(
        "r",
        "a_001.ipynb",
        written=["b.py", "c.yaml"],
        kept={"b.py": "out/x/b.py", "a_001.ipynb": "out/x.ipynb"},
        outside=["../d.py"],
        by_hand={"c.yaml": ["db.password"], "e.yaml": ["key"]},
        origin=["it ran"],
    )
    assert said(restored) == [
        "a_001.ipynb is as it ran in r; what stood there is kept in out/x.ipynb",
        "b.py is as it ran; what stood there is kept in out/x/b.py",
        "c.yaml is as it ran",
        "outside of its folder and not as they ran, left alone: ../d.py",
        "c.yaml lacks its secrets: put in by hand db.password",
        "e.yaml was left as it is: put in by hand key",
        "it ran",
    ]
