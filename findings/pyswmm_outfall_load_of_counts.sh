#!/usr/bin/env bash
# pyswmm's outfall load of a pollutant counted in #/L is log10 of a 28th of the count.
#
# One would guess: outfall_statistics['pollutant_loading'] of a pollutant in #/L is the count that left, or at least the
#                  report's figure (log10 of the count).
# What happens:    it is log10 of the count divided by 28.317, litres in a cubic foot: 1.452 less than in the report;
#                  raised to ten, a 28th of what left.
# Seen with pyswmm 2.2.0, swmm-toolkit 0.17.0 (SWMM 5.2.4) on 2026-11-28.
#
# Prints the versions and what it saw; exits 1 if that is no longer so.
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
END_TIME 03:00:00
REPORT_STEP 00:01:00
WET_STEP 00:01:00
DRY_STEP 00:05:00
ROUTING_STEP 2

[RAINGAGES]
RG INTENSITY 0:05 1.0 TIMESERIES STORM

[TIMESERIES]
STORM 0:00 20
STORM 0:30 150
STORM 1:00 0

[SUBCATCHMENTS]
YARD RG J1 0.5 60 30 1 0

[SUBAREAS]
YARD 0.012 0.1 1.5 3 0 OUTLET

[INFILTRATION]
YARD 50 2 4 7 0

[JUNCTIONS]
J1 10 1.5 0 0 0

[STORAGE]
T1 9.9 1.5 0.2 FUNCTIONAL 0 0 20 0 0

[OUTFALLS]
O1 9.5 FREE NO

[CONDUITS]
C1 J1 T1 20 0.013 0 0 0
C2 T1 O1 20 0.013 0.3 0 0

[XSECTIONS]
C1 CIRCULAR 0.3 0 0 0
C2 CIRCULAR 0.3 0 0 0

[POLLUTANTS]
GERMS #/L 100000 0 0 0 NO

[REPORT]
SUBCATCHMENTS ALL
NODES ALL
LINKS ALL
INP

cat > "$folder/look.py" <<'PY'
import re
import sys
from importlib.metadata import version
from pathlib import Path

from pyswmm import Nodes, Simulation

print("pyswmm", version("pyswmm"), "swmm-toolkit", version("swmm-toolkit"))
with Simulation("model.inp") as simulation:
    for _ in simulation:
        pass
    outfall = Nodes(simulation)["O1"]
    load = outfall.outfall_statistics["pollutant_loading"]["GERMS"]
    volume_m3 = outfall.cumulative_inflow
row = re.search(r"^\s+O1\s+(.*)$", Path("model.rpt").read_text().split("Outfall Loading Summary")[1], re.M)[1]
printed = float(row.split()[-1])
print("outflow %.1f m3 at no more than 100 000 /l: at most %.3g" % (volume_m3, volume_m3 * 1e8))
print("report (LogN): %.3f, that is %.3g" % (printed, 10**printed))
print("pyswmm:        %.3f; 10 to it %.3g, times 28.317 %.3g" % (load, 10**load, 28.317 * 10**load))
sys.exit(0 if abs(printed - load - 1.452) < 0.002 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
