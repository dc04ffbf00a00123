"""Vector files with shapes that GEOS does not know, and names that a Shapefile cuts."""

from __future__ import annotations

import json
from collections.abc import Callable

import geopandas as gpd
import pytest
from tests.planting import X, Y
from tests.small_project import CRS, SmallProject

from spongecalc.intake.ledger import READ
from spongecalc.layers.read import read_layers
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.intake import intake_of

NO_SHAPES = {
    "a line of one vertex": {"type": "LineString", "coordinates": [[X + 10, Y + 8]]},
    "an open ring": {"type": "Polygon", "coordinates": [[[X, Y], [X + 40, Y], [X + 40, Y + 15], [X, Y + 15]]]},
}


@pytest.mark.parametrize("shape", sorted(NO_SHAPES))
def test_a_shape_that_is_none_is_an_error_at_its_feature_alone(
    small_project: Callable[..., SmallProject], shape: str
) -> None:
    """It ended check in a traceback. All other features of the file are read, and the ledger holds all three."""
    project = small_project()
    path = project.folder / "pipes.geojson"
    gpd.read_file(project.second, layer="pipes").to_file(path)
    document = json.loads(path.read_text(encoding="utf-8"))
    for feature in document["features"]:
        if feature["properties"]["pipe_id"] == "C-PR":
            feature["geometry"] = NO_SHAPES[shape]
    path.write_text(json.dumps(document), encoding="utf-8")
    page = project.folder / "spongecalc.toml"
    text = page.read_text(encoding="utf-8")
    page.write_text(
        text.replace('source = "c.gpkg"\nlayer = "pipes"', 'source = "pipes.geojson"'), encoding="utf-8"
    )
    built = pipeline.build(pipeline.check(load_project(project.folder)))
    own = [f.feature.feature_id for f in built.findings if f.rule == "geometry.empty"]
    assert own == ["C-PR"]
    assert {m.name for m in built.models} == {"A", "B"}
    ledger = intake_of(built)
    assert ledger.closes
    read = ledger.table[(ledger.table["file"] == "pipes.geojson") & (ledger.table["fate"] == READ)]
    assert (read["count"].sum(), read["length_m"].sum()) == (3, pytest.approx(60.0))


@pytest.mark.parametrize("layer", ["nodes", "pipes", "surfaces", "buildings", "connections"])
def test_the_contracts_own_names_are_known_as_a_shapefile_cuts_them(
    small_project: Callable[..., SmallProject], layer: str
) -> None:
    """diameter_mm is diameter_m there, sediment_mm sediment_m: the silt was lost without a word."""
    project = small_project()
    delivery = gpd.read_file(project.second, layer=layer)
    delivery.to_file(project.folder / "cut.shp")
    layers, findings = read_layers(project.folder, {layer: (LayerSource(source="cut.shp"),)}, CRS)
    assert not [f for f in findings if f.rule in ("field.missing", "id.missing")]
    for column in delivery.columns.drop("geometry"):
        known = delivery[column].notna().to_numpy()
        assert layers[layer][column][known].tolist() == delivery[column][known].tolist(), column
