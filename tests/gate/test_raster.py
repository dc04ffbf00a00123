"""The gate's rasters: by the drivers of the name, and led nowhere by what lies beside or within."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from shapely import box
from tests.listener import Listener, listening

from spongecalc.gate import raster
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.forms_by_name import RASTER_DRIVERS, VECTOR_DRIVERS
from spongecalc.gate.gdal_drivers import MEMORY
from spongecalc.gate.input_refused import UnreadableError
from spongecalc.gate.limits import Limits
from spongecalc.gate.territory import claim
from spongecalc.layers.finding import Finding
from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.raw import SourceRefusedError

GRID = "ncols 3\nnrows 3\nxllcorner 540000\nyllcorner 2674000\ncellsize 1\n1 2 3\n4 5 6\n7 8 9\n"


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener that has not been asked when the test ends."""
    with listening() as heard:
        yield heard
        assert heard.asked == []


def write(path: Path, driver: str = "GTiff", *, overviews: str = "") -> Path:
    with rasterio.open(
        path,
        "w",
        driver=driver,
        width=60,
        height=40,
        count=1,
        dtype="float32",
        crs="EPSG:4543",
        transform=Affine(1, 0, 540000, 0, -1, 2674040),
    ) as out:
        out.write(np.full((40, 60), 1600.0, "float32"), 1)
        if overviews:
            out.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=overviews)
    return path


def mean(path: Path) -> float:
    """The mean level, through the gate."""
    with Entrance(path, "raster", "dem"), raster.opened(path) as held:
        held.read(1, out_shape=(4, 6))
        return float(held.read(1, masked=True).mean())


def refusal(path: Path) -> UnreadableError:
    with pytest.raises(UnreadableError) as refused:
        mean(path)
    for language in ("zh", "en"):
        assert refused.value.cause.sentence(language)
    return refused.value


@pytest.mark.parametrize(("name", "driver"), [("a.tif", "GTiff"), ("a.tiff", "GTiff"), ("a.img", "HFA")])
def test_a_raster_is_read_and_nothing_is_put_beside_it(tmp_path: Path, name: str, driver: str) -> None:
    write(tmp_path / name, driver)
    before = {p: p.stat().st_mtime_ns for p in sorted(tmp_path.iterdir())}
    assert mean(tmp_path / name) == 1600
    assert {p: p.stat().st_mtime_ns for p in sorted(tmp_path.iterdir())} == before


@pytest.mark.parametrize("name", ["a.asc", "a.grd", "a.txt", "a.dem"])
def test_a_grid_in_text_is_read_under_its_endings(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(GRID)
    assert mean(tmp_path / name) == 5
    assert [p.name for p in tmp_path.iterdir()] == [name]


VIRTUAL = (
    '<VRTDataset rasterXSize="60" rasterYSize="40"><SRS>EPSG:4543</SRS>'
    "<GeoTransform>540000, 1, 0, 2674040, 0, -1</GeoTransform>{more}"
    '<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename relativeToVRT="{relative}">{tile}'
    "</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
)


def virtual(tile: str, relative: int | str = 1, more: str = "") -> str:
    return VIRTUAL.format(tile=tile, relative=relative, more=more)


SERVICES = {
    "VRT": virtual("/vsicurl/{url}/a.tif", 0),
    "WCS": "<WCS_GDAL><ServiceURL>{url}/wcs?</ServiceURL><CoverageName>a</CoverageName></WCS_GDAL>",
    "WMS": '<!-- a --><GDAL_WMS><Service name="TMS"><ServerUrl>{url}/t</ServerUrl></Service></GDAL_WMS>',
}


@pytest.mark.parametrize("name", ["a.tif", "a.img", "a.jp2", "a.nc", "a.hgt", "a.bil", "a.asc", "a.unknown"])
@pytest.mark.parametrize("kind", SERVICES)
def test_a_raster_that_points_elsewhere_is_named(
    tmp_path: Path, listener: Listener, name: str, kind: str
) -> None:
    (tmp_path / name).write_text(SERVICES[kind].replace("{url}", listener.url))
    refused = refusal(tmp_path / name)
    assert refused.cause.kind == "pointer"
    assert kind in refused.cause.sentence("zh")


@pytest.mark.parametrize("beside", ["tags", "aux", "ovr", "msk"])
def test_overviews_and_masks_elsewhere_are_not_asked_for(tmp_path: Path, listener: Listener, beside: str) -> None:
    """Told to read coarser, GDAL opens whatever file or address the raster says its overviews are in."""
    there = f"/vsicurl/{listener.url}/coarse.tif"
    path = write(tmp_path / "a.tif", overviews=there if beside == "tags" else "")
    if beside == "aux":
        item = f'<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{there}</MDI></Metadata>'
        (tmp_path / "a.tif.aux.xml").write_text(f"<PAMDataset>{item}</PAMDataset>")
    elif beside != "tags":
        (tmp_path / f"a.tif.{beside}").write_text(virtual(there, 0))
    assert refusal(path).cause.kind == "pointer"


def test_tiles_side_by_side_are_read(tmp_path: Path) -> None:
    (tmp_path / "tiles").mkdir()
    write(tmp_path / "tiles" / "a.tif")
    (tmp_path / "dem.vrt").write_text(virtual("tiles/a.tif"))
    assert mean(tmp_path / "dem.vrt") == 1600
    claim(tmp_path)
    (tmp_path / "dem.vrt").write_text(virtual((tmp_path / "tiles" / "a.tif").as_posix(), 0))
    assert mean(tmp_path / "dem.vrt") == 1600


OF_CELLS = {
    "Histograms": (
        "<Histograms><HistItem><HistMin>1599</HistMin><HistMax>1601</HistMax><BucketCount>2</BucketCount>"
        "<IncludeOutOfRange>1</IncludeOutOfRange><Approximate>0</Approximate><HistCounts>0|2400</HistCounts>"
        "</HistItem></Histograms>"
    ),
    "CategoryNames": "<CategoryNames><Category>level</Category></CategoryNames>",
    "ColorTable": '<ColorTable><Entry c1="1" c2="2" c3="3" c4="255"/></ColorTable>',
    "UnitType": "<UnitType>m</UnitType>",
}


@pytest.mark.parametrize("part", [*OF_CELLS, "OverviewList"])
def test_what_gdal_writes_of_the_cells_does_not_hinder(tmp_path: Path, part: str) -> None:
    write(tmp_path / "a.tif")
    overviews = "<OverviewList>2 4</OverviewList>" if part == "OverviewList" else ""
    made = virtual("a.tif", more=overviews)
    made = made.replace("<SimpleSource>", f"{OF_CELLS.get(part, '')}<SimpleSource>")
    assert f"<{part}" in made
    (tmp_path / "dem.vrt").write_text(made)
    assert mean(tmp_path / "dem.vrt") == 1600


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (virtual("a.tif", more="<PansharpeningOptions/>"), "virtual raster with PansharpeningOptions"),
        (virtual("gone.tif"), "VRT: gone.tif"),
        (virtual("a.tif")[:300], "breaks off in line 1 ("),
        ("", "it is empty"),
    ],
)
def test_sources_says_of_a_virtual_raster_what_the_raster_s_reader_says(
    tmp_path: Path, change: str, said: str
) -> None:
    write(tmp_path / "a.tif")
    (tmp_path / "dem.vrt").write_text(change)
    with pytest.raises(SourceRefusedError) as refused:
        describe("dem.vrt", tmp_path)
    found = {"file": "dem.vrt", "layer": "dem", **refused.value.found}
    assert said in Finding(refused.value.rule, found=found).message("en")


def test_tiles_outside_the_folder_are_not_opened(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    write(tmp_path / "a.tif")
    (project / "dem.vrt").write_text(virtual("../a.tif"))
    assert refusal(project / "dem.vrt").cause.kind == "outside"
    claim(project, ["../a.tif"])
    assert mean(project / "dem.vrt") == 1600


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (virtual("b.vrt"), "pointer"),
        (virtual("gone.tif"), "pointer"),
        (virtual("a.tif", "true"), "pointer"),
        (virtual("a.tif", 2), "pointer"),
        (virtual("a.tif", "1a"), "pointer"),
        (virtual("a.tif", 0), "pointer"),
        (virtual("a.tif "), "pointer"),
        (virtual("a<!-- -->.tif"), "pointer"),
        (virtual("<![CDATA[a.tif]]>"), "pointer"),
        (virtual("a.tif").replace('dataType="Float32" band', 'SUBCLASS="VRTRawRasterBand" band'), "mosaic"),
        (virtual("a.tif").replace('dataType="Float32" band', 'subClass="VRTDerivedRasterBand" band'), "mosaic"),
        (virtual("a.tif", more="<Overview/>"), "mosaic"),
        (virtual("a.tif", more="<PansharpeningOptions/>"), "mosaic"),
        ("<!DOCTYPE VRTDataset>" + virtual("a.tif"), "pointer"),
    ],
)
def test_a_virtual_raster_that_is_more_than_tiles_is_not_read(tmp_path: Path, change: str, kind: str) -> None:
    write(tmp_path / "a.tif")
    (tmp_path / "b.vrt").write_text(virtual("a.tif"))
    (tmp_path / "dem.vrt").write_text(change)
    assert refusal(tmp_path / "dem.vrt").cause.kind == kind


def test_netcdf_that_takes_its_values_from_another_file_is_not_read(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "b.h5", "w") as other:
        other["z"] = np.ones((3, 3))
    with h5py.File(tmp_path / "a.nc", "w") as held:
        held["z"] = h5py.ExternalLink("b.h5", "/z")
    assert refusal(tmp_path / "a.nc").cause.kind == "pointer"
    with h5py.File(tmp_path / "c.nc", "w") as held:
        layout = h5py.VirtualLayout(shape=(3, 3), dtype="f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "b.h5"), "z", shape=(3, 3))
        held.create_virtual_dataset("z", layout)
    assert refusal(tmp_path / "c.nc").cause.kind == "pointer"


def test_more_cells_at_a_time_than_allowed_name_the_setting(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif")
    claim(tmp_path, limits=Limits(raster_limit=2399))
    with pytest.raises(UnreadableError) as refused, Entrance(path, "raster"), raster.opened(path) as held:
        raster.refuse_cells(held.width * held.height)
    for language in ("zh", "en"):
        assert "raster_limit" in refused.value.cause.sentence(language)
        assert "2,400" in refused.value.cause.sentence(language)


def test_only_listed_drivers_stay_for_tiles_too(tmp_path: Path) -> None:
    """GDAL opens tiles by itself, when their cells are asked for."""
    write(tmp_path / "a.tif")
    assert mean(tmp_path / "a.tif") == 1600
    with rasterio.Env() as environment:
        assert set(environment.drivers()) <= {*RASTER_DRIVERS, *VECTOR_DRIVERS, *MEMORY}
        assert {"GTiff", "HFA", "VRT"} <= set(environment.drivers())


@pytest.mark.parametrize("within", ["with rasterio.Env(): read()", "read()", "Thread(target=read).start()"])
def test_the_drivers_are_closed_in_a_process_of_its_own(tmp_path: Path, within: str) -> None:
    """Though rasterio was loaded before, and whether or not a caller has entered an environment of its own."""
    path = write(tmp_path / "a.tif")
    code = (
        "import rasterio, sys; from pathlib import Path; from threading import Thread\n"
        "from spongecalc.gate import raster; from spongecalc.gate.entrance import Entrance\n"
        "def drivers():\n    with rasterio.Env() as environment: return set(environment.drivers())\n"
        "assert {'WMS', 'GTI', 'PDS'} <= drivers()\n"
        "def read():\n    path = Path(sys.argv[1])\n"
        "    with Entrance(path, 'raster'), raster.opened(path) as held: assert held.read(1).mean() == 1600\n"
        "    assert not {'WMS', 'GTI', 'PDS', 'HTTP', 'STACTA'} & drivers()\n"
        "    print('read')\n"
        f"{within}\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=False, text=True)
    assert ran.stdout == "read\n", ran.stderr


@pytest.mark.parametrize("thread", [False, True])
def test_the_ways_into_the_net_stay_closed_while_a_raster_is_open(tmp_path: Path, thread: bool) -> None:
    write(tmp_path / "a.tif")

    def proxy() -> object:
        with Entrance(tmp_path / "a.tif", "raster"), raster.opened(tmp_path / "a.tif"):
            return rasterio._env.get_gdal_config("GDAL_HTTP_PROXY")

    with ThreadPoolExecutor(1) as pool:
        assert (pool.submit(proxy).result() if thread else proxy()) == "http://127.0.0.1:0"


TILE_MAP = (
    '<TileMap version="1.0.0" tilemapservice="http://tms.osgeo.org/1.0.0"><Title>a</Title><SRS>EPSG:4543</SRS>'
    '<BoundingBox minx="540000" miny="2674000" maxx="540060" maxy="2674040"/><Origin x="540000" y="2674000"/>'
    '<TileFormat width="60" height="40" mime-type="image/png" extension="png"/><TileSets profile="none">'
    '<TileSet href="{url}/0" units-per-pixel="1" order="0"/></TileSets></TileMap>'
)


@pytest.mark.parametrize("name", ["tile.xml", "tile.tif", "tile", "tile.img"])
@pytest.mark.parametrize(
    "content",
    [TILE_MAP, "<Other/>" + TILE_MAP, "a text", "\0\0\0", "EHFA_HEADER_TAG" + virtual("/vsicurl/{url}/a.tif", 0)],
)
def test_a_tile_is_of_a_form_whose_beginning_leaves_no_doubt(
    tmp_path: Path, listener: Listener, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content.replace("{url}", listener.url))
    (tmp_path / "dem.vrt").write_text(virtual(name))
    assert refusal(tmp_path / "dem.vrt").cause.kind == "tile"


def test_an_index_of_tiles_is_no_tile(tmp_path: Path) -> None:
    """GDAL reads a GeoPackage of such a name as a list of rasters, wherever they lie."""
    project = tmp_path / "project"
    project.mkdir()
    outside = write(tmp_path / "outside.tif")
    index = gpd.GeoDataFrame(
        {"location": [str(outside)]}, geometry=[box(540000, 2674000, 540060, 2674040)], crs="EPSG:4543"
    )
    index.to_file(project / "x.gti.gpkg", layer="index", driver="GPKG")
    (project / "dem.vrt").write_text(virtual("x.gti.gpkg"))
    assert refusal(project / "dem.vrt").cause.kind == "tile"


def test_overviews_of_a_tile_are_not_asked_for_elsewhere(tmp_path: Path, listener: Listener) -> None:
    for key in ("OVERVIEW_FILE", "Overview_File"):
        path = write(tmp_path / "a.tif")
        with rasterio.open(path, "r+") as held:
            held.update_tags(ns="OVERVIEWS", **{key: f"/vsicurl/{listener.url}/coarse.tif"})
        (tmp_path / "dem.vrt").write_text(virtual("a.tif"))
        assert refusal(tmp_path / "dem.vrt").cause.kind == "pointer"


def test_a_virtual_raster_that_a_zero_hides_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "a.tif")
    (tmp_path / "dem.vrt").write_bytes(b"<VRTDataset a='\0'" + virtual("../a.tif").encode()[11:])
    assert refusal(tmp_path / "dem.vrt").cause.kind == "no_such_form"


def test_links_behind_a_block_of_the_users_own_are_not_followed(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "b.h5", "w") as other:
        other["z"] = np.ones((3, 3))
    with h5py.File(tmp_path / "a.nc", "w", userblock_size=512) as held:
        held["z"] = h5py.ExternalLink("b.h5", "/z")
    assert refusal(tmp_path / "a.nc").cause.kind == "no_such_form"


@pytest.mark.parametrize("name", ["a.tif", "a.img", "a.jp2", "a.nc", "a.vrt", "a.gpkg"])
@pytest.mark.parametrize(
    ("content", "kind"), [(b"\0\1", "no_such_form"), (b"a b", "no_such_form"), (b"", "empty")]
)
def test_a_file_that_begins_as_none_of_its_form_is_called_damaged(
    tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    (tmp_path / name).write_bytes(content)
    refused = refusal(tmp_path / name)
    assert refused.cause.kind == kind
    assert not refused.cause.turned_away
    assert tmp_path.joinpath(name).suffix in refused.cause.sentence("zh")


def test_an_arc_grid_may_begin_as_a_shapefile_does(tmp_path: Path) -> None:
    """Both write 9994 first; the driver alone tells what is amiss in one that is cut."""
    (tmp_path / "w001001.adf").write_bytes(b"\0\0\x27\x0a" + bytes(96))
    assert refusal(tmp_path / "w001001.adf").cause.kind == "library"


def test_what_describes_a_raster_may_be_no_larger_than_a_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif")
    (tmp_path / "a.tif.aux.xml").write_text(f"<PAMDataset>{' ' * 2000}</PAMDataset>")
    assert mean(path) == 1600
    claim(tmp_path, limits=Limits(text_limit_mb=0.001))
    assert "text_limit" in refusal(path).cause.sentence("en")
