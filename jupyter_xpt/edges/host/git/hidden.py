"""Hidden: the work tree as it is, kept as a commit below ``refs/xpt/``, without anybody's noticing.

The index is copied, what differs is put into the copy, and a commit is made of it that no branch leads to. Index,
branch, HEAD, stash and work tree stay as they are; no hook and no filter is run.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace as changed
from pathlib import Path

from jupyter_xpt.edges.host.git.files import Files
from jupyter_xpt.edges.host.git.leaving import FILTERED, FOREIGN, LARGE, SECRET, UNREADABLE, Left
from jupyter_xpt.edges.host.git.look import Work
from jupyter_xpt.edges.host.git.own import OwnFiles
from jupyter_xpt.edges.host.git.program import Git, TroubleError
from jupyter_xpt.edges.host.git.repository import MOST_BYTES, Repository, with_filter
from jupyter_xpt.edges.host.git.secrecy import LOOKED_AT_BYTES, holds_secret
from jupyter_xpt.edges.host.git.writing import commit_index, done, index_beside, index_of
from jupyter_xpt.ground.names import ExperimentName
from jupyter_xpt.thought.data.private import is_private

_SECONDS = 60.0
_TRACKED_BYTES = 50 << 20
_UNTRACKED_BYTES = 1 << 20
_ALL_UNTRACKED_BYTES = 50 << 20
_MOST_UNTRACKED = 5_000
_MOST_REF_BYTES = 180


@dataclass(frozen=True, slots=True)
class Hidden:
    """A hidden commit, and the files that it lacks; ``commit`` is None where nothing differs."""

    commit: str | None
    left: Left


def hidden_ref(name: ExperimentName, run: str) -> str:
    """The ref that a run's hidden commit is kept by; what no ref may hold is written as in an address.

    >>> hidden_ref(ExperimentName("my cats.v2", 9), "2026_11_23-12_34_12")
    'refs/xpt/my%20cats%2Ev2/009/2026_11_23-12_34_12'
    """
    # Letters of all scripts may stand in a ref; signs have a meaning for git, or for its files.
    plain = re.sub(r"[^\w-]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), name.series)
    if len(plain.encode()) > _MOST_REF_BYTES:
        start = plain.encode()[: _MOST_REF_BYTES - 20].decode(errors="ignore")
        plain = f"{start}-{hashlib.sha256(name.series.encode()).hexdigest()[:16]}"
    return f"refs/xpt/{plain}/{name.short}/{run}"


def keep_commit(work: Work, ref: str, message: str) -> Hidden:
    """Keeps tracked changes and small new files, as they are now, as a commit.

    Parameters
    ----------
    work
        What differs.
    ref
        What the commit is to be found by; where there is such a ref already, a number is put behind it.
    message
        What the commit says.

    Raises
    ------
    TroubleError
        When git cannot keep it.
    """
    repository, files = work.repository, work.files
    git = repository.git.within(_SECONDS)
    _check_place(git, ref)
    paths, left = _chosen(changed(repository, git=git), files)
    head = files.known.commit
    if not paths and not any(entry[2:3] != b"." for entry in files.tracked.values()):
        return Hidden(None, left)
    with index_beside(repository, git) as (beside, index):
        with suppress(FileNotFoundError):
            # With its time: by that git tells which entries may have changed since without showing it.
            shutil.copy2(index_of(git), index)
        back = b"".join(_as_committed(files, left))
        if back:
            done(beside, *repository.at_root("update-index", "-z", "--index-info"), feed=back)
        feed = b"".join(path + b"\0" for path in paths)
        done(beside, *repository.at_root("update-index", "-z", "--add", "--remove", "--replace", "--stdin"), feed=feed)
        commit = commit_index(repository, beside, message, [head] if head else [])
    if head and git.line("rev-parse", f"{commit}^{{tree}}") == git.line("rev-parse", f"{head}^{{tree}}"):
        return Hidden(None, left)
    _create(git, ref, commit)
    return Hidden(commit, left)


def _check_place(git: Git, ref: str) -> None:
    """Refuses refs that lie elsewhere: a link in the repository leads who knows where."""
    parts = ref.split("/")
    for count in range(2, len(parts)):
        path = git.line("rev-parse", "--git-path", "/".join(parts[:count]))
        if path is not None and (git.folder / path).is_symlink():
            raise TroubleError(f"{path} is a link, which is not followed")


def _create(git: Git, ref: str, commit: str) -> None:
    """Makes the ref; never moves one, and follows none that stands for another."""
    for again in ("", ".2", ".3", ".4", ".5"):
        # An empty old value: there must be none.
        made = git("update-ref", "--no-deref", ref + again, commit, "")
        if not made.code:
            return
        if "already exists" not in made.error:
            break
    raise TroubleError(made.error)


def _chosen(repository: Repository, files: Files) -> tuple[list[bytes], Left]:
    """The paths that go into the commit, and those that do not."""
    root = repository.root
    left = dict.fromkeys(map(os.fsdecode, files.filtered), FILTERED)
    paths = []
    for path in files.tracked:
        why = left.get(os.fsdecode(path)) or _reason(root, os.fsdecode(path), _TRACKED_BYTES)
        if why is None:
            paths.append(path)
        else:
            left[os.fsdecode(path)] = why
    total = 0
    unknown = _untracked(repository)
    filtered = set(with_filter(repository, unknown))
    for path in unknown:
        name = os.fsdecode(path)
        why = FILTERED if path in filtered else _reason(root, name, _UNTRACKED_BYTES)
        size = 0 if why else os.lstat(os.path.join(root, name)).st_size
        if why is None and (total + size > _ALL_UNTRACKED_BYTES or len(paths) >= _MOST_UNTRACKED + len(files.tracked)):
            why = LARGE
        if why is None:
            total += size
            paths.append(path)
        else:
            left[name] = why
    return paths, Left(left)


def _reason(root: str, name: str, most: int) -> str | None:
    """Why a file is not kept; None when it is. What is gone is kept as gone."""
    if is_private(name):
        return SECRET
    path = os.path.join(root, name)
    try:
        status = os.lstat(path)
    except OSError:
        return None
    if name.endswith("/"):
        return FOREIGN
    if stat.S_ISREG(status.st_mode):
        return LARGE if status.st_size > most else _content_reason(path, status.st_size)
    return None if stat.S_ISLNK(status.st_mode) or stat.S_ISDIR(status.st_mode) else UNREADABLE


def _content_reason(path: str, size: int) -> str | None:
    """Why a plain file of such a size is not kept, as far as what it holds tells."""
    try:
        with open(path, "rb") as file:
            data = file.read(LOOKED_AT_BYTES) if size <= LOOKED_AT_BYTES else b""
    except OSError:
        return UNREADABLE
    return SECRET if holds_secret(path, data) else None


def _untracked(repository: Repository) -> list[bytes]:
    """The files that git neither knows nor ignores, without ours."""
    git = repository.git
    out = os.path.relpath(git.folder.resolve() / "out", Path(repository.root).resolve()).replace(os.sep, "/")
    words = ("ls-files", "--others", "--exclude-standard", "-z", "--", ":(top)", f":(top,exclude,literal){out}")
    listed = git(*repository.at_root(*words), limit=MOST_BYTES)
    if listed.code or listed.cut:
        raise TroubleError(listed.error if listed.code else "too many files that git does not know")
    ours = OwnFiles(repository.root)
    return [path for path in listed.out.split(b"\0") if path and not ours.is_own(os.fsdecode(path))]


def _as_committed(files: Files, left: Left) -> Iterator[bytes]:
    """What puts files back in the index copy that shall not be in it: as staged ones, or as conflicts."""
    for path, entry in files.tracked.items():
        why = left.names.get(os.fsdecode(path))
        unmerged = entry[:1] == b"u"
        if why is None or not (unmerged or (why == SECRET and entry[2:3] != b".")):
            continue
        fields = entry.split(b" ")
        # Of a conflict "ours" is what the commit has.
        mode, name = (fields[4], fields[8]) if unmerged else (fields[3], fields[6])
        yield b"0 " + b"0" * len(name) + b"\t" + path + b"\0"
        if mode != b"000000":
            yield mode + b" " + name + b"\t" + path + b"\0"
