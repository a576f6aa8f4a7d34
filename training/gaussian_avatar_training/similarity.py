"""Structural similarity of pictures (Wang et al. 2004), as all figures here mean it.

Of pictures x, y of values 0…1 [H,W,C], every channel for itself:

    SSIM = (2·μx·μy + c1)·(2·σxy + c2) / ((μx² + μy² + c1)·(σx² + σy² + c2)),   c1 = 0.01², c2 = 0.03²

with means, variances and covariance weighted by a window of 11 × 11 pixels: the outer product of wᵢ ∝
exp(−(i − 5)²/(2·1.5²)), i = 0…10, Σw = 1; σx² = E[x²] − μx² and so on (no correction for the number of samples). Only
windows that lie wholly in the picture count (no padding), (H − 10)·(W − 10) of them; the figure is their plain mean,
over all channels. Values are not clamped and not rounded.
"""

from __future__ import annotations

import ctypes
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from . import native

WINDOW = 11
DEVIATION = 1.5
C1 = 0.01**2
C2 = 0.03**2


def structural_similarity(picture: Tensor, truth: Tensor) -> Tensor:
    """Compare two pictures.

    Args:
        picture: [H,W,C] in 0…1, at least 11 × 11 pixels; gradients flow to it.
        truth: The same shape and type; no gradient.

    Returns:
        The mean of SSIM, −1…1, a scalar.

    Raises:
        ValueError: Shapes do not match or are too small.
    """
    if picture.shape != truth.shape or picture.ndim != 3 or min(picture.shape[:2]) < WINDOW:
        raise ValueError(
            f"SSIM compares two pictures [H,W,C] of one shape of at least {WINDOW} × {WINDOW} pixels, "
            f"not {list(picture.shape)} and {list(truth.shape)}."
        )
    truth = truth.detach().to(picture)
    if native.is_supported(picture):
        return _Similarity.apply(picture, truth)
    return _portable_similarity(picture, truth)


class _Similarity(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *inputs: Tensor) -> Tensor:
        picture, truth = (tensor.contiguous() for tensor in inputs)
        height, width, channels = picture.shape
        gradient = torch.empty_like(picture) if ctx.needs_input_grad[0] else None
        sizes = (width, height, channels, native.threads())
        value = native.call("ssim", picture.dtype, *sizes, picture, truth, gradient, result=ctypes.c_double)
        if gradient is not None:
            ctx.save_for_backward(gradient)
        return picture.new_tensor(value)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return ctx.saved_tensors[0] * gradients[0], None


def _portable_similarity(picture: Tensor, truth: Tensor) -> Tensor:
    offsets = torch.arange(WINDOW, dtype=torch.float64) - WINDOW // 2
    weights = torch.exp(-offsets.square() / (2 * DEVIATION**2))
    weights = (weights / weights.sum()).to(picture)
    x, y = picture.permute(2, 0, 1)[:, None], truth.permute(2, 0, 1)[:, None]
    maps = torch.cat((x, y, x * x, y * y, x * y))
    maps = functional.conv2d(functional.conv2d(maps, weights.view(1, 1, 1, WINDOW)), weights.view(1, 1, WINDOW, 1))
    mean_x, mean_y, xx, yy, xy = maps.split(picture.shape[2])
    same = (2 * mean_x * mean_y + C1) * (2 * (xy - mean_x * mean_y) + C2)
    whole = (mean_x.square() + mean_y.square() + C1) * (xx - mean_x.square() + yy - mean_y.square() + C2)
    return (same / whole).mean()
