"""The report's part on ponding: the level, the sites under each storm, the surveyed records."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from spongecalc.assess.ponding_causes import TABLE as CAUSES
from spongecalc.assess.return_periods import TABLE as PERIODS
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content.document import Chapter
from spongecalc.report.content.inner_chapter import inner_chapter
from spongecalc.report.content.table import Table, frame_table
from spongecalc.report.content.wording import Wording

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
PERIOD_COLUMNS = ("scenario", "criterion", "return_period_a", "bound", "fails_at_a", "first_id")
CAUSE_COLUMNS = (
    "site_id",
    "scenario",
    "level",
    "cause",
    "changed",
    "volume_m3",
    "volume_changed_m3",
    "volume_elsewhere_m3",
    "ends",
)
NODE_COLUMNS = (
    "site_id",
    "scenario",
    "level",
    "node_id",
    "kind",
    "volume_m3",
    "duration_h",
    "max_depth_m",
)
COUNTY_PERIODS = ("dry_return_period_{s}_a", "pipes_return_period_{s}_a")
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


def community_ponding(page: CommunityPage, review: Review, words: Wording) -> Chapter | None:
    """Ponding of a community; None for a review without tables of levels."""
    if "ponding_records" not in review.tables:
        return None
    records = _own(review.tables["ponding_records"], page.community_id)
    names = [n for n in ("ponding", "ponding_2d") if len(review.tables.get(n, ()))]
    parts = [_own(review.tables[n], page.community_id) for n in names]
    filled = [p for p in parts if len(p)]
    sentences = [_records_sentence(records, words)]
    tables = []
    if filled:
        level = int(filled[0]["level"].max())
        meaning = words(f"ponding.level_{level}")
        sentences.insert(0, words("ponding.levels", level=level, meaning=meaning))
        sites = by_storm(pd.concat(filled, ignore_index=True), words.scenario_names)
        tables.append((words("ponding.table_sites"), frame_table(sites, STORM_COLUMNS, words)))
    nodes = _own(review.tables.get("ponding_nodes", pd.DataFrame({"community_id": []})), page.community_id)
    if len(nodes):
        nodes = nodes[nodes["storm_id"] == review.headline_storm].reset_index(drop=True)
    if len(nodes):
        tables.append((words("ponding.table_nodes"), frame_table(nodes, NODE_COLUMNS, words, name="nodes")))
    if len(records):
        tables.append((words("ponding.table_records"), frame_table(records, RECORD_COLUMNS, words)))
    tables.extend(_searched(page.community_id, review, words))
    return inner_chapter(words, "ponding-ground", words("ponding.heading"), sentences, tables)


def _searched(community_id: str, review: Review, words: Wording) -> list[tuple[str, Table]]:
    """Tables of the searches that were made: return periods, and the change named as each site's cause."""
    found = []
    for name, columns in ((PERIODS, PERIOD_COLUMNS), (CAUSES, CAUSE_COLUMNS)):
        rows = _own(review.tables[name], community_id) if name in review.tables else pd.DataFrame()
        if name == CAUSES and len(rows):
            rows = rows[rows["chosen"] == "yes"].reset_index(drop=True)
        if len(rows):
            key = "ponding.table_periods" if name == PERIODS else "ponding.table_causes"
            found.append((words(key), frame_table(rows, columns, words)))
    return found


def county_ponding(review: Review, words: Wording) -> Chapter | None:
    """The records of all communities, and which storms were followed over the ground."""
    if "ponding_records" not in review.tables:
        return None
    levels = review.tables["ponding_levels"]
    storms = sorted(set(levels.loc[levels["level"] == 3, "storm_id"]))
    listed = words.listed(storms)
    kept = words("ponding.flow_kept", storms=listed) if storms else words("ponding.flow_none")
    sentences = [_records_sentence(review.tables["ponding_records"], words), kept]
    if CAUSES not in review.tables:
        sentences.append(words("ponding.no_causes"))
    tables = []
    if PERIODS in review.tables:
        periods = [template.format(s=name) for template in COUNTY_PERIODS for name in review.compared]
        columns = ["community_id", *periods]
        figures = review.tables["communities"].reindex(columns=columns)
        figures = figures.dropna(subset=periods, how="all").reset_index(drop=True)
        tables.append((words("ponding.table_periods"), frame_table(figures, columns, words)))
    else:
        sentences.append(words("ponding.no_periods"))
    return inner_chapter(words, "ponding-ground", words("ponding.heading"), sentences, tables)


def by_storm(sites: pd.DataFrame, scenarios: Sequence[str]) -> pd.DataFrame:
    """Sites counted, with largest depth, area and volume, per storm, level and scenario."""
    rank = {name: place for place, name in enumerate(scenarios)}
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
                "order": (level, period, rank.get(scenario, len(rank))),
            }
        )
    rows.sort(key=lambda r: r["order"])
    return pd.DataFrame(rows, columns=list(STORM_COLUMNS))


def _records_sentence(records: pd.DataFrame, words: Wording) -> str:
    counts = records["answer"].value_counts()
    hit, missed, false = (int(counts.get(a, 0)) for a in ("hit", "missed", "false"))
    if hit + missed == 0:
        return words("ponding.no_records")
    return words("ponding.records", hit=hit, total=hit + missed, missed=missed, false=false)


def _own(table: pd.DataFrame, community_id: str) -> pd.DataFrame:
    return table[table["community_id"] == community_id].reset_index(drop=True)
