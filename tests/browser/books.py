"""Notebooks: written as files, and worked with in the page as a person does."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

LOAD = "%load_ext jupyter_xpt"
SLOW = 60_000
# In the page: the notebook in front, and one of its cells.
BOOK = "const book = jupyterapp.shell.currentWidget;"


def source(cells: Sequence[str]) -> str:
    """A notebook file with these code cells."""
    made = [
        {"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "outputs": [], "execution_count": None, "source": text}
        for n, text in enumerate(cells)
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def write(folder: Path, cells: Sequence[str], name: str = "animals.ipynb") -> Path:
    """Writes a notebook file; gives its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source(cells), encoding="utf-8")
    return path


def texts(path: Path) -> list[str]:
    """The sources of a notebook file's cells."""
    return ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def wait_for_kernel(page: Page) -> None:
    """Waits until the kernel of the notebook in front can run something."""
    idle = "() => globalThis.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    page.wait_for_function(idle, timeout=SLOW)


def open_book(page: Page, path: str) -> None:
    """Opens a notebook by its path in the file browser's terms, and waits for its kernel."""
    page.evaluate("path => jupyterapp.commands.execute('docmanager:open', {path}).then(() => null)", path)
    page.wait_for_function(f"path => {{ {BOOK} return book?.context?.path === path }}", arg=path, timeout=SLOW)
    wait_for_kernel(page)


def in_front(page: Page) -> str:
    """The path of the document in front."""
    return str(page.evaluate(f"() => {{ {BOOK} return book.context.path }}"))


def cell(page: Page, index: int) -> Locator:
    """A cell of the notebook in front."""
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook > .jp-WindowedPanel-outer .jp-Cell").nth(
        index
    )


def edit(page: Page, index: int, text: str) -> None:
    """Replaces a cell's text with what is typed."""
    editor = cell(page, index).locator(".cm-content")
    editor.click()
    editor.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def start(page: Page, index: int) -> None:
    """Runs a cell by the keyboard and does not wait for its end."""
    cell(page, index).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")


def wait_for_end(page: Page, index: int) -> None:
    """Waits until a cell has run to its end."""
    expect(cell(page, index).locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"), timeout=SLOW)


def run(page: Page, index: int) -> str:
    """Runs a cell to its end and gives the text of its outputs."""
    start(page, index)
    expect(cell(page, index).locator(".jp-InputPrompt")).not_to_have_text(re.compile(r"\[ \]"))
    wait_for_end(page, index)
    return outputs(page, index)


def run_all(page: Page) -> None:
    """Runs all cells to their end."""
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    wait_for_kernel(page)


def outputs(page: Page, index: int) -> str:
    """The text of a cell's outputs."""
    return cell(page, index).locator(".jp-OutputArea").first.inner_text()


def add(page: Page, text: str) -> None:
    """Adds a cell with a text at the end."""
    page.evaluate(
        f"""text => {{ {BOOK} const shared = book.model.sharedModel;
        shared.insertCell(shared.cells.length, {{cell_type: 'code', source: text}}); }}""",
        text,
    )


def saved(page: Page) -> None:
    """Waits until all that is shown is in the file."""
    page.wait_for_function(f"() => {{ {BOOK} return !book.context.model.dirty }}")
