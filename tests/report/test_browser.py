"""The page in a real browser: nothing is fetched, nothing is wrong, everything is seen."""

import shutil

import pytest
from tests.report.synthetic_review import HOSTILE, synthetic_review

from spongecalc.report.page import write_report

pytestmark = pytest.mark.browser

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return write_report(synthetic_review(), tmp_path_factory.mktemp("report"), "zh")


@pytest.fixture
def page(browser, report, request):
    width = getattr(request, "param", 1400)
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.problems, page.requests = [], []
    page.on("console", lambda m: page.problems.append(m.text))
    page.on("pageerror", lambda e: page.problems.append(str(e)))
    page.on("dialog", lambda d: (page.problems.append(d.message), d.dismiss()))
    page.on("request", lambda r: page.requests.append(r.url))
    page.goto(report.as_uri())
    yield page
    page.close()


def test_opens_without_a_network_and_without_errors(page, tmp_path):
    assert page.problems == []
    assert [u for u in page.requests if not u.startswith(("file:", "data:"))] == []
    for what in ("table.summary", "svg.overview", "#storms svg.chart", "#sign", ".tile"):
        assert page.locator(what).first.is_visible()
    assert page.locator("#c003 .mapset svg.map").count() == 2
    assert page.locator("#c003 svg.chart").is_visible()
    assert page.locator("#c003 .joint").count() == 2
    assert page.locator("#c001 h2 bdi").first.inner_text() == HOSTILE
    page.screenshot(path=tmp_path / "report.png", full_page=True)
    assert (tmp_path / "report.png").stat().st_size > 50_000


@pytest.mark.parametrize("page", [1400, 390], indirect=True)
def test_nothing_is_wider_than_the_window(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_layers_can_be_switched_off(page):
    surfaces = page.locator("#c003 .l-surfaces").first
    box = page.locator("#c003 input[value=surfaces]")
    assert surfaces.is_visible()
    box.uncheck()
    assert not surfaces.is_visible()
    assert page.locator("#c001 .l-surfaces").first.is_visible()
    box.check()
    assert surfaces.is_visible()


def test_both_maps_zoom_together(page):
    views = page.locator("#c003 svg.view")

    def boxes():
        return [views.nth(i).get_attribute("viewBox") for i in range(2)]

    whole = boxes()
    page.locator("#c003 .mapbox").first.scroll_into_view_if_needed()
    page.mouse.wheel(0, 50)
    assert boxes() == whole  # the wheel belongs to the page until a map is clicked
    page.locator("#c003 .mapbox").first.click()
    page.locator("#c003 .mapbox").first.hover()
    page.mouse.wheel(0, -400)
    page.wait_for_function(f"document.querySelector('#c003 svg.view').getAttribute('viewBox') !== '{whole[0]}'")
    zoomed = boxes()
    assert zoomed[0] == zoomed[1]
    assert float(zoomed[0].split()[2]) < float(whole[0].split()[2])
    metres = float(page.locator("#c003 .scalebar text").first.text_content().split()[0])
    drawn = page.locator("#c003 .scalebar .ink").first.evaluate("e => e.getBBox().width")
    assert drawn / 640 * float(zoomed[0].split()[2]) == pytest.approx(metres, rel=0.01)
    page.locator("#c003 [data-zoom=reset]").click()
    assert [float(v) for v in boxes()[0].split()] == [float(v) for v in whole[0].split()]


def test_the_table_sorts(page):
    def names():
        return page.locator("table.summary tbody td:first-child .over").all_inner_texts()

    assert names() == ["A02", "A01", "A03"]
    page.locator("table.summary th button").first.click()
    assert names() == ["A01", "A02", "A03"]
    page.locator("table.summary th button").first.click()
    assert names() == ["A03", "A02", "A01"]
    volume = page.locator("table.summary th button", has_text="积水量")
    volume.click()
    volume.click()
    assert names() == ["A01", "A03", "A02"]  # what is not known stays last


def test_prints(page, tmp_path):
    pdf = page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF") and len(pdf) > 50_000
