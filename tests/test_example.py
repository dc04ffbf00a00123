"""The worked example through the same code as any project: what it must show."""

import io
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest

from spongecalc.assess.communities import is_summed
from spongecalc.assess.continuous import read_continuous
from spongecalc.assess.review import Review
from spongecalc.assess.swept import Swept
from spongecalc.batch.runs import execute
from spongecalc.network.cross_connections import cross_connections
from spongecalc.network.mending import MendingRules, separate
from spongecalc.project.load import Project, load_project
from spongecalc.report.content.bill_chapters import county_bill
from spongecalc.report.content.design_chapters import county_design
from spongecalc.report.content.sweep_chapters import sweeps_chapter
from spongecalc.report.content.wording import Wording
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.steps.model_files import ModelFiles, stale_models
from spongecalc.steps.removal import removal_runs
from spongecalc.steps.sponge import continuous_path
from spongecalc.sweep.plan import plan_sweep
from spongecalc.sweep.tables import sweep_tables
from tests.bare_engine import FLOODING, FLOW, INFLOW, SEWAGE, link_series, node_series
from tests.kept_results import take_results_along
from tests.report.one_verdict import assert_one_verdict
from tests.report.reading import captioned_of, paragraphs_of

pytestmark = pytest.mark.example


def copy_project(repository: Path, folder: Path) -> Path:
    """The example's inputs in a folder of their own."""
    (folder / "gis").mkdir(parents=True)
    shutil.copy(repository / "spongecalc.toml", folder)
    for name in ("eshan_phase1.gpkg", "dem.tif", "eshan_bulletin.csv"):
        shutil.copy(repository / "gis" / name, folder / "gis")
    return folder


def edit_pipe(folder: Path, pipe_id: str, **values: object) -> None:
    """Change columns of one pipe in the example's GeoPackage."""
    path = folder / "gis" / "eshan_phase1.gpkg"
    pipes = gpd.read_file(path, layer="pipes")
    for column, value in values.items():
        pipes.loc[pipes["pipe_id"] == pipe_id, column] = value
    pyogrio.write_dataframe(pipes, path, layer="pipes", driver="GPKG")


@pytest.fixture(scope="module")
def folder(repository, tmp_path_factory) -> Path:
    project = copy_project(repository, tmp_path_factory.mktemp("example") / "project")
    take_results_along(repository, project)
    return project


@pytest.fixture(scope="module")
def built(folder) -> Built:
    return pipeline.build(pipeline.check(load_project(folder)))


@pytest.fixture(scope="module")
def results(built):
    return pipeline.run(built, 2)


@pytest.fixture(scope="module")
def review(built, results) -> Review:
    return pipeline.assess(built, results)


@pytest.fixture(scope="module")
def tables(built, review) -> dict[str, pd.DataFrame]:
    pipeline.write_results(built, review, "en")
    results_folder = built.checked.project.folder / "results"
    return {path.stem: pd.read_csv(path) for path in results_folder.glob("*.csv")}


def test_communities_has_22_rows_that_add_up_to_total(tables):
    table = tables["communities"]
    rows, total = table.iloc[:-1], table.iloc[-1]
    assert len(rows) == 22
    assert total["community_id"] == "TOTAL"
    assert (rows["status"] == "done").all()
    for column in filter(is_summed, rows.columns):
        # What is known of no community, such as level 3 where it was not run, is not known of all.
        assert rows[column].sum(min_count=1) == pytest.approx(total[column], abs=1e-6, nan_ok=True), column


def test_meters_laid_are_the_published_ones_and_agree_with_the_geometry(tables, folder):
    total = tables["communities"].iloc[-1]
    assert total["storm_laid_m"] == pytest.approx(2537, abs=0.5)
    assert total["sewage_laid_m"] == pytest.approx(2638, abs=0.5)
    assert total["combined_laid_m"] == 0
    pipes = gpd.read_file(folder / "gis" / "eshan_phase1.gpkg", layer="pipes")
    new = pipes[pipes["status"] == "proposed"]
    for system in ("storm", "sewage"):
        length = new[new["system"] == system].geometry.length.sum()
        assert total[f"{system}_laid_m"] == pytest.approx(length, abs=0.05)
    quantities = tables["quantities"]
    proposed = quantities[(quantities["item"] == "pipe") & (quantities["status"] == "proposed")]
    assert proposed["length_m"].sum() == pytest.approx(total["storm_laid_m"] + total["sewage_laid_m"], abs=0.2)


PUBLISHED_M = {"storm": 2537.00, "sewage": 2638.00, "telecom": 6345.00, "gas_low": 2659.00}


def test_breakdowns_add_up_to_the_published_meters_to_the_centimetre_in_csv(tables):
    bill, features = tables["quantities"], tables["quantity_features"]
    total = tables["communities"].iloc[-1]
    for table in (bill, features):
        laid = table[(table["status"] == "proposed") & table["length_m"].notna()]
        for system in ("storm", "sewage"):
            own = laid[(laid["item"] == "pipe") & (laid["system"] == system)]
            # Whole numbers of centimetres: nothing is left to the rounding of a float.
            assert round(own["length_m"] * 100).sum() == round(PUBLISHED_M[system] * 100)
            assert total[f"{system}_laid_m"] == pytest.approx(PUBLISHED_M[system], abs=1e-6)
            for column in ("diameter_mm", "material", "depth_band", "community_id"):
                parts = own.groupby(column)["length_m"].sum().round(2)
                assert round(parts * 100).sum() == round(PUBLISHED_M[system] * 100)
        for item in ("telecom", "gas_low"):
            own = laid[laid["item"] == item]
            assert round(own["length_m"] * 100).sum() == round(PUBLISHED_M[item] * 100)
    by_community = bill[(bill["item"] == "pipe") & (bill["status"] == "proposed")]
    sums = by_community.groupby(["community_id", "system"])["length_m"].sum().round(2)
    for row in tables["communities"].iloc[:-1].itertuples():
        assert sums[row.community_id, "storm"] == row.storm_laid_m
        assert sums[row.community_id, "sewage"] == row.sewage_laid_m


def test_breakdowns_in_the_workbook_and_on_the_page_are_the_same(tables, folder, review):
    book = openpyxl.load_workbook(folder / "results" / "quantities.xlsx", data_only=True)
    totals = list(book["Totals"].iter_rows(values_only=True))
    heads = list(zip(totals[0][1:], totals[1][1:], strict=True))
    foot = dict(zip(heads, totals[-1][1:], strict=True))
    assert foot["drainage pipe", "rain"] == pytest.approx(2537.00, abs=1e-9)
    assert foot["drainage pipe", "sewage"] == pytest.approx(2638.00, abs=1e-9)
    assert foot["telecom", "-"] == pytest.approx(6345.00, abs=1e-9)
    assert foot["gas, low pressure", "-"] == pytest.approx(2659.00, abs=1e-9)
    part = county_bill(review, Wording("en"))
    page = dict(captioned_of(part))
    assert len(tables)
    for title in ("By diameter", "By material", "By depth"):
        sheet = list(book[title].iter_rows(values_only=True))
        on_page = [[c.text for c in row] for row in page[title].rows]
        in_book = [[f"{v:.2f}" if v else "" for v in row[1:]] for row in sheet[1:-2]]
        assert [row[1:] for row in on_page] == in_book
        assert [c.text for c in page[title].foot][1:] == ["2537.00", "2638.00"]
    assert "2537.00 m" in paragraphs_of(part)[0]
    assert "6345.00 m" in paragraphs_of(part)[0]


def test_the_bulletin_and_the_communities_own_claims_agree(tables):
    claims = tables["claims"]
    assert set(claims["kind"]) == {"agrees"}
    bulletin = claims[claims["source"] == "eshan_bulletin.csv"]
    assert bulletin["claimed_m"].tolist() == [2537, 2638, 6345, 2659]
    assert bulletin["difference_m"].abs().max() < 0.01


def test_every_new_pipe_of_the_example_is_checked_with_its_clause_and_limit(tables, folder, review):
    checks = tables["design_checks"]
    pipes = gpd.read_file(folder / "gis" / "eshan_phase1.gpkg", layer="pipes")
    new = set(pipes.loc[pipes["status"] == "proposed", "pipe_id"])
    for check in ("min_diameter", "min_slope", "min_cover", "max_manhole_spacing", "max_velocity", "material"):
        assert new <= set(checks.loc[checks["check"] == check, "feature_id"]), check
    assert checks["clause"].notna().all()
    assert checks["how_known"].notna().all()
    assert (checks.loc[checks["verdict"] == "fail", "excess"] > 0).all()
    assert checks.loc[checks["verdict"] == "not_checkable", "reason"].notna().all()
    hydraulics = tables["pipe_hydraulics"]
    assert new <= set(hydraulics["pipe_id"])
    assert hydraulics["swmm_peak_l_s"].notna().all()
    # The report speaks of P = 3 a; the standard's least for a small town outside its centre is 2 a.
    assert set(checks.loc[checks["check"] == "capacity", "applies_to"]) == {"P = 3 a"}
    assert new <= set(checks.loc[(checks["check"] == "swmm_peak") & (checks["reason"] != "no_run"), "feature_id"])
    part = county_design(review, Wording("en"))
    assert str(len(checks)) in paragraphs_of(part)[0]


def test_exactly_the_planted_faults_fail_in_what_is_laid(tables, repository):
    """The limits are those of the clauses: 0.15 m over a pipe, 0.75 m/s, 0.60 m under a footway and so on."""
    planted = json.loads((repository / "tests" / "gis" / "planted_faults.json").read_text())
    checks = tables["design_checks"]
    failed = checks[(checks["verdict"] == "fail") & (checks["status"] != "existing")]
    # Too much for the old main of EY04 is a fault of another criterion (gis/README.md).
    beyond = failed["check"] == "receiver_capacity"
    assert set(failed.loc[beyond, "feature_id"]) == {"EY04"}
    failed = failed[~beyond]
    others = [other if isinstance(other, str) and other else None for other in failed["other_id"]]
    found = list(zip(failed["check"], failed["feature_id"], others, strict=True))
    assert sorted(found, key=str) == sorted([(p["check"], p["feature"], p["other"]) for p in planted], key=str)
    # Nothing is left open. Beyond a limit that nobody has read are inlets that get a third more than a grate's
    # rating says, half clogged and with the margin of 1.5 (gis/README.md).
    communities = tables["communities"].iloc[:-1].set_index("community_id")
    assert (communities["design_open"] == 0).all()
    unread = checks[(checks["reason"] == "limit_not_read") & (checks["excess"] > 0)]
    unread = unread[unread["status"] == "proposed"]
    assert set(unread["check"]) == {"inlet_capacity"} and len(unread) == 8
    assert (unread["value"] < 4 / 3 * unread["limit"]).all()
    assert communities["design_unconfirmed"].sum() == len(unread)
    reasons = communities["verdict_reasons"].fillna("")
    assert set(reasons.index[reasons.str.contains("design=fail")]) == {"EY02", "EY10", "EY15", "EY16"}
    # What breaks a limit that nobody has read decides nothing.
    assert set(reasons.index[reasons.str.contains("design=conditional")]) == {"EY13", "EY18"}


def test_the_rational_method_and_swmm_are_of_one_size(tables):
    """Two independent ways to the same storm flow: within a factor of two for every pipe of some size."""
    pipes = tables["pipe_hydraulics"]
    sizeable = pipes[(pipes["system"] == "storm") & (pipes["storm_l_s"] > 20)]
    assert len(sizeable) > 30
    ratio = sizeable["swmm_peak_l_s"] / sizeable["storm_l_s"]
    assert 0.5 < ratio.median() < 2


def test_exactly_the_planted_defects_are_left_after_the_works(tables, repository):
    planted = json.loads((repository / "tests" / "gis" / "planted_defects.json").read_text())
    after = tables["separation"].query("scenario == 'after'")
    assert dict(zip(after["community_id"], after["kind"], strict=True)) == {
        i: p["kind"] for i, p in planted.items()
    }
    assert len(after) == len(planted)
    communities = tables["communities"].iloc[:-1].set_index("community_id")
    assert set(communities.index[communities["separated_after"] == "no"]) == set(planted)


def test_the_planted_defects_are_the_smallest_set_with_their_households_and_flow(tables):
    after = tables["separation"].query("scenario == 'after'").set_index("community_id")
    assert (after["in_smallest_set"] == "yes").all()
    places = {"EY04": "EY04-L51", "EY11": "EY11-L34", "EY14": "EY14-H05", "EY19": "EY19-Y08"}
    assert after["feature_id"].to_dict() == places
    order = tables["work_order"].query("scenario == 'after'")
    assert order["feature_id"].tolist() == ["EY14-H05", "EY04-L51", "EY11-L34", "EY19-Y08"]
    assert order["length_m"].notna().all()
    assert order["households_cumulative"].iloc[-1] == after["households"].sum()
    # By hand: a house's residents x 120 l x 0.85, of which the balcony's share is 0.2; EY14's drains kitchen
    # and toilet of the house, 0.8 of its sewage.
    balcony, house = after.loc["EY04"], after.loc["EY14"]
    assert balcony["dry_m3_d"] == pytest.approx(balcony["residents"] * 0.102 * 0.2, rel=0.01)
    assert house["dry_m3_d"] == pytest.approx(house["residents"] * 0.102 * 0.8, rel=0.01)
    assert after.loc["EY11", "dry_m3_d"] == after.loc["EY19", "dry_m3_d"] == 0
    # An inlet takes the rain of some 250 m2 of yard, that of EY19 less.
    assert after.loc["EY11", "storm_m3"] > 3
    assert after.loc["EY19", "storm_m3"] > 0.8


def test_tracers_close_and_cross_nowhere_but_at_the_planted_defects(tables):
    outfalls = tables["separation_outfalls"]
    assert outfalls["quality_error_percent"].abs().max() < 1.0
    after = outfalls.query("scenario == 'after' and misplaced_m3 > 0.001")
    assert set(after["community_id"]) == {"EY04", "EY11", "EY14", "EY19"}
    joints = tables["separation"].query("scenario == 'after'").set_index("community_id")
    traced = after.query("event == 'traced'").groupby("community_id")["misplaced_m3"].sum()
    for community, volume in traced.items():
        assert volume == pytest.approx(joints.loc[community, "storm_m3"], rel=0.01, abs=0.02)


def test_with_the_defects_removed_all_is_separated_and_no_tracer_crosses(built, tmp_path):
    settings = built.checked.project.settings
    systems = [s for s in built.checked.systems if s.scenario == "after" and cross_connections(s)]
    assert len(systems) == 4
    for system in systems:
        mending = separate(system, MendingRules())
        assert mending.separated
        assert len(mending.cut) == mending.at_least == 1
    table = removal_runs(systems, settings, built.storms, tmp_path / "runs", 2)
    assert table["misplaced_m3"].max() > 3
    assert table["without_any_m3"].max() < 0.001
    assert table["sum_of_contributions_m3"].tolist() == pytest.approx(table["joint_effect_m3"].tolist())


def test_before_the_works_every_combined_community_is_unseparated(tables, folder):
    pipes = gpd.read_file(folder / "gis" / "eshan_phase1.gpkg", layer="pipes")
    before = pipes[pipes["status"].isin(["existing", "removed"]) & (pipes["system"] == "combined")]
    combined = set(before["community_id"])
    communities = tables["communities"].iloc[:-1].set_index("community_id")
    assert len(combined) == 21
    assert set(communities.index[communities["separated_before"] == "no"]) == combined


def test_the_misplaced_balcony_drain_shows_as_sewage_at_a_rain_outfall(tables):
    """By hand: a building's residents x 120 l x 0.85 x the balcony's share of 0.2."""
    joint = tables["separation"].query("community_id == 'EY04' and scenario == 'after'").iloc[0]
    expected = joint["residents"] * 0.120 * 0.85 * 0.2
    row = tables["communities"].set_index("community_id").loc["EY04"]
    assert row["sewage_to_storm_after_m3_d"] == pytest.approx(expected, rel=0.01)


def test_sewage_that_floods_and_peaks_that_leave_are_those_of_the_bare_engine(built, tables, tmp_path):
    """Every model under P3 by the engine alone; where rain and sewage meet with tracers too."""
    texts = {(r.model, r.scenario, r.event.storm_id): r.text for r in built.runs}
    outfalls = {
        (m.name, m.scenario): m.elements.query("layer == 'nodes' and role.str.startswith('outfall_')")["model_id"]
        for m in built.models
    }
    backs = {(m.name, m.scenario): {g.node: g.back for g in m.gutters} for m in built.models}
    leaving, spilled_m3 = {}, {}
    for (model, scenario, storm), text in texts.items():
        if storm != "P3-120":
            continue
        place = tmp_path / model / scenario
        # Every node saved, every minute, as the headline storm's runs are.
        plain = node_series(text, place / "plain", (INFLOW, FLOODING))
        leaving[model, scenario] = sum(plain[o][0] for o in outfalls[model, scenario])
        if (model, scenario, "traced") not in texts:
            continue
        traced = node_series(texts[model, scenario, "traced"], place / "traced", (SEWAGE,))
        # From a node behind a grate water comes up through it.
        through = link_series(text, place / "links", (FLOW,))
        up = {node: row[1] for node, row in plain.items()}
        up |= {node: through[back][0] for node, back in backs[model, scenario].items()}
        spilled_m3[model, scenario] = sum(
            (l_s * traced[node][0][120 : 120 + len(l_s)]).sum() / 100 * 60 / 1000 for node, l_s in up.items()
        )
    communities = tables["communities"].set_index("community_id")
    # An audit had 2.34 with inlets that take all that comes: less rain gets into the pipes, and less comes up.
    assert sum(spilled_m3.values()) == pytest.approx(0.937, rel=0.01)
    assert communities.loc["TOTAL", "sewage_spilled_before_m3"] == pytest.approx(0.937, rel=0.02)
    assert tables["separation_spills"].query("event == 'storm'")["sewage_m3"].sum() == pytest.approx(
        0.937, rel=0.02
    )
    for community in communities.index[:-1]:
        for scenario in ("before", "after"):
            own = "EY07+EY08" if community in ("EY07", "EY08") else community
            parts = [leaving[m, scenario] for m in (own, *own.split("+")) if (m, scenario) in leaving]
            parts = parts[:1] if (own, scenario) in leaving else parts
            found = communities.loc[community, f"outfall_peak_{scenario}_l_s"]
            assert found == pytest.approx(sum(parts).max(), abs=0.006)
    # An audit had 33.7 and 154.3 with inlets that take all that comes and without run-on to paving and lawns.
    assert communities.loc[
        "EY04", ["outfall_peak_before_l_s", "outfall_peak_after_l_s"]
    ].tolist() == pytest.approx([33.5, 116.0], rel=0.01)
    growth = -communities["outfall_peak_reduction_percent"]
    assert growth["EY14"] == pytest.approx(276.9, rel=0.01)
    # The audit had EY06's tank empty, too.
    assert growth["EY06"] == pytest.approx(215.7, rel=0.01)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_verdict_of_each_community_is_the_same_wherever_it_stands(review, tables, lang):
    """communities.csv as read from the disk, each chapter, the table of criteria, page one, the conclusions."""
    assert len(review.pages) == 22
    assert_one_verdict(review, tables["communities"], lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sentence_on_what_leaves_is_that_of_the_table_on_all_pages(review, tables, lang):
    """What each page says of the peak that leaves, read from the page, against outfalls.csv and the layers."""
    from spongecalc.report.content.compose import compose
    from spongecalc.report.content.document import Verdicts
    from spongecalc.report.content.roles import ChapterPlace

    within, over, confirm = (
        ("均不超过", "超过受纳方的允许排放流量：", "须由受纳管道（水体）权属单位确认")
        if lang == "zh"
        else ("within what the receivers accept", "more than the receiver accepts:", "must confirm")
    )
    whole = tables["outfall_peaks"].query("receives == 'all' and storm_id == 'P3-120'")
    whole = whole.set_index(["community_id", "scenario"])["peak_l_s"]
    outfalls = tables["outfalls"].query("scenario == 'after' and storm_id in ('P3-120', 'P20-120')")
    # EY08 drains through EY07.
    own = {
        c: outfalls[outfalls["communities"].str.split(";").map(lambda ids, c=c: c in ids)]
        for c in tables["communities"]["community_id"]
    }
    chapters = [c for c in compose(review, lang).chapters if c.place == ChapterPlace.COMMUNITY]
    assert len(chapters) == 22
    answers, rising = {}, 0
    l_s, colon = {"zh": ("L/s", "："), "en": ("l/s", ": ")}[lang]
    for chapter, page in zip(chapters, review.pages, strict=True):
        block = next(b for b in chapter.blocks if isinstance(b, Verdicts))
        line = next(x for x in block.lines if x.question == "outflow")
        before, after = (whole[page.community_id, s] for s in ("before", "after"))
        assert f"{before:.2f} → {after:.2f} {l_s}" in line.found
        rising += after > before
        answers[page.community_id] = line.answer
        given = own[page.community_id].dropna(subset=["receiver_capacity_l_s"])
        too_much = given[given["peak_l_s"] > given["receiver_capacity_l_s"]]
        assert (line.answer == "fail") == (over in line.found) == (len(too_much) > 0)
        for row in too_much.itertuples():
            assert (
                f"{row.storm_id}{colon}{row.outfall_id} {row.peak_l_s:.2f} > {row.receiver_capacity_l_s:.2f}"
                in line.found
            )
        assert (line.answer == "pass") == (within in line.found)
        assert (line.answer == "conditional") == (confirm in line.found and over not in line.found)
    # As gis/README.md has it: a narrow old main, and three owners who have not answered.
    assert [c for c, a in answers.items() if a == "fail"] == ["EY04"]
    assert [c for c, a in answers.items() if a == "conditional"] == ["EY10", "EY18", "EY21"]
    assert set(answers.values()) == {"pass", "fail", "conditional"}
    assert rising == 13
    # No clause asks of the outfalls what it asks of the ground, and the ground's peak rises nowhere.
    assert set(tables["communities"]["ground_peak_rises"].iloc[:-1]) == {"none"}


def test_run_on_is_that_of_the_dem_and_of_paved_and_sunken_communities(tables):
    sponge = tables["sponge"].query("storm_id == 'P3-120'").set_index(["community_id", "scenario"])
    after, before = (sponge.xs(s, level="scenario") for s in ("after", "before"))
    assert (after["run_on_from"] == "dem").all()
    assert (before["run_on_from"] == "none").all()
    assert (before["run_on_m2"] == 0).all()
    # Of ground outside of roofs, paving and sunken lawns at most all.
    assert (after["run_on_m2"] > 400).all()
    plain = after["impervious_m2"] + after["green_m2"]
    assert (after["run_on_m2"] < plain).all()


def test_the_carrier_is_in_no_volume_at_an_outfall(tables):
    rows = tables["separation_outfalls"]
    # By hand: 60.14 m3 leave in the run, of which four houses' 0.1 l/s of carrier are 34.56 in a day.
    row = rows.query("outfall_id == 'EY04-WJ07' and scenario == 'after' and event == 'dry'").iloc[0]
    assert row["volume_m3"] == pytest.approx(60.14 - 4 * 0.1 * 86.4, rel=0.01)
    waters = rows[["sewage_m3", "rain_m3", "groundwater_m3", "rdii_m3"]].sum(axis=1)
    assert (rows["volume_m3"] - waters).abs().max() < 0.011


def test_three_ways_to_the_capture_ratio_agree_or_their_difference_has_causes(tables, built):
    ways = tables["sponge"].drop_duplicates(["community_id", "scenario"]).set_index(["community_id", "scenario"])
    assert (ways["capture_percent"] == ways["capture_continuous_percent"]).all()
    for _, own in ways.groupby("scenario"):
        assert (own["ways_differ_percent"] <= 5).sum() >= 18
    assert ways.loc[ways["ways_differ_percent"] > 5, "ways_differ_why"].notna().all()
    causes = tables["sponge_differences"].groupby(["community_id", "scenario", "ways"])["points"].sum().unstack()
    first = ways["capture_event_percent"] - ways["capture_volume_percent"]
    then = ways["capture_continuous_percent"] - ways["capture_event_percent"]
    assert (causes["volume_to_events"] - first).abs().max() < 0.5
    assert (causes["events_to_series"] - then).abs().max() < 0.5
    # By an independent audit EY08's tank adds 5.4 points day by day, and EY17's 2.9.
    added = read_continuous(continuous_path(built.checked.project)).tanks_percent
    assert added["EY08", "after"] == pytest.approx(5.4, abs=0.3)
    assert added["EY17", "after"] == pytest.approx(2.9, abs=0.3)
    # Where no facility is, no solids are removed; closed paving keeps less than new paving.
    assert (ways.xs("before", level="scenario")["solids_removal_percent"] == 0).all()
    life = tables["sponge_life"].set_index(["community_id", "year"])["capture_uncleaned_percent"]
    # A tenth of its permeability is still enough for its own rain, and nearly for what runs on to it.
    assert life["EY05", 9] == pytest.approx(life["EY05", 0], abs=0.5)
    assert life["EY05", 10] < life["EY05", 0] - 10


def test_storms_find_the_tanks_as_an_own_balance_of_the_days_leaves_them(tables, built):
    """EY08's tank, day by day in a loop of its own; a storm meets the mean of the days with at least its rain."""
    tank = tables["tanks"].query("facility_id == 'EY08-T1'").iloc[0]
    volume, roof_m2, demand = tank["volume_m3"], tank["roof_m2"], tank["demand_m3_d"]
    flush_m3 = roof_m2 * 2 / 1000
    days_mm = built.rain.series.depth_mm.resample("D").sum()
    stored, left, free, dry = 0.0, flush_m3, [], True
    for mm in days_mm:
        left = flush_m3 if dry else left
        free.append(volume - stored)
        inflow = max(mm - 1.0, 0.0) / 1000 * roof_m2  # 1 mm stays on a roof
        dry = inflow == 0
        let_off = min(inflow, left)
        left -= let_off
        stored = max(min(stored + inflow - let_off, volume) - demand, 0.0)
    free = np.array(free)
    rows = tables["initial_states"].query("facility_id == 'EY08-T1' and storm_id != ''").set_index("storm_id")
    enough = days_mm.to_numpy() >= rows.loc["P3-120", "depth_mm"]
    assert enough.sum() == rows.loc["P3-120", "state_days"] > 10
    assert rows.loc["P3-120", "free_percent"] == pytest.approx(100 * free[enough].mean() / volume, abs=0.3)
    wettest = days_mm.to_numpy() >= days_mm.nlargest(10).min()
    assert rows.loc["P20-120", "free_percent"] == pytest.approx(100 * free[wettest].mean() / volume, abs=0.3)
    # An audit, without run-on to paving: 40 % with an empty tank, and 21 without one.
    reduction = tables["communities"].set_index("community_id")["peak_reduction_percent"]
    assert reduction["EY08"] == pytest.approx(49.9, abs=0.5)


def test_every_run_closes_within_one_percent(tables):
    runs = tables["runs"]
    # 22 before; EY07 and EY08 are one model after; 4 storms and dry weather; tracers in rain where systems meet
    assert len(runs) == 43 * 5 + 25
    assert (runs["status"] == "done").all()
    for column in ("runoff_error_percent", "routing_error_percent"):
        assert runs[column].notna().all()
        assert runs[column].abs().max() < 1
    dry = runs[runs["storm_id"] == "dry"]
    assert dry["quality_error_percent"].notna().all()
    assert dry["quality_error_percent"].abs().max() < 1


def test_reported_volumes_are_those_of_the_engines_own_report(tables, folder):
    sponge = tables["sponge"].query("community_id == 'EY04' and storm_id == 'P3-120' and scenario == 'before'")
    text = (folder / "results" / "runs" / "EY04" / "before" / "P3-120" / "model.rpt").read_text()
    hectare_m = float(re.search(r"Surface Runoff \.+\s+(\S+)", text)[1])
    assert sponge["surface_runoff_m3"].iloc[0] == pytest.approx(hectare_m * 1e4, abs=5.1)  # printed to 0.001 ha m
    flooding = text.split("Node Flooding Summary")[1].split("Outfall Loading Summary")[0]
    printed = {
        row[0]: float(row[5]) * 1e3
        for row in re.findall(r"(?m)^  (\S+)\s+(\d\S*)\s+(\d\S*)\s+(\d+)\s+(\S+)\s+(\d\S*)\s+\S+\s*$", flooding)
    }
    sites = tables["ponding"].query("community_id == 'EY04' and storm_id == 'P3-120' and scenario == 'before'")
    stored = text.split("Storage Volume Summary")[1].split("Outfall Loading Summary")[0]
    most_m3 = {
        row[0].removesuffix("__GUTTER"): float(row[1]) * 1e3
        for row in re.findall(r"(?m)^  (\S+__GUTTER)(?:\s+\S+){4}\s+(\d\S*)", stored)
    }
    at_inlets = sites["node_id"].isin(most_m3)
    assert at_inlets.any()
    # What ponds before a grate is part of the most that stood there; printed to 0.001 of 1000 m3.
    for site in sites[at_inlets].itertuples():
        assert 0 < site.max_ponded_m3 <= most_m3[site.node_id] + 0.51
    others = sites[~at_inlets]
    assert set(others["node_id"]) <= set(printed)
    flooded = sum(printed.values())
    assert 0 < others["flooded_m3"].sum() <= flooded + 0.51 * len(printed)  # printed to 0.001 million litres


def test_two_communities_become_one_when_the_wall_falls(built):
    names = {(m.name, m.scenario) for m in built.models}
    assert {("EY07", "before"), ("EY08", "before"), ("EY07+EY08", "after")} <= names


def test_moving_a_pipe_end_changes_the_finding(repository, tmp_path):
    project = copy_project(repository, tmp_path / "project")
    edit_pipe(project, "EY02-Y01", to_node="EY02-WJ02")
    checked = pipeline.check(load_project(project), ["EY02"], ["after"])
    (system,) = checked.systems
    (joint,) = cross_connections(system)
    assert (joint.kind, joint.feature_id, joint.at_node) == ("pipe_between_systems", "EY02-Y01", "EY02-WJ02")
    edit_pipe(project, "EY02-Y01", to_node="EY02-YJ02")
    (system,) = pipeline.check(load_project(project), ["EY02"], ["after"]).systems
    assert cross_connections(system) == ()


def test_committed_models_are_what_the_layers_give(built, repository):
    for path, text in ModelFiles(built).items():
        committed = repository / path.relative_to(built.checked.project.folder)
        assert committed.read_text(encoding="utf-8") == text, committed.name


def test_one_changed_pipe_changes_that_communitys_two_models_only(repository, tmp_path):
    project = copy_project(repository, tmp_path / "project")
    shutil.copytree(repository / "swmm_models", project / "swmm_models")
    assert stale_models(pipeline.build(pipeline.check(load_project(project)))) == ()
    # A pipe that stays through the works is in both scenarios.
    edit_pipe(project, "EY14-H05", sediment_mm=95.0)
    stale = stale_models(pipeline.build(pipeline.check(load_project(project))))
    assert [p.relative_to(project).as_posix() for p in stale] == [
        "swmm_models/EY14/after.inp",
        "swmm_models/EY14/before.inp",
    ]


def test_every_figure_of_the_communities_can_be_followed_back(review, built, tables):
    """From the files on disk, as ``spongecalc explain`` does; ``tables`` has them written."""
    from spongecalc.assess.trace import numeric_columns, trace_figure
    from spongecalc.report.content.number_format import cell_text
    from spongecalc.report.tables.stored_tables import read_sources

    sources = read_sources(built.checked.project.folder / "results")
    table = sources.table("communities")
    columns = numeric_columns(table)
    assert len(table) == 23 and len(columns) >= 26
    again = 0
    for community in table["community_id"]:
        for column in columns:
            trace = trace_figure(sources, community, column)
            value = table.loc[table["community_id"] == community, column].iloc[0]
            if trace.recomputed == trace.recomputed:
                # Rows on disk are rounded: a sum of some of them may differ in the last decimal.
                assert trace.recomputed == pytest.approx(float(value), abs=0.11), trace.address
                again += 1
    assert again > 400
    assert len(tables["communities"]) == 23
    # In memory nothing is rounded, and every figure comes out to its last decimal.
    from spongecalc.assess.trace import Sources
    from spongecalc.report.content.traces import features_of

    whole = Sources(review.tables, features_of(review))
    for community in table["community_id"]:
        for column in columns:
            trace = trace_figure(whole, community, column)
            if trace.recomputed == trace.recomputed:
                assert cell_text(column, trace.recomputed) == cell_text(column, trace.value), trace.address


@pytest.fixture(scope="module", params=["zh", "en"])
def rendered(request, review):
    """The report of the example in a language: its page, its Word file and its PDF."""
    from spongecalc.report.content.compose import compose
    from spongecalc.report.render.html_page import html_text
    from spongecalc.report.render.pdf_report import pdf_bytes
    from spongecalc.report.render.word_report import docx_bytes

    document = compose(review, request.param)
    return request.param, html_text(document), docx_bytes(document), pdf_bytes(document)


def test_page_word_file_and_pdf_hold_the_figures_of_the_communities(rendered, tables):
    from spongecalc.report.content.number_format import cell_text, grouped
    from tests.report.reading import docx_tables, html_tables, pdf_text, squeezed

    lang, html, word, printed = rendered
    assert len(html.encode()) <= 8e6
    page_rows = [r for t in html_tables(html)[0] for r in t]
    word_rows = [r for t in docx_tables(word)[0] for r in t]
    pdf = squeezed(pdf_text(printed))
    for row in tables["communities"].iloc[:-1].to_dict("records"):
        named = row["community_id"] + squeezed(row["name"])
        figures = [grouped(cell_text(c, row[c]), lang) for c in ("storm_laid_m", "sewage_laid_m")]
        figures.append(
            "→".join(grouped(cell_text("_m3", row[f"ponding_{s}_m3"]), lang) for s in ("before", "after"))
        )
        for rows in (page_rows, word_rows):
            assert any(r[0] == named and set(figures) <= set(r) for r in rows), named
        start = pdf.find(named)
        assert all(f in pdf[start:] for f in figures), named


def test_no_report_speaks_from_memory(rendered, review):
    """But for the list of what the project confirms, which is told in the makers' own words."""
    from spongecalc.report.render.workbook import xlsx_bytes
    from tests.report.reading import docx_tables, pdf_text

    lang, html, word, printed = rendered
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(review, lang)), read_only=True)
    cells = "\n".join(str(v) for s in book for row in s.iter_rows(values_only=True) for v in row if v is not None)
    for told in (html, docx_tables(word)[1], pdf_text(printed), cells):
        assert len(told) > 10_000
        assert re.search("凭记忆|recalled", told) is None


def test_not_one_value_that_nobody_read_decides_a_verdict(tables, review):
    """The storm formula and the rule that lengths are measured by are confirmed by the example, with a reason."""
    basis = tables["design_basis"].fillna("")
    decides = basis[basis["decides"] == "yes"]
    assert set(decides["how_known"]) == {
        "printed",
        "secondary",
        "practice",
        "confirmed by the project",
        "given in the layers",
    }
    own = decides[decides["how_known"] == "confirmed by the project"]
    assert set(zip(own["document"], own["applied_to"], strict=True)) == {
        ("昆明市新编公式", "storm_formulas"),
        ("GB 50857-2013", "lengths"),
    }
    assert {c.table for c in review.confirmations} == {"storm_formulas", "clauses"}
    assert all("未" in c.why and c.who for c in review.confirmations)
    made = tables["design_checks"].query("verdict in ('pass', 'fail')")
    assert len(made) > 3000
    assert "recalled" not in set(made["how_known"])


def test_a_river_in_flood_at_three_communities_stands_in_the_sensitivity(built, review, tmp_path):
    """The sweep of spongecalc.toml: outfalls of rain and combined water 0.5 and 0.9 m below the river."""
    (sweep,) = built.checked.project.settings.sweeps
    assert sweep.in_report
    plan = plan_sweep(sweep, Project(tmp_path, built.checked.project.settings), built.checked.systems)
    results = execute(plan.runs, processes=2)
    table = sweep_tables(plan, results)[sweep.name]
    key = "rise.rain_outfall_level"
    assert table.groupby(table[key].fillna(0.0)).size().to_dict() == {0.0: 6, 0.5: 6, 0.9: 6}
    assert set(table["communities"]) == {"EY01", "EY03", "EY19"}
    assert set(table["status"]) == {"done"}
    assert (table["routing_error_percent"].abs() < 1).all()
    # Without a river nothing comes in. Before the works 0.9 m is above the street at the shallow old outfalls.
    raised = table[key].notna()
    assert (table.loc[~raised, "backflow_m3"] == 0).all()
    assert (table.loc[~raised, "outfalls_above_rim"] == 0).all()
    assert set(table.loc[table["outfalls_above_rim"] > 0, "scenario"]) <= {"before"}
    shown = replace(review, swept=(Swept(sweep.name, (key,), table),))
    ((_, printed),) = captioned_of(sweeps_chapter(shown, Wording.of(shown, "zh")))
    assert len(printed.rows) == 18
