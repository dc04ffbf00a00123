import numpy as np
import pytest

from spongecalc.evidence.mass_balance import Measured, reach_gain, sewage_flow


def test_a_mixture_worked_by_hand() -> None:
    # 1 l/s of sewage at 40 mg/l and 3 l/s of clean water at 0.5 mg/l: 41.5 mg/s in 4 l/s
    exact = Measured(4.0, 0.0), Measured(41.5 / 4, 0.0), Measured(0.5, 0.0), Measured(40.0, 0.0)
    found = sewage_flow(*exact)
    assert found.value == pytest.approx(1.0)
    assert found.error == 0.0


def test_the_error_is_that_of_many_draws() -> None:
    random = np.random.default_rng(1)
    parts = Measured(4.0, 0.2), Measured(10.0, 0.5), Measured(0.5, 0.1), Measured(40.0, 2.0)
    q, c, c0, c1 = (random.normal(p.value, p.error, 400_000) for p in parts)
    draws = q * (c - c0) / (c1 - c0)
    found = sewage_flow(*parts)
    assert found.value == pytest.approx(draws.mean(), rel=0.01)
    assert found.error == pytest.approx(draws.std(), rel=0.03)


def test_waters_that_do_not_differ_tell_nothing() -> None:
    with pytest.raises(ValueError, match="same concentration"):
        sewage_flow(Measured(1, 0), Measured(1, 0), Measured(2, 0), Measured(2, 0))


def test_the_gain_of_a_reach_and_its_error() -> None:
    gain = reach_gain(Measured(5.0, 0.3), [Measured(2.0, 0.4), Measured(1.0, 0.0)])
    assert gain.value == pytest.approx(2.0)
    assert gain.error == pytest.approx(0.5)
