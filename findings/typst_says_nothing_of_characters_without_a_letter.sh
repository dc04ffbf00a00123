#!/usr/bin/env bash
# typst sets a document with characters that none of its fonts has, and says nothing of it.
#
# One would guess: a character that no font has is a warning, as a font family that is not there is one; or an error.
# What happens:    compile_with_warnings gives no warning: where the machine has no Chinese font, the report is made,
#                  and its Chinese is empty boxes. compile hands out no warnings at all, that of an unknown font family
#                  among them.
# Seen with typst 0.15.2 on 2026-11-29.
#
# Prints the version and what it saw; exits 1 if that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check typst==0.15.2
cd "$folder"

cat > "$folder/look.py" <<'PY'
import sys
from importlib.metadata import version

import typst

print("typst", version("typst"))
page = "#set page(width: auto, height: auto)\n"


def shapes_of(words):
    """The different letters of a page, and what was warned of; only typst's own fonts, which have no Chinese."""
    made, warnings = typst.compile_with_warnings((page + words).encode(), format="svg", ignore_system_fonts=True)
    return made.decode().count("<symbol"), [w.message for w in warnings]


letters, said = shapes_of("pipe")
print(f"'pipe': {letters} different letters, warnings {said}")
boxes, of_boxes = shapes_of("雨水管道")
print(f"'雨水管道': {boxes} different letter, warnings {of_boxes}")
_, of_family = shapes_of('#set text(font: "No Such Font")\npipe')
print(f"unknown font family: warnings {of_family}")
sys.exit(0 if (letters, boxes) == (3, 1) and not of_boxes and of_family else 1)
PY
"$folder/venv/bin/python" "$folder/look.py"
