"""A JupyterLab of its own for a test: port, token and every folder that Jupyter keeps things in."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

HOST = "127.0.0.1"
START = 120.0
STOP = 30.0
# Nothing asks the network for news, and a notebook is saved only when a test or the extension says so.
QUIET: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
FOLDERS = {
    "HOME": "home",
    "IPYTHONDIR": "ipython",
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


@dataclass
class Lab:
    """A server that can be stopped and started again at the same address.

    ``folder`` is its root, where notebooks lie; ``own`` holds its other folders and its log.
    """

    folder: Path
    own: Path
    app: str = "jupyterlab"
    port: int = field(default_factory=free_port)
    token: str = field(default_factory=secrets.token_urlsafe)
    process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"

    def address(self, path: str = "", **query: str) -> str:
        """Where a page of it is, with the token that lets one in."""
        asked = "&".join(f"{name}={quote(value)}" for name, value in {"token": self.token, **query}.items())
        return f"{self.origin}/{quote(path)}?{asked}"

    def path_of(self, file: Path) -> str:
        """A file's path as the server's contents know it."""
        return file.relative_to(self.folder).as_posix()

    def environment(self) -> dict[str, str]:
        """The variables that keep it to its own folders."""
        # JUPYTER_* of whoever runs the tests would lead elsewhere.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
        kept |= {name: str(self.own / folder) for name, folder in FOLDERS.items()}
        return {**kept, "JUPYTER_TOKEN": self.token, "PYTHONWARNINGS": "default"}

    def start(self) -> None:
        """Starts it and waits until it answers."""
        for folder in FOLDERS.values():
            self.own.joinpath(folder).mkdir(exist_ok=True)
        flags = (f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={self.folder}")
        shown = ("--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True")
        command = [sys.executable, "-m", self.app, "--no-browser", f"--ip={HOST}", *flags, *shown]
        if os.geteuid() == 0:
            command.append("--allow-root")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._wait()

    def _wait(self) -> None:
        """Waits until it answers."""
        request = urllib.request.Request(f"{self.origin}/api/status", headers={"Authorization": f"token {self.token}"})
        deadline = time.monotonic() + START
        while True:
            assert self.process is not None
            assert self.process.poll() is None, f"the server ended:\n{self.said()}"
            try:
                with urllib.request.urlopen(request, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                assert time.monotonic() < deadline, f"the server does not answer:\n{self.said()}"
                time.sleep(0.05)

    def stop(self) -> None:
        """Ends it and every process that it started, kernels too."""
        if self.process is None:
            return
        process, self.process = self.process, None
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP)
        # A server that ended has ended its kernels; what is left was just being started.
        for one in children:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.kill()
        process.wait(STOP)

    @property
    def log(self) -> Path:
        return self.own / "server.log"

    def said(self) -> str:
        """What the server wrote."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def request(self, verb: str, path: str, body: object = None) -> Any:
        """Asks one of the server's routes and gives its answer; for what is not the test's subject."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.origin}/{path}", data, headers, method=verb)
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def end_kernels(self) -> None:
        """Ends every kernel, and with it every session."""
        for kernel in self.request("GET", "api/kernels"):
            self.request("DELETE", f"api/kernels/{kernel['id']}")


@contextmanager
def running(
    folder: Path, own: Path, settings: Mapping[str, Mapping[str, Any]] | None = None, app: str = "jupyterlab"
) -> Iterator[Lab]:
    """A server that is ended whatever happens; ``settings`` change JupyterLab's by plugin."""
    changed = settings or {}
    plugins = {plugin: {**QUIET.get(plugin, {}), **changed.get(plugin, {})} for plugin in {*QUIET, *changed}}
    overrides = own / "config" / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(parents=True)
    overrides.write_text(json.dumps(plugins), encoding="utf-8")
    folder.mkdir(exist_ok=True)
    lab = Lab(folder, own, app)
    try:
        lab.start()
        yield lab
    finally:
        lab.stop()
