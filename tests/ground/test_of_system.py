"""The ground of a system: why there is none is told at each of its communities."""

from __future__ import annotations

import pytest

from spongecalc.ground.of_system import ground_findings, ground_of
from spongecalc.layers.dem import GroundError
from spongecalc.project.ponding_settings import PondingSettings
from tests.conftest import WholeRun


def test_a_system_without_a_dem_has_no_ground(whole_run: WholeRun) -> None:
    system = next(s for s in whole_run.built.checked.systems if s.scenario == "after")
    with pytest.raises(GroundError) as refused:
        ground_of(system, PondingSettings(), 1.0)
    findings = ground_findings(system, refused.value)
    assert [(f.rule, f.severity, f.feature.layer) for f in findings] == [("dem.none", "warning", "dem")]
    assert [f.feature.community_id for f in findings] == list(system.communities)
