"""Outfalls below silted pipes: SWMM's depth of nought there is no depth of water."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.conftest import WholeRun

from spongecalc.assess.hydraulics import node_results
from spongecalc.assess.modelled import join_results
from spongecalc.swmm.silted_outfalls import known_depths_m, silt_at_outfalls_m

SECTIONS = {
    "OUTFALLS": [(";id",), ("O", "10.0", "FREE", "", "NO"), ("P", "9.0", "FREE", "", "NO")],
    "CONDUITS": [
        ("C1", "J", "O", "10", "0.013", "10", "10", "0"),
        ("C2", "K", "O", "10", "0.013", "10", "10", "0"),
        ("C3", "O", "P", "10", "0.013", "10", "9", "0"),
    ],
    "XSECTIONS": [
        ("C1", "FILLED_CIRCULAR", "0.400", "0.050", "0", "0"),
        ("C2", "FILLED_CIRCULAR", "0.400", "0.100", "0", "0"),
        ("C3", "CIRCULAR", "0.400", "0.200", "0", "0"),
    ],
}


def test_the_deepest_silt_that_ends_at_an_outfall_counts() -> None:
    assert silt_at_outfalls_m(SECTIONS) == {"O": 0.1}
    assert silt_at_outfalls_m({}) == {}


def test_a_depth_below_the_silt_is_not_known_and_one_above_it_is() -> None:
    def at(depth_m: float) -> list[float]:
        depths = pd.Series({"J": 0.0, "O": depth_m, "P": 0.0})
        return [float(d) for d in known_depths_m(depths, SECTIONS)]

    # The manhole may be dry, and so may the outfall of the clean pipe.
    assert at(0.0) == pytest.approx([0.0, float("nan"), 0.0], nan_ok=True)
    # Water outside that stands above the silt is the engine's level.
    assert at(0.3) == [0.0, 0.3, 0.0]


def test_an_old_silted_sewer_has_no_level_at_its_outfall(whole_run: WholeRun) -> None:
    """A-PC has 50 mm of silt; what flows out of it stands at no level that SWMM knows."""
    checked, models = whole_run.built.checked, whole_run.built.models
    run_id = "A/before/P3-120"
    modelled = join_results(checked.systems, models, {run_id: whole_run.results[run_id]})
    one = next(m for m in modelled if m.model.name == "A" and m.model.scenario == "before")
    result = whole_run.results[run_id]
    (outfall,) = one.model.elements.query("feature_id == 'A-C2' and element == 'node'")["model_id"]
    assert result.nodes.at[outfall, "max_depth_m"] == 0
    assert result.outfalls.at[outfall, "volume_m3"] > 1
    nodes = node_results(one, "A", result).set_index("node_id")
    assert nodes.loc["A-C2", ["max_depth_m", "max_level_m"]].isna().all()
    assert nodes.loc["A-C1", "max_level_m"] > 0
