"""Alarms: how the datasets of a run differ from those of the run that it is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jupyter_xpt.ground.datasets import DECLARED, IN, ColumnRecord, DatasetRecord, algorithm_of, same_digest
from jupyter_xpt.ground.records import Warned
from jupyter_xpt.thought.data.wording import dimensions, grouped, told

# What each code of ours means; the format page has the same words.
CODES: Mapping[str, str] = {
    "data": "Data could not be described as asked: it is missing, unreadable, of no known kind.",
    "data-changed": "An input has the same name as before and other content.",
    "data-missing": "The run before declared an input that this one did not.",
    "data-overlap": "Training and test data share rows.",
    "data-unwritten": "An output was asked for and never written.",
    "data-altered": "An output that is used is no longer what the run that made it wrote.",
    "data-rerun": "An output that is used was made again by its experiment, with other content.",
    "data-stale": "The source of the experiment that made an output that is used was changed since.",
    "data-drawn": "Random numbers were drawn for an output that is used: it is the same in every repeat.",
}
_MAX_SAID = 4


def compare(
    now: Sequence[DatasetRecord], before: Sequence[DatasetRecord], than: str, series: str = ""
) -> tuple[Warned, ...]:
    """What is to be said of inputs that are no longer what they were.

    Parameters
    ----------
    now, before
        The datasets of both runs.
    than
        What the other run is called: ``003``.
    series
        The series of both.
    """
    known = {_key(one): one for one in now if one.direction == IN}
    used = {one.name for one in now if one.direction == IN and one.made_by is not None}
    found = []
    for old in before:
        if old.direction != IN:
            continue
        new = known.get(_key(old))
        if new is None:
            # The output of another experiment in its place is what the source says now.
            if old.how == DECLARED and not (old.made_by is not None and old.name in used):
                said = f"{told(old, series)}: {than} declared this input, this run did not"
                found.append(Warned("data-missing", said, old.name))
        # What is not known yet is compared once it is.
        elif new.kind == old.kind and not new.pending:
            found += _compared(new, old, than, told(old, series))
    return tuple(found)


def _compared(new: DatasetRecord, old: DatasetRecord, than: str, name: str) -> list[Warned]:
    """What is to be said of an input beside the one that bore its name before."""
    if new.digest and old.digest and same_digest(new.digest, old.digest) is None and new.contents == old.contents == 1:
        kinds = f"its digest is {algorithm_of(new.digest)}, that of {than} {algorithm_of(old.digest)}"
        return [Warned("data", f"{name}: {kinds}: whether its content is the same cannot be told", old.name)]
    differences = "; ".join(_differences(new, old))
    if not differences:
        return []
    made, before = new.made_by, old.made_by
    if made is not None and before is not None and made != before:
        who = f"made again (by run {made[1]}; {than} used that of {before[1]})"
        return [Warned("data-rerun", f"{name}: {who}: {differences}", old.name)]
    return [Warned("data-changed", f"{name}: same name, {differences} (since {than})", old.name)]


def _key(record: DatasetRecord) -> tuple[str, str]:
    """What an input is known by from run to run: its name, and the experiment that made it."""
    return record.name, str(record.made_by[0]) if record.made_by is not None else ""


def overlap(train: str, test: str, shared: int, of: int, twice: int) -> Warned:
    """What is to be said of training and test data that share rows.

    Parameters
    ----------
    train, test
        What they are called.
    shared, of
        How many rows of the test data are in the training data too, and how many it has.
    twice
        How many rows of the training data are there before: in such data some are shared by nature.
    """
    own = f"; {train} itself repeats {grouped(twice)} of its own" if twice else ""
    are = "is" if shared == 1 else "are"
    return Warned(
        "data-overlap", f"{grouped(shared)} of the {grouped(of)} rows of {test} {are} in {train} too{own}", test
    )


def _differences(new: DatasetRecord, old: DatasetRecord) -> list[str]:
    """What differs between a dataset and the one that bore its name before; nothing where all is the same."""
    # What varies from repeat to repeat has no one digest to compare.
    varies = new.contents > 1 or old.contents > 1
    found = []
    if same_digest(new.digest, old.digest) is False and not varies:
        found.append("new digest")
    if new.version != old.version:
        found.append(f"version {old.version or 'not given'} → {new.version or 'not given'}")
    if new.location != old.location and new.kind == "address":
        found.append(f"{old.location} → {new.location}")
    if new.shape is not None and old.shape is not None and new.shape != old.shape:
        found.append(f"{dimensions(old)} → {dimensions(new)}")
    elif new.files != old.files and new.files is not None and old.files is not None:
        found.append(f"{grouped(old.files)} → {grouped(new.files)} files")
    if found or not (new.digest and old.digest):
        found += _columns(new.columns, old.columns)
    if new.classes is not None and old.classes is not None and not varies:
        found += _classes(new.classes, old.classes)
    return found


def _columns(new: Sequence[ColumnRecord], old: Sequence[ColumnRecord]) -> list[str]:
    """What differs between columns: which came and went, types, and which hold other values."""
    now, before = {one.name: one for one in new}, {one.name: one for one in old}
    if not now or not before:
        return []
    both = [name for name in before if name in now]
    other = [name for name in both if same_digest(now[name].digest, before[name].digest) is False]
    parts = [
        _some("column", [name for name in now if name not in before], "added"),
        _some("column", [name for name in before if name not in now], "removed"),
        *(f"{name} {before[name].type} → {now[name].type}" for name in both if now[name].type != before[name].type),
        # Where the rows differ all columns do.
        _some("column", other, "changed") if len(other) < len(both) else "",
    ]
    if [name for name in now if name in before] != both:
        parts.append("columns in another order")
    return [part for part in parts if part][:_MAX_SAID]


def _some(kind: str, names: Sequence[str], what: str) -> str:
    """``columns a, b added``; nothing without names."""
    if not names:
        return ""
    more = f" and {len(names) - _MAX_SAID} more" if len(names) > _MAX_SAID else ""
    return f"{kind}{'s' if len(names) > 1 else ''} {', '.join(names[:_MAX_SAID])}{more} {what}"


def _classes(new: Mapping[str, int], old: Mapping[str, int]) -> list[str]:
    """The classes whose counts differ, those first that came or went, then by how much."""
    names = [name for name in {**old, **new} if new.get(name, 0) != old.get(name, 0)]
    names.sort(key=lambda name: (bool(new.get(name) and old.get(name)), -abs(new.get(name, 0) - old.get(name, 0))))
    shown = [f"class {name} {grouped(old.get(name, 0))} → {grouped(new.get(name, 0))}" for name in names[:_MAX_SAID]]
    return shown + ([f"and {len(names) - _MAX_SAID} more classes"] if len(names) > _MAX_SAID else [])
