"""IFC keeps to its schema and rules, holds what the layers hold, and tells diameters apart."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

import spongecalc as sc
from spongecalc.export.ifc import ifc
from spongecalc.export.ifc_document import IfcDocument
from spongecalc.export.network import ExportedNetwork, exported_network
from tests.export.networks import EVERYTHING, box, layers, network, node, pipe

ifcopenshell = pytest.importorskip("ifcopenshell", reason="ifcopenshell (the extra ifc) is not installed")
validate = pytest.importorskip("ifcopenshell.validate")
element_of = pytest.importorskip("ifcopenshell.util.element")
pset_of = pytest.importorskip("ifcopenshell.util.pset")
placement_of = pytest.importorskip("ifcopenshell.util.placement")
geolocation = pytest.importorskip("ifcopenshell.util.geolocation")

A, B, D = node("雨1 & <a>'", 0), node("B", 40, kind="inlet"), node("D", 40, 30, kind="outfall")
S = node("S", 80, system="sewage", status="existing", ground_m=math.nan)
M = node("M", 90, system="combined", status="removed", kind="septic_tank", invert_m=math.nan)
NODES = [A, B, D, S, M]
NO_SIZE = {"diameter_mm": math.nan}
BENT = shapely.LineString([A["geometry"], (540020.0, 2674007.0), (540020.0, 2674007.0), B["geometry"]])
SHORT = shapely.LineString([(540090, 2674000), (540090, 2674005)])
PIPES = [
    pipe("P1", A, B, geometry=BENT, sediment_mm=20.0, year=1999.0),
    pipe("P2", B, D, material="HDPE", wall_mm=24.5, diameter_mm=301.0),
    pipe("P3", D, S, material="HDPE"),
    pipe("P4", S, M, system="sewage", material="铸铁", invert_down_m=99.95),
    box("P5", A, M, "rect_closed", 600.0, height_mm=400.0, wall_mm=100.0, system="combined"),
    box("P6", A, D, "rect_open", 600.0, height_mm=400.0, material=None),
    pipe("P7", D, S, shape="egg", height_mm=900.0, **NO_SIZE),
    box("P8", D, B, "trapezoidal", 500.0, height_mm=800.0, side_slope=1.5),
    pipe("P9", A, D, to_node=None, status="existing"),
    pipe("P10", D, A, **NO_SIZE),
    pipe("P11", M, M, invert_up_m=math.nan, invert_down_m=math.nan, geometry=SHORT),
]


def opened(made: ExportedNetwork) -> Any:
    content, _ = ifc(made, "made.ifc")
    return ifcopenshell.file.from_string(content.decode("ascii"))


def faults(model: Any) -> list[Any]:
    """What the library's own checker finds, the EXPRESS rules of the schema among it."""
    log = validate.json_logger()
    validate.validate(model, log, express_rules=True)
    return list(log.statements)


@pytest.fixture(scope="module")
def model() -> Any:
    return opened(network(NODES, PIPES))


def by_name(model: Any, kind: str) -> dict[str, Any]:
    return {e.Name: e for e in model.by_type(kind)}


def test_of_every_kind_of_section_the_checker_finds_the_one_fault_that_was_planted() -> None:
    """A kind of its own without its name breaks a rule; whatever else is in the file breaks none."""
    wrong = opened(network(NODES, PIPES))
    assert wrong.schema_identifier == "IFC4X3_ADD2"
    by_name(wrong, "IfcDistributionChamberElement")["B"].ObjectType = None
    (found,) = faults(wrong)
    assert "CorrectPredefinedType" in str(found)


def test_every_feature_is_an_element_of_its_system_and_community(model: Any) -> None:
    chambers, segments = by_name(model, "IfcDistributionChamberElement"), by_name(model, "IfcPipeSegment")
    assert set(chambers) == {n["node_id"] for n in NODES}
    assert set(segments) == {p["pipe_id"] for p in PIPES}
    kinds = {name: (e.PredefinedType, e.ObjectType) for name, e in chambers.items()}
    assert kinds[A["node_id"]] == ("MANHOLE", None)
    assert (kinds["B"], kinds["D"], kinds["M"]) == tuple(
        ("USERDEFINED", own) for own in ("INLET", "OUTFALL", "SEPTIC_TANK")
    )
    systems = {s.Name: s for s in model.by_type("IfcDistributionSystem")}
    assert {name: (s.PredefinedType, s.ObjectType) for name, s in systems.items()} == {
        "storm": ("STORMWATER", None),
        "sewage": ("SEWAGE", None),
        "combined": ("USERDEFINED", "COMBINED"),
    }
    for row, element in [(n, chambers[n["node_id"]]) for n in NODES] + [
        (p, segments[p["pipe_id"]]) for p in PIPES
    ]:
        (group,) = [r.RelatingGroup for r in element.HasAssignments if r.is_a("IfcRelAssignsToGroup")]
        assert group.Name == row["system"]
        assert element_of.get_container(element).Name == "C"
    (site,) = [s for s in model.by_type("IfcSite") if not s.Decomposes[0].RelatingObject.is_a("IfcSite")]
    assert site.Name == "测试 & <test>"


def test_ports_join_each_pipe_to_its_nodes_with_the_flow(model: Any) -> None:
    joined = {}
    owner = {p: r.RelatingObject for r in model.by_type("IfcRelNests") for p in r.RelatedObjects}
    for relation in model.by_type("IfcRelConnectsPorts"):
        source, sink = relation.RelatingPort, relation.RelatedPort
        assert (source.FlowDirection, sink.FlowDirection) == ("SOURCE", "SINK")
        joined.setdefault((owner[source].Name, owner[sink].Name), []).append(relation)
    told = {}
    for p in PIPES:
        told |= {(p["from_node"], p["pipe_id"]): 1}
        if p["to_node"] is not None:
            told |= {(p["pipe_id"], p["to_node"]): 1}
    assert {pair: len(relations) for pair, relations in joined.items()} == told
    # Both ends of a pipe are ports, joined or not.
    of_pipes = Counter(
        owner[p].Name for p in model.by_type("IfcDistributionPort") if owner[p].is_a("IfcPipeSegment")
    )
    assert of_pipes == {p["pipe_id"]: 2 for p in PIPES}


def on_the_map(model: Any, element: Any) -> tuple[float, ...]:
    """Easting, northing and level of an element's place, by the model's own conversion."""
    place = placement_of.get_local_placement(element.ObjectPlacement)[:3, 3]
    return tuple(geolocation.auto_xyz2enh(model, *place))


def test_ends_and_levels_lie_where_the_layers_have_them(model: Any) -> None:
    segments = by_name(model, "IfcPipeSegment")
    owner = {p: r.RelatingObject for r in model.by_type("IfcRelNests") for p in r.RelatedObjects}
    for p in PIPES[:9]:
        segment = segments[p["pipe_id"]]
        ports = [q for q in model.by_type("IfcDistributionPort") if owner[q] == segment]
        ends = [
            geolocation.auto_xyz2enh(model, *placement_of.get_local_placement(q.ObjectPlacement)[:3, 3])
            for q in ports
        ]
        x, y = shapely.get_coordinates(p["geometry"])[[0, -1]].T
        levels = [p["invert_up_m"], p["invert_down_m"]]
        assert np.allclose(ends, np.column_stack([x, y, levels]), rtol=0, atol=1e-6), p["pipe_id"]
    chamber = by_name(model, "IfcDistributionChamberElement")["D"]
    assert np.allclose(on_the_map(model, chamber), (540040.0, 2674030.0, 100.0), rtol=0, atol=1e-6)
    (crs,) = model.by_type("IfcProjectedCRS")
    assert (crs.Name, crs.MapProjection) == ("EPSG:4543", "Transverse Mercator")


@pytest.mark.parametrize(
    ("name", "nominal_m", "inner_m", "outer_m", "drawn_m", "said"),
    [
        # Concrete is ordered by its inner diameter; its wall is not known.
        ("P1", 0.3, 0.3, None, 0.3, "the inner diameter"),
        # 301 mm is no size that HDPE is made in: measured inside, and with the wall outside too.
        ("P2", None, 0.301, 0.35, 0.35, "the inner or the outer diameter: not told"),
        ("P3", 0.3, None, None, 0.3, "the inner or the outer diameter: not told"),
        ("P4", 0.3, None, None, 0.3, "neither the inner nor the outer diameter"),
    ],
)
def test_diameters_are_told_apart_and_none_is_made_up(
    model: Any,
    name: str,
    nominal_m: float | None,
    inner_m: float | None,
    outer_m: float | None,
    drawn_m: float,
    said: str,
) -> None:
    segment = by_name(model, "IfcPipeSegment")[name]
    sets = element_of.get_psets(segment)
    common = sets["Pset_PipeSegmentTypeCommon"]
    assert common.get("NominalDiameter") == pytest.approx(nominal_m)
    assert common.get("InnerDiameter") == pytest.approx(inner_m)
    assert common.get("OuterDiameter") == pytest.approx(outer_m)
    assert sets["Spongecalc_Pipe"]["nominal_diameter_is"] == said
    drawn = "the outer diameter" if outer_m else "the layers' diameter; the outer one is not known"
    assert sets["Spongecalc_Pipe"]["body_drawn_with"] == drawn
    (disc,) = [i for r in segment.Representation.Representations for i in r.Items if i.is_a("IfcSweptDiskSolid")]
    assert disc.Radius == pytest.approx(drawn_m / 2)
    assert disc.InnerRadius == (pytest.approx(inner_m / 2) if outer_m and inner_m else None)


def test_properties_are_those_of_the_standard_and_hold_the_layers_values(model: Any) -> None:
    templates = pset_of.PsetQto("IFC4X3")
    for element in [*model.by_type("IfcPipeSegment"), *model.by_type("IfcDistributionChamberElement")]:
        for name, values in element_of.get_psets(element, verbose=True).items():
            if not name.startswith("Spongecalc_"):
                known = {p.Name: p for p in templates.get_by_name(name).HasPropertyTemplates}
                assert set(values) - {"id"} <= set(known), name
                for key, told in values.items():
                    if key != "id" and known[key].PrimaryMeasureType and "value_type" in told:
                        assert told["value_type"] in (known[key].PrimaryMeasureType, None), (name, key)
    first = element_of.get_psets(by_name(model, "IfcPipeSegment")["P1"])
    own = first["Spongecalc_Pipe"]
    for column in (
        "invert_up_m",
        "invert_down_m",
        "roughness",
        "sediment_mm",
        "year",
        "diameter_mm",
        "material",
        "status",
    ):
        assert own[column] == PIPES[0][column], column
    assert first["Pset_PipeSegmentTypeCommon"]["Status"] == ["NEW"]
    assert first["Pset_PipeSegmentOccurrence"]["InvertElevation"] == 100.0
    length_m = PIPES[0]["geometry"].length
    assert first["Qto_PipeSegmentBaseQuantities"]["Length"] == pytest.approx(length_m, abs=1e-6)
    assert first["Pset_PipeSegmentTypeCommon"]["Length"] == pytest.approx(math.hypot(length_m, 0.1), abs=1e-6)
    assert first["Pset_PipeSegmentOccurrence"]["Gradient"] == pytest.approx(0.1 / length_m)
    chambers = by_name(model, "IfcDistributionChamberElement")
    assert [
        element_of.get_psets(chambers[n])["Pset_DistributionChamberElementCommon"]["Status"] for n in "SM"
    ] == [
        ["EXISTING"],
        ["DEMOLISH"],
    ]
    materials = {e.Name: element_of.get_material(e) for e in model.by_type("IfcPipeSegment")}
    assert (materials["P1"].Name, materials["P1"].Category) == ("钢筋混凝土", "concrete")
    assert materials["P6"] is None


def volume_m3(segment: Any) -> float:
    geom = pytest.importorskip("ifcopenshell.geom")
    shape = pytest.importorskip("ifcopenshell.util.shape")
    return float(shape.get_volume(geom.create_shape(geom.settings(), segment).geometry))


def test_bodies_have_the_volume_of_their_sections(model: Any) -> None:
    segments = by_name(model, "IfcPipeSegment")
    ring = math.pi / 4 * (0.35**2 - 0.301**2)
    falls = {name: math.hypot(30.0 if name in ("P2", "P8") else 50.0, 0.1) for name in ("P2", "P6", "P7", "P8")}
    assert volume_m3(segments["P2"]) == pytest.approx(ring * falls["P2"], rel=0.02)
    assert volume_m3(segments["P6"]) == pytest.approx(0.6 * 0.4 * falls["P6"], rel=1e-3)
    # 0.5105 of its height squared (Chow 1959).
    assert volume_m3(segments["P7"]) == pytest.approx(0.5105 * 0.9**2 * falls["P7"], rel=0.01)
    # 0.5 m at the floor, 2.9 m between the edges.
    assert volume_m3(segments["P8"]) == pytest.approx((0.5 + 2.9) / 2 * 0.8 * falls["P8"], rel=1e-3)
    hollow = 0.8 * 0.6 - 0.6 * 0.4
    assert volume_m3(segments["P5"]) == pytest.approx(hollow * math.hypot(90.0, 0.1), rel=1e-3)
    shaft = by_name(model, "IfcDistributionChamberElement")[A["node_id"]]
    assert volume_m3(shaft) == pytest.approx(math.pi / 4 * 1.0**2 * 2.0, rel=0.01)
    # No size, no levels: an element without a body.
    assert [segments[n].Representation is None for n in ("P10", "P11")] == [False, True]


def test_the_same_layers_give_the_same_bytes_and_ids_are_the_features() -> None:
    made = network(NODES, PIPES)
    first = ifc(made, "made.ifc")[0]
    assert first == ifc(network(NODES[::-1], PIPES[::-1]), "made.ifc")[0]
    alone = opened(network([A, B], [PIPES[0]]))
    again = ifcopenshell.file.from_string(first.decode())
    ids = [by_name(m, "IfcPipeSegment")["P1"].GlobalId for m in (alone, again)]
    assert ids[0] == ids[1]
    every = [e.GlobalId for e in again.by_type("IfcRoot")]
    assert len(set(every)) == len(every)


def test_texts_that_no_label_holds_are_named() -> None:
    long = "管" * 256
    made = network([A, B, dict(D, node_id=long)], [pipe("P1", A, B, material="a\x00b"), pipe("P2", A, B)])
    model, (content, out) = opened(made), ifc(made, "made.ifc")
    assert content.isascii()
    assert [(o.layer, o.feature_id, o.reason) for o in out] == [
        ("nodes", long, "long_text"),
        ("pipes", "P1", "unfit"),
    ]
    assert set(by_name(model, "IfcPipeSegment")) == {"P2"}


def test_communities_are_sites_of_the_project() -> None:
    there = dict(B, community_id="E")
    every = layers([A, there], [pipe("P1", A, there)], ["C", "E"])
    model = opened(exported_network("two", every, EVERYTHING, ["C", "E"]))
    assert sorted(s.Name for s in model.by_type("IfcSite")) == ["C", "E", "two"]
    alone = opened(exported_network("one", every, EVERYTHING, ["C"]))
    # The node at the far end comes along, and lies in the project's site.
    assert element_of.get_container(by_name(alone, "IfcDistributionChamberElement")["B"]).Name == "one"


def test_a_value_that_is_missing_is_no_property() -> None:
    assert IfcDocument("x").typed("IfcReal", None) is None


def test_the_example_keeps_the_rules_and_agrees_with_layers_and_bill(repository: Path) -> None:
    project = sc.open_project(repository)
    after = next(s for s in project.settings.scenarios if s.name == "after")
    made = exported_network(project.name, project.checked.layers, after, project.communities)
    assert made.left_out == ()
    model = opened(made)
    assert faults(model) == []
    (status, length) = ("Pset_PipeSegmentTypeCommon", "Status"), ("Qto_PipeSegmentBaseQuantities", "Length")
    laid_m: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for group in model.by_type("IfcRelAssignsToGroup"):
        for element in group.RelatedObjects:
            counts[f"{group.RelatingGroup.Name} {element.is_a()}"] += 1
            if element.is_a("IfcPipeSegment"):
                sets = element_of.get_psets(element)
                if sets[status[0]][status[1]] == ["NEW"]:
                    laid_m[group.RelatingGroup.Name] += sets[length[0]][length[1]]
    assert {system: round(m, 2) for system, m in laid_m.items()} == {"storm": 2537.0, "sewage": 2638.0}
    bill = project.quantities()
    laid = bill[(bill["item"] == "pipe") & (bill["status"] == "proposed")].groupby("system")["length_m"].sum()
    assert {system: round(m, 2) for system, m in laid_m.items()} == laid.round(2).to_dict()
    kinds = {"nodes": "IfcDistributionChamberElement", "pipes": "IfcPipeSegment"}
    for layer, kind in kinds.items():
        frame = project.layers[layer].query("status != 'removed'")
        own = frame["system"].value_counts().to_dict()
        assert {s: counts[f"{s} {kind}"] for s in own} == own
