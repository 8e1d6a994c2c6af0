"""TopK autoencoders as peers train them: every code is multiplied with every atom, backwards too.

`overcomplete_like` does, step for step, what `overcomplete.sae.TopKSAE` with its default encoder and
`overcomplete.sae.train.train_sae` with its default monitoring do (KempnerInstitute/overcomplete, commit a1781af of
2025-12-04, MIT): linear map, batch normalisation, ReLU, the largest codes scattered into zeros, a dense product with
atoms of unit length, Adam, clipping at 1, and at each step the loss, the error and the sparsity read out. It cannot be
installed here (it imports torchvision). Written from its description, not copied. `plain` is without the normalisation
and the readings.
"""

from __future__ import annotations

import torch
from torch import nn


class DenseTopK(nn.Module):
    """Codes and reconstruction of (row, unit) rows."""

    def __init__(self, units: int, size: int, active: int, *, normalised: bool) -> None:
        super().__init__()
        layers = [nn.Linear(units, size), *([nn.BatchNorm1d(size)] if normalised else []), nn.ReLU()]
        self.encoder, self.active = nn.Sequential(*layers), active
        atoms = torch.randn(size, units)
        self.atoms = nn.Parameter(atoms / atoms.norm(dim=1, keepdim=True))
        if not normalised:
            with torch.no_grad():
                layers[0].weight.copy_(self.atoms)
                layers[0].bias.zero_()

    def forward(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        given = self.encoder(rows)
        values, places = torch.topk(given, self.active, dim=-1)
        codes = torch.zeros_like(given).scatter(-1, places, values)
        return codes, codes @ (self.atoms / self.atoms.norm(dim=1, keepdim=True))


def overcomplete_like(
    rows: torch.Tensor, size: int, active: int, *, steps: int, batch: int, rate: float
) -> float:
    """Share of the variance that is left after so many steps."""
    return _trained(
        rows, DenseTopK(rows.shape[1], size, active, normalised=True), steps, batch, rate, read=True
    )


def plain(rows: torch.Tensor, size: int, active: int, *, steps: int, batch: int, rate: float) -> float:
    """Share of the variance that is left after so many steps."""
    return _trained(
        rows, DenseTopK(rows.shape[1], size, active, normalised=False), steps, batch, rate, read=False
    )


def _trained(
    rows: torch.Tensor, model: DenseTopK, steps: int, batch: int, rate: float, *, read: bool
) -> float:
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps, eta_min=rate / 100)
    readings: list[float] = []
    order = torch.randperm(len(rows))
    for step in range(steps):
        start = step * batch % max(len(rows) - batch + 1, 1)
        part = rows[order[start : start + batch]]
        optimizer.zero_grad()
        codes, back = model(part)
        loss = (part - back).square().sum(1).mean()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if read:
            error = (part - back.detach()).norm(dim=-1).mean().item()
            readings += [loss.item(), error, (codes == 0).float().mean().item()]
    model.eval()
    with torch.no_grad():
        left = sum((part - model(part)[1]).square().sum().item() for part in rows.split(4096))
    return left / (rows - rows.mean(0)).square().sum().item()
