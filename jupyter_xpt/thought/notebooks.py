"""Notebooks: reading and making them as values, with ``json`` alone (nbformat takes a second to import).

A notebook here is the parsed JSON of an ``.ipynb`` file of format 4. Nothing is changed in place.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_xpt.ground.errors import NotebookError
from jupyter_xpt.ground.names import ExperimentName, short

Notebook = Mapping[str, Any]
OUR_METADATA = "jupyter_xpt"
MAX_BYTES = 200_000_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EXPERIMENT_LINE = re.compile(r"\s*%%experiment\b([^\n]*)")
_NEW_LINE = r"%xpt_new\b(?:[^\n]*\\\n)*[^\n]*"
_OPTION = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[^\s"'])+)""")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its place, id (None in old notebooks), kind, text and tags."""

    index: int
    id: str | None
    kind: str
    source: str
    tags: tuple[str, ...] = ()

    @property
    def is_code(self) -> bool:
        """Whether it runs."""
        return self.kind == "code"

    @property
    def is_experiment(self) -> bool:
        """Whether it begins with ``%%experiment``."""
        return self.is_code and is_experiment(self.source)


def is_experiment(source: str) -> bool:
    """Whether a cell's first non-blank line is the magic."""
    return _EXPERIMENT_LINE.match(source) is not None


def parse(data: bytes, where: str) -> Notebook:
    """The notebook in a file's bytes.

    Raises
    ------
    NotebookError
        When the bytes are no notebook of format 4, whatever is wrong with them.
    """
    if len(data) > MAX_BYTES:
        raise NotebookError(f"{where} is {len(data) / 1e6:.0f} MB: too large to copy; clear its outputs")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    # RecursionError: a file may nest deeper than the parser goes.
    except (ValueError, RecursionError) as problem:
        raise NotebookError(f"{where} is no valid notebook: {str(problem)[:80]}") from None
    trouble = _trouble(notebook)
    if trouble:
        raise NotebookError(f"{where} is no valid notebook: {trouble}")
    return notebook  # type: ignore[no-any-return]  # _trouble looked


def _trouble(notebook: object) -> str | None:  # noqa: PLR0911 - a return for each thing that can be wrong
    """What is wrong with a notebook's shape, or None."""
    if not isinstance(notebook, dict):
        return "not a JSON object"
    if notebook.get("nbformat") != 4:
        return f"nbformat is {notebook.get('nbformat')!r:.20}, not 4; open and save it in Jupyter once"
    if not isinstance(notebook.get("metadata", {}), dict):
        return "its metadata is no object"
    listed = notebook.get("cells")
    if not isinstance(listed, list):
        return "it has no list of cells"
    for number, cell in enumerate(listed, 1):
        if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
            return f"cell {number} has no cell_type"
        source = cell.get("source")
        if not isinstance(source, str) and not (
            isinstance(source, list) and all(isinstance(line, str) for line in source)
        ):
            return f"cell {number} has no source text"
        if not isinstance(cell.get("metadata", {}), dict):
            return f"the metadata of cell {number} is no object"
    return None


def cells(notebook: Notebook) -> tuple[Cell, ...]:
    """The cells of a notebook, in order."""
    return tuple(_cell(index, cell) for index, cell in enumerate(notebook["cells"]))


def _cell(index: int, cell: Mapping[str, Any]) -> Cell:
    """One cell as a value."""
    source = cell["source"]
    tags = cell.get("metadata", {}).get("tags", [])
    identity = cell.get("id")
    return Cell(
        index,
        identity if isinstance(identity, str) else None,
        cell["cell_type"],
        source if isinstance(source, str) else "".join(source),
        tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def experiment_place(listed: Sequence[Cell], key: str | None) -> int | None:
    """The index of an experiment's cell among those of its notebook.

    Parameters
    ----------
    listed
        The cells.
    key
        The cell's id, or ``#2``, the second experiment cell; None for the last one.
    """
    experiments = [cell.index for cell in listed if cell.is_experiment]
    by_id = next((cell.index for cell in listed if key is not None and cell.id == key), None)
    if by_id is not None or not experiments:
        return by_id
    if key is None:
        return experiments[-1]
    position = int(key[1:]) if re.fullmatch("#[0-9]{1,9}", key) else 1
    return experiments[position - 1] if 0 < position <= len(experiments) else experiments[0]


def stripped(notebook: Notebook, sources: Mapping[int, str] | None = None) -> dict[str, Any]:
    """The notebook without outputs and execution counts.

    Parameters
    ----------
    notebook
        As it was read.
    sources
        Texts that win over the cells' own, by cell index: what ran.
    """
    sources = sources or {}
    # The state of widgets is output too.
    metadata = {key: value for key, value in notebook.get("metadata", {}).items() if key != "widgets"}
    cells = [_bare(cell, sources.get(i)) for i, cell in enumerate(notebook["cells"])]
    return {**notebook, "cells": cells, "metadata": metadata}


def _bare(cell: Mapping[str, Any], source: str | None) -> dict[str, Any]:
    """One cell without outputs, its source as the list of lines that Jupyter writes."""
    text = source if source is not None else _cell(0, cell).source
    bare = {**cell, "source": text.splitlines(keepends=True)}
    if cell["cell_type"] == "code":
        hidden = ("execution", "ExecuteTime", "collapsed")
        metadata = {key: value for key, value in cell.get("metadata", {}).items() if key not in hidden}
        bare |= {"outputs": [], "execution_count": None, "metadata": metadata}
    return bare


def with_cell(notebook: Notebook, source: str, identity: str | None, after: int) -> dict[str, Any]:
    """The notebook with a code cell more, placed after that index: one that ran before it was saved."""
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    if has_ids(notebook):
        taken = {one.id for one in cells(notebook)}
        made = identity if identity and _ID.fullmatch(identity) else _made_id(source, after)
        while made in taken:
            made = _made_id(made, after)
        cell["id"] = made
    cell["source"] = source.splitlines(keepends=True)
    listed = list(notebook["cells"])
    listed.insert(after + 1, cell)
    return {**notebook, "cells": listed}


def has_ids(notebook: Notebook) -> bool:
    """Whether the notebook's format gives cells ids (4.5 and later)."""
    minor = notebook.get("nbformat_minor")
    return isinstance(minor, int) and minor >= 5


def _made_id(source: str, index: int) -> str:
    """An id for a cell of ours: the same for the same cell, so that copies can be compared."""
    return hashlib.sha256(f"{index}:{source}".encode("utf-8", "backslashreplace")).hexdigest()[:12]


def from_sources(sources: Sequence[str], language_version: str) -> dict[str, Any]:
    """A notebook of these code cells, for a session that has none."""
    notebook: dict[str, Any] = {
        "cells": [],
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "version": language_version},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    for index, source in enumerate(sources):
        notebook = with_cell(notebook, source, None, index - 1)
    return notebook


def numbered(notebook: Notebook, name: ExperimentName, parent: int | None) -> dict[str, Any]:
    """The notebook marked as that experiment's, so that it is known without ``out/`` too."""
    mark: dict[str, Any] = {"series": name.series, "number": name.number}
    if parent is not None:
        mark["parent"] = parent
    return {**notebook, "metadata": {**notebook.get("metadata", {}), OUR_METADATA: mark}}


def marked(notebook: Notebook) -> ExperimentName | None:
    """The experiment that a notebook's own mark names, or None."""
    mark = notebook.get("metadata", {}).get(OUR_METADATA)
    if not isinstance(mark, dict):
        return None
    series, number = mark.get("series"), mark.get("number")
    if isinstance(series, str) and isinstance(number, int) and not isinstance(number, bool) and number > 0:
        return ExperimentName(series, number)
    return None


def marked_parent(notebook: Notebook | None) -> int | None:
    """The parent that a notebook's own mark names, or None."""
    mark = notebook.get("metadata", {}).get(OUR_METADATA) if notebook is not None else None
    parent = mark.get("parent") if isinstance(mark, dict) else None
    return parent if isinstance(parent, int) and not isinstance(parent, bool) and parent > 0 else None


def forked(notebook: Notebook, name: ExperimentName, parent: int | None, note: str, cell: int | None) -> dict[str, Any]:
    """The notebook as the start of a new experiment.

    Parameters
    ----------
    notebook
        The parent's, as it ran.
    name
        The new experiment.
    parent
        The parent's number, None when there is none.
    note
        What is going to be tried; may be empty.
    cell
        The index of the experiment's cell, None when it is not known: then the first one is taken.

    The line ``%xpt_new …`` turns into a comment that names number, parent and note; where there is no such line,
    the comment stands below the ``%%experiment`` line. That line loses its ``note`` and ``parent``: they were the
    parent's.
    """
    said = " ".join(note.split())
    origin = f", from {short(parent)}" if parent else ""
    comment = f"# experiment {short(name.number)}{origin}" + (f": {said}" if said else "")
    listed = cells(notebook)
    known = cell is not None and listed[cell].is_experiment
    experiment = cell if known else next((c.index for c in listed if c.is_experiment), None)
    sources: dict[int, str] = {}
    comments = iter([comment])
    for item in listed:
        text = _own_lines(parent).sub(lambda line: _commented(line, next(comments, None)), item.source)
        if item.is_code and text != item.source:
            sources[item.index] = text
    if experiment is not None:
        text = without_options(sources.get(experiment, listed[experiment].source), ("note", "parent"))
        left = next(comments, None)
        sources[experiment] = text if left is None else _below_first_line(text, left)
    return numbered(stripped(notebook, sources), name, parent)


def _own_lines(parent: int | None) -> re.Pattern[str]:
    """Finds the lines ``%xpt_new …``, and the comment that an earlier one left in the parent."""
    left = rf"|\# experiment {short(parent)}(?:, from [0-9]{{3,}})?(?:: [^\n]*)?$" if parent is not None else ""
    return re.compile(rf"^([ \t]*)(?:{_NEW_LINE}{left})", re.MULTILINE)


def _commented(line: re.Match[str], comment: str | None) -> str:
    """The comment in place of a line; without one, the line as a comment."""
    text = line[0].strip()
    said = comment or (text if text.startswith("#") else "# " + " ".join(text.replace("\\\n", " ").split()))
    # A block needs a statement.
    return line[1] + ("pass  " if line[1] and text.startswith("%") else "") + said


def _below_first_line(text: str, comment: str) -> str:
    """The text with a comment below the magic's line, in place of an earlier one of ours."""
    head, _, body = text.lstrip("\n").partition("\n")
    body = re.sub(r"\A# experiment [0-9]{3,}(?:, from [0-9]{3,})?(?:: [^\n]*)?(?:\n|\Z)", "", body)
    return f"{head}\n{comment}\n{body}"


def without_options(source: str, dropped: Sequence[str]) -> str:
    """The cell with options taken off its ``%%experiment`` line; the rest of the line as it was."""
    match = _EXPERIMENT_LINE.match(source)
    if match is None:
        return source
    kept: list[str] = []
    is_value = dropping = False
    for token in _OPTION.finditer(match[1]):
        key, given, _ = token[1].replace('"', "").replace("'", "").partition("=")
        if not is_value:
            is_option = bool(given) or key.startswith("--")
            dropping = is_option and key.removeprefix("--") in dropped
            is_value = key.startswith("--") and not given
        else:
            is_value = False
        if not dropping:
            kept.append(token[0])
    return source[: match.start(1)] + "".join(kept) + source[match.end(1) :]


def dump(notebook: Notebook) -> bytes:
    """The bytes of a notebook's file, as Jupyter writes them.

    Raises
    ------
    NotebookError
        When it nests deeper than can be written.
    """
    try:
        text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    except RecursionError:
        raise NotebookError("the notebook nests too deep to be written: clear its outputs and metadata") from None
    return text.encode("utf-8", "backslashreplace") + b"\n"
