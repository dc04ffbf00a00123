#!/usr/bin/env bash
# Evaporation in dry weather alone (DRY_ONLY YES) is kept by the ground; storage units evaporate in the rain too.
#
# One would guess: with DRY_ONLY YES nothing evaporates while it rains.
# What happens:    no subcatchment evaporates in the rain, and every storage unit does, at the full rate: 24 mm in a
#                  day of steady rain.
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
START_TIME 00:00:00
END_DATE 06/02/2026
END_TIME 00:00:00
REPORT_STEP 00:01:00
WET_STEP 00:01:00
DRY_STEP 00:01:00
ROUTING_STEP 1

[EVAPORATION]
CONSTANT 24
DRY_ONLY YES

[RAINGAGES]
GAGE INTENSITY 1:00 1 TIMESERIES RAIN

[TIMESERIES]
RAIN 0:00 1
RAIN 1:00 1
RAIN 2:00 1
RAIN 3:00 1
RAIN 4:00 1
RAIN 5:00 1
RAIN 6:00 1
RAIN 7:00 1
RAIN 8:00 1
RAIN 9:00 1
RAIN 10:00 1
RAIN 11:00 1
RAIN 12:00 1
RAIN 13:00 1
RAIN 14:00 1
RAIN 15:00 1
RAIN 16:00 1
RAIN 17:00 1
RAIN 18:00 1
RAIN 19:00 1
RAIN 20:00 1
RAIN 21:00 1
RAIN 22:00 1
RAIN 23:00 1

[SUBCATCHMENTS]
YARD GAGE YARD_END 1 100 100 1 0

[SUBAREAS]
YARD 0.01 0.1 0 0 0 OUTLET

[INFILTRATION]
YARD 0 0 4 7 0

[OUTFALLS]
YARD_END 0 FREE
POND_END 0 FREE

[STORAGE]
POND 10 5 2 FUNCTIONAL 0 0 1000 0 1

[CONDUITS]
PIPE POND POND_END 100 0.01 4.9 0

[XSECTIONS]
PIPE CIRCULAR 0.5 0 0 0
INP

cat > "$folder/look.py" <<'PY'
import re
import sys
from importlib.metadata import version
from pathlib import Path

from swmm.toolkit import solver

print("swmm-toolkit", version("swmm-toolkit"), "SWMM", solver.swmm_version_info())

def run(text, name):
    Path(f"{name}.inp").write_text(text)
    solver.swmm_open(f"{name}.inp", f"{name}.rpt", f"{name}.out")
    solver.swmm_start(True)
    while solver.swmm_step() > 0:
        pass
    solver.swmm_end()
    solver.swmm_report()
    solver.swmm_close()
    return Path(f"{name}.rpt").read_text()


report = run(Path("model.inp").read_text(), "model_run")
runoff, routing = report.split("Flow Routing Continuity")
ground_mm = float(re.search(r"Evaporation Loss \.+\s+\S+\s+(\S+)", runoff)[1])
pond_m3 = 1000 * float(re.search(r"Evaporation Loss \.+\s+\S+\s+(\S+)", routing)[1])
print("24 mm/d of evaporation, DRY_ONLY YES, 1 mm/h of rain all day")
print(f"from the ground: {ground_mm} mm (by hand 0)")
print(f"from a pond of 1000 m2: {pond_m3:.0f} m3 (by hand 0; 24 mm without DRY_ONLY are 24)")
sys.exit(0 if ground_mm == 0 and abs(pond_m3 - 24) < 0.6 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
