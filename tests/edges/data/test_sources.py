"""What is known of data that the user hands over."""

from __future__ import annotations

import os
import sys
import time
import types
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.datasets import load_iris

from jupyter_xpt.edges.data import sources
from jupyter_xpt.edges.data.sources import Asked, name_of, task_of
from jupyter_xpt.ground.datasets import DatasetRecord
from jupyter_xpt.ground.errors import DatasetError

KINDS = ["cat", "dog", "cat", None]


def described(value: object, **asked: Any) -> DatasetRecord:
    task = task_of(value, Asked(**asked))
    assert task.wait(time.monotonic() + 60)
    return task.found.record


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (pd.DataFrame({"kind": KINDS, "x": range(4)}), "kind"),
        (pl.DataFrame({"kind": KINDS, "x": range(4)}), "kind"),
        (pa.table({"kind": KINDS, "x": range(4)}), "kind"),
        (np.zeros((4, 2)), np.array(["cat", "dog", "cat", "(missing)"])),
        (np.zeros((4, 2)), KINDS),
        (np.zeros((4, 2)), pd.Series(KINDS, name="kind")),
    ],
    ids=["pandas", "polars", "arrow", "array and array", "array and list", "array and series"],
)
def test_the_classes_of_a_label_are_counted(value: object, label: object) -> None:
    found = described(value, label=label)
    assert found.problem is None
    assert found.classes == {"cat": 2, "(missing)": 1, "dog": 1}
    assert next(iter(found.classes)) == "cat"
    assert found.shape == (4, 2)


def test_a_bunch_brings_its_target_by_name() -> None:
    found = described(load_iris())
    assert (found.kind, found.shape, found.label) == ("bunch", (150, 4), "target")
    assert found.classes == {"setosa": 50, "versicolor": 50, "virginica": 50}


def test_a_file_is_described_as_far_as_it_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('kind,"w,t"\ncat,1\n"d\nog",\ncat,2\n')
    found = described(str(tmp_path / "a.csv"), label="kind", version=3)
    assert found.shape == (3, 2)
    assert [(one.name, one.missing) for one in found.columns] == [("kind", 0), ("w,t", 1)]
    assert found.classes == {"cat": 2, "d\nog": 1}
    assert (found.version, found.label, found.problem) == ("3", "kind", None)
    assert found.digest is not None
    assert found.digested is not None
    np.save(tmp_path / "a.npy", np.zeros((3, 4)))
    assert described(tmp_path / "a.npy").shape == (3, 4)


@pytest.mark.parametrize("data", [b"", b"\x93NUMPY\x01\x00\xff\xff{'shape': (" + b"9" * 100, b"\x93NUMPY\x02\x00"])
def test_a_damaged_array_file_has_a_digest_and_a_problem(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.npy").write_bytes(data)
    found = described(tmp_path / "a.npy")
    assert found.digest is not None
    assert found.problem is not None


def test_an_address_is_recorded_and_not_fetched() -> None:
    found = described("https://anna:secret@no-such-host.invalid/a.csv", version="7")
    assert (found.kind, found.location) == ("address", "https://***@no-such-host.invalid/a.csv")
    assert (found.digest, found.pending, found.problem) == (None, False, None)


def test_a_file_address_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a b.txt").write_text("x")
    assert described((tmp_path / "a b.txt").as_uri()).kind == "file"


def test_patterns_and_directories_count_their_files(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(name)
    assert (described(str(tmp_path)).kind, described(tmp_path).files) == ("directory", 2)
    found = described(str(tmp_path / "*.csv"))
    assert (found.kind, found.files, found.size) == ("pattern", 2, 2)


def test_an_open_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with open(tmp_path / "a.txt") as file:
        assert described(file).location == str(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("value", "label", "text"),
    [
        ("no/such/file.csv", None, "there is no such file"),
        ("/dev/zero", None, "it is a device, not a file"),
        ("", None, "an empty name is no file's"),
        ("a\0b", None, "an empty name is no file's"),
        (object(), None, "object is of no known kind: give a path"),
        (3, None, "int is of no known kind"),
        (pd.DataFrame({"a": [1]}), "b", "label 'b' is no column of it; it has a"),
        (np.zeros((3, 2)), "b", "label 'b' is no column of it: it is array"),
        (np.zeros((3, 2)), [1, 2], "nor one value a row"),
        (np.zeros((3, 2)), 2, "label 2 is no column of it"),
    ],
)
def test_bad_input_is_refused_in_a_line(value: object, label: object, text: str) -> None:
    with pytest.raises(DatasetError) as refused:
        task_of(value, Asked(label=label))
    assert text in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_label_that_is_no_column_of_a_file_is_a_problem_beside_its_digest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("kind\ncat\n")
    found = described(tmp_path / "a.csv", label="sort")
    assert found.problem == "label 'sort' is no column of it; it has kind"
    assert found.digest is not None


def test_a_label_of_thousands_of_values_is_no_class() -> None:
    found = described(pd.DataFrame({"x": np.arange(20_000)}), label="x")
    assert found.classes is None
    assert "too many" in (found.problem or "") or "no classes" in (found.problem or "")


# -- beside the cell ----------------------------------------------------------------------------------------


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything counts as large."""
    monkeypatch.setattr(sources, "SMALL_FILE_BYTES", -1)
    monkeypatch.setattr(sources, "SMALL_MEMORY_BYTES", -1)


@pytest.mark.usefixtures("large")
def test_a_frame_that_the_cell_changes_meanwhile_is_digested_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"a": np.arange(1000.0), "b": ["x"] * 1000})
    expected = described(frame.copy()).digest
    tasks: list[Any] = []
    monkeypatch.setattr(sources.workers, "submit", tasks.append)
    task = task_of(frame, Asked())
    frame.loc[5, "a"] = -1
    frame["b"] = "y"
    assert task.found.record.pending
    tasks[0].run()
    assert task.found.record.digest == expected


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("size", [10, 100_000])
def test_an_array_that_the_cell_changes_meanwhile_says_so(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    values = np.arange(float(size))
    tasks: list[Any] = []
    monkeypatch.setattr(sources.workers, "submit", tasks.append)
    task = task_of(values, Asked(name="values"))
    values[size // 2] = -1
    tasks[0].run()
    assert task.found.record.problem == "it changed while it was hashed: no digest"
    assert task.found.record.digest is None


@pytest.mark.usefixtures("large")
def test_many_large_things_are_all_described(tmp_path: Path) -> None:
    for i in range(20):
        (tmp_path / f"{i}").write_bytes(os.urandom(100_000))
    tasks = [task_of(tmp_path / f"{i}", Asked()) for i in range(20)] + [
        task_of(np.full(9, i), Asked()) for i in range(20)
    ]
    assert all(task.wait(time.monotonic() + 60) for task in tasks)
    assert len({task.found.record.digest for task in tasks}) == 40
    assert sources.workers.held == 0


def test_what_the_users_objects_raise_is_a_problem_of_the_record() -> None:
    class Odd(np.ndarray):
        @property
        def nbytes(self) -> int:
            raise ZeroDivisionError("odd")

    with pytest.raises(ZeroDivisionError):
        task_of(np.zeros(3).view(Odd), Asked())


# -- names, and libraries that are not there ----------------------------------------------------------------


def test_a_file_is_called_as_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert name_of("./data//a.csv") == "data/a.csv"
    assert name_of(tmp_path / "data" / "a.csv") == "data/a.csv"
    assert name_of("../a.csv") == "../a.csv"
    assert name_of("/elsewhere/a.csv") == "/elsewhere/a.csv"
    assert name_of("s3://k:s@b/a.csv") == "s3://***@b/a.csv"
    assert name_of(np.zeros(1)) is None


class Tensor:
    """As much of torch's tensor as is used: torch itself is too large to be installed for a test."""

    def __init__(self, values: Any) -> None:
        self.values, self.shape, self.dtype = values, values.shape, "torch.float32"

    def detach(self) -> Tensor:
        return self

    cpu = resolve_conj = resolve_neg = detach

    def numel(self) -> int:
        return int(self.values.size)

    def element_size(self) -> int:
        return int(self.values.itemsize)

    def numpy(self) -> Any:
        return self.values


def test_a_tensor_is_described_by_its_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(Tensor=Tensor))
    values = np.arange(6, dtype="f4").reshape(3, 2)
    found = described(Tensor(values), label=np.array([1, 1, 0]))
    assert (found.kind, found.shape, found.size) == ("tensor", (3, 2), 24)
    assert found.classes == {"1": 2, "0": 1}
    assert found.digest == described(values).digest
