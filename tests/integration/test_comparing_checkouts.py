"""How `make bench BEFORE=commit` compares two checkouts; it measures nothing here."""

import subprocess

import pytest

from tests.benchmarks.checkouts import ROOT, Row, checkout
from tests.benchmarks.turns import Rounds, ratio, ratio_of

ALIKE = [1.0, 1.0, 1.0]


def row(before, now, first_now=ALIKE):
    """Returns what comes out of rounds that took so many seconds."""
    found = ratio(Rounds(now, 100.0), Rounds(before, 100.0))
    return Row("W1", 10, "tffsim", found, 1.0, (1.0, 1.0), ratio_of(first_now, ALIKE))


def test_a_row_is_worse_if_its_middle_half_lies_above_the_limit():
    before = [1.0, 1.0, 2.0, 1.0, 1.0]
    assert row(before, [1.1, 1.2, 2.2, 1.1, 1.1]).is_worse
    assert not row(before, [1.0, 1.2, 2.2, 1.0, 1.1]).is_worse
    assert not row(before, before).is_worse


def test_a_row_is_worse_if_only_its_first_round_is():
    assert row(ALIKE, ALIKE, first_now=[1.3, 1.4, 1.5]).is_worse
    assert not row(ALIKE, ALIKE, first_now=[1.1, 1.1, 1.3]).is_worse


def test_a_slow_moment_of_the_machine_counts_for_both():
    assert not row([1.0, 5.0, 1.0], [1.0, 5.0, 1.0]).is_worse


def test_a_folder_is_taken_as_it_is():
    with checkout(str(ROOT)) as path:
        assert path == ROOT


def test_a_folder_without_tffsim_is_refused(tmp_path):
    with pytest.raises(ValueError, match="There is no tffsim"), checkout(str(tmp_path)):
        pass


def test_what_is_neither_a_folder_nor_a_commit_is_refused():
    with pytest.raises(ValueError, match="neither a folder nor a commit"), checkout("no-such-commit"):
        pass


def test_a_checkout_of_a_commit_is_gone_afterwards(monkeypatch, tmp_path):
    repository = tmp_path / "repository"
    (repository / "tffsim").mkdir(parents=True)
    (repository / "tffsim" / "__init__.py").write_text("old = True\n", encoding="utf-8")
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "One"]):
        subprocess.run(["git", *command], cwd=repository, check=True)
    monkeypatch.setattr("tests.benchmarks.checkouts.ROOT", repository)
    with checkout("HEAD") as path:
        assert (path / "tffsim" / "__init__.py").read_text(encoding="utf-8") == "old = True\n"
    assert not path.exists()
    listed = subprocess.run(["git", "worktree", "list"], cwd=repository, capture_output=True, text=True, check=True)
    assert len(listed.stdout.splitlines()) == 1
