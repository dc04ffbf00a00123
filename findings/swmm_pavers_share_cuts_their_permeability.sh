#!/usr/bin/env bash
# The impervious share of pavers cuts the permeability of the pavement as well.
#
# One would guess: ImpSurf is the share of the surface that is stone; water runs off the stone into the joints, and the
#                  pavement takes what its permeability, stated for the pavement, allows: rain of 90 mm/h on one of 100
#                  mm/h leaves nothing.
# What happens:    the permeability counts for the share between the stones: with 0.5 the pavement takes 50 mm/h, and
#                  40 mm of the 90 mm run off. A permeability that was measured on the laid pavement must be stated
#                  with a share of 0, or divided by what is left of the surface.
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
RAIN 0:00 90
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
PAVING SURFACE 0 0 0 0 5
PAVING PAVEMENT 80 0.25 SHARE 100 0
PAVING STORAGE 300 0.67 1000 0
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
run_off = {}
for share in ("0", "0.5"):
    report = run(text.replace("SHARE", share), "share_" + share[-1])
    rows = (r.split() for r in report.split("Subcatchment Runoff Summary")[1].splitlines())
    run_off[share] = next(float(r[7]) for r in rows if r[:1] == ["YARD"])
    by_hand = max(0, 90 - 100 * (1 - float(share)))
    print(f"share {share}: {run_off[share]} mm run off; by hand 0, or with the permeability cut {by_hand:.0f} mm")
sys.exit(0 if run_off["0"] == 0 and abs(run_off["0.5"] - 40) < 1 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
