"""Runs that do not close, made by the batch: what they leave out, what stays, and how it is told."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import pytest
from shapely import LineString, Point
from tests.conftest import WholeRun, take_through
from tests.small_project import Frames, write_small_project

from spongecalc.assess.criteria import finished, overall, verdicts
from spongecalc.assess.unsound_runs import listed, separation_runs
from spongecalc.report.content.community_chapter import community_chapter
from spongecalc.report.content.document import Paragraph, TableBlock, Verdicts
from spongecalc.report.content.separation_chapters import community_separation
from spongecalc.report.content.unsound_runs import missing_said
from spongecalc.report.content.wording import Wording
from spongecalc.steps import pipeline
from spongecalc.swmm.continuity import shortfall

SHORT_M = 1.0


def shorten(frames: Frames, pipe: str, drop_m: float) -> None:
    """A pipe of 1 m to its outfall: with the small nodes of runs with tracers the engine makes or loses water."""
    nodes, pipes = frames["nodes"], frames["pipes"]
    row = pipes[pipes["pipe_id"] == pipe].iloc[0]
    x, y = row.geometry.coords[0]
    outfall, chosen = nodes["node_id"] == row["to_node"], pipes["pipe_id"] == pipe
    nodes.loc[outfall, "geometry"] = Point(x + SHORT_M, y)
    nodes.loc[outfall, "invert_m"] = row["invert_up_m"] - drop_m
    pipes.loc[chosen, "geometry"] = LineString([(x, y), (x + SHORT_M, y)])
    pipes.loc[chosen, "invert_down_m"] = row["invert_up_m"] - drop_m


def two_short_pipes(frames: Frames) -> None:
    """A's combined pipe before the works and B's sewage pipe after them; C comes from another file."""
    shorten(frames, "A-PC", 0.5)
    shorten(frames, "B-PS", 0.02)


@pytest.fixture(scope="module")
def short_pipes(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    folder = tmp_path_factory.mktemp("short") / "project"
    return take_through(write_small_project(folder, first=two_short_pipes).folder)


@pytest.fixture(scope="module")
def rows(short_pipes: WholeRun) -> pd.DataFrame:
    return short_pipes.review.tables["communities"].set_index("community_id")


def test_the_engine_really_does_not_close(short_pipes: WholeRun) -> None:
    """A's storm closes within 0.2 %, with tracers it misses by half; dry weather loses tracers alone."""
    before = {e: short_pipes.results[f"A/before/{e}"] for e in ("P3-120", "traced", "dry")}
    assert abs(before["P3-120"].routing_error_percent) < 0.2
    assert before["traced"].status == "failed"
    assert before["traced"].routing_error_percent < -5
    assert before["dry"].status == "done"
    assert abs(before["dry"].routing_error_percent) < 5 < abs(before["dry"].quality_error_percent)
    assert "engine.run.continuity_quality_failed" in [m.key for m in before["dry"].messages]


def test_a_failed_traced_run_leaves_the_communitys_row(rows: pd.DataFrame, whole_run: WholeRun) -> None:
    row = rows.loc["A"]
    sound = whole_run.review.tables["communities"].set_index("community_id").loc["A"]
    assert row["status"] == "incomplete"
    missing = listed(row.to_dict())
    assert set(missing) == {("before", "dry"), ("before", "traced")}
    assert missing["before", "traced"].startswith("routing -")
    assert missing["before", "dry"].startswith("quality -")
    # What rests on these runs is empty ...
    # ... and all else is there, and where the short pipe has no part in it, what it is without one.
    emptied = {"sewage_to_storm_before_m3_d", "misplaced_sewage_before_percent", "sewage_spilled_before_m3"}
    assert {c for c in sound.index if pd.notna(sound[c]) and pd.isna(row[c])} == emptied
    for column in ("runoff_before_m3", "runoff_after_m3", "peak_after_l_s", "sewage_to_storm_after_m3_d"):
        assert row[column] == pytest.approx(sound[column], rel=1e-6), column
    assert row["worst_continuity_error_percent"] > 5


def test_the_verdict_is_that_of_the_figures_there_are(
    short_pipes: WholeRun, rows: pd.DataFrame, whole_run: WholeRun
) -> None:
    judging = short_pipes.review.judging
    row = rows.loc["A"].to_dict()
    answers = {v.criterion: (v.answer, v.key) for v in verdicts(row, judging)}
    assert finished(row)
    # Separation after the works is judged by the runs after the works.
    assert answers["separation"] == ("pass", "separated")
    assert answers["runoff"][0] == "pass"
    assert answers["data"] == ("conditional", "data_runs_not_sound")
    assert overall(row, judging) == row["verdict"]
    sound = whole_run.review.tables["communities"].set_index("community_id").loc["A"].to_dict()
    others = {v.criterion: v.answer for v in verdicts(sound, judging) if v.criterion != "data"}
    assert others == {c: a for c, (a, _) in answers.items() if c != "data"}


def test_separation_that_the_engine_cannot_show_is_not_judged(short_pipes: WholeRun, rows: pd.DataFrame) -> None:
    """B's dry weather after the works loses a third of its tracers: tracing alone does not make it separated."""
    judging = short_pipes.review.judging
    row = rows.loc["B"].to_dict()
    assert row["status"] == "incomplete"
    assert row["separated_after"] == "yes"
    assert pd.isna(row["sewage_to_storm_after_m3_d"])
    assert row["separation_grade_after"] in ("", None) or pd.isna(row["separation_grade_after"])
    assert separation_runs(row, "before") == ()
    assert len(separation_runs(row, "after")) == 1
    answers = {v.criterion: (v.answer, v.key) for v in verdicts(row, judging)}
    assert answers["separation"] == ("undecided", "separation_not_by_engine")
    assert answers["runoff"][0] == answers["ponding"][0].replace("conditional", "pass") == "pass"
    # A cross-connection that tracing finds stands, whatever the engine says.
    crossed = {v.criterion: v.answer for v in verdicts({**row, "separated_after": "no"}, judging)}
    assert crossed["separation"] == "fail"


def test_a_sound_neighbour_keeps_all_of_it(rows: pd.DataFrame) -> None:
    assert rows.loc["C", "status"] == "done"
    assert rows.loc["C", "runs_not_sound"] == "none"
    assert rows.loc["TOTAL", "status"] == "incomplete"


def test_outfalls_carry_the_error_and_no_volume(short_pipes: WholeRun) -> None:
    table = short_pipes.review.tables["separation_outfalls"].set_index(["community_id", "scenario", "event"])
    off = table.loc[("A", "before", "dry")]
    assert off["quality_error_percent"] < -5
    volumes = ["volume_m3", "sewage_m3", "rain_m3", "misplaced_m3", "wet_dry_ratio"]
    assert off[volumes].isna().all()
    assert ("A", "before", "traced") not in table.index
    sound = table.loc[("C", "before", "dry")]
    assert sound["sewage_m3"] > 0
    joints = short_pipes.review.tables["separation"].set_index("community_id")
    assert joints.loc[["A"], ["dry_m3_d", "storm_m3"]].isna().all(axis=None)
    # What the plain storm shows of the same joint stays.
    assert joints.loc[["A"], "surcharge_h"].notna().all()
    assert joints.loc[["C"], ["dry_m3_d", "storm_m3"]].notna().all(axis=None)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("design storm with tracers (balance of routing off by", "sewage that floods onto the surface")),
        ("zh", ("设计暴雨示踪（管网水量平衡误差", "溢出地面的污水")),
    ],
)
def test_the_report_names_what_is_missing(short_pipes: WholeRun, lang: str, said: tuple[str, ...]) -> None:
    review = short_pipes.review
    words = Wording.of(review, lang)
    page = next(p for p in review.pages if p.community_id == "A")
    blocks = community_chapter(page, review, "a", (), words).blocks
    told = " ".join(b.text for b in blocks if isinstance(b, Paragraph))
    assert missing_said(page.row, words) in told
    for part in said:
        assert part in told
    # The other page says so at its criterion.
    page = next(p for p in review.pages if p.community_id == "B")
    blocks = community_chapter(page, review, "b", (), words).blocks
    answered = next(b for b in blocks if isinstance(b, Verdicts))
    line = next(v for v in answered.lines if v.question == "separation")
    assert words("unsound.dry") in line.found
    assert "{" not in line.found
    assert missing_said({"runs_not_sound": "none"}, words) == ""


def test_the_outfalls_table_has_dashes_and_the_error(short_pipes: WholeRun) -> None:
    review = short_pipes.review
    words = Wording.of(review, "en")
    page = next(p for p in review.pages if p.community_id == "A")
    chapter = community_separation(page, review, words)
    assert chapter is not None
    outfalls = next(b.table for b in chapter.blocks if isinstance(b, TableBlock) and "each outfall" in b.caption)
    columns = [h.column for h in outfalls.headings]
    cells = {c: [row[columns.index(c)].text for row in outfalls.rows] for c in ("outfall_id", "sewage_m3")}
    errors = [float(row[columns.index("quality_error_percent")].text) for row in outfalls.rows]
    assert [c == "-" for c in cells["sewage_m3"]] == [abs(e) > 5 for e in errors]
    assert [i for i, c in zip(*cells.values(), strict=True) if c == "-"] == ["A-C2"]
    assert any("5 %" in b.text for b in chapter.blocks if isinstance(b, Paragraph))


def test_a_bad_balance_at_the_engines_boundary(whole_run: WholeRun) -> None:
    """Continuity of the run with tracers -7.61 %, of the storm's own 0.10 %, in a community sound else."""
    bad = partial(replace, status="failed", routing_error_percent=-7.61)
    results = dict(whole_run.results)
    results["A/before/traced"] = bad(results["A/before/traced"])
    results["A/before/P3-120"] = replace(results["A/before/P3-120"], routing_error_percent=0.10)
    review = pipeline.assess(whole_run.built, results, "en")
    row = review.tables["communities"].set_index("community_id").loc["A"]
    assert row["runs_not_sound"] == "before/traced: routing -7.61 %"
    assert row["status"] == "incomplete"
    assert pd.isna(row["sewage_spilled_before_m3"])
    assert row["sewage_to_storm_before_m3_d"] > 0
    assert row["ponding_before_m3"] >= 0
    # A storm's run that fails is a failure as ever.
    results["A/before/P3-120"] = bad(results["A/before/P3-120"])
    table = pipeline.assess(whole_run.built, results, "en").tables["communities"]
    failed = table.set_index("community_id").loc["A"]
    assert failed["status"] == "failed"
    assert pd.isna(failed["runoff_before_m3"])
    assert failed["verdict"] == "undecided"


@pytest.mark.parametrize(
    ("status", "errors", "short"),
    [
        ("done", {"runoff": 0.1, "routing": -5.0, "quality": 5.0}, ""),
        ("done", {"runoff": 0.1, "routing": 0.2, "quality": -5.01}, "quality -5.01 %"),
        ("failed", {"runoff": 0.1, "routing": 5.01, "quality": -12.0}, "routing 5.01 %, quality -12.00 %"),
        ("failed", {"runoff": float("nan"), "routing": float("nan")}, "failed"),
        ("missing", {}, "missing"),
    ],
)
def test_shortfalls_at_their_limit(status: str, errors: dict[str, float], short: str) -> None:
    assert shortfall(status, errors) == short
