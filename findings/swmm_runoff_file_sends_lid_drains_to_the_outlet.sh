#!/usr/bin/env bash
# A runoff file read back sends the water of LID drains to the subcatchment's outlet, not where the drain leads.
#
# One would guess: a run that USEs the runoff file that the same model SAVEd has the same flows in its pipes.
# What happens:    the file holds one runoff a subcatchment, drains included; on reading, all of it goes to the
#                  subcatchment's outlet. A drain led to another node's pipe leaves that pipe dry. The balance closes,
#                  the summary of runoff is all noughts.
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
RAIN 0:00 50
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
PAVING DRAIN 20 0.5 0 0 0 0

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

[FILES]
ACTION RUNOFF runoff.rff
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


text = Path("model.inp").read_text()
left = {}
print("by hand: 50 mm on 1000 m2 of lined paving are 50 m3, all out of the drain to SHAFT")
for action in ("SAVE", "USE"):
    rows = [r.split() for r in run(text.replace("ACTION", action), action).split("Outfall Loading")[1].splitlines()]
    left[action] = {r[0]: 1000 * float(r[4]) for r in rows if r and r[0] in ("YARD_END", "SHAFT_END")}
    print(f"{action:<5} {left[action]} m3")
expected = {"SAVE": {"YARD_END": 0, "SHAFT_END": 50}, "USE": {"YARD_END": 50, "SHAFT_END": 0}}
as_seen = all(abs(left[a][o] - m3) < 0.6 for a, of in expected.items() for o, m3 in of.items())
sys.exit(0 if as_seen else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
