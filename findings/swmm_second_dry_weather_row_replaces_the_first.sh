#!/usr/bin/env bash
# Of two dry-weather flows at one node only the last counts, and nothing is said.
#
# One would guess: two rows of [DWF] (or [INFLOWS], or [RDII]) at one node add up, as two subcatchments or two LID
#                  units do; or the second is refused as a name used twice.
# What happens:    the second row takes the place of the first, without a warning: 10 and 5 l/s are 5 l/s.
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
END_TIME 01:00:00
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

[ROWS]
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
as_seen = True
print("by hand: 10 + 5 l/s for an hour are 54 m3")
for section, rest, term in (("DWF", "", "Dry Weather Inflow"), ("INFLOWS", '"" FLOW 1 1 ', "External Inflow")):
    rows = f"[{section}]\nSHAFT FLOW {rest}10\nSHAFT FLOW {rest}5\n"
    report = run(text.replace("[ROWS]", rows), section)
    seen = 1000 * float(re.search(term + r" \.+\s+\S+\s+(\S+)", report)[1])
    warned = "WARNING" in report
    print(f"[{section}]: {seen:.0f} m3, warned: {warned}")
    as_seen &= abs(seen - 18) < 0.6 and not warned
sys.exit(0 if as_seen else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
