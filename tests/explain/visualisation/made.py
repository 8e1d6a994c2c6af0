"""A picture that nothing was drawn for."""

from __future__ import annotations

import numpy as np

from shiftscope.explain.visualisation.visualised import Visualised


def made(score=2.0, reached=None, *, start=None, steps=4, level=0.25, dead=False, method="maco", belief=None):
    image = np.full((3, 4, 6), level, np.float32)
    image[:, 0, 0] = 0.75
    alpha = np.ones((4, 6), np.float32)
    alpha[3] = 0
    curve = np.linspace(0, score, steps)
    given = None if start is None else np.full((3, 4, 6), start, np.float32)
    return Visualised(
        image, alpha, curve, score, image, (0.0, 1.0), "hidden:3", method, {"steps": steps}, {}, np.zeros(0), dead,
        given, reached, belief,
    )  # fmt: skip
