"""Defects in any mixture: never a crash, every one found at its feature, and no other value changed anywhere."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point
from tests.planting import X, Y, add, edit, shape
from tests.small_project import Change, Frames, write_small_project

from spongecalc.contract import SCHEMAS
from spongecalc.layers.finding import Finding
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked

# Defects that do not hide one another, each at a feature, or a column, of its own: the change, the feature, and
# the column that it changes ("" where the feature as a whole comes or goes).
DEFECTS: dict[str, tuple[Change, str, str]] = {
    "pipe.size_unit": (edit("pipes", "C-PR", diameter_mm=3.0), "C-PR", "diameter_mm"),
    "pipe.no_size": (edit("pipes", "C-PS", diameter_mm=float("nan")), "C-PS", "diameter_mm"),
    "pipe.length_differs": (edit("pipes", "C-PC", length_m=99.0), "C-PC", "length_m"),
    "pipe.material_unknown": (edit("pipes", "C-PR", material="竹"), "C-PR", "material"),
    "pipe.adverse_slope": (edit("pipes", "C-PS", invert_down_m=98.9), "C-PS", "invert_down_m"),
    "end.unknown_node": (edit("pipes", "C-PC", to_node="nowhere"), "C-PC", "to_node"),
    "end.far": (shape("pipes", "C-PR", LineString([(X + 12, Y + 8), (X + 40, Y + 8)])), "C-PR", "geometry"),
    "node.ground_below_invert": (edit("nodes", "C-S1", ground_m=90.0), "C-S1", "ground_m"),
    "outfall.wrong_receiver": (edit("nodes", "C-S2", receives="river"), "C-S2", "receives"),
    "value.not_allowed": (edit("nodes", "C-C1", kind="gully"), "C-C1", "kind"),
    "node.close": (
        add("nodes", "C-R1", node_id="C-R9", kind="manhole", geometry=Point(X + 10.04, Y + 8)),
        "C-R9",
        "",
    ),
    "geometry.empty": (shape("buildings", "C-H", None), "C-H", ""),
    "geometry.duplicate": (add("surfaces", "C-G", surface_id="C-G2"), "C-G2", ""),
}

# An outfall stands on the border and belongs to the community of the pipe that names it: that much follows.
FOLLOWS = {"end.unknown_node": {("C-C2", "community_id")}}


def _check(change: Change | None) -> tuple[Checked, tuple[Finding, ...]]:
    with tempfile.TemporaryDirectory() as name:
        project = write_small_project(Path(name) / "project", second=change)
        checked = pipeline.check(load_project(project.folder))
        return checked, checked.findings


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(st.sampled_from(sorted(DEFECTS)), min_size=1, max_size=6))
def test_defects_in_any_mixture(chosen: set[str]) -> None:
    def change(frames: Frames) -> None:
        for rule in sorted(chosen):
            DEFECTS[rule][0](frames)

    sound = _sound()
    checked, findings = _check(change)
    for rule in chosen:
        assert [f.feature.feature_id for f in findings if f.rule == rule].count(DEFECTS[rule][1]) == 1, rule
    others = [f for f in findings if f.feature.community_id in ("A", "B") and f.severity != "info"]
    assert not others
    planted = {DEFECTS[rule][1:] for rule in chosen}
    wholly = [feature for feature, column in planted if not column]
    changed: set[tuple[str, str]] = set()
    for layer in checked.layers.frames:
        mine, theirs = (_cells(c, layer).drop(index=wholly, errors="ignore") for c in (checked, sound))
        assert mine.index.tolist() == theirs.index.tolist()
        rows, columns = (mine != theirs).to_numpy().nonzero()
        changed |= {(mine.index[r], mine.columns[c]) for r, c in zip(rows, columns, strict=True)}
    # Each planted value is there as it was planted, and no other cell of any community is another.
    follows = set().union(*(FOLLOWS.get(rule, set()) for rule in chosen))
    assert changed == {(feature, column) for feature, column in planted if column} | follows


@cache
def _sound() -> Checked:
    return _check(None)[0]


def _cells(checked: Checked, layer: str) -> pd.DataFrame:
    """All values of a layer by id, nothing as "", places as their bytes."""
    frame = checked.layers[layer]
    values = pd.DataFrame(frame.drop(columns="geometry")).astype(object)
    values = values.where(values.notna(), "").assign(geometry=frame.geometry.to_wkb())
    return values.set_index(SCHEMAS[layer].id_column)
