#!/usr/bin/env bash
# swmm-api keeps the last of two units of one LID control in a subcatchment; the engine has both.
#
# One would guess: a model that is read, looked at and written again by swmm-api is the same model.
# What happens:    LID_USAGE is keyed by (subcatchment, control): of two rows of one control in one subcatchment, which
#                  SWMM takes as two units, the first is lost without a word once the section was looked at, and its
#                  area is yard again. A section that nobody looked at is written as it was.
# Seen with swmm-api 0.4.74, swmm-toolkit 0.17.0 (SWMM 5.2.4) on 2026-11-29.
#
# Prints the version and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check swmm-api==0.4.74 swmm-toolkit==0.17.0
cd "$folder"

cat > "$folder/model.inp" <<'INP'
[OPTIONS]
FLOW_UNITS LPS
INFILTRATION HORTON
FLOW_ROUTING DYNWAVE
START_DATE 06/01/2026
START_TIME 00:00:00
END_DATE 06/01/2026
END_TIME 02:00:00
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
PAVING DRAIN 0 0.5 0 0 0 0

[LID_USAGE]
YARD PAVING 1 600 10 0 0 0
YARD PAVING 1 400 10 0 0 0

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
from swmm_api import read_inp_file

print("swmm-api", version("swmm-api"), "swmm-toolkit", version("swmm-toolkit"), "SWMM", solver.swmm_version_info())

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


def runoff_mm(report):
    rows = (r.split() for r in report.split("Subcatchment Runoff Summary")[1].splitlines())
    return next(float(r[7]) for r in rows if r[:1] == ["YARD"])


text = Path("model.inp").read_text()
Path("given.inp").write_text(text)
model = read_inp_file("given.inp")
areas = [unit.area for unit in model["LID_USAGE"].values()]
model.write_file("written.inp")
given, written = runoff_mm(run(text, "as_given")), runoff_mm(run(Path("written.inp").read_text(), "as_written"))
print("by hand: 600 + 400 m2 of paving in 1000 m2 keep all of 20 mm; 400 m2 alone let 12 mm run off")
print(f"units that swmm-api read: {areas} m2")
print(f"runoff of the model as given: {given} mm, as swmm-api wrote it: {written} mm")
sys.exit(0 if areas == [400] and given == 0 and abs(written - 12) < 0.05 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
