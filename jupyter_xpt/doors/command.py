"""Command: ``jupyter xpt``, the experiments of a folder from a shell."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from jupyter_xpt.actions import edit, fork
from jupyter_xpt.actions.listing import last_datasets
from jupyter_xpt.actions.overview import find, lineage_of, overview
from jupyter_xpt.doors import text
from jupyter_xpt.ground.errors import OptionError, XptError
from jupyter_xpt.ground.names import printable, short
from jupyter_xpt.thought.reading.lineage import Lineage, Row

_EXAMPLES = """\
examples:
  jupyter xpt tree                    the lineage, with means, SEM and verdicts
  jupyter xpt show 9                  everything about experiment 9
  jupyter xpt log 9 --tail 20         the end of what its last run printed
  jupyter xpt new cats.ipynb --parent 9 --note "more trees"
"""
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
    restore = add("restore", "put a numbered notebook back as it ran", _restore)
    restore.add_argument("experiment", help=_EXPERIMENT)
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
    look = text.look_of(sys.stdout)
    return "\n\n".join(text.tree(lineage, look) for lineage in _lineages(given)) or _none(given)


def _table(given: argparse.Namespace) -> str:
    """``jupyter xpt table``."""
    look = text.look_of(sys.stdout)
    return "\n\n".join(text.table(lineage, look) for lineage in _lineages(given)) or _none(given)


def _show(given: argparse.Namespace) -> str:
    """``jupyter xpt show 9``."""
    row = _row(given)
    return text.show(row, text.look_of(sys.stdout), last_datasets(_folder(given), row))


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
    name = _row(given).name
    kept = fork.restore(_folder(given), name)
    said = f"{name.notebook} is as it ran"
    return printable(said + (f"; what stood there is kept in {os.path.relpath(kept)}" if kept is not None else ""))


def _none(given: argparse.Namespace) -> str:
    """What is said where there are no experiments."""
    return f"no experiments in {printable(given.folder)} yet: %%experiment on a cell's first line makes one"


if __name__ == "__main__":
    sys.exit(main())
