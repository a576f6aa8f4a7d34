"""What training makes small."""

from __future__ import annotations

from torch import Tensor


def l1_loss(picture: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute difference of two tensors of one shape."""
    raise NotImplementedError


def ssim_loss(picture: Tensor, truth: Tensor) -> Tensor:
    """1 − SSIM (see `metrics.ssim`) of two pictures [H,W,C] in 0..1; differentiable in the first."""
    raise NotImplementedError


def mask_loss(coverage: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute difference of coverage and mask, [H,W] in 0..1."""
    raise NotImplementedError


def offset_loss(offsets: Tensor, spacings: Tensor) -> Tensor:
    """Mean square of offsets [N,3] in units of the texels' spacings [N], both metres."""
    raise NotImplementedError


def growth_loss(log_scales: Tensor, first_log_scales: Tensor, limit: float = 1.0) -> Tensor:
    """Hinge on Gaussians [N,3] that grow beyond exp(limit) of what they were."""
    raise NotImplementedError


def shape_loss(log_scales: Tensor, ratio: float = 10.0) -> Tensor:
    """Hinge on Gaussians [N,3] whose longest axis is more than `ratio` times the shortest."""
    raise NotImplementedError
