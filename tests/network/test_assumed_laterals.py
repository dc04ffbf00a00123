"""Buildings without laterals: led to the nearest fitting manhole where the project allows it, and flagged."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from shapely import LineString, Point, box

from spongecalc.layers.provenance import provenance_table, read_flags
from spongecalc.network.sewage_load import sewage_by_node_l_s
from spongecalc.network.sources import sources
from spongecalc.project.load import load_project
from spongecalc.scenario import DrainageSystem
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked
from tests.planting import X, Y, add, both, drop
from tests.small_project import Change, SmallProject

BARE = drop("connections", "C-K0", "C-T0", "C-K1", "C-T1")
NEAREST = '\n[sewage]\nlaterals = "nearest"\n'


def manhole(name: str, x: float, y: float, **more: object) -> Change:
    """A manhole of sewage at metres east and north of the community's corner, with a pipe to C-S1."""
    node = {"node_id": name, "geometry": Point(X + x, Y + y), **more}
    line = LineString([(X + x, Y + y), (X + 10, Y + 12)])
    pipe = add("pipes", "C-PS", pipe_id=f"{name}-P", from_node=name, to_node="C-S1", geometry=line)
    return both(add("nodes", "C-S1", **node), pipe)


def checked(project: SmallProject, more: str = NEAREST) -> Checked:
    page = project.folder / "spongecalc.toml"
    page.write_text(page.read_text(encoding="utf-8") + more, encoding="utf-8")
    return pipeline.check(load_project(project.folder))


def after(found: Checked) -> DrainageSystem:
    return next(s for s in found.systems if s.scenario == "after" and s.communities == ("C",))


def led_to(found: Checked) -> object:
    return after(found).buildings.set_index("building_id")["sewage_to"]["C-H"]


def test_by_default_nothing_is_assumed(small_project: Callable[..., SmallProject]) -> None:
    found = checked(small_project(second=BARE), "")
    assert led_to(found) is None
    assert {f.rule for f in found.findings if f.feature.feature_id == "C-H"} >= {"building.no_sewage_way"}
    assert not [f for f in found.findings if f.rule == "building.lateral_assumed"]


def test_a_building_is_led_to_the_nearest_manhole_and_its_sewage_enters_there(
    small_project: Callable[..., SmallProject],
) -> None:
    """120 residents x 120 l/d x 0.85 = 0.1417 l/s; the house's wall lies at y = 25 m, the manhole at 20 m."""
    found = checked(small_project(second=both(BARE, manhole("C-S9", 15, 20))))
    system = after(found)
    assert led_to(found) == "C-S9"
    flags = system.buildings.set_index("building_id")["flags"]["C-H"]
    assert read_flags(flags) == {"sewage_to": "default"}
    settings = found.project.settings.sewage
    flows = sewage_by_node_l_s(system.buildings, sources(system), settings)
    assert flows == {"C-S9": pytest.approx(120 * 120 * 0.85 / 86400)}
    own = [f for f in found.findings if f.rule == "building.lateral_assumed" and f.feature.community_id == "C"]
    told = [(f.feature.feature_id, f.found["node"], f.found["distance"]) for f in own]
    assert told == [("C-H", "C-S9", "5.0")]
    rows = provenance_table(found.layers)
    own = rows[(rows["layer"] == "buildings") & (rows["community_id"] == "C")]
    assert own[["column", "flag", "count"]].to_numpy().tolist() == [["sewage_to", "default", 1]]


def test_neither_rain_nor_outfalls_nor_manholes_without_a_pipe_take_it(
    small_project: Callable[..., SmallProject],
) -> None:
    line = LineString([(X + 10, Y + 12), (X + 15, Y + 21)])
    change = both(
        BARE,
        manhole("C-S9", 15, 18),
        manhole("C-X1", 15, 24, system="storm"),
        manhole("C-X2", 15, 23, kind="inlet"),
        add("nodes", "C-S1", node_id="C-X3", geometry=Point(X + 15, Y + 22)),
        add("nodes", "C-S2", node_id="C-X4", geometry=Point(X + 15, Y + 21)),
        add("pipes", "C-PS", pipe_id="C-P4", to_node="C-X4", geometry=line),
    )
    assert led_to(checked(small_project(second=change))) == "C-S9"


def test_reach_and_another_building_between_bound_it(small_project: Callable[..., SmallProject]) -> None:
    """A shed stands before the manhole 5 m away; another lies 8 m to the east."""
    shed = add("buildings", "C-H", building_id="C-Z", geometry=box(X + 12, Y + 21, X + 18, Y + 24), residents=0)
    change = both(BARE, shed, manhole("C-S9", 15, 20), manhole("C-S8", 33, 30))
    project = small_project(second=change)
    found = checked(project)
    assert led_to(found) == "C-S8"
    page = project.folder / "spongecalc.toml"
    page.write_text(
        page.read_text(encoding="utf-8").replace(NEAREST, NEAREST + 'lateral_reach = "7 m"\n'), "utf-8"
    )
    near = pipeline.check(load_project(project.folder))
    assert led_to(near) is None
    assert [f.rule for f in near.findings if f.feature.feature_id == "C-H"].count("building.no_sewage_way") >= 1


def test_a_drawn_lateral_goes_first(small_project: Callable[..., SmallProject]) -> None:
    found = checked(small_project(second=manhole("C-S9", 15, 20)))
    assert {s.node_id for s in sources(after(found)) if s.water == "sewage"} == {"C-S1"}
    own = [f for f in found.findings if f.rule == "building.lateral_assumed" and f.feature.community_id == "C"]
    assert not own


def test_of_two_at_one_distance_the_place_decides_and_not_the_id(
    small_project: Callable[..., SmallProject],
) -> None:
    change = both(BARE, manhole("C-S8", 20, 20), manhole("C-S9", 10, 20))
    assert led_to(checked(small_project(second=change))) == "C-S9"
