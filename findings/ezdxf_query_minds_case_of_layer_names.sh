#!/usr/bin/env bash
# ezdxf finds a CAD layer whatever its case, and the entities on it only by the case that each was drawn with.
#
# One would guess: layer names mean the same in any case, as in every CAD program and in doc.layers: a query for what
#                  lies on YS finds what was drawn on ys.
# What happens:    doc.layers has 'YS' and 'ys' as one, query('LINE[layer=="YS"]') and groupby do not: of two lines on
#                  one layer one is found. Nothing is wrong with the drawing: files of several programs mix them.
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
import sys

import ezdxf

print("ezdxf", ezdxf.__version__)
document = ezdxf.new("R2010")
document.layers.add("YS")
space = document.modelspace()
space.add_line((0, 0), (10, 0), dxfattribs={"layer": "YS"})
space.add_line((10, 0), (20, 0), dxfattribs={"layer": "ys"})
document.saveas("pipes.dxf")
document = ezdxf.readfile("pipes.dxf")
space = document.modelspace()
one_layer = "ys" in document.layers and document.layers.get("ys") is document.layers.get("YS")
found = len(space.query('LINE[layer=="YS"]'))
any_case = len(space.query('LINE[layer=="YS"]i'))
groups = {name: len(group) for name, group in space.groupby(dxfattrib="layer").items()}
print(f"two lines on one layer; doc.layers has 'ys' and 'YS' as one: {one_layer}")
print(f"query of layer YS: {found} line; with the flag i: {any_case}; groupby: {groups}")
sys.exit(0 if one_layer and (found, any_case) == (1, 2) and groups == {"YS": 1, "ys": 1} else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
