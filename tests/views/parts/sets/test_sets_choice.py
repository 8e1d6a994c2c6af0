"""Sets that a person chose, on the pages that list sets."""

import pytest

from shiftscope.errors import BadRequest
from shiftscope.views.category.category import category
from shiftscope.views.confusion.confusion import confusion
from shiftscope.views.dataset.dataset import dataset_images
from shiftscope.views.layer.layer import layer_units
from shiftscope.views.page.panels import Table
from shiftscope.views.unit.unit import unit
from tests.views.conftest import panel, panels, texts

CHOSEN = ["noise 1", "south"]


def test_any_sets_that_are_ticked_stand_beside_the_baseline_and_links_keep_them(grouped):
    page = category(grouped.study, 0, sets=CHOSEN)
    table = next(each for each in panels(page, Table) if each.title.startswith("a in "))
    assert {row[0] for row in texts(table)} == {"lab", *CHOSEN}
    assert all("sets=noise+1&sets=south" in row[0].page for row in table.rows)
    page = layer_units(grouped.study, "hidden", sets=CHOSEN)
    heads = [column.name for column in panel(page, Table).columns]
    focus = next(choice.current for choice in page.choices if choice.name == "Focus")
    assert focus in CHOSEN  # the worst of them
    assert [head for head in heads if head.startswith("in ")] == [
        f"in {name}" for name in CHOSEN if name != focus
    ]


def test_the_menu_offers_groups_and_any_sets_on_each_page_that_lists_sets(grouped):
    study = grouped.study
    for page, current in (
        (layer_units(study, "hidden"), "that lose most"),
        (unit(study, "hidden", 0, sets="noise"), "noise"),
        (category(study, 0, sets=CHOSEN), f"2 of {len(study) - 1}"),
        (confusion(study, 0, 1, sets=CHOSEN), f"2 of {len(study) - 1}"),
    ):
        choice = next(each for each in page.choices if each.name == "Sets")
        assert choice.current == current
        assert choice.further
        assert "noise" in [link.text for link in choice.options]
        assert len(choice.several.names) == len(study) - 1
        assert "sets=" not in choice.options[0].page


def test_a_page_of_one_set_has_no_such_menu_but_keeps_the_choice(grouped):
    page = dataset_images(grouped.study, "noise 1", sets=CHOSEN)
    assert "Sets" not in [choice.name for choice in page.choices]
    assert all("sets=south" in link.page for choice in page.choices for link in choice.options)


def test_few_sets_are_not_chosen_from_and_a_name_that_is_none_is_told(explored, grouped):
    assert "Sets" not in [choice.name for choice in layer_units(explored.study, "hidden").choices]
    with pytest.raises(BadRequest, match="no group 'fog' of datasets"):
        unit(grouped.study, "hidden", 0, sets="fog")
