"""The tables and facts of one community's chapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from spongecalc.assess import criteria as judged
from spongecalc.assess.outfall_peaks import ALL
from spongecalc.assess.review import CommunityPage, Review, StormSummary
from spongecalc.assess.scenario_order import in_order
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.table import Cell, Heading, Table, frame_table, other_end, ranged
from spongecalc.report.content.wording import Wording

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
    "node_count",
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


def is_answered(row: Mapping[str, object], counted: str, compared: tuple[str, str]) -> bool:
    """True where a count is known in both scenarios compared, so that an empty table means none."""
    return all(is_known(row.get(f"{counted}_{s}")) for s in compared)


def numbered(table: pd.DataFrame, scenarios: Sequence[str]) -> pd.DataFrame:
    """The table with a column ``number``, from 1, in the scenarios' order, else in its own."""
    plain = pd.DataFrame(table).reset_index(drop=True)
    if "scenario" in plain.columns:
        plain = plain.sort_values("scenario", key=in_order(scenarios), kind="stable", ignore_index=True)
    return plain.assign(number=range(1, len(plain) + 1))


def site_gravity(sites: pd.DataFrame, last: str) -> list[tuple[float, float, float]]:
    """Gravity of each ponding site: those of the scenario ``last`` first, those that stay, then by m3."""
    if sites.empty:
        return []
    columns = (sites["scenario"] == last, sites["verdict"] != "eliminated", sites["volume_m3"].fillna(0))
    return [tuple(map(float, row)) for row in zip(*columns, strict=True)]  # type: ignore[misc]


# Figures of each storm and scenario, by their columns in sponge.csv.
OF_STORM = ("runoff_m3", "runoff_coefficient", "peak_l_s")
FACT_AREAS = ("permeable", "green")


@dataclass(frozen=True)
class StormFigure:
    """One figure of a community under a storm: its column, its scenario ("" for all), and its value.

    ``end`` is the other end of its range, where it is known to a range only.
    """

    column: str
    scenario: str
    value: object
    end: object = None


def storm_results(review: Review, community_id: str) -> dict[str, list[StormFigure]]:
    """Runoff, what leaves by the outfalls, and ponding of a community for each storm in each scenario.

    A storm without a finished run has no figures; ponding counts as none only where the run finished.
    """
    sponge = _own(review.tables.get("sponge"), community_id)
    ponding = _own(review.tables.get("ponding"), community_id)
    outfalls = _own(review.tables.get("outfall_peaks"), community_id)
    if len(outfalls):
        outfalls = outfalls[outfalls["receives"] == ALL]
    answers = _own(review.tables.get("answers"), community_id)
    names = [s.name for s in review.scenarios]
    row = next((p.row for p in review.pages if p.community_id == community_id), {})
    results = {}
    for storm in review.storms_by_period:
        found = {s: _first(sponge, s, storm.storm_id) for s in names}
        rain = next((f["rainfall_m3"] for f in found.values() if is_known(f.get("rainfall_m3"))), None)
        figures = [
            StormFigure("return_period_a", "", storm.return_period_a),
            StormFigure("rainfall_m3", "", rain),
            *(StormFigure(c, s, found[s].get(c)) for c in OF_STORM for s in names),
        ]
        first, last = (judged.figure(found.get(s, {}), "runoff_m3") for s in review.compared)
        fall = 100 * (first - last) / first if first > 0 else None
        figures.append(StormFigure("runoff_reduction_percent", "", fall))
        leaving = {s: _first(outfalls, s, storm.storm_id) for s in names}
        for column, name in (("outfall_peak_l_s", "peak_l_s"), ("outfall_volume_m3", "volume_m3")):
            figures.extend(
                StormFigure(column, s, leaving[s].get(name), leaving[s].get(other_end(name))) for s in names
            )
        for s in names:
            known = is_known(found[s].get("runoff_m3"))
            ponded = _ponded_m3(ponding, s, storm.storm_id) if known else None
            end = row.get(other_end(f"ponding_{s}_m3")) if storm.storm_id == review.headline_storm else None
            figures.append(StormFigure("ponding_m3", s, ponded, end))
        for s in names:
            figures.append(StormFigure("over_ground_m3", s, _over_ground_m3(answers, s, storm.storm_id)))
        results[storm.storm_id] = figures
    return results


def storm_table(results: Mapping[str, Sequence[StormFigure]], words: Wording) -> Table:
    """The results with a row per figure and a column per storm, which fits half a page's width."""
    known = [f.value for figures in results.values() for f in figures if f.column != "return_period_a"]
    if not any(is_known(v) for v in known):
        return Table([], [])
    headings = [Heading(words("column.storm_id")), *(Heading(storm_id, True) for storm_id in results)]
    rows = []
    for same in zip(*results.values(), strict=True):
        one = same[0]
        title = words.column_of(one.column, one.scenario) if one.scenario else words.name("column", one.column)
        rows.append([Cell(title), *(_storm_cell(f) for f in same)])
    return Table(headings, rows)


def _storm_cell(figure: StormFigure) -> Cell:
    if is_known(figure.end):
        return ranged(figure.column, figure.value, figure.end)
    return Cell(cell_text(figure.column, figure.value))


def _over_ground_m3(answers: pd.DataFrame, scenario: str, storm_id: str) -> object:
    if answers.empty:
        return None
    same = (answers["scenario"] == scenario) & (answers["storm_id"] == storm_id)
    found = answers.loc[same & (answers["figure"] == "over_ground"), "value"]
    return found.iloc[0] if len(found) else None


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


def facts(page: CommunityPage, review: Review, words: Wording) -> list[tuple[str, str]]:
    """Short facts of a community with their names: place, people, areas."""
    told = []
    for column in ("district", "phase", "households", "residents"):
        told.append((words(f"facts.{column}"), cell_text(column, page.row.get(column))))
    area = cell_text("area_m2", page.row.get("area_m2"))
    told.append((words("facts.area_m2"), words("facts.square_metres", value=area) if area else ""))
    sponge = _own(review.tables.get("sponge"), page.community_id)
    shown = [s for s in review.storms if s.storm_id == review.headline_storm]
    for name in FACT_AREAS:
        both = [
            cell_text("area_m2", _first(sponge, s, review.headline_storm).get(f"{name}_m2")) if shown else ""
            for s in review.compared
        ]
        said = words("facts.from_to", value_first=both[0], value_last=both[1]) if all(both) else ""
        told.append((words(f"facts.{name}"), said))
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
