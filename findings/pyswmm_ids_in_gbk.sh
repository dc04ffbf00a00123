#!/usr/bin/env bash
# pyswmm finds no object with a Chinese id in an input file in GBK, which SWMM runs.
#
# One would guess: Nodes(simulation) gives the nodes of any file that the engine opens; SWMM's own interface writes GBK
#                  on a Chinese Windows.
# What happens:    the file runs, and Output reads its ids; but Nodes(simulation) raises PYSWMMException 'Node ID ...
#                  Does not Exist' for an id that pyswmm itself has just listed.
# Seen with pyswmm 2.2.0, swmm-toolkit 0.17.0 (SWMM 5.2.4) on 2026-11-28.
#
# Prints the versions and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pyswmm==2.2.0 swmm-toolkit==0.17.0
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
DRY_STEP 00:05:00
ROUTING_STEP 2

[RAINGAGES]
RG INTENSITY 0:05 1.0 TIMESERIES STORM

[TIMESERIES]
STORM 0:00 20
STORM 0:30 150
STORM 1:00 0

[SUBCATCHMENTS]
YARD RG J1 0.5 60 30 1 0

[SUBAREAS]
YARD 0.012 0.1 1.5 3 0 OUTLET

[INFILTRATION]
YARD 50 2 4 7 0

[JUNCTIONS]
J1 10 1.5 0 0 0

[STORAGE]
T1 9.9 1.5 0.2 FUNCTIONAL 0 0 20 0 0

[OUTFALLS]
O1 9.5 FREE NO

[CONDUITS]
C1 J1 T1 20 0.013 0 0 0
C2 T1 O1 20 0.013 0.3 0 0

[XSECTIONS]
C1 CIRCULAR 0.3 0 0 0
C2 CIRCULAR 0.3 0 0 0

[POLLUTANTS]
GERMS #/L 100000 0 0 0 NO

[REPORT]
SUBCATCHMENTS ALL
NODES ALL
LINKS ALL
INP

cat > "$folder/look.py" <<'PY'
import re
import sys
from importlib.metadata import version
from pathlib import Path

from pyswmm import Nodes, Simulation

print("pyswmm", version("pyswmm"), "swmm-toolkit", version("swmm-toolkit"))
path = Path("model.inp")
text = path.read_text(encoding="utf-8").replace("J1", "雨水井")
seen = {}
for encoding in ("utf-8", "gbk"):
    path.write_bytes(text.encode(encoding))
    with Simulation("model.inp") as simulation:
        for _ in simulation:
            pass
        listed = simulation._model.getObjectIDList(2)
        try:
            seen[encoding] = "%d nodes" % len(list(Nodes(simulation)))
        except Exception as error:
            seen[encoding] = type(error).__name__
    report = path.with_suffix(".rpt").read_bytes().decode(encoding)
    print(encoding, "run to its end:", "Analysis ended" in report, "listed:", len(listed), "Nodes:", seen[encoding])
sys.exit(0 if seen == {"utf-8": "3 nodes", "gbk": "PYSWMMException"} else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
