"""The report's part on ponding: the level, the sites under each storm, the surveyed records."""

from __future__ import annotations

import pandas as pd

from spongecalc.assess.review import CommunityPage, Review
from spongecalc.language import text
from spongecalc.report.html_table import frame_table
from spongecalc.report.part import Part
from spongecalc.report.wording import Wording

STORM_COLUMNS = (
    "storm_id",
    "level",
    "scenario",
    "number",
    "max_depth_m",
    "area_m2",
    "volume_m3",
    "within_limits",
)
RECORD_COLUMNS = (
    "record_id",
    "answer",
    "storm_id",
    "site_id",
    "observed_depth_m",
    "modelled_depth_m",
    "observed_duration_h",
    "modelled_duration_h",
)


def community_ponding(page: CommunityPage, review: Review, words: Wording) -> Part | None:
    """Ponding of a community; None for a review without tables of levels."""
    if "ponding_records" not in review.tables:
        return None
    lang = words.lang
    records = _own(review.tables["ponding_records"], page.community_id)
    names = [n for n in ("ponding", "ponding_2d") if len(review.tables.get(n, ()))]
    parts = [_own(review.tables[n], page.community_id) for n in names]
    filled = [p for p in parts if len(p)]
    sentences = [_records_sentence(records, lang)]
    tables = []
    if filled:
        level = int(filled[0]["level"].max())
        meaning = text(f"ponding.level_{level}", lang)
        sentences.insert(0, text("ponding.levels", lang, level=level, meaning=meaning))
        sites = by_storm(pd.concat(filled, ignore_index=True))
        tables.append((text("ponding.table_sites", lang), frame_table(sites, STORM_COLUMNS, words)))
    if len(records):
        tables.append((text("ponding.table_records", lang), frame_table(records, RECORD_COLUMNS, words)))
    return Part("ponding-ground", text("ponding.heading", lang), sentences, tables)


def county_ponding(review: Review, words: Wording) -> Part | None:
    """The records of all communities, and which storms were followed over the ground."""
    if "ponding_records" not in review.tables:
        return None
    lang = words.lang
    levels = review.tables["ponding_levels"]
    storms = sorted(set(levels.loc[levels["level"] == 3, "storm_id"]))
    listed = words.listed(storms)
    kept = text("ponding.flow_kept", lang, storms=listed) if storms else text("ponding.flow_none", lang)
    sentences = [_records_sentence(review.tables["ponding_records"], lang), kept]
    return Part("ponding-ground", text("ponding.heading", lang), sentences)


def by_storm(sites: pd.DataFrame) -> pd.DataFrame:
    """Sites counted, with largest depth, area and volume, per storm, level and scenario."""
    rows = []
    for (period, storm, level, scenario), own in sites.groupby(
        ["return_period_a", "storm_id", "level", "scenario"], sort=True
    ):
        answers = set(own["within_limits"])
        rows.append(
            {
                "storm_id": storm,
                "level": level,
                "scenario": scenario,
                "number": len(own),
                "max_depth_m": own["max_depth_m"].max(),
                "area_m2": own["area_m2"].sum(min_count=1),
                "volume_m3": own["volume_m3"].sum(),
                "within_limits": "no" if "no" in answers else "yes" if answers == {"yes"} else "",
                "order": (level, period, scenario != "before"),
            }
        )
    rows.sort(key=lambda r: r["order"])
    return pd.DataFrame(rows, columns=list(STORM_COLUMNS))


def _records_sentence(records: pd.DataFrame, lang: str) -> str:
    counts = records["answer"].value_counts()
    hit, missed, false = (int(counts.get(a, 0)) for a in ("hit", "missed", "false"))
    if hit + missed == 0:
        return text("ponding.no_records", lang)
    return text("ponding.records", lang, hit=hit, total=hit + missed, missed=missed, false=false)


def _own(table: pd.DataFrame, community_id: str) -> pd.DataFrame:
    return table[table["community_id"] == community_id].reset_index(drop=True)
