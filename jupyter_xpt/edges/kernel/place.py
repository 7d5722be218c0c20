"""Place: which notebook the running cell lies in.

No front end tells the kernel this in one agreed way, so several sources are asked, best first, and each
answer is held against the file: does it hold the running cell?

- Sources that follow a rename (``notebook=``, ``XPT_NOTEBOOK``, our front end, the VS Code cell, the sessions
  of the live server) are believed also when the file does not hold the cell: a new one may not be saved yet.
- Sources that go stale or only guess (`GUESSES`) are believed only when the file holds the cell.
- Where two files answer equally well, neither is taken: a tie ends the search.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace as changed
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_xpt.edges.kernel import request, sessions
from jupyter_xpt.edges.kernel.sessions import text_of
from jupyter_xpt.ground.errors import NotebookError

if TYPE_CHECKING:
    pass

# Whether a file holds the running cell; None: it could not be read, so nobody knows.
Holds = Callable[[Path], "bool | None"]
# Of notebooks that all hold it, the one to take where it makes no difference.
Alike = Callable[[Sequence[Path]], "Path | None"]

EXPLICIT = "notebook="
VARIABLE = "XPT_NOTEBOOK"
FRONT_END = "JupyterLab"
VSCODE_CELL = "VS Code cell"
VSCODE_VARIABLE = "__vsc_ipynb_file__"
SESSION = "Jupyter session"
SESSION_NAME = "JPY_SESSION_NAME"
PAPERMILL = "papermill"
COMMAND = "command line"
CONTENT = "notebooks here"
GUESSES = frozenset({VSCODE_VARIABLE, SESSION_NAME, PAPERMILL, COMMAND, CONTENT})

_MOST_NOTEBOOKS = 500
_SERVER_PROGRAMS = re.compile(r"(jupyter-?_?(lab|notebook|server|labhub|nbclassic)|jupyterhub-singleuser)$")
_CONSOLE_PROGRAMS = re.compile(r"(jupyter-?_?(console|qtconsole)|qtconsole|spyder\w*)$")
# Options of nbconvert, `jupyter execute` and papermill whose value names what is written, not what is run.
_OUTPUT_OPTIONS = frozenset({"--output", "-o", "--output-dir", "--cwd"})


@dataclass(frozen=True, slots=True)
class Clues:
    """What the kernel knows about where it runs; empty text where there is nothing.

    ``papermill`` holds the injected input and output path. ``connection_file`` is empty outside of a kernel.
    ``parent`` is the process that started the kernel.
    """

    folder: Path
    explicit: str = ""
    variable: str = ""
    front_end: str = ""
    cell_uri: str = ""
    vscode: str = ""
    session_name: str = ""
    papermill: tuple[str, ...] = ()
    connection_file: str = ""
    parent: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Which notebook it is.

    ``path`` is None when nobody knows; ``tried`` then says, source by source, why. ``verified``: the file
    holds the running cell. ``identity`` is the file's device and inode: a copy under an old name has others.
    """

    path: Path | None
    source: str
    verified: bool
    tried: tuple[str, ...] = ()
    identity: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Lead:
    """What one source says. ``last``: ask nothing after it; ``ordered``: take the first that fits."""

    paths: tuple[Path, ...] = ()
    problem: str = ""
    last: bool = False
    ordered: bool = False
    believed: bool = True


def gather(
    user_ns: Mapping[str, Any],
    cell_meta: Mapping[str, Any] | None = None,
    explicit: str = "",
    *,
    cell_id: str | None = None,
    connection_file: str | None = None,
) -> Clues:
    """What there is to know, without opening a file or asking anybody.

    Parameters
    ----------
    user_ns
        The user's namespace: VS Code and papermill leave variables there.
    cell_meta
        Metadata of the execute request: the front end's ``cellId`` and, from ours, ``jupyter_xpt``.
    explicit
        The ``notebook=`` option.
    cell_id
        The running cell's id, if the caller has it from elsewhere than ``cell_meta``.
    connection_file
        The kernel's, if the caller knows it better than the command line does.
    """
    meta = cell_meta if isinstance(cell_meta, Mapping) else {}
    uri = text_of(cell_id) or text_of(meta.get("cellId"))
    injected = (text_of(user_ns.get("PAPERMILL_INPUT_PATH")), text_of(user_ns.get("PAPERMILL_OUTPUT_PATH")))
    return Clues(
        folder=Path.cwd(),
        explicit=explicit,
        variable=os.environ.get(VARIABLE, ""),
        front_end=request.sent(meta).notebook,
        cell_uri=uri if uri.startswith("vscode-") else "",
        vscode=text_of(user_ns.get("__vsc_ipynb_file__")),
        session_name=os.environ.get(SESSION_NAME, ""),
        papermill=tuple(path for path in injected if path),
        connection_file=connection_file or _connection_file(),
        parent=_starter(),
    )


def find_notebook(clues: Clues, holds: Holds, known: Place | None = None, alike: Alike | None = None) -> Place:
    """Which notebook the running cell lies in.

    Parameters
    ----------
    clues
        From `gather`, fresh for each run of a cell.
    holds
        Whether a file holds the running cell: True, False, or None when it cannot be read just now
        (Jupyter truncates a notebook before it saves it, so a caller should look twice).
    known
        The last answer for this cell. It spares only the guesses after the live server: papermill, command
        line and the search through the folder. Where a server can be asked it is asked (5 to 14 ms): after
        "Save as" or "rename, then a copy at the old name" the old file holds the cell as well, no look at it
        can tell, and trusting the last answer would be silently wrong. It must also be the same file still
        (device and inode), which a copy put in its place is not.
    alike
        Given the notebooks of a folder that all hold the cell, the one to take where it makes no difference
        which; None where it does. Without it every tie stays a tie.

    Raises
    ------
    NotebookError
        If ``notebook=`` or ``XPT_NOTEBOOK`` names what is no notebook.
    """
    tried: list[str] = []
    for source, ask in _ORDER:
        if source == PAPERMILL and known is not None and _still_there(known, holds):
            return changed(known, tried=tuple(tried))
        lead = ask(clues)
        if lead is None:
            continue
        path, verified, problem = _judge(
            lead,
            holds,
            alike if source == CONTENT else None,
            believed=lead.believed and source not in GUESSES,
        )
        if path is not None:
            return Place(path, source, verified, tuple(tried), _identity(path))
        tried.append(f"{source}: {problem}")
        if lead.last or problem.endswith(_TIE):
            break
    return Place(None, "", verified=False, tried=tuple(tried))


_TIE = "hold this cell, which one it is cannot be told"


def _judge(lead: _Lead, holds: Holds, alike: Alike | None, *, believed: bool) -> tuple[Path | None, bool, str]:
    """The path to take and whether it is verified; or None and what speaks against the lead."""
    there = [path for path in lead.paths if os.path.isfile(path)]
    if not there:
        return None, False, lead.problem or f"{_names(lead.paths)} does not exist"
    answers = {path: holds(path) for path in there}
    holding = [path for path, answer in answers.items() if answer]
    unread = [path for path, answer in answers.items() if answer is None]
    # One that cannot be read may be the other half of a tie.
    if holding and (lead.ordered or (len(holding) == 1 and not unread)):
        return holding[0], True, ""
    if believed and len(there) == 1:
        return there[0], False, ""
    chosen = alike(holding) if alike is not None and len(holding) > 1 and not unread else None
    if chosen is not None:
        return chosen, True, ""
    if len(holding) > 1:
        problem = f"{_names(holding)} {_TIE}"
    elif unread:
        problem = f"{_names(unread)} cannot be read just now"
    else:
        does = "does" if len(there) == 1 else "do"
        problem = f"{_names(there)} {does} not hold this cell as it ran; save it, or name it by notebook="
    return None, False, problem


def _from_explicit(clues: Clues) -> _Lead | None:
    return _given(EXPLICIT, clues.explicit, clues.folder) if clues.explicit else None


def _from_variable(clues: Clues) -> _Lead | None:
    return _given(f"{VARIABLE}=", clues.variable, clues.folder) if clues.variable else None


def _from_front_end(clues: Clues) -> _Lead | None:
    """Our front end knows the document's path as the server has it: relative to the server's folder."""
    if not clues.front_end:
        return None
    path = _plain(clues.front_end)
    info = None if os.path.isabs(path) else sessions.server(clues.connection_file, clues.parent)
    if os.path.isabs(path) or info is not None:
        return _Lead((_under(info, path),))
    above = (clues.folder, *clues.folder.parents)
    return _Lead(tuple(folder / path for folder in above if (folder / path).is_file()), believed=False)


def front_end_file(clues: Clues) -> Path | None:
    """The file that our front end's word means; None where it gave none, or there is no such file."""
    lead = _from_front_end(clues)
    return next((path for path in lead.paths if path.is_file()), None) if lead is not None else None


def _from_vscode_cell(clues: Clues) -> _Lead | None:
    """VS Code's cell ids are URIs: ``vscode-notebook-cell://authority/path/name.ipynb#fragment``."""
    from urllib.parse import unquote  # slow to import, and only VS Code needs it

    scheme, _, rest = clues.cell_uri.partition(":")
    if scheme != "vscode-notebook-cell":
        return None
    rest = rest.partition("#")[0].partition("?")[0]
    if rest.startswith("//"):
        rest = "/" + rest[2:].partition("/")[2]
    path = unquote(rest)
    if os.name == "nt" and re.match(r"/[A-Za-z]:", path):
        path = path[1:]
    if not os.path.isabs(path):
        return _Lead(problem=f"{path} has never been saved", last=True)
    return _Lead((Path(path),))


def _from_vscode_variable(clues: Clues) -> _Lead | None:
    return _Lead((clues.folder / clues.vscode,)) if clues.vscode else None


def _from_sessions(clues: Clues) -> _Lead | None:
    """The live server says which documents use this kernel, also after a rename."""
    if not clues.connection_file:
        return _Lead(problem="no kernel runs this code, and a terminal or a script has no notebook", last=True)
    match = re.fullmatch(r"kernel-(.+)\.json", os.path.basename(clues.connection_file))
    info = sessions.server(clues.connection_file, clues.parent) if match else None
    if match is None or info is None:
        return None
    from http.client import HTTPException  # slow to import, and only servers need it

    try:
        listed = sessions.sessions(info)
    except (OSError, HTTPException, ValueError) as problem:
        return _Lead(problem=f"the server cannot be asked ({type(problem).__name__}: {problem})")
    mine = [s for s in listed if isinstance(s, dict) and _nested(s, "kernel", "id") == match[1]]
    if not mine:
        return _Lead(problem="no document of the server uses this kernel")
    names = {text_of(s.get("path")) or _nested(s, "notebook", "path") for s in mine if s.get("type") != "console"}
    paths = tuple(_under(info, _plain(name)) for name in sorted(names) if name.endswith(".ipynb"))
    if not paths:
        kinds = ", ".join(sorted({text_of(s.get("path")) for s in mine}))
        return _Lead(problem=f"this kernel belongs to {kinds}, which is no .ipynb", last=True)
    # A console or a second notebook on the kernel may have sent the cell: then only the file can tell.
    alone = len(mine) == 1
    return _Lead(paths, last=not alone, believed=alone)


def _from_session_name(clues: Clues) -> _Lead | None:
    """The server sets it when the kernel starts; a kernel that a notebook starts inherits that of another."""
    if not clues.session_name or _parent_has_session_name(clues):
        return None
    path = clues.folder / clues.session_name
    return _Lead((path if path.is_file() else Path(_plain(str(path))),))


def _from_papermill(clues: Clues) -> _Lead | None:
    """Paths that ``papermill --inject-paths`` wrote into the first cell, relative to where it was started."""
    if not clues.papermill:
        return None
    folders = dict.fromkeys((_parent(clues)[1], clues.folder))
    paths = [folder / path for path in clues.papermill for folder in folders if "://" not in path]
    return _Lead(tuple(dict.fromkeys(paths)), ordered=True)


def _from_command(clues: Clues) -> _Lead | None:
    """Notebooks in the command line of what started the kernel: nbconvert, ``jupyter execute``, papermill."""
    words, folder = _parent(clues)
    if any(_CONSOLE_PROGRAMS.search(word) for word in words[:3]):
        return _Lead(problem=f"{os.path.basename(words[1] if words[1:] else words[0])} has no notebook", last=True)
    if any(_SERVER_PROGRAMS.search(word) for word in words[:3]):
        return None
    inputs = [word for before, word in pairwise(words) if before not in _OUTPUT_OPTIONS]
    inputs = [word for word in inputs if not word.startswith("-") and "://" not in word]
    paths = dict.fromkeys(path for word in inputs for path in _meant(word, folder))
    # papermill's second path is the executed copy that it is writing just now.
    papermill = any(re.search(r"papermill(\.exe|\.py)?$", word) for word in words[:3])
    return _Lead(tuple(paths), ordered=papermill) if paths else None


def _from_content(clues: Clues) -> _Lead | None:
    """The one notebook in the folder that holds the cell."""
    try:
        with os.scandir(clues.folder) as entries:
            found = sorted(e.name for e in entries if e.name.endswith(".ipynb") and not e.name.startswith("."))
    except OSError as problem:
        return _Lead(problem=f"{clues.folder} cannot be listed: {problem.strerror}")
    if not found:
        return _Lead(problem=f"{clues.folder} holds no notebook")
    if len(found) > _MOST_NOTEBOOKS:
        return _Lead(problem=f"{clues.folder} holds {len(found)} notebooks, too many to search")
    # A link and its target are one notebook; the file itself is named rather than the link.
    files = {os.path.realpath(clues.folder / name): clues.folder / name for name in found}
    files |= {str(path): path for path in files.values() if not path.is_symlink() and str(path) in files}
    return _Lead(tuple(files.values()))


_ORDER: tuple[tuple[str, Callable[[Clues], _Lead | None]], ...] = (
    (EXPLICIT, _from_explicit),
    (VARIABLE, _from_variable),
    (FRONT_END, _from_front_end),
    (VSCODE_CELL, _from_vscode_cell),
    (VSCODE_VARIABLE, _from_vscode_variable),
    (SESSION, _from_sessions),
    (SESSION_NAME, _from_session_name),
    (PAPERMILL, _from_papermill),
    (COMMAND, _from_command),
    (CONTENT, _from_content),
)


def _given(option: str, text: str, folder: Path) -> _Lead:
    """The notebook that the user named, or the error that says what is there instead."""
    path = Path(os.path.abspath(folder / os.path.expanduser(text)))
    if path.suffix == ".ipynb" and path.is_file():
        return _Lead((path,))
    wrong = "does not exist" if not path.exists() else "is no notebook (.ipynb)"
    beside = path if path.is_dir() else path.parent
    try:
        found = sorted(name for name in os.listdir(beside) if name.endswith(".ipynb"))
    except OSError:
        raise NotebookError(f"{option}{text}: {path} {wrong}, and {beside} is no readable folder") from None
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    there = f"notebooks there: {', '.join(found[:5])}{more}" if found else "there are no notebooks there"
    raise NotebookError(f"{option}{text}: {path} {wrong}; {there}")


def _parent(clues: Clues) -> tuple[list[str], Path]:
    """Command line and folder of the process that started the kernel; empty and ours if it cannot be seen."""
    try:
        with open(f"/proc/{clues.parent}/cmdline", "rb") as file:
            words = [os.fsdecode(word) for word in file.read(1_000_000).split(b"\0")]
        return words[:-1], Path(os.readlink(f"/proc/{clues.parent}/cwd"))
    except OSError:
        pass
    try:
        # Slow, and only needed where there is no /proc.
        import psutil  # type: ignore[import-untyped]

        process = psutil.Process(clues.parent)
        return process.cmdline(), Path(process.cwd())
    except (ImportError, OSError, ValueError):
        return [], clues.folder
    except psutil.Error:
        return [], clues.folder


def _parent_has_session_name(clues: Clues) -> bool:
    """Whether the same session name was already in the environment of the process that started us."""
    try:
        with open(f"/proc/{clues.parent}/environ", "rb") as file:
            return os.fsencode(f"{SESSION_NAME}={clues.session_name}") in file.read().split(b"\0")
    except OSError:
        return False


def _meant(word: str, folder: Path) -> Iterable[Path]:
    """What a word of a command line may mean; nbconvert expands patterns and adds the ending."""
    if any(sign in word for sign in "*?["):
        # Only patterns need them.
        from glob import iglob
        from itertools import islice

        found = islice(iglob(word, root_dir=folder), _MOST_NOTEBOOKS)
        return [folder / path for path in sorted(found) if path.endswith(".ipynb")]
    if word.endswith(".ipynb"):
        return [folder / word]
    # Words may be whole programs (python -c), which are longer than a file name can be.
    bare = folder / f"{word}.ipynb"
    return [bare] if 0 < len(word) < 200 and bare.is_file() else []


def _still_there(known: Place, holds: Holds) -> bool:
    """Whether the last answer is the same file still, came from a guess, and holds the cell."""
    if known.path is None or known.source not in {PAPERMILL, COMMAND, CONTENT} or not known.verified:
        return False
    return known.identity is not None and known.identity == _identity(known.path) and bool(holds(known.path))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _connection_file() -> str:
    """The kernel's connection file; sys.argv belongs to the user, the original one does not change."""
    words: list[str] = getattr(sys, "orig_argv", [])
    for before, word in pairwise(words):
        if before == "-f" and word.endswith(".json"):
            return word
        for option in ("-f=", "--f=", "--IPKernelApp.connection_file="):
            if word.startswith(option):
                return word[len(option) :]
    return ""


def _starter() -> int:
    """The process that started the kernel; on Windows the variable holds a handle, not a process id."""
    said = os.environ.get("JPY_PARENT_PID", "")
    return int(said) if said.isascii() and said.isdigit() and os.name != "nt" else os.getppid()


def _under(info: Mapping[str, Any] | None, path: str) -> Path:
    """A server's path as a file of this machine."""
    root = (text_of(info.get("root_dir")) or text_of(info.get("notebook_dir"))) if info else ""
    return Path(os.path.abspath(os.path.join(root, path.lstrip("/") if root else path)))


def _plain(path: str) -> str:
    """Without the ``RTC:`` that real-time collaboration writes before names."""
    return re.sub(r"(^|[/\\])RTC:", r"\1", path)


def _nested(record: Mapping[str, Any], outer: str, inner: str) -> str:
    value = record.get(outer)
    return text_of(value.get(inner)) if isinstance(value, Mapping) else ""


def _names(paths: Iterable[Path]) -> str:
    listed = [path.name for path in paths]
    more = f" and {len(listed) - 4} more" if len(listed) > 4 else ""
    return ", ".join(listed[:4]) + more
