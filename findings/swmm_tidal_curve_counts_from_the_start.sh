#!/usr/bin/env bash
# A tidal curve is read by the hours since the simulation began, not by the hour of the day.
#
# One would guess: the stage of a TIDAL outfall at 21:00 is the curve's value at hour 21, as the manual has it (water
#                  stage against the hour of the day).
# What happens:    it is the value at the hours run so far: a run that begins at 20:00 starts with the curve's value of
#                  midnight. A run that begins at 00:00 does not show it.
# Seen with swmm-toolkit 0.17.0 (SWMM 5.2.4) on 2026-11-29.
#
# Prints the version and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check swmm-toolkit==0.17.0
cd "$folder"

cat > "$folder/model.inp" <<'INP'
[OPTIONS]
FLOW_UNITS LPS
INFILTRATION HORTON
FLOW_ROUTING DYNWAVE
START_DATE 06/01/2026
START_TIME 20:00:00
END_DATE 06/02/2026
END_TIME 04:00:00
REPORT_STEP 00:01:00
WET_STEP 00:01:00
DRY_STEP 00:01:00
ROUTING_STEP 1
REPORT_START_TIME 20:00:00

[STORAGE]
BASIN 0 5 1 FUNCTIONAL 0 0 100 0 0

[OUTFALLS]
SEA 0 TIDAL TIDE NO

[CURVES]
TIDE TIDAL 0 1
TIDE 12 2
TIDE 24 1

[CONDUITS]
PIPE BASIN SEA 20 0.013 0 0 0

[XSECTIONS]
PIPE RECT_CLOSED 1 1 0 0

[REPORT]
NODES ALL
INP

cat > "$folder/look.py" <<'PY'
import sys
from importlib.metadata import version

from swmm.toolkit import shared_enum as enum
from swmm.toolkit import solver

print("swmm-toolkit", version("swmm-toolkit"), "SWMM", solver.swmm_version_info())
solver.swmm_open("model.inp", "model.rpt", "model.out")
sea = solver.project_get_index(enum.ObjectType.NODE, "SEA")
solver.swmm_start(True)
levels = {}
while (elapsed := solver.swmm_step()) > 0:
    levels[round(elapsed * 86400)] = solver.node_get_result(sea, enum.NodeResult.HEAD)
solver.swmm_end()
solver.swmm_close()
print("clock   seen    curve at the hour of the day   curve at the hours run")
as_seen = True
for hours in (1, 3):
    seen = levels[min(levels, key=lambda s: abs(s - hours * 3600))]
    clock = 20 + hours
    by_day, by_run = 2 - (clock - 12) / 12, 1 + hours / 12
    print(f"{clock}:00   {seen:.3f}   {by_day:.3f}                          {by_run:.3f} m")
    as_seen &= abs(seen - by_run) < 0.005 < abs(seen - by_day)
sys.exit(0 if as_seen else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
