from __future__ import annotations

import json
import math
import statistics

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.thought.reading.results import Fold, decimals, mean_of, sem_of, shown, summarise
from tests.builders import results

SAMPLE = results({"accuracy": [0.91, 0.93, "NaN", 0.95], "loss": [0.1, None, 0.2, 0.3]}, failed=[4])


def test_a_summary_has_each_repeat_and_each_metric():
    found = summarise(SAMPLE)
    assert found.results_bytes == len(SAMPLE)
    assert [repeat.status for repeat in found.repeats] == ["finished", "finished", "finished", "failed"]
    assert found.repeats[0].seed.endswith(":1")
    assert found.repeats[3].error == "ValueError: bad luck"
    accuracy = found.metrics["accuracy"]
    assert accuracy.n == 2
    assert accuracy.mean == pytest.approx(0.92)
    assert accuracy.sem == pytest.approx(statistics.stdev([0.91, 0.93]) / math.sqrt(2))
    assert (accuracy.min, accuracy.max, accuracy.points) == (0.91, 0.93, 4)
    assert found.metrics["loss"].values[1] is None
    assert found.damaged == ()


def test_a_repeats_value_is_the_last_one_logged():
    lines = [{"time": 1, "repeat": 1, "step": step, "values": {"loss": 1 / (step + 1)}} for step in range(4)]
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    found = summarise(data)
    assert found.metrics["loss"].values == (0.25,)
    assert found.metrics["loss"].points == 4


def test_a_repeat_without_an_end_has_the_fate_that_is_given():
    data = results({"accuracy": [0.9, 0.8]}, unfinished=[2])
    assert summarise(data).repeats[1].status == "running"
    assert summarise(data, "died").repeats[1].status == "died"
    assert summarise(data, "died").metrics["accuracy"].n == 1


def test_a_file_cut_anywhere_keeps_every_earlier_record_and_names_one():
    lines = SAMPLE.split(b"\n")
    for size in range(len(SAMPLE)):
        found = summarise(SAMPLE[:size])
        whole = SAMPLE[:size].count(b"\n")
        rest = SAMPLE[:size].rsplit(b"\n", 1)[-1]
        complete = bool(rest) and rest == lines[whole]
        assert found.damaged == (() if not rest or complete else (f"line {whole + 1} is damaged",))
        assert len(found.repeats) == len({json.loads(line)["repeat"] for line in lines[: whole + complete]})


def test_what_is_appended_after_a_torn_line_counts():
    later = b'{"time": 9, "repeat": 9, "values": {"accuracy": 0.5}}\n'
    for size in range(len(SAMPLE)):
        found = summarise(SAMPLE[:size] + b"\n" + later)
        assert found.repeats[-1].repeat == 9
        assert found.metrics["accuracy"].values[-1] == 0.5
        assert len(found.damaged) <= 1


@given(st.lists(st.integers(0, len(SAMPLE)), max_size=8))
def test_the_fold_does_not_mind_where_the_bytes_are_cut(cuts):
    fold, at = Fold(), 0
    for cut in [*sorted(cuts), len(SAMPLE)]:
        fold.feed(SAMPLE[at:cut])
        fold.summary()
        fold.summary("died", over=True)
        at = cut
    assert repr(fold.summary()) == repr(summarise(SAMPLE))


def test_a_partial_last_line_waits_while_more_may_come():
    fold = Fold()
    fold.feed(SAMPLE[:-10])
    assert fold.summary().damaged == ()
    assert len(fold.summary("died", over=True).damaged) == 1
    fold.feed(SAMPLE[-10:])
    assert repr(fold.summary()) == repr(summarise(SAMPLE))


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"7",
        b"null",
        b'"repeat"',
        b"{}",
        b'{"repeat": 1}',
        b'{"repeat": 0, "values": {}}',
        b'{"repeat": true, "values": {}}',
        b'{"repeat": 1, "values": []}',
        b'{"repeat": 1, "values": {"a": "high"}}',
        b'{"repeat": 1, "values": {"a": null}}',
        b'{"repeat": 1, "step": "x", "values": {"a": 1}}',
        b'{"repeat": 1, "begin": 3}',
        b'{"repeat": 1, "begin": {"seed": 3}}',
        b'{"repeat": 1, "end": {}}',
        b'{"repeat": 1, "end": {"status": "splendid"}}',
        b'{"repeat": 1, "end": {"status": ["finished"]}}',
        b'{"repeat": 1, "end": {"status": "failed", "error": 3}}',
        b"[" * 100_000,
        b"\xff\xfe\x00",
        b"\x00" * 50,
        b'{"repeat": ' + b"9" * 5000 + b', "values": {}}',
    ],
    ids=lambda line: line[:40].decode("latin-1"),
)
def test_a_line_of_any_content_is_damage_and_no_error(line):
    found = summarise(SAMPLE + line + b"\n")
    assert found.damaged == (f"line {SAMPLE.count(bytes([10])) + 1} is damaged",)
    assert found.metrics.keys() == summarise(SAMPLE).metrics.keys()


@given(st.binary(max_size=200), st.integers(0, len(SAMPLE)))
def test_no_bytes_make_it_fail(noise, at):
    data = SAMPLE[:at] + noise + SAMPLE[at:]
    assert summarise(data).results_bytes == len(data)


def test_damage_is_named_up_to_a_bound():
    found = summarise(b"x\n" * 1000)
    assert found.damaged[0] == "line 1 is damaged"
    assert found.damaged[-1] == "980 more lines are damaged"
    assert len(found.damaged) == 21


def test_more_metrics_than_fit_are_said_to_be_hidden():
    values = {f"m{index}": 1.0 for index in range(600)}
    lines = [json.dumps({"repeat": repeat, "values": values}) for repeat in range(1, 4)]
    lines.append(json.dumps({"repeat": 1, "end": {"status": "finished"}}))
    many = "".join(f'{{"repeat": {repeat}, "begin": {{}}}}\n' for repeat in range(1, 20_001))
    found = summarise(("\n".join(lines) + "\n" + many).encode())
    assert len(found.metrics) == 250
    assert found.damaged == ("350 more metrics are not shown",)


def test_a_line_longer_than_any_record_is_damaged_and_the_next_counts():
    fold = Fold()
    for _ in range(20):
        fold.feed(b" " * (1 << 20))
    fold.feed(b"\n" + SAMPLE)
    assert fold.summary().damaged == ("line 1 is damaged",)
    assert fold.summary().metrics["accuracy"].n == 2


@pytest.mark.parametrize(
    ("values", "mean", "sem"),
    [
        ([], None, None),
        ([0.5], 0.5, None),
        ([0.1] * 60, 0.1, 0.0),
        ([1e16, 1.0, -1e16], 1 / 3, math.sqrt(1e32 / 3)),
        ([1.7e308, 1.7e308, 1.6e308], 5 / 3 * 1e308, 1e307 / 3),
        ([1e-308, 2e-308, 3e-308], 2e-308, 1e-308 / math.sqrt(3)),
    ],
    ids=["none", "one", "sixty equal ones", "cancelling", "near the largest", "near the smallest"],
)
def test_mean_and_sem_are_exact(values, mean, sem):
    assert mean_of(values) == (None if mean is None else pytest.approx(mean, rel=1e-12))
    assert sem_of(values) == (None if sem is None else pytest.approx(sem, rel=1e-9))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=20))
def test_mean_and_sem_exist_for_all_finite_values(values):
    mean, sem = mean_of(values), sem_of(values)
    assert min(values) <= mean <= max(values) or mean == pytest.approx(min(values)) or math.isfinite(mean)
    assert sem >= 0
    assert shown(mean, sem)


@pytest.mark.parametrize(
    ("mean", "sem", "said"),
    [
        (0.91234, 0.00412, "0.912 ± 0.004"),
        (0.91234, 0.0996, "0.91 ± 0.10"),
        (-3.0, 0.5, "-3.0 ± 0.5"),
        (0.5, 0.0, "0.500 ± 0.000"),
        (0.0, 0.0, "0 ± 0"),
        (1e-12, 1e-13, "1e-12 ± 1e-13"),
        (2.5e12, 4e10, "2.5e+12 ± 4e+10"),
        (1234567.0, 250.0, "1234567 ± 250"),
        (0.5, math.inf, "0.5"),
        (None, None, "–"),
    ],
)
def test_a_mean_is_shown_with_the_digits_its_sem_carries(mean, sem, said):
    assert shown(mean, sem) == said


def test_decimals_follow_the_sem():
    assert decimals(0.9, 0.0041) == 3
    assert decimals(0.9, 0.0141) == 3
    assert decimals(900.0, 40.0) == 0
