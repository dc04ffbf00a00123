"""Rules on reading: each fault planted once into the sound project's sources, found once, at its source."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from pyproj import Transformer
from rasterio.transform import from_origin
from tests.planting import X, Y, both, edit
from tests.postgis_server import PASSWORD, execute, put, user_of
from tests.small_project import CRS, Change, Frames, SmallProject, community

from spongecalc.language import LANGUAGES
from spongecalc.layers.finding import Finding
from spongecalc.layers.rules.registry import rules
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

# A grid of a site's own, which nobody can place.
SITE_GRID = 'LOCAL_CS["site grid",UNIT["metre",1]]'


def delivered(project: SmallProject, layer: str, file: str, lines: str = "") -> SmallProject:
    """The project with one layer of community C from another file."""
    page = project.folder / "spongecalc.toml"
    text = page.read_text(encoding="utf-8")
    here = f'source = "c.gpkg"\nlayer = "{layer}"'
    assert here in text
    page.write_text(text.replace(here, f'source = "{file}"\n{lines}'.rstrip()), encoding="utf-8")
    return project


def found(project: SmallProject, rule: str) -> list[Finding]:
    """The findings of one rule, each with sentences that are complete."""
    own = [f for f in pipeline.check(load_project(project.folder)).findings if f.rule == rule]
    for finding in own:
        assert finding.severity == rules()[rule].severity
        for language in LANGUAGES:
            sentence = finding.message(language) + finding.action(language)
            assert sentence
            assert "{" not in sentence
    return own


def without_crs(folder: Path, move: Callable[[np.ndarray], np.ndarray]) -> None:
    """The pipes of C as a Shapefile without .prj, in other coordinates."""
    pipes = community("C", 2)["pipes"]
    moved = gpd.GeoSeries(shapely.transform(pipes.geometry.to_numpy(), move))
    bare = gpd.GeoDataFrame(pipes[["pipe_id", "from_node", "to_node"]], geometry=moved)
    with warnings.catch_warnings():
        # That it has no CRS is what is planted.
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(bare, folder / "bare.shp", driver="ESRI Shapefile", encoding="UTF-8")


def in_degrees(xy: np.ndarray) -> np.ndarray:
    return np.column_stack(Transformer.from_crs(CRS, "EPSG:4490", always_xy=True).transform(xy[:, 0], xy[:, 1]))


def bare_shapefile(move: Callable[[np.ndarray], np.ndarray]) -> Callable[[SmallProject], None]:
    def plant(project: SmallProject) -> None:
        without_crs(project.folder, move)
        delivered(project, "pipes", "bare.shp")

    return plant


def gone(project: SmallProject) -> None:
    delivered(project, "pipes", "gone.gpkg", 'layer = "pipes"')


def garbage(project: SmallProject) -> None:
    (project.folder / "garbage.gpkg").write_bytes(b"\x00\xff nothing of the kind")
    delivered(project, "pipes", "garbage.gpkg")


def pointer(project: SmallProject) -> None:
    """A virtual layer that points to a sound file beside it, under the name of a GeoPackage."""
    (project.folder / "other.gpkg").write_bytes((project.folder / "c.gpkg").read_bytes())
    (project.folder / "virtual.gpkg").write_text(
        '<OGRVRTDataSource><OGRVRTLayer name="pipes"><SrcDataSource relativeToVRT="1">other.gpkg</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    delivered(project, "pipes", "virtual.gpkg")


def another_form(project: SmallProject) -> None:
    (project.folder / "drawn.geojson").write_bytes((project.folder / "c.gpkg").read_bytes())
    delivered(project, "pipes", "drawn.geojson")


def linked_crs(project: SmallProject) -> None:
    """The pipes of C as GeoJSON in the project's own coordinates, whose system is a link."""
    pipes = community("C", 2)["pipes"]
    document = json.loads(gpd.GeoDataFrame(pipes, geometry="geometry").to_json())
    document["crs"] = {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs", "type": "ogcwkt"}}
    (project.folder / "linked.geojson").write_text(json.dumps(document), encoding="utf-8")
    delivered(project, "pipes", "linked.geojson")


def other_name(project: SmallProject) -> None:
    delivered(project, "pipes", "c.gpkg", 'layer = "Leitungen"')


def attributes_only(project: SmallProject) -> None:
    rows = pd.DataFrame(community("C", 2)["pipes"].drop(columns="geometry"))
    pyogrio.write_dataframe(rows, project.folder / "table.gpkg", layer="pipes", driver="GPKG")
    delivered(project, "pipes", "table.gpkg", 'layer = "pipes"')


def no_rows(project: SmallProject) -> None:
    pyogrio.write_dataframe(
        community("C", 2)["pipes"].iloc[:0], project.folder / "empty.gpkg", layer="pipes", driver="GPKG"
    )
    delivered(project, "pipes", "empty.gpkg", 'layer = "pipes"')


def unknown_field(project: SmallProject) -> None:
    delivered(project, "pipes", "c.gpkg", 'layer = "pipes"\nfields = { diameter_mm = "GJ" }')


def site_grid(project: SmallProject) -> None:
    delivered(project, "pipes", "c.gpkg", f"layer = \"pipes\"\ncrs = '{SITE_GRID}'")


def other_datum(project: SmallProject) -> None:
    """The pipes in Beijing 1954, zone of 102 degrees (EPSG:2431), whose way to CGCS2000 is not exact."""
    pipes = community("C", 2)["pipes"].set_crs("EPSG:2431", allow_override=True)
    pyogrio.write_dataframe(pipes, project.folder / "beijing.gpkg", layer="pipes", driver="GPKG")
    delivered(project, "pipes", "beijing.gpkg", 'layer = "pipes"')


def no_headings(project: SmallProject) -> None:
    (project.folder / "points.csv").write_text(",,\n,,\n", encoding="utf-8")
    delivered(project, "pipes", "points.csv", f'crs = "{CRS}"')


def surfaces_in_a_table(project: SmallProject) -> None:
    (project.folder / "points.csv").write_text("点号,X,Y\nA,1,2\n", encoding="utf-8")
    delivered(project, "surfaces", "points.csv", f'crs = "{CRS}"')


def open_outline(project: SmallProject) -> None:
    import ezdxf

    document = ezdxf.new("R2000")
    corners = [(X, Y), (X + 40, Y), (X + 40, Y + 15), (X, Y + 15)]
    for closed in (True, False):
        document.modelspace().add_lwpolyline(corners, close=closed, dxfattribs={"layer": "LANE"})
    document.saveas(project.folder / "plan.dxf")
    constants = 'constants = { cover = "concrete", status = "existing" }'
    delivered(project, "surfaces", "plan.dxf", f'layer = "LANE"\ncrs = "{CRS}"\n{constants}')


def dead_server(project: SmallProject) -> None:
    pytest.importorskip("psycopg")
    delivered(project, "pipes", "postgresql://engineer@127.0.0.1:1/survey", 'layer = "pipes"')


def types_that_lack_a_code(project: SmallProject) -> None:
    (project.folder / "types.csv").write_text("代码,糙率\nPVC,0.01\n", encoding="utf-8")
    look = 'lookups = [{ source = "types.csv", field = "material", key = "代码", take = { roughness = "糙率" } }]'
    delivered(project, "pipes", "c.gpkg", f'layer = "pipes"\n{look}')


def storm_only(project: SmallProject) -> None:
    delivered(project, "pipes", "c.gpkg", 'layer = "pipes"\nfilter = { system = ["storm"] }')


PLANTED: dict[str, tuple[Callable[[SmallProject], None], str, str]] = {
    "file.missing": (gone, "pipes", "gone.gpkg"),
    "file.unreadable": (garbage, "pipes", "garbage.gpkg"),
    "file.not_admitted": (another_form, "pipes", "drawn.geojson"),
    "form.pointer": (pointer, "pipes", "virtual.gpkg"),
    "crs.link": (linked_crs, "pipes", "linked.geojson"),
    "layer.missing": (other_name, "pipes", "c.gpkg"),
    "layer.no_geometry": (attributes_only, "pipes", "table.gpkg"),
    "layer.empty": (no_rows, "pipes", "empty.gpkg"),
    "field.missing": (unknown_field, "pipes", "c.gpkg"),
    "filter.left_out": (storm_only, "pipes", "c.gpkg"),
    "lookup.unknown": (types_that_lack_a_code, "pipes", "c.gpkg"),
    "table.no_heading": (no_headings, "pipes", "points.csv"),
    "table.no_geometry": (surfaces_in_a_table, "surfaces", "points.csv"),
    "drawing.open_outline": (open_outline, "surfaces", "plan.dxf"),
    "database.unreachable": (dead_server, "pipes", "postgresql://engineer@127.0.0.1:1/survey"),
    "crs.unknown": (site_grid, "pipes", "c.gpkg"),
    "crs.inexact": (other_datum, "pipes", "beijing.gpkg"),
    "crs.missing": (bare_shapefile(lambda xy: xy - xy.min(axis=0) + 1), "pipes", "bare.shp"),
    "crs.guessed": (bare_shapefile(lambda xy: xy), "pipes", "bare.shp"),
    "crs.missing_degrees": (bare_shapefile(in_degrees), "pipes", "bare.shp"),
    "crs.missing_zone": (bare_shapefile(lambda xy: np.add(xy, (34_000_000, 0))), "pipes", "bare.shp"),
    "crs.missing_easting": (bare_shapefile(lambda xy: np.add(xy, (90_000, 40_000))), "pipes", "bare.shp"),
}


@pytest.mark.parametrize("rule", PLANTED)
def test_a_fault_of_a_source_is_found_once_at_the_source(
    small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    plant, layer, file = PLANTED[rule]
    project = small_project()
    plant(project)
    assert [(f.feature.layer, f.feature.file) for f in found(project, rule)] == [(layer, file)]


def test_sound_sources_break_none_of_these_rules(small_project: Callable[..., SmallProject]) -> None:
    findings = pipeline.check(load_project(small_project().folder)).findings
    assert not {f.rule for f in findings} & set(PLANTED)


def test_an_assumed_system_is_named_with_what_to_write(small_project: Callable[..., SmallProject]) -> None:
    """What the finding says to write, written, leaves no doubt: the zones' meridians are worked out elsewhere."""
    project = small_project()
    bare_shapefile(lambda xy: np.add(xy, (34_000_000, 0)))(project)
    advised = found(project, "crs.missing_zone")[0].found["crs"]
    page = project.folder / "spongecalc.toml"
    text = page.read_text(encoding="utf-8").replace(
        'source = "bare.shp"', f'source = "bare.shp"\ncrs = "{advised}"'
    )
    page.write_text(text, encoding="utf-8")
    checked = pipeline.check(load_project(project.folder))
    assert not [f for f in checked.findings if f.rule.startswith("crs.")]
    pipes = checked.layers["pipes"].set_index("pipe_id").geometry
    assert shapely.get_point(pipes["C-PR"], 0).distance(shapely.Point(X + 10, Y + 8)) < 0.001


def test_a_needed_layer_that_is_not_given(small_project: Callable[..., SmallProject]) -> None:
    """Pipes that no source gives are an error, facilities a note."""
    project = small_project()
    page = project.folder / "spongecalc.toml"
    text = page.read_text(encoding="utf-8")
    for file in ("ab.gpkg", "c.gpkg"):
        text = text.replace(f'[[layers.pipes]]\nsource = "{file}"\nlayer = "pipes"', "")
    page.write_text(text, encoding="utf-8")
    needed = {f.feature.layer: f.severity for f in found(project, "layer.needed")}
    assert needed == {"pipes": "error"}
    others = {f.feature.layer: f.severity for f in found(project, "layer.not_given")}
    assert others["facilities"] == "info"
    assert not others.keys() & {"pipes", "nodes"}


def test_a_project_in_degrees_needs_a_system_to_measure_in(small_project: Callable[..., SmallProject]) -> None:
    project = small_project()
    degrees = community("C", 2)["communities"].to_crs("EPSG:4490")
    pyogrio.write_dataframe(degrees, project.folder / "degrees.gpkg", layer="communities", driver="GPKG")
    page = project.folder / "spongecalc.toml"
    text = page.read_text(encoding="utf-8").replace('crs = "EPSG:4543"\n', "")
    first = '[[layers.communities]]\nsource = "ab.gpkg"\nlayer = "communities"'
    page.write_text(text.replace(first, first.replace("ab.gpkg", "degrees.gpkg")), encoding="utf-8")
    assert [(f.feature.layer, f.feature.file) for f in found(project, "crs.geographic")] == [
        ("communities", "degrees.gpkg")
    ]


@pytest.mark.parametrize(("layer", "feature"), [("pipes", "C-PR"), ("surfaces", "C-L1")])
@pytest.mark.parametrize("day", ["last summer", "2023-02-30"])
def test_a_date_that_is_none(
    small_project: Callable[..., SmallProject], layer: str, feature: str, day: str
) -> None:
    """Paving of no day was not laid yet, without a word."""
    project = small_project(second=edit(layer, feature, laid=day))
    assert [(f.feature.layer, f.feature.feature_id) for f in found(project, "value.not_a_date")] == [
        (layer, feature)
    ]


def test_a_date_may_be_a_month_or_a_year(small_project: Callable[..., SmallProject]) -> None:
    dates = both(edit("surfaces", "C-L1", laid="2023-05"), edit("pipes", "C-PR", laid="2023"))
    assert not found(small_project(second=dates), "value.not_a_date")


def test_an_id_that_names_no_folder(small_project: Callable[..., SmallProject]) -> None:
    change: Change = both(edit("communities", "C", community_id="C/1"))
    assert [f.feature.feature_id for f in found(small_project(second=change), "name.unsafe_id")] == ["C/1"]


def test_a_missing_ground_level_comes_from_the_dem(small_project: Callable[..., SmallProject]) -> None:
    """A DEM that is 101.5 m high everywhere."""

    def unknown(frames: Frames) -> None:
        edit("nodes", "C-R1", ground_m=float("nan"))(frames)

    project = small_project(second=unknown)
    with rasterio.open(
        project.folder / "dem.tif",
        "w",
        driver="GTiff",
        height=60,
        width=140,
        count=1,
        dtype="float32",
        crs=CRS,
        transform=from_origin(X - 90, Y + 50, 1, 1),
    ) as dem:
        dem.write(np.full((60, 140), 100.5, dtype="float32"), 1)
    page = project.folder / "spongecalc.toml"
    page.write_text(page.read_text(encoding="utf-8") + '\n[layers.dem]\nsource = "dem.tif"\n', encoding="utf-8")
    own = found(project, "node.ground_from_dem")
    assert [(f.feature.feature_id, float(str(f.found["ground"]))) for f in own] == [("C-R1", 100.5)]


def test_a_database_without_its_drivers(
    small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    project = small_project()
    delivered(project, "pipes", "postgresql://engineer@127.0.0.1:1/survey", 'layer = "pipes"')
    assert [f.feature.layer for f in found(project, "database.no_driver")] == ["pipes"]


def test_a_view_that_fails_is_told_in_the_servers_words(
    postgis, small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    put(postgis, "refusing", "pipes", community("C", 2)["pipes"])
    execute(
        postgis,
        "create or replace view refusing.failing as "
        "select pipe_id, 1 / (length(pipe_id) - length(pipe_id)) as size, geometry from refusing.pipes",
    )
    project = small_project()
    delivered(project, "pipes", postgis.url, 'layer = "refusing.failing"')
    refused = found(project, "database.refused")
    assert [(f.feature.layer, f.feature.file) for f in refused] == [("pipes", postgis.url)]
    assert "division by zero" in refused[0].message("en")


def from_database(postgis, project: SmallProject, table: str, rule: str) -> Finding:
    """The one finding of a rule where the pipes come from a table."""
    delivered(project, "pipes", postgis.url, f'layer = "{table}"')
    (refused,) = found(project, rule)
    assert (refused.feature.layer, refused.feature.file) == ("pipes", postgis.url)
    return refused


def test_a_table_of_several_reference_systems(
    postgis, small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was read in that of its first row, and the others lay a thousand kilometres off."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    execute(
        postgis,
        "create schema if not exists mixed; create or replace view mixed.pipes as select 'A' as pipe_id, "
        "st_setsrid(st_makeline(st_point(0, 0), st_point(1, 0)), 4543) as geometry union all select 'B', "
        "st_setsrid(st_makeline(st_point(0, 0), st_point(1, 0)), 4547)",
    )
    refused = from_database(postgis, small_project(), "mixed.pipes", "database.mixed_srid")
    assert "4543, 4547" in refused.message("zh")


def test_a_table_that_the_user_may_not_read(
    postgis, small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    put(postgis, "closed", "pipes", community("C", 2)["pipes"])
    reader = user_of(postgis, "stranger")
    refused = from_database(reader, small_project(), "closed.pipes", "database.no_right")
    assert "stranger" in refused.message("en")
    assert "GRANT SELECT" in refused.action("en")


def test_a_database_without_postgis(
    postgis, small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    refused = from_database(postgis.of("postgres"), small_project(), "pipes", "database.no_postgis")
    assert "postgres" in refused.message("en")


def test_a_database_that_goes_away_while_it_is_read(
    postgis, small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The view ends the connection that reads it."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    execute(
        postgis,
        "create schema if not exists leaving",
        "create or replace view leaving.pipes as select 'A' as pipe_id, "
        "st_setsrid(st_point(0, 0), 4543) as geometry where pg_terminate_backend(pg_backend_pid())",
    )
    from_database(postgis, small_project(), "leaving.pipes", "database.lost")


def test_a_project_on_another_meridian_is_told_once(small_project: Callable[..., SmallProject]) -> None:
    """Its sources know their own grid, so that all fits together, 0.1 % too long."""
    project = small_project()
    page = project.folder / "spongecalc.toml"
    text = page.read_text(encoding="utf-8")
    code = int(CRS.removeprefix("EPSG:"))
    assert not found(project, "crs.not_made_for_place")
    page.write_text(text.replace(f'crs = "{CRS}"', f'crs = "EPSG:{code - 1}"', 1), encoding="utf-8")
    (told,) = found(project, "crs.not_made_for_place")
    assert told.found["meridian"] == 102
