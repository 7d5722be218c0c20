"""Settings: what a user may set for all experiments of a kernel, by IPython's configuration."""

from __future__ import annotations

from dataclasses import dataclass

SHA256, BLAKE3 = "sha256", "blake3"


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for the runs of a kernel.

    ``digest`` is the algorithm of data's digests. ``hidden_commit``: each run keeps the whole work tree as a commit
    below ``refs/xpt/``. ``commit_notebook``: each numbered notebook is committed when it is made.
    """

    digest: str = SHA256
    hidden_commit: bool = False
    commit_notebook: bool = False
