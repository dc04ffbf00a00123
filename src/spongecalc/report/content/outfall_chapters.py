"""Water that leaves by the outfalls, on the page: peaks and volumes by receiver, and the check of the peaks."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from spongecalc.assess import criteria as judged
from spongecalc.assess.outfall_peaks import ALL, LEVEL_SERIES, LEVEL_SET
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content.document import Chapter
from spongecalc.report.content.inner_chapter import inner_chapter
from spongecalc.report.content.table import Table, frame_table, other_end
from spongecalc.report.content.wording import Wording

OF_BOTH = ("outfall_peak_{s}_l_s", "outfall_volume_{s}_m3")
OF_LAST = ("receiver_capacity_l_s", "capacity_used_percent", "discharge_verdict")
BACKFLOW_COLUMNS = ("scenario", "receives", "volume_out_m3", "volume_in_m3", "volume_m3")
CHECKS = ("ground_peak", "receiver_capacity")
CHECK_COLUMNS = ("check", "applies_to", "limit", "value", "excess", "unit", "check_verdict", "clause")


def pair_columns(compared: Sequence[str]) -> list[str]:
    """Columns of the pairs but for their keys, for the scenarios compared."""
    return [*(c.format(s=s) for c in OF_BOTH for s in compared), *OF_LAST]


def outfall_table(review: Review, community_id: str, words: Wording) -> Table:
    """Figures of what leaves a community under the headline storm, to each receiver and to all."""
    pairs = outfall_pairs(review, community_id)
    own = pairs[pairs["storm_id"] == review.headline_storm]
    return _shown(own, ["receives", *pair_columns(review.compared)], words)


def outfall_pairs(review: Review, community_id: str = "") -> pd.DataFrame:
    """Rows of outfall_peaks.csv with the scenarios compared side by side; of one community or of all.

    Capacities, and what comes of them, are those of the last one.
    """
    table = review.tables.get("outfall_peaks")
    keys = ["community_id", "storm_id", "receives"]
    if table is None or table.empty:
        return pd.DataFrame(columns=[*keys, *pair_columns(review.compared)])
    if community_id:
        table = table[table["community_id"] == community_id]
    found = table[keys].drop_duplicates().reset_index(drop=True)
    for scenario in review.compared:
        own = table[table["scenario"] == scenario].set_index(keys)
        for column, template in zip(("peak_l_s", "volume_m3"), OF_BOTH, strict=True):
            title = template.format(s=scenario)
            for part, name in ((column, title), (other_end(column), other_end(title))):
                if part in own:
                    found = found.merge(own[part].rename(name), how="left", left_on=keys, right_index=True)
    last = table[table["scenario"] == review.compared[1]].set_index(keys)[list(OF_LAST)]
    return found.merge(last, how="left", left_on=keys, right_index=True)


def community_outfalls(page: CommunityPage, review: Review, words: Wording) -> Chapter | None:
    """A community's peaks and volumes under every storm, and the checks of its peaks."""
    pairs = outfall_pairs(review, page.community_id)
    if pairs.empty:
        return None
    tables = [
        (
            words("table.outfalls_storms"),
            _shown(pairs, ["storm_id", "receives", *pair_columns(review.compared)], words),
        )
    ]
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
    if backflow := backflow_table(own, ("storm_id", *BACKFLOW_COLUMNS), words):
        tables.append((words("table.backflow"), backflow))
    paragraphs = [words("document.outfalls_text")]
    group = str(own["communities"].iloc[0])
    if ";" in group:
        paragraphs.append(words("document.outfalls_joint", ids=words.listed(group.split(";"))))
    paragraphs.extend(_of_levels(own, words))
    return inner_chapter(words, "outfalls", words("document.outfalls_heading"), tuple(paragraphs), tuple(tables))


def county_outfalls(review: Review, words: Wording) -> Chapter | None:
    """Peaks at the outfalls of every community under the headline storm, and how many rise."""
    pairs = outfall_pairs(review)
    if pairs.empty:
        return None
    rises = [judged.outfalls_rise(p.row, review.compared) for p in review.pages]
    known = sum(r is not None for r in rises)
    listed = [
        [judged.storms_in(p.row, c) for p in review.pages] for c in ("outfalls_over", "outfalls_to_confirm")
    ]
    over, open_ones = (sum(bool(found) for found in column) for column in listed)
    said = words(
        "document.outfalls_said",
        count=rises.count(True),
        total=known,
        storm=review.headline_storm,
        over=over,
        open=open_ones,
    )
    own = pairs[pairs["storm_id"] == review.headline_storm]
    columns = ["community_id", "receives", *pair_columns(review.compared)]
    tables = [(words("table.outfalls", storm=review.headline_storm), _shown(own, columns, words))]
    paragraphs = [said, words("document.outfalls_text")]
    peaks = review.tables["outfall_peaks"]
    own = peaks[peaks["storm_id"] == review.headline_storm]
    if backflow := backflow_table(own, ("community_id", *BACKFLOW_COLUMNS), words):
        tables.append((words("table.backflow"), backflow))
    paragraphs.extend(_of_levels(peaks, words))
    return inner_chapter(words, "outfalls", words("document.outfalls_heading"), tuple(paragraphs), tuple(tables))


def backflow_table(peaks: pd.DataFrame, columns: Sequence[str], words: Wording) -> Table | None:
    """Rows of outfall_peaks.csv where water came in, with both ways and the net; None without any."""
    backwards = peaks[peaks["volume_in_m3"] > 0]
    return frame_table(backwards, columns, words) if len(backwards) else None


def _of_levels(peaks: pd.DataFrame, words: Wording) -> list[str]:
    """Sentences on the water outside, as far as rows of outfall_peaks.csv are under any."""
    said = ((LEVEL_SET, "outfalls_level"), (LEVEL_SERIES, "outfalls_series"))
    return [words(f"document.{key}") for level, key in said if (peaks["outfall_level"] == level).any()]


def _shown(pairs: pd.DataFrame, columns: Sequence[str], words: Wording) -> Table:
    """The pairs without what nobody gave, and without the sum where one receiver takes all."""
    takers = pairs[pairs["receives"] != ALL].groupby("community_id")["receives"].nunique()
    single = set(takers.index[takers == 1])
    shown = pairs[(pairs["receives"] != ALL) | ~pairs["community_id"].isin(list(single))]
    kept = [c for c in columns if c not in OF_LAST or shown[c].notna().any()]
    return frame_table(shown, kept, words)
