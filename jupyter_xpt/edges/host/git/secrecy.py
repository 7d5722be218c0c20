"""Secrecy: whether what a file holds may be a secret, so that neither patch nor hidden commit has it."""

from __future__ import annotations

import os
import re

from jupyter_xpt.thought.data.leaks import leaks
from jupyter_xpt.thought.parameters.configuration import masked_file

# What is longer is data.
LOOKED_AT_BYTES = 1 << 20
_CONFIGURATION = (".yaml", ".yml", ".json", ".toml", ".ini", ".cfg")


def holds_secret(name: str, data: bytes) -> bool:
    """Whether a file's content looks as if it held a secret: by the shape of a line, or by its names of settings."""
    if leaks(data, most=1):
        return True
    if not name.endswith(_CONFIGURATION) or len(data) > LOOKED_AT_BYTES:
        return False
    return bool(masked_file(os.path.basename(name), data.decode("utf-8", "replace")).names)


def change_holds_secret(root: str, name: str, block: bytes) -> bool:
    """Whether a file's patch does: by its lines, old and new, and by the file as it is now."""
    if holds_secret(name, re.sub(rb"(?m)^[-+ ]", b"", block)):
        return True
    if not name.endswith(_CONFIGURATION):
        return False
    try:
        with open(os.path.join(root, name), "rb") as file:
            return holds_secret(name, file.read(LOOKED_AT_BYTES))
    except OSError:
        return False
