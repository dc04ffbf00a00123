#!/usr/bin/env bash
# A pollutant inflow given as mass a second enters 28.3 times too small.
#
# One would guess: an inflow of type MASS of 1000 (units factor 1) of a pollutant in MG/L is 1000 mg/s: the same as 100
#                  mg/l in a flow of 10 l/s.
# What happens:    a 28.317th of it enters, litres in a cubic foot, in any flow units. The same load as CONCEN is
#                  right.
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

[JUNCTIONS]
SHAFT 10 3 0 0 0

[OUTFALLS]
END 9 FREE

[CONDUITS]
PIPE SHAFT END 100 0.013 0 0 0

[XSECTIONS]
PIPE CIRCULAR 1 0 0 0

[POLLUTANTS]
SALT MG/L 0 0 0 0 NO * 0 0 0

[INFLOWS]
SHAFT FLOW "" FLOW 1 1 10
SHAFT SALT "" LOAD
INP

cat > "$folder/look.py" <<'PY'
import re
import sys
from importlib.metadata import version
from pathlib import Path

from swmm.toolkit import solver

print("swmm-toolkit", version("swmm-toolkit"), "SWMM", solver.swmm_version_info())
print("by hand: 10 l/s x 100 mg/l = 1000 mg/s; 7200 s of it are 7.2 kg")

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
entered = {}
for kind, load in (("CONCEN", "CONCEN 1 1 100"), ("MASS", "MASS 1 1 1000")):
    report = run(text.replace("LOAD", load), kind).split("Quality Routing Continuity")[1]
    entered[kind] = float(re.search(r"External Inflow \.+\s+(\S+)", report)[1])
    print(f"{kind:<7} {entered[kind]} kg entered")
print(f"7.2 / 28.317 = {7.2 / 28.317:.3f}")
as_seen = abs(entered["CONCEN"] - 7.2) < 0.02 and abs(entered["MASS"] - 7.2 / 28.317) < 0.002
sys.exit(0 if as_seen else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
