"""One set of samples in each dataset."""

import numpy as np

from shiftscope.views.page.panels import Columns, ImageStrip
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.sets.image_sets import MANY, image_sets
from tests.views.conftest import positions


def more(images):
    return f"here?images={images}"


def drawn(explored, sets, images=2):
    return image_sets(Selection.at(explored.study), "Wrong", sets, images, more)


def test_each_dataset_with_such_samples_has_a_strip_and_the_others_are_named(explored):
    panel = drawn(explored, {"lab": np.array([5, 3, 9]), "field": np.array([], int), "night": np.array([1])})
    assert isinstance(panel, Columns)
    assert panel.title == "Wrong; none in field"
    assert [strip.title for strip in panel.panels] == ["lab", "night"]
    assert [positions(strip.pictures) for strip in panel.panels] == [[5, 3], [1]]
    assert [strip.note.split(",")[0] for strip in panel.panels] == ["2 of 3", "1 of 1"]


def test_more_of_them_load_on_until_all_are_there(explored):
    strip = drawn(explored, {"lab": np.arange(9)}).panels[0]
    assert strip.more.page == "here?images=8"
    strip = drawn(explored, {"lab": np.arange(9)}, images=8).panels[0]
    assert strip.more.page == "here?images=32"
    assert drawn(explored, {"lab": np.arange(9)}, images=32).panels[0].more is None


def test_a_page_holds_so_many_images_at_most(explored):
    many = {"lab": np.arange(MANY + 5) % 90}
    strip = drawn(explored, many, images=MANY - 1).panels[0]
    assert strip.more.page == f"here?images={MANY}"
    strip = drawn(explored, many, images=10**9).panels[0]
    assert (len(strip.pictures), strip.more) == (MANY, None)
    assert len(drawn(explored, many, images=-3).panels[0].pictures) == 1


def test_where_no_dataset_has_any_it_is_said_once(explored):
    panel = drawn(explored, {"lab": np.array([], int), "field": np.array([], int)})
    assert isinstance(panel, ImageStrip)
    assert (list(panel.pictures), panel.empty) == ([], "No such sample in any dataset.")
