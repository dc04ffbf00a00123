#!/usr/bin/env bash
# A number that is missing comes out of a MapInfo file as 0.
#
# One would guess: a pipe without a size has none after it went through a MapInfo file, as through a GeoPackage, a
#                  Shapefile or GeoJSON.
# What happens:    MapInfo's tables know no missing number: GDAL writes 0 for it into .tab and .mif, and an empty place
#                  in a .mid is read as 0, both without a warning. A level that was not surveyed is sea level, a size
#                  0.
# Seen with pyogrio 0.13.0 (GDAL 3.12.4), geopandas 1.2.0 on 2026-11-29.
#
# Prints the version and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pyogrio==0.13.0 geopandas==1.2.0
cd "$folder"

cat > "$folder/look.py" <<'PY'
import math
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import geopandas
import pyogrio
import shapely

print("pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__, "geopandas", version("geopandas"))
warnings.simplefilter("error")  # a warning would end this
line = shapely.LineString([(0, 0), (10, 0)])
pipes = geopandas.GeoDataFrame({"diameter": [300.0, None], "invert": [1540.5, None]}, geometry=[line, line])
found = {}
for name, driver in (("a.gpkg", "GPKG"), ("a.geojson", "GeoJSON"), ("a.tab", "MapInfo File"), ("a.mif", "MapInfo File")):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        pyogrio.write_dataframe(pipes, name, driver=driver)
    found[name] = pyogrio.read_dataframe(name)["invert"].tolist()
    print(f"{name:<10} inverts 1540.5 and none: {found[name]}")
Path("b.mif").write_text(
    'Version 300\nCharset "Neutral"\nDelimiter ","\nColumns 2\n  id Char(10)\n  invert Decimal(9,3)\nData\nPoint 0 0\nPoint 1 0\n'
)
Path("b.mid").write_text('"P1",1540.500\n"P2",\n')
found["b.mid"] = pyogrio.read_dataframe("b.mif")["invert"].tolist()
print(f"b.mid      with an empty place:      {found['b.mid']}")
kept = all(math.isnan(found[n][1]) for n in ("a.gpkg", "a.geojson"))
zero = all(found[n][1] == 0 for n in ("a.tab", "a.mif", "b.mid"))
sys.exit(0 if kept and zero else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
