"""The bill and the design checks on the page: the same figures as the tables, in both languages."""

from dataclasses import replace

import pandas as pd
import pytest
from tests.report.reading import captioned_of, paragraphs_of

from spongecalc.assess.bill import bill_tables
from spongecalc.design.check import FAIL, LIMIT_NOT_READ, NOT_CHECKABLE
from spongecalc.report.content.bill_chapters import community_bill, county_bill
from spongecalc.report.content.design_chapters import LISTED, community_design, county_design
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.html_page import page_text


def texts(table):
    return [[c.text for c in row] for row in table.rows]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_breakdowns_of_the_county_add_up(whole_run, lang):
    """Three communities with 30 m of DN300 rain and 30 m of DN200 sewage pipe each."""
    part = county_bill(whole_run.review, Wording(lang))
    first = captioned_of(part)[0][1]
    assert texts(first) == [["200", "", "90.00"], ["300", "90.00", ""]]
    assert [c.text for c in first.foot][1:] == ["90.00", "90.00"]
    assert "90.00 m" in paragraphs_of(part)[0]


def test_a_community_has_its_own_thirty_meters(whole_run):
    page = whole_run.review.pages[1]
    part = community_bill(page, whole_run.review, Wording("en"))
    assert [c.text for c in captioned_of(part)[0][1].foot][1:] == ["30.00", "30.00"]


def test_a_claim_that_differs_is_on_the_page(whole_run):
    communities = whole_run.built.checked.layers["communities"].assign(claimed_storm_m=[60.0, 30.0, 30.0])
    layers = whole_run.built.checked.layers.with_frame("communities", communities)
    tables = bill_tables(layers, whole_run.built.checked.project.settings)
    review = replace(whole_run.review, tables={**whole_run.review.tables, **tables})
    part = county_bill(review, Wording("en"))
    assert "Of 6 claimed lengths 1 differ" in paragraphs_of(part)[1]
    shown = dict(captioned_of(part))["Claims"]
    assert any("a pipe counted twice" in row for row in texts(shown))
    assert any("A-PR" in row for row in texts(shown))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_failed_checks_are_listed_with_limit_and_clause(whole_run, lang):
    checks = whole_run.review.tables["design_checks"]
    page = whole_run.review.pages[0]
    failed = checks[(checks["community_id"] == page.community_id) & (checks["verdict"] == FAIL)]
    failed = failed[failed["status"] == "proposed"]
    assert len(failed)
    part = community_design(page, whole_run.review, Wording(lang))
    listed = texts(captioned_of(part)[1][1])
    assert len(listed) == min(len(failed), LISTED)
    assert all("GB" in row[-1] for row in listed)
    summary = texts(captioned_of(part)[0][1])
    assert sum(int(row[2]) for row in summary) == len(failed)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_would_break_a_limit_nobody_read_is_named(whole_run, lang):
    """The verdict counts it as a condition: a reader has to find which feature, which figure and which limit."""
    checks = whole_run.review.tables["design_checks"].copy()
    page = whole_run.review.pages[0]
    own = checks[(checks["community_id"] == page.community_id) & (checks["status"] == "proposed")].index
    checks.loc[own, ["verdict", "reason", "excess"]] = ["pass", "", -1.0]
    facts = {
        "verdict": NOT_CHECKABLE,
        "reason": LIMIT_NOT_READ,
        "value": 0.00148,
        "limit": 0.002,
        "excess": 0.00052,
        "unit": "m/m",
    }
    checks.loc[own[0], list(facts)] = list(facts.values())
    checks.loc[own[1], ["verdict", "reason", "excess"]] = [NOT_CHECKABLE, LIMIT_NOT_READ, -0.1]
    review = replace(whole_run.review, tables={**whole_run.review.tables, "design_checks": checks})
    part = community_design(page, review, Wording(lang))
    (row,) = texts(captioned_of(part)[0][1])
    assert row[1] == checks.loc[own[0], "feature_id"]
    assert row[3:6] == ["0.00148", "0.002", "0.00052"]
    said = paragraphs_of(part)[0]
    assert str(len(own)) in said and "2" in said


def test_counts_of_the_county_are_those_of_the_table(whole_run):
    checks = whole_run.review.tables["design_checks"]
    part = county_design(whole_run.review, Wording("en"))
    counted = [c.text for c in captioned_of(part)[0][1].foot][1:]
    verdicts = checks["verdict"].value_counts()
    assert counted == [str(verdicts.get(v, 0)) for v in ("pass", "fail", "not_checkable")]


def test_pipes_with_more_than_their_full_flow_are_named_with_both_flows(whole_run):
    page = whole_run.review.pages[0]
    checks = whole_run.review.tables["design_checks"].copy()
    pipe = f"{page.community_id}-PR"
    checks.loc[(checks["check"] == "swmm_peak") & (checks["feature_id"] == pipe), "verdict"] = "fail"
    review = replace(whole_run.review, tables={**whole_run.review.tables, "design_checks": checks})
    found = dict(captioned_of(community_design(page, review, Wording("en"))))
    caption = "Pipes with more than their full flow: design flow of rain pipes at P = 3 a, "
    caption += "and peak in SWMM under P3-120"
    row = review.tables["pipe_hydraulics"].set_index("pipe_id").loc[pipe]
    (shown,) = texts(found[caption])
    assert shown[0] == pipe
    assert shown[3:6] == [f"{row[c]:.2f}" for c in ("design_flow_l_s", "full_flow_l_s", "swmm_peak_l_s")]


def test_a_limit_of_the_project_is_printed_with_its_reason(whole_run):
    checks = whole_run.review.tables["design_checks"].copy()
    own = checks["check"] == "min_cover"
    checks.loc[own, "how_known"] = "set by the project"
    checks.loc[own, "clause"] = "GB 50014-2021 5.3; set by the project: <casing>"
    review = replace(whole_run.review, tables={**whole_run.review.tables, "design_checks": checks})
    part = county_design(review, Wording("en"))
    assert "<casing>" in str(texts(captioned_of(part)[1][1]))
    assert "<casing>" not in page_text(review, "en")


def test_without_tables_or_checks_the_parts_say_nothing_or_so(whole_run):
    bare = replace(whole_run.review, tables={})
    assert county_bill(bare, Wording("zh")) is None
    assert county_design(bare, Wording("zh")) is None
    assert community_design(whole_run.review.pages[0], bare, Wording("zh")) is None
    empty = replace(bare, tables={"design_checks": pd.DataFrame(columns=["verdict", "community_id", "status"])})
    assert paragraphs_of(county_design(empty, Wording("en"))) == ["No network after the works to check."]


def test_both_parts_are_on_the_page(whole_run):
    page = page_text(whole_run.review, "en")
    assert page.count('<div class="inside p-bill">') == 4
    assert page.count('<div class="inside p-design">') == 4
