"""A review made by hand: one community with defects, one with a data error, one with names that do harm."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from spongecalc.assess.compared_columns import template_of
from spongecalc.assess.hydraulics import Hydraulics
from spongecalc.assess.review import CommunityPage, Review, StormSummary
from spongecalc.project.scenario_settings import Scenario
from spongecalc.rainfall.formula_range import usual_range

CRS = "EPSG:4543"
X, Y = 540000.0, 2674000.0
HEADLINE = "P3-120"
HOSTILE = "<script>alert(1)</script>\"&'=1+1 😀"
HOSTILE_ID = '=1+1"<b>'

NUMBERS = {
    "households": 40,
    "residents": 120,
    "area_m2": 4800.0,
    "storm_laid_m": 131.2491,
    "sewage_laid_m": 120.0,
    "claimed_storm_m": 131.0,
    "claimed_sewage_m": 120.0,
    "cross_connections_before": 1,
    "cross_connections_after": 0,
    "sewage_to_storm_before_m3_d": 11.0159,
    "sewage_to_storm_after_m3_d": 0.0,
    "rainfall_m3": 268.0,
    "runoff_before_m3": 240.004,
    "runoff_after_m3": 180.003,
    "runoff_reduction_percent": 25.0,
    "peak_before_l_s": 90.5,
    "peak_after_l_s": 60.25,
    "peak_reduction_percent": 33.4254,
    "outfall_peak_before_l_s": 70.0,
    "outfall_peak_after_l_s": 65.5,
    "outfall_peak_reduction_percent": 6.4286,
    "outfalls_judged": 1,
    "outfalls_allowed": 0,
    "ponding_sites_before": 2,
    "ponding_sites_after": 0,
    "ponding_before_m3": 30.0,
    "ponding_after_m3": 0.0,
    "ponding_eliminated_percent": 100.0,
    "households_relieved": 24,
    "worst_continuity_error_percent": 0.2473,
    "errors": 0,
    "warnings": 1,
    "capture_before_percent": 20.0,
    "capture_after_percent": 60.0,
    "capture_after_percent_low": 55.0,
    "capture_after_percent_high": 65.0,
    "assessed_capture_after_percent": 50.0,
    "guide_capture_after_percent": 12.5,
    "headline_return_period_a": 3.0,
    "sewer_return_period_a": 2.0,
    "waterlogging_required_a": 20.0,
    "waterlogging_sites": 0,
    "waterlogging_over": 0,
    "waterlogging_open": 0,
    "design_failed_mandatory": 0,
    "design_failed_limit": 0,
    "design_failed_advice": 0,
    "design_unconfirmed": 0,
    "design_open": 0,
    "verdict_warnings": 0,
    "values_not_read": 0,
}


def community_row(community_id: str, name: str, **changed: object) -> dict[str, object]:
    row: dict[str, object] = {
        "community_id": community_id,
        "name": name,
        "phase": "一期",
        "district": "城中片区",
        **NUMBERS,
        "separated_before": "no",
        "separated_after": "yes",
        "storm_id": HEADLINE,
        "capture_method": "series",
        "ground_peak_rises": "none",
        "outfall_peak_rises": "none",
        "design_failing": "none",
        "verdict_warned": "none",
        "outfalls_over": "none",
        "outfalls_to_confirm": "none",
        "waterlogging_storm_id": "P20-120",
        "runs_not_sound": "none",
        "status": "done",
    }
    return row | changed


def _unknown(row: dict[str, object]) -> dict[str, object]:
    kept = (
        "households",
        "residents",
        "area_m2",
        "storm_laid_m",
        "sewage_laid_m",
        "claimed_storm_m",
        "errors",
    )
    blank = {name: np.nan for name in NUMBERS if name not in kept}
    return (
        row
        | blank
        | {
            "separated_before": "unknown",
            "separated_after": "unknown",
            "ground_peak_rises": "",
            "outfall_peak_rises": "",
            "design_failing": "",
            "verdict_warned": "",
            "outfalls_over": "",
            "outfalls_to_confirm": "",
        }
    )


def _layers(left: float, after: bool) -> dict[str, gpd.GeoDataFrame]:
    status = "proposed" if after else "removed"
    systems = ["storm", "sewage"] if after else ["combined", "combined"]

    def frame(columns: dict[str, list], shapes: list) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)

    def at(x: float, y: float) -> Point:
        return Point(left + x, Y + y)

    return {
        "nodes": frame(
            {
                "node_id": ["N1", "N2", "N3", "N4"],
                "system": [systems[0], systems[0], systems[1], systems[1]],
                "kind": ["inlet", "outfall", "septic_tank", "outfall"],
                "ground_m": [1530.0, 1529.0, 1530.0, np.nan],
                "invert_m": [1528.5, 1527.0, 1528.0, 1526.5],
                "receives": [None, "municipal_storm", None, "municipal_sewage"],
                "status": [status] * 4,
            },
            [at(20, 60), at(20, -10), at(26, 60), at(26, -10)],
        ),
        "pipes": frame(
            {
                "pipe_id": ["P1", "P2", "P3"],
                "system": [*systems, "storm"],
                # The second line is digitised against the flow; the third has no geometry at all.
                "from_node": ["N1", "N3", "N1"],
                "to_node": ["N2", "N4", "N2"],
                "diameter_mm": [300.0, 200.0, np.nan],
                "material": ["HDPE", None, None],
                "invert_up_m": [1528.5, 1528.0, np.nan],
                "invert_down_m": [1527.0, 1526.5, np.nan],
                "status": [status] * 3,
            },
            [
                LineString([at(20, 60), at(20, -10)]),
                LineString([at(26, -10), at(26, 60)]),
                None,
            ],
        ),
        "connections": frame(
            {
                "connection_id": ["L1", "L2"],
                "kind": ["toilet", "roof_drain"],
                "source": ["B1", "B1"],
                "to_node": ["N3", "N1"],
                "status": ["existing", status],
            },
            [LineString([at(32, 50), at(26, 50)]), LineString([at(8, 40), at(20, 40)])],
        ),
        "surfaces": frame(
            {
                "surface_id": ["S1", "S2", "S3"],
                "cover": ["permeable_concrete" if after else "concrete", "green", "never heard of"],
                "status": [status, "existing", "existing"],
            },
            [
                box(left + 10, Y, left + 30, Y + 80),
                MultiPolygon([box(left, Y, left + 10, Y + 80)]),
                Polygon(),
            ],
        ),
        "buildings": frame(
            {"building_id": ["B1"], "households": [40], "residents": [120], "floors": [6]},
            [box(left + 32, Y + 20, left + 55, Y + 70)],
        ),
        "facilities": frame(
            {"facility_id": ["T1"], "kind": ["rain_tank"], "volume_m3": [30.0], "status": [status]},
            [at(40, 10)],
        ),
    }


def _hydraulics(after: bool) -> Hydraulics:
    """N1 floods before the works, 0.3 m over its rim at the worst; nothing floods after."""
    minutes = pd.Index(np.arange(1.0, 181.0))
    wave = np.exp(-(((minutes.to_numpy() - 50) / 20) ** 2))
    deep = 0.9 if after else 1.8
    nodes = pd.DataFrame(
        {
            "node_id": ["N1", "N2", "N3", "N4"],
            "max_depth_m": [deep, 0.4, 0.2, 0.1],
            "max_level_m": [1528.5 + deep, 1527.4, 1528.2, 1526.6],
            "surcharged_h": [0.0 if after else 0.6, 0.0, 0.0, 0.0],
            "flooded_h": [0.0 if after else 0.4, 0.0, 0.0, 0.0],
            "flood_volume_m3": [0.0 if after else 20.0, 0.0, 0.0, 0.0],
        }
    )
    pipes = pd.DataFrame(
        {
            "pipe_id": ["P1", "P2"],
            "peak_l_s": [60.25, 4.0],
            "max_velocity_m_s": [1.21, 0.6],
            "max_fullness": [0.8, 0.3],
            "surcharged_h": [0.0 if after else 0.6, 0.0],
        }
    )
    return Hydraulics(
        pipes,
        nodes,
        pd.DataFrame({"N1": deep * wave, "N3": 0.2 * wave}, index=minutes),
        pd.DataFrame({"P1": 60.25 * wave, "P2": -4.0 * wave}, index=minutes),
    )


def _page(row: dict[str, object], left: float, tables: dict[str, pd.DataFrame]) -> CommunityPage:
    community = str(row["community_id"])

    def own(name: str) -> pd.DataFrame:
        return tables[name][tables[name]["community_id"] == community].reset_index(drop=True)

    def placed(frame: pd.DataFrame) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["x_m"], frame["y_m"]), crs=CRS)

    minutes = pd.Index(np.arange(1.0, 181.0))
    modelled = row["status"] == "done"
    runs = tables["runs"]
    return CommunityPage(
        community,
        str(row["name"]),
        row,
        box(left, Y, left + 60, Y + 80),
        {"before": _layers(left, False), "after": _layers(left, True)} if modelled else {},
        {
            "before": pd.Series(90.5 * np.exp(-(((minutes - 50) / 20) ** 2)), index=minutes),
            "after": pd.Series(60.25 * np.exp(-(((minutes - 55) / 20) ** 2)), index=minutes),
        }
        if modelled
        else {},
        placed(own("ponding")),
        placed(own("separation")),
        runs[runs["communities"] == community].reset_index(drop=True),
        own("quantities"),
        own("findings"),
        {"before": _hydraulics(False), "after": _hydraulics(True)} if modelled else {},
    )


def synthetic_review() -> Review:
    """A01 with a cross-connection and ponding left; A02 not modelled; A03 with hostile names, all well."""
    rows = [
        community_row("A03", HOSTILE, district=HOSTILE),
        community_row("A02", "数据有误的小区", status="data_error", errors=2),
        community_row(
            "A01",
            "示例小区一",
            separated_after="no",
            cross_connections_after=2,
            sewage_to_storm_after_m3_d=1.3464,
            ponding_sites_after=1,
            ponding_after_m3=3.5,
            sewage_laid_m=117.4,
        ),
    ]
    rows[1] = _unknown(rows[1])
    total = pd.DataFrame(rows)[list(NUMBERS)].apply(pd.to_numeric).sum().to_dict()
    total |= {
        "community_id": "TOTAL",
        "separated_before": "no",
        "separated_after": "no",
        "storm_id": HEADLINE,
        "runoff_reduction_percent": 25.0,
        "peak_before_l_s": np.nan,
        "peak_after_l_s": np.nan,
        "peak_reduction_percent": np.nan,
        "worst_continuity_error_percent": 0.2473,
        "status": "incomplete",
    }
    tables = {
        "communities": pd.DataFrame([*rows, total]),
        "quantities": pd.DataFrame(
            {
                "community_id": ["A01", "A01", "A03"],
                "phase": ["一期"] * 3,
                "item": ["pipe", "telecom", "pipe"],
                "system": ["storm", "", "sewage"],
                "status": ["proposed"] * 3,
                "shape": ["circular", "", "circular"],
                "diameter_mm": [300.0, 110.0, 200.0],
                "material": ["HDPE", "", HOSTILE],
                "depth_band": ["1.0-1.5 m", "", "unknown"],
                "length_m": [131.2491, 88.0, 120.0],
                "count": [4, 2, 5],
            }
        ),
        "separation": pd.DataFrame(
            {
                "community_id": ["A01", "A01", "A01", "A03"],
                "scenario": ["before", "after", "after", "before"],
                "connection_id": ["combined_in_service:H1", "sewage_lateral_to_storm:L1", "x:P9", "x:P1"],
                "kind": [
                    "combined_in_service",
                    "sewage_lateral_to_storm",
                    "pipe_between_systems",
                    "combined_in_service",
                ],
                "layer": ["pipes", "connections", "pipes", "pipes"],
                "feature_id": ["H1", "L1", "P9", HOSTILE_ID],
                "at_node": ["N2", "N1", "N1", "N2"],
                "carries": ["both", "sewage", "rain", "both"],
                "sources": ["L1;L2", "L1", "L2", "L1"],
                "source_count": [2, 1, 1, 1],
                "households": [40, 22, 0, 40],
                "residents": [120, 66, 0, 120],
                "outfalls": ["N2", "N2", "N2", "N2"],
                "x_m": [X + 20, X + 20, X + 20.5, X + 220],
                "y_m": [Y - 10, Y + 40, Y + 40, Y - 10],
            }
        ),
        "ponding": pd.DataFrame(
            {
                "community_id": ["A01", "A01", "A01", "A03", "A03"],
                "scenario": ["before", "before", "after", "before", "before"],
                "storm_id": [HEADLINE] * 5,
                "return_period_a": [3.0] * 5,
                "level": [1] * 5,
                "site_id": ["A01:N1", "A01:N3", "A01:N1", "A03:N1", "A03:N3"],
                "node_id": ["N1", "N3", "N1", "N1", "N3"],
                "volume_m3": [20.0, 10.0, 3.5, 29.0, 1.0],
                "duration_h": [1.2, 0.4, 0.2, 1.0, 0.1],
                "peak_l_s": [30.0, 12.0, 6.0, 33.0, 2.0],
                "max_ponded_m3": [20.0, 10.0, 3.5, 29.0, 1.0],
                "max_depth_m": [0.21, 0.08, 0.03, 0.3, np.nan],
                "households": [40, 40, 40, 40, 40],
                "verdict": ["reduced", "eliminated", "reduced", "eliminated", "eliminated"],
                "x_m": [X + 20, X + 26, X + 20, X + 220, np.nan],
                "y_m": [Y + 60, Y + 60, Y + 60, Y + 60, np.nan],
            }
        ),
        "sponge": pd.DataFrame(
            [
                {
                    "community_id": community,
                    "scenario": scenario,
                    "storm_id": HEADLINE,
                    "rainfall_m3": 268.0,
                    "infiltration_m3": 30.0,
                    "runoff_m3": 240.004 if scenario == "before" else 180.003,
                    "runoff_coefficient": 0.8955 if scenario == "before" else 0.6717,
                    "peak_l_s": 90.5 if scenario == "before" else 60.25,
                    "permeable_m2": 0.0 if scenario == "before" else 1600.0,
                    "green_m2": 800.0,
                }
                for community in ("A01", "A03")
                for scenario in ("before", "after")
            ]
        ),
        "runs": pd.DataFrame(
            {
                "run_id": ["A01/before/P3-120", "A01/after/P3-120", "A03/after/P3-120"],
                "model": ["A01", "A01", "A03"],
                "communities": ["A01", "A01", "A03"],
                "scenario": ["before", "after", "after"],
                "storm_id": [HEADLINE] * 3,
                "status": ["done"] * 3,
                "model_sha256": ["ab" * 32, "cd" * 32, "ef" * 32],
                "engine_version": ["5.2.4"] * 3,
                "runoff_error_percent": [0.001, -0.002, 0.0],
                "routing_error_percent": [0.2473, -0.1, 0.05],
                "quality_error_percent": [np.nan] * 3,
                "unstable_links": [0, 1, 0],
                "nonconverging_nodes": [7, 0, 0],
                "warnings": [0, 0, 0],
                "seconds": [0.39, 0.4, 0.41],
                "message": ["", "", HOSTILE],
            }
        ),
        "findings": pd.DataFrame(
            {
                "severity": ["error", "error", "warning", "info"],
                "rule": ["pipe.to_nowhere", "pipe.to_nowhere", "lead.uphill", "layer.not_given"],
                "community_id": ["A02", "A02", "A03", ""],
                "layer": ["pipes", "pipes", "connections", "monitoring"],
                "feature_id": ["P7", "P8", HOSTILE_ID, ""],
                "file": ["gis/a.gpkg"] * 4,
                "message": ["管道的终点没有节点。", "管道的终点没有节点。", HOSTILE, "项目没有给出图层。"],
                "action": ["请改正。", "请改正。", "=1+1", "无"],
                "x_m": [X + 120.0, X + 121.0, np.nan, np.nan],
                "y_m": [Y, Y, np.nan, np.nan],
            }
        ),
    }
    place = {"A01": X, "A02": X + 100, "A03": X + 200}
    pages = tuple(_page(row, place[str(row["community_id"])], tables) for row in rows)
    minutes = pd.Index(np.arange(0.0, 120.0, 5.0))
    storm = StormSummary(
        HEADLINE,
        3.0,
        120.0,
        55.8338,
        "昆明 (新)",
        "q = 1226.62 (1 + 0.958 lg P) / (t + 6.714)^0.648",
        "昆明市新编公式",
        "recalled",
        usual_range("not_stated"),
        pd.Series(10 + 116 * np.exp(-(((minutes - 45) / 8) ** 2)), index=minutes),
    )
    notes = (
        ("note_formula_of_another_place", {"place": "昆明 (新)"}),
        ("note_of_project", {"text": HOSTILE}),
        ("note_that_no_catalogue_has", {"key": "a", "lang": "b"}),
    )
    return Review("示例项目", CRS, HEADLINE, (storm,), tables, pages, notes, {"spongecalc": "0.1.0"})


def empty_review() -> Review:
    """A review of nothing: frames without rows or columns, no storm, no community."""
    names = ("communities", "quantities", "separation", "ponding", "sponge", "runs", "findings")
    return Review("", CRS, HEADLINE, (), {name: pd.DataFrame() for name in names}, (), (), {})


PHASES = ("before", "phase1", "phase2", "phase3")
DESIGNS = ("before", "design_a", "design_b")
RUNOFF_M3 = {
    "before": 240.0,
    "phase1": 220.5,
    "phase2": 200.25,
    "phase3": 180.0,
    "design_a": 199.0,
    "design_b": 170.0,
}
PONDING_M3 = {"before": 30.0, "phase1": 20.0, "phase2": 10.0, "phase3": 3.5, "design_a": 8.0, "design_b": 2.0}


def scenarios_of(names: tuple[str, ...]) -> tuple[Scenario, ...]:
    """Scenarios with labels of their own, phases cumulative."""
    found = []
    for number, name in enumerate(names):
        label = {"zh": f"{name}期<情景>", "en": f"state {name}"} if number else {"zh": "现状", "en": "as found"}
        rule: dict[str, object] = {"statuses": ["existing", "removed"]}
        if name.startswith("phase"):
            rule = {"phases": ["一期", "二期", "三期"][:number]}
        elif number:
            rule = {"column": name}
        found.append(Scenario.model_validate({"name": name, "label": label, **rule}))
    return tuple(found)


def review_of(names: tuple[str, ...] = PHASES, compared: tuple[str, str] | None = None) -> Review:
    """The review of a project with other scenarios than before and after: A01 of phase 1, A02 of 2, A03 of 3."""
    usual = synthetic_review()
    first, last = compared or (names[0], names[-1])
    like = {name: "before" if number == 0 else "after" for number, name in enumerate(names)}

    def renamed(column: str) -> str:
        template, scenario = template_of(column)
        return template.format(s={"before": first, "after": last}[scenario]) if scenario else column

    def repeated(table: pd.DataFrame) -> pd.DataFrame:
        if "scenario" not in table:
            return table
        parts = [table[table["scenario"] == like[name]].assign(scenario=name) for name in names]
        return pd.concat(parts, ignore_index=True)

    tables = {name: repeated(table) for name, table in usual.tables.items()}
    tables["communities"] = usual.tables["communities"].rename(columns=renamed)
    tables["communities"]["phase"] = ["三期", "二期", "一期", None]
    runoff = tables["sponge"]["scenario"].map(RUNOFF_M3)
    tables["sponge"] = tables["sponge"].assign(runoff_m3=runoff, runoff_coefficient=runoff / 268.0)
    tables["runs"] = tables["runs"].assign(run_id=[f"{n}/{r}" for n, r in enumerate(tables["runs"]["run_id"])])
    known = {
        ("runoff", HEADLINE, "m3"): RUNOFF_M3,
        ("ponding", HEADLINE, "m3"): PONDING_M3,
        ("peak", HEADLINE, "l_s"): {n: 90.5 - 10 * i for i, n in enumerate(names)},
        ("capture", "", "percent"): {n: 50.0 + 10 * i for i, n in enumerate(names)},
        ("separated", "", ""): {n: "no" if i == 0 else "yes" for i, n in enumerate(names)},
        ("cross_connections", "", ""): {n: 3 - i for i, n in enumerate(names)},
        ("storm_laid", "", "m"): {n: 131.25 * i for i, n in enumerate(names)},
        ("sewage_laid", "", "m"): {n: 120.0 * i for i, n in enumerate(names)},
    }
    tables["answers"] = pd.DataFrame(
        [
            (community, name, storm, figure, values[name] if community != "A02" else np.nan, unit)
            for community in ("A01", "A02", "A03")
            for name in names
            for (figure, storm, unit), values in known.items()
        ],
        columns=["community_id", "scenario", "storm_id", "figure", "value", "unit"],
    )

    def standing(page: CommunityPage, phase: str) -> dict[str, dict[str, gpd.GeoDataFrame]]:
        """Layers by scenario; a scenario of phases has the works of a community once its phase is done."""
        done = {s.name: s.phases is None or phase in s.phases for s in scenarios_of(names)}
        return {n: page.layers[like[n] if done[n] else "before"] for n in names if page.layers}

    pages = []
    for page, phase in zip(usual.pages, ("三期", "二期", "一期"), strict=True):
        row = {renamed(c): v for c, v in page.row.items()} | {"phase": phase}
        pages.append(
            replace(
                page,
                row=row,
                layers=standing(page, phase),
                hydrographs={n: page.hydrographs[like[n]] for n in names if page.hydrographs},
                hydraulics={n: page.hydraulics[like[n]] for n in names if page.hydraulics},
                sites=repeated(page.sites),
                joints=repeated(page.joints),
                runs=repeated(page.runs),
            )
        )
    return replace(
        usual, tables=tables, pages=tuple(pages), scenarios=scenarios_of(names), compared=(first, last)
    )
