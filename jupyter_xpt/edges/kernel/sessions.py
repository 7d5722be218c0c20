"""Sessions: what the Jupyter server that started a kernel says of the documents that use it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from http.client import HTTPConnection

_SECONDS = 0.4  # for each step of the one request, connecting and reading: below 1 s together
_ANSWER_BYTES = 8_000_000


def server(connection_file: str, pid: int) -> dict[str, Any] | None:
    """What the server that started a kernel wrote about itself: address, token, folder; None where there is none.

    Parameters
    ----------
    connection_file
        The kernel's: the server's file lies beside it.
    pid
        The server's process.
    """
    folders = dict.fromkeys((os.path.dirname(connection_file), os.environ.get("JUPYTER_RUNTIME_DIR", "")))
    for folder in filter(None, folders):
        for kind in ("jpserver", "nbserver"):
            path = os.path.join(folder, f"{kind}-{pid}.json")
            try:
                # In a folder for temporary files anybody could leave a file that names a server of his.
                if hasattr(os, "getuid") and os.stat(path).st_uid != os.getuid():
                    continue
                with open(path, encoding="utf-8") as file:
                    info = json.load(file)
            except (OSError, ValueError):
                continue
            if isinstance(info, dict):
                return info
    return None


def sessions(info: Mapping[str, Any]) -> list[Any]:
    """The server's list of sessions. http.client goes through no proxy and follows no redirect.

    Raises
    ------
    OSError, http.client.HTTPException, ValueError
        When the server cannot be asked, is no server of this machine, or answers with anything else.
    """
    connection = _connection(info)
    target = f"{text_of(info.get('base_url')).rstrip('/')}/api/sessions"
    headers = {"Accept": "application/json"}
    if token := text_of(info.get("token")):
        headers["Authorization"] = f"token {token}"
    try:
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        if response.status != 200:
            raise ValueError(f"{response.status} {response.reason}")
        listed = json.loads(response.read(_ANSWER_BYTES))
    finally:
        connection.close()
    return listed if isinstance(listed, list) else []


def _connection(info: Mapping[str, Any]) -> HTTPConnection:
    """A connection to a server of this machine, and to no other."""
    # Slow to import, and only servers need them.
    import http.client
    import socket

    if sock := text_of(info.get("sock")):
        connection = http.client.HTTPConnection("localhost", timeout=_SECONDS)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(_SECONDS)
        connection.sock.connect(sock)
        return connection
    host = text_of(info.get("hostname")) or "localhost"
    # A server on all addresses is on the loopback too; the token goes nowhere else.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "*": "localhost"}.get(host, host)  # noqa: S104 - compared, not bound
    if host not in {"localhost", "::1"} and not host.startswith("127."):
        raise ValueError(f"it listens on {host}, which is not this machine's own loopback")
    port = int(info.get("port") or 0)
    if not info.get("secure"):
        return http.client.HTTPConnection(host, port, timeout=_SECONDS)
    import ssl  # slow to import, and rare

    # Certificates of local servers are signed by themselves, and the loopback needs none.
    context = ssl._create_unverified_context()  # noqa: S323
    return http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=context)


def text_of(value: object) -> str:
    """The value when it is text, else nothing."""
    return value if isinstance(value, str) else ""
