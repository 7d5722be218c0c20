"""Configuration files are kept without their secrets, layout and meaning as they are, and tell their values."""

from __future__ import annotations

import json
import tomllib

import pytest
import yaml
from hypothesis import given, settings, strategies as st

from jupyter_xpt.thought.data.secrets import MASK
from jupyter_xpt.thought.parameters.configuration import masked_file, values_of
from jupyter_xpt.thought.parameters.scalars import scalars

CANARY = "hunter2Canary"

SECRETS = {
    "a yaml mapping": ("a.yaml", f"db:\n  user: anna\n  password: {CANARY}  # mine\n", "db.password"),
    "yaml in quotes": ("a.yml", f"api_key: '{CANARY} x: y'\n", "api_key"),
    "a yaml list": ("a.yaml", f"servers:\n- name: a\n  api_key: {CANARY}\n", "servers.0.api_key"),
    "a list of secrets": ("a.yaml", f"passwords:\n  - {CANARY}\n", "passwords.0"),
    "yaml on one line": ("a.yaml", f"db: {{user: anna, password: {CANARY}, n: [1, 2]}}\n", "db.password"),
    "a yaml block": ("a.yaml", f"private_key: |\n  a\n\n  {CANARY}\nlr: 1\n", "private_key"),
    "yaml that goes on": ("a.yaml", f"password: a\n  {CANARY}\nlr: 1\n", "password"),
    "a tagged value": ("a.yaml", f"password: !!str {CANARY}\n", "password"),
    "a section of secrets": ("a.yaml", f"secrets:\n  db: {CANARY}\n", "secrets.db"),
    "a key by its owner": ("a.yaml", f"openai:\n  key: {CANARY}\n", "openai.key"),
    "a number as password": ("a.yaml", "db_password: 12345678\n", "db_password"),
    "a yaml login": ("a.yaml", f"url: postgresql://anna:{CANARY}@db/zoo\n", "url"),
    "a yaml note": ("a.yaml", f"# password: {CANARY}\nlr: 1\n", "line 1"),
    "a token by shape": ("a.yaml", f"x: sk-{CANARY}{CANARY}\n", "x"),
    "json": ("a.json", json.dumps({"a": [{"clientSecret": f'{CANARY}"x'}]}, indent=2), "a.0.clientSecret"),
    "json that is none": ("a.json", f'{{"password": "{CANARY}", }} // x', "password"),
    "json cut off": ("a.json", f'{{"password": "{CANARY}', "password"),
    "toml": ("a.toml", f'[db]\npassword = "{CANARY}"\n', "db.password"),
    "toml with dots": ("a.toml", f"api.key = '{CANARY}'\n", "api.key"),
    "a toml table inside": ("a.toml", f'db = {{ token = "{CANARY}", n = 1 }}\n', "db.token"),
    "a long toml text": ("a.toml", f'secret = """\n{CANARY}\n"""\nx = 1\n', "secret"),
    "tables of toml": ("a.toml", f'[[s]]\nx = 1\n[[s]]\naccess_key = "{CANARY}"\n', "s.1.access_key"),
    "ini": ("a.ini", f"[db]\npassword = {CANARY}\n", "db.password"),
    "ini that goes on": ("a.cfg", f"[db]\npassword: a\n  {CANARY}\nx = 1\n", "db.password"),
    "variables": (".env", f"export API_KEY={CANARY}\n", "API_KEY"),
    "a variable in lines": ("prod.env", f'MY_KEY="a\n{CANARY}" # x\n', "MY_KEY"),
    "a number in a variable": (".env.local", "DB_PASS=12345\n", "DB_PASS"),
    "a variable by shape": (".env", f"CACHE=redis://:{CANARY}@cache:1/0\n", "CACHE"),
    "what is no usual layout": ("a.json", f'{{{{\'a: 1,\n"password": "{CANARY}"}}}}\n', "line 2"),
    "a private key": (
        "a.txt.cfg",
        f"x = 1\n-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----\n",
        "line 2",
    ),
}


@pytest.mark.parametrize("name, text, path", SECRETS.values(), ids=SECRETS.keys())
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_secret_is_not_kept_and_named(name: str, text: str, path: str, newline: str) -> None:
    found = masked_file(name, text.replace("\n", newline))
    assert CANARY not in found.text
    assert "12345" not in found.text
    assert MASK in found.text
    assert found.names == (path,)
    assert masked_file(name, found.text).text == found.text


HARMLESS = {
    "words of a language model": (
        "a.yaml",
        "max_tokens: 512\ntokenizer: bert\npad_token: <pad>\neos_token: '</s>'\nmask_token: '[MASK]'\n"
        "stop_token: end\ntokens: [a, b]\nspecial_tokens: {x: y}\ntoken_type: word\nn_tokens: 3\n",
    ),
    "keys of tables": ("a.yaml", "key: value\nsort_key: name\nprimary_key: id\nkeys: [a, b]\nkey_path: x\n"),
    "where a secret lies": ("a.yaml", "password_file: x.txt\nsecret_name: x\npassword: null\nsecret: ''\n"),
    "what only refers to one": (
        "a.yaml",
        "password: ${oc.env:DB_PASSWORD}\napi_key: $API_KEY\ntoken: '{{ vault }}'\nsecret: %(secret)s\n",
    ),
    "switches": ("a.yaml", "password: false\nuse_auth: true\nauth: basic\nauthor: anna\n"),
    "filters": ("a.yaml", "low_pass: butter\npasses: 3\nfirst_pass: quick\n"),
    "addresses": ("a.yaml", "url: https://api.example.org/v1?units=metric\nhost: postgresql://db:5432/zoo\n"),
    "numbers": ("a.json", '{"max_tokens": 512, "api_key": 7, "lr": 1e-3, "commit": "0f3a0f3a0f3a0f3a0f3a0f3a0f3a"}'),
    "variables": (".env", "LEARNING_RATE=0.1\nPWD=/home/anna\nNAME=\n"),
    "a look-alike": ("a.yaml", "monkey: banana\nsecretary: anna\ncompass: north\nkeyboard: qwerty\n"),
    "nothing": ("a.yaml", ""),
}


@pytest.mark.parametrize("name, text", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_is_no_secret_stays_as_it_is(name: str, text: str) -> None:
    assert masked_file(name, text) == (text, ())


def test_the_layout_stays() -> None:
    text = "# settings\ndb:   # the zoo\n    user:  anna\n    password:   'x'   # mine\n\n\nlr: 0.1\n"
    assert masked_file("a.yaml", text).text == text.replace("'x'", f"'{MASK}'")


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
# What is written as a plain key or in quotes; keys of several lines have a notation of their own.
WRITTEN = st.text("ab1 :#-_?\"'{[&*!", min_size=1, max_size=6)
TREES = st.recursive(PLAIN, lambda one: st.lists(one, max_size=3) | st.dictionaries(KEYS, one, max_size=3))


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(KEYS, TREES, max_size=3), st.lists(KEYS, max_size=3), st.sampled_from([None, 2]))
def test_a_secret_anywhere_in_json_is_masked_and_the_rest_the_same(whole, path, indent) -> None:
    place = whole
    for key in path:
        place[key] = place = {}
    place["password"] = CANARY
    found = masked_file("a.json", json.dumps(whole, indent=indent))
    assert CANARY not in found.text
    place["password"] = MASK
    assert json.loads(found.text) == whole


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(WRITTEN, TREES, max_size=3), st.sampled_from([None, True, False]))
def test_a_secret_in_what_yaml_writes_is_masked_and_the_rest_the_same(whole, flow) -> None:
    whole["password"] = CANARY
    whole["more"] = [{"a": 1, "api_key": CANARY}]
    found = masked_file("a.yaml", yaml.safe_dump(whole, default_flow_style=flow, allow_unicode=True))
    assert CANARY not in found.text
    whole["password"] = whole["more"][0]["api_key"] = MASK
    read = yaml.safe_load(found.text)
    assert read["password"] == MASK
    assert read["more"] == whole["more"]


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(["a.json", "a.toml", "a.yaml", "a.ini", ".env"]), st.text("ab{}[]:=,#'\"\n -|\\&!\t.0", max_size=60)
)
def test_any_text_is_read_and_its_places_are_in_it_and_in_order(name: str, text: str) -> None:
    places = [(one.start, one.end) for one in scalars(name, text)]
    assert all(0 <= start <= end <= len(text) for start, end in places)
    assert places == sorted(places)
    assert isinstance(values_of(name, text), dict)
    masked_file(name, f"{text}\npassword: {text}\n")


VALUES = {
    "yaml": (
        "a.yaml",
        "train:\n  lr: 0.1\n  layers:\n  - 64\n  - 32\n  name: big one # x\n  drop: ~\n  on: yes\n"
        "x: {a: [1, 2], b: 1e-3}\n",
        {
            "train.lr": 0.1,
            "train.layers": "[64, 32]",
            "train.name": "big one",
            "train.drop": None,
            "train.on": True,
            "x.a": "[1, 2]",
            "x.b": 0.001,
        },
    ),
    "a list of mappings": ("a.yaml", "steps:\n- lr: 1\n- lr: 2\n", {"steps.0.lr": 1, "steps.1.lr": 2}),
    "json": ("a.json", '{"train": {"lr": 0.1, "layers": [64, 32]}}', {"train.lr": 0.1, "train.layers": "[64, 32]"}),
    "toml": ("a.toml", "[train]\nlr = 0.1\nday = 2026-11-23\n", {"train.lr": 0.1, "train.day": "2026-11-23"}),
    "ini": ("a.ini", "[train]\nlr = 0.1\nName = x\n", {"train.lr": 0.1, "train.Name": "x"}),
    "variables": (".env", "LR=0.1\n", {}),
    "data": ("a.json", json.dumps({str(n): n for n in range(300)}), {}),
    "a list": ("a.json", "[1, 2]", {}),
    "no json": ("a.json", "{", {}),
    "a masked one": ("a.yaml", 'password: "***"\nlr: 1\n', {"lr": 1}),
}


@pytest.mark.parametrize("name, text, values", VALUES.values(), ids=VALUES.keys())
def test_a_file_tells_its_values_by_path(name: str, text: str, values: dict[str, object]) -> None:
    assert values_of(name, text) == values


def test_toml_that_is_masked_is_toml() -> None:
    text = "a = 1\n[db]\npassword = \"x\"\nurl = \"redis://:x@h/1\"\n[[s]]\ntoken = '''x'''\n"
    assert tomllib.loads(masked_file("a.toml", text).text)["db"] == {"password": MASK, "url": "redis://***@h/1"}
