"""What the application answers, address by address."""

from __future__ import annotations

import base64
import html
import io
import re

import pyarrow.parquet as pq
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.web.conftest import FakeStudy, Shown


def title(html: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", html)
    assert found
    return found[1]


def test_every_view_has_its_address(shown: Shown) -> None:
    client = shown()
    assert title(client.get("/").text) == "Overview"
    assert title(client.get("/layers/conv1").text) == "conv1 by novelty"
    assert title(client.get("/layers/conv1/units/3").text) == "conv1|3|7|0.5|False|None"


def test_names_with_slashes_reach_the_view_they_belong_to(shown: Shown) -> None:
    client = shown()
    assert title(client.get("/layers/sae/conv1").text) == "sae/conv1 by novelty"
    assert title(client.get("/layers/sae%2Fconv1/units/3").text).startswith("sae/conv1|3|")


def test_options_come_from_the_query_in_the_type_of_the_view(shown: Shown) -> None:
    answer = shown().get(
        "/layers/conv1/units/3?count=12&least=1e-3&all_samples=true&focus=a%26b&unknown=1&unknown=2"
    )
    assert title(answer.text) == "conv1|3|12|0.001|True|a&amp;b"


def test_addresses_that_people_kept_say_lead_for_focus(shown: Shown) -> None:
    assert title(shown().get("/layers/conv1/units/3?lead=b").text).endswith("|b")
    assert title(shown().get("/layers/conv1/units/3?lead=b&focus=a").text).endswith("|a")


def test_an_empty_option_keeps_its_default(shown: Shown) -> None:
    assert title(shown().get("/layers/conv1/units/3?count=&focus=").text) == "conv1|3|7|0.5|False|None"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("count=x", "must be a whole number"),
        ("count=" + "9" * 5000, "must be a whole number"),
        ("least=nan", "must be a number"),
        ("all_samples=perhaps", "must be true or false"),
        ("count=1&count=2", "sets &#39;count&#39; 2 times"),
    ],
)
def test_an_option_that_cannot_be_read_is_refused(shown: Shown, query: str, message: str) -> None:
    answer = shown().get(f"/layers/conv1/units/3?{query}")
    assert answer.status_code == 400
    assert message in answer.text


def test_a_choice_names_what_can_be_chosen(shown: Shown) -> None:
    client = shown()
    assert title(client.get("/layers/conv1?sort=mean").text) == "conv1 by mean"
    refused = client.get("/layers/conv1?sort=colour")
    assert refused.status_code == 400
    assert "&#39;novelty&#39;, &#39;mean&#39;" in refused.text


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/layers/conv9",
        "/layers/conv1/units/-1",
        "/layers/conv1/units/" + "9" * 5000,
        "/layers/",
        "/static/no.css",
    ],
)
def test_what_is_not_in_the_study_is_a_page_that_says_so(shown: Shown, path: str) -> None:
    answer = shown().get(path)
    assert answer.status_code == 404
    assert title(answer.text) == "Not in this study"


@pytest.mark.parametrize(
    ("path", "status", "message"), [("/damaged", 500, "is missing"), ("/refused", 400, "that cannot be")]
)
def test_our_errors_are_pages_with_their_message(shown: Shown, path: str, status: int, message: str) -> None:
    answer = shown().get(path)
    assert answer.status_code == status
    assert message in answer.text


def test_an_accident_is_a_page_without_a_traceback(shown: Shown) -> None:
    answer = shown().get("/accident")
    assert answer.status_code == 500
    assert "RuntimeError in shiftscope" in answer.text
    assert "secret path" not in answer.text
    assert "Traceback" not in answer.text


def test_an_error_page_is_drawn_even_when_the_study_cannot_be_named(shown: Shown) -> None:
    class Unnamed(FakeStudy):
        @property
        def layers(self) -> list[str]:
            raise OSError("gone")

        @layers.setter
        def layers(self, names: list[str]) -> None: ...

    answer = shown(Unnamed()).get("/nothing")
    assert answer.status_code == 404


def test_pages_can_only_be_read(shown: Shown) -> None:
    client = shown()
    assert client.head("/").status_code == 200
    for path in ("/", "/layers/conv1", "/static/shiftscope.css", "/thumbnails/digits/0"):
        assert client.post(path).status_code == 405
        assert client.delete(path).status_code == 405


@pytest.mark.parametrize("prefix", ["", "/user/me/proxy/8421"])
@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("/", "./"),
        ("/layers/conv1", "../"),
        ("/layers/sae/conv1", "../../"),
        ("/layers/sae%2Fconv1", "../"),
        ("/layers/conv1/units/3", "../../../"),
        ("/no/such/page", "../../"),
    ],
)
def test_every_address_is_relative_at_any_depth_and_behind_any_prefix(
    shown: Shown, prefix: str, path: str, root: str
) -> None:
    client = shown(wrap=lambda app: Starlette(routes=[Mount(prefix, app)]) if prefix else app)
    html = client.get(prefix + path).text
    addresses = re.findall(r'(?:href|src|action|data-(?!keys|choice)[\w-]+)="([^"]*)"', html)
    addresses = [address for address in addresses if address not in ("#content", "svg", "png")]
    assert len(addresses) > 10
    assert all(address.startswith((root, "?download=")) for address in addresses)
    stripped = {address.removeprefix(root) for address in addresses}
    assert not any(address.startswith(("/", "../")) for address in stripped)


def test_assets_of_the_present_version_are_kept_for_good(shown: Shown) -> None:
    client = shown()
    sheet = re.search(r'"\./(static/shiftscope\.css\?v=\w+)"', client.get("/").text)
    assert sheet
    assert "immutable" in client.get("/" + sheet[1]).headers["cache-control"]
    assert client.get("/static/shiftscope.css").headers["cache-control"] == "private, no-cache"
    assert client.get("/static/shiftscope.css?v=old").headers["cache-control"] == "private, no-cache"


def test_texts_are_compressed_and_pictures_are_not(shown: Shown) -> None:
    client = shown()
    for path in ("/", "/static/shiftscope.css", "/static/charts.js"):
        assert client.get(path).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/thumbnails/digits/0").headers


def test_a_thumbnail_is_kept_for_good_under_its_version(shown: Shown) -> None:
    client = shown()
    source = re.search(r'src="\.\./\.\./\.\./(thumbnails/[^"]*)"', client.get("/layers/conv1/units/3").text)
    assert source
    assert source[1] == "thumbnails/a/b/0?v=v%201%2F2"
    answer = client.get("/" + source[1])
    assert answer.content == b"picture 0"
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert client.get("/thumbnails/a/b/0?v=older").headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    "path", ["digits/3", "digits/-1", "digits/" + "9" * 5000, "nothing/0", "digits/x", "../digits/0"]
)
def test_a_thumbnail_that_is_not_there_is_not_found(shown: Shown, path: str) -> None:
    assert shown().get(f"/thumbnails/{path}").status_code == 404


def test_many_pictures_come_in_one_answer_in_the_order_asked(shown: Shown) -> None:
    client = shown()
    answer = client.get("/pictures/a/b?v=v%201%2F2&at=2,0,2")
    expected = [base64.b64encode(b"picture %d" % position).decode() for position in (2, 0, 2)]
    assert answer.text.split("\n") == [f"data:image/png;base64,{content}" for content in expected]
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert client.get("/pictures/a/b?v=older&at=0").headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("digits?at=0,3", 404),
        ("nothing?at=0", 404),
        ("digits", 400),
        ("digits?at=0,,1", 400),
        ("digits?at=-1", 400),
        ("digits?at=1%0A", 400),
        ("digits?at=" + "9" * 500, 400),
        ("digits?at=" + ",".join("0" * 501), 400),
    ],
)
def test_pictures_that_are_not_there_are_refused(shown: Shown, address: str, status: int) -> None:
    assert shown().get(f"/pictures/{address}").status_code == status


def test_pictures_cannot_pass_for_anything_else(shown: Shown) -> None:
    answer = shown(FakeStudy(media_type="image/svg+xml")).get("/pictures/digits?at=0")
    assert answer.status_code == 500


@pytest.mark.parametrize(
    "media_type", ["text/html", "image/svg+xml", "image/png; x=text/html", "IMAGE/PNG", ""]
)
def test_a_thumbnail_cannot_pass_for_a_page(shown: Shown, media_type: str) -> None:
    """A drawing in SVG may hold scripts."""
    answer = shown(FakeStudy(media_type=media_type)).get("/thumbnails/digits/0")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "text/html; charset=utf-8"  # of our own page that says so
    assert media_type in answer.text
    assert b"picture 0" not in answer.content


def test_a_table_of_a_page_is_downloaded_as_it_is_named(shown: Shown) -> None:
    client = shown()
    page = client.get("/?focus=a%26b").text
    links = re.findall(r'href="(\?[^"]*download=(?:csv|parquet)[^"]*)"', page)
    assert len(links) == 4  # two tables in two formats
    answer = client.get("/" + html.unescape(links[0]))
    assert answer.headers["content-disposition"] == 'attachment; filename="Overview-Layers.csv"'
    assert answer.text.splitlines() == ['"layer"', '"conv1"', '"sae/conv1"']


def test_a_download_has_every_row_and_the_numbers_themselves(shown: Shown) -> None:
    client = shown()
    rows = client.get("/?download=csv&table=1").text.splitlines()
    assert rows == ['"unit","mean"', '"unit 0",0.125', '"\'=1+1",']
    table = pq.read_table(io.BytesIO(client.get("/?download=parquet&table=1").content))
    assert table.to_pydict()["unit"] == ["unit 0", "=1+1"]
    assert table.to_pydict()["mean"][0] == 0.125


def test_a_table_that_is_not_there_is_named(shown: Shown) -> None:
    answer = shown().get("/?download=csv&table=2")
    assert answer.status_code == 404
    assert "no table 2 on this page, which has 2" in answer.text
    assert shown().get("/?download=exe").status_code == 400
