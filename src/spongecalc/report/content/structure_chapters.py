"""Pumping and storage on the page: pumps, weirs, orifices, outlets, wet wells, storages, and what they did."""

from __future__ import annotations

import pandas as pd

from spongecalc.assess.review import CommunityPage, Review
from spongecalc.catalogue.structure_form import PUMP
from spongecalc.design.pressure_pipes import CHECK
from spongecalc.report.content.document import Chapter
from spongecalc.report.content.inner_chapter import inner_chapter
from spongecalc.report.content.table import Table, frame_table
from spongecalc.report.content.wording import Wording

STANDING = (
    "kind",
    "form",
    "system",
    "status",
    "from_node",
    "to_node",
    "crest_m",
    "diameter_mm",
    "width_mm",
    "height_mm",
    "duty",
    "standby",
    "design_flow_l_s",
    "head_m",
    "on_level_m",
    "off_level_m",
)
PUMPED = ("starts", "starts_1_h", "on_h", "mean_l_s", "peak_l_s", "volume_m3", "energy_kwh")
PASSED = ("kind", "peak_l_s", "volume_m3")
HELD = (
    "role",
    "volume_full_m3",
    "inflow_peak_l_s",
    "max_depth_m",
    "max_level_m",
    "max_volume_m3",
    "final_volume_m3",
    "flooded_m3",
)
BASIN = (
    "volume_m3",
    "outlet_mm",
    "inflow_peak_l_s",
    "throttle_peak_l_s",
    "overflow_peak_l_s",
    "max_volume_m3",
    "flooded_m3",
)
# Less than what the tables show is no flooding.
LEAST_FLOODED_M3 = 0.01
# The sentence on pressure pipes names so many.
NAMED = 12
EVENT = ("scenario", "storm_id")


def community_structures(page: CommunityPage, review: Review, words: Wording) -> Chapter | None:
    """A community's structures and storages under every event; None where it has none."""
    return _chapter(review, words, page.community_id)


def county_structures(review: Review, words: Wording) -> Chapter | None:
    """The structures and storages of all communities; None where there are none."""
    return _chapter(review, words)


def _chapter(review: Review, words: Wording, community_id: str = "") -> Chapter | None:
    structures, storages, basins = (
        _own(review, name, community_id) for name in ("structures", "storages", "basins")
    )
    unchecked = pressure_pipes_said(_own(review, "design_checks", community_id), words)
    if structures.empty and storages.empty:
        heading = words("document.structures_heading")
        return inner_chapter(words, "structures", heading, unchecked) if unchecked else None
    place = () if community_id else ("community_id",)
    pumps = structures[structures["kind"] == PUMP] if len(structures) else structures
    passing = structures[structures["kind"] != PUMP] if len(structures) else structures
    shown = (
        ("structures", _standing(structures), (*place, "structure_id", *STANDING)),
        ("pumps", pumps, (*place, "structure_id", *EVENT, *PUMPED)),
        ("passing", passing, (*place, "structure_id", *EVENT, *PASSED)),
        ("storages", storages, (*place, "node_id", *EVENT, *HELD)),
        ("basins", basins, (*place, "facility_id", *EVENT, *BASIN)),
    )
    tables = tuple((words(f"table.{name}"), _known(frame, columns, words)) for name, frame, columns in shown)
    paragraphs = (*_said(review, structures, storages, words), words("document.structures_text"), *unchecked)
    return inner_chapter(words, "structures", words("document.structures_heading"), paragraphs, tables)


def pressure_pipes_said(checks: pd.DataFrame, words: Wording) -> list[str]:
    """A sentence that pressure pipes are not checked as sewers by gravity, where design checks name any."""
    pressed = checks[checks["check"] == CHECK] if len(checks) else checks
    if pressed.empty:
        return []
    ids = _ids(pressed, "feature_id")
    named = (
        words("table.and_more", ids=words.listed(ids[:NAMED]), count=len(ids))
        if len(ids) > NAMED
        else words.listed(ids)
    )
    return [words("document.pressure_pipes", count=len(ids), ids=named)]


def _own(review: Review, name: str, community_id: str) -> pd.DataFrame:
    table = review.tables.get(name)
    if table is None:
        return pd.DataFrame()
    return table[table["community_id"] == community_id] if community_id else table


def _standing(structures: pd.DataFrame) -> pd.DataFrame:
    """One row for each structure, however many scenarios and events it stands in."""
    if structures.empty:
        return structures
    return structures.drop_duplicates(["community_id", "structure_id"], keep="last")


def _known(frame: pd.DataFrame, columns: tuple[str, ...], words: Wording) -> Table:
    """A table without the columns that nothing is known in."""
    kept = [c for c in columns if c in frame and frame[c].notna().any()]
    return frame_table(frame, kept, words)


def _said(review: Review, structures: pd.DataFrame, storages: pd.DataFrame, words: Wording) -> list[str]:
    """Sentences on the last scenario compared: what stands there, pumps at rest, and where water comes over."""
    last, storm = review.compared[1], review.headline_storm
    about = {"last": words.scenario(last), "storm": storm}
    own = structures[structures["scenario"] == last] if len(structures) else structures
    once = own.drop_duplicates(["community_id", "structure_id"]) if len(own) else own
    kinds = once["kind"].value_counts().to_dict() if len(once) else {}
    held = storages[storages["scenario"] == last] if len(storages) else storages
    counts = {
        "duty": int(once["duty"].sum()) if len(once) else 0,
        "standby": int(once["standby"].sum()) if len(once) else 0,
        "weirs": kinds.get("weir", 0),
        "orifices": kinds.get("orifice", 0),
        "outlets": kinds.get("outlet", 0),
        "storages": held["node_id"].nunique() if len(held) else 0,
    }
    said = [words("document.structures_said", **about, **counts)]
    if len(own):
        rests = (own["storm_id"] == storm) & (own["kind"] == PUMP) & (own["starts"] == 0) & ~(own["on_h"] > 0)
        if rests.any():
            said.append(
                words("document.structures_idle", **about, ids=words.listed(_ids(own[rests], "structure_id")))
            )
    if len(held):
        over = held[(held["storm_id"] == storm) & (held["flooded_m3"] >= LEAST_FLOODED_M3)]
        if len(over):
            said.append(words("document.structures_flooded", **about, ids=words.listed(_ids(over, "node_id"))))
    return said


def _ids(frame: pd.DataFrame, column: str) -> list[str]:
    return [str(i) for i in frame[column].drop_duplicates()]
