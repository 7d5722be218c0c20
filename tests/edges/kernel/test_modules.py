"""Modules: the local files that a session loads count, as they were loaded, and no others."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_xpt.edges.kernel import modules
from jupyter_xpt.edges.kernel.modules import (
    LocalFile,
    LocalModules,
    OpenedFiles,
    config_files,
    digests,
    is_local,
    relative_name,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The notebook's folder, from which modules are imported; what is imported is forgotten afterwards."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.syspath_prepend(project)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    importlib.invalidate_caches()
    yield project
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)) or name.startswith("xpt_"):
            del sys.modules[name]
    importlib.invalidate_caches()


def write(path: Path, text: str = "") -> Path:
    """A file with that text, its folders too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    importlib.invalidate_caches()
    return path


def scanned() -> LocalModules:
    """The local modules as they are now."""
    local = LocalModules()
    local.scan()
    return local


def texts(found: dict[str, LocalFile]) -> dict[str, str]:
    """The text of each file, by name."""
    return {name: one.text for name, one in found.items()}


def test_a_local_module_that_was_imported_counts_with_its_text(folder: Path) -> None:
    write(folder / "xpt_m.py", "x = 1\n")
    __import__("xpt_m")
    found = scanned().loaded_by(["import xpt_m"], folder)
    assert found == {"xpt_m.py": LocalFile("xpt_m.py", b"x = 1\n", is_module=True, edited=False)}


@pytest.mark.parametrize("imported", [True, False], ids=["imported", "not imported yet"])
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import xpt_m", {"xpt_m.py"}),
        ("import xpt_m as m, os", {"xpt_m.py"}),
        ("from xpt_m import x", {"xpt_m.py"}),
        ("from xpt_m import *", {"xpt_m.py"}),
        ("def f():\n    import xpt_m", {"xpt_m.py"}),
        ("import importlib\nimportlib.import_module('xpt_m')", {"xpt_m.py"}),
        ("import xpt_p", {"xpt_p/__init__.py"}),
        (
            "import xpt_p.a",
            {"xpt_p/__init__.py", "xpt_p/a.py", "xpt_p/b.py", "xpt_p/sub/__init__.py", "xpt_p/sub/c.py"},
        ),
        ("from xpt_p import b", {"xpt_p/__init__.py", "xpt_p/b.py"}),
        ("from xpt_p.sub.c import y", {"xpt_p/__init__.py", "xpt_p/sub/__init__.py", "xpt_p/sub/c.py", "xpt_p/b.py"}),
        ("from xpt_p.sub import missing", {"xpt_p/__init__.py", "xpt_p/sub/__init__.py"}),
        ("import xpt_chain", {"xpt_chain.py", "xpt_m.py"}),
        ("import xpt_ring", {"xpt_ring.py", "xpt_gnir.py"}),
        ("import xpt_space.inner", {"xpt_space/inner.py", "xpt_m.py"}),
        ("from xpt_space import inner", {"xpt_space/inner.py", "xpt_m.py"}),
        ("import xpt_space.deeper.still", {"xpt_space/deeper/still.py"}),
        ("import os, json, sys, numpy, numpy.linalg, pytest", set()),
        ("import jupyter_xpt", set()),
        ("import xpt_not_there", set()),
        ("x = (", set()),
        ("x = 1", set()),
        ("", set()),
    ],
)
def test_what_a_text_imports_directly_or_through_others(
    folder: Path, text: str, names: set[str], imported: bool
) -> None:
    write(folder / "xpt_m.py", "x = 1")
    write(folder / "xpt_chain.py", "import xpt_m, json")
    write(folder / "xpt_ring.py", "import xpt_gnir")
    write(folder / "xpt_gnir.py", "import xpt_ring")
    write(folder / "xpt_unused.py", "raise SystemExit")
    write(folder / "xpt_p/__init__.py")
    write(folder / "xpt_p/a.py", "from . import b\nfrom .sub import c\n")
    write(folder / "xpt_p/b.py", "z = 1")
    write(folder / "xpt_p/unused.py")
    write(folder / "xpt_p/sub/__init__.py")
    write(folder / "xpt_p/sub/c.py", "from ..b import z\ny = z")
    write(folder / "xpt_space/inner.py", "import xpt_m")
    write(folder / "xpt_space/deeper/still.py")
    if imported:
        for name in ("xpt_m", "xpt_chain", "xpt_ring", "xpt_p.a", "xpt_space.inner", "xpt_space.deeper.still"):
            importlib.import_module(name)
    before = set(sys.modules)
    assert set(scanned().loaded_by([text], folder)) == names
    assert set(sys.modules) == before


def test_a_file_edited_after_its_import_counts_as_it_was_loaded_and_says_so(folder: Path) -> None:
    path = write(folder / "xpt_m.py", "x = 1")
    __import__("xpt_m")
    local = scanned()
    write(path, "x = 2  # longer")
    local.scan()
    found = local.loaded_by(["import xpt_m"], folder)["xpt_m.py"]
    assert (found.text, found.edited) == ("x = 1", True)
    write(path, "x = 1")
    assert not local.loaded_by(["import xpt_m"], folder)["xpt_m.py"].edited
    path.unlink()
    found = local.loaded_by(["import xpt_m"], folder)["xpt_m.py"]
    assert (found.text, found.edited) == ("x = 1", True)


def test_what_an_edited_file_imports_now_is_not_what_runs(folder: Path) -> None:
    path = write(folder / "xpt_m.py", "x = 1")
    write(folder / "xpt_new.py")
    __import__("xpt_m")
    local = scanned()
    write(path, "import xpt_new")
    assert set(local.loaded_by(["import xpt_m"], folder)) == {"xpt_m.py"}


def test_a_reloaded_module_counts_as_it_is_now(folder: Path) -> None:
    path = write(folder / "xpt_m.py", "x = 1")
    module = __import__("xpt_m")
    local = scanned()
    write(path, "x = 2  # longer")
    importlib.reload(module)
    local.scan()
    found = local.loaded_by(["import xpt_m"], folder)["xpt_m.py"]
    assert (found.text, found.edited) == ("x = 2  # longer", False)


def test_a_module_forgotten_and_imported_anew_counts_as_it_is_now(folder: Path) -> None:
    path = write(folder / "xpt_m.py", "x = 1")
    __import__("xpt_m")
    local = scanned()
    write(path, "x = 2  # longer")
    del sys.modules["xpt_m"]
    __import__("xpt_m")
    local.scan()
    assert local.loaded_by(["import xpt_m"], folder)["xpt_m.py"].text == "x = 2  # longer"


def test_a_users_module_whose_name_begins_like_ours_counts(folder: Path) -> None:
    write(folder / "jupyter_xpt_mine.py", "x = 1")
    assert set(scanned().loaded_by(["import jupyter_xpt_mine"], folder)) == {"jupyter_xpt_mine.py"}


def test_a_module_beside_the_folder_is_named_so_that_it_stays_below_ours(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder.parent / "shared" / "xpt_far.py", "x = 1")
    monkeypatch.syspath_prepend(folder.parent / "shared")
    assert set(scanned().loaded_by(["import xpt_far"], folder)) == {"_outside/up/shared/xpt_far.py"}


def test_text_that_is_no_utf_8_comes_through(folder: Path) -> None:
    data = "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1")
    (folder / "xpt_m.py").write_bytes(data)
    importlib.invalidate_caches()
    found = scanned().loaded_by(["import xpt_m"], folder)["xpt_m.py"]
    assert found.data == data
    assert found.text.encode("utf-8", "surrogateescape") == data
    assert digests({"xpt_m.py": found})["xpt_m.py"].startswith("sha256:")


def test_modules_that_are_no_usual_modules_are_harmless(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd:
        """What lazy-import libraries put into sys.modules."""

        __file__ = 7
        __spec__ = "none"

    monkeypatch.setitem(sys.modules, "xpt_odd", Odd())  # type: ignore[arg-type]  # that is the point
    monkeypatch.setitem(sys.modules, "xpt_none", None)  # type: ignore[arg-type]  # blocks the import
    found = scanned().loaded_by(["import xpt_odd, xpt_none, xpt_odd.x"], folder)
    assert found == {}


def test_only_the_users_own_files_are_local() -> None:
    import numpy as np

    assert not is_local(os.path.realpath(os.__file__))
    assert not is_local(os.path.realpath(np.__file__))
    assert is_local(os.path.realpath(__file__))
    assert not is_local("/home/ada/env/lib/python3.11/site-packages/a.py")
    assert not is_local("/usr/lib/python3/dist-packages/a.py")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.py", "a.py"),
        ("p/a.py", "p/a.py"),
        ("../a.py", "_outside/up/a.py"),
        ("../../x/a.py", "_outside/up/up/x/a.py"),
        ("..a.py", "..a.py"),
        ("p/../a.py", "a.py"),
    ],
)
def test_names_are_relative_to_the_folder(tmp_path: Path, path: str, name: str) -> None:
    folder = tmp_path / "b" / "c"
    folder.mkdir(parents=True)
    assert relative_name(os.path.join(folder, path), folder) == name


# Configuration files


def test_a_configuration_file_that_is_named_counts(folder: Path) -> None:
    write(folder / "a.yaml", "a: 1")
    write(folder / "conf" / "b.json", "{}")
    write(folder / "c.toml")
    write(folder / "notes.txt")
    text = "load('a.yaml'); open('conf/b.json'); x = 'missing.yaml'; y = 'notes.txt'; f'{x}c.toml'"
    assert texts(config_files([text], [], folder)) == {"a.yaml": "a: 1", "conf/b.json": "{}"}


def test_a_configuration_file_that_was_opened_counts(folder: Path) -> None:
    path = write(folder / "a.yaml", "a: 1")
    assert texts(config_files([], [str(path)], folder)) == {"a.yaml": "a: 1"}
    assert texts(config_files(["open('a.yaml')"], [str(path)], folder)) == {"a.yaml": "a: 1"}


def test_names_are_looked_up_in_the_working_directory_and_beside_the_notebook(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "a.yaml", "beside")
    write(folder / "sub" / "b.yaml", "below")
    monkeypatch.chdir(folder / "sub")
    assert texts(config_files(["'a.yaml'; 'b.yaml'"], [], folder)) == {"a.yaml": "beside", "sub/b.yaml": "below"}


@pytest.mark.parametrize(
    "named", [".json", "x" * 300 + ".json", "a\x00.json", "dir.json", "loop.json", "/dev/null.json"]
)
def test_names_of_no_file_are_left_out(folder: Path, named: str) -> None:
    (folder / "dir.json").mkdir()
    (folder / "loop.json").symlink_to("loop.json")
    assert config_files([f"x = {named!r}"], [str(folder / named) if "/" not in named else named], folder) == {}


def test_what_is_too_large_to_be_configuration_is_left_out(folder: Path) -> None:
    write(folder / "data.json", "1" * 1_000_001)
    assert config_files(["'data.json'"], [], folder) == {}


def test_installed_configuration_is_not_the_users(folder: Path) -> None:
    path = write(folder / "site-packages" / "lib" / "a.json", "{}")
    assert config_files([], [str(path)], folder) == {}


def test_digests_go_by_meaning(folder: Path) -> None:
    one = {"a.json": LocalFile("a.json", b'{"a": 1, "b": 2}', is_module=False)}
    other = {"a.json": LocalFile("a.json", b'{\n  "b": 2,\n  "a": 1\n}\n', is_module=False)}
    assert digests(one) == digests(other)
    assert digests(one) != digests({"a.json": LocalFile("a.json", b'{"a": 1, "b": 3}', is_module=False)})


# Files seen while they are opened


@pytest.fixture
def opened() -> Iterator[OpenedFiles]:
    """Watching, until the test ends."""
    watching = OpenedFiles()
    watching.watch()
    watching.cell(1)
    yield watching
    watching.stop()


def test_what_a_cell_opened_is_known_by_the_cell(folder: Path, opened: OpenedFiles) -> None:
    first, second = write(folder / "a.yaml"), write(folder / "b.toml")
    other = write(folder / "c.txt")
    opened = _fresh(opened)
    first.read_text()
    other.read_text()
    opened.cell(2)
    with open(second, "rb"):
        pass
    os.close(os.open("a.yaml", os.O_RDONLY))
    assert opened.by([1]) == (str(first.resolve()),)
    assert opened.by([2]) == (str(first.resolve()), str(second.resolve()))
    assert opened.by([1, 2, 3]) == opened.by([2])
    assert opened.by([]) == ()


def _fresh(opened: OpenedFiles) -> OpenedFiles:
    """Watching anew: the test itself wrote the files."""
    opened.stop()
    opened.__init__()  # type: ignore[misc]  # the fixture stops this very object
    opened.watch()
    opened.cell(1)
    return opened


@pytest.mark.parametrize("mode", ["w", "a", "x", "r+", "wb"])
def test_results_that_are_written_are_no_configuration(folder: Path, opened: OpenedFiles, mode: str) -> None:
    path = folder / "results.json"
    if mode == "r+":
        path.touch()
    with open(path, mode):
        pass
    path.read_bytes()
    assert opened.by([1]) == ()


def test_what_we_open_ourselves_is_not_noticed(folder: Path, opened: OpenedFiles) -> None:
    path = write(folder / "a.yaml")
    opened = _fresh(opened)
    with opened.paused():
        path.read_text()
    assert opened.by([1]) == ()
    assert opened.active


def test_after_stopping_nothing_is_noticed(folder: Path, opened: OpenedFiles) -> None:
    path = write(folder / "a.yaml")
    opened = _fresh(opened)
    opened.stop()
    path.read_text()
    assert opened.by([1]) == ()
    assert opened not in modules._watchers


@pytest.mark.parametrize("name", ["missing.json", "a\x00.json", "loop.json", "x" * 5000 + ".json", "dir.json"])
def test_opening_fails_as_it_does_without_us(folder: Path, opened: OpenedFiles, name: str) -> None:
    (folder / "loop.json").symlink_to("loop.json")
    (folder / "dir.json").mkdir()

    def problem() -> str:
        try:
            open(name, encoding="utf-8").close()
        except (OSError, ValueError) as raised:
            return repr(raised)
        return ""

    with_us = problem()
    opened.stop()
    assert problem() == with_us != ""


def test_what_is_opened_by_number_or_bytes_is_harmless(folder: Path, opened: OpenedFiles) -> None:
    path = write(folder / "a.yaml")
    descriptor = os.open(path, os.O_RDONLY)
    with open(descriptor, encoding="utf-8"):
        pass
    with open(os.fsencode(path), encoding="utf-8"):
        pass


# Secrets in configuration files


def test_what_may_be_a_secret_is_masked_and_does_not_count(folder: Path) -> None:
    path = write(folder / "a.yaml", "db:\n  user: anna\n  password: hunter2\n")
    (found,) = config_files(["'a.yaml'"], [], folder).values()
    assert (found.text, found.masked) == ('db:\n  user: anna\n  password: "***"\n', ("db.password",))
    before = digests({"a.yaml": found})
    path.write_text("db:\n  user: anna\n  password: other\n")
    assert digests(config_files(["'a.yaml'"], [], folder)) == before
    path.write_text("db:\n  user: bert\n  password: other\n")
    assert digests(config_files(["'a.yaml'"], [], folder)) != before


@pytest.mark.parametrize("name", [".env", ".env.local", "prod.env", ".env.production.local"])
def test_files_of_variables_count_without_their_secrets(folder: Path, name: str) -> None:
    write(folder / name, "API_KEY=hunter2\nLEARNING_RATE=0.1\n")
    (found,) = config_files([f"load({name!r})"], [], folder).values()
    assert (found.text, found.masked) == ("API_KEY=***\nLEARNING_RATE=0.1\n", ("API_KEY",))


def test_a_file_of_variables_that_nobody_names_is_found(folder: Path, opened: OpenedFiles) -> None:
    dotenv = pytest.importorskip("dotenv")
    path = write(folder / ".env", "XPT_LR=0.1\n")
    text = "from dotenv import load_dotenv\nload_dotenv()"
    assert set(config_files([text], [], folder)) == {".env"}
    opened = _fresh(opened)
    assert dotenv.dotenv_values(dotenv.find_dotenv(usecwd=True)) == {"XPT_LR": "0.1"}
    assert opened.by([1]) == (str(path.resolve()),)


@pytest.mark.parametrize("data", [b"password: \xff\xfe\n", b"\xef\xbb\xbfpassword: a\r\n"])
def test_bytes_that_are_no_usual_text_are_masked_too(folder: Path, data: bytes) -> None:
    (folder / "a.yaml").write_bytes(data)
    (found,) = config_files(["'a.yaml'"], [], folder).values()
    assert found.data == data.replace(b"\xff\xfe", b'"***"').replace(b" a", b' "***"')
