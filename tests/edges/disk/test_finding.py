import os
from pathlib import Path

from jupyter_xpt.edges.disk import finding
from jupyter_xpt.edges.disk.finding import find_folders


def make(root: Path, *folders: str) -> None:
    """Makes folders that hold experiments."""
    for folder in folders:
        (root / folder / "out" / ".xpt").mkdir(parents=True)


def test_folders_with_experiments_are_found_nearest_first(tmp_path):
    make(tmp_path, "a/b/c", "a", ".", "z")
    (tmp_path / "other" / "out").mkdir(parents=True)
    found = [path.relative_to(tmp_path).as_posix() for path in find_folders(tmp_path)]
    assert found == [".", "a", "z", "a/b/c"]


def test_hidden_folders_libraries_links_and_what_experiments_wrote_are_not_entered(tmp_path):
    make(tmp_path, ".git/x", "node_modules/x", "env/lib/site-packages/x", "a", "a/out/copy")
    os.symlink(tmp_path, tmp_path / "loop")
    (tmp_path / "b" / "out").mkdir(parents=True)
    os.symlink(tmp_path / "a" / "out" / ".xpt", tmp_path / "b" / "out" / ".xpt")
    assert find_folders(tmp_path) == [tmp_path / "a"]


def test_it_looks_at_no_more_than_is_bearable(tmp_path, monkeypatch):
    make(tmp_path, *(f"f{n:02}" for n in range(30)), "d/" * (finding.MAX_DEPTH + 1))
    monkeypatch.setattr(finding, "MAX_FOUND", 5)
    assert len(find_folders(tmp_path)) == 5
    monkeypatch.setattr(finding, "MAX_FOUND", 100)
    assert len(find_folders(tmp_path)) == 30
    monkeypatch.setattr(finding, "MAX_LOOKED_AT", 11)
    assert len(find_folders(tmp_path)) < 12


def test_a_folder_that_is_not_there_has_none(tmp_path):
    assert find_folders(tmp_path / "nothing") == []
