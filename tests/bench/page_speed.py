"""How soon the page answers with 5,000 features on its map: ``python -m tests.bench.page_speed``.

Prints the time from opening the page to the first answered search in headless Chromium, beside the time that
the same browser needs for a page of the same size that holds no map.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
from shapely.geometry import LineString, Point, box

from spongecalc.assess.review import Review
from spongecalc.report.render.html_page import page_text
from tests.report.synthetic_review import CRS, X, Y, synthetic_review

FEATURES = 5000
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def wide_review(features: int = FEATURES) -> Review:
    """One community of this many features in each scenario: nodes, pipes and surfaces on a grid."""
    review = synthetic_review()
    page = next(p for p in review.pages if p.community_id == "A01")
    side = int(np.ceil(np.sqrt(features / 3)))
    places = [(X + 12.0 * i, Y + 12.0 * j) for i in range(side) for j in range(side)][: features // 3]
    count = len(places)
    nodes = gpd.GeoDataFrame(
        {
            "node_id": [f"W{n:05d}" for n in range(count)],
            "system": ["storm"] * count,
            "kind": ["manhole"] * count,
            "ground_m": [1530.0] * count,
            "invert_m": [1528.0] * count,
            "status": ["existing"] * count,
        },
        geometry=[Point(x, y) for x, y in places],
        crs=CRS,
    )
    pipes = gpd.GeoDataFrame(
        {
            "pipe_id": [f"G{n:05d}" for n in range(count)],
            "system": ["storm"] * count,
            "from_node": nodes["node_id"],
            "to_node": [*nodes["node_id"][1:], nodes["node_id"][0]],
            "diameter_mm": [300.0] * count,
            "status": ["existing"] * count,
        },
        geometry=[LineString([(x, y), (x, y + 12.0)]) for x, y in places],
        crs=CRS,
    )
    surfaces = gpd.GeoDataFrame(
        {
            "surface_id": [f"S{n:05d}" for n in range(features - 2 * count)],
            "cover": ["green"] * (features - 2 * count),
            "status": ["existing"] * (features - 2 * count),
        },
        geometry=[box(x, y, x + 10.0, y + 10.0) for x, y in (places + places)[: features - 2 * count]],
        crs=CRS,
    )
    layers = {"nodes": nodes, "pipes": pipes, "surfaces": surfaces}
    outline = box(X, Y, X + 12.0 * side, Y + 12.0 * side)
    wide = replace(page, layers={"before": {}, "after": layers}, boundary=outline)
    return replace(review, pages=(wide,))


def main() -> None:
    """Open both pages and print the times."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not installed")
    html = page_text(wide_review(), "zh")
    plain = (
        f"<!DOCTYPE html><meta charset=utf-8><body><script type=text/plain>{'x' * len(html.encode())}</script>"
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        for name, content, act in (("map", html, True), ("no map", plain, False)):
            path = Path(folder) / "page.html"
            path.write_text(content, encoding="utf-8")
            rounds = []
            for _ in range(3):
                page = browser.new_page()
                started = time.perf_counter()
                page.goto(path.as_uri())
                ready = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
                if act:
                    page.locator(".search input").fill("W00042")
                    page.locator(".found button").first.wait_for()
                answered = time.perf_counter() - started
                if act:
                    page.locator(".found button").first.click()
                    page.locator("#popup h2").wait_for()
                rounds.append((ready / 1000, answered, time.perf_counter() - started))
                page.close()
            ready, answered, opened = (sorted(times)[1] for times in zip(*rounds, strict=True))
            print(
                f"{name}: {content.count('data-f=')} features, {len(content.encode()) / 1e6:.2f} MB: "
                f"script ready {ready:.2f} s, first search answered {answered:.2f} s, pop-up open {opened:.2f} s"
            )
        browser.close()


if __name__ == "__main__":
    main()
