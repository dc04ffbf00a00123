#!/usr/bin/env bash
# A path that ezdxf makes of an arc strays from it by 0.3 thousandths of its radius, however finely it is flattened.
#
# One would guess: make_path(arc).flattening(0.001) are points that lie no more than 0.001 off the arc: a kerb of 1000
#                  m radius to the millimetre.
# What happens:    a quarter circle becomes one Bezier curve, which is 0.27 m off at a radius of 1000 m; the tolerance
#                  is that of the chords from the Bezier curve. arc.flattening(0.001) is right, and so is make_path
#                  with more segments (16: under a hundredth of a millimetre); of the bulges of an LWPOLYLINE there is
#                  make_path alone.
# Seen with ezdxf 1.4.5 on 2026-11-29.
#
# Prints the version and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check ezdxf==1.4.5
cd "$folder"

cat > "$folder/look.py" <<'PY'
import math
import sys

import ezdxf
from ezdxf.path import make_path

print("ezdxf", ezdxf.__version__)
RADIUS_M, TOLERANCE_M = 1000.0, 0.001
space = ezdxf.new().modelspace()
arc = space.add_arc((0, 0), RADIUS_M, 0, 90)
bulged = space.add_lwpolyline([(RADIUS_M, 0, 0, 0, math.tan(math.pi / 8)), (0, RADIUS_M)])


def strays_m(points):
    return max(abs(math.hypot(p.x, p.y) - RADIUS_M) for p in points)


found = {
    "arc.flattening": strays_m(arc.flattening(TOLERANCE_M)),
    "path of the arc": strays_m(make_path(arc).flattening(TOLERANCE_M)),
    "path of a bulge": strays_m(make_path(bulged).flattening(TOLERANCE_M)),
    "with segments=16": strays_m(make_path(bulged, segments=16).flattening(TOLERANCE_M)),
}
print(f"a quarter circle of {RADIUS_M:g} m, flattened to {TOLERANCE_M:g} m; farthest vertex from the circle:")
for name, metres in found.items():
    print(f"{name:<17} {metres:.6f} m")
paths = all(abs(found[n] - 0.2725) < 0.001 for n in ("path of the arc", "path of a bulge"))
sys.exit(0 if paths and found["arc.flattening"] < 1e-6 and found["with segments=16"] < 1e-5 else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
