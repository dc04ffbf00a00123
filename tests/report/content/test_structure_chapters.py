"""Pumping and storage in the report: its chapter, the map, the long section, the files of results."""

import io

import ezdxf
import matplotlib.pyplot as plt
import pyogrio
import pytest
from tests.conftest import WholeRun

from spongecalc.api.profile import flow_graph, profile_of
from spongecalc.api.profile_plot import draw_profile
from spongecalc.report.content.document import Paragraph, TableBlock
from spongecalc.report.content.figures import CommunityMap
from spongecalc.report.content.long_section import long_sections
from spongecalc.report.content.map_extent import map_extent
from spongecalc.report.content.structure_chapters import community_structures, county_structures
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.community_map import community_map
from spongecalc.report.render.long_section_dxf import sections_dxf
from spongecalc.report.render.long_section_svg import section_svg
from spongecalc.report.tables.geopackage import write_geopackages
from spongecalc.swmm.model_frames import conduit_frame, node_frame, regulator_frame

plt.switch_backend("Agg")


def section_of(run: WholeRun, system: str):
    (page,) = run.review.pages
    (found,) = [s for s in long_sections(page, Wording("en")) if (s.scenario, s.system) == ("after", system)]
    return found


@pytest.mark.parametrize(("lang", "heading"), [("en", "Pumping and storage"), ("zh", "泵站与调蓄")])
def test_chapter_says_what_stands_there_and_what_it_did(lifted: WholeRun, lang, heading):
    (page,) = lifted.review.pages
    chapter = community_structures(page, lifted.review, Wording(lang))
    assert chapter.heading == heading
    tables = [b for b in chapter.blocks if isinstance(b, TableBlock)]
    cells = [[cell.text for cell in row] for row in tables[0].table.rows]
    assert [row[0] for row in sorted(cells, key=lambda row: row[0] == "OR")] == ["PU", "OR"]
    assert len(tables) == 5
    said = [b.text for b in chapter.blocks if isinstance(b, Paragraph)]
    assert any("PM" in text for text in said)
    assert len(county_structures(lifted.review, Wording(lang)).blocks) == len(chapter.blocks)


def test_no_such_chapter_without_structures(whole_run: WholeRun):
    words = Wording("en")
    assert county_structures(whole_run.review, words) is None
    assert all(community_structures(p, whole_run.review, words) is None for p in whole_run.review.pages)


def test_the_long_section_leads_through_the_pump(lifted: WholeRun):
    section = section_of(lifted, "sewage")
    assert [s.node_id for s in section.stations] == ["S1", "S2", "S3", "S4", "SO"]
    assert [r.pipe_id for r in section.reaches] == ["PS1", "PM", "PS2"]
    assert [r.under_pressure for r in section.reaches] == [False, True, False]
    (pump,) = section.structures
    assert (pump.structure_id, pump.start_m, pump.end_m) == ("PU", 30.0, 32.0)
    assert (pump.floor_m, pump.on_level_m, pump.off_level_m) == (95.0, 96.5, 95.5)
    drawn = section_svg(section, Wording("en"))
    assert drawn.count('class="pump"') == 1 and drawn.count('class="level"') == 2
    assert "96.50" in drawn and "pressure" in drawn


def test_the_orifice_of_the_basin_shows_with_its_crest(lifted: WholeRun):
    section = section_of(lifted, "storm")
    assert [s.node_id for s in section.stations] == ["R1", "R2", "RO"]
    (orifice,) = section.structures
    assert (orifice.kind, orifice.crest_m) == ("orifice", 97.0)
    assert 'class="orifice"' in section_svg(section, Wording("zh"))


def test_drawing_for_cad_has_a_layer_of_them(lifted: WholeRun):
    sections = [section_of(lifted, system) for system in ("sewage", "storm")]
    drawing = ezdxf.read(io.StringIO(sections_dxf(sections, Wording("en")).decode()))
    texts = [e.dxf.text for e in drawing.modelspace().query('TEXT[layer=="SC_STRUCTURE"]')]
    assert any(text.startswith("PU") and "96.50" in text for text in texts)
    assert any(text.startswith("OR") and "97.00" in text for text in texts)
    assert len(drawing.modelspace().query('CIRCLE[layer=="SC_STRUCTURE"]')) == 1


def test_the_map_has_their_signs(lifted: WholeRun):
    (page,) = lifted.review.pages
    words = Wording("en")
    extent = map_extent(page.boundary, page.layers.values())
    joints, sites = page.joints, page.sites
    shown = CommunityMap("Q", page.boundary, page.layers["after"], joints, sites, extent, 0.0, None, None)
    drawn = community_map(shown, words.name, lifted.review.catalogue)
    assert 'href="#structure-pump"' in drawn and 'href="#structure-orifice"' in drawn
    assert drawn.count('href="#node-pump"') == 1


def test_results_for_qgis_hold_them(lifted: WholeRun, tmp_path):
    written = write_geopackages(lifted.review, tmp_path)
    layers = {name for name, _ in pyogrio.list_layers(written[0])}
    assert "structures" in layers
    frame = pyogrio.read_dataframe(written[0], layer="structures")
    assert sorted(set(frame["structure_id"])) == ["OR", "PU"]
    styles = pyogrio.read_dataframe(written[0], layer="layer_styles").set_index("styleName")["styleQML"]
    assert "MarkerLine" in styles["structures"]


def test_a_profile_of_the_front_door_marks_the_pump(lifted: WholeRun):
    model = lifted.built.models[1]
    conduits, regulators = conduit_frame(model), regulator_frame(model)
    profile = profile_of(flow_graph(conduits, regulators), "S1", "SO")
    assert profile.links == ("PS1", "PU", "PM", "PS2")
    nodes = node_frame(model)
    nodes = nodes.assign(ground_m=nodes["invert_m"] + nodes["full_depth_m"])
    ax = plt.figure().add_subplot()
    draw_profile(ax, profile, nodes, conduits, nodes["invert_m"] + 0.2, "water", "en", regulators)
    labels = [line.get_label() for line in ax.get_lines()]
    assert "pump" in labels
    assert conduits.loc["PM", "width_m"] == pytest.approx(0.1)
    plt.close(ax.figure)
