"""Level 1 and level 3 side by side: verdicts by hand, reasons from figures, and a hollow without an inlet."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_origin
from tests.conftest import WholeRun, take_through
from tests.small_project import ORIGIN_X, ORIGIN_Y, Frames, write_small_project

from spongecalc.assess.criteria import verdicts
from spongecalc.assess.ponding_agreement import COLUMN, TABLE, reasons_of, verdict_of
from spongecalc.overland.store import SEAL, make_all, run_folder
from spongecalc.project.load import load_project
from spongecalc.report.content.ponding_levels import community_levels_said, county_levels_said, verdict_pair
from spongecalc.report.content.wording import Wording
from spongecalc.sealed_json import sealed_json
from spongecalc.steps import pipeline
from spongecalc.steps.ponding import coupled_runs


def sites(*rows: tuple[float, str]) -> pd.DataFrame:
    return pd.DataFrame({"volume_m3": [v for v, _ in rows], "within_limits": [w for _, w in rows]})


def test_the_verdict_on_a_community_by_hand() -> None:
    none = sites()
    assert verdict_of(none, none) == "none"
    assert verdict_of(none, sites((1.0, ""))) == "new"
    assert verdict_of(sites((5.0, ""), (5.0, "")), none) == "eliminated"
    assert verdict_of(sites((5.0, ""), (5.0, "")), sites((8.9, ""))) == "reduced"
    assert verdict_of(sites((5.0, ""), (5.0, "")), sites((9.1, ""))) == "unchanged"
    assert verdict_of(sites((5.0, "")), sites((5.6, ""))) == "worse"
    # deep before, and within the limits after: the limits are what the works are for
    assert verdict_of(sites((5.0, "no"), (1.0, "yes")), sites((3.0, "yes"))) == "eliminated"
    assert verdict_of(sites((5.0, "yes")), sites((3.0, "yes"))) == "reduced"


def row(alone_m3: float, flow_m3: float, answer: str = "agree", **figures: float) -> dict[str, object]:
    return {
        "volume_m3": alone_m3,
        "volume_2d_m3": flow_m3,
        "answer": answer,
        **dict.fromkeys(COLUMN.values(), 0.0),
        **{COLUMN[code]: value for code, value in figures.items()},
    }


def test_reasons_are_the_figures_that_are_large_enough() -> None:
    less = row(100.0, 10.0, ran_off=80.0, shallow=9.1, lost=8.9, twice=0.0, hollow=10.0)
    assert reasons_of(less, 0.5) == ["ran_off", "shallow"]  # a tenth of the difference is 9 m3
    more = row(0.0, 8.0, ran_off=80.0, hollow=1.0, inlets=6.5, flowing=0.5)
    assert reasons_of(more, 0.5) == ["inlets", "hollow"]
    assert reasons_of(row(10.0, 9.1, ran_off=5.0), 0.5) == []  # within a tenth
    assert reasons_of(row(10.0, 9.1, "differ", ran_off=5.0), 0.0) == ["ran_off"]
    assert reasons_of(row(0.0, 0.4, hollow=0.4), 0.5) == []  # less than counts
    assert reasons_of(row(10.0, 2.0, ran_off=math.nan), 0.5) == ["unexplained"]


@pytest.fixture(scope="module")
def hollow(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """Community B on a ground that falls north; its lane has a bowl of 12 m and 40 cm without an inlet."""

    def concrete(frames: Frames) -> None:
        surfaces = frames["surfaces"]
        frames["surfaces"] = surfaces.assign(cover=surfaces["cover"].replace("permeable_concrete", "concrete"))

    folder = tmp_path_factory.mktemp("hollow") / "project"
    more = '\n[layers.dem]\nsource = "dem.tif"\n\n[rainfall]'
    write_small_project(
        folder, first=concrete, toml=lambda t: t.replace("\n[rainfall]", more).replace('"2 h"', '"30 min"')
    )
    x, y = np.meshgrid(np.arange(170) + 0.5 - 20, 70 - np.arange(90) - 0.5)
    z = 100 - 0.01 * (y - 10)
    reach = np.hypot(x - 72, y - 8)
    z = np.where(reach < 6, z - 0.4 * (1 - reach / 6), z)
    transform = from_origin(ORIGIN_X - 20, ORIGIN_Y + 70, 1.0, 1.0)
    profile = {"driver": "GTiff", "width": 170, "height": 90, "count": 1, "dtype": "float32"}
    with rasterio.open(folder / "dem.tif", "w", crs="EPSG:4543", transform=transform, **profile) as out:
        out.write(z.astype("float32"), 1)
    built = pipeline.build(pipeline.check(load_project(folder), ["B"]))
    checked = built.checked
    runs, _ = coupled_runs(checked.systems, built.models, built.storms, checked.project.settings)
    done = make_all(runs, checked.project.results_folder, 1, lambda *_: None)
    assert [d.status for d in done] == ["done", "done"]
    other = pipeline.build(pipeline.check(load_project(folder), ["A"]))
    failed, _ = coupled_runs(other.checked.systems, other.models, other.storms, other.checked.project.settings)
    for run in failed:
        place = run_folder(checked.project.results_folder, run)
        place.mkdir(parents=True)
        end = {"key": run.key, **vars(done[0]), "run_id": run.run_id, "status": "failed", "reason": "time_step"}
        figures = {"x": "540010.5", "y": "2674009.5", "seconds": "0.0004"}
        (place / SEAL).write_bytes(sealed_json(end | {"found": figures, "rasters": ""}))
    return take_through(folder)


def test_a_hollow_without_an_inlet_is_the_reason(hollow: WholeRun) -> None:
    review = hollow.review
    table = review.tables[TABLE]
    assert set(table["community_id"]) == {"B"}  # the others were not run over the ground
    own = table.set_index("scenario")
    for scenario in ("before", "after"):
        figures = own.loc[scenario]
        over_ground = review.tables["ponding_2d"].query("scenario == @scenario")
        assert figures["volume_2d_m3"] == pytest.approx(over_ground["volume_m3"].sum()) and len(over_ground)
        assert figures["volume_m3"] == 0
        assert figures["in_hollows_m3"] == pytest.approx(figures["volume_2d_m3"])
        assert figures["reasons"] == "hollow"
        # what the ground sheds in SWMM is in the pipes, over the edge, lost, or still there at the end
        balance = figures["ground_runoff_m3"] - (
            figures["taken_by_inlets_m3"]
            - figures["given_back_m3"]
            + figures["ran_off_m3"]
            + review.tables["communities"].set_index("community_id").loc["B", f"over_ground_{scenario}_m3"]
            + figures["lost_more_m3"]
        )
        assert 0 < balance < 1.2 * figures["volume_2d_m3"]
    assert set(table["answer"]) == {"differ"}
    assert own.loc["after", "verdict"] == "none"
    of_b = review.tables["communities"].set_index("community_id").loc["B"]
    assert of_b["ponding_levels"] == "differ" and of_b["ponding_reasons"] == "hollow"
    assert of_b["ponding_2d_after_m3"] == pytest.approx(own.loc["after", "volume_2d_m3"])
    assert review.tables["communities"].set_index("community_id").loc[["A", "C"], "ponding_levels"].tolist() == [
        "failed",
        "alone",
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_both_verdicts_are_printed_or_that_one_stands_alone(hollow: WholeRun, lang: str) -> None:
    review, words = hollow.review, Wording(lang)
    pages = {p.community_id: p for p in review.pages}
    said = community_levels_said(pages["B"], review, words)
    volume = f"{pages['B'].row['ponding_2d_after_m3']:.2f}"
    assert volume in said
    assert {"en": "stand in hollows that no inlet drains", "zh": "没有雨水口的洼地"}[lang] in said
    alone = community_levels_said(pages["C"], review, words)
    assert {"en": "level 1 alone", "zh": "仅以第 1 级"}[lang] in alone
    failed = community_levels_said(pages["A"], review, words)
    assert {"en": "level 1 alone", "zh": "仅以第 1 级"}[lang] in failed
    assert {"en": "the time step collapsed to 0.0004 s", "zh": "时间步长缩短到 0.0004 秒"}[lang] in failed
    assert "A/after/" in failed and "x=540010.5 y=2674009.5" in failed
    assert "(B)" in county_levels_said(review, words).replace("（", "(").replace("）", ")")
    assert " / " in verdict_pair(pages["B"].row, words)
    assert " / " not in verdict_pair(pages["A"].row, words)
    judged = {v.criterion: v for v in verdicts(pages["B"].row)}
    assert (judged["ponding"].answer, judged["ponding"].key) == ("fail", "ponding_disputed")


def test_the_pages_say_it(hollow: WholeRun, tmp_path: Path) -> None:
    pipeline.report(hollow.built, hollow.review, "en", folder=tmp_path, formats=["html"])
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count("The flow over the ground (level 3) was calculated for 1 of 3 communities") == 3
    assert "it is not held to be eliminated" in page
