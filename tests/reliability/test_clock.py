"""The clock: two runs a second, time zones, an hour that comes twice and one that never comes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jupyter_xpt.actions.overview import overview
from jupyter_xpt.ground.names import is_run_name
from jupyter_xpt.ground.records import RunRecord
from tests.kernels import kernel
from tests.projects import facts, run_folder, runs, values

CELL = "%%experiment name=cats\nxpt.log(accuracy=next(count))"
# As TZ takes them: no time zone database is needed.
ZONES = {
    "UTC0": timedelta(0),
    "NST3:30": timedelta(hours=-3, minutes=-30),
    "NPT-5:45": timedelta(hours=5, minutes=45),
    "LINT-14": timedelta(hours=14),
}


def moment(text: str | None) -> datetime:
    """A recorded time, which must bear its offset."""
    assert text is not None
    found = datetime.fromisoformat(text)
    assert found.tzinfo is not None
    return found


def check_times(record: RunRecord, earliest: datetime) -> None:
    """Asserts that a run's times are true, whatever the wall clock showed."""
    began, ended = moment(record.started), moment(record.ended)
    assert earliest - timedelta(seconds=1) <= began <= ended <= datetime.now(UTC) + timedelta(seconds=1)
    assert record.seconds is not None
    assert abs((ended - began).total_seconds() - record.seconds) < 1
    assert record.run.startswith(f"{began:%Y_%m_%d-%H_%M_%S}")
    assert is_run_name(record.run)


@pytest.mark.parametrize("zone, offset", ZONES.items(), ids=ZONES.keys())
def test_many_runs_a_second_have_names_of_their_own_in_local_time(tmp_path: Path, zone: str, offset: timedelta) -> None:
    earliest = datetime.now(UTC)
    with kernel(tmp_path, TZ=zone) as running:
        running.run("from itertools import count\ncount = count()")
        # In one request, so that several begin within a second.
        several = f"for _ in range(25):\n    get_ipython().run_cell({CELL!r})"
        assert running.run(several).status == "ok"
    found = runs(tmp_path, 1, "cats")
    assert [record.index for record in found] == list(range(1, 26))
    assert len({record.run for record in found}) == 25
    assert any(record.run.endswith("-2") for record in found)
    for record in found:
        check_times(record, earliest)
        assert moment(record.started).utcoffset() == offset
    # In the order they ran, although -10 comes before -2 in a folder's listing.
    assert [values(run_folder(tmp_path, 1, index, "cats"), "accuracy") for index in range(1, 26)] == [
        [i] for i in range(25)
    ]
    assert [run.run for run in facts(tmp_path, "cats")[1].runs] == [record.run for record in found]


def zone_with(change: datetime, *, to_summer: bool) -> str:
    """A time zone whose clocks change at that moment (in UTC), in the form that TZ takes.

    Winter is UTC, summer an hour later. Rules are in the time that is left: that of winter for the change to
    summer, that of summer for the change back.
    """

    def rule(local: datetime) -> str:
        return f"{local.timetuple().tm_yday - 1}/{local:%H:%M:%S}"

    other = change - timedelta(days=60)
    if to_summer:
        return f"WIN0SUM-1,{rule(change)},{rule(other + timedelta(hours=1))}"
    return f"WIN0SUM-1,{rule(other)},{rule(change + timedelta(hours=1))}"


@pytest.mark.parametrize("to_summer", [True, False], ids=["an hour is missing", "an hour comes twice"])
def test_a_change_of_the_clocks_loses_and_reorders_nothing(tmp_path: Path, to_summer: bool) -> None:
    earliest = datetime.now(UTC)
    change = (earliest + timedelta(seconds=4)).replace(microsecond=0)
    across = f"import time\ntime.sleep(max(0, {change.timestamp()} + 1 - time.time()))\n"
    with kernel(tmp_path, TZ=zone_with(change, to_summer=to_summer)) as running:
        running.run("from itertools import count\ncount = count()")
        running.run(CELL)
        assert time.time() < change.timestamp()
        running.run(CELL.replace("xpt.log", across + "xpt.log"))
        assert time.time() > change.timestamp()
        running.run(CELL)
    before, after = (timedelta(0), timedelta(hours=1)) if to_summer else (timedelta(hours=1), timedelta(0))
    first, third = runs(tmp_path, 1, "cats")
    (second,) = runs(tmp_path, 2, "cats")
    assert moment(first.started).utcoffset() == moment(second.started).utcoffset() == before
    assert moment(second.ended).utcoffset() == moment(third.started).utcoffset() == after
    for record in (first, second, third):
        check_times(record, earliest)
    assert second.seconds is not None
    assert 0.5 < second.seconds < 60
    assert [run.run for run in facts(tmp_path, "cats")[1].runs] == [first.run, third.run]
    assert [run.status for row in overview(tmp_path).rows for run in row.runs] == ["finished"] * 3
    # Names follow the wall clock; order does not.
    assert (first.run < third.run) == to_summer


def test_a_run_in_the_hour_that_comes_twice_gets_a_name_of_its_own(tmp_path: Path) -> None:
    with kernel(tmp_path) as running:
        running.run("from itertools import count\ncount = count()")
        running.run(CELL)
        folder = run_folder(tmp_path, series="cats").parent
        # An hour ago, as the clock shows it, a run began in each of the seconds to come.
        now = datetime.now().astimezone()
        taken = {f"{now + timedelta(seconds=seconds):%Y_%m_%d-%H_%M_%S}" for seconds in range(30)}
        for name in taken - {path.name for path in folder.iterdir()}:
            (folder / name).mkdir()
        assert running.run(CELL).status == "ok"
    first, second = runs(tmp_path, 1, "cats")
    assert second.run.removesuffix("-2") in taken
    assert second.run.endswith("-2")
    assert (first.status, second.status) == ("finished", "finished")
    assert not any((folder / name).exists() and list((folder / name).iterdir()) for name in taken - {first.run})
