"""LandXML pipe networks: north before east, units, inverts of pipes, sections, and what is left behind."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.project.layer_source import LayerSource

GRID = "EPSG:4543"
METRIC = '<Metric areaUnit="squareMeter" linearUnit="meter" diameterUnit="millimeter" widthUnit="millimeter" heightUnit="millimeter"/>'  # noqa: E501
STORM = """
<PipeNetwork name="Rain" pipeNetType="storm">
  <Structs>
    <Struct name="Y1" desc="雨水口" elevRim="101.50" elevSump="99.60" state="existing">
      <Center>2674008.0 540010.0</Center><CircStruct diameter="0.7"/>
      <Invert elev="99.90" flowDir="out" refPipe="P1"/>
    </Struct>
    <Struct name="Y2" elevRim="101.20" elevSump="99.40">
      <Center>2674008.0 540050.0 101.2</Center><RectStruct length="1" width="1"/>
      <Invert elev="99.70" flowDir="in" refPipe="P1"/>
      <Invert elev="99.55" flowDir="out" refPipe="P2"/>
    </Struct>
    <Struct name="Y3" elevRim="100.80">
      <Center>2674038.0 540050.0</Center><OutletStruct/>
      <Invert elev="99.25" flowDir="in" refPipe="P2"/>
    </Struct>
    <Struct name="N" desc="Dummy Null Structure for LandXML purposes" elevRim="0" elevSump="0"/>
  </Structs>
  <Pipes>
    <Pipe name="P1" refStart="Y1" refEnd="Y2" length="40.0" slope="0.005" state="proposed">
      <CircPipe diameter="300" thickness="30" material="HDPE" mannings="0.010"/><PipeFlow flowIn="0"/>
    </Pipe>
    <Pipe name="P2" refStart="Y2" refEnd="Y3" length="30.0">
      <RectPipe height="400" width="600" material="砼"/>
    </Pipe>
  </Pipes>
</PipeNetwork>"""
SEWAGE = """
<PipeNetwork name="Sewage" pipeNetType="sanitary">
  <Structs>
    <Struct name="W1" elevSump="98.0"><Center>2674000 540000</Center></Struct>
    <Struct name="W2" elevSump="97.9"><Center>2674000 540020</Center></Struct>
  </Structs>
  <Pipes><Pipe name="P9" refStart="W1" refEnd="W2"><EggPipe height="900" span="600"/></Pipe></Pipes>
</PipeNetwork>"""
WATER = """
<PipeNetwork name="Tap" pipeNetType="water">
  <Structs><Struct name="T1"><Center>2674000 540000</Center></Struct></Structs>
  <Pipes><Pipe name="T"><CircPipe diameter="100"/></Pipe></Pipes>
</PipeNetwork>"""


def document(folder: Path, networks: str, units: str = METRIC, more: str = "") -> None:
    (folder / "net.xml").write_text(
        '<?xml version="1.0"?>\n<LandXML xmlns="http://www.landxml.org/schema/LandXML-1.2" version="1.2">'
        f"<Units>{units}</Units>{more}<PipeNetworks>{networks}</PipeNetworks></LandXML>",
        encoding="utf-8",
    )


def read(folder: Path, **source: object) -> tuple[LayerSet, list[Finding]]:
    given = (LayerSource(source="net.xml", **{"crs": GRID, **source}),)
    layers, findings = read_layers(folder, {"nodes": given, "pipes": given}, GRID)
    return layers, [f for f in findings if f.feature.layer in ("nodes", "pipes")]


def test_nodes_and_pipes_stand_where_they_are_with_their_levels_and_sections(tmp_path: Path) -> None:
    document(tmp_path, STORM)
    layers, _ = read(tmp_path)
    nodes = layers["nodes"].set_index("node_id")
    assert [(n, g.x, g.y) for n, g in nodes.geometry.items()] == [
        ("Y1", 540010.0, 2674008.0),
        ("Y2", 540050.0, 2674008.0),
        ("Y3", 540050.0, 2674038.0),
    ]
    # The lowest of a node's pipes is its invert; the sump below it only holds sand.
    assert list(nodes["invert_m"]) == [99.90, 99.55, 99.25]
    assert list(nodes["ground_m"]) == [101.50, 101.20, 100.80]
    assert list(nodes["kind"]) == ["inlet", "manhole", "outfall"]
    assert set(nodes["system"]) == {"storm"}
    pipes = layers["pipes"].set_index("pipe_id")
    first, second = pipes.loc["P1"], pipes.loc["P2"]
    assert (first["from_node"], first["to_node"], first["shape"]) == ("Y1", "Y2", "circular")
    assert (first["diameter_mm"], first["material"], first["roughness"]) == (300.0, "HDPE", 0.010)
    assert (first["invert_up_m"], first["invert_down_m"], first["length_m"]) == (99.90, 99.70, 40.0)
    assert (first["status"], first["wall_mm"]) == ("proposed", 30.0)
    assert (second["shape"], second["width_mm"], second["height_mm"]) == ("rect_closed", 600.0, 400.0)
    assert (second["invert_up_m"], second["invert_down_m"]) == (99.55, 99.25)
    assert list(pipes.geometry.length) == [40.0, 30.0]


def test_what_is_not_carried_over_is_told_with_counts(tmp_path: Path) -> None:
    document(tmp_path, STORM + WATER, more='<Surfaces><Surface name="EG"/></Surfaces>')
    layers, findings = read(tmp_path)
    assert len(layers["pipes"]) == 2
    told = {f.feature.layer: str(f.found["what"]) for f in findings if f.rule == "xml.not_carried"}
    assert (
        told["nodes"]
        == "PipeFlow 1, PipeNetwork Tap (water) 1, Struct (null structure) 1, Surfaces 1, elevSump 2"
    )
    assert told["pipes"] == "PipeFlow 1, PipeNetwork Tap (water) 1, Surfaces 1"


def test_one_network_is_named_as_the_layer(tmp_path: Path) -> None:
    document(tmp_path, STORM + SEWAGE)
    layers, _ = read(tmp_path, layer="Sewage")
    assert list(layers["nodes"]["node_id"]) == ["W1", "W2"]
    assert list(layers["nodes"]["invert_m"]) == [98.0, 97.9]
    (pipe,) = layers["pipes"].to_dict("records")
    assert (pipe["system"], pipe["shape"], pipe["height_mm"]) == ("sewage", "egg", 900.0)
    _, findings = read(tmp_path, layer="Gas")
    assert {f.rule for f in findings if f.severity == "error"} == {"layer.missing"}


@pytest.mark.parametrize(
    ("units", "size", "factor", "size_mm"),
    [
        ('<Metric linearUnit="meter" diameterUnit="meter"/>', "0.3", 1.0, 300.0),
        ('<Metric linearUnit="meter" diameterUnit="centimeter"/>', "30", 1.0, 300.0),
        ('<Imperial linearUnit="foot" diameterUnit="inch" elevationUnit="feet"/>', "12", 0.3048, 304.8),
        ('<Imperial linearUnit="USSurveyFoot" diameterUnit="foot"/>', "1", 1200 / 3937, 304.8),
        # No unit of sizes: 300 is no diameter in metres, 0.3 none in millimetres.
        ('<Metric linearUnit="meter"/>', "300", 1.0, 300.0),
        ('<Metric linearUnit="meter"/>', "0.3", 1.0, 300.0),
    ],
)
def test_units_of_lengths_levels_and_sizes(
    tmp_path: Path, units: str, size: str, factor: float, size_mm: float
) -> None:
    network = (
        '<PipeNetwork name="R" pipeNetType="storm"><Structs>'
        '<Struct name="A" elevRim="20" elevSump="10"><Center>100 200</Center></Struct>'
        '<Struct name="B"><Center>100 300</Center></Struct></Structs>'
        f'<Pipes><Pipe name="P" refStart="A" refEnd="B" length="100"><CircPipe diameter="{size}"/></Pipe></Pipes>'
        "</PipeNetwork>"
    )
    document(tmp_path, network, units)
    layers, findings = read(tmp_path)
    (pipe,) = layers["pipes"].to_dict("records")
    assert pipe["diameter_mm"] == pytest.approx(size_mm)
    assert pipe["length_m"] == pytest.approx(100 * factor)
    assert pipe["geometry"].length == pytest.approx(100 * factor, abs=0.002)
    assert layers["nodes"]["ground_m"].iloc[0] == pytest.approx(20 * factor)
    taken = [f for f in findings if f.rule == "landxml.sizes_taken"]
    assert len(taken) == (1 if size == "300" else 0)


def test_a_pipe_may_lead_to_a_structure_of_another_network(tmp_path: Path) -> None:
    joined = STORM.replace('refStart="Y2" refEnd="Y3" length="30.0"', 'refStart="Y2" refEnd="W1" length="30.0"')
    document(
        tmp_path,
        joined + SEWAGE.replace("</Struct>", '<Invert elev="98.2" flowDir="in" refPipe="P2"/></Struct>', 1),
    )
    layers, _ = read(tmp_path)
    pipe = layers["pipes"].set_index("pipe_id").loc["P2"]
    assert (pipe["to_node"], pipe["invert_down_m"]) == ("W1", 98.2)
    assert list(pipe["geometry"].coords) == [(540050.0, 2674008.0), (540000.0, 2674000.0)]


def test_features_of_other_programs_are_told_and_points_of_theirs(tmp_path: Path) -> None:
    feature = '<Feature name="IM_pipe" code="x"><Property label="year" value="1990"/></Feature>'
    points = '<CgPoints name="survey"><CgPoint name="1">1 2</CgPoint></CgPoints>'
    document(tmp_path, STORM.replace("<PipeFlow", feature + "<PipeFlow"), more=points)
    layers, findings = read(tmp_path)
    told = {f.feature.layer: str(f.found["what"]) for f in findings if f.rule == "xml.not_carried"}
    assert "CgPoints 1, Feature 1, PipeFlow 1" in told["pipes"]
    assert len(layers["nodes"]) == 3
    assert layers["pipes"]["year"].isna().all()


def test_values_in_features_of_this_package_that_are_none_are_named(tmp_path: Path) -> None:
    feature = (
        '<Feature name="pipes" code="spongecalc"><Property label="year" value="old"/>'
        '<Property label="line" value="1 2 three"/><Property label="no_column" value="1"/></Feature>'
    )
    document(tmp_path, STORM.replace('<PipeFlow flowIn="0"/>', feature))
    layers, findings = read(tmp_path)
    assert ("value.not_a_number", "P1") in [(f.rule, f.feature.feature_id) for f in findings]
    assert layers["pipes"].geometry.iloc[0].length == 40.0


def test_the_stated_system_is_the_layers(tmp_path: Path) -> None:
    document(tmp_path, STORM, more='<CoordinateSystem epsgCode="4543"/>')
    layers, findings = read(tmp_path, crs=None)
    assert not [f for f in findings if f.rule.startswith("crs.")]
    assert layers["nodes"].geometry.iloc[0].x == 540010.0


def test_numbers_and_sections_that_the_contract_has_not_are_named(tmp_path: Path) -> None:
    network = (
        '<PipeNetwork name="R" pipeNetType="storm"><Structs>'
        '<Struct name="A" elevRim="high" state="abandoned"><Center>2674000 540000</Center></Struct>'
        '<Struct name="B"><Center>2674000 540010</Center></Struct></Structs>'
        '<Pipes><Pipe name="P" refStart="A" refEnd="B"><ElliPipe height="300" span="400"/></Pipe></Pipes>'
        "</PipeNetwork>"
    )
    document(tmp_path, network)
    layers, findings = read(tmp_path)
    assert [(f.rule, f.feature.feature_id) for f in findings if f.severity == "error"] == [
        ("value.not_a_number", "A")
    ]
    # The checks name these two with the words that are allowed.
    assert layers["nodes"]["status"].iloc[0] == "abandoned"
    assert layers["pipes"]["shape"].iloc[0] == "elliptical"


def test_sources_describes_and_drafts_each_network(tmp_path: Path) -> None:
    document(tmp_path, STORM + SEWAGE)
    seen = describe("net.xml", tmp_path)
    assert seen.form == "LandXML"
    assert [(s.name, s.count, s.meant_for) for s in seen.layers] == [
        ("Rain nodes", 3, "nodes"),
        ("Rain pipes", 2, "pipes"),
        ("Sewage nodes", 2, "nodes"),
        ("Sewage pipes", 1, "pipes"),
    ]
    draft = tomllib.loads(seen.layers[3].draft)["layers"]["pipes"][0]
    assert draft == {"source": "net.xml", "layer": "Sewage"}
    assert "status" in seen.layers[3].draft
    assert any(n.rule == "xml.not_carried" for n in seen.notes)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE LandXML [<!ENTITY a "x">]>',
        '<!DOCTYPE LandXML SYSTEM "file:///etc/hostname">',
    ],
)
def test_a_document_type_is_refused(tmp_path: Path, head: str) -> None:
    (tmp_path / "net.xml").write_text(f'<?xml version="1.0"?>{head}<LandXML><Units/></LandXML>', encoding="utf-8")
    with pytest.raises(SourceRefusedError) as refusal:
        describe("net.xml", tmp_path)
    assert refusal.value.rule == "xml.document_type"


def test_a_file_that_is_cut_off_or_has_no_network_is_refused(tmp_path: Path) -> None:
    document(tmp_path, STORM)
    text = (tmp_path / "net.xml").read_text(encoding="utf-8")
    (tmp_path / "net.xml").write_text(text[: len(text) // 2], encoding="utf-8")
    with pytest.raises(SourceRefusedError) as refusal:
        describe("net.xml", tmp_path)
    assert refusal.value.rule == "file.unreadable"
    (tmp_path / "net.xml").write_text("<LandXML><Surfaces/></LandXML>", encoding="utf-8")
    with pytest.raises(SourceRefusedError) as refusal:
        describe("net.xml", tmp_path)
    assert refusal.value.rule == "layer.missing"
    _, findings = read(tmp_path)
    assert {f.rule for f in findings if f.severity == "error"} == {"layer.missing"}
