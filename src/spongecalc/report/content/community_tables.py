"""One community's section of the page: verdicts, maps, hydrographs and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from spongecalc.assess.outfall_peaks import ALL
from spongecalc.assess.review import CommunityPage, Review, StormSummary
from spongecalc.report.content import verdicts as judged
from spongecalc.report.content.document import VerdictLine
from spongecalc.report.content.finding_table import finding_table
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.outfall_chapters import outfall_table
from spongecalc.report.content.part import Part
from spongecalc.report.content.table import Cell, Heading, Table, frame_table
from spongecalc.report.content.topics import COMMUNITY_PARTS
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.charts import runoff_chart
from spongecalc.report.render.community_map import community_frame, community_map

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


@dataclass(frozen=True)
class Section:
    """What the template shows of a community; ``maps`` and ``chart`` are markup, the rest is text."""

    anchor: str
    community_id: str
    name: str
    overall: str
    reason: str
    unanswered: str
    facts: list[tuple[str, str]]
    verdicts: list[VerdictLine]
    maps: dict[str, str]
    chart: str
    tables: dict[str, Table]
    empty: dict[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()


def headline_storm(review: Review) -> StormSummary | None:
    """The storm that the review's figures are for; None where the review does not hold it."""
    return next((s for s in review.storms if s.storm_id == review.headline_storm), None)


def community_section(page: CommunityPage, review: Review, anchor: str, words: Wording) -> Section:
    """Everything shown of one community."""
    row = page.row
    lines = judged.verdicts(row, review.targets)
    joints = numbered(page.joints)
    sites = numbered(page.sites)
    storms = storm_results(review, page.community_id)
    failed = not judged.finished(row)
    open_questions = [words(f"question.{v.question}") for v in lines if v.answer == judged.UNKNOWN]
    return Section(
        anchor,
        page.community_id,
        page.name,
        judged.overall(row, review.targets),
        _reason(row, words) if failed else "",
        words("status.cannot_answer", questions=words.listed(open_questions)) if open_questions else "",
        _facts(page, storms, review.headline_storm, words),
        [
            VerdictLine(
                v.question,
                v.answer,
                words.filled(f"finding.{v.key}", v.figures),
                words.filled(f"limit.{v.question}", {**v.figures, "storm": review.headline_storm}),
            )
            for v in lines
        ],
        _maps(page, review, joints, sites, words),
        _chart(page, review, anchor, words),
        {
            "by_storm": _storm_table(storms, words),
            "outfalls": outfall_table(review, page.community_id, words),
            "joints": frame_table(joints, JOINT_COLUMNS, words),
            "sites": frame_table(sites.assign(number=[f"P{n}" for n in sites["number"]]), SITE_COLUMNS, words),
            "quantities": frame_table(page.quantities, QUANTITY_COLUMNS, words),
            "runs": _runs(page.runs, words),
            "findings": finding_table(page.findings, words),
        },
        {
            "joints": words(
                "table.no_joints" if is_answered(row, "cross_connections") else "table.no_joints_unknown"
            ),
            "sites": words("table.no_sites" if is_answered(row, "ponding_sites") else "table.no_sites_unknown"),
            "quantities": words("table.no_quantities"),
            "runs": words("table.no_runs"),
            "findings": words("table.no_findings"),
            "maps": words("map.no_geometry" if _has_features(page) else "map.missing"),
        },
        tuple(p for make in COMMUNITY_PARTS if (p := make(page, review, words)) is not None),
    )


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
    """Runoff, what leaves by the outfalls and ponding of a community for each storm, before and after.

    Columns that begin with "_" are areas, for the facts of the section. A storm without a finished run has
    no figures; ponding counts as none only where the run finished.
    """
    sponge = _own(review.tables.get("sponge"), community_id)
    ponding = _own(review.tables.get("ponding"), community_id)
    outfalls = _own(review.tables.get("outfall_peaks"), community_id)
    if len(outfalls):
        outfalls = outfalls[outfalls["receives"] == ALL]
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
        leaving = {s: _first(outfalls, s, storm.storm_id) for s in SCENARIOS}
        for column, name in (("outfall_peak_{s}_l_s", "peak_l_s"), ("outfall_volume_{s}_m3", "volume_m3")):
            for scenario in SCENARIOS:
                row[column.format(s=scenario)] = leaving[scenario].get(name)
        for scenario in SCENARIOS:
            known = is_known(found[scenario].get("runoff_m3"))
            row[f"ponding_{scenario}_m3"] = _ponded_m3(ponding, scenario, storm.storm_id) if known else None
            row[f"_permeable_{scenario}"] = found[scenario].get("permeable_m2")
            row[f"_green_{scenario}"] = found[scenario].get("green_m2")
        rows.append(row)
    return pd.DataFrame(rows)


def _storm_table(storms: pd.DataFrame, words: Wording) -> Table:
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


def _reason(row: Mapping[str, object], words: Wording) -> str:
    status = row.get("status")
    if status == "data_error":
        return words.filled("status.why_data_error", {"errors": row.get("errors")})
    if status == "failed":
        return words("status.why_failed")
    return words("status.why_other", status=status)


def _facts(page: CommunityPage, storms: pd.DataFrame, headline: str, words: Wording) -> list[tuple[str, str]]:
    facts = []
    for column in ("district", "phase", "households", "residents"):
        facts.append((words(f"facts.{column}"), cell_text(column, page.row.get(column))))
    area = cell_text("area_m2", page.row.get("area_m2"))
    facts.append((words("facts.area_m2"), words("facts.square_metres", value=area) if area else ""))
    chosen = storms[storms["storm_id"] == headline] if len(storms) else storms
    for name in ("permeable", "green"):
        both = [cell_text("area_m2", chosen[f"_{name}_{s}"].iloc[0]) if len(chosen) else "" for s in SCENARIOS]
        words_of = words("facts.from_to", before=both[0], after=both[1]) if all(both) else ""
        facts.append((words(f"facts.{name}"), words_of))
    return [(name, value) for name, value in facts if value]


def _maps(
    page: CommunityPage, review: Review, joints: pd.DataFrame, sites: pd.DataFrame, words: Wording
) -> dict[str, str]:
    frame = community_frame(page.boundary, page.layers.values())
    if frame is None or not _has_features(page):
        return {}
    volumes = (
        pd.to_numeric(sites["volume_m3"], errors="coerce") if "volume_m3" in sites else pd.Series(dtype=float)
    )
    largest = float(volumes.max()) if volumes.notna().any() else 0.0
    drawn = {}
    for scenario in SCENARIOS:
        # Also without layers the outline is drawn: where the community lies is known.
        own_joints, own_sites = (t[t["scenario"] == scenario] if "scenario" in t else t for t in (joints, sites))
        label = words(
            "map.label",
            name=page.name,
            scenario=words(f"scenario.{scenario}"),
            joints=len(own_joints),
            sites=len(own_sites),
        )
        layers = page.layers.get(scenario, {})
        drawn[scenario] = community_map(
            page.boundary,
            layers,
            joints=own_joints,
            sites=own_sites,
            frame=frame,
            naming=words.name,
            catalogue=words.catalogue,
            label=label,
            largest_m3=largest,
            # The checks are made of the network after the works.
            failed_checks=_failed_checks(review, page.community_id) if scenario == "after" else None,
        )
    return drawn


def _failed_checks(review: Review, community_id: str) -> pd.DataFrame | None:
    """Rows of design_checks.csv that fail in a community; None where the checks were not made."""
    checks = review.tables.get("design_checks")
    if checks is None or checks.empty:
        return None
    return checks[(checks["community_id"] == community_id) & (checks["verdict"] == "fail")]


def _has_features(page: CommunityPage) -> bool:
    return any(len(layer) for layers in page.layers.values() for layer in layers.values())


def _chart(page: CommunityPage, review: Review, anchor: str, words: Wording) -> str:
    storm = headline_storm(review)
    peaks = {s: cell_text("peak_l_s", page.row.get(f"peak_{s}_l_s")) or words("page.unknown") for s in SCENARIOS}
    return runoff_chart(
        page.hydrographs,
        storm.intensity_mm_h if storm is not None else None,
        f"{anchor}-flow",
        {
            "time": words("chart.time"),
            "rain": words("chart.rain"),
            "flow": words("chart.flow"),
            "before": words("scenario.before"),
            "after": words("scenario.after"),
            "label": words("chart.label", name=page.name, **peaks),
        },
    )


def _runs(runs: pd.DataFrame, words: Wording) -> Table:
    """The runs, with the model's hash cut to what tells models apart; the whole is in runs.csv."""
    table = frame_table(runs, RUN_COLUMNS, words)
    at = [i for i, h in enumerate(table.headings) if h.css == "c-model_sha256"]
    rows = [
        [Cell(c.text[:10], title=c.text, css=c.css) if i in at else c for i, c in enumerate(cells)]
        for cells in table.rows
    ]
    headings: list[Heading] = list(table.headings)
    # A column that no run has anything for only takes room.
    used = [
        i
        for i, h in enumerate(headings)
        if h.css not in ("c-message", "c-quality_error_percent") or any(r[i].text for r in rows)
    ]
    return Table([headings[i] for i in used], [[r[i] for i in used] for r in rows])
