#!/usr/bin/env bash
# A number with a decimal comma in a GeoPackage is read as its whole part, and nothing is said.
#
# One would guess: text in a column of numbers is missing or an error; or there is a warning, as for a Shapefile.
# What happens:    SQLite keeps the text "98,75" in a column REAL. It is read as 98.0, and "9a.25" as 9.0, without a
#                  warning, though the same values in a .dbf or .mid are told to be "parsed incompletely". An invert
#                  level loses up to a metre: too little for a check of bounds to find.
# Seen with pyogrio 0.13.0 (GDAL 3.12.4), geopandas 1.2.0 on 2026-12-01.
#
# Prints the version and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pyogrio==0.13.0 geopandas==1.2.0
cd "$folder"

cat > "$folder/look.py" <<'PY'
import sqlite3
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import pyogrio
from shapely import LineString

print("pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__, "geopandas", version("geopandas"))
lines = [LineString([(0, n), (30, n)]) for n in range(3)]
frame = gpd.GeoDataFrame({"invert": [98.75, 97.25, 96.5]}, geometry=lines, crs="EPSG:4543")

pyogrio.write_dataframe(frame, "pipes.gpkg", layer="pipes")
with sqlite3.connect("pipes.gpkg", isolation_level=None) as base:
    for (trigger,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        base.execute(f'DROP TRIGGER "{trigger}"')
    base.execute("UPDATE pipes SET invert = '98,75' WHERE fid = 1")
    base.execute("UPDATE pipes SET invert = '9a.25' WHERE fid = 2")

pyogrio.write_dataframe(frame, "pipes.shp")
table = Path("pipes.dbf")
data = table.read_bytes()
for sound, typed in ((b"98.75", b"98,75"), (b"97.25", b"9a.25")):
    assert data.count(sound) == 1
    data = data.replace(sound, typed)
table.write_bytes(data)

pyogrio.write_dataframe(frame, "pipes.mif", driver="MapInfo File", FORMAT="MIF")
table = Path("pipes.mid")
table.write_text(table.read_text().replace("98.75", '"98,75"').replace("97.25", '"9a.25"'))

read = {}
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    for name in ("pipes.gpkg", "pipes.shp", "pipes.mif"):
        read[name] = pyogrio.read_dataframe(name)["invert"].tolist()
for name, values in read.items():
    print(f"{name:<12} written 98,75 and 9a.25, read", values[:2])
print("warnings:", [str(w.message) for w in said])
# Two values each of the Shapefile and the MIF; of the GeoPackage none.
told = [str(w.message) for w in said]
of_table = [t for t in told if "parsed incompletely" in t]
sys.exit(0 if all(v[:2] == [98.0, 9.0] for v in read.values()) and len(told) == len(of_table) == 4 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
