"""Long sections: the path, the levels, the crossings; drawn and written for CAD."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import ezdxf
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString
from tests.report.synthetic_review import CRS, X, Y, synthetic_review

from spongecalc.report.content.long_section import long_sections, main_path
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.long_section_dxf import VERTICAL_SCALE, sections_dxf
from spongecalc.report.render.long_section_svg import section_svg


def pipes_of(*rows):
    """Pipes as (id, from, to, length)."""
    return gpd.GeoDataFrame(
        {
            "pipe_id": [r[0] for r in rows],
            "from_node": [r[1] for r in rows],
            "to_node": [r[2] for r in rows],
        },
        geometry=[LineString([(0, 0), (r[3], 0)]) for r in rows],
        crs=CRS,
    )


def ids(pipes):
    """Ids of what the main path is made of."""
    return [feature for _, feature in main_path(pipes)]


def test_main_path_is_the_longest_along_the_flow():
    tree = pipes_of(("a", "1", "2", 10.0), ("b", "2", "4", 10.0), ("c", "3", "4", 25.0), ("d", "4", "5", 5.0))
    assert ids(tree) == ["c", "d"]
    # Of two pipes between the same nodes the longer one is the path.
    assert ids(pipes_of(("a", "1", "2", 10.0), ("b", "1", "2", 12.0))) == ["b"]


def test_loops_and_loose_pipes_do_not_stop_it():
    loop = pipes_of(("a", "1", "2", 10.0), ("b", "2", "3", 10.0), ("c", "3", "1", 10.0), ("d", "3", "4", 4.0))
    path = ids(loop)
    assert path[-1] == "d" and len(path) == len(set(path))
    assert ids(pipes_of(("a", "1", "1", 10.0))) == []
    assert ids(pipes_of(("a", None, "1", 10.0), ("b", "1", "2", 3.0))) == ["b"]
    assert ids(pipes_of()) == []


@pytest.fixture(scope="module")
def page():
    (page,) = [p for p in synthetic_review().pages if p.community_id == "A01"]
    lines = gpd.GeoDataFrame(
        {"utility_id": ["GAS1", "TEL1"], "utility": ["gas_low", "telecom"], "top_m": [1529.0, np.nan]},
        geometry=[
            LineString([(X, Y + 40), (X + 50, Y + 40)]),
            LineString([(X, Y), (X + 22, Y)]),
        ],
        crs=CRS,
    )
    after = {**page.layers["after"], "utilities": lines}
    return replace(page, layers={**page.layers, "after": after})


def test_a_section_by_hand(page):
    """N1 at 60 m, N2 at -10 m: 70 m of pipe from 1528.5 to 1527.0; the gas main crosses 20 m from N1."""
    (section,) = [s for s in long_sections(page, Wording("en")) if (s.scenario, s.system) == ("after", "storm")]
    assert [s.node_id for s in section.stations] == ["N1", "N2"]
    assert section.length_m == pytest.approx(70.0)
    (reach,) = section.reaches
    assert reach.slope_percent == pytest.approx(100 * 1.5 / 70)
    assert section.stations[0].level_m["after"] == pytest.approx(1528.5 + 0.9)
    assert section.stations[0].level_m["before"] == pytest.approx(1528.5 + 1.8)
    first = section.crossings[0]
    assert (first.utility_id, round(first.station_m, 3), first.top_m) == ("GAS1", 20.0, 1529.0)
    assert section.crossings[1].station_m == pytest.approx(60.0)
    assert np.isnan(section.crossings[1].top_m)


def test_a_line_digitised_against_the_flow_has_its_crossings_where_they_are(page):
    """The sewage pipe is drawn from N4 to N3; the gas main is 20 m from N3."""
    (section,) = [s for s in long_sections(page, Wording("en")) if (s.scenario, s.system) == ("after", "sewage")]
    assert [s.node_id for s in section.stations] == ["N3", "N4"]
    assert section.crossings[0].station_m == pytest.approx(20.0)


def test_drawing_states_the_levels(page):
    words = Wording("en")
    for section in long_sections(page, Wording("en")):
        root = ElementTree.fromstring(section_svg(section, words))
        said = [t.text for t in root.iter() if t.tag.endswith("text")]
        assert {"N1", "N2"} <= set(said) or {"N3", "N4"} <= set(said)
    (section,) = [s for s in long_sections(page, Wording("en")) if (s.scenario, s.system) == ("after", "storm")]
    svg = section_svg(section, words)
    for figure in (">1530.00<", ">1528.50<", ">1.50<", ">70.00<", ">DN300<", ">2.14 %<"):
        assert figure in svg
    # Ground falls to the right: its line goes down the drawing.
    ground = re.search(r'<path d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" fill="none" stroke="#7a5c2e"', svg)
    assert float(ground[4]) > float(ground[2])


def test_dxf_is_to_scale_and_the_same_every_time(page):
    sections = long_sections(page, Wording("en"))
    content = sections_dxf(sections, Wording("zh"))
    assert content == sections_dxf(sections, Wording("zh"))
    drawing = ezdxf.read(io.StringIO(content.decode("utf-8")))
    assert len(drawing.audit().errors) == 0
    space = drawing.modelspace()
    grounds = [list(e.get_points("xy")) for e in space.query('LWPOLYLINE[layer=="SC_GROUND"]')]
    storm = [g for g in grounds if g[0][0] == 0.0 and g[-1][0] == pytest.approx(70.0)]
    # 1530 m to 1529 m of ground over 70 m, ten times enlarged.
    assert any(g[0][1] - g[-1][1] == pytest.approx(1.0 * VERTICAL_SCALE) for g in storm)
    texts = [t.dxf.text for t in space.query("TEXT")]
    assert "1528.50" in texts and any(t.startswith("P1 DN300") for t in texts)


def test_a_level_known_to_a_range_has_a_bar_from_one_end_to_the_other(page):
    """N1 after the works: 0.90 m by the run, 1.25 by the reference run; its level was 1529.40 and is 1529.75."""
    row = {"community_id": "A01", "scenario": "after", "object": "node", "object_id": "N1"}
    unsettled = pd.DataFrame([row | {"figure": "max_depth_m", "value": 0.90, "reference_value": 1.25}])
    sections = long_sections(page, Wording("en"), unsettled)
    (section,) = [s for s in sections if (s.scenario, s.system) == ("after", "storm")]
    assert section.stations[0].other_level_m == pytest.approx({"after": 1529.75})
    assert section.stations[1].other_level_m == {}
    svg = section_svg(section, Wording("en"))
    (bar,) = re.findall(r'class="swing" d="M[\d.]+ ([\d.]+)h6M[\d.]+ [\d.]+V([\d.]+)', svg)
    level = re.search(r'd="M[\d.]+ ([\d.]+)[^"]*" fill="none" stroke="#005b96"', svg)
    assert level is not None
    # The bar stands on the line of the highest level, and rises from it.
    assert float(bar[1]) == pytest.approx(float(level[1]), abs=0.1)
    assert float(bar[0]) < float(bar[1]) - 5
    assert "Level not settled" in svg
    plain = section_svg(long_sections(page, Wording("en"))[sections.index(section)], Wording("en"))
    assert "swing" not in plain and "Level not settled" not in plain
    drawing = ezdxf.read(io.StringIO(sections_dxf([section], Wording("en")).decode("utf-8")))
    lines = [list(e.get_points("xy")) for e in drawing.modelspace().query('LWPOLYLINE[layer=="SC_LEVEL_AFTER"]')]
    (upright_line,) = [e for e in lines if e[0][0] == e[1][0]]
    assert upright_line[1][1] - upright_line[0][1] == pytest.approx(0.35 * VERTICAL_SCALE)


def test_nothing_known_is_no_drawing(page):
    bare = page.layers["after"]["nodes"].assign(ground_m=np.nan, invert_m=np.nan)
    pipes = page.layers["after"]["pipes"].assign(invert_up_m=np.nan, invert_down_m=np.nan)
    layers = {"after": {"nodes": bare, "pipes": pipes}}
    unknown = replace(page, layers=layers, hydraulics={})
    sections = long_sections(unknown, Wording("en"))
    assert sections and all(section_svg(s, Wording("en")) == "" for s in sections)
    assert sections_dxf(sections, Wording("en"))
    assert long_sections(replace(page, layers={}), Wording("en")) == []


def test_a_structure_leads_the_path_on_and_a_pipe_goes_before_it():
    pipes = pipes_of(("a", "1", "2", 10.0), ("b", "3", "4", 5.0))
    step = {"geometry": LineString([(0, 0), (2, 0)]), "from_node": "2", "to_node": "3", "structure_id": "PU"}
    assert main_path(pipes, [step]) == [("pipes", "a"), ("structures", "PU"), ("pipes", "b")]
    beside = {**step, "from_node": "1", "to_node": "2"}
    assert main_path(pipes, [beside]) == [("pipes", "a")]
    # A ring of pump and pipe is no endless way.
    back = {**step, "from_node": "2", "to_node": "1"}
    assert main_path(pipes, [back])
