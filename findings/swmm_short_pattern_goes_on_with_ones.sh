#!/usr/bin/env bash
# An hourly pattern of fewer than 24 factors is filled up with ones.
#
# One would guess: an HOURLY pattern of 12 factors is refused, or repeats in the afternoon: with 12 times 0.5 half of
#                  the mean flow runs all day.
# What happens:    the hours that are not given have the factor 1, without a warning: half of the flow in the morning,
#                  all of it in the afternoon. Nor is a pattern brought to a mean of 1: the daily volume follows the
#                  factors.
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

[JUNCTIONS]
SHAFT 10 2 0 0 0

[OUTFALLS]
END 9 FREE

[CONDUITS]
PIPE SHAFT END 100 0.01 0 0

[XSECTIONS]
PIPE CIRCULAR 1 0 0 0

[DWF]
SHAFT FLOW 10 DAY

[PATTERNS]
DAY HOURLY 0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5 0.5
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
seen = 1000 * float(re.search(r"Dry Weather Inflow \.+\s+\S+\s+(\S+)", report)[1])
print("10 l/s with a pattern of 12 factors of 0.5 for a day")
print(f"half of it all day:                  {0.5 * 864:.0f} m3")
print(f"half of it, then ones for 12 hours:  {0.5 * 432 + 432:.0f} m3")
print(f"seen: {seen:.0f} m3, warned: {'WARNING' in report}")
sys.exit(0 if abs(seen - 648) < 1 and "WARNING" not in report else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
