"""What our front end sends along with a cell."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_xpt.edges.kernel.request import Sent, metadata, sent

MOMENT = datetime(2026, 11, 23, 12, 34, 12, 123456, UTC)


@pytest.mark.parametrize(
    ("ours", "meant"),
    [
        pytest.param(None, Sent(), id="another front end"),
        pytest.param({}, Sent(), id="nothing said"),
        pytest.param({"notebook": "a/b.ipynb", "becomes": True}, Sent("a/b.ipynb", None, True), id="nothing to save"),
        pytest.param({"saving": "2026-11-23T12:34:12.123456Z"}, Sent(saving=MOMENT), id="a save under way"),
        pytest.param({"saving": "2026-11-23T12:34:12.123456"}, Sent(saving=MOMENT), id="a time without a zone"),
        pytest.param({"document": "d1"}, Sent(document="d1"), id="a document"),
        pytest.param({"saving": "soon", "becomes": "yes", "notebook": 7, "document": []}, Sent(), id="other shapes"),
        pytest.param(["notebook"], Sent(), id="a list"),
    ],
)
def test_what_is_sent_is_read_and_what_is_not_understood_is_nothing(ours: object, meant: Sent) -> None:
    assert sent({} if ours is None else {"jupyter_xpt": ours}) == meant


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
    assert metadata(shell, info) == found


def test_a_terminal_has_no_request() -> None:
    shell: Any = SimpleNamespace()
    assert metadata(shell, SimpleNamespace()) == {}
