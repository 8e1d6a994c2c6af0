"""What a unit looks like: pictures that the study keeps for it, or what draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from shiftscope.explain.visualisation.picture_question import USUAL_METHOD, PictureQuestion
from shiftscope.explain.visualisation.visualised import Visualised
from shiftscope.views.page.panels import (
    Cell,
    Chart,
    Code,
    Column,
    Fold,
    ImageStrip,
    Panel,
    Span,
    StripGroup,
    StripGroups,
    Table,
)
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import number_cell
from shiftscope.views.parts.charts import by_dataset
from shiftscope.views.parts.number_text import exact
from shiftscope.views.parts.pictures.believed import believed
from shiftscope.views.parts.pictures.colours_apart import (
    ColoursApart,
    apart_in_words,
    colours_apart,
    halves_drawn,
    offer_of_halves,
    verdict_in_words,
)
from shiftscope.views.parts.pictures.figures import FigureOf, Sides, figures
from shiftscope.views.parts.pictures.looks_like_in_words import (
    drives_in_words,
    looks_like_in_words,
)
from shiftscope.views.parts.pictures.made_pictures import (
    ALONE,
    STEPS,
    STEPS_SAY,
    STRENGTH,
    STRENGTH_SAYS,
    Drawn,
    method_in_words,
    most_usual,
    over_steps,
    over_strength,
    sides_of,
)
from shiftscope.views.parts.pictures.pictures import role
from shiftscope.views.parts.pictures.several_pictures import several_pictures
from shiftscope.views.parts.pictures.visualising import believable, command, drawing_form
from shiftscope.views.unit.shown_unit import ShownUnit

TITLE, KEY = "What it looks like", "looks-like"
FROM_SAMPLES = 4  # accentuated samples of one set
POINTS = 256  # of a curve


@section(ShownUnit, place=36)
def looks_like(unit: ShownUnit) -> Fold | None:
    """Pictures by the dataset that gave colours and spectra, their curves and settings; what draws missing ones."""
    apart = colours_apart(unit)
    alone = chosen_pictures(unit, apart)
    offer = _offer(unit, {question.dataset for question, _ in alone})
    starts = _from_samples(unit)
    if not alone and not starts and not unit.drawn_several:
        return Fold(TITLE, "no pictures are kept yet", [offer], KEY) if offer else None
    panels: list[Panel] = []
    side_by_side = [each for each in apart if each.shifted in alone and each.reference in alone]
    if alone:
        panels += _pictures(unit, alone, side_by_side)
    if starts:
        panels.append(_accentuated(unit, starts))
    shown = [*alone, *starts]
    in_parts = sorted(unit.drawn_several, key=lambda each: each[0].part)
    several = several_pictures(unit.selection, in_parts, KEY)
    panels += [fold for fold in (several, _over_steps(unit, shown), _over_strength(unit)) if fold]
    panels += believed(unit, shown, method_in_words)
    if shown:
        settings = Fold(
            "Settings", "size, steps, crops, seed and options", [_settings(shown)], f"{KEY}-settings"
        )
        panels += [_curves(unit, shown), _numbers(unit, shown), settings]
    if offer:
        panels.append(offer)
    told = [(question.dataset, found) for question, found in [*shown, *unit.drawn_several]]
    says = looks_like_in_words(f"unit {unit.index} of {unit.layer}", told)
    says += verdict_in_words(unit, side_by_side)
    return Fold(TITLE, says, panels, KEY)


def chosen_pictures(unit: ShownUnit, apart: Sequence[ColoursApart]) -> list[Drawn]:
    """Those that started from noise: of each set, method and prior the one of most steps, of equals those that are told
    apart from each other, then those that both sets have drawn in one way, then the strongest."""
    best: dict[tuple[str, str, int], Drawn] = {}
    for question, found in unit.drawn:
        if question.sample is not None:
            continue
        place = _place(unit, question)
        if place not in best or _rank((question, found)) > _rank(best[place]):
            best[place] = question, found
    told = sorted(((each.reference, each.shifted) for each in apart), key=lambda pair: _rank(pair[1]))
    for pair in [*sorted(_alike(unit), key=lambda pair: _rank(pair[0])), *told]:
        both = {_place(unit, each[0]): each for each in pair}
        if all(each[0].steps >= best[place][0].steps for place, each in both.items()):
            best |= both
    first = sorted(best, key=lambda place: (place[0] != USUAL_METHOD, place))
    return [best[place] for place in first]


def _alike(unit: ShownUnit) -> list[tuple[Drawn, Drawn]]:
    """Pictures from noise, of baseline and of focus, that differ in nothing but whose colours they have."""
    of_each = [
        [each for each in unit.drawn if each[0].dataset == name and each[0].sample is None]
        for name in unit.pair
    ]
    return [
        (each, other)
        for each, other in product(of_each[0], of_each[-1])
        if each[0] != other[0] and replace(each[0], dataset=other[0].dataset) == other[0]
    ]


def _place(unit: ShownUnit, question: PictureQuestion) -> tuple[str, str, int]:
    return question.method, question.options.get("prior") or "", unit.pair.index(question.dataset)


def _rank(drawn: Drawn) -> tuple[int, float]:
    return drawn[0].steps, drawn[1].score


def _from_samples(unit: ShownUnit) -> list[Drawn]:
    """Of each set some images, each by one picture: of most steps, and held back as it is usually."""
    found: list[Drawn] = []
    for name in unit.pair:
        best: dict[int, Drawn] = {}
        for question, picture in unit.drawn:
            place = question.sample
            if question.dataset != name or place is None:
                continue
            if place not in best or most_usual(question) > most_usual(best[place][0]):
                best[place] = question, picture
        found += [best[place] for place in sorted(best)][:FROM_SAMPLES]
    return found


def _over_steps(unit: ShownUnit, shown: Sequence[Drawn]) -> Fold | None:
    """None where they are not kept."""
    groups = []
    for name in unit.pair:
        strips = [
            ImageStrip(method_in_words(question), pictures, role(unit.selection, name))
            for question, found in shown
            if question.dataset == name and (pictures := over_steps(unit.study, question, found))
        ]
        if strips:
            groups.append(StripGroup(["with the colours of ", Span(name, "strong")], strips))
    if not groups:
        return None
    return Fold(STEPS, STEPS_SAY, [StripGroups("", groups, captioned=True)], f"{KEY}-steps")


def _over_strength(unit: ShownUnit) -> Fold | None:
    """None where no image is accentuated with several."""
    strips: dict[str, list[ImageStrip]] = {}
    for (name, place), pictures in over_strength(unit.study, unit.drawn).items():
        strips.setdefault(name, []).append(ImageStrip(f"image {place}", pictures, role(unit.selection, name)))
    groups = [StripGroup([Span(name, "strong")], strips[name]) for name in unit.pair if name in strips]
    if not groups:
        return None
    return Fold(STRENGTH, STRENGTH_SAYS, [StripGroups("", groups, captioned=True)], f"{KEY}-strength")


def _pictures(unit: ShownUnit, shown: Sequence[Drawn], apart: Sequence[ColoursApart]) -> list[Panel]:
    """And what chance makes of two sets' colours, or what draws that."""
    note = (
        "Each as it is, and with its alpha, faint where the gradient was small on the way: an optimum, not what the "
        "unit answers to in images."
    )
    told = apart_in_words(unit, apart)
    drawn = [
        FigureOf(f"{method}, {ALONE[side]}", sides, side=side, told=side == "picture")
        for method, sides in _by_method(unit, shown).items()
        for side in ALONE
    ]
    panels: list[Panel] = [
        figures(unit.selection, drawn, " ".join([*told, note]), title="Pictures", large=True)
    ]
    if apart:
        panels.append(halves_drawn(unit, apart, KEY))
    if offer := offer_of_halves(unit, shown, apart):
        panels.append(offer)
    return panels


def _by_method(unit: ShownUnit, shown: Sequence[Drawn]) -> Mapping[str, Sides]:
    """With the colours of baseline and focus, what was drawn by each method and prior."""
    found: dict[str, dict[str, Drawn]] = {}
    for each in shown:
        found.setdefault(method_in_words(each[0]), {})[each[0].dataset] = each
    return {method: [own.get(name) for name in unit.pair] for method, own in found.items()}


def _accentuated(unit: ShownUnit, shown: Sequence[Drawn]) -> StripGroups:
    selection, groups = unit.selection, []
    for name in unit.pair:
        own = [each for each in shown if each[0].dataset == name]
        before, after = selection.around_samples(name)
        strips = [
            ImageStrip(
                f"image {question.sample}",
                sides_of(unit.study, question, found, f"{before}{question.sample}{after}"),
                role(selection, name),
            )
            for question, found in own
        ]
        if strips:
            groups.append(StripGroup([Span(name, "strong")], strips))
    note = "where the difference is grey, nothing changed"
    return StripGroups("Images with more of it", groups, note, captioned=True)


def _curves(unit: ShownUnit, shown: Sequence[Drawn]) -> Chart:
    rows = []
    for line, (question, found) in enumerate(shown):
        every = max(1, -(-len(found.curve) // POINTS))
        rows += [
            {
                "dataset": question.dataset,
                "picture": method_in_words(question),
                "line": line,
                "step": step + 1,
                "value": exact(float(found.curve[step])),
            }
            for step in range(0, len(found.curve), every)
        ]
    several = len({row["picture"] for row in rows}) > 1
    encoding = {
        "x": {"field": "step", "type": "quantitative", "title": "step"},
        "y": {"field": "value", "type": "quantitative", "title": "response to what was shown"},
        "color": by_dataset(unit.selection, list(dict.fromkeys(question.dataset for question, _ in shown))),
        "detail": {"field": "line"},
        "strokeDash": {
            "field": "picture",
            "type": "nominal",
            "sort": None,
            "legend": {"orient": "top", "columns": 1, "title": None} if several else None,
        },
        "tooltip": [
            {"field": "dataset"},
            {"field": "picture"},
            {"field": "step"},
            {"field": "value", "format": ".3g"},
        ],
    }
    spec = {"data": {"values": rows}, "height": 180, "mark": {"type": "line"}, "encoding": encoding}
    note = "Crops, or moved copies, with noise; the response to the whole picture is below."
    return Chart("How it was climbed", spec, "Response over the steps, a line for each picture.", note)


def _numbers(unit: ShownUnit, shown: Sequence[Drawn]) -> Table:
    help = "Responses of the half of the reference that no colour or spectrum was taken from."
    columns = [
        Column("set"),
        Column("picture"),
        Column("response", "To the whole picture, without noise.", numeric=True),
        Column("drives it", help),
    ]
    rows = [
        [
            Cell(question.dataset, unit.selection.dataset(question.dataset)),
            Cell(method_in_words(question)),
            number_cell(found.score),
            Cell("dead: no gradient from any start" if found.dead else drives_in_words(found)),
        ]
        for question, found in shown
    ]
    return Table("How strongly", columns, rows)


def _settings(shown: Sequence[Drawn]) -> Table:
    """A row for each setting, a column for each picture: there are more settings than pictures."""
    told = [_told(found) for _, found in shown]
    names = dict.fromkeys(name for each in told for name in each)
    pictures = [Column(f"{method_in_words(question)}, {question.dataset}") for question, _ in shown]
    rows = [[Cell(name), *(Cell(each.get(name) or "–") for each in told)] for name in names]
    return Table("", [Column("setting"), *pictures], rows)


def _told(found: Visualised) -> Mapping[str, str]:
    rows, columns = found.image.shape[1:]
    size = {"size": f"{rows}\u00a0×\u00a0{columns}"}
    return size | {name.replace("_", " "): str(value) for name, value in found.settings.items()}


def _offer(unit: ShownUnit, there: set[str]) -> Panel | None:
    """What draws pictures with the colours of the sets that lack them; none where the samples are no pictures."""
    study = unit.study
    missing = [name for name in unit.pair if name not in there and study[name].samples.pictured.any()]
    if not missing:
        return None
    form = drawing_form(
        study,
        "Draw what it looks like",
        "A picture that drives the unit as strongly as it can, with the colours, and with MACO the spectrum, of one "
        "half of a dataset. A draft takes 64 steps of 4 views; not drafted, MACO takes 256 of 8.",
        parameters={"layer": unit.layer, "unit": unit.index},
        page=unit.at(),
        datasets=missing,
        believe=believable(study, unit.layer),
    )
    lines = "\n".join(command(study, unit.layer, unit.index, USUAL_METHOD, name) for name in missing)
    return form or Code("These commands draw and keep them", lines)
