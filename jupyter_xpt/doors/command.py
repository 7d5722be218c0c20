"""Command: ``jupyter xpt``, the experiments of a folder from a shell."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from jupyter_xpt.actions import compare, edit, export, fork, restore, sourcecontrol, trash
from jupyter_xpt.actions.detail import detail
from jupyter_xpt.actions.flow import flow, missed
from jupyter_xpt.actions.listing import configured, last_datasets
from jupyter_xpt.actions.overview import find, lineage_of, overview
from jupyter_xpt.doors import difference, text
from jupyter_xpt.edges.disk.store import Store
from jupyter_xpt.ground.errors import OptionError, XptError
from jupyter_xpt.ground.names import printable, short
from jupyter_xpt.thought.environment import said_of
from jupyter_xpt.thought.reading.lineage import Lineage, Row
from jupyter_xpt.thought.restoring import said

_EXAMPLES = """\
examples:
  jupyter xpt tree                    the lineage, with means, SEM and verdicts
  jupyter xpt show 9                  everything about experiment 9
  jupyter xpt log 9 --tail 20         the end of what its last run printed
  jupyter xpt diff 9 12               what changed from 9 to 12, cell by cell
  jupyter xpt new cats.ipynb --parent 9 --note "more trees"
"""
_Add = Callable[[str, str, Callable[[argparse.Namespace], str]], argparse.ArgumentParser]
_EXPERIMENT = "its number, or its whole name: 9, animal_classifier_009"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs ``jupyter xpt``; gives the exit status: 0, or 2 when something was refused.

    Parameters
    ----------
    argv
        The arguments; those of the process when None.
    """
    given = _parser().parse_args(argv)
    # A terminal that cannot show an arrow shows a question mark, and no traceback.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    command: Callable[[argparse.Namespace], str] = given.command
    try:
        said = command(given)
        sys.stdout.write(said + "\n" if said else "")
        sys.stdout.flush()
    except XptError as refusal:
        sys.stderr.write(f"jupyter xpt: {printable(str(refusal))}\n")
        return 2
    except BrokenPipeError:
        # Whoever read has seen enough; Python would complain again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    """What can be said on the command line."""
    parser = argparse.ArgumentParser(
        prog="jupyter xpt",
        description="The experiments of a folder: how they came from one another, and which are better.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    place = argparse.ArgumentParser(add_help=False)
    place.add_argument("--folder", default=".", help="where the notebooks and out/ lie (default: here)")
    place.add_argument("--series", help="only this series, where the folder holds several")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, said: str, command: Callable[[argparse.Namespace], str]) -> argparse.ArgumentParser:
        """One command that looks at a folder."""
        one = commands.add_parser(name, help=said, description=f"{said[0].upper()}{said[1:]}.", parents=[place])
        one.set_defaults(command=command)
        return one

    add("tree", "the lineage of each series, with means, SEM and verdicts", _tree)
    add("table", "all experiments as a table; experiments.csv has every column", _table)
    add("show", "everything about one experiment", _show).add_argument("experiment", help=_EXPERIMENT)
    log = add("log", "what a run printed, a time on every line", _log)
    log.add_argument("experiment", help=_EXPERIMENT)
    log.add_argument("--run", help="which run, by its name (default: the last)")
    log.add_argument("--tail", metavar="N", help="only the last N lines")
    restored = add("restore", "put notebook, modules and configuration back as they ran", _restore)
    restored.add_argument("experiment", help=_EXPERIMENT)
    where = restored.add_mutually_exclusive_group()
    where.add_argument("--to", metavar="FOLDER", help="into a new or empty folder (default: in place)")
    where.add_argument("--notebook", action="store_true", help="in place, the numbered notebook alone")
    restored.add_argument("--run", help="which run, by its name (default: the first finished one)")
    written = add("export", "write all experiments into a spreadsheet, .xlsx or .csv", _export)
    written.add_argument("file", nargs="?", help="what it is called (default: experiments.xlsx, or SERIES.xlsx)")
    _add_comparing(add)
    _add_deleting(add)
    new = commands.add_parser(
        "new",
        help="make the next numbered notebook",
        description="Make the next numbered notebook of a series.",
    )
    new.add_argument("notebook", help="the draft or a numbered notebook of the series")
    new.add_argument("--parent", help="the experiment to start from, as it ran (default: the notebook as it is)")
    new.add_argument("--note", default="", help="what is going to be tried")
    new.set_defaults(command=_new)
    return parser


def _add_comparing(add: _Add) -> None:
    """The commands that set experiments beside each other."""
    diff = add("diff", "what changed from one experiment to another, cell by cell", _diff)
    diff.add_argument("experiment", nargs="+", help="two of them, or one: then it is compared with its parent")
    beside = add("compare", "what experiments do not have in common, and whether they differ from the first", _compare)
    beside.add_argument("experiment", nargs="+", help="from two to six of them")
    baseline = add("baseline", "pin the experiment that all others of its series are compared with", _baseline)
    baseline.add_argument("experiment", nargs="?", help=f"{_EXPERIMENT}; none: each with its parent again")


def _add_deleting(add: _Add) -> None:
    """The commands that delete, and bring back."""
    delete = add("delete", "move an experiment and its numbered notebook into the trash", _delete)
    delete.add_argument("experiment", help=_EXPERIMENT)
    undelete = add("undelete", "bring a deleted experiment back", _undelete)
    undelete.add_argument("experiment", help=_EXPERIMENT)


def _folder(given: argparse.Namespace) -> Path:
    """The folder that is meant."""
    folder = Path(given.folder)
    if not folder.is_dir():
        raise OptionError(f"there is no folder {given.folder!r:.200}; give the one that holds out/ with --folder")
    return folder


def _lineages(given: argparse.Namespace) -> Sequence[Lineage]:
    """The series that are meant."""
    found = overview(_folder(given))
    return found.lineages if given.series is None else (lineage_of(found, given.series),)


def _row(given: argparse.Namespace) -> Row:
    """The experiment that is meant."""
    return find(overview(_folder(given)), given.experiment, given.series)


def _tree(given: argparse.Namespace) -> str:
    """``jupyter xpt tree``."""
    look, data = text.look_of(sys.stdout), flow(_folder(given))
    return "\n\n".join(text.tree(one, look, data.lines(one.series)) for one in _lineages(given)) or _none(given)


def _table(given: argparse.Namespace) -> str:
    """``jupyter xpt table``."""
    look = text.look_of(sys.stdout)
    return "\n\n".join(text.table(lineage, look) for lineage in _lineages(given)) or _none(given)


def _show(given: argparse.Namespace) -> str:
    """``jupyter xpt show 9``."""
    folder = _folder(given)
    found = overview(folder)
    row = find(found, given.experiment, given.series)
    lineage = lineage_of(found, row.name.series)
    changes = detail(folder, row.name.series, row.number).environment_changes
    around = {
        f"environment changed since {short(row.parent or 0)}": [said_of(one) for one in changes],
        "source control": sourcecontrol.origin(Store(folder), row.name, row.runs[-1].run) if row.runs else (),
    }
    set_to = configured(folder, row, lineage.row(row.parent) if row.parent is not None else None)
    data = last_datasets(folder, row)
    return text.show(row, text.look_of(sys.stdout), lineage.baseline, data, around, set_to)


def _log(given: argparse.Namespace) -> str:
    """``jupyter xpt log 9``."""
    name = _row(given).name
    return edit.read_log(_folder(given), name.series, str(name.number), given.run, given.tail)


def _new(given: argparse.Namespace) -> str:
    """``jupyter xpt new NOTEBOOK``."""
    made = fork.fork(Path(given.notebook), given.parent, given.note)
    origin = f", from {short(made.parent)}" if made.parent else ""
    return printable(f"{made.name}{origin}: {os.path.relpath(made.notebook)}")


def _restore(given: argparse.Namespace) -> str:
    """``jupyter xpt restore 9``."""
    name, folder = _row(given).name, _folder(given)
    if given.to is not None:
        found = restore.restore_to(folder, name, Path(given.to), given.run)
    else:
        found = restore.restore_in_place(folder, name, given.run, notebook_alone=given.notebook)
    return "\n".join(map(printable, said(found)))


def _export(given: argparse.Namespace) -> str:
    """``jupyter xpt export experiments.xlsx``."""
    made = export.export(_folder(given), Path(given.file) if given.file is not None else None, given.series)
    return text.exported(os.path.relpath(made.path), made.sentence)


def _named(given: argparse.Namespace) -> tuple[Path, str, list[int]]:
    """Folder, series and numbers of the experiments that are meant."""
    folder = _folder(given)
    found = overview(folder)
    rows = [find(found, one, given.series) for one in given.experiment]
    series = rows[0].name.series
    if any(row.name.series != series for row in rows):
        raise OptionError("they are of several series: only experiments of one are compared")
    return folder, series, [row.number for row in rows]


def _diff(given: argparse.Namespace) -> str:
    """``jupyter xpt diff 9 12``."""
    if len(given.experiment) > 2:
        raise OptionError(f"diff takes two experiments, not {len(given.experiment)}; compare takes up to six")
    folder, series, numbers = _named(given)
    found = compare.diff(folder, series, numbers[0] if len(numbers) == 2 else None, numbers[-1])
    return difference.diff_text(found, text.look_of(sys.stdout))


def _compare(given: argparse.Namespace) -> str:
    """``jupyter xpt compare 9 12 14``."""
    return difference.comparison_text(compare.compare(*_named(given)), text.look_of(sys.stdout))


def _baseline(given: argparse.Namespace) -> str:
    """``jupyter xpt baseline 9``."""
    if given.experiment is None:
        return "\n".join(map(text.baseline, _lineages(given))) or _none(given)
    if given.experiment == "none":
        lineages = _lineages(given)
        if len(lineages) != 1:
            names = ", ".join(printable(one.series) for one in lineages[:8]) or "no series"
            raise OptionError(f"there is {names}: name the one that is meant with --series")
        series, number = lineages[0].series, None
    else:
        name = _row(given).name
        series, number = name.series, name.number
    edit.set_baseline(_folder(given), series, number)
    return text.baseline(lineage_of(overview(_folder(given)), series))


def _delete(given: argparse.Namespace) -> str:
    """``jupyter xpt delete 9``."""
    name = _row(given).name
    warning = missed(_folder(given), name)
    trash.delete(_folder(given), name)
    said = printable(f"{name} is in the trash; jupyter xpt undelete {name.short} brings it back")
    return said if warning is None else f"{said}\n! {warning}"


def _undelete(given: argparse.Namespace) -> str:
    """``jupyter xpt undelete 9``."""
    name = trash.find_deleted(_folder(given), given.experiment, given.series)
    trash.undelete(_folder(given), name)
    return printable(f"{name} is back")


def _none(given: argparse.Namespace) -> str:
    """What is said where there are no experiments."""
    return f"no experiments in {printable(given.folder)} yet: %%experiment on a cell's first line makes one"


if __name__ == "__main__":
    sys.exit(main())
