"""What leaves by the outfalls, on the page: peaks and volumes to each receiver, and the check of the peaks."""

from __future__ import annotations

import pandas as pd

from spongecalc.assess.outfall_peaks import ALL, LEVEL_SET
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content import verdicts as judged
from spongecalc.report.content.part import Part
from spongecalc.report.content.table import Table, frame_table
from spongecalc.report.content.wording import Wording

PAIR_COLUMNS = (
    "storm_id",
    "receives",
    "peak_before_l_s",
    "peak_after_l_s",
    "volume_before_m3",
    "volume_after_m3",
    "receiver_capacity_l_s",
    "capacity_used_percent",
)
CHECKS = ("ground_peak", "outfall_peak", "receiver_capacity")
CHECK_COLUMNS = ("check", "applies_to", "limit", "value", "excess", "unit", "check_verdict", "clause")


def outfall_table(review: Review, community_id: str, words: Wording) -> Table:
    """What leaves a community under the headline storm, to each receiver and to all, before and after."""
    pairs = outfall_pairs(review, community_id)
    own = pairs[pairs["storm_id"] == review.headline_storm]
    return _shown(own, [c for c in PAIR_COLUMNS if c != "storm_id"], words)


def outfall_pairs(review: Review, community_id: str = "") -> pd.DataFrame:
    """Rows of outfall_peaks.csv with before and after side by side; of one community or of all.

    Capacities are those after the works.
    """
    table = review.tables.get("outfall_peaks")
    keys = ["community_id", "storm_id", "receives"]
    if table is None or table.empty:
        return pd.DataFrame(columns=["community_id", *PAIR_COLUMNS])
    if community_id:
        table = table[table["community_id"] == community_id]
    beside = {
        s: table[table["scenario"] == s].set_index(keys).rename(columns={"peak_l_s": f"peak_{s}_l_s"})
        for s in ("before", "after")
    }
    rows = pd.Index([tuple(r) for r in table[keys].drop_duplicates().itertuples(index=False)])
    rows = pd.MultiIndex.from_tuples(rows, names=keys)
    found = pd.DataFrame(index=rows)
    for scenario, own in beside.items():
        found[f"peak_{scenario}_l_s"] = own[f"peak_{scenario}_l_s"].reindex(rows)
        found[f"volume_{scenario}_m3"] = own["volume_m3"].reindex(rows)
    for column in ("receiver_capacity_l_s", "capacity_used_percent"):
        found[column] = beside["after"][column].reindex(rows)
    return found.reset_index()


def community_outfalls(page: CommunityPage, review: Review, words: Wording) -> Part | None:
    """What leaves a community under every storm, and the checks of its peaks."""
    pairs = outfall_pairs(review, page.community_id)
    if pairs.empty:
        return None
    tables = [(words("table.outfalls_storms"), _shown(pairs, PAIR_COLUMNS, words))]
    checks = review.tables.get("design_checks")
    if checks is not None and len(checks):
        own = checks[(checks["community_id"] == page.community_id) & checks["check"].isin(CHECKS)]
        if len(own):
            tables.append(
                (
                    words("table.peak_checks"),
                    frame_table(own.rename(columns={"verdict": "check_verdict"}), CHECK_COLUMNS, words),
                )
            )
    peaks = review.tables["outfall_peaks"]
    own = peaks[peaks["community_id"] == page.community_id]
    paragraphs = [words("document.outfalls_text")]
    group = str(own["communities"].iloc[0])
    if ";" in group:
        paragraphs.append(words("document.outfalls_joint", ids=words.listed(group.split(";"))))
    if (own["outfall_level"] == LEVEL_SET).any():
        paragraphs.append(words("document.outfalls_level"))
    return Part("outfalls", words("document.outfalls_heading"), tuple(paragraphs), tuple(tables))


def county_outfalls(review: Review, words: Wording) -> Part | None:
    """Peaks at the outfalls of every community under the headline storm, and how many rise."""
    pairs = outfall_pairs(review)
    if pairs.empty:
        return None
    known = [p for p in review.pages if judged.outfalls_rise(p.row) is not None]
    rising = sum(judged.outfalls_rise(p.row) is True for p in known)
    said = words("document.outfalls_said", count=rising, total=len(known), storm=review.headline_storm)
    own = pairs[pairs["storm_id"] == review.headline_storm]
    columns = ["community_id", *(c for c in PAIR_COLUMNS if c != "storm_id")]
    tables = [(words("table.outfalls", storm=review.headline_storm), _shown(own, columns, words))]
    paragraphs = [said, words("document.outfalls_text")]
    if (review.tables["outfall_peaks"]["outfall_level"] == LEVEL_SET).any():
        paragraphs.append(words("document.outfalls_level"))
    return Part("outfalls", words("document.outfalls_heading"), tuple(paragraphs), tuple(tables))


def _shown(pairs: pd.DataFrame, columns: list[str] | tuple[str, ...], words: Wording) -> Table:
    """The pairs without what nobody gave, and without the sum where one receiver takes all."""
    takers = pairs[pairs["receives"] != ALL].groupby("community_id")["receives"].nunique()
    single = set(takers.index[takers == 1])
    shown = pairs[(pairs["receives"] != ALL) | ~pairs["community_id"].isin(list(single))]
    optional = ("receiver_capacity_l_s", "capacity_used_percent")
    kept = [c for c in columns if c not in optional or shown[c].notna().any()]
    return frame_table(shown, kept, words)
