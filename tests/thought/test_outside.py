"""What comes from outside is found by name, kept without secrets, and told in words."""

from __future__ import annotations

import pytest

from jupyter_xpt.ground.configuration import ARGUMENT, ASKED, ENVIRONMENT, INJECTED, OutsideRecord
from jupyter_xpt.ground.facts import RunFacts
from jupyter_xpt.ground.records import FINISHED, RunRecord, Summary
from jupyter_xpt.thought.code.outside import Read, injected, is_plumbing, reads, sets
from jupyter_xpt.thought.outside import answers, arguments, pooled, record, said

READS = {
    "an item": ("os.environ['LR']", Read(ENVIRONMENT, "LR")),
    "get": ("x = os.environ.get('LR', 1)", Read(ENVIRONMENT, "LR")),
    "getenv": ("os.getenv('LR')", Read(ENVIRONMENT, "LR")),
    "from os": ("environ['LR'], getenv('LR')", Read(ENVIRONMENT, "LR")),
    "whether it is there": ("if 'LR' in os.environ: pass", Read(ENVIRONMENT, "LR")),
    "taken out": ("os.environ.pop('LR')", Read(ENVIRONMENT, "LR")),
    "by a name": ("os.environ[KEY]", Read(ENVIRONMENT, "", "KEY")),
    "in a function": ("def f():\n    return os.environ['LR']", Read(ENVIRONMENT, "LR")),
    "the whole of it": ("dict(os.environ)", Read(ENVIRONMENT)),
    "the command line": ("sys.argv[1]", Read(ARGUMENT)),
    "argparse": ("parser.parse_args()", Read(ARGUMENT)),
    "an answer": ("float(input('Rate? '))", Read(ASKED)),
}


@pytest.mark.parametrize(("text", "read"), READS.values(), ids=READS.keys())
def test_what_is_read_is_found(text: str, read: Read) -> None:
    assert reads(text) == (read,)


@pytest.mark.parametrize(
    "text",
    [
        "os.environ['LR'] = '1'",
        "os.environ.update(LR='1')",
        "os.environ.update({'LR': '1'})",
        "os.environ.setdefault('LR', '1')",
        "os.putenv('LR', '1')",
        "get_ipython().run_line_magic('env', 'LR=1')",
    ],
)
def test_what_the_source_sets_itself_is_found_and_not_read(text: str) -> None:
    assert sets(text) == {Read(ENVIRONMENT, "LR")}
    assert reads(text) == ()


@pytest.mark.parametrize(
    "text", ["x = 1", "parser.parse_args(['--lr', '1'])", "self.input()", "x = environment['a']", "("]
)
def test_what_comes_from_nowhere_else(text: str) -> None:
    assert reads(text) == ()


def test_secrets_are_masked_by_name_and_by_shape() -> None:
    assert record(ENVIRONMENT, "DB_PASSWORD", "hunter2") == OutsideRecord(ENVIRONMENT, "DB_PASSWORD", None, masked=True)
    assert record(ENVIRONMENT, "MAPS_KEY", "hunter2").masked
    assert record(ENVIRONMENT, "X", "sk-abcdefghijklmnopqrstuv") == OutsideRecord(ENVIRONMENT, "X", None, masked=True)
    assert record(ENVIRONMENT, "DB", "postgresql://a:hunter2@h/zoo").value == "postgresql://***@h/zoo"
    assert record(ENVIRONMENT, "LR", "0.1") == OutsideRecord(ENVIRONMENT, "LR", "0.1")
    assert record(ENVIRONMENT, "LR", None) == OutsideRecord(ENVIRONMENT, "LR")


def test_a_command_line_is_told_by_its_options() -> None:
    words = ("data.csv", "--lr", "0.1", "--quick", "--seed=3", "-n", "-5", "--password", "hunter2", "--token=hunter2")
    assert [(one.name, one.value, one.masked) for one in arguments(words)] == [
        ("argv[1]", "data.csv", False),
        ("--lr", "0.1", False),
        ("--quick", "", False),
        ("--seed", "3", False),
        ("-n", "-5", False),
        ("--password", None, True),
        ("--token", None, True),
    ]


def test_answers_have_their_question_and_secrets_do_not_stay() -> None:
    asked = [
        ("Rate? ", "0.1"),
        ("Rate? ", "0.2"),
        ("Enter your API key, please: ", "hunter2"),
        ("Password", "x"),
        ("", "y"),
    ]
    assert [(one.name, one.value, one.masked) for one in answers(asked)] == [
        ("Rate? ", "0.1", False),
        ("Rate? (2)", "0.2", False),
        ("Enter your API key, please: ", None, True),
        ("Password", None, True),
        ("", "y", False),
    ]


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (OutsideRecord(ENVIRONMENT, "LEARNING_RATE", "0.1"), "LEARNING_RATE came from the environment (0.1)"),
        (OutsideRecord(ARGUMENT, "--lr", "0.1"), "--lr came from the command line (0.1)"),
        (OutsideRecord(ARGUMENT, "--quick", ""), "--quick came from the command line"),
        (OutsideRecord(INJECTED, "lr", "0.5"), "lr came from papermill (0.5)"),
        (OutsideRecord(ASKED, "Rate? ", "0.1"), "'Rate' was answered by hand (0.1)"),
        (OutsideRecord(ENVIRONMENT, "API_KEY", None, masked=True), ""),
        (OutsideRecord(ENVIRONMENT, "LR"), ""),
        (OutsideRecord(ENVIRONMENT, "HOME", "/home/anna"), ""),
        (OutsideRecord(ENVIRONMENT, "CUDA_VISIBLE_DEVICES", "0"), ""),
    ],
)
def test_what_came_is_said_by_name(one: OutsideRecord, text: str) -> None:
    assert said(one) == text


def test_plumbing_is_told_from_parameters() -> None:
    assert all(
        map(is_plumbing, ("PATH", "HOME", "LC_ALL", "OMP_NUM_THREADS", "HF_HOME", "XDG_CACHE_HOME", "SLURM_JOB_ID"))
    )
    assert not any(map(is_plumbing, ("LEARNING_RATE", "SEED", "MODEL", "EPOCHS", "USER_WEIGHT", "DATASET")))


def facts(index: int, *outside: OutsideRecord, status: str = FINISHED, digest: str = "d") -> RunFacts:
    made = RunRecord(f"r{index}", index, status, "", digest, 1, "0x1", outside=outside)
    return RunFacts(made.run, status, made, Summary(0))


def test_another_value_in_a_run_whose_repeats_are_pooled_is_told() -> None:
    rate = OutsideRecord(ENVIRONMENT, "LR", "0.1")
    runs = [facts(1, OutsideRecord(ENVIRONMENT, "LR", "0.01")), facts(2, rate)]
    (warned,) = pooled([rate], runs, "d")
    assert warned.code == "XPT008"
    assert warned.text == "LR is 0.1 here and was 0.01 in run 1 of this experiment: their repeats are pooled"
    (warned,) = pooled([OutsideRecord(ENVIRONMENT, "LR")], [facts(1, rate)], "d")
    assert warned.text.startswith("LR is not set here and was 0.1 in run 1")


@pytest.mark.parametrize(
    "earlier",
    [
        facts(1, OutsideRecord(ENVIRONMENT, "LR", "0.1")),
        facts(1, OutsideRecord(ENVIRONMENT, "LR", None, masked=True)),
        facts(1, OutsideRecord(ENVIRONMENT, "LR", "7"), status="failed"),
        facts(1, OutsideRecord(ENVIRONMENT, "LR", "7"), digest="other"),
        facts(1, OutsideRecord(INJECTED, "LR", "7")),
        facts(1),
    ],
)
def test_what_is_not_pooled_or_not_another_value_is_not_told(earlier: RunFacts) -> None:
    assert list(pooled([OutsideRecord(ENVIRONMENT, "LR", "0.1")], [earlier], "d")) == []


def test_the_parameters_of_a_runner_are_read_as_they_are_written() -> None:
    text = '# Parameters\nlr = 0.5\nname = "big"\nlayers = [1, 2]\nflag = True\nnothing = None\n'
    assert injected(text) == {"lr": "0.5", "name": "big", "layers": "[1, 2]", "flag": "True", "nothing": "None"}
    assert injected("# Parameters\n(") == {}
