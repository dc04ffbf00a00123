"""ISYBAU XML: knots and edges, codes in the contract's words, and what is left behind."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.describe import describe
from spongecalc.project.layer_source import LayerSource

UTM = "EPSG:25832"
X, Y = 500000.0, 5500000.0


def point(x: float, y: float, z: float | str, attribute: str) -> str:
    return (
        f"<Punkt><Rechtswert>{X + x}</Rechtswert><Hochwert>{Y + y}</Hochwert><Punkthoehe>{z}</Punkthoehe>"
        f"<PunktattributAbwasser>{attribute}</PunktattributAbwasser></Punkt>"
    )


def thing(name: str, kind: str, inside: str, geometry: str, status: str = "0", crs: str = "ETRS89_UTM32") -> str:
    return (
        f"<AbwassertechnischeAnlage><Objektbezeichnung>{name}</Objektbezeichnung>"
        f"<Entwaesserungsart>{kind}</Entwaesserungsart><Status>{status}</Status><Baujahr>1987</Baujahr>{inside}"
        f"<Geometrie><CRSLage>{crs}</CRSLage><Geometriedaten>{geometry}</Geometriedaten></Geometrie>"
        "</AbwassertechnischeAnlage>"
    )


def manhole(name: str, kind: str, x: float, z: float, ground: float | None, depth: str = "") -> str:
    shaft = f"<Knoten><KnotenTyp>0</KnotenTyp><Schacht>{depth}</Schacht></Knoten>"
    cover = point(x, 0.5, ground, "DMP") if ground is not None else ""
    return thing(name, kind, shaft, f"<Knoten>{cover}{point(x, 0, z, 'SMP')}</Knoten>")


def edge(
    name: str, ends: tuple[str, str], section: str, lines: str = "", kind: str = "KR", status: str = "0"
) -> str:
    inside = (
        f"<Kante><KantenTyp>0</KantenTyp><KnotenZulauf>{ends[0]}</KnotenZulauf><KnotenAblauf>{ends[1]}</KnotenAblauf>"
        "<SohlhoeheZulauf>98,50</SohlhoeheZulauf><SohlhoeheAblauf>98.30</SohlhoeheAblauf><Laenge>40.02</Laenge>"
        f"<Material>STZ</Material>{section}</Kante>"
    )
    return thing(name, kind, inside, f"<Kanten>{lines}</Kanten>", status)


def section(kind: int, width: int, height: int) -> str:
    return (
        f"<Profil><Profilart>{kind}</Profilart><Profilbreite>{width}</Profilbreite>"
        f"<Profilhoehe>{height}</Profilhoehe></Profil>"
    )


NODES = (
    manhole("S1", "KR", 0, 98.5, 100.0)
    + manhole("S2", "KR", 40, 98.3, None, "<Schachttiefe>1.60</Schachttiefe>")
    + thing(
        "E1",
        "KR",
        "<Knoten><KnotenTyp>1</KnotenTyp><Anschlusspunkt><Punktkennung>SE</Punktkennung></Anschlusspunkt></Knoten>",
        f"<Knoten>{point(5, 5, 99.0, 'SE')}</Knoten>",
    )
    + thing(
        "A1",
        "KM",
        "<Knoten><KnotenTyp>2</KnotenTyp><Bauwerk><Bauwerkstyp>5</Bauwerkstyp></Bauwerk></Knoten>",
        f"<Knoten>{point(80, 0, 98.0, 'HP')}{point(80, 0, 99.5, 'GOK')}</Knoten>",
        status="1",
    )
)
BEND = "".join(
    f"<Kante><Start>{point(*a, 98.5, 'SMP')[7:-8]}</Start><Ende>{point(*b, 98.3, 'LHP')[7:-8]}</Ende></Kante>"
    for a, b in (((0, 0), (20, 3)), ((20, 3), (40, 0)))
)
EDGES = (
    edge("H1", ("S1", "S2"), section(0, 300, 300))
    + edge("H2", ("S2", "A1"), section(3, 600, 400), kind="KM", status="6")
    + edge("H3", ("S1", "S2"), section(1, 600, 900), BEND, kind="KS")
    + edge("H4", ("S1", "S2"), section(2, 600, 500), status="3")
)


def document(folder: Path, things: str, encoding: str = "utf-8") -> None:
    (folder / "isy.xml").write_text(
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        '<Identifikation xmlns="http://www.ofd-hannover.la/Identifikation"><Version>2013-02</Version>'
        "<Datenkollektive><Stammdatenkollektiv><Kennung>STA01</Kennung><Beschreibung>Straße</Beschreibung>"
        f"{things}</Stammdatenkollektiv><Zustandsdatenkollektiv/></Datenkollektive></Identifikation>",
        encoding=encoding,
    )


def read(folder: Path, **source: object) -> tuple[LayerSet, list[Finding]]:
    given = (LayerSource(source="isy.xml", **source),)
    layers, findings = read_layers(folder, {"nodes": given, "pipes": given}, UTM)
    return layers, [f for f in findings if f.feature.layer in ("nodes", "pipes")]


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
def test_knots_are_nodes(tmp_path: Path, encoding: str) -> None:
    document(tmp_path, NODES + EDGES, encoding)
    layers, findings = read(tmp_path)
    assert not [f for f in findings if f.severity == "error"]
    nodes = layers["nodes"].set_index("node_id")
    # A manhole stands at its bottom's middle, not at its cover's.
    assert [(g.x - X, g.y - Y) for g in nodes.geometry] == [(0, 0), (40, 0), (5, 5), (80, 0)]
    assert list(nodes["kind"]) == ["manhole", "manhole", "inlet", "outfall"]
    assert list(nodes["system"]) == ["storm", "storm", "storm", "combined"]
    assert list(nodes["status"]) == ["existing", "existing", "existing", "proposed"]
    assert list(nodes["invert_m"]) == [98.5, 98.3, 99.0, 98.0]
    # Cover; bottom and depth; none; ground beside the structure.
    assert list(nodes["ground_m"].fillna(0)) == [100.0, 99.9, 0, 99.5]


def test_edges_are_pipes(tmp_path: Path) -> None:
    document(tmp_path, NODES + EDGES)
    layers, _ = read(tmp_path)
    pipes = layers["pipes"].set_index("pipe_id")
    first = pipes.loc["H1"]
    assert (first["from_node"], first["to_node"]) == ("S1", "S2")
    assert (first["shape"], first["diameter_mm"], first["material"]) == ("circular", 300.0, "clay")
    # A decimal comma is one.
    assert (first["invert_up_m"], first["invert_down_m"], first["length_m"]) == (98.5, 98.3, 40.02)
    assert (first["year"], first["status"], first["system"]) == (1987, "existing", "storm")
    assert first.geometry.length == 40.0
    box, egg, mouth = pipes.loc["H2"], pipes.loc["H3"], pipes.loc["H4"]
    assert (box["shape"], box["width_mm"], box["height_mm"]) == ("rect_closed", 600.0, 400.0)
    assert (box["system"], box["status"]) == ("combined", "removed")
    assert (egg["shape"], egg["height_mm"], egg["system"]) == ("egg", 900.0, "sewage")
    # Drawn with a bend of 3 m halfway: 2 sqrt(20^2 + 3^2).
    assert egg.geometry.length == pytest.approx(40.447497, abs=0.001)
    # What the contract has no word for stands as it is, and the checks name it at its pipe.
    assert (mouth["shape"], mouth["status"]) == ("Profilart 2", "Status 3")


def test_other_collectives_are_told_with_counts(tmp_path: Path) -> None:
    document(tmp_path, NODES + EDGES)
    _, findings = read(tmp_path)
    told = [str(f.found["what"]) for f in findings if f.rule == "xml.not_carried"]
    assert told == ["Zustandsdatenkollektiv 1"] * 2


def test_the_stated_system_counts_and_several_are_none(tmp_path: Path) -> None:
    document(tmp_path, NODES)
    layers, _ = read_layers(tmp_path, {"nodes": (LayerSource(source="isy.xml"),)}, "EPSG:25833")
    # The central meridian of zone 32, 9 E, lies 6 degrees west of that of zone 33.
    assert layers["nodes"].geometry.iloc[0].x < 100_000
    document(tmp_path, NODES + NODES.replace("ETRS89_UTM32", "DE_DHDN_3GK3").replace("S1", "T1"))
    _, findings = read(tmp_path, crs=None)
    assert {f.rule for f in findings} & {"crs.taken_all", "crs.taken", "crs.missing"}


def test_a_number_that_is_none_is_named_at_its_knot(tmp_path: Path) -> None:
    document(tmp_path, manhole("S1", "KR", 0, 98.5, 100.0).replace(">98.5<", ">tief<"))
    _, findings = read(tmp_path)
    errors = {(f.rule, f.feature.feature_id) for f in findings if f.severity == "error"}
    assert errors == {("value.not_a_number", "S1")}


def test_sources_describes_and_drafts(tmp_path: Path) -> None:
    document(tmp_path, NODES + EDGES)
    seen = describe("isy.xml", tmp_path)
    assert seen.form == "ISYBAU XML"
    assert [(s.name, s.count, s.geometry, s.crs, s.meant_for) for s in seen.layers] == [
        ("nodes", 4, "Point", UTM, "nodes"),
        ("pipes", 4, "LineString", UTM, "pipes"),
    ]
    assert tomllib.loads(seen.layers[0].draft) == {"layers": {"nodes": [{"source": "isy.xml"}]}}
    # What the contract has no word for waits for a decision.
    assert '"Status 3" = "?"' in seen.layers[1].draft
