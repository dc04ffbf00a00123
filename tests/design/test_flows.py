"""Design flows by hand: rational method, time of concentration, sewage down a tree, shares and rings."""

from dataclasses import replace

import numpy as np
import pytest
from shapely import LineString, Point

from spongecalc.catalogue.catalogue import shipped
from spongecalc.design.circular_pipe import full_velocity_m_s
from spongecalc.design.flows import pipe_flows
from spongecalc.design.network import DrainedArea
from spongecalc.surfaces.rational_method import rational_flow_l_s, runoff_coefficients
from tests.design.nets import chain, network
from tests.network.bill_layers import node, pipe

COEFFICIENTS = {"asphalt": 0.9, "green": 0.15}


def intensity(minutes):
    """A formula that is easy to follow: 3000 / (t + 5)."""
    return 3000 / (minutes + 5)


def flows(net, **more):
    return pipe_flows(net, COEFFICIENTS, intensity, 10.0, **more)


def test_rational_method():
    """Half a hectare at 0.9 and half at 0.15 is psi 0.525; 200 l/(s ha) gives 105 l/s."""
    assert rational_flow_l_s(0.525, 200.0, 1e4) == pytest.approx(105.0)


def test_coefficients_are_the_middle_of_the_table_or_the_project_s_own():
    found = runoff_coefficients(shipped(), {"green": 0.3})
    assert found["asphalt"] == pytest.approx((0.85 + 0.95) / 2)
    assert found["permeable_concrete"] == pytest.approx((0.08 + 0.45) / 2)
    assert found["green"] == 0.3
    assert found["water"] == 1.0


def test_areas_and_times_add_up_down_a_chain():
    areas = [
        DrainedArea("N0", "N0", {"asphalt": 2000.0}),
        DrainedArea("N1", "N1", {"asphalt": 1000.0, "green": 1000.0}),
    ]
    net = replace(chain({}, {}), areas=areas)
    found = flows(net)
    assert found.loc["P1", "time_min"] == 10.0
    assert found.loc["P1", "storm_l_s"] == pytest.approx(0.9 * 200 * 0.2)
    # DN300 at 1 % and n = 0.010: 30 m take 30 / 1.7784 s.
    speed = float(full_velocity_m_s(np.array(0.3), np.array(0.01), net.pipes["manning_n"][0]))
    time = 10 + 30 / speed / 60
    assert found.loc["P2", "time_min"] == pytest.approx(time)
    assert found.loc["P2", "runoff_coefficient"] == pytest.approx((0.9 * 3000 + 0.15 * 1000) / 4000)
    assert found.loc["P2", "storm_l_s"] == pytest.approx(2850 / 4000 * intensity(time) * 0.4)


def test_sewage_adds_up_with_its_peak_factor_and_infiltration():
    net = replace(chain({"system": "sewage"}, {"system": "sewage"}), sewage_l_s={"N0": 6.0, "N1": 4.0})
    found = flows(net, infiltration_percent=10.0)
    # 6 l/s: 2.7 less a tenth of 0.3; 10 l/s: half way to 2.4.
    assert found["peak_factor"].tolist() == pytest.approx([2.67, 2.55])
    assert found["sewage_l_s"].tolist() == pytest.approx([6 * 2.67 + 0.6, 10 * 2.55 + 1.0])


def test_a_node_with_two_ways_out_shares_its_water_evenly():
    points = {"N0": (0, 0), "N1": (30, 0), "N2": (30, 30), "N3": (60, 30)}
    nodes = [
        node(n, Point(p), 100.0, 97.0, kind="outfall" if n == "N3" else "manhole") for n, p in points.items()
    ]

    def line(name, a, b):
        geometry = LineString([points[a], points[b]])
        return pipe(name, geometry, from_node=a, to_node=b, invert_up_m=98.0, invert_down_m=97.7)

    pipes = [line("P1", "N0", "N1"), line("P2", "N0", "N2"), line("P3", "N1", "N3"), line("P4", "N2", "N3")]
    net = network(pipes, nodes, [DrainedArea("N0", "N0", {"asphalt": 1000.0})])
    assert flows(net)["area_m2"].tolist() == pytest.approx([500.0] * 4)


def test_a_ring_is_marked_and_still_passes_its_water_on():
    points = {"N0": (0, 0), "N1": (30, 0), "N2": (60, 0)}
    nodes = [
        node(n, Point(p), 100.0, 97.0, kind="outfall" if n == "N2" else "manhole") for n, p in points.items()
    ]

    def line(name, a, b):
        return pipe(
            name, LineString([points[a], points[b]]), from_node=a, to_node=b, invert_up_m=98.0, invert_down_m=97.7
        )

    net = network(
        [line("P1", "N0", "N1"), line("P2", "N1", "N0"), line("P3", "N1", "N2")],
        nodes,
        [DrainedArea("N0", "N0", {"asphalt": 1000.0})],
    )
    found = flows(net)
    assert found["in_loop"].tolist() == [True, True, True]
    assert found.loc["P3", "area_m2"] == pytest.approx(1000.0)
