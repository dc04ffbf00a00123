"""Documents that sources cite, and their clauses."""

from __future__ import annotations

import re

import pytest

from spongecalc.assess.criteria import CRITERIA
from spongecalc.standards.documents import MANDATORY_CODE, cited, clause_name, clauses, documents
from spongecalc.standards.provenance import COPIES, PRACTICE, groups
from spongecalc.standards.tables import names, table

# Codes of a foreign exchange format and rules that no number is known of.
WITHOUT = ("ISYBAU", "CRS short names", "rules for surveys of misconnections")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("GB 50014-2021 5.2.4 table 5.2.4", (("GB 50014-2021", "5.2.4 table 5.2.4"),)),
        ("GB 50014-2021 4.1.8, 3 (rational method)", (("GB 50014-2021", "4.1.8, 3"),)),
        ("GB 50014-2021 B.0.2 and B.0.3 (annual maxima)", (("GB 50014-2021", "B.0.2 and B.0.3"),)),
        ("GB 50014-2021 appendix C", (("GB 50014-2021", "appendix C"),)),
        (
            "海绵城市建设技术指南 2014 表4-3; GB 50014-2021 table 4.1.8-1",
            (("海绵城市建设技术指南 2014", "表4-3"), ("GB 50014-2021", "table 4.1.8-1")),
        ),
        ("16S518 (flat grating; about 20 l/s each)", (("16S518", ""),)),
        ("20S515 round manholes by the largest pipe", (("20S515", ""),)),
        # A piece that opens otherwise cites nothing, and a number goes on to its end.
        ("engineering value: GB 50014-2021 has no row for it", ()),
        ("rules for surveys of misconnections (DB31); not in T/CECS 758-2020", ()),
        ("GB 50014-20211 4.1", ()),
    ],
)
def test_a_source_names_its_documents_and_clauses(source: str, found: tuple[tuple[str, str], ...]) -> None:
    assert cited(source) == found


def test_every_row_that_is_not_practice_cites_a_document_of_the_list() -> None:
    used: set[str] = set()
    for name in names():
        if name in (COPIES, "documents"):
            continue
        frame = table(name)
        for source, how, _ in groups(frame):
            for written, known in frame[[source, how]].itertuples(index=False, name=None):
                places = cited(written)
                if known == PRACTICE:
                    continue
                used |= {d for d, _ in places}
                assert places or written.startswith(WITHOUT), (name, written)
    assert used == set(documents())


def test_the_mandatory_code_comes_first_and_its_clauses_are_mandatory() -> None:
    first = next(iter(documents().values()))
    assert (first.document, first.kind, first.in_force_from) == ("GB 55027-2022", MANDATORY_CODE, "2022-10-01")
    of_code = [c for c in clauses() if c.document == first.document]
    assert {c.mandatory for c in of_code} == {"yes"}
    # What the announcement of GB 50014-2021 names as mandatory among what is applied.
    others = {(c.document, c.clause) for c in clauses() if c.mandatory == "yes"} - {
        (c.document, c.clause) for c in of_code
    }
    assert others == {("GB 50014-2021", "4.1.6")}
    # 3.2.1: runoff not above that before; 3.3.1: no ponding at the sewer's return period.
    assert {c.name: c.clause for c in of_code if c.name in ("runoff", "ponding")} == {
        "runoff": "3.2.1",
        "ponding": "3.3.1",
    }


def test_clauses_belong_to_criteria_checks_and_methods_that_there_are() -> None:
    checks = set(table("check_force")["check"])
    for clause in clauses():
        assert cited(clause.source) == ((clause.document, clause.clause),)
        assert clause.name in {"criterion": CRITERIA, "check": checks}.get(clause.of, (clause.name,))


def test_a_clause_in_words_of_the_language() -> None:
    assert clause_name("commentary 5.2.3", "zh") == "条文说明5.2.3"
    assert clause_name("4.1.3 table 4.1.3", "zh") == "4.1.3 表4.1.3"
    assert clause_name("附录2", "en") == "annex 2"
    for clause in clauses():
        assert not re.search(r"[a-z]{3}", clause_name(clause.clause, "zh")), clause
