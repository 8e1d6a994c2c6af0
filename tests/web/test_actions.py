"""What a form sent to a page does, and whose forms are believed."""

from __future__ import annotations

import pytest

from .conftest import HOSTILE, SAVED, Shown

OWN = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
UNIT = "/layers/conv1/units/3"


def test_a_form_is_saved_and_its_page_is_shown_again(shown: Shown) -> None:
    answer = shown().post(f"{UNIT}?lead=a%2Fb", content="note=fires+at+%E2%9C%93&other=1", headers=OWN)
    assert SAVED == [("conv1", 3, "fires at ✓")]
    assert answer.status_code == 303
    assert answer.headers["location"] == "./3?lead=a%2Fb"


def test_a_browser_without_fetch_metadata_is_known_by_its_origin(shown: Shown) -> None:
    answer = shown().post(UNIT, content="note=x", headers={"Origin": "http://127.0.0.1:8421"})
    assert answer.status_code == 303
    assert SAVED == [("conv1", 3, "x")]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://example.org"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8421"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_page_saves_nothing(shown: Shown, headers: dict[str, str]) -> None:
    answer = shown().post(UNIT, content="note=x", headers=headers)
    assert answer.status_code == 400
    assert "only a page of this viewer" in answer.text
    assert SAVED == []


def test_without_the_token_nothing_is_saved(shown: Shown) -> None:
    assert shown(token="secret").post(UNIT, content="note=x", headers=OWN).status_code == 403
    assert SAVED == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"note=" + b"x" * 200_000, "more than 100000 bytes"),
        (b"note=\xff", "cannot be read"),
        (b"note=%ff", "cannot be read"),
        (b"&".join(b"a%d=1" % i for i in range(50)), "cannot be read"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused(shown: Shown, content: bytes, message: str) -> None:
    answer = shown().post(UNIT, content=content, headers=OWN)
    assert answer.status_code == 400
    assert message in answer.text
    assert SAVED == []


def test_what_the_action_refuses_is_told(shown: Shown) -> None:
    answer = shown().post("/layers/nothing/units/3", content="note=x", headers=OWN)
    assert answer.status_code == 500 or answer.status_code == 404
    assert "no layer" in answer.text


def test_a_page_without_a_form_takes_none(shown: Shown) -> None:
    assert shown().post("/", content="note=x", headers=OWN).status_code == 405


def test_a_hostile_address_is_not_followed(shown: Shown) -> None:
    answer = shown().post(f"/layers/conv1/units/3?lead={HOSTILE}", content="note=x", headers=OWN)
    assert answer.headers["location"].startswith("./3?lead=")
    assert "<" not in answer.headers["location"]
