"""A Jupyter server as the panel meets it: questions, answers, and how the answers look."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from jupyter_server.serverapp import ServerApp
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse

from jupyter_xpt.doors.server.extension import XptServer

CONFIG = {"ServerApp": {"jpserver_extensions": {"jupyter_xpt": True}}}


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

    async def ask(self, route: str, method: str = "GET", body: Any = None, **headers: str) -> HTTPResponse:
        """The answer, whatever its status."""
        sent = {"Authorization": f"token {self.app.identity_provider.token}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if method in ("POST", "PUT", "PATCH") and data is None:
            data = b""
        address = f"http://127.0.0.1:{self.app.port}{self.base}jupyter-xpt/{route}"
        try:
            return await AsyncHTTPClient().fetch(
                address, method=method, headers=sent, body=data, allow_nonstandard_methods=True, request_timeout=60
            )
        except HTTPClientError as refusal:
            if refusal.response is None:
                raise
            return refusal.response

    async def get(self, route: str) -> Any:
        """What a good answer holds."""
        return await self.said(await self.ask(route))

    async def send(self, method: str, route: str, body: Any = None) -> Any:
        """What a good answer to a change holds."""
        return await self.said(await self.ask(route, method, body))

    async def said(self, answer: HTTPResponse) -> Any:
        """What an answer holds, which must be good."""
        assert answer.code == 200, (answer.code, answer.body)
        return json.loads(answer.body)

    async def place(self, path: str = "") -> str:
        """The id of the folder that the contents have under that path."""
        places = (await self.get("places"))["places"]
        return next(one["place"] for one in places if one["path"] == path)

    async def experiment(self, number: int, series: str = "cats", path: str = "") -> str:
        """The route of an experiment."""
        return f"places/{await self.place(path)}/series/{quote(series, safe='')}/experiments/{number}"


Ask = Callable[..., Awaitable[HTTPResponse]]


def message(answer: HTTPResponse) -> str:
    """The one line that an error says."""
    said = json.loads(answer.body)
    assert set(said) == {"message"}, said
    text = said["message"]
    assert text.isprintable(), text
    assert 0 < len(text) <= 500, text
    return text
