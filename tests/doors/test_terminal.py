"""IPython in a terminal, without a notebook and without a tty: plain text, and everything is kept the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kernels import ANSI

CELL = "%%experiment repeats=2\nimport random\nprint('fitted')\nxpt.log(accuracy=random.random())"
INPUTS = {
    "load": "%load_ext jupyter_xpt",
    "first": CELL,
    "again": CELL,
    "changed": CELL.replace("random.random()", "1 + random.random()"),
    "tree": "%xpt_tree",
    "where": "%xpt",
    "table": "%xpt_table",
    "log": "%xpt_log",
    "log of the first": "%xpt_log 1",
    "diff": "%xpt_diff",
    "compare": "%xpt_compare 1 2",
    "baseline": "%xpt_baseline 1",
    "export": "%xpt_export",
    "no such option": "%%experiment repeat=2\nprint('never')",
    "error": "%%experiment name=failing\nprint('so far')\n1 / 0",
}


@dataclass
class Session:
    """What a terminal session answered to each input, and where it left its files."""

    folder: Path
    answers: dict[str, str]
    errors: str

    def runs(self, experiment: str) -> list[Path]:
        """The folders of an experiment's runs, oldest first."""
        found = [path.parent for path in self.folder.glob(f"out/{experiment}/*/run.json")]
        return sorted(found, key=lambda run: json.loads((run / "run.json").read_text())["index"])


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("terminal")
    # Two empty lines end a cell magic in a terminal.
    typed = "".join(f"{code}\n" + "\n\n" * code.startswith("%%") for code in INPUTS.values())
    ran = subprocess.run(
        [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner"],
        input=f"{typed}exit\n",
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "TERM": "dumb", "IPYTHONDIR": str(folder / ".ipython")},
        timeout=120,
        check=True,
    )
    _, *answers = re.split(r"^In \[[0-9]+\]: (?: *\.\.\.: )*", ran.stdout, flags=re.MULTILINE)
    return Session(folder, dict(zip(INPUTS, answers, strict=False)), ran.stderr)


def test_a_cell_prints_a_plain_block_after_its_output(session: Session) -> None:
    (first, _) = session.runs("ipython_001")
    lines = session.answers["first"].splitlines()
    assert lines[:4] == ["fitted", "fitted", "ipython_001", "repeat 2/2 ████████████████████ 100 %  0:00"]
    assert re.fullmatch(r"accuracy ↑  0\.\d+ ± 0\.\d+ \(SEM, 2 repeats\)", lines[4])
    assert lines[5] == first.relative_to(session.folder).as_posix()
    assert lines[6:] == [""]


def test_the_same_cell_again_is_a_run_of_the_same_experiment(session: Session) -> None:
    first, second = session.runs("ipython_001")
    assert json.loads((first / "run.json").read_text())["status"] == "finished"
    assert "ipython_001\n" in session.answers["again"]
    assert "same source as 001: added as its run 2" in session.answers["again"]
    assert second.relative_to(session.folder).as_posix() in session.answers["again"]


def test_a_changed_cell_is_the_next_experiment(session: Session) -> None:
    assert len(session.runs("ipython_002")) == 1
    record = json.loads((session.folder / "out" / "ipython_002" / "experiment.json").read_text())
    assert (record["parent"], record["notebook"]) == (1, None)
    assert "ipython_002 · random.random() → 1 + random.random()\n" in session.answers["changed"]
    assert "Not sure against 001" in session.answers["changed"]


def test_where_we_are_is_plain_text(session: Session) -> None:
    lines = session.answers["where"].splitlines()
    assert lines[0] == "ipython_002 · (random.random() → 1 + random.random())"
    assert re.fullmatch(r"parent 001 · 0\.\d+ ± 0\.\d+ ×4", lines[1])
    assert re.fullmatch(r"accuracy ↑ 1\.\d+ ± 0\.\d+ ×2  \? not sure", lines[2])
    assert re.fullmatch(r"last run \S+ · finished · [0-9.]+ s", lines[3])


def test_the_tree_is_plain_text(session: Session) -> None:
    lines = session.answers["tree"].splitlines()
    assert lines[0] == "ipython · accuracy ↑"
    assert re.match(r"001 .* ×4$", lines[1])
    assert re.match(r"└─ 002 \?  \(random.random\(\) → 1 \+ random.random\(\)\)  .* ×2 +not sure$", lines[2])
    assert "up to 0.5 %" in session.answers["tree"]


def test_the_table_is_plain_text(session: Session) -> None:
    heading, columns, first, second, *_ = session.answers["table"].splitlines()
    assert heading == "ipython · accuracy ↑"
    assert columns.split() == ["#", "note", "accuracy", "↑", "parent", "runs", "time"]
    assert first.split()[0] == "001"
    assert second.split()[:4] == ["002", "?", "not", "sure"]


def test_what_was_printed_is_in_the_log(session: Session) -> None:
    for experiment, answer in (("ipython_001", "log of the first"), ("ipython_002", "log")):
        log = (session.runs(experiment)[-1] / "log.txt").read_text()
        assert [line[24:] for line in log.splitlines() if line[24] == "|"] == ["| fitted"] * 2
        assert session.answers[answer].rstrip("\n") == log.rstrip("\n")


def test_what_changed_is_plain_text(session: Session) -> None:
    lines = session.answers["diff"].splitlines()
    assert lines[0] == "ipython · 001 → 002 random.random() → 1 + random.random()"
    assert "- xpt.log(accuracy=random.random())" in lines
    assert "+ xpt.log(accuracy=1 + random.random())" in lines
    assert "  print('fitted')" in lines


def test_a_comparison_is_plain_text(session: Session) -> None:
    assert re.search(r"^002 +1\.\d+ ± 0\.\d+ ×2 +\?", session.answers["compare"], re.MULTILINE)
    assert "002  Not sure against 001" in session.answers["compare"]


def test_a_baseline_is_pinned_in_a_line(session: Session) -> None:
    assert session.answers["baseline"].strip() == "ipython: all others are compared with 001"


def test_a_wrong_option_is_one_line_and_nothing_runs(session: Session) -> None:
    (line,) = session.errors.splitlines()
    assert line.startswith("UsageError: there is no option 'repeat' (did you mean repeats?); the options are repeats,")
    assert "never" not in session.answers["no such option"]


def test_an_error_is_the_users_own(session: Session) -> None:
    # IPython colours its tracebacks also where nobody sees colours.
    answer = ANSI.sub("", session.answers["error"])
    assert re.search(r"so far\nfailing_001\n1 repeat  [0-9:]+  1 failed\n", answer)
    assert "----> 3 1 / 0\n\nZeroDivisionError: division by zero\n" in answer
    (run,) = session.runs("failing_001")
    assert json.loads((run / "run.json").read_text())["error"] == "ZeroDivisionError: division by zero"
    assert "jupyter_xpt" not in answer
    assert "\x1b" not in (run / "log.txt").read_text()


@pytest.mark.parametrize("name", [name for name in INPUTS if name != "error"])
def test_nothing_of_ours_has_an_escape(session: Session, name: str) -> None:
    assert "\x1b" not in session.answers[name]


def test_a_spreadsheet_is_written_and_told_of_in_a_line(session: Session) -> None:
    assert session.answers["export"].strip() == "experiments.xlsx: 2 experiments"
    assert (session.folder / "experiments.xlsx").is_file()
