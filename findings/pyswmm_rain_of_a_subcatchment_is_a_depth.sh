#!/usr/bin/env bash
# In pyswmm's statistics of a subcatchment the rain is a depth, and all that becomes of it are volumes.
#
# One would guess: Subcatchment.statistics is a balance: precipitation less evaporation, infiltration and runoff is
#                  what is left on the ground.
# What happens:    precipitation is in mm, evaporation, infiltration, runoff and runon are in m3 in the same
#                  dictionary, without a word on units: 20 against 163 + 37 for 1 ha. SystemStats.runoff_stats has mm
#                  throughout, routing_stats m3.
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
END_DATE 06/02/2026
END_TIME 00:00:00
REPORT_STEP 00:01:00
WET_STEP 00:01:00
DRY_STEP 00:01:00
ROUTING_STEP 1

[EVAPORATION]
CONSTANT 24

[RAINGAGES]
GAGE INTENSITY 1:00 1 TIMESERIES RAIN

[TIMESERIES]
RAIN 0:00 20
RAIN 1:00 0

[SUBCATCHMENTS]
YARD GAGE END 1 100 100 1 0

[SUBAREAS]
YARD 0.01 0.1 2 5 0 OUTLET

[INFILTRATION]
YARD 0 0 4 7 0

[OUTFALLS]
END 9 FREE
INP

cat > "$folder/look.py" <<'PY'
import sys
from importlib.metadata import version

from pyswmm import Simulation, Subcatchments

print("pyswmm", version("pyswmm"), "swmm-toolkit", version("swmm-toolkit"))
with Simulation("model.inp") as simulation:
    for _ in simulation:
        pass
    stats = Subcatchments(simulation)["YARD"].statistics
print("by hand: 20 mm on 1 ha are 200 m3")
for term in ("precipitation", "evaporation", "infiltration", "runoff"):
    print(f"{term:<14} {stats[term]:.2f}")
became = stats["evaporation"] + stats["infiltration"] + stats["runoff"]
print(f"what became of the rain: {became:.1f}")
sys.exit(0 if abs(stats["precipitation"] - 20) < 0.01 and abs(became - 200) < 1 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
