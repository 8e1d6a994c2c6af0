"""Maps of one image, of its prediction, its label or a unit; and of the same image in another dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import BadRequest
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked.maps import check_method, low_pass_in_words, low_pass_of, sanity_in_words
from shiftscope.web.jobs.kind import Live, job

OWN = "prediction", "label"  # of the image; anything else is a unit's address


@job("attribute_image")
@dataclass(frozen=True, kw_only=True)
class AttributeImage:
    """As `shiftscope attribute` does with the image named; what is kept already is not computed again."""

    dataset: str
    position: int
    other: str  # dataset with the same image; none where empty
    there: int  # its position in it, any number without one
    of: str  # "prediction", "label", or the address of a unit, as hidden:12
    method: str
    low_pass: str = ""
    sanity: bool = False  # randomise the weights of a copy, and say whether the maps depend on them

    @property
    def title(self) -> str:
        beside = f" and of image {self.there} of {self.other}" if self.other else ""
        of = f"the {self.of} of image {self.position} of {self.dataset}{beside}"
        return f"{self.method}{low_pass_in_words(self.low_pass)} of {of}{sanity_in_words(self.sanity)}"

    def check(self, study: StoredStudy) -> None:
        check_method(self.method)
        low_pass_of(self.low_pass)
        for _ in self._asked(study):
            pass

    def run(self, live: Live, progress: Progress) -> None:
        for name, position, layer, unit in self._asked(live.study):
            live.attribute(
                layer,
                unit,
                method=self.method,
                dataset=name,
                samples=[position],
                low_pass=low_pass_of(self.low_pass),
                sanity=self.sanity,
                progress=progress,
            )

    def _asked(self, study: StoredStudy) -> Iterator[tuple[str, int, str | None, int]]:
        """Dataset, position, layer and unit of each map; the layer None for the logit of a category.

        Raises
        ------
        BadRequest
            No such thing to ask for, or an image without it.
        NotInStudy
            No such dataset, image, layer or unit.
        """
        of, places = self.of.strip(), [(self.dataset, self.position)]
        if self.other:
            places.append((self.other, self.there))
        for name, position in places:
            samples = study[name].samples
            seen = samples[samples.check(position)]
            if of in OWN:
                category = seen.prediction if of == OWN[0] else seen.label
                if category == NO_LABEL:
                    raise BadRequest(f"image {position} of {name} has no {of}.")
                yield name, position, None, category
            else:
                layer, colon, unit = of.rpartition(":")
                if not colon or not (unit.isascii() and unit.isdecimal()):
                    raise BadRequest(
                        f"{of!r}; give prediction, label, or a unit's address as {list(study.layers)[-1]}:3."
                    )
                yield name, position, study.layer(layer).name, study.layer(layer).check(int(unit))
