"""Which notebook the running cell lies in, asked from inside real kernels."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbclient
import nbformat
import pytest
from jupyter_client.blocking import BlockingKernelClient

from jupyter_xpt.edges.kernel import place
from jupyter_xpt.edges.kernel.place import Clues, find_notebook, gather
from jupyter_xpt.ground.errors import NotebookError

ROOT = Path(place.__file__).parents[2]

# What a notebook runs: ask where it is and write the answer beside the kernel's folder.
PROBE = """
import json, os
from pathlib import Path
from jupyter_xpt.edges.kernel.place import find_notebook, gather

def holds(path):
    try:
        cells = json.loads(path.read_bytes())["cells"]
    except (OSError, ValueError):
        return None
    return any("".join(cell["source"]).strip() == In[-1].strip() for cell in cells)

request = get_ipython().get_parent() if hasattr(get_ipython(), "get_parent") else {}
found = find_notebook(gather(get_ipython().user_ns, request.get("metadata")), holds)
answer = {"path": str(found.path) if found.path else None, "source": found.source,
          "verified": found.verified, "tried": list(found.tried)}
Path(os.environ["ANSWER"]).write_text(json.dumps(answer))
"""

ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("JPY_", "JUPYTER_", "XPT_", "PYTHONWARNINGS"))
}


def write_notebook(path: Path, *sources: str) -> Path:
    """A notebook of code cells."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources or (PROBE,)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """An environment in which kernels find the package and nothing of the user's."""
    own = {
        "PYTHONPATH": str(ROOT),
        "ANSWER": str(tmp_path / "answer.json"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    return ENVIRONMENT | own | more


def answer(tmp_path: Path) -> dict[str, object]:
    """What the probe found."""
    found: dict[str, object] = json.loads((tmp_path / "answer.json").read_text())
    return found


def python(*words: str, folder: Path, env: dict[str, str], text: str = "") -> None:
    """Run a module of the tested Python to its end."""
    subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=env,
        check=True,
        capture_output=True,
        input=text.encode(),
        timeout=120,
    )


def everywhere(path: Path) -> bool:
    """Every file holds the cell."""
    return True


def nowhere(path: Path) -> bool:
    """No file holds the cell."""
    return False


def by_text(text: str) -> place.Holds:
    """Files that contain the text hold the cell."""
    return lambda path: text in path.read_text()


# Runners: nothing but the parent's command line


@pytest.mark.parametrize(
    ("words", "source"),
    [
        pytest.param(
            ["nbconvert", "--to", "notebook", "--execute", "here.ipynb", "--output", "copy"],
            place.COMMAND,
            id="nbconvert",
        ),
        pytest.param(
            ["nbconvert", "--to", "notebook", "--execute", "here"],
            place.COMMAND,
            id="nbconvert-without-ending",
        ),
        pytest.param(
            ["nbconvert", "--to", "notebook", "--execute", "he*.ipynb"], place.COMMAND, id="nbconvert-pattern"
        ),
        pytest.param(["execute", "here.ipynb"], place.COMMAND, id="jupyter-execute"),
    ],
)
def test_a_runner_is_known_by_its_command_line(tmp_path: Path, words: list[str], source: str) -> None:
    notebook = write_notebook(tmp_path / "work" / "here.ipynb")
    write_notebook(tmp_path / "work" / "other.ipynb", "1")
    write_notebook(tmp_path / "work" / "copy.ipynb")
    python("jupyter", *words, folder=notebook.parent, env=environment(tmp_path))
    assert (answer(tmp_path)["path"], answer(tmp_path)["source"]) == (str(notebook), source)
    assert answer(tmp_path)["verified"] is True


@pytest.mark.parametrize(
    ("options", "source"),
    [
        pytest.param([], place.COMMAND, id="plain"),
        pytest.param(["--inject-paths"], place.PAPERMILL, id="inject-paths"),
    ],
)
def test_papermill_runs_its_input_and_not_the_copy_it_writes(tmp_path: Path, options: list[str], source: str) -> None:
    notebook = write_notebook(tmp_path / "work" / "here.ipynb")
    python("papermill", *options, "here.ipynb", "copy.ipynb", folder=notebook.parent, env=environment(tmp_path))
    assert answer(tmp_path)["path"] == str(notebook)
    assert answer(tmp_path)["source"] == source


def run_by_nbclient(notebook: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **more: str) -> dict[str, object]:
    for name, value in environment(tmp_path, **more).items():
        monkeypatch.setenv(name, value)
    client = nbclient.NotebookClient(
        nbformat.read(notebook, as_version=4), resources={"metadata": {"path": str(notebook.parent)}}
    )
    client.execute()
    return answer(tmp_path)


def test_nbclient_is_known_by_the_only_notebook_that_holds_the_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = write_notebook(tmp_path / "work" / "here.ipynb")
    write_notebook(tmp_path / "work" / "other.ipynb", "1")
    found = run_by_nbclient(notebook, monkeypatch, tmp_path)
    assert (found["path"], found["source"], found["verified"]) == (str(notebook), place.CONTENT, True)


def test_two_copies_are_a_tie_and_neither_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = write_notebook(tmp_path / "work" / "here.ipynb")
    (notebook.parent / "copy.ipynb").write_bytes(notebook.read_bytes())
    found = run_by_nbclient(notebook, monkeypatch, tmp_path)
    assert found["path"] is None
    assert "copy.ipynb, here.ipynb hold this cell" in str(found["tried"])


def test_a_tie_ends_the_search(tmp_path: Path) -> None:
    for name in ("work/a.ipynb", "work/b.ipynb", "elsewhere/c.ipynb"):
        write_notebook(tmp_path / name, "x")
    words = [sys.executable, "-c", "input('ready')", "a.ipynb", "b.ipynb"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=tmp_path / "work", stdin=pipe, stdout=pipe) as runner:
        # A process has no command line in the instant of its start.
        assert runner.stdout is not None
        assert runner.stdout.read(5) == b"ready"
        clues = Clues(tmp_path / "elsewhere", connection_file="k.json", parent=runner.pid)
        found = find_notebook(clues, everywhere)
        runner.communicate(b"\n")
    assert found.path is None
    assert found.tried == ("command line: a.ipynb, b.ipynb hold this cell, which one it is cannot be told",)


def test_the_variable_settles_a_tie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = write_notebook(tmp_path / "work" / "here.ipynb")
    (notebook.parent / "copy.ipynb").write_bytes(notebook.read_bytes())
    found = run_by_nbclient(notebook, monkeypatch, tmp_path, XPT_NOTEBOOK=str(notebook))
    assert (found["path"], found["source"]) == (str(notebook), place.VARIABLE)


def test_a_kernel_that_a_notebook_starts_does_not_believe_the_inherited_session_name(tmp_path: Path) -> None:
    outer = write_notebook(tmp_path / "outer" / "outer.ipynb")
    inner = write_notebook(tmp_path / "inner" / "inner.ipynb")
    env = environment(tmp_path, JPY_SESSION_NAME=str(outer))
    python("jupyter", "nbconvert", "--to", "notebook", "--execute", "inner.ipynb", folder=inner.parent, env=env)
    assert answer(tmp_path)["path"] == str(inner)


def test_a_terminal_has_no_notebook_even_if_one_holds_the_same_text(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "work" / "here.ipynb")
    script = tmp_path / "work" / "same.ipy"
    script.write_text(PROBE)
    env = environment(tmp_path, JPY_SESSION_NAME=str(notebook))
    python("IPython", "--no-banner", "-c", f"exec({PROBE!r})", folder=notebook.parent, env=env)
    assert answer(tmp_path)["path"] is None
    assert "a terminal or a script has no notebook" in str(answer(tmp_path)["tried"])


# A live server


class Server:
    """A real Jupyter server with its own folders, and what a front end asks of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.root.mkdir()
        words = [
            "--port=0",
            "--ip=127.0.0.1",
            "--no-browser",
            "--ServerApp.base_url=/user/somebody/",
            "--allow-root",
        ]
        more = [f"--ServerApp.root_dir={self.root}", "--IdentityProvider.token=a-token"]
        # A proxy that nobody answers at: the request must not go through it.
        env = environment(folder, http_proxy="http://127.0.0.1:9", all_proxy="http://127.0.0.1:9")
        with (folder / "server.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyter_server", *words, *more],
                cwd=folder,
                env=env,
                stdout=log,
                stderr=log,
            )
        info = folder / "runtime" / f"jpserver-{self.process.pid}.json"
        for _ in range(600):
            if info.exists() and info.stat().st_size:
                break
            time.sleep(0.05)
        self.info = json.loads(info.read_text())
        self.info_file = info

    def ask(self, method: str, path: str, body: object = None) -> dict[str, object]:
        """One request."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.info['port']}/user/somebody/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "token a-token"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as reply:
            answered: dict[str, object] = json.loads(reply.read() or b"{}")
            return answered

    def open(self, path: str, *, kind: str = "notebook", kernel: str | None = None) -> dict[str, object]:
        """A session, as a front end makes it when a document is opened."""
        wanted = {"id": kernel} if kernel else {"name": "python3"}
        return self.ask("POST", "sessions", {"path": path, "name": Path(path).name, "type": kind, "kernel": wanted})

    def execute(self, session: dict[str, object], source: str = PROBE) -> dict[str, object]:
        """Run the probe in a session's kernel."""
        client = BlockingKernelClient(
            connection_file=str(self.folder / "runtime" / f"kernel-{kernel_of(session)}.json")
        )
        client.load_connection_file()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            reply = client.execute_interactive(source, timeout=60, output_hook=lambda message: None)
        finally:
            client.stop_channels()
        assert reply["content"]["status"] == "ok", reply["content"]
        return answer(self.folder)


def kernel_of(session: dict[str, object]) -> str:
    kernel = session["kernel"]
    assert isinstance(kernel, dict)
    return str(kernel["id"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("server"))
    yield started
    started.process.terminate()
    started.process.wait(timeout=30)


@pytest.fixture
def session(server: Server, request: pytest.FixtureRequest) -> Iterator[dict[str, object]]:
    """A session of a notebook in a folder of its own, named like the test."""
    path = f"{request.node.name[:60]}/here.ipynb"
    write_notebook(server.root / path)
    opened = server.open(path)
    yield opened
    server.ask("DELETE", f"sessions/{opened['id']}")


def file_of(server: Server, session: dict[str, object]) -> Path:
    return server.root / str(session["path"])


def test_the_live_server_knows_the_notebook(server: Server, session: dict[str, object]) -> None:
    found = server.execute(session)
    assert (found["path"], found["source"], found["verified"]) == (
        str(file_of(server, session)),
        place.SESSION,
        True,
    )


def test_a_new_cell_that_is_not_saved_yet_belongs_to_the_live_session(
    server: Server, session: dict[str, object]
) -> None:
    write_notebook(file_of(server, session), "something else")
    found = server.execute(session)
    assert (found["path"], found["source"], found["verified"]) == (
        str(file_of(server, session)),
        place.SESSION,
        False,
    )


def test_a_rename_is_followed_also_when_a_copy_takes_the_old_name(server: Server, session: dict[str, object]) -> None:
    old = file_of(server, session)
    new = str(session["path"]).replace("here", "renamed")
    server.ask("PATCH", f"contents/{session['path']}", {"path": new})
    server.ask("PATCH", f"sessions/{session['id']}", {"path": new, "name": "renamed.ipynb", "type": "notebook"})
    old.write_bytes((server.root / new).read_bytes())
    assert server.execute(session)["path"] == str(server.root / new)


def test_the_session_name_stands_in_for_a_server_that_refuses(server: Server, session: dict[str, object]) -> None:
    said = server.info_file.read_text()
    try:
        server.info_file.write_text(json.dumps(server.info | {"token": "wrong"}))
        found = server.execute(session)
        assert (found["path"], found["source"]) == (str(file_of(server, session)), place.SESSION_NAME)
        assert "403" in str(found["tried"])
    finally:
        server.info_file.write_text(said)


def test_a_stale_session_name_is_not_believed(server: Server, session: dict[str, object]) -> None:
    said = server.info_file.read_text()
    old = file_of(server, session)
    try:
        server.info_file.write_text(json.dumps(server.info | {"hostname": "192.0.2.1"}))
        old.rename(old.with_name("renamed.ipynb"))
        write_notebook(old, "another notebook under the old name")
        found = server.execute(session)
        assert (found["path"], found["source"]) == (str(old.with_name("renamed.ipynb")), place.CONTENT)
        assert "192.0.2.1" in str(found["tried"])
    finally:
        server.info_file.write_text(said)


def test_two_notebooks_on_a_kernel_are_told_apart_by_the_file(server: Server, session: dict[str, object]) -> None:
    other = str(session["path"]).replace("here", "other")
    write_notebook(server.root / other, "1")
    server.open(other, kernel=kernel_of(session))
    found = server.execute(session)
    assert (found["path"], found["verified"]) == (str(file_of(server, session)), True)


def test_two_notebooks_on_a_kernel_that_both_hold_the_cell_are_a_tie(
    server: Server, session: dict[str, object]
) -> None:
    other = str(session["path"]).replace("here", "other")
    (server.root / other).write_bytes(file_of(server, session).read_bytes())
    server.open(other, kernel=kernel_of(session))
    found = server.execute(session)
    assert found["path"] is None
    assert "hold this cell" in str(found["tried"])


def test_an_unsaved_cell_may_come_from_the_console_beside_the_notebook(server, session) -> None:
    write_notebook(file_of(server, session), "something else")
    server.open(str(session["path"]).replace("here.ipynb", "console-1"), kind="console", kernel=kernel_of(session))
    found = server.execute(session)
    assert found["path"] is None
    assert "does not hold this cell" in str(found["tried"])


def test_a_console_is_no_notebook(server: Server) -> None:
    write_notebook(server.root / "console" / "here.ipynb")
    console = server.open("console/console-1-abc", kind="console")
    found = server.execute(console)
    server.ask("DELETE", f"sessions/{console['id']}")
    assert found["path"] is None
    assert "console-1-abc" in str(found["tried"])


def test_a_server_on_a_unix_socket_is_asked_too(tmp_path: Path) -> None:
    import socketserver
    import threading
    from http.server import BaseHTTPRequestHandler

    notebook = write_notebook(tmp_path / "root" / "a" / "here.ipynb")
    listed = [{"type": "notebook", "path": "RTC:a/here.ipynb", "kernel": {"id": "k"}}]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(listed).encode()
            self.send_response(200 if self.headers["Authorization"] == "token t" else 403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

        def address_string(self) -> str:
            return "socket"

    sock = tmp_path / "s"
    info = {"sock": str(sock), "port": 0, "base_url": "/", "token": "t", "root_dir": str(tmp_path / "root")}
    (tmp_path / "jpserver-77.json").write_text(json.dumps(info))
    clues = Clues(tmp_path, connection_file=str(tmp_path / "kernel-k.json"), parent=77)
    with socketserver.UnixStreamServer(str(sock), Handler) as listening:
        threading.Thread(target=listening.handle_request).start()
        found = find_notebook(clues, everywhere)
    assert (found.path, found.source) == (notebook, place.SESSION)


def test_a_server_that_never_answers_is_given_up_within_a_second(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as mute:
        info = {"hostname": "127.0.0.1", "port": mute.getsockname()[1], "base_url": "/", "token": "t"}
        (tmp_path / "jpserver-77.json").write_text(json.dumps(info))
        found = find_notebook(Clues(tmp_path, connection_file=str(tmp_path / "kernel-k.json"), parent=77), nowhere)
    assert found.path is None
    assert "timed out" in found.tried[0]


# What front ends send, and what the user says


def test_vs_code_names_the_notebook_in_the_cell_id(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "with space #1.ipynb", "unsaved")
    uri = f"vscode-notebook-cell:{tmp_path.as_uri()[7:]}/with%20space%20%231.ipynb#W0sZmlsZQ%3D%3D"
    found = find_notebook(gather({}, {"cellId": uri}), nowhere)
    assert (found.path, found.source, found.verified) == (notebook, place.VSCODE_CELL, False)
    remote = uri.replace("cell:/", "cell://ssh-remote%2Bbox/")
    assert find_notebook(gather({}, None, cell_id=remote), everywhere).path == notebook


def test_vs_code_renames_are_right_by_the_cell_id_and_not_by_the_variable(tmp_path: Path) -> None:
    old, new = write_notebook(tmp_path / "old.ipynb", "x"), write_notebook(tmp_path / "new.ipynb", "x")
    namespace = {"__vsc_ipynb_file__": str(old)}
    assert find_notebook(gather(namespace, {"cellId": f"vscode-notebook-cell:{new}#W0"}), everywhere).path == new
    assert find_notebook(gather(namespace), everywhere).path == old
    assert find_notebook(gather(namespace), nowhere).path is None


def test_an_untitled_vs_code_notebook_is_nowhere_yet(tmp_path: Path) -> None:
    write_notebook(tmp_path / "copy.ipynb", "x")
    uri = "vscode-notebook-cell:Untitled-1.ipynb?jupyter-notebook#W0"
    found = find_notebook(
        replace(gather({}, {"cellId": uri}), folder=tmp_path, connection_file="kernel-k.json"), everywhere
    )
    assert found.path is None
    assert "never been saved" in found.tried[-1]


def test_our_front_end_gives_the_path_as_the_server_has_it(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "a" / "here.ipynb", "x")
    (tmp_path / "jpserver-77.json").write_text(json.dumps({"root_dir": str(tmp_path)}))
    clues = replace(
        gather(
            {},
            {"jupyter_xpt": {"notebook": "RTC:a/here.ipynb"}},
            connection_file=str(tmp_path / "kernel-k.json"),
        ),
        parent=77,
    )
    found = find_notebook(clues, nowhere)
    assert (found.path, found.source, found.verified) == (notebook, place.FRONT_END, False)


def test_without_a_server_our_front_ends_path_must_hold_the_cell(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "a" / "here.ipynb", "x")
    clues = Clues(notebook.parent, front_end="a/here.ipynb")
    assert find_notebook(clues, everywhere).path == notebook
    assert find_notebook(clues, nowhere).path is None


def test_the_option_beats_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    named, other = (
        write_notebook(tmp_path / "named.ipynb", "x"),
        write_notebook(tmp_path / "other.ipynb", "x"),
    )
    monkeypatch.setenv("XPT_NOTEBOOK", str(other))
    found = find_notebook(gather({"__vsc_ipynb_file__": str(other)}, None, "named.ipynb"), nowhere)
    assert (found.path, found.source, found.verified) == (named, place.EXPLICIT, False)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param("wrong.ipynb", "does not exist; notebooks there: a.ipynb, b.ipynb", id="missing"),
        pytest.param("a.py", "is no notebook (.ipynb); notebooks there: a.ipynb, b.ipynb", id="a script"),
        pytest.param("no/such/place.ipynb", "is no readable folder", id="no folder"),
        pytest.param(".", "is no notebook (.ipynb); notebooks there", id="a folder"),
    ],
)
@pytest.mark.parametrize("option", ["notebook=", "XPT_NOTEBOOK="])
def test_a_wrong_name_is_refused_in_one_line_that_says_what_exists(
    tmp_path: Path, given: str, said: str, option: str
) -> None:
    for name in ("a.ipynb", "b.ipynb"):
        write_notebook(tmp_path / name, "x")
    (tmp_path / "a.py").write_text("1")
    clues = Clues(tmp_path, explicit=given) if option == "notebook=" else Clues(tmp_path, variable=given)
    with pytest.raises(NotebookError) as caught:
        find_notebook(clues, everywhere)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{option}{given}: ")
    assert "\n" not in str(caught.value)


def test_a_notebook_that_cannot_be_read_is_the_other_half_of_a_tie(tmp_path: Path) -> None:
    write_notebook(tmp_path / "a.ipynb", "x")
    write_notebook(tmp_path / "b.ipynb", "x")
    clues = Clues(tmp_path, connection_file="kernel-k.json")
    found = find_notebook(clues, lambda path: True if path.name == "a.ipynb" else None)
    assert found.path is None
    assert "b.ipynb cannot be read just now" in found.tried[-1]


def test_a_link_beside_its_notebook_is_no_tie(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "b.ipynb", "x")
    (tmp_path / "a.ipynb").symlink_to(notebook)
    assert find_notebook(Clues(tmp_path, connection_file="kernel-k.json"), everywhere).path == notebook


def test_the_last_answer_spares_the_search_while_it_is_the_same_file(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "a.ipynb", "x = 1")
    clues = Clues(tmp_path, connection_file="kernel-k.json")
    known = find_notebook(clues, by_text("x = 1"))
    (tmp_path / "copy.ipynb").write_bytes(notebook.read_bytes())
    assert find_notebook(clues, by_text("x = 1"), known).path == notebook
    notebook.rename(tmp_path / "renamed.ipynb")
    (tmp_path / "copy.ipynb").rename(notebook)
    assert find_notebook(clues, by_text("x = 1"), known).path is None


def test_the_last_answer_of_a_live_session_is_never_trusted(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "a.ipynb", "x")
    known = replace(find_notebook(Clues(tmp_path, connection_file="k.json"), everywhere), source=place.SESSION)
    (tmp_path / "copy.ipynb").write_bytes(notebook.read_bytes())
    assert find_notebook(Clues(tmp_path, connection_file="k.json"), everywhere, known).path is None
