#!/usr/bin/env bash
# pyswmm makes the report's path by replacing every '.inp', and only in small letters.
#
# One would guess: Simulation('MODEL.INP') and Simulation('city.inp.d/model.inp') run, their reports beside the models.
# What happens:    the first one asks the engine to write its report over the input file, and the engine refuses (ERROR
#                  301, files share same names); the second one looks for the folder 'city.rpt.d' (ERROR 305). With
#                  reportfile and outputfile given both run.
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

from pyswmm import Simulation

print("pyswmm", version("pyswmm"), "swmm-toolkit", version("swmm-toolkit"))
text = Path("model.inp").read_text()
seen = []
for name in ("model.inp", "MODEL.INP", "city.inp.d/model.inp"):
    path = Path("own") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    for files in ((), ("given.rpt", "given.out")):
        try:
            with Simulation(str(path), *files) as simulation:
                for _ in simulation:
                    pass
            seen.append("runs")
        except Exception as error:
            seen.append(re.search(r"ERROR \d+", str(error))[0])
        print(name, "with files given:" if files else "alone:", seen[-1])
sys.exit(0 if seen == ["runs", "runs", "ERROR 301", "runs", "ERROR 305", "runs"] else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
