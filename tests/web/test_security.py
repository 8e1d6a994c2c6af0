"""Who is let in, and what a page may do."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from shiftscope.web.security import POLICY_VIOLATION, TokenGate

from .conftest import FakeStudy, Shown

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/static/charts.js", 200),
        ("GET", "/thumbnails/digits/0", 200),
        ("GET", "/names", 200),
        ("GET", "/search?q=conv1", 303),
        ("GET", "/refused", 400),
        ("GET", "/nothing", 404),
        ("POST", "/", 405),
        ("GET", "/damaged", 500),
        ("GET", "/accident", 500),
    ],
)
def test_every_answer_carries_the_policy(shown: Shown, method: str, path: str, status: int) -> None:
    answer = shown().request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_refused_visitor_gets_the_policy_too(shown: Shown) -> None:
    client = shown(token="secret")
    assert client.get("/").headers["content-security-policy"] == POLICY
    assert client.get("/", headers={"host": "evil.example"}).headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("path", ["/", "/layers/conv1/units/3", "/damaged", "/nothing"])
def test_a_page_has_no_script_or_style_of_its_own(shown: Shown, path: str) -> None:
    html = shown().get(path).text
    assert " style=" not in html
    assert "<style" not in html
    assert "<base" not in html
    assert " onclick=" not in html
    assert html.count("<script") == html.count('<script defer src="')


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:9", 200),
        ("localhost", 200),
        ("LOCALHOST.:80", 200),
        ("[::ffff:127.0.0.1]:8421", 200),  # where the request came in, written in another way
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("evil.example:127.0.0.1", 400),
        ("127.0.0.1@evil.example", 400),
        ("127.0.0.1 evil.example", 400),
        ("10.0.0.1", 400),
        ("2130706433", 400),
        ("[::1]", 400),
        ("[::1", 400),
        ("*", 400),
        (":80", 400),
        ("", 400),
    ],
)
def test_a_foreign_host_name_is_refused(shown: Shown, host: str, status: int) -> None:
    assert shown().get("/", headers={"host": host}).status_code == status


def test_two_names_at_once_are_refused(shown: Shown) -> None:
    assert shown().get("/", headers=[("host", "localhost"), ("host", "evil.example")]).status_code == 400


@pytest.mark.parametrize(
    "method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X" * 99]
)
@pytest.mark.parametrize("path", ["/", "/layers/conv1/units/3", "/static/charts.js", "/nothing"])
def test_other_methods_are_refused(shown: Shown, method: str, path: str) -> None:
    async def ask() -> list[dict[str, Any]]:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
        }
        scope |= {"headers": [(b"host", b"localhost")], "server": ("127.0.0.1", 8421), "scheme": "http"}
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await shown().app(scope, receive, send)
        return sent

    start, *_ = asyncio.run(ask())
    assert start["status"] == 405
    assert (b"allow", b"GET, HEAD, POST") in start["headers"]


@pytest.mark.parametrize("token", [None, "secret"])
def test_a_websocket_is_closed_before_it_is_open(shown: Shown, token: str | None) -> None:
    with pytest.raises(WebSocketDisconnect) as closed, shown(token=token).websocket_connect("/"):
        pass
    assert closed.value.code == POLICY_VIOLATION


def test_the_gate_itself_lets_no_websocket_through() -> None:
    """Whatever stands before it."""

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        pytest.fail(f"a {scope['type']} came in without the token")

    gate = TokenGate(inside, "secret", refusal=lambda request: PlainTextResponse("refused"))
    with pytest.raises(WebSocketDisconnect), TestClient(gate).websocket_connect("/?token=secret"):
        pass


def test_without_the_token_nothing_of_the_study_is_told(shown: Shown) -> None:
    client = shown(FakeStudy(name="private name", layers=["private layer"]), token="secret")
    for path in (
        "/",
        "/nothing",
        "/thumbnails/digits/0",
        "/names",
        "/?token=wrong",
        "/?token=s%C3%A9cret",
        "/?token=",
    ):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "A token is needed" in answer.text
        assert "private" not in answer.text.replace("private, no-cache", "")
    assert client.get("/static/shiftscope.css").status_code == 200


def test_the_token_is_taken_once_and_then_kept_in_a_cookie(shown: Shown) -> None:
    client = shown(token="secret")
    welcome = client.get("/layers/conv1?token=secret&sort=mean")
    assert welcome.status_code == 303
    assert welcome.headers["location"] == "./conv1?sort=mean"
    cookie = welcome.headers["set-cookie"]
    assert cookie.startswith("shiftscope-8421=secret;")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert client.get("/layers/conv1?sort=mean").status_code == 200


def test_the_clean_address_holds_behind_a_prefix(shown: Shown) -> None:
    client = shown(token="secret", wrap=lambda app: Starlette(routes=[Mount("/proxy", app)]))
    assert client.get("/proxy/?token=secret").headers["location"] == "./"
    assert client.get("/proxy/?token=secret", follow_redirects=True).status_code == 200


def test_the_cookie_of_another_viewer_does_not_open_this_one(shown: Shown) -> None:
    client = shown(token="secret")
    client.cookies.set("shiftscope-8421", "another")
    assert client.get("/").status_code == 403
    client.cookies.clear()
    client.cookies.set("shiftscope-8422", "secret")
    assert client.get("/").status_code == 403
