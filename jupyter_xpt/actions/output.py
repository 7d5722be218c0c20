"""Output: where the running experiment writes its intermediate datasets."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from jupyter_xpt.actions.run import Run, active
from jupyter_xpt.edges.disk.outputs import make_room
from jupyter_xpt.ground.errors import NameProblem, StoreError, XptError
from jupyter_xpt.thought.data.outputs import parts_of, place_of


def output(name: str | os.PathLike[str]) -> Path:
    """A path in the running experiment's folder to write data to: ``df.to_parquet(xpt.output("features.parquet"))``.

    What lies there when the cell ends, a file or a directory, is described and digested as an output of the run;
    later experiments find it with `use`. In a run of one repeat it is ``data/features.parquet`` of the run. Where
    there are several, each writes its own, ``data/repeat_002/features.parquet``: none writes over another's.

    Parameters
    ----------
    name
        What the output is called, also with folders: ``splits/train.npy``.

    Returns
    -------
    pathlib.Path
        Its folder is there, itself it is not made. Where the run's folder could not be made it lies in a
        temporary folder, and the run says so.

    Raises
    ------
    NameProblem
        When the name is no relative path, leads out, or cannot be a file's.
    XptError
        When no experiment runs: in a cell above there is no run yet that it could belong to.
    """
    try:
        parts = parts_of(os.fsdecode(name))
    except NameProblem as problem:
        # The frames where we found out tell the user nothing.
        raise problem.with_traceback(None) from None
    run = active()
    if run is None:
        raise XptError(
            f"xpt.output works in a running %%experiment cell: call xpt.output({'/'.join(parts)!r}) in the cell of the "
            "experiment that makes the data, so that it lies with its run"
        )
    return _path(run, parts)


def _path(run: Run, parts: tuple[str, ...]) -> Path:
    """Where the run's current repeat writes an output."""
    repeat = run.repeat if len(run.start.repeats) > 1 else None
    name = "/".join(parts)
    known = run.outputs.get((name, repeat))
    if known is not None:
        return known
    why = "the run has no folder"
    path = None
    if run.folder is not None:
        try:
            path = make_room(run.folder, place_of(parts, repeat))
        except StoreError as problem:
            why = str(problem)
    if path is None:
        path = make_room(Path(tempfile.mkdtemp(prefix="xpt-")), place_of(parts, repeat)[1:])
        run.trouble(f"could not keep the output {name}: {why}; it is in {path}")
    run.outputs[name, repeat] = path
    return path
