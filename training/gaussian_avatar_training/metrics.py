"""Figures of merit, of pictures [H,W,C] of display values in 0…1, composed over black unless a caller says otherwise.

PSNR = 10·log₁₀(1 / mse) in decibels, mse the mean over all pixels and channels of (x − y)². Masked: over all channels
of the pixels whose mask is above ½. Of a crop: of the pixels in the smallest rectangle around the mask above ½, widened
by a margin on all sides and cut at the border of the picture. Equal pictures have PSNR ∞. SSIM: see `similarity`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .similarity import WINDOW, structural_similarity

CROP_MARGIN = 8
"""Pixels."""


def psnr(picture: Tensor, truth: Tensor, mask: Tensor | None = None) -> float:
    """Peak signal to noise ratio, decibels.

    Args:
        picture: [H,W,C].
        truth: [H,W,C].
        mask: [H,W]; only pixels where it is above ½ count. None: all do.

    Returns:
        Decibels; ∞ for equal pictures, and not a number where nothing counts.
    """
    error = (picture.detach().double() - truth.detach().double()).square()
    mse = float(error.mean() if mask is None else error[mask > 0.5].mean())
    return math.inf if mse == 0 else -10 * math.log10(mse)


@torch.no_grad()
def ssim(picture: Tensor, truth: Tensor) -> float:
    """Structural similarity in double precision; see `similarity`."""
    return float(structural_similarity(picture.double(), truth.double()))


def mask_iou(coverage: Tensor, mask: Tensor) -> float:
    """Intersection over union of coverage and mask [H,W], both above ½; 1 where both are empty."""
    drawn, true = coverage > 0.5, mask > 0.5
    union = int((drawn | true).sum())
    return int((drawn & true).sum()) / union if union else 1.0


def crop_box(mask: Tensor, margin: int = CROP_MARGIN) -> tuple[slice, slice]:
    """Rows and columns of the crop of a mask [H,W] that figures are of.

    Args:
        mask: [H,W] in 0…1.
        margin: Pixels on all sides.

    Returns:
        Rows and columns to index pictures with; at least 11 of each where the picture has them, so that SSIM exists.

    Raises:
        ValueError: The mask is empty.
    """
    rows, columns = ((mask > 0.5).any(axis).nonzero().flatten() for axis in (1, 0))
    if len(rows) == 0:
        raise ValueError("The mask is empty: there is nothing to crop to.")
    return _stretch(rows, margin, mask.shape[0]), _stretch(columns, margin, mask.shape[1])


def _stretch(inside: Tensor, margin: int, size: int) -> slice:
    begin, end = max(0, int(inside[0]) - margin), min(size, int(inside[-1]) + 1 + margin)
    begin = max(0, min(begin, end - WINDOW))
    return slice(begin, max(end, min(size, begin + WINDOW)))
