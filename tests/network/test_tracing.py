import pytest

from spongecalc.network.tracing import trace
from tests.network.systems import system


def test_downstream_of_a_building_by_hand() -> None:
    found = trace(system("after"), "A-H", "downstream", residents_per_household=3.0)
    assert found.outfalls == ("A-R2", "A-S2")
    assert found.pipes == ("A-PR", "A-PS")
    assert found.length_m == pytest.approx(60.0)
    assert (found.households, found.residents) == (40, 120)


def test_upstream_of_an_outfall_by_hand() -> None:
    found = trace(
        system("after"), "A-S2", "upstream", residents_per_household=3.0, areas_m2={"A-S1": 70.0, "A-R1": 900.0}
    )
    assert found.nodes == ("A-S1", "A-S2")
    assert found.laterals == ("A-K1", "A-T1")
    assert found.length_m == pytest.approx(30.0)
    assert found.area_m2 == 70.0
    assert found.households == 40


def test_upstream_of_a_pipe_holds_the_pipe() -> None:
    found = trace(system("after"), "A-PS", "upstream", residents_per_household=3.0)
    assert found.pipes == ("A-PS",)
    assert found.length_m == pytest.approx(30.0)
    assert found.nodes == ("A-S1",)


def test_an_unknown_place_is_an_error() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        trace(system("after"), "nowhere", "upstream", residents_per_household=3.0)
