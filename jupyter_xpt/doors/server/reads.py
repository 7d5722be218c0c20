"""Reads: the routes that show what is on disk. They change nothing there."""

from __future__ import annotations

import gzip
from importlib.metadata import version
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from tornado.web import HTTPError, authenticated

from jupyter_xpt.actions import compare, detail as details, export
from jupyter_xpt.doors import wire
from jupyter_xpt.doors.server.handler import ExperimentsHandler, whole
from jupyter_xpt.doors.server.places import Place
from jupyter_xpt.edges.disk.logfile import MAX_LINES

_TAIL = 1_000
# An overview above so many bytes is sent compressed, as quickly as can be: repeated names take the most of it.
_LARGE = 100_000
_LEVEL = 1
_GZIP = b"\x1f\x8b"
_MAX_OFFSET = 10**15
_MAX_SOUGHT = 200
_PICTURES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "svg": "image/svg+xml"}
_SPREADSHEETS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A picture may be a page: nothing in it may run or be fetched, wherever it is opened.
_INERT = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


class AboutHandler(ExperimentsHandler):
    """``GET about``: what the server half is."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answers with the version of this package."""
        self.finish({"version": version("jupyter_xpt")})


class PlacesHandler(ExperimentsHandler):
    """``GET places``: the folders that the server knows to hold experiments, or to be about to."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answers with ids and contents paths."""
        found = await self.places.known()
        self.finish({"places": [{"place": one.id, "path": one.path, "experiments": has} for one, has in found]})


class OverviewHandler(ExperimentsHandler):
    """``GET …/overview?since=REVISION``: the experiments of a place, or what changed of them."""

    # The panel asks by itself while nobody touches anything.
    _track_activity = False

    @authenticated
    @authorized
    async def get(self, place: str) -> None:
        """Answers with lineages, and keeps the place watched for a while."""
        since = self.get_query_argument("since", None)
        packs = self.takes_gzip()

        def looked(at: Place) -> bytes:
            delta = at.follower.look(since)
            data = b"".join(wire.overview(delta, at.follower.name_of(delta)))
            # In the thread too: of ten thousand experiments it takes a tenth of a second.
            return gzip.compress(data, _LEVEL, mtime=0) if packs and len(data) > _LARGE else data

        data = await self.made(place, looked)
        self.watch.keep(await self.places.get(place))
        self.set_header("Vary", "Accept-Encoding")
        if data.startswith(_GZIP):
            self.set_header("Content-Encoding", "gzip")
        self.finish(data)

    def takes_gzip(self) -> bool:
        """Whether who asks understands gzip."""
        accepted = (one.strip().lower() for one in self.request.headers.get("Accept-Encoding", "").split(","))
        return any(one == "gzip" or (one.startswith("gzip;") and not one.endswith("q=0")) for one in accepted)


class LogHandler(ExperimentsHandler):
    """``GET …/runs/RUN/log``: a piece of a run's log, by ``tail`` (and ``before``), ``after`` or ``find``."""

    _track_activity = False

    @authenticated
    @authorized
    async def get(self, place: str, series: str, number: str, run: str) -> None:
        """Answers with lines."""
        given = self.request.query_arguments
        asked = {name: self.get_query_argument(name) for name in ("tail", "after", "find") if name in given}
        if len(asked) > 1:
            raise HTTPError(400, f"give one of tail, after and find, not {' and '.join(asked)}")
        if "find" in asked and not 0 < len(asked["find"]) <= _MAX_SOUGHT:
            raise HTTPError(400, f"find is a text of 1 to {_MAX_SOUGHT} characters")
        lines = whole(asked.get("tail", str(_TAIL)), "tail", MAX_LINES)
        offset = whole(asked.get("after", "0"), "after", _MAX_OFFSET)
        before = whole(self.get_query_argument("before", str(_MAX_OFFSET)), "before", _MAX_OFFSET)

        def read(at: Place) -> wire.Json:
            where = (at.folder, series, int(number), run)
            if "find" in asked:
                return wire.log(details.log_find(*where, asked["find"]))
            if "after" in asked:
                return wire.log(details.log_after(*where, offset))
            return wire.log(details.log_tail(*where, lines, before))

        await self.within(place, read)


class CurvesHandler(ExperimentsHandler):
    """``GET …/runs/RUN/curves``: what a run logged step by step."""

    _track_activity = False

    @authenticated
    @authorized
    async def get(self, place: str, series: str, number: str, run: str) -> None:
        """Answers with points by metric and repeat."""
        await self.within(place, lambda at: wire.curves(*at.curves.read(at.folder, series, int(number), run)))


class DiffHandler(ExperimentsHandler):
    """``GET …/experiments/N/diff/M``: how M became N, cell by cell; N's source where both are one; outputs never."""

    @authenticated
    @authorized
    async def get(self, place: str, series: str, number: str, other: str) -> None:
        """Answers with changes, cells and files."""

        def read(at: Place) -> wire.Json:
            if int(other) == int(number):
                return wire.diff(compare.as_it_ran(at.folder, series, int(number)))
            return wire.diff(compare.diff(at.folder, series, int(other), int(number)))

        await self.within(place, read)


class CompareHandler(ExperimentsHandler):
    """``GET …/compare?numbers=1,2,3``: what several experiments do not have in common."""

    @authenticated
    @authorized
    async def get(self, place: str, series: str) -> None:
        """Answers with rows and verdicts."""
        asked = self.get_query_argument("numbers", "").split(",")
        numbers = [whole(one, "each of numbers", 10**12) for one in asked[: compare.MOST + 1]]

        await self.within(place, lambda at: wire.compare(compare.compare(at.folder, series, numbers)))


class FigureHandler(ExperimentsHandler):
    """``GET …/runs/RUN/figures/NAME``: a picture that a run displayed."""

    @authenticated
    @authorized
    async def get(self, place: str, series: str, number: str, run: str, figure: str) -> None:
        """Answers with its bytes."""
        data = await self.made(place, lambda at: details.read_figure(at.folder, series, int(number), run, figure))
        self.finish(data, set_content_type=_PICTURES[figure.rpartition(".")[2]])

    @property
    def content_security_policy(self) -> str:
        """What a browser may do with it."""
        return _INERT


class ExportHandler(ExperimentsHandler):
    """``GET …/export?format=csv|xlsx``: a series as a spreadsheet."""

    @authenticated
    @authorized
    async def get(self, place: str, series: str) -> None:
        """Answers with the rows of ``experiments.csv`` that are the series', or with a new workbook."""
        kind = self.get_query_argument("format", "csv")
        if kind not in _SPREADSHEETS:
            raise HTTPError(400, f"format is {' or '.join(_SPREADSHEETS)}, not {kind!r:.40}")
        make = export.workbook if kind == "xlsx" else export.table
        data = await self.made(place, lambda at: make(at.folder, series))
        self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(series, safe='')}.{kind}")
        self.finish(data, set_content_type=_SPREADSHEETS[kind])
