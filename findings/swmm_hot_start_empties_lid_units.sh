#!/usr/bin/env bash
# A hot start begins with empty LID units, however full they were when it was saved.
#
# One would guess: a hotstart file saved at the end of a rain holds the water in the paving's base; a run that uses it
#                  begins with it.
# What happens:    the file has the state of subcatchments, nodes and links, and nothing of LID units: they begin as
#                  their initial saturation in LID_USAGE says. The water is gone, and no balance shows it.
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
END_DATE 06/01/2026
END_TIME 02:00:00
REPORT_STEP 00:01:00
WET_STEP 00:01:00
DRY_STEP 00:01:00
ROUTING_STEP 1

[RAINGAGES]
GAGE INTENSITY 1:00 1 TIMESERIES RAIN

[TIMESERIES]
RAIN 0:00 DEPTH
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
YARD PAVING 1 1000 10 0 0 0

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
ACTION HOTSTART state.hsf
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


def layers(report):
    row = next(r.split() for r in report.split("LID Performance Summary")[1].splitlines() if r.split()[:1] == ["YARD"])
    return float(row[7]), float(row[8])  # initial and final storage, mm


text = Path("model.inp").read_text()
print("by hand: 50 mm of rain on paving without a drain are 50 mm in its base at the end, and at the next start")
saved = run(text.replace("DEPTH", "50").replace("ACTION", "SAVE"), "first")
used = run(text.replace("DEPTH", "0").replace("ACTION", "USE"), "second")
end, begin = layers(saved)[1], layers(used)[0]
print(f"in the base when the hot start was saved: {end} mm")
print(f"in the base of the run that uses it:      {begin} mm")
sys.exit(0 if abs(end - 50) < 0.1 and begin == 0 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
