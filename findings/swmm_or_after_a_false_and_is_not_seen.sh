#!/usr/bin/env bash
# In a control rule an OR is not looked at once the clauses before its AND are false.
#
# One would guess: IF a AND b OR c is (a and b) or c, as in any programming language: with c true the rule fires.
#                  Whether a or b is the one that is false makes no difference.
# What happens:    with a false the engine stops at the AND and never comes to the OR: the rule does not fire although
#                  c is true. With a true and b false it does come to it, and the rule fires.
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

[STORAGE]
TANK 10 5 1 FUNCTIONAL 0 0 100000 0 0

[OUTFALLS]
END 5 FREE

[ORIFICES]
GATE TANK END BOTTOM 0 0.62 NO 0

[XSECTIONS]
GATE RECT_CLOSED 0.1 0.1 0 0

[CONTROLS]
RULE SHUT
IF FIRST
AND SECOND
OR SIMULATION TIME > 1
THEN ORIFICE GATE SETTING = 0
INP

cat > "$folder/look.py" <<'PY'
import sys
from importlib.metadata import version
from pathlib import Path

from swmm.toolkit import shared_enum as enum
from swmm.toolkit import solver

print("swmm-toolkit", version("swmm-toolkit"), "SWMM", solver.swmm_version_info())


def flow_at_the_end(first, second, name):
    text = Path("model.inp").read_text().replace("FIRST", first).replace("SECOND", second)
    Path(f"{name}.inp").write_text(text)
    solver.swmm_open(f"{name}.inp", f"{name}.rpt", f"{name}.out")
    gate = solver.project_get_index(enum.ObjectType.LINK, "GATE")
    solver.swmm_start(True)
    while solver.swmm_step() > 0:
        flow = solver.link_get_result(gate, enum.LinkResult.FLOW)
    solver.swmm_end()
    solver.swmm_close()
    return flow


true, false = "NODE TANK DEPTH > 0.5", "NODE TANK DEPTH > 4"
print("rule: IF a AND b OR c THEN the gate is shut; c is true in the second hour")
flows = {}
for name, a, b in (("a_false", false, true), ("b_false", true, false)):
    flows[name] = flow_at_the_end(a, b, name)
    fired = "shut, as (a and b) or c says" if flows[name] == 0 else "open: c was not looked at"
    print(f"{name}: {flows[name]:.1f} l/s at the end, {fired}")
sys.exit(0 if flows["a_false"] > 20 and flows["b_false"] == 0 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
