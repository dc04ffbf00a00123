"""The cover of a pipe is one limit: the design check and the finding say the same of the same pipe."""

from __future__ import annotations

import math

import pytest
from shapely import LineString, Point, box

from spongecalc.catalogue.catalogue import shipped
from spongecalc.design.check import Check
from spongecalc.design.cover import check_cover, find_little_cover
from spongecalc.design.limits import Limits
from spongecalc.design.network import design_network
from spongecalc.layers.finding import Finding
from spongecalc.project.design_settings import DesignSettings, LimitOverride
from spongecalc.project.scenario_settings import Scenario
from spongecalc.project.sewage_settings import SewageSettings
from spongecalc.scenario import DrainageSystem, drainage_systems
from tests.design.nets import AREA
from tests.network.bill_layers import layer_set, node, pipe

DESIGN = DesignSettings()
CARRIAGEWAYS = tuple(c for c, cover in shipped().covers.items() if cover.carriageway)
OWN = LimitOverride(check="min_cover", applies_to="under carriageway", limit=0.5, reason="concrete casing")
# DN300 of HDPE has a wall of 25.5 mm: the invert lies 325.5 mm below the outside of the crown.
CROWN_M = 0.3255


def system_with(cover: str, cover_mm: float, **pipe_values: object) -> DrainageSystem:
    """One pipe with so much ground above its crown, under one surface."""
    invert = 100.0 - cover_mm / 1000 - CROWN_M
    levels = {"invert_up_m": invert, "invert_down_m": invert, "from_node": "N0", "to_node": "N1"}
    rows = [pipe("P1", LineString([(0, 0), (30, 0)]), **{**levels, **pipe_values})]
    system = rows[0]["system"]
    nodes = [
        node("N0", Point(0, 0), 100.0, 97.0, system=system, kind="manhole"),
        node("N1", Point(30, 0), 100.0, 97.0, system=system, kind="outfall"),
    ]
    ground = {"surface_id": "S", "cover": cover, "status": "existing", "community_id": "A"}
    surfaces = [{**ground, "geometry": box(-5, -5, 50, 5)}]
    layers = layer_set(communities=[AREA], pipes=rows, nodes=nodes, surfaces=surfaces)
    (system,) = drainage_systems(layers, Scenario(name="after"))[0]
    return system


def said_of(system: DrainageSystem, limits: Limits) -> tuple[Check, list[Finding]]:
    """The design check of the one pipe, and the findings about it."""
    net = design_network(system, (), SewageSettings())
    (check,) = check_cover(net, limits, CARRIAGEWAYS)
    return check, list(find_little_cover([system], limits, CARRIAGEWAYS))


@pytest.mark.parametrize("step_mm", [-0.1, 0.0, 0.1])
@pytest.mark.parametrize("cover", ["concrete", "green"])
@pytest.mark.parametrize(
    ("limits", "least_mm"),
    [
        (Limits(DESIGN), {"concrete": 700.0, "green": 600.0}),
        (Limits(DESIGN, 0.8), {"concrete": 800.0, "green": 800.0}),
        (Limits(DESIGN, 0.4), {"concrete": 400.0, "green": 400.0}),
        (Limits(DesignSettings(limits=(OWN,)), 0.8), {"concrete": 500.0, "green": 800.0}),
    ],
    ids=["standard", "more", "less", "own limit with its reason"],
)
def test_the_check_and_the_finding_agree_below_on_and_above_the_limit(
    limits: Limits, least_mm: dict[str, float], cover: str, step_mm: float
) -> None:
    check, findings = said_of(system_with(cover, least_mm[cover] + step_mm), limits)
    assert check.verdict == ("fail" if step_mm < 0 else "pass")
    assert check.limit.value == least_mm[cover] / 1000
    assert [f.rule for f in findings] == (["pipe.little_cover"] if step_mm < 0 else [])
    assert [f.found["least"] for f in findings] == ([f"{least_mm[cover] / 1000:g}"] if step_mm < 0 else [])


def test_the_project_s_least_cover_is_named_as_the_source() -> None:
    check, _ = said_of(system_with("green", 700), Limits(DESIGN, 0.8))
    assert check.limit.how_known == "set by the project"
    assert "[checks] min_cover" in check.limit.source


def test_a_pipe_in_two_scenarios_is_named_once() -> None:
    system = system_with("green", 300)
    findings = list(find_little_cover([system, system], Limits(DESIGN), CARRIAGEWAYS))
    assert [(f.feature.feature_id, f.found["cover"]) for f in findings] == [("P1", "0.30")]


def test_an_open_channel_and_a_pipe_without_levels_have_no_cover() -> None:
    channel = {"shape": "rect_open", "diameter_mm": math.nan, "width_mm": 300.0, "height_mm": 300.0}
    check, findings = said_of(system_with("green", 100, **channel), Limits(DESIGN))
    assert (check.verdict, check.reason, findings) == ("not_checkable", "open_channel", [])
    unknown = {"invert_up_m": math.nan, "invert_down_m": math.nan}
    check, findings = said_of(system_with("green", 100, **unknown), Limits(DESIGN))
    assert (check.verdict, check.reason, findings) == ("not_checkable", "no_levels_or_size", [])


def test_a_crown_out_of_the_ground_has_a_rule_of_its_own() -> None:
    check, findings = said_of(system_with("green", -50), Limits(DESIGN))
    assert (check.verdict, findings) == ("fail", [])
