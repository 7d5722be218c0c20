import json
import math

import pytest
from hypothesis import given, strategies as st

from jupyter_xpt.thought.reading.curves import MAX_CURVES, MAX_POINTS, Curves
from tests.builders import results


def of(data: bytes, chunk: int = 0) -> Curves:
    """The curves of all bytes of a file, fed at once or in pieces."""
    curves = Curves()
    for start in range(0, len(data), chunk or len(data) or 1):
        curves.feed(data[start : start + (chunk or len(data))])
    return curves


def line(repeat: int = 1, step: float | str | None = None, **values: float | str) -> bytes:
    """A line that logs values."""
    told = {"time": 1.0, "repeat": repeat, "values": values} | ({} if step is None else {"step": step})
    return json.dumps(told).encode() + b"\n"


def test_points_come_in_logged_order():
    data = b"".join(line(step=step, loss=1 / (step + 1)) for step in range(4))
    assert of(data).metrics() == {"loss": {1: [(0.0, 1.0), (1.0, 0.5), (2.0, 1 / 3), (3.0, 0.25)]}}


def test_values_without_a_step_are_counted_on():
    assert of(line(2, f1=0.5) * 3).metrics() == {"f1": {2: [(0.0, 0.5), (1.0, 0.5), (2.0, 0.5)]}}


def test_a_metric_that_each_repeat_logged_once_is_no_curve():
    data = results({"accuracy": [0.9, 0.8]}) + line(1, loss=1.0) + line(1, loss=0.5) + line(2, loss=0.7)
    assert of(data).metrics() == {"loss": {1: [(0.0, 1.0), (1.0, 0.5)], 2: [(0.0, 0.7)]}}
    assert not of(data).cut


@pytest.mark.parametrize("n", [MAX_POINTS, MAX_POINTS + 1, 12_345])
def test_of_many_points_a_thousand_are_given_first_and_last_among_them(n):
    curves = of(b"".join(line(step=step, loss=float(step)) for step in range(n)))
    points = curves.metrics()["loss"][1]
    assert len(points) <= MAX_POINTS
    assert len(points) > MAX_POINTS / 4
    assert (points[0], points[-1]) == ((0.0, 0.0), (n - 1.0, n - 1.0))
    assert points == sorted(points)
    assert curves.cut == (n > MAX_POINTS)


def test_very_many_curves_share_what_fits():
    curves = of(b"".join(line(step=step, **{f"m{i}": 1.0 for i in range(MAX_CURVES + 9)}) for step in range(300)))
    found = curves.metrics()
    assert len(found) == MAX_CURVES
    assert sum(len(points) for repeats in found.values() for points in repeats.values()) <= 100_000
    assert curves.cut


def test_a_file_in_pieces_gives_what_the_whole_gives():
    data = b"".join(line(1 + step % 2, step, loss=float(step)) for step in range(30))
    for chunk in (1, 7, 64, 1000):
        assert of(data, chunk).metrics() == of(data).metrics()


def test_a_last_line_without_its_end_counts_when_nothing_more_comes():
    data = (line(loss=1.0) * 2 + line(loss=3.0)).removesuffix(b"\n")
    assert len(of(data).metrics()["loss"][1]) == 2
    assert len(of(data).metrics(over=True)["loss"][1]) == 3


@pytest.mark.parametrize("damaged", [b"{", b'{"values": 1}', line(step="NaN", loss=9.0).strip(), b"[" * 5000])
def test_damage_hides_nothing_else(damaged):
    data = line(loss=1.0) + damaged + b"\n" + line(loss=2.0)
    assert [value for _, value in of(data).metrics()["loss"][1]] == [1.0, 2.0]


def test_values_that_are_not_finite_stay():
    points = of(line(loss="NaN") + line(loss="Infinity")).metrics()["loss"][1]
    assert math.isnan(points[0][1])
    assert points[1][1] == math.inf


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(noise):
    of(line(loss=1.0) + noise + line(loss=1.0)).metrics(over=True)
