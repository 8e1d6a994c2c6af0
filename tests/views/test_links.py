"""Every address on every page leads to a page that can be drawn, whatever is in the study."""

from __future__ import annotations

import asyncio
import io
import json
import re
from dataclasses import replace
from functools import cache, cached_property, partial
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit

import pytest
import torch
from httpx2 import ASGITransport, AsyncClient
from PIL import Image
from starlette.testclient import TestClient
from torch import nn

from shiftscope.model.survey.layer import Layer
from shiftscope.study import Study
from shiftscope.web.server.application import application

from ..conftest import Made, Net, mostly_slow

ORIGIN = "http://127.0.0.1:8421"
MOST_PAGES = 4000


# As templates and markupsafe write them: nothing but a tag holds "<" or ">".
TAG = re.compile(r"<(a|img)\b([^>]*)>|<script type=\"application/json\"[^>]*>(.*?)</script>", re.DOTALL)
WAY = re.compile(r"\s(?:href|src)=\"([^\"]*)\"")


class Addresses:
    """Where the links, images and embedded data of a page focus, and its text."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.pages: list[str] = []
        self.images: list[str] = []
        for tag, attributes, data in TAG.findall(html):
            if not tag:
                self.pages += pages_in(json.loads(data))
                continue
            way = unescape(WAY.search(attributes)[1])
            if tag == "img":
                self.images.append(way)
            elif not way.startswith("#"):
                self.pages.append(way)

    @cached_property
    def parsed(self) -> Parsed:
        return Parsed(self.html)

    @property
    def text(self) -> list[str]:
        return self.parsed.text


class Parsed(HTMLParser):
    """The same and more as a parser finds it, which takes many times as long."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pages: list[str] = []
        self.images: list[str] = []
        self.text: list[str] = []
        self.inline_scripts = 0
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.inline_scripts += (
            tag == "script" and "src" not in given and given.get("type") != "application/json"
        )
        if tag == "a" and not given["href"].startswith("#"):
            self.pages.append(given["href"])
        if tag == "img":
            self.images.append(given["src"])
        self._inside = "data" if given.get("type") == "application/json" else tag

    def handle_data(self, data):
        if self._inside == "data":
            self.pages += list(pages_in(json.loads(data)))
        elif self._inside not in ("script", "style"):
            self.text.append(data)

    def handle_endtag(self, tag):
        self._inside = ""


def pages_in(value):
    """Addresses in the data of a chart or matrix; those of a matrix for each of its cells that counts."""
    if isinstance(value, dict) and "cells" in value:
        cells, page = value["cells"], value["page"]
        for row, column in zip(cells[0::3], cells[1::3], strict=True):
            yield page.replace("{row}", str(row)).replace("{column}", str(column))
    elif isinstance(value, dict):
        pages = value.get("page", [])
        yield from [pages] if isinstance(pages, str) else pages
        for inner in value.values():
            yield from pages_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from pages_in(inner)


def browser(study) -> TestClient:
    return TestClient(
        application(study, token=None),
        base_url=ORIGIN,
        raise_server_exceptions=False,
        follow_redirects=False,
    )


@cache
def options_of(address: str) -> list[str]:
    return [name for name, _ in parse_qsl(urlsplit(address).query)]


@cache
def kind_of(address: str) -> tuple[str, ...]:
    """What kind of page it is and which choices it holds; of one choice also what was chosen."""
    whole = urlsplit(address)
    options = options_of(address)
    chosen = [whole.query] if len(options) == 1 else []
    return re.sub(r"\d+", "#", whole.path), *sorted(options), *chosen


@cache
def joined(folder: str, link: str) -> str:
    return urljoin(folder, link).partition("#")[0]


@pytest.fixture(params=mostly_slow([1, 4]))
def crawl(request: pytest.FixtureRequest):
    """`crawl_all` with one choice at a time, as pairs are those of any study; in the slow lane, with up to four."""
    return partial(crawl_all, choices=request.param)


def crawl_all(
    study: Study, follow=lambda address: True, start=("/",), *, choices: int
) -> dict[str, Addresses]:
    """Every page that can be reached from the first one, by address; all answer 200 and all images are images.

    Of pages with several choices, whose number has no end, one of each kind with up to `choices`; where these are few,
    one of each kind with one choice too.
    """
    all_of = 1 if choices > 2 else 0  # so many choices

    async def walk():
        # Starlette's own client would decode %252F twice.
        transport = ASGITransport(application(study, token=None), raise_app_exceptions=False)
        async with AsyncClient(transport=transport) as client:
            found, images = {}, set()
            waiting = [(f"{ORIGIN}{path}", "the start") for path in start]
            known = {address for address, _ in waiting}
            kinds_seen = set()
            while waiting:
                address, source = waiting.pop()
                answer = await client.get(address)
                assert answer.status_code == 200, f"{address} on {source}: {answer.status_code}"
                if not answer.headers["content-type"].startswith("text/html"):  # a file to download
                    continue
                found[address] = page = Addresses(answer.text)
                for image in page.images:
                    whole = urljoin(address, image)
                    if whole.startswith("data:") or "/static/" in whole or whole in images:
                        continue
                    images.add(whole)
                    picture = await client.get(whole)
                    assert picture.status_code == 200, f"image {whole} on {address}: {picture.status_code}"
                    assert drawable(picture.content), f"image {whole} on {address} cannot be drawn"
                folder = address.partition("?")[0]  # of which pages with other choices have the same links
                for link in dict.fromkeys(page.pages):
                    whole = joined(folder, link)
                    assert whole.startswith(f"{ORIGIN}/"), f"{link} on {address} leads away"
                    if whole in known or "download=html" in whole:  # the page itself, as one file
                        continue
                    several = len(options_of(whole))
                    if several > choices or (several > all_of and kind_of(whole) in kinds_seen):
                        continue
                    if follow(whole):
                        known.add(whole)
                        kinds_seen.add(kind_of(whole))
                        waiting.append((whole, address))
                assert len(known) < MOST_PAGES, "there is no end of pages"
            return found

    return asyncio.run(walk())


def drawable(content: bytes) -> bool:
    try:
        Image.open(io.BytesIO(content)).load()
    except OSError:
        return False
    return True


def kinds(found) -> set[str]:
    """The first part of each address reached, `samples` and `units` by themselves."""
    paths = [urlsplit(address).path.strip("/").split("/") for address in found]
    return {"units" if "units" in p else "samples" if "samples" in p else p[0] for p in paths}


EVERYTHING = {
    "",
    "layers",
    "units",
    "datasets",
    "samples",
    "categories",
    "confusions",
    "glossary",
    "interventions",
    "paths",
    "repair",
}


class Small(nn.Module):
    """A map and a layer of a few units under plain names."""

    def __init__(self, categories: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 7)
        self.hidden = nn.Sequential(nn.Flatten(), nn.Linear(8, 3), nn.ReLU())
        self.head = nn.Linear(3, categories)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.hidden(self.conv(images)))
        return logits


def small_study(folder, categories=("a", "b", "c")) -> Study:
    torch.manual_seed(0)
    net = Small(len(categories))
    with torch.no_grad():  # predictions that vary, so that there are confusions
        logits = net.eval()(Made(samples=6).inputs)
        net.head.weight *= 4 / logits.std(0, keepdim=True).T
        net.head.bias -= net(Made(samples=6).inputs).mean(0)
    return Study.create(folder / "small.study", net, categories)


@pytest.mark.parametrize("choices", mostly_slow([2, 4]))
def test_every_link_of_a_study_leads_to_a_page(tmp_path, choices):
    study = small_study(tmp_path)
    study.record(Made(4, 3), "lab", layers=["conv", "hidden"], reference=True, progress=False)
    study.record(Made(3, 3, seed=1, unlabelled=frozenset({2})), "field", progress=False)
    study.paths(shuffles=2, resamples=20, progress=False)
    found = crawl_all(study, choices=choices)
    assert any("/paths/0/1" in address for address in found)
    assert kinds(found) == EVERYTHING
    for layer, units in (("conv", 2), ("hidden", 3)):
        assert all(f"{ORIGIN}/layers/{layer}/units/{u}" in found for u in range(units))
    for name, samples in (("lab", 4), ("field", 3)):
        assert all(f"{ORIGIN}/datasets/{name}/samples/{s}" in found for s in range(samples))
    assert all(f"{ORIGIN}/categories/{c}" in found for c in range(3))


def plain(address: str) -> bool:
    """Leave out the same pages seen with another layer or reference, and the same images under another focus."""
    led = "focus=" in address and "/samples/" in address
    return "layer=" not in address and "baseline=" not in address and not led


@pytest.mark.slow
@pytest.mark.parametrize("every", [5, 1])
def test_every_link_holds_with_three_datasets_and_gaps(crawl, explored, every):
    """Every sample in the slow lane, otherwise every fifth."""

    def some(address):
        _, is_sample, number = urlsplit(address).path.partition("/samples/")
        return plain(address) and not (is_sample and int(number) % every)

    found = crawl(explored.study, some)
    assert kinds(found) == EVERYTHING
    shown = {path for address in found if "/samples/" in (path := urlsplit(address).path)}
    assert len(shown) == (90 + 130 + 25) // every


def test_links_keep_the_reference_and_the_layer_that_were_chosen(explored):
    client = browser(explored.study)
    for start in ("/", "/datasets/lab", "/datasets/lab/samples/3", "/categories/1", "/confusions/0/1"):
        page = Addresses(client.get(f"{start}?layer=conv&baseline=field").text)
        inside = [link for link in page.pages if "samples" in link or "categories/" in link]
        kept = [link for link in inside if "?" in link]
        assert len(kept) > 5
        assert all("layer=" in link and "baseline=" in link for link in kept)
        assert any("layer=conv&baseline=field" in link for link in kept)


def test_links_of_every_page_keep_the_sets_that_were_chosen(explored):
    client = browser(explored.study)
    for start in ("/categories/1", "/interventions", "/repair", "/paths", "/paths/0/1"):
        answer = client.get(f"{start}?sets=night&focus=field")
        assert answer.status_code == 200
        inside = [link for link in Addresses(answer.text).pages if "focus=field" in link]
        assert len(inside) > 3
        assert [link for link in inside if "sets=night" not in link] == []


def test_a_study_with_summaries_alone_is_shown_in_full(crawl, summaries_only):
    assert kinds(crawl(summaries_only.study, plain)) == EVERYTHING


def test_a_study_with_a_set_without_labels_is_shown_in_full(crawl, unlabelled):
    found = crawl(unlabelled.study, plain)
    assert kinds(found) == EVERYTHING
    assert "–" in found[f"{ORIGIN}/"].text


@pytest.mark.parametrize("labelled", mostly_slow([True, False]))
def test_a_study_with_one_dataset_is_shown_in_full(crawl, tmp_path, labelled):
    study = small_study(tmp_path)
    without = frozenset() if labelled else frozenset(range(6))
    study.record(
        Made(6, 3, unlabelled=without), "lab", layers=["conv", "hidden"], reference=True, progress=False
    )
    found = crawl(study)
    assert kinds(found) == EVERYTHING if labelled else {"", "units", "datasets", "samples"} <= kinds(found)


def test_a_study_without_a_dataset_says_what_to_do(tmp_path):
    client = browser(small_study(tmp_path))
    first = client.get("/")
    assert first.status_code == 200
    assert "Nothing is recorded yet" in first.text
    assert "shiftscope record" in first.text
    for path in ("/categories/0", "/confusions/0/1", "/layers/hidden", "/datasets/lab"):
        answer = client.get(path)
        assert answer.status_code == 400
        assert "nothing is recorded in this study yet" in answer.text
        assert "shiftscope record" in answer.text


@pytest.mark.slow
def test_a_study_whose_samples_were_all_skipped_but_one_is_shown_in_full(crawl, tmp_path):
    study = small_study(tmp_path)
    study.record(Made(6, 3), "lab", layers=["conv", "hidden"], reference=True, progress=False)
    broken = Made(6, 3, seed=1, broken=frozenset({1, 2, 3, 4, 5}))
    study.record(broken, "field", on_error="skip", progress=False)
    assert kinds(crawl(study, plain)) == EVERYTHING


def test_samples_without_a_picture_are_shown_without_broken_images(crawl, tmp_path):
    class Unseen(Made):
        def __getitem__(self, position):
            return replace(super().__getitem__(position), picture=None)

    study = small_study(tmp_path)
    study.record(Unseen(6, 3), "lab", layers=["hidden"], reference=True, progress=False)
    study.record(Unseen(6, 3, seed=1), "field", progress=False)
    assert kinds(crawl(study, plain)) == EVERYTHING


@pytest.mark.parametrize("confusions", mostly_slow([60, 10]))
def test_three_hundred_categories_are_shown_in_full(crawl, wide, confusions):
    def some(address):
        *_, kind, index = urlsplit(address).path.split("/")
        number = int(index) if index.isdigit() else 0
        several = {"units": (0, 129), "samples": (0, 11), "categories": (0, 1, 299)}.get(kind, [number])
        return (
            plain(address)
            and number in several
            and ("/confusions/" not in address or number % confusions == 0)
        )

    found = crawl(wide.study, some, start=("/", "/categories/299", "/confusions/10/20"))
    assert kinds(found) == EVERYTHING
    assert "Category category 299" in found[f"{ORIGIN}/categories/299"].text


HOSTILE = (
    "<script>alert(1)</script>",
    "\"quotes\" & 'apostrophes'",
    "жираф 长颈鹿 🦒",
    "a/b?c=d#e%20f",
    "{row} {{ 7*7 }} ${x}",
    "</script><img src=x onerror=alert(2)>",
    "x" * 1000,  # the most
    "",
)


def test_names_of_categories_are_shown_as_they_are_and_do_nothing(crawl, tmp_path):
    study = small_study(tmp_path, HOSTILE)
    study.record(Made(8, 8), "lab", layers=["hidden"], reference=True, progress=False)
    study.record(Made(8, 8, seed=1), "field", progress=False)
    found = crawl(study, plain)
    assert kinds(found) == EVERYTHING
    for index, name in enumerate(HOSTILE):
        page = found[f"{ORIGIN}/categories/{index}"]
        assert name in "".join(page.text)
    for page in found.values():
        assert page.parsed.inline_scripts == 0
        assert "x" not in page.parsed.images
        assert (page.pages, page.images) == (page.parsed.pages, page.parsed.images)


class Odd(nn.Module):
    """Modules under names that addresses have to quote."""

    NAMES = ("a/b", "què?#&=%2F", '<b>"x"</b>')

    def __init__(self) -> None:
        super().__init__()
        self.flat = nn.Flatten()
        self.relu = nn.ReLU()
        self.conv = nn.Conv2d(3, 2, 7)
        self.blocks = nn.Sequential(nn.Sequential(nn.Linear(8, 3)))
        for name in self.NAMES:
            self.add_module(name, nn.Linear(3, 3))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = self.blocks(self.flat(self.relu(self.conv(images))))
        for name in self.NAMES:
            x = self.relu(getattr(self, name)(x) + 0.5)
        logits: torch.Tensor = x
        return logits


@pytest.mark.parametrize("choices", mostly_slow([1, 4]))
def test_layers_are_found_under_any_name(tmp_path, choices):
    """Each of seven layers has pages of its own for every choice; those of all in the slow lane, else of two."""
    torch.manual_seed(0)
    study = Study.create(tmp_path / "odd.study", Odd(), tuple("abc"))
    layers = ["conv:max", "relu@1", "relu@3", "blocks.0.0", *map(Layer, Odd.NAMES)]
    study.record(Made(4, 3), "lab", layers=layers, reference=True, progress=False)
    study.record(Made(4, 3, seed=1), "field", progress=False)
    assert {"conv:max", "relu@1", "relu@3", "blocks.0.0", *Odd.NAMES} == set(study.layers)

    hardest = [f"/layers/{quote(name, safe='')}" for name in ("conv:max", Odd.NAMES[1])]

    def some(address):
        path = urlsplit(address).path
        if (
            choices == 1
            and "?" in address
            and "/layers/" in path
            and "/units/" not in path
            and path not in hardest
        ):
            return False
        return "baseline=" not in address and ("layer=" not in address or path == "/")

    found = crawl_all(study, some, choices=choices)
    assert {urlsplit(address).path for address in found if "?" in address} >= set(hardest)
    titles = {address: "".join(page.text) for address, page in found.items()}
    for name in study.layers:
        (link,) = {
            link
            for link in found[f"{ORIGIN}/"].pages
            if link.startswith("./layers/") and same_name(link, name) and "?" not in link
        }
        last = study.layer(name).units - 1
        assert f"{name}, unit {last}" in titles[urljoin(f"{ORIGIN}/", f"{link}/units/{last}")]


def same_name(link: str, name: str) -> bool:
    return unquote(link.removeprefix("./layers/")) == name


@pytest.mark.parametrize(
    "name",
    mostly_slow(
        [
            "<img src=x onerror=alert(1)>",
            "100 % 长颈鹿?x=1#y&z",
            "cifar10.1",
            ".hidden",
            "x" * 150,
        ],
    ),
)
def test_datasets_are_found_under_any_name(crawl, tmp_path, name):
    study = small_study(tmp_path)
    study.record(Made(4, 3), "lab", layers=["hidden"], reference=True, progress=False)
    study.record(Made(5, 3, seed=1), name, progress=False)
    found = crawl(study, plain)
    titles = ["".join(page.text) for page in found.values()]
    assert any(f"{name}, image 4" in text for text in titles)
    text = "".join(found[f"{ORIGIN}/datasets/{quote(name, safe='')}"].text)
    assert name in text
    assert "accuracy" in text


def test_a_net_is_not_needed_to_look(explored, monkeypatch):
    """The pages come from the folder alone: the same study opened anew, without its model."""
    from shiftscope.store.stored_study import StoredStudy

    monkeypatch.setattr(Net, "forward", None)
    opened, held = browser(StoredStudy(explored.study.path)), browser(explored.study)
    for path in (
        "/",
        "/layers/hidden/units/2",
        "/datasets/field/samples/9",
        "/categories/0",
        "/confusions/0/1",
    ):
        assert opened.get(path).text == held.get(path).text


def test_names_of_categories_work_in_addresses(explored):
    client = browser(explored.study)
    for named, numbered in (
        ("/categories/b", "/categories/1"),
        ("/confusions/a/b?focus=field", "/confusions/0/1?focus=field"),
        ("/datasets/field?label=A&prediction=b", "/datasets/field?label=0&prediction=1"),
    ):
        found = client.get(named)
        assert found.status_code == 200, found.text
        asked, meant = (escape(each.partition("?")[2]) for each in (named, numbered))
        own = found.text.replace(
            f"{asked}&amp;download=", f"{meant}&amp;download="
        )  # files of the address itself
        assert own == client.get(numbered).text
    assert client.get("/categories/z").status_code == 404
    assert "closest" in client.get("/confusions/a/zebra").text
