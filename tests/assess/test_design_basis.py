"""design_basis.csv: what a run applied, counted a second time from its other tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.conftest import WholeRun, take_through
from tests.small_project import CONFIRMED, write_small_project

from spongecalc.assess.design_basis import BASIS_COLUMNS
from spongecalc.report.content.basis_chapters import basis_chapter
from spongecalc.report.content.document import Chapter, TableBlock
from spongecalc.report.content.result_chapters import county_confirmations
from spongecalc.report.content.wording import Wording
from spongecalc.standards.documents import cited
from spongecalc.standards.tables import table


@pytest.fixture(scope="module")
def basis(whole_run: WholeRun) -> pd.DataFrame:
    return whole_run.review.tables["design_basis"]


def tables_of_chapter(chapter: Chapter) -> list[TableBlock]:
    return [b for b in chapter.blocks if isinstance(b, TableBlock)]


def of(basis: pd.DataFrame, **values: str) -> pd.DataFrame:
    for column, value in values.items():
        basis = basis[basis[column] == value]
    return basis


def test_every_check_that_was_decided_is_there_with_its_count(whole_run: WholeRun, basis: pd.DataFrame) -> None:
    checks = whole_run.review.tables["design_checks"]
    made = checks[checks["verdict"].isin(["pass", "fail"])]
    assert len(made) > 30
    counts = made.groupby(["check", "clause", "how_known"]).size()
    own = of(basis, applied_as="check", decides="yes")
    # The mandatory clauses beside them stand for the check as a whole.
    own = own[own["document"] != "GB 55027-2022"]
    told = own.drop_duplicates(["applied_to", "cited_as", "how_known"]).set_index(
        ["applied_to", "cited_as", "how_known"]
    )
    assert told["count"].sort_index().to_list() == counts.sort_index().to_list()


def test_the_clause_that_gives_a_limit_its_force_is_there(whole_run: WholeRun, basis: pd.DataFrame) -> None:
    checks = whole_run.review.tables["design_checks"]
    made = set(checks.loc[checks["verdict"].isin(["pass", "fail"]), "check"])
    frame = table("check_force")
    own = frame[frame["check"].isin(made) & (frame["how_known"] != "practice")]
    assert len(own) > 5
    there = set(zip(basis["document"], basis["clause"], basis["applied_to"], strict=True))
    for check, source in zip(own["check"], own["source"], strict=True):
        ((document, clause),) = cited(source)
        assert (document, clause, check) in there
    # A limit by the manual alone, where the clause that asks for the check is one that was read.
    assert set(of(basis, applied_as="force")["how_known"]) <= {"printed", "secondary"}


def test_one_unread_document_does_not_make_the_others_unread(basis: pd.DataFrame) -> None:
    inlets = of(basis, applied_to="inlet_capacity", applied_as="check")
    assert set(of(inlets, document="16S518")["how_known"]) == {"recalled"}
    assert set(of(inlets, document="GB 50014-2021")["how_known"]) == {"printed"}


def test_what_a_limit_nobody_read_leaves_open_decides_nothing(basis: pd.DataFrame) -> None:
    unread = of(basis, applied_as="check", how_known="recalled")
    assert len(unread)
    assert set(unread["decides"]) == {"no"}


def test_the_mandatory_code_stands_first_with_the_clauses_of_the_criteria(
    whole_run: WholeRun, basis: pd.DataFrame
) -> None:
    assert list(basis.columns) == BASIS_COLUMNS
    assert basis["document"].iloc[0] == "GB 55027-2022"
    code = of(basis, document="GB 55027-2022")
    assert set(code["mandatory"]) == {"yes"} and set(code["how_known"]) == {"printed"}
    applied = set(zip(code["clause"], code["applied_to"], strict=True))
    assert {("2.2.5", "separation"), ("3.2.1", "runoff"), ("3.3.1", "ponding")} <= applied
    # No target of capture is set, so none of its clauses was applied.
    assert "capture" not in set(basis["applied_to"])
    assert set(of(basis, applied_as="criterion")["applied_to"]) <= set(whole_run.review.judging.asked)


def test_practice_rests_on_no_clause(basis: pd.DataFrame) -> None:
    own = of(basis, how_known="practice")
    assert len(own) and set(own["document"]) == {""}


def test_the_report_lists_what_was_applied_and_what_is_to_be_confirmed(
    whole_run: WholeRun, basis: pd.DataFrame
) -> None:
    named = basis[basis["document"] != ""]
    for lang in ("zh", "en"):
        words = Wording.of(whole_run.review, lang)
        tables = {b.name: b.table for b in tables_of_chapter(basis_chapter(whole_run.review, words))}
        assert len(tables["documents"].rows) == named["document"].nunique()
        assert len(tables["clauses"].rows) == len(named.drop_duplicates(["document", "clause"]))
        assert tables["documents"].rows[0][0].text == "GB 55027-2022"
        assert "2022-10-01" in tables["documents"].rows[0][3].text
        said = county_confirmations(whole_run.review, words)
        rule = {"zh": "GB 50857-2013 表E.1", "en": "GB 50857-2013 table E.1"}[lang]
        assert sum(rule in s for s in said) == 1


def test_values_are_those_of_the_projects_own_covers_and_pipes(basis: pd.DataFrame) -> None:
    covers = of(basis, applied_as="value", applied_to="covers")
    # Concrete and green by both documents, permeable concrete by the guide alone.
    assert set(zip(covers["document"], covers["clause"], strict=True)) == {
        ("海绵城市建设技术指南 2014", "表4-3"),
        ("GB 50014-2021", "table 4.1.8-1"),
    }
    assert not {"facility_layers", "control_volumes"} & set(basis["applied_to"])
    trench = basis[basis["applied_to"].str.startswith("trench_")]
    assert set(trench["decides"]) == {"no"}


def test_what_nobody_read_is_seen_to_decide_until_the_project_confirms_it(
    whole_run: WholeRun, basis: pd.DataFrame, tmp_path: Path
) -> None:
    """Every storm rests on the formula, lengths on the rule they are measured by: nothing passes before that."""
    first = of(basis, applied_to="storm_formulas").iloc[0]
    assert (first["document"], first["how_known"], first["decides"]) == ("昆明市新编公式", "recalled", "yes")
    told = write_small_project(tmp_path / "told", toml=lambda written: written + CONFIRMED)
    review = take_through(told.folder).review
    after = review.tables["design_basis"]
    own = of(after, applied_to="storm_formulas").iloc[0]
    assert (own["document"], own["how_known"], own["decides"]) == (
        "昆明市新编公式",
        "confirmed by the project",
        "yes",
    )
    unread = of(basis, decides="yes", how_known="recalled")
    assert set(unread["document"]) == {"昆明市新编公式", "GB 50857-2013"}
    assert not len(of(after, decides="yes", how_known="recalled"))
    for own, count in ((whole_run.review, 2), (review, 0)):
        rows = own.tables["communities"].iloc[:-1]
        assert set(rows["values_not_read"]) == {count}
        assert not count or "pass" not in set(rows["verdict"])
        assert all(("data=" in reasons) == bool(count) for reasons in rows["verdict_reasons"])
