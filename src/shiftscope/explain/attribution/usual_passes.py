"""What methods take unless told otherwise, and what that costs, for those who name a price without loading them."""

from __future__ import annotations

NOISY_COPIES = 25  # of a sample, over which gradients are averaged
PATH_STEPS = 50  # from the baseline to the sample
MASKS = 4_000  # of RISE
STEPS, SUBSETS, DRAWS = 8, 32, 2  # of faithfulness: coarse, as many passes as a hundred steps of a path
FILLS = 2  # that places are filled with


def compared_passes(maps: int, steps: int, fills: int, subsets: int) -> int:
    """Forward passes over one sample: deletion and insertion of each map, and what random subsets make of the value."""
    return 1 + fills * (maps * (2 * steps - 1) + subsets)


# By method the passes of the model over one sample, forward and backward.
USUAL_PASSES = {
    "saliency": 1,
    "gradient_x_input": 1,
    "smoothgrad": NOISY_COPIES,
    "integrated_gradients": PATH_STEPS,
    "grad_cam": 1,
    "wam": NOISY_COPIES,
    "wam_smoothgrad": NOISY_COPIES,
    "wam_saliency": 1,
    "wam_integrated": PATH_STEPS,
}

# Those that need no gradient: forward alone. Occlusion's windows depend on the size, a little.
SIDE = 224  # pixels of the picture that occlusion's passes are told of
FORWARD_PASSES = {"occlusion": 170, "rise": MASKS}

METHODS = (*USUAL_PASSES, *FORWARD_PASSES)

# Forward, over one sample, to say how faithful its map is: beside it the gradient, which is one pass more, the edges
# and random maps.
FAITHFUL_PASSES = compared_passes(3 + DRAWS, STEPS, FILLS, SUBSETS) + 1
