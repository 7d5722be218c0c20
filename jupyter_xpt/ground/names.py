"""Names: of series, experiments and runs, and what they look like as file names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from jupyter_xpt.ground.errors import NameProblem

# File systems limit names in bytes. The longest name we make of a series is ".~<series>_<number>.ipynb".
MAX_SERIES_BYTES = 200
# ASCII digits only: '²'.isdigit() is true, and int('٣') is 3.
_NUMBERED = re.compile(r"(?s)(.+)_([0-9]{3,12})")
_NUMBER = re.compile(r"[0-9]{1,12}")
_RUN = re.compile(r"([0-9]{4})_([0-9]{2})_([0-9]{2})-([0-9]{2})_([0-9]{2})_([0-9]{2})(?:-([0-9]{1,9}))?")
# Of bounded length: an escape that is not closed must not swallow the line, nor make matching slow.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|[ -/]{0,4}[0-~])")
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{i}" for i in range(1, 10)), *(f"lpt{i}" for i in range(1, 10))]
)


@dataclass(frozen=True, slots=True, order=True)
class ExperimentName:
    """One numbered member of a series: ``ExperimentName("animal_classifier", 9)``.

    >>> str(ExperimentName("animal_classifier", 9)), ExperimentName("animal_classifier", 9).short
    ('animal_classifier_009', '009')
    """

    series: str
    number: int

    def __str__(self) -> str:
        return f"{self.series}_{self.number:03d}"

    @property
    def short(self) -> str:
        """The number alone, three digits or more."""
        return short(self.number)

    @property
    def notebook(self) -> str:
        """The file name of its notebook."""
        return f"{self}.ipynb"


def short(number: int) -> str:
    """The short form of an experiment number: three digits, growing past 999.

    >>> short(9), short(1234)
    ('009', '1234')
    """
    return f"{number:03d}"


def parse_experiment(stem: str) -> ExperimentName | None:
    """The experiment that a file stem names, or None when it names none.

    Only the form that we write counts, so that look-alikes have no owner.

    >>> parse_experiment("animal_classifier_009")
    ExperimentName(series='animal_classifier', number=9)
    >>> parse_experiment("animal_classifier_0009"), parse_experiment("animal_classifier_009-Copy1")
    (None, None)
    """
    match = _NUMBERED.fullmatch(stem)
    if match is None:
        return None
    name = ExperimentName(match[1], int(match[2]))
    return name if str(name) == stem and name.number > 0 else None


def parse_number(text: str, series: str) -> int | None:
    """The number that a user means by ``9``, ``009``, ``#9`` or the whole name; None when it is no number.

    A whole name of another series is None too.

    >>> parse_number("#9", "cats"), parse_number("cats_009", "cats"), parse_number("dogs_009", "cats")
    (9, 9, None)
    """
    text = text.strip().removesuffix(".ipynb")
    name = parse_experiment(text)
    if name is not None and name.series == series:
        return name.number
    digits = text.removeprefix("#")
    return int(digits) if _NUMBER.fullmatch(digits) and int(digits) > 0 else None


def check_series(name: str) -> str:
    """The name itself, when a series can be called that.

    Raises
    ------
    NameProblem
        When the name is empty or too long, or has characters that no file name can have everywhere.
    """
    trouble = name_trouble(name)
    if trouble:
        raise NameProblem(f"{name[:80]!r} cannot name a series: {trouble}; give another with name=")
    return name


def name_trouble(name: str) -> str | None:
    """What is wrong with a name that shall be part of a path everywhere, or None."""
    if not name:
        return "it is empty"
    if any(char in '/\\:*?"<>|' or unicodedata.category(char) in ("Cc", "Cs") for char in name):
        return 'it has one of / \\ : * ? " < > | or a control character'
    if name[0] in ". " or name[-1] in ". ":
        return "it begins or ends with a dot or a space"
    if name.split(".", maxsplit=1)[0].lower() in _RESERVED:
        return "Windows keeps that name for a device"
    size = len(name.encode())
    if size > MAX_SERIES_BYTES:
        return f"it is {size} bytes long, at most {MAX_SERIES_BYTES} fit"
    return None


def run_name(started: datetime, again: int = 1) -> str:
    """The name of a run that started then (local time); ``again`` counts the runs of one second from 1.

    >>> run_name(datetime(2026, 11, 23, 12, 34, 12), 2)
    '2026_11_23-12_34_12-2'
    """
    stem = started.strftime("%Y_%m_%d-%H_%M_%S")
    return stem if again == 1 else f"{stem}-{again}"


def is_run_name(name: str) -> bool:
    """Whether a folder's name is that of a run."""
    return _RUN.fullmatch(name) is not None


def without_escapes(text: str) -> str:
    r"""The text without terminal escape sequences: colours, titles, links.

    >>> without_escapes("a\x1b[31mred\x1b[0m")
    'ared'
    """
    return _ESCAPES.sub("", text) if "\x1b" in text else text


def printable(text: str) -> str:
    r"""The text on one line without control or direction-changing characters, safe for any terminal.

    >>> printable("a\x1b[31m\u202eb\n")
    'a�[31m�b '
    """
    if text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    """One character as it may be shown on one line."""
    if char in "\n\t\r":
        return " "
    # Cf holds the bidirectional controls; joiners (ZWJ, ZWNJ) are needed by scripts and emoji.
    if char in "\u200c\u200d":
        return char
    return "\ufffd" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char
