"""The next larger pipe that is sold."""

import numpy as np
import pytest
from spongecalc.standards.trade_sizes import next_size_mm


@pytest.mark.parametrize(("size", "larger"), [(300, 400), (250, 300), (299.9, 300), (1200, 1350)])
def test_next_trade_size(size, larger):
    assert next_size_mm(size) == larger
    assert np.isnan(next_size_mm(2400))
