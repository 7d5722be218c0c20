"""Document: the notebook that a front end has open, its file waited for until it is as it was sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as changed
from pathlib import Path

from jupyter_xpt.actions.session import Session
from jupyter_xpt.edges.disk.notebookfile import is_saved, wait_until
from jupyter_xpt.edges.kernel import place
from jupyter_xpt.edges.kernel.request import Sent, sent
from jupyter_xpt.thought import notebooks
from jupyter_xpt.thought.running import holds


def settled(clues: place.Clues, session: Session, stopped: Callable[[], bool]) -> place.Clues:
    """The clues once the front end has done what it said it would do: rename the document's file, and save it.

    Whatever it does not do within a moment is not waited for any longer: what ran wins over the file.

    Parameters
    ----------
    stopped
        Whether the user interrupted the waiting.
    """
    given = sent(session.meta)
    # What the user names wins, and is nobody's document.
    if not given.notebook or clues.explicit or clues.variable:
        return clues
    renamed = _renamed(given, session, stopped)
    if renamed is not None:
        clues = changed(clues, front_end=str(renamed))
    path = place.front_end_file(clues)
    before, running = given.saving, session.running
    if path is not None and before is not None:
        wait_until(lambda: is_saved(path, before, lambda found: holds(notebooks.cells(found), running)), stopped)
    return clues


def _renamed(given: Sent, session: Session, stopped: Callable[[], bool]) -> Path | None:
    """The document's new file, when the cell was sent before the front end had renamed the old one."""
    sent_as, now = session.became.get(given.document, ("", Path()))
    if not sent_as or sent_as != given.notebook or not given.becomes:
        return None
    return now if wait_until(now.is_file, stopped) else None
