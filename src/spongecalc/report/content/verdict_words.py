"""A verdict in words: what was found in a sentence, and in brief beside its criterion."""

from __future__ import annotations

import re

from spongecalc.assess import criteria as judged
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content.closed_lists import coded
from spongecalc.report.content.design_chapters import gravest, rounded
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.ponding_levels import community_levels_said
from spongecalc.report.content.table import figure_text, other_end
from spongecalc.report.content.unsound_runs import runs_said
from spongecalc.report.content.wording import Wording

OUTFALL_LISTS = ("over", "to_confirm")
"""Figures of the verdict on receivers that are lists."""
FROM_NOTHING = re.compile(r"(?<!\S)0\.00 → (\d+\.\d+)")
"""A flow to receivers that got none of this kind before."""
NAMED = 3
"""In brief so many features are named, and the others counted."""


def found_said(verdict: judged.Verdict, page: CommunityPage, review: Review, words: Wording) -> str:
    """A sentence or two on what was found for a criterion."""
    found = words.filled(f"finding.{verdict.key}", _told(verdict, page, review, words))
    if verdict.criterion == "ponding" and verdict.answer != judged.UNDECIDED:
        found = f"{found}{words.between}{community_levels_said(page, review, words)}".rstrip()
    if verdict.criterion == "capture" and verdict.figures.get("guide_capture_last_percent") == 0:
        found = f"{found}{words.between}{words('finding.capture_without_volume')}"
    if verdict.unsettled:
        found = f"{found}{words.between}{_unsettled_said('verdict.unsettled', verdict, words)}"
    return found


def brief_said(verdict: judged.Verdict, page: CommunityPage, review: Review, words: Wording) -> str:
    """The fact by which a criterion is not passed, in a few words without a full stop."""
    if verdict.unsettled:
        return _unsettled_said("brief.unsettled", verdict, words)
    told = _told(verdict, page, review, words)
    if "doubts" in told:
        told["doubts"] = _doubts(verdict, words, "brief")
    if verdict.key == "data_warnings":
        told["features"] = _warnings(page, review, words)
    elif verdict.criterion == "design":
        told["facts"] = _design_facts(page, review, words)
    elif verdict.key == "not_separated":
        told["joints"] = _joints(page, review.compared[1], words)
        if float(str(told["sewage_to_storm_last_m3_d"])) > judged.SEWAGE_TOLERANCE_M3_D:
            return words.filled("brief.not_separated_with_sewage", told)
    return words.filled(f"brief.{verdict.key}", told)


def _told(verdict: judged.Verdict, page: CommunityPage, review: Review, words: Wording) -> dict[str, object]:
    """The figures of a verdict, with lists and codes as sentences of the language write them."""
    told = {n: _outfalls(str(v), words) if n in OUTFALL_LISTS else v for n, v in verdict.figures.items()}
    for name in told:
        column = judged.column(name, review.compared)
        if is_known(page.row.get(other_end(column))):
            told[name] = figure_text(column, page.row)
    if "runs" in told:
        last = review.compared[1] if verdict.criterion == "separation" else None
        told["runs"] = runs_said(page.row, words, scenario=last)
    if "method" in told:
        told["method"] = words(f"finding.capture_by_{told['method']}")
    if "doubts" in told:
        told["doubts"] = _doubts(verdict, words, "finding")
    return told


def _doubts(verdict: judged.Verdict, words: Wording, group: str) -> str:
    """The doubts about a capture ratio that reaches its target; in brief with figures that the sentence has."""
    each = []
    for doubt in str(verdict.figures["doubts"]).split(", "):
        key = f"capture_doubt_{doubt}"
        own = group if words.of_list(f"report.{group}", key) is not None else "finding"
        each.append(words.filled(f"{own}.{key}", verdict.figures))
    return words.joined(each)


def _unsettled_said(key: str, verdict: judged.Verdict, words: Wording) -> str:
    run, reference = (words(f"verdict.{answer}") for answer in verdict.unsettled)
    return words(key, run=run, reference=reference)


def _outfalls(listed: str, words: Wording) -> str:
    """A list of outfalls by storm as a sentence of the language writes it; communities.csv has it in one way."""
    said = FROM_NOTHING.sub(lambda m: words("finding.outfall_from_nothing", flow=m[1]), listed)
    if words.lang != "zh":
        return said
    return said.replace(": ", "：").replace("; ", "；").replace(" l/s", " L/s")


def _joints(page: CommunityPage, scenario: str, words: Wording) -> str:
    """The cross-connections of a scenario: what is joined, and at which node."""
    joints = page.joints[page.joints["scenario"] == scenario] if "scenario" in page.joints else page.joints
    named = [
        words("brief.joint", feature=row["feature_id"], kind=words.name("kind", row["kind"]), node=row["at_node"])
        for row in joints.head(NAMED).to_dict("records")
    ]
    return words.listed(named) + ("…" if len(joints) > NAMED else "")


def _warnings(page: CommunityPage, review: Review, words: Wording) -> str:
    """A community's open warnings in their own words, each with its feature; the others counted."""
    own = review.tables["findings"]
    own = own[(own["community_id"] == page.community_id) & (own["severity"] == "warning")]
    named = str(page.row["verdict_warned"]).partition(" +")[0].split(", ")
    own = own[own["feature_id"].isin(named)]
    said = [f"{row.feature_id} {str(row.message).rstrip('。.')}" for row in own.head(NAMED).itertuples()]
    more = int(float(str(page.row["verdict_warnings"]))) - len(said)
    return words.listed([*said, words("brief.more", count=more)] if more > 0 else said)


def _design_facts(page: CommunityPage, review: Review, words: Wording) -> str:
    """The gravest of a community's failed checks, each with feature, value and limit."""
    checks = review.tables.get("design_checks")
    if checks is None or checks.empty:
        return words("page.unknown")
    own = checks[(checks["community_id"] == page.community_id) & (checks["status"] == "proposed")]
    failed = own[own["verdict"] == "fail"]
    said = [_fact(row, words) for row in rounded(gravest(failed)).head(NAMED).to_dict("records")]
    more = len(failed) - len(said)
    return words.joined([*said, words("brief.more", count=more)] if more > 0 else said)


def _fact(row: dict[str, object], words: Wording) -> str:
    """A failed check: "Y3 slope 0.0012 < 0.003"."""
    value, limit = (float(str(row[c])) for c in ("value", "limit"))
    # A figure on a limit that must be exceeded fails, too.
    sign = ">" if value > limit else "<" if value < limit else "="
    at = " / ".join(str(row[c]) for c in ("feature_id", "other_id") if row[c])
    unit = str(row["unit"])
    shown = "" if unit in ("", "-", "m/m") else f" {coded('unit', unit, words)}"
    inferred = str(row["reason"])
    fact = words(
        "brief.design_fact",
        feature=at,
        check=words.of_list("report.brief.measured", str(row["check"])) or words.name("check", row["check"]),
        value=cell_text("value", value),
        sign=sign,
        limit=f"{cell_text('limit', limit)}{shown}",
    )
    return words("brief.inferred", fact=fact, how=coded("reason", inferred, words)) if inferred else fact
