#!/usr/bin/env bash
# A rain intensity lasts for the gage's interval, however long it is until the series' next row.
#
# One would guess: an intensity holds until the next row says another, as in any step curve: 12 mm/h from 0:00 and 0
#                  from 1:00 on are 12 mm. Or the engine refuses a series with rows left out.
# What happens:    it holds for the interval of the gage: with 0:05 there is 1 mm. WARNING 09 speaks of intervals, and
#                  not of rain that is missing. A series that leaves out rows that do not change loses most of its
#                  rain.
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
END_TIME 03:00:00
REPORT_STEP 00:01:00
WET_STEP 00:01:00
DRY_STEP 00:01:00
ROUTING_STEP 1

[RAINGAGES]
GAGE INTENSITY EVERY 1 TIMESERIES RAIN

[TIMESERIES]
RAIN 0:00 12
RAIN 1:00 0

[SUBCATCHMENTS]
YARD GAGE END 1 100 100 1 0

[SUBAREAS]
YARD 0.01 0.1 0 0 0 OUTLET

[INFILTRATION]
YARD 0 0 4 7 0

[OUTFALLS]
END 9 FREE
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
fallen = {}
print("12 mm/h from 0:00, 0 from 1:00: 12 mm by hand")
for every in ("0:05", "1:00"):
    report = run(text.replace("EVERY", every), "every_" + every[0] + every[2:])
    fallen[every] = float(re.search(r"Total Precipitation \.+\s+\S+\s+(\S+)", report)[1])
    warnings = [line.strip() for line in report.splitlines() if "WARNING" in line]
    print(f"gage interval {every}: {fallen[every]} mm; {warnings}")
sys.exit(0 if fallen == {"0:05": 1.0, "1:00": 12.0} else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
