#!/usr/bin/env bash
# A node that bears pressure (surcharge depth) opens at its rim all the same where it also has ground to pond on.
#
# One would guess: a cover that bears 100 m keeps the water in; the ponded area is for what comes out above that.
# What happens:    with ALLOW_PONDING and a ponded area the surcharge depth counts for nothing: the fitting behind a
#                  pump opens at the ground. Without the area the same fitting stays shut under its head of 20 m and more.
# Seen with swmm-toolkit 0.17.0 (SWMM 5.2.4) on 2026-11-30.
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
FLOW_ROUTING DYNWAVE
ALLOW_PONDING YES
START_DATE 06/01/2026
START_TIME 00:00:00
END_DATE 06/01/2026
END_TIME 06:00:00
REPORT_STEP 00:01:00
ROUTING_STEP 1

[JUNCTIONS]
FITTING 10 3 0 100 @AREA@
HIGH 30 2 0 0 0

[STORAGE]
WELL 8 5 1 FUNCTIONAL 0 0 50 0 0

[OUTFALLS]
END 29 FREE

[PUMPS]
PUMP WELL FITTING LIFT ON 0 0

[CONDUITS]
MAIN FITTING HIGH 200 0.01 0 0
SEWER HIGH END 20 0.01 0 0

[XSECTIONS]
MAIN FORCE_MAIN 0.15 130 0 0
SEWER CIRCULAR 0.3 0 0 0

[CURVES]
LIFT Pump4 0 10
LIFT 5 10

[INFLOWS]
WELL FLOW "" FLOW 1 1 10
INP

cat > "$folder/look.py" <<'PY'
import re
import sys
from importlib.metadata import version
from pathlib import Path

from swmm.toolkit import solver

print("swmm-toolkit", version("swmm-toolkit"), "SWMM", solver.swmm_version_info())


def flooded_m3(area: str, name: str) -> float:
    text = Path("model.inp").read_text().replace("@AREA@", area)
    Path(f"{name}.inp").write_text(text)
    solver.swmm_open(f"{name}.inp", f"{name}.rpt", f"{name}.out")
    solver.swmm_start(True)
    while solver.swmm_step() > 0:
        pass
    solver.swmm_end()
    solver.swmm_report()
    solver.swmm_close()
    report = Path(f"{name}.rpt").read_text()
    deepest = re.search(r"^\s+FITTING\s+JUNCTION\s+\S+\s+(\S+)", report, re.M)
    lost = re.search(r"Flooding Loss \.+\s+\S+\s+(\S+)", report)
    stored = re.search(r"Final Stored Volume \.+\s+\S+\s+(\S+)", report)
    print(f"ponded area {area} m2: deepest {deepest[1]} m, flooded {1000 * float(lost[1]):.0f} m3, "
          f"stored at the end {1000 * float(stored[1]):.0f} m3")
    return float(deepest[1])


shut, opened = flooded_m3("0", "shut"), flooded_m3("50", "opened")
print("a fitting 3 m deep that bears 100 m more, 19 m below the end of its main")
sys.exit(0 if shut > 19 and opened < 10 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
