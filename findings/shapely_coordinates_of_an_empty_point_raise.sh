#!/usr/bin/env bash
# One empty outline among thousands, and shapely gives no point's coordinates at all.
#
# One would guess: shapely.get_x of an array is NaN where there is no x: it is NaN for a line or a polygon, as its
#                  documentation says, and for None. The middle of an empty outline is an empty point: NaN, too.
# What happens:    for an empty point get_x, get_y and get_z raise GEOSException, and the answer for the whole array is
#                  lost. shapely.bounds and shapely.get_coordinates of the same point do not raise: NaN and no row.
# Seen with shapely 2.2.0 (GEOS 3.14.1), numpy 2.4.6 on 2026-11-29.
#
# Prints the versions and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check shapely==2.2.0 numpy==2.4.6
cd "$folder"

cat > "$folder/look.py" <<'PY'
import sys

import numpy as np
import shapely

print(f"shapely {shapely.__version__}, GEOS {shapely.geos_version_string}, numpy {np.__version__}")
outlines = np.array([shapely.box(0, 0, 4, 2), shapely.Polygon()])
middles = shapely.centroid(outlines)
print("middles:", [m.wkt for m in middles])
line = shapely.LineString([(0, 0), (1, 1)])
quiet = np.isnan(shapely.get_x(line)) and np.isnan(shapely.get_x(None))
print("get_x of a line and of None is NaN:", bool(quiet))
raised = {}
for name in ("get_x", "get_y", "get_z"):
    try:
        raised[name] = f"no error, {getattr(shapely, name)(middles)}"
    except shapely.errors.GEOSException as error:
        raised[name] = type(error).__name__
    print(f"{name} of both middles: {raised[name]}")
bounds = shapely.bounds(middles)
print("bounds of both:", bounds.tolist(), "coordinates of both:", shapely.get_coordinates(middles).tolist())
same = (
    quiet
    and set(raised.values()) == {"GEOSException"}
    and bounds[0].tolist() == [2.0, 1.0, 2.0, 1.0]
    and bool(np.isnan(bounds[1]).all())
)
print("as described" if same else "NOT as described")
sys.exit(0 if same else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
