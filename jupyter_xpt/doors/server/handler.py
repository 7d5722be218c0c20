"""Handler: what all our routes have in common: who may ask, what may be sent, and what errors look like."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from jupyter_xpt.doors import wire
from jupyter_xpt.doors.server.places import Place, Places
from jupyter_xpt.doors.server.watch import Watch
from jupyter_xpt.ground.errors import ConflictError, NotebookError, RecordError, StoreError, UnknownExperiment, XptError
from jupyter_xpt.ground.names import printable

MAX_BODY_BYTES = 64 << 10
_MAX_MESSAGE = 500
# What Jupyter Server and tornado refuse without a word.
_WITHOUT_WORDS = {
    403: "this needs a login, or a right that you do not have",
    404: "there is no such thing here, or the request comes from another site",
    405: "that cannot be done here",
}
_STATUSES: tuple[tuple[type[XptError], int], ...] = (
    (UnknownExperiment, 404),
    (ConflictError, 409),
    (NotebookError, 409),
    (RecordError, 409),
    (StoreError, 500),
    (XptError, 400),
)


class ExperimentsHandler(APIHandler):
    """What all our routes have in common.

    Every verb of a subclass needs ``@authenticated`` and ``@authorized``: without them Jupyter Server answers
    without a token.
    """

    auth_resource = "jupyter_xpt"

    def initialize(self, places: Places, watch: Watch) -> None:
        """Takes what all requests share."""
        self.places = places
        self.watch = watch

    async def within(self, place: str, do: Callable[[Place], Any]) -> None:
        """Answers with what a function makes of a place, as JSON; both happen in a thread."""
        self.finish(await self.made(place, lambda at: wire.encode(do(at))))

    async def made(self, place: str, do: Callable[[Place], bytes]) -> bytes:
        """The bytes that a function makes of a place, in a thread."""
        with refusals():
            return await self.places.within(await self.places.get(place), do)

    def body(self, **fields: Callable[[object], Any]) -> dict[str, Any]:
        """The fields of the request's body, each checked.

        Parameters
        ----------
        **fields
            A check for each field that may be there; it raises `TypeError` with what it should be.

        Raises
        ------
        HTTPError
            When the body is no JSON object of these fields.
        """
        if len(self.request.body) > MAX_BODY_BYTES:
            raise HTTPError(400, f"the body is longer than {MAX_BODY_BYTES >> 10} KiB")
        try:
            data = json.loads(self.request.body)
        # Hostile text may nest deeper than the parser goes.
        except (ValueError, RecursionError):
            raise HTTPError(400, "the body is no JSON") from None
        if not isinstance(data, dict) or not data:
            raise HTTPError(400, f"the body is no JSON object with {' or '.join(fields)}")
        found = {}
        for name, value in data.items():
            if name not in fields:
                raise HTTPError(400, f"there is no {name!r:.60}; there is {', '.join(fields)}")
            try:
                found[name] = fields[name](value)
            except TypeError as problem:
                raise HTTPError(400, f"{name} is {json.dumps(value):.60}, not {problem}") from None
        return found

    def set_default_headers(self) -> None:
        """Adds to what Jupyter Server sends with every answer."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    def compute_etag(self) -> None:
        """None: nothing is stored that could be asked for again, and a digest of it all would hold up the loop."""

    def write_error(self, status_code: int, **given: Any) -> None:  # noqa: ANN401 - as the base class has it
        """Answers with one clear line."""
        _, problem, _ = given.get("exc_info", (None, None, None))
        message = "something went wrong in the server; its log says what"
        if isinstance(problem, HTTPError):
            message = _message_of(problem)
        self.finish({"message": printable(message[:_MAX_MESSAGE])})


class refusals:  # noqa: N801 - reads as a statement
    """Turns our errors inside the block into the statuses that they mean."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, XptError):
            raise HTTPError(_status_of(error), printable(str(error))) from None


def _status_of(error: XptError) -> int:
    """The status that an error means."""
    full = isinstance(error.__cause__, OSError) and error.__cause__.errno in (errno.ENOSPC, errno.EDQUOT)
    return 507 if full else next(status for kind, status in _STATUSES if isinstance(error, kind))


def _message_of(error: HTTPError) -> str:
    """What an error says, for people."""
    said = error.log_message or error.reason or _WITHOUT_WORDS.get(error.status_code, "it was refused")
    # Tornado doubles the percent signs of a message without arguments.
    return said % error.args if error.args else said.replace("%%", "%")


def whole(text: str, name: str, most: int) -> int:
    """A number that was asked with.

    Raises
    ------
    HTTPError
        When it is none, or higher than ``most``.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= most):
        raise HTTPError(400, f"{name} is a whole number up to {most}, not {text!r:.40}")
    return int(text)


def whole_number(value: object) -> int:
    """A check for the number of an experiment."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**12:
        raise TypeError("the number of an experiment")
    return value


def text_of(most: int) -> Callable[[object], str]:
    """A check for a text of at most so many characters."""

    def checked(value: object) -> str:
        if not isinstance(value, str) or len(value) > most:
            raise TypeError(f"a text of at most {most} characters")
        return value

    return checked
