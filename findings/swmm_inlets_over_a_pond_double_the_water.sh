#!/usr/bin/env bash
# With ALLOW_PONDING, water that comes back up a street's inlet is there twice: in the pond and on the street.
#
# One would guess: water that a full sewer pushes up at a manhole either stands on it (ALLOW_PONDING with a ponded
#                  area) or, where a street's inlet leads to that manhole, goes back to the street.
# What happens:    it does both. The pond holds the water and lets it back into the pipe, and the inlet gives the same
#                  volume to the street as backflow; the balance closes by a flooding loss below nought, so that no
#                  continuity error tells. Without a ponded area the same model is right.
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
ALLOW_PONDING YES

[JUNCTIONS]
STREET_TOP 100 1 0 0 0
STREET_LOW 99 1 0 0 0
MANHOLE 97.5 1.5 0 0 AREA

[OUTFALLS]
STREET_END 98 FREE
PIPE_END 96.5 FREE

[CONDUITS]
STREET1 STREET_TOP STREET_LOW 100 0.016 0 0
STREET2 STREET_LOW STREET_END 100 0.016 0 0
PIPE MANHOLE PIPE_END 100 0.013 0 0

[STREETS]
WHOLE 5 0.2 2 0.016 0 0 2 0 0 0

[XSECTIONS]
STREET1 STREET WHOLE
STREET2 STREET WHOLE
PIPE CIRCULAR 0.2 0 0 0

[INLETS]
GRATES GRATE 2 1 P_BAR-50

[INLET_USAGE]
STREET1 GRATES MANHOLE 4 0 0 0 0 ON_GRADE

[INFLOWS]
STREET_TOP FLOW RUNOFF FLOW 1 1
MANHOLE FLOW SEWER FLOW 1 1

[TIMESERIES]
RUNOFF 0:00 300
RUNOFF 1:00 300
RUNOFF 1:01 0
RUNOFF 9:00 0
SEWER 0:00 100
SEWER 1:00 100
SEWER 1:01 0
SEWER 9:00 0
INP

cat > "$folder/look.py" <<'PY'
import re
import sys
from importlib.metadata import version
from pathlib import Path

from swmm.toolkit import solver

print("swmm-toolkit", version("swmm-toolkit"), "SWMM", solver.swmm_version_info())
print("by hand: 300 l/s and 100 l/s for an hour, and half of them for a minute, are 1452 m3")


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


def m3(report, term):
    return 1000 * float(re.search(term + r" [ .]*\s\S+\s+(-?[\d.]+)", report)[1])


text = Path("model.inp").read_text()
found = {}
for name, area in (("no pond", "0"), ("pond of 1000 m2", "1000")):
    report = run(text.replace("AREA", area), name.split()[0])
    terms = ("External Inflow", "External Outflow", "Flooding Loss", "Final Stored Volume")
    came, left, flooded, stored = found[name] = [m3(report, term) for term in terms]
    error = float(re.search(r"Continuity Error \(%\) [.]+\s+(\S+)", report.split("Flow Routing Continuity")[1])[1])
    print(f"{name}: in {came:.0f}, out at outfalls {left:.0f}, flooding loss {flooded:.0f}, stored {stored:.0f} m3, error {error} %")
came, left, flooded, stored = found["pond of 1000 m2"]
doubled = left + stored > 1.5 * came and flooded < -0.5 * came
came, left, flooded, stored = found["no pond"]
right = abs(left + flooded + stored - came) < 0.01 * came
sys.exit(0 if doubled and right else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
