"""Extension: how Jupyter Server starts and stops the server half."""

from __future__ import annotations

from jupyter_server.extension.application import ExtensionApp
from jupyter_server.utils import url_path_join

from jupyter_xpt.doors.server.places import Places
from jupyter_xpt.doors.server.routes import NAMESPACE, ROUTES
from jupyter_xpt.doors.server.watch import Watch


class XptServer(ExtensionApp):
    """The server half: an extension that the server tells when it stops."""

    name = "jupyter_xpt"

    def initialize_handlers(self) -> None:
        """Adds our routes to the server."""
        if self.serverapp is None or self.serverapp.event_logger is None:
            return
        self.places = Places(self.serverapp)
        self.watch = Watch(self.places, self.serverapp.event_logger)
        shared = {"places": self.places, "watch": self.watch}
        self.handlers.extend((url_path_join(NAMESPACE, route), handler, shared) for route, handler in ROUTES)

    async def stop_extension(self) -> None:
        """Lets go of what the server half holds."""
        await self.watch.stop()
        self.places.close()
