#!/usr/bin/env bash
# The water at an outfall below a silted pipe has depth 0, while water flows out of the pipe above it.
#
# One would guess: an outfall's depth is that of the water leaving the pipe: 0.10 m below a clean pipe of 0.4 m with 20
#                  l/s, and silt (FILLED_CIRCULAR) of 0.1 m and the water over it below a silted one.
# What happens:    the bottom of a filled section is its silt, so that the pipe ends 0.1 m above the outfall's invert,
#                  as over a step; the outfall's depth is 0 then. The link's own depth is counted from the silt, that
#                  of the manhole above from the invert.
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
SHAFT 10.1 3 0 0 0

[OUTFALLS]
END 10 FREE

[CONDUITS]
PIPE SHAFT END 100 0.013 0 0

[XSECTIONS]
PIPE SECTION 0 0

[DWF]
SHAFT FLOW 20
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


def row(report, title, name):
    return next(r.split() for r in report.split(title)[1].splitlines() if r.split()[:1] == [name])


text = Path("model.inp").read_text()
depths = {}
for name, section in (("clean", "CIRCULAR 0.4 0"), ("silted", "FILLED_CIRCULAR 0.4 0.1")):
    report = run(text.replace("SECTION 0 0", section + " 0 0"), name)
    depths[name] = [float(row(report, "Node Depth Summary", node)[3]) for node in ("SHAFT", "END")]
    flow = row(report, "Outfall Loading Summary", "END")[3]
    print(f"{name:<7} flow {flow} l/s, depth in the shaft {depths[name][0]} m, at the outfall {depths[name][1]} m")
as_seen = depths["clean"][1] > 0.08 and depths["silted"][1] == 0 and depths["silted"][0] > 0.2
sys.exit(0 if as_seen else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
