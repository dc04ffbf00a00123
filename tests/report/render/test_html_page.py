import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Polygon
from tests.report.reading import community_chapters, drawn_maps, table_of
from tests.report.synthetic_review import HOSTILE, HOSTILE_ID, empty_review, synthetic_review

from spongecalc.report.content import compose as compose_module
from spongecalc.report.content.chapters import CommunityEntry, CountyEntry
from spongecalc.report.content.document import Chapter, Drawing
from spongecalc.report.content.inner_chapter import inner_chapter
from spongecalc.report.content.roles import TextRole
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.drawn_figures import DrawnFigure
from spongecalc.report.render.html_page import page_text, write_report
from spongecalc.report.tables.csv_tables import write_tables


class Reader(HTMLParser):
    """Reads the tables of a page: class -> rows of cells' text; and the tags and attributes met."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._in_cell = False

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append((dict(attrs).get("class") or "", []))
        elif tag == "tr" and self.tables:
            self.tables[-1][1].append([])
        elif tag in ("td", "th") and self.tables[-1][1]:
            self.tables[-1][1][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data):
        self.text += data
        if self._in_cell:
            self.tables[-1][1][-1][-1] += data.strip()


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


@pytest.fixture(scope="module")
def review():
    return synthetic_review()


@pytest.fixture(scope="module")
def html(review):
    return page_text(review, "zh")


def test_figures_of_the_page_are_those_of_the_csv(review, html, tmp_path):
    write_tables(review.tables, tmp_path)
    csv = pd.read_csv(tmp_path / "communities.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    csv = csv.set_index("community_id")
    (rows,) = [rows for css, rows in read(html).tables if "summary" in css]
    head, *body, foot = rows
    words = Wording("zh")
    plain = ("households", "storm_laid_m", "sewage_laid_m", "runoff_reduction_percent", "households_relieved")
    pairs = {
        "cross_connections": "cross_connections_{}",
        "sewage_to_storm_m3_d": "sewage_to_storm_{}_m3_d",
        "ponding_sites": "ponding_sites_{}",
        "ponding_m3": "ponding_{}_m3",
    }
    shown = [*body, ["TOTAL", *foot[1:]]]
    assert len(shown) == len(csv) == 4
    for cells in shown:
        row = csv.loc[next(i for i in csv.index if cells[0].startswith(i))]
        for column in (*plain, "peak_reduction_percent", "worst_continuity_error_percent"):
            assert cells[head.index(words.name("column", column))] == row[column]
        for column, pattern in pairs.items():
            figures = [row[pattern.format(s)] for s in ("before", "after")]
            wanted = " → ".join(figures) if any(figures) else ""
            assert cells[head.index(words.name("column", column))] == wanted


def test_tables_of_a_community_hold_the_figures_of_the_csv(review, html, tmp_path):
    write_tables(review.tables, tmp_path)
    ponding = pd.read_csv(tmp_path / "ponding.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    rows = [r for css, rows in read(html).tables if "t-sites" in css for r in rows[1:]]
    assert len(rows) == len(ponding)
    for column in ("volume_m3", "duration_h", "peak_l_s", "max_depth_m"):
        at = 3 + ("volume_m3", "duration_h", "peak_l_s", "max_depth_m").index(column)
        assert sorted(r[at] for r in rows) == sorted(ponding[column])
    joints = [r for css, rows in read(html).tables if "t-joints" in css for r in rows[1:]]
    assert sorted(r[4] for r in joints) == sorted(review.tables["separation"]["feature_id"])


def test_totals_are_tiles(html):
    totals = html[html.index('<section id="totals">') : html.index('<section id="overview">')]
    text = re.sub(r"\s+", " ", read(totals).text)
    for figure in ("393.75 m", "申报 393.00 m，差 +0.75 m", "0 → 1 / 3 个", "2 → 2 处", "480.01 → 360.01 m³"):
        assert figure in text
    # Of the sewage pipes one community claimed nothing: 120 m of it are laid against no claim.
    assert "357.40 m" in text
    assert "2 个小区申报 240.00 m，差 -2.60 m" in text
    # No combined pipe, and none outside the communities: page one says nothing of either.
    assert "合流管敷设" not in text
    assert "未计入以上合计" not in text


def test_page_one_and_conclusions_say_combined_pipe_and_what_no_community_counts(review):
    table = review.tables["communities"].copy()
    table["combined_laid_m"] = np.where(table["community_id"] == "TOTAL", 272.94, np.nan)
    bill = review.tables["quantities"]
    bill = pd.concat([bill, bill.iloc[:1].assign(community_id="", length_m=12.5)], ignore_index=True)
    changed = replace(review, tables={**review.tables, "communities": table, "quantities": bill})
    text = re.sub(r"\s+", " ", read(page_text(changed, "zh")).text)
    assert re.search(r"合流管敷设 ?272\.94 ?m", text)
    assert re.search(r"不属于所列小区的新建管 ?12\.50 ?m ?未计入以上合计", text)
    assert "新建合流管 272.94 m。" in text


def test_hostile_text_appears_as_written_and_does_nothing(html):
    reader = read(html)
    assert HOSTILE in reader.text
    assert HOSTILE_ID in reader.text
    assert "<script>alert" not in html
    scripts = [a for tag, a in reader.tags if tag == "script"]
    assert [a for a in scripts if a.get("type") != "application/json"] == [{}]
    assert not [a for _, attributes in reader.tags for a in attributes if a.startswith("on")]
    titles = re.findall(r"<title>(.*?)</title>", html)
    assert not [t for t in titles if "<" in t]
    for found in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, flags=re.DOTALL):
        assert "<" not in found
        json.loads(found)


def test_nothing_is_loaded_from_elsewhere(html):
    for _, attributes in read(html).tags:
        for name in ("src", "href", "xlink:href", "action", "srcset", "poster", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:,"))
    assert not re.search(r"@import|url\((?!#)", html)
    assert "http://" not in html and "https://" not in html


def test_same_review_same_bytes(review, tmp_path):
    one = write_report(review, tmp_path / "a", "zh").read_bytes()
    two = write_report(synthetic_review(), tmp_path / "b", "zh").read_bytes()
    assert one == two
    assert b"\r" not in one
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["index.html"]


def test_ids_are_unique_and_links_lead_somewhere(html):
    tags = read(html).tags
    ids = [a["id"] for _, a in tags if "id" in a]
    assert len(ids) == len(set(ids))
    links = {a["href"][1:] for _, a in tags if (a.get("href") or "").startswith("#")}
    assert links <= set(ids)


def test_english_page_has_no_chinese_of_its_own(review):
    chinese = re.compile("[\u4e00-\u9fff]")
    page = page_text(replace(empty_review(), versions={"spongecalc": "0.1.0"}), "en")
    # Standards are named as they are published; all else is English.
    standards = re.search(r'<table class="detail t-standards">.*?</table>', page, flags=re.DOTALL)[0]
    # So are the files of the copies that were read.
    copies = re.search(r'<table class="detail t-copies">.*?</table>', page, flags=re.DOTALL)[0]
    assert not chinese.search(page.replace(standards, "").replace(copies, ""))
    assert 'lang="en"' in page
    with pytest.raises(KeyError):
        page_text(review, "fr")


def chapters(review):
    return community_chapters(review, "zh")


def verdicts_of(chapter):
    (block,) = [b for b in chapter.blocks if b.kind == "verdicts"]
    return block.lines


def test_defects_are_numbered_alike_on_map_and_in_table(review):
    chapter = chapters(review)["A01"]
    verdicts, maps = verdicts_of(chapter), drawn_maps(chapter, "zh")
    assert [v.answer for v in verdicts] == [
        "fail",
        "fail",
        "pass",
        "pass",
        "fail",
        "pass",
        "pass",
        "pass",
    ]
    joints = table_of(chapter, "joints")
    assert [r[0].text for r in joints.rows] == ["1", "2", "3"]
    assert [r[1].text for r in joints.rows] == ["改造前", "改造后", "改造后"]
    assert re.findall(r'class="joint">.*?<text[^>]*>([^<]*)</text>', maps["before"]) == ["1"]
    # Two joints half a metre apart share one mark.
    assert re.findall(r'class="joint">.*?<text[^>]*>([^<]*)</text>', maps["after"]) == ["2-3"]
    assert re.findall(r'class="site-no"[^>]*>(P\d)<', maps["after"]) == ["P3"]
    assert "2 处" in verdicts[1].found and "1.35" in verdicts[1].found


def test_arrows_follow_the_nodes_not_the_digitising(review):
    after = drawn_maps(chapters(review)["A01"], "zh")["after"]
    turns = re.findall(r'rotate\((-?\d+)\)"><use href="#arrow-(\w+)"', after)
    # Both pipes run south, which is down the page; the sewage pipe was digitised northwards.
    assert turns == [("90", "storm"), ("90", "sewage")]


def test_maps_before_and_after_share_extent_and_scale(review):
    drawn = [maps for c in chapters(review).values() if (maps := drawn_maps(c, "zh"))]
    assert len(drawn) == 2
    for maps in drawn:
        views = [re.search(r'class="view"[^>]*viewBox="([^"]*)"', m)[1] for m in maps.values()]
        bars = [re.search(r'class="ink" d="([^"]*)"', m)[1] for m in maps.values()]
        assert len(set(views)) == len(set(bars)) == 1


def test_circle_areas_go_with_the_volumes(review):
    before = drawn_maps(chapters(review)["A01"], "zh")["before"]
    radii = sorted(float(r) for r in re.findall(r'<circle r="([\d.]+)"/><circle class="dot"', before))
    assert radii[1] ** 2 / radii[0] ** 2 == pytest.approx(20.0 / 10.0, rel=0.02)


def test_a_community_that_was_not_modelled_says_why(review, html):
    chapter = chapters(review)["A02"]
    assert chapter.badge == "undecided"
    (reason,) = [b.text for b in chapter.blocks if b.kind == "paragraph" and b.role == TextRole.REASON]
    assert "2 处错误" in reason
    assert {v.answer for v in verdicts_of(chapter)} == {"undecided"}
    assert all(q in reason for q in ("雨污分流", "地面径流", "积水消除"))
    assert drawn_maps(chapter, "zh") == {} and table_of(chapter, "by_storm") is None
    (beside,) = [b for b in chapter.blocks if b.kind == "beside"]
    assert [b.kind for b in beside.left] == ["paragraph"]
    # Findings of one rule are one row with both features.
    (row,) = table_of(chapter, "findings").rows
    assert "P7、P8" in [c.text for c in row]
    said = " ".join(b.text for b in chapter.blocks if b.kind == "paragraph")
    assert "没有完成的模拟" in said and "不明" in said
    summary = next(rows for css, rows in read(html).tables if "summary" in css)
    assert [r[0][:3] for r in summary[1:]] == ["A02", "A01", "A03", "合计"]


def test_nothing_at_all_is_still_a_page():
    for lang in ("zh", "en"):
        page = page_text(empty_review(), lang)
        assert page.rstrip().endswith("</html>")
        assert Wording(lang)("table.no_communities") in page


def test_missing_columns_values_and_geometries_do_not_stop_the_page(review):
    page = review.pages[2]
    bare = {
        name: gpd.GeoDataFrame({"odd": [1, 2]}, geometry=[None, Polygon()], crs=review.crs)
        for name in page.layers["before"]
    }
    broken = replace(
        page,
        boundary=None,
        row={"status": None},
        layers={"before": bare, "after": {}},
        hydrographs={"before": pd.Series([np.nan, np.nan]), "after": pd.Series(dtype=float)},
        sites=gpd.GeoDataFrame(),
        joints=gpd.GeoDataFrame({"kind": ["x"]}),
        runs=pd.DataFrame({"run_id": ["r"]}),
        quantities=pd.DataFrame(),
        findings=pd.DataFrame({"severity": ["error"]}),
    )
    html = page_text(replace(review, pages=(broken, *review.pages), storms=()), "zh")
    assert Wording("zh")("map.no_geometry") in html
    empty_shape = replace(page, boundary=Polygon())
    assert page_text(replace(review, pages=(empty_shape,)), "zh")


def test_an_inner_chapter_stands_in_its_place_with_its_text_escaped(review, monkeypatch):
    table = Table([Heading("Id"), Heading("m", True)], [[Cell(HOSTILE), Cell("1.00")]])
    figure = DrawnFigure("drawn", "<svg id='trial-figure'></svg>")

    def of_community(page, _review, words):
        if page is not review.pages[0]:
            return None
        return inner_chapter(words, "trial", HOSTILE, [HOSTILE], [("rows", table)], [Drawing("drawn", figure)])

    entries = [
        replace(e, holds=(of_community,)) if isinstance(e, CommunityEntry) else e for e in compose_module.CHAPTERS
    ]
    whole = CountyEntry("whole", lambda _review, _words: Chapter("whole", "County", []))
    monkeypatch.setattr(compose_module, "CHAPTERS", (*entries, whole))
    found = read(page_text(review, "en"))
    assert ("detail t-trial", [["Id", "m"], [HOSTILE.strip(), "1.00"]]) in found.tables
    assert [attrs for tag, attrs in found.tags if attrs.get("id") == "trial-figure"]
    assert sum(tag == "div" and attrs.get("class") == "inside p-trial" for tag, attrs in found.tags) == 1
    assert sum(tag == "section" and attrs.get("id") == "whole" for tag, attrs in found.tags) == 1
