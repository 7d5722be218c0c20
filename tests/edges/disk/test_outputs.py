"""Outputs below a run's folder: room for them, what lies there, and that every change of one is seen."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from jupyter_xpt.edges.data.files import directory_content, file_content
from jupyter_xpt.edges.disk.outputs import MAX_FILES, find_output, lying, make_room
from jupyter_xpt.ground.errors import DatasetError, StoreError

ALLOWED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_room_is_made_and_the_output_is_not(tmp_path: Path) -> None:
    path = make_room(tmp_path, ("data", "repeat_002", "splits", "train.npy"))
    assert path == tmp_path / "data" / "repeat_002" / "splits" / "train.npy"
    assert path.parent.is_dir()
    assert not path.exists()
    assert make_room(tmp_path, ("data", "repeat_002", "splits", "train.npy")) == path


def test_room_is_not_made_over_a_link_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "data").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="link"):
        make_room(tmp_path / "run", ("data", "a", "b.npy"))
    assert list((tmp_path / "elsewhere").iterdir()) == []
    (tmp_path / "run" / "data").unlink()
    (tmp_path / "run" / "data").touch()
    with pytest.raises(StoreError, match="cannot make the folder of an output"):
        make_room(tmp_path / "run", ("data", "b.npy"))


def test_what_lies_there_is_listed_without_following_anything(tmp_path: Path) -> None:
    assert lying(tmp_path) == []
    data = tmp_path / "data"
    (data / "b").mkdir(parents=True)
    (data / "a.npy").write_text("12")
    (data / "b" / "c.npy").write_text("123")
    (data / "out").symlink_to("/")
    (data / "b" / "loop").symlink_to(data)
    os.mkfifo(data / "pipe")
    found = {one.name: (one.size, one.problem) for one in lying(tmp_path)}
    assert found == {
        "a.npy": (2, None),
        "b/c.npy": (3, None),
        "out": (0, "it is a link, which is not followed"),
        "b/loop": (0, "it is a link, which is not followed"),
        "pipe": (0, "it is no plain file"),
    }
    shutil.rmtree(data)
    data.symlink_to("/etc")
    assert lying(tmp_path) == []


def test_of_very_many_files_the_first_are_listed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for i in range(MAX_FILES + 5):
        (tmp_path / "data" / str(i)).touch()
    assert len(lying(tmp_path)) == MAX_FILES


@pytest.mark.parametrize("place", [("gone",), ("a\0b",), ("..", "x"), ("x" * 300,)], ids=ascii)
def test_what_is_not_there_is_gone(tmp_path: Path, place: tuple[str, ...]) -> None:
    with pytest.raises(DatasetError, match="its file is gone"):
        find_output(tmp_path / "out", place)


@ALLOWED
@given(
    data=st.binary(min_size=1, max_size=300),
    at=st.integers(0, 10_000),
    change=st.sampled_from(["flip", "cut", "add", "insert", "swap"]),
)
def test_every_mutation_of_an_output_changes_its_digest(tmp_path: Path, data: bytes, at: int, change: str) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(data)
    before = file_content(str(path)).digest
    at %= len(data)
    mutated = {
        "flip": data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :],
        "cut": data[:at],
        "add": data + b"\0",
        "insert": data[:at] + b"\0" + data[at:],
        "swap": data[at:] + data[:at],
    }[change]
    path.write_bytes(mutated)
    assert (file_content(str(path)).digest != before) == (mutated != data)


@ALLOWED
@given(
    st.dictionaries(st.text("ab", min_size=1, max_size=3), st.binary(max_size=20), min_size=2, max_size=5),
    st.sampled_from(["rename", "swap", "edit", "add", "remove"]),
)
def test_every_mutation_of_a_directory_changes_its_digest(tmp_path: Path, files: dict[str, bytes], change: str) -> None:
    def digest(content: dict[str, bytes]) -> str:
        folder = tmp_path / "d"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, data in content.items():
            (folder / name).write_bytes(data)
        return directory_content(str(folder)).digest

    first, second = list(files)[:2]
    rest = {name: data for name, data in files.items() if name != first}
    mutated = {
        "rename": {**rest, first + "c": files[first]},
        "swap": {**files, first: files[second], second: files[first]},
        "edit": {**files, first: files[first] + b"x"},
        "add": {**files, "new": b""},
        "remove": rest,
    }[change]
    assert (digest(mutated) != digest(files)) == (mutated != files)


def test_many_files_are_digested_side_by_side_as_one_after_the_other(tmp_path: Path) -> None:
    for i in range(40):
        (tmp_path / f"{i}.bin").write_bytes(bytes([i]) * 300_000)
    together = directory_content(str(tmp_path))
    assert (together.files, together.size) == (40, 40 * 300_000)
    for i in range(30, 40):
        (tmp_path / f"{i}.bin").unlink()
    for i in range(30):
        (tmp_path / f"{i}.bin").write_bytes(bytes([i]) * 300_000)
    alone = "".join(f"{file_content(str(tmp_path / n)).digest[7:]}  {n}\n" for n in sorted(os.listdir(tmp_path)))
    (tmp_path / "list").write_text(alone)
    listed = file_content(str(tmp_path / "list")).digest
    (tmp_path / "list").unlink()
    assert directory_content(str(tmp_path)).digest == listed
    (tmp_path / "5.bin").unlink()
    os.mkfifo(tmp_path / "5.bin")
    (tmp_path / "7.bin").unlink()
    (tmp_path / "7.bin").symlink_to("/dev/zero")
    assert directory_content(str(tmp_path)).files == 28
