"""What comes from outside: hostile parameters, and hostile folders. Nothing outside is read or written."""

import json
import logging
import os
from urllib.parse import quote

import pytest

from jupyter_xpt.ground.names import printable
from jupyter_xpt.ground.records import Change, Warned
from tests import builders, servers
from tests.projects import tree
from tests.servers import RUN

CANARY = "canary-51f0"
TARGETS = ("etc/passwd", "canary.txt", "cats_004/experiment.json", "out/cats_004/experiment.json", "cats.ipynb")
UPS = (
    "../",
    "..\\",
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "..%5c",
    "....//",
    "..;/",
    "%252e%252e%252f",
    "..%c0%af",
    "..%u2215",
)
DEPTHS = (1, 3, 9)
ODD = (
    *("", " ", ".", "..", "...", "~", "~root", "/", "//", "\\", "-"),
    *("--help", "*", "?", "#", "%", "%%", "%s%s", "{}", "${HOME}"),
    *("$(id)", "`id`", ";id", "|id", "&&id", "'", '"', "' OR 1=1 --"),
    *("<script>alert(1)</script>", "javascript:alert(1)"),
    *("\0", "cats\0", "\0cats", "\x01", "\x1b[31m", "\r\n"),
    *("a\r\nSet-Cookie: x=1", "\t", "\u202ecats", "\u200b", "\ufeffcats"),
    *("²", "٣", "４", "1e3", "1.0", "-1", "+1", "0", "00", "0x4"),
    *("1_0", "9" * 12, "9" * 13, "9" * 400, "NaN", "null", "True"),
    *("cats ", " cats", "Cats", "CATS", "cats.", "cats_004", "cats_004/"),
    *("cats/../cats", "dogs", "cats/", "c\u0430ts", "cats\u0301"),
    *("CON", "nul", "aux.txt", "com1", "a" * 255, "a" * 256),
    *("a" * 5000, "é" * 300, "\U0001f408" * 100, "\ud7ff", "\uffff"),
    *(".xpt", "..xpt", ".xpt/lock", ".xpt/numbers/cats/004"),
    *(".xpt/trash", "experiment.json", "run.json", "log.txt", "source"),
    *("file:///etc/passwd", "http://evil.invalid/", "//evil.invalid/x"),
    *("C:\\Windows", "\\\\server\\share", "/proc/self/environ"),
    *("001.png/../log.txt", "001.png\0.txt", "001.PNG", "001.png "),
    *("1.png", "001.html", "0000000001.png", "001.png.png"),
    *("2026_11_23-12_34_01/..", "2026_11_23-12_34_02", "2026_11_23-12_34_01-2"),
    *("2026_11_23", "link", "2026_11_23-12_34_01/source"),
)  # fmt: skip
HOSTILE = sorted(
    {
        *(f"{up * depth}{target}" for up in UPS for depth in DEPTHS for target in TARGETS),
        *(f"/{target}" for target in TARGETS),
        *(f"cats/{up}{target}" for up in UPS for target in TARGETS),
        *ODD,
    }
)
# Sent as they are, as far as a request line can hold them: what is encoded twice decodes to something else.
PLAIN = [one for one in HOSTILE if one.isascii() and one.isprintable() and not set(one) & set(' #?"<>\\^`{|}')]


def sent(text: str) -> str:
    """The text as one part of an address, whatever it holds."""
    return quote(text, safe="")


def routes(place: str, value: str) -> dict[str, tuple[str, ...]]:
    """Every route with the value in each place where a parameter stands, and the verbs that it has."""
    cats = f"places/{place}/series/cats"
    four = f"{cats}/experiments/4"
    run = f"{four}/runs/{RUN}"
    return {
        f"places/{value}/overview": ("GET",),
        f"places/{value}/series/cats/experiments/4": ("GET", "PATCH", "DELETE"),
        f"places/{place}/series/{value}": ("PATCH",),
        f"places/{place}/series/{value}/export": ("GET",),
        f"places/{place}/series/{value}/export?format=xlsx": ("GET",),
        f"{cats}/export?format={value}": ("GET",),
        f"places/{place}/series/{value}/compare?numbers=1,2": ("GET",),
        f"places/{place}/series/{value}/experiments": ("POST",),
        f"places/{place}/series/{value}/experiments/4": ("GET", "PATCH", "DELETE"),
        f"places/{place}/series/{value}/experiments/4/diff/2": ("GET",),
        f"places/{place}/series/{value}/experiments/4/restore": ("POST",),
        f"places/{place}/series/{value}/experiments/4/undelete": ("POST",),
        f"places/{place}/series/{value}/experiments/4/runs/{RUN}/log": ("GET",),
        f"{cats}/experiments/{value}": ("GET", "PATCH", "DELETE"),
        f"{cats}/experiments/{value}/restore": ("POST",),
        f"{four}/diff/{value}": ("GET",),
        f"{four}/runs/{value}/log": ("GET",),
        f"{four}/runs/{value}/curves": ("GET",),
        f"{four}/runs/{value}/figures/001.png": ("GET",),
        f"{run}/figures/{value}": ("GET",),
        f"{cats}/compare?numbers={value}": ("GET",),
        f"{run}/log?tail={value}": ("GET",),
        f"{run}/log?after={value}": ("GET",),
    }


BODIES = {"PATCH": {"note": "x"}, "POST": {"parent": 4, "note": "x"}}


def plant(folder, canary=CANARY) -> None:
    """Files that no route serves, in the folder and above it."""
    for place in (
        folder.parent,
        folder,
        folder / "out",
        folder / "out" / "cats_004",
        folder / "out" / "cats_004" / RUN,
    ):
        (place / "canary.txt").write_text(canary)


def test_there_are_enough_hostile_strings():
    assert len(HOSTILE) >= 300


# Every string meets every parameter in the long set, a quarter of them in the quick one.
@pytest.mark.parametrize("part", [pytest.param(n, marks=[pytest.mark.long] if n % 4 else []) for n in range(8)])
async def test_no_parameter_leads_anywhere_else(panel, part):
    servers.write_all(panel.root)
    plant(panel.root)
    place = await panel.place()
    before = tree(panel.root.parent)
    wrong = []
    for value in HOSTILE[part::8]:
        for given in {sent(value), value} if value in PLAIN else {sent(value)}:
            for route, verbs in routes(place, given).items():
                for verb in verbs:
                    answer = await panel.ask(route, verb, BODIES.get(verb))
                    fine = 400 <= answer.code < 500 or harmless(value, route)
                    if not fine or CANARY.encode() in answer.body:
                        wrong.append((verb, route, answer.code, answer.body[:80]))
    assert wrong == []
    assert tree(panel.root.parent) == before


@pytest.fixture(autouse=True)
def quiet(panel):
    """Thousands of refusals need not be written down one by one."""
    loggers = (panel.app.log, logging.getLogger("tornado.access"), logging.getLogger("tornado.general"))
    for one in loggers:
        one.setLevel("CRITICAL")
    yield
    for one in loggers[1:]:
        one.setLevel("NOTSET")


def harmless(value: str, route: str) -> bool:
    """Whether a value is what the route takes: an offset of 0, no lines at all."""
    return "/log?" in route and value.strip(" +").isdigit() and value.isascii()


async def test_no_text_in_a_body_leads_anywhere(panel):
    servers.write_all(panel.root)
    place = await panel.place()
    before = tree(panel.root.parent)
    for value in HOSTILE[::3]:
        for body in ({"baseline": value}, {"goals": {value: value}}, {value: 1}):
            assert (await panel.ask(f"places/{place}/series/cats", "PATCH", body)).code == 400
        answer = await panel.ask(f"places/{place}/series/cats/experiments", "POST", {"parent": value, "note": ""})
        assert answer.code == 400
    assert tree(panel.root.parent) == before


async def test_any_text_is_a_note_and_comes_back_printable(panel):
    servers.write_all(panel.root)
    route = await panel.experiment(4)
    for value in HOSTILE[::5]:
        row = (await panel.send("PATCH", route, {"note": value}))["row"]
        assert all(printable(line) == line for line in row["note"].split("\n"))
    assert {path.name for path in (panel.root / "out").iterdir()} >= {"cats_004"}


@pytest.fixture
def outside(tmp_path):
    """A folder outside, like one of ours in every respect."""
    folder = tmp_path / "outside"
    folder.mkdir()
    servers.write_all(folder)
    for path in (folder / "out" / "cats_004" / RUN).glob("*.*"):
        if path.name == "log.txt":
            path.write_text(CANARY)
    (folder / "out" / "cats_004" / RUN / "figures" / "001.png").write_text(CANARY)
    (folder / "out" / "cats_004" / RUN / "environment.json").write_text(json.dumps({"interpreter": {"x": CANARY}}))
    source = folder / "out" / "cats_004" / RUN / "source"
    (source / "cats_004.ipynb").write_bytes(servers.notebook(CANARY))
    (source / "executed.json").write_text(json.dumps({"cell": CANARY, "above": [], "files": {}}))
    return folder


LINKED = (
    "",
    f"{RUN}",
    f"{RUN}/figures",
    f"{RUN}/figures/001.png",
    f"{RUN}/log.txt",
    f"{RUN}/environment.json",
    f"{RUN}/results.jsonl",
    f"{RUN}/source",
    f"{RUN}/source/cats_004.ipynb",
    f"{RUN}/source/executed.json",
    f"{RUN}/run.json",
    "experiment.json",
)


async def everything(panel) -> list[tuple[str, int, bytes]]:
    """What every question and act about experiment 4 answers."""
    place, route = await panel.place(), await panel.experiment(4)
    cats = await panel.series()
    found = []
    for verb, asked in (
        ("GET", f"places/{place}/overview"),
        ("GET", route),
        ("GET", f"{route}/diff/2"),
        ("GET", f"{cats}/compare?numbers=2,4"),
        ("GET", f"{cats}/export"),
        ("GET", f"{cats}/export?format=xlsx"),
        ("GET", f"{route}/runs/{RUN}/log"),
        ("GET", f"{route}/runs/{RUN}/log?find=canary"),
        ("GET", f"{route}/runs/{RUN}/log?after=0"),
        ("GET", f"{route}/runs/{RUN}/curves"),
        ("GET", f"{route}/runs/{RUN}/figures/001.png"),
        ("PATCH", route),
        ("POST", f"{route}/restore"),
        ("POST", f"{cats}/experiments"),
        ("DELETE", route),
        ("POST", f"{route}/undelete"),
    ):
        answer = await panel.ask(asked, verb, BODIES.get(verb))
        found.append((f"{verb} {asked}", answer.code, answer.body))
    return found


@pytest.mark.parametrize("below", LINKED, ids=lambda below: below or "the experiment")
async def test_links_in_a_folder_are_not_followed(panel, outside, below):
    servers.write_all(panel.root)
    path = panel.root / "out" / "cats_004" / below
    target = outside / "out" / "cats_004" / below
    if path.is_dir():
        path.rename(panel.root / "away")
    else:
        path.unlink()
    os.symlink(target, path)
    before = tree(outside)
    for asked, code, body in await everything(panel):
        assert code < 500, (asked, body)
        assert CANARY.encode() not in body, asked
    assert tree(outside) == before
    for notebook in panel.root.glob("*.ipynb"):
        assert CANARY not in notebook.read_text()


@pytest.mark.parametrize("below", [one for one in LINKED if one], ids=str)
async def test_pipes_hold_up_nobody(panel, below):
    servers.write_all(panel.root)
    path = panel.root / "out" / "cats_004" / below
    if path.is_dir():
        path.rename(panel.root / "away")
    else:
        path.unlink()
    os.mkfifo(path)
    for asked, code, body in await everything(panel):
        assert code < 500, (asked, body)


@pytest.mark.parametrize(
    "below", [".xpt", ".xpt/numbers", ".xpt/series", ".xpt/trash", ".xpt/numbers/cats", ".xpt/lock"]
)
async def test_nothing_is_written_through_a_link(panel, tmp_path, below):
    servers.write_all(panel.root)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = panel.root / "out" / below
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        path.rmdir()
    os.symlink(elsewhere / "lock" if below == ".xpt/lock" else elsewhere, path)
    answers = await everything(panel)
    answers += [("baseline", a.code, a.body) for a in [await panel.ask(await panel.series(), "PATCH", {"baseline": 2})]]
    assert list(elsewhere.iterdir()) == []
    for asked, code, body in answers:
        assert code in (200, 400, 404, 409, 500), asked
        assert code == 200 or servers.message(servers_answer(body)), asked


def servers_answer(body: bytes):
    """Something with a body, as an answer has one."""
    return type("Answer", (), {"body": body})()


HOSTILE_RECORDS = {
    "huge": b'{"series": "cats", "number": 4, "created": "' + b"x" * (17 << 20) + b'"}',
    "deep": b'{"series": "cats", "number": 4, "created": "", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "no JSON": b"\x00\xff" * 100,
    "another schema": b'{"schema": 99, "series": "cats", "number": 4, "created": ""}',
    "wrong kinds": b'{"series": "cats", "number": 4, "created": "", "tags": {"a": 1}}',
    "a list": b"[]",
}


@pytest.mark.parametrize("record", HOSTILE_RECORDS.values(), ids=HOSTILE_RECORDS.keys())
@pytest.mark.parametrize(
    "file", ["experiment.json", f"{RUN}/run.json", f"{RUN}/environment.json", f"{RUN}/summary.json"]
)
async def test_a_damaged_record_is_shown_as_damaged_and_hides_nothing_else(panel, record, file):
    servers.write_all(panel.root)
    (panel.root / "out" / "cats_004" / file).write_bytes(record)
    answer = await panel.ask(f"places/{await panel.place()}/overview")
    rows = {row["number"]: row for row in servers.held(answer)["series"][0]["rows"]}
    assert sorted(rows) == [1, 2, 3, 4, 5, 6]
    assert rows[2]["measured"]["accuracy"]["n"] == 5
    found = await panel.ask(await panel.experiment(4))
    assert found.code == 200
    assert len(answer.body) + len(found.body) < 1 << 20
    if file == "experiment.json":
        assert rows[4]["status"] == "damaged"
        assert any(one["code"] == "damaged" for one in servers.held(found)["warnings"])
    if file.endswith("run.json"):
        assert servers.held(found)["runs"][0]["damage"]


TEXTS = [
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "\x1b]0;x\x07",
    "\u202egnp.exe",
    "a\0b",
    "\ud800",
    "</script>",
]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
async def test_any_text_in_records_is_printable_on_the_wire(panel, text):
    record = builders.experiment_record(
        1,
        note=text,
        tags=(text,),
        created=text,
        changes=(Change(text, text, text, text, text),),
    )
    path = builders.write_experiment(panel.root, record)
    run = builders.run_record(
        error=text, arguments=text, seed=text, started=text, primary=text, goals={text: "max"}, git={"branch": text}
    )
    log = text.encode("utf-8", "replace").decode()
    made = builders.write_run(path, run, builders.results({text: [0.5, 0.6]}), log=log)
    (made / "environment.json").write_text(json.dumps({"packages": {text: text}, "interpreter": {text: [text]}}))
    route = await panel.experiment(1)
    for asked in (f"places/{await panel.place()}/overview", route, f"{route}/runs/{RUN}/log"):
        for one in strings(await panel.get(asked)):
            assert printable(one) == one, asked


def strings(value: object) -> list[str]:
    """Every text in an answer, names included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [text for pair in value.items() for one in pair for text in strings(one)] if isinstance(value, dict) else []


async def test_records_of_any_size_give_answers_of_bounded_size(panel):
    many = 20_000
    record = builders.experiment_record(
        1,
        note="n" * 1_000_000,
        tags=tuple(f"tag{n}" for n in range(many)),
        changes=tuple(Change("cell", "edited", "x" * 5000) for _ in range(many // 10)),
    )
    path = builders.write_experiment(panel.root, record)
    warned = tuple(Warned("XPT001", "w" * 100, "cell") for _ in range(many))
    run = builders.run_record(
        warnings=warned, arguments="a" * 1_000_000, incomplete=("i" * 1000,) * 1000, repeats=10**30
    )
    values = {f"metric{n}": [0.5] * 20 for n in range(2_000)}
    made = builders.write_run(path, run, builders.results(values))
    packages = {f"package{n}": "1.0" for n in range(many)}
    (made / "environment.json").write_text(json.dumps({"packages": packages}))
    for n in range(2, 700):
        (made / "figures").mkdir(exist_ok=True)
        (made / "figures" / f"{n:03}.png").write_bytes(b"")
    assert len((await panel.ask(f"places/{await panel.place()}/overview")).body) < 1 << 20
    found = await panel.ask(await panel.experiment(1))
    assert found.code == 200
    assert len(found.body) < 3 << 20
    assert servers.held(found)["runs"][0]["repeats"] == 0
