"""How the layers are cut into systems."""

import pandas as pd
import pytest

from spongecalc.scenario import SCENARIO_LAYERS
from tests.conftest import WholeRun


@pytest.mark.parametrize("scenario", ["before", "after"])
def test_systems_that_have_nothing_of_a_layer_share_its_frame(whole_run: WholeRun, scenario: str) -> None:
    checked = whole_run.built.checked
    systems = [s for s in checked.systems if s.scenario == scenario]
    assert len(systems) > 1
    shared = 0
    for name in SCENARIO_LAYERS:
        frames = [getattr(s, name) for s in systems]
        filled = [f for f in frames if len(f)]
        empty = [f for f in frames if not len(f)]
        assert len({id(f) for f in filled}) == len(filled)
        assert len({id(f) for f in empty}) <= 1
        shared += len(empty) > 1
        # A frame without rows is the layer's for all that: columns, types and CRS.
        for frame in empty:
            pd.testing.assert_series_equal(frame.dtypes, checked.layers[name].dtypes)
            assert frame.crs == checked.layers.crs
    assert shared
