"""The open notebook and its kernel: saved before it runs, and renamed to what its edit became."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import books
from tests.browser.lab import Lab
from tests.browser.pages import open_lab
from tests.browser.watch import Watch

MODEL = "%%experiment\n{'accuracy': scale * 0.1}"
SETUP = f"{books.LOAD}\nscale = 2"
SECOND = "%%experiment\n{'accuracy': scale * 0.5}"


def edited(value: str) -> str:
    """The experiment cell with another factor."""
    return MODEL.replace("0.1", value)


def rerun(page: Page, index: int) -> str:
    """Runs a cell that may have run before, to its end, and gives the text of its outputs."""
    prompt = books.cell(page, index).locator(".jp-InputPrompt")
    before = prompt.inner_text()
    books.start(page, index)
    if before.strip("[]: ").isdigit():
        expect(prompt).not_to_have_text(before)
    return wait(page, index)


def wait(page: Page, index: int) -> str:
    """Waits for a cell's end and gives the text of its outputs."""
    books.wait_for_end(page, index)
    return books.outputs(page, index)


def numbered(watch: Watch, lab: Lab, folder: Path, cells: tuple[str, ...] = (SETUP, MODEL)) -> Page:
    """The numbered notebook of a first experiment, open in a kernel in which its cells ran."""
    book = books.write(folder, cells)
    page = open_lab(watch, lab)
    books.open_book(page, lab.path_of(book))
    books.run_all(page)
    for index in range(1, len(cells)):
        wait(page, index)
    save(page)
    page.evaluate("() => jupyterapp.commands.execute('application:close').then(() => null)")
    books.open_book(page, lab.path_of(folder / "animals_001.ipynb"))
    books.run_all(page)
    assert "same source as 001" in wait(page, 1)
    return page


def wait_for_path(page: Page, lab: Lab, path: Path) -> None:
    """Waits until the document in front is called so."""
    page.wait_for_function(
        f"path => {{ {books.BOOK} return book?.context?.path === path }}", arg=lab.path_of(path), timeout=books.SLOW
    )


def save(page: Page) -> None:
    """Saves the notebook in front."""
    page.evaluate(f"() => {{ {books.BOOK} return book.context.save() }}")


def open_busy(page: Page, lab: Lab, path: Path) -> None:
    """Opens a notebook whose kernel is at work."""
    page.evaluate("path => jupyterapp.commands.execute('docmanager:open', {path}).then(() => null)", lab.path_of(path))
    expect(page.locator(".jp-NotebookPanel")).to_be_visible()


def wait_for_file(page: Page, path: Path, content: bytes) -> None:
    """Waits until a file holds exactly this."""
    for _ in range(200):
        if path.exists() and path.read_bytes() == content:
            return
        page.wait_for_timeout(50)
    assert path.exists()
    assert path.read_bytes() == content


def snapshot(folder: Path, number: int) -> Path:
    """The notebook in the newest snapshot of an experiment."""
    name = f"animals_{number:03d}"
    return max(folder.glob(f"out/{name}/*/source/{name}.ipynb"))


def texts(path: Path) -> str:
    """All that a notebook's cells say."""
    return "\n".join(books.texts(path))


def numbers(folder: Path) -> list[str]:
    """The numbers that were ever given."""
    return sorted(path.name for path in (folder / "out/.xpt/numbers/animals").iterdir())


def test_unsaved_edits_are_saved_before_an_experiment_runs(lab: Lab, folder: Path, watch: Watch) -> None:
    book = books.write(folder, [SETUP, "", "'below'"])
    page = open_lab(watch, lab)
    books.open_book(page, lab.path_of(book))
    books.run(page, 0)
    books.edit(page, 2, "'below, not saved'")
    books.edit(page, 1, MODEL)
    assert "animals_001" in books.run(page, 1)
    assert "'below, not saved'" in texts(snapshot(folder, 1))
    assert "'below, not saved'" in texts(book)
    assert MODEL in texts(book)
    # What the request held besides is nowhere in the notebook.
    save(page)
    saved = json.loads(book.read_text())
    assert [cell["metadata"].keys() & {"jupyter_xpt"} for cell in saved["cells"]] == [set()] * 3
    assert "transient" not in book.read_text()
    expect(page.locator(".jp-Dialog")).to_have_count(0)


def test_undoing_goes_back_through_what_was_typed_only(lab: Lab, folder: Path, watch: Watch) -> None:
    book = books.write(folder, [SETUP, MODEL])
    page = open_lab(watch, lab)
    books.open_book(page, lab.path_of(book))
    books.run(page, 0)
    books.edit(page, 1, edited("0.3"))
    books.run(page, 1)
    books.cell(page, 1).locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+z")
    expect(books.cell(page, 1).locator(".cm-content")).to_contain_text("0.1")


def test_an_edit_in_a_frozen_notebook_makes_the_open_document_the_next_number(
    lab: Lab, folder: Path, watch: Watch
) -> None:
    page = numbered(watch, lab, folder)
    frozen = snapshot(folder, 1).read_bytes()
    books.edit(page, 1, edited("0.3") + "\nprint('on screen')")
    shown = rerun(page, 1)
    wait_for_path(page, lab, folder / "animals_002.ipynb")
    assert "001 is frozen: this notebook is 002 now" in shown
    wait_for_file(page, folder / "animals_001.ipynb", frozen)
    expect(page.locator(".lm-DockPanel-tabBar .lm-mod-current .lm-TabBar-tabLabel")).to_have_text("animals_002.ipynb")
    # Outputs are there still, and the kernel is the same.
    expect(books.cell(page, 1)).to_contain_text("on screen")
    books.edit(page, 0, "scale")
    assert "2" in rerun(page, 0)
    # The session is told too: it is how the kernel learns where it is from elsewhere.
    paths = [one["path"] for one in lab.request("GET", "api/sessions")]
    assert sorted(paths) == [lab.path_of(folder / name) for name in ("animals.ipynb", "animals_002.ipynb")]
    save(page)
    saved = json.loads((folder / "animals_002.ipynb").read_text())
    assert saved["metadata"]["jupyter_xpt"] == {"series": "animals", "number": 2, "parent": 1}
    assert "print('on screen')" in texts(folder / "animals_002.ipynb")
    assert "same source as 002" not in shown
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    assert (folder / "animals_001.ipynb").read_bytes() == frozen


def test_two_views_of_a_notebook_become_the_next_number_together(lab: Lab, folder: Path, watch: Watch) -> None:
    page = numbered(watch, lab, folder)
    page.evaluate("() => jupyterapp.commands.execute('docmanager:clone').then(() => null)")
    labels = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tabLabel").filter(has_text="animals_00")
    expect(labels).to_have_text(["animals_001.ipynb"] * 2)
    books.edit(page, 1, edited("0.3"))
    assert "001 is frozen: this notebook is 002 now" in rerun(page, 1)
    expect(labels).to_have_text(["animals_002.ipynb"] * 2)
    wait_for_file(page, folder / "animals_001.ipynb", snapshot(folder, 1).read_bytes())


def test_it_goes_on_as_that_number_after_the_kernel_was_restarted(lab: Lab, folder: Path, watch: Watch) -> None:
    page = numbered(watch, lab, folder)
    books.edit(page, 1, edited("0.3"))
    rerun(page, 1)
    wait_for_path(page, lab, folder / "animals_002.ipynb")
    assert "same source as 002: added as its run 2" in rerun(page, 1)
    page.evaluate(f"() => {{ {books.BOOK} return book.sessionContext.restartKernel() }}")
    books.wait_for_kernel(page)
    books.run(page, 0)
    assert "same source as 002: added as its run 3" in rerun(page, 1)
    books.edit(page, 1, edited("0.4"))
    rerun(page, 1)
    wait_for_path(page, lab, folder / "animals_003.ipynb")
    wait_for_file(page, folder / "animals_002.ipynb", snapshot(folder, 2).read_bytes())
    assert numbers(folder) == ["001", "002", "003"]


def test_run_all_over_several_experiments_follows_the_rename(lab: Lab, folder: Path, watch: Watch) -> None:
    page = numbered(watch, lab, folder, (SETUP, MODEL, SECOND))
    books.edit(page, 1, edited("0.3"))
    before = books.cell(page, 2).locator(".jp-InputPrompt").inner_text()
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    expect(books.cell(page, 2).locator(".jp-InputPrompt")).not_to_have_text(before)
    shown = wait(page, 2)
    wait_for_path(page, lab, folder / "animals_003.ipynb")
    assert "animals_004" in shown
    assert "frozen" not in shown
    runs = [json.loads(path.read_text()) for path in folder.glob("out/animals_004/*/run.json")]
    assert [run["notebook"] for run in runs] == ["animals_003.ipynb"]
    assert numbers(folder) == ["001", "002", "003", "004"]
    assert "same source as 003" in rerun(page, 1)
    assert "same source as 004" in rerun(page, 2)
    expect(page.locator(".jp-Dialog")).to_have_count(0)


def test_fifty_runs_with_autosave_on_open_no_dialog(start: Callable[..., Lab], watch: Watch) -> None:
    often = {"@jupyterlab/docmanager-extension:plugin": {"autosave": True, "autosaveInterval": 1}}
    lab = start(settings=often)
    folder = lab.folder / "often"
    folder.mkdir()
    page = numbered(watch, lab, folder)
    for number in range(50):
        # Every third run is a new number.
        if number % 3 == 0:
            books.edit(page, 1, edited(f"0.{number + 20}"))
        rerun(page, 1)
    page.wait_for_timeout(1500)
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    wait_for_path(page, lab, folder / "animals_018.ipynb")
    assert numbers(folder) == [f"{number:03d}" for number in range(1, 19)]
    for number in range(1, 18):
        wait_for_file(page, folder / f"animals_{number:03d}.ipynb", snapshot(folder, number).read_bytes())
    assert edited("0.68") in texts(folder / "animals_018.ipynb")


def test_a_fork_is_opened_beside(lab: Lab, folder: Path, watch: Watch) -> None:
    page = numbered(watch, lab, folder)
    books.edit(page, 0, '%xpt_new --parent 1 --note "more of it"')
    books.start(page, 0)
    wait_for_path(page, lab, folder / "animals_002.ipynb")
    expect(books.cell(page, 1)).to_contain_text("# experiment 002, from 001: more of it")
    # Run again it is no fork again: the line is a comment in the copy.
    labels = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tabLabel")
    expect(labels.filter(has_text=re.compile("animals_00"))).to_have_text(["animals_001.ipynb", "animals_002.ipynb"])


def test_a_document_that_cannot_be_renamed_says_so_once_and_is_put_back_when_closed(
    lab: Lab, folder: Path, watch: Watch
) -> None:
    page = numbered(watch, lab, folder)
    frozen = snapshot(folder, 1).read_bytes()
    watch.allowed.append(r"status of 500|animals_00[12]")
    page.route(
        "**/api/contents/**/animals_001.ipynb*",
        lambda route: (
            route.fulfill(status=500, body='{"message": "not today"}')
            if route.request.method == "PATCH"
            else route.continue_()
        ),
    )
    books.edit(page, 1, edited("0.3"))
    rerun(page, 1)
    said = page.locator(".Toastify__toast")
    expect(said).to_have_count(1)
    expect(said).to_contain_text("001 is frozen, and could not be renamed to 002 (not today)")
    expect(said).to_contain_text("What ran is in animals_002.ipynb; open that to go on")
    assert edited("0.3") in texts(folder / "animals_002.ipynb")
    shown = rerun(page, 1)
    assert "animals_001.ipynb is frozen: this ran as 002, in animals_002.ipynb; open that to go on" in shown
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    page.evaluate(f"() => {{ {books.BOOK} return book.context.save().then(() => book.close()) }}")
    wait_for_file(page, folder / "animals_001.ipynb", frozen)


def test_a_page_that_is_closed_while_it_runs_loses_nothing(lab: Lab, folder: Path, watch: Watch) -> None:
    page = numbered(watch, lab, folder)
    frozen = snapshot(folder, 1).read_bytes()
    # The page hears nothing any more: the run begins when it is gone.
    books.edit(page, 0, "import time; time.sleep(4)")
    books.edit(page, 1, edited("0.3"))
    books.start(page, 0)
    books.start(page, 1)
    page.wait_for_timeout(500)
    page.goto("about:blank")
    for _ in range(200):
        if list(folder.glob("out/animals_002/*/summary.json")):
            break
        page.wait_for_timeout(50)
    page = open_lab(watch, lab)
    books.open_book(page, lab.path_of(folder / "animals_001.ipynb"))
    assert "same source as 002: added as its run 2" in rerun(page, 1)
    wait_for_path(page, lab, folder / "animals_002.ipynb")
    wait_for_file(page, folder / "animals_001.ipynb", frozen)
    assert numbers(folder) == ["001", "002"]


def test_a_page_that_is_loaded_anew_while_it_runs_is_renamed_all_the_same(lab: Lab, folder: Path, watch: Watch) -> None:
    page = numbered(watch, lab, folder)
    frozen = snapshot(folder, 1).read_bytes()
    # The page that asks for the run is gone before it begins; the next one finds it at work.
    books.edit(page, 0, "import time; time.sleep(3)")
    books.edit(page, 1, edited("0.3") + "\nfor step in range(150):\n    time.sleep(0.1)\n    xpt.log(accuracy=step)")
    books.start(page, 0)
    books.start(page, 1)
    page.wait_for_timeout(500)
    page = open_lab(watch, lab)
    # It looks whether another page did it already.
    watch.allowed.append("animals_002")
    open_busy(page, lab, folder / "animals_001.ipynb")
    wait_for_path(page, lab, folder / "animals_002.ipynb")
    wait_for_file(page, folder / "animals_001.ipynb", frozen)


def test_notebook_7_keeps_the_pages_address(start: Callable[..., Lab], watch: Watch) -> None:
    lab = start(app="notebook")
    books.write(lab.folder, [SETUP, MODEL])
    page = open_lab(watch, lab, "notebooks/animals.ipynb")
    watch.allowed.append(".*")
    books.wait_for_kernel(page)
    books.run_all(page)
    wait(page, 1)
    page = open_lab(watch, lab, "notebooks/animals_001.ipynb")
    books.wait_for_kernel(page)
    books.run_all(page)
    wait(page, 1)
    books.edit(page, 1, edited("0.3"))
    assert "001 is frozen: this notebook is 002 now" in rerun(page, 1)
    page.wait_for_url("**/notebooks/animals_002.ipynb*")
    expect(page.locator("#jp-title h1")).to_have_text("animals_002")
    expect(page).to_have_title(re.compile("animals_002"))
    wait_for_file(page, lab.folder / "animals_001.ipynb", snapshot(lab.folder, 1).read_bytes())
    page.reload()
    books.wait_for_kernel(page)
    assert "same source as 002" in rerun(page, 1)
