"""How the rows of the standards' tables are known."""

from __future__ import annotations

import re

import pytest

from spongecalc.standards.provenance import (
    COPIES,
    HOW_KNOWN,
    PRINTED,
    READ,
    SECONDARY,
    counts_by_how_known,
    decides,
    groups,
)
from spongecalc.standards.tables import names, table

OF_VALUES = tuple(n for n in names() if n != COPIES)


@pytest.mark.parametrize("name", OF_VALUES)
def test_every_row_says_in_one_of_four_words_how_it_is_known(name: str) -> None:
    frame = table(name)
    found = list(groups(frame))
    assert found, name
    for source, how, _ in found:
        assert frame[source].notna().all() and frame[source].astype(str).str.strip().ne("").all()
        assert set(frame[how]) <= set(HOW_KNOWN)


@pytest.mark.parametrize("name", OF_VALUES)
def test_what_was_read_names_the_copy_and_nothing_else_does(name: str) -> None:
    frame = table(name)
    copies = table(COPIES).set_index("copy")["kind"]
    for _, how, read_in in groups(frame):
        for known, copy in frame[[how, read_in]].itertuples(index=False, name=None):
            assert (copy in copies.index) if known in READ else (copy == "none"), (name, known, copy)
            if known == PRINTED:
                assert copies[copy] == "standard", (name, copy)


def test_a_copy_is_named_once_and_none_is_idle() -> None:
    copies = table(COPIES)
    assert copies["copy"].is_unique
    used = {c for n in OF_VALUES for _, _, read_in in groups(table(n)) for c in table(n)[read_in]}
    assert set(copies["copy"]) == used - {"none"}


def test_counts_add_up_to_the_rows_there_are() -> None:
    counts = counts_by_how_known().set_index("table")
    assert set(counts.index) == set(OF_VALUES)
    for name in OF_VALUES:
        frame = table(name)
        assert counts.loc[name].sum() == len(frame) * len(list(groups(frame)))
    assert counts.loc["storm_formula_intervals"].to_dict() == {
        "printed": 32,
        "secondary": 0,
        "practice": 0,
        "recalled": 0,
    }


def test_only_what_is_recalled_decides_nothing() -> None:
    assert [g for g in HOW_KNOWN if not decides(g)] == ["recalled"]
    assert decides("set by the project") and decides("confirmed by the project")


def test_no_source_calls_itself_recalled() -> None:
    """The grade says it; a source that says it, too, would still say it when the row has been read."""
    for name in OF_VALUES:
        frame = table(name)
        for source, _, _ in groups(frame):
            assert not frame[source].str.contains(re.compile("recalled|凭记忆")).any(), name
    assert SECONDARY in READ
