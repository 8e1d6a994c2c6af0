"""Pictures come in few answers, and alone where those cannot be had."""

import pytest

UNIT = "/layers/hidden/units/9?images=100"
SHOWN = """() => [...document.querySelectorAll(".thumbnail img")].map((image) => image.naturalWidth > 0)"""


def test_all_pictures_of_a_unit_come_in_a_few_answers(open_page):
    shown = open_page(UNIT)
    shown.settle()
    there = shown.page.evaluate(SHOWN)
    assert len(there) > 100
    assert all(there)
    assert not [url for url in shown.asked if "/thumbnails/" in url]
    assert 0 < len([url for url in shown.asked if "/pictures/" in url]) < len(there) / 10


@pytest.mark.parametrize("scripts", [True, False])
def test_pictures_come_alone_where_many_do_not(browser, viewer, scripts):
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 1440, "height": 900})
    context.route("**/pictures/**", lambda route: route.fulfill(status=500))
    page = context.new_page()
    asked = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto(viewer.url)
    page.goto(page.url.rstrip("/") + UNIT)
    image = page.locator("main .thumbnail img:visible").first
    image.wait_for(state="visible")
    page.wait_for_load_state("networkidle")
    assert image.evaluate("image => image.naturalWidth") > 0
    assert len([url for url in asked if "/thumbnails/" in url]) > 10
    context.close()
