#!/usr/bin/env bash
# An empty or unreadable value of a typed KML field is 0; one that is not there at all is missing.
#
# One would guess: in a KML with a Schema (fields of type int and double) a value without content is missing, and words
#                  in a field of numbers are missing or refused.
# What happens:    an empty SimpleData is 0, and so are words ('abc' with a warning of GDAL, nothing for the empty
#                  one). Only a value that the placemark does not mention is missing. A pipe whose depth was left blank
#                  lies at depth 0.
# Seen with pyogrio 0.13.0 (GDAL 3.12.4), geopandas 1.2.0 on 2026-11-29.
#
# Prints the version and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pyogrio==0.13.0 geopandas==1.2.0
cd "$folder"

cat > "$folder/pipes.kml" <<'KML'
<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Schema name="S" id="S"><SimpleField type="double" name="depth"/></Schema>
<Placemark><name>surveyed</name><ExtendedData><SchemaData schemaUrl="#S"><SimpleData name="depth">1.25</SimpleData></SchemaData></ExtendedData>
<LineString><coordinates>102,24 102.001,24</coordinates></LineString></Placemark>
<Placemark><name>blank</name><ExtendedData><SchemaData schemaUrl="#S"><SimpleData name="depth"></SimpleData></SchemaData></ExtendedData>
<LineString><coordinates>102,24 102.001,24</coordinates></LineString></Placemark>
<Placemark><name>words</name><ExtendedData><SchemaData schemaUrl="#S"><SimpleData name="depth">abc</SimpleData></SchemaData></ExtendedData>
<LineString><coordinates>102,24 102.001,24</coordinates></LineString></Placemark>
<Placemark><name>not mentioned</name><ExtendedData><SchemaData schemaUrl="#S"></SchemaData></ExtendedData>
<LineString><coordinates>102,24 102.001,24</coordinates></LineString></Placemark>
</Document></kml>
KML

cat > "$folder/look.py" <<'PY'
import math
import sys
import warnings
from importlib.metadata import version

import pyogrio

print("pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__, "geopandas", version("geopandas"))
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    frame = pyogrio.read_dataframe("pipes.kml")
depths = dict(zip(frame["Name"], frame["depth"]))
for name, depth in depths.items():
    print(f"{name:<14} {depth}")
print("warnings:", [str(w.message) for w in said])
missing = math.isnan(depths["not mentioned"])
as_seen = depths["surveyed"] == 1.25 and depths["blank"] == 0 and depths["words"] == 0 and missing
sys.exit(0 if as_seen and not any("''" in str(w.message) for w in said) else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
