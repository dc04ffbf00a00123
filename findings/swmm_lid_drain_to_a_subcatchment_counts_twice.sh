#!/usr/bin/env bash
# An LID drain led to another subcatchment stands in the runoff of both.
#
# One would guess: the total runoff of the subcatchments is what leaves the ground: with no losses, the rain that fell.
# What happens:    the drain's water is runoff of the subcatchment that holds the paving, and again of the one that it
#                  runs over: 60 m3 in the summary's rows where 40 m3 fell. The system's own line of the balance
#                  (Surface Runoff) has it once.
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
STREET GAGE SHAFT_END 0.1 100 100 1 0

[SUBAREAS]
YARD 0.01 0.1 0 0 0 OUTLET
STREET 0.01 0.1 0 0 0 OUTLET

[INFILTRATION]
YARD 0 0 4 7 0
STREET 0 0 4 7 0

[LID_CONTROLS]
PAVING PP
PAVING SURFACE 2 0 0.013 1 5
PAVING PAVEMENT 80 0.25 0 1800 0
PAVING STORAGE 300 0.67 0 0
PAVING DRAIN 100 0.5 0 0 0 0

[LID_USAGE]
YARD PAVING 1 1000 10 0 0 0 * STREET

[JUNCTIONS]
SHAFT 10 2 0 0 0

[OUTFALLS]
YARD_END 9 FREE
SHAFT_END 9 FREE

[CONDUITS]
PIPE SHAFT SHAFT_END 100 0.01 0 0

[XSECTIONS]
PIPE CIRCULAR 1 0 0 0
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
rows = [r.split() for r in report.split("Subcatchment Runoff Summary")[1].splitlines()]
runoff = {r[0]: float(r[7]) for r in rows if r[:1] in (["YARD"], ["STREET"]) and len(r) == 11}
system = float(re.search(r"Surface Runoff \.+\s+\S+\s+(\S+)", report)[1])
total = sum(runoff.values())
print("rain: 20 mm on 2 x 1000 m2, 40 m3; no losses")
print(f"total runoff by the summary: {runoff} mm, {total:.1f} m3")
print(f"surface runoff of the balance: {system} mm of 2000 m2, {2 * system:.1f} m3")
sys.exit(0 if abs(total - 60) < 0.3 and abs(2 * system - 40) < 0.2 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
