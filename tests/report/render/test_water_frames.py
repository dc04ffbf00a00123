"""Water over time on the map: pictures hold the depths' classes at their minutes, and the page carries them."""

import base64
from dataclasses import replace
from io import BytesIO

import numpy as np
from affine import Affine
from PIL import Image
from tests.report.synthetic_review import synthetic_review

from spongecalc.assess.review import WaterFrames
from spongecalc.report.content.map_series import map_series
from spongecalc.report.render.map_series_json import series_json
from spongecalc.report.render.water_frames import COLOURS, water_json


def frames() -> WaterFrames:
    depth = np.zeros((4, 3, 5), dtype=np.uint16)
    depth[1, 0] = [19, 20, 50, 150, 300]
    depth[3, 2, 4] = 1000
    return WaterFrames(depth, Affine(2.0, 0, 100.0, 0, -2.0, 50.0), 5.0)


def picture(text: str) -> np.ndarray:
    return np.array(Image.open(BytesIO(base64.b64decode(text))).convert("RGBA"))


def test_classes_place_and_minutes() -> None:
    made = water_json(frames(), 5.0)
    assert made["box"] == [100.0, 50.0, 10.0, 6.0]
    png = made["png"]
    assert [bool(p) for p in png] == [False, False, True, False, True]  # at 0, 5, 10, 15, 20 min
    first = picture(png[2])
    assert first[0, 0, 3] == 0  # 19 mm is dry to the eye
    assert [tuple(first[0, c, :3]) for c in range(1, 5)] == [tuple(c) for c in COLOURS[1:]]
    assert first[1:, :, 3].max() == 0
    assert picture(png[4])[2, 4, 3] == 255
    every_ten = water_json(frames(), 10.0)["png"]
    assert [bool(p) for p in every_ten] == [False, True, True]
    assert every_ten[1] == png[2]


def test_page_without_series_of_pipes_still_slides() -> None:
    page = synthetic_review().pages[0]
    page = replace(page, hydraulics={}, water={"before": frames()})
    assert '"water"' in series_json(map_series(page))
    assert map_series(replace(page, water={})) is None
