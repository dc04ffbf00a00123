"""Two communities of 100 x 60 m with one lawn over both: each has the runoff of one whose lawn is its own."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, Point, box
from swmm.toolkit import solver
from tests.small_project import CRS, Frames, write_delivery

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built

X, Y = 541000.0, 2675000.0
LAYERS = ("communities", "nodes", "pipes", "surfaces", "buildings", "connections")
TOML = """
name = "span"
language = "en"
crs = "EPSG:4543"
{layers}
[rainfall]
formula = "昆明 (新)"
own_formula = false
[[storms]]
return_period = "3 a"
duration = "2 h"
[simulation]
recession = "1 h"
"""


def rows_of(name: str, x: float) -> dict[str, list[dict]]:
    """One community: 5550 m2 of ground, 2000 of them paved, a roof of 450 m2 with a downpipe; lines of 80 m."""
    ends = {"C": (10, 98.9, 98.3), "R": (8, 99.0, 98.5), "S": (13, 98.6, 98.2)}
    systems = {"C": ("combined", "removed"), "R": ("storm", "proposed"), "S": ("sewage", "proposed")}
    rows: dict[str, list[dict]] = {layer: [] for layer in LAYERS}
    rows["communities"].append({"community_id": name, "residents": 90, "geometry": box(x, Y, x + 100, Y + 60)})
    for key, (y, up_m, down_m) in ends.items():
        system, status = systems[key]
        points = [Point(x + 10, Y + y), Point(x + 90, Y + y)]
        for n, (point, invert_m) in enumerate(zip(points, (up_m, down_m), strict=True), start=1):
            kind = "outfall" if n == 2 else "manhole" if key == "S" else "inlet"
            node = {"node_id": f"{name}-{key}{n}", "system": system, "kind": kind, "status": status}
            node |= {"ground_m": 100.0, "invert_m": invert_m, "geometry": point}
            rows["nodes"].append(node | {"receives": f"municipal_{system}" if n == 2 else None})
        pipe = {"pipe_id": f"{name}-P{key}", "system": system, "status": status, "material": "HDPE"}
        pipe |= {"from_node": f"{name}-{key}1", "to_node": f"{name}-{key}2", "roughness": 0.011}
        pipe |= {"diameter_mm": 200.0 if key == "S" else 300.0, "invert_up_m": up_m, "invert_down_m": down_m}
        rows["pipes"].append(pipe | {"geometry": LineString(points)})
    lane, house = box(x, Y, x + 100, Y + 20), box(x + 10, Y + 35, x + 40, Y + 50)
    for key, cover, status in (("L0", "concrete", "removed"), ("L1", "permeable_concrete", "proposed")):
        rate = 10.0 if key == "L1" else None
        surface = {"surface_id": f"{name}-{key}", "cover": cover, "status": status, "subgrade_mm_h": rate}
        rows["surfaces"].append(surface | {"geometry": lane})
    flats = {"building_id": f"{name}-H", "households": 30, "residents": 90, "status": "existing"}
    rows["buildings"].append(flats | {"geometry": house})
    for kind, before, after in (("toilet", "C1", "S1"), ("kitchen", "C1", "S1"), ("roof_drain", "C1", "R1")):
        for node, status in ((before, "removed"), (after, "proposed")):
            lead = {"connection_id": f"{name}-{kind}-{status}", "source": f"{name}-H", "kind": kind}
            lead |= {"to_node": f"{name}-{node}", "status": status}
            rows["connections"].append(lead | {"geometry": LineString([(x + 15, Y + 35), (x + 10, Y + 10)])})
    return rows


def project(folder: Path, *, one_lawn: bool) -> Path:
    folder.mkdir()
    q, z = rows_of("Q", X), rows_of("Z", X + 100)
    rows = {layer: [*q[layer], *z[layer]] for layer in LAYERS}
    houses = [r["geometry"] for r in rows["buildings"]]
    whole = box(X, Y + 20, X + 200, Y + 60).difference(houses[0]).difference(houses[1])
    lawns = [whole] if one_lawn else [whole.intersection(r["geometry"]) for r in rows["communities"]]
    for n, lawn in enumerate(lawns):
        rows["surfaces"].append(
            {
                "surface_id": f"G{n}",
                "cover": "green",
                "status": "existing",
                "subgrade_mm_h": None,
                "geometry": lawn,
            }
        )
    frames: Frames = {layer: gpd.GeoDataFrame(rows[layer], geometry="geometry", crs=CRS) for layer in LAYERS}
    write_delivery(folder / "layers.gpkg", frames)
    tables = "\n".join(f'[layers.{layer}]\nsource = "layers.gpkg"\nlayer = "{layer}"' for layer in LAYERS)
    (folder / "spongecalc.toml").write_text(TOML.format(layers=tables), encoding="utf-8")
    return folder


def runoff_m3(built: Built, folder: Path) -> dict[tuple[str, str], float]:
    """Runoff of each model under the storm: the depth of the engine's own report on 6000 m2."""
    found = {}
    for model in built.models:
        path = folder / f"{model.name}_{model.scenario}.inp"
        path.write_text(model.text(built.events[0]), encoding="utf-8")
        solver.swmm_run(str(path), str(path.with_suffix(".rpt")), str(path.with_suffix(".out")))
        report = path.with_suffix(".rpt").read_text(encoding="utf-8")
        (depth_mm,) = re.findall(r"Surface Runoff \.+\s+\S+\s+(\S+)", report)
        found[model.name, model.scenario] = float(depth_mm) / 1000 * 6000
    return found


def test_each_of_two_has_the_runoff_of_one_with_a_lawn_of_its_own(tmp_path: Path) -> None:
    """238.75 m3 before the works and 130.09 after in each: those of the same ground drawn in two pieces."""
    built = pipeline.build(pipeline.check(load_project(project(tmp_path / "one", one_lawn=True))))
    apart = pipeline.build(pipeline.check(load_project(project(tmp_path / "apart", one_lawn=False))))
    texts = [{(m.name, m.scenario): m.text(b.events[0]) for m in b.models} for b in (built, apart)]
    assert texts[0] == texts[1]
    found = runoff_m3(built, tmp_path)
    assert {k: round(v, 1) for k, v in found.items()} == {
        ("Q", "before"): pytest.approx(238.75, abs=0.1),
        ("Z", "before"): pytest.approx(238.75, abs=0.1),
        ("Q", "after"): pytest.approx(130.09, abs=0.1),
        ("Z", "after"): pytest.approx(130.09, abs=0.1),
    }
    assert not {f.rule for f in built.findings} & {"surface.gap", "community.two"}
