"""The codec: every record reads back as it was written, with what we do not know, or is refused by name."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
import typing
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.ground import codec, records
from jupyter_xpt.ground.configuration import EstimatorRecord, OutsideRecord, Value
from jupyter_xpt.ground.errors import RecordError
from jupyter_xpt.ground.records import (
    Change,
    ExperimentRecord,
    MetricSummary,
    Process,
    RepeatRecord,
    RunRecord,
    SourceRecord,
    Summary,
    Warned,
)

KINDS = (
    OutsideRecord,
    EstimatorRecord,
    Change,
    SourceRecord,
    ExperimentRecord,
    Warned,
    Process,
    RunRecord,
    RepeatRecord,
    MetricSummary,
    Summary,
)

# st.text() leaves lone surrogates out; they have tests of their own.
_text = st.text(max_size=20)
_number = st.floats() | st.integers(-(2**53), 2**53).map(float)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_BY_HINT: dict[str, st.SearchStrategy[Any]] = {
    "str": _text,
    "int": st.integers(),
    "bool": st.booleans(),
    "float": _number,
    "Any": _json,
    "None": st.none(),
}


def _of_type(hint: object) -> st.SearchStrategy[Any]:
    """Values that a field of that type may have."""
    if hint == Value:
        # What is not finite is there as a text.
        finite = st.floats(allow_nan=False, allow_infinity=False)
        return st.one_of(st.none(), st.booleans(), st.integers(), finite, _text)
    if dataclasses.is_dataclass(hint):
        return _record(hint)  # type: ignore[arg-type]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return st.lists(_of_type(arguments[0]), max_size=3).map(tuple)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(_text, _of_type(arguments[1]), max_size=3)
    if arguments:
        return st.one_of([_of_type(one) for one in arguments])
    return _BY_HINT["None" if hint is type(None) else getattr(hint, "__name__", "Any")]


def _record(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Records of that class with every field filled, unknown ones too."""
    hints = typing.get_type_hints(kind, vars(records))
    fields = {name: _of_type(hints[name]) for name in kind.CHECKS}
    unknown = st.dictionaries(_text.filter(lambda key: key not in {*kind.CHECKS, "schema"}), _json, max_size=3)
    return st.builds(kind, **fields, extra=unknown)


def _same(one: object, other: object) -> bool:
    """Equality in which NaN equals NaN."""
    return repr(one) == repr(other) or one == other


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_checks_cover_every_field_in_its_order(kind: type[Any]) -> None:
    assert [*kind.CHECKS, "extra"] == [field.name for field in dataclasses.fields(kind)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_field_reads_back_as_it_was_written(kind: type[Any], data: st.DataObject) -> None:
    record = data.draw(_record(kind))
    written = codec.dump(record)
    read = codec.load(kind, written, "file.json")
    assert _same(read, record)
    assert codec.dump(read) == written


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_files_are_strict_json_with_the_schema_first(kind: type[Any], data: st.DataObject) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    written = codec.dump(data.draw(_record(kind)))
    content = json.loads(written, parse_constant=refuse)
    assert next(iter(content)) == "schema"
    assert content["schema"] == codec.SCHEMA
    assert written.endswith(b"\n")


def test_unknown_fields_survive_a_change_at_every_level() -> None:
    content = {
        "schema": 1,
        "series": "cats",
        "number": 9,
        "created": "now",
        "later": {"deep": [1, None, "x"]},
        "source": {"digest": "sha256:0", "later": 1},
        "changes": [{"where": "cell 1", "kind": "parameter", "what": "n", "later": [True]}],
    }
    record = codec.load(ExperimentRecord, json.dumps(content).encode(), "experiment.json")
    changed = json.loads(codec.dump(dataclasses.replace(record, note="better")))
    assert changed["note"] == "better"
    assert changed["later"] == {"deep": [1, None, "x"]}
    assert changed["source"]["later"] == 1
    assert changed["changes"][0]["later"] == [True]

    run = {
        "run": "r",
        "index": 1,
        "status": "finished",
        "started": "now",
        "digest": "d",
        "repeats": 1,
        "seed": "0x1",
        "process": {"host": "h", "boot": "b", "pid": 1, "started": 0.5, "later": "p"},
        "warnings": [{"code": "XPT001", "text": "t", "later": "w"}],
        "git": {"later": {"any": 1}},
        "later": "r",
    }
    read = codec.load(RunRecord, json.dumps(run).encode(), "run.json")
    changed = json.loads(codec.dump(dataclasses.replace(read, status="failed")))
    assert (changed["later"], changed["process"]["later"]) == ("r", "p")
    assert (changed["warnings"][0]["later"], changed["git"]) == ("w", {"later": {"any": 1}})

    summary = {
        "results_bytes": 1,
        "repeats": [{"repeat": 1, "seed": "s", "status": "finished", "later": 2}],
        "metrics": {
            "accuracy": {
                "values": [1],
                "n": 1,
                "mean": 1,
                "sem": None,
                "min": 1,
                "max": 1,
                "points": 1,
                "later": 3,
            }
        },
    }
    changed = json.loads(codec.dump(codec.load(Summary, json.dumps(summary).encode(), "summary.json")))
    assert (changed["repeats"][0]["later"], changed["metrics"]["accuracy"]["later"]) == (2, 3)


def test_a_field_called_like_our_own_place_for_unknown_ones_survives() -> None:
    content = {"digest": "sha256:0", "extra": {"a": 1}, "CHECKS": 2}
    read = codec.decode(SourceRecord, content)
    assert read.extra == {"extra": {"a": 1}, "CHECKS": 2}
    assert codec.encode(read)["extra"] == {"a": 1}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf], ids=str)
def test_numbers_that_json_lacks_are_named(value: float) -> None:
    record = RepeatRecord(1, "0x1:1", "finished", seconds=value)
    written = codec.dump(record)
    assert isinstance(json.loads(written)["seconds"], str)
    read = codec.load(RepeatRecord, written, "f").seconds
    assert read == value or (math.isnan(read) and math.isnan(value))


def test_constants_that_another_writer_left_do_not_hinder_a_change() -> None:
    data = b'{"series": "a", "number": 1, "created": "x", "later": {"a": [NaN, -Infinity, 1e999]}}'
    read = codec.load(ExperimentRecord, data, "experiment.json")
    assert json.loads(codec.dump(read))["later"] == {"a": ["NaN", "-Infinity", "Infinity"]}


def test_lone_surrogates_survive() -> None:
    record = ExperimentRecord("a", 1, "x", note="half \ud83d of a cat", extra={"k\udc80": "\udfff"})
    assert codec.load(ExperimentRecord, codec.dump(record), "f") == record


_WRONG: dict[str, tuple[object, ...]] = {
    "a string": (1, 1.5, True, None, [], {}),
    "a whole number": ("1", 1.5, True, None, [], {}),
    "a number": ("1", "nan", True, None, [], {}),
    "true or false": (0, 1, "true", None, [], {}),
    "a list": ("x", 1, {}, None, True),
    "an object": ("x", 1, [], None, True),
}
_FIELDS = [
    (ExperimentRecord, "series", "a string"),
    (ExperimentRecord, "number", "a whole number"),
    (ExperimentRecord, "created", "a string"),
    (ExperimentRecord, "note", "a string"),
    (ExperimentRecord, "tags", "a list"),
    (ExperimentRecord, "star", "true or false"),
    (RunRecord, "goals", "an object"),
    (RunRecord, "index", "a whole number"),
    (RunRecord, "given", "a list"),
    (RunRecord, "warnings", "a list"),
    (Process, "started", "a number"),
    (Summary, "metrics", "an object"),
    (Summary, "results_bytes", "a whole number"),
    (SourceRecord, "files", "an object"),
]
_LEAST: dict[type, dict[str, object]] = {
    ExperimentRecord: {"series": "a", "number": 1, "created": "x"},
    RunRecord: {
        "run": "r",
        "index": 1,
        "status": "s",
        "started": "t",
        "digest": "d",
        "repeats": 1,
        "seed": "0x1",
    },
    Process: {"host": "h", "boot": "b", "pid": 1, "started": 1.0},
    Summary: {"results_bytes": 0},
    SourceRecord: {"digest": "d"},
}


@pytest.mark.parametrize(("kind", "name", "expected"), _FIELDS, ids=lambda value: getattr(value, "__name__", value))
def test_a_wrong_type_names_file_field_and_what_it_should_be(kind: type[Any], name: str, expected: str) -> None:
    for value in _WRONG[expected]:
        with pytest.raises(RecordError) as refusal:
            codec.load(kind, json.dumps({**_LEAST[kind], name: value}).encode(), "cats_009/file.json")
        message = str(refusal.value)
        assert message.startswith(f"cats_009/file.json: {name} is ")
        assert message.endswith(f"not {expected}")
        assert "\n" not in message


@pytest.mark.parametrize("kind", _LEAST, ids=lambda kind: kind.__name__)
def test_a_missing_field_is_named_with_its_file(kind: type[Any]) -> None:
    codec.decode(kind, _LEAST[kind])
    for name in _LEAST[kind]:
        rest = {key: value for key, value in _LEAST[kind].items() if key != name}
        with pytest.raises(RecordError, match=rf"\Afile\.json: missing .*'{name}'"):
            codec.decode(kind, rest, "file.json")


def test_a_wrong_type_deep_inside_names_the_way_there() -> None:
    data = {**_LEAST[RunRecord], "process": {"host": 1}}
    with pytest.raises(RecordError, match=r"\Arun\.json: process: record: host is 1, not a string"):
        codec.load(RunRecord, json.dumps(data).encode(), "run.json")
    data = {**_LEAST[Summary], "metrics": {"accuracy": []}}
    with pytest.raises(RecordError, match=r"\Asummary\.json: metrics: record: not a JSON object"):
        codec.load(Summary, json.dumps(data).encode(), "summary.json")


@pytest.mark.parametrize("schema", [2, 99, 10**30, "1", 1.5, None, [], {}], ids=repr)
def test_a_newer_schema_is_refused_with_what_to_do(schema: object) -> None:
    data = json.dumps({**_LEAST[ExperimentRecord], "schema": schema}).encode()
    with pytest.raises(RecordError, match=r"\Af\.json: schema .* is newer than 1; upgrade jupyter_xpt"):
        codec.load(ExperimentRecord, data, "f.json")


def test_a_file_without_schema_is_of_the_first() -> None:
    assert codec.load(SourceRecord, b'{"digest": "d"}', "f").digest == "d"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"\x00" * 100,
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"1",
        b"{}x",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b'{"series": "\xff"}',
        b'{"number": ' + b"9" * 5000 + b"}",
        b"<html></html>",
    ],
    ids=lambda data: repr(data[:16]),
)
def test_damaged_bytes_are_refused_in_one_line_that_names_the_file(data: bytes) -> None:
    with pytest.raises(RecordError, match=r"\Acats_009/experiment\.json: damaged") as refusal:
        codec.load(ExperimentRecord, data, "cats_009/experiment.json")
    assert "\n" not in str(refusal.value)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_raise_anything_else(data: bytes) -> None:
    with pytest.raises(RecordError):
        codec.load(ExperimentRecord, data, "f")


@pytest.mark.parametrize("kind", _LEAST, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_no_value_in_any_field_makes_the_reader_raise_anything_else(kind: type[Any], data: st.DataObject) -> None:
    content = {
        **_LEAST[kind],
        **data.draw(st.dictionaries(st.sampled_from(sorted(kind.CHECKS)), _json, max_size=4)),
    }
    try:
        record = codec.load(kind, json.dumps(content).encode(), "f")
    except RecordError as refusal:
        assert "\n" not in str(refusal)
    else:
        assert codec.load(kind, codec.dump(record), "f") == record


def _deep(depth: int, kind: str) -> bytes:
    """A record with a value that nests that deep, in a known or an unknown field."""
    value = b"[" * depth + b"]" * depth if kind != "objects" else b'{"a":' * depth + b"1" + b"}" * depth
    name = b"series" if kind == "known" else b"later"
    known = b"" if kind == "known" else b'"series": "a", '
    return b"{" + known + b'"number": 1, "created": "x", "' + name + b'": ' + value + b"}"


@pytest.mark.parametrize("kind", ["known", "lists", "objects"])
def test_hostile_nesting_is_refused_or_survives(kind: str) -> None:
    limit = sys.getrecursionlimit()
    for depth in (100, 300, *range(limit - 200, limit + 20), 100_000):
        try:
            record = codec.load(ExperimentRecord, _deep(depth, kind), "f")
            assert codec.load(ExperimentRecord, codec.dump(record), "f") == record
        except RecordError as refusal:
            assert str(refusal).startswith("f: ") or "deep" in str(refusal)
        except RecursionError:
            pytest.fail(f"{depth} deep")


def test_huge_integers_are_numbers_as_far_as_floats_go() -> None:
    assert codec.number(10**400) == math.inf
    assert codec.number(-(10**400)) == -math.inf
    assert codec.number(2**53) == 2.0**53


@given(st.floats())
def test_json_numbers_read_back(value: float) -> None:
    read = codec.number(json.loads(json.dumps(codec.json_number(value), allow_nan=False)))
    assert read == value or (math.isnan(read) and math.isnan(value))
