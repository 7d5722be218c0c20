"""What the panel reads of single files: logs, curves, figures, spreadsheets, differences."""

import io
import json
import sys

import openpyxl
import pytest

from jupyter_xpt.edges.disk import logfile
from tests import builders, servers
from tests.servers import PICTURE, RUN, message

LINES = [f"2026-11-23 12:34:12.{n:03} | line {n}" for n in range(900)]


async def run_route(panel, number: int = 4) -> str:
    """The route of the run that all experiments here have."""
    return f"{await panel.experiment(number)}/runs/{RUN}"


def write_log(panel, data: bytes) -> None:
    """Replaces the log of experiment 4."""
    (panel.root / "out" / "cats_004" / RUN / "log.txt").write_bytes(data)


async def test_a_log_is_given_from_its_end_and_followed(panel):
    servers.write_all(panel.root)
    text = "".join(line + "\n" for line in LINES).encode()
    write_log(panel, text)
    route = f"{await run_route(panel)}/log"
    last = await panel.get(f"{route}?tail=3")
    assert last == {"lines": LINES[-3:], "start": text.index(b"line 897") - 26, "end": len(text), "more": True}
    write_log(panel, text + b"one more\nand ha")
    assert (await panel.get(f"{route}?after={last['end']}"))["lines"] == ["one more", "and ha"]
    whole = await panel.get(route)
    assert (whole["lines"][0], whole["start"], whole["more"]) == (LINES[0], 0, False)


async def test_half_a_line_of_a_running_run_waits(panel):
    servers.write_all(panel.root)
    record = builders.run_record(2, status="running", process=builders.ELSEWHERE)
    builders.write_run(panel.root / "out" / "cats_004", record, b"", log="whole\nha")
    found = await panel.get(f"{await panel.experiment(4)}/runs/{record.run}/log?after=0")
    assert (found["lines"], found["end"], found["more"]) == (["whole"], 6, True)


async def test_a_log_is_searched(panel):
    servers.write_all(panel.root)
    write_log(panel, "".join(line + "\n" for line in LINES).encode() + "ÉTÉ\n".encode())
    route = f"{await run_route(panel)}/log"
    found = await panel.get(f"{route}?find=LINE%2089")
    assert found["found"] == [90, *range(891, 901)]
    assert found["lines"][0] == LINES[89]
    begins = found["offsets"][3]
    assert (await panel.get(f"{route}?after={begins}"))["lines"][0] == found["lines"][3]
    before = await panel.get(f"{route}?tail=2&before={begins}")
    assert (before["lines"], before["end"]) == (LINES[890:892], begins)
    assert (await panel.get(f"{route}?find=%C3%A9t%C3%A9"))["found"] == [901]
    assert (await panel.get(f"{route}?find=nothing"))["lines"] == []


async def test_a_log_shows_no_escapes(panel):
    servers.write_all(panel.root)
    write_log(panel, b"a\x1b[31mred\x1b[0m\x07\xff\x00 \xe2\x80\xaeb\r\n" + b"x" * 100_000 + b"\n")
    first, second = (await panel.get(f"{await run_route(panel)}/log"))["lines"]
    assert first == "ared\ufffd\ufffd\ufffd \ufffdb"
    assert len(second) < logfile.MAX_LINE + 10
    assert second.endswith(" …")


@pytest.mark.parametrize(
    "query",
    ["tail=-1", "tail=x", "tail=5001", "tail=", "after=-1", "after=1e3", "after=%C2%B2", "find=", f"find={'x' * 201}"],
)
async def test_a_question_to_a_log_that_is_none_is_refused(panel, query):
    servers.write_all(panel.root)
    answer = await panel.ask(f"{await run_route(panel)}/log?{query}")
    assert answer.code == 400
    assert message(answer)
    assert (await panel.ask(f"{await run_route(panel)}/log?tail=1&find=a")).code == 400


async def test_a_log_of_200_megabytes_is_answered_in_bounds(panel):
    servers.write_all(panel.root)
    block = b"".join(b"2026-11-23 12:34:12.123 | step %07d\n" % n for n in range(25_000))
    with (panel.root / "out" / "cats_004" / RUN / "log.txt").open("wb") as file:
        while file.tell() < 200 << 20:
            file.write(block)
        file.write(b"the very last\n")
        end = file.tell()
    route = f"{await run_route(panel)}/log"
    for query in ("tail=1", "tail=5000", "after=0", f"after={end // 2}", "find=step", "find=the%20very"):
        answer = await panel.ask(f"{route}?{query}")
        assert answer.code == 200
        assert len(answer.body) < 2 << 20
    found = json.loads(answer.body)
    assert found["lines"] == ["the very last"]
    assert found["found"] == [end // len(block) * 25_000 + 1]


async def test_curves_have_points_by_metric_and_repeat(panel):
    servers.write_all(panel.root)
    found = await panel.get(f"{await run_route(panel)}/curves")
    assert not found["cut"]
    assert found["metrics"].keys() == {"val/loss"}
    assert found["metrics"]["val/loss"]["1"][:2] == [[0.0, 1.0], [1.0, 0.5]]
    assert (await panel.get(await panel.experiment(4)))["runs"][0]["curves"] == ["val/loss"]


async def test_curves_go_on_as_the_run_does(panel):
    servers.write_all(panel.root)
    route = f"{await run_route(panel)}/curves"
    await panel.get(route)
    with (panel.root / "out" / "cats_004" / RUN / "results.jsonl").open("ab") as file:
        file.write(b'{"time": 1, "repeat": 1, "step": 9, "values": {"val/loss": "NaN"}}\n')
    assert (await panel.get(route))["metrics"]["val/loss"]["1"][-1] == [9.0, None]


@pytest.mark.parametrize("n", [50_000, pytest.param(1_000_000, marks=pytest.mark.long)])
async def test_very_many_results_are_answered_in_bounds(panel, n):
    servers.write_all(panel.root)
    with (panel.root / "out" / "cats_004" / RUN / "results.jsonl").open("ab") as file:
        for start in range(0, n, 50_000):
            steps = range(start, start + 50_000)
            file.write(b"".join(b'{"time":1,"repeat":2,"step":%d,"values":{"m":0.5}}\n' % step for step in steps))
    answer = await panel.ask(f"{await run_route(panel)}/curves")
    found = servers.held(answer)
    assert found["cut"]
    assert len(answer.body) < 100_000
    assert found["metrics"]["m"]["2"][-1] == [n - 1.0, 0.5]


async def test_a_figure_is_inert(panel):
    servers.write_all(panel.root)
    figures = panel.root / "out" / "cats_004" / RUN / "figures"
    (figures / "002.svg").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    (figures / "notes.txt").write_text("no figure")
    (figures / "003.html").write_text("<script>alert(1)</script>")
    assert (await panel.get(await panel.experiment(4)))["runs"][0]["figures"] == ["001.png", "002.svg"]
    for name, kind in (("001.png", "image/png"), ("002.svg", "image/svg+xml")):
        answer = await panel.ask(f"{await run_route(panel)}/figures/{name}")
        assert answer.code == 200
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
        assert answer.headers["Content-Security-Policy"] == policy
    assert (await panel.ask(f"{await run_route(panel)}/figures/001.png")).body == PICTURE
    for name in ("notes.txt", "003.html", "004.png", "001.PNG", "1.png"):
        assert (await panel.ask(f"{await run_route(panel)}/figures/{name}")).code == 404


async def test_a_series_is_exported(panel):
    builders.write_series(panel.root)
    builders.write_experiment(panel.root, builders.experiment_record(1, series="à b", source=None))
    answer = await panel.ask(f"{await panel.series('à b')}/export")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%A0%20b.csv"
    assert answer.body.decode().splitlines()[1].startswith("à b_001,")
    assert "cats" not in answer.body.decode()


async def test_a_series_is_exported_as_a_workbook(panel):
    builders.write_series(panel.root)
    builders.write_experiment(panel.root, builders.experiment_record(1, series="à b", source=None))
    (panel.root / "cats_001.ipynb").write_text("{}")
    before = sorted(panel.root.rglob("*"))
    answer = await panel.ask(f"{await panel.series()}/export?format=xlsx")
    assert answer.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''cats.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.body))["Experiments"]
    assert [cell.value for cell in sheet["A"]] == ["#", 1, 2, 3, 4, 5, 6]
    assert sheet["A2"].hyperlink is None
    assert sorted(panel.root.rglob("*")) == before
    same = await panel.ask(f"{await panel.series()}/export?format=csv")
    assert same.body == (await panel.ask(f"{await panel.series()}/export")).body


async def test_a_spreadsheet_that_cannot_be_is_refused(panel, monkeypatch):
    builders.write_series(panel.root)
    answer = await panel.ask(f"{await panel.series()}/export?format=ods")
    assert (answer.code, message(answer)) == (400, "format is csv or xlsx, not 'ods'")
    # As if it were not installed.
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    answer = await panel.ask(f"{await panel.series()}/export?format=xlsx")
    assert answer.code == 409
    assert message(answer).endswith("pip install openpyxl (or export to .csv)")


async def test_the_detail_tells_the_whole_experiment(panel):
    servers.write_all(panel.root)
    found = await panel.get(await panel.experiment(4))
    assert (found["row"]["number"], found["children"], found["exists"]) == (4, [6], False)
    assert found["notebook"] == "cats_004.ipynb"
    assert [one["said"] for one in found["changes"]] == ["n_estimators 100 → 300"]
    assert found["environment"]["packages"] == {"numpy": "2.1.0", "pandas": "2.2.0"}
    (run,) = found["runs"]
    assert (run["run"], run["figures"], run["log_bytes"]) == (RUN, ["001.png"], 30)
    assert run["each"][0]["values"]["accuracy"] == 0.934
    assert found["datasets"] == []


async def test_two_experiments_differ_in_cells(panel):
    servers.write_all(panel.root)
    found = await panel.get(f"{await panel.experiment(4)}/diff/2")
    assert (found["left"], found["right"]) == (2, 4)
    assert [one["said"] for one in found["changes"]]
    (cell,) = found["cells"]
    assert cell["kind"] == "edited"
    assert {(line["kind"], line["text"]) for line in cell["lines"]} >= {
        ("removed", "accuracy = 0.9"),
        ("added", "accuracy = 0.95"),
    }
    assert (await panel.ask(f"{await panel.experiment(4)}/diff/99")).code == 404


async def test_beside_itself_an_experiment_shows_its_source(panel):
    servers.write_all(panel.root)
    found = await panel.get(f"{await panel.experiment(4)}/diff/4")
    assert (found["left"], found["right"], found["changes"]) == (4, 4, [])
    (cell,) = found["cells"]
    assert cell["kind"] == "same"
    assert "accuracy = 0.95" in [line["text"] for line in cell["lines"]]


async def test_several_experiments_are_compared(panel):
    servers.write_all(panel.root)
    route = f"{await panel.series()}/compare"
    found = await panel.get(f"{route}?numbers=2,4,3")
    assert found["numbers"] == [2, 4, 3]
    assert found["metrics"][0] == "accuracy"
    judged = {(one["left"], one["right"]): one["verdict"] for one in found["verdicts"] if one["metric"] == "accuracy"}
    assert judged == {(2, 4): "improved", (2, 3): "worse"}
    assert any(row["what"] for row in found["rows"])
    for numbers in ("", "1", "1,1", "1,2,3,4,5,6,7", "1,x", "1,²", "1,,2", "0,1", "1,99", "1" * 20, "-1,2"):
        answer = await panel.ask(f"{route}?numbers={numbers.replace('²', '%C2%B2')}")
        assert answer.code in (400, 404), numbers
        assert message(answer)
