"""Stepping a model by hand with pyswmm, and what is left behind: nothing."""

import pytest
from pyswmm import Nodes, Simulation
from pyswmm.errors import MultiSimulationError

from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.stepped_simulation import SteppedSimulation


def test_stepped_by_hand_it_is_the_run(tmp_path, courtyard):
    deepest_m = 0.0
    with SteppedSimulation(courtyard) as simulation:
        assert isinstance(simulation, Simulation)
        folder = simulation.folder
        node = Nodes(simulation)["J1"]
        for _ in simulation:
            deepest_m = max(deepest_m, node.depth)
        statistics = node.statistics
    assert not folder.exists()
    inp = tmp_path / "model.inp"
    inp.write_text(courtyard, encoding="utf-8")
    row = run_inp(inp, tmp_path / "run").nodes.loc["J1"]
    assert row.max_depth_m == statistics["max_depth"] == pytest.approx(deepest_m)


def test_the_steps_can_be_taken_in_hand(courtyard):
    """A gate of one's own: what is let in at a node raises its flooding."""

    def flooded(extra_l_s: float) -> float:
        with SteppedSimulation(courtyard) as simulation:
            simulation.step_advance(60)
            node = Nodes(simulation)["J1"]
            for _ in simulation:
                node.generated_inflow(extra_l_s)
            return float(node.statistics["flooding_volume"])

    assert flooded(50.0) > flooded(0.0)


def test_files_lie_beside_the_model(courtyard):
    text = courtyard.replace(
        "STORM 0:00 20\nSTORM 0:30 150\nSTORM 0:45 30\nSTORM 1:00 0", 'STORM FILE "storm.dat"'
    )
    assert "storm.dat" in text
    with SteppedSimulation(text, {"storm.dat": b"0:00 20\n0:30 150\n0:45 30\n1:00 0\n"}) as simulation:
        for _ in simulation:
            pass
        assert Nodes(simulation)["J1"].statistics["max_depth"] > 0.1


def test_a_refused_text_is_explained_and_leaves_the_engine_free(courtyard):
    with pytest.raises(
        ValueError, match=r"ERROR 211: invalid number ten \(.*JUNCTIONS.*J1 ten.*\).*Give a plain number"
    ):
        SteppedSimulation(courtyard.replace("J1 10 1.0", "J1 ten 1.0"))
    with SteppedSimulation(courtyard) as simulation:
        next(simulation)


def test_one_at_a_time_and_free_after_an_error(courtyard):
    def stopped() -> None:
        with SteppedSimulation(courtyard) as simulation:
            next(simulation)
            with pytest.raises(MultiSimulationError):
                SteppedSimulation(courtyard)
            raise RuntimeError("stopped by hand")

    with pytest.raises(RuntimeError, match="stopped by hand"):
        stopped()
    simulation = SteppedSimulation(courtyard)
    folder = simulation.folder
    simulation.close()
    assert not folder.exists()
