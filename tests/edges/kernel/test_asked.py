"""Answers to input() are noted, and input() stays what it is."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

import pytest

from jupyter_xpt.edges.kernel.asked import Asked
from jupyter_xpt.edges.kernel.surroundings import arguments, variables


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """An input() that answers with its question."""
    monkeypatch.setattr(builtins, "input", lambda prompt="": f"<{prompt}>")
    one = Asked()
    yield one
    one.stop()


def test_answers_are_known_by_the_cell_that_asked(asked: Asked) -> None:
    asked.cell(1)
    assert input("a") == "<a>"
    asked.stop()
    input("nobody")
    asked.cell(2)
    assert input() == "<>"
    assert asked.by([1]) == [("a", "<a>")]
    assert asked.by([1, 2, 3]) == [("a", "<a>"), ("", "<>")]


def test_input_is_what_it_was_afterwards(asked: Asked) -> None:
    before = builtins.input
    asked.cell(1)
    asked.cell(2)
    assert builtins.input is not before
    asked.stop()
    assert builtins.input is before


def test_another_input_that_a_cell_puts_there_stays(asked: Asked) -> None:
    asked.cell(1)
    builtins.input = other = lambda prompt="": "other"
    asked.stop()
    assert builtins.input is other


def test_errors_pass_and_odd_questions_are_harmless(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(prompt: object = "") -> str:
        if prompt == 7:
            return "seven"
        raise EOFError

    monkeypatch.setattr(builtins, "input", refuse)
    asked.cell(1)
    with pytest.raises(EOFError):
        input("x")
    with pytest.raises(TypeError):
        input("x", "y")  # type: ignore[call-arg]  # that is the point
    assert input(7) == "seven"
    assert asked.by([1]) == []


def test_of_many_answers_the_first_are_kept_and_long_ones_are_cut(asked: Asked) -> None:
    asked.cell(1)
    for _ in range(300):
        input("x" * 5000)
    found = asked.by([1])
    assert len(found) == 100
    assert all(len(part) == 1000 for one in found for part in one)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["/lib/ipykernel_launcher.py", "-f", "/tmp/kernel-1.json"], ()),
        (["/lib/ipykernel_launcher.py", "--f=/tmp/kernel-1.json", "--HistoryManager.hist_file=:memory:"], ()),
        (["/lib/ipykernel_launcher.py", "/tmp/kernel-1.json", "--lr", "1"], ("--lr", "1")),
        (["/bin/ipython", "--quick"], ("--quick",)),
        (["train.py", "-f", "x", "--lr", "0.1"], ("-f", "x", "--lr", "0.1")),
        ([], ()),
    ],
)
def test_what_a_kernel_is_started_with_is_no_argument(
    argv: list[str], words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", argv)
    assert arguments() == words


def test_variables_are_looked_up_by_name_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XPT_TEST_LR", "0.1")
    assert variables(["XPT_TEST_LR", "XPT_TEST_NONE"]) == {"XPT_TEST_LR": "0.1", "XPT_TEST_NONE": None}
