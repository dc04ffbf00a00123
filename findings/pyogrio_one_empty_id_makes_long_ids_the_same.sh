#!/usr/bin/env bash
# One feature without an id, and long whole-number ids of all others are rounded: two of them become the same.
#
# One would guess: a column of 64-bit whole numbers is read as such, or as objects where some are empty: an id of 18
#                  digits stays itself.
# What happens:    with one empty value pyogrio gives the whole column as float64, which holds 15 to 16 digits: the ids
#                  of two manholes that differ in the last digit are equal. Without the empty one they are right.
#                  Nothing is said.
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
import sys
from importlib.metadata import version

import geopandas
import pandas
import pyogrio
import shapely

print("pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__, "geopandas", version("geopandas"))
ids = [532524001000100017, 532524001000100018]
read = {}
for name, column in (("all.gpkg", ids), ("one_empty.gpkg", [*ids, None])):
    places = [shapely.Point(n, 0) for n in range(len(column))]
    frame = geopandas.GeoDataFrame({"node": pandas.array(column, dtype="Int64")}, geometry=places, crs=4543)
    pyogrio.write_dataframe(frame, name)
    values = pyogrio.read_dataframe(name)["node"]
    read[name] = [int(v) for v in values.dropna()]
    print(f"{name:<15} {values.dtype}: {read[name]}")
print(f"written:        {ids}")
same = read["one_empty.gpkg"][0] == read["one_empty.gpkg"][1]
sys.exit(0 if read["all.gpkg"] == ids and same else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
