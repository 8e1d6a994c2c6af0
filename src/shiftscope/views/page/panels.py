"""What a page is made of: frozen data without HTML. Each panel kind has one template of its name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from shiftscope.jobs import Job

Verdict = Literal["right", "wrong"]
Role = Literal["reference", "shifted"]


@dataclass(frozen=True)
class Link:
    """A way to another page of the study; `page` is its address inside the study, without a leading slash."""

    text: str
    page: str
    help: str = ""
    within: str = ""  # what it belongs to: neighbours of one name share a line of a menu, under that name
    short: str = ""  # the text on that line


@dataclass(frozen=True)
class PictureBox:
    """A part of a picture: its sides as fractions of the picture's, from the upper left."""

    left: float
    top: float
    right: float
    bottom: float
    rows: int  # of the whole picture, in pixels
    columns: int
    cropped: bool = False  # whether it is shown alone, rather than with a frame around it

    @property
    def pixels(self) -> tuple[float, float, float, float]:
        """Left, top, width and height in pixels of the picture."""
        left, top = self.left * self.columns, self.top * self.rows
        return left, top, self.right * self.columns - left, self.bottom * self.rows - top


@dataclass(frozen=True)
class Span:
    """Words of a sentence that look or lead elsewhere than the rest; the look is a role, not a colour."""

    text: str
    look: Literal["strong", "bad", "quiet"] | None = None
    page: str = ""
    help: str = ""  # how what is said was found


Words = str | Sequence[str | Span]  # a sentence or several, spaces included


def plain(words: Words) -> str:
    """The words alone."""
    if isinstance(words, str):
        return words
    return "".join(each if isinstance(each, str) else each.text for each in words)


@dataclass(frozen=True, eq=False)
class PictureMap:
    """How much each place of a picture counts."""

    shares: npt.NDArray[np.floating[Any]]  # (row, column) of the end of the scale, from 0 to 1
    role: Role | None = None


@dataclass(frozen=True, eq=False)
class MadePicture:
    """A picture that is no sample's: drawn for a unit."""

    address: str  # of its PNG, inside the study, without a leading slash
    png: Callable[[], bytes]  # the same, where no server answers


@dataclass(frozen=True, eq=False)
class Pixels:
    """A picture that was computed."""

    colours: npt.NDArray[np.uint8]  # (row, column, 3)


@dataclass(frozen=True)
class Picture:
    """One sample's thumbnail."""

    dataset: str
    position: int
    alt: str  # label and prediction in words
    page: str = ""
    caption: str = ""
    verdict: Verdict | None = None  # was the prediction right; None where there is no label
    drawn: bool = True  # False for a sample that is no image: its words stand in its place
    box: PictureBox | None = None  # what of it is pointed at
    map: PictureMap | Pixels | None = None  # drawn in its place
    made: MadePicture | None = None  # drawn in its place
    greyed: bool = False  # drawn in grey: what it shows is not to be read


@dataclass(frozen=True)
class Change:
    """From the baseline's number to the focus's on a common axis, as places from 0 to 1; NaN where there is none."""

    before: float
    after: float
    low: float = math.nan  # ends of the interval of `after`
    high: float = math.nan
    zero: float = math.nan  # where the axis has its zero, if not at its start
    chance: float = math.nan  # what guessing gives
    tick: bool = False  # the baseline as a tick that runs through all rows, not as a ring
    focus: bool = True  # drawn in the colour of the focus; grey for the other sets


@dataclass(frozen=True)
class Cell:
    """One cell of a table: text, perhaps a link, perhaps a bar from 0 to 1 behind it, perhaps pictures, perhaps a
    change on the axis of its column."""

    text: str = ""
    page: str = ""
    help: str = ""
    bar: float | None = None
    pictures: tuple[Picture, ...] = ()
    note: str = ""  # small print behind the text: an interval
    value: float | str | None = None  # the number itself, for a table that is downloaded; the text where None
    change: Change | None = None
    parts: Mapping[str, float] = field(
        default_factory=dict
    )  # numbers beside it, for a file: low, high, q ...


@dataclass(frozen=True)
class Column:
    name: str
    axis: Sequence[tuple[float, str]] = field(
        default=(), kw_only=True
    )  # places from 0 to 1, and their numbers
    ends: tuple[str, str] | None = field(
        default=None, kw_only=True
    )  # what its two ends say, in place of the name
    help: str = ""  # how the numbers below were computed
    numeric: bool = False
    sort: Link | None = None  # page with the table sorted by this column
    sorted: Literal["ascending", "descending"] | None = None
    key: str = field(default="", kw_only=True)  # its name in a file, where that is another


@dataclass(frozen=True)
class Fact:
    """One number that counts, with how it was computed and what it counts."""

    name: str
    value: str
    help: str = ""
    page: str = ""
    note: str = ""  # small print under the value: an interval, a difference


@dataclass(frozen=True)
class Panel:
    title: str
    chart: str = field(
        default="", kw_only=True
    )  # the name by which Python asks for it, where it draws numbers


@dataclass(frozen=True)
class Facts(Panel):
    """Numbers side by side, for one dataset (coloured by its role) or for the page."""

    facts: Sequence[Fact]
    role: Role | None = None
    page: str = ""  # where the title leads


@dataclass(frozen=True)
class Table(Panel):
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    empty: str = "Nothing to show."
    whole: Callable[[], Table] | None = None  # with every row, to be downloaded, where only some are shown


@dataclass(frozen=True)
class Tagging:
    """Pictures can be selected and tagged by a POST to `page`."""

    page: str
    tags: Sequence[str]  # proposed while typing


@dataclass(frozen=True)
class ImageStrip(Panel):
    """Pictures in order, strongest first unless the title says otherwise."""

    pictures: Sequence[Picture]
    role: Role | None = None
    note: str = ""  # what is shown and out of how many
    more: Link | None = None
    empty: str = "No images."
    large: bool = False  # one picture to be looked at, rather than many to be compared
    sizable: bool = False  # a person may choose how large the pictures are
    tagging: Tagging | None = None


@dataclass(frozen=True)
class Message(Panel):
    """Why there is nothing to see, and what to do about it."""

    text: str
    for_now: bool = False  # it may be otherwise the next time, though nothing of the study has changed


@dataclass(frozen=True)
class Brush:
    """A rectangle drawn on a chart leads to `page`, in which {x0}, {x1}, {y0} and {y1} stand for its sides."""

    page: str
    reset: str = ""  # page without the rectangle; empty where there is none


@dataclass(frozen=True, eq=False)  # told apart by identity, so that what was made of them can be kept
class Rows:
    """The data of a chart of thousands of points: a list for each name, read as rows by whoever needs them."""

    columns: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, row, strict=True))


@dataclass(frozen=True)
class Chart(Panel):
    """A Vega-Lite specification without colours or fonts: the theme belongs to the page."""

    spec: Mapping[str, Any]  # its data as a list of rows, or as `Rows`
    description: str  # the chart in words, for those who cannot see it
    note: str = ""
    brush: Brush | None = None
    greyed: bool = False  # as of a picture


@dataclass(frozen=True, eq=False)
class Matrix(Panel):
    """Numbers by two lists of names, drawn as one image whose cells can be pointed at and clicked: counts, or
    where `signed` differences, whose colours part at zero, or where `amounts` numbers from zero on an even scale."""

    counts: (
        npt.NDArray[np.int64] | npt.NDArray[np.float64]
    )  # (row, column); NaN where there is nothing to compare
    row_names: Sequence[str]
    column_names: Sequence[str]
    row_axis: str
    column_axis: str
    page: str  # address of a cell, with {row} and {column} to fill in
    hide_diagonal: bool = False  # leave the diagonal out of the colour scale and draw it empty
    role: Role | None = None
    note: str = ""
    signed: bool = False
    amounts: bool = False
    largest: float | None = (
        None  # end of the colour scale of amounts, to be shared; the largest of them if None
    )
    keys: Sequence[int] | None = None  # what {row} and {column} become; their places where None
    diagonal: str = ""  # what the diagonal holds, where it is not what the other cells hold
    measured_in: str = "samples"

    # One is like itself alone: what was drawn of it is kept by it, and a million cells are not compared.
    __eq__ = object.__eq__
    __hash__ = object.__hash__


@dataclass(frozen=True)
class Field:
    """One thing a person can write in a form."""

    name: str  # under which it is sent
    label: str
    value: str = ""
    help: str = ""
    example: str = field(default="", kw_only=True)  # of what can be written, while nothing is
    long: bool = False  # several lines
    tick: bool = False  # a box, ticked where there is a value; sent as "true"
    choices: Sequence[str] = ()  # words proposed while typing
    choices_of: str = ""  # an earlier field of the form, whose words are proposed here too


@dataclass(frozen=True)
class Form(Panel):
    """Fields that are saved in the study by a POST to `page`; what they hold is read where nothing can be saved."""

    page: str
    fields: Sequence[Field]
    button: str = "Save"
    note: str = ""
    shown: str = (
        ""  # what the fields hold as they are drawn; sent along, so that nothing newer is overwritten
    )


@dataclass(frozen=True)
class Computation(Panel):
    """What may be computed here by the model at hand, is being computed, or could not be."""

    text: str
    kind: str  # of job
    parameters: Mapping[str, str]
    page: str | None  # where it is shown when it is done; None for the page that this stands on
    fields: Sequence[Field] = ()  # parameters that a person writes
    button: str = "Compute"
    seconds: float | None = None  # that it should take
    job: Job | None = None  # the newest one of these parameters
    trouble: str = ""  # why nothing can be computed
    refused: str = ""  # why what was sent is not


@dataclass(frozen=True)
class Filter(Panel):
    """Fields that lead to `page` with what they hold in its query; everything else in the address stays."""

    page: str
    fields: Sequence[Field]
    button: str = "Filter"
    reset: str = ""  # page without the filter; empty where none is in force
    note: str = ""


@dataclass(frozen=True)
class Columns(Panel):
    """Panels next to one another, to be compared; the title may be empty."""

    panels: Sequence[Panel]


@dataclass(frozen=True)
class Compared(Panel):
    """The baseline's pictures and the focus's side by side, the baseline's left."""

    strips: Sequence[ImageStrip]
    note: Words = ""  # what is marked and measured in all of them


@dataclass(frozen=True)
class Equation(Panel):
    """Pictures that become others, which look like third ones: strips with what stands between them."""

    strips: Sequence[ImageStrip]
    answers: Sequence[Span]  # what each strip is classified as
    signs: Sequence[tuple[str, str]]  # one fewer than strips: a sign, and what it says


@dataclass(frozen=True)
class Twin:
    """One sample in one dataset, with the answer it got."""

    dataset: str
    picture: Picture
    answer: str
    role: Role | None  # None for a set that is neither baseline nor focus
    note: str = ""  # how sure the answer is
    like: Picture | None = None  # what the wrong answer looks like
    like_words: str = ""
    page: str = ""


@dataclass(frozen=True)
class Twins(Panel):
    """The same sample in several datasets."""

    twins: Sequence[Twin]
    note: str = ""


@dataclass(frozen=True)
class StripGroup:
    """Strips that belong together, under a heading of their own; the heading may be empty."""

    heading: Words
    strips: Sequence[ImageStrip]


@dataclass(frozen=True)
class StripGroups(Panel):
    """Groups of strips next to one another in one panel."""

    groups: Sequence[StripGroup]
    note: str = ""  # beside the title
    captioned: bool = False  # room for words under the pictures


@dataclass(frozen=True)
class Figure:
    """What one thing looks like on each of several sides."""

    name: str
    pictures: Sequence[Picture | None]  # one for each side; None where there is none
    says: Sequence[str]  # under each picture, or in its place
    page: str = ""


@dataclass(frozen=True)
class Figures(Panel):
    """Things next to one another, the sides of each together."""

    sides: Sequence[tuple[str, Role]]  # what they are called, in the order of the pictures
    figures: Sequence[Figure]
    note: Words = ""
    large: bool = False  # a few to be looked at, rather than many to be compared


@dataclass(frozen=True)
class Line:
    """A number at each mark of an axis, with its name at the end."""

    name: str
    values: Sequence[float]
    look: Literal["focus", "baseline", "other"] = "other"


@dataclass(frozen=True)
class Lines(Panel):
    """Numbers along marks, a line each, between the smallest and the largest of `ticks`."""

    lines: Sequence[Line]  # the last one over the others
    marks: Sequence[tuple[str, str]]  # names along the axis, and what stands under them
    ticks: Sequence[tuple[float, str]]  # values with a line of the grid, and their numbers
    description: str  # the chart in words, for those who cannot see it
    note: str = ""  # under the title: what is counted
    chosen: int | None = None  # the mark that counts


@dataclass(frozen=True)
class Code(Panel):
    """Lines to be copied into a program or a terminal."""

    text: str


@dataclass(frozen=True)
class Fold(Panel):
    """Panels that are closed at first: the title is the topic, `says` what was found."""

    says: Words
    panels: Sequence[Panel]
    key: str  # letters and dashes; `#key` in the address opens it


@dataclass(frozen=True)
class Folds(Panel):
    """All that a page keeps closed, at its end."""

    panels: Sequence[Fold]


@dataclass(frozen=True)
class Sketch:
    """A small example as bars, one set's or two sets' beside one another, and what is found of it."""

    names: Sequence[str]  # below the bars
    before: Sequence[float]  # heights of the baseline's; empty where there is one set
    after: Sequence[float]
    sets: tuple[str, str]  # what they are called
    axis: str  # what the heights are
    found: str


@dataclass(frozen=True)
class Entry:
    """What is explained in a glossary."""

    name: str
    key: str  # `glossary#key` leads to it
    text: str
    facts: Sequence[tuple[str, str]] = ()
    sketch: Sketch | None = None


@dataclass(frozen=True)
class Glossary(Panel):
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Case:
    """What one set did to the answers: how much, what, by which unit, and pictures before and after."""

    name: str
    page: str
    loss: str  # with its unit
    interval: str
    accuracy: Change | None  # on the axis of all cases
    accuracy_text: str
    says: Sequence[Words]
    ways: Sequence[Link]  # the main one first
    strips: Sequence[ImageStrip]  # in pairs: before, after; the note is the answer
    like: Picture | None = None  # what the wrong answer looks like where it is right
    about: str = ""  # small print under the name
    mild: bool = False


@dataclass(frozen=True)
class Cases(Panel):
    """A row for each set, under one axis of accuracy."""

    cases: Sequence[Case]
    baseline: str
    usual: str  # the baseline's accuracy
    axis: Sequence[tuple[float, str]]
    help: str
    more: Link | None = None
    rows: str = ""  # what a row is, where it has no accuracy of its own


@dataclass(frozen=True)
class HeatCell:
    """One set's number, its colour and a picture."""

    text: str
    label: str  # set, number and what is to be said of it, in words
    shade: int | None  # from 0, the palest, to 5; None where there is nothing to measure
    page: str = ""
    picture: Picture | None = None
    marked: bool = False


@dataclass(frozen=True)
class HeatRow:
    name: str
    page: str
    cells: Sequence[HeatCell | None]  # None where no such set was recorded


@dataclass(frozen=True)
class HeatBlock:
    """Rows under columns of their own, the baseline's number at their left."""

    variable: str  # that orders the columns; empty for one column of sets without order
    columns: Sequence[str]
    rows: Sequence[HeatRow]
    lines: Curves | None = None


@dataclass(frozen=True)
class Heat(Panel):
    """Sets by their rows, coloured by one number."""

    blocks: Sequence[HeatBlock]
    baseline: str
    usual: HeatCell
    bins: Sequence[str]  # what each shade means, the palest first
    measure: Words = ""  # what the shades are of
    note: str = ""


@dataclass(frozen=True)
class Curve:
    """A line through measured points, with its band."""

    name: str  # written at its end; empty for a line of many
    points: Sequence[
        tuple[int, float, float, float]
    ]  # step, and from 0 to 1: height, lower and upper end of the band
    focus: bool = False
    larger: int | None = None  # step of the point that is drawn larger


@dataclass(frozen=True)
class Curves(Panel):
    """Numbers over the values of a variable, from the baseline on; heights are shares of the axis."""

    steps: Sequence[str]  # names under the axis, the baseline's first
    variable: str
    axis: Sequence[tuple[float, str]]
    curves: Sequence[Curve]
    baseline: tuple[float, float, float]  # its height and band
    description: str  # in words, for those who cannot see it
    note: Words = ""
    pictures: Sequence[Sequence[Picture]] = ()  # under each step


@dataclass(frozen=True)
class Several:
    """Names of which a person ticks any; they are sent as `field`, each by itself, to `page`."""

    field: str
    page: str
    names: Sequence[Link]  # as lines of a menu; where each leads is not used
    ticked: Sequence[str]
    note: str = ""


@dataclass(frozen=True)
class Choice:
    """One way to look at the page: a menu whose entries are addresses."""

    name: str
    options: Sequence[Link]
    current: str  # text of the option in force
    help: str = ""
    further: bool = False  # under "More", where at most four stand beside one another
    several: Several | None = None  # the menu also lets any number be chosen


@dataclass(frozen=True)
class File:
    """What a page gives to take away, made when it is asked for."""

    name: str
    media_type: str
    content: Callable[[], bytes]


@dataclass(frozen=True)
class Page:
    """A page of the study, apart from how it is drawn."""

    title: str
    panels: Sequence[Panel]
    trail: Sequence[Link] = ()  # from the overview down to this page's parent
    previous: Link | None = None
    next: Link | None = None
    choices: Sequence[Choice] = field(default_factory=tuple)
    subtitle: str = ""
    related: Sequence[Link] = ()  # other pages about the same thing
    sentence: str = ""  # the page's one idea, drawn as its heading; the title where empty
    lede: Words = ""  # the numbers of that sentence
    warning: Words = ""  # what is not as it was asked for
    actions: Sequence[Link] = ()  # what can be done about the idea, the first thing first
    file: File | None = None  # what "download=file" in the address gives


def inner_panels(panel: Panel) -> Sequence[Panel]:
    """The panels inside of one; none of a panel that holds no others."""
    if isinstance(panel, Columns | Fold | Folds):
        return panel.panels
    return panel.strips if isinstance(panel, Compared | Equation) else ()
