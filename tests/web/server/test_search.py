"""From what is typed to where it leads."""

from __future__ import annotations

import pytest

from shiftscope.study import Study
from shiftscope.views.page.panels import Link
from shiftscope.web.html.navigation import Navigation, navigation
from shiftscope.web.server.search import find
from tests.web.conftest import Shown

AROUND = Navigation(
    "study",
    layers=[Link("layer4", "layers/layer4"), Link("sae/layer4", "layers/sae/layer4")],
    datasets=[Link("cifar10", "datasets/cifar10"), Link("cifar10.1", "datasets/cifar10.1")],
    categories=[Link("cat", "categories/0"), Link("Cattle dog", "categories/1"), Link("17", "categories/17")],
)


@pytest.mark.parametrize(
    ("typed", "pages"),
    [
        ("", []),
        ("  ", []),
        ("layer4", ["layers/layer4"]),
        ("cat", ["categories/0"]),
        ("17", ["categories/17"]),
        ("CATTLE", ["categories/1"]),
        ("dog", ["categories/1"]),
        ("layer4 3", ["layers/layer4/units/3"]),
        ("layer4/3", ["layers/layer4/units/3"]),
        ("layer4 unit 3", ["layers/layer4/units/3"]),
        ("sae/layer4: 3", ["layers/sae/layer4/units/3"]),
        ("unit 3", ["layers/layer4/units/3", "layers/sae/layer4/units/3"]),
        ("cifar10 sample 5", ["datasets/cifar10/samples/5"]),
        ("image 5", ["datasets/cifar10/samples/5", "datasets/cifar10.1/samples/5"]),
        ("zebra", []),
        ("cat cattle dog", ["confusions/0/1"]),
        ("Cattle dog → cat", ["confusions/1/0"]),
        ("cat->17", ["confusions/0/17"]),
        ("cat 17", ["confusions/0/17"]),
        ("cat/cattle dog", ["confusions/0/1"]),
        ("cat cat", []),
        ("cat → zebra", []),
        (" → ", []),
        ("9" * 5000, []),
    ],
)
def test_a_name_or_a_number_leads_to_its_pages(typed: str, pages: list[str]) -> None:
    assert [link.page for link in find(typed, AROUND)] == pages


def test_a_number_alone_may_mean_any_unit_or_sample() -> None:
    assert len(find("5", AROUND)) == 4


def test_one_find_is_gone_to_at_once(shown: Shown) -> None:
    answer = shown().get("/search?q=conv1 7")
    assert answer.status_code == 303
    assert answer.headers["location"] == "./layers/conv1/units/7"


def test_several_finds_are_listed(shown: Shown) -> None:
    answer = shown().get("/search?q=unit 7")
    assert answer.status_code == 200
    assert 'href="./layers/conv1/units/7"' in answer.text
    assert 'href="./layers/sae%2Fconv1/units/7"' in answer.text


def test_nothing_found_says_what_can_be_typed(shown: Shown) -> None:
    answer = shown().get("/search?q=<b>zebra")
    assert "Search: &lt;b&gt;zebra" in answer.text
    assert "Nothing has this name" in answer.text


def test_all_names_are_there_to_complete_what_is_typed(shown: Shown) -> None:
    assert shown().get("/names").json() == ["conv1", "sae/conv1", "digits", "a/b", "cat", "dog"]


def test_scores_are_among_the_names_of_a_recorded_study(recorded: Study) -> None:
    from_scores = navigation(recorded).score_names
    assert "novelty" in from_scores
    assert all(find(name, navigation(recorded)) for name in from_scores)


def test_a_category_is_found_by_its_number() -> None:
    around = Navigation("s", categories=[Link("cat", "categories/0"), Link("dog", "categories/1")])
    assert find("category 1", around) == [Link("dog", "categories/1")]
    assert list(find("category 2", around)) == []


@pytest.mark.parametrize(
    ("typed", "pages"),
    [
        ("unit 9", ["layers/hidden/units/9"]),  # the other layer has 6 units
        ("unit 61", []),
        ("conv 5", ["layers/conv/units/5"]),
        ("conv 6", []),
        ("lab image 9", ["datasets/lab/samples/9"]),
        ("image 40", []),
        ("category 4", []),
    ],
)
def test_only_what_the_study_has_is_offered(recorded: Study, typed: str, pages: list[str]) -> None:
    assert (recorded.layers["conv"].units, recorded.layers["hidden"].units) == (6, 10)
    assert [link.page for link in find(typed, navigation(recorded))] == pages


def test_what_people_wrote_about_units_is_found(recorded: Study) -> None:
    recorded.annotate("hidden", 2, label="Stripes", tags=["texture"])
    recorded.annotate("hidden", 3, note="fires at stripes, too")
    found = find("stripes", navigation(recorded))
    assert [link.page for link in found] == ["layers/hidden/units/2", "layers/hidden/units/3"]
    assert [link.text for link in found] == [
        "hidden, unit 2: Stripes",
        "hidden, unit 3: fires at stripes, too",
    ]
    assert [link.page for link in find("texture", navigation(recorded))] == ["layers/hidden/units/2"]


def test_what_people_wrote_is_found_beside_a_name_that_begins_alike() -> None:
    note = Link("layer4, unit 3: coloured things", "layers/layer4/units/3")
    around = Navigation(
        "study", datasets=[Link("coloured", "datasets/coloured")], written=lambda text: [note]
    )
    assert [link.page for link in find("colour", around)] == ["datasets/coloured", note.page]


def test_names_that_can_be_parted_in_two_ways_lead_to_both() -> None:
    around = Navigation(
        "s", categories=[Link(name, f"categories/{at}") for at, name in enumerate(("a", "a b", "b c", "c"))]
    )
    assert [link.page for link in find("a b c", around)] == ["confusions/0/2", "confusions/1/3"]


def test_an_id_leads_to_its_samples_in_every_set(recorded: Study) -> None:
    found = find("sample-3", navigation(recorded))
    assert [link.page for link in found] == [f"datasets/{name}/samples/3" for name in recorded]
    assert list(find("sample-400", navigation(recorded))) == []


@pytest.mark.parametrize("typed", ["novelty", "Activation ratio", "activation_ratio"])
def test_a_score_leads_to_the_glossary(recorded: Study, typed: str) -> None:
    (link,) = find(typed, navigation(recorded))
    name = typed.lower().replace(" ", "_")
    assert link.page == f"glossary#{name}"
