"""Rules on structures, storages and their curves: each planted once into the lift station, found in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.pumped_project import line, point, rows, write

from spongecalc.language import LANGUAGES
from spongecalc.layers.finding import Finding
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

Layers = dict[str, list[dict[str, object]]]


def row(layers: Layers, layer: str, name: str) -> dict[str, object]:
    """A feature by its id, which stands first in its row but for the node's ground."""
    return next(r for r in layers[layer] if name in r.values())


def edit(layer: str, name: str, **values: object) -> Callable[[Layers], None]:
    def change(layers: Layers) -> None:
        row(layers, layer, name).update(values)

    return change


def weir(**values: object) -> Callable[[Layers], None]:
    """A weir over the storage's side besides what stands there."""
    own = {"structure_id": "WE", "kind": "weir", "from_node": "R2", "to_node": "RO", "status": "existing"}
    own |= {"geometry": line((50, 45), (95, 45))}

    def change(layers: Layers) -> None:
        layers["structures"].append({**own, "crest_m": 99.0, "width_mm": 1000.0, "height_mm": 500.0, **values})

    return change


def paving(base_kind: str | None) -> Callable[[Layers], None]:
    """Permeable concrete instead of asphalt, with an underdrain to the storage."""

    def change(layers: Layers) -> None:
        row(layers, "surfaces", "G1").update(cover="permeable_concrete", base_kind=base_kind)
        drain = {"connection_id": "UD", "source": "G1", "kind": "underdrain", "to_node": "R2"}
        layers["connections"] = [{**drain, "status": "existing", "geometry": line((48, 40), (50, 45))}]

    return change


def basin(layers: Layers) -> None:
    """A basin of 60 m3 whose banks meet within an outline of 50 m2."""
    facility = {"facility_id": "B1", "kind": "detention_basin", "from_node": "R2", "bank_slope": 3.0}
    outline = point(50, 45).buffer(4)
    layers["facilities"] = [{**facility, "volume_m3": 60.0, "status": "existing", "geometry": outline}]


def house(layers: Layers) -> None:
    """A house whose sewage enters where a flow is given."""
    outline = point(10, 20).buffer(4)
    own = {"building_id": "H1", "households": 10.0, "sewage_to": "S1", "status": "existing", "geometry": outline}
    layers["buildings"] = [own]


PLANTED: dict[str, tuple[Callable[[Layers], None], str, str]] = {
    "value.no_curve": (edit("structures", "PU", curve="0:5; 0:3"), "structures", "PU"),
    "structure.from_outfall": (weir(from_node="RO", to_node="R2"), "structures", "WE"),
    "structure.form_of_another": (weir(form="bottom"), "structures", "WE"),
    "structure.needs": (weir(width_mm=None), "structures", "WE"),
    "structure.no_crest": (edit("structures", "OR", crest_m=None), "structures", "OR"),
    "structure.crest_below_floor": (edit("structures", "OR", crest_m=96.9), "structures", "OR"),
    "structure.crest_above_ground": (weir(crest_m=101.0), "structures", "WE"),
    "structure.assumed": (edit("structures", "OR", coefficient=None), "structures", "OR"),
    "pump.no_flow": (edit("structures", "PU", flow_l_s=None), "structures", "PU"),
    "pump.no_head": (edit("structures", "PU", head_m=None), "structures", "PU"),
    "pump.form_without_head": (edit("structures", "PU", head_m=None, form="head_flow"), "structures", "PU"),
    "pump.no_levels": (edit("structures", "PU", on_level_m=None), "structures", "PU"),
    "pump.levels_crossed": (edit("structures", "PU", off_level_m=96.5), "structures", "PU"),
    "pump.level_outside": (edit("structures", "PU", on_level_m=101.1), "structures", "PU"),
    "well.area_assumed": (edit("nodes", "S2", area_m2=None), "nodes", "S2"),
    "node.pump": (edit("structures", "PU", kind="orifice", crest_m=95.5, diameter_mm=100.0), "nodes", "S2"),
    "pipe.section_unread": (edit("pipes", "PR2", shape="other", swmm_section="ROUND 1"), "pipes", "PR2"),
    "pump.head_assumed": (edit("structures", "PU", head_m=None), "structures", "PU"),
    "pump.curve_rises": (edit("structures", "PU", curve="0:1; 3:5; 8:9"), "structures", "PU"),
    "value.not_whole": (edit("pipes", "PS2", barrels=2.5), "pipes", "PS2"),
    "well.no_pump": (edit("structures", "PU", status="proposed"), "nodes", "S2"),
    "pipe.pressure_not_round": (
        edit("pipes", "PM", shape="rect_closed", width_mm=100.0, height_mm=100.0, diameter_mm=None),
        "pipes",
        "PM",
    ),
    "pipe.section_unknown": (edit("pipes", "PR2", shape="irregular", transect="NOPE"), "pipes", "PR2"),
    "node.no_ground_to_pond": (edit("nodes", "S1", ponded_m2=0.0), "nodes", "S1"),
    "pipe.wall_unusual": (edit("pipes", "PS2", wall_mm=2.5), "pipes", "PS2"),
    "basin.banks_meet": (basin, "facilities", "B1"),
    "node.inflow_and_sewage": (house, "nodes", "S1"),
    "underdrain.full_base": (paving("full"), "connections", "UD"),
    "underdrain.base_assumed": (paving(None), "connections", "UD"),
    "pipe.loop": (edit("structures", "OR", to_node="R2"), "structures", "OR"),
    "end.unknown_node": (edit("structures", "OR", to_node="RX"), "structures", "OR"),
}
OF_MODELS = ("well.area_assumed", "structure.assumed", "node.inflow_and_sewage", "pump.head_assumed")
OF_SYSTEMS = ("basin.banks_meet",)


def findings(
    folder: Path, change: Callable[[Layers], None] | None = None, *, modelled: bool = False
) -> tuple[Finding, ...]:
    """What the check finds, and with ``modelled`` what the making of the models does."""
    layers = rows()
    if change is not None:
        change(layers)
    checked = pipeline.check(load_project(write(folder, layers)))
    return pipeline.build(checked).findings if modelled else checked.findings


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_fault_is_found_at_its_feature(tmp_path: Path, rule: str) -> None:
    change, layer, feature = PLANTED[rule]
    own = [f for f in findings(tmp_path, change, modelled=rule in OF_MODELS) if f.rule == rule]
    assert {(f.feature.layer, f.feature.feature_id, f.feature.community_id) for f in own} == {
        (layer, feature, "Q")
    }
    # What the models say is said of each scenario's.
    assert len(own) == (2 if rule in (*OF_MODELS, *OF_SYSTEMS) else 1)
    for language in LANGUAGES:
        for sentence in (own[0].message(language), own[0].action(language)):
            assert sentence
            assert "{" not in sentence


def test_the_sound_project_has_neither_error_nor_warning_of_its_structures(tmp_path: Path) -> None:
    found = findings(tmp_path, modelled=True)
    told = {(f.rule, f.feature.feature_id) for f in found if f.severity != "info"}
    assert told <= {("inlet.short", "R1"), ("pipe.shrinks", "PR2")}
    sealed = {f.feature.feature_id for f in found if f.rule == "node.sealed"}
    assert sealed == {"S3"}


@pytest.mark.parametrize(
    ("on_m", "off_m", "wrong"),
    [(96.5, 95.0, False), (96.5, 94.999, False), (96.5, 94.9, True), (101.0, 95.5, False), (101.01, 95.5, True)],
)
def test_levels_of_a_pump_lie_between_floor_and_ground(
    tmp_path: Path, on_m: float, off_m: float, wrong: bool
) -> None:
    found = findings(tmp_path, edit("structures", "PU", on_level_m=on_m, off_level_m=off_m))
    assert any(f.rule == "pump.level_outside" for f in found) == wrong


def test_a_pumps_point_lies_at_neither_node_and_its_ids_count(tmp_path: Path) -> None:
    layers = rows()
    row(layers, "structures", "PU")["geometry"] = row(layers, "nodes", "S1")["geometry"]
    checked = pipeline.check(load_project(write(tmp_path, layers)))
    assert not [f for f in checked.findings if f.feature.layer == "structures" and f.severity != "info"]
    assert checked.systems
