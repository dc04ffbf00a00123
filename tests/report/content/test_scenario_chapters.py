"""Chapters of projects with other scenarios than before and after the works."""

from dataclasses import replace

import numpy as np
import pytest
from tests.report.reading import captioned_of, community_chapters, drawn_maps, paragraphs_of, table_of
from tests.report.synthetic_review import DESIGNS, PHASES, review_of, synthetic_review

from spongecalc.report.content.compose import compose
from spongecalc.report.content.county_tables import tiles
from spongecalc.report.content.document import TableBlock
from spongecalc.report.content.scenario_chapters import phases_chapter, scenarios_chapter
from spongecalc.report.content.scenario_lines import scenario_lines
from spongecalc.report.content.wording import Wording


def texts(table):
    return [[c.text for c in row] for row in table.rows]


def test_two_scenarios_need_no_chapter_of_their_own():
    words = Wording.of(synthetic_review(), "zh")
    assert scenarios_chapter(synthetic_review(), words) is None
    assert phases_chapter(synthetic_review(), words) is None
    assert {"scenarios", "phases"} & {c.key for c in compose(synthetic_review(), "zh").chapters} == set()


@pytest.mark.parametrize(
    ("lang", "headings", "runoff"),
    [
        ("zh", ["指标", "现状", "phase1期<情景>"], "径流量 (m³)"),
        ("en", ["Figure", "as found", "state phase1"], "Runoff (m³)"),
    ],
)
def test_the_answers_of_every_scenario_stand_side_by_side(lang, headings, runoff):
    review = review_of()
    chapter = scenarios_chapter(review, Wording.of(review, lang))
    (_, county), *of_communities = captioned_of(chapter)
    assert [h.text for h in county.headings][:3] == headings
    rows = {r[0]: r[1:] for r in texts(county)}
    # A02 has no result: two communities of 240.00, 220.50, 200.25 and 180.00 m3.
    assert rows[runoff] == ["480.00", "441.00", "400.50", "360.00"]
    assert next(iter(rows.values())) == ["0", "2", "2", "2"]
    assert len(of_communities) == 5
    assert [r[1:] for r in texts(of_communities[0][1])] == [
        ["240.00", "220.50", "200.25", "180.00"],
        ["", "", "", ""],
        ["240.00", "220.50", "200.25", "180.00"],
    ]
    assert "2" in paragraphs_of(chapter)[1]


def test_a_total_holds_the_same_communities_in_every_scenario():
    review = review_of()
    answers = review.tables["answers"].copy()
    lost = (
        (answers["community_id"] == "A03") & (answers["scenario"] == "phase2") & (answers["figure"] == "runoff")
    )
    answers.loc[lost, "value"] = np.nan
    review = replace(review, tables={**review.tables, "answers": answers})
    (_, county), *_ = captioned_of(scenarios_chapter(review, Wording.of(review, "en")))
    rows = {r[0]: r[1:] for r in texts(county)}
    assert rows["Runoff (m³)"] == ["240.00", "220.50", "200.25", "180.00"]
    assert rows["Ponded volume (m³)"] == ["60.00", "40.00", "20.00", "7.00"]


def test_progress_is_told_phase_by_phase():
    review = review_of()
    chapter = phases_chapter(review, Wording.of(review, "zh"))
    states, own = (table for _, table in captioned_of(chapter))
    assert texts(states) == [
        ["现状", "无", "0", "0", "0.00", "0.00", "0.00", "0", "2", "480.00", "60.00"],
        ["phase1期<情景>", "一期", "1", "40", "262.50", "240.00", "3200.00", "2", "0", "441.00", "40.00"],
        ["phase2期<情景>", "一期、二期", "2", "80", "525.00", "480.00", "3200.00", "2", "0", "400.50", "20.00"],
        [
            "phase3期<情景>",
            "一期、二期、三期",
            "3",
            "120",
            "787.50",
            "720.00",
            "3200.00",
            "2",
            "0",
            "360.00",
            "7.00",
        ],
    ]
    # A01 is of phase 1, A02 (not modelled) of 2, A03 of 3.
    assert texts(own) == [
        ["一期", "1", "40", "0 → 1", "240.00 → 220.50", "30.00 → 20.00"],
        ["二期", "1", "40", "0 → 0", "", ""],
        ["三期", "1", "40", "1 → 1", "200.25 → 180.00", "10.00 → 3.50"],
    ]
    by_phase = next(c for c in compose(review, "zh").chapters if c.key == "progress").blocks[0].table
    assert [r[0] for r in texts(by_phase)] == ["一期", "二期", "三期"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_community_counts_with_the_phase_of_its_works_whatever_its_own_is_called(lang):
    review = review_of()
    words = Wording.of(review, lang)
    _, states = captioned_of(phases_chapter(review, words))[0]
    counts = [r[2:4] for r in texts(states)]
    assert counts == [["0", "0"], ["1", "40"], ["2", "80"], ["3", "120"]]
    renamed = tuple(replace(p, row={**p.row, "phase": "city centre"}) if p.layers else p for p in review.pages)
    states, own = (t for _, t in captioned_of(phases_chapter(replace(review, pages=renamed), words)))
    assert [r[2:4] for r in texts(states)] == counts
    assert [r[:3] for r in texts(own)] == [["一期", "1", "40"], ["二期", "1", "40"], ["三期", "1", "40"]]


def test_works_that_only_remove_count_and_what_exists_does_not():
    review = review_of()
    (page,) = [p for p in review.pages if p.community_id == "A01"]

    def held(layers, *statuses):
        return {n: f[f["status"].isin(statuses)] if "status" in f else f for n, f in layers.items()}

    gone = {
        n: held(page.layers["before"], "existing", *(["removed"] if n in ("before", "phase1") else []))
        for n in page.layers
    }
    states, _ = (t for _, t in captioned_of(phases_chapter(replaced(review, gone), Wording.of(review, "en"))))
    # Of A01, of phase 1, nothing is removed before phase 2; A02 has no model, and is of phase 2; A03 of 3.
    assert [r[2] for r in texts(states)] == ["0", "0", "2", "3"]
    never = {n: held(page.layers["before"], "existing") for n in page.layers}
    states, _ = (t for _, t in captioned_of(phases_chapter(replaced(review, never), Wording.of(review, "en"))))
    assert [r[2] for r in texts(states)] == ["0", "0", "1", "2"]


def replaced(review, layers):
    """The review with other layers of A01."""
    return replace(
        review, pages=tuple(replace(p, layers=layers) if p.community_id == "A01" else p for p in review.pages)
    )


def test_alternatives_are_compared_and_have_no_phases():
    review = review_of(DESIGNS, ("design_a", "design_b"))
    document = compose(review, "en")
    keys = [c.key for c in document.chapters]
    assert "scenarios" in keys and "phases" not in keys
    chapter = community_chapters(review, "en")["A01"]
    (verdicts,) = [b.lines for b in chapter.blocks if b.kind == "verdicts"]
    assert verdicts[1].found.startswith("State design_b: 2 cross-connections remain (state design_a: 1)")
    # Of two designs neither is the state before the works, which GB 50014 holds runoff against.
    assert [v.question for v in verdicts] == [
        "lengths",
        "separation",
        "ponding",
        "waterlogging",
        "design",
        "data",
    ]
    assert list(drawn_maps(chapter, "en")) == list(DESIGNS)
    headings = [h.text for h in table_of(chapter, "joints").headings]
    shown = {
        r[headings.index(next(h for h in headings if "cenario" in h))] for r in texts(table_of(chapter, "joints"))
    }
    assert shown == {"as found", "state design_a", "state design_b"}


def limits(review, lang):
    targets = next(c for c in compose(review, lang).chapters if c.key == "targets")
    return [row[1] for _, table in captioned_of(targets) for row in texts(table)]


@pytest.mark.parametrize(
    ("lang", "runoff"),
    [
        ("zh", "相同设计重现期下，“state”地面径流峰值不大于“现状”"),
        ("en", "the peak of the ground's runoff in “state design_b” does not exceed that in “as found”"),
    ],
)
def test_runoff_is_judged_against_the_state_before_the_works_alone(lang, runoff):
    from_before = review_of(DESIGNS, ("before", "design_b"))
    said = runoff.replace("“state”", "“design_b期<情景>”")
    assert any(said in text for text in limits(from_before, lang))
    designs = review_of(DESIGNS, ("design_a", "design_b"))
    assert len(limits(from_before, lang)) == 8
    assert len(limits(designs, lang)) == 6
    # The clause is that of the ground; what leaves is held against what receivers accept.
    assert sum("4.1.6" in text for text in limits(from_before, lang)) == 1
    assert sum("receiver_capacity_l_s" in text for text in limits(from_before, lang)) == 1
    assert not any("4.1.6" in text for text in limits(designs, lang))


def conclusions(review, lang):
    chapter = next(c for c in compose(review, lang).chapters if c.key == "conclusions")
    return next(b.texts for b in chapter.blocks if b.kind == "items")


def rising(review):
    """The review with runoff that rises from 180.00 to 249.05 m3 in the row TOTAL."""
    table = review.tables["communities"].copy()
    first, last = review.compared
    last_row = table.index[-1]
    table.loc[last_row, [f"runoff_{first}_m3", f"runoff_{last}_m3"]] = [180.0, 249.048]
    table.loc[last_row, "runoff_reduction_percent"] = -38.36
    return replace(review, tables={**review.tables, "communities": table})


@pytest.mark.parametrize(
    ("lang", "falls", "rises", "tiles_of"),
    [
        (
            "zh",
            "：design_a期<情景> 480.01 m³，design_b期<情景> 360.01 m³，削减 25.00 %。",
            "，增加 38.36 %。",
            "径流总量增加",
        ),
        (
            "en",
            ": state design_a 480.01 m³, state design_b 360.01 m³, 25.00 % less.",
            ", 38.36 % more.",
            "increased by",
        ),
    ],
)
def test_a_rise_of_runoff_is_told_as_a_rise(lang, falls, rises, tiles_of):
    designs = review_of(DESIGNS, ("design_a", "design_b"))
    assert any(text.endswith(falls) for text in conclusions(designs, lang))
    told = [text for text in conclusions(rising(designs), lang) if "249.05" in text]
    assert len(told) == 1 and told[0].endswith(rises) and "-" not in told[0]
    figure = tiles(rising(designs), Wording.of(designs, lang))[2].figures[0]
    assert figure.value == "38.36" and tiles_of in figure.name
    figure = tiles(designs, Wording.of(designs, lang))[2].figures[0]
    assert figure.value == "25.00" and tiles_of not in figure.name
    # Before and after the works: as ever without a colon in Chinese.
    usual = synthetic_review()
    told = [text for text in conclusions(rising(usual), lang) if "249.05" in text]
    assert told[0].endswith(rises)
    assert ("：" in told[0]) is False
    assert any("改造前 480.01 m³" in t or "480.01 m³ before" in t for t in conclusions(usual, lang))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("names", [PHASES, DESIGNS])
def test_no_word_of_before_and_after_is_left(lang, names):
    review = review_of(names)
    said = []

    def walk(blocks):
        for b in blocks:
            said.extend(getattr(b, k, "") for k in ("text", "caption"))
            said.extend(x for pair in getattr(b, "pairs", ()) for x in pair)
            said.extend(getattr(b, "texts", ()))
            for line in getattr(b, "lines", ()):
                said.extend((line.found, line.limit))
            if b.kind == "table":
                said.extend(h.text for h in b.table.headings)
                said.extend(c.text for r in b.table.rows for c in r)
            for inner in ("blocks", "left", "right"):
                walk(getattr(b, inner, ()))

    for chapter in compose(review, lang).chapters:
        walk([*chapter.blocks, *chapter.details])
    # What relief means is told of the works themselves.
    words = ("改造前", "改造后") if lang == "zh" else ("after the works", "before → after", " before:")
    kept = {Wording.of(review, lang)(f"method.{m}") for m in ("ponding", "separation")}
    assert [s for s in said if s not in kept and any(w in s for w in words)] == []


def test_lines_go_by_the_place_of_a_scenario_not_by_its_name():
    review = review_of()
    assert [(s.name, s.line) for s in scenario_lines(Wording.of(review, "en"))] == [
        ("before", 0),
        ("phase1", 2),
        ("phase2", 3),
        ("phase3", 1),
    ]
    designs = review_of(DESIGNS, ("design_a", "design_b"))
    assert [s.line for s in scenario_lines(Wording.of(designs, "en"))] == [2, 0, 1]
    usual = Wording.of(synthetic_review(), "zh")
    assert [(s.label, s.line) for s in scenario_lines(usual)] == [("改造前", 0), ("改造后", 1)]


def test_titles_of_columns_bear_the_scenarios_label():
    words = Wording.of(review_of(), "zh")
    assert words.name("column", "ponding_phase3_m3") == "积水 phase3期<情景>（m³）"
    assert words.name("column", "capture_before_percent") == "控制率 现状 (%)"
    assert Wording("zh").name("column", "capture_before_percent") == "控制率 前 (%)"
    assert Wording("en").name("column", "ponding_after_m3") == "Ponded after (m³)"
    # Sponge.csv has columns that look like those of a scenario.
    assert words.name("column", "capture_event_percent") == "SWMM 场次 (%)"
    assert words.name("column", "never_phase3_heard") == "never_phase3_heard"


@pytest.mark.parametrize(("lang", "said"), [("zh", "（申报未知）"), ("en", "(claim not known)")])
def test_what_is_not_known_has_no_unit(lang, said):
    figures = {"storm_laid_m": 10.0, "claimed_storm_m": np.nan, "sewage_laid_m": 5.0, "claimed_sewage_m": 5.0}
    sentence = Wording(lang).filled("finding.lengths_no_claim", figures)
    assert said in sentence and "5.00 m" in sentence


def test_headings_of_progress_all_begin_alike():
    review = review_of()
    for block in (
        b for b in phases_chapter(review, Wording.of(review, "en")).blocks if isinstance(b, TableBlock)
    ):
        assert all(h.text[:1].isupper() for h in block.table.headings), [h.text for h in block.table.headings]


@pytest.mark.parametrize("kept", [1, 0])
def test_peaks_at_outfalls_that_are_not_known_are_not_said_to_hold(kept):
    usual = synthetic_review()
    words = Wording.of(usual, "en")
    column = f"outfall_peak_{usual.compared[0]}_l_s"
    pages = tuple(
        p if place < kept else replace(p, row={**p.row, column: float("nan")})
        for place, p in enumerate(usual.pages)
    )
    assert len(pages) > 1
    figure = next(t for t in tiles(replace(usual, pages=pages), words) if t.question == "runoff").figures[-1]
    assert (figure.value, figure.unit) in ({("0", "of 1"), ("1", "of 1")} if kept else {("not known", "")})
