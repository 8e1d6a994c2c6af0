"""What happens to a category in a set, in a sentence."""

from __future__ import annotations


def confusion_sentence(a: str, b: str, dataset: str, wrong: int, total: int) -> str:
    """How much of `a` becomes `b` in a dataset.

    Parameters
    ----------
    wrong, total
        How many samples labelled `a` are classified `b`, of how many.
    """
    if not total:
        return f"{dataset} holds no {a}"
    if wrong == total:
        return f"Every {a} in {dataset} is classified {b}"
    if 2 * wrong > total:
        return f"Most {a} in {dataset} are classified {b}"
    if not wrong:
        return f"No {a} in {dataset} is classified {b}"
    return f"{wrong} of {total} {a} in {dataset} {'is' if wrong == 1 else 'are'} classified {b}"


def of_how_many(wrong: int, total: int) -> str:
    """A count beside what it is of."""
    if not total:
        return "no such sample"
    return f"{wrong:,} of {total:,}" if wrong else "none"


def where_it_happens(ways: list[tuple[str, list[tuple[str, int, int]]]]) -> str:
    """In which sets each way happens, the largest shares first, three at most.

    Parameters
    ----------
    ways
        Of each confusion, its name, and of each set the name, how many there are, of how many.
    """
    said = []
    for name, sets in ways:
        having = sorted((one for one in sets if one[1]), key=lambda one: -one[1] / one[2])
        if not having:
            said.append(f"{name} in no set")
            continue
        parts = [
            f"in all {total:,} of {dataset}" if wrong == total else f"in {wrong:,} of {total:,} of {dataset}"
            for dataset, wrong, total in having[:3]
        ]
        more = f" and {len(having) - 3} more sets" if len(having) > 3 else ""
        said.append(f"{name} {', '.join(parts)}{more}")
    return "; ".join(said)
