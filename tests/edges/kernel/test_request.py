"""What our front end sends along with a cell."""

from datetime import UTC, datetime

import pytest

from jupyter_xpt.edges.kernel.request import Sent, sent

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
