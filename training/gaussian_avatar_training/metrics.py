"""Figures of merit."""

from __future__ import annotations

from torch import Tensor


def psnr(picture: Tensor, truth: Tensor, mask: Tensor | None = None) -> float:
    """Peak signal to noise ratio in decibels of pictures [H,W,C] in 0..1, of all pixels or of those where mask [H,W] > 0.5."""
    raise NotImplementedError


def ssim(picture: Tensor, truth: Tensor) -> float:
    """Structural similarity of pictures [H,W,C] in 0..1."""
    raise NotImplementedError
