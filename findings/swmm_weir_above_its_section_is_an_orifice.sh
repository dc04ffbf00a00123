#!/usr/bin/env bash
# A weir carries by its formula only up to the height of its section; above it flows like an opening, or no more.
#
# One would guess: a transverse weir with RECT_OPEN of 0.3 m is a sill: Q = C L h^1.5 at any head, the height being
#                  that of the drawing; 'open' says that nothing is above.
# What happens:    at a head above the section's height it flows as a submerged opening (1047 l/s where the formula has
#                  1710), and with its last column (surcharge) NO no more than when just full (605 l/s).
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
END_TIME 00:10:00
REPORT_STEP 00:01:00
WET_STEP 00:01:00
DRY_STEP 00:01:00
ROUTING_STEP 1

[STORAGE]
BASIN 10 5 DEPTH FUNCTIONAL 0 0 1000000 0 0

[OUTFALLS]
END 5 FREE

[WEIRS]
SILL BASIN END TRANSVERSE 1 1.84 NO 0 0 SURCHARGE

[XSECTIONS]
SILL RECT_OPEN 0.3 2 0 0
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
flows = {}
print("head over the sill   1.84 x 2 m x h^1.5   surcharge YES   surcharge NO")
for head in (0.2, 0.3, 0.6):
    for surcharge in ("YES", "NO"):
        model = text.replace("DEPTH", f"{1 + head:g}").replace("SURCHARGE", surcharge)
        report = run(model, f"{surcharge}_{head}")
        row = next(r.split() for r in report.split("Link Flow Summary")[1].splitlines() if r.split()[:1] == ["SILL"])
        flows[head, surcharge] = float(row[2])
    formula = 1840 * 2 * head**1.5
    print(f"{head} m {formula:>26.0f} l/s {flows[head, 'YES']:>14.0f} {flows[head, 'NO']:>14.0f} l/s")
below = all(abs(flows[h, s] / (3680 * h**1.5) - 1) < 0.01 for h in (0.2, 0.3) for s in ("YES", "NO"))
above = flows[0.6, "YES"] < 0.7 * 3680 * 0.6**1.5 and abs(flows[0.6, "NO"] / flows[0.3, "NO"] - 1) < 0.01
sys.exit(0 if below and above else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
