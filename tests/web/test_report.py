"""A report as a folder: that it is whole, leads nowhere else, and says what it was made of."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
import torch

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.scores.score import unit_scores
from shiftscope.study import Study
from shiftscope.views.page.panels import (
    Brush,
    Cell,
    Chart,
    Choice,
    Column,
    Columns,
    Computation,
    Field,
    Filter,
    Form,
    ImageStrip,
    Link,
    Message,
    Page,
    Table,
)
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.units.unit_scores import estimated
from shiftscope.web.report.contents import Contents, file_names, most_shifted
from shiftscope.web.report.report import Report, report
from shiftscope.web.report.still import still, without_dead_links
from shiftscope.web.server.page_at import page_at

from ..conftest import Made, Net


class Document(HTMLParser):
    """What a page of a report loads and where it leads."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.html = file.read_text("utf-8")
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.tags: list[str] = []
        self.inline: list[str] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.tags.append(tag)
        assert "style" not in given
        assert not [name for name in given if name.startswith("on")]
        if tag == "script" and "src" not in given:
            self.inline.append(given.get("type") or "")
        if tag == "a":
            self.links.append(given["href"] or "")
        else:
            self.loaded += [given[name] or "" for name in ("src", "href") if name in given]
            self.loaded += [given[name] or "" for name in given if name.startswith("data-vega")]

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)

    def target(self, address: str) -> Path:
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc, parts.query) == ("", "", "")
        return (self.file.parent / unquote(parts.path)).resolve()


Written = Callable[..., Report]


@pytest.fixture
def written(recorded: Study, tmp_path: Path) -> Written:
    def write(**options: object) -> Report:
        return report(recorded, tmp_path / "report", progress=False, **options)  # type: ignore[arg-type]

    return write


def documents(made: Report) -> list[Document]:
    return [Document(file) for file in sorted(made.folder.rglob("*.html"))]


def test_every_page_needs_only_what_lies_in_the_folder(written: Written) -> None:
    made = written(units=3)
    pages = documents(made)
    assert len(pages) == made.pages
    for page in pages:
        for address in [*page.links, *page.loaded]:
            if address.startswith(("#", "data:image/png;base64,")):
                continue
            assert page.target(address).is_file(), f"{address} on {page.file}"
            assert page.target(address).is_relative_to(made.folder.resolve())


def test_every_page_can_be_reached_from_the_first(written: Written) -> None:
    made = written(units=2)
    pages = {page.file.resolve(): page for page in documents(made)}
    waiting, reached = [made.index.resolve()], set()
    while waiting:
        file = waiting.pop()
        if file not in reached:
            reached.add(file)
            waiting += [pages[file].target(link) for link in pages[file].links if not link.startswith("#")]
    assert reached == set(pages)


def test_pages_run_no_script_of_their_own_and_may_load_only_files(written: Written) -> None:
    for page in documents(written(units=1)):
        assert set(page.inline) <= {"application/json"}
        assert page.html.index("Content-Security-Policy") < page.html.index("<script")
        assert "default-src 'none'" in page.html
        assert not {"iframe", "object", "embed", "base"} & set(page.tags)
        assert "http-equiv" in page.html
        for name in ("charts.js", "matrices.js", "shiftscope.js"):
            assert f"static/{name}" in page.html
        assert "htmx" not in page.html


def test_nothing_is_asked_of_a_server(written: Written) -> None:
    for page in documents(written(units=1)):
        assert page.html.count("<form") == page.html.count('<form method="dialog"') == 1
        assert "search" not in page.html.partition("<main")[0]
        assert "?" not in "".join(page.links)


def test_the_overview_datasets_layers_and_most_shifted_units_are_there(
    written: Written, recorded: Study
) -> None:
    made = written(units=2)
    held = json.loads((made.folder / "report.json").read_text())["pages"]
    units = {address for address in held if "/units/" in address}
    expected = set()
    for layer in ("conv", "hidden"):
        novelty = estimated(Selection.at(recorded), "field", layer)["novelty"].value
        order = np.argsort(np.where(np.isnan(novelty), np.inf, -novelty), kind="stable")
        expected |= {f"layers/{layer}/units/{unit}" for unit in order[:2] if not np.isnan(novelty[unit])}
    assert units == expected
    assert {"", "datasets/lab", "datasets/field", "layers/conv", "layers/hidden"} <= set(held)
    assert {"layers/conv?focus=field", "methods", "provenance"} <= set(held)
    assert any(address.startswith("categories/") for address in held)
    assert any(address.startswith("confusions/") for address in held)


def test_one_layer_can_be_shown_alone(written: Written) -> None:
    made = written(units=2, layers=["conv"])
    held = json.loads((made.folder / "report.json").read_text())["pages"]
    assert not [address for address in held if "hidden" in address]
    assert "Units of conv" in made.index.read_text()
    overview = Document(made.index)
    assert not [link for link in overview.links if "hidden" in link]


def test_pictures_are_files_that_pages_share(written: Written, recorded: Study) -> None:
    made = written(units=3)
    files = list((made.folder / "pictures").iterdir())
    for file in files:
        assert file.stem == hashlib.sha256(file.read_bytes()).hexdigest()[:20]
    shown = {recorded[name].thumbnail(position)[0] for name in recorded for position in range(40)}
    assert {file.read_bytes() for file in files} <= shown
    used = [address for page in documents(made) for address in page.loaded if "pictures/" in address]
    assert len(used) > 2 * len(files)
    assert not [address for address in used if address.startswith("data:")]


def test_the_size_told_is_that_of_all_files(written: Written) -> None:
    made = written(units=1)
    assert made.size == sum(file.stat().st_size for file in made.folder.rglob("*") if file.is_file())
    assert made.size < 5e6
    assert f"{made.pages} pages, {made.size / 1e6:.1f} MB" in repr(made)


def test_licences_come_with_the_libraries(written: Written) -> None:
    made = written(units=1)
    assert (made.folder / "static" / "vendor" / "LICENSES.txt").is_file()
    assert not list(made.folder.rglob("htmx*"))


def test_methods_explain_every_score(written: Written) -> None:
    words = (written(units=1).folder / "pages" / "methods.html").read_text()
    text = " ".join(re.sub(r"<[^>]+>", " ", words).split())
    for name, score in unit_scores.items():
        assert name.replace("_", " ") in text
        assert score.measured_in in text
    assert "arXiv 2303.11912" in text


def test_provenance_names_model_datasets_and_versions(written: Written, recorded: Study) -> None:
    text = (written(units=7).folder / "pages" / "provenance.html").read_text()
    model = recorded.manifest.model
    for expected in (
        model["class"],
        model["weights_sha256"],
        "3 × 8 × 8",
        recorded["lab"].plan.fingerprint,
        recorded["field"].plan.fingerprint,
        recorded.manifest.versions["torch"],
        "linear, from hidden",
        ">7<",
    ):
        assert str(expected) in text


def test_the_title_stands_for_the_studys_name(written: Written) -> None:
    made = written(units=1, title="Robustness <2026>")
    for page in documents(made):
        assert "Robustness &lt;2026&gt;" in page.html
        assert "Robustness <2026>" not in page.html
    assert "<span>Robustness &lt;2026&gt;</span>" in made.index.read_text()


def test_the_same_study_gives_the_same_files(written: Written) -> None:
    def content(made: Report) -> dict[str, bytes]:
        files = (file for file in made.folder.rglob("*") if file.is_file())
        return {str(file.relative_to(made.folder)): file.read_bytes() for file in files}

    assert content(written(units=2)) == content(written(units=2))


def test_a_report_replaces_one_that_is_there_and_leaves_nothing_else(
    written: Written, tmp_path: Path
) -> None:
    written(units=3)
    (tmp_path / "report" / "old.html").write_text("old")
    written(units=1)
    assert not (tmp_path / "report" / "old.html").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_is_no_report_is_kept_unless_asked(written: Written, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    written(units=1)
    for file in (tmp_path / "report").glob("report.json"):
        file.unlink()
    with pytest.raises(BadRequest, match=r"not empty and is no report.*overwrite=True"):
        written(units=1)
    assert (tmp_path / "report" / "index.html").exists()
    written(units=1, overwrite=True)
    assert (tmp_path / "report" / "report.json").exists()


def test_a_study_is_never_replaced(recorded: Study) -> None:
    for folder in (recorded.path, recorded.path.parent):
        with pytest.raises(BadRequest, match="is or holds a study"):
            report(recorded, folder, overwrite=True, progress=False)
    assert recorded.path.is_dir()


def test_a_file_in_the_way_is_told(recorded: Study, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadRequest, match="is a file"):
        report(recorded, tmp_path / "file", overwrite=True, progress=False)


def test_a_folder_in_which_no_report_can_be_written_is_told(
    recorded: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(BadRequest, match="nothing may be written into the folder"):
        report(recorded, tmp_path / "report", progress=False)


def test_a_report_that_fails_leaves_the_old_one(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written(units=1)
    monkeypatch.setattr("shiftscope.web.report.report.provenance", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        written(units=2)
    assert before.index.is_file()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_cannot_be_written_is_refused_before_anything_is(
    written: Written, new_study: Callable[..., Study], tmp_path: Path
) -> None:
    with pytest.raises(NotInStudy, match="no layer 'convs'"):
        written(layers=["convs"])
    with pytest.raises(BadRequest, match=r"layers=\[\] names no layer"):
        written(layers=[])
    with pytest.raises(BadRequest, match="units=0"):
        written(units=0)
    with pytest.raises(BadRequest, match="nothing is recorded"):
        report(new_study(name="empty"), tmp_path / "report", progress=False)
    assert not (tmp_path / "report").exists()


def test_hostile_names_stay_text_and_name_no_file(tmp_path: Path) -> None:
    bad = '"><script>alert(1)</script> ..\\..\\ \'x\' href=""'
    torch.manual_seed(0)
    study = Study.create(tmp_path / "bad.study", Net(), (bad, "b", "c", "d"))
    study.record(Made(samples=12), "a & <b> %2e", layers=["hidden"], reference=True, progress=False)
    study.record(Made(samples=12, seed=1), "CON..\"'", progress=False)
    made = report(study, tmp_path / "report", units=1, title=bad, progress=False)
    for page in documents(made):
        assert set(page.inline) <= {"application/json"}
        assert "<script>alert" not in page.html
    for file in made.folder.rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9.-]+", file.name)


def test_without_a_shift_the_units_of_the_largest_response_are_shown(
    new_study: Callable[..., Study], tmp_path: Path
) -> None:
    study = new_study(name="alone")
    study.record(Made(), "lab", layers=["conv"], progress=False)
    largest = study["lab"].responses("conv").max(axis=0).astype(float)
    assert most_shifted(Selection.at(study), "conv", 2) == sorted(np.argsort(-largest)[:2].tolist())
    assert report(study, tmp_path / "report", units=2, progress=False).index.is_file()


# The parts


def held(recorded: Study, *addresses: str) -> Contents:
    return Contents(Selection.at(recorded), file_names(["", *addresses]))


def test_an_address_means_the_same_page_with_what_is_default_anyway(recorded: Study) -> None:
    there = held(recorded, "layers/conv?focus=field", "layers/conv/units/1")
    assert there.file("layers/conv?focus=field&sort=spurious") == "pages/layers-conv-focus-field.html"
    assert there.file("layers/conv/units/1?baseline=lab&layer=hidden") == "pages/layers-conv-units-1.html"
    assert there.file("layers/conv/units/1?focus=field") == "pages/layers-conv-units-1.html"
    assert there.file("layers/conv/units/1?focus=field", exactly=True) == ""
    for absent in ("layers/conv", "layers/conv/units/2", "layers/conv/units/1?baseline=field", "nothing"):
        assert there.file(absent) == ""


def test_files_have_one_name_each_on_every_file_system() -> None:
    names = file_names(["", "layers/A", "layers/a", "layers%2F..%2Fa", "datasets/Ünder", "datasets/%22%3C"])
    assert list(names.values()) == [
        "index.html",
        "pages/layers-a.html",
        "pages/layers-a-2.html",
        "pages/layers-a-3.html",
        "pages/datasets-nder.html",
        "pages/datasets.html",
    ]
    assert all(len(name) < 90 for name in file_names(["", "x" * 500, "x" * 501]).values())


def test_what_needs_a_server_is_taken_out(recorded: Study) -> None:
    fields = [Field("label", "Label", "")]
    written = Form("Written", "save", [Field("label", "Label", "stripes")])
    column = Column("novelty", sort=Link("novelty", "layers/conv?sort=novelty"), sorted="descending")
    strip = ImageStrip("Strip", [], more=Link("more", "layers/conv/units/1?images=100"))
    chart = Chart("Chart", {}, "words", brush=Brush("layers/conv"))
    page = Page(
        "Page",
        [
            Columns("", [Filter("Find", "layers/conv", fields)]),
            Computation("Derive", "text", "derive", {}, "layers/conv"),
            Columns("Both", [Form("Empty", "save", fields), written]),
            Table("Table", [column], [[Cell("1", "layers/conv/units/2")]]),
            strip,
            chart,
            Message("Message", "text"),
        ],
        trail=[Link("Overview", ""), Link("elsewhere", "categories/1")],
        previous=Link("before", "layers/conv/units/0"),
        next=Link("after", "layers/conv/units/1"),
        choices=[
            Choice("Focus", [Link("lab", "layers/conv"), Link("field", "layers/conv?focus=field")], "lab"),
            Choice("Reference", [Link("lab", ""), Link("field", "?baseline=field")], "lab"),
        ],
    )
    there = held(recorded, "layers/conv", "layers/conv?focus=field", "layers/conv/units/1")
    left = still(page, there)
    columns, table, strip, chart, message = left.panels
    assert isinstance(columns, Columns)
    assert columns.panels == [written]
    assert isinstance(table, Table)
    assert table.columns == [Column("novelty", sorted="descending")]
    assert isinstance(strip, ImageStrip)
    assert strip.more is None
    assert isinstance(chart, Chart)
    assert chart.brush is None
    assert message == page.panels[-1]
    assert [link.text for link in left.trail] == ["Overview"]
    assert (left.previous, left.next) == (None, page.next)
    assert [choice.name for choice in left.choices] == ["Focus"]


def test_a_link_to_nowhere_is_its_text() -> None:
    html = '<p><a class="x" href="" title="t"><b>text</b></a> <a href="on.html">on</a> <a href="">\nb</a></p>'
    assert without_dead_links(html) == (
        '<p><span class="x" title="t"><b>text</b></span> <a href="on.html">on</a> <span>\nb</span></p>'
    )


def test_a_page_is_found_by_its_address_as_the_server_finds_it(recorded: Study) -> None:
    assert page_at(recorded, "layers/conv/units/3").title == "conv, unit 3"
    assert "Images, wrong" in [panel.title for panel in page_at(recorded, "datasets/field?show=wrong").panels]
    with pytest.raises(NotInStudy, match="no page has the address 'nowhere/1'"):
        page_at(recorded, "nowhere/1")
    with pytest.raises(BadRequest, match="'show' is 'loud'"):
        page_at(recorded, "datasets/field?show=loud")


def test_a_report_never_goes_into_a_study_nor_over_one_further_down(recorded: Study, tmp_path: Path) -> None:
    for folder in (recorded.path / "lab", recorded.path / "pages"):
        with pytest.raises(BadRequest, match="lies in a study"):
            report(recorded, folder, overwrite=True, progress=False)
    deep = tmp_path / "deep" / "a" / "b" / "st.study"
    deep.mkdir(parents=True)
    (deep / "study.json").write_text("{}")
    with pytest.raises(BadRequest, match="is or holds a study"):
        report(recorded, tmp_path / "deep", overwrite=True, progress=False)
    assert (deep / "study.json").exists()
    assert (recorded.path / "lab" / "recording.json").exists()
