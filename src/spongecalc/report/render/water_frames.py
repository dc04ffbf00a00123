"""Water on the ground over time as small pictures that the map's time slider lays over the map."""

from __future__ import annotations

import base64
from io import BytesIO

import numpy as np
from PIL import Image

from spongecalc.assess.review import WaterFrames

# Depths in mm from which on each class of blue is shown: wet, wading, a lane, deeper.
CLASSES_MM = (20, 50, 150, 300)
COLOURS = ((0, 0, 0), (190, 220, 245), (115, 170, 225), (40, 105, 190), (10, 45, 115))


def water_json(water: WaterFrames, step_min: float) -> dict[str, object]:
    """The frames for the page: ``box`` (left, top, width, height in m of the CRS) and ``png`` every ``step_min``.

    A frame without water is empty text. Pictures have a colour per class of depth and are transparent where the
    ground is dry; one cell is one pixel.
    """
    rows, columns = water.depth_mm.shape[1:]
    cell = water.transform.a
    count = int(len(water.depth_mm) * water.step_min // step_min)
    frames = [""]  # nothing stands at the start
    for number in range(1, count + 1):
        frames.append(
            _png(water.depth_mm[min(round(number * step_min / water.step_min), len(water.depth_mm)) - 1])
        )
    return {
        "box": [water.transform.c, water.transform.f, columns * cell, rows * abs(water.transform.e)],
        "png": frames,
    }


def _png(depth_mm: np.ndarray) -> str:
    classes = np.digitize(depth_mm, CLASSES_MM).astype(np.uint8)
    if not classes.any():
        return ""
    picture = Image.fromarray(classes, mode="P")
    picture.putpalette([v for colour in COLOURS for v in colour])
    buffer = BytesIO()
    picture.save(buffer, "PNG", transparency=0, optimize=True, bits=4)
    return base64.b64encode(buffer.getvalue()).decode("ascii")
