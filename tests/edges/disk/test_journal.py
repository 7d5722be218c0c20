"""The journal: whole records or none, and never an exception."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.edges.disk.journal import Journal

ROOT = Path(__file__).parents[3]
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is Linux's")


def run_python(code: str, folder: Path) -> str:
    """What a fresh interpreter prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def test_records_are_there_at_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    with Journal(path) as journal:
        assert journal.append(b"one\n")
        assert path.read_bytes() == b"one\n"
        assert journal.append(b"two\nthree\n")
        assert journal.sync()
        assert (journal.lost, journal.problem, journal.closed) == (0, None, False)
    assert path.read_bytes() == b"one\ntwo\nthree\n"


def test_an_existing_file_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"one\n")
    with Journal(path) as journal:
        journal.append(b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"


@given(kept=st.integers(1, 13))
def test_a_record_after_a_torn_one_begins_on_a_fresh_line(tmp_path_factory: pytest.TempPathFactory, kept: int) -> None:
    path = tmp_path_factory.mktemp("torn") / "results.jsonl"
    path.write_bytes(b"first\n" + b'{"value": 12}'[:kept])
    with Journal(path) as journal:
        journal.append(b"next\n")
    assert path.read_bytes().split(b"\n") == [b"first", b'{"value": 12}'[:kept], b"next", b""]


@linux
def test_a_full_disk_is_counted_and_remembered_but_not_raised() -> None:
    with Journal("/dev/full") as journal:
        assert not journal.append(b"one\n")
        assert not journal.append(b"two\n")
        assert journal.lost == 2
        assert isinstance(journal.problem, OSError)
        assert journal.problem.errno == errno.ENOSPC


@linux
def test_a_record_cut_short_is_lost_and_the_next_is_whole(tmp_path: Path) -> None:
    code = """
        import resource
        from jupyter_xpt.edges.disk.journal import Journal
        limit = lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        with Journal("log.txt") as journal:
            limit(14)
            print(journal.append(b"first one\\n"), journal.append(b"second\\n"), journal.append(b"third\\n"))
            limit(resource.RLIM_INFINITY)
            print(journal.append(b"fourth\\n"), journal.lost, type(journal.problem).__name__)
    """
    assert run_python(code, tmp_path).split("\n") == ["True False False", "True 2 OSError", ""]
    assert (tmp_path / "log.txt").read_bytes() == b"first one\nseco\nfourth\n"


def test_a_file_that_cannot_be_opened_loses_every_record_and_says_why(tmp_path: Path) -> None:
    with Journal(tmp_path / "missing" / "log.txt") as journal:
        assert journal.closed
        assert not journal.append(b"one\n")
        assert not journal.sync()
    assert journal.lost == 1
    assert isinstance(journal.problem, FileNotFoundError)


def test_after_closing_records_are_dropped_in_silence(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "log.txt")
    journal.append(b"one\n")
    journal.close()
    journal.close()
    assert not journal.append(b"two\n")
    assert (journal.closed, journal.lost, journal.problem) == (True, 0, None)
    assert (tmp_path / "log.txt").read_bytes() == b"one\n"


def test_a_thread_that_writes_while_it_closes_never_reaches_another_file(tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    for _ in range(30):
        journal = Journal(tmp_path / "log.txt")
        stop = threading.Event()

        def write(journal: Journal = journal, stop: threading.Event = stop) -> None:
            while not stop.is_set():
                journal.append(b"late\n")

        threads = [threading.Thread(target=write) for _ in range(3)]
        for thread in threads:
            thread.start()
        journal.close()
        # Likely to be given the number of the file just closed.
        with open(other, "ab") as file:
            file.write(b"mine\n")
            stop.set()
            for thread in threads:
                thread.join()
    assert other.read_bytes() == b"mine\n" * 30


def test_threads_and_processes_do_not_mix_their_records(tmp_path: Path) -> None:
    code = """
        import os, threading
        from jupyter_xpt.edges.disk.journal import Journal
        with Journal("log.txt") as journal:
            child = os.fork() if hasattr(os, "fork") else -1
            def write(name):
                for i in range(300):
                    journal.append(f"{name}-{child == 0}-{i}-{'x' * (i * 7)}\\n".encode())
            threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if child == 0:
                os._exit(0)
            if child > 0:
                os.waitpid(child, 0)
    """
    run_python(code, tmp_path)
    seen: dict[tuple[str, str], list[int]] = {}
    for line in (tmp_path / "log.txt").read_text().splitlines():
        name, child, number, filler = line.split("-")
        assert filler == "x" * (int(number) * 7)
        seen.setdefault((name, child), []).append(int(number))
    assert len(seen) == (6 if hasattr(os, "fork") else 3)
    assert all(numbers == list(range(300)) for numbers in seen.values())


def test_a_killed_process_leaves_every_acknowledged_record(tmp_path: Path) -> None:
    code = """
        import sys
        from jupyter_xpt.edges.disk.journal import Journal
        journal = Journal("log.txt")
        for i in range(1_000_000):
            journal.append(b"%d\\n" % i)
            print(i, flush=True)
    """
    for acknowledged in (1, 40, 1500):
        (tmp_path / "log.txt").unlink(missing_ok=True)
        with subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
        ) as child:
            assert child.stdout is not None
            for _ in range(acknowledged):
                child.stdout.readline()
            child.kill()
            last = acknowledged + len(child.stdout.read().split(b"\n")) - 2
        lines = (tmp_path / "log.txt").read_bytes().split(b"\n")
        assert [int(line) for line in lines[: last + 1]] == list(range(last + 1))
