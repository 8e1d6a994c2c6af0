from shiftscope.store.dataset_groups import dataset_groups
from shiftscope.views.page.group_names import group_names, menu_links, value_text


def test_a_short_name_is_the_value_where_that_tells_groups_apart():
    groups = dataset_groups(
        {
            "n1": {"corruption": "noise", "severity": 1},
            "n2": {"corruption": "noise", "severity": 2},
            "m1": {"microphone": "noise", "severity": 1},
            "b1": {"corruption": "blur", "severity": 1},
        }
    )
    assert group_names(groups) == {
        "corruption noise": "corruption noise",
        "microphone noise": "microphone noise",
        "corruption blur": "blur",
    }
    assert group_names(dataset_groups({"s1": {"severity": 1}, "s2": {"severity": 2}})) == {
        "severity": "severity"
    }


def test_values_read_as_people_write_them():
    assert [value_text(value) for value in (3.0, 0.25, -1.5, 2021.0)] == ["3", "0.25", "−1.5", "2021"]


def test_sets_of_a_group_share_a_line_of_a_menu_in_its_order(grouped):
    links = menu_links(
        grouped.study, ["lab", "blur 3", "noise 1", "blur 1", "north"], lambda name: f"at {name}"
    )
    assert [(link.text, link.within, link.short) for link in links] == [
        ("lab", "", ""),
        ("blur 1", "blur", "1"),
        ("blur 3", "blur", "3"),
        ("noise 1", "", ""),
        ("north", "", ""),
    ]
    assert links[1].page == "at blur 1"
    whole = menu_links(grouped.study, ["blur 1", "blur 2"], str, lambda group: f"all {group}")
    assert [(link.text, link.short, link.page) for link in whole] == [
        ("all of blur", "all", "all blur"),
        ("blur 1", "1", "blur 1"),
        ("blur 2", "2", "blur 2"),
    ]
