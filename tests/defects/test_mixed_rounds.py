"""A hundred rounds of mixed defects over a part of the example; ``make bench`` runs two thousand of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.defects.rounds import KINDS, Rounds, Tally, draws

ROUNDS, SEED = 100, 17


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tally]:
    """What came of the rounds, planted once for all tests of this file."""
    rounds = Rounds(tmp_path_factory.mktemp("defects") / "project")
    for defects in draws(rounds.folder, ROUNDS, SEED):
        rounds.run(defects)
    yield rounds.tally


def test_there_are_kinds_enough_and_most_were_planted(tally: Tally) -> None:
    assert len(KINDS) >= 120
    assert tally.rounds == ROUNDS
    assert len(tally.planted) >= 120
    # One to five at once: three in the mean.
    assert 2.5 * ROUNDS < sum(tally.planted.values()) < 3.5 * ROUNDS


def test_no_defect_ends_in_a_traceback(tally: Tally) -> None:
    assert tally.tracebacks == []


def test_no_community_is_touched_that_had_no_defect(tally: Tally) -> None:
    assert tally.touched == []


def test_no_defect_that_changes_a_model_or_the_bill_is_silent(tally: Tally) -> None:
    assert tally.silent == []


def test_no_sentence_holds_a_word_of_the_program(tally: Tally) -> None:
    assert tally.words == []


def test_the_ledger_of_intake_closes_in_every_round(tally: Tally) -> None:
    """By itself, and against the sums that geopandas alone makes of the files as they lie there."""
    assert tally.open_intake == []


def test_a_defect_that_nothing_names_would_be_counted(tmp_path: Path) -> None:
    """The judgement is no rubber stamp: with the findings taken away, a wider pipe and a lost one are silent."""
    rounds = Rounds(tmp_path / "project")
    whole = rounds._answer

    def dumb() -> object:
        answer = whole()
        return replace(answer, findings=rounds.plain.findings)

    rounds._answer = dumb  # type: ignore[method-assign,assignment]
    wanted = ["pipes: wider than the next", "pipes: one lost in the middle", "pipes: drawn backwards"]
    for defects in draws(rounds.folder, 3, SEED, wanted):
        rounds.run(defects[:1])
    planted = {name for name, count in rounds.tally.planted.items() if count}
    named = {text.split(" at ")[0] for text in rounds.tally.silent}
    # A pipe drawn backwards changes no model: its ends are named.
    assert named == planted - {"pipes: drawn backwards"} != set()
