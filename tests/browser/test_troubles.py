"""Server gone, kernel gone, folder gone; and what a hidden panel does not do."""

import json
import re
import shutil
import subprocess
import sys

from playwright.sync_api import expect

from tests import builders
from tests.browser import books, folders
from tests.browser.panel import expect_numbers, open_beside, open_panel, panel, row, rows, show

SLOW = """%%experiment repeats=5 note="slow"
import time
time.sleep(1)
xpt.log(accuracy=time.time())"""


def test_a_server_that_stops_is_said_and_one_that_comes_back_is_found(start, watch):
    lab = start()
    folders.reserved(builders.write_series(lab.folder))
    # That the server does not answer is what the page has to say.
    watch.allowed.append(r"ERR_CONNECTION_REFUSED|WebSocket|Failed to fetch|NetworkError|Kernel|404|503|fetch")
    page = open_panel(watch, lab)
    expect(rows(page)).to_have_count(6)
    lab.stop()
    expect(panel(page)).to_contain_text("server", timeout=60_000)
    builders.write_experiment(lab.folder, builders.experiment_record(7, 1, note="made meanwhile"))
    lab.start()
    expect(row(page, 7)).to_contain_text("made meanwhile", timeout=60_000)


def test_a_kernel_that_restarts_in_repeat_three_leaves_an_interrupted_run(lab, folder, watch):
    book = books.write(folder, [books.LOAD, SLOW])
    page = open_beside(watch, lab, book)
    books.run(page, 0)
    books.start(page, 1)
    expect(row(page, 1)).to_contain_text("2 of 5")
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(row(page, 1)).not_to_contain_text("of 5")
    expect(row(page, 1)).to_have_accessible_name(re.compile("interrupted|died"))


def test_experiments_of_another_process_appear(lab, folder, watch):
    folders.reserved(builders.write_series(folder))
    page = open_panel(watch, lab)
    expect(rows(page)).to_have_count(6)
    code = "from pathlib import Path; from tests import builders; import sys;" + (
        "builders.write_experiment(Path(sys.argv[1]), builders.experiment_record(7, 1, note='from elsewhere'))"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, cwd=folders.ROOT)
    expect(row(page, 7)).to_contain_text("from elsewhere")


def test_a_notebook_that_nbconvert_runs_appears(lab, folder, watch):
    page = open_panel(watch, lab)
    book = books.write(folder, [books.LOAD, '%%experiment note="headless"\nxpt.log(accuracy=0.5)'])
    command = (sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", str(book))
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    expect(row(page, 1)).to_contain_text("headless")


def test_a_folder_that_goes_is_said_and_one_that_comes_back_is_shown(lab, folder, watch):
    # What the server answers of a folder that is gone.
    watch.allowed.append("404")
    project = folder / "project"
    folders.reserved(builders.write_series(project))
    page = open_panel(watch, lab)
    expect(rows(page)).to_have_count(6)
    # Nobody tells of a folder that goes: it is found out when the panel looks by itself, every 20 seconds.
    project.rename(folder / "elsewhere")
    expect(rows(page)).to_have_count(0, timeout=60_000)
    (folder / "elsewhere").rename(project)
    expect(rows(page)).to_have_count(6, timeout=60_000)
    shutil.rmtree(project)
    expect(panel(page)).to_contain_text("No experiments here yet", timeout=60_000)


def test_a_hidden_panel_asks_for_nothing(lab, folder, watch):
    folders.reserved(builders.write_series(folder))
    page = open_panel(watch, lab)
    expect(rows(page)).to_have_count(6)
    page.locator(".jp-SideBar [data-id='filebrowser']").click()
    expect(panel(page)).to_be_hidden()
    # Time in which nothing must happen has to pass.
    page.wait_for_timeout(1000)
    asked = len(watch.of_ours())
    for number in (7, 8, 9):
        builders.write_experiment(folder, builders.experiment_record(number, 1, note=f"number {number}"))
        page.wait_for_timeout(1500)
    assert watch.of_ours()[asked:] == []
    show(page)
    expect_numbers(page, 1, 2, 4, 6, 3, 5, 7, 8, 9)


def test_a_broken_answer_is_said(lab, folder, watch):
    folders.reserved(builders.write_series(folder))
    watch.allowed.append("500")
    watch.page.route("**/overview*", lambda route: route.fulfill(status=500, body=json.dumps({"message": "no luck"})))
    page = open_panel(watch, lab)
    expect(panel(page)).to_contain_text("no luck")
    page.unroute("**/overview*")
    expect(rows(page)).to_have_count(6, timeout=60_000)
