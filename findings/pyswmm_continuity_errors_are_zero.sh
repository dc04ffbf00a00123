#!/usr/bin/env bash
# pyswmm's continuity errors are 0.0 wherever its documentation reads them.
#
# One would guess: Simulation.runoff_error and .flow_routing_error are those of the report: after sim.execute(), as
#                  the docstring shows, or when the last step has been taken.
# What happens:    both are 0.0 there, without a warning. The engine works them out when it ends the simulation and
#                  forgets them when it closes the model; they are right in between alone, which is the callback
#                  add_after_end.
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

from pyswmm import Simulation

print("pyswmm", version("pyswmm"), "swmm-toolkit", version("swmm-toolkit"))
seen = {}
with Simulation("model.inp") as simulation:
    simulation.add_after_end(
        lambda: seen.update(after_end=(simulation.runoff_error, simulation.flow_routing_error))
    )
    for _ in simulation:
        pass
    seen["last_step"] = (simulation.runoff_error, simulation.flow_routing_error)
simulation = Simulation("model.inp")
simulation.execute()
seen["execute"] = (simulation.runoff_error, simulation.flow_routing_error)
report = Path("model.rpt").read_text()
errors = re.findall(r"Continuity Error \(%\) \.+\s+(\S+)", report)
printed = float(errors[0]), float(errors[1])
print()
print("report [%]:             ", printed)
print("after the last step:    ", seen["last_step"])
print("after execute():        ", seen["execute"])
print("in add_after_end:       ", tuple(round(e, 3) for e in seen["after_end"]))
right = all(abs(a - b) < 0.001 for a, b in zip(seen["after_end"], printed))
as_seen = seen["last_step"] == seen["execute"] == (0.0, 0.0) and any(printed) and right
sys.exit(0 if as_seen else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
