import math
import random
import re
import xml.etree.ElementTree as ET

import pytest
from shapely.geometry import LineString, Point, Polygon, box

from spongecalc.report.render.label_places import BESIDE, LabelPlaces, grouped, number_list
from spongecalc.report.render.map_svg import Frame, drawing, frame_of, path_data, scale_length_m, titled

FRAME = Frame(1000.0, 2000.0, 100.0, 75.0)


def test_paths_are_in_metres_from_the_upper_left_rounded_to_a_decimetre():
    assert path_data(LineString([(1001.04, 1999.0), (1010.26, 1990.0)]), FRAME) == "M1 1L10.3 10"


def test_polygons_keep_their_holes():
    shape = Polygon(box(1000, 1990, 1010, 2000).exterior, [box(1002, 1992, 1004, 1994).exterior])
    data = path_data(shape, FRAME)
    assert data.count("M") == data.count("Z") == 2


@pytest.mark.parametrize("nothing", [None, Polygon(), Point(1, 1)])
def test_nothing_to_draw_is_no_path(nothing):
    assert path_data(nothing, FRAME) == ""


def test_frame_holds_all_bounds_and_skips_what_is_not_finite():
    frame = frame_of([(0, 0, 50, 10), (10, -20, 20, 5), (math.nan,) * 4, (0, 0, math.inf, 1)])
    assert frame is not None
    assert frame.left_m <= 0 and frame.left_m + frame.width_m >= 50
    assert frame.top_m >= 10 and frame.top_m - frame.height_m <= -20
    assert 0.5 <= frame.height_m / frame.width_m <= 1.1
    assert frame_of([]) is None
    assert frame_of([(5, 5, 5, 5)]).width_m == pytest.approx(20)


@pytest.mark.parametrize(("width", "length"), [(100, 20), (30, 5), (1000, 200), (21, 5), (8, 2)])
def test_scale_bar_is_a_round_length(width, length):
    assert scale_length_m(Frame(0, 0, width, width)) == length


def test_scale_bar_is_as_long_as_it_says():
    svg = ET.fromstring(drawing("", FRAME, "a & b", "N"))
    bar = next(e for e in svg.iter() if e.get("class") == "ink")
    px = float(re.search(r"H([\d.]+)", bar.get("d"))[1])
    assert px * 100.0 / 640 == pytest.approx(20, abs=0.02)
    assert svg.get("aria-label") == "a & b"


def test_titles_are_escaped():
    assert ET.fromstring(titled("<script>\"&'")).text == "<script>\"&'"


def test_labels_never_overlap():
    places = LabelPlaces(400, 300)
    spots = [(100 + 7 * i, 150) for i in range(12)]
    for x, y in spots:
        places.take(x, y, 4)
    found = [places.find(x, y, 4, (22, 12)) for x, y in spots]
    boxes = [(x - 11, y - 6, x + 11, y + 6) for x, y in (f for f in found if f)]
    assert len(boxes) >= 4
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_groups_and_their_numbers():
    assert grouped([(0, 0), (10, 0), (0.5, 0)], 1) == [[0, 2], [1]]
    assert number_list([3, 1, 2, 7]) == "1-3,7"


def test_the_places_of_labels_are_those_of_a_look_at_every_other() -> None:
    """Against a plain search: every box kept, all compared, in a map crowded enough that some find no place."""
    chance = random.Random(7)
    places, kept = LabelPlaces(400, 300), []  # type: ignore[var-annotated]

    def meets(one: tuple[float, ...]) -> bool:
        return any(one[0] < o[2] and o[0] < one[2] and one[1] < o[3] and o[1] < one[3] for o in kept)

    def plain(x: float, y: float, gap: float, width: float, height: float) -> tuple[float, float] | None:
        for across, down in BESIDE:
            cx, cy = x + across * (gap + width / 2 + 1), y + down * (gap + height / 2 + 1)
            box = (cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2)
            if box[0] >= 0 and box[1] >= 0 and box[2] <= 400 and box[3] <= 300 and not meets(box):
                kept.append(box)
                return cx, cy
        return None

    found = 0
    for _ in range(400):
        x, y, radius = chance.uniform(-20, 420), chance.uniform(-20, 320), chance.uniform(1, 9)
        if chance.random() < 0.3:
            places.take(x, y, radius)
            kept.append((x - radius, y - radius, x + radius, y + radius))
            continue
        width, height = chance.uniform(6, 90), chance.uniform(8, 14)
        wanted = plain(x, y, radius, width, height)
        assert places.find(x, y, radius, (width, height)) == wanted
        found += wanted is not None
    assert 40 < found < 250
