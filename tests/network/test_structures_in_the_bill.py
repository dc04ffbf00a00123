"""The bill of pumps, weirs, pressure pipes and pipes side by side."""

import pytest

from spongecalc.network.ledger import ledger
from spongecalc.network.quantities import quantities
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from tests.lift_station import write_lift_station
from tests.pumped_project import line


def layers_of(folder, change=None):
    return pipeline.check(load_project(write_lift_station(folder, change))).layers


def test_pumps_and_openings_are_counted(tmp_path):
    bill = quantities(layers_of(tmp_path / "p")).set_index("item")
    assert bill.loc["pump_duty", ["count", "system", "status"]].tolist() == [1, "sewage", "existing"]
    assert bill.loc["pump_standby", "count"] == 1
    assert bill.loc["orifice", ["count", "diameter_mm"]].tolist() == [1, 100.0]
    # The node that pumps stand in is a well, and not one more pump.
    assert bill.loc["wet_well", "count"] == 1
    assert "pump" not in bill.index


def test_pumps_by_their_number_and_none_standing_by(tmp_path):
    def change(rows):
        rows["structures"][0] |= {"duty": 3, "standby": None, "status": "proposed"}

    bill = quantities(layers_of(tmp_path / "p", change)).set_index("item")
    assert bill.loc["pump_duty", ["count", "status"]].tolist() == [3, "proposed"]
    assert "pump_standby" not in bill.index


def test_pressure_pipes_stand_apart(tmp_path):
    bill = quantities(layers_of(tmp_path / "p"))
    metres = bill[(bill["item"] == "pipe") & (bill["system"] == "sewage")].groupby("shape")["length_m"].sum()
    assert metres.to_dict() == {"circular": 45.0, "pressure": 38.0}


def test_two_barrels_are_laid_twice_in_one_trench(tmp_path):
    """30 m of a line are 60 m of pipe; the trench is wider by one pipe, and not dug twice."""

    def laid(barrels):
        def change(rows):
            rows["pipes"][0] |= {"barrels": barrels, "status": "proposed"}

        rows = ledger(layers_of(tmp_path / f"p{barrels}", change))
        return rows[rows["feature_id"] == "PS1"].set_index("item")

    one, two = laid(1.0), laid(2.0)
    assert (one.loc["pipe", "length_m"], two.loc["pipe", "length_m"]) == (30.0, 60.0)
    assert (one.loc["pipe", "count"], two.loc["pipe", "count"]) == (1, 2)
    dug = [rows.loc["trench_excavation", "volume_m3"] for rows in (one, two)]
    assert dug[0] < dug[1] < 2 * dug[0]


def test_a_line_without_a_number_is_one_pipe(tmp_path):
    def change(rows):
        rows["pipes"].append({**rows["pipes"][0], "pipe_id": "PS3", "geometry": line((10, 30), (40, 30.5))})

    rows = ledger(layers_of(tmp_path / "p", change))
    own = rows[(rows["item"] == "pipe") & (rows["feature_id"] == "PS3")]
    assert own["length_m"].iloc[0] == pytest.approx(30.004, abs=0.001)
