"""Strengths that are as strong as the severities 1 to 5 of ImageNet-C and CIFAR-10-C."""

from __future__ import annotations

from collections.abc import Mapping

Strengths = tuple[float, float, float, float, float]

# Computed from the parameters in the benchmark's code (Hendrycks & Dietterich, 2019; hendrycks/robustness,
# make_imagenet_c.py and make_cifar_c.py). Where its kernel is of another kind, the one of the same spread.
IMAGENET_C: Mapping[str, Strengths] = {  # 224 pixels
    "gaussian_noise": (0.21, 0.32, 0.47, 0.68, 1.00),
    "shot_noise": (0.22, 0.35, 0.50, 0.77, 1.00),
    "impulse_noise": (0.11, 0.22, 0.33, 0.63, 1.00),
    "gaussian_blur": (0.13, 0.25, 0.38, 0.50, 0.75),
    "defocus_blur": (0.25, 0.32, 0.50, 0.66, 0.83),
    "motion_blur": (0.16, 0.27, 0.35, 0.38, 0.50),
    "contrast": (0.63, 0.74, 0.84, 0.95, 1.00),
    "brightness": (0.20, 0.40, 0.60, 0.80, 1.00),
    "jpeg": (0.50, 0.59, 0.65, 0.79, 0.94),
    "pixelate": (0.29, 0.39, 0.51, 0.67, 0.77),
}
CIFAR_10_C: Mapping[str, Strengths] = {  # 32 pixels
    "gaussian_noise": (0.28, 0.42, 0.56, 0.63, 0.70),
    "shot_noise": (0.20, 0.29, 0.46, 0.53, 0.65),
    "impulse_noise": (0.10, 0.20, 0.29, 0.49, 0.69),
    "gaussian_blur": (0.25, 0.52, 0.61, 0.70, 0.88),
    "defocus_blur": (0.11, 0.30, 0.46, 0.55, 0.83),
    "motion_blur": (0.44, 0.62, 0.79, 0.79, 0.97),
    "contrast": (0.26, 0.53, 0.63, 0.74, 0.89),
    "brightness": (0.10, 0.20, 0.30, 0.40, 0.60),
    "jpeg": (0.36, 0.48, 0.53, 0.58, 0.64),
    "pixelate": (0.06, 0.13, 0.20, 0.35, 0.53),
}
BENCHMARKS: Mapping[int, tuple[str, Mapping[str, Strengths]]] = {
    224: ("ImageNet-C", IMAGENET_C),
    32: ("CIFAR-10-C", CIFAR_10_C),
}
