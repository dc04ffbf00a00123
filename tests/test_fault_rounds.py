"""Fifty rounds of misfortune with a small project: in the end its results are those of an undisturbed one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.fault_rounds import KINDS, KINDS_OF_OTHERS, OTHERS, Tally, play_rounds, play_rounds_of_others

ROUNDS, SEED = 50, 20261129
ROUNDS_OF_OTHERS = 2
"""Of each kind with each command."""
EVERY_NTH_OF_ALL = 16
"""Rounds of ``spongecalc all`` take several times as long as those of ``run``; the bench has a hundred."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks warm processes and looks into /proc")


def print_and_judge(tally: Tally, mounted: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Print what came of the rounds, and hold that nothing came which must not."""
    with capsys.disabled():
        print("\n" + "\n".join(tally.lines()))
        if not mounted:
            print("  no disk could be mounted: a limit on the size of files stood in for a full one")
    assert tally.tracebacks == []
    assert tally.differences == []
    assert tally.unsaid == []


def test_after_fifty_rounds_of_misfortune_results_are_those_of_an_undisturbed_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tally, mounted = play_rounds(tmp_path, ROUNDS, SEED, EVERY_NTH_OF_ALL)
    print_and_judge(tally, mounted, capsys)
    assert sum(tally.rounds.values()) == ROUNDS
    assert set(tally.rounds) == set(KINDS)
    # The misfortunes came: most of those of a disk end the command.
    assert sum(tally.struck[kind] for kind in ("full", "read-only", "quota", "damaged", "no right")) >= 8
    assert tally.struck["kill"] >= 2


def test_other_commands_after_a_full_disk_and_a_kill_give_what_they_give_undisturbed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """export, sweep, store and roundtrip: files, figures and words."""
    pytest.importorskip("duckdb")
    pytest.importorskip("ifcopenshell")
    tally, mounted = play_rounds_of_others(tmp_path, ROUNDS_OF_OTHERS, SEED)
    print_and_judge(tally, mounted, capsys)
    assert tally.rounds == dict.fromkeys(KINDS_OF_OTHERS, ROUNDS_OF_OTHERS * len(OTHERS))
    assert tally.struck["kill"] == ROUNDS_OF_OTHERS * len(OTHERS)
    assert not mounted or tally.struck["full"] >= len(OTHERS)
