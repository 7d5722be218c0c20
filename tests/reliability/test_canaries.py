"""Canaries: forty secrets in the places where people have them; a run of an experiment keeps none."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.projects import notebook, run_folder, runs
from tests.repositories import make, run

ABOVE = """import os, sys, json
import features, tokens
api_key = os.environ["SERVICE_API_KEY"]
lr = float(os.environ.get("LEARNING_RATE", "0.1"))
database = os.environ["DATABASE_URL"]
sys.argv += ["--password", os.environ["TRAIN_PASSWORD"], "--token=" + os.environ["TRAIN_TOKEN"]]
dotenv = open(".env").read()
config = open("config.yaml").read()
settings = json.load(open("settings.json"))
"""
CELL = """%%experiment repeats=2
import jupyter_xpt as xpt
xpt.dataset(os.environ["DATA_URL"])
xpt.dataset(os.environ["SIGNED_URL"], name="signed")
xpt.dataset(os.environ["DATABASE_URL"], name="zoo")
xpt.dataset(os.environ["ODBC"], name="odbc")
xpt.log(value=features.scale(lr))
"""


@dataclass
class Cage:
    """The canaries, by where they were planted."""

    planted: dict[str, str] = field(default_factory=dict)

    def plant(self, where: str) -> str:
        """A new one."""
        assert where not in self.planted
        self.planted[where] = f"cn{len(self.planted):02d}x{secrets.token_hex(9)}"
        return self.planted[where]

    def found_in(self, data: bytes) -> set[str]:
        """Where those were planted that a text holds."""
        return {where for where, canary in self.planted.items() if canary.encode() in data}


def variables(cage: Cage) -> dict[str, str]:
    """Variables of the environment: read by the cell, read by nobody, and those that programs read."""
    password = cage.plant("address of a database")
    return {
        "SERVICE_API_KEY": cage.plant("a key that the cell reads"),
        "TRAIN_PASSWORD": cage.plant("an argument after its name"),
        "TRAIN_TOKEN": cage.plant("an argument with its name"),
        "DATABASE_URL": f"postgresql://anna:{password}@db.invalid:5432/zoo",
        "DATA_URL": f"https://anna:{cage.plant('user of an address')}@files.invalid/animals.csv",
        "SIGNED_URL": "https://b.s3.invalid/a.csv?versionId=7"
        f"&X-Amz-Credential={cage.plant('credential of an address')}&X-Amz-Signature={cage.plant('signature')}",
        "ODBC": f"Driver=x;Server=db;Uid=anna;Pwd={cage.plant('connection string')}",
        "AWS_SECRET_ACCESS_KEY": cage.plant("AWS"),
        "HF_TOKEN": f"hf_{cage.plant('Hugging Face')}",
        "OPENAI_API_KEY": f"sk-{cage.plant('OpenAI')}",
        "GITHUB_TOKEN": f"ghp_{cage.plant('GitHub')}",
        "PGPASSWORD": cage.plant("Postgres"),
        "NOBODY_READS_IT": cage.plant("a plain variable"),
        "PIP_INDEX_URL": f"https://u:{cage.plant('index of pip')}@pypi.invalid/simple",
        "HTTPS_PROXY": f"http://u:{cage.plant('proxy')}@proxy.invalid:3128",
        "JUPYTER_TOKEN": cage.plant("Jupyter"),
        "PYTHONUSERBASE": f"/nowhere/{cage.plant('folder of Python')}",
        "PYTHONWARNINGS": f"ignore:{cage.plant('warnings of Python')}",
        "GIT_SSH_COMMAND": f"sshpass -p {cage.plant('command of ssh')} ssh",
        "GIT_CONFIG_PARAMETERS": f"'http.extraHeader=Authorization: Basic {cage.plant('variable of git')}'",
    }


def repository(folder: Path, cage: Cage) -> None:
    """What git keeps of logins."""
    for name, value in {
        "remote.origin.url": f"https://anna:{cage.plant('password of a remote')}@git.invalid/a.git",
        "remote.origin.pushurl": f"https://{cage.plant('token of a remote')}@git.invalid/a.git",
        "remote.mirror.url": f"https://git.invalid/a.git?private_token={cage.plant('query of a remote')}",
        "remote.helped.url": f"ext::sh -c 'login {cage.plant('helper of a remote')}'",
        f"url.https://x:{cage.plant('rewritten address')}@git.invalid/.insteadOf": "https://git.invalid/",
        "http.extraHeader": f"Authorization: Basic {cage.plant('header')}",
        "credential.helper": f"!echo password={cage.plant('credential helper')}",
        "core.sshCommand": f"sshpass -p {cage.plant('command of a repository')} ssh",
    }.items():
        run(folder, "config", name, value)
    run(folder, "config", "branch.main.remote", "origin")


def files(folder: Path, cage: Cage) -> None:
    """Files of logins, unknown to git or known and edited; and configuration that the cell loads."""
    known = {
        "settings.toml": "[db]\npassword = {}\n",
        "credentials.json": '{{"private": {}}}\n',
        "deploy.sh": "curl -H 'Authorization: Bearer {}'\n",
        "remotes.txt": "https://anna:{}@git.invalid/b.git\n",
        "keys.ini": "[s3]\nsecret_key = {}\n",
    }
    for name in known:
        (folder / name).write_text("before\n")
    run(folder, "add", ".")
    run(folder, "commit", "--quiet", "-m", "careless")
    for name, text in known.items():
        canary = cage.plant(f"edited {name}")
        (folder / name).write_text(
            text.format(f'"{canary}"' if name in ("settings.toml", "credentials.json") else canary)
        )
    unknown = {
        ".env": "MODE=fast\nSECRET_KEY={}\n",
        ".netrc": "machine git.invalid login anna password {}\n",
        ".npmrc": "//registry.invalid/:_authToken={}\n",
        ".pypirc": "[pypi]\nusername = __token__\npassword = {}\n",
        "id_rsa": "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n",
        "server.pem": "{}\n",
        "config.yaml": "rate: 0.1\ndb:\n  user: anna\n  password: {}\n",
        "settings.json": '{{"rate": 0.1, "api_key": "{}"}}\n',
        "notes.md": "log in with https://anna:{}@example.invalid/\n",
    }
    for name, text in unknown.items():
        (folder / name).write_text(text.format(cage.plant(name)))
    (folder / "features.py").write_text("def scale(x):\n    return 2 * x\n")
    (folder / "tokens.py").write_text("def count(text):\n    return len(text.split())\n")


def package(folder: Path, cage: Cage) -> None:
    """A package that was installed by an address with a login."""
    described = folder / "mine-1.0.dist-info"
    described.mkdir(parents=True)
    url = f"https://anna:{cage.plant('origin of a package')}@git.invalid/mine.git"
    told = {"url": url, "vcs_info": {"vcs": "git", "commit_id": "1a2b3c"}}
    (described / "direct_url.json").write_text(json.dumps(told))


def everything(folder: Path) -> dict[str, bytes]:
    """All that a run leaves: files, and what the hidden commits add to what the user committed."""
    left = [folder / "experiments.csv", *(folder / "out").rglob("*"), *folder.glob("animals_0*.ipynb")]
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in left if path.is_file()}
    names = [path.relative_to(folder).as_posix().encode() for path in left]
    listed = run(folder, "rev-list", "--objects", "--glob=refs/xpt/*", "--not", "--branches").splitlines()
    objects = {line.split(" ")[0]: run(folder, "cat-file", "-p", line.split(" ")[0]).encode() for line in listed}
    refs = run(folder, "for-each-ref", "refs/xpt").encode()
    return {**found, **objects, "names": b"\n".join(names), "refs": refs}


def test_none_of_forty_secrets_is_kept(tmp_path: Path) -> None:
    cage = Cage()
    folder = make(tmp_path / "project")
    (folder / ".gitignore").write_text(".ipython/\n")
    repository(folder, cage)
    files(folder, cage)
    package(tmp_path / "packages", cage)
    given = {**variables(cage), "PYTHONPATH": str(tmp_path / "packages"), "LEARNING_RATE": "0.25"}
    assert len(cage.planted) >= 40
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        with notebook(folder, {"a": ABOVE, "b": CELL}) as book:
            assert book.kernel.run("%config XptMagics.hidden_commit = True\n%config XptMagics.commit_notebook = True")
            for cell in ("a", "b"):
                shown = book.run(cell)
                assert shown.status == "ok", shown.traceback
            blocks = shown.block
            book.settle()
    found = {where: cage.found_in(data) for where, data in everything(folder).items()}
    assert {where: names for where, names in found.items() if names} == {}
    assert cage.found_in(blocks.encode()) == set()
    # It is not for want of looking: the run kept what it is to keep.
    record = runs(folder, 1)[0]
    assert record.git is not None
    assert record.git["remote"] == "https://git.invalid/a.git"
    assert record.git["hidden"]
    assert {"credentials.json", "settings.toml", ".env", ".netrc", "notes.md"} <= set(record.git["left_out"])
    assert b"mine==1.0" in (run_folder(folder) / "requirements.txt").read_bytes()
    kept = run(folder, "ls-tree", "-r", "--name-only", record.git["hidden"]).splitlines()
    assert {"features.py", "tokens.py", "animals.ipynb"} <= set(kept)


def test_what_the_user_prints_or_writes_into_the_source_is_flagged(tmp_path: Path) -> None:
    cell = "%%experiment\nimport jupyter_xpt as xpt\nprint('starting')\nprint(open('login').read())\nxpt.log(value=1.0)"
    (tmp_path / "login").write_text("password: hunter2-hunter2\n")
    (tmp_path / "helper.py").write_text("API_KEY = 'abcdef0123456789'\n")
    with notebook(tmp_path, {"a": "import helper\ntoken = 'abcdef0123456789'", "b": cell}) as book:
        book.run("a")
        shown = book.run("b")
        book.settle()
    warned = [(one.text, one.where) for one in runs(tmp_path, 1)[0].warnings if one.code == "secret"]
    assert warned == [
        ("a cell above holds what looks like a secret (line 2), which is kept with the source", "cell 1 above"),
        ("helper.py holds what looks like a secret (line 1), which is kept with the source", "helper.py"),
        ("the log holds what looks like a secret (line 2)", "log.txt"),
    ]
    for text, _ in warned:
        assert text in shown.block


def test_a_notebook_that_holds_a_secret_is_not_committed(tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    with notebook(folder, {"a": "token = 'abcdef0123456789'", "b": "%%experiment\n0.5"}) as book:
        book.kernel.run("%config XptMagics.commit_notebook = True")
        book.run("a")
        shown = book.run("b")
        book.settle()
    assert "animals_001.ipynb was not committed: it holds what looks like a secret" in shown.block
    assert run(folder, "log", "--format=%s") == "first"
