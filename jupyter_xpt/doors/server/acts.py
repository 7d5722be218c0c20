"""Acts: the routes that change something, and the one experiment that they change."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from jupyter_xpt.actions import detail as details, edit, fork, trash
from jupyter_xpt.actions.flow import missed
from jupyter_xpt.doors import wire
from jupyter_xpt.doors.server.handler import ExperimentsHandler, text_of, whole_number
from jupyter_xpt.doors.server.places import Place
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground import codec


class ExperimentHandler(ExperimentsHandler):
    """``…/experiments/N``: all about one experiment; its note, tags and star; its deletion."""

    @authenticated
    @authorized
    async def get(self, place: str, series: str, number: str) -> None:
        """Answers with runs, changes, environment."""

        def read(at: Place) -> wire.Json:
            found = details.detail(at.folder, series, int(number))
            return wire.detail(found, at.contents_path(found.row.name.notebook))

        await self.within(place, read)

    @authenticated
    @authorized
    async def patch(self, place: str, series: str, number: str) -> None:
        """Replaces what is given of note, tags and star; answers with the row."""
        given = self.body(note=text_of(edit.MAX_NOTE), tags=_tags, star=codec.flag)

        def changed(at: Place) -> wire.Json:
            _, row = details.located(at.folder, series, int(number))
            edit.change(at.folder, row.name, **given)
            _, row = details.located(at.folder, series, int(number))
            return {"row": wire.row(row, notebook=Store(at.folder).notebook(row.name).is_file())}

        await self.within(place, changed)

    @authenticated
    @authorized
    async def delete(self, place: str, series: str, number: str) -> None:
        """Moves the experiment into the trash; answers with a warning where others used its outputs."""

        def deleted(at: Place) -> wire.Json:
            _, row = details.located(at.folder, series, int(number))
            warning = missed(at.folder, row.name)
            trash.delete(at.folder, row.name)
            return {} if warning is None else {"warning": warning}

        await self.within(place, deleted)


class UndeleteHandler(ExperimentsHandler):
    """``POST …/experiments/N/undelete``: the experiment comes back from the trash."""

    @authenticated
    @authorized
    async def post(self, place: str, series: str, number: str) -> None:
        """Brings back what was deleted last of that number."""

        def undeleted(at: Place) -> wire.Json:
            trash.undelete(at.folder, trash.find_deleted(at.folder, number, series))
            return {}

        await self.within(place, undeleted)


class RestoreHandler(ExperimentsHandler):
    """``POST …/experiments/N/restore``: the numbered notebook is as it ran again."""

    @authenticated
    @authorized
    async def post(self, place: str, series: str, number: str) -> None:
        """Puts the notebook back; what stood there is kept."""

        def restored(at: Place) -> wire.Json:
            _, row = details.located(at.folder, series, int(number))
            kept = fork.restore(at.folder, row.name)
            return {"notebook": at.contents_path(row.name.notebook), "kept": kept is not None}

        await self.within(place, restored)


class SeriesHandler(ExperimentsHandler):
    """``PATCH …/series/S``: the pinned baseline and the goals of a series."""

    @authenticated
    @authorized
    async def patch(self, place: str, series: str) -> None:
        """Replaces what is given of them."""
        given = self.body(baseline=_number_or_none, goals=_goals)

        def settled(at: Place) -> wire.Json:
            if "goals" in given:
                edit.set_goals(at.folder, series, given["goals"])
            if "baseline" in given:
                edit.set_baseline(at.folder, series, given["baseline"])
            return {}

        await self.within(place, settled)


class NewHandler(ExperimentsHandler):
    """``POST …/series/S/experiments``: a new numbered notebook, from an experiment as it ran."""

    @authenticated
    @authorized
    async def post(self, place: str, series: str) -> None:
        """Answers with the number and the notebook to open."""
        given = self.body(parent=_number_or_none, note=text_of(edit.MAX_NOTE))

        def made(at: Place) -> wire.Json:
            new = fork.fork_in(at.folder, series, given.get("parent"), given.get("note", ""))
            return {"number": new.name.number, "notebook": at.contents_path(new.name.notebook)}

        await self.within(place, made)


def _number_or_none(value: object) -> int | None:
    """A check for the number of an experiment, or null."""
    return None if value is None else whole_number(value)


def _tags(value: object) -> list[str]:
    """A check for a list of texts."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError("a list of texts")
    return value


def _goals(value: object) -> dict[str, Any]:
    """A check for goals by metric."""
    if not isinstance(value, dict) or not all(one in ("max", "min", None) for one in value.values()):
        raise TypeError("max, min or null by metric")
    return value
