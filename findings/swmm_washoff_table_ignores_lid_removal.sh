#!/usr/bin/env bash
# The washoff summary has the load before the removal in an LID unit's drain.
#
# One would guess: the Subcatchment Washoff Summary is the load that leaves a subcatchment: with 60 % removed in the
#                  paving's drain (REMOVALS), 40 % of what falls.
# What happens:    it is the load without the removal, and so is its System row; the balance of runoff quality and the
#                  outfalls have the load after it.
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

[RAINGAGES]
GAGE INTENSITY 1:00 1 TIMESERIES RAIN

[TIMESERIES]
RAIN 0:00 20
RAIN 1:00 0
RAIN 96:00 0

[SUBCATCHMENTS]
YARD GAGE YARD_END 0.1 100 100 1 0

[SUBAREAS]
YARD 0.01 0.1 0 0 0 OUTLET

[INFILTRATION]
YARD 0 0 4 7 0

[LID_CONTROLS]
PAVING PP
PAVING SURFACE 2 0 0.013 1 5
PAVING PAVEMENT 80 0.25 0 1800 0
PAVING STORAGE 300 0.67 0 0
PAVING DRAIN 100 0.5 0 0 0 0
PAVING REMOVALS RAIN_WATER 60

[LID_USAGE]
YARD PAVING 1 1000 10 0 0 0 * SHAFT

[JUNCTIONS]
SHAFT 10 2 0 0 0

[OUTFALLS]
YARD_END 9 FREE
SHAFT_END 9 FREE

[CONDUITS]
PIPE SHAFT SHAFT_END 100 0.01 0 0

[XSECTIONS]
PIPE CIRCULAR 1 0 0 0

[POLLUTANTS]
RAIN_WATER MG/L 100 0 0 0 NO * 0 0 0
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


def row(title, name):
    return next(r.split() for r in report.split(title)[1].splitlines() if r.split()[:1] == [name])


washed = float(row("Subcatchment Washoff Summary", "YARD")[1])
arrived = float(row("Outfall Loading Summary", "SHAFT_END")[5])
print("by hand: 20 mm x 1000 m2 x 100 mg/l = 2 kg fall, 0.8 kg leave")
print(f"washoff summary: {washed} kg")
print(f"at the outfall:  {arrived} kg")
sys.exit(0 if abs(washed - 2) < 0.06 and abs(arrived - 0.8) < 0.03 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
