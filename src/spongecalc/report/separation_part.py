"""Separation on the page: what to mend first, the flows at the joints, and what each does by itself."""

from __future__ import annotations

import pandas as pd

from spongecalc.assess.review import CommunityPage, Review
from spongecalc.language import text
from spongecalc.report.html_table import Table, frame_table
from spongecalc.report.part import Part
from spongecalc.report.wording import Wording

WORK_COLUMNS = (
    "rank",
    "community_id",
    "kind",
    "feature_id",
    "to_node",
    "length_m",
    "households",
    "dry_m3_d",
    "storm_m3",
    "households_cumulative",
    "dry_cumulative_m3_d",
    "length_cumulative_m",
)
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
CONTRIBUTION_COLUMNS = (
    "scenario",
    "event",
    "connection_id",
    "contribution_m3",
    "sum_of_contributions_m3",
    "joint_effect_m3",
    "differ",
)
GRADE_COLUMNS = ("community_id", "scenario", "density_percent", "flow_ratio_percent", "grade")


def county_separation(review: Review, words: Wording) -> Part | None:
    """The work order over all communities after the works, and the grades of communities."""
    work = review.tables.get("work_order")
    if work is None:
        return None
    after = work[work["scenario"] == "after"]
    if after.empty:
        return Part("separation", _say("work_order", words), (_say("work_order_none", words),))
    paragraphs = [_say("work_order_text", words, count=len(after))]
    tables = [(_say("work_order_table", words), frame_table(after, WORK_COLUMNS, words))]
    grades = review.tables.get("separation_grades")
    if grades is not None and len(grades):
        graded = grades[grades["density_percent"] > 0]
        tables.append((words.name("column", "grade"), frame_table(graded, GRADE_COLUMNS, words)))
    paragraphs.extend(_contribution_notes(review, review.tables.get("separation_contributions"), words))
    return Part("separation", _say("work_order", words), tuple(paragraphs), tuple(tables))


def community_separation(page: CommunityPage, review: Review, words: Wording) -> Part | None:
    """A community's joints with their flows, its part of the work order, and single effects if computed."""
    joints = pd.DataFrame(page.joints)
    if joints.empty or "dry_m3_d" not in joints:
        return None
    tables: list[tuple[str, Table]] = [
        (_say("joint_flows_table", words), frame_table(joints, FLOW_COLUMNS, words)),
    ]
    work = review.tables.get("work_order")
    if work is not None:
        own = work[(work["community_id"] == page.community_id) & (work["scenario"] == "after")]
        if len(own):
            tables.append((_say("work_order_table", words), frame_table(own, WORK_COLUMNS[:9], words)))
    paragraphs = [_say("joint_flows_text", words)]
    single = review.tables.get("separation_contributions")
    if single is not None:
        mine = single[[page.community_id in str(m).split("+") for m in single["model"]]]
        mine = mine[mine["connection_id"].isin(joints["connection_id"])]
        if len(mine):
            tables.append((_say("contributions", words), frame_table(mine, CONTRIBUTION_COLUMNS, words)))
            if (mine["differ"] == "yes").any():
                paragraphs.append(_say("contributions_differ", words))
    return Part("separation", _say("joint_flows", words), tuple(paragraphs), tuple(tables))


def _contribution_notes(review: Review, single: pd.DataFrame | None, words: Wording) -> list[str]:
    """Whether single effects were computed, which no longer hold, and whether they add up."""
    stale = [str(params["models"]) for key, params in review.notes if key == "note_stale_contributions"]
    notes = [_say("contributions_stale", words, models=", ".join(stale))] if stale else []
    if single is None or single.empty:
        return [*notes, *([] if stale else [_say("contributions_none", words)])]
    if (single["differ"] == "yes").any():
        notes.append(_say("contributions_differ", words))
    return notes


def _say(key: str, words: Wording, **params: object) -> str:
    return text(f"separation.{key}", words.lang, **params)
