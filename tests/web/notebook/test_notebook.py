"""Pages in a notebook: what stays of them when it was sent by somebody else, and what they say."""

from __future__ import annotations

import base64
import io
import re
import sys
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from shiftscope.errors import NotInStudy
from shiftscope.study import Study
from shiftscope.views.page.panels import (
    Cell,
    Chart,
    Column,
    Columns,
    Compared,
    Computation,
    Fact,
    Facts,
    Field,
    Filter,
    Form,
    ImageStrip,
    Link,
    Matrix,
    Message,
    Page,
    Panel,
    Picture,
    Table,
)
from shiftscope.web.notebook.chart_image import CONFIG
from shiftscope.web.notebook.notebook import PICTURES, ROWS, Shown, notebook_html
from tests.web.conftest import HOSTILE

# Of what JupyterLab keeps in a notebook that is not trusted (packages/apputils/src/sanitizer.ts), the part we use.
TAGS = {"div", "span", "img", "table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"style", "title", "alt", "src", "width", "height"}
LENGTH = r"-?[0-9.]+(px|em|%)|0|auto"
COLOUR = r"#[0-9a-f]{6}|rgba\(\d+, \d+, \d+, [01](\.\d+)?\)"
BORDER = rf"(\d+px|solid|dashed|dotted|{COLOUR}| )+"
STYLES = {
    "background-color": COLOUR,
    "border": BORDER,
    "border-bottom": BORDER,
    "border-collapse": "collapse",
    "border-radius": LENGTH,
    "box-sizing": "border-box",
    "color": COLOUR,
    "display": "block|inline-block",
    "font-size": LENGTH,
    "font-weight": "[1-9]00",
    "height": LENGTH,
    "line-height": r"[0-9.]+",
    "margin": rf"(({LENGTH}) ?){{1,4}}",
    "max-width": rf"none|{LENGTH}",
    "min-width": LENGTH,
    "opacity": r"0\.\d+",
    "overflow-x": "auto",
    "padding": rf"(({LENGTH}) ?){{1,4}}",
    "text-align": "left|right|center",
    "vertical-align": "top|middle",
    "white-space": "nowrap|pre-wrap",
    "width": LENGTH,
}
LOST = {"image-rendering"}  # thumbnails are smooth there


class Fragment(HTMLParser):
    """What a fragment shows: its tags in order, all closed, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag != "img":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def images(self) -> list[dict[str, str | None]]:
        return [given for tag, given in self.tags if tag == "img"]


def kept_whole(html: str) -> Fragment:
    """The fragment, after making sure that nothing of it is taken away in a notebook that is not trusted."""
    fragment = Fragment(html)
    for tag, attributes in fragment.tags:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES
        for declaration in filter(str.strip, (attributes.get("style") or "").split(";")):
            name, _, value = (part.strip() for part in declaration.partition(":"))
            assert name in LOST or re.fullmatch(STYLES[name], value), declaration
    for image in fragment.images:
        assert (image["src"] or "").startswith("data:image/")
        assert image["alt"]
    return fragment


def svg_of(image: dict[str, str | None]) -> ElementTree.Element:
    kind, _, content = (image["src"] or "").partition(";base64,")
    assert kind == "data:image/svg+xml"
    return ElementTree.fromstring(base64.b64decode(content))


@pytest.fixture
def shown(recorded: Study) -> list[Shown]:
    """Every kind of page of a small study."""
    return [
        recorded.overview(),
        recorded.layer_page("hidden"),
        recorded.unit("conv", 2),
        recorded.dataset_page("field"),
        recorded.sample("field", 3),
        recorded.category("b"),
        recorded.confusion("a", 2),
    ]


def draw(study: Study, *panels: Panel) -> str:
    return notebook_html(Page("Page", list(panels)), study)


def test_every_kind_of_page_is_whole_in_an_untrusted_notebook(shown: list[Shown]) -> None:
    for one in shown:
        fragment = kept_whole(one._repr_html_())
        assert (one.page.sentence or one.page.title) in fragment.text
        assert fragment.images


def test_thumbnails_are_pictures_inside_of_the_page(recorded: Study) -> None:
    fragment = Fragment(recorded.sample("field", 3)._repr_html_())
    source = fragment.images[0]["src"] or ""
    shown = base64.b64decode(source.partition(";base64,")[2])
    assert shown == recorded["field"].thumbnail(3)[0]
    assert Image.open(io.BytesIO(shown)).size == (8, 8)


def test_a_box_is_drawn_into_the_picture(recorded: Study) -> None:
    (pair,) = (panel for panel in recorded.unit("conv", 2).page.panels if isinstance(panel, Compared))
    picture = pair.strips[0].pictures[0]
    (image,) = kept_whole(draw(recorded, ImageStrip("S", [picture]))).images
    drawn = svg_of(image)
    assert drawn.attrib["viewBox"] == "0 0 8 8"
    whole, *frame = drawn
    assert whole.attrib["href"].startswith("data:image/png;base64,")
    assert [each.attrib["width"] for each in frame] == ["3.0", "3.0"]


def test_a_study_is_a_line_and_a_few_pictures_for_each_set(recorded: Study) -> None:
    fragment = kept_whole(recorded._repr_html_())
    assert len(fragment.images) == 16
    for name in ("lab", "field"):
        assert recorded[name].in_words in fragment.text
    assert "layers: conv (6 units), hidden (10 units)" in fragment.text.casefold()
    assert len(recorded._repr_html_()) < len(recorded.overview()._repr_html_())


def test_a_recording_is_its_line_and_its_first_pictures(recorded: Study) -> None:
    fragment = kept_whole(recorded["field"]._repr_html_())
    assert repr(recorded["field"]) in fragment.text
    shown = [base64.b64decode((image["src"] or "").partition(";base64,")[2]) for image in fragment.images]
    assert shown == [recorded["field"].thumbnail(position)[0] for position in range(8)]


def test_an_intervention_and_a_repair_are_a_sentence_and_a_small_table(misled: Study) -> None:
    done = misled.intervene(None, [0, 1])
    assert repr(done).startswith("<silence units 0, 1 of ")
    for one, rows in ((done, done.table()), (found := misled.repair("field", progress=False), found.table())):
        fragment = kept_whole(one._repr_html_())
        for row in rows.itertuples():
            assert row.dataset in fragment.text
            assert f"{100 * row.before:.1f} %" in fragment.text
            assert f"{100 * row.difference:+.1f}" in fragment.text
    assert found.in_words() in kept_whole(found._repr_html_()).text
    assert repr(found) == f"<repair: {found.in_words()}>"


def test_an_empty_study_says_how_to_begin(new_study) -> None:
    study = new_study()
    assert "Nothing is recorded yet" in kept_whole(study._repr_html_()).text
    assert repr(study).endswith("nothing recorded yet")


def test_a_page_in_the_terminal_says_what_is_on_it(recorded: Study) -> None:
    words = repr(recorded.unit("hidden", 3))
    assert words.startswith("<hidden, unit 3: ")
    assert "\n" not in words
    page = Page("A", [Message("First", "x"), Columns("", [Message("Second", "y"), Message("", "z")])])
    assert repr(Shown(page, recorded)) == "<A: First; Second>"
    assert repr(Shown(Page("A", []), recorded)) == "<A>"


def test_a_study_in_the_terminal_lists_datasets_and_layers(recorded: Study) -> None:
    first, *lines = repr(recorded).splitlines()
    assert first == f"Study 'made' of tests.conftest.Net, in {recorded.path}" or "Net, in" in first
    right = {
        name: 100 * np.mean(recorded[name].samples.labels == recorded[name].samples.predictions)
        for name in recorded
    }
    assert lines == [
        f"  lab (reference): 40 samples, accuracy {right['lab']:.1f} %",
        f"  field: 40 samples, accuracy {right['field']:.1f} %",
        "  layers: conv (6 units), hidden (10 units)",
    ]


def test_a_recording_in_the_terminal_says_what_it_holds(recorded: Study) -> None:
    assert re.fullmatch(
        r"Recording 'lab': 40 samples, accuracy \d+\.\d %; layers conv \(6 units\), hidden \(10 units\)",
        repr(recorded["lab"]),
    )


def test_a_category_is_found_by_number_and_by_name(recorded: Study) -> None:
    assert recorded.category("c")._repr_html_() == recorded.category(2)._repr_html_()
    with pytest.raises(NotInStudy, match="no category 'cc'; closest: 'c'"):
        recorded.category("cc")
    with pytest.raises(NotInStudy, match="no category 4"):
        recorded.category(4)


def test_options_of_a_page_are_those_of_its_address(recorded: Study) -> None:
    assert "Images, wrong" in [
        panel.title for panel in recorded.dataset_page("field", show="wrong").page.panels
    ]


def test_the_earlier_names_of_focus_and_baseline_are_understood(recorded: Study) -> None:
    earlier = recorded.unit("hidden", 3, lead="field", reference="lab")
    assert earlier.page == recorded.unit("hidden", 3, focus="field", baseline="lab").page


def test_a_table_ends_after_some_rows_and_says_so(recorded: Study) -> None:
    rows = [[Cell(f"row {number}")] for number in range(ROWS + 5)]
    text = kept_whole(draw(recorded, Table("T", [Column("c")], rows))).text
    assert f"row {ROWS - 1} " in text
    assert f"row {ROWS} " not in text
    assert f"The first {ROWS} of {ROWS + 5} rows; ss.view(study) shows them all." in text
    assert "The first" not in draw(recorded, Table("T", [Column("c")], rows[:ROWS]))


def test_a_strip_ends_after_some_pictures_and_says_so(recorded: Study) -> None:
    pictures = [Picture("lab", position, f"picture {position}") for position in range(PICTURES + 3)]
    fragment = kept_whole(draw(recorded, ImageStrip("S", pictures)))
    assert len(fragment.images) == PICTURES
    assert f"The first {PICTURES} of {PICTURES + 3} here" in fragment.text


def test_a_bar_is_as_wide_as_its_share(recorded: Study) -> None:
    cells = [[Cell("a", bar=0.25)], [Cell("b", bar=float("nan"))], [Cell("c")]]
    html = draw(recorded, Table("T", [Column("c")], cells))
    assert re.findall(r"width: ([\d.]+)%;", html) == ["25"]


CHART = Chart(
    "Chart",
    {
        "data": {
            "values": [{"x": 1.0, "y": float("nan"), "page": "p"}, {"x": 2.0, "y": 3.0, "page": HOSTILE}]
        },
        "mark": "point",
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "title": HOSTILE},
            "y": {"field": "y", "type": "quantitative"},
            "color": {"field": "page", "scale": {"range": "datasets"}},
        },
    },
    "a chart in words",
    note="its note",
)


def test_a_chart_is_an_image_where_the_extra_draws_it(recorded: Study) -> None:
    pytest.importorskip("vl_convert")
    fragment = kept_whole(draw(recorded, CHART))
    (image,) = fragment.images
    assert image["alt"] == "a chart in words"
    drawn = ElementTree.tostring(svg_of(image), encoding="unicode")
    assert CONFIG["range"]["datasets"][0] in drawn
    assert "its note" in fragment.text
    assert "href" not in drawn


def test_a_chart_loads_nothing_from_elsewhere(recorded: Study) -> None:
    pytest.importorskip("vl_convert")
    spec = {"data": {"url": "http://127.0.0.1:9/data.json"}, "mark": "point"}
    with pytest.raises(ValueError, match=r"not allowed|denied|not permitted"):
        draw(recorded, replace(CHART, spec=spec))


def test_without_the_extra_a_chart_is_its_words(recorded: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    fragment = kept_whole(draw(recorded, CHART))
    assert fragment.images == []
    assert "a chart in words" in fragment.text
    assert "pip install 'shiftscope[figures]' draws it here" in fragment.text


MATRIX = Matrix(
    "Confusions",
    np.array([[0, 3], [1, 0]]),
    ["<cat>", "dog & \x07"],
    ["<cat>", "dog & \x07"],
    row_axis="label",
    column_axis="prediction",
    page="confusions/{row}/{column}",
    hide_diagonal=True,
)


def test_a_matrix_is_an_image_with_its_names(recorded: Study) -> None:
    (image,) = kept_whole(draw(recorded, MATRIX)).images
    words = [element.text for element in svg_of(image).iter("{http://www.w3.org/2000/svg}text")]
    assert words.count("<cat>") == 2
    assert words.count("dog & \ufffd") == 2
    assert {"prediction →", "← label"} <= set(words)


def test_a_matrix_of_nothing_says_so(recorded: Study) -> None:
    fragment = kept_whole(draw(recorded, replace(MATRIX, counts=np.zeros((2, 2), np.int64))))
    assert fragment.images == []
    assert "No counts to show." in fragment.text


def test_what_only_the_viewer_does_is_left_out_and_what_was_written_is_shown(recorded: Study) -> None:
    fields = [Field("label", "Label", "red stripes"), Field("note", "Note")]
    text = kept_whole(
        draw(
            recorded,
            Filter("Find units", "layers/hidden", fields),
            Computation("Derive", "text", "derive", {}, "layers/hidden"),
            Form("Note", "save", fields),
        )
    ).text
    assert text == "Page Note Label: red stripes"


class Novel(Panel):
    """A panel kind that has no template of its own here."""


def test_a_kind_of_panel_without_a_template_names_the_viewer(recorded: Study) -> None:
    assert "Novel one ss.view(study) draws this." in kept_whole(draw(recorded, Novel("Novel one"))).text


def test_hostile_text_stays_text(recorded: Study) -> None:
    bad, link = HOSTILE, Link(HOSTILE, HOSTILE, HOSTILE)
    picture = Picture("lab", 1, bad, bad, bad, "wrong")
    columns = [Column(bad, bad, sort=link), Column(bad)]
    html = draw(
        recorded,
        Facts(bad, [Fact(bad, bad, bad, bad, bad)], "shifted", bad),
        Table(bad, columns, [[Cell(bad, bad, bad, 0.5, (picture,), bad), Cell(bad)]], bad),
        Table("", [], [], empty=bad),
        ImageStrip(bad, [picture, replace(picture, drawn=False)], "reference", bad, link),
        ImageStrip("", [], empty=bad),
        Message(bad, bad),
        Columns(bad, [Form(bad, bad, [Field(bad, bad, bad)])]),
    )
    fragment = kept_whole(html)
    assert unescape(fragment.text).count("<script>alert(1)</script>") >= 15


@pytest.mark.parametrize("page", [0, 2, 5])
def test_colours_of_text_and_frames_stand_out_on_light_and_on_dark(shown: list[Shown], page: int) -> None:
    html = shown[page]._repr_html_()
    used = set(re.findall(r"(?<!background-)(?:color|border): [^;\"]*?(#[0-9a-f]{6})", html))
    assert used
    for colour in used:
        for ground in ("#ffffff", "#111111"):
            assert contrast(colour, ground) >= 3


def contrast(one: str, other: str) -> float:
    """Ratio of two colours' relative luminances, as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)
