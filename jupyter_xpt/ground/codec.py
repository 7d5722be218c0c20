"""Codec: records to JSON and back, each field checked, unknown fields kept.

A record class lists its fields' checks in ``CHECKS``. A field that is absent takes the class's default; a field
of the wrong kind is a `RecordError` that names file and field. Fields we do not know survive in ``extra``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

from jupyter_xpt.ground.errors import RecordError

SCHEMA = 1
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

Check = Callable[[object], Any]


class Record(Protocol):
    """What a record class gives the codec: its checks and a place for unknown fields."""

    CHECKS: ClassVar[Mapping[str, Check]]
    extra: Mapping[str, Any]


R = TypeVar("R")


def text(value: object) -> str:
    """The value, when it is a string."""
    if not isinstance(value, str):
        raise TypeError("a string")
    return value


def integer(value: object) -> int:
    """The value, when it is a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a whole number")
    return value


def number(value: object) -> float:
    """The value as a float; ``"NaN"``, ``"Infinity"`` and ``"-Infinity"`` are numbers too."""
    if isinstance(value, str) and value in _NOT_FINITE:
        return _NOT_FINITE[value]
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError("a number")
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def flag(value: object) -> bool:
    """The value, when it is true or false."""
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def scalar(value: object) -> str | int | float | bool | None:
    """The value, when it is a text, a number, true, false or null."""
    if value is not None and not isinstance(value, str | int | float):
        raise TypeError("a text, a number, true, false or null")
    return value


def optional(check: Check) -> Check:
    """A check that lets null pass."""
    return lambda value: None if value is None else check(value)


def many(check: Check) -> Check:
    """A check for a list, giving a tuple."""

    def checked(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise TypeError("a list")
        return tuple(check(item) for item in value)

    return checked


def mapping(check: Check) -> Check:
    """A check for an object whose values all pass ``check``."""

    def checked(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise TypeError("an object")
        return {text(key): check(item) for key, item in value.items()}

    return checked


def anything(value: object) -> object:
    """The value as it is."""
    return value


def nested(kind: type[Any]) -> Check:
    """A check for an object that is itself a record of that class."""
    return lambda value: decode(kind, value)


def decode(kind: type[R], data: object, where: str = "") -> R:
    """The record that a JSON object holds.

    Parameters
    ----------
    kind
        A frozen dataclass with ``CHECKS`` and ``extra``.
    data
        What ``json.loads`` gave.
    where
        The file, named in the error.

    Raises
    ------
    RecordError
        When a field has a value it cannot have, or one that is needed is missing.
    """
    if not isinstance(data, dict):
        raise RecordError(f"{where or 'record'}: not a JSON object")
    checks: Mapping[str, Check] = kind.CHECKS  # type: ignore[attr-defined]  # R is a Record; a Protocol cannot be built
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in data.items():
        check = checks.get(name)
        if check is None:
            if name != "schema":
                extra[name] = value
            continue
        try:
            known[name] = check(value)
        except TypeError as problem:
            raise RecordError(f"{where or 'record'}: {name} is {value!r:.60}, not {problem}") from None
        except RecordError as problem:
            raise RecordError(f"{where or 'record'}: {name}: {problem}") from None
    try:
        build: Any = kind
        made: R = build(**known, extra=extra)
        return made
    except TypeError as problem:
        raise RecordError(f"{where or 'record'}: {str(problem).partition('() ')[2] or problem}") from None


def encode(record: Any) -> dict[str, Any]:  # noqa: ANN401 - any record class
    """The JSON object of a record: its own fields first, then those we do not know."""
    fields = {name: _plain(getattr(record, name)) for name in record.CHECKS}
    # Another writer may have left NaN or 1e999, which json.loads takes and json.dumps refuses.
    return {**fields, **_plain(record.extra)}


def dump(record: Any) -> bytes:  # noqa: ANN401 - any record class
    """The bytes of a record's file: schema first, two spaces deep, for people and for git.

    Raises
    ------
    RecordError
        When an unknown field, left by another writer, nests deeper than can be written.
    """
    try:
        return dump_json({"schema": SCHEMA, **encode(record)})
    except RecursionError:
        raise RecordError(f"the {type(record).__name__} nests too deep to be written again") from None


def dump_json(data: Mapping[str, Any]) -> bytes:
    """The bytes of a JSON file of ours."""
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace") + b"\n"


def dump_rows(data: Mapping[str, Any], name: str, rows: Sequence[object]) -> bytes:
    r"""The bytes of a JSON file of ours whose last field is a long list: a line each, many times as quick.

    >>> dump_rows({"schema": 1}, "cells", [{"a": 1}, {"a": 2}])
    b'{\n  "schema": 1,\n  "cells": [\n    {"a": 1},\n    {"a": 2}\n  ]\n}\n'
    """
    lines = ",\n".join(["    " + json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows])
    listed = f',\n  "{name}": [\n{lines}\n  ]\n}}\n'
    return dump_json(data).removesuffix(b"\n}\n") + listed.encode("utf-8", "backslashreplace")


def load(kind: type[R], data: bytes, where: str) -> R:
    """The record in a file's bytes.

    Raises
    ------
    RecordError
        When the bytes are no JSON object, were written by a newer schema, or a field is wrong.
    """
    content = load_json(data, where)
    schema = content.get("schema", SCHEMA)
    if not isinstance(schema, int) or schema > SCHEMA:
        raise RecordError(f"{where}: schema {schema!r:.20} is newer than {SCHEMA}; upgrade jupyter_xpt to read it")
    return decode(kind, content, where)


def load_json(data: bytes, where: str) -> dict[str, Any]:
    """The JSON object in a file's bytes.

    Raises
    ------
    RecordError
        When the bytes are no JSON object.
    """
    try:
        content = json.loads(data)
    # A hostile file may nest deeper than the parser goes.
    except (ValueError, RecursionError) as problem:
        raise RecordError(f"{where}: damaged ({problem})") from None
    if not isinstance(content, dict):
        raise RecordError(f"{where}: damaged (not a JSON object)")
    return content


def json_number(value: float) -> float | str:
    """A number as JSON can hold it: what is not finite becomes a string.

    >>> json_number(0.5), json_number(float("nan"))
    (0.5, 'NaN')
    """
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a record's field holds
    """A field's value as JSON has it."""
    if isinstance(value, float):
        return json_number(value)
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return encode(value)
