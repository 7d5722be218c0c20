"""Tracking fails: whatever the disk or our own steps do, the cell shows what the plain cell shows, and we say so."""

from __future__ import annotations

import os
import re
import subprocess
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jupyter_xpt.actions.overview import overview
from jupyter_xpt.thought.reading.lineage import RunRow
from tests.kernels import Kernel, Shown, kernel

ENDINGS = {"a value": "0.5", "an exception": "raise ValueError('mine')"}
BODY = """
import sys
print("before")
harm()
print("after")
print("beside", file=sys.stderr)
"""
MAGIC = "%%experiment name=cats"
# What the block says where tracking failed.
TROUBLE = r"could not |not recorded|could not be written|is not complete"


@dataclass(frozen=True)
class Harm:
    """What goes wrong, as code that the kernel runs: before the cell, in its middle, and to mend it."""

    before: str = "pass"
    within: str = "pass"
    mend: str = "pass"
    said: str = TROUBLE
    root: bool = False


# In one step: a thread of ours may be writing in there.
REMOVED = "import os, shutil\nos.rename('out', 'gone')\nshutil.rmtree('gone')"
MOUNTED = (
    "import os, subprocess\nos.makedirs('out', exist_ok=True)\ndef sh(*words): subprocess.run(words, check=True)\n"
)
READ_ONLY = Harm(
    before=MOUNTED + "sh('mount', '--bind', 'out', 'out')\nsh('mount', '-o', 'remount,ro,bind', 'out')",
    mend="sh('umount', '-l', 'out')",
    said="Read-only file system",
    root=True,
)
NOT_ALLOWED = Harm(
    before="import os\nos.makedirs('out', exist_ok=True)\nos.chmod('out', 0o555)",
    mend="os.chmod('out', 0o777)",
    said="Permission denied",
)
DISK = {
    "out is a file": Harm(
        "open('out', 'w').close()", mend="import os\nos.unlink('out')", said="Not a directory|File exists"
    ),
    "out is removed meanwhile": Harm(within=REMOVED, said="No such file"),
    "out becomes a file meanwhile": Harm(
        within=REMOVED + "\nopen('out', 'w').close()",
        mend="import os\nos.unlink('out')",
        said="Not a directory",
    ),
    "files may not grow": Harm(
        # The history is IPython's own: its writing fails too, whenever it comes.
        before="import resource\nget_ipython().history_manager.db_cache_size = 1 << 20\n"
        "limits = resource.getrlimit(resource.RLIMIT_FSIZE)",
        within="resource.setrlimit(resource.RLIMIT_FSIZE, (150, limits[1]))",
        mend="resource.setrlimit(resource.RLIMIT_FSIZE, limits)",
        said="File too large",
    ),
    "the disk is full": Harm(
        before=MOUNTED + "sh('mount', '-t', 'tmpfs', '-o', 'size=512k', 'none', 'out')",
        within="try:\n    open('out/filler', 'wb', buffering=0).write(bytes(1 << 20))\n"
        "    open('out/filler', 'ab', buffering=0).write(bytes(1 << 20))\nexcept OSError:\n    pass",
        mend="os.unlink('out/filler')",
        said="No space left",
        root=True,
    ),
    "out is read-only": READ_ONLY if os.geteuid() == 0 else NOT_ALLOWED,
    "the spreadsheet is a folder": Harm(
        "import os\nos.mkdir('experiments.csv')", mend="os.rmdir('experiments.csv')", said="write the spreadsheet"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    if os.path.ismount(tmp_path / "out"):
        subprocess.run(["umount", "-l", tmp_path / "out"], check=True)


def seen(shown: Shown) -> dict[str, str | None]:
    """What a person sees of a cell besides the block, counters and addresses taken out."""
    traceback = re.sub(r"In\[[0-9]+\]|ipykernel_[0-9]+/[0-9]+\.py", "In[N]", shown.traceback)
    return {
        "status": shown.status,
        "stdout": shown.out,
        "stderr": shown.err,
        "result": shown.result,
        "traceback": re.sub(r"%%experiment[^\n]*|#####", "#", traceback),
        "others": str([kind for kind, _ in shown.others if kind not in ("stream", "execute_result", "error")]),
    }


def body(ending: str) -> str:
    return BODY + ENDINGS[ending]


def plain(one: Kernel, ending: str) -> Shown:
    """The cell without tracking and without harm."""
    one.run("def harm():\n    pass")
    # The comment keeps the line numbers alike.
    return one.run("#####" + body(ending))


def check_block(shown: Shown) -> None:
    """There is one block, and it shows no insides of ours."""
    assert len({content["transient"]["display_id"] for _, content in shown.blocks}) == 1
    assert "Traceback" not in shown.block
    assert '.py", line' not in shown.block


def check_well(one: Kernel, folder: Path) -> None:
    """Tracking works again: the cell's value is recorded, and nothing is complained of."""
    one.run("def harm():\n    pass")
    shown = one.run(MAGIC + body("a value"))
    assert shown.status == "ok"
    check_block(shown)
    assert not re.search(TROUBLE, shown.block), shown.block
    # A run that could not say how it ended says so now.
    deadline = time.monotonic() + 60
    while any(run.status == "running" for run in runs_of(folder)):
        assert time.monotonic() < deadline, "a run that has ended is still told as running"
        time.sleep(0.05)
    assert max(runs_of(folder), key=lambda run: (run.started, run.index)).status == "finished"


def runs_of(folder: Path) -> list[RunRow]:
    return [run for row in overview(folder).rows for run in row.runs]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("harm", DISK.values(), ids=DISK)
def test_trouble_with_the_disk_is_said_and_changes_nothing_else(folder: Path, harm: Harm, ending: str) -> None:
    if harm.root and os.geteuid() != 0:
        pytest.skip("only root may mount")
    with kernel(folder) as one:
        expected = plain(one, ending)
        assert one.run(harm.before).status == "ok"
        one.run("def harm():\n" + textwrap.indent(harm.within, "    "))
        shown = one.run(MAGIC + body(ending))
        assert one.run(harm.mend).status == "ok"
        assert seen(shown) == seen(expected)
        check_block(shown)
        assert re.search(harm.said, shown.block), shown.block
        check_well(one, folder)


def test_without_git_a_run_is_recorded_without_its_state(folder: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    with kernel(folder) as one:
        expected = plain(one, "a value")
        one.run("import os\npath = os.environ.pop('PATH')\nos.environ['PATH'] = ''")
        shown = one.run(MAGIC + body("a value"))
        assert seen(shown) == seen(expected)
        check_block(shown)
        assert not re.search(TROUBLE, shown.block), shown.block
        assert [run.status for run in runs_of(folder)] == ["finished"]
        one.run("os.environ['PATH'] = path")
        check_well(one, folder)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("damage", [b"", b'{"schema": 1, "series"', b"\xff\xfe\x00", b"[]", b"null"])
def test_a_damaged_record_of_the_parent_is_said_and_changes_nothing_else(
    folder: Path, damage: bytes, ending: str
) -> None:
    with kernel(folder) as one:
        expected = plain(one, ending)
        assert one.run(MAGIC + "\n0.25").status == "ok"
        record = folder / "out" / "cats_001" / "experiment.json"
        good = record.read_bytes()
        record.write_bytes(damage)
        shown = one.run(f"{MAGIC} parent=1" + body(ending))
        assert seen(shown) == seen(expected)
        check_block(shown)
        assert "cats_002" in shown.block
        assert record.read_bytes() == damage
        record.write_bytes(good)
        check_well(one, folder)


# Steps of ours that ask the disk, the kernel, git or the user's objects, as they are named where they are called.
STEPS = [
    "actions.experiment.prepare",
    "actions.experiment.settle",
    "actions.experiment.freeze",
    "actions.experiment.note_seen",
    "actions.experiment.what_ran",
    "actions.snapshot.files",
    "actions.cell.write_table",
    "actions.cell.caveats.look",
    "actions.cell.caveats.identical_values",
    "actions.cell.parameters",
    "actions.cell.RunOutside",
    "actions.cell.left_out",
    "actions.cell.estimators",
    "actions.outside.RunOutside.records",
    "actions.outside.RunOutside.warnings",
    "actions.cell.read",
    "actions.cell.fingerprints",
    "actions.cell.Bindings",
    "actions.cell.at_work",
    "actions.cell.ended_as",
    "actions.cell.of_last_value",
    "actions.cell.seed_text",
    "actions.cell.ExperimentCell._read_metrics",
    "actions.cell.ExperimentCell._flush_figures",
    "actions.cell.ExperimentCell._finish",
    "actions.cell.Journal",
    "actions.cell.Tee",
    "actions.cell.traceback_text",
    "actions.run.Run._open",
    "actions.run.seeded",
    "actions.run.iso",
    "actions.run.Run._event",
    "actions.run.Run.close",
    "actions.run.Run.settle_metrics",
    "actions.run.summarise",
    "actions.sourcecontrol.look",
    "actions.run.keep_environment",
    "actions.run.Journal",
    "actions.run.identity.process_identity",
    "actions.cell.flags.of_source",
    "actions.cell.flags.of_log",
    "actions.cell.changed_since",
    "actions.cell.caveats.draws",
    "actions.inputs.written",
    "actions.inputs.unfinished",
    "edges.kernel.seeding.Marks.mark",
    "edges.kernel.seeding.Marks.drew",
    "edges.disk.store.reserve",
    "edges.disk.store.reserve_number",
    "edges.disk.store.create_experiment",
    "edges.disk.store.create_run",
    "edges.disk.store.write_run",
    "edges.disk.store.write_sources",
    "edges.disk.store.replace",
    "edges.disk.store.highest_number",
    "edges.kernel.tee.Tee.__enter__",
    "edges.kernel.tee.Tee.value",
    "edges.kernel.tee.Tee.note",
    "edges.kernel.tee.Tee.flush",
    "edges.kernel.tee.Tee.close",
    "edges.disk.journal.Journal.append",
    "edges.disk.journal.Journal.sync",
    "edges.disk.journal.Journal.close",
    "edges.kernel.tee.Tee.traceback",
    "edges.kernel.tee.Tee._join",
    "edges.kernel.modules.LocalModules.loaded_by",
    "edges.kernel.modules.OpenedFiles.by",
    "edges.kernel.modules.config_files",
    "edges.kernel.place.gather",
    "edges.kernel.place.find_notebook",
    "doors.acts.find_origin",
    "ground.codec.dump",
    "ground.codec.load",
    "ground.codec.dump_json",
]

SABOTAGE = """
import importlib
def sabotage(path):
    def fails(*args, **named):
        raise RuntimeError("sabotage")
    head = path.split(".")
    for at in range(len(head) - 1, 0, -1):
        try:
            owner = importlib.import_module("jupyter_xpt." + ".".join(head[:at]))
            break
        except ModuleNotFoundError:
            pass
    for name in head[at:-1]:
        owner = getattr(owner, name)
    name = head[-1]
    before = owner.__dict__[name]
    setattr(owner, name, fails)
    return lambda: setattr(owner, name, before)
"""


@pytest.fixture(scope="module")
def sabotaged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kernel, Path]]:
    folder = tmp_path_factory.mktemp("steps")
    with kernel(folder) as one:
        assert one.run(SABOTAGE).status == "ok"
        # What is imported late is there to be harmed.
        assert one.run(MAGIC + "\n0").status == "ok"
        yield one, folder


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_ours_that_raises_changes_nothing_of_the_cell(sabotaged: tuple[Kernel, Path], step: str) -> None:
    one, folder = sabotaged
    said = ""
    # A series of its own has no number yet.
    magic = f"%%experiment name=step{STEPS.index(step)}"
    for ending, times in (("a value", 2), ("an exception", 1)):
        expected = plain(one, ending)
        assert one.run(f"undo = sabotage({step!r})").status == "ok"
        shown = one.run(f"{magic} repeats={times}" + body(ending))
        assert one.run("undo()").status == "ok"
        assert seen(shown) == {**seen(expected), "stdout": expected.out * times, "stderr": expected.err * times}
        check_block(shown)
        said += shown.block
    assert "sabotage" in said
    check_well(one, folder)
