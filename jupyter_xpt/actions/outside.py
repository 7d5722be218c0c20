"""Outside: what a run takes from outside its source, gathered by name, masked, and told."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from jupyter_xpt.actions.prepared import Prepared
from jupyter_xpt.actions.session import Session
from jupyter_xpt.edges.kernel.surroundings import arguments, variables
from jupyter_xpt.ground.configuration import ARGUMENT, ASKED, ENVIRONMENT, INJECTED, OutsideRecord
from jupyter_xpt.ground.records import RunRecord, Warned
from jupyter_xpt.thought import notebooks, outside
from jupyter_xpt.thought.code import caveats
from jupyter_xpt.thought.code.outside import INJECTED_TAG, Read, injected, looks_injected, reads, sets
from jupyter_xpt.thought.parameters.parameters import read
from jupyter_xpt.thought.parameters.scalars import ENV, kind_of, scalars

_KINDS = (ENVIRONMENT, ARGUMENT, INJECTED, ASKED)
_MAX_TOLD = 300
_ANSWERS = "answers"


class RunOutside:
    """What one run takes from outside.

    Parameters
    ----------
    session, prepared
        The kernel's, and the run's experiment.
    """

    def __init__(self, session: Session, prepared: Prepared) -> None:
        self._session = session
        self._prepared = prepared
        source = prepared.source
        self._modules = {name: text for name, text in source.files if name.endswith(".py")}
        texts = (source.cell, *source.above, *self._modules.values())
        own = {self._name(one) for text in texts for one in sets(text)}
        found = dict.fromkeys(one for text in texts for one in reads(text))
        # The variable that each place names; empty for one that the source sets itself.
        names = {one: self._name(one) for one in found if one.kind == ENVIRONMENT}
        self._names = {one: "" if name in own else name for one, name in names.items() if name}
        self._takes_nothing = not found
        self._reads_arguments = any(one.kind == ARGUMENT for one in found)
        self._variables = variables(name for name in self._names.values() if name)
        self._injected = self._by_runner()

    def _name(self, one: Read) -> str:
        """The variable that a place names, empty where it is not known."""
        if one.name or not one.path:
            return one.name
        value = read(self._prepared.source).known(one.path)
        return value if isinstance(value, str) else ""

    def _by_runner(self) -> dict[str, str]:
        """The parameters that a runner set in a cell of its own."""
        content = self._prepared.origin.content
        cells = notebooks.cells(content) if content is not None else ()
        # A person's own cell may begin like those of papermill.
        written = {cell.source.strip() for cell in cells if cell.is_code and INJECTED_TAG not in cell.tags}
        found: dict[str, str] = {}
        for one in self._session.earlier:
            by_text = bool(cells) and looks_injected(one.source) and one.source.strip() not in written
            if INJECTED_TAG in one.tags or by_text:
                found.update(injected(self._session.python(one.source)))
        return found

    def records(self) -> tuple[OutsideRecord, ...]:
        """What came until now; variables as they were when the run began, those set meanwhile as they are now."""
        late = variables(name for name, value in self._variables.items() if value is None)
        known = {name: late[name] if value is None else value for name, value in self._variables.items()}
        words: tuple[OutsideRecord, ...] = ()
        if self._reads_arguments:
            words = tuple(outside.arguments(arguments())) or (OutsideRecord(ARGUMENT, "sys.argv"),)
        orders = [*(one.order for one in self._prepared.ran.above), self._prepared.ran.cell.order]
        return (
            *(outside.record(ENVIRONMENT, name, value) for name, value in known.items()),
            *words,
            *(outside.record(INJECTED, name, value) for name, value in self._injected.items()),
            *outside.answers(self._session.asked.by(orders)),
        )

    def warnings(
        self, body: str, above: Sequence[str], record: RunRecord, silenced: Container[str], number: int
    ) -> Iterator[Warned]:
        """What is to be said of what came.

        Parameters
        ----------
        body, above
            The cell's body and the cells above, as plain Python.
        record
            The run's record, with what came.
        silenced
            Codes not to give.
        number
            The experiment's.
        """
        if self._takes_nothing and not record.outside:
            return
        if "XPT007" not in silenced:
            yield from self._told(body, above, record.outside)
        facts = self._prepared.facts.get(number)
        if facts is not None and "XPT008" not in silenced:
            yield from outside.pooled(record.outside, facts.runs, record.digest)

    def _told(self, body: str, above: Sequence[str], records: Sequence[OutsideRecord]) -> Iterator[Warned]:
        """A line for each thing that came, with the place that takes it."""
        said_of = [(one.kind, said) for one in records if (said := outside.said(one))]
        of_kind = {kind: [said for one, said in said_of if one == kind] for kind in _KINDS}
        told = {one: self._said_of(name, records) for one, name in self._names.items()}
        told[Read(ARGUMENT)] = "; ".join(of_kind[ARGUMENT])[:_MAX_TOLD]
        # Answers are told one by one, unless the place is silenced.
        told[Read(ASKED)] = _ANSWERS
        found = caveats.look(body, above, 1, told=told)
        yield from (Warned(one.code, one.text, one.where) for one in found if one.text != _ANSWERS)
        if any(one.text == _ANSWERS for one in found):
            yield from (Warned("XPT007", said) for said in of_kind[ASKED])
        known = {one.text for one in found}
        for file, text in self._modules.items():
            said_here = dict.fromkeys(told.get(one, "") for one in reads(text))
            yield from (Warned("XPT007", said, file) for said in said_here if said and said not in {*known, _ANSWERS})
        yield from (Warned("XPT007", said) for said in of_kind[INJECTED])

    def _said_of(self, name: str, records: Sequence[OutsideRecord]) -> str:
        """What is said of a variable; nothing where a file that counts gives it the same value."""
        one = next((one for one in records if one.kind == ENVIRONMENT and one.name == name), None)
        if one is None or (one.value is not None and one.value in self._in_files(name)):
            return ""
        return outside.said(one)

    def _in_files(self, name: str) -> Iterator[str]:
        """The values that files of variables give a variable."""
        for file, text in self._prepared.source.files:
            if kind_of(file) == ENV:
                yield from (text[one.start : one.end] for one in scalars(file, text) if one.name == name)
