import os

import pytest

from jupyter_xpt.actions import detail as details
from jupyter_xpt.actions.curves import CurveReader
from jupyter_xpt.ground.errors import RecordError, UnknownExperiment
from tests import servers
from tests.servers import RUN


@pytest.fixture
def folder(tmp_path):
    return servers.write_all(tmp_path)


def test_a_detail_tells_runs_children_and_environment(folder):
    found = details.detail(folder, "cats", 4)
    assert (found.row.number, found.children, found.notebook) == (4, (6,), False)
    assert [run.figures for run in found.runs] == [("001.png",)]
    assert found.runs[0].record.run == RUN
    assert found.environment["packages"]["numpy"] == "2.1.0"
    assert ("numpy", "1.26.0", "2.1.0") in [(one.what, one.before, one.after) for one in found.environment_changes]


def test_a_planned_experiment_has_no_runs(folder):
    found = details.detail(folder, "cats", 6)
    assert (found.runs, found.environment, found.environment_changes) == ((), None, ())


@pytest.mark.parametrize(
    ("series", "number", "run"),
    [("dogs", 4, RUN), ("cats", 9, RUN), ("cats", 4, "2026_11_23-12_34_02"), ("cats", 4, "..")],
)
def test_what_is_not_there_is_refused(folder, series, number, run):
    for ask in (
        lambda: details.log_tail(folder, series, number, run, 5),
        lambda: details.log_after(folder, series, number, run, 0),
        lambda: details.log_find(folder, series, number, run, "fit"),
        lambda: details.read_figure(folder, series, number, run, "001.png"),
        lambda: CurveReader().read(folder, series, number, run),
    ):
        with pytest.raises(UnknownExperiment):
            ask()


@pytest.mark.parametrize("figure", ["../log.txt", "001.html", "002.png", "", "001.png/"])
def test_only_figures_are_figures(folder, figure):
    with pytest.raises(UnknownExperiment):
        details.read_figure(folder, "cats", 4, RUN, figure)


def test_a_figure_too_long_to_show_says_so(folder):
    with open(folder / "out" / "cats_004" / RUN / "figures" / "001.png", "wb") as file:
        os.truncate(file.fileno(), details.MAX_FIGURE_BYTES + 1)
    with pytest.raises(RecordError, match="longer than 32 MB"):
        details.read_figure(folder, "cats", 4, RUN, "001.png")


def test_curves_of_the_same_run_are_read_on(folder):
    reader = CurveReader()
    before, _ = reader.read(folder, "cats", 4, RUN)
    with open(folder / "out" / "cats_004" / RUN / "results.jsonl", "ab") as file:
        file.write(b'{"time": 1, "repeat": 1, "step": 99, "values": {"val/loss": 0.1}}\n')
    after, cut = reader.read(folder, "cats", 4, RUN)
    assert after["val/loss"][1] == [*before["val/loss"][1], (99.0, 0.1)]
    assert not cut


def test_results_that_were_replaced_are_read_anew(folder):
    reader = CurveReader()
    reader.read(folder, "cats", 4, RUN)
    path = folder / "out" / "cats_004" / RUN / "results.jsonl"
    path.write_bytes(b'{"time": 1, "repeat": 1, "values": {"m": 0.1}}\n' * 2)
    assert reader.read(folder, "cats", 4, RUN)[0].keys() == {"m"}
