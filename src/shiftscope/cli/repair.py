"""`shiftscope repair`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from shiftscope.cli.asked.options import Csv, Json, RecordedStudy
from shiftscope.errors import BadRequest

if TYPE_CHECKING:
    from shiftscope.store.stored_study import StoredStudy


def repair(
    study: RecordedStudy,
    /,
    *,
    dataset: str | None = None,
    margin: float = 0.01,
    most: int = 20,
    seed: int = 0,
    layer: str | None = None,
    reference: str | None = None,
    save_head: Annotated[Path | None, Parameter(name=["--save-head", "--save"])] = None,
    csv: Csv = None,
    json: Json = False,
) -> None:
    """Search the smallest set of units whose silence helps under a shift, and report it on samples held out.

    Parameters
    ----------
    dataset
        Shifted dataset to repair for. Not needed where the study has one.
    margin
        By how much the accuracy on the reference may fall in the search: 0.01 is one percentage point.
    most
        Units at most.
    seed
        Of the halves that the units are chosen and reported on.
    layer
        Whose units are searched, one that feeds the head; the first that does where not given.
    reference
        Dataset that must not suffer, instead of the study's reference.
    save_head
        File for the head without these units, NAME.safetensors: what load_state_dict of its module takes.
    """
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.cli.printed.show_pairs import show_pairs
    from shiftscope.explain.interventions.repaired_head import save_repaired_head
    from shiftscope.flow.repair import repair as search
    from shiftscope.store.disk.asked_file import refuse_unwritable
    from shiftscope.store.stored_study import StoredStudy

    checked_csv(csv, as_json=json)
    if save_head is not None:
        refuse_unwritable(save_head)
        if save_head.suffix != ".safetensors":
            raise BadRequest(
                f"--save-head {str(save_head)!r}; a head is written in safetensors: end the name in .safetensors."
            )
    opened = StoredStudy(study)
    chosen = _only(opened, reference) if dataset is None else dataset
    found = search(opened, chosen, margin=margin, most=most, seed=seed, layer=layer, reference=reference)
    if save_head is not None:
        save_repaired_head(save_head, opened, found)
    described = {
        "layer": found.layer,
        "dataset": found.dataset,
        "reference": found.reference,
        "margin": margin,
        "seed": seed,
        "units": found.units,
        "within_margin": found.within_margin,
        "in_words": found.in_words(),
    }
    show_pairs(found.table(), "Held-out half of each dataset", described, csv=csv, as_json=json)
    if not csv and not json:
        print(found.in_words())
    if save_head is not None:  # beside a table or JSON on standard output, not in it
        print(f"head written to {save_head}", file=sys.stderr if csv or json else sys.stdout)


def _only(study: StoredStudy, reference: str | None) -> str:
    """The only dataset beside the reference."""
    others = [name for name in study.datasets if name != (reference or study.reference)]
    if len(others) == 1:
        return others[0]
    raise BadRequest(
        f"--dataset is needed: there are {', '.join(map(repr, others))}."
        if others
        else "there is nothing to repair for: record a shifted dataset first."
    )
