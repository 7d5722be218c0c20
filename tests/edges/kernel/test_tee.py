"""The tee in a real kernel, and in a terminal: the log is what was shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).parents[3]
# A kernel that sees pytest's variable does not watch its file descriptors.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
ENVIRONMENT["PYTHONPATH"] = str(ROOT)
# Later Pythons warn of a fork beside threads, which a kernel always has.
ENVIRONMENT["PYTHONWARNINGS"] = "ignore::DeprecationWarning"
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} ([|!>=])([ +])(.*)", re.DOTALL)
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PRELUDE = """
import contextlib, ctypes, io, logging, os, subprocess, sys, threading, time, warnings
from IPython.display import HTML, Image, SVG, clear_output, display
from jupyter_xpt.edges.disk.journal import Journal
from jupyter_xpt.edges.kernel.tee import Tee
pictures = []
def keep(kind, data):
    pictures.append(data)
    return f"figures/{len(pictures):03d}.{kind}"
"""


def read_log(path):
    """The log's lines as (mark, text); lines cut in pieces are put together."""
    lines = []
    for line in path.read_bytes().decode().split("\n")[:-1]:
        match = LINE.fullmatch(line)
        assert match, line[:200]
        mark, joint, text = match.groups()
        if joint == "+":
            assert lines[-1][0] == mark
            lines[-1] = (mark, lines[-1][1] + text)
        else:
            lines.append((mark, text))
    return lines


class Kernel:
    """A kernel whose cells run inside a tee."""

    def __init__(self, folder):
        self.folder = folder
        self.manager, self.client = start_new_kernel(cwd=str(folder), env=ENVIRONMENT)
        self.execute(PRELUDE)

    def execute(self, code, hook=None):
        """Run code; gives the reply's content and what was shown: stream texts and displayed plain texts."""
        shown = {"stdout": "", "stderr": "", "display": []}

        def see(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                shown[content["name"]] += content["text"]
            elif "data" in content:
                shown["display"].append(content["data"].get("text/plain"))
            if hook is not None:
                hook(message)

        reply = self.client.execute_interactive(code, output_hook=see, timeout=60, allow_stdin=False)
        return reply["content"], shown

    def teed(self, body, before="", after="", hook=None, journal='Journal("log.txt")', options=""):
        """Run a cell's body inside a tee; gives the log's lines and what was shown."""
        (self.folder / "log.txt").unlink(missing_ok=True)
        code = (
            f"{textwrap.dedent(before)}\n"
            f"with {journal} as journal, Tee(journal, keep{options}) as tee:\n"
            f"{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
            f"{textwrap.dedent(after)}\n"
        )
        reply, shown = self.execute(code, hook)
        assert reply["status"] == "ok", "\n".join(reply.get("traceback", []))
        return read_log(self.folder / "log.txt") if "log.txt" in journal else [], shown

    def value(self, expression):
        """The repr of an expression in the kernel."""
        reply = self.client.execute_interactive(
            "", user_expressions={"it": expression}, output_hook=lambda message: None, timeout=60
        )
        return reply["content"]["user_expressions"]["it"]["data"]["text/plain"]

    def is_restored(self):
        """Whether nothing of a tee is left in the kernel."""
        return self.value("(sys.stdout.echo, sys.stderr.echo, 'send' in vars(sys.stdout.session))")

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """One kernel for all tests."""
    kernel = Kernel(tmp_path_factory.mktemp("kernel"))
    yield kernel
    kernel.stop()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("print('a', 1, sep='-')", [("|", "a-1")], id="print"),
        pytest.param("print()\nprint('a\\nb\\n\\nc')", [("|", x) for x in ("", "a", "b", "", "c")], id="lines"),
        pytest.param("print('a', file=sys.stderr)", [("!", "a")], id="stderr"),
        pytest.param("sys.stdout.writelines(['a\\n', 'b'])", [("|", "a"), ("|", "b")], id="writelines"),
        pytest.param("logging.getLogger('x').warning('low memory')", [("!", "low memory")], id="logging"),
        pytest.param(
            "warnings.warn_explicit('odd', UserWarning, 'f', 1)",
            [("!", "f:1: UserWarning: odd")],
            id="warning",
        ),
        pytest.param("!echo from a shell", [("|", "from a shell")], id="shell escape"),
        pytest.param("os.system('echo out; echo err >&2')", [("!", "err"), ("|", "out")], id="os.system"),
        pytest.param("subprocess.run(['echo', 'child'])", [("|", "child")], id="subprocess"),
        pytest.param(
            "os.write(1, b'raw\\n'); os.write(2, b'raw error\\n')",
            [("!", "raw error"), ("|", "raw")],
            id="fd",
        ),
        pytest.param(
            "c = ctypes.CDLL(None); c.printf(b'from C %d\\n', 5); c.fflush(None)",
            [("|", "from C 5")],
            id="printf",
        ),
        pytest.param(
            "pid = os.fork()\nif pid == 0:\n    print('forked')\n    os._exit(0)\nos.waitpid(pid, 0)",
            [("|", "forked")],
            id="fork",
        ),
        pytest.param(
            "import multiprocessing\n"
            "p = multiprocessing.get_context('fork').Process(\n"
            "    target=print, args=('one\\ntwo',), kwargs={'end': ''}\n"
            ")\n"
            "p.start(); p.join()",
            [("|", "one"), ("|", "two")],
            id="multiprocessing fork",
        ),
        pytest.param(
            "import multiprocessing\n"
            "p = multiprocessing.get_context('spawn').Process(target=print, args=('spawned',))\n"
            "p.start(); p.join()",
            [("|", "spawned")],
            id="multiprocessing spawn",
        ),
        pytest.param(
            "t = threading.Thread(target=print, args=('threaded',)); t.start(); t.join()",
            [("|", "threaded")],
            id="thread",
        ),
        pytest.param("display(3.5)", [(">", "3.5")], id="display"),
        pytest.param("sys.displayhook([1, 2])", [(">", "[1, 2]")], id="last value"),
        pytest.param("display(HTML('<b>x</b>'))", [(">", "<IPython.core.display.HTML object>")], id="html"),
        pytest.param("display({'text/html': 'x'}, raw=True)", [(">", "(text/html)")], id="no plain text"),
        pytest.param(
            "h = display(1, display_id=True); h.update(2); clear_output()",
            [(">", "1"), (">", "2")],
            id="update",
        ),
        pytest.param("print('no newline', end='')", [("|", "no newline")], id="no newline"),
        pytest.param("print('é😀\\ud800\\x1b[31mred\\x0c')", [("|", "é😀\\ud800\x1b[31mred\x0c")], id="odd text"),
        pytest.param("print('10%\\r20%\\r30%')", [("|", "30%")], id="overwritten"),
        pytest.param("print('a\\r\\nb', end='\\r\\n')", [("|", "a"), ("|", "b")], id="crlf"),
        pytest.param("print('a', end='\\r'); print('\\nb')", [("|", "a"), ("|", "b")], id="crlf in two writes"),
        pytest.param(
            "for i in range(5): print(i, end='\\r'); sys.stdout.flush()",
            [("|", "4")],
            id="bar with returns after",
        ),
        pytest.param("for i in range(5): print(f'\\r{i}', end='')", [("|", "4")], id="bar with returns before"),
        pytest.param("print('\\rwork', end=''); print('\\r    \\r', end='')", [], id="bar that wipes itself out"),
        pytest.param(
            "print('a', end=''); print('b', file=sys.stderr); print('c')",
            [("!", "b"), ("|", "ac")],
            id="two streams",
        ),
        pytest.param(
            "print('a'); display(1); print('b', end=''); display(2); print('c')",
            [("|", "a"), (">", "1"), ("|", "b"), (">", "2"), ("|", "c")],
            id="order",
        ),
        pytest.param(
            "tee.note('repeat 2 of 5'); tee.value('0.5\\n0.6')",
            [("=", "repeat 2 of 5"), (">", "0.5"), (">", "0.6")],
            id="own",
        ),
        pytest.param("tee.traceback('\\x1b[0;31mValueError\\x1b[0m: x\\n')", [("!", "ValueError: x")], id="traceback"),
    ],
)
def test_what_is_shown_is_in_the_log(kernel, body, expected):
    lines, _ = kernel.teed(body)
    # The two descriptors of one process come by two pipes: there is no order between them.
    if ("err" in body and "raw" in body) or "system" in body:
        lines.sort()
    assert lines == expected
    assert kernel.value("(tee.problem, tee.lost)") == "(None, 0)"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("with contextlib.redirect_stdout(io.StringIO()): print('hidden')", id="redirect_stdout"),
        pytest.param(
            "from IPython.utils.capture import capture_output\nwith capture_output(): print(1); display(2)",
            id="capture_output",
        ),
        pytest.param("get_ipython().run_cell_magic('capture', 'got', 'print(1)\\ndisplay(2)')", id="%%capture"),
        pytest.param("subprocess.run(['echo', 'x'], capture_output=True)", id="subprocess"),
    ],
)
def test_what_is_captured_is_not_shown_and_not_in_the_log(kernel, body):
    lines, shown = kernel.teed(f"print('before')\n{body}\nprint('after')")
    assert lines == [("|", "before"), ("|", "after")]
    assert shown == {"stdout": "before\nafter\n", "stderr": "", "display": []}


def test_an_error_that_the_cell_shows_is_in_the_log_without_colours(kernel):
    lines, _ = kernel.teed("get_ipython().showtraceback((ValueError, ValueError('x'), None))")
    assert lines[-1] == ("!", "ValueError: x")
    assert {mark for mark, _ in lines} == {"!"}
    assert "\x1b" not in "".join(text for _, text in lines)


def test_a_progress_bar_is_one_line(kernel):
    pytest.importorskip("tqdm")
    lines, _ = kernel.teed(
        """
        from tqdm import tqdm
        for i in tqdm(range(300), desc="fit", mininterval=0):
            pass
        for i in tqdm(range(300), leave=False, mininterval=0):
            pass
        print("done")
        """
    )
    assert [mark for mark, _ in lines] == ["!", "|"]
    assert lines[0][1].startswith("fit: 100%")
    assert lines[1] == ("|", "done")


@pytest.mark.parametrize("n", [100_000, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_a_great_many_lines_are_exact(kernel, n):
    lines, _ = kernel.teed(f"for i in range({n}): print(i, 'loss', i / 7)")
    assert lines == [("|", f"{i} loss {i / 7}") for i in range(n)]


def test_a_long_line_is_whole_and_in_pieces(kernel):
    lines, _ = kernel.teed(
        """
        text = "0123456789" * 300_000
        for start in range(0, 2_000_000, 97):
            print(text[start : start + 97], end="")
        print(text)
        print(text)
        print("next")
        """
    )
    text = "0123456789" * 300_000
    begun = "".join(text[start : start + 97] for start in range(0, 2_000_000, 97))
    assert lines == [("|", begun + text), ("|", text), ("|", "next")]
    assert max(map(len, (kernel.folder / "log.txt").read_bytes().split(b"\n"))) < 3 << 20


def test_threads_keep_their_lines_whole(kernel):
    lines, _ = kernel.teed(
        """
        def work(name):
            for i in range(200):
                print(name, end="")
                time.sleep(0)
                print("-", end="")
                print(i)
        threads = [threading.Thread(target=work, args=(name,)) for name in "abcdefgh"]
        for t in threads: t.start()
        for t in threads: t.join()
        """
    )
    assert len(lines) == 1600
    for name in "abcdefgh":
        assert [text for _, text in lines if text[0] == name] == [f"{name}-{i}" for i in range(200)]


def test_output_of_processes_is_in_the_repeat_that_made_it(kernel):
    lines, _ = kernel.teed(
        """
        for i in range(40):
            tee.note(f"{i}")
            print("partial", end="")
            os.system(f"seq 1000 | tail -3; echo end {i} >&2")
            tee.flush()
        """
    )
    for i in range(40):
        repeat = lines[i * 6 : i * 6 + 6]
        assert repeat[0] == ("=", str(i))
        assert sorted(repeat[1:]) == sorted(
            [("|", "partial"), *(("|", str(n)) for n in (998, 999, 1000)), ("!", f"end {i}")]
        )


def test_pictures_are_kept(kernel):
    lines, _ = kernel.teed(
        f"""
        import base64
        png = base64.b64decode("{PNG}")
        display(Image(data=png))
        display(SVG("<svg xmlns='http://www.w3.org/2000/svg'/>"))
        display({{"image/jpeg": "{PNG}", "image/gif": "{PNG}", "text/plain": "two"}}, raw=True)
        """,
        before="pictures.clear()",
    )
    assert lines == [(">", f"figures/{name}") for name in ("001.png", "002.svg", "003.jpg", "004.gif")]
    assert kernel.value("(pictures[0] == png, pictures[1][:4], len(pictures))") == "(True, b'<svg', 4)"


def test_a_picture_that_cannot_be_kept_is_a_problem_and_still_shown(kernel):
    lines, shown = kernel.teed(
        f"""
        display({{"image/png": "{PNG}", "text/plain": "a plot"}}, raw=True)
        display({{"image/png": "not base64 at all!", "text/plain": "a bad plot"}}, raw=True)
        """,
        before="""
        keeping = keep
        def keep(kind, data): raise OSError(28, "no space left")
        """,
        after="keep = keeping",
    )
    assert lines == [(">", "a plot"), (">", "a bad plot")]
    assert shown["display"] == ["a plot", "a bad plot"]
    assert kernel.value("tee.problem.errno") == "28"


def test_a_caller_that_keeps_no_more_pictures_leaves_their_text(kernel):
    lines, _ = kernel.teed(
        f'display({{"image/png": "{PNG}", "text/plain": "plot 501"}}, raw=True)',
        before="keeping, keep = keep, lambda kind, data: ''",
        after="keep = keeping",
    )
    assert lines == [(">", "plot 501")]


def test_after_an_exception_the_streams_are_as_before(kernel):
    reply, _ = kernel.execute(
        """
with Journal("failed.txt") as journal, Tee(journal, keep) as tee:
    print("before", end="")
    raise ValueError("the user's own")
"""
    )
    assert (reply["status"], reply["ename"]) == ("error", "ValueError")
    assert read_log(kernel.folder / "failed.txt") == [("|", "before")]
    assert kernel.is_restored() == "(None, None, False)"


def test_after_an_interrupt_the_streams_are_as_before(kernel):
    sent = []

    def interrupt(message):
        if message["msg_type"] == "stream" and not sent:
            sent.append(kernel.manager.interrupt_kernel())

    code = """
with Journal("interrupted.txt") as journal, Tee(journal, keep) as tee:
    i = 0
    print("go", flush=True)
    while True:
        print(i)
        i += 1
        time.sleep(0.001)
"""
    reply, _ = kernel.execute(code, interrupt)
    assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
    lines = read_log(kernel.folder / "interrupted.txt")
    assert [text for _, text in lines] == ["go", *map(str, range(len(lines) - 1))]
    assert kernel.is_restored() == "(None, None, False)"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is Linux's")
def test_a_full_disk_costs_the_log_but_not_the_output(kernel):
    body = """
    for i in range(100):
        print(i)
        print(i, file=sys.stderr)
    display("shown")
    logging.getLogger("x").warning("still here")
    """
    _, shown = kernel.teed(body, journal='Journal("/dev/full")')
    assert shown["stdout"] == "".join(f"{i}\n" for i in range(100))
    assert shown["stderr"] == shown["stdout"] + "still here\n"
    assert shown["display"] == ["'shown'"]
    assert kernel.value("(tee.lost, tee.problem.errno)") == "(202, 28)"
    assert kernel.is_restored() == "(None, None, False)"


def test_a_flood_is_cut_and_the_cut_is_marked(kernel):
    lines, shown = kernel.teed(
        """
        while not tee.is_cut:
            print("x" * 1000)
        print("more"); print("y" * 3_000_000); print("z", file=sys.stderr); display(1)
        tee.note("the end")
        """,
        options=", limit=100_000",
    )
    kept = [mark for mark, _ in lines].index("=")
    assert set(lines[:kept]) == {("|", "x" * 1000)}
    assert lines[kept][1].startswith("the log is cut here, at 100,000 bytes")
    assert lines[kept + 1 :] == [("=", "the end")]
    assert shown["stdout"].endswith("more\n" + "y" * 3_000_000 + "\n")


def test_an_echo_of_somebody_else_goes_on_and_is_put_back(kernel):
    lines, _ = kernel.teed(
        "print('both')",
        before="theirs = sys.stdout.echo = io.StringIO()",
        after="back = sys.stdout.echo is theirs; print('theirs'); sys.stdout.echo = None",
    )
    assert lines == [("|", "both")]
    assert kernel.value("(back, theirs.getvalue())") == "(True, 'both\\ntheirs\\n')"


def test_an_echo_of_somebody_else_that_raises_is_not_our_problem(kernel):
    lines, shown = kernel.teed(
        "print('both', file=sys.stderr)",
        before="sys.stderr.echo = open(os.devnull)",
        after="sys.stderr.echo.close(); sys.stderr.echo = None",
    )
    assert lines == [("!", "both")]
    assert shown["stderr"] == "both\n"


def test_an_echo_put_in_while_the_cell_runs_stays(kernel):
    kernel.teed(
        "old = sys.stdout.echo; theirs = sys.stdout.echo = io.StringIO(); print('theirs')",
        after="stays = sys.stdout.echo is theirs; sys.stdout.echo = None",
    )
    assert kernel.value("(stays, theirs.getvalue())") == "(True, 'theirs\\n')"


def test_a_thread_of_an_earlier_run_does_not_print_into_the_next_runs_log(kernel):
    kernel.teed(
        """
        go, done = threading.Event(), threading.Event()
        def work():
            print("in its own run")
            started.set()
            go.wait()
            print("too late")
            print("far too late")
            done.set()
        started = threading.Event()
        threading.Thread(target=work).start()
        started.wait()
        """
    )
    first = (kernel.folder / "log.txt").read_bytes()
    assert b"in its own run" in first
    lines, _ = kernel.teed("go.set(); done.wait(); print('mine')")
    assert lines == [
        ("=", "a thread that an earlier run left behind prints too; its lines are not kept"),
        ("|", "mine"),
    ]
    assert kernel.value("tee.problem") == "None"


def test_a_late_thread_prints_into_its_own_log_while_that_is_open(kernel):
    lines, _ = kernel.teed(
        'go.set(); done.wait(); print("mine")',
        before="""
        go, done = threading.Event(), threading.Event()
        def work():
            go.wait()
            print("late")
            done.set()
        earlier = Journal("earlier.txt")
        with Tee(earlier, keep):
            threading.Thread(target=work).start()
        """,
        after="earlier.close()",
    )
    assert read_log(kernel.folder / "earlier.txt") == [("|", "late")]
    assert lines == [("|", "mine")]


def test_a_forked_child_does_not_end_its_parents_line(kernel):
    lines, _ = kernel.teed(
        """
        print("the parent's ", end="")
        pid = os.fork()
        if pid == 0:
            print("the child's")
            os._exit(0)
        os.waitpid(pid, 0)
        print("own")
        """
    )
    assert lines == [("|", "the child's"), ("|", "the parent's own")]


def test_times_are_when_the_lines_first_character_came(kernel):
    kernel.teed("print('a', end='', flush=True); time.sleep(0.1); print('b'); print('c')")
    first, second = (kernel.folder / "log.txt").read_text().splitlines()
    seconds = [float(line[17:23]) for line in (first, second)]
    assert 0.09 < (seconds[1] - seconds[0]) % 60 < 30


def test_a_killed_kernel_leaves_every_line_that_it_acknowledged(tmp_path):
    kernel = Kernel(tmp_path)
    code = """
ack = os.open("ack", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
with Journal("log.txt") as journal, Tee(journal, keep):
    for i in range(10_000_000):
        print(i)
        os.write(ack, b"%d\\n" % i)
"""
    try:
        kernel.client.execute(code)
        acknowledged = tmp_path / "ack"
        while not acknowledged.exists() or acknowledged.stat().st_size < 20_000:
            assert kernel.manager.is_alive()
    finally:
        kernel.stop()
    count = acknowledged.read_bytes().count(b"\n")
    lines = read_log(tmp_path / "log.txt")
    assert count > 1000
    assert lines[:count] == [("|", str(i)) for i in range(count)]


def run_terminal(folder, code, *options):
    """Run code in a fresh interpreter; gives what it showed."""
    environment = {**ENVIRONMENT, "IPYTHONDIR": str(folder / "ipython")}
    done = subprocess.run(
        [sys.executable, *options, "-c", textwrap.dedent(code)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout, done.stderr


def test_in_plain_python_the_streams_are_stood_in_for(tmp_path):
    out, err = run_terminal(
        tmp_path,
        """
        import logging, sys
        from jupyter_xpt.edges.disk.journal import Journal
        from jupyter_xpt.edges.kernel.tee import Tee
        before = sys.stdout, sys.stderr
        for name in ("first.txt", "log.txt"):
            try:
                with Journal(name) as journal, Tee(journal, lambda kind, data: "") as tee:
                    assert sys.stdout is not before[0]
                    print("out", name, sys.stdout.encoding, sys.stdout.fileno())
                    # The handler keeps the stream of the first run.
                    logging.basicConfig()
                    logging.warning("err")
                    sys.stdout.writelines(["a\\n", "b"])
                    raise KeyboardInterrupt
            except KeyboardInterrupt:
                assert (sys.stdout, sys.stderr) == before
                print("after")
        """,
        "-X",
        "utf8",
    )
    assert out == "out first.txt utf-8 1\na\nbafter\nout log.txt utf-8 1\na\nbafter\n"
    assert err == "WARNING:root:err\n" * 2
    for name in ("first.txt", "log.txt"):
        assert read_log(tmp_path / name) == [
            ("|", f"out {name} utf-8 1"),
            ("!", "WARNING:root:err"),
            ("|", "a"),
            ("|", "b"),
        ]


def test_interrupts_at_any_moment_leave_the_streams_as_before(tmp_path):
    out, err = run_terminal(
        tmp_path,
        """
        import random, signal, sys
        from jupyter_xpt.edges.disk.journal import Journal
        from jupyter_xpt.edges.kernel.tee import Tee
        before, inside = sys.stdout, 0
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        with Journal("log.txt") as journal, open("shown.txt", "w") as shown:
            for i in range(2000):
                sys.stdout = shown
                opened = closed = False
                tee = Tee(journal, lambda kind, data: "")
                try:
                    signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-6, 3e-4))
                    try:
                        with tee:
                            opened = True
                            for j in range(random.randrange(60)):
                                print("line", j)
                                print("part", j, end="")
                        closed = True
                    finally:
                        tee.close()
                    while True:
                        pass
                except KeyboardInterrupt:
                    inside += opened and not closed
                assert sys.stdout is shown, i
                assert not hasattr(shown, "_xpt_stand") or shown._xpt_stand.echo is None
                sys.stdout = before
        print(inside > 100, tee.problem, tee.lost)
        """,
    )
    assert (out, err) == ("True None 0\n", "")
    read_log(tmp_path / "log.txt")


def test_in_terminal_ipython_displayed_values_are_printed_and_logged(tmp_path):
    out, _ = run_terminal(
        tmp_path,
        """
        from IPython.terminal.interactiveshell import TerminalInteractiveShell
        shell = TerminalInteractiveShell.instance()
        shell.run_cell('''
        from jupyter_xpt.edges.disk.journal import Journal
        from jupyter_xpt.edges.kernel.tee import Tee
        with Journal("log.txt") as journal, Tee(journal, lambda kind, data: "") as tee:
            print("printed")
            display([1, 2])
        ''')
        """,
    )
    assert out == "printed\n[1, 2]\n"
    assert read_log(tmp_path / "log.txt") == [("|", "printed"), ("|", "[1, 2]")]
