"""Verdicts in words: the fact beside each criterion, and the method of the capture ratio with what doubts it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from tests.report.synthetic_review import synthetic_review

from spongecalc.assess import criteria as judged
from spongecalc.language import LANGUAGES, catalogue
from spongecalc.report.content.criteria_tables import reasons_said
from spongecalc.report.content.verdict_words import brief_said, found_said
from spongecalc.report.content.wording import Wording

TARGET = {"capture_percent": 45.0}


def page_of(review, **changed):
    """The page of A03, which passes everything, with other figures."""
    page = next(p for p in review.pages if p.community_id == "A03")
    return replace(page, row={**page.row, **changed})


def said_of(criterion, lang="en", said=found_said, checks=None, **changed):
    review = replace(synthetic_review(), targets=TARGET)
    if checks is not None:
        review = replace(review, tables={**review.tables, "design_checks": checks})
    page = page_of(review, **changed)
    verdict = next(v for v in judged.verdicts(page.row, review.judging) if v.criterion == criterion)
    return said(verdict, page, review, Wording.of(review, lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_answer_that_does_not_pass_has_its_brief(lang):
    """Of each sentence on a finding there is a brief one, but for those that only a pass has."""
    words = catalogue("report", lang)
    found = {k.removeprefix("report.finding.") for k in words if k.startswith("report.finding.")}
    passing = {
        "lengths_agree",
        "separated",
        "capture_reached",
        "runoff_falls",
        "runoff_same",
        "outfalls_within",
        "outfalls_hold",
        "outfalls_none",
        "ponding_gone",
        "ponding_never",
        "ponding_none_after",
        "waterlogging_none",
        "waterlogging_within",
        "design_good",
        "design_unread",
        "data_good",
    }
    parts = {
        f for f in found if f.startswith(("capture_by_", "capture_doubt_", "capture_without_", "outfall_from_"))
    }
    assert passing < found
    assert {f for f in found - passing - parts if f"report.brief.{f}" not in words} == set()


def test_the_capture_ratio_names_its_method_and_the_others():
    told = said_of("capture")
    assert "SWMM, continuous" in told
    assert "55.00 to 65.00 %" in told
    assert "By GB/T 51345-2018 it is 50.00 %" in told
    assert "12.50 %" in told
    assert "SWMM 设计降雨场次法" in said_of("capture", "zh", capture_method="events")


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        ({"capture_after_percent_low": 40.0}, "unfavourable end of its parameters only 40.00 %"),
        ({"assessed_capture_after_percent": 30.0}, "by GB/T 51345-2018 it is short of it"),
        ({"target_lost_year": 4.0}, "from year 4 on"),
    ],
)
def test_what_doubts_it_is_said(changed, doubt):
    assert doubt in said_of("capture", **changed)
    brief = said_of("capture", said=brief_said, **changed)
    assert doubt.replace("short of it", "only 30.00 %") in brief and "60.00 % reaches 45.00 %" in brief


def test_all_doubts_stand_beside_one_another():
    told = said_of("capture", capture_after_percent_low=40.0, assessed_capture_after_percent=30.0)
    assert "40.00 %; by GB/T" in told and "By GB/T 51345-2018 it is 30.00 %" in told


def check(**changed):
    row = {
        "community_id": "A03",
        "check": "min_slope",
        "verdict": "fail",
        "feature_id": "A03-Y1",
        "other_id": "",
        "status": "proposed",
        "value": 0.0012,
        "limit": 0.003,
        "excess": 0.0018,
        "unit": "m/m",
        "reason": "",
    }
    return row | changed


def design(lang, *checks):
    counts = {"design_failed_advice": len(checks), "design_open": 0, "design_failing": "A03-Y1"}
    return said_of("design", lang, brief_said, pd.DataFrame(checks), **counts)


def test_a_failed_check_is_told_with_feature_value_and_limit():
    assert design("zh", check()) == "A03-Y1 设计坡度 0.0012 < 0.003"
    spacing = check(check="max_manhole_spacing", value=44.5, limit=40.0, excess=4.5, unit="m", other_id="A03-Y2")
    assert design("zh", spacing) == "A03-Y1 / A03-Y2 检查井间距 44.5 > 40 m"


def test_of_many_failed_checks_three_are_told():
    told = design("en", *(check(feature_id=f"A03-Y{n}", excess=0.001 * (n + 1)) for n in range(5)))
    assert told.endswith("; 2 more") and told.count("<") == 3


def test_limits_that_nobody_read_decide_nothing_and_are_told():
    row = {"design_unconfirmed": 2, "design_failing": "A03-Y1, A03-Y2"}
    told = said_of("design", "zh", **row)
    assert "没有不符合项；另有 2 项超出未读到原文的限值，不作判定" in told
    assert "A03-Y1, A03-Y2" in told


def test_checks_of_others_and_of_what_stood_are_not_told():
    told = design("en", check(), check(community_id="A01", feature_id="Z1"), check(status="existing"))
    assert told.count("<") == 1


def test_reasons_carry_their_facts():
    review = synthetic_review()
    (page,) = (p for p in review.pages if p.community_id == "A01")
    told = reasons_said(page, review, Wording.of(review, "zh"))
    assert "雨污分流（不符合）：混接点 2 处：" in told and "进入雨水排放口的污水 1.35 m³/d" in told
    joint = page.joints[page.joints["scenario"] == "after"].iloc[0]
    assert joint["feature_id"] in told and f"接入 {joint['at_node']}" in told
    assert "3.50 m³" in told


def test_a_receiver_that_got_no_rain_before_is_said_to_get_it_anew():
    listed = "P3-120: Y5 0.00 → 65.66, Y6 10.00 → 12.00 l/s"
    told = said_of("outflow", "zh", brief_said, outfalls_to_confirm=listed)
    assert told.endswith("P3-120：Y5 新增 65.66, Y6 10.00 → 12.00 L/s")


def test_a_guides_ratio_of_nought_is_explained():
    assert "no facility with a control volume" in said_of("capture", guide_capture_after_percent=0.0)
    assert "no facility with a control volume" not in said_of("capture")


def test_an_inferred_slope_is_said_to_be_one():
    told = design("zh", check(reason="fall_between_node_inverts"))
    assert told == "A03-Y1 设计坡度 0.0012 < 0.003（按两端井底高差）"


def test_open_warnings_are_told_in_their_own_words():
    review = synthetic_review()
    (page,) = (p for p in review.pages if p.community_id == "A03")
    rows = [
        {"community_id": "A03", "severity": "warning", "feature_id": f, "message": f"{f} is narrower."}
        for f in ("P1", "P2", "P3", "P4", "P9")
    ]
    row = page.row | {"verdict_warnings": 4, "verdict_warned": "P1, P2, P3, P4"}
    page = replace(page, row=row)
    review = replace(review, tables=review.tables | {"findings": pd.DataFrame(rows)})
    verdict = judged.Verdict("data", "conditional", "data_warnings", {"verdict_warnings": 4, "features": ""})
    told = brief_said(verdict, page, review, Wording("en"))
    assert told == (
        "4 warnings to be confirmed (P1 P1 is narrower, P2 P2 is narrower, P3 P3 is narrower, 1 more)"
    )
