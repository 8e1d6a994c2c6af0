"""Samples chosen and tagged on a dataset's page."""

import pytest

from shiftscope.errors import BadRequest
from shiftscope.store.sample_tags import sample_tags
from shiftscope.views.dataset.dataset import dataset_images
from shiftscope.views.dataset.tag_form import tag_chosen
from shiftscope.views.page.panels import Filter, ImageStrip
from tests.conftest import viewer
from tests.views.conftest import panel, positions

ORIGIN = "http://127.0.0.1:8421"


def test_a_form_without_a_script_tags_and_takes_away(recorded):
    client = viewer(recorded)
    page = client.get("/datasets/lab?show=wrong").text
    assert page.count('name="chosen"') == page.count("Choose image ") > 0
    sent = "chosen=1&chosen=3&tags=odd%2C+dark"
    headers = {"Origin": ORIGIN, "Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post("/datasets/lab?tag=odd", content=sent, headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "./lab?tag=odd")
    assert sample_tags(recorded, "lab") == {"sample-1": {"odd", "dark"}, "sample-3": {"odd", "dark"}}
    assert client.get("/datasets/lab?tag=odd").text.count('name="chosen"') == 2
    client.post("/datasets/lab", content="chosen=1&tags=odd&take=yes", headers=headers)
    assert sample_tags(recorded, "lab")["sample-1"] == {"dark"}


def test_tagged_samples_are_found_by_their_tag(recorded):
    tag_chosen(recorded, "lab", chosen=["2", "5"], tags="odd")
    page = dataset_images(recorded, "lab", tag="odd", sort="order")
    assert positions(panel(page, ImageStrip).pictures) == [2, 5]
    assert [(link.text, link.help) for link in page.choices[-1].options] == [
        ("any", ""),
        ("odd", "2 samples"),
    ]
    assert "tag" in {field.name for field in panel(page, Filter).fields}
    assert positions(panel(dataset_images(recorded, "lab", tag="even"), ImageStrip).pictures) == []


@pytest.mark.parametrize("sent", [{"chosen": ["1"]}, {"tags": "x"}, {"chosen": ["-1"], "tags": "x"}])
def test_a_form_that_says_too_little_is_refused(recorded, sent):
    with pytest.raises(BadRequest, match=r"nothing was tagged|no numbers"):
        tag_chosen(recorded, "lab", **sent)


def test_a_viewer_that_only_reads_offers_no_tagging(recorded):
    client = viewer(recorded, read_only=True)
    assert 'name="chosen"' not in client.get("/datasets/lab").text
    assert client.post("/datasets/lab", content="chosen=1&tags=x").status_code == 405


def test_notes_that_cannot_be_read_are_told_and_images_shown(recorded):
    (recorded.path / "notes.sqlite").write_bytes(b"no database, and longer than its header " * 40)
    page = dataset_images(recorded, "lab")
    assert "Tags are left out of this page" in [each.title for each in page.panels]
    assert panel(page, ImageStrip).pictures
