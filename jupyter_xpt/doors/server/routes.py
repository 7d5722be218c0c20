"""Routes: which handler answers what, below ``jupyter-xpt/``."""

from __future__ import annotations

from jupyter_xpt.doors.server import acts, reads
from jupyter_xpt.doors.server.handler import ExperimentsHandler

NAMESPACE = "jupyter-xpt"

_PLACE = "places/([^/]+)"
_SERIES = f"{_PLACE}/series/([^/]+)"
_EXPERIMENT = f"{_SERIES}/experiments/([0-9]{{1,12}})"
_RUN = f"{_EXPERIMENT}/runs/([0-9_-]{{1,40}})"

ROUTES: tuple[tuple[str, type[ExperimentsHandler]], ...] = (
    ("about", reads.AboutHandler),
    ("places", reads.PlacesHandler),
    (f"{_PLACE}/overview", reads.OverviewHandler),
    (_SERIES, acts.SeriesHandler),
    (f"{_SERIES}/export", reads.ExportHandler),
    (f"{_SERIES}/experiments", acts.NewHandler),
    (f"{_SERIES}/compare", reads.CompareHandler),
    (_EXPERIMENT, acts.ExperimentHandler),
    (f"{_EXPERIMENT}/diff/([0-9]{{1,12}})", reads.DiffHandler),
    (f"{_EXPERIMENT}/undelete", acts.UndeleteHandler),
    (f"{_EXPERIMENT}/restore", acts.RestoreHandler),
    (f"{_RUN}/log", reads.LogHandler),
    (f"{_RUN}/curves", reads.CurvesHandler),
    (rf"{_RUN}/figures/([0-9]{{3,9}}\.(?:png|jpg|gif|svg))", reads.FigureHandler),
)
