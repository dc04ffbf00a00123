#!/usr/bin/env bash
# pyswmm's stored water is in cubic feet in a metric model.
#
# One would guess: all terms of SystemStats.routing_stats have one unit, so that inflow, outflow and the change of what
#                  is stored balance.
# What happens:    initial_storage and final_storage are in cubic feet whatever the model's units; the other terms of
#                  the same dictionary are in its own (here m3).
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
T1 9.9 1.5 0.4 FUNCTIONAL 0 0 2000 0 0

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

from pyswmm import Simulation, SystemStats

print("pyswmm", version("pyswmm"), "swmm-toolkit", version("swmm-toolkit"))
with Simulation("model.inp") as simulation:
    for _ in simulation:
        pass
    stats = SystemStats(simulation).routing_stats
report = Path("model.rpt").read_text().split("Flow Routing Continuity")[1]


def printed_m3(term):
    return 1000 * float(re.search(term + r" \.+\s+\S+\s+(\S+)", report)[1])


print("outflow:         pyswmm %.2f, report %.0f m3" % (stats["outflow"], printed_m3("External Outflow")))
print("initial storage: pyswmm %.2f, report %.0f m3" % (stats["initial_storage"], printed_m3("Initial Stored Volume")))
print("pyswmm's figure x 0.0283168 = %.2f" % (stats["initial_storage"] * 0.0283168))
in_feet = abs(stats["initial_storage"] * 0.0283168 - printed_m3("Initial Stored Volume")) < 0.6
outflow_in_m3 = abs(stats["outflow"] - printed_m3("External Outflow")) < 0.6
sys.exit(0 if in_feet and outflow_in_m3 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
