"""Places: the folders that the server knows to hold experiments, or to be about to.

Requests name them by ids, never by paths, so that nobody can ask for a folder that the server does not show.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import posixpath
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from jupyter_server.services.contents.filemanager import FileContentsManager

from jupyter_xpt.actions.curves import CurveReader
from jupyter_xpt.actions.follow import Follower
from jupyter_xpt.edges.disk.finding import find_folders
from jupyter_xpt.ground.errors import UnknownExperiment
from jupyter_xpt.ground.names import printable

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

T = TypeVar("T")

# So many threads in all, and of one place: a folder on a server that hangs must not hold up the others.
_WORKERS, _WORKERS_OF_ONE = 6, 2
_SCAN_SECONDS = 10.0
_MAX_PLACES = 1_000
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(slots=True)
class Place:
    """A folder: what requests call it, where it is, and where the server's contents have it."""

    id: str
    folder: Path
    path: str
    follower: Follower
    curves: CurveReader = field(default_factory=CurveReader)
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_WORKERS_OF_ONE))

    def contents_path(self, name: str) -> str:
        """Where the server's contents have a file of the folder."""
        return posixpath.join(self.path, name)


class Places:
    """The places of one server, and the threads in which they are read.

    Parameters
    ----------
    server
        Its contents say where its root is, its sessions which notebooks are open.
    """

    def __init__(self, server: ServerApp) -> None:
        self._server = server
        self._threads = ThreadPoolExecutor(_WORKERS, "jupyter_xpt reader")
        self._places: dict[str, Place] = {}
        self._below: tuple[Path, ...] = ()
        self._scanned: float | None = None
        self._scanning = asyncio.Lock()

    @property
    def root(self) -> Path | None:
        """The folder that the contents begin at; None where they are not this machine's files."""
        contents = self._server.contents_manager
        # Others have a root_dir too, which is no folder.
        return Path(contents.root_dir) if isinstance(contents, FileContentsManager) else None

    async def known(self) -> list[tuple[Place, bool]]:
        """The places there are now, each with whether it has experiments already."""
        root = self.root
        if root is None:
            self._places = {}
            return []
        paths = await self._session_paths()
        async with self._scanning:
            if self._scanned is None or time.monotonic() - self._scanned > _SCAN_SECONDS:
                self._below = tuple(await self.work(find_folders, root))
                self._scanned = time.monotonic()
        found = await self.work(_located, root, paths, self._below)
        listed = {one.id: self._kept(one) for one, _ in found[:_MAX_PLACES]}
        # Whoever looks at one of those listed before goes on doing so: it may come back.
        earlier = {} if len(self._places) > _MAX_PLACES else self._places
        self._places = {**earlier, **listed}
        return [(listed[one.id], has) for one, has in found[:_MAX_PLACES]]

    def _kept(self, found: _Located) -> Place:
        """The place as it is known, under the path that it has now."""
        known = self._places.get(found.id)
        if known is None or known.folder != found.folder:
            return Place(found.id, found.folder, found.path, Follower(found.folder))
        known.path = found.path
        return known

    async def get(self, id: str) -> Place:
        """The place that a request names.

        Raises
        ------
        UnknownExperiment
            When the server knows none of that id.
        """
        if _ID.fullmatch(id):
            if id not in self._places:
                await self.known()
            if id in self._places:
                return self._places[id]
        raise UnknownExperiment("the server knows no such folder: list the places again")

    async def work(self, do: Callable[..., T], *given: object) -> T:
        """What a function gives, run in a thread: reading never holds up the server's loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, do, *given)

    async def within(self, place: Place, do: Callable[[Place], T]) -> T:
        """What a function makes of a place, run in one of the few threads that are the place's.

        Raises
        ------
        UnknownExperiment
            When the folder is gone, or has become a link to another.
        """

        def there() -> T:
            if not place.folder.is_dir() or os.path.realpath(place.folder) != os.fspath(place.folder):
                raise UnknownExperiment(f"the folder {printable(place.folder.name)} is not there any more")
            return do(place)

        async with place.free:
            return await self.work(there)

    def close(self) -> None:
        """Lets the threads go; what they are at is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _session_paths(self) -> list[str]:
        """The paths of the notebooks, consoles and scripts that have a kernel."""
        sessions = await self._server.session_manager.list_sessions()
        paths = (session.get("path") for session in sessions)
        return [path for path in paths if isinstance(path, str)]


@dataclass(frozen=True, slots=True)
class _Located:
    """A folder that was found, not yet a place."""

    id: str
    folder: Path
    path: str


def _located(root: Path, sessions: Iterable[str], below: Iterable[Path]) -> list[tuple[_Located, bool]]:
    """The folders to be listed: the root, those of sessions, those with experiments; each once."""
    ways = ["", *map(_folder_of, sessions)]
    ways += [folder.relative_to(root).as_posix().removeprefix(".") for folder in below]
    found: dict[str, tuple[_Located, bool]] = {}
    for way in ways:
        try:
            folder = Path(os.path.realpath(root / way))
            there = folder.is_dir()
        except (OSError, ValueError):
            continue
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        if there and not _leads_out(way) and name not in found:
            found[name] = (_Located(name, folder, way), (folder / "out").is_dir())
    return list(found.values())


def _folder_of(path: str) -> str:
    """The folder of a session's notebook, as the contents have it."""
    # Where documents are edited together a drive's name may stand before the path.
    return posixpath.dirname(path.removeprefix("RTC:").strip("/"))


def _leads_out(way: str) -> bool:
    """Whether a path is none that the contents would show: hidden, or leading out of the root."""
    return any(part.startswith(".") for part in way.split("/") if part) or "\\" in way
