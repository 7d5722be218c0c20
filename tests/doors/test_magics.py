"""What the magics take from a shell."""

from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_xpt.doors.magics import request_metadata


@pytest.mark.parametrize(
    ("info", "parent", "found"),
    [
        pytest.param(SimpleNamespace(cell_meta={"a": 1}), {}, {"a": 1}, id="IPython tells it"),
        pytest.param(SimpleNamespace(), {"metadata": {"a": 1}}, {"a": 1}, id="an older one does not"),
        pytest.param(SimpleNamespace(cell_meta=None), {}, {}, id="nobody does"),
    ],
)
def test_the_requests_metadata_are_found_in_every_version(
    info: object, parent: dict[str, Any], found: dict[str, Any]
) -> None:
    shell: Any = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda _channel: parent))
    assert request_metadata(shell, info) == found


def test_a_terminal_has_no_request() -> None:
    shell: Any = SimpleNamespace()
    assert request_metadata(shell, SimpleNamespace()) == {}
