"""The tables and facts of one community's chapter."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from spongecalc.assess.review import CommunityPage, Review, StormSummary
from spongecalc.report.content import verdicts as judged
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.table import Cell, Heading, Table, frame_table
from spongecalc.report.content.wording import Wording

SCENARIOS = ("before", "after")

JOINT_COLUMNS = (
    "number",
    "scenario",
    "kind",
    "layer",
    "feature_id",
    "at_node",
    "carries",
    "source_count",
    "households",
    "outfalls",
)
SITE_COLUMNS = (
    "number",
    "scenario",
    "node_id",
    "volume_m3",
    "duration_h",
    "peak_l_s",
    "max_depth_m",
    "area_m2",
    "households",
    "verdict",
    "within_limits",
)
QUANTITY_COLUMNS = (
    "item",
    "system",
    "status",
    "shape",
    "diameter_mm",
    "material",
    "depth_band",
    "length_m",
    "count",
)
RUN_COLUMNS = (
    "run_id",
    "scenario",
    "storm_id",
    "status",
    "runoff_error_percent",
    "routing_error_percent",
    "quality_error_percent",
    "unstable_links",
    "nonconverging_nodes",
    "warnings",
    "model_sha256",
    "message",
)


def headline_storm(review: Review) -> StormSummary | None:
    """The storm that the review's figures are for; None where the review does not hold it."""
    return next((s for s in review.storms if s.storm_id == review.headline_storm), None)


def is_answered(row: Mapping[str, object], counted: str) -> bool:
    """Whether a count is known both before and after, so that an empty table means none."""
    return all(is_known(row.get(f"{counted}_{s}")) for s in SCENARIOS)


def numbered(table: pd.DataFrame) -> pd.DataFrame:
    """The table with a column ``number``, from 1, before first and after next, else in its order."""
    plain = pd.DataFrame(table).reset_index(drop=True)
    if "scenario" in plain.columns:
        order = sorted(range(len(plain)), key=lambda i: (plain["scenario"].iloc[i] != "before", i))
        plain = plain.iloc[order].reset_index(drop=True)
    return plain.assign(number=range(1, len(plain) + 1))


def storm_results(review: Review, community_id: str) -> pd.DataFrame:
    """Runoff and ponding of a community for each storm, before and after, from sponge.csv and ponding.csv.

    Columns that begin with "_" are areas, for the facts of the chapter. A storm without a finished run has
    no figures; ponding counts as none only where the run finished.
    """
    sponge = _own(review.tables.get("sponge"), community_id)
    ponding = _own(review.tables.get("ponding"), community_id)
    rows = []
    for storm in review.storms:
        row: dict[str, object] = {"storm_id": storm.storm_id, "return_period_a": storm.return_period_a}
        found = {s: _first(sponge, s, storm.storm_id) for s in SCENARIOS}
        row["rainfall_m3"] = next(
            (f["rainfall_m3"] for f in found.values() if is_known(f.get("rainfall_m3"))), None
        )
        for column, unit in (("runoff", "m3"), ("runoff_coefficient", ""), ("peak", "l_s")):
            name = f"{column}_{unit}".rstrip("_")
            for scenario in SCENARIOS:
                written = f"{column}_{scenario}_{unit}".rstrip("_")
                row[written] = found[scenario].get(name)
        before, after = judged.figure(row, "runoff_before_m3"), judged.figure(row, "runoff_after_m3")
        row["runoff_reduction_percent"] = 100 * (before - after) / before if before > 0 else None
        for scenario in SCENARIOS:
            known = is_known(found[scenario].get("runoff_m3"))
            row[f"ponding_{scenario}_m3"] = _ponded_m3(ponding, scenario, storm.storm_id) if known else None
            row[f"_permeable_{scenario}"] = found[scenario].get("permeable_m2")
            row[f"_green_{scenario}"] = found[scenario].get("green_m2")
        rows.append(row)
    return pd.DataFrame(rows)


def storm_table(storms: pd.DataFrame, words: Wording) -> Table:
    """The results with a row per figure and a column per storm, which fits half a page's width."""
    figures = [c for c in storms.columns if not c.startswith("_") and c != "storm_id"]
    if storms[[c for c in figures if c != "return_period_a"]].isna().all(axis=None):
        return Table([], [])
    headings = [Heading(words("column.storm_id")), *(Heading(str(s), True) for s in storms["storm_id"])]
    rows = [
        [Cell(words.name("column", c)), *(Cell(cell_text(_unit_last(c), v)) for v in storms[c])] for c in figures
    ]
    return Table(headings, rows)


def _unit_last(column: str) -> str:
    """The column's name without its scenario, so that its unit is found at its end."""
    return column.removesuffix("_before").removesuffix("_after")


def _own(table: pd.DataFrame | None, community_id: str) -> pd.DataFrame:
    if table is None or "community_id" not in table.columns:
        return pd.DataFrame()
    return table[table["community_id"] == community_id]


def _first(table: pd.DataFrame, scenario: str, storm_id: str) -> dict[str, object]:
    if table.empty:
        return {}
    rows = table[(table["scenario"] == scenario) & (table["storm_id"] == storm_id)]
    return {str(k): v for k, v in rows.iloc[0].items()} if len(rows) else {}


def _ponded_m3(ponding: pd.DataFrame, scenario: str, storm_id: str) -> float:
    if ponding.empty:
        return 0.0
    rows = ponding[(ponding["scenario"] == scenario) & (ponding["storm_id"] == storm_id)]
    return float(pd.to_numeric(rows["volume_m3"]).sum())


def reason_unanswered(row: Mapping[str, object], words: Wording) -> str:
    """The reason why a community has no answers, by its status."""
    status = row.get("status")
    if status == "data_error":
        return words.filled("status.why_data_error", {"errors": row.get("errors")})
    if status == "failed":
        return words("status.why_failed")
    return words("status.why_other", status=status)


def facts(page: CommunityPage, storms: pd.DataFrame, headline: str, words: Wording) -> list[tuple[str, str]]:
    """Short facts of a community with their names: place, people, areas."""
    told = []
    for column in ("district", "phase", "households", "residents"):
        told.append((words(f"facts.{column}"), cell_text(column, page.row.get(column))))
    area = cell_text("area_m2", page.row.get("area_m2"))
    told.append((words("facts.area_m2"), words("facts.square_metres", value=area) if area else ""))
    chosen = storms[storms["storm_id"] == headline] if len(storms) else storms
    for name in ("permeable", "green"):
        both = [cell_text("area_m2", chosen[f"_{name}_{s}"].iloc[0]) if len(chosen) else "" for s in SCENARIOS]
        words_of = words("facts.from_to", before=both[0], after=both[1]) if all(both) else ""
        told.append((words(f"facts.{name}"), words_of))
    return [(name, value) for name, value in told if value]


def run_table(runs: pd.DataFrame, words: Wording) -> Table:
    """The runs, with the model's hash cut to what tells models apart; the whole is in runs.csv."""
    table = frame_table(runs, RUN_COLUMNS, words)
    at = [i for i, h in enumerate(table.headings) if h.column == "model_sha256"]
    rows = [
        [Cell(c.text[:10], title=c.text, column=c.column) if i in at else c for i, c in enumerate(cells)]
        for cells in table.rows
    ]
    headings: list[Heading] = list(table.headings)
    # A column that no run has anything for only takes room.
    used = [
        i
        for i, h in enumerate(headings)
        if h.column not in ("message", "quality_error_percent") or any(r[i].text for r in rows)
    ]
    return Table([headings[i] for i in used], [[r[i] for i in used] for r in rows])
