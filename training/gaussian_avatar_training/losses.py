"""What training makes small. All are scalars, means over their elements, so that weights do not depend on sizes."""

from __future__ import annotations

import math

from torch import Tensor, linalg
from torch.nn import functional

from .similarity import structural_similarity


def l1_loss(picture: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute difference of two tensors of one shape."""
    return functional.l1_loss(picture, truth)


def ssim_loss(picture: Tensor, truth: Tensor) -> Tensor:
    """1 − SSIM of two pictures [H,W,C] in 0…1 (see `similarity`); differentiable in the first."""
    return 1 - structural_similarity(picture, truth)


def mask_loss(coverage: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute difference of coverage and mask, both [H,W] in 0…1."""
    return functional.l1_loss(coverage, mask)


def offset_loss(offsets: Tensor, spacings: Tensor, limit: float = 3.0) -> Tensor:
    """Hinge on offsets that are longer than some spacings: mean of the squared excess, in spacings.

    Held to the very places of their texels people lose 1.2 dB; not held at all, one Gaussian in ten drifts off by 8 cm.

    Args:
        offsets: [N,3] metres.
        spacings: [N] distances to the neighbouring texels, metres.
        limit: Spacings that cost nothing.
    """
    return (linalg.vector_norm(offsets, dim=1) / spacings - limit).relu().square().mean()


def growth_loss(log_scales: Tensor, first_log_scales: Tensor, limit: float = 1.0) -> Tensor:
    """Hinge on axes that grow beyond exp(limit) of what they were at first: mean of the excess squared.

    Args:
        log_scales: [N,3] natural logarithms of metres.
        first_log_scales: [N,3] those of the template.
        limit: Natural logarithm of the growth that costs nothing.
    """
    return (log_scales - first_log_scales - limit).relu().square().mean()


def shape_loss(log_scales: Tensor, ratio: float = 10.0) -> Tensor:
    """Hinge on needles and plates: mean of the squared excess of log(longest / shortest axis) over log(ratio).

    Args:
        log_scales: [N,3] natural logarithms of metres.
        ratio: What costs nothing.
    """
    spread = log_scales.amax(1) - log_scales.amin(1)
    return (spread - math.log(ratio)).relu().square().mean()


def opacity_loss(opacities: Tensor, floor: float = 0.8) -> Tensor:
    """Hinge on opacities [N] in 0…1 below a floor: mean of the squared lack. Keeps solid parts solid."""
    return (floor - opacities).relu().square().mean()


def residual_loss(residuals: Tensor) -> Tensor:
    """Mean square of what the network adds, of any shape."""
    return residuals.square().mean()
