"""The server half: routes for the front end, below ``jupyter-xpt/``.

The only module that knows jupyter_server; kernels never import it.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado.web import authenticated

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

_NAMESPACE = "jupyter-xpt"


class ExperimentsHandler(APIHandler):
    """What all our routes have in common.

    Every verb of a subclass needs ``@authenticated`` and ``@authorized``: without them Jupyter Server answers
    without a token.
    """

    auth_resource = "jupyter_xpt"


class AboutHandler(ExperimentsHandler):
    """``GET jupyter-xpt/about``: what the server half is."""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the version of this package."""
        self.finish({"version": version("jupyter_xpt")})


_ROUTES: tuple[tuple[str, type[ExperimentsHandler]], ...] = (("about", AboutHandler),)


def _load_jupyter_server_extension(server_app: ServerApp) -> None:
    """Add our routes to the server."""
    base = server_app.web_app.settings["base_url"]
    server_app.web_app.add_handlers(
        ".*$", [(url_path_join(base, _NAMESPACE, route), handler) for route, handler in _ROUTES]
    )
