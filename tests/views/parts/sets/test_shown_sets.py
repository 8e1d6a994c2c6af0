import dataclasses

from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.sets.shown_sets import left_out, named_together, shown_sets


def test_few_sets_all_stand_beside_one_another(explored):
    selection = Selection.at(explored.study)
    assert shown_sets(selection) == ["lab", "field", "night"]
    assert left_out(selection) == ""


def test_of_many_the_baseline_the_focus_and_the_worst_of_each_group_stand(grouped):
    selection = Selection.at(grouped.study, focus="blur 1")
    # noise 3 is right on 0 of 40, north and south on 39; of noise only one comes before those in no ordered group.
    assert shown_sets(selection) == ["lab", "noise 2", "noise 3", "blur 1", "north", "south"]
    assert left_out(selection).endswith("3 are not: noise 1, blur 2, blur 3. The focus can be any of them.")
    every = dataclasses.replace(
        selection, chosen=("north", "south", "noise 1", "noise 2", "noise 3", "blur 2")
    )
    assert left_out(every) == "Shown are the baseline, the focus and the sets chosen; 1 is not."


def test_a_group_that_is_left_out_whole_is_named_once(grouped):
    names = ["blur 1", "blur 2", "blur 3", "noise 1", "south"]
    assert named_together(grouped.study, names) == "blur, noise 1, south"
