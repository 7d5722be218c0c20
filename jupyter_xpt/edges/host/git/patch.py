"""Patch: the tracked changes as text for ``git apply``, of whole files, without what looks like a secret."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from jupyter_xpt.edges.host.git.files import Files
from jupyter_xpt.edges.host.git.leaving import FILTERED, LARGE, SECRET, Left
from jupyter_xpt.edges.host.git.program import TroubleError
from jupyter_xpt.edges.host.git.repository import Repository
from jupyter_xpt.edges.host.git.secrecy import change_holds_secret
from jupyter_xpt.thought.data.private import is_private

_DIFF = ("diff-index", "-p", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--no-renames")
_DIFF_SUBMODULES = ("--ignore-submodules=dirty", "--submodule=short", "--no-color")
# As many names as a command line holds everywhere.
_MOST_EXCLUDED = 500
_QUOTED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


@dataclass(frozen=True, slots=True)
class Patch:
    """The tracked changes, ready for ``git apply``, and the files that they lack."""

    text: bytes
    left: Left


def make_patch(repository: Repository, files: Files, limit: int) -> Patch:
    """The tracked changes against the last commit, of at most ``limit`` bytes.

    A file larger than that is not read at all.

    Raises
    ------
    TroubleError
        When git cannot make it.
    """
    root = os.fsencode(repository.root)
    left = dict.fromkeys(map(os.fsdecode, files.filtered), FILTERED)
    for path in files.tracked:
        name = os.fsdecode(path)
        if is_private(name):
            left.setdefault(name, SECRET)
        elif _size(os.path.join(root, path)) > limit:
            left.setdefault(name, LARGE)
    excluded = [*left, *files.own]
    if len(excluded) > _MOST_EXCLUDED:
        raise TroubleError(f"no patch is kept: {len(excluded)} changed files have no place in it")
    exclude = (f":(top,exclude,literal){path}" for path in excluded)
    # Before the first commit everything that is tracked differs from nothing: the empty tree.
    base = files.known.commit or repository.git.line("hash-object", "-t", "tree", "--stdin") or "HEAD"
    words = repository.at_root(*_DIFF, *_DIFF_SUBMODULES, base, "--", ":(top)", *exclude)
    difference = repository.git(*words, limit=limit)
    if difference.code and not difference.cut:
        raise TroubleError(f"no patch is kept: {difference.error}")
    blocks = _blocks(difference.out, cut=difference.cut)
    kept = {p: block for p, block in blocks.items() if not change_holds_secret(repository.root, os.fsdecode(p), block)}
    left.update({os.fsdecode(path): SECRET for path in blocks.keys() - kept.keys()})
    if difference.cut:
        for path in files.tracked.keys() - blocks.keys():
            left.setdefault(os.fsdecode(path), LARGE)
    return Patch(b"".join(kept.values()), Left(left))


def _blocks(text: bytes, *, cut: bool) -> dict[bytes, bytes]:
    """Each file's patch by its path, without an incomplete last one, and without files that were only touched."""
    blocks = re.split(rb"(?m)^(?=diff --git )", text)
    if cut:
        blocks = blocks[:-1]
    # What is unmerged is announced between two files' patches.
    bare = [re.sub(rb"(?m)^\* Unmerged path .*\n", b"", block) for block in blocks]
    # diff-index reads no content before it prints the header of a file whose time has changed.
    found = [block for block in bare if block.startswith(b"diff ") and block.count(b"\n") > 1]
    named: dict[bytes, bytes] = {}
    for block in found:
        path = _path_of(block[: block.index(b"\n")])
        # A file that became a link, or the other way round, has two.
        named[path] = named.get(path, b"") + block
    return named


def _path_of(header: bytes) -> bytes:
    r"""The path in ``diff --git a/path b/path``, which is there twice; quoted as C does where it has odd characters.

    >>> _path_of(b"diff --git a/x y b/x y"), _path_of(b'diff --git "a/\\303\\251\\n" "b/\\303\\251\\n"')
    (b'x y', b'\xc3\xa9\n')
    """
    names = header.removeprefix(b"diff --git ")
    first = names[: len(names) // 2]
    if not first.startswith(b'"'):
        return first[2:]
    return re.sub(rb"\\([0-7]{3}|.)", _unquoted, first[1:-1])[2:]


def _unquoted(match: re.Match[bytes]) -> bytes:
    """One escaped byte."""
    code = match[1]
    return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _QUOTED.get(code, code)


def _size(path: bytes) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0
