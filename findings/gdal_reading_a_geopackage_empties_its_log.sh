#!/usr/bin/env bash
# Reading a GeoPackage changes it, where a log of SQLite (-wal) lies beside it.
#
# One would guess: pyogrio opens a file to read it, so that its bytes stay, and a folder of deliveries can be checked by
#                  its digests before and after.
# What happens:    a GeoPackage that QGIS has open, or that was copied while it had, has its last rows in a file
#                  NAME.gpkg-wal. Reading it brings them into the .gpkg and removes the -wal: the delivery has other
#                  bytes than the one that was signed for. The rows are all read.
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
import hashlib
import shutil
import sqlite3
import sys
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import pyogrio
from shapely import Point

print("pyogrio", pyogrio.__version__, "GDAL", pyogrio.__gdal_version_string__, "geopandas", version("geopandas"))
delivery = Path("delivery")
delivery.mkdir()
frame = gpd.GeoDataFrame({"id": ["M1"], "depth": [1.25]}, geometry=[Point(0, 0)], crs="EPSG:4543")
pyogrio.write_dataframe(frame, "survey.gpkg", layer="manholes")
# As a program has it that keeps its changes in a log while the file is open.
writer = sqlite3.connect("survey.gpkg", isolation_level=None)
for (trigger,) in writer.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
    writer.execute(f'DROP TRIGGER "{trigger}"')  # they call functions that GDAL brings along
writer.execute("PRAGMA journal_mode = WAL").fetchall()
writer.execute("UPDATE manholes SET depth = 2.5")
for name in ("survey.gpkg", "survey.gpkg-wal"):
    shutil.copy(name, delivery / name)
writer.close()


def state() -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:12] for p in sorted(delivery.iterdir())}


before = state()
depth = float(pyogrio.read_dataframe(delivery / "survey.gpkg", layer="manholes")["depth"].iloc[0])
after = state()
print("before", before)
print("after ", after)
print("depth read:", depth)
changed = before["survey.gpkg"] != after["survey.gpkg"] and "survey.gpkg-wal" not in after
sys.exit(0 if changed and depth == 2.5 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
