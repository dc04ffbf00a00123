#!/usr/bin/env bash
# The total inflow of a storage unit has the water in it that was there at the start.
#
# One would guess: Node.cumulative_inflow, and Total Inflow Volume in the report's Node Inflow Summary, are what flowed
#                  in: 36 m3 at 10 l/s for an hour.
# What happens:    the volume at the start counts as inflow: a basin with 2000 m3 in it has 2036 m3, though its lateral
#                  inflow beside it is 36 and no other link leads there.
# Seen with pyswmm 2.2.0, swmm-toolkit 0.17.0 (SWMM 5.2.4) on 2026-11-29.
#
# Prints the version and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pyswmm==2.2.0 swmm-toolkit==0.17.0
cd "$folder"

cat > "$folder/model.inp" <<'INP'
[OPTIONS]
FLOW_UNITS LPS
INFILTRATION HORTON
FLOW_ROUTING DYNWAVE
START_DATE 06/01/2026
START_TIME 00:00:00
END_DATE 06/01/2026
END_TIME 01:00:00
REPORT_STEP 00:01:00
WET_STEP 00:01:00
DRY_STEP 00:01:00
ROUTING_STEP 1

[STORAGE]
BASIN 10 5 2 FUNCTIONAL 0 0 1000 0 0

[OUTFALLS]
END 0 FREE

[CONDUITS]
PIPE BASIN END 100 0.013 4.9 0

[XSECTIONS]
PIPE CIRCULAR 0.5 0 0 0

[DWF]
BASIN FLOW 10
INP

cat > "$folder/look.py" <<'PY'
import sys
from importlib.metadata import version
from pathlib import Path

from pyswmm import Nodes, Simulation

print("pyswmm", version("pyswmm"), "swmm-toolkit", version("swmm-toolkit"))
with Simulation("model.inp") as simulation:
    for _ in simulation:
        basin = Nodes(simulation)["BASIN"]
        total, lateral = basin.cumulative_inflow, basin.statistics["lateral_infow_vol"]
rows = (r.split() for r in Path("model.rpt").read_text().split("Node Inflow Summary")[1].splitlines())
row = next(r for r in rows if r[:1] == ["BASIN"])
print("by hand: 36 m3 flow in; 2 m x 1000 m2 = 2000 m3 were there")
print(f"pyswmm: cumulative inflow {total:.1f} m3, lateral inflow {lateral:.1f} m3")
print(f"report: lateral inflow volume {row[6]}, total inflow volume {row[7]} 10^6 l")
sys.exit(0 if abs(total - 2036) < 1 and abs(lateral - 36) < 0.1 and float(row[7]) == 2.04 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
