"""The viewer in a frame of a notebook: its address, who may frame it, and how it is let in without a cookie."""

from __future__ import annotations

import re
import sys
import types
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import pytest
from starlette.testclient import TestClient

from shiftscope.errors import BadRequest
from shiftscope.web.notebook.inline import ON_THIS_MACHINE, SAME_ORIGIN, Inline
from shiftscope.web.server.application import application
from shiftscope.web.server.server import view
from tests.web.conftest import VIEWS, FakeStudy

HUB = {"JUPYTERHUB_SERVICE_PREFIX": "/user/me/"}


@pytest.mark.parametrize(
    ("base_url", "environment", "address"),
    [
        (None, {}, "http://127.0.0.1:8421/secret/"),
        (None, HUB, "/user/me/proxy/8421/secret/"),
        ("/jupyter/proxy/{port}", {}, "/jupyter/proxy/8421/secret/"),
        ("/user/you/proxy/8421/", HUB, "/user/you/proxy/8421/secret/"),
        ("https://lab.example.org/proxy/{port}/", {}, "https://lab.example.org/proxy/8421/secret/"),
    ],
)
def test_a_frame_is_addressed_through_the_proxy_there_is(
    base_url: str | None, environment: dict[str, str], address: str
) -> None:
    assert Inline.of(base_url, environment).address(8421, "secret") == address


def test_an_empty_base_means_this_machine_even_on_a_hub() -> None:
    assert Inline.of("", HUB).address(1, "secret") == "http://127.0.0.1:1/secret/"


@pytest.mark.parametrize("base_url", ["proxy/{port}/", "javascript:alert(1)", "ftp://host/"])
def test_a_base_that_leads_nowhere_is_refused(base_url: str) -> None:
    with pytest.raises(BadRequest, match=r"leads nowhere.*/user/me/proxy/{port}/"):
        Inline.of(base_url, {})


def test_only_pages_of_this_machine_or_of_the_proxy_may_frame_it() -> None:
    assert Inline.of(None, {}).framed_by == ON_THIS_MACHINE
    assert Inline.of(None, HUB).framed_by == SAME_ORIGIN


def framed(*, framed_by: tuple[str, ...] = SAME_ORIGIN, hosts: tuple[str, ...] = ("*",)) -> TestClient:
    at = "secret" if framed_by else ""
    app = application(
        FakeStudy(), token="other", views=VIEWS, actions={}, hosts=hosts, framed_by=framed_by, framed_at=at
    )
    return TestClient(
        app, base_url="http://hub.example.org", raise_server_exceptions=False, follow_redirects=False
    )


@pytest.mark.parametrize("prefix", ["", "/user/me/proxy/absolute/8421"])
def test_the_secret_in_the_path_lets_in_and_stays_in_every_link(prefix: str) -> None:
    client = framed()
    at = f"{prefix}/secret/layers/conv1/units/3"
    page = client.get(at)
    assert page.status_code == 200
    (following,) = re.findall(r'<a rel="next" href="([^"]*)"', page.text)
    assert urljoin(at, following.replace("&amp;", "&")) == f"{prefix}/secret/layers/conv1/units/4"
    links = re.findall(r'(?:href|src)="([^"#]+)"', page.text)
    assert len(links) > 8
    for link in links:
        assert urljoin(at, link).startswith(f"{prefix}/secret/")
    for kind in ("static/shiftscope.css", "thumbnails/digits/0", "names"):
        assert client.get(f"{prefix}/secret/{kind}").status_code == 200
    assert client.get(f"{prefix}/secret/search?q=conv1").headers["location"] == "./layers/conv1"


@pytest.mark.parametrize(
    "path", ["/", "/secre/", "/secret", "/secrets/layers/conv1", "/layers/conv1?x=/secret/"]
)
def test_without_the_whole_secret_nothing_is_shown(path: str) -> None:
    assert framed().get(path).status_code == 403


def test_a_secret_in_the_path_is_no_way_in_where_no_frame_was_asked_for() -> None:
    client = framed(framed_by=())
    assert client.get("/secret/").status_code == 403
    assert "frame-ancestors 'none'" in client.get("/secret/").headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/secret/", "/secret/accident", "/"])
def test_the_policy_names_who_may_frame_it(path: str) -> None:
    policy = framed(framed_by=ON_THIS_MACHINE).get(path).headers["content-security-policy"]
    assert policy.endswith(
        "frame-ancestors http://localhost:* http://127.0.0.1:* https://localhost:* https://127.0.0.1:*"
    )


@dataclass
class Notebook:
    """What stands in for IPython: the frames that were displayed."""

    frames: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    made = Notebook()
    display = types.ModuleType("IPython.display")
    display.IFrame = lambda src, **size: (src, size)  # type: ignore[attr-defined]
    display.display = made.frames.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    return made


def test_an_inline_viewer_shows_a_frame_and_opens_no_browser(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    viewer = view(FakeStudy(), port=0, token="secret-secret-123", inline=True, height=500)
    viewer.stop()
    port = viewer.url.rpartition(":")[2].partition("/")[0]
    ((address, size),) = notebook.frames
    assert re.fullmatch(rf"http://127\.0\.0\.1:{port}/[\w-]{{22}}/", address)
    assert size == {"width": "100%", "height": 500}
    assert "secret-secret-123" not in address  # the notebook keeps it, and is passed on with it
    assert opened == []


def test_on_a_hub_the_frame_is_behind_its_proxy(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/me/")
    viewer = view(FakeStudy(), port=0, token="secret-secret-123", inline=True)
    viewer.stop()
    ((source, _),) = notebook.frames
    assert re.fullmatch(r"/user/me/proxy/\d+/[\w-]{22}/", source)


def test_without_a_notebook_inline_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython.display", None)
    with pytest.raises(BadRequest, match=r"IPython is not installed here\. Leave inline out"):
        view(FakeStudy(), port=0, inline=True)
