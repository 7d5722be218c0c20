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
=============================  =============================================================================

The index is only read (``--no-optional-locks``). The user's ``GIT_*`` variables do not reach git, but for
those that say where git itself lies and how far it may look for a repository.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace as changed
from pathlib import Path

from jupyter_xpt.edges.host.process import Output, run

_KEPT_VARIABLES = frozenset({"GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"})
_SAFE = (
    "--no-optional-locks",
    "--no-pager",
    # Empty, not "false": git before 2.36 takes the value for a command.
    *("-c", "core.fsmonitor="),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.untrackedCache=false"),
    *("-c", "core.splitIndex=false"),
    *("-c", "gc.auto=0"),
)
_STATUS = (
    *("status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind", "--no-renames"),
    *("--untracked-files=normal", "--ignore-submodules=dirty"),
)
_DIFF = ("diff-index", "-p", "--binary", "--full-index", "--no-ext-diff", "--no-textconv", "--no-renames")
_DIFF_SUBMODULES = ("--ignore-submodules=dirty", "--submodule=short", "--no-color")
_STATUS_BYTES = 64_000_000
_MOST_FILTERS = 100
_MOST_NAMES = 1_000
_MOST_LEFT_OUT = 500


@dataclass(frozen=True, slots=True)
class GitState:
    """Where a folder stands in git.

    Every field is None where it is unknown. ``branch`` is None on a detached HEAD, ``commit`` before the
    first commit. ``dirty``: a tracked file differs from the commit; ``changed`` counts those files,
    ``untracked`` the files and folders that git does not know. ``problem``: a line on what could not be told.
    """

    commit: str | None = None
    branch: str | None = None
    remote: str | None = None
    dirty: bool | None = None
    root: str | None = None
    changed: int | None = None
    untracked: int | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """The tracked changes, ready for ``git apply``, and what they do not hold.

    ``text`` consists of whole files' patches. ``left_out`` names changed files that it lacks: larger than the
    limit, or with a filter, which is not run. ``untracked`` are names only, at most 1,000; a folder ends in
    ``/``. ``complete``: nothing is missing but what is untracked.
    """

    text: bytes = b""
    complete: bool = False
    left_out: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Repository:
    """A work tree that git accepts. ``switches`` turn its filters off; None: they cannot be."""

    git: _Git
    root: str
    settings: tuple[tuple[str, str], ...]
    filters: frozenset[str]
    switches: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class _Files:
    """What differs: tracked paths with their status entries, and those of them that a filter would change."""

    known: GitState
    tracked: dict[bytes, bytes]
    untracked: tuple[str, ...]
    filtered: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Git:
    """The program, the folder it looks at, and the moment (monotonic seconds) at which patience ends."""

    program: str
    folder: Path
    deadline: float

    def __call__(self, *words: str, limit: int = 1_000_000, feed: bytes = b"") -> Output:
        words = (self.program, *_SAFE, *words)
        found = run(words, self.folder, _environment(), self.deadline, limit, feed)
        # A program that was stopped says so itself, by its path: people know it as git.
        said = found.error.replace(self.program, "git", 1) if found.code < 0 else _first_problem(found.error)
        return changed(found, error=said)


class _TroubleError(Exception):
    """What git could not do, in one line, with what is known so far."""

    def __init__(self, problem: str, known: GitState | None = None) -> None:
        super().__init__(problem)
        self.state = changed(known or GitState(), problem=problem)


def describe(folder: Path, timeout: float = 5.0) -> GitState | None:
    """Where ``folder`` stands in git; None where there is no repository.

    Parameters
    ----------
    folder
        Any folder, inside a repository or not.
    timeout
        Seconds until git is killed, with every process that it started; half a second more may go into
        asking for the commit alone.
    """
    try:
        repository = _open(folder, timeout)
        if repository is None:
            return None
        files = _files(repository)
    except _TroubleError as trouble:
        return trouble.state
    # What is staged is a fact; what only differs on disk may be the same once its filter has been run.
    doubtful = sum(files.tracked[path][2:4] == b".M" for path in files.filtered)
    certain = len(files.tracked) - doubtful
    doubt = f"{doubtful} files that differ on disk have a git filter, which is not run: not judged"
    dirty = True if certain else None if doubtful else False
    problem = doubt if doubtful else None
    untracked = len(files.untracked)
    return changed(files.known, dirty=dirty, changed=certain, untracked=untracked, problem=problem)


def patch(folder: Path, limit_bytes: int, timeout: float = 5.0) -> Patch | None:
    """The tracked changes against the last commit; None where there is no repository.

    Parameters
    ----------
    folder
        Any folder of the repository; the patch is that of the whole work tree.
    limit_bytes
        The most that is returned. A file larger than that is left out, so that nothing large is read.
    timeout
        Seconds for all of it together.
    """
    try:
        repository = _open(folder, timeout)
        if repository is None:
            return None
        return _patch(repository, limit_bytes)
    except _TroubleError as trouble:
        return Patch(problem=trouble.state.problem)


def without_credentials(url: str) -> str:
    """The address of a remote without user, password and query.

    An ssh user is no secret and stays; an ssh password goes.

    >>> without_credentials("https://user:token@example.org/a.git")
    'https://example.org/a.git'
    >>> without_credentials("git@example.org:a.git")
    'git@example.org:a.git'
    """
    match = re.match(r"(?s)((?:[\w+.-]+::)?([A-Za-z][\w+.-]*)://)([^/?#]*)([^?#]*)", url)
    if match is None:
        # Without a scheme it is a path or ssh's host:path; a helper's address (name::…) may hold anything.
        return f"{url.partition('::')[0]}::(hidden)" if re.match(r"[\w+.-]+::", url) else url
    lead, scheme, authority, path = match.groups()
    user, at, host = authority.rpartition("@")
    if not re.fullmatch(r"(\[[0-9A-Fa-f:.%]+\]|[^:@\s]*)(:\d*)?", host):
        # An unescaped slash in a password ends the authority too early.
        return f"{lead}(hidden)"
    kept = f"{user.partition(':')[0]}{at}" if "ssh" in scheme.lower() else ""
    return f"{lead}{kept}{host}{path}"


def _open(folder: Path, timeout: float) -> _Repository | None:
    """The repository that the folder lies in, None if in none; trouble if git refuses it."""
    program = shutil.which("git")
    if program is None or not os.path.isabs(program) or not folder.is_dir():
        # A relative program would be one that lies in somebody's folder.
        if _marked(folder):
            raise _TroubleError(f"git is not installed, but {folder} lies in a repository")
        return None
    git = _Git(program, folder, time.monotonic() + timeout)
    asked = git("rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--show-toplevel")
    lines = os.fsdecode(asked.out).split("\n")
    if asked.code and not lines[0]:
        if "not a git repository" in asked.error and not _marked(folder):
            return None
        raise _TroubleError(asked.error)
    # `-z` ends every entry by NUL, and the name by the first newline: values may hold any other sign.
    listed = git("config", "--list", "-z", "--includes", limit=_STATUS_BYTES)
    if listed.code:
        raise _TroubleError(listed.error, _at_head(git, ()))
    entries = (entry.partition("\n") for entry in os.fsdecode(listed.out).split("\0") if entry)
    pairs = [(name, value) for name, _, value in entries]
    if lines[0] == "true" or lines[1] != "true":
        what = "a bare repository" if lines[0] == "true" else "outside of its repository's work tree"
        raise _TroubleError(f"{folder} is {what}, which has no changes", _at_head(git, pairs))
    root = "\n".join(lines[2:-1])
    # A configuration could have us read any folder of the machine; a true work tree has its .git in it.
    above = Path(root).resolve()
    if not folder.resolve().is_relative_to(above) or not os.path.lexists(above / ".git"):
        elsewhere = f"the repository says that its work tree is elsewhere: {root}"
        raise _TroubleError(elsewhere, _at_head(git, pairs))
    filters, switches = _filters(name for name, _ in pairs)
    return _Repository(git, root, tuple(pairs), filters, switches)


def _at_head(git: _Git, settings: Sequence[tuple[str, str]]) -> GitState:
    """Commit, branch and remote where git status gives none; half a second is left for it in any case."""
    git = changed(git, deadline=max(git.deadline, time.monotonic() + 0.5))
    commit = _line(git("rev-parse", "--verify", "--quiet", "HEAD^{commit}"))
    branch = _line(git("symbolic-ref", "--quiet", "HEAD"))
    branch = branch.removeprefix("refs/heads/") if branch else None
    return GitState(commit, branch, _remote(settings, branch))


def _filters(names: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...] | None]:
    """The filters that would run when content is compared, and the options that turn every filter off."""
    found = [match for name in names if (match := re.fullmatch(r"(?s)filter\.(.*)\.(\w+)", name))]
    comparing = frozenset(match[1] for match in found if match[2] in ("clean", "process"))
    drivers = sorted({match[1] for match in found})
    # `-c` ends a name at its first "="; such a driver could not be named, nor could too many.
    if len(drivers) > _MOST_FILTERS or any("=" in driver for driver in drivers):
        return comparing, None
    settings = ("clean=", "smudge=", "process=", "required=false")
    return comparing, tuple(word for driver in drivers for s in settings for word in ("-c", f"filter.{driver}.{s}"))


def _files(repository: _Repository) -> _Files:
    """What git status says: one entry for each file that differs or is unknown."""
    if repository.switches is None:
        raise _trouble("changes not looked for: the repository's filters cannot be turned off", repository)
    status = repository.git(*repository.switches, *_STATUS, limit=_STATUS_BYTES)
    if status.code or status.cut:
        raise _trouble("too many changes to count" if status.cut else status.error, repository)
    entries = [entry for entry in status.out.split(b"\0") if entry]
    said = dict(entry[2:].split(b" ", 1) for entry in entries if entry[:1] == b"#")
    commit, branch = os.fsdecode(said[b"branch.oid"]), os.fsdecode(said[b"branch.head"])
    branch_or_none = None if branch == "(detached)" else branch
    remote = _remote(repository.settings, branch_or_none)
    known = GitState(None if commit == "(initial)" else commit, branch_or_none, remote, root=repository.root)
    # Without renames "1" and "u" (unmerged) are the kinds of tracked entries; 8 or 10 fields, then the path.
    fields = {b"1": 8, b"u": 10}
    tracked = {entry.split(b" ", fields[entry[:1]])[-1]: entry for entry in entries if entry[:1] in fields}
    untracked = tuple(os.fsdecode(entry[2:]) for entry in entries if entry[:1] == b"?")
    on_disk = [path for path, entry in tracked.items() if entry[3:4] in (b"M", b"U", b"A")]
    return _Files(known, tracked, untracked, _with_filter(repository, on_disk))


def _trouble(problem: str, repository: _Repository) -> _TroubleError:
    return _TroubleError(problem, changed(_at_head(repository.git, repository.settings), root=repository.root))


def _with_filter(repository: _Repository, paths: Sequence[bytes]) -> tuple[bytes, ...]:
    """Those of the paths whose content a configured filter would change before it is compared."""
    if not repository.filters or not paths:
        return ()
    feed = b"".join(path + b"\0" for path in paths)
    words = ("-C", repository.root, *(repository.switches or ()), "check-attr", "-z", "--stdin", "filter")
    checked = repository.git(*words, limit=_STATUS_BYTES, feed=feed)
    if checked.code:
        raise _trouble(checked.error, repository)
    answers = checked.out.split(b"\0")
    drivers = {os.fsencode(driver) for driver in repository.filters}
    return tuple(path for path, value in zip(answers[0::3], answers[2::3], strict=False) if value in drivers)


def _patch(repository: _Repository, limit: int) -> Patch:
    files = _files(repository)
    untracked = files.untracked[:_MOST_NAMES]
    root = os.fsencode(repository.root)
    large = [path for path in files.tracked if _size(os.path.join(root, path)) > limit]
    left_out = tuple(os.fsdecode(path) for path in dict.fromkeys((*files.filtered, *large)))
    if len(left_out) > _MOST_LEFT_OUT:
        problem = f"no patch: {len(left_out)} changed files are too large or have a filter"
        return Patch(left_out=left_out[:_MOST_LEFT_OUT], untracked=untracked, problem=problem)
    excluded = (f":(top,exclude,literal){path}" for path in left_out)
    words = ("-C", repository.root, *(repository.switches or ()), *_DIFF, *_DIFF_SUBMODULES)
    # Before the first commit everything that is tracked differs from nothing: the empty tree.
    base = files.known.commit or _line(repository.git("hash-object", "-t", "tree", "--stdin")) or "HEAD"
    difference = repository.git(*words, base, "--", ":(top)", *excluded, limit=limit)
    if difference.code and not difference.cut:
        raise _TroubleError(difference.error)
    text = _whole_files(difference.out, cut=difference.cut)
    short = f"the patch is longer than {limit} bytes: it ends early" if difference.cut else None
    return Patch(text, not difference.cut and not left_out, left_out, untracked, short)


def _whole_files(text: bytes, *, cut: bool) -> bytes:
    """The patch without an incomplete last file, and without files that were only touched."""
    blocks = re.split(rb"(?m)^(?=diff --git )", text)
    if cut:
        blocks = blocks[:-1]
    # diff-index reads no content before it prints the header of a file whose time has changed.
    return b"".join(block for block in blocks if block.startswith(b"diff ") and block.count(b"\n") > 1)


def _remote(settings: Sequence[tuple[str, str]], branch: str | None) -> str | None:
    """The address of the branch's remote, else of ``origin``, else of the only one; without credentials."""
    named = [(name.removeprefix("remote.").removesuffix(".url"), value) for name, value in settings
             if name.startswith("remote.") and name.endswith(".url")]  # fmt: skip
    # A remote may have several addresses, of which the first is fetched from.
    addresses = dict(reversed(named))
    upstream = dict(settings).get(f"branch.{branch}.remote", "")
    only = next(iter(addresses.values())) if len(addresses) == 1 else None
    url = addresses.get(upstream) or addresses.get("origin") or only
    return without_credentials(url)[:2_000] if url else None


def _marked(folder: Path) -> bool:
    """Whether the folder or one above it has a ``.git``, whatever git itself thinks of it."""
    return any(os.path.lexists(above / ".git") for above in (folder.absolute(), *folder.absolute().parents))


def _size(path: bytes) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _line(output: Output) -> str | None:
    return os.fsdecode(output.out).rstrip("\n") or None if not output.code else None


def _environment() -> dict[str, str]:
    """The user's environment without what could mislead git, and with what keeps it quiet and at home."""
    own = {k: v for k, v in os.environ.items() if not k.upper().startswith("GIT_") or k in _KEPT_VARIABLES}
    return own | {
        "LC_ALL": "C",
        "LANGUAGE": "",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        # Set, but empty: no transport at all, whatever protocol.*.allow says.
        "GIT_ALLOW_PROTOCOL": "",
    }


def _first_problem(error: str) -> str:
    """The line that tells why git gave up."""
    lines = error.splitlines()
    fatal = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    return " ".join((fatal or lines or ["git failed"])[0].split())[:300]
