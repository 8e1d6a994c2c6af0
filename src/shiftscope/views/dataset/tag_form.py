"""Tags on samples that were selected."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.store.sample_tags import tag_samples
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.view import action


@action("datasets/{dataset}")
def tag_chosen(
    study: StoredStudy, dataset: str, *, chosen: list[str] | None = None, tags: str = "", take: str = ""
) -> None:
    """Put tags on the samples that were chosen, or with `take` take them away."""
    if not chosen or not tags.strip():
        raise BadRequest("nothing was tagged: choose images, and write a tag.")
    if not all(each.isascii() and each.isdecimal() and len(each) < 10 for each in chosen):
        raise BadRequest("the form names samples that are no numbers.")
    positions = [int(each) for each in chosen]
    if take:
        tag_samples(study, dataset, positions, remove=tags)
    else:
        tag_samples(study, dataset, positions, add=tags)
