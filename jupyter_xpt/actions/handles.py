"""Handles: experiments and runs as Python code gets them, still pictures of what was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, overload

from jupyter_xpt.edges.disk.datasets import read_datasets
from jupyter_xpt.edges.disk.plainfile import read_tail
from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.ground.datasets import DatasetRecord
from jupyter_xpt.ground.errors import MetricError, UnknownExperiment, XptError
from jupyter_xpt.ground.names import ExperimentName, printable, short
from jupyter_xpt.thought.code.changes import said
from jupyter_xpt.thought.reading.lineage import Row
from jupyter_xpt.thought.reading.measured import Measured, RunRow
from jupyter_xpt.thought.reading.results import shown
from jupyter_xpt.thought.reading.table import settings_of, title_of
from jupyter_xpt.thought.statistics.wording import Verdict

_MAX_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an experiment, as ``xpt.get(9).runs`` gives it."""

    row: RunRow
    folder: Path

    @property
    def name(self) -> str:
        """Its name, the local time at which it started."""
        return self.row.run

    @property
    def status(self) -> str:
        """``running``, ``finished``, ``failed``, ``interrupted``, ``died`` or ``damaged``."""
        return self.row.status

    @property
    def seconds(self) -> float | None:
        """How long it took; None while that is not known."""
        return self.row.seconds

    @property
    def datasets(self) -> tuple[DatasetRecord, ...]:
        """The data it read and wrote, as its ``datasets.json`` says; a damaged one is a RecordError."""
        return read_datasets(self.folder)

    def values(self, metric: str) -> list[float | None]:
        """A metric's value in each repeat, None where there is none.

        Raises
        ------
        MetricError
            When the run logged no such metric.
        """
        summary = self.row.summary.metrics.get(metric)
        if summary is None:
            raise MetricError(_no_metric(self.name, metric, list(self.row.summary.metrics)))
        return list(summary.values)

    def log(self, tail: int | None = None) -> str:
        """What it printed, a time on every line; of a very long log the end.

        Parameters
        ----------
        tail
            How many lines from the end; None for all.

        Raises
        ------
        RecordError
            When the log is missing or cannot be read.
        """
        data, more = read_tail(self.folder / "log.txt", tail)
        text = data.decode("utf-8", "replace")
        return f"… (earlier lines: {self.folder / 'log.txt'})\n{text}" if more and tail is None else text

    def __repr__(self) -> str:
        return f"<run {self.name} · {self.status} · {_mean_text(self.row.mean, self.row.sem, self.row.n)}>"


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment, as ``xpt.get(9)`` gives it; a still picture: ask again for what came since.

    Everything that is known is in ``row``; the properties are what one reaches for.
    """

    row: Row
    place: Path

    @property
    def name(self) -> str:
        """``animal_classifier_009``."""
        return str(self.row.name)

    @property
    def series(self) -> str:
        """``animal_classifier``."""
        return self.row.name.series

    @property
    def number(self) -> int:
        """``9``."""
        return self.row.number

    @property
    def parent(self) -> int | None:
        """The number of the experiment that it was changed from; None when it was not."""
        return self.row.parent

    @property
    def against(self) -> int | None:
        """The number of the experiment that it is compared with: the pinned baseline, else its parent."""
        return self.row.against

    @property
    def note(self) -> str:
        """Its note, or what changed since its parent when none was given."""
        return self.row.title

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return self.row.tags

    @property
    def status(self) -> str:
        """``planned``, ``running``, ``finished``, ``failed``, ``interrupted``, ``died`` or ``damaged``."""
        return self.row.status

    @property
    def parameters(self) -> Mapping[str, Value]:
        """What it was set to: the parameters of its source, of its models, and what came from outside."""
        return MappingProxyType(dict(self.row.parameters))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics it measured."""
        return tuple(self.row.measured)

    @property
    def primary(self) -> str | None:
        """The metric that decides its verdict; None while there is none."""
        return self.row.primary

    @property
    def mean(self) -> float | None:
        """The mean of its primary metric over all repeats that count; None without any."""
        return self.row.main.mean if self.row.main else None

    @property
    def sem(self) -> float | None:
        """The standard error of `mean`; None with fewer than two repeats."""
        return self.row.main.sem if self.row.main else None

    @property
    def n(self) -> int:
        """How many repeats of its primary metric count."""
        return self.row.main.n if self.row.main else 0

    @property
    def verdict(self) -> str | None:
        """``improved``, ``worse`` or ``not sure`` against its parent or the baseline; None without a comparison."""
        return self.row.verdict.verdict if self.row.verdict else None

    @property
    def comparison(self) -> Verdict | None:
        """The comparison behind the verdict: difference, interval, reason."""
        return self.row.verdict

    @property
    def sentence(self) -> str:
        """The verdict in a sentence."""
        return self.row.sentence

    @property
    def changes(self) -> tuple[str, ...]:
        """What changed since its parent, a line each."""
        return tuple(said(one) for one in self.row.changes or ())

    @property
    def folder(self) -> Path:
        """Where its runs lie."""
        return self.place / "out" / self.name

    @property
    def notebook(self) -> Path:
        """Its numbered notebook, whether or not it is there."""
        return self.place / self.row.name.notebook

    @property
    def runs(self) -> tuple[Run, ...]:
        """Its runs, in the order they were started."""
        return tuple(Run(run, self.folder / run.run) for run in self.row.runs)

    def measured(self, metric: str | None = None) -> Measured:
        """All about one metric, the primary one by default.

        Raises
        ------
        MetricError
            When it measured no such metric.
        """
        name = metric if metric is not None else self.row.primary
        found = self.row.measured.get(name) if name is not None else None
        if found is None:
            raise MetricError(_no_metric(self.name, name, list(self.row.measured)))
        return found

    def values(self, metric: str | None = None) -> list[float]:
        """The values of a metric over all repeats that count, the primary one by default.

        Raises
        ------
        MetricError
            When it measured no such metric.
        """
        return [one.value for one in self.measured(metric).values]

    def log(self, tail: int | None = None) -> str:
        """What its last run printed, a time on every line.

        Raises
        ------
        UnknownExperiment
            When it has no run yet.
        RecordError
            When the log cannot be read.
        """
        if not self.row.runs:
            raise UnknownExperiment(f"{self.name} has no run yet")
        return self.runs[-1].log(tail)

    def __repr__(self) -> str:
        parts = [
            self.name,
            self.note,
            _main_text(self.row),
            self.verdict or "",
            "" if self.status == "finished" else self.status,
        ]
        return f"<{' · '.join(printable(part) for part in parts if part)}>"

    def _repr_html_(self) -> str:
        return _html([self.row])


class Experiments(Sequence[Experiment]):
    """The experiments of a folder, by series and number, as ``xpt.experiments()`` gives them."""

    def __init__(self, rows: Sequence[Row], place: Path) -> None:
        self._rows = tuple(rows)
        self._place = place

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Experiment: ...

    @overload
    def __getitem__(self, index: slice) -> Experiments: ...

    def __getitem__(self, index: int | slice) -> Experiment | Experiments:
        if isinstance(index, slice):
            return Experiments(self._rows[index], self._place)
        return Experiment(self._rows[index], self._place)

    def __iter__(self) -> Iterator[Experiment]:
        return (Experiment(row, self._place) for row in self._rows)

    def to_frame(self) -> Any:  # noqa: ANN401 - pandas has no types to name here
        """A pandas DataFrame, an experiment a row, indexed by name.

        It has the parameters in which they differ, and each metric as mean, SEM and n.

        Raises
        ------
        XptError
            When pandas is not installed.
        """
        try:
            # Heavy, and not among what we depend on.
            import pandas as pd
        except ImportError:
            raise XptError("to_frame() needs pandas, which is not installed: pip install pandas") from None
        parameters = settings_of(self._rows)
        rows = [_record(row, parameters) for row in self._rows]
        return pd.DataFrame(rows).set_index("experiment") if rows else pd.DataFrame()

    def __repr__(self) -> str:
        if not self._rows:
            return f"no experiments in {self._place.name or self._place}"
        lines = [repr(experiment)[1:-1] for experiment in self[-_MAX_SHOWN:]]
        hidden = len(self) - len(lines)
        head = [f"{len(self)} experiment{'s' if len(self) > 1 else ''}"] + (
            [f"… {hidden} earlier ones"] if hidden else []
        )
        return "\n".join([*head, *lines])

    def _repr_html_(self) -> str:
        return _html(self._rows) if self._rows else repr(self)


def _no_metric(who: str, metric: str | None, known: Sequence[str]) -> str:
    """The refusal of a metric that was not measured."""
    if not known:
        return f"{printable(who)} has measured nothing yet"
    names = ", ".join(printable(name) for name in known[:20])
    return f"{printable(who)} has no metric {metric!r:.80}; it has {names}"


def _record(row: Row, parameters: Sequence[str]) -> dict[str, object]:
    """One experiment as a row of a data frame."""
    last = row.runs[-1] if row.runs else None
    record: dict[str, object] = {
        "experiment": str(row.name),
        "number": row.number,
        "parent": str(ExperimentName(row.name.series, row.parent)) if row.parent is not None else None,
        "note": row.title,
        "tags": ", ".join(row.tags),
        "status": row.status,
        "verdict": row.verdict.verdict if row.verdict else None,
    }
    numbers: dict[str, object] = {}
    for metric, measured in row.measured.items():
        numbers |= {metric: measured.mean, f"{metric} sem": measured.sem, f"{metric} n": measured.n}
    taken = {*record, *numbers}
    return {
        **record,
        **{title_of(name, taken): row.parameters.get(name) for name in parameters},
        **numbers,
        "runs": len(row.runs),
        "last run": last.run if last else None,
        "seconds": last.seconds if last else None,
    }


def _main_text(row: Row) -> str:
    """The primary metric with its mean."""
    main = row.main
    return f"{main.metric} {_mean_text(main.mean, main.sem, main.n)}" if main is not None else ""


def _mean_text(mean: float | None, sem: float | None, n: int) -> str:
    """Mean, SEM and n."""
    return f"{shown(mean, sem)} ×{n}" if n else "no values"


def _html(rows: Sequence[Row]) -> str:
    """Experiments as a plain table: what the front end's own style makes of it fits light and dark."""
    # Its table of entities is not for every kernel to load.
    from html import escape

    lines = [
        "<tr><th>" + "</th><th>".join(("experiment", "note", "result", "verdict", "parent", "status")) + "</th></tr>"
    ]
    for row in rows[-_MAX_SHOWN * 10 :]:
        parent = short(row.parent) if row.parent is not None else ""
        verdict = row.verdict.verdict if row.verdict else ""
        values = (str(row.name), row.title, _main_text(row), verdict, parent, row.status)
        texts = "".join(f'<td style="text-align:left">{escape(printable(value))}</td>' for value in values)
        lines.append(f"<tr>{texts}</tr>")
    return f"<table>{''.join(lines)}</table>"
