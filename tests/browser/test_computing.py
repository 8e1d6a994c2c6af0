"""The whole way from a page that lacks something to the same page with it, computed by the model at hand."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from shiftscope.scores.estimation.stored_estimates import lacking_estimates
from shiftscope.study import open_study
from shiftscope.web.server.security import folder_of
from shiftscope.web.server.server import Viewer, view
from tests.web.jobs.held import ROOT, Held, recorded

from .conftest import PATIENCE

ALL = 1000  # batches: more than there are


@pytest.fixture(scope="module")
def held(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder = tmp_path_factory.mktemp("held")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [ROOT, *sys.path])
        yield Held.copied(recorded(folder / "once.study"), folder)


@pytest.fixture(scope="module")
def viewer(held: Held) -> Iterator[Viewer]:
    """In place of the demonstration's, whose worker has the model in hand when this returns."""
    viewer = view(open_study(held.path), model=held.net, data=held.data, port=0, open_browser=False)
    while viewer._jobs.trouble == "The model is being loaded.":
        time.sleep(0.05)
    assert viewer._jobs.trouble == ""
    yield viewer
    viewer.stop()


@pytest.fixture
def without_scripts(browser: Browser, viewer: Viewer) -> Iterator[Callable[[str], Page]]:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)

    def show(path: str) -> Page:
        page.goto(viewer.url)
        page.goto(f"{viewer.url.partition('/?')[0]}/{folder_of(viewer.url.rpartition('=')[2])}{path}")
        return page

    yield show
    context.close()


def at(units: str) -> str:
    return f"/interventions?layer=conv&units={units}"


def table(page: Page, title: str):
    return page.locator("section.table", has=page.get_by_role("heading", name=title, exact=True))


def features(page: Page):
    """How many are asked for; the label of the kind speaks of features too."""
    return page.locator("input[name=size]")


def unfold(page: Page) -> None:
    """Open where layers are derived, if it is not open since one was asked for."""
    expect(features(page)).to_have_count(1)
    for summary in page.locator("#derived > summary").all():
        summary.click()


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def test_what_was_asked_for_comes_without_a_reload(open_page, held, viewer):
    held.say(0)
    shown = open_page(at("1,2"))
    page = shown.page
    expect(page.locator(".computation")).to_contain_text("the model runs anew over lab and field")
    button(page, "Compute").click()
    expect(page.locator(".told")).to_have_text("0 of 256")
    page.evaluate("window.stayed = true")
    held.say(1)
    expect(page.locator(".told")).to_have_text("64 of 256")
    assert page.locator("progress").get_attribute("value") == "64"
    held.say(ALL)
    accuracy = table(page, "Accuracy before and after")
    expect(accuracy).to_be_visible()
    expect(accuracy.locator("tbody tr")).to_have_count(2)
    assert page.evaluate("window.stayed")
    expect(page.locator(".computation")).to_have_count(0)
    after = open_study(held.path).intervene("conv", [1, 2], model=held.net, data=held.data, progress=False)
    for name in ("lab", "field"):
        expect(accuracy.locator("tbody tr", has_text=name)).to_contain_text(
            f"{100 * (after.answers[name].after == after.answers[name].labels).mean():.1f} %"
        )


def test_scores_that_are_not_kept_come_without_a_reload(open_page, held, viewer):
    shown = open_page("/layers/hidden")
    page = shown.page
    expect(page.get_by_role("heading", name="Scores are not computed yet")).to_be_visible()
    shown.named("Layer hidden")
    held.say("wait")
    button(page, "Compute").click()
    expect(page.locator(".told")).to_have_text(re.compile("waiting|begun|of "))
    page.evaluate("window.stayed = true")
    held.say(ALL)
    expect(table(page, "Units by lost peak response (novelty)")).to_be_visible()
    assert page.evaluate("window.stayed")
    expect(page.get_by_role("heading", name="Scores are not computed yet")).to_have_count(0)
    assert lacking_estimates(open_study(held.path), "lab") == {}
    page.goto(f"{shown.origin}/layers/hidden/units/3")
    expect(page.locator("#scores > summary")).to_be_visible()
    page.goto(f"{shown.origin}/layers/hidden?reference=field")
    expect(page.locator(".computation").first).to_contain_text(re.compile("about (a second|[0-9]+ )"))


def test_a_layer_is_derived_and_has_its_page(open_page):
    shown = open_page("/layers/hidden")
    page = shown.page
    unfold(page)
    expect(features(page)).to_have_value("8")
    features(page).fill("3")
    button(page, "Derive").click()
    link = table(page, "Derived from hidden").get_by_role("link", name="hidden~pca3")
    link.click()
    shown.at("/layers/hidden~pca3", "Layer hidden~pca3")
    page.goto(f"{shown.origin}/")
    expect(page.get_by_text("Layer hidden~pca3 is new.")).to_be_visible()
    page.goto(f"{shown.origin}/jobs")
    finished = table(page, "Finished")
    expect(finished.get_by_role("link", name="pca of hidden, 3 features")).to_be_visible()
    expect(finished.get_by_role("link", name="What units 1, 2 of conv do, silence")).to_be_visible()


def test_what_is_written_meanwhile_is_not_taken_away(open_page, held):
    shown = open_page("/layers/hidden")
    page = shown.page
    unfold(page)
    features(page).fill("300")
    button(page, "Derive").click()
    expect(page.locator(".failure")).to_contain_text(
        "from 1 to 10 features can be derived from it, and not 300"
    )
    expect(features(page)).to_have_value("300")
    page.get_by_role("link", name="Layer hidden", exact=True).click()
    shown.at("/layers/hidden", "Layer hidden")
    assert all("400" in what for what in shown.wrong)
    shown.wrong.clear()
    held.say(0)
    page.goto(f"{shown.origin}{at('5')}")
    button(page, "Compute").click()
    page.get_by_role("textbox", name="Units").fill("5, 4")
    held.say(ALL)
    expect(page.locator(".told")).to_have_text("done")
    expect(page.get_by_role("textbox", name="Units")).to_have_value("5, 4")
    page.get_by_role("link", name="Look again").click()
    expect(table(page, "Accuracy before and after")).to_be_visible()


def test_a_job_is_cancelled_on_its_page(open_page, held):
    held.say(0)
    shown = open_page(at("3"))
    page = shown.page
    button(page, "Compute").click()
    expect(page.locator(".told")).to_have_text("0 of 256")
    button(page, "Cancel").click()
    expect(page.locator(".told")).to_have_text("being cancelled")
    held.say(ALL)
    expect(page.locator(".computation")).to_contain_text("The last try was cancelled.")
    expect(button(page, "Compute")).to_be_visible()
    shown.at("/interventions", "What units do to the answers")


@pytest.mark.slow
def test_two_browsers_have_it_computed_once(open_page, held, viewer):
    before = len(viewer._jobs.all())
    held.say(0)
    pages = [open_page(at("0,4")).page for _ in range(2)]
    for page in pages:
        button(page, "Compute").click()
        expect(page.locator(".told")).to_have_text(re.compile("waiting|of 256"))
    held.say(ALL)
    for page in pages:
        expect(table(page, "Accuracy before and after")).to_be_visible()
    assert len(viewer._jobs.all()) == before + 1


@pytest.mark.slow
def test_the_whole_way_without_scripts(without_scripts, held):
    held.say(0)
    page = without_scripts(at("0"))
    button(page, "Compute").click()
    expect(page.locator("progress")).to_be_visible()
    held.say(ALL)
    while page.get_by_role("link", name="Look again").is_visible():
        page.get_by_role("link", name="Look again").click()
        time.sleep(0.1)
    expect(table(page, "Accuracy before and after")).to_be_visible()
    page = without_scripts("/layers/hidden")
    unfold(page)
    features(page).fill("2")
    button(page, "Derive").click()
    while page.get_by_role("link", name="Look again").is_visible():
        page.get_by_role("link", name="Look again").click()
        time.sleep(0.1)
    expect(table(page, "Derived from hidden").get_by_role("link", name="hidden~pca2")).to_be_visible()


def test_the_list_of_jobs_shows_progress_and_what_became_of_it(open_page, held):
    held.say(0)
    page = open_page(at("1")).page
    button(page, "Compute").click()
    page.get_by_role("link", name="All jobs").click()
    expect(page.get_by_role("heading", name="What units 1 of conv do, silence")).to_be_visible()
    expect(page.locator(".told")).to_have_text("0 of 256")
    held.say(ALL)
    row = table(page, "Finished").locator("tbody tr").first
    expect(row).to_contain_text("What units 1 of conv do, silence")
    expect(row).to_contain_text("done")
