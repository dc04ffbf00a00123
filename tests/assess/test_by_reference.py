"""What reference runs sway: a site that they alone have makes a criterion conditional, tables carry the range."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from tests.conftest import WholeRun

from spongecalc.assess.communities import communities_table
from spongecalc.assess.criteria import verdicts
from spongecalc.assess.review import Review
from spongecalc.report.content.compose import compose
from spongecalc.report.content.document import Chapter, TableBlock
from spongecalc.steps import pipeline
from spongecalc.swmm.model import FLOODING
from spongecalc.swmm.run_result import RunResult

RUN = "A/after/P3-120"


def flooded(result: RunResult, node: str) -> RunResult:
    """A reference run in which 2 m3 come up at a node, and all pipes carry half as much more."""
    nodes, links, outfalls = result.nodes.copy(), result.links.copy(), result.series.copy()
    nodes.loc[node, ["flood_volume_m3", "max_ponded_m3", "flood_peak_l_s", "flooded_h"]] = (2.0, 2.0, 5.0, 0.5)
    nodes.loc[node, "max_depth_m"] += 0.5
    links["peak_l_s"] *= 1.5
    flows = [c for c in outfalls.columns if c.startswith("inflow_l_s:")]
    outfalls[flows] *= 1.5
    return replace(result, nodes=nodes, links=links, series=outfalls)


@pytest.fixture(scope="module")
def reviewed(whole_run: WholeRun) -> Review:
    """The small project with such a reference run of A after the works."""
    model = next(m for m in whole_run.built.models if (m.name, m.scenario) == ("A", "after"))
    elements = model.elements
    (node,) = elements.loc[(elements["feature_id"] == "A-R1") & elements["role"].isin(FLOODING), "model_id"]
    references = {RUN: flooded(whole_run.results[RUN], node)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "kept_references", lambda *_: references)
        return pipeline.assess(whole_run.built, whole_run.results, "en")


def test_a_criterion_that_only_the_reference_fails_is_conditional(reviewed: Review, whole_run: WholeRun) -> None:
    row = reviewed.tables["communities"].set_index("community_id").loc["A"]
    plain = whole_run.review.tables["communities"].set_index("community_id").loc["A"]
    own = {v.criterion: v.answer for v in verdicts(plain.to_dict(), whole_run.review.judging)}
    told = {v.criterion: v for v in verdicts(row.to_dict(), reviewed.judging)}
    assert own["ponding"] != "fail"
    assert "ponding=fail" in row["verdict_unsettled"].split("; ")
    assert told["ponding"].answer == "conditional"
    assert told["ponding"].unsettled == (own["ponding"], "fail")
    # Figures stay the run's; the other communities have no reference, and stay as they were.
    assert row["ponding_after_m3"] == plain["ponding_after_m3"]
    assert set(reviewed.tables["communities"]["verdict_unsettled"].dropna()) == {row["verdict_unsettled"]}


def test_tables_carry_the_other_end_of_each_range(reviewed: Review) -> None:
    pipes = reviewed.tables["pipe_hydraulics"].set_index("pipe_id")
    rows = reviewed.tables["settled"]
    moved = rows[rows["object"] == "pipe"].set_index("object_id")["reference_value"]
    assert len(moved)
    for pipe, reference in moved.items():
        assert pipes.loc[pipe, "swmm_peak_reference_l_s"] == pytest.approx(reference, abs=0.005)
        assert pipes.loc[pipe, "swmm_peak_reference_l_s"] == pytest.approx(1.5 * pipes.loc[pipe, "swmm_peak_l_s"])
    assert pipes["swmm_peak_reference_l_s"].notna().sum() == len(moved)
    peaks = reviewed.tables["outfall_peaks"].set_index(["community_id", "scenario", "receives"])
    own = peaks.loc[("A", "after", "all")]
    assert own["peak_reference_l_s"] == pytest.approx(1.5 * own["peak_l_s"])
    assert pd.isna(peaks.loc[("B", "after", "all"), "peak_reference_l_s"])
    (site,) = rows[(rows["object"] == "site") & (rows["figure"] == "volume_m3")].to_dict("records")
    assert (site["value"], site["reference_value"]) == pytest.approx((0.0, 2.0))


def test_the_figures_of_communities_have_the_other_end_beside_them(reviewed: Review, whole_run: WholeRun) -> None:
    table = reviewed.tables["communities"].set_index("community_id")
    own = table.loc["A"]
    assert own["outfall_peak_after_reference_l_s"] == pytest.approx(1.5 * own["outfall_peak_after_l_s"])
    assert (own["ponding_after_m3"], own["ponding_after_reference_m3"]) == pytest.approx((0.0, 2.0))
    ends = [c for c in table.columns if "_reference_" in c]
    assert len(ends) == 4
    # Nothing else moved: before the works, and elsewhere, no figure has another end.
    assert table.loc[["B", "C"], ends].isna().all(axis=None)
    assert own[[c for c in ends if "before" in c]].isna().all()
    # TOTAL of volumes is the sum by the reference runs, of communities without any their own.
    total = table.loc["TOTAL"]
    others = table.loc[["B", "C"], "ponding_after_m3"].sum()
    assert total["ponding_after_reference_m3"] == pytest.approx(2.0 + others)
    assert pd.isna(total["outfall_peak_after_reference_l_s"])
    assert whole_run.review.tables["communities"][ends].isna().all(axis=None)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sentences_and_the_countys_table_give_both_ends(reviewed: Review, lang: str) -> None:
    document = compose(reviewed, lang)
    texts = [b for c in document.chapters for b in c.blocks]
    lines = [line.found for b in texts if b.kind == "verdicts" for line in b.lines if line.question == "outflow"]
    low, high = (1.0 * reviewed.tables["communities"].set_index("community_id").loc["A", c] for c in ENDS)
    assert any(f"{low:.2f}–{high:.2f}" in line for line in lines)
    cells = [c for b in texts if isinstance(b, TableBlock) for r in b.table.rows for c in r]
    assert any("0.00–2.00" in c.text and c.column != "ponding_after_m3" for c in cells)


ENDS = ("outfall_peak_after_l_s", "outfall_peak_after_reference_l_s")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_says_what_is_not_settled(reviewed: Review, lang: str) -> None:
    document = compose(reviewed, lang)
    chapter: Chapter = next(c for c in document.chapters if c.heading == "Square A")
    (line,) = [
        line
        for block in chapter.blocks
        if block.kind == "verdicts"
        for line in block.lines
        if line.question == "ponding"
    ]
    assert {"zh": "结果不确定", "en": "Not settled"}[lang] in line.found
    tables = [b for b in chapter.blocks if isinstance(b, TableBlock) and b.name == "outfalls"]
    assert any("–" in cell.text for table in tables for row in table.table.rows for cell in row)


def test_a_sum_that_moves_by_less_than_five_percent_is_one_figure() -> None:
    """100 and 10 m3, of which the reference runs say 101 and 8: 109 of 110 in all is no range."""
    rows = [
        {"community_id": c, "status": "done", "ponding_before_m3": v, "ponding_after_m3": 0.0}
        for c, v in (("A", 100.0), ("B", 10.0))
    ]

    def total(a_m3: float, b_m3: float) -> float:
        by_reference = {
            c: {"ponding_before_m3": v, "ponding_after_m3": 0.0} for c, v in (("A", a_m3), ("B", b_m3))
        }
        table = communities_table(rows, "P3", ("before", "after"), by_reference=by_reference)
        return float(table.iloc[-1]["ponding_before_reference_m3"])

    assert pd.isna(total(101.0, 8.0))
    assert total(92.0, 8.0) == pytest.approx(100.0)
