"""What enters a convolution, as a layer reads it."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from shiftscope.model.entering import mean_patch


@pytest.mark.parametrize(
    "options",
    [
        {"kernel_size": 3},
        {"kernel_size": 3, "padding": 1},
        {"kernel_size": (2, 3), "stride": (2, 1), "padding": (1, 0)},
        {"kernel_size": 3, "dilation": 2, "padding": 2},
        {"kernel_size": 3, "padding": "same"},
        {"kernel_size": 3, "padding": "valid", "stride": 3},
        {"kernel_size": 3, "padding": 1, "padding_mode": "reflect"},
    ],
)
def test_the_mean_patch_times_the_kernel_is_the_mean_of_the_map(options):
    conv, images = nn.Conv2d(3, 4, **options), torch.rand(5, 3, 9, 10)
    patch = mean_patch(conv, images)
    rebuilt = patch @ conv.weight.flatten(1).T + conv.bias
    torch.testing.assert_close(rebuilt, conv(images).mean((2, 3)), atol=1e-5, rtol=1e-4)
    if options.get("padding") == 1 and "padding_mode" not in options:
        torch.testing.assert_close(patch, F.unfold(images, 3, padding=1).mean(2))
