"""What is installed and imported, and how to get it again: real packages."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_xpt.edges.host import packages as module
from jupyter_xpt.edges.host.packages import imported, packages, requirements

ROOT = Path(module.__file__).parents[2]


def test_packages_are_those_that_importlib_finds() -> None:
    expected: dict[str, str] = {}
    for found in importlib.metadata.distributions():
        expected.setdefault(module._normal(found.metadata["Name"]), found.version)
    assert packages() == expected


@pytest.mark.parametrize(
    ("entry", "name", "version"),
    [
        pytest.param("plain-1.0.dist-info", "plain", "1.0", id="wheel"),
        pytest.param("Under_score.Dot-2.0rc1.dist-info", "under-score-dot", "2.0rc1", id="normalised"),
        pytest.param("old-3.1-py3.11.egg-info", "old", "3.1", id="setup.py"),
        pytest.param("local-1.0+cu121.dist-info", "local", "1.0+cu121", id="local-version"),
        pytest.param("develop.egg-info", "develop", "7.7", id="develop"),
    ],
)
def test_every_way_of_naming_a_package_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, name: str, version: str
) -> None:
    (tmp_path / entry).mkdir()
    (tmp_path / entry / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: develop\nVersion: 7.7\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "missing.zip")])
    assert packages() == {name: version}


def test_the_first_folder_on_the_path_wins_and_a_new_package_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, version in (("a", "1"), ("b", "2")):
        (tmp_path / folder / f"thing-{version}.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "a"), str(tmp_path / "b")])
    assert packages() == {"thing": "1"}
    (tmp_path / "a" / "more-5.dist-info").mkdir()
    os.utime(tmp_path / "a", (1, 1))
    assert packages() == {"thing": "1", "more": "5"}


def test_imported_packages_are_known_also_under_another_name() -> None:
    code = (
        "import json, dateutil, zmq, six; from jupyter_xpt.edges.host.packages import *;"
        "print(json.dumps(imported(packages())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert {"python-dateutil", "pyzmq", "six"} <= set(found)
    assert not {"nbformat", "pytest"} & set(found)


def test_a_module_that_no_package_names_is_none_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "some-1.dist-info").mkdir()
    (tmp_path / "some-1.dist-info" / "RECORD").write_text(
        "other/__init__.py,sha256=x,1\nsingle.py,,\nfast.cpython-311.so,,\n"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert imported(packages()) == []
    assert module._modules(str(tmp_path / "some-1.dist-info")) == {"other", "single", "fast"}


def install(folder: Path, name: str, direct: object = None) -> None:
    """A package as pip leaves it."""
    described = folder / f"{name}-1.0.dist-info"
    described.mkdir()
    if direct is not None:
        (described / "direct_url.json").write_text(direct if isinstance(direct, str) else json.dumps(direct))


def test_the_requirements_name_every_package_with_its_version() -> None:
    lines = requirements().splitlines()
    assert lines[0].startswith("# CPython 3.")
    named = [line.lstrip("# ").split()[0] for line in lines[1:]]
    assert named == [f"{name}=={version}" for name, version in sorted(packages().items())]


@pytest.mark.parametrize(
    ("direct", "line"),
    [
        (None, "thing==1.0"),
        (
            {"url": "https://u:canary@example.org/a.git", "vcs_info": {"vcs": "git", "commit_id": "1a2b"}},
            "# thing==1.0 is installed from git+https://***@example.org/a.git at 1a2b",
        ),
        (
            {"url": "https://example.org/a-1.0.whl?token=canary", "archive_info": {"hash": "sha256=0"}},
            "# thing==1.0 is installed from https://example.org/a-1.0.whl?token=***",
        ),
        (
            {"url": "file:///home/a/thing", "dir_info": {"editable": True}},
            "# thing==1.0 is installed from file:///home/a/thing, editable",
        ),
        ({"url": "https://e.org/a\nnumpy==0.1"}, "# thing==1.0 is installed from https://e.org/a?numpy==0.1"),
        ("{broken", "thing==1.0"),
        ([1], "thing==1.0"),
        ({"url": 3}, "thing==1.0"),
        ({"url": "https://e.org/a", "vcs_info": [], "dir_info": 3}, "# thing==1.0 is installed from https://e.org/a"),
    ],
)
def test_what_is_from_no_index_is_a_comment_without_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, direct: object, line: str
) -> None:
    install(tmp_path, "thing", direct)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert requirements().splitlines()[1:] == [line]


def test_a_project_that_only_was_put_on_the_path_is_named_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.egg-info").mkdir()
    (tmp_path / "mine.egg-info" / "PKG-INFO").write_text("Version: 0.1\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert requirements().splitlines()[1:] == [f"# mine==0.1 is installed from {tmp_path}"]
