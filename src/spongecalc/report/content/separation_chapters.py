"""Separation on the page: what to mend first, the flows at the joints, and what each does by itself."""

from __future__ import annotations

import pandas as pd

from spongecalc.assess.outfall_tracers import OUTFALL_COLUMNS
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.assess.separation import WORK_COLUMNS
from spongecalc.assess.separation_grades import GRADE_COLUMNS
from spongecalc.assess.spills import SPILL_COLUMNS
from spongecalc.network.infiltration import INFILTRATION_COLUMNS
from spongecalc.report.content.document import Chapter
from spongecalc.report.content.inner_chapter import inner_chapter
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.table import Table, frame_table
from spongecalc.report.content.wording import Wording
from spongecalc.swmm.continuity import LIMIT_PERCENT

# The page shows the tables' own columns, without those that its place says already.
WORK_SHOWN = tuple(c for c in WORK_COLUMNS if c not in ("scenario", "layer"))
OWN_WORK_SHOWN = tuple(c for c in WORK_SHOWN if not c.endswith(("cumulative", "cumulative_m3_d", "cumulative_m")))
CONTRIBUTION_SHOWN = (
    "scenario",
    "event",
    "connection_id",
    "contribution_m3",
    "sum_of_contributions_m3",
    "joint_effect_m3",
    "differ",
    "reason",
)
SPILL_SHOWN = tuple(c for c in SPILL_COLUMNS if c not in ("community_id", "x_m", "y_m"))
OUTFALL_SHOWN = tuple(c for c in OUTFALL_COLUMNS if c not in ("community_id", "hours", "quality_error_percent"))
# Where tracers do not close their volumes are empty, and the error says why.
OUTFALL_SHOWN_WITH_ERROR = (*OUTFALL_SHOWN, "quality_error_percent")
FLOW_COLUMNS = (
    "scenario",
    "kind",
    "feature_id",
    "from_system",
    "to_system",
    "dry_m3_d",
    "storm_m3",
    "surcharge_h",
    "backflow_m3",
    "grade",
    "in_smallest_set",
)


def county_separation(review: Review, words: Wording) -> Chapter | None:
    """The work order over all communities after the works, and the grades of communities."""
    work = review.tables.get("work_order")
    if work is None:
        return None
    left = work[work["scenario"] == review.compared[1]]
    if left.empty:
        said = (_say("work_order_none", words), *_spill_notes(review, words))
        return inner_chapter(words, "separation", _say("work_order", words), said)
    paragraphs = [_say("work_order_text", words, count=len(left))]
    tables = [(_say("work_order_table", words), frame_table(left, WORK_SHOWN, words))]
    grades = review.tables.get("separation_grades")
    if grades is not None and len(grades):
        graded = grades[grades["density_per_km"] > 0]
        if len(graded):
            paragraphs.append(_say("density_text", words))
        tables.append((words.name("column", "grade"), frame_table(graded, GRADE_COLUMNS, words)))
    paragraphs.extend(_spill_notes(review, words))
    infiltration = review.tables.get("infiltration")
    if infiltration is not None:
        paragraphs.append(_say("infiltration_text", words))
        tables.append((_say("infiltration_table", words), frame_table(infiltration, INFILTRATION_COLUMNS, words)))
    paragraphs.extend(_contribution_notes(review, review.tables.get("separation_contributions"), words))
    return inner_chapter(words, "separation", _say("work_order", words), tuple(paragraphs), tuple(tables))


def community_separation(page: CommunityPage, review: Review, words: Wording) -> Chapter | None:
    """A community's joints with their flows, its part of the work order, and single effects if computed."""
    joints = pd.DataFrame(page.joints)
    if joints.empty or "dry_m3_d" not in joints:
        return None
    tables: list[tuple[str, Table]] = [
        (_say("joint_flows_table", words), frame_table(joints, FLOW_COLUMNS, words)),
    ]
    work = review.tables.get("work_order")
    if work is not None:
        own = work[(work["community_id"] == page.community_id) & (work["scenario"] == review.compared[1])]
        if len(own):
            tables.append((_say("work_order_table", words), frame_table(own, OWN_WORK_SHOWN, words)))
    paragraphs = [_say("joint_flows_text", words)]
    single = review.tables.get("separation_contributions")
    if single is not None:
        mine = single[[page.community_id in str(m).split("+") for m in single["model"]]]
        mine = mine[mine["connection_id"].isin(joints["connection_id"])]
        if len(mine):
            tables.append((_say("contributions", words), frame_table(mine, CONTRIBUTION_SHOWN, words)))
            if (mine["differ"] == "yes").any():
                paragraphs.append(_say("contributions_differ", words))
    outfalls = review.tables.get("separation_outfalls")
    if outfalls is not None:
        own_outfalls = outfalls[outfalls["community_id"] == page.community_id].dropna(axis=1, how="all")
        if len(own_outfalls):
            off = own_outfalls["quality_error_percent"].astype(float).abs() > LIMIT_PERCENT
            shown = OUTFALL_SHOWN_WITH_ERROR if off.any() else OUTFALL_SHOWN
            dashed = own_outfalls.astype(object).mask(own_outfalls.isna().mul(off, axis=0), "-")
            tables.append((_say("outfalls_table", words), frame_table(dashed, shown, words)))
            if off.any():
                paragraphs.append(_say("outfalls_off", words, limit=f"{LIMIT_PERCENT:g}"))
    spills = review.tables.get("separation_spills")
    if spills is not None:
        own_spills = spills[spills["community_id"] == page.community_id]
        if len(own_spills):
            paragraphs.append(_say("spills_text", words))
            tables.append((_say("spills_table", words), frame_table(own_spills, SPILL_SHOWN, words)))
    return inner_chapter(words, "separation", _say("joint_flows", words), tuple(paragraphs), tuple(tables))


def _spill_notes(review: Review, words: Wording) -> list[str]:
    """Sewage that floods onto the surface in the headline storm in both scenarios compared, as far as known."""
    communities = review.tables["communities"]
    columns = {
        f"sewage_spilled_{place}_m3": f"sewage_spilled_{scenario}_m3"
        for place, scenario in zip(("first", "last"), review.compared, strict=True)
    }
    if communities.empty or not set(columns.values()) <= set(communities.columns):
        return []
    total = communities.iloc[-1]
    figures = {name: cell_text(c, total[c]) or words("page.unknown") for name, c in columns.items()}
    return [_say("spilled", words, **figures)]


def _contribution_notes(review: Review, single: pd.DataFrame | None, words: Wording) -> list[str]:
    """Sentences on single effects: whether they were computed, which no longer hold, and whether they add up."""
    stale = [str(params["models"]) for key, params in review.notes if key == "note_stale_contributions"]
    notes = [_say("contributions_stale", words, models=", ".join(stale))] if stale else []
    if single is None or single.empty:
        return [*notes, *([] if stale else [_say("contributions_none", words)])]
    if (single["differ"] == "yes").any():
        notes.append(_say("contributions_differ", words))
    return notes


def _say(key: str, words: Wording, **params: object) -> str:
    return words(f"separation.{key}", **params)
