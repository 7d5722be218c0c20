"""Flow: which experiments' outputs which other experiments used: the lineage of data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jupyter_xpt.ground.datasets import parse_run
from jupyter_xpt.ground.names import ExperimentName, printable
from jupyter_xpt.thought.data.wording import Listed, called

MAX_USERS = 100
_MAX_SHOWN = 12


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """One use of an output: its name, the experiment and run that made it, and those that used it.

    ``current`` says whether the run that used it is the one that its experiment is judged by now.
    """

    maker: ExperimentName
    name: str
    made: str
    user: ExperimentName
    used: str
    current: bool = True


@dataclass(frozen=True, slots=True)
class Flow:
    """All uses in a folder."""

    edges: tuple[Edge, ...] = ()

    def users(self, maker: ExperimentName) -> dict[str, tuple[str, ...]]:
        """Who used the outputs of an experiment, by the output's name: the newest run of each.

        As ``animals_011/2026_11_23-12_34_12``, at most a hundred.
        """
        found: dict[str, dict[ExperimentName, str]] = {}
        for edge in self.edges:
            if edge.maker == maker:
                known = found.setdefault(edge.name, {})
                known[edge.user] = max(edge.used, known.get(edge.user, ""))
        return {
            name: tuple(f"{user}/{run}" for user, run in sorted(users.items())[:MAX_USERS])
            for name, users in found.items()
        }

    def lines(self, series: str) -> tuple[str, ...]:
        """The lineage of data of a series, a line an output: ``features.csv of 001 → 002, 004``."""
        found: dict[tuple[ExperimentName, str], list[ExperimentName]] = {}
        for edge in self.edges:
            if edge.current and series in (edge.maker.series, edge.user.series):
                found.setdefault((edge.maker, edge.name), []).append(edge.user)
        return tuple(
            f"{printable(name)} of {called(maker, series)} → {_listed(users, series)}"
            for (maker, name), users in sorted(found.items())
        )


def _listed(users: Iterable[ExperimentName], series: str) -> str:
    """Experiments in a row, each once."""
    names = [called(one, series) for one in sorted(set(users))]
    more = f" and {len(names) - _MAX_SHOWN} more" if len(names) > _MAX_SHOWN else ""
    return ", ".join(names[:_MAX_SHOWN]) + more


def traced(one: Listed, series: str) -> str:
    """Where a dataset comes from and who uses it, in a few words; nothing where neither is known.

    >>> traced(Listed("a.npy", "out", "", None, users=("cats_011/2026_11_23-12_34_12",)), "cats")
    'used by 011'
    """
    maker = parse_run(one.maker) if one.maker is not None else None
    if maker is not None:
        return f"made by {called(maker[0], series)}, run {maker[1]}"
    users = [user[0] for user in map(parse_run, one.users) if user is not None]
    return f"used by {_listed(users, series)}" if users else ""
