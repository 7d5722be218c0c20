"""Real git repositories, tidy and hostile, and whether anything in them was touched."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

Trap = Callable[[str], str]


def run(folder: Path, *words: str, check: bool = True) -> str:
    """Plain git, as the user runs it."""
    who = {
        f"GIT_{role}_{what}": "somebody@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    more = ("-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main")
    env = os.environ | who | {"GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *more, *words], cwd=folder, env=env, capture_output=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return os.fsdecode(done.stdout).strip()


def make(folder: Path) -> Path:
    """A repository of two files and one commit."""
    folder.mkdir(parents=True, exist_ok=True)
    run(folder, "init", "--quiet")
    (folder / "model.py").write_text("depth = 3\n")
    (folder / "data.csv").write_text("1,2\n")
    run(folder, "add", ".")
    run(folder, "commit", "--quiet", "--message", "first")
    return folder


def touched_later(path: Path) -> None:
    """The file's time no longer fits the index, so that git must look at the content."""
    os.utime(path, (1_600_000_000, 1_600_000_000))


def fingerprint(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Bytes, time and mode of every file and folder below, `.git` and all."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        regular = path.is_file() and not path.is_symlink()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if regular else ""
        found[str(path.relative_to(folder))] = (digest, status.st_mtime_ns, status.st_mode)
    return found


def trap_in(tmp_path: Path) -> Trap:
    """A command that leaves a mark of its name; a filter then does what filters do."""
    script = tmp_path / "trap.sh"
    script.write_text(f'#!/bin/sh\ntouch "{tmp_path}/sprung-$1"\ncase "$1" in *filter*) cat;; esac\n')
    script.chmod(0o755)
    return lambda name: f"{script} {name}"


def sprung(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in tmp_path.glob("sprung-*"))


def arm(folder: Path, tmp_path: Path, trap: Trap) -> None:
    """Every trap at once."""
    drivers = ["evil", "sp ace", "dot.ted", "Upper", 'quo"te']
    for driver in drivers:
        for kind in ("clean", "smudge", "process"):
            run(folder, "config", f"filter.{driver}.{kind}", trap(f"filter-{kind}"))
        run(folder, "config", f"filter.{driver}.required", "true")
    for name in ("fsmonitor", "sshCommand", "pager", "editor", "askPass", "alternateRefsCommand", "gitProxy"):
        run(folder, "config", f"core.{name}", trap(name))
    for name in (
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "credential.helper",
        "gpg.program",
    ):
        run(folder, "config", name, trap(name))
    for alias in ("status", "rev-parse", "diff-index", "config", "check-attr"):
        run(folder, "config", f"alias.{alias}", "!" + trap("alias"))
        run(folder, "config", f"pager.{alias}", trap("pager"))
    run(folder, "config", "status.submoduleSummary", "true")
    run(folder, "config", "diff.submodule", "log")
    run(folder, "config", "log.showSignature", "true")
    included = tmp_path / "included"
    included.write_text(
        f'[core]\n\tfsmonitor = {trap("included")}\n[filter "inc"]\n\tclean = {trap("included-filter")}\n'
    )
    run(folder, "config", f"includeIf.gitdir:{folder}/.path", str(included))
    hooks = tmp_path / "hooks"
    for place in (hooks, folder / ".git" / "hooks"):
        place.mkdir(exist_ok=True)
        for hook in (
            "post-index-change",
            "pre-commit",
            "fsmonitor-watchman",
            "reference-transaction",
            "post-checkout",
        ):
            (place / hook).write_text(f"#!/bin/sh\n{trap('hook')}\n")
            (place / hook).chmod(0o755)
    run(folder, "config", "core.hooksPath", str(hooks))
    rules = [f"f{n}.txt filter={driver} diff=evil" for n, driver in enumerate(("evil", "Upper", "inc"))]
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text("\n".join((*rules, "*.py diff=evil", "")))


def armed(tmp_path: Path, trap: Trap) -> Path:
    folder = make(tmp_path / "r")
    for n in range(3):
        (folder / f"f{n}.txt").write_text("one\n")
    run(folder, "add", ".")
    run(folder, "commit", "--quiet", "-m", "files")
    inner = make(tmp_path / "inner")
    run(folder, "submodule", "--quiet", "add", str(inner), "part")
    run(folder, "commit", "--quiet", "-m", "with a part")
    run(folder / "part", "config", "core.fsmonitor", trap("submodule"))
    run(folder / "part", "config", "filter.evil.clean", trap("submodule-filter"))
    (folder / "part" / "model.py").write_text("changed\n")
    for n in range(3):
        (folder / f"f{n}.txt").write_text("two\n")
    touched_later(folder / "data.csv")
    (folder / "model.py").write_text("depth = 4\n")
    arm(folder, tmp_path, trap)
    return folder


def untouched(folder: Path) -> dict[str, object]:
    """What nobody but the user changes: index, HEAD, refs but ours, stash, reflogs and every file of the work tree."""
    where = run(folder, "rev-parse", "--absolute-git-dir", check=False)
    inside = Path(where) if where else folder / ".git"
    plain = [path for path in sorted(folder.rglob("*")) if path.is_file() or path.is_symlink()]
    tree = {str(path.relative_to(folder)): content(path) for path in plain if ".git" not in path.parts}
    refs = run(folder, "for-each-ref", "--format=%(refname) %(objectname) %(symref)", check=False).splitlines()
    return {
        "index": content(inside / "index"),
        "head": content(inside / "HEAD"),
        "logs": {str(one): content(one) for one in sorted((inside / "logs").rglob("*"))},
        "config": content(inside / "config"),
        "refs": [one.strip() for one in refs if not one.startswith("refs/xpt/")],
        "stash": run(folder, "stash", "list", check=False),
        "states": sorted(path.name for path in inside.glob("*")),
        "tree": tree,
    }


def content(path: Path) -> str:
    """A file's digest and mode; of a link where it leads; nothing where there is none."""
    if path.is_symlink():
        return os.readlink(path)
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_mode:o}" if path.is_file() else ""


# -- states that a repository can be in; each gives the folder to work in ------------------------------------


def change(folder: Path) -> Path:
    """Something of everything: an edit, a removal, a staged file, and one that git does not know."""
    (folder / "model.py").write_text("depth = 4\n")
    (folder / "data.csv").unlink(missing_ok=True)
    (folder / "staged.py").write_text("s = 1\n")
    run(folder, "add", "staged.py")
    (folder / "staged.py").write_text("s = 2\n")
    (folder / "new.txt").write_text("new\n")
    return folder


def dirty(base: Path) -> Path:
    return change(make(base / "r"))


def detached(base: Path) -> Path:
    folder = make(base / "r")
    run(folder, "checkout", "--quiet", "--detach")
    return change(folder)


def unborn(base: Path) -> Path:
    (base / "r").mkdir()
    run(base / "r", "init", "--quiet")
    return change(base / "r")


def merging(base: Path) -> Path:
    folder = make(base / "r")
    run(folder, "checkout", "--quiet", "-b", "other")
    (folder / "model.py").write_text("depth = 4\n")
    run(folder, "commit", "--quiet", "-am", "other")
    run(folder, "checkout", "--quiet", "main")
    (folder / "model.py").write_text("depth = 5\n")
    run(folder, "commit", "--quiet", "-am", "ours")
    run(folder, "merge", "other", check=False)
    (folder / "new.txt").write_text("new\n")
    return folder


def picking(base: Path) -> Path:
    folder = merging(base)
    run(folder, "merge", "--abort")
    run(folder, "cherry-pick", "other", check=False)
    return folder


def rebasing(base: Path) -> Path:
    folder = merging(base)
    run(folder, "merge", "--abort")
    run(folder, "rebase", "other", check=False)
    return folder


def stashed(base: Path) -> Path:
    folder = change(make(base / "r"))
    run(folder, "stash")
    return change(folder)


def second_tree(base: Path) -> Path:
    folder = make(base / "r")
    run(folder, "worktree", "add", "--quiet", "-b", "second", str(base / "second"))
    return change(base / "second")


def with_part(base: Path) -> Path:
    inner, outer = make(base / "inner"), make(base / "r")
    run(outer, "submodule", "--quiet", "add", str(inner), "part")
    run(outer, "commit", "--quiet", "-m", "with a part")
    change(outer / "part")
    run(outer / "part", "commit", "--quiet", "-m", "further")
    return change(outer)


def in_part(base: Path) -> Path:
    return with_part(base) / "part"


def shallow(base: Path) -> Path:
    folder = make(base / "origin")
    (folder / "model.py").write_text("depth = 6\n")
    run(folder, "commit", "--quiet", "-am", "second")
    run(base, "clone", "--quiet", "--depth", "1", folder.as_uri(), "r")
    return change(base / "r")


def sparse(base: Path) -> Path:
    folder = make(base / "r")
    for name in ("here", "there"):
        (folder / name).mkdir()
        (folder / name / "a.py").write_text("a\n")
    run(folder, "add", ".")
    run(folder, "commit", "--quiet", "-m", "folders")
    run(folder, "sparse-checkout", "set", "--cone", "--sparse-index", "here")
    return change(folder)


def partial(base: Path) -> Path:
    """A clone that lacks what it never showed, and whose remote is gone."""
    folder = make(base / "origin")
    run(folder, "config", "uploadpack.allowFilter", "true")
    (folder / "there").mkdir()
    (folder / "there" / "a.py").write_text("a\n")
    run(folder, "add", ".")
    run(folder, "commit", "--quiet", "-m", "folders")
    run(base, "clone", "--quiet", "--filter=blob:none", "--sparse", folder.as_uri(), "r")
    folder.rename(base / "gone")
    return change(base / "r")


def borrowing(base: Path) -> Path:
    """A clone whose objects lie in another repository."""
    folder = make(base / "origin")
    run(base, "clone", "--quiet", "--shared", str(folder), "r")
    return change(base / "r")


def split(base: Path) -> Path:
    folder = make(base / "r")
    run(folder, "update-index", "--split-index")
    return change(folder)


def locked(base: Path) -> Path:
    folder = change(make(base / "r"))
    (folder / ".git" / "index.lock").write_text("")
    return folder


def modern(base: Path) -> Path:
    """A repository whose objects are named by SHA-256."""
    folder = base / "r"
    folder.mkdir()
    run(folder, "init", "--quiet", "--object-format=sha256")
    return change(make(folder))


def bare(base: Path) -> Path:
    folder = make(base / "origin")
    run(base, "clone", "--quiet", "--bare", str(folder), "r")
    return base / "r"


def corrupt(base: Path) -> Path:
    folder = change(make(base / "r"))
    (folder / ".git" / "index").write_bytes(b"DIRCgarbage")
    return folder


def robbed(base: Path) -> Path:
    """A repository that has lost its objects."""
    folder = change(make(base / "r"))
    for path in (folder / ".git" / "objects").rglob("*"):
        if path.is_file():
            path.unlink()
    return folder


def headless(base: Path) -> Path:
    folder = change(make(base / "r"))
    (folder / ".git" / "HEAD").write_text("nonsense\n")
    return folder


def none(base: Path) -> Path:
    (base / "r").mkdir()
    (base / "r" / "model.py").write_text("1\n")
    return base / "r"


# What git accepts, and what it does not.
STATES = {
    one.__name__: one
    for one in (
        *(dirty, detached, unborn, merging, picking, rebasing, stashed, second_tree, with_part, in_part),
        *(shallow, sparse, partial, borrowing, split, locked, modern),
    )
}
REFUSED = {one.__name__: one for one in (bare, corrupt, robbed, headless, none)}
