#!/usr/bin/env bash
# itzi-core's uniform flow in a channel depends on the channel's direction in the grid.
#
# One would guess: the same steady flow, per metre of width, down the same slope stands about as deep whichever way
#                  the channel runs, but for the stairs of its walls (some percent; 7 % here with the damping off).
# What happens:    with the default damping (theta 0.9) a channel at 45 degrees, five cells wide, stands 44 % deeper
#                  than Manning's depth; along the grid it has Manning's depth. theta evens each flow out with those
#                  of the faces before and behind it, and those in the stairs of the wall are dry: momentum is lost
#                  at every stair in every step.
# Seen with itzi-core 0.8.0 on 2026-11-29.
#
# Prints the versions and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check itzi-core==0.8.0 numpy==2.5.5
cat > "$folder/look.py" <<'PY'
import math
import sys
from importlib.metadata import version

import numpy as np
from itzi_core.data_containers import SurfaceFlowParameters
from itzi_core.rasterdomain import RasterDomain
from itzi_core.surfaceflow import SurfaceFlowSimulation

CELL, WIDTH, LENGTH, SLOPE, N, FLOW = 2.0, 10.0, 150.0, 0.001, 0.015, 0.05  # m2/s of a metre's width


def depth_over_mannings(degrees, theta):
    turn, cells = math.radians(degrees), int((LENGTH + 4 * WIDTH) / CELL)
    y, x = (np.mgrid[0:cells, 0:cells] + 0.5) * CELL - 2 * WIDTH
    along, across = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    channel = (np.abs(across) < WIDTH / 2) & (along > 0)
    domain = RasterDomain(np.float64, np.zeros(channel.shape, dtype=bool), (CELL, CELL))
    edge = np.ones(channel.shape)
    edge[[0, -1], :] = edge[:, [0, -1]] = 2.0
    domain.update_array("ground_elevation", np.where(channel, 0.0, 1.0) - SLOPE * along)
    domain.update_array("friction", np.full(channel.shape, N))
    domain.update_array("boundary_type", edge)
    simulation = SurfaceFlowSimulation(domain, SurfaceFlowParameters(dtmax=1.0, cfl=0.4, theta=theta))
    top = channel & (along < WIDTH)
    domain.get_array("ext")[:] = np.where(top, FLOW * WIDTH / (top.sum() * CELL**2), 0.0)
    elapsed = 0.0
    while elapsed < 1500.0:
        simulation.solve_dt()
        elapsed += simulation.dt.total_seconds()
        simulation.step()
    reach = channel & (along > 0.35 * LENGTH) & (along < 0.65 * LENGTH)
    width = reach.sum() * CELL**2 / (0.3 * LENGTH)  # as the cells have it
    manning = (FLOW * WIDTH / width * N / math.sqrt(SLOPE)) ** 0.6
    return float(domain.get_array("water_depth")[reach].mean()) / manning


print("itzi-core", version("itzi-core"))
straight, turned, undamped = depth_over_mannings(0, 0.9), depth_over_mannings(45, 0.9), depth_over_mannings(45, 1.0)
print("depth over Manning's, theta 0.9: along the grid %.2f, at 45 degrees %.2f" % (straight, turned))
print("theta 1.0, at 45 degrees: %.2f" % undamped)
sys.exit(0 if straight < 1.05 and turned > 1.25 and undamped < 1.10 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
