"""A kill while git keeps something of ours: the user's repository is as it was, or as it was to become."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repositories import change, make, run, untouched

ROOT = Path(__file__).parents[2]
KILLED = """
import os, signal, subprocess, sys
from pathlib import Path
from jupyter_xpt.edges.host.git import commit_file, keep_commit, look
folder, left, what = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
def dying(call):
    def one(*given, **more):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*given, **more)
    return one
subprocess.Popen = dying(subprocess.Popen)
for name in ("replace", "open", "unlink", "chmod"):
    setattr(os, name, dying(getattr(os, name)))
if what == "hidden":
    keep_commit(look(folder).work, "refs/xpt/animals/001/run", "m")
else:
    made = commit_file(folder, "animals_001.ipynb", b"{}", "animals_001")
    assert made.commit, made.problem
"""


@pytest.mark.parametrize("what", ["hidden", "commit"])
def test_a_kill_at_any_moment_leaves_the_repository_old_or_new(tmp_path: Path, what: str) -> None:
    for count in range(0, 60, 2):
        folder = change(make(tmp_path / f"r{count}"))
        (folder / "animals_001.ipynb").write_text("{}")
        before, head = untouched(folder), run(folder, "rev-parse", "HEAD")
        words = [sys.executable, "-c", KILLED, str(folder), str(count), what]
        done = subprocess.run(words, capture_output=True, cwd=ROOT, check=False)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        # As after a kill of git itself, a lock may be left.
        (folder / ".git" / "index.lock").unlink(missing_ok=True)
        assert run(folder, "fsck", "--no-dangling") == ""
        assert run(folder, "show", ":staged.py") == "s = 1"
        after = untouched(folder)
        assert after["tree"] == before["tree"]
        if what == "hidden" or run(folder, "rev-parse", "HEAD") == head:
            assert after == before
        else:
            assert run(folder, "diff", "--name-status", head, "HEAD") == "A\tanimals_001.ipynb"
        if done.returncode == 0:
            break
    else:
        pytest.fail("never came to its end")
    assert count > 5
