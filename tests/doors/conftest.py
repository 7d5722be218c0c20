"""What tests of the server share."""

import pytest

from tests import servers


@pytest.fixture
def jp_server_config():
    return servers.CONFIG


@pytest.fixture
def panel(jp_serverapp, http_server_client, jp_asyncio_loop, jp_base_url):
    """A Jupyter server with our half in it, and what asks it."""
    asks = servers.Panel(jp_serverapp, jp_base_url)
    yield asks
    jp_asyncio_loop.run_until_complete(asks.extension.stop_extension())
