"""Log: what the user's code says to the run that it is part of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jupyter_xpt.actions.run import active
from jupyter_xpt.edges.kernel.seeding import derive
from jupyter_xpt.ground.errors import MetricError, XptError

if TYPE_CHECKING:
    import numpy as np


def log(
    metrics: Mapping[str, Any] | None = None,
    /,
    *,
    step: Any = None,  # noqa: ANN401 - a whole number of any library
    **named: Any,  # noqa: ANN401 - numbers of any library
) -> None:
    """Records metrics of the running experiment, each a number of any library.

    Parameters
    ----------
    metrics
        Metrics whose names are no Python names: ``xpt.log({"val/loss": 0.3})``.
    step
        The step they belong to, None for values of the whole repeat.
    **named
        Metrics by name: ``xpt.log(accuracy=0.9)``.

    Raises
    ------
    MetricError
        When a name or value cannot be a metric; then none of them is recorded.
    XptError
        Outside an experiment cell.
    """
    run = active()
    if run is None:
        raise XptError("xpt.log works in a running %%experiment cell; nothing was recorded")
    if metrics is not None and not hasattr(metrics, "keys"):
        kind = type(metrics).__name__
        raise MetricError(f"xpt.log takes a dict or name=value, not {kind}; write xpt.log(accuracy=0.9)")
    try:
        run.log(named if metrics is None else {**metrics, **named}, step)
    except MetricError as problem:
        # The frames where we found out tell the user nothing.
        raise problem.with_traceback(None) from None


def rng() -> np.random.Generator:
    """A NumPy generator with the current repeat's recorded seed, or a fresh one outside an experiment cell.

    ``np.random.default_rng()`` takes fresh bits of its own, which nobody records.
    """
    import numpy as np  # 50 ms, only where it is asked for

    run = active()
    if run is None:
        return np.random.default_rng()
    run.generators += 1
    return np.random.default_rng([derive(run.start.entropy, run.repeat, "rng"), run.generators])
