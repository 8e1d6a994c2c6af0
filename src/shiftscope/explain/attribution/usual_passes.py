"""What methods cost with their usual options, for those who name a price without loading the methods."""

from __future__ import annotations

# By method the passes of the model over one sample, of methods for which its size does not matter.
USUAL_PASSES = {
    "saliency": 1,
    "gradient_x_input": 1,
    "smoothgrad": 25,
    "integrated_gradients": 50,
    "wam": 25,
    "wam_saliency": 1,
    "wam_integrated": 50,
}

FAITHFUL_PASSES = 216  # forward, over one sample, to say how faithful its map is
