"""What each cross-connection does by itself: the table by hand, and two joints one below the other in SWMM."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.network.systems import system

from spongecalc.assess.contributions import Removal, contribution_table
from spongecalc.batch.own_files import RECORD
from spongecalc.batch.unchanged import STATE
from spongecalc.project.design_storms import design_storms
from spongecalc.project.settings import Settings
from spongecalc.steps.removal import removal_runs, stored_contributions, write_contributions
from spongecalc.swmm.event import dry_event
from spongecalc.swmm.model import build_model

SETTINGS = Settings.model_validate(
    {
        "name": "one community",
        "layers": {n: {"source": "a.gpkg"} for n in ("communities", "nodes", "pipes", "surfaces")},
        "rainfall": {"formula": "昆明 (新)"},
        "storms": [{"return_period": "1 a", "duration": "1 h"}],
        "simulation": {"dry_measure": "6 h", "recession": "1 h"},
    }
)


def test_contributions_that_add_up_do_not_differ() -> None:
    table = contribution_table([Removal("A", "after", "dry", 10.0, {"x": 4.0, "y": 6.0}, 0.0)])
    assert table["contribution_m3"].tolist() == [6.0, 4.0]
    assert table["sum_of_contributions_m3"].tolist() == [10.0, 10.0]
    assert table["joint_effect_m3"].tolist() == [10.0, 10.0]
    assert set(table["differ"]) == {"no"}


def test_contributions_that_do_not_add_up_are_said_to_differ() -> None:
    table = contribution_table([Removal("A", "after", "dry", 10.0, {"x": 10.0, "y": 10.0}, 0.0)])
    assert table["sum_of_contributions_m3"].tolist() == [0.0, 0.0]
    assert set(table["differ"]) == {"yes"}


def test_a_sewer_that_is_all_there_is_leaves_no_outfall(tmp_path: Path) -> None:
    """Without the combined sewer of a community that has no other pipe nothing is run, and the table says why."""
    drainage = system("before")
    storms = design_storms(SETTINGS)
    table = removal_runs([drainage], SETTINGS, storms, tmp_path / "runs", 1)
    assert table["connection_id"].tolist() == ["combined_in_service:A-PC"] * 2
    assert (table["misplaced_m3"] > 0).all()
    assert table[["without_it_m3", "contribution_m3", "joint_effect_m3"]].isna().all(axis=None)
    assert set(table["reason"]) == {"no_outfall"}
    assert set(table["differ"]) == {""}
    # One model was run in dry weather and in the storm, the system as it is.
    assert {p.parent.name for p in (tmp_path / "runs").glob("*/*/*/")} == {"before-0"}


def test_why_a_contribution_is_not_known() -> None:
    """A run that failed is no answer; a system without an outfall is one."""
    nan = float("nan")
    failed = contribution_table([Removal("A", "after", "dry", 10.0, {"x": nan, "y": 6.0}, 0.0)])
    assert failed["reason"].tolist() == ["run_not_sound", ""]
    assert set(failed["differ"]) == {""}
    alone = Removal("A", "after", "dry", 10.0, {"x": nan, "y": 6.0}, nan, "", frozenset({"x", "all"}))
    assert contribution_table([alone])["reason"].tolist() == ["no_outfall", "no_outfall"]
    both = Removal("A", "after", "dry", nan, {"x": nan}, nan, "", frozenset({"x", "all"}))
    assert contribution_table([both])["reason"].tolist() == ["run_not_sound"]


def test_joints_one_below_the_other_do_not_add_up(tmp_path: Path) -> None:
    """A kitchen on the rain system whose only pipe runs into the sewage system.

    Sewage gets to the sewage outfall all the same, and rain with it. Without the kitchen's joint nothing
    changes; without the pipe's, sewage is at the rain outfall.
    """

    def change(frames):
        laterals, pipes = frames["connections"], frames["pipes"]
        laterals.loc[laterals["connection_id"] == "A-K1", "to_node"] = "A-R1"
        pipes.loc[pipes["pipe_id"] == "A-PR", "to_node"] = "A-S1"
        # Somewhere for both to be led back to.
        nodes = frames["nodes"]
        nodes.loc[nodes["node_id"] == "A-R2", "invert_m"] = 98.0

    drainage = system("after", change)
    storms = design_storms(SETTINGS)
    table = removal_runs([drainage], SETTINGS, storms, tmp_path / "runs", 1)
    dry = table[table["event"] == "dry"].set_index("connection_id")
    kitchen = dry.loc["sewage_lateral_to_storm:A-K1"]
    pipe = dry.loc["pipe_between_systems:A-PR"]
    assert kitchen["misplaced_m3"] == pytest.approx(0.0, abs=1e-3)
    assert kitchen["contribution_m3"] == pytest.approx(0.0, abs=1e-3)
    traced = table[table["event"] == "traced"].set_index("connection_id")
    assert traced["without_any_m3"].abs().max() < 1e-3
    assert traced["joint_effect_m3"].iloc[0] > 1
    written = write_contributions(table, tmp_path)
    models, of_dry = [build_model(drainage, SETTINGS, storms)], dry_event(SETTINGS.simulation)
    read, stale = stored_contributions(written.parent, models, of_dry)
    assert len(read) == len(table)
    assert stale == ()
    other = [build_model(system("after"), SETTINGS, storms)]
    read, stale = stored_contributions(written.parent, other, of_dry)
    assert read.empty
    assert stale == ("A/after",)
    assert pipe["without_it_m3"] >= 0
    # A figure that no run gave, by a damaged disk or by hand, is nobody's.
    content = written.read_bytes()
    written.write_bytes(content.replace(b"sewage_lateral", b"sewage_laternl", 1))
    read, stale = stored_contributions(written.parent, models, of_dry)
    assert read.empty
    assert stale == ("A/after",)
    # Nor is one of which no record says that it was written so.
    write_contributions(table, tmp_path)
    (written.parent / STATE / RECORD).unlink()
    read, stale = stored_contributions(written.parent, models, of_dry)
    assert read.empty
    assert stale == ("A/after",)
