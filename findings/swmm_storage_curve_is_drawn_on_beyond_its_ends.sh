#!/usr/bin/env bash
# A storage curve goes on beyond its rows: down to nothing at the floor, and up as its last two rows lead.
#
# One would guess: below its first row and above its last a curve of areas keeps the area of that row, or the engine
#                  says that rows are missing.
# What happens:    below the first row the area falls to 0 at depth 0, above the last it grows (or shrinks, to 0 at the
#                  least) by the slope of the last two rows. Nothing is said. A basin of 1000 m2 surveyed from 1 m up
#                  lacks half of its lowest metre.
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
BASIN 0 5 DEPTH TABULAR AREAS 0 0

[CURVES]
AREAS STORAGE ROW1
AREAS ROW2

[OUTFALLS]
END 0 FREE

[CONDUITS]
PIPE BASIN END 100 0.013 4.99 0 0

[XSECTIONS]
PIPE CIRCULAR 0.01 0 0 0
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
print("rows (m, m2)        depth   volume   end areas kept   drawn on (by hand)")
for first, second, depth, kept, drawn_on in (
    ("1 1000", "2 1000", 1.0, 1000, 500),
    ("0 1000", "2 2000", 4.0, 7000, 8000),
    ("0 1000", "2 500", 4.9, 2950, 2000),
):
    model = text.replace("ROW1", first).replace("ROW2", second).replace("DEPTH", str(depth))
    report = run(model, "model_run")
    seen = 1000 * float(re.search(r"Initial Stored Volume \.+\s+\S+\s+(\S+)", report)[1])
    print(f"{first}, {second:<10} {depth:>7} m {seen:>8.0f} {kept:>10} m3 {drawn_on:>12} m3")
    as_seen &= abs(seen - drawn_on) < 2 and "WARNING" not in report
sys.exit(0 if as_seen else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
