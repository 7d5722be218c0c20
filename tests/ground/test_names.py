"""Names: one written form, numeric order, and no look-alike ever gets an owner."""

from __future__ import annotations

import unicodedata
from datetime import datetime

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.ground.errors import NameProblem
from jupyter_xpt.ground.names import (
    MAX_SERIES_BYTES,
    ExperimentName,
    check_series,
    is_run_name,
    parse_experiment,
    parse_number,
    printable,
    run_name,
    short,
)

SERIES = (
    "animal_classifier",
    "x",
    "x_y",
    "x_001",
    "猫_分類",
    "חתול",
    "café",
    "🐈‍⬛",
    "a b",
    "a.b",
    "-x",
    "_",
    "x__",
)
NUMBERS = (1, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 123_456, 999_999_999_999)

LOOK_ALIKES = {
    "one digit": "x_9",
    "two digits": "x_09",
    "four digits, padded": "x_0009",
    "zero": "x_000",
    "Jupyter's copy": "x_009-Copy1",
    "a browser's copy": "x_009 (1)",
    "Syncthing's conflict": "x_009.sync-conflict-20261123-123412-ABCDEF7",
    "Dropbox's conflict": "x_009 (Ada's conflicted copy 2026-11-23)",
    "a checkpoint": "x_009-checkpoint",
    "a backup": "x_009~",
    "a space before": " 009",
    "a space behind": "x_009 ",
    "a line end behind": "x_009\n",
    "no series": "_009",
    "no underscore": "x009",
    "superscript": "x_²²²",
    "one superscript": "x_00²",
    "Arabic-Indic digits": "x_٠٠٣",
    "Devanagari digits": "x_००९",
    "full-width digits": "x_\uff10\uff10\uff19",
    "mathematical digits": "x_𝟘𝟘𝟡",
    "a sign": "x_+09",
    "a minus": "x_-09",
    "an underscore within": "x_0_9",
    "hexadecimal": "x_0x9",
    "a fraction": "x_009.0",
    "too many digits": "x_1234567890123",
    "a date and time": "x_20261123123412",
    "nothing": "",
}


@pytest.mark.parametrize("series", SERIES)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_name_reads_back_as_it_was_written(series: str, number: int) -> None:
    name = ExperimentName(series, number)
    assert parse_experiment(str(name)) == name
    assert parse_number(str(name), series) == number
    assert parse_number(name.notebook, series) == number
    assert (name.short, name.notebook) == (short(number), f"{name}.ipynb")


@given(st.text(min_size=1), st.integers(1, 10**12 - 1))
def test_any_series_text_reads_back(series: str, number: int) -> None:
    name = ExperimentName(series, number)
    assert parse_experiment(str(name)) == name


@given(st.text(alphabet=st.sampled_from("x_0129²٣0٠ .-#\n~")))
def test_what_parses_is_exactly_what_we_write(stem: str) -> None:
    name = parse_experiment(stem)
    assert name is None or (str(name) == stem and name.number > 0)


@pytest.mark.parametrize("stem", LOOK_ALIKES.values(), ids=LOOK_ALIKES.keys())
def test_a_look_alike_has_no_owner(stem: str) -> None:
    assert parse_experiment(stem) is None


def test_a_year_reads_as_a_number_and_the_place_decides_whether_it_is_one() -> None:
    assert parse_experiment("report_2024") == ExperimentName("report", 2024)


def test_order_is_numeric_past_every_width() -> None:
    shuffled = [ExperimentName("x", number) for number in (10_000, 999, 9, 1000, 10, 9999, 100)]
    assert [name.number for name in sorted(shuffled)] == [9, 10, 100, 999, 1000, 9999, 10_000]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9", 9),
        ("009", 9),
        ("#9", 9),
        (" 9 ", 9),
        ("0009", 9),
        ("x_009", 9),
        ("x_009.ipynb", 9),
        ("1234", 1234),
        ("#x_009", None),
        ("y_009", None),
        ("x_9", None),
        ("0", None),
        ("#0", None),
        ("000", None),
        ("", None),
        ("#", None),
        ("##9", None),
        ("-9", None),
        ("+9", None),
        ("9.0", None),
        ("1e3", None),
        ("²", None),
        ("٣", None),
        ("９", None),
        ("9 9", None),
        ("1_000", None),
        ("0x9", None),
        ("9" * 13, None),
        ("nine", None),
        ("x_000", None),
    ],
)
def test_what_a_user_means_by_a_number(text: str, number: int | None) -> None:
    assert parse_number(text, "x") == number


@given(st.text())
def test_no_text_makes_the_number_parser_raise(text: str) -> None:
    number = parse_number(text, "x")
    assert number is None or number > 0


@pytest.mark.parametrize("name", [*SERIES, "report_2024", "a" * MAX_SERIES_BYTES, "é" * (MAX_SERIES_BYTES // 2)])
def test_a_series_may_be_called_what_a_notebook_may(name: str) -> None:
    assert check_series(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it is empty"),
        ("a/b", "it has one of"),
        ("a\\b", "it has one of"),
        ("a:b", "it has one of"),
        ("a*", "it has one of"),
        ("a?", "it has one of"),
        ('a"b', "it has one of"),
        ("<a>", "it has one of"),
        ("a|b", "it has one of"),
        ("a\nb", "control character"),
        ("a\x00b", "control character"),
        ("a\x1b[31m", "control character"),
        ("a\x7f", "control character"),
        ("a\x85b", "control character"),
        ("a\ud800", "control character"),
        (".", "dot or a space"),
        ("..", "dot or a space"),
        (".hidden", "dot or a space"),
        ("a.", "dot or a space"),
        (" a", "dot or a space"),
        ("a ", "dot or a space"),
        ("con", "device"),
        ("CON", "device"),
        ("nul.x", "device"),
        ("Com1", "device"),
        ("lpt9.a.b", "device"),
        ("a" * (MAX_SERIES_BYTES + 1), "201 bytes"),
        ("é" * 101, "202 bytes"),
        ("🐈" * 64, "256 bytes"),
    ],
)
def test_a_series_that_no_file_can_be_called_is_refused_in_one_line(name: str, reason: str) -> None:
    with pytest.raises(NameProblem) as refusal:
        check_series(name)
    message = str(refusal.value)
    assert reason in message
    assert "name=" in message
    assert message.isprintable()


@given(st.text())
def test_an_accepted_series_is_one_component_of_a_path(name: str) -> None:
    try:
        check_series(name)
    except NameProblem as refusal:
        assert str(refusal).isprintable()
        return
    notebook = ExperimentName(name, 10**12 - 1).notebook
    assert len(f".~{notebook}".encode()) <= 255
    assert not set(notebook) & set('/\\\0\n:*?"<>|')
    assert not notebook.startswith(".")


@pytest.mark.parametrize(
    ("again", "name"),
    [(1, "2026_11_23-12_34_12"), (2, "2026_11_23-12_34_12-2"), (10, "2026_11_23-12_34_12-10")],
)
def test_runs_of_one_second_are_counted(again: int, name: str) -> None:
    assert run_name(datetime(2026, 11, 23, 12, 34, 12), again) == name
    assert is_run_name(name)


@given(st.datetimes(min_value=datetime(1000, 1, 1)), st.integers(1, 10**9 - 1))
def test_every_run_name_is_known_as_one(started: datetime, again: int) -> None:
    assert is_run_name(run_name(started, again))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "source",
        "2026_11_23",
        "2026_11_23-12_34_12-",
        "2026_11_23-12_34_12\n",
        "2026_11_23-12_34_12.sync-conflict-1",
        "2026_11_23-12_34_1²",
        "٢٠٢٦_11_23-12_34_12",
        ".~2026_11_23-12_34_12",
        "2026_11_23-12_34_12 (1)",
    ],
)
def test_other_folders_are_no_runs(name: str) -> None:
    assert not is_run_name(name)


BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
CONTROLS = "".join(map(chr, [*range(32), *range(0x7F, 0xA0)])) + "\u2028\u2029\ufeff\u00ad\ud800\udfff\U000e0001"


@pytest.mark.parametrize("char", BIDI + CONTROLS, ids=lambda char: f"U+{ord(char):04X}")
def test_no_control_or_direction_changing_character_is_shown(char: str) -> None:
    shown = printable(f"a{char}b")
    assert shown in ("a\ufffdb", "a b")


@given(st.text(alphabet=st.characters()))
def test_what_is_shown_is_one_harmless_line_as_long_as_the_text(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert len(shown.splitlines()) <= 1
    for char in shown:
        assert unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
        assert unicodedata.category(char) != "Cf" or char in "\u200c\u200d"
    assert printable(shown) == shown


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"])))
def test_text_that_is_harmless_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_scripts_and_emoji_keep_their_joiners() -> None:
    for text in ("👩‍🔬", "می‌خواهم", "שלום", "日本語", "é", "a\u00a0b"):
        assert printable(text) == text
