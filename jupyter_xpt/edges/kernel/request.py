"""Request: what our front end sends along with the cell that it asks to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# In the metadata of a request, and back in the transient data of our displays.
METADATA_KEY = "jupyter_xpt"


@dataclass(frozen=True, slots=True)
class Sent:
    """What the front end says of the open document; all of it empty where it is not ours.

    ``notebook`` is the file's path as the server has it when the cell was sent. ``saving`` is when the file was last
    written before the save that is under way; None when there is none to wait for. ``becomes`` says whether the
    front end lets the document become the next number. ``document`` names the document, whatever its file is called.
    """

    notebook: str = ""
    saving: datetime | None = None
    becomes: bool = False
    document: str = ""


def sent(meta: Mapping[str, Any]) -> Sent:
    """What the front end sent in the metadata of an execute request."""
    ours = meta.get(METADATA_KEY)
    if not isinstance(ours, Mapping):
        return Sent()
    return Sent(
        _text(ours, "notebook"), _time(_text(ours, "saving")), ours.get("becomes") is True, _text(ours, "document")
    )


def _text(record: Mapping[str, Any], key: str) -> str:
    """A text of the record, empty where it has none."""
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _time(text: str) -> datetime | None:
    """A time in ISO 8601, in UTC unless it says otherwise; None where there is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
