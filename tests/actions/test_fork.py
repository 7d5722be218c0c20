import pytest

from jupyter_xpt.actions import fork
from jupyter_xpt.ground.errors import NotebookError, OptionError, UnknownExperiment
from tests import servers


def test_a_snapshot_is_enough_to_start_from(tmp_path):
    servers.write_all(tmp_path)
    made = fork.fork_in(tmp_path, "cats", 4, "next")
    assert (made.name.number, made.parent, made.notebook.name) == (7, 4, "cats_007.ipynb")
    assert "accuracy = 0.95" in made.notebook.read_text()


def test_a_draft_that_is_a_link_is_not_followed(tmp_path):
    servers.write_all(tmp_path)
    (tmp_path / "cats_006.ipynb").write_bytes(servers.notebook("six"))
    secret = tmp_path.parent / f"{tmp_path.name}-secret.ipynb"
    secret.write_bytes(servers.notebook("secret"))
    (tmp_path / "cats.ipynb").symlink_to(secret)
    assert "secret" not in fork.fork_in(tmp_path, "cats").notebook.read_text()


@pytest.mark.parametrize(
    ("series", "parent", "note", "refusal"),
    [
        ("dogs", None, "", UnknownExperiment),
        ("../cats", 4, "", UnknownExperiment),
        ("cats", 99, "", UnknownExperiment),
        ("cats", 1, "", NotebookError),
        ("cats", 4, "x" * 10_001, OptionError),
    ],
)
def test_what_cannot_be_forked_is_refused(tmp_path, series, parent, note, refusal):
    servers.write_all(tmp_path)
    with pytest.raises(refusal):
        fork.fork_in(tmp_path, series, parent, note)
    assert not list(tmp_path.glob("*.ipynb"))
