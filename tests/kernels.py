"""A real kernel to run cells in, and what they show."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Shown:
    """What one execution showed."""

    status: str
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def stream(self, name: str) -> str:
        """All text of a stream."""
        return "".join(c["text"] for kind, c in self.messages if kind == "stream" and c["name"] == name)

    @property
    def out(self) -> str:
        return self.stream("stdout")

    @property
    def err(self) -> str:
        return self.stream("stderr")

    @property
    def result(self) -> str | None:
        """The displayed last value as text."""
        return next((c["data"]["text/plain"] for kind, c in self.messages if kind == "execute_result"), None)

    @property
    def traceback(self) -> str:
        """The error as shown, without colours."""
        return ANSI.sub("", "\n".join(line for kind, c in self.messages if kind == "error" for line in c["traceback"]))

    @property
    def block(self) -> str:
        """The last state of the run's block, as text."""
        states = [c["data"]["text/plain"] for _, c in self.blocks]
        return states[-1] if states else ""

    @property
    def blocks(self) -> list[tuple[str, dict[str, Any]]]:
        return [m for m in self.messages if str(m[1].get("transient", {}).get("display_id", "")).startswith("xpt-")]

    @property
    def others(self) -> list[tuple[str, dict[str, Any]]]:
        """All output messages but the block."""
        return [m for m in self.messages if m not in self.blocks]


class Kernel:
    """A kernel whose cells have ids, as a front end's."""

    def __init__(self, client: Any, manager: KernelManager) -> None:
        self.client = client
        self.manager = manager

    def run(self, code: str, cell: str | None = None, timeout: float = 60, **meta: Any) -> Shown:
        """Runs a cell and gives what it showed."""
        message = self.client.session.msg(
            "execute_request",
            {
                "code": code,
                "silent": False,
                "store_history": True,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": False,
            },
        )
        message["metadata"] = {"cellId": cell, **meta} if cell else dict(meta)
        self.client.shell_channel.send(message)
        return self.collect(message["header"]["msg_id"], timeout)

    def collect(self, request: str, timeout: float = 60) -> Shown:
        """What a request shows until it is done."""
        shown = Shown("")
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind not in ("status", "execute_input"):
                shown.messages.append((kind, content))
        while True:
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == request:
                shown.status = reply["content"]["status"]
                return shown


@contextmanager
def kernel(folder: Path, **environment: str) -> Iterator[Kernel]:
    """A kernel that works in ``folder``, with our extension loaded."""
    manager = KernelManager(kernel_name="python3")
    env = {**os.environ, "IPYTHONDIR": str(folder / ".ipython"), **environment}
    manager.start_kernel(cwd=str(folder), env=env)
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        one = Kernel(client, manager)
        assert one.run("%load_ext jupyter_xpt").status == "ok"
        yield one
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
