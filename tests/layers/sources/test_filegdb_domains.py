"""Domains of a FileGDB: codes are read as their descriptions, unless the project speaks of the codes itself."""

from __future__ import annotations

import ctypes
from pathlib import Path
from xml.etree.ElementTree import fromstring

import geopandas as gpd
import pyogrio
import pytest
from shapely import LineString

from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.filegdb_domains import coded_values, subtype_names
from spongecalc.project.layer_source import LayerSource

GRID = "EPSG:4543"
# GDAL's kinds of fields, and its flags to open for writing and to change a field's domain.
INTEGER, TEXT = 0, 4
WRITE, DOMAIN = 0x05, 0x40


class Coded(ctypes.Structure):
    """A code and its description, as GDAL's C interface has them."""

    _fields_ = (("code", ctypes.c_char_p), ("value", ctypes.c_char_p))


def gdal() -> ctypes.CDLL:
    """The GDAL library that pyogrio's wheel brings: pyogrio itself writes no domains."""
    folder = Path(pyogrio.__file__).parents[1] / "pyogrio.libs"
    found = sorted(folder.glob("libgdal*.so*"))
    if not found:
        pytest.skip("pyogrio is not installed from a wheel")
    library = ctypes.CDLL(str(found[0]))
    for name, arguments in {
        "GDALOpenEx": [ctypes.c_char_p, ctypes.c_uint, *[ctypes.c_void_p] * 3],
        "OGR_CodedFldDomain_Create": [
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_int,
            ctypes.c_int,
            ctypes.c_void_p,
        ],
        "GDALDatasetGetLayerByName": [ctypes.c_void_p, ctypes.c_char_p],
        "OGR_L_GetLayerDefn": [ctypes.c_void_p],
        "OGR_Fld_Create": [ctypes.c_char_p, ctypes.c_int],
    }.items():
        function = getattr(library, name)
        function.restype, function.argtypes = ctypes.c_void_p, arguments
    library.GDALDatasetAddFieldDomain.argtypes = [ctypes.c_void_p] * 3
    library.GDALDatasetAddFieldDomain.restype = ctypes.c_bool
    library.OGR_FD_GetFieldIndex.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    library.OGR_Fld_SetDomainName.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    library.OGR_L_AlterFieldDefn.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
    library.GDALClose.argtypes = [ctypes.c_void_p]
    library.GDALAllRegister()
    return library


@pytest.fixture
def geodatabase(tmp_path: Path) -> Path:
    """Three pipes, materials 1, 2 and 9 (of which the domain has 1 and 2), systems 1, 2 and 1."""
    library = gdal()
    lines = [LineString([(540000, 2674000 + n), (540030, 2674000 + n)]) for n in range(3)]
    frame = gpd.GeoDataFrame(
        {"pipe_id": ["a", "b", "c"], "cz": ["1", "2", "9"], "xt": [1, 2, 1]}, geometry=lines, crs=GRID
    )
    frame["xt"] = frame["xt"].astype("int32")
    path = tmp_path / "net.gdb"
    pyogrio.write_dataframe(frame, path, layer="gx", driver="OpenFileGDB")
    dataset = library.GDALOpenEx(str(path).encode(), WRITE, None, None, None)
    layer = library.GDALDatasetGetLayerByName(dataset, b"gx")
    domains = {
        "cz": ("材质域", TEXT, [("1", "混凝土"), ("2", "HDPE")]),
        "xt": ("系统域", INTEGER, [("1", "雨水"), ("2", "污水")]),
    }
    for field, (name, kind, pairs) in domains.items():
        listed = (Coded * (len(pairs) + 1))(*((c.encode(), v.encode()) for c, v in pairs), (None, None))
        domain = library.OGR_CodedFldDomain_Create(name.encode(), b"", kind, 0, ctypes.byref(listed))
        assert library.GDALDatasetAddFieldDomain(dataset, domain, None)
        place = library.OGR_FD_GetFieldIndex(library.OGR_L_GetLayerDefn(layer), field.encode())
        changed = library.OGR_Fld_Create(field.encode(), kind)
        library.OGR_Fld_SetDomainName(changed, name.encode())
        assert library.OGR_L_AlterFieldDefn(layer, place, changed, DOMAIN) == 0
    library.GDALClose(dataset)
    return path


def test_domains_are_read_by_field(geodatabase: Path) -> None:
    assert coded_values(geodatabase, "gx") == {
        "cz": {"1": "混凝土", "2": "HDPE"},
        "xt": {"1": "雨水", "2": "污水"},
    }


def test_codes_are_read_as_their_descriptions(geodatabase: Path) -> None:
    fields = {"material": "cz", "system": "xt"}
    layers, findings = read_layers(
        geodatabase.parent, {"pipes": (LayerSource(source="net.gdb", fields=fields),)}, GRID
    )
    pipes = layers["pipes"]
    # 雨水 and 污水 are usual names, so that no mapping is needed; 9 is no code of the domain and stays.
    assert list(pipes["system"]) == ["storm", "sewage", "storm"]
    assert list(pipes["material"]) == ["混凝土", "HDPE", "9"]
    (told,) = [f for f in findings if f.rule == "domain.described"]
    assert told.found["fields"] == "cz (2) - 9; xt (3)"


def test_a_project_that_maps_the_codes_keeps_them(geodatabase: Path) -> None:
    source = LayerSource(
        source="net.gdb",
        fields={"material": "cz", "system": "xt"},
        values={"system": {"1": "sewage", "2": "storm"}},
    )
    layers, _ = read_layers(geodatabase.parent, {"pipes": (source,)}, GRID)
    assert list(layers["pipes"]["system"]) == ["sewage", "storm", "sewage"]
    assert list(layers["pipes"]["material"]) == ["混凝土", "HDPE", "9"]
    filtered = LayerSource(source="net.gdb", fields={"system": "xt"}, filter={"xt": ["2"]})
    layers, _ = read_layers(geodatabase.parent, {"pipes": (filtered,)}, GRID)
    assert list(layers["pipes"]["pipe_id"]) == ["b"]


def test_sources_shows_descriptions(geodatabase: Path) -> None:
    seen = describe("net.gdb", geodatabase.parent)
    (layer,) = seen.layers
    shown = {f.name: f.examples for f in layer.fields}
    assert shown["xt"] == ("雨水", "污水")
    assert shown["cz"] == ("混凝土", "HDPE", "9")


def test_a_geodatabase_without_domains_is_read_as_it_is(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"pipe_id": ["a"], "xt": [1]}, geometry=[LineString([(0, 0), (1, 1)])], crs=GRID)
    pyogrio.write_dataframe(frame.astype({"xt": "int32"}), tmp_path / "net.gdb", layer="gx", driver="OpenFileGDB")
    assert coded_values(tmp_path / "net.gdb", "gx") == {}
    _, findings = read_layers(tmp_path, {"pipes": (LayerSource(source="net.gdb"),)}, GRID)
    assert "domain.described" not in [f.rule for f in findings]


def test_subtypes_are_names_of_the_field_that_holds_them() -> None:
    """A definition as ArcGIS writes it, shortened to its subtypes."""
    definition = fromstring(
        "<DEFeatureClassInfo><SubtypeFieldName>lx</SubtypeFieldName><DefaultSubtypeCode>1</DefaultSubtypeCode>"
        "<Subtypes><Subtype><SubtypeName>雨水</SubtypeName><SubtypeCode>1</SubtypeCode><FieldInfos/></Subtype>"
        "<Subtype><SubtypeName>污水</SubtypeName><SubtypeCode>2</SubtypeCode><FieldInfos/></Subtype></Subtypes>"
        "</DEFeatureClassInfo>"
    )
    assert subtype_names(definition) == {"lx": {"1": "雨水", "2": "污水"}}
    assert subtype_names(fromstring("<DEFeatureClassInfo><SubtypeFieldName/></DEFeatureClassInfo>")) == {}
