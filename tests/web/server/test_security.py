"""Who is let in, and what a page may do."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import urljoin

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from shiftscope.web.server.security import POLICY_VIOLATION, TokenGate, folder_of
from tests.web.conftest import FakeStudy, Shown

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
    for path in ("/static/nothing", "/static/", f"/{FOLDER}/static/nothing"):
        answer = client.get(path)  # what is not there is told without anything of the study
        assert answer.status_code in (403, 404)
        assert "private" not in answer.text.replace("private, no-cache", "")


FOLDER = folder_of("secret")


def test_the_token_is_taken_once_and_then_kept_in_a_cookie(shown: Shown) -> None:
    client = shown(token="secret")
    welcome = client.get("/layers/conv1?token=secret&sort=mean")
    assert welcome.status_code == 303
    sent = urljoin("http://127.0.0.1:8421/layers/conv1", welcome.headers["location"])
    assert sent.startswith(f"http://127.0.0.1:8421/{FOLDER}/?token=secret")
    assert "set-cookie" not in welcome.headers
    kept = client.get(sent)
    assert (kept.status_code, kept.headers["location"]) == (303, "./layers/conv1?sort=mean")
    cookie = kept.headers["set-cookie"]
    assert cookie.startswith(f"shiftscope-{FOLDER}=secret;")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    page = client.get(f"/{FOLDER}/layers/conv1?sort=mean")
    assert page.status_code == 200
    assert "conv1 by mean" in page.text


@pytest.mark.parametrize(
    ("asked", "shown_at"),
    [
        ("/?token=secret", "/"),
        ("/?focus=a%2Fb&token=secret", "/?focus=a%2Fb"),
        ("/layers/sae%2Fconv1?token=secret", "/layers/sae%2Fconv1"),
        ("/layers/conv1/units/3?token=secret&count=2", "/layers/conv1/units/3?count=2"),
        (f"/{FOLDER}/?token=secret", "/"),
        (f"/{FOLDER}/layers/conv1?token=secret", "/layers/conv1"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/user/me/proxy/8421"])
def test_the_token_behind_any_address_leads_to_its_page(
    shown: Shown, prefix: str, asked: str, shown_at: str
) -> None:
    """Also where a proxy takes a prefix off that the server never sees."""

    def unwrapped(app: Starlette) -> Any:
        async def proxy(scope: Any, receive: Any, send: Any) -> None:
            raw = scope["raw_path"].removeprefix(prefix.encode())
            await app({**scope, "path": scope["path"].removeprefix(prefix), "raw_path": raw}, receive, send)

        return proxy

    answer = shown(token="secret", wrap=unwrapped).get(prefix + asked, follow_redirects=True)
    assert answer.status_code == 200
    assert str(answer.url) == f"http://127.0.0.1:8421{prefix}/{FOLDER}{shown_at}"


def test_no_other_port_of_this_machine_is_told_the_token(shown: Shown) -> None:
    """A browser sends a cookie to all ports of a host: a path that nobody else knows keeps it from them."""
    client = shown(token="secret")
    assert client.get("/?token=secret", follow_redirects=True).status_code == 200
    (cookie,) = client.cookies.jar
    assert cookie.path == f"/{FOLDER}"
    for elsewhere in ("/", "/layers/conv1", f"/{FOLDER}x/", "/static/charts.js"):
        asked = client.build_request("GET", f"http://127.0.0.1:9999{elsewhere}")
        assert "cookie" not in asked.headers
    assert client.get("/").status_code == 403  # and so it does not count outside either


def test_an_address_that_is_passed_on_opens_nothing(shown: Shown) -> None:
    owner = shown(token="secret")
    address = str(owner.get("/layers/conv1?token=secret", follow_redirects=True).url)
    assert "secret" not in address
    other = shown(token="secret").get(address)
    assert other.status_code == 403
    assert "A token is needed" in other.text


def test_the_folder_of_one_token_is_not_that_of_another_and_does_not_hold_it() -> None:
    assert folder_of("secret") == FOLDER
    assert folder_of("secret2") != FOLDER
    assert "secret" not in FOLDER
    assert re.fullmatch(r"[\w-]{16}", FOLDER)


def test_the_clean_address_holds_behind_a_prefix(shown: Shown) -> None:
    client = shown(token="secret", wrap=lambda app: Starlette(routes=[Mount("/proxy", app)]))
    answer = client.get("/proxy/layers/conv1?token=secret", follow_redirects=True)
    assert answer.status_code == 200
    assert str(answer.url) == f"http://127.0.0.1:8421/proxy/{FOLDER}/layers/conv1"


def test_the_cookie_of_another_viewer_does_not_open_this_one(shown: Shown) -> None:
    client = shown(token="secret")
    for name, value in (
        (f"shiftscope-{FOLDER}", "another"),
        (f"shiftscope-{folder_of('another')}", "secret"),
    ):
        client.cookies.clear()
        client.cookies.set(name, value)
        assert client.get(f"/{FOLDER}/").status_code == 403


def test_where_the_way_leads_on_to_stays_on_this_machine(shown: Shown) -> None:
    for onward in (
        "//evil.example",
        "https://evil.example",
        "\\\\evil.example",
        "/..//evil.example",
        "x\r\ny: z",
    ):
        answer = shown(token="secret").get(f"/{FOLDER}/", params={"token": "secret", "then": onward})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("./")
        assert "y" not in answer.headers
