#!/usr/bin/env bash
# What an LID drain gives off after the rain carries no pollutant, if no impervious ground lies beside it.
#
# One would guess: rain with 100 mg/l that fills a paving's base leaves its underdrain with 100 mg/l, as long as the
#                  drain runs and nothing is removed: 20 m3 are 2 kg.
# What happens:    concentrations are those of the subcatchment's surface. When the rain is over and its ground is all
#                  paving, the drain runs clean: 0.23 kg of 2 arrive, the rest is booked as BMP Removal. With one half
#                  of it impervious ground the drain carries all of its load, and the error of runoff quality is -44 %,
#                  since the removal is booked all the same.
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
END_DATE 06/03/2026
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
PAVING DRAIN 0.5 0.5 0 0 0 0

[LID_USAGE]
YARD PAVING 1 PAVED_M2 10 0 0 0 * SHAFT

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


text = Path("model.inp").read_text()
arrived = {}
print("paving    drained   by hand    arrived   BMP removal   error of runoff quality")
for area_m2 in (1000, 500):
    report = run(text.replace("PAVED_M2", str(area_m2)), f"paving_{area_m2}")
    row = next(r.split() for r in report.split("Outfall Loading")[1].splitlines() if r.split()[:1] == ["SHAFT_END"])
    quality = report.split("Runoff Quality Continuity")[1]
    removed, error = (re.search(t + r" \.+\s+(\S+)", quality)[1] for t in ("BMP Removal", r"Continuity Error \(%\)"))
    by_hand = area_m2 * 0.020 * 100 / 1000
    arrived[area_m2] = float(row[5]) / by_hand
    print(f"{area_m2:>5} m2 {1000 * float(row[4]):>6.0f} m3 {by_hand:>7.2f} kg {row[5]:>7} kg {removed:>10} kg {error:>10} %")
sys.exit(0 if arrived[1000] < 0.2 and abs(arrived[500] - 1) < 0.02 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
