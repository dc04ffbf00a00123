"""Pumps and weirs between rain and sewage: named as what they are, cut and traced like any way."""

from dataclasses import replace

import pytest

from spongecalc import open_project
from spongecalc.network.cross_connections import cross_connections
from spongecalc.network.mending import MendingRules, separate
from spongecalc.network.ponding_remedies import remedies
from tests.lift_station import write_lift_station
from tests.pumped_project import line, point


def system_of(folder, change=None):
    return open_project(write_lift_station(folder, change)).system("Q", "after")


def a_pump_to_the_sewers(rows):
    """From the basin of the rain into the sewer behind the lift station."""
    rows["structures"].append(
        {**rows["structures"][0], "structure_id": "PX", "system": "storm", "from_node": "R2", "to_node": "S4"}
        | {"on_level_m": 97.6, "off_level_m": 97.2, "geometry": line((50, 45), (80, 30))}
    )


def a_combined_sewer_with_a_weir(rows):
    """What does not go on in the combined sewer to the works spills over a weir to the river."""
    node, pipe = rows["nodes"][0], rows["pipes"][0]
    combined = {**node, "system": "combined", "inflow_l_s": None}
    rows["nodes"] += [
        {**combined, "node_id": "C1", "invert_m": 97.6, "inflow_l_s": 1.0},
        {**combined, "node_id": "C2", "invert_m": 97.4},
        {**combined, "node_id": "CO", "kind": "outfall", "invert_m": 97.0, "receives": "municipal_sewage"},
    ]
    for row, place in zip(rows["nodes"][-3:], ((60, 20), (70, 20), (95, 20)), strict=True):
        row["geometry"] = point(*place)
    common = {**pipe, "system": "combined"}
    rows["pipes"] += [
        {**common, "pipe_id": "PC1", "from_node": "C1", "to_node": "C2", "geometry": line((60, 20), (70, 20))}
        | {"invert_up_m": 97.6, "invert_down_m": 97.4},
        {**common, "pipe_id": "PC2", "from_node": "C2", "to_node": "CO", "geometry": line((70, 20), (95, 20))}
        | {"invert_up_m": 97.4, "invert_down_m": 97.0},
    ]
    rows["structures"].append(
        {"structure_id": "WE", "kind": "weir", "system": "combined", "from_node": "C2", "to_node": "RO"}
        | {"crest_m": 97.7, "width_mm": 800.0, "height_mm": 500.0, "status": "existing"}
        | {"geometry": line((70, 20), (95, 45))}
    )


def test_sewage_is_traced_through_the_pump(tmp_path):
    system = system_of(tmp_path / "p")
    down = system.downstream_of("S1")
    assert down.outfalls == ("SO",)
    assert (down.structures, down.pipes) == (("PU",), ("PM", "PS1", "PS2"))
    assert system.upstream_of("SO").structures == ("PU",)
    assert system.cross_connections().empty
    assert list(system.structures.index) == ["PU", "OR"]
    with pytest.raises(KeyError, match="'PU'"):
        system.upstream_of("PUU")


def test_a_pump_between_the_systems_is_called_one(tmp_path):
    joints = system_of(tmp_path / "p", a_pump_to_the_sewers).cross_connections()
    (joint,) = joints.to_dict("records")
    assert (joint["kind"], joint["layer"], joint["feature_id"]) == ("pump_between_systems", "structures", "PX")
    assert (joint["from_system"], joint["to_system"], joint["carries"]) == ("storm", "sewage", "rain")
    assert joint["outfalls"] == "SO"


def test_cutting_it_takes_the_pump_out(tmp_path):
    system = system_of(tmp_path / "p", a_pump_to_the_sewers)._system
    mending = separate(system, MendingRules())
    assert mending.cut == (("structures", "PX"),)
    assert mending.separated
    assert mending.system.structures["structure_id"].tolist() == ["PU", "OR"]


def test_a_weir_of_combined_sewers_spills_sewage(tmp_path):
    """Nothing but sewage in a combined pipe to the works does no harm; over the weir to a river it does."""
    system = system_of(tmp_path / "p", a_combined_sewer_with_a_weir)
    (joint,) = system.cross_connections().to_dict("records")
    assert (joint["kind"], joint["feature_id"], joint["outfalls"]) == ("weir_between_systems", "WE", "RO")
    assert (joint["carries"], joint["sources"]) == ("sewage", "C1")
    mending = separate(system._system, MendingRules())
    assert mending.cut == (("structures", "WE"),)
    assert mending.separated
    assert not cross_connections(mending.system)


def test_rain_alone_may_spill_to_the_river(tmp_path):
    def only_rain(rows):
        a_combined_sewer_with_a_weir(rows)
        rows["nodes"][-3] |= {"inflow_l_s": None, "kind": "inlet"}
        rows["nodes"][-1]["receives"] = "river"

    assert system_of(tmp_path / "p", only_rain).cross_connections().empty


def test_one_more_pump_is_a_remedy_and_a_larger_rising_main_is_none(tmp_path):
    system = system_of(tmp_path / "p")._system
    found = {}
    for remedy in remedies(system, ["S1"]):
        found.setdefault(remedy.cause, remedy)
    assert found["pump"].changed == ("PU",)
    assert found["pump"].system.structures.set_index("structure_id").loc["PU", "duty"] == 2
    assert [c.split()[0] for c in found["pipe"].changed] == ["PS1", "PS2"]
    without = replace(system, structures=system.structures[system.structures["kind"] != "pump"])
    assert "pump" not in {r.cause for r in remedies(without, ["S1"])}


def test_a_pump_that_is_led_back_lifts_to_the_nearest_sewer(tmp_path):
    """Its well is the lowest node of all: by gravity no sewer takes its water."""

    def astray(rows):
        rows["structures"][0] |= {"to_node": "R2", "geometry": line((40, 30), (50, 45))}
        rows["pipes"] = [p for p in rows["pipes"] if p["pipe_id"] != "PM"]
        rows["nodes"] = [n for n in rows["nodes"] if n["node_id"] != "S3"]

    system = system_of(tmp_path / "p", astray)
    assert system.cross_connections()["kind"].tolist() == ["pump_between_systems"]
    mending = separate(system._system, MendingRules())
    assert mending.separated
    assert mending.system.structures.set_index("structure_id").loc["PU", "to_node"] == "S4"
