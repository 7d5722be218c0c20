"""Notebooks as values: what is made of one keeps the rest, stays valid, leaves the given one alone."""

from __future__ import annotations

import copy
import json
from typing import Any

import nbformat
import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.ground.errors import NotebookError
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.thought import notebooks
from jupyter_xpt.thought.notebooks import Notebook
from jupyter_xpt.thought.options import experiment_options

CATS = ExperimentName("cats", 12)
PNG = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=\n"}, "metadata": {}}


def code(source: str | list[str], **given: Any) -> dict[str, Any]:
    """A code cell that ran."""
    stream = {"output_type": "stream", "name": "stdout", "text": ["1\n"]}
    cell = {
        "cell_type": "code",
        "execution_count": 3,
        "metadata": {},
        "outputs": [stream, PNG],
        "source": source,
    }
    return {**cell, **given}


def markdown(source: str, **given: Any) -> dict[str, Any]:
    """A markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": source, **given}


def notebook(*cells: dict[str, Any], minor: int = 5, **given: Any) -> dict[str, Any]:
    """A notebook of these cells; with ids where the format has them."""
    listed = [{"id": f"c{i}", **cell} if minor >= 5 else cell for i, cell in enumerate(cells)]
    return {"cells": listed, "metadata": {}, "nbformat": 4, "nbformat_minor": minor, **given}


def rich(minor: int = 5) -> dict[str, Any]:
    """A notebook with something of everything."""
    attachments = {"cat.png": {"image/png": "iVBORw0KGgo=\n"}}
    metadata = {
        "tags": ["scratch", "b"],
        "execution": {"iopub.status.busy": "t"},
        "collapsed": True,
        "mine": {"a": [1]},
    }
    return notebook(
        markdown("# Title\n\n![](attachment:cat.png)", attachments=attachments, metadata={"tags": ["t"]}),
        code(["import numpy as np\n", "x = 1"], metadata=metadata),
        {"cell_type": "raw", "metadata": {"format": "text/html"}, "source": "<b>raw</b>"},
        code("%%experiment repeats=5 note=first\nmodel = fit()\nprint('ä\u2028ö')\n"),
        code("", outputs=[], execution_count=None),
        minor=minor,
        metadata={
            "kernelspec": {"display_name": "Python 3", "name": "python3"},
            "language_info": {"name": "python"},
            "mine": {"deep": [1, None, "ünï"]},
        },
    )


def sources(made: Notebook) -> list[str]:
    """The texts of the cells."""
    return [cell.source for cell in notebooks.cells(made)]


def check(made: dict[str, Any]) -> None:
    """What we make is a valid notebook, also after it was written and read."""
    nbformat.validate(nbformat.from_dict(made))
    data = notebooks.dump(made)
    assert notebooks.parse(data, "n") == json.loads(data)
    nbformat.validate(nbformat.reads(data.decode(), as_version=4))


MAKERS = {
    "stripped": notebooks.stripped,
    "stripped with what ran": lambda given: notebooks.stripped(
        given, {1: "ran = 1\nand = 2"[:7], 3: "%%experiment\nx"}
    ),
    "with a cell more": lambda given: notebooks.with_cell(given, "y = 2\nz = 3", "an-id", 1),
    "with a cell first": lambda given: notebooks.with_cell(given, "y = 2", None, -1),
    "numbered": lambda given: notebooks.numbered(given, CATS, 9),
    "numbered without parent": lambda given: notebooks.numbered(given, CATS, None),
    "forked": lambda given: notebooks.forked(given, CATS, 9, "better", 3),
    "forked without anything": lambda given: notebooks.forked(given, CATS, None, "", None),
}


@pytest.mark.parametrize("minor", [0, 2, 4, 5])
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_what_we_make_is_valid_and_the_given_notebook_stays_as_it_was(make: Any, minor: int) -> None:
    before = rich(minor)
    kept = copy.deepcopy(before)
    made = make(before)
    assert before == kept
    check(made)


def without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    """All but these fields."""
    return {key: value for key, value in data.items() if key not in names}


@pytest.mark.parametrize("minor", [4, 5])
def test_stripping_takes_outputs_counts_and_traces_of_execution_and_keeps_all_else(minor: int) -> None:
    before = rich(minor)
    made = notebooks.stripped(before)
    assert without(made, "cells") == without(before, "cells")
    assert sources(made) == sources(before)
    for old, new in zip(before["cells"], made["cells"], strict=True):
        changed = ("outputs", "execution_count", "metadata", "source")
        assert without(new, *changed) == without(old, *changed)
        assert isinstance(new["source"], list)
        if old["cell_type"] == "code":
            assert (new["outputs"], new["execution_count"]) == ([], None)
            assert new["metadata"] == without(old["metadata"], "execution", "collapsed")
        else:
            assert new["metadata"] == old["metadata"]


def test_what_ran_wins_over_what_was_saved() -> None:
    made = notebooks.stripped(rich(), {1: "x = 2\ny = 3\n"})
    assert made["cells"][1]["source"] == ["x = 2\n", "y = 3\n"]
    assert sources(made)[3] == sources(rich())[3]


@given(st.text())
def test_any_text_of_a_cell_survives(text: str) -> None:
    assert sources(notebooks.stripped(notebook(code("x")), {0: text})) == [text]
    made = notebooks.with_cell(notebook(), text, None, -1)
    assert sources(notebooks.parse(notebooks.dump(made), "n")) == [text]


def test_a_lone_surrogate_survives_writing() -> None:
    made = notebooks.stripped(notebook(code("s = '\ud800'")))
    assert sources(notebooks.parse(notebooks.dump(made), "n")) == ["s = '\ud800'"]


@pytest.mark.parametrize(("after", "place"), [(-1, 0), (0, 1), (4, 5), (99, 5)])
def test_a_cell_that_ran_unsaved_is_put_in_its_place(after: int, place: int) -> None:
    before = rich()
    made = notebooks.with_cell(before, "y = 2", "abc", after)
    assert made["cells"][place]["id"] == "abc"
    assert made["cells"][place]["source"] == ["y = 2"]
    assert [*made["cells"][:place], *made["cells"][place + 1 :]] == before["cells"]


@pytest.mark.parametrize("identity", [None, "", "x" * 65, "a b", "ü", "a/b", "c1"])
def test_an_id_that_is_none_or_taken_is_replaced(identity: str | None) -> None:
    made = notebooks.with_cell(rich(), "y = 2", identity, 1)
    made = notebooks.with_cell(made, "y = 2", identity, 1)
    ids = [cell["id"] for cell in made["cells"]]
    assert len(set(ids)) == len(ids)
    check(made)


def test_an_old_notebook_gets_no_ids() -> None:
    before = rich(minor=4)
    assert not notebooks.has_ids(before)
    assert all("id" not in cell for cell in notebooks.with_cell(before, "y", "abc", 1)["cells"])
    assert [cell.id for cell in notebooks.cells(before)] == [None] * 5


def test_a_session_without_notebook_gets_one_that_is_the_same_every_time() -> None:
    made = notebooks.from_sources(["import numpy\n", "x = 1", "x = 1", ""], "3.11.7")
    check(made)
    assert sources(made) == ["import numpy\n", "x = 1", "x = 1", ""]
    assert made == notebooks.from_sources(["import numpy\n", "x = 1", "x = 1", ""], "3.11.7")
    check(notebooks.from_sources([], "3.11.7"))


def test_cells_tell_their_kind_tags_and_whether_they_experiment() -> None:
    listed = notebooks.cells(rich())
    assert [cell.kind for cell in listed] == ["markdown", "code", "raw", "code", "code"]
    assert [cell.is_code for cell in listed] == [False, True, False, True, True]
    assert [cell.is_experiment for cell in listed] == [False, False, False, True, False]
    assert (listed[1].tags, listed[1].source, listed[1].id) == (
        ("scratch", "b"),
        "import numpy as np\nx = 1",
        "c1",
    )


@pytest.mark.parametrize(
    ("source", "is_one"),
    [
        ("%%experiment", True),
        ("%%experiment repeats=5\nx", True),
        ("\n\n  %%experiment\nx", True),
        ("%%experiments\nx", False),
        ("%experiment", False),
        ("# why\n%%experiment", False),
        ("x = '%%experiment'", False),
        ("", False),
    ],
)
def test_the_magic_must_come_first(source: str, is_one: bool) -> None:
    assert notebooks.is_experiment(source) is is_one
    assert not notebooks.cells(notebook(markdown(source)))[0].is_experiment


def test_tags_that_are_none_are_left_out() -> None:
    for tags in ("scratch", None, 1, {"a": 1}, [1, None, "scratch"]):
        found = notebooks.cells(notebook(code("x", metadata={"tags": tags})))[0].tags
        assert found == (("scratch",) if isinstance(tags, list) else ())


# The mark of a numbered notebook


def test_a_mark_reads_back() -> None:
    assert notebooks.marked(rich()) is None
    assert notebooks.marked_parent(rich()) is None
    assert notebooks.marked_parent(None) is None
    made = notebooks.numbered(rich(), CATS, 9)
    assert (notebooks.marked(made), notebooks.marked_parent(made)) == (CATS, 9)
    again = notebooks.numbered(made, ExperimentName("dogs", 1), None)
    assert (notebooks.marked(again), notebooks.marked_parent(again)) == (ExperimentName("dogs", 1), None)
    assert without(made["metadata"], "jupyter_xpt") == rich()["metadata"]


@pytest.mark.parametrize(
    "mark",
    [
        None,
        1,
        "x",
        [],
        {},
        {"series": "a"},
        {"number": 1},
        {"series": 1, "number": 1},
        {"series": "a", "number": "1"},
        {"series": "a", "number": True},
        {"series": "a", "number": 0},
        {"series": "a", "number": -1},
        {"series": "a", "number": 1.0},
        {"series": "a", "number": None, "parent": True},
        {"parent": "9"},
        {"parent": 0},
    ],
    ids=repr,
)
def test_a_damaged_mark_is_none(mark: object) -> None:
    made = notebook(metadata={"jupyter_xpt": mark})
    assert notebooks.marked(made) is None
    assert notebooks.marked_parent(made) is None


# Forks

COMMENT = "# experiment 012, from 009: better features"


def fork(
    *cells: dict[str, Any], parent: int | None = 9, note: str = "better features", cell: int | None = None
) -> list[str]:
    """The texts of a fork of these cells."""
    before = notebook(*cells)
    kept = copy.deepcopy(before)
    made = notebooks.forked(before, CATS, parent, note, cell)
    assert before == kept
    check(made)
    assert (notebooks.marked(made), notebooks.marked_parent(made)) == (CATS, parent)
    return sources(made)


def test_the_line_that_forked_becomes_the_comment() -> None:
    made = fork(code('x = 1\n%xpt_new --parent 9 --note "x"\ny = 2'), code("%%experiment repeats=2\nz"))
    assert made == [f"x = 1\n{COMMENT}\ny = 2", "%%experiment repeats=2\nz"]


def test_without_the_line_the_comment_stands_below_the_magic() -> None:
    assert fork(code("x = 1"), code("%%experiment repeats=2\nz")) == [
        "x = 1",
        f"%%experiment repeats=2\n{COMMENT}\nz",
    ]
    assert fork(code("\n\n%%experiment\nz")) == [f"%%experiment\n{COMMENT}\nz"]
    assert fork(code("%%experiment")) == [f"%%experiment\n{COMMENT}\n"]


@pytest.mark.parametrize(
    ("parent", "note", "comment"),
    [
        (9, "", "# experiment 012, from 009"),
        (None, "", "# experiment 012"),
        (None, "first", "# experiment 012: first"),
        (1234, "a", "# experiment 012, from 1234: a"),
        (9, " two\nlines\r\tand\u2028more ", "# experiment 012, from 009: two lines and more"),
        (9, r"\g<0> \1 \n {x} %d", r"# experiment 012, from 009: \g<0> \1 \n {x} %d"),
        (9, "שלום 🐈 猫", "# experiment 012, from 009: שלום 🐈 猫"),
    ],
)
def test_the_comment_says_number_parent_and_note_in_one_line(parent: int | None, note: str, comment: str) -> None:
    assert fork(code("%xpt_new"), parent=parent, note=note) == [comment]
    assert fork(code("%%experiment\nz"), parent=parent, note=note) == [f"%%experiment\n{comment}\nz"]


def test_running_a_fork_never_forks_again() -> None:
    made = fork(
        code("%xpt_new\n%xpt_new --parent 3\n  x\n"),
        code("y\n%xpt_new --note a \\\n    --parent 9\nz"),
        code("if slow:\n    %xpt_new --parent 3\nelse:\n    y = 1"),
        code("%%experiment\n%xpt_new\nz"),
        markdown("%xpt_new stays as it is in text"),
    )
    assert made == [
        f"{COMMENT}\n# %xpt_new --parent 3\n  x\n",
        "y\n# %xpt_new --note a --parent 9\nz",
        "if slow:\n    pass  # %xpt_new --parent 3\nelse:\n    y = 1",
        "%%experiment\n# %xpt_new\nz",
        "%xpt_new stays as it is in text",
    ]


def test_other_lines_that_look_like_it_stay() -> None:
    cells = [
        code("s = '%xpt_new'"),
        code("%xpt_newer"),
        code("# %xpt_new"),
        code("%xpt_tree"),
        code("%%experiment\nz"),
    ]
    assert fork(*cells) == [*(cell["source"] for cell in cells[:-1]), f"%%experiment\n{COMMENT}\nz"]


def test_forking_a_fork_replaces_the_comment() -> None:
    once = notebooks.forked(notebook(code("%%experiment\nz")), ExperimentName("cats", 9), 8, "old: words", 0)
    assert fork(*once["cells"]) == [f"%%experiment\n{COMMENT}\nz"]
    bare = notebooks.forked(notebook(code("%%experiment\nz")), ExperimentName("cats", 9), None, "", 0)
    assert fork(*bare["cells"]) == [f"%%experiment\n{COMMENT}\nz"]
    line = notebooks.forked(notebook(code("%xpt_new"), code("%%experiment\nz")), ExperimentName("cats", 9), 8, "old", 1)
    assert fork(*line["cells"]) == [COMMENT, "%%experiment\nz"]


def test_comments_of_the_user_and_of_other_experiments_stay() -> None:
    other = "%%experiment\n# experiment 010, from 009: mine\na"
    made = fork(code(other), code("%%experiment\n# experiment notes\nz"), cell=1)
    assert made == [other, f"%%experiment\n{COMMENT}\n# experiment notes\nz"]


def test_the_cell_that_ran_gets_the_comment_and_the_first_where_it_is_not_known() -> None:
    cells = [code("%%experiment note=a\na"), code("%%experiment note=b\nb"), markdown("text")]
    assert fork(*cells, cell=1)[:2] == ["%%experiment note=a\na", f"%%experiment\n{COMMENT}\nb"]
    for unknown in (None, 2):
        made = fork(*cells, cell=unknown)
        assert made == [f"%%experiment\n{COMMENT}\na", "%%experiment note=b\nb", "text"]


def test_a_notebook_without_experiment_is_forked_as_it_is() -> None:
    assert fork(code("x = 1"), markdown("# t")) == ["x = 1", "# t"]
    assert fork() == []


QUOTED = [
    'note="my text"',
    "note='my text'",
    "note=text",
    "note=",
    'note=""',
    '--note "my text"',
    "--note 'my text'",
    "--note text",
    '--note="my text"',
    "--note=text",
    '"note=my text"',
    "'note=my text'",
    'note=my" "text',
    'note=it"\'"s',
    'note="parent=3 goal=max"',
    '--note "--parent 9"',
    "note=a=b",
    'note="$5 {x} it\'s"',
]


@pytest.mark.parametrize("written", QUOTED)
@pytest.mark.parametrize("parent", ["", "parent=8", "--parent 8", '--parent="8"'])
@pytest.mark.parametrize(
    "layout", ["{0} {1} repeats=5 goal=min", "repeats=5 {1} {0} goal=min", "repeats=5 goal=min {0} {1}"]
)
def test_note_and_parent_go_from_the_line_however_they_are_quoted(layout: str, parent: str, written: str) -> None:
    line = layout.format(written, parent)
    given = experiment_options(line)
    assert given.note is not None
    left = fork(code(f"%%experiment {line}\nz"))[0].splitlines()
    assert left[1:] == [COMMENT, "z"]
    options = experiment_options(left[0].removeprefix("%%experiment"))
    assert (options.note, options.parent, options.repeats, options.goal) == (None, None, 5, "min")


@pytest.mark.parametrize(
    "line",
    [
        "",
        " repeats=5",
        ' tags="quick, parent=9" goal=max',
        " --tags note=1",
        " --tags 'a --note b'",
        " metrics=note,parent",
        " metric=note  repeats=2",
        " notebook=note.ipynb",
        " name='--note x'",
    ],
)
def test_the_rest_of_the_line_stays_as_it_was(line: str) -> None:
    source = f"%%experiment{line}\nnote=1\nparent = 2"
    assert notebooks.without_options(source, ("note", "parent")) == source


def test_without_the_magic_there_is_nothing_to_take_off() -> None:
    assert notebooks.without_options("note=1", ("note",)) == "note=1"


# Reading


def test_a_good_notebook_reads_as_it_is_also_with_a_byte_order_mark() -> None:
    data = json.dumps(rich()).encode()
    assert notebooks.parse(data, "n") == rich()
    assert notebooks.parse(b"\xef\xbb\xbf" + data, "n") == rich()


BAD: dict[str, Any] = {
    "a list": [],
    "null": None,
    "format 3": {"nbformat": 3, "nbformat_minor": 0, "worksheets": []},
    "no format": {"cells": [], "metadata": {}},
    "a format in words": {"cells": [], "nbformat": "4"},
    "no cells": {"nbformat": 4, "metadata": {}},
    "cells that are no list": {"nbformat": 4, "cells": {}},
    "metadata that is a list": {"nbformat": 4, "cells": [], "metadata": []},
    "a cell that is text": notebook() | {"cells": ["x = 1"]},
    "a cell without type": notebook({"source": "x"}),
    "a cell with a type that is a number": notebook({"cell_type": 1, "source": "x"}),
    "a cell without source": notebook({"cell_type": "code"}),
    "a source that is a number": notebook({"cell_type": "code", "source": 1}),
    "a source of numbers": notebook({"cell_type": "code", "source": ["x", 1]}),
    "a cell's metadata that is null": notebook({"cell_type": "code", "source": "x", "metadata": None}),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_what_is_no_notebook_is_refused_in_one_line_that_names_the_file(content: Any) -> None:
    with pytest.raises(NotebookError, match=r"\Acats\.ipynb is no valid notebook: ") as refusal:
        notebooks.parse(json.dumps(content).encode(), "cats.ipynb")
    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff\xfe{\x00}\x00", b"\x89PNG", b"[" * 100_000, b'{"nbformat": ' + b"[" * 900],
    ids=lambda data: repr(data[:8]),
)
def test_bytes_that_are_no_json_are_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(NotebookError, match=r"\Acats\.ipynb is no valid notebook: ") as refusal:
        notebooks.parse(data, "cats.ipynb")
    assert len(str(refusal.value).splitlines()) == 1


def test_a_file_too_large_to_copy_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebooks, "MAX_BYTES", 1000)
    with pytest.raises(NotebookError, match="too large to copy; clear its outputs"):
        notebooks.parse(b" " * 1001, "cats.ipynb")


def test_writing_is_as_jupyter_writes() -> None:
    made = notebooks.stripped(rich())
    assert (
        notebooks.dump(made).decode() == nbformat.writes(nbformat.from_dict(made), version=nbformat.NO_CONVERT) + "\n"
    )
