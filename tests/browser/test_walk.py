"""A walk through the demonstration's study with mouse and keys."""

import json
import re

import pytest
from playwright.sync_api import expect

from shiftscope.store.stored_study import StoredStudy
from tests.conftest import mostly_slow

KINDS = {
    "overview": "/",
    "layer": "/layers/block2",
    "unit": "/layers/hidden/units/7",
    "dataset": "/datasets/permuted",
    "image": "/datasets/permuted/samples/12",
    "category": "/categories/3",
    "confusion": "/confusions/3/5",
    "glossary": "/glossary",
    "repair": "/repair?focus=arbitrary",
    "interventions": "/interventions",
    "paths": "/paths",
    "search": "/search?q=unit%207",
}


def test_a_walk_from_the_overview_to_a_confusion_and_back(open_page, demo_study):
    shown = open_page()
    page = shown.page
    shown.at("/", "demo")
    walked = [("/", "demo")]

    def step(link, path, name):
        """Follow a link; `path` is a pattern for its address, `name` says the page's from what it matched."""
        link.click()
        page.wait_for_url(re.compile(re.escape(shown.origin) + path + r"(\?.*)?$"))
        found = re.fullmatch(path, shown.address.partition("?")[0])
        shown.at(shown.address, name(found))
        walked.append((shown.address, name(found)))
        return found

    fold = page.locator("details.fold", has=page.get_by_role("heading", name="Units that changed most"))
    expect(fold.locator("table")).to_be_hidden()
    fold.locator("summary").first.click()
    link = fold.locator("tbody a", has_text=re.compile(r"^unit \d+$")).first
    unit = link.inner_text()
    step(link, r"/layers/hidden/units/(\d+)", lambda found: f"hidden, unit {found[1]}")
    shown.named(f"hidden, {unit}")
    link = page.locator("main a.thumbnail").first
    found = step(link, r"/datasets/(\w+)/samples/(\d+)", lambda found: f"{found[1]}, image {found[2]}")
    label = StoredStudy(demo_study)[found[1]].samples.labels[int(found[2])]
    shown.open_folds()
    link = page.locator(f'main a[href*="categories/{label}"]:visible').first
    step(link, r"/categories/(\d)", lambda found: f"Category {found[1]}")
    shown.open_folds()
    confusions = page.locator('tbody a[href*="confusions/"]:visible')
    step(confusions.first, r"/confusions/(\d)/(\d)", lambda found: f"{found[1]} → {found[2]}")
    expect(page.get_by_role("heading", name="How often")).to_be_visible()
    assert len(walked) == 5
    for address, name in walked[-2::-1]:
        page.go_back()
        shown.at(address, name)
    expect(fold.locator("table")).to_be_visible()  # the browser remembers what was opened
    page.go_forward()
    shown.at(*walked[1])


def test_a_click_on_a_point_of_the_scatter_opens_its_unit(open_page):
    shown = open_page("/layers/hidden")
    shown.settle()
    chart = shown.page.locator("section.chart", has=shown.page.locator(".plot[data-brush]"))
    columns = json.loads(chart.locator("script").text_content())["data"]["columns"]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    points = chart.locator(".mark-symbol[role], .mark-symbol").first.locator("path")
    assert points.count() == len(rows) > 20
    chart.locator(".plot").scroll_into_view_if_needed()
    boxes = points.evaluate_all("all => all.map((one) => one.getBoundingClientRect().toJSON())")
    centres = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]

    def alone(index):
        x, y = centres[index]
        others = (abs(x - a) + abs(y - b) for i, (a, b) in enumerate(centres) if i != index)
        return min(others)

    index = max(range(len(rows)), key=alone)
    assert alone(index) > 4
    box = points.nth(index).bounding_box()
    shown.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(shown.page.locator(".tip")).to_contain_text(str(rows[index]["unit"]))
    shown.page.mouse.click(box["x"] + box["width"] / 2 + 1, box["y"] + box["height"] / 2)
    shown.at(f"/layers/hidden/units/{rows[index]['unit']}", f"hidden, unit {rows[index]['unit']}")


def test_a_click_on_a_bar_of_a_unit_opens_its_category(open_page):
    shown = open_page("/layers/hidden/units/7")
    shown.settle()
    chart = shown.page.locator(
        "section.chart", has=shown.page.get_by_role("heading", name="Weights into the categories")
    )
    columns = json.loads(chart.locator("script").text_content())["data"]["columns"]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    bars = chart.locator(".mark-rect path")
    assert bars.count() == len(rows) == 10
    chart.locator(".plot").scroll_into_view_if_needed()
    widths = bars.evaluate_all("all => all.map((one) => one.getBoundingClientRect().width)")
    index = widths.index(max(widths))
    box = bars.nth(index).bounding_box()
    shown.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    shown.at(f"/categories/{rows[index]['category']}", f"Category {rows[index]['category']}")


def test_a_click_on_a_cell_of_the_matrix_opens_the_confusion(open_page, demo_study):
    shown = open_page("/datasets/permuted")
    samples = StoredStudy(demo_study)["permuted"].samples
    pairs = [
        (a, b) for a, b in zip(samples.labels.tolist(), samples.predictions.tolist(), strict=True) if a != b
    ]
    row, column = max(set(pairs), key=pairs.count)
    shown.open_folds()
    cells = shown.page.locator("svg.cells image").first
    cells.scroll_into_view_if_needed()
    box = cells.bounding_box()
    x, y = box["x"] + box["width"] * (column + 0.5) / 10, box["y"] + box["height"] * (row + 0.5) / 10
    shown.page.mouse.move(x, y)
    expect(shown.page.locator(".tip")).to_have_text(
        f"label {row}, prediction {column}: {pairs.count((row, column))}"
    )
    shown.page.mouse.click(x, y)
    shown.at(f"/confusions/{row}/{column}", f"{row} → {column}")


def test_j_and_k_go_to_the_next_and_the_previous_unit(open_page):
    shown = open_page("/layers/hidden/units/7")
    shown.page.keyboard.press("j")
    shown.at("/layers/hidden/units/8", "hidden, unit 8")
    shown.page.keyboard.press("j")
    shown.at("/layers/hidden/units/9", "hidden, unit 9")
    shown.page.keyboard.press("k")
    shown.at("/layers/hidden/units/8", "hidden, unit 8")
    shown.page.go_back()
    shown.at("/layers/hidden/units/9", "hidden, unit 9")


def test_keys_step_by_brackets_change_the_focus_and_swap_it_with_the_baseline(open_page):
    shown = open_page("/layers/hidden/units/7")
    shown.page.keyboard.press("]")
    shown.at("/layers/hidden/units/8", "hidden, unit 8")
    shown.page.keyboard.press("[")
    shown.at("/layers/hidden/units/7", "hidden, unit 7")
    focus, baseline = (
        shown.page.locator(f"details[data-choice={name}] summary b") for name in ("Focus", "Baseline")
    )
    before = focus.inner_text(), baseline.inner_text()
    shown.page.keyboard.press("b")
    expect(focus).to_have_text(before[1])
    expect(baseline).to_have_text(before[0])
    shown.page.keyboard.press("f")
    expect(focus).not_to_have_text(before[1])
    expect(baseline).to_have_text(before[0])


def test_enter_opens_the_main_link_of_the_row_that_holds_the_keyboard(open_page):
    shown = open_page("/")
    case = shown.page.locator("article.case").first
    address = case.locator("a.go.first").get_attribute("href").removeprefix("./")
    case.focus()
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_url(f"**/{address}")


def test_k_on_the_first_unit_stays_there(open_page):
    shown = open_page("/layers/hidden/units/0")
    shown.page.keyboard.press("k")
    shown.page.keyboard.press("j")
    shown.at("/layers/hidden/units/1", "hidden, unit 1")


def test_a_slash_searches_and_a_layer_with_a_number_opens_the_unit(open_page):
    shown = open_page("/categories/3")
    search = shown.page.locator("input[type=search]")
    expect(search).not_to_be_focused()
    shown.page.keyboard.press("/")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    shown.page.keyboard.type("hidden 7j")  # j is a letter here
    shown.page.keyboard.press("Backspace")
    expect(search).to_have_value("hidden 7")
    shown.page.keyboard.press("Enter")
    shown.named("hidden, unit 7")
    shown.page.keyboard.press("Escape")


def test_a_search_for_nothing_known_says_what_can_be_found(open_page):
    shown = open_page("/search?q=zebra")
    shown.named("Search: zebra")
    expect(shown.page.locator("main")).to_contain_text("Nothing has this name")


def test_g_and_o_go_to_the_overview_and_a_question_mark_lists_the_keys(open_page):
    shown = open_page("/categories/3")
    dialog = shown.page.locator("dialog#keys")
    shown.page.keyboard.press("?")
    expect(dialog).to_be_visible()
    shown.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    shown.page.keyboard.press("g")
    shown.page.keyboard.press("o")
    shown.at("/", "demo")


def test_the_layer_that_was_chosen_stays_chosen(open_page):
    shown = open_page()
    shown.choose("Layer", "block2")
    shown.at("/?layer=block2", "demo")
    heading = shown.page.get_by_role("heading", name="Categories that lost most")
    fold = shown.page.locator("details.fold", has=heading)
    heading.click()
    fold.locator("tbody a").first.click()
    shown.page.wait_for_url(re.compile(r"/categories/\d\?layer=block2$"))
    expect(shown.page.locator("details.menu.choice", has_text="Layer").locator("summary b")).to_have_text(
        "block2"
    )


@pytest.mark.parametrize("width", mostly_slow([1440, 900, 400]))
@pytest.mark.parametrize("kind", mostly_slow(KINDS, quick=7))
def test_every_kind_of_page_is_whole_in_light_and_dark_and_fits_the_window(open_page, kind, width):
    shown = open_page(KINDS[kind], width)
    for scheme in ("light", "dark"):
        shown.page.emulate_media(color_scheme=scheme)
        shown.settle(folds=False)
        images = shown.page.evaluate("[...document.images].map((one) => [one.src, one.naturalWidth])")
        assert len(images) >= 1
        assert [source for source, size in images if size == 0] == []
        inside, needed = widths(shown)
        assert inside == width or inside > width - 20
        assert needed <= inside
        shown.open_folds()  # they stay open in the other scheme
        assert widths(shown) == [inside, inside]
        ground = shown.page.evaluate(
            """() => [document.body, document.documentElement].map((one) => getComputedStyle(one).backgroundColor)
                 .find((colour) => colour !== "rgba(0, 0, 0, 0)")"""
        )
        channels = [float(number) for number in re.findall(r"[\d.]+", ground)][:3]
        assert (sum(channels) / 3 > 127) == (scheme == "light")


def test_no_kind_of_page_scrolls_sideways_on_a_telephone(open_page):
    shown = open_page(width=400)
    for kind, path in KINDS.items():
        shown.page.goto(f"{shown.origin}{path}")
        assert widths(shown) == [400, 400], kind
        shown.open_folds()
        assert widths(shown) == [400, 400], kind


@pytest.mark.parametrize("width", [1440, 400])
def test_an_explanation_lies_within_the_window_and_over_the_table_that_it_is_of(open_page, width):
    shown = open_page("/layers/hidden", width=width)
    term = shown.page.locator("main > .table th details.term").last
    term.locator("summary").click()
    note = term.locator("[role=note]")
    shown.page.wait_for_function(
        "document.querySelector('.term[open] > [role=note]').style.position === 'fixed'"
    )
    box = note.bounding_box()
    assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    seen = "note => { const { left, right, top } = note.getBoundingClientRect();" + (
        "return [left + 4, right - 4].every(x => note.contains(document.elementFromPoint(x, top + 4))); }"
    )
    assert note.evaluate(seen)


def widths(shown):
    """Of the window, without a bar for scrolling, and of what is on the page."""
    return shown.page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")


@pytest.mark.parametrize("kind", ["overview", "unit"])
def test_charts_are_drawn_with_marks(open_page, kind):
    shown = open_page(KINDS[kind])
    shown.settle()
    for chart in shown.page.locator("section.chart").all():
        assert chart.locator("svg [class*=mark-] path").count() > 5


def test_without_the_token_nothing_is_shown(browser, viewer):
    page = browser.new_context().new_page()
    answer = page.goto(viewer.url.partition("?")[0])
    assert answer.status == 403
    expect(page.locator("h1")).to_have_text("A token is needed")
    page.context.close()
