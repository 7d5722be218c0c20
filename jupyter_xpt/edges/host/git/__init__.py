"""Git: what commit the work stands on, read without touching the repository or running a word of it.

A repository may be hostile: its configuration names commands that ``git status`` and ``git diff`` would run.
All of those are switched off on the command line, which beats every configuration file:

=============================  =============================================================================
fsmonitor, hooks               ``core.fsmonitor=``, ``core.hooksPath``
filters (clean, process)       every configured driver set to nothing; files that have one are not judged
textconv, external diff        ``--no-textconv``, ``--no-ext-diff``
submodules                     ``--ignore-submodules=dirty``: only their commit is compared
promised objects (transports)  no protocol is allowed, no lazy fetch
pager, editor, credentials     never asked: no terminal, no network
signatures                     ``commit-tree``, which never signs by itself
=============================  =============================================================================

The index is only read (``--no-optional-locks``), but where the user asked for a commit of the notebook. The user's
``GIT_*`` variables do not reach git, but for those that say where git itself lies and how far it may look for a
repository.
"""

from __future__ import annotations

from jupyter_xpt.edges.host.git.commit import Committed, commit_file
from jupyter_xpt.edges.host.git.hidden import Hidden, hidden_ref, keep_commit
from jupyter_xpt.edges.host.git.look import PATCH_BYTES, Looked, Work, look
from jupyter_xpt.edges.host.git.program import TroubleError
from jupyter_xpt.edges.host.git.remote import without_credentials
from jupyter_xpt.edges.host.git.state import GitState

__all__ = [
    "PATCH_BYTES",
    "Committed",
    "GitState",
    "Hidden",
    "Looked",
    "TroubleError",
    "Work",
    "commit_file",
    "hidden_ref",
    "keep_commit",
    "look",
    "without_credentials",
]
