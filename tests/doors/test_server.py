"""The routes: what they answer, and that nobody gets an answer without logging in."""

import json
from importlib.metadata import version

import pytest
from jupyter_server.auth import Authorizer
from jupyter_server.base.handlers import APIHandler
from tornado.httpclient import HTTPClientError
from tornado.web import Application

from tests import builders

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
# A value for each parameter of our routes.
VALUES = (
    ("places/([^/]+)", "places/0123456789abcdef"),
    ("([^/]+)", "cats"),
    ("([0-9]{1,12})", "4"),
    ("([0-9_-]{1,40})", "2026_11_23-12_34_01"),
    (r"([0-9]{3,9}\.(?:png|jpg|gif|svg))", "001.png"),
)


class NobodyMay(Authorizer):
    """Users are known, and may do nothing."""

    def is_authorized(self, handler, user, action, resource):
        return False


class UnguardedHandler(APIHandler):
    """A route as someone would write it who forgot the decorators."""

    def get(self):
        self.finish({})


@pytest.fixture
def jp_server_config():
    return {"ServerApp": {"jpserver_extensions": {"jupyter_xpt": True}}}


def our_routes(app: Application) -> list[str]:
    """The path of every route of ours, as the server knows them."""
    rules = [rule for group in app.default_router.rules for rule in getattr(group.target, "rules", [])]
    patterns = [rule.matcher.regex.pattern for rule in rules if hasattr(rule.matcher, "regex")]
    return sorted({pattern.rstrip("$") for pattern in patterns if "/jupyter-xpt/" in pattern})


def filled(route: str) -> str:
    """A route with a value in place of each parameter."""
    for pattern, value in VALUES:
        route = route.replace(pattern, value)
    assert "(" not in route, "a parameter that this test knows no value for"
    return route


async def status(fetch, route: str, **options) -> int:
    """The status that the server answers with."""
    if options.get("method") in ("POST", "PUT", "PATCH"):
        options["body"] = "{}"
    try:
        return (await fetch(route, **options)).code
    except HTTPClientError as refusal:
        return refusal.code


async def answered_without_token(app: Application, fetch, base: str) -> list[str]:
    """Every verb and route that answers somebody who has not logged in."""
    nobody = {"Authorization": ""}
    return [
        f"{verb} {route}"
        for route in our_routes(app)
        for verb in VERBS
        if await status(fetch, filled(route).removeprefix(base), method=verb, headers=nobody) not in (401, 403, 405)
    ]


async def test_about_gives_the_installed_version(jp_fetch):
    answer = await jp_fetch("jupyter-xpt", "about")
    assert json.loads(answer.body) == {"version": version("jupyter_xpt")}


async def test_no_route_answers_without_a_token(jp_serverapp, jp_fetch, jp_base_url):
    assert f"{jp_base_url}jupyter-xpt/about" in our_routes(jp_serverapp.web_app)
    assert await answered_without_token(jp_serverapp.web_app, jp_fetch, jp_base_url) == []


async def test_a_route_without_decorators_would_be_found(jp_serverapp, jp_fetch, jp_base_url):
    jp_serverapp.web_app.add_handlers(".*$", [(f"{jp_base_url}jupyter-xpt/unguarded", UnguardedHandler)])
    found = await answered_without_token(jp_serverapp.web_app, jp_fetch, jp_base_url)
    assert found == [f"GET {jp_base_url}jupyter-xpt/unguarded"]


async def test_who_is_known_but_may_not_gets_no_answer(jp_serverapp, jp_fetch):
    jp_serverapp.web_app.settings["authorizer"] = NobodyMay(parent=jp_serverapp)
    assert await status(jp_fetch, "jupyter-xpt/about") == 403


async def test_overview_comes_whole_and_then_only_what_changed(jp_fetch, jp_root_dir):
    builders.write_series(jp_root_dir)
    place = json.loads((await jp_fetch("jupyter-xpt", "places")).body)["places"][0]["place"]

    async def look(since: str) -> dict:
        return json.loads((await jp_fetch("jupyter-xpt", "places", place, "overview", params={"since": since})).body)

    first = await look("nothing known")
    assert first["full"]
    assert [row["number"] for row in first["series"][0]["rows"]] == [1, 2, 4, 6, 3, 5]
    builders.write_experiment(jp_root_dir, builders.experiment_record(6, 4, note="another note", source=None))
    second = await look(first["revision"])
    assert not second["full"]
    assert [(row["number"], row["note"]) for row in second["series"][0]["rows"]] == [(6, "another note")]
    assert (await look(second["revision"]))["series"] == []
