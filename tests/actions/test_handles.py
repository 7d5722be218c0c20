from __future__ import annotations

import sys

import pytest

from jupyter_xpt.actions.overview import experiments, get
from jupyter_xpt.ground.errors import MetricError, RecordError, UnknownExperiment, XptError
from tests import builders


@pytest.fixture
def folder(tmp_path):
    """A folder with the small series."""
    return builders.write_series(tmp_path)


def test_an_experiment_answers_what_one_reaches_for(folder):
    one = get(4, folder)
    assert (one.series, one.number, one.parent, one.against, one.status) == ("cats", 4, 2, 2, "finished")
    assert one.mean == pytest.approx(0.9336)
    assert one.n == 5
    assert one.verdict == "improved"
    assert one.comparison.difference == pytest.approx(0.0186)
    assert one.sentence.startswith("Improved on 002")
    assert one.values() == one.values("accuracy") == [0.934, 0.931, 0.938, 0.929, 0.936]
    assert one.metrics == ("accuracy", "loss")
    assert one.measured("loss").goal == "min"
    assert one.changes == ("n_estimators 100 → 300",)
    assert one.runs[-1].folder == folder / "out" / "cats_004" / "2026_11_23-12_34_01"
    assert one.runs[-1].values("loss")[0] == pytest.approx(0.066)
    assert one.log() == "2026-11-23 12:34:12.123 | fit\n"
    assert one.notebook == folder / "cats_004.ipynb"
    assert repr(one).startswith("<cats_004 · ")
    assert repr(one.runs[0]).startswith("<run 2026_11_23-12_34_01 · finished")


def test_an_experiment_has_its_parameters(tmp_path):
    for number, trees in ((1, 100), (2, 300)):
        builders.write_experiment(tmp_path, builders.experiment_record(number, parameters={"trees": trees, "depth": 3}))
    assert dict(get(2, tmp_path).parameters) == {"trees": 300, "depth": 3}
    frame = experiments(tmp_path).to_frame()
    assert list(frame["trees"]) == [100, 300]
    assert "depth" not in frame


def test_what_was_not_measured_is_refused_with_what_was(folder):
    with pytest.raises(MetricError, match="it has accuracy, loss"):
        get(4, folder).values("f1")
    with pytest.raises(MetricError, match="measured nothing"):
        get(6, folder).values()
    with pytest.raises(MetricError, match="it has accuracy, loss"):
        get(4, folder).runs[0].values("f1")


def test_a_log_that_is_not_there_is_refused(folder):
    with pytest.raises(UnknownExperiment, match="no run yet"):
        get(6, folder).log()
    log = get(4, folder).runs[0].folder / "log.txt"
    log.unlink()
    log.symlink_to("/etc/hostname")
    with pytest.raises(RecordError, match="link"):
        get(4, folder).log()


def test_no_experiments_say_so(tmp_path):
    assert len(experiments(tmp_path)) == 0
    assert "no experiments" in repr(experiments(tmp_path))
    assert "no experiments" in experiments(tmp_path)._repr_html_()
    assert experiments(tmp_path).to_frame().empty


def test_a_frame_has_an_experiment_a_row(folder):
    frame = experiments(folder).to_frame()
    assert list(frame.index) == [f"cats_00{n}" for n in range(1, 7)]
    assert frame.loc["cats_004", "accuracy"] == pytest.approx(0.9336)
    assert frame.loc["cats_004", "verdict"] == "improved"
    assert frame.loc["cats_004", "parent"] == "cats_002"


def test_without_pandas_a_frame_is_refused_in_one_line(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(XptError, match="pip install pandas"):
        experiments(folder).to_frame()


def test_html_escapes_what_users_wrote(tmp_path):
    note = "<script>alert(1)</script>\x1b[31m"
    builders.write_experiment(tmp_path, builders.experiment_record(1, note=note))
    for shown in (experiments(tmp_path)._repr_html_(), get(1, tmp_path)._repr_html_()):
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown
        assert "\x1b" not in shown
