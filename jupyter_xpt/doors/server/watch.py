"""Watch: tells the front end when a place changed, whoever changed it.

A place is watched while somebody looked at it lately. Nothing is read for places that nobody looks at.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

from jupyter_xpt.doors import wire
from jupyter_xpt.doors.server.places import Place, Places
from jupyter_xpt.ground.errors import XptError

if TYPE_CHECKING:
    from jupyter_events.logger import EventLogger

# The front end listens for events of this schema: tokens.ts names it too.
SCHEMA_ID = "https://jupyter-xpt.invalid/events/changed/v1"
SCHEMA: dict[str, Any] = {
    "$id": SCHEMA_ID,
    "version": "1",
    "title": "Experiments changed",
    "description": "Something changed in a folder with experiments: ask for its overview again.",
    "type": "object",
    "properties": {
        "place": {"type": "string", "description": "The folder, by the id that the server knows it by"},
        "series": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The series that changed; also one of which only a running log grew",
        },
    },
    "required": ["place", "series"],
}
LEASE_SECONDS = 60.0
LOOK_SECONDS = 0.5
_MAX_WATCHED = 16


class Watch:
    """The places that are watched, a task each.

    Parameters
    ----------
    places
        What reads them.
    events
        The server's event logger; the schema is made known to it here.
    lease
        For how many seconds a place is watched after somebody looked at it.
    """

    def __init__(self, places: Places, events: EventLogger, lease: float = LEASE_SECONDS) -> None:
        self.lease = lease
        self._places = places
        self._events = events
        self._until: dict[str, float] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        if SCHEMA_ID not in events.schemas:
            events.register_event_schema(SCHEMA)

    @property
    def watched(self) -> tuple[str, ...]:
        """The ids of the places that are watched now, the one looked at last at the end."""
        return tuple(self._until)

    def keep(self, place: Place) -> None:
        """Goes on watching a place, or begins to; of very many those looked at last."""
        self._until.pop(place.id, None)
        self._until[place.id] = time.monotonic() + self.lease
        while len(self._until) > _MAX_WATCHED:
            self._until.pop(next(iter(self._until)))
        if place.id not in self._tasks:
            task = asyncio.get_running_loop().create_task(self._go(place), name=f"watch {place.id}")
            self._tasks[place.id] = task

    async def stop(self) -> None:
        """Watches nothing any more."""
        self._until.clear()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _go(self, place: Place) -> None:
        """Looks at a place again and again while its lease lasts."""
        try:
            while time.monotonic() < self._until.get(place.id, 0.0):
                # A folder that cannot be read at the moment may be readable again at the next look.
                with contextlib.suppress(XptError):
                    self._tell(place, await self._places.within(place, lambda at: at.follower.changed()))
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self._until.pop(place.id, None)
            self._tasks.pop(place.id, None)

    def _tell(self, place: Place, series: tuple[str, ...]) -> None:
        """Emits that these series changed, if any did."""
        if series:
            self._events.emit(schema_id=SCHEMA_ID, data=wire.changed(place.id, series))
