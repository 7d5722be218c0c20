"""A Jupyter server as the panel meets it: questions, answers, and how the answers look."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jupyter_server.serverapp import ServerApp
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse

from jupyter_xpt.doors.server.extension import XptServer
from tests import builders

CONFIG = {"ServerApp": {"jpserver_extensions": {"jupyter_xpt": True}}}
RUN = "2026_11_23-12_34_01"
PICTURE = b"\x89PNG\r\n\x1a\n"
WITH_BODY = ("POST", "PUT", "PATCH")


@dataclass(frozen=True, slots=True)
class Panel:
    """Asks a server's routes of ours, with its token unless told otherwise."""

    app: ServerApp
    base: str

    @property
    def extension(self) -> XptServer:
        """The server half."""
        found = self.app.extension_manager.extension_points["jupyter_xpt"].app
        assert isinstance(found, XptServer)
        return found

    @property
    def root(self) -> Path:
        """The folder that the server's contents begin at."""
        return Path(self.app.root_dir)

    async def ask(
        self, route: str, method: str = "GET", body: object = None, headers: Mapping[str, str] | None = None
    ) -> HTTPResponse:
        """The answer, whatever its status; with other headers than the token's, with those alone."""
        sent = {"Authorization": f"token {self.app.identity_provider.token}"} if headers is None else dict(headers)
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if method in WITH_BODY and data is None:
            data = b""
        try:
            return await AsyncHTTPClient().fetch(
                f"http://127.0.0.1:{self.app.port}{self.base}jupyter-xpt/{route}",
                method=method,
                headers=sent,
                body=data,
                allow_nonstandard_methods=True,
                request_timeout=60,
            )
        except HTTPClientError as refusal:
            if refusal.response is None:
                raise
            return refusal.response

    async def get(self, route: str) -> Any:
        """What a good answer holds."""
        return held(await self.ask(route))

    async def send(self, method: str, route: str, body: object = None) -> Any:
        """What a good answer to a change holds."""
        return held(await self.ask(route, method, body))

    async def place(self, path: str = "") -> str:
        """The id of the folder that the contents have under that path."""
        places = (await self.get("places"))["places"]
        return next(one["place"] for one in places if one["path"] == path)

    async def series(self, series: str = "cats", path: str = "") -> str:
        """The route of a series."""
        return f"places/{await self.place(path)}/series/{quote(series, safe='')}"

    async def experiment(self, number: int, series: str = "cats", path: str = "") -> str:
        """The route of an experiment."""
        return f"{await self.series(series, path)}/experiments/{number}"


def held(answer: HTTPResponse) -> Any:
    """What an answer holds, which must be good."""
    assert answer.code == 200, (answer.code, answer.body)
    return json.loads(answer.body)


def message(answer: HTTPResponse) -> str:
    """The one line that an error says."""
    said = json.loads(answer.body)
    assert set(said) == {"message"}, said
    text = said["message"]
    assert text.isprintable(), text
    assert 0 < len(text) <= 500, text
    return text


def write_all(folder: Path) -> Path:
    """The small series, with all that the panel shows of an experiment: figure, environment, log, snapshot, curve."""
    builders.write_series(folder)
    (folder / "out" / ".xpt").mkdir()
    run = folder / "out" / "cats_004" / RUN
    (run / "figures").mkdir()
    (run / "figures" / "001.png").write_bytes(PICTURE)
    write_environment(run, numpy="2.1.0", pandas="2.2.0")
    write_environment(folder / "out" / "cats_002" / RUN, numpy="1.26.0")
    write_snapshot(folder, 2)
    write_snapshot(folder, 4, cell="accuracy = 0.95")
    steps = [{"time": 1.0, "repeat": 1, "step": n, "values": {"val/loss": 1 / (n + 1)}} for n in range(8)]
    with (run / "results.jsonl").open("ab") as file:
        file.write(b"".join(json.dumps(one).encode() + b"\n" for one in steps))
    return folder


def write_environment(run: Path, **packages: str) -> None:
    """Writes a run's ``environment.json``."""
    interpreter = {"implementation": "cpython", "version": "3.11.7"}
    told = {
        "schema": 1,
        "interpreter": interpreter,
        "packages": packages,
        "imported": [*packages],
        "hardware": {"cores": 2},
    }
    (run / "environment.json").write_text(json.dumps(told))


def notebook(*sources: str) -> bytes:
    """A notebook with these code cells."""
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for n, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def write_snapshot(folder: Path, number: int, *above: str, cell: str = "accuracy = 0.9") -> Path:
    """Writes the snapshot of an experiment's run; gives its folder."""
    source = folder / "out" / f"cats_{number:03d}" / RUN / "source"
    source.mkdir()
    texts = [*above, f"%%experiment\n{cell}"]
    (source / f"cats_{number:03d}.ipynb").write_bytes(notebook(*texts))
    told = {"schema": 1, "cell": cell, "above": list(above), "files": {}, "executed": []}
    (source / "executed.json").write_text(json.dumps(told))
    return source
