"""What can be taken away from a page or left on it: downloads, notes, and the rectangle of a chart."""

import io
import re
import struct

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect

from shiftscope.store.notes import save_unit_note, unit_note
from shiftscope.store.stored_study import StoredStudy


def saved(page, click):
    with page.expect_download() as waiting:
        click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_the_units_of_a_layer_are_downloaded_whole(open_page, demo_study):
    shown = open_page("/layers/hidden")
    table = shown.page.locator(
        "section.table", has=shown.page.get_by_role("heading", name=re.compile("Units"))
    )
    name, content = saved(shown.page, table.get_by_role("link", name="Parquet").last.click)
    assert name.endswith(".parquet")
    rows = pq.read_table(io.BytesIO(content))
    assert rows.num_rows == StoredStudy(demo_study).layer("hidden").units
    name, content = saved(shown.page, table.get_by_role("link", name="CSV").last.click)
    assert name.endswith(".csv")
    assert content.count(b"\n") == rows.num_rows + 1


@pytest.mark.parametrize("kind", ["SVG", "PNG"])
def test_a_chart_is_downloaded_as_it_is_seen(open_page, kind):
    shown = open_page("/layers/hidden/units/7")
    shown.settle()
    chart = shown.page.locator("section.chart").first
    name, content = saved(shown.page, chart.get_by_role("button", name=kind).click)
    assert name.endswith(f".{kind.lower()}")
    if kind == "SVG":
        assert content.startswith(b"<svg")
        assert b"<script" not in content
    else:
        assert content.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", content[16:24])
        assert width > 400
        assert height > 300


def test_charts_that_nobody_scrolled_to_are_there_for_printing(open_page):
    shown = open_page("/layers/hidden/units/7")
    shown.open_folds()
    plots = shown.page.locator(".plot")
    expect(plots.locator("svg[aria-hidden=true]")).to_have_count(plots.count())
    assert plots.count() >= 2
    assert plots.last.bounding_box()["y"] > 2 * 900  # far below the window


def test_an_image_is_downloaded_and_zoomed(open_page, demo_study):
    shown = open_page("/datasets/permuted/samples/12")
    shown.page.locator("details#about > summary").click()
    strip = shown.page.locator("section.image-strip.large")
    name, content = saved(shown.page, strip.get_by_role("link", name="Download").click)
    assert name.startswith("permuted-12")
    assert content == StoredStudy(demo_study)["permuted"].thumbnail(12)[0]
    image = strip.locator("img")
    small = image.bounding_box()["width"]
    strip.get_by_role("button", name="Zoom").click()
    assert image.bounding_box()["width"] > 2 * small
    strip.get_by_role("button", name="Zoom").click()
    assert image.bounding_box()["width"] == small


def test_a_label_is_saved_and_found_by_the_search(open_page, demo_study):
    study = StoredStudy(demo_study)
    try:
        shown = open_page("/layers/hidden/units/9")
        shown.open_folds()
        form = shown.page.locator("section.form")
        form.get_by_label("label").fill("likes <b>green</b>")
        form.get_by_label("tags").fill("colour")
        form.get_by_role("button").click()
        expect(shown.page.locator("section.form").get_by_label("label")).to_have_value("likes <b>green</b>")
        assert unit_note(study, "hidden", 9).label == "likes <b>green</b>"
        shown.page.keyboard.press("Escape")
        shown.page.locator("input[type=search]").fill("likes")
        shown.page.keyboard.press("Enter")
        expect(shown.page.locator("main")).to_contain_text("hidden, unit 9")
    finally:
        save_unit_note(study, "hidden", 9, label="", tags="", note="")


def test_a_rectangle_on_the_scatter_filters_the_table(open_page):
    shown = open_page("/layers/hidden")
    shown.settle()
    plot = shown.page.locator(".plot[data-brush]")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    mouse = shown.page.mouse
    mouse.move(box["x"] + box["width"] * 0.35, box["y"] + box["height"] * 0.2)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.7, steps=8)
    mouse.up()
    shown.page.wait_for_url(re.compile("where="))
    expect(shown.page.get_by_label("Units with")).to_have_value(re.compile("novelty"))


def test_g_and_a_letter_begin_a_search_near_the_page(open_page):
    shown = open_page("/layers/block2/units/3")
    search = shown.page.locator("input[type=search]")
    for letter, text in (("u", "block2 unit "), ("i", "image "), ("c", "category ")):
        shown.page.keyboard.press("g")
        shown.page.keyboard.press(letter)
        expect(search).to_be_focused()
        expect(search).to_have_value(text)
        shown.page.keyboard.press("Escape")
    shown.page.keyboard.press("g")
    shown.page.keyboard.press("c")
    shown.page.keyboard.type("4")
    shown.page.keyboard.press("Enter")
    shown.named("Category 4")
