"""Failed checks on the map: each feature or place once, named with check, value and limit; hidden at first."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point
from tests.report.reading import community_chapters, drawn_maps

from spongecalc.catalogue.catalogue import shipped
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.failed_check_marks import failed_check_marks
from spongecalc.report.render.html_page import page_text
from spongecalc.report.render.map_svg import Frame
from spongecalc.report.render.standalone_svg import standalone

FRAME = Frame(1000.0, 2000.0, 100.0, 75.0)
LAYERS = {
    "pipes": gpd.GeoDataFrame(
        {"pipe_id": ["P1", "P2"]}, geometry=[LineString([(1010, 1990), (1030, 1990)]), None]
    ),
    "nodes": gpd.GeoDataFrame({"node_id": ["N<1>"]}, geometry=[Point(1050, 1950)]),
}


def failed(*rows):
    columns = ("check", "layer", "feature_id", "other_id", "value", "limit", "unit", "x_m", "y_m")
    return pd.DataFrame(rows, columns=list(columns))


def drawn(*rows, lang="en"):
    """Elements under and over the features, as {id: (tag, class, title)} in their order."""
    parts = failed_check_marks(failed(*rows), LAYERS, FRAME, Wording(lang).name)
    found = []
    for part in parts:
        group = ET.fromstring(part) if part else []
        if part:
            assert (group.get("class"), group.get("display")) == ("l-checks", "none")
        found.append([(e.get("data-f"), e.get("class"), next(e.iter("title")).text) for e in group])
    return found


COVER = ("min_cover", "pipes", "P1", "", 0.6, 0.7, "m to crown", 1020.0, 1990.0)
DIAMETER = ("min_diameter", "pipes", "P1", None, 200.0, 300.0, "mm", 1020.0, 1990.0)


def test_a_line_has_one_halo_that_names_all_its_checks():
    under, over = drawn(COVER, DIAMETER)
    title = "P1 · cover: 0.6 (limit 0.7) m to crown · least diameter: 200 (limit 300) mm"
    assert under == [("P1", "failed", title)]
    assert over == []
    assert drawn(COVER, lang="zh")[0][0][2] == "P1 · 覆土深度: 0.6 (限值 0.7) m to crown"
    markup = failed_check_marks(failed(COVER), LAYERS, FRAME, Wording("en").name)[0]
    assert 'd="M10 10L30 10"' in markup


def test_a_node_has_a_ring_and_its_name_is_escaped():
    under, over = drawn(("inlet_capacity", "nodes", "N<1>", "", 20.0, 15.0, "l/s", float("nan"), float("nan")))
    assert [(i, c) for i, c, _ in under] == [("N<1>", "ring")]
    assert over == []


def test_a_clearance_is_shown_at_its_place_and_not_along_the_pipe():
    row = ("horizontal_clearance", "pipes", "P1", "U7", 0.3, 1.0, "m", 1012.0, 1990.0)
    under, over = drawn(row, ("vertical_clearance", *row[1:4], 0.1, 0.15, "m", 1012.04, 1990.0))
    assert under == []
    title = "P1 · horizontal clearance – U7: 0.3 (limit 1) m · vertical clearance – U7: 0.1 (limit 0.15) m"
    assert over == [("P1", "place", title)]
    markup = failed_check_marks(failed(row), LAYERS, FRAME, Wording("en").name)[1]
    assert "translate(12 10)" in markup


def test_a_feature_without_a_line_is_shown_at_its_place_and_without_either_not_at_all():
    assert [i for i, _, _ in drawn(("min_cover", "pipes", "P2", "", 0.6, 0.7, "m", 1020.0, 1990.0))[1]] == ["P2"]
    nowhere = float("nan")
    assert drawn(("min_cover", "pipes", "P2", "", 0.6, 0.7, "m", nowhere, nowhere)) == [[], []]
    assert failed_check_marks(failed(), LAYERS, FRAME, Wording("en").name) == ("", "")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_failed_check_of_a_community_is_on_its_map_after_and_none_before(whole_run, lang):
    words, review = Wording(lang), whole_run.review
    checks = review.tables["design_checks"]
    shown = 0
    chapters = community_chapters(review, words.lang)
    for page in review.pages:
        own = checks[(checks["community_id"] == page.community_id) & (checks["verdict"] == "fail")]
        maps = drawn_maps(chapters[page.community_id], words.lang)
        assert "l-checks" not in maps["before"]
        signs = re.findall(
            r'<(?:path|g) class="(?:failed|ring|place)"[^>]*>.*?<title>(.*?)</title>', maps["after"]
        )
        assert sum(title.count(" · ") for title in signs) == len(own)
        for row in own.itertuples():
            name = words.name("check", row.check)
            assert any(t.startswith(f"{row.feature_id} · ") and name in t for t in signs)
        shown += len(own)
    assert shown > 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_layer_is_off_has_its_switch_and_its_legend(whole_run, lang):
    words, page = Wording(lang), page_text(whole_run.review, lang)
    assert page.count(f'<input type="checkbox" value="checks"> {words("map.l_checks")}') == 3
    assert 'value="pipes" checked' in page
    for key in ("failed_line", "failed_node", "failed_place"):
        assert page.count(words(f"map.{key}")) == 1


def test_without_checks_there_is_no_switch_and_no_layer(whole_run):
    tables = {k: v for k, v in whole_run.review.tables.items() if k != "design_checks"}
    page = page_text(replace(whole_run.review, tables=tables), "en")
    assert 'value="checks"' not in page and 'class="l-checks"' not in page


def test_paper_keeps_the_layer_hidden(whole_run):
    page = whole_run.review.pages[0]
    chapter = community_chapters(whole_run.review, "en")[page.community_id]
    svg = standalone(drawn_maps(chapter, "en")["after"], shipped())
    groups = re.findall(r'<g class="l-checks"[^>]*>', svg)
    assert groups and all('display="none"' in g for g in groups)
