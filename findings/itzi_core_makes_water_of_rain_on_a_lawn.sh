#!/usr/bin/env bash
# itzi-core makes thirty times the rain on a rough slope, in the time steps that it chooses itself.
#
# One would guess: under steady rain what runs off a plane rises to the rain on it and stays there (the kinematic
#                  wave's answer), in the solver's own time steps with all its default settings.
# What happens:    100 mm/h on 100 m of lawn of 5 % (Manning's n 0.2, cells of 5 m) flow off at more than twenty times
#                  the rain, and the solver's own count of water that it made is thirty times what fell. The step is
#                  chosen by the waves of thin water (up to 5 s), in which the drag, taken by the speed before the
#                  step, would stop the water many times over. With dtmax=2 s it rises to the rain and no further.
# Seen with itzi-core 0.8.0 on 2026-11-29.
#
# Prints the versions and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check itzi-core==0.8.0 numpy==2.5.5
cat > "$folder/look.py" <<'PY'
import sys
from importlib.metadata import version

import numpy as np
from itzi_core.data_containers import SurfaceFlowParameters
from itzi_core.rasterdomain import RasterDomain
from itzi_core.surfaceflow import SurfaceFlowSimulation

CELL, ROWS, SLOPE, N, RAIN = 5.0, 20, 0.05, 0.2, 0.1 / 3600


def over_rain(longest_s):
    """Largest flow of 30 s over the foot of the plane, and the water made, both over the rain that came."""
    ground = np.full((ROWS + 2, 5), 100.0)
    ground[1:, 1:-1] = -SLOPE * CELL * np.arange(ROWS + 1)[:, None]
    domain = RasterDomain(np.float64, np.zeros(ground.shape, dtype=bool), (CELL, CELL))
    edge = np.ones(ground.shape)
    edge[-1, :] = 2.0
    domain.update_array("ground_elevation", ground)
    domain.update_array("friction", np.full(ground.shape, N))
    domain.update_array("boundary_type", edge)
    simulation = SurfaceFlowSimulation(domain, SurfaceFlowParameters(dtmax=longest_s))
    domain.get_array("ext")[1:-1, 1:-1] = RAIN
    came, elapsed, since, flows = 0.0, 0.0, 0.0, []
    while elapsed < 2400.0:
        simulation.solve_dt()
        step = simulation.dt.total_seconds()
        simulation.step()
        elapsed, since = elapsed + step, since + step
        came += float(domain.get_array("discharge_south")[-2, 2]) * step
        if since >= 30.0:
            flows.append(came / since)
            came = since = 0.0
    made = float(domain.get_array("error_depth_accum").sum()) / (RAIN * 2400.0 * ROWS * 3)
    return max(flows) / (RAIN * ROWS * CELL), made


print("itzi-core", version("itzi-core"))
own, short = over_rain(5.0), over_rain(2.0)
print("default settings: largest flow over the rain %.2f, water made over the rain %.2f" % own)
print("dtmax of 2 s:     largest flow over the rain %.2f, water made over the rain %.2f" % short)
sys.exit(0 if own[0] > 2 and own[1] > 1 and short[0] < 1.02 and short[1] < 0.001 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
