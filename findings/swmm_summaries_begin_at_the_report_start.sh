#!/usr/bin/env bash
# Flooding and peaks before REPORT_START_TIME are in no summary; volumes of the same tables are of the whole run.
#
# One would guess: the reporting start is where time series begin; the summaries of a run (flooded nodes, peaks) are
#                  those of the run, as its balance is.
# What happens:    peaks, depths and flooding are counted from the reporting start, volumes of inflow and of outfalls
#                  from the start of the run. A node that flooded 28 m3 before it is not among the flooded nodes.
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
END_TIME 04:00:00
REPORT_STEP 00:01:00
WET_STEP 00:01:00
DRY_STEP 00:01:00
ROUTING_STEP 1
REPORT_START_DATE 06/01/2026
REPORT_START_TIME BEGIN
ALLOW_PONDING YES

[JUNCTIONS]
SHAFT 10 1 0 0 1000

[OUTFALLS]
END 9.9 FREE

[CONDUITS]
PIPE SHAFT END 100 0.013 0 0

[XSECTIONS]
PIPE CIRCULAR 0.1 0 0 0

[INFLOWS]
SHAFT FLOW STORM FLOW 1 1

[TIMESERIES]
STORM 0:00 50
STORM 0:10 50
STORM 0:11 0
STORM 9:00 0
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


def row(report, title, name, column):
    rows = [r.split() for r in report.split(title)[1].split("Summary")[0].splitlines()]
    return next((r[column] for r in rows if r[:1] == [name]), "-")


text = Path("model.inp").read_text()
found = {}
print("50 l/s for 10 minutes: 31.5 m3 come, the pipe takes 5 l/s, the rest stands on the rim")
for begin in ("00:00:00", "03:00:00"):
    report = run(text.replace("BEGIN", begin), begin.split(":")[0])
    found[begin] = [
        row(report, "Node Flooding Summary", "SHAFT", 5),
        row(report, "Node Inflow Summary", "SHAFT", 3),
        row(report, "Node Inflow Summary", "SHAFT", 7),
        row(report, "Outfall Loading Summary", "END", 4),
    ]
    flooded, peak, volume, left = found[begin]
    print(f"reports from {begin}: flooded {flooded}, peak inflow {peak} l/s, inflow {volume}, left {left} 10^6 l")
whole, late = found["00:00:00"], found["03:00:00"]
forgotten = float(whole[0]) > 0.02 and late[0] == "-" and float(whole[1]) == 50 and float(late[1]) == 0
sys.exit(0 if forgotten and whole[2:] == late[2:] else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
