"""Wording: a dataset in one line for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from jupyter_xpt.ground.datasets import IN, OUT, SEEN, DatasetRecord
from jupyter_xpt.ground.names import ExperimentName, printable

_MAX_CLASSES = 6
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
# A number's groups must not be torn apart at the end of a line.
_GAP = "\u00a0"
_NOBODY: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Listed:
    """A dataset as lists show it: its name, ``in`` or ``out``, the line that describes it, its digest.

    ``maker`` is the run that made an input, ``users`` are the runs that used an output, each as
    ``animals_009/2026_11_23-12_34_12``.
    """

    name: str
    kind: str
    said: str
    digest: str | None
    maker: str | None = None
    users: tuple[str, ...] = ()


def listed(records: Sequence[DatasetRecord], users: Mapping[str, tuple[str, ...]] = _NOBODY) -> tuple[Listed, ...]:
    """The datasets of a run as lists show them, safe for any terminal and page.

    An output that several repeats wrote is one of them.

    Parameters
    ----------
    records
        The datasets, in the order of their repeats.
    users
        The runs that used the outputs, by the output's name.
    """
    found: dict[tuple[str, str, str], list[DatasetRecord]] = {}
    for one in records:
        maker = str(one.made_by[0]) if one.made_by is not None else ""
        found.setdefault((one.direction, one.name, maker), []).append(one)
    return tuple(_listed(same, users) for same in found.values())


def _listed(same: Sequence[DatasetRecord], users: Mapping[str, tuple[str, ...]]) -> Listed:
    """What is listed for one dataset, or for what several repeats wrote under one name."""
    last = same[-1]
    parts = [said(last)]
    if len(same) > 1:
        others = len({one.digest for one in same if one.digest is not None})
        alike = "all the same" if others < 2 else f"{others} different contents"
        parts += [f"{len(same)} repeats, {alike}", "digest still being computed" if any(_waits(same)) else ""]
    by = users.get(last.name, ()) if last.direction == OUT else ()
    maker = last.maker if last.made_by is not None else None
    text = " · ".join(part for part in parts if part)
    return Listed(printable(last.name), last.direction, printable(text), last.digest, maker, by)


def _waits(same: Sequence[DatasetRecord]) -> Iterator[bool]:
    """Whether each but the last, which says it of itself, waits for its digest."""
    return (one.pending for one in same[:-1])


def told(record: DatasetRecord, series: str = "") -> str:
    """What a dataset is called in a sentence, with the experiment that made it.

    >>> told(DatasetRecord("a.npy", "file", maker="cats_009/2026_11_23-12_34_12"), "cats")
    'a.npy of 009'
    """
    return f"{record.name} of {called(record.made_by[0], series)}" if record.made_by is not None else record.name


def called(name: ExperimentName, series: str) -> str:
    """What an experiment is called in its series, and elsewhere.

    >>> called(ExperimentName("cats", 9), "cats"), called(ExperimentName("cats", 9), "dogs")
    ('009', 'cats_009')
    """
    return name.short if name.series == series else printable(str(name))


def said(record: DatasetRecord) -> str:
    r"""What a dataset is, in one line without its name.

    >>> said(DatasetRecord("a", "frame", shape=(10000, 21), classes={"cat": 4200, "dog": 3900}))
    '10\xa0000 × 21 · cat 4\xa0200, dog 3\xa0900'
    """
    parts = [_version(record), dimensions(record), _missing(record)]
    if record.classes is not None:
        parts.append(_classes(record.classes))
    parts.append(f"{record.contents} different contents" if record.contents > 1 else "")
    parts.append("digest still being computed" if record.pending else "")
    parts.append(record.problem or "")
    if record.how == SEEN:
        parts.append("seen, not declared" if record.direction == IN else "written without xpt.output")
    return " · ".join(part for part in parts if part) or (record.location or record.kind)


def dimensions(record: DatasetRecord) -> str:
    """Its shape where it has one, else how many files and bytes."""
    if record.shape is not None:
        return " × ".join(map(grouped, record.shape)) or "a single value"
    files = f"{grouped(record.files)} files" if record.files is not None else ""
    size = human(record.size) if record.size is not None else ""
    where = record.location or "" if record.kind == "address" else ""
    return " · ".join(part for part in (where, files, size) if part)


def grouped(number: int) -> str:
    r"""A whole number with its thousands apart.

    >>> grouped(1234567)
    '1\xa0234\xa0567'
    """
    return f"{number:,}".replace(",", _GAP)


def human(size: int) -> str:
    """Bytes for people.

    >>> human(13478), human(999), human(1073741824)
    ('13.5 kB', '999 B', '1.07 GB')
    """
    value, unit = float(size), 0
    # What would be rounded to 1000 is 1 of the next unit.
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.3g} {_UNITS[unit]}"


def _version(record: DatasetRecord) -> str:
    """Its version, where one was given."""
    return f"version {record.version}" if record.version else ""


def _missing(record: DatasetRecord) -> str:
    """How many values are missing, where any are."""
    return f"{grouped(record.missing)} missing" if record.missing else ""


def _classes(classes: Mapping[str, int]) -> str:
    """The largest classes with their counts."""
    shown = [f"{name} {grouped(count)}" for name, count in list(classes.items())[:_MAX_CLASSES]]
    more = len(classes) - len(shown)
    return ", ".join(shown) + (f" and {more} more classes" if more else "")
