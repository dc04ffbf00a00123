"""The page in a real browser: nothing is fetched, nothing is wrong, everything is seen."""

import shutil

import pytest
from tests.report.synthetic_review import HOSTILE, synthetic_review

from spongecalc.report.render.html_page import write_report

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

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
    assert page.locator("#c003 .flow svg.chart").is_visible()
    assert page.locator("#c003 .joint").count() == 2
    assert page.locator("#c001 h2 bdi").first.inner_text() == HOSTILE
    page.screenshot(path=tmp_path / "report.png", full_page=True)
    assert (tmp_path / "report.png").stat().st_size > 50_000


def test_failed_checks_are_seen_once_they_are_switched_on(browser, whole_run, tmp_path):
    page = browser.new_page()
    page.goto(write_report(whole_run.review, tmp_path, "en").as_uri())
    box = page.locator("#c001 .maptools input[value=checks]")

    def shown():
        return page.locator("#c001 .l-checks").evaluate_all("all => all.map(g => getComputedStyle(g).display)")

    assert not box.is_checked() and set(shown()) == {"none"}
    box.check()
    assert set(shown()) == {"inline"}
    box.uncheck()
    assert set(shown()) == {"none"}
    page.close()


def test_maps_switch_between_before_and_after(page):
    figures = [page.locator(f"#c003 figure[data-scenario={s}]") for s in ("before", "after")]

    def shown():
        return [f.is_visible() for f in figures]

    assert shown() == [True, True]
    page.locator("#c003 .switch input[value=after]").check()
    assert shown() == [False, True]
    page.locator("#c003 .switch input[value=before]").check()
    assert shown() == [True, False]
    page.locator("#c003 .switch input[value=both]").check()
    assert shown() == [True, True]


def test_search_finds_a_feature_and_opens_its_curves_by_keyboard_alone(page):
    search = page.locator("#c003 .search input")
    search.focus()
    page.keyboard.type("n1")
    assert page.locator("#c003 .found button").all_inner_texts() == ["N1"]
    page.keyboard.press("Enter")
    popup = page.locator("#popup")
    assert popup.is_visible()
    assert popup.locator("h2").inner_text() == "N1"
    # The node's level before and after: two curves, a rim, and the largest depth of each written out.
    assert popup.locator("svg path[class^=curve]").count() == 2
    assert popup.locator(".rim").count() == 1
    assert [t.split()[-1] for t in popup.locator("p[class*=key]").all_inner_texts()] == ["1.8", "0.9"]
    assert page.locator("#c003 .picked").count() == 2
    page.keyboard.press("Escape")
    assert not popup.is_visible()
    assert page.evaluate("document.activeElement.textContent") == "N1"
    search.fill("nothing of that name")
    assert page.locator("#c003 .found").inner_text() == "没有找到"
    assert page.problems == []


def test_a_click_on_the_map_opens_what_lies_there(page):
    pipe = page.locator("#c003 figure[data-scenario=after] .pipe[data-f=P1]")
    pipe.scroll_into_view_if_needed()
    box = pipe.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.3)
    popup = page.locator("#popup")
    assert popup.locator("h2").inner_text() == "P1"
    assert "300" in popup.inner_text()
    assert "60.2" in popup.inner_text()  # its largest flow, l/s
    assert popup.locator("svg path[class^=curve]").count() == 2
    page.locator("#popup .close").click()
    assert not popup.is_visible()


def test_the_slider_shows_where_water_stands_at_each_time(page):
    slider = page.locator("#c003 .slide input")
    slider.focus()
    wet = page.locator("#c003 figure[data-scenario=before] .wet")
    page.keyboard.press("ArrowRight")
    assert wet.count() == 0  # five minutes into the storm nothing stands
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    assert page.locator("#c003 .slide output").inner_text() == "50 min"
    # At its worst N1 stands 1.8 m deep, 0.3 m over its rim.
    assert wet.locator("text").all_text_contents() == ["30 cm"]
    assert page.locator("#c003 figure[data-scenario=after] .wet").count() == 0
    page.locator("#c003 .play").click()
    expect(page.locator("#c003 .slide output")).not_to_have_text("50 min")
    page.locator("#c003 .play").click()
    assert page.problems == []


def test_a_figure_says_where_it_comes_from(page):
    button = page.locator("table.summary button.trace[data-trace*=ponding_before_m3]").first
    community = button.get_attribute("data-trace").split(":")[0]
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#trace")
    assert dialog.is_visible()
    told = dialog.inner_text()
    assert f"communities.csv:{community}:ponding_before_m3" in told
    assert f"communities.csv:{community}:ponding_after_m3" in told
    assert "ponding.csv" in told and "SWMM" in told
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


@pytest.mark.parametrize("page", [1400, 390], indirect=True)
def test_no_serious_finding_of_axe(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in serious] == []
    page.locator("table.summary button.trace").first.click()
    opened = axe.run(page).response["violations"]
    assert [v["id"] for v in opened if v["impact"] in ("serious", "critical")] == []


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
    expect(views.first).not_to_have_attribute("viewBox", whole[0])
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
