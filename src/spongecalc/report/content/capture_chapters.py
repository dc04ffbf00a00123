"""The annual capture ratio: three ways, ranges, the life of the paving, tanks."""

from __future__ import annotations

import math

import pandas as pd

from spongecalc.assess.facility_control import FACILITY_COLUMNS
from spongecalc.assess.initial_states import STATE_COLUMNS
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content.document import Chapter, Drawing
from spongecalc.report.content.figures import LifeCurves
from spongecalc.report.content.inner_chapter import inner_chapter
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.roles import FigureRole
from spongecalc.report.content.standard_names import source_name
from spongecalc.report.content.table import frame_table
from spongecalc.report.content.wording import Wording
from spongecalc.sponge.disagreement import DISAGREEMENT_POINTS

# What the ratio is by each way to find it, and what it rests on: beside one another they would not fit a page.
WAYS = (
    "community_id",
    "scenario",
    "capture_continuous_percent",
    "capture_event_percent",
    "capture_volume_percent",
    "ways_differ_percent",
    "assessed_capture_percent",
    "guide_capture_percent",
    "solids_removal_percent",
)
RESTS_ON = (
    "community_id",
    "scenario",
    "held_volume_m3",
    "control_volume_m3",
    "composite_coefficient",
    "volume_design_mm",
    "design_runoff_m3",
    "design_runoff_coefficient",
    "design_peak_l_s",
    "peak_delay_min",
)
TANKS = (
    "facility_id",
    "volume_m3",
    "demand_m3_d",
    "reused_m3",
    "overflow_m3",
    "reused_percent",
    "reliability_percent",
    "free_design_percent",
    "paying_volume_m3",
)
# A community's own page does not name the community again.
FACILITIES = tuple(c for c in FACILITY_COLUMNS if c != "community_id")
STATES = tuple(c for c in STATE_COLUMNS if c != "community_id")
LARGEST = 3
SAME_MM = 0.01
# Below this a span prints as nothing.
LEAST_SPAN_POINTS = 0.005


def _ways(review: Review) -> pd.DataFrame:
    """The year's figures: those of the rows of the headline storm, since each storm's rows repeat them."""
    sponge = review.tables.get("sponge")
    if sponge is None or "capture_percent" not in sponge.columns:
        return pd.DataFrame(columns=list(WAYS))
    return sponge[(sponge["storm_id"] == review.headline_storm) & sponge["capture_percent"].notna()]


def community_capture(page: CommunityPage, review: Review, words: Wording) -> Chapter | None:
    """Capture ratio of a community, before and after; None where it was not computed."""
    ways = _ways(review)
    ways = ways[ways["community_id"] == page.community_id]
    if ways.empty:
        return None

    def say(key: str, **params: object) -> str:
        return words(f"rain.{key}", **params)

    row = page.row
    names = {
        f"ratio_{place}{end}": cell_text(column, row.get(column)) or words("page.unknown")
        for place, scenario in zip(("first", "last"), review.compared, strict=True)
        for end in ("", "_low", "_high")
        for column in (f"capture_{scenario}_percent{end}",)
    }
    by_series = ways["capture_continuous_percent"].notna().all()
    paragraphs = [say("part_continuous" if by_series else "part_event", **names)]
    for r in ways.itertuples():
        if is_known(r.ways_differ_percent) and r.ways_differ_percent > DISAGREEMENT_POINTS and r.ways_differ_why:
            why = " ".join(say(f"why.{k}") for k in str(r.ways_differ_why).split(";"))
            points = cell_text("ways_differ_percent", r.ways_differ_percent)
            paragraphs.append(say("part_differ", scenario=words.scenario(r.scenario), points=points, why=why))
    paragraphs.extend(_life_sentences(page, review, say))
    ranges = _own(review, "sponge_ranges", page.community_id)
    if len(ranges):
        largest = ranges[(ranges["rank"] <= LARGEST) & (ranges["span_percent"].abs() >= LEAST_SPAN_POINTS)]
        listed = words.listed(
            say(
                "part_range",
                parameter=say(f"parameter.{r.parameter}"),
                span=cell_text("span_percent", r.span_percent),
            )
            for r in largest.itertuples()
        )
        if listed:
            paragraphs.append(say("part_ranges", list=listed))
        if len(largest) < LARGEST:
            paragraphs.append(say("part_ranges_only" if listed else "part_ranges_none"))
    tables = [
        (say(key), frame_table(ways, [c for c in columns if c != "community_id"], words))
        for key, columns in (("ways", WAYS), ("rests_on", RESTS_ON))
    ]
    differences = _own(review, "sponge_differences", page.community_id)
    if len(differences) and (ways["ways_differ_percent"] > DISAGREEMENT_POINTS).any():
        shown = frame_table(differences, ("scenario", "ways", "difference_cause", "points"), words)
        tables.append((say("differences"), shown))
    facilities = _own(review, "sponge_facilities", page.community_id)
    if len(facilities):
        tables.append((say("facilities"), frame_table(facilities, FACILITIES, words)))
    tanks = _own(review, "tanks", page.community_id)
    if len(tanks):
        tables.append((say("tanks"), frame_table(tanks, TANKS, words)))
    states = _own(review, "initial_states", page.community_id)
    if len(states):
        # Of the events the design rainfall stands for all; initial_states.csv has each.
        of_design = (states["depth_mm"] - ways["design_rainfall_mm"].iloc[0]).abs() < SAME_MM
        states = states[(states["storm_id"] != "") | of_design]
        tables.append((say("initial_states"), frame_table(states, STATES, words)))
    figures = []
    life = _own(review, "sponge_life", page.community_id)
    if len(life) and life["capture_uncleaned_percent"].nunique() > 1:
        curves = LifeCurves(say("life"), f"life-{_anchor(page)}", life, review.targets.get("capture_percent"))
        figures.append(Drawing(say("life"), curves, FigureRole.CURVE))
    return inner_chapter(words, "capture", say("part_heading"), paragraphs, tables, figures)


def _life_sentences(page: CommunityPage, review: Review, say: object) -> list[str]:
    assert callable(say)
    target = review.targets.get("capture_percent")
    life = _own(review, "sponge_life", page.community_id)
    if target is None or life.empty:
        return []
    horizon, shown = int(life["year"].max()), f"{target:g}"
    lost = page.row.get("target_lost_year")
    keeping = review.keeping_interval_a.get(page.community_id, math.nan)
    fate = {end: _fate(page.row.get(f"target_lost_year_{end}"), horizon, say) for end in ("low", "high")}
    ranged = say("part_life_range", **fate)
    if is_known(lost) and float(str(lost)) == 0:
        return [say("part_unmet", target=shown), ranged]
    sentences = [
        say("part_lost", target=shown, year=f"{float(str(lost)):g}")
        if is_known(lost)
        else say("part_kept", target=shown, horizon=horizon),
        ranged,
    ]
    if math.isnan(keeping):
        sentences.append(say("part_no_interval"))
    elif keeping == 0:
        sentences.append(say("part_no_cleaning", horizon=horizon))
    else:
        sentences.append(say("part_keeping", interval=f"{keeping:g}"))
    return sentences


def _fate(lost: object, horizon: int, say: object) -> str:
    """The year in which the target is lost at an end of the ranges, in words."""
    assert callable(say)
    if not is_known(lost):
        return str(say("fate_kept", horizon=horizon))
    year = float(str(lost))
    return str(say("fate_lost", year=f"{year:g}") if year > 0 else say("fate_unmet"))


def _own(review: Review, name: str, community_id: str) -> pd.DataFrame:
    table = review.tables.get(name)
    if table is None or "community_id" not in table.columns:
        return pd.DataFrame()
    return table[table["community_id"] == community_id]


def _anchor(page: CommunityPage) -> str:
    return page.community_id.encode("utf-8").hex()


def has_ways(review: Review) -> bool:
    """True where the capture ratio was computed."""
    return not _ways(review).empty


def county_capture(review: Review, words: Wording) -> Chapter | None:
    """Capture ratio of all communities, the three ways side by side."""
    ways = _ways(review)
    if ways.empty:
        return None
    # The chapter that this one stands in holds the ratio of every community already, each figure traceable.
    tables = [(words("rain.ways"), frame_table(ways, WAYS, words))]
    on_screen = [(words("rain.rests_on"), frame_table(ways, RESTS_ON, words))]
    paragraphs = []
    if "design_rainfall_mm" in ways.columns:
        mm = cell_text("x_mm", ways["design_rainfall_mm"].iloc[0])
        paragraphs.append(
            words(
                "rain.part_design",
                mm=mm,
                percent=cell_text("_percent", review.capture_percent),
                place=review.capture_place,
                source=source_name(review.capture_source, words.lang),
            )
        )
    return inner_chapter(
        words, "capture-county", words("rain.part_heading"), paragraphs, tables, on_screen=on_screen
    )
