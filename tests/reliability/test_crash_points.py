"""Crash points: killed or refused at any system call, files are old or new and numbers stay unique.

``strace`` stops a process at the k-th call of a kind and kills it there, or makes that one call fail. The
process does once all that the store does; here we look at what it left.
"""

from __future__ import annotations

import errno
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_xpt.edges.disk import store
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.names import ExperimentName, parse_experiment
from jupyter_xpt.ground.records import ExperimentRecord, RunRecord, SeriesRecord

ROOT = Path(__file__).parents[2]
CALLS = (
    "openat",
    "read",
    "write",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "fsync",
    "fdatasync",
    "unlink",
    "unlinkat",
    "flock",
    "utimensat",
    "close",
    "newfstatat",
    "fstat",
    "getdents64",
)
# Those that change something on disk, or refuse to.
CHANGING = ("openat", "write", "rename", "renameat", "renameat2", "link", "linkat", "mkdir", "mkdirat", "fsync")
ERRORS = ("ENOSPC", "EIO", "EACCES", "EDQUOT")
OLD, NEW = b"o" * 70_000, b"n" * 90_000
DRAFT = ExperimentName("cats", 1)

# What is done is told by pwrite, a call that is never stopped.
SCRIPT = """
    import os, sys
    sys.path.insert(0, {root!r})
    from dataclasses import replace as changed
    from datetime import datetime
    from pathlib import Path
    from jupyter_xpt.edges.disk import store
    from jupyter_xpt.ground.errors import XptError
    from jupyter_xpt.ground.names import ExperimentName
    from jupyter_xpt.ground.records import ExperimentRecord, RunRecord

    folder = Path(sys.argv[1])
    place = store.Store(folder)
    told = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT, 0o666)
    at = 0

    def tell(text):
        global at
        at += os.pwrite(told, (text + "\\n").encode(), at)

    def attempt(what, act):
        try:
            with store.refusals(what):
                result = act()
        except XptError as problem:
            tell(f"refused {{what}} {{problem}}")
            return None
        except BaseException as problem:
            tell(f"UNHANDLED {{what}} {{problem!r}}")
            return None
        tell(f"done {{what}} {{result}}")
        return result

    def record(number):
        return ExperimentRecord("cats", number, "now", note="new")

    def run(name, status):
        return RunRecord(name, 1, status, "now", "sha256:0", 1, "0x1")

    first = ExperimentName("cats", 1)
    tell("begin")
    os.getpid(); os.getppid()
    name = attempt("reserve", lambda: store.reserve(place, "cats"))
    if name is not None:
        attempt("create_experiment", lambda: store.create_experiment(place, record(name.number)))
        made = attempt("create_run", lambda: store.create_run(place, name, datetime(2026, 11, 23)))
        if made is not None:
            attempt("begin_run", lambda: store.write_run(place, name, run(made[0], "running")))
            attempt("end_run", lambda: store.write_run(place, name, run(made[0], "finished")))
        attempt("create", lambda: store.create(place.notebook(name), b"n" * 90_000))
    attempt("update", lambda: store.update_experiment(place, first, lambda one: changed(one, note="new")).note)
    attempt("settle", lambda: store.update_series(place, "cats", lambda one: changed(one, baseline=2)).baseline)
    attempt("replace", lambda: store.replace(folder / "plain.json", b"n" * 90_000))
    tell("end")
"""


def project(folder: Path) -> Path:
    """A folder with an experiment and a file that will be replaced."""
    folder.mkdir()
    store.reserve(Store(folder), "cats")
    store.create_experiment(Store(folder), ExperimentRecord("cats", 1, "now", note="old", extra={"later": 1}))
    store.replace(folder / "plain.json", OLD)
    store.update_series(Store(folder), "cats", lambda one: replace(one, baseline=1))
    return folder


def play(tmp_path: Path, *inject: str, trace: str) -> tuple[Path, list[str], Path]:
    """Runs the script under strace; gives the project, what was told, and strace's own log."""
    shutil.rmtree(tmp_path / "p", ignore_errors=True)
    folder, told, log = project(tmp_path / "p"), tmp_path / "told", tmp_path / "strace"
    told.unlink(missing_ok=True)
    script = tmp_path / "script.py"
    if not script.exists():
        script.write_text(textwrap.dedent(SCRIPT).format(root=str(ROOT)))
    # Isolated and without site: few calls before ours, and always as many.
    python = [sys.executable, "-I", "-S", "-B", str(script), str(folder), str(told)]
    subprocess.run(
        ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={trace}", *inject, *python],
        capture_output=True,
        timeout=60,
        check=False,
    )
    return folder, told.read_text().splitlines() if told.exists() else [], log


@functools.cache
def why_not() -> str:
    """Why strace cannot be used here; empty when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=getpid", "true"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return f"strace does not work here: {tried.stderr.strip()[:100]}" if tried.returncode else ""


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int]]:
    """For each kind of call: how many come before ours, and how many are ours."""
    if why_not():
        pytest.skip(why_not())
    folder = tmp_path_factory.mktemp("points")
    # The second time every folder is known, as in the runs that count.
    for _ in range(2):
        _, told, log = play(folder, trace=",".join([*CALLS, "getppid"]))
        assert told[-1:] == ["end"], told
    before, ours, begun = Counter[str](), Counter[str](), False
    for line in log.read_text().splitlines():
        match = re.match(r"[0-9]+ +(\w+)\(", line)
        if match is not None:
            begun = begun or match[1] == "getppid"
            (ours if begun else before)[match[1]] += 1
    return {call: (before[call], ours[call]) for call in CALLS if ours[call]}


def crash_points(points: dict[str, tuple[int, int]], calls: tuple[str, ...], step: int) -> Iterator[tuple[str, int]]:
    """Every ``step``-th of our calls of these kinds."""
    every = [(call, before + k) for call, (before, ours) in points.items() if call in calls for k in range(1, ours + 1)]
    yield from every[::step]


def check_files(folder: Path, told: list[str]) -> None:
    """Whatever has a final name is whole: old or new; and what was told to be done is there."""
    done = {line.split()[1] for line in told if line.startswith("done")}
    place = Store(folder)
    for path in folder.rglob("*"):
        if path.is_dir() or path.name.startswith(".~"):
            continue
        data = path.read_bytes()
        if path.name == "plain.json":
            assert data in ([NEW] if "replace" in done else [OLD, NEW])
        elif path.suffix == ".ipynb":
            assert data == NEW
        elif path.name == "experiment.json":
            record = codec.load(ExperimentRecord, data, str(path))
            old = {"old"} if record.number == 1 and "update" not in done else set()
            assert record.note in {"new", *old}
            assert record.extra == ({"later": 1} if record.number == 1 else {})
        elif path.name == "run.json":
            status = codec.load(RunRecord, data, str(path)).status
            assert status in ({"finished"} if "end_run" in done else {"running", "finished"})
        elif path.parent.name == "series":
            assert codec.load(SeriesRecord, data, str(path)).baseline in ({2} if "settle" in done else {1, 2})
        elif path.suffix == ".json":
            json.loads(data)
    assert (folder / "plain.json").exists()
    assert place.series("cats").exists()
    assert (place.experiment(DRAFT) / "experiment.json").exists()
    second = ExperimentName("cats", 2)
    expected = {
        "reserve": place.numbers("cats") / "002",
        "create_experiment": place.experiment(second) / "experiment.json",
        "create": place.notebook(second),
    }
    for what, path in expected.items():
        assert what not in done or path.exists()


def check_again(folder: Path, told: list[str]) -> None:
    """Numbers are still unique, and everything can be done again."""
    place = Store(folder)
    given = {int(match[1]) for line in told if (match := re.match(r"done reserve cats_([0-9]+)", line))}
    borne = {name.number for path in folder.rglob("cats_*") if (name := parse_experiment(path.name.split(".")[0]))}
    name = store.reserve(place, "cats")
    assert name.number > max({1, *given, *borne})
    store.create_experiment(place, ExperimentRecord("cats", name.number, "now"))
    assert store.create(place.notebook(name), NEW)
    store.update_experiment(place, DRAFT, lambda one: one)
    store.replace(folder / "plain.json", NEW)
    assert store.read_experiment(place, name).number == name.number


def killed(tmp_path: Path, call: str, n: int) -> None:
    """Kills at one point and looks."""
    inject = ["-e", f"inject={call}:signal=SIGKILL:when={n}"]
    folder, told, log = play(tmp_path, *inject, trace=call)
    assert told[:1] == ["begin"], f"{call} {n} came too early"
    assert "end" not in told, f"{call} {n} never came"
    assert f"killed by {signal.SIGKILL.name}" in log.read_text()
    assert not [line for line in told if not line.startswith(("begin", "done"))]
    check_files(folder, told)
    check_again(folder, told)


def failed(tmp_path: Path, call: str, n: int, error: str) -> None:
    """Makes one call fail and looks."""
    folder, told, log = play(tmp_path, "-e", f"inject={call}:error={error}:when={n}", trace=call)
    assert told[:1] == ["begin"], f"{call} {n} came too early"
    assert told[-1:] == ["end"], f"{call} {n} {error} ended it: {told}"
    assert "(INJECTED)" in log.read_text()
    refusals = [line for line in told if not line.startswith(("begin", "done", "end"))]
    for line in refusals:
        assert line.startswith("refused"), line
    # What needs what was refused is refused too.
    if refusals and call in CHANGING:
        assert os.strerror(getattr(errno, error)) in refusals[0], refusals
    check_files(folder, told)
    check_again(folder, told)
    assert not list(folder.rglob(".~*"))


def test_every_kind_of_change_is_among_the_points(points: dict[str, tuple[int, int]]) -> None:
    assert {"openat", "write", "fsync", "rename", "mkdir"} <= set(points)
    assert {"link", "linkat"} & set(points)


@pytest.mark.parametrize("part", range(3))
def test_killed_at_a_change_files_are_old_or_new(tmp_path: Path, points: dict[str, tuple[int, int]], part: int) -> None:
    for call, n in list(crash_points(points, CHANGING, 1))[part::3]:
        killed(tmp_path, call, n)


@pytest.mark.parametrize("error", ERRORS)
def test_refused_at_a_change_it_says_so_once_and_goes_on(
    tmp_path: Path, points: dict[str, tuple[int, int]], error: str
) -> None:
    for call, n in list(crash_points(points, CHANGING, 1))[ERRORS.index(error) :: len(ERRORS)]:
        failed(tmp_path, call, n, error)


@pytest.mark.long
@pytest.mark.parametrize("call", CALLS)
def test_killed_at_every_call(tmp_path: Path, points: dict[str, tuple[int, int]], call: str) -> None:
    for _, n in crash_points(points, (call,), 1):
        killed(tmp_path, call, n)


@pytest.mark.long
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("call", CHANGING)
def test_refused_at_every_change(tmp_path: Path, points: dict[str, tuple[int, int]], call: str, error: str) -> None:
    for _, n in crash_points(points, (call,), 1):
        failed(tmp_path, call, n, error)
