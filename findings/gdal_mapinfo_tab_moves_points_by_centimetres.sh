#!/usr/bin/env bash
# A MapInfo .tab keeps coordinates on a grid of centimetres, unless its bounds are stated.
#
# One would guess: coordinates in metres come out of a .tab as they went in, to the millimetre of the survey at the
#                  least, as out of a .mif or a GeoPackage.
# What happens:    a .tab holds whole numbers between its bounds, and those that GDAL takes for a projected system are
#                  so wide that the grid is centimetres: points move by up to 19 mm, each by its own, and lengths with
#                  them. With BOUNDS of the county there is no such loss.
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
import numpy as np
import pyogrio
import shapely

print("pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__, "geopandas", version("geopandas"))
places = np.random.default_rng(1).uniform((519000, 2673000), (521000, 2675000), (1000, 2)).round(3)
frame = geopandas.GeoDataFrame({"n": range(len(places))}, geometry=shapely.points(places), crs=4543)
moved = {}
for name, options in (
    ("a.mif", {}),
    ("a.tab", {}),
    ("bounded.tab", {"BOUNDS": "500000,2600000,600000,2700000"}),
):
    pyogrio.write_dataframe(frame, name, driver="MapInfo File", layer_options=options)
    back = shapely.get_coordinates(pyogrio.read_dataframe(name).geometry)
    moved[name] = 1000 * np.hypot(*(back - places).T)
    print(f"{name:<12} {len(places)} points moved by {moved[name].mean():.2f} mm in the mean, {moved[name].max():.2f} mm at most")
sys.exit(0 if moved["a.tab"].max() > 5 and moved["a.mif"].max() < 0.1 and moved["bounded.tab"].max() < 0.1 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
