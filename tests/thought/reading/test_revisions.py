from jupyter_xpt.ground.facts import ExperimentFacts
from jupyter_xpt.thought.reading import revisions
from jupyter_xpt.thought.reading.lineage import Overviewer
from jupyter_xpt.thought.reading.revisions import Revisions
from tests.builders import by_name, experiment_record, facts


def numbers(delta) -> list[int]:
    """The rows that a delta tells of."""
    return [changed.row.number for one in delta.lineages for changed in one.rows]


def dog(number: int) -> ExperimentFacts:
    """An experiment of another series."""
    record = experiment_record(number, series="dogs")
    return ExperimentFacts(record.name, record)


class Folder:
    """Overviews of facts that change, and what is counted of them."""

    def __init__(self) -> None:
        self.overviewer, self.revisions = Overviewer(), Revisions()
        self.notebooks: frozenset[str] = frozenset()

    def take(self, *experiments: ExperimentFacts) -> int:
        """Takes the overview of these."""
        return self.revisions.take(self.overviewer.overview(by_name(*experiments)), self.notebooks)


ONE, TWO, THREE = facts(1, [0.9]), facts(2, [0.8], parent=1), facts(3, [0.7], parent=2)
DOG = dog(1)


def test_the_first_is_told_whole():
    folder = Folder()
    assert folder.take(ONE, TWO) == 1
    delta = folder.revisions.since(None)
    assert (delta.full, numbers(delta), delta.gone) == (True, [1, 2], ())


def test_what_did_not_change_is_no_revision():
    folder = Folder()
    assert folder.take(ONE) == folder.take(ONE) == 1
    assert numbers(folder.revisions.since(1)) == []


def test_only_what_changed_is_told():
    folder = Folder()
    folder.take(ONE, TWO)
    folder.take(ONE, TWO, THREE, DOG)
    delta = folder.revisions.since(1)
    assert numbers(delta) == [3, 1]
    assert [one.ordered for one in delta.lineages] == [True, True]
    folder.take(ONE, facts(2, [0.81], parent=1), THREE, DOG)
    delta = folder.revisions.since(2)
    assert {*numbers(delta)} == {2, 3}
    assert [one.ordered for one in delta.lineages] == [False]


def test_experiments_and_series_that_go_are_told():
    folder = Folder()
    folder.take(ONE, TWO, THREE, DOG)
    folder.take(ONE, TWO)
    delta = folder.revisions.since(1)
    assert delta.gone == ("dogs",)
    assert [one.gone for one in delta.lineages] == [(3,)]
    assert folder.revisions.series_since(1) == ("cats", "dogs")
    assert folder.revisions.series_since(2) == ()


def test_a_series_that_comes_back_with_fewer_tells_which_are_gone():
    folder = Folder()
    folder.take(ONE, TWO, THREE)
    folder.take()
    folder.take(ONE)
    delta = folder.revisions.since(1)
    assert (delta.full, delta.gone, numbers(delta)) == (False, (), [1])
    assert [one.gone for one in delta.lineages] == [(2, 3)]


def test_a_number_that_comes_back_is_not_gone():
    folder = Folder()
    folder.take(ONE, TWO)
    folder.take(ONE)
    folder.take(ONE, TWO)
    delta = folder.revisions.since(1)
    assert [one.gone for one in delta.lineages] == [()]
    assert 2 in numbers(delta)


def test_a_notebook_that_appears_changes_its_row_alone():
    folder = Folder()
    folder.take(ONE, TWO)
    folder.notebooks = frozenset(["cats_002.ipynb", "other.ipynb"])
    folder.take(ONE, TWO)
    delta = folder.revisions.since(1)
    assert [(one.row.number, one.notebook) for one in delta.lineages[0].rows] == [(2, True)]


def test_a_revision_that_is_not_known_is_told_all():
    folder = Folder()
    folder.take(ONE)
    for revision in (-1, 2, 10**9):
        assert folder.revisions.since(revision).full


def test_what_is_gone_is_remembered_within_bounds(monkeypatch):
    monkeypatch.setattr(revisions, "_MAX_GONE", 2)
    folder = Folder()
    folder.take(ONE, TWO, THREE, facts(4, [0.6], parent=3))
    folder.take(ONE)
    assert folder.revisions.since(1).full
    assert not folder.revisions.since(2).full
