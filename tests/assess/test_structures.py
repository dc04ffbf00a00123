"""What pumps, orifices and wet wells did: SWMM's figures against hand calculations."""

import math

import numpy as np
import pandas as pd
import pytest
from tests.conftest import WholeRun

from spongecalc.assess.limiting import limited_by
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.storages import STORAGE_COLUMNS
from spongecalc.assess.structures import STRUCTURE_COLUMNS, passed_m3, structure_rows

WELL_M2, STROKE_M, INFLOW_L_S, COEFFICIENT = 4.0, 1.0, 2.0, 0.62


def row_of(run: WholeRun, table: str, column: str, name: str, event: str) -> pd.Series:
    frame = run.review.tables[table]
    (found,) = frame[
        (frame[column] == name) & (frame["storm_id"] == event) & (frame["scenario"] == "after")
    ].index
    return frame.loc[found]


def test_pump_lifts_what_comes_to_its_well(lifted: WholeRun):
    """In dry weather: inflow less what stays in the well; starts by what one stroke of the well takes."""
    pump = row_of(lifted, "structures", "structure_id", "PU", "dry")
    result = lifted.results["Q/after/dry"]
    came_m3 = float(result.nodes.loc["S1", "lateral_inflow_m3"])
    well = result.storages.loc["S2"]
    stayed_m3 = float(well["final_volume_m3"] - well["initial_volume_m3"])
    assert pump["volume_m3"] == pytest.approx(came_m3 - stayed_m3, rel=0.005)
    assert pump["volume_m3"] == pytest.approx(pump["on_h"] * 3.6 * pump["mean_l_s"], rel=0.01)
    # While it runs, what comes in goes out as well: a stroke is the well's own water and that.
    stroke_m3 = WELL_M2 * STROKE_M / (1 - INFLOW_L_S / pump["mean_l_s"])
    assert pump["starts"] == pytest.approx(pump["volume_m3"] / stroke_m3, abs=1.0)
    assert pump["starts_1_h"] == pytest.approx(pump["starts"] / result.duration_h)
    assert (pump["duty"], pump["standby"], pump["form"]) == (1, 1, "head_flow")


def test_well_swings_between_its_levels(lifted: WholeRun):
    well = row_of(lifted, "storages", "node_id", "S2", "dry")
    assert (well["role"], well["volume_full_m3"]) == ("wet_well", pytest.approx(WELL_M2 * 6.0))
    assert well["max_level_m"] == pytest.approx(96.5, abs=0.03)
    assert well["max_volume_m3"] == pytest.approx(WELL_M2 * well["max_depth_m"], rel=0.01)
    assert well["flooded_m3"] == 0.0


def test_orifice_passes_what_leaves_the_basin(lifted: WholeRun):
    """Nothing else leads to the river; the peak is 0.62 A (2 g h)^0.5 at the basin's highest water."""
    orifice = row_of(lifted, "structures", "structure_id", "OR", "P3-120")
    result = lifted.results["Q/after/P3-120"]
    outfall = result.outfalls.loc["RO"]
    assert orifice["volume_m3"] == pytest.approx(float(outfall["volume_m3"]), rel=0.005)
    depth_m = float(result.nodes.loc["R2", "max_depth_m"])
    by_hand_l_s = 1000 * COEFFICIENT * math.pi * 0.05**2 * math.sqrt(2 * 9.81 * (depth_m - 0.05))
    assert orifice["peak_l_s"] == pytest.approx(by_hand_l_s, rel=0.01)
    assert orifice["crest_m"] == 97.0
    assert math.isnan(orifice["starts"]) and math.isnan(orifice["energy_kwh"])
    # In dry weather nothing comes, and that is known too.
    assert row_of(lifted, "structures", "structure_id", "OR", "dry")["volume_m3"] == pytest.approx(0.0, abs=0.01)
    assert not lifted.review.tables["runs"]["message"].astype(bool).any()


def test_no_water_is_lost(lifted: WholeRun):
    assert set(lifted.review.tables["runs"]["status"]) == {"done"}
    worst = lifted.review.tables["runs"][["runoff_error_percent", "routing_error_percent"]].abs().max().max()
    assert worst < 1.0


def test_tables_have_their_columns_and_all_events(lifted: WholeRun):
    tables = lifted.review.tables
    assert list(tables["structures"].columns) == STRUCTURE_COLUMNS
    assert list(tables["storages"].columns) == STORAGE_COLUMNS
    assert len(tables["structures"]) == 2 * 2 * 2
    assert tables["structures"]["storm_id"].tolist()[:4] == ["P3-120", "dry", "P3-120", "dry"]


def test_a_run_that_did_not_finish_tells_nothing(lifted: WholeRun):
    built = lifted.built
    one = Modelled(built.checked.systems[0], built.models[0], {})
    rows = structure_rows(one, built.storms)
    assert {r["structure_id"] for r in rows} == {"PU", "OR"}
    assert all("volume_m3" not in r and "starts" not in r for r in rows)


def test_projects_without_structures_have_no_such_tables(whole_run: WholeRun):
    assert {"structures", "storages"}.isdisjoint(whole_run.review.tables)


def test_volume_of_saved_flows():
    """Ten litres a second for ten minutes, rising and falling within a minute: 10 x 0.6 + 0.6 = 6.6 m3."""
    flows = pd.DataFrame({"flow_l_s:W": [0.0, 10.0, 10.0, 0.0]}, index=[0.0, 1.0, 11.0, 12.0])
    assert passed_m3(flows, "W") == pytest.approx(6.6)
    assert passed_m3(-flows, "W") == pytest.approx(-6.6)
    assert math.isnan(passed_m3(flows, "V"))


def test_pump_that_does_not_keep_up_is_the_limit(lifted: WholeRun):
    """The lowest pipe into the well is full at 97.6 m: above that the pump is it, and never its rising main."""
    built, result = lifted.built, lifted.results["Q/after/P3-120"]
    one = Modelled(built.checked.systems[1], built.models[1], {"P3-120": result})
    assert one.system.scenario == "after"
    assert limited_by(one, result, "S1") == "pipe:PS2"
    depth_m = result.nodes.at["S2", "max_depth_m"]
    result.nodes.at["S2", "max_depth_m"] = 2.61
    assert limited_by(one, result, "S1") == "pump:PU"
    result.nodes.at["S2", "max_depth_m"] = depth_m
    assert np.isfinite(depth_m)
