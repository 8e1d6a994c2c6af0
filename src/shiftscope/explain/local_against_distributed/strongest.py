"""Take out of what a layer returned what is most active in each sample: a unit, a feature, a random direction."""

from __future__ import annotations

import torch

# All of these work on responses (sample, place, unit), one sample by itself.


def strongest_unit(responses: torch.Tensor) -> torch.Tensor:
    """(sample,) the unit whose mean over the places is largest in size."""
    return responses.mean(dim=1).abs().argmax(dim=1)


def strongest_feature(codes: torch.Tensor, atoms: torch.Tensor) -> torch.Tensor:
    """(sample,) the feature whose mean code, times the length of its atom, is largest in size.

    Parameters
    ----------
    codes : (sample, place, feature)
    atoms : (feature, unit)
    """
    sizes: torch.Tensor = codes.mean(dim=1).abs() * atoms.norm(dim=1)
    return sizes.argmax(dim=1)


def without_unit(responses: torch.Tensor, unit: torch.Tensor) -> torch.Tensor:
    """The responses with one unit of each sample silent at all places; `unit` is (sample,)."""
    left = responses.clone()
    left[torch.arange(len(left), device=left.device), :, unit] = 0
    return left


def without_direction(responses: torch.Tensor, sizes: torch.Tensor, directions: torch.Tensor) -> torch.Tensor:
    """The responses less `sizes` (sample, place) of each sample's direction (sample, unit).

    Where none of a sample's responses is negative, none is afterwards.
    """
    left = responses - sizes[:, :, None] * directions[:, None, :]
    above_zero = (responses >= 0).flatten(1).all(dim=1)[:, None, None]
    return torch.where(above_zero, left.clamp_min(0), left)


def without_feature(
    responses: torch.Tensor, codes: torch.Tensor, atoms: torch.Tensor, feature: torch.Tensor
) -> torch.Tensor:
    """The responses without what one feature of each sample, (sample,), adds to them at all places."""
    return without_direction(responses, codes_of(codes, feature), atoms[feature])


def codes_of(codes: torch.Tensor, feature: torch.Tensor) -> torch.Tensor:
    """(sample, place) codes of one feature of each sample."""
    return codes[torch.arange(len(codes), device=codes.device), :, feature]
