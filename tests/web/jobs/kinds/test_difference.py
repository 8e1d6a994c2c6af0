"""The job of what a shift adds: it asks for what the command asks for, and refuses too few samples before."""

import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.progress import silent
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import job_kinds

ASKED = {
    "layer": "hidden",
    "unit": 1,
    "dataset": "field",
    "at": "conv",
    "method": "activation_maximisation",
    "draft": True,
    "range": "-8 8",
}


class Asked:
    """A live study that says what it was asked for."""

    def difference(self, *given, **options):
        self.given, self.options = given, options


def test_it_asks_for_what_the_command_asks_for():
    live, kind = Asked(), job_kinds["difference"]
    kind(**ASKED).run(live, silent)
    assert live.given == ("hidden", 1, "field")
    assert live.options == {
        "at": "conv",
        "method": "activation_maximisation",
        "draft": True,
        "range": (-8.0, 8.0),
        "progress": silent,
    }
    said = "what field adds to the use of unit 1 of hidden, by conv: activation maximisation"
    assert kind(**ASKED).title == said
    nearest = kind(**{**ASKED, "at": ""})
    nearest.run(live, silent)
    assert live.options["at"] is None
    assert nearest.title == "what field adds to the use of unit 1 of hidden: activation maximisation"


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({}, BadRequest, "30 are needed"),
        ({"dataset": "lab"}, BadRequest, "is the reference"),
        ({"method": "accentuation"}, BadRequest, "does not draw two uses from one start"),
        ({"at": "moon"}, NotInStudy, "moon"),
        ({"at": "hidden"}, BadRequest, "'hidden' is the unit's own layer"),
        ({"layer": "conv", "at": ""}, BadRequest, "no layer before conv is recorded"),
        ({"range": "1 0"}, BadRequest, "'1 0' is no range"),
    ],
)
def test_what_cannot_be_drawn_is_refused(held, changed, error, said):
    with pytest.raises(error, match=said):
        job_kinds["difference"](**{**ASKED, **changed}).check(StoredStudy(held.path))
