"""The routes as a whole: who gets an answer, from where, and what an error looks like."""

import json
import logging
from importlib.metadata import version

import pytest
from jupyter_server.auth import Authorizer
from jupyter_server.base.handlers import APIHandler
from tornado.web import Application

from tests import servers
from tests.projects import tree
from tests.servers import RUN, message

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
READS, WRITES = ("GET", "HEAD"), ("POST", "PUT", "PATCH", "DELETE")
# A value for each parameter of our routes; the place's id is filled in by the test.
VALUES = (
    ("diff/([0-9]{1,12})", "diff/2"),
    ("([^/]+)", "cats"),
    ("([0-9]{1,12})", "4"),
    ("([0-9_-]{1,40})", RUN),
    (r"([0-9]{3,9}\.(?:png|jpg|gif|svg))", "001.png"),
)


class NobodyMay(Authorizer):
    """Users are known, and may do nothing."""

    def is_authorized(self, handler, user, action, resource):
        return False


class ReadersMay(Authorizer):
    """Users may look, and change nothing."""

    def is_authorized(self, handler, user, action, resource):
        assert resource == "jupyter_xpt"
        return action == "read"


class UnguardedHandler(APIHandler):
    """A route as someone would write it who forgot the decorators."""

    def get(self):
        self.finish({})

    def post(self):
        self.finish({})


def our_routes(app: Application, base: str) -> list[str]:
    """Every route of ours as the server knows them, without what stands before our names."""
    rules = [rule for group in app.default_router.rules for rule in getattr(group.target, "rules", [])]
    patterns = [rule.matcher.regex.pattern for rule in rules if hasattr(rule.matcher, "regex")]
    ours = {pattern.rstrip("$").removeprefix(base) for pattern in patterns if "jupyter-xpt" in pattern}
    assert all(route.startswith("jupyter-xpt/") for route in ours)
    return sorted(route.removeprefix("jupyter-xpt/") for route in ours)


def filled(route: str, place: str) -> str:
    """A route with a value in place of each parameter."""
    route = route.replace("places/([^/]+)", f"places/{place}")
    for pattern, value in VALUES:
        route = route.replace(pattern, value)
    assert "(" not in route, "a parameter that this test knows no value for"
    return route


async def answers(panel, base, **options) -> dict[str, int]:
    """The status that each verb of each route answers with."""
    place = await panel.place()
    return {
        f"{verb} {route}": (await panel.ask(filled(route, place), verb, **options)).code
        for route in our_routes(panel.app.web_app, base)
        for verb in VERBS
    }


def not_in(found: dict[str, int], *allowed: int) -> dict[str, int]:
    """What was answered otherwise."""
    return {asked: code for asked, code in found.items() if code not in allowed}


async def test_about_gives_the_installed_version(panel):
    assert await panel.get("about") == {"version": version("jupyter_xpt")}


async def test_no_route_answers_without_a_token(panel, jp_base_url):
    servers.write_all(panel.root)
    before = tree(panel.root)
    found = await answers(panel, jp_base_url, headers={})
    assert len(found) >= 13 * len(VERBS)
    assert not_in(found, 401, 403, 405) == {}
    assert not_in(await answers(panel, jp_base_url, headers={"Authorization": "token wrong"}), 401, 403, 405) == {}
    assert tree(panel.root) == before


async def test_a_route_without_decorators_would_be_found(panel, jp_base_url):
    handler = (f"{jp_base_url}jupyter-xpt/unguarded", UnguardedHandler)
    panel.app.web_app.add_handlers(".*$", [handler])
    found = not_in(await answers(panel, jp_base_url, headers={}), 401, 403, 405)
    assert found == {"GET unguarded": 200}
    panel.app.web_app.settings["authorizer"] = NobodyMay(parent=panel.app)
    assert (await panel.ask("unguarded", "POST")).code == 200


async def test_every_verb_answers_who_may(panel, jp_base_url):
    servers.write_all(panel.root)
    place = await panel.place()
    for route in our_routes(panel.app.web_app, jp_base_url):
        answer = await panel.ask(filled(route, place) + "?numbers=1,2" * route.endswith("compare"))
        writes_only = route.endswith(("undelete", "restore", "experiments", "series/([^/]+)"))
        assert answer.code == (405 if writes_only else 200), (route, answer.body)


async def test_who_is_known_but_may_not_gets_no_answer(panel, jp_base_url):
    servers.write_all(panel.root)
    found = await answers_of_a_known_place(panel, jp_base_url, NobodyMay)
    assert not_in(found, 403, 405) == {}


async def test_who_may_only_look_changes_nothing(panel, jp_base_url):
    servers.write_all(panel.root)
    before = tree(panel.root)
    found = await answers_of_a_known_place(panel, jp_base_url, ReadersMay)
    # What to compare is asked for in the query.
    found.pop("GET places/([^/]+)/series/([^/]+)/compare")
    assert not_in({one: code for one, code in found.items() if one.startswith(READS)}, 200, 405) == {}
    assert not_in({one: code for one, code in found.items() if one.startswith(WRITES)}, 403, 405) == {}
    assert sum(code == 403 for code in found.values()) == 6
    assert tree(panel.root) == before


async def answers_of_a_known_place(panel, base, authorizer) -> dict[str, int]:
    """What is answered when the place was listed before somebody took the rights away."""
    place = await panel.place()
    panel.app.web_app.settings["authorizer"] = authorizer(parent=panel.app)
    return {
        f"{verb} {route}": (await panel.ask(filled(route, place), verb)).code
        for route in our_routes(panel.app.web_app, base)
        for verb in VERBS
    }


@pytest.fixture
def browser(panel, jp_asyncio_loop):
    """The headers of a browser that is logged in by its cookie, as a page of this server sends them."""

    async def log_in() -> dict[str, str]:
        told = (await panel.ask("about")).headers.get_list("Set-Cookie")
        login = next(one.partition(";")[0] for one in told if one.startswith("username"))
        host = f"127.0.0.1:{panel.app.port}"
        return {"Cookie": f"{login}; _xsrf=abc", "Referer": f"http://{host}/lab", "Origin": f"http://{host}"}

    return jp_asyncio_loop.run_until_complete(log_in())


async def test_a_page_of_this_server_may_look_and_change(panel, browser):
    servers.write_all(panel.root)
    route = await panel.experiment(4)
    assert (await panel.ask(route, headers=browser)).code == 200
    answer = await panel.ask(route, "PATCH", {"star": True}, {**browser, "X-XSRFToken": "abc"})
    assert servers.held(answer)["row"]["star"]


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"X-XSRFToken": "wrong"},
        {"X-XSRFToken": "abc", "Origin": "http://evil.invalid"},
        {"X-XSRFToken": "abc", "Host": "evil.invalid"},
    ],
    ids=["no token", "wrong token", "foreign origin", "foreign host"],
)
async def test_other_sites_change_nothing(panel, browser, jp_base_url, forged):
    servers.write_all(panel.root)
    before = tree(panel.root)
    found = await answers(panel, jp_base_url, headers={**browser, **forged})
    assert not_in({one: code for one, code in found.items() if one.startswith(WRITES)}, 403, 404, 405) == {}
    assert tree(panel.root) == before


@pytest.mark.parametrize(
    "forged",
    [
        {"Origin": "http://evil.invalid"},
        {"Host": "evil.invalid"},
        {"Origin": "http://127.0.0.1.evil.invalid", "Referer": "http://evil.invalid/"},
    ],
    ids=["foreign origin", "foreign host", "look-alike"],
)
async def test_other_sites_see_nothing(panel, browser, jp_base_url, forged):
    servers.write_all(panel.root)
    found = await answers(panel, jp_base_url, headers={**browser, **forged})
    assert not_in(found, 403, 404, 405) == {}


async def test_looking_changes_nothing_on_disk(panel, jp_base_url):
    servers.write_all(panel.root)
    place = await panel.place()
    before = tree(panel.root)
    times = {path: path.lstat().st_mtime_ns for path in panel.root.rglob("*")}
    for route in our_routes(panel.app.web_app, jp_base_url):
        for query in ("", "?tail=5", "?after=0", "?find=fit", "?numbers=1,2", "?since=x"):
            await panel.ask(filled(route, place) + query)
    assert tree(panel.root) == before
    assert {path: path.lstat().st_mtime_ns for path in panel.root.rglob("*")} == times


BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[1]",
    "an empty object": b"{}",
    "bytes": b"\xff\xfe\x00",
    "a number of any length": b'{"note": ' + b"9" * 10_000 + b"}",
    "a text that is not": b'{"note": "a\nb"}',
    "deep": b'{"note": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "much": b'{"note": "' + b"x" * 70_000 + b'"}',
    "a field that there is not": b'{"path": "/etc/passwd"}',
    "null": b'{"note": null}',
    "a list": b'{"note": ["a"]}',
    "true for a text": b'{"note": true}',
    "a text for true": b'{"star": "yes"}',
    "one for true": b'{"star": 1}',
    "text for tags": b'{"tags": "a"}',
    "numbers as tags": b'{"tags": [1]}',
    "a tag of two words": b'{"tags": ["a b"]}',
    "a tag of control characters": b'{"tags": ["a\\u001b"]}',
    "a long tag": b'{"tags": ["' + b"x" * 200 + b'"]}',
    "many tags": json.dumps({"tags": [f"t{i}" for i in range(60)]}).encode(),
    "a long note": b'{"note": "' + b"x" * 10_001 + b'"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_is_none_is_refused_in_one_line(panel, body):
    servers.write_all(panel.root)
    before = tree(panel.root)
    answer = await panel.ask(await panel.experiment(4), "PATCH", body)
    assert answer.code == 400, answer.body
    assert message(answer)
    assert tree(panel.root) == before


@pytest.mark.parametrize(
    "body",
    [
        {"baseline": "2"},
        {"baseline": True},
        {"baseline": 2.0},
        {"baseline": 0},
        {"baseline": 10**12},
        {"goals": {"accuracy": "up"}},
        {"goals": {"accuracy": ["max"]}},
        {"goals": ["max"]},
        {"goals": {"no such metric": "max"}},
        {"parent": 1},
    ],
    ids=str,
)
async def test_settings_of_a_series_are_checked(panel, body):
    servers.write_all(panel.root)
    before = tree(panel.root)
    answer = await panel.ask(await panel.series(), "PATCH", body)
    assert answer.code == 400, answer.body
    assert message(answer)
    assert tree(panel.root) == before


async def test_an_error_says_one_line_and_keeps_percent_signs(panel):
    servers.write_all(panel.root)
    answer = await panel.ask(await panel.experiment(4), "PATCH", {"100 %s": 1})
    assert message(answer) == "there is no '100 %s'; there is note, tags, star"
    assert message(await panel.ask("places", "PUT")) == "that cannot be done here"
    assert "login" in message(await panel.ask("places", headers={}))


async def test_a_full_disk_is_told_apart(panel, monkeypatch):
    servers.write_all(panel.root)
    route = await panel.experiment(4)
    (panel.root / "out" / "cats_004" / "experiment.json").unlink()
    (panel.root / "out" / "cats_004" / "experiment.json").mkdir()
    answer = await panel.ask(route, "PATCH", {"note": "x"})
    assert (answer.code, message(answer)) == (409, "experiment.json of cats_004 is not a plain file")


async def test_nothing_is_stored_by_a_browser(panel):
    headers = (await panel.ask("about")).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Etag" not in headers


async def test_loading_says_nothing_of_its_own(panel, caplog):
    with caplog.at_level(logging.INFO):
        panel.extension.initialize_handlers()
    assert caplog.records == []
