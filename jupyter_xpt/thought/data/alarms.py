"""Alarms: how the datasets of a run differ from those of the run that it is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jupyter_xpt.ground.datasets import DECLARED, IN, ColumnRecord, DatasetRecord
from jupyter_xpt.ground.records import Warned
from jupyter_xpt.thought.data.wording import dimensions, grouped

# What each code of ours means; the format page has the same words.
CODES: Mapping[str, str] = {
    "data": "An input could not be described as asked: it is missing, unreadable, of no known kind.",
    "data-changed": "An input has the same name as before and other content.",
    "data-missing": "The run before declared an input that this one did not.",
    "data-overlap": "Training and test data share rows.",
}
_MAX_SAID = 4


def compare(now: Sequence[DatasetRecord], before: Sequence[DatasetRecord], than: str) -> tuple[Warned, ...]:
    """What is to be said of inputs that are no longer what they were.

    Parameters
    ----------
    now, before
        The datasets of both runs.
    than
        What the other run is called: ``003``.
    """
    known = {one.name: one for one in now if one.direction == IN}
    found = []
    for old in before:
        if old.direction != IN:
            continue
        new = known.get(old.name)
        if new is None:
            if old.how == DECLARED:
                said = f"{old.name}: {than} declared this input, this run did not"
                found.append(Warned("data-missing", said, old.name))
        # What is not known yet is compared once it is.
        elif new.kind == old.kind and not new.pending:
            differences = _differences(new, old)
            if differences:
                text = f"{old.name}: same name, {'; '.join(differences)} (since {than})"
                found.append(Warned("data-changed", text, old.name))
    return tuple(found)


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
    if new.digest and old.digest and new.digest != old.digest and not varies:
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
    other = [
        name for name in both if now[name].digest and before[name].digest and now[name].digest != before[name].digest
    ]
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
