"""Words on ponding by SWMM alone and by the flow over the ground: both verdicts, and why they part."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from spongecalc.assess.ponding_agreement import (
    AGREE,
    ALONE,
    COLUMN,
    DIFFER,
    FAILED,
    FAILURES,
    FATES,
    TABLE,
    failure_in,
)
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.table import Table, frame_table
from spongecalc.report.content.wording import Wording, begun

SHOWN = (
    "community_id",
    "scenario",
    "level",
    "verdict",
    "verdict_2d",
    "answer",
    "volume_m3",
    "volume_2d_m3",
    "reasons",
)


def community_levels_said(page: CommunityPage, review: Review, words: Wording) -> str:
    """Both verdicts on a community with their volumes and the reasons for which they differ.

    Where the flow over the ground was not calculated, that one level alone stands behind the verdict; empty where
    the review says nothing of levels.
    """
    answer = page.row.get("ponding_levels")
    if answer == ALONE:
        return words("ponding.stands_alone", level=cell_text("level", page.row.get("ponding_level")))
    if answer == FAILED:
        why = _failures(page, review, words)
        return words("ponding.stands_failed", level=cell_text("level", page.row.get("ponding_level")), why=why)
    if answer not in (AGREE, DIFFER):
        return ""
    rows = _headline_rows(review, page.community_id)
    own = {str(r["scenario"]): r for r in rows.to_dict("records")}
    first, last = (own[s] for s in review.compared)
    figures = {
        "level": last["level"],
        "first_m3": first["volume_m3"],
        "last_m3": last["volume_m3"],
        "flow_first_m3": first["volume_2d_m3"],
        "flow_last_m3": last["volume_2d_m3"],
    }
    named = {c: words.name("verdict", last[c]) for c in ("verdict", "verdict_2d")}
    written = {name: cell_text(name, value) for name, value in figures.items()}
    parts = [words(f"ponding.levels_{answer}", **written, **named)]
    parts += [said for s in review.compared if (said := _why(own[s], words))]
    return words.between.join(parts)


def _why(row: Mapping[object, object], words: Wording) -> str:
    """The reasons for which a scenario's volumes differ, with their figures; empty where there are none."""
    codes = [c for c in str(row["reasons"]).split(";") if c]
    if not codes:
        return ""
    written = {c: cell_text("_m3", row.get(COLUMN[c])) if c in COLUMN else "" for c in codes}
    said = words.listed(words(f"ponding.reason_{c}", m3=m3) for c, m3 in written.items())
    net_m3 = float(str(row["taken_by_inlets_m3"])) - float(str(row["given_back_m3"]))
    figures = {"runoff_m3": cell_text("_m3", row["ground_runoff_m3"]), "net_m3": cell_text("_m3", net_m3)}
    scenario = words.scenario(row["scenario"])
    less = codes[0] in FATES
    key = "ponding.why_less" if less else "ponding.why_more"
    return words(key, scenario=begun(scenario), reasons=said, **figures)


def _failures(page: CommunityPage, review: Review, words: Wording) -> str:
    """The reasons for which the runs over the ground of a community failed under the headline storm."""
    table = review.tables.get(FAILURES, pd.DataFrame())
    own = {f"{run_id.rpartition('/')[0]}/{review.headline_storm}" for run_id in page.runs["run_id"]}
    found = [r for r in table.to_dict("records") if r["run_id"] in own]
    colon = "：" if words.lang == "zh" else ": "
    told = [f"{r['run_id']}{colon}{failure_in(r).sentence(words.lang).rstrip('。.')}" for r in found]
    return words.joined(told)


def county_levels_said(review: Review, words: Wording) -> str:
    """For how many communities the flow over the ground was calculated, and where it says another thing."""
    answers = {p.community_id: p.row.get("ponding_levels") for p in review.pages}
    known = [c for c, a in answers.items() if a in (AGREE, DIFFER)]
    if not known:
        failed = [c for c, a in answers.items() if a == FAILED]
        if failed:
            return words("ponding.county_failed", ids=words.listed(failed))
        return words("ponding.county_alone") if ALONE in answers.values() else ""
    other = [c for c in known if answers[c] == DIFFER]
    said = {"count": len(known), "total": len(answers), "agree": len(known) - len(other), "differ": len(other)}
    if not other:
        return words("ponding.county_agree", **said)
    return words("ponding.county_differ", **said, ids=words.listed(other))


def levels_table(review: Review, words: Wording) -> Table | None:
    """Both verdicts on every community under the headline storm; None where no run over the ground is kept."""
    rows = _headline_rows(review, None)
    return frame_table(rows, SHOWN, words, name=TABLE) if len(rows) else None


def verdict_pair(row: Mapping[str, object], words: Wording) -> str:
    """The verdict on ponding, and that of level 3 beside it."""
    alone = words.name("verdict", row.get("ponding_verdict"))
    if row.get("ponding_levels") not in (AGREE, DIFFER):
        return alone
    return words("ponding.verdict_pair", alone=alone, flow=words.name("verdict", row.get("ponding_2d_verdict")))


def _headline_rows(review: Review, community_id: str | None) -> pd.DataFrame:
    table = review.tables.get(TABLE)
    if table is None or table.empty:
        return pd.DataFrame()
    own = table[(table["storm_id"] == review.headline_storm) & table["scenario"].isin(review.compared)]
    return (own if community_id is None else own[own["community_id"] == community_id]).reset_index(drop=True)
