"""Every form of input: how a sound file of it is made, and the product's own way of reading it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import ezdxf
import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pyproj
import rasterio
from affine import Affine
from scipy.io import netcdf_file

from spongecalc.catalogue.catalogue import shipped
from spongecalc.layers.claim_sheet import ClaimError, read_claim
from spongecalc.layers.finding import Finding
from spongecalc.layers.ground_sources import read_dem
from spongecalc.layers.level_file import LevelFileError, read_level_file
from spongecalc.layers.price_list import PriceError, read_prices
from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.delivery import Delivery
from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.form import form_of, read_raw
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.project.ground_settings import GroundSettings
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.load import ProjectError, load_project
from spongecalc.rainfall.measured_event import read_event
from spongecalc.rainfall.rain_file_error import RainFileError
from spongecalc.rainfall.read_series import read_series
from spongecalc.report.content.institute import InstituteError, read_institute
from spongecalc.report.render.template_folder import write_template
from spongecalc.report.tables.stored_tables import StoredTablesError, read_sources
from tests.mutations.answer import LANGUAGES, Answer, of_findings, of_refusal
from tests.small_project import CRS, ORIGIN_X, ORIGIN_Y, community
from tests.survey_forms import drawing, survey_tables

# The same sound files whenever they are made, so that the same seed gives the same damage.
ezdxf.options.write_fixed_meta_data_for_testing = True
pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
MODEL = """[TITLE]
a lane

[OPTIONS]
FLOW_UNITS LPS
START_DATE 01/01/2020
END_DATE 01/01/2020

[JUNCTIONS]
J1 99.0 1.5 0 0 0
J2 98.9 1.5 0 0 0

[OUTFALLS]
O1 98.7 FREE NO

[CONDUITS]
C1 J1 J2 20 0.011 0 0 0 0
C2 J2 O1 20 0.011 0 0 0 0

[XSECTIONS]
C1 CIRCULAR 0.3 0 0 0 1
C2 CIRCULAR 0.3 0 0 0 1

[TIMESERIES]
T 0:00 0
T 1:00 1.5

[INFLOWS]
J1 FLOW T FLOW 1 1 0

[COORDINATES]
J1 540010 2674008
J2 540025 2674008
O1 540040 2674008
"""
LAND = """<?xml version="1.0"?>
<LandXML xmlns="http://www.landxml.org/schema/LandXML-1.2" version="1.2"><Units><Metric areaUnit="squareMeter"
 linearUnit="meter" diameterUnit="millimeter"/></Units><PipeNetworks><PipeNetwork name="Rain" pipeNetType="storm">
<Structs><Struct name="Y1" elevRim="101.50" elevSump="99.60"><Center>2674008.0 540010.0</Center>
<CircStruct diameter="0.7"/><Invert elev="99.90" flowDir="out" refPipe="P1"/></Struct>
<Struct name="Y2" elevRim="101.20" elevSump="99.40"><Center>2674008.0 540050.0 101.2</Center>
<RectStruct length="1" width="1"/><Invert elev="99.70" flowDir="in" refPipe="P1"/></Struct></Structs>
<Pipes><Pipe name="P1" refStart="Y1" refEnd="Y2" length="40.0" slope="0.005"><CircPipe diameter="300"
 thickness="30" material="HDPE" mannings="0.010"/></Pipe></Pipes></PipeNetwork></PipeNetworks></LandXML>
"""
ISYBAU = """<?xml version="1.0" encoding="utf-8"?>
<Identifikation xmlns="http://www.ofd-hannover.la/Identifikation"><Version>2013-02</Version><Datenkollektive>
<Stammdatenkollektiv><Kennung>STA01</Kennung><AbwassertechnischeAnlage><Objektbezeichnung>S1</Objektbezeichnung>
<Entwaesserungsart>KR</Entwaesserungsart><Status>0</Status><Knoten><KnotenTyp>0</KnotenTyp><Schacht></Schacht></Knoten>
<Geometrie><CRSLage>ETRS89_UTM32</CRSLage><Geometriedaten><Knoten><Punkt><Rechtswert>500000.0</Rechtswert>
<Hochwert>5500000.0</Hochwert><Punkthoehe>98.5</Punkthoehe><PunktattributAbwasser>SMP</PunktattributAbwasser></Punkt>
</Knoten></Geometriedaten></Geometrie></AbwassertechnischeAnlage></Stammdatenkollektiv></Datenkollektive>
</Identifikation>
"""


@dataclass(frozen=True)
class Form:
    """A form: ``write`` makes its sound files in a folder and names them.

    ``read`` is the form's own reader; ``whole`` takes what it gave to the contract, and looks into the file as
    ``spongecalc sources`` does.
    """

    name: str
    write: Callable[[Path], list[str]]
    read: Callable[[Path], Answer]
    whole: Callable[[Path], Answer] | None = None
    sources: Mapping[str, list[LayerSource]] = field(default_factory=dict)

    def answer(self, folder: Path, *, whole: bool) -> Answer:
        """The answer to the files of a folder."""
        return (self.whole if whole and self.whole is not None else self.read)(folder)


def frames() -> dict[str, gpd.GeoDataFrame]:
    """The layers of one community."""
    return community("C", 2)


def by_reader(folder: Path, sources: dict[str, list[LayerSource]]) -> Answer:
    """The answer of the reader of a form alone."""
    answer = Answer()
    delivery = Delivery(
        folder, *([s for s in sources.get(n, ()) if form_of(s) == "survey"] for n in ("nodes", "pipes"))
    )
    for layer, given in sources.items():
        try:
            raw = read_raw(folder, layer, given[0], shipped(), (), delivery)
        except SourceRefusedError as refused:
            answer = _of_one(
                Finding(refused.rule, found={"file": given[0].source, "layer": layer, **refused.found}),
                given[0].source,
            )
            continue
        for note in raw.notes:
            Finding(note.rule, found={"file": given[0].source, "layer": layer, **note.found}).message("zh")
    return answer


def ground_read(folder: Path, sources: dict[str, list[LayerSource]]) -> Answer:
    """The answer of the reader of ground, and of a piece cut out of it."""
    source, crs = sources["dem"][0], pyproj.CRS.from_user_input(CRS)
    near = frames()["communities"]
    dem, findings, refused = read_dem(folder, [source], [source.source], crs, near, GroundSettings(), stated=True)
    more = _of_ground(dem, crs) if dem is not None else []
    return of_findings(
        (*findings, *more), [*(s.refused for s in refused), *(f.rule for f in more)], [source.source]
    )


def layers_read(folder: Path, sources: dict[str, list[LayerSource]], crs: str | None = CRS) -> Answer:
    """The answer of the reader of layers, and of the command that looks into a source."""
    layers, findings = read_layers(folder, sources, crs)
    files = [s.source for given in sources.values() for s in given]
    if layers.dem is not None:
        findings = (*findings, *_of_ground(layers.dem, layers.crs))
    told = of_findings(findings, [s.refused for s in layers.read if s.refused], files)
    seen = _looked_into(folder, files[0])
    return Answer(told.rule, (*told.faults, *seen.faults), (*told.wordless, *seen.wordless))


def _of_ground(dem: object, crs: object) -> list[Finding]:
    from spongecalc.layers.dem import GroundError
    from spongecalc.layers.feature import Feature

    try:
        dem.piece((ORIGIN_X + 80, ORIGIN_Y, ORIGIN_X + 120, ORIGIN_Y + 40), crs)
        return []
    except GroundError as refusal:
        return [Finding(refusal.rule, Feature("dem"), {"layer": "dem", **refusal.found})]


def _looked_into(folder: Path, source: str) -> Answer:
    try:
        describe(source, folder)
        return Answer()
    except SourceRefusedError as refusal:
        found = Finding(refusal.rule, found={"file": source, "layer": source, **refusal.found})
        return of_findings([found], [], [source])


Sources = dict[str, list[LayerSource]]


def layered(name: str, write: Callable[[Path], list[str]], sources: Sources, crs: str | None = CRS) -> Form:
    """A form that holds layers, by its sources."""
    return Form(name, write, lambda f: by_reader(f, sources), lambda f: layers_read(f, sources, crs), sources)


def layer_form(
    name: str, file: str, layers: tuple[str, ...], write: Callable[[Path], list[str]], **more: object
) -> Form:
    """A form that holds layers of the contract."""

    sources = {n: [LayerSource(source=file, layer=n if len(layers) > 1 else None, **more)] for n in layers}
    return layered(name, write, sources)


def by_driver(
    name: str,
    file: str,
    driver: str,
    layer: str = "pipes",
    *,
    degrees: bool = False,
    layer_name: str | None = None,
    **more: object,
) -> Form:
    """A form that GDAL writes, with one layer."""

    def write(folder: Path) -> list[str]:
        before = set(folder.iterdir())
        frame = frames()[layer]
        frame = frame.to_crs(4326) if degrees else frame
        pyogrio.write_dataframe(frame, folder / file, driver=driver, **more)
        made = sorted(p for p in folder.rglob("*") if p.is_file() and p not in before)
        return [p.relative_to(folder).as_posix() for p in made]

    sources = {layer: [LayerSource(source=file, layer=layer_name)]}
    return layered(name, write, sources)


def _gpkg(folder: Path) -> list[str]:
    for layer in BOTH:
        pyogrio.write_dataframe(frames()[layer], folder / "s.gpkg", layer=layer, driver="GPKG")
    return ["s.gpkg"]


def _survey(suffix: str) -> Form:
    def write(folder: Path) -> list[str]:
        wanted = frames()
        wanted["nodes"] = wanted["nodes"].assign(
            outfall_level_m=None, receiver_capacity_l_s=None, community_id="C"
        )
        wanted["pipes"] = wanted["pipes"].assign(shape="circular", year=2001, community_id="C", width_mm=None)
        survey_tables(wanted, folder, suffix)
        return [f"points{suffix}", f"lines{suffix}"]

    nodes = LayerSource(source=f"points{suffix}", crs=CRS)
    pipes = LayerSource(source=f"lines{suffix}", points=f"points{suffix}", crs=CRS)
    return layered(f"survey{suffix}", write, {"nodes": [nodes], "pipes": [pipes]})


def _drawing(name: str, fmt: str) -> Form:
    def write(folder: Path) -> list[str]:
        wanted = frames()
        wanted["nodes"] = wanted["nodes"].assign(
            outfall_level_m=None, receiver_capacity_l_s=None, community_id="C"
        )
        wanted["pipes"] = wanted["pipes"].assign(shape="circular", community_id="C")
        drawing(wanted, folder / "s.dxf")
        if fmt == "bin":
            ezdxf.readfile(folder / "s.dxf").saveas(folder / "s.dxf", fmt="bin")
        return ["s.dxf"]

    sources = {
        "nodes": [LayerSource(source="s.dxf", layer="YS_POINT", crs=CRS, constants={"system": "storm"})],
        "pipes": [LayerSource(source="s.dxf", layer="YS_LINE", crs=CRS, constants={"system": "storm"})],
    }
    return layered(name, write, sources)


def text_form(name: str, file: str, content: str, layers: tuple[str, ...], crs: str = CRS) -> Form:
    """A form that is a text, with layers of the contract."""

    def write(folder: Path) -> list[str]:
        (folder / file).write_text(content, encoding="utf-8")
        return [file]

    return layered(name, write, {n: [LayerSource(source=file, crs=crs)] for n in layers}, crs)


def _raster(folder: Path) -> list[str]:
    shape = {"driver": "GTiff", "height": 60, "width": 60, "count": 1, "dtype": "float32", "crs": CRS}
    place = {
        "transform": Affine(1, 0, ORIGIN_X + 70, 0, -1, ORIGIN_Y + 50),
        "nodata": -9999,
        "compress": "deflate",
    }
    with rasterio.open(folder / "s.tif", "w", **shape, **place) as out:
        out.write(np.linspace(99, 101, 3600, dtype="float32").reshape(60, 60), 1)
    return ["s.tif"]


def _ground(name: str, file: str, write: Callable[[Path], list[str]]) -> Form:
    sources = {"dem": [LayerSource(source=file, crs=CRS)]}
    return Form(name, write, lambda f: ground_read(f, sources), lambda f: layers_read(f, sources), sources)


def _grid_text(folder: Path) -> list[str]:
    rows = "\n".join(" ".join(f"{100 + r / 10 + c / 20:.2f}" for c in range(20)) for r in range(20))
    head = (
        f"ncols 20\nnrows 20\nxllcorner {ORIGIN_X + 80}\nyllcorner {ORIGIN_Y}\ncellsize 2\nNODATA_value -9999\n"
    )
    (folder / "s.asc").write_text(head + rows + "\n")
    return ["s.asc"]


def _points(folder: Path) -> list[str]:
    lines = [
        f"{ORIGIN_X + 76 + 5 * a},{ORIGIN_Y + 4 * b + a % 2},{100 + a / 10}" for a in range(10) for b in range(10)
    ]
    (folder / "s.xyz").write_text("x,y,z\n" + "\n".join(lines) + "\n")
    return ["s.xyz"]


def refusal(error: Exception, file: str) -> Answer:
    """The answer of a refusal that a finding or a sentence tells."""
    if isinstance(error, RainFileError):
        return of_refusal(error.rule, [error.fault.sentence(x) for x in LANGUAGES], error.fault.found, file)
    if isinstance(error, ProjectError):
        causes = [m.fault.found if m.fault else m.found for m in error.mistakes]
        return of_refusal("project", [s for x in LANGUAGES for s in error.sentences(x)], causes[0], file)
    if isinstance(error, InstituteError):
        return of_refusal(error.rule, [error.sentence(x) for x in LANGUAGES], error.values.get("reason"))
    found = Finding(error.rule, found=error.found)  # type: ignore[attr-defined]
    return _of_one(found, file)


def _of_one(found: Finding, file: str) -> Answer:
    told = of_findings([found], [], [file])
    named = all(file in found.message(x) for x in LANGUAGES)
    return Answer(
        found.rule, told.faults, told.wordless if named else (*told.wordless, f"{found.rule} names no file")
    )


def file_form(
    name: str,
    file: str,
    content: bytes | Callable[[Path], None],
    read: Callable[[Path], object],
    *refused: type[Exception],
) -> Form:
    """A form of one file that a reader of its own reads."""

    def write(folder: Path) -> list[str]:
        if callable(content):
            content(folder / file)
        else:
            (folder / file).write_bytes(content)
        return [file]

    def answer(folder: Path) -> Answer:
        try:
            read(folder / file)
            return Answer()
        except refused as error:
            return refusal(error, file)

    return Form(name, write, answer)


def _sheet(rows: list[list[object]]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)

    return write


def _netcdf(path: Path) -> None:
    with netcdf_file(path, "w") as file:
        file.createDimension("time", 24)
        clock = file.createVariable("time", "d", ("time",))
        clock.units = "hours since 2001-01-01 00:00:00"
        clock[:] = np.arange(24)
        rain = file.createVariable("precip", "d", ("time",))
        rain.units = "mm"
        rain[:] = np.arange(24) % 3


def _netcdf_4(path: Path) -> None:
    import h5netcdf.legacyapi

    with h5netcdf.legacyapi.Dataset(path, "w") as file:
        file.createDimension("time", 24)
        clock = file.createVariable("time", "i4", ("time",))
        clock.units = "minutes since 2001-01-01 00:00:00"
        clock[:] = np.arange(24) * 60
        rain = file.createVariable("tp", "i2", ("time",), fill_value=-32768)
        rain.units, rain.scale_factor, rain.add_offset = "mm", 0.1, 1.0
        rain[:] = np.arange(24, dtype="i2")


RAIN = [["time", "rain_mm"], *[[f"2001-06-01 {h:02d}:00", h % 4] for h in range(24)]]
RAIN_TEXT = "\n".join(",".join(str(c) for c in row) for row in RAIN).encode() + b"\n"
RAIN_DAT = "\n".join(f"S 2001 6 1 {h} 0 {1 + h % 3}.0" for h in range(12)).encode() + b"\n"
GHCN = (
    "\n".join(
        f"CHM00056778{2001}{month:02d}PRCP" + "".join(f"{(d * 7) % 60:5d}   " for d in range(31))
        for month in (6, 7)
    ).encode()
    + b"\n"
)
CLAIM = [["管段编号", "长度", "管径", "类别"], *[[f"P{n}", 10.5 + n, "DN300", "雨水"] for n in range(12)]]
LEVELS = b"hours,level_m\n0,98.5\n1,98.9\n2.5,99.2\n"
PRICES = (
    b"item,system,diameter_mm,unit,unit_price,source\npipe,storm,300,m,420.5,list\npipe,sewage,200,m,310,list\n"
)
TOML = """name = "a lane"
language = "en"
crs = "EPSG:4543"
communities = []

[layers.communities]
source = "s.gpkg"
layer = "communities"

[rainfall]
formula = "昆明 (新)"

[[storms]]
return_period = "3 a"
duration = "2 h"

[simulation]
recession = "1 h"
""".replace("communities = []\n", "")
TEMPLATE = """institute = "某某设计院"
document_no = "SC-2026-07"
lines = ["工程编号 12"]
order = ["communities", "basis", "sign"]
[text.zh]
basis = "第一段。"
"""


def _template(folder: Path) -> list[str]:
    write_template(folder)
    (folder / "template.toml").write_text(TEMPLATE, encoding="utf-8")
    (folder / "page.css").write_text("h1 { color: #0a4f8a }\n", encoding="utf-8")
    return ["template.toml", "report.typ", "page.css"]


def _read_template(folder: Path) -> Answer:
    try:
        read_institute(folder)
        return Answer()
    except InstituteError as error:
        return refusal(error, "")


def _results(folder: Path) -> list[str]:
    (folder / "communities.csv").write_text("community_id,storm_m\nA,30.0\nTOTAL,30.0\n", encoding="utf-8")
    (folder / "findings.csv").write_text("severity,rule,message\ninfo,layer.not_given,x\n", encoding="utf-8")
    pyogrio.write_dataframe(frames()["pipes"], folder / "spongecalc.gpkg", layer="pipes", driver="GPKG")
    return ["communities.csv", "findings.csv", "spongecalc.gpkg"]


def _read_results(folder: Path) -> Answer:
    try:
        read_sources(folder)
        return Answer()
    except StoredTablesError as error:
        return of_refusal("stored", [str(error)], getattr(error.__cause__, "cause", None))


def _geojson(folder: Path) -> list[str]:
    pyogrio.write_dataframe(frames()["pipes"].to_crs(4326), folder / "s.geojson", driver="GeoJSON")
    document = json.loads((folder / "s.geojson").read_text(encoding="utf-8"))
    (folder / "s.geojson").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    return ["s.geojson"]


CASS = "".join(
    f"{n},YSJ,{ORIGIN_X + 80 + 3 * n:.3f},{ORIGIN_Y + 8:.3f},{100 + n / 50:.2f}\n" for n in range(1, 12)
)
BOTH = ("nodes", "pipes")
FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        layer_form("gpkg", "s.gpkg", BOTH, _gpkg),
        by_driver("shapefile", "s.shp", "ESRI Shapefile", encoding="GBK"),
        layer_form("geojson", "s.geojson", ("pipes",), _geojson),
        by_driver("flatgeobuf", "s.fgb", "FlatGeobuf"),
        by_driver("kml", "s.kml", "KML", degrees=True),
        by_driver("gml", "s.gml", "GML"),
        by_driver(
            "gpx",
            "s.gpx",
            "GPX",
            "nodes",
            degrees=True,
            layer_name="waypoints",
            dataset_options={"GPX_USE_EXTENSIONS": "YES"},
        ),
        by_driver("mapinfo-tab", "s.tab", "MapInfo File"),
        by_driver("mapinfo-mif", "s.mif", "MapInfo File"),
        by_driver("filegdb", "s.gdb", "OpenFileGDB"),
        _survey(".xlsx"),
        _survey(".csv"),
        _drawing("dxf", "asc"),
        _drawing("dxf-binary", "bin"),
        text_form("cass", "s.dat", CASS, ("nodes",)),
        text_form("inp", "s.inp", MODEL, ("nodes", "pipes")),
        text_form("landxml", "s.xml", LAND, ("nodes", "pipes")),
        text_form("isybau", "s.xml", ISYBAU, ("nodes", "pipes"), "EPSG:25832"),
        _ground("geotiff", "s.tif", _raster),
        _ground("grid-text", "s.asc", _grid_text),
        _ground("points", "s.xyz", _points),
        file_form("rain-csv", "r.csv", RAIN_TEXT, read_series, RainFileError),
        file_form("rain-gz", "r.csv.gz", gzip.compress(RAIN_TEXT, mtime=0), read_series, RainFileError),
        file_form("rain-xlsx", "r.xlsx", _sheet(RAIN), read_series, RainFileError),
        file_form("rain-dat", "r.dat", RAIN_DAT, read_series, RainFileError),
        file_form("rain-ghcn", "r.dly", GHCN, read_series, RainFileError),
        file_form("netcdf", "r.nc", _netcdf, read_series, RainFileError),
        file_form("netcdf-4", "r.nc", _netcdf_4, read_series, RainFileError),
        file_form("storm", "storm.csv", RAIN_TEXT, read_event, RainFileError),
        file_form("levels", "l.csv", LEVELS, lambda p: read_level_file(p, p.name), LevelFileError),
        file_form("claim-xlsx", "c.xlsx", _sheet(CLAIM), read_claim, ClaimError),
        file_form(
            "claim-csv", "c.csv", "\n".join(",".join(map(str, r)) for r in CLAIM).encode(), read_claim, ClaimError
        ),
        file_form("prices", "p.csv", PRICES, read_prices, PriceError),
        file_form("project", "spongecalc.toml", TOML.encode(), load_project, ProjectError),
        Form("template", _template, _read_template),
        Form("results", _results, _read_results),
    )
}
