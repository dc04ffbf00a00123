"""Defects in any mixture: never a crash, every one found at its feature, the other communities untouched."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point
from tests.planting import X, Y, add, edit, shape
from tests.small_project import Change, Frames, write_small_project

from spongecalc import steps
from spongecalc.layers.finding import Finding
from spongecalc.project.load import load_project

# Defects that do not hide one another: each at a feature, or a column, of its own.
DEFECTS: dict[str, tuple[Change, str]] = {
    "pipe.size_unit": (edit("pipes", "C-PR", diameter_mm=3.0), "C-PR"),
    "pipe.no_size": (edit("pipes", "C-PS", diameter_mm=float("nan")), "C-PS"),
    "pipe.length_differs": (edit("pipes", "C-PC", length_m=99.0), "C-PC"),
    "pipe.material_unknown": (edit("pipes", "C-PR", material="竹"), "C-PR"),
    "pipe.adverse_slope": (edit("pipes", "C-PS", invert_down_m=98.9), "C-PS"),
    "end.unknown_node": (edit("pipes", "C-PC", to_node="nowhere"), "C-PC"),
    "end.far": (shape("pipes", "C-PR", LineString([(X + 12, Y + 8), (X + 40, Y + 8)])), "C-PR"),
    "node.ground_below_invert": (edit("nodes", "C-S1", ground_m=90.0), "C-S1"),
    "outfall.wrong_receiver": (edit("nodes", "C-S2", receives="river"), "C-S2"),
    "value.not_allowed": (edit("nodes", "C-C1", kind="gully"), "C-C1"),
    "node.close": (
        add("nodes", "C-R1", node_id="C-R9", kind="manhole", geometry=Point(X + 10.04, Y + 8)),
        "C-R9",
    ),
    "geometry.empty": (shape("buildings", "C-H", None), "C-H"),
    "geometry.duplicate": (add("surfaces", "C-G", surface_id="C-G2"), "C-G2"),
}


def _check(change: Change | None) -> tuple[steps.Checked, tuple[Finding, ...]]:
    with tempfile.TemporaryDirectory() as name:
        project = write_small_project(Path(name) / "project", second=change)
        checked = steps.check(load_project(project.folder))
        return checked, checked.findings


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(st.sampled_from(sorted(DEFECTS)), min_size=1, max_size=6))
def test_defects_in_any_mixture(chosen: set[str]) -> None:
    def change(frames: Frames) -> None:
        for rule in sorted(chosen):
            DEFECTS[rule][0](frames)

    sound, _ = _check(None)
    checked, findings = _check(change)
    for rule in chosen:
        assert [f.feature_id for f in findings if f.rule == rule].count(DEFECTS[rule][1]) == 1, rule
    others = [f for f in findings if f.community_id in ("A", "B") and f.severity != "info"]
    assert not others
    for layer, frame in checked.layers.frames.items():
        before = sound.layers[layer]
        mine, theirs = (f[f["community_id"].isin(["A", "B"])].reset_index(drop=True) for f in (frame, before))
        pd.testing.assert_frame_equal(
            pd.DataFrame(mine.drop(columns="geometry")), pd.DataFrame(theirs.drop(columns="geometry"))
        )
        assert mine.geometry.to_wkb().tolist() == theirs.geometry.to_wkb().tolist()
